//! Call frame information (DWARF 5, section 6.4) of ELF files as tables that a BPF program can search.

mod address_map;
mod assembly;
mod builder;
mod cfi;
mod compressed;
mod describe;
mod dictionary;
mod elf;
mod encoding;
mod error;
mod functions;
mod gaps;
mod go;
mod machine;
mod plt;
mod reader;
mod report;
mod row_writer;
mod sources;
mod sweep;
mod table;

pub use address_map::{AddressMap, Svma};
pub use builder::{build, build_with_report};
pub use describe::describe;
pub use error::{BuildError, BuildErrorCode, DecodeError, DecodeErrorCode};
pub use gaps::ReadCode;
pub use machine::Machine;
pub use report::{BuildReport, Unsupported};
pub use strata_definitions::{UnwindPage, UnwindRule};
pub use table::{UnwindTable, page_of};
