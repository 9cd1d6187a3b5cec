//! Prints what an index says of addresses: hexadecimal, one a line on standard input; a line for each, frames innermost first.
//!
//! usage: look_up INDEX

use std::io::{BufRead, Write};

use strata_symbolize::{Index, describe_location};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let index = Index::open(std::fs::read(
        std::env::args().nth(1).ok_or("Name an index.")?,
    )?)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let address = u64::from_str_radix(line.trim().trim_start_matches("0x"), 16)?;
        let frames = index
            .location_at(address)
            .map(|location| describe_location(&index, location));
        writeln!(out, "{}", frames.unwrap_or_default().join(" | "))?;
    }
    Ok(())
}
