//! The walk of the BPF program in user space: `native/bpf/unwind.h` and what it includes, compiled for this machine, with tables,
//! mappings and memory that a test gives it. What a sampler saw once becomes a case that runs anywhere; and what it would see is
//! compared with gdb.

pub mod agreement;
mod case;
mod case_text;
mod outcome;
mod rule_text;
mod table;
mod walk;

pub use case::{Case, CaseCode, CaseMapping, Memory};
pub use outcome::{outcome_name, outcome_of_name};
pub use rule_text::parse_rule;
pub use table::Table;
pub use walk::{Code, GENERAL_REGISTERS, Mapping, Registers, Walked, walk};
