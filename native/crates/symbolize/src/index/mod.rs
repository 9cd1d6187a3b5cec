//! The symbol index: written, mapped and searched. `docs/symbol-index.md` draws it.

mod bytes;
pub(crate) mod format;
mod interner;
mod packed;
mod reader;
#[cfg(test)]
mod round_trip;
mod source_texts;
mod writer;

pub use format::{BUILDER_VERSION, SourceKind};
pub(crate) use interner::{Location, Locations, Names};
pub use reader::{Frame, Index, LocationId};
pub(crate) use source_texts::{MAX_TEXT_BYTES, MAX_TEXTS_BYTES, SourceTexts};
pub(crate) use writer::{CodeMap, Origin};
