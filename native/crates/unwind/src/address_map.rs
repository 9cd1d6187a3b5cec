use std::ops::Range;

use crate::elf::Elf;
use crate::error::BuildError;

/// Stated virtual memory address: an address as the file's program headers write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Svma(pub u64);

/// A part of the file that is mapped as code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    offset: u64,
    address: u64,
    bytes: u64,
}

/// Which bytes of a file are code, and at which addresses: its executable PT_LOAD segments, without what lies beyond the file's
/// end. `SVMA = file offset − p_offset + p_vaddr`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressMap {
    /// Sorted by address.
    segments: Vec<Segment>,
}

impl AddressMap {
    /// Reads the headers of an ELF file. An empty map where no part is executable; the errors of `build` besides.
    pub fn of(elf: &[u8]) -> Result<Self, BuildError> {
        Ok(Self::of_elf(&Elf::parse(elf)?))
    }

    pub(crate) fn of_elf(elf: &Elf<'_>) -> Self {
        let mut segments: Vec<Segment> = elf
            .loads
            .iter()
            .filter(|load| load.executable && !load.file.is_empty())
            .map(|load| Segment {
                offset: load.file.start,
                address: load.address,
                bytes: load.file.end - load.file.start,
            })
            .collect();
        segments.sort_by_key(|segment| segment.address);
        Self { segments }
    }

    /// Where in the file the byte of that address is.
    pub fn offset_of(&self, address: Svma) -> Option<u64> {
        let segment = self.segment_of(address)?;
        Some(segment.offset + (address.0 - segment.address))
    }

    /// The address of a byte of the file; the lowest where it is mapped twice.
    pub fn address_of(&self, file_offset: u64) -> Option<Svma> {
        self.segments.iter().find_map(|segment| {
            let distance = file_offset.checked_sub(segment.offset)?;
            (distance < segment.bytes).then(|| Svma(segment.address.wrapping_add(distance)))
        })
    }

    /// The part of the addresses `[start, start + bytes)` that is code, as file offsets; from the segment that holds `start`.
    pub(crate) fn file_range(&self, start: Svma, bytes: u64) -> Option<Range<u64>> {
        let segment = self.segment_of(start)?;
        let distance = start.0 - segment.address;
        let from = segment.offset + distance;
        Some(from..from + bytes.min(segment.bytes - distance))
    }

    /// The executable parts as file offsets, ascending and apart from each other.
    pub fn file_ranges(&self) -> Vec<Range<u64>> {
        let mut ranges: Vec<Range<u64>> = self
            .segments
            .iter()
            .map(|segment| segment.offset..segment.offset + segment.bytes)
            .collect();
        ranges.sort_by_key(|range| range.start);
        ranges.dedup_by(|next, previous| {
            let touches = next.start <= previous.end;
            if touches {
                previous.end = previous.end.max(next.end);
            }
            touches
        });
        ranges
    }

    fn segment_of(&self, address: Svma) -> Option<&Segment> {
        let behind = self
            .segments
            .partition_point(|segment| segment.address <= address.0);
        let segment = self.segments.get(behind.checked_sub(1)?)?;
        (address.0 - segment.address < segment.bytes).then_some(segment)
    }
}
