use object::elf::{SHT_DYNSYM, SHT_SYMTAB};
use sha2::{Digest, Sha256};

use crate::candidates::{collect_table, push_named};
use crate::elf::Elf;
use crate::error::{ErrorCode, SymbolizeError};
use crate::identity::build_id_of;
use crate::index::format::NONE;
use crate::index::{CodeMap, Origin, SourceKind};
use crate::ranges::to_ranges;
use crate::{go_functions, minidebug, plt};

/// How an index is built.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuildOptions {
    /// Kept in the index: a better one of the same build ID has a larger number.
    pub generation: u32,
}

/// Builds the symbol index of an ELF file. The same bytes give the same index, to the byte.
pub fn build_index(data: &[u8], options: &BuildOptions) -> Result<Vec<u8>, SymbolizeError> {
    let elf = Elf::parse(data)?;
    let unpacked = match elf.section_bytes(b".gnu_debugdata") {
        Some((_, compressed)) => Some(minidebug::unpack(compressed)?),
        None => None,
    };
    let stubs = plt::stubs(&elf);

    let mut candidates = Vec::new();
    let mut source = None;
    let mut note = |kind: SourceKind, before: usize, after: usize| {
        if after > before {
            source = source.max(Some(kind));
        }
    };
    collect_table(&elf, SHT_DYNSYM, &mut candidates)?;
    note(SourceKind::Dynsym, 0, candidates.len());
    let before = candidates.len();
    collect_table(&elf, SHT_SYMTAB, &mut candidates)?;
    note(SourceKind::Symtab, before, candidates.len());
    if candidates.len() == before {
        // A full symbol table names Go's functions too, and in more detail (its type arguments).
        go_functions::collect(&elf, &mut candidates)?;
        note(SourceKind::Pclntab, before, candidates.len());
    }
    if let Some(unpacked) = &unpacked {
        let before = candidates.len();
        collect_table(
            &Elf::parse(unpacked.as_slice())?,
            SHT_SYMTAB,
            &mut candidates,
        )?;
        note(SourceKind::MiniDebug, before, candidates.len());
    }
    for stub in &stubs {
        push_named(&mut candidates, stub.range, &stub.name)?;
    }
    let Some(source) = source else {
        return Err(SymbolizeError::new(
            ErrorCode::NoSymbols,
            "The file has no function names: it is stripped and has neither dynamic symbols nor .gnu_debugdata.",
        ));
    };
    let mut map = CodeMap::new();
    for range in to_ranges(candidates) {
        let location = match range.name {
            Some(name) => map.named(name)?,
            None => NONE,
        };
        map.push(range.start, location);
    }
    map.encode(&Origin {
        build_id: build_id_of(&elf)?,
        source,
        digest: Sha256::digest(data).into(),
        generation: options.generation,
        segments: elf.segments()?,
    })
}
