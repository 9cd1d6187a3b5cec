use std::ops::Range;

use crate::error::SymbolizeError;
use crate::identity::{BuildId, BuildIdKind, MAX_BUILD_ID_BYTES};
use crate::index_format::*;

/// A verified symbol index over bytes that the caller holds or maps; they must not change while it is in use.
pub struct Index<Bytes> {
    bytes: Bytes,
    parts: [Range<usize>; PART_COUNT],
    build_id: BuildId,
    source: SourceKind,
}

impl<Bytes: AsRef<[u8]>> Index<Bytes> {
    /// Checks magic, version, length, checksum and the bounds of every part.
    pub fn open(bytes: Bytes) -> Result<Self, SymbolizeError> {
        let file = bytes.as_ref();
        if file.len() < HEADER_BYTES || !file.starts_with(&MAGIC) {
            return Err(SymbolizeError::invalid_index(
                "it does not start as one does",
            ));
        }
        let version = u32_at(file, AT_VERSION);
        if version != FORMAT_VERSION {
            return Err(SymbolizeError::invalid_index(format!(
                "its version is {version}, and {FORMAT_VERSION} is the one that is read"
            )));
        }
        if u64_at(file, AT_LENGTH) != file.len() as u64 {
            return Err(SymbolizeError::invalid_index(format!(
                "it has {} bytes instead of {}",
                file.len(),
                u64_at(file, AT_LENGTH)
            )));
        }
        if crc32c::crc32c(&file[AT_LENGTH..]) != u32_at(file, AT_CHECKSUM) {
            return Err(SymbolizeError::invalid_index("its checksum is wrong"));
        }
        let parts = parts_of(file)?;
        let source = SourceKind::from_byte(file[AT_SOURCE_KIND])
            .ok_or_else(|| SymbolizeError::invalid_index("its source kind is unknown"))?;
        let build_id = build_id_of(file)?;
        Ok(Self {
            bytes,
            parts,
            build_id,
            source,
        })
    }

    pub fn build_id(&self) -> &BuildId {
        &self.build_id
    }

    pub fn source(&self) -> SourceKind {
        self.source
    }

    /// Number of distinct functions.
    pub fn function_count(&self) -> usize {
        self.parts[FUNCTIONS].len() / ELEMENT_BYTES[FUNCTIONS]
    }

    /// The function at an address (SVMA), as a row of the function table; `None` when nothing is known there.
    pub fn function_at(&self, address: u64) -> Option<u32> {
        let segments = self.part(SEGMENTS);
        let count = segments.len() / ELEMENT_BYTES[SEGMENTS];
        let after = partition(count, |row| {
            u64_at(segments, row * ELEMENT_BYTES[SEGMENTS]) <= address
        });
        let row = after.checked_sub(1)? * ELEMENT_BYTES[SEGMENTS];
        let relative = u32::try_from(address - u64_at(segments, row)).ok()?;
        let first = u32_at(segments, row + 8) as usize;
        let count = u32_at(segments, row + 12) as usize;
        let last = first.checked_add(count)?.checked_mul(4)?;
        let starts = self.part(STARTS).get(first * 4..last)?;
        let position =
            partition(count, |index| u32_at(starts, index * 4) <= relative).checked_sub(1)?;
        let function = u32_at(self.part(RANGE_FUNCTIONS), (first + position) * 4);
        (function != NO_FUNCTION).then_some(function)
    }

    /// The linkage name of a row of the function table.
    pub fn linkage_name(&self, function: u32) -> Option<&[u8]> {
        let row = (function as usize).checked_mul(ELEMENT_BYTES[FUNCTIONS])?;
        let row = self
            .part(FUNCTIONS)
            .get(row..row + ELEMENT_BYTES[FUNCTIONS])?;
        let offset = u32_at(row, 0) as usize;
        self.part(STRINGS)
            .get(offset..offset.checked_add(u32_at(row, 4) as usize)?)
    }

    fn part(&self, part: usize) -> &[u8] {
        &self.bytes.as_ref()[self.parts[part].clone()]
    }
}

fn parts_of(file: &[u8]) -> Result<[Range<usize>; PART_COUNT], SymbolizeError> {
    let mut parts: [Range<usize>; PART_COUNT] = Default::default();
    for (index, part) in parts.iter_mut().enumerate() {
        let entry = AT_DIRECTORY + index * DIRECTORY_ENTRY_BYTES;
        let offset = u64_at(file, entry) as usize;
        let length = u64_at(file, entry + 8) as usize;
        let end = offset
            .checked_add(length)
            .filter(|end| *end <= file.len() && offset >= HEADER_BYTES);
        match end {
            Some(end) if length.is_multiple_of(ELEMENT_BYTES[index]) => *part = offset..end,
            _ => {
                return Err(SymbolizeError::invalid_index(format!(
                    "part {index} of it is out of bounds"
                )));
            }
        }
    }
    if parts[STARTS].len() != parts[RANGE_FUNCTIONS].len() {
        return Err(SymbolizeError::invalid_index(
            "its columns differ in length",
        ));
    }
    Ok(parts)
}

fn build_id_of(file: &[u8]) -> Result<BuildId, SymbolizeError> {
    let length = file[AT_BUILD_ID_LENGTH] as usize;
    match BuildIdKind::from_byte(file[AT_BUILD_ID_KIND]) {
        Some(kind) if (1..=MAX_BUILD_ID_BYTES).contains(&length) => Ok(BuildId {
            kind,
            bytes: file[AT_BUILD_ID..AT_BUILD_ID + length].to_vec(),
        }),
        _ => Err(SymbolizeError::invalid_index("its build ID cannot be read")),
    }
}

/// How many of the first rows hold `is_before`, which is true of a beginning of them and of no other.
fn partition(count: usize, is_before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Callers have checked the bounds.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap_or_default())
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap_or_default())
}
