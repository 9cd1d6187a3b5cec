//! Stacks of living programs as gdb sees them, against the walk of the BPF program on the same registers and memory.

mod chains;
mod corpus;
mod coverage;
mod places;
mod process;
mod programs;
mod record;
mod session;

pub use chains::{Difference, Verdict, compare};
pub use corpus::{Corpus, Program};
pub use coverage::Coverage;
pub use process::{MappedFile, Process, Region, Tables};
pub use programs::{Disagreement, Figures, run_program};
pub use record::record;
pub use session::{Answer, Event, Session, Stop};
