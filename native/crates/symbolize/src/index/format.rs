//! Constants of the symbol index; `docs/symbol-index.md` draws the bytes.

/// First bytes of an index. The high bit and the line ends show damage by a text-mode copy, as in PNG.
pub(crate) const MAGIC: [u8; 8] = *b"\x89SYM\r\n\x1a\n";
pub(crate) const FORMAT_VERSION: u32 = 4;
/// Raised when the same file would give another index, so that stored ones can be built anew.
pub const BUILDER_VERSION: u32 = 5;

/// Offsets of the header's fields.
pub(crate) const AT_VERSION: usize = 8;
pub(crate) const AT_HEADER_CHECKSUM: usize = 12;
/// The header's checksum covers everything from here to the end of the header.
pub(crate) const AT_LENGTH: usize = 16;
pub(crate) const AT_SOURCE_KIND: usize = 24;
pub(crate) const AT_BUILD_ID_KIND: usize = 25;
pub(crate) const AT_BUILD_ID_LENGTH: usize = 26;
pub(crate) const AT_BUILDER_VERSION: usize = 28;
pub(crate) const AT_BUILD_ID: usize = 32;
pub(crate) const AT_SOURCE_DIGEST: usize = 64;
pub(crate) const AT_GENERATION: usize = 96;
/// Of everything behind the header.
pub(crate) const AT_BODY_CHECKSUM: usize = 100;
/// Ranges and locations, which packed parts do not show: u32 each.
pub(crate) const AT_RANGE_COUNT: usize = 104;
pub(crate) const AT_LOCATION_COUNT: usize = 108;
pub(crate) const AT_DIRECTORY: usize = 112;
/// Per part: offset and length in bytes, both u64.
pub(crate) const DIRECTORY_ENTRY_BYTES: usize = 16;
pub(crate) const HEADER_BYTES: usize = AT_DIRECTORY + PART_COUNT * DIRECTORY_ENTRY_BYTES;

/// Bytes of the digest of what an index was built from (SHA-256).
pub(crate) const DIGEST_BYTES: usize = 32;

/// Parts of an index, in their order in the file and in the directory.
pub(crate) const PART_COUNT: usize = 11;
pub(crate) const LOADS: usize = 0;
pub(crate) const SEGMENTS: usize = 1;
pub(crate) const RANGE_BLOCKS: usize = 2;
pub(crate) const RANGES: usize = 3;
pub(crate) const LOCATION_BLOCKS: usize = 4;
pub(crate) const LOCATIONS: usize = 5;
pub(crate) const FUNCTIONS: usize = 6;
pub(crate) const FILES: usize = 7;
pub(crate) const STRINGS: usize = 8;
pub(crate) const TEXT_ROWS: usize = 9;
pub(crate) const TEXTS: usize = 10;
/// Bytes of one element of each part.
pub(crate) const ELEMENT_BYTES: [usize; PART_COUNT] = [24, 16, 12, 1, 4, 1, 8, 8, 1, 16, 1];
/// Ranges of a block: the first stands in the part of blocks, the others follow it packed.
pub(crate) const RANGES_A_BLOCK: usize = 32;
/// Locations packed one after the other, the first of them from nothing.
pub(crate) const LOCATIONS_A_BLOCK: usize = 16;
pub(crate) const PART_ALIGNMENT: usize = 8;

/// No location, no function, no file, no parent.
pub(crate) const NONE: u32 = u32::MAX;

/// What the names of an index come from; where several sources were read, the best one. A larger number is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    Dynsym = 1,
    Symtab = 2,
    MiniDebug = 3,
    Pclntab = 4,
    Dwarf = 5,
}

impl SourceKind {
    const ALL: [Self; 5] = [
        Self::Dynsym,
        Self::Symtab,
        Self::MiniDebug,
        Self::Pclntab,
        Self::Dwarf,
    ];

    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }

    /// As it is written in text: `dwarf`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dynsym => "dynsym",
            Self::Symtab => "symtab",
            Self::MiniDebug => "minidebug",
            Self::Pclntab => "pclntab",
            Self::Dwarf => "dwarf",
        }
    }
}
