//! Function names of ELF files, of the kernel and of JITs.
//!
//! Nothing here opens a file: bytes come in, tables and indexes go out, so that all of it can be fed hostile input in
//! a test. The format of an index is drawn in `docs/symbol-index.md`.

mod candidates;
mod demangle;
mod elf;
mod error;
mod go_functions;
mod identity;
mod index_format;
mod index_reader;
mod index_writer;
mod kernel_symbols;
mod minidebug;
mod perf_map;
mod plt;
mod ranges;

pub use demangle::display_name;
pub use elf::{Description, Segment, describe};
pub use error::{ErrorCode, SymbolizeError};
pub use identity::{BuildId, BuildIdKind};
pub use index_format::SourceKind;
pub use index_reader::Index;
pub use index_writer::build_index;
pub use kernel_symbols::{KernelName, KernelSymbols};
/// Reads a file piecewise for `describe`.
pub use object::ReadCache;
pub use perf_map::PerfMap;
