//! The native parts as Node sees them. Only conversions: what is decided is decided in the crates below.

pub mod process_symbols;
mod regular_file;
mod sampler;
pub mod symbols;
pub mod unwind;
