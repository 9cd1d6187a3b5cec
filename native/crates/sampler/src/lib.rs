//! The sampler: BPF programs on a clock of every CPU, and the kernel's own record of processes.

mod bpf;
mod clock;
mod counts;
pub use strata_definitions as definitions;
mod drain_frame;
mod error;
mod perf;
mod process_events;
mod sampler;
mod stack_ring;

pub use error::SamplerError;
pub use sampler::{ProgramStats, Sampler, SamplerOptions, enable_program_stats};
