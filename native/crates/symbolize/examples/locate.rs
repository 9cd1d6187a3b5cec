//! How many addresses a second one core turns into ids of locations: the best of some runs over all of them, in thousands.
//! Addresses are hexadecimal, one a line on standard input.
//!
//! usage: locate INDEX

use std::io::BufRead;
use std::time::{Duration, Instant};

use strata_symbolize::Index;

const RUNS: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("Name an index.")?;
    let index = Index::open(std::fs::read(path)?)?;
    let lines = std::io::stdin().lock().lines();
    let addresses = lines
        .map(|line| Ok(u64::from_str_radix(line?.trim(), 16)?))
        .collect::<Result<Vec<_>, Box<dyn std::error::Error>>>()?;
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let started = Instant::now();
        let known = addresses
            .iter()
            .filter(|address| index.location_at(**address).is_some())
            .count();
        best = best.min(started.elapsed());
        if known == 0 {
            return Err("None of the addresses is known.".into());
        }
    }
    println!("{:.0}", addresses.len() as f64 / best.as_secs_f64() / 1e3);
    Ok(())
}
