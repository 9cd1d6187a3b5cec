use std::collections::BTreeMap;

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

/// Larger ones are generated, and nobody reads them.
pub(crate) const MAX_TEXT_BYTES: usize = 4 << 20;
/// Of all texts together, unpacked; what comes behind is left out.
pub(crate) const MAX_TEXTS_BYTES: usize = 512 << 20;
/// Of zlib: nine tenths of what its best does, in half the time.
const LEVEL: u8 = 6;

/// A text that debug information has of a source file, packed.
pub(crate) struct SourceText {
    /// Unpacked.
    pub bytes: u32,
    pub packed: Vec<u8>,
}

/// Texts by row of the files.
pub(crate) struct SourceTexts {
    texts: BTreeMap<u32, SourceText>,
    bytes: usize,
}

impl SourceTexts {
    pub fn new() -> Self {
        Self {
            texts: BTreeMap::new(),
            bytes: 0,
        }
    }

    /// The first text of a file stays.
    pub fn add(&mut self, file: u32, text: &[u8]) {
        let all = self.bytes + text.len();
        if text.len() > MAX_TEXT_BYTES || all > MAX_TEXTS_BYTES || self.texts.contains_key(&file) {
            return;
        }
        self.bytes = all;
        let packed = compress_to_vec_zlib(text, LEVEL);
        let bytes = text.len() as u32;
        self.texts.insert(file, SourceText { bytes, packed });
    }

    pub fn iter(&self) -> impl Iterator<Item = (u32, &SourceText)> {
        self.texts.iter().map(|(file, text)| (*file, text))
    }
}

/// `None` for what does not unpack to so many bytes.
pub(crate) fn unpack(packed: &[u8], bytes: u32) -> Option<Vec<u8>> {
    let bytes = bytes as usize;
    let text = decompress_to_vec_zlib_with_limit(packed, bytes.min(MAX_TEXT_BYTES)).ok()?;
    (text.len() == bytes).then_some(text)
}
