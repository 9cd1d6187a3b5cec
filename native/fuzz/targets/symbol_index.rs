//! Any bytes as a symbol index: what opens can be looked into everywhere.

#![no_main]

use libfuzzer_sys::fuzz_target;
use strata_symbolize::{Answers, FILE_OFFSET, Index, LocationId, NameCache, Names};

fuzz_target!(|bytes: &[u8]| {
    let Ok(index) = Index::open(with_right_header(bytes)) else {
        return;
    };
    let _ = index.verify();
    let ranges = (0..2_000u64).map(|place| place * 16);
    let places = ranges
        .chain([u64::MAX, FILE_OFFSET, FILE_OFFSET + 0x1000])
        .collect::<Vec<_>>();
    Answers::to(
        &index,
        places.into_iter(),
        Names::Demangled,
        &NameCache::default(),
    );
    for location in 0..1_000 {
        index.frames(LocationId(location)).count();
    }
    for file in 0..16 {
        if let Some(path) = index.file_path(file) {
            index.source_text(path);
        }
    }
});

/// Nobody guesses a checksum, but whoever makes an index up computes it: of the header, which ends where the first part may begin.
fn with_right_header(bytes: &[u8]) -> Vec<u8> {
    const CHECKSUM: std::ops::Range<usize> = 12..16;
    const HEADER: std::ops::Range<usize> = 16..288;
    let mut bytes = bytes.to_vec();
    if bytes.len() >= HEADER.end {
        let length = bytes.len() as u64;
        bytes[16..24].copy_from_slice(&length.to_le_bytes());
        let checksum = crc32c::crc32c(&bytes[HEADER]);
        bytes[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    }
    bytes
}
