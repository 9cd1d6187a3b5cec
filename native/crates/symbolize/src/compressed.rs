use std::borrow::Cow;
use std::io::Read;

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use object::elf::{CompressionType, ELFCOMPRESS_ZLIB, ELFCOMPRESS_ZSTD};
use object::read::elf::SectionHeader;
use ruzstd::decoding::StreamingDecoder;

use crate::elf::{ENDIAN, Elf};
use crate::error::{ErrorCode, SymbolizeError};

/// A section unpacked; larger than any we know of by far, and what a builder's process must be able to hold.
const MAX_UNPACKED_BYTES: u64 = 4 << 30;
/// No compressor gets further: deflate ends at 1,032, and what zstd makes of real debug information stays far below this.
const MAX_RATIO: u64 = 2_000;
/// `ZLIB` and the size in big endian, with which `.zdebug_…` sections begin (the form before SHF_COMPRESSED).
const GNU_MAGIC: &[u8] = b"ZLIB";
const GNU_HEADER_BYTES: usize = 12;

/// The contents of the first section of that name, unpacked where it is compressed (ELF gABI, «Section Compression», or in
/// `.zdebug_…`); empty when there is none.
pub(crate) fn section_contents<'d>(
    elf: &Elf<'d>,
    name: &[u8],
) -> Result<Cow<'d, [u8]>, SymbolizeError> {
    let shown = || String::from_utf8_lossy(name).into_owned();
    if let Some((_, section)) = elf.sections.section_by_name(ENDIAN, name) {
        let Ok(bytes) = section.data(ENDIAN, elf.data) else {
            return Err(SymbolizeError::malformed(&shown(), "it is out of bounds"));
        };
        return match section.compression(ENDIAN, elf.data) {
            Ok(None) => Ok(Cow::Borrowed(bytes)),
            Ok(Some((header, offset, size))) => {
                use object::read::elf::CompressionHeader;
                let packed = elf
                    .data
                    .get(offset as usize..)
                    .and_then(|rest| rest.get(..size as usize));
                let packed = packed.unwrap_or_default();
                let unpacked = unpack(header.ch_type(ENDIAN), packed, header.ch_size(ENDIAN));
                unpacked.map(Cow::Owned).map_err(|why| why.of(&shown()))
            }
            Err(cause) => Err(SymbolizeError::malformed(&shown(), cause)),
        };
    }
    let Some(old) = name.strip_prefix(b".debug_") else {
        return Ok(Cow::Borrowed(&[]));
    };
    let Some((_, bytes)) = elf.section_bytes(&[b".zdebug_", old].concat()) else {
        return Ok(Cow::Borrowed(&[]));
    };
    match (
        bytes.strip_prefix(GNU_MAGIC),
        bytes.get(GNU_MAGIC.len()..GNU_HEADER_BYTES),
    ) {
        (Some(_), Some(size)) => {
            let size = u64::from_be_bytes(size.try_into().unwrap_or_default());
            let unpacked = unpack(ELFCOMPRESS_ZLIB, &bytes[GNU_HEADER_BYTES..], size);
            unpacked.map(Cow::Owned).map_err(|why| why.of(&shown()))
        }
        _ => Ok(Cow::Borrowed(bytes)),
    }
}

enum Refusal {
    TooLarge,
    Malformed,
}

impl Refusal {
    fn of(self, section: &str) -> SymbolizeError {
        match self {
            Self::TooLarge => SymbolizeError::new(
                ErrorCode::TooLarge,
                format!(
                    "The ELF file's {section} section says that it unpacks to more than its bytes can hold, or to more than 4 GiB."
                ),
            ),
            Self::Malformed => SymbolizeError::malformed(section, "it does not unpack"),
        }
    }
}

/// Memory grows with what really comes out, and is bounded by the size that the header states.
fn unpack(kind: CompressionType, packed: &[u8], size: u64) -> Result<Vec<u8>, Refusal> {
    if size > MAX_UNPACKED_BYTES || size > (packed.len() as u64 + 64).saturating_mul(MAX_RATIO) {
        return Err(Refusal::TooLarge);
    }
    let limit = usize::try_from(size).map_err(|_| Refusal::TooLarge)?;
    let bytes = match kind {
        ELFCOMPRESS_ZLIB => decompress_to_vec_zlib_with_limit(packed, limit).ok(),
        ELFCOMPRESS_ZSTD => StreamingDecoder::new(packed).ok().and_then(|decoder| {
            let mut bytes = Vec::new();
            decoder.take(size).read_to_end(&mut bytes).ok()?;
            Some(bytes)
        }),
        _ => None,
    };
    bytes
        .filter(|bytes| bytes.len() == limit)
        .ok_or(Refusal::Malformed)
}
