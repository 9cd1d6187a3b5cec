use object::elf::{
    SHN_XINDEX, SHT_DYNSYM, SHT_SYMTAB, STB_GLOBAL, STB_WEAK, STT_FUNC, STT_GNU_IFUNC, STT_NOTYPE,
    SectionType,
};
use object::read::SymbolIndex;
use object::read::elf::Sym;

use crate::elf::{CodeSection, ENDIAN, Elf};
use crate::error::{ErrorCode, SymbolizeError};

/// Candidates kept at most, over all sources; the largest binaries known have about three million.
const MAX_CANDIDATES: usize = 8_000_000;
/// Longer names are passed over: no demangler takes them, and nobody reads them.
const MAX_NAME_BYTES: usize = 32 * 1024;

/// A name that may stand for `[start, end)`. The order of the fields below `start` is the order of preference
/// between names of one address (the least wins), so that the choice depends on nothing but the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Candidate<'data> {
    pub start: u64,
    /// A label without type and size, as hand-written assembly has; inside of a function it is no function.
    pub is_label: bool,
    /// No size: reaches to the next candidate, at most to `end`.
    pub is_open: bool,
    /// 0 global, 1 weak, 2 local.
    pub binding_rank: u8,
    /// Has a version or clone suffix (`@GLIBC_2.2.5`, `.cold`, `.constprop.0`).
    pub is_suffixed: bool,
    pub name_length: usize,
    pub name: &'data [u8],
    /// End of the function, or of its section when `is_open`.
    pub end: u64,
}

/// Candidates of `.symtab` (`SHT_SYMTAB`) or `.dynsym` (`SHT_DYNSYM`); none when the file has no such table.
/// Entries that point outside of executable sections are passed over.
pub(crate) fn collect_table<'data>(
    elf: &Elf<'data>,
    table: SectionType,
    into: &mut Vec<Candidate<'data>>,
) -> Result<(), SymbolizeError> {
    debug_assert!(table == SHT_SYMTAB || table == SHT_DYNSYM);
    let symbols = elf
        .sections
        .symbols(ENDIAN, elf.data, table)
        .map_err(|e| SymbolizeError::malformed("symbol table", e))?;
    let sections = sections_by_index(elf);
    for (position, symbol) in symbols.iter().enumerate() {
        let kind = symbol.st_type();
        if kind != STT_FUNC && kind != STT_GNU_IFUNC && kind != STT_NOTYPE {
            continue;
        }
        let index = match symbol.st_shndx(ENDIAN) {
            SHN_XINDEX => symbols.shndx(ENDIAN, SymbolIndex(position)).unwrap_or(0) as usize,
            other => other.0 as usize,
        };
        let Some(Some(section)) = sections.get(index) else {
            continue;
        };
        let start = symbol.st_value(ENDIAN);
        if start < section.start || start >= section.end {
            continue;
        }
        let Ok(name) = symbols.symbol_name(ENDIAN, symbol) else {
            continue;
        };
        if name.is_empty()
            || name.len() > MAX_NAME_BYTES
            || is_mapping_symbol(name, kind == STT_NOTYPE)
        {
            continue;
        }
        let size = symbol.st_size(ENDIAN);
        push(
            into,
            Candidate {
                start,
                is_label: kind == STT_NOTYPE && size == 0,
                is_open: size == 0,
                binding_rank: match symbol.st_bind() {
                    STB_GLOBAL => 0,
                    STB_WEAK => 1,
                    _ => 2,
                },
                is_suffixed: name[1..].iter().any(|byte| matches!(byte, b'@' | b'.')),
                name_length: name.len(),
                name,
                end: if size == 0 {
                    section.end
                } else {
                    section.end.min(start.saturating_add(size))
                },
            },
        )?;
    }
    Ok(())
}

/// Adds a name from another source than a symbol table; `[start, end)` is known there.
pub(crate) fn push_named<'data>(
    into: &mut Vec<Candidate<'data>>,
    (start, end): (u64, u64),
    name: &'data [u8],
) -> Result<(), SymbolizeError> {
    if start >= end || name.is_empty() || name.len() > MAX_NAME_BYTES {
        return Ok(());
    }
    push(
        into,
        Candidate {
            start,
            is_label: false,
            is_open: false,
            binding_rank: 2,
            is_suffixed: false,
            name_length: name.len(),
            name,
            end,
        },
    )
}

fn push<'data>(
    into: &mut Vec<Candidate<'data>>,
    candidate: Candidate<'data>,
) -> Result<(), SymbolizeError> {
    if into.len() == MAX_CANDIDATES {
        return Err(SymbolizeError::new(
            ErrorCode::TooLarge,
            format!("The file has more than {MAX_CANDIDATES} function symbols."),
        ));
    }
    into.push(candidate);
    Ok(())
}

/// `$x`, `$d` and the like mark code and data in arm64 files; `.L…` are an assembler's own labels.
fn is_mapping_symbol(name: &[u8], is_untyped: bool) -> bool {
    is_untyped && (name.starts_with(b"$") || name.starts_with(b".L"))
}

fn sections_by_index(elf: &Elf) -> Vec<Option<CodeSection>> {
    let mut table = vec![None; elf.sections.len()];
    for section in elf.code_sections() {
        table[section.index] = Some(section);
    }
    table
}
