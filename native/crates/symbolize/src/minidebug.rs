use std::io::Read;

use lzma_rust2::XzReader;

use crate::error::{ErrorCode, SymbolizeError};

/// `.gnu_debugdata` holds symbol tables only; the largest seen unpack to about 20 MiB.
const MAX_UNPACKED_BYTES: u64 = 128 << 20;
/// `xz -9` asks for a dictionary of 64 MiB.
const MAX_DICTIONARY_KIB: u32 = 80 << 10;

/// Unpacks `.gnu_debugdata`, an xz stream with an ELF file inside
/// (<https://sourceware.org/gdb/current/onlinedocs/gdb.html/MiniDebugInfo.html>).
pub(crate) fn unpack(compressed: &[u8]) -> Result<Vec<u8>, SymbolizeError> {
    let mut unpacked = Vec::new();
    XzReader::new_mem_limit(compressed, false, MAX_DICTIONARY_KIB)
        .take(MAX_UNPACKED_BYTES + 1)
        .read_to_end(&mut unpacked)
        .map_err(|e| SymbolizeError::malformed(".gnu_debugdata section", e))?;
    if unpacked.len() as u64 > MAX_UNPACKED_BYTES {
        return Err(SymbolizeError::new(
            ErrorCode::TooLarge,
            "The ELF file's .gnu_debugdata section unpacks to more than 128 MiB.",
        ));
    }
    Ok(unpacked)
}
