//! Files beside the one an index is built of: which they are, and whether they are really the ones.

use crate::debug_files::{DebugFiles, FileBytes, Wanted};
use crate::elf::Elf;
use crate::identity::{BuildIdKind, build_id_of};

/// Whether a file has debug information itself, rather than an empty section where it was.
pub(crate) fn has_debug_information(elf: &Elf<'_>) -> bool {
    [&b".debug_info"[..], b".zdebug_info"].iter().any(|name| {
        elf.section_bytes(name)
            .is_some_and(|(_, bytes)| !bytes.is_empty())
    })
}

/// The debug information that was taken out of a file: by its build ID, else by its `.gnu_debuglink` and CRC-32
/// (<https://sourceware.org/gdb/current/onlinedocs/gdb.html/Separate-Debug-Files.html>).
pub(crate) fn find_debug_file(elf: &Elf<'_>, find: &dyn DebugFiles) -> Option<FileBytes> {
    let build_id = build_id_of(elf).ok()?;
    if build_id.kind == BuildIdKind::Gnu
        && let Some(bytes) = find.find(Wanted::ByBuildId(&build_id.bytes))
        && Elf::parse((*bytes).as_ref())
            .and_then(|debug| build_id_of(&debug))
            .is_ok_and(|other| other == build_id)
    {
        return Some(bytes);
    }
    let (_, link) = elf.section_bytes(b".gnu_debuglink")?;
    let length = link.iter().position(|byte| *byte == 0)?;
    let checksum = link.get((length + 1).next_multiple_of(4)..)?.get(..4)?;
    let checksum = u32::from_le_bytes(checksum.try_into().ok()?);
    let name = &link[..length];
    if name.is_empty() || name.contains(&b'/') {
        return None;
    }
    let bytes = find.find(Wanted::ByLink(name))?;
    (crc32fast::hash((*bytes).as_ref()) == checksum).then_some(bytes)
}

/// The file that dwz moved to what several files have in common.
pub(crate) fn find_alternate(elf: &Elf<'_>, find: &dyn DebugFiles) -> Option<FileBytes> {
    let (_, link) = elf.section_bytes(b".gnu_debugaltlink")?;
    let length = link.iter().position(|byte| *byte == 0)?;
    let build_id = link.get(length + 1..)?;
    let bytes = find.find(Wanted::Alternate {
        path: &link[..length],
        build_id,
    })?;
    let is_it = Elf::parse((*bytes).as_ref())
        .and_then(|alternate| build_id_of(&alternate))
        .is_ok_and(|other| other.bytes == build_id);
    is_it.then_some(bytes)
}
