use std::ops::Range;

use strata_definitions::UnwindRule;

use crate::address_map::{AddressMap, Svma};
use crate::elf::Elf;
use crate::error::{BuildError, BuildErrorCode};
use crate::gaps::{Gaps, ReadCode, frame_pointer_rule};
use crate::machine::Machine;
use crate::report::BuildReport;
use crate::row_writer::RowWriter;
use crate::sources::Sources;
use crate::sweep::sweep;
use crate::table::UnwindTable;

/// Files whose code lies further apart are refused: the page index grows with the span.
const MAX_SPAN_BYTES: u64 = 16 << 30;

/// The unwind table of an ELF file. Memory is bounded by the file's size, and by fixed limits for what is packed in it.
pub fn build(elf: &[u8]) -> Result<UnwindTable, BuildError> {
    build_with_report(elf, &|range| slice_of(elf, range)).map(|(table, _)| table)
}

fn slice_of(elf: &[u8], range: Range<u64>) -> Vec<u8> {
    let length = elf.len() as u64;
    let range = range.start.min(length) as usize..range.end.min(length) as usize;
    elf.get(range).unwrap_or_default().to_vec()
}

/// As `build`, with what was seen on the way. Of `elf` only the headers and the sections with unwind information are looked at; code
/// is asked for, where none of them describes it.
pub fn build_with_report(
    elf: &[u8],
    read_code: ReadCode<'_>,
) -> Result<(UnwindTable, BuildReport), BuildError> {
    let elf = Elf::parse(elf)?;
    let map = AddressMap::of_elf(&elf);
    let code = map.file_ranges();
    let span = span_of(&code)?;
    let mut report = BuildReport::default();
    let mut sources = Sources::of(&elf, read_code);
    let functions = sources.functions(&map, &mut report);
    if functions.too_many {
        return Err(too_large("functions"));
    }
    let mut writer = RowWriter::new(span);
    if functions.as_slice().is_empty() {
        follow_frame_pointers(&code, elf.machine, &mut writer);
    } else {
        // Libraries have none, and say 0.
        let entry = map.offset_of(Svma(elf.entry)).filter(|_| elf.entry != 0);
        let gaps = Gaps::new(&map, elf.machine, entry, read_code);
        sweep(
            functions.as_slice(),
            sources.rows(&map, read_code),
            &gaps,
            &mut writer,
            &mut report,
        );
    }
    if writer.too_many_rows {
        return Err(too_large("rows"));
    }
    Ok((writer.finish(), report))
}

/// From the first byte of code to the last.
fn span_of(code: &[Range<u64>]) -> Result<Range<u64>, BuildError> {
    let (Some(first), Some(last)) = (code.first(), code.last()) else {
        return Err(BuildError::new(
            BuildErrorCode::NoCode,
            "No byte of the file is mapped as code.",
        ));
    };
    let span = first.start..last.end;
    if span.end - span.start > MAX_SPAN_BYTES {
        return Err(BuildError::new(
            BuildErrorCode::TooLarge,
            "The file's code lies more than 16 GiB apart.",
        ));
    }
    Ok(span)
}

fn too_large(what: &str) -> BuildError {
    BuildError::new(
        BuildErrorCode::TooLarge,
        format!("The file's unwind information has more {what} than are read."),
    )
}

/// Without any unwind information the frame pointer is all there is.
fn follow_frame_pointers(code: &[Range<u64>], machine: Machine, writer: &mut RowWriter) {
    for range in code {
        writer.push(range.start, &frame_pointer_rule(machine));
        writer.push(range.end, &UnwindRule::default());
    }
}
