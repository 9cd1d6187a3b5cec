//! Functions, inlined calls and lines from DWARF 2 to 5 (<https://dwarfstd.org/doc/DWARF5.pdf>).

mod budget;
mod code_regions;
mod file;
mod group_code;
mod innermost;
mod lines;
mod names;
mod read;
mod scopes;
mod sections;
mod source_paths;
mod split;
mod units;

pub(crate) use code_regions::CodeRegions;
pub(crate) use read::{DebugInput, read_debug};
pub(crate) use sections::Sections;
