//! Unwind information of Go programs: the tables that their runtime walks stacks with, which stripping leaves in place.

mod code;
mod frame;
mod goroutine;
mod pclntab;
mod rows;
mod stack_depths;
mod text_start;

pub(crate) use code::Code;
pub(crate) use frame::Prologue;
pub(crate) use goroutine::Goroutine;
pub(crate) use pclntab::{GoTable, go_table_of};
pub(crate) use rows::GoRows;
