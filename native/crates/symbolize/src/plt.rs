use std::collections::BTreeMap;

use object::elf::{EM_X86_64, R_X86_64_GLOB_DAT, R_X86_64_JUMP_SLOT, SHT_DYNSYM, SHT_RELA};
use object::read::SymbolIndex;
use object::read::elf::{FileHeader, Rela, SectionHeader};

use crate::elf::{ENDIAN, Elf};
use crate::error::SymbolizeError;
use crate::index::Index;

/// Bytes of one stub, whichever linker made it and with or without `endbr64`.
const STUB_BYTES: usize = 16;
/// More than any file has: a quarter of a million stubs.
const MOST_STUB_BYTES: u64 = 4 << 20;
/// `jmp *displacement(%rip)`; its four displacement bytes follow.
const INDIRECT_JUMP: [u8; 2] = [0xff, 0x25];

/// What stands behind the name of the function that a stub jumps to.
const SUFFIX: &[u8] = b"@plt";
/// Sections of stubs.
const SECTIONS: [&[u8]; 3] = [b".plt.sec", b".plt", b".plt.got"];

/// A stub that jumps to a function of another file: its addresses and the function's name with `@plt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stub {
    pub range: (u64, u64),
    pub name: Vec<u8>,
}

/// Stubs of a program by the index that was built of the program itself, for a file of debug information: it says where they
/// are, but has not their code.
pub fn older_stubs<Bytes: AsRef<[u8]>>(
    debug: &[u8],
    older: &Index<Bytes>,
) -> Result<Vec<Stub>, SymbolizeError> {
    let elf = Elf::parse(debug)?;
    let name_at = |address| {
        let frame = older.frames(older.location_at(address)?).next()?;
        older.linkage_name(frame.function?)
    };
    let sections = SECTIONS.iter().filter_map(|name| elf.section_range(name));
    let addresses = sections.flat_map(|(start, bytes)| {
        (0..bytes.min(MOST_STUB_BYTES) / STUB_BYTES as u64)
            .map(move |stub| start.saturating_add(stub * STUB_BYTES as u64))
    });
    Ok(addresses
        .filter_map(|start| {
            let name = name_at(start).filter(|name| name.ends_with(SUFFIX))?;
            Some(Stub {
                range: (start, start.saturating_add(STUB_BYTES as u64)),
                name: name.to_vec(),
            })
        })
        .collect())
}

/// Names x86-64 stubs by the slot of the global offset table that they jump through: slot → relocation → symbol.
/// So it does not matter in which order a linker wrote them.
pub(crate) fn stubs(elf: &Elf) -> Vec<Stub> {
    if elf.header.e_machine(ENDIAN) != EM_X86_64 {
        return Vec::new();
    }
    let slots = slots(elf);
    let mut found = Vec::new();
    for (address, code) in SECTIONS.iter().filter_map(|name| elf.section_bytes(name)) {
        for (position, stub) in code.chunks_exact(STUB_BYTES).enumerate() {
            let start = address.wrapping_add((position * STUB_BYTES) as u64);
            let Some(jump) = stub.windows(2).position(|bytes| bytes == INDIRECT_JUMP) else {
                continue;
            };
            let Some(displacement) = stub.get(jump + 2..jump + 6) else {
                continue;
            };
            let displacement = i32::from_le_bytes(displacement.try_into().unwrap_or_default());
            let slot = start
                .wrapping_add(jump as u64 + 6)
                .wrapping_add_signed(displacement.into());
            if let Some(name) = slots.get(&slot) {
                found.push(Stub {
                    range: (start, start.saturating_add(STUB_BYTES as u64)),
                    name: [name, SUFFIX].concat(),
                });
            }
        }
    }
    found
}

/// Address of each slot that the loader fills with a function's address, and the function's name.
fn slots<'data>(elf: &Elf<'data>) -> BTreeMap<u64, &'data [u8]> {
    let mut slots = BTreeMap::new();
    let Ok(symbols) = elf.sections.symbols(ENDIAN, elf.data, SHT_DYNSYM) else {
        return slots;
    };
    for section in elf
        .sections
        .iter()
        .filter(|section| section.sh_type(ENDIAN) == SHT_RELA)
    {
        let Ok(Some((relocations, _))) = section.rela(ENDIAN, elf.data) else {
            continue;
        };
        for relocation in relocations {
            let kind = relocation.r_type(ENDIAN, false);
            if kind != R_X86_64_JUMP_SLOT && kind != R_X86_64_GLOB_DAT {
                continue;
            }
            let symbol = SymbolIndex(relocation.r_sym(ENDIAN, false) as usize);
            let name = symbols
                .symbol(symbol)
                .and_then(|symbol| symbols.symbol_name(ENDIAN, symbol));
            if let Some(name) = name.ok().filter(|name| !name.is_empty()) {
                slots.insert(relocation.r_offset(ENDIAN), name);
            }
        }
    }
    slots
}
