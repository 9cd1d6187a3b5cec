//! Constants of the symbol index; `docs/symbol-index.md` draws the bytes.

/// First bytes of an index. The high bit and the line ends show damage by a text-mode copy, as in PNG.
pub(crate) const MAGIC: [u8; 8] = *b"\x89SYM\r\n\x1a\n";
pub(crate) const FORMAT_VERSION: u32 = 1;
/// Raised when the same file would give another index, so that stored ones can be built anew.
pub(crate) const BUILDER_VERSION: u32 = 1;

/// Offsets of the header's fields.
pub(crate) const AT_VERSION: usize = 8;
pub(crate) const AT_CHECKSUM: usize = 12;
/// The checksum covers everything from here to the end.
pub(crate) const AT_LENGTH: usize = 16;
pub(crate) const AT_SOURCE_KIND: usize = 24;
pub(crate) const AT_BUILD_ID_KIND: usize = 25;
pub(crate) const AT_BUILD_ID_LENGTH: usize = 26;
pub(crate) const AT_BUILDER_VERSION: usize = 28;
pub(crate) const AT_BUILD_ID: usize = 32;
pub(crate) const AT_DIRECTORY: usize = 64;
/// Per part: offset and length in bytes, both u64.
pub(crate) const DIRECTORY_ENTRY_BYTES: usize = 16;
pub(crate) const HEADER_BYTES: usize = AT_DIRECTORY + PART_COUNT * DIRECTORY_ENTRY_BYTES;

/// Parts of an index, in their order in the file and in the directory.
pub(crate) const PART_COUNT: usize = 5;
pub(crate) const SEGMENTS: usize = 0;
pub(crate) const STARTS: usize = 1;
pub(crate) const RANGE_FUNCTIONS: usize = 2;
pub(crate) const FUNCTIONS: usize = 3;
pub(crate) const STRINGS: usize = 4;
/// Bytes of one element of each part.
pub(crate) const ELEMENT_BYTES: [usize; PART_COUNT] = [16, 4, 4, 8, 1];
pub(crate) const PART_ALIGNMENT: usize = 8;

/// In the column of a range's function: nothing is known from here on.
pub(crate) const NO_FUNCTION: u32 = u32::MAX;

/// What the names of an index come from; where several sources were read, the best one. A larger number is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    Dynsym = 1,
    Symtab = 2,
    MiniDebug = 3,
    Pclntab = 4,
}

impl SourceKind {
    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        [Self::Dynsym, Self::Symtab, Self::MiniDebug, Self::Pclntab]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}
