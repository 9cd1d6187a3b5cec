//! The parts of an ELF file that unwind tables are made of, in memory of our own: a file that is cut off while a mapping of it
//! is read would end this process.
use std::{fs::File, io, os::unix::fs::FileExt};

use memmap2::{MmapMut, MmapOptions};

/// A file may claim any size; this much of the address space is given to one.
const FILE_BYTES_MOST: u64 = 16 << 30;
/// What is read of one file in all.
const READ_BYTES_MOST: u64 = 1 << 30;
const HEADER_BYTES: usize = 64;
const SEGMENTS_MOST: usize = 4_096;
const SECTIONS_MOST: usize = 65_536;
const SECTION_HEADER_BYTES: usize = 64;
const SEGMENT_HEADER_BYTES: usize = 56;
const SHT_NOBITS: u32 = 8;
const PT_LOAD: u32 = 1;
const PT_GNU_EH_FRAME: u32 = 0x6474_e550;
/// Sections by name; the rest of the file stays zero.
const WANTED: [&[u8]; 7] = [
    b".eh_frame",
    b".eh_frame_hdr",
    b".debug_frame",
    b".zdebug_frame",
    b".gopclntab",
    b".data.rel.ro.gopclntab",
    b".go.buildinfo",
];

/// A file's own image, of its full size, in which only headers and sections with unwind information are read. 64-bit
/// little-endian ELF; of anything else, only the first bytes, by which it is told.
pub fn copy_elf(file: &File) -> io::Result<MmapMut> {
    let size = file.metadata()?.len();
    if size > FILE_BYTES_MOST {
        return Err(io::Error::other(format!(
            "the file has {size} bytes, more than are looked at"
        )));
    }
    let mut copy = MmapOptions::new()
        .len((size as usize).max(HEADER_BYTES))
        .no_reserve_swap()
        .map_anon()?;
    let mut left = READ_BYTES_MOST;
    let mut read = |copy: &mut MmapMut, offset: u64, bytes: u64| -> io::Result<()> {
        let end = offset.saturating_add(bytes).min(size);
        let bytes = end.saturating_sub(offset);
        if bytes > left {
            return Err(io::Error::other("its unwind information is too large"));
        }
        left -= bytes;
        match copy.get_mut(offset as usize..end as usize) {
            Some(part) => file.read_exact_at(part, offset),
            None => Ok(()),
        }
    };
    read(&mut copy, 0, HEADER_BYTES as u64)?;
    if !copy.starts_with(b"\x7fELF\x02\x01") {
        return Ok(copy);
    }
    let segments_at = u64_at(&copy, 32);
    let segments = usize::from(u16_at(&copy, 56)).min(SEGMENTS_MOST);
    read(
        &mut copy,
        segments_at,
        (segments * SEGMENT_HEADER_BYTES) as u64,
    )?;
    let sections_at = u64_at(&copy, 40);
    read(&mut copy, sections_at, SECTION_HEADER_BYTES as u64)?;
    // More sections than 16 bits hold are counted in the first one.
    let sections = match u16_at(&copy, 60) {
        0 if sections_at != 0 => u64_at(&copy, sections_at as usize + 32) as usize,
        count => usize::from(count),
    }
    .min(SECTIONS_MOST);
    read(
        &mut copy,
        sections_at,
        (sections * SECTION_HEADER_BYTES) as u64,
    )?;

    let names = section(&copy, sections_at, usize::from(u16_at(&copy, 62)));
    read(&mut copy, names.offset, names.bytes)?;
    let mut found = false;
    for index in 0..sections {
        let part = section(&copy, sections_at, index);
        let name_at = (names.offset as usize).saturating_add(part.name as usize);
        let name = copy.get(name_at..).unwrap_or_default();
        let name = name
            .iter()
            .position(|&byte| byte == 0)
            .map_or(name, |end| &name[..end]);
        if part.kind != SHT_NOBITS && WANTED.contains(&name) {
            found |= name == b".eh_frame";
            read(&mut copy, part.offset, part.bytes)?;
        }
    }
    if !found {
        read_frame_segment(&mut copy, segments_at, segments, &mut read)?;
    }
    Ok(copy)
}

/// Without section headers the unwind information is found through its index, in the same segment.
fn read_frame_segment(
    copy: &mut MmapMut,
    segments_at: u64,
    segments: usize,
    read: &mut impl FnMut(&mut MmapMut, u64, u64) -> io::Result<()>,
) -> io::Result<()> {
    let at = |index: usize| segments_at as usize + index * SEGMENT_HEADER_BYTES;
    let Some(index) = (0..segments).find(|&index| u32_at(copy, at(index)) == PT_GNU_EH_FRAME)
    else {
        return Ok(());
    };
    let offset = u64_at(copy, at(index) + 8);
    for index in 0..segments {
        let (start, bytes) = (u64_at(copy, at(index) + 8), u64_at(copy, at(index) + 32));
        if u32_at(copy, at(index)) == PT_LOAD && start <= offset && offset - start < bytes {
            read(copy, start, bytes)?;
        }
    }
    Ok(())
}

struct Section {
    name: u32,
    kind: u32,
    offset: u64,
    bytes: u64,
}

fn section(copy: &[u8], sections_at: u64, index: usize) -> Section {
    let at = (sections_at as usize).saturating_add(index * SECTION_HEADER_BYTES);
    Section {
        name: u32_at(copy, at),
        kind: u32_at(copy, at.saturating_add(4)),
        offset: u64_at(copy, at.saturating_add(24)),
        bytes: u64_at(copy, at.saturating_add(32)),
    }
}

/// Numbers beyond the end are 0.
fn number<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    at.checked_add(N)
        .and_then(|end| bytes.get(at..end))
        .and_then(|part| part.try_into().ok())
        .unwrap_or([0; N])
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(number(bytes, at))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(number(bytes, at))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(number(bytes, at))
}
