//! Function names of ELF files, of the kernel and of JITs.
//!
//! Nothing here opens a file: bytes come in, tables and indexes go out, so that all of it can be fed hostile input in
//! a test. The format of an index is drawn in `docs/symbol-index.md`.

mod answers;
mod assembly;
mod build;
mod candidates;
mod compressed;
mod debug_files;
mod demangle;
mod demangle_cpp;
mod dwarf;
mod elf;
mod error;
mod folder_files;
mod go;
mod identity;
mod index;
mod jit_dump;
mod kernel_symbols;
mod minidebug;
mod perf_map;
mod plt;
mod ranges;
mod separate;

pub use answers::{Answers, FILE_OFFSET, NameCache, Names, describe_location};
pub use build::{BuildOptions, build_index};
pub use debug_files::{DebugFiles, FileBytes, NoDebugFiles, Wanted};
pub use demangle::display_name;
pub use elf::{Description, Segment, describe};
pub use error::{ErrorCode, SymbolizeError};
pub use folder_files::FolderFiles;
pub use identity::{BuildId, BuildIdKind};
pub use index::{BUILDER_VERSION, Frame, Index, LocationId, SourceKind};
pub use jit_dump::{JitDump, JitName};
pub use kernel_symbols::{KernelName, KernelSymbols};
/// Reads a file piecewise for `describe`.
pub use object::ReadCache;
pub use perf_map::PerfMap;
pub use plt::{Stub, older_stubs};
