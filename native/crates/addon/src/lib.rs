//! The native parts as Node sees them. Only conversions: what is decided is decided in the crates below.

mod sampler;
pub mod symbols;
pub mod unwind;
