//! The sampler: BPF programs on a clock of every CPU, and the kernel's own record of processes.

mod bpf;
mod btf;
mod bytes;
mod clock;
mod counters;
mod counts;
pub use strata_definitions as definitions;
mod drain_frame;
mod elf_copy;
mod error;
mod expected;
mod missed;
mod online_cpus;
mod perf;
mod priority;
mod process_events;
mod publisher;
mod sampler;
mod stack_ring;
mod table_builder;
mod table_cache;
mod tables;
mod waker;

pub use elf_copy::copy_elf;
pub use error::SamplerError;
pub use sampler::{ProgramStats, Sampler, SamplerOptions, Walking, enable_program_stats};
pub use table_builder::{TableReport, TablesState};
