use std::ops::Range;

use strata_definitions::{UNWIND_KIND_FRAME_POINTER, UNWIND_PLACE_CFA, UnwindRule};

use crate::address_map::AddressMap;
use crate::cfi::{CfiRows, debug_frame_of, eh_frame_of};
use crate::elf::Elf;
use crate::error::{BuildError, BuildErrorCode};
use crate::functions::{Functions, Origin};
use crate::machine::Machine;
use crate::report::BuildReport;
use crate::row_writer::RowWriter;
use crate::sweep::sweep;
use crate::table::UnwindTable;

/// Files whose code lies further apart are refused: the page index grows with the span.
const MAX_SPAN_BYTES: u64 = 64 << 30;

/// The unwind table of an ELF file. Memory is bounded by the file's size, and by fixed limits for what is packed in it.
pub fn build(elf: &[u8]) -> Result<UnwindTable, BuildError> {
    build_with_report(elf).map(|(table, _)| table)
}

/// As `build`, with what was seen on the way.
pub fn build_with_report(elf: &[u8]) -> Result<(UnwindTable, BuildReport), BuildError> {
    let elf = Elf::parse(elf)?;
    let map = AddressMap::of_elf(&elf);
    let code = map.file_ranges();
    let span = span_of(&code)?;
    let mut report = BuildReport::default();
    let mut functions = Functions::default();
    let mut sections = [eh_frame_of(&elf), debug_frame_of(&elf)];
    for (section, origin) in sections
        .iter_mut()
        .zip([Origin::EhFrame, Origin::DebugFrame])
    {
        if let Some(section) = section {
            section.collect(&map, origin, &mut functions, &mut report);
            functions.settle();
        }
    }
    if functions.too_many {
        return Err(too_large("functions"));
    }
    let mut writer = RowWriter::new(span);
    if functions.as_slice().is_empty() {
        follow_frame_pointers(&code, elf.machine, &mut writer);
    } else {
        let [eh_frame, debug_frame] = &sections;
        sweep(
            functions.as_slice(),
            |function| {
                let section = match function.origin {
                    Origin::EhFrame => eh_frame.as_ref(),
                    Origin::DebugFrame => debug_frame.as_ref(),
                };
                CfiRows::new(function, section, &map, elf.machine)
            },
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
            "The file's code lies more than 64 GiB apart.",
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

/// Without any unwind information the frame pointer is all there is: `push rbp; mov rbp, rsp`, or a frame record on arm64.
fn follow_frame_pointers(code: &[Range<u64>], machine: Machine, writer: &mut RowWriter) {
    let (ra_offset, fp_offset) = (-8, -16);
    let rule = UnwindRule {
        kind: UNWIND_KIND_FRAME_POINTER as u8,
        cfa_register: machine.frame_pointer(),
        cfa_offset: 16,
        ra_place: UNWIND_PLACE_CFA as u8,
        ra_offset,
        fp_place: UNWIND_PLACE_CFA as u8,
        fp_offset,
        ..UnwindRule::default()
    };
    for range in code {
        writer.push(range.start, &rule);
        writer.push(range.end, &UnwindRule::default());
    }
}
