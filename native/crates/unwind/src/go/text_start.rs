use crate::elf::Elf;
use crate::gaps::ReadCode;
use crate::reader::Reader;

/// `runtime.moduledata`: the table's address comes first; `minpc` and `text` stand here (Go 1.18 to 1.26).
const MIN_PC: usize = 160;
const TEXT: usize = 176;
/// The module data is searched in so much of a section.
const MAX_SEARCHED_BYTES: u64 = 4 << 20;

/// The address that starts of functions are relative to. Up to Go 1.25 the table's header has it, in files at fixed addresses.
/// Else the runtime's module data has it, found by its first word; else it is where `.text` starts, which is true of what Go's own
/// linker makes. `first` is the first function's start.
pub(crate) fn text_start_of(
    elf: &Elf<'_>,
    read: ReadCode<'_>,
    table: u64,
    header: u64,
    first: u64,
) -> Option<u64> {
    if header != 0 {
        return Some(header);
    }
    let text = elf.section_address(b".text")?;
    let names = [&b".go.module"[..], b".noptrdata", b".data"];
    let module_data = names.iter().find_map(|name| {
        let range = elf.section_file_range(name)?;
        let end = range
            .end
            .min(range.start.saturating_add(MAX_SEARCHED_BYTES));
        text_in_module_data(&read(range.start..end), table, first)
    });
    Some(module_data.filter(|found| *found >= text).unwrap_or(text))
}

fn text_in_module_data(bytes: &[u8], table: u64, first: u64) -> Option<u64> {
    let (words, _) = bytes.as_chunks::<8>();
    let index = words.iter().position(|word| *word == table.to_le_bytes())?;
    let field = |offset: usize| Reader::at(bytes, index * 8 + offset).ok()?.u64().ok();
    let text = field(TEXT)?;
    (field(MIN_PC)?.checked_sub(first)? == text).then_some(text)
}
