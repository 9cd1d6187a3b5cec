use std::io::Read;

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use object::elf::{CompressionType, ELFCOMPRESS_ZLIB, ELFCOMPRESS_ZSTD};
use ruzstd::decoding::StreamingDecoder;

/// More than any `.debug_frame` we know of has: Go's largest are a tenth of it.
const MAX_UNPACKED_BYTES: u64 = 128 << 20;

/// The bytes of a section with SHF_COMPRESSED (ELF gABI, «Section Compression»), without its header. `None` when they cannot be
/// unpacked, are other than the `size` the header states, or more than is unpacked. Memory grows with what really comes out.
pub(crate) fn unpacked(kind: CompressionType, packed: &[u8], size: u64) -> Option<Vec<u8>> {
    if size > MAX_UNPACKED_BYTES {
        return None;
    }
    let limit = usize::try_from(size).ok()?;
    let bytes = match kind {
        ELFCOMPRESS_ZLIB => decompress_to_vec_zlib_with_limit(packed, limit).ok()?,
        ELFCOMPRESS_ZSTD => {
            let mut bytes = Vec::new();
            StreamingDecoder::new(packed)
                .ok()?
                .take(size)
                .read_to_end(&mut bytes)
                .ok()?;
            bytes
        }
        _ => return None,
    };
    (bytes.len() == limit).then_some(bytes)
}
