use std::borrow::Cow;

use crate::cfi::eh_frame_header::eh_frame_header_of;
use crate::cfi::entries::{CfiSection, Flavor};
use crate::elf::{Elf, Section};

/// `.eh_frame`, by its section header or, in files without those, by PT_GNU_EH_FRAME.
pub(crate) fn eh_frame_of<'elf, 'data>(elf: &'elf Elf<'data>) -> Option<CfiSection<'elf, 'data>> {
    if let Some(section) = elf.section(b".eh_frame") {
        return Some(CfiSection::new(elf, section, Flavor::EhFrame, None));
    }
    let header = eh_frame_header_of(elf)?;
    let section = Section {
        address: header.eh_frame,
        bytes: Cow::Borrowed(elf.bytes_at(header.eh_frame)?),
    };
    // Its end is not known: what follows the last function belongs to other sections.
    let functions = header.functions.unwrap_or(0);
    Some(CfiSection::new(
        elf,
        section,
        Flavor::EhFrame,
        Some(functions),
    ))
}

/// `.debug_frame`, unpacked.
pub(crate) fn debug_frame_of<'elf, 'data>(
    elf: &'elf Elf<'data>,
) -> Option<CfiSection<'elf, 'data>> {
    let section = elf.section(b".debug_frame")?;
    Some(CfiSection::new(elf, section, Flavor::DebugFrame, None))
}
