use crate::candidates::{Candidate, push_named};
use crate::elf::Elf;
use crate::error::SymbolizeError;

/// First word of `.gopclntab` for Go 1.18 and for 1.20 and later (`internal/abi.PCLnTabMagic`); both have this header:
///
/// ```text
///  0 u32 magic   4 u16 zero   6 u8 minimum instruction size   7 u8 pointer size
///  8 u64 functions   16 u64 files   24 u64 text start (0: see `text_start`)
/// 32 u64 offset of names   40 … 56 other offsets   64 u64 offset of the function table
/// ```
const MAGICS: [u32; 2] = [0xffff_fff0, 0xffff_fff1];
const HEADER_BYTES: usize = 72;
const POINTER_BYTES: u8 = 8;
/// `runtime.moduledata`: the table's address comes first; `minpc` and `text` stand here (Go 1.18 to 1.26).
const MODULE_DATA_MIN_PC: usize = 160;
const MODULE_DATA_TEXT: usize = 176;

/// Functions of a Go program from the table its runtime unwinds with, which stripping leaves in place.
/// The function table is `(u32 start, u32 record)` per function and a last start; a record begins with
/// `(u32 start, i32 name)`; starts are relative to the text's start (`runtime/symtab.go`).
pub(crate) fn collect<'data>(
    elf: &Elf<'data>,
    into: &mut Vec<Candidate<'data>>,
) -> Result<(), SymbolizeError> {
    let Some((address, table)) = [&b".gopclntab"[..], b".data.rel.ro.gopclntab"]
        .iter()
        .find_map(|name| elf.section_bytes(name))
    else {
        return Ok(());
    };
    if table.len() < HEADER_BYTES
        || !MAGICS.contains(&u32_at(table, 0).unwrap_or(0))
        || table[7] != POINTER_BYTES
    {
        return Ok(());
    }
    let offset = |position| u64_at(table, position).and_then(|value| usize::try_from(value).ok());
    let (Some(count), Some(names), Some(functions)) = (offset(8), offset(32), offset(64)) else {
        return Ok(());
    };
    let (Some(names), Some(functions)) = (table.get(names..), table.get(functions..)) else {
        return Ok(());
    };
    let Some(first) = u32_at(functions, 0) else {
        return Ok(());
    };
    let Some(text) = text_start(elf, address, table, first) else {
        return Ok(());
    };
    for position in 0..count.min(functions.len() / 8) {
        let entry = position * 8;
        let (Some(start), Some(record), Some(end)) = (
            u32_at(functions, entry),
            u32_at(functions, entry + 4),
            u32_at(functions, entry + 8),
        ) else {
            break;
        };
        let Some(name) =
            u32_at(functions, record as usize + 4).and_then(|name| names.get(name as usize..))
        else {
            continue;
        };
        let Some(length) = name.iter().take(4096).position(|byte| *byte == 0) else {
            continue;
        };
        let range = (
            text.wrapping_add(start.into()),
            text.wrapping_add(end.into()),
        );
        push_named(into, range, &name[..length])?;
    }
    Ok(())
}

/// The header has it up to Go 1.25 in files at fixed addresses. Else the runtime's module data has it, found by its
/// first word; else it is where `.text` starts, which is true of what Go's own linker makes.
fn text_start(elf: &Elf, table_address: u64, table: &[u8], first: u32) -> Option<u64> {
    if let Some(start) = u64_at(table, 24).filter(|start| *start != 0) {
        return Some(start);
    }
    let text = elf.section_bytes(b".text")?.0;
    let module_data = [&b".go.module"[..], b".noptrdata", b".data"]
        .iter()
        .find_map(|name| {
            let (_, bytes) = elf.section_bytes(name)?;
            bytes
                .chunks_exact(8)
                .position(|word| word == table_address.to_le_bytes())
                .and_then(|index| {
                    let from_text = u64_at(bytes, index * 8 + MODULE_DATA_TEXT)?;
                    let from_first =
                        u64_at(bytes, index * 8 + MODULE_DATA_MIN_PC)?.checked_sub(first.into())?;
                    (from_text == from_first && from_text >= text).then_some(from_text)
                })
        });
    Some(module_data.unwrap_or(text))
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    let end = offset.checked_add(4)?;
    Some(u32::from_le_bytes(bytes.get(offset..end)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    let end = offset.checked_add(8)?;
    Some(u64::from_le_bytes(bytes.get(offset..end)?.try_into().ok()?))
}
