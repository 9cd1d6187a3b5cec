use std::ops::Range;

use crate::elf::Segment;
use crate::error::{ErrorCode, SymbolizeError};
use crate::identity::{BuildId, BuildIdKind, MAX_BUILD_ID_BYTES};
use crate::index::Location;
use crate::index::bytes::{partition, u32_at, u64_at};
use crate::index::format::*;
use crate::index::packed::{NO_LOCATION, Unpack};
use crate::index::source_texts::unpack;

/// Frames at one address at most; deeper inlining is cut at its outer end.
const MAX_FRAMES: usize = 1024;

/// A symbol index over bytes that the caller holds or maps; they must not change while it is in use.
pub struct Index<Bytes> {
    bytes: Bytes,
    parts: [Range<usize>; PART_COUNT],
    build_id: BuildId,
    source: SourceKind,
}

/// A place in the code with the calls inlined there: a row of the location table. Ids are of one index only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocationId(pub u32);

/// One logical call. `line` is 1-based, 0 when unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    /// Row of the functions.
    pub function: Option<u32>,
    /// Row of the files.
    pub file: Option<u32>,
    pub line: u32,
}

impl<Bytes: AsRef<[u8]>> Index<Bytes> {
    /// Checks magic, version, length, the header's checksum and the bounds of every part; reads nothing else, so that it takes
    /// the same time for an index of any size. Whatever the rest holds, look-ups do no harm; `verify` tells damage.
    pub fn open(bytes: Bytes) -> Result<Self, SymbolizeError> {
        let file = bytes.as_ref();
        if file.len() < HEADER_BYTES || !file.starts_with(&MAGIC) {
            return Err(SymbolizeError::invalid_index(
                "it does not start as one does",
            ));
        }
        let version = u32_at(file, AT_VERSION);
        if version != FORMAT_VERSION {
            return Err(SymbolizeError::new(
                ErrorCode::OtherVersion,
                format!(
                    "The symbol index is of version {version}, and only version {FORMAT_VERSION} is read: it is built anew."
                ),
            ));
        }
        if crc32c::crc32c(&file[AT_LENGTH..HEADER_BYTES]) != u32_at(file, AT_HEADER_CHECKSUM) {
            return Err(SymbolizeError::invalid_index(
                "the checksum of its header is wrong",
            ));
        }
        if u64_at(file, AT_LENGTH) != file.len() as u64 {
            return Err(SymbolizeError::invalid_index(format!(
                "it has {} bytes instead of {}",
                file.len(),
                u64_at(file, AT_LENGTH)
            )));
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

    /// Compares the checksum of everything behind the header: once, before an index from elsewhere is kept.
    pub fn verify(&self) -> Result<(), SymbolizeError> {
        let file = self.bytes.as_ref();
        if crc32c::crc32c(&file[HEADER_BYTES..]) != u32_at(file, AT_BODY_CHECKSUM) {
            return Err(SymbolizeError::invalid_index("its checksum is wrong"));
        }
        Ok(())
    }

    pub fn build_id(&self) -> &BuildId {
        &self.build_id
    }

    pub fn source(&self) -> SourceKind {
        self.source
    }

    /// Counts up with each better index of one build ID, so that what was known of the one before is not taken for this one's.
    pub fn generation(&self) -> u32 {
        u32_at(self.bytes.as_ref(), AT_GENERATION)
    }

    /// SHA-256 of the files that it was built from, in the order they were read.
    pub fn source_digest(&self) -> [u8; DIGEST_BYTES] {
        let digest = &self.bytes.as_ref()[AT_SOURCE_DIGEST..AT_SOURCE_DIGEST + DIGEST_BYTES];
        digest.try_into().unwrap_or_default()
    }

    /// Whether this builder would build the same; otherwise what is known could be better.
    pub fn is_current(&self) -> bool {
        u32_at(self.bytes.as_ref(), AT_BUILDER_VERSION) == BUILDER_VERSION
    }

    /// Number of distinct functions.
    pub fn function_count(&self) -> usize {
        self.rows(FUNCTIONS)
    }

    /// Number of distinct source files.
    pub fn file_count(&self) -> usize {
        self.rows(FILES)
    }

    /// Number of distinct locations.
    pub fn location_count(&self) -> usize {
        u32_at(self.bytes.as_ref(), AT_LOCATION_COUNT) as usize
    }

    /// Number of ranges, ends included.
    pub fn range_count(&self) -> usize {
        u32_at(self.bytes.as_ref(), AT_RANGE_COUNT) as usize
    }

    /// Number of source files whose text it has.
    pub fn text_count(&self) -> usize {
        self.rows(TEXT_ROWS)
    }

    /// Size of the index.
    pub fn byte_count(&self) -> usize {
        self.bytes.as_ref().len()
    }

    /// Executable segments as the file's program headers write them; empty when the file that was read has none, as separate
    /// debug files do.
    pub fn segments(&self) -> Vec<Segment> {
        let loads = self.part(LOADS);
        (0..self.rows(LOADS))
            .map(|row| row * ELEMENT_BYTES[LOADS])
            .map(|at| Segment {
                offset: u64_at(loads, at),
                virtual_address: u64_at(loads, at + 8),
                file_size: u64_at(loads, at + 16),
            })
            .collect()
    }

    /// The address (SVMA) of a place in the file: offset − segment offset + segment address. `None` outside of code.
    pub fn address_of_offset(&self, offset: u64) -> Option<u64> {
        let loads = self.part(LOADS);
        (0..self.rows(LOADS)).find_map(|row| {
            let at = row * ELEMENT_BYTES[LOADS];
            let inside = offset.checked_sub(u64_at(loads, at))?;
            (inside < u64_at(loads, at + 16)).then(|| u64_at(loads, at + 8).wrapping_add(inside))
        })
    }

    /// What is at an address (SVMA); `None` when nothing is known there.
    pub fn location_at(&self, address: u64) -> Option<LocationId> {
        let segments = self.part(SEGMENTS);
        let after = partition(self.rows(SEGMENTS), |row| {
            u64_at(segments, row * ELEMENT_BYTES[SEGMENTS]) <= address
        });
        let row = after.checked_sub(1)? * ELEMENT_BYTES[SEGMENTS];
        // Starts fit 32 bits; what is farther away belongs to the last of them.
        let relative = u32::try_from(address - u64_at(segments, row)).unwrap_or(u32::MAX);
        let first = u32_at(segments, row + 8) as usize;
        let ranges = u32_at(segments, row + 12) as usize;
        let size = ELEMENT_BYTES[RANGE_BLOCKS];
        let count = ranges.div_ceil(RANGES_A_BLOCK);
        let last = first.checked_add(count)?.checked_mul(size)?;
        let blocks = self.part(RANGE_BLOCKS).get(first * size..last)?;
        let block = partition(count, |index| u32_at(blocks, index * size) <= relative);
        let block = block.checked_sub(1)?;
        let at = block * size;
        let (mut start, mut location) = (u32_at(blocks, at), u32_at(blocks, at + 8));
        let mut packed = Unpack::at(self.part(RANGES), u32_at(blocks, at + 4) as usize)?;
        let behind = (ranges - block * RANGES_A_BLOCK).min(RANGES_A_BLOCK) - 1;
        for _ in 0..behind {
            match packed.range(start, location) {
                Some((next, other)) if next <= relative => (start, location) = (next, other),
                _ => break,
            }
        }
        (location != NONE).then_some(LocationId(location))
    }

    /// The calls at a location, innermost first: all but the last are inlined into the next.
    pub fn frames(&self, location: LocationId) -> impl Iterator<Item = Frame> + '_ {
        let mut next = Some(location.0);
        let known = |id: u32| (id != NONE).then_some(id);
        std::iter::from_fn(move || {
            let row = self.location(next?)?;
            next = known(row.parent);
            Some(Frame {
                function: known(row.function),
                file: known(row.file),
                line: row.line,
            })
        })
        .take(MAX_FRAMES)
    }

    /// A row of the locations. Its parent always has a smaller id, so that no chain of a made up index is a circle.
    fn location(&self, id: u32) -> Option<Location> {
        if id as usize >= self.location_count() {
            return None;
        }
        let first = id - id % LOCATIONS_A_BLOCK as u32;
        let at = id as usize / LOCATIONS_A_BLOCK * ELEMENT_BYTES[LOCATION_BLOCKS];
        let offset = self.part(LOCATION_BLOCKS).get(at..at + 4)?;
        let mut packed = Unpack::at(self.part(LOCATIONS), u32_at(offset, 0) as usize)?;
        let mut row = NO_LOCATION;
        for id in first..=id {
            row = packed.location(id, &row)?;
        }
        Some(row).filter(|row| row.parent == NONE || row.parent < id)
    }

    /// The linkage name of a row of the functions.
    pub fn linkage_name(&self, function: u32) -> Option<&[u8]> {
        self.text(FUNCTIONS, function)
    }

    /// The path of a row of the files, as the compiler wrote it.
    pub fn file_path(&self, file: u32) -> Option<&[u8]> {
        self.text(FILES, file)
    }

    /// The text of a source file that debug information has itself, by its path as the compiler wrote it.
    pub fn source_text(&self, path: &[u8]) -> Option<Vec<u8>> {
        let rows = self.part(TEXT_ROWS);
        (0..self.rows(TEXT_ROWS))
            .map(|row| row * ELEMENT_BYTES[TEXT_ROWS])
            .filter(|at| self.file_path(u32_at(rows, *at)) == Some(path))
            .find_map(|at| {
                let offset = u32_at(rows, at + 8) as usize;
                let end = offset.checked_add(u32_at(rows, at + 12) as usize)?;
                unpack(self.part(TEXTS).get(offset..end)?, u32_at(rows, at + 4))
            })
    }

    fn text(&self, part: usize, row: u32) -> Option<&[u8]> {
        let at = (row as usize).checked_mul(ELEMENT_BYTES[part])?;
        let row = self.part(part).get(at..at + ELEMENT_BYTES[part])?;
        let offset = u32_at(row, 0) as usize;
        self.part(STRINGS)
            .get(offset..offset.checked_add(u32_at(row, 4) as usize)?)
    }

    fn rows(&self, part: usize) -> usize {
        self.parts[part].len() / ELEMENT_BYTES[part]
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
