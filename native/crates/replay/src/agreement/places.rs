use strata_definitions::{INTERRUPTED_BIT, UnwindRule};

use crate::agreement::process::Process;

/// How far from an address that has been seen a breakpoint is set, to both sides.
const NEAR_BYTES: u64 = 2048;
const KEPT: usize = 4096;
const PLACES: usize = 48;

/// Addresses at which a rule begins to hold, near to where the program has been: the bounds of prologues, epilogues and stubs.
pub struct Places {
    seen: Vec<u64>,
    random: u64,
}

impl Places {
    pub fn new(seed: u64) -> Self {
        Self {
            seen: Vec::new(),
            random: seed | 1,
        }
    }

    pub fn saw(&mut self, chain: &[u64]) {
        for address in chain.iter().take(8) {
            let address = address & !(1 << INTERRUPTED_BIT);
            if self.seen.len() < KEPT {
                self.seen.push(address);
            } else {
                let index = self.below(KEPT);
                self.seen[index] = address;
            }
        }
    }

    /// Beginnings of rows lie at instructions: a breakpoint there breaks none.
    pub fn near(&mut self, process: &Process) -> Vec<u64> {
        let mut places = Vec::new();
        for _ in 0..PLACES {
            if self.seen.is_empty() {
                break;
            }
            let index = self.below(self.seen.len());
            let address = self.seen[index];
            let Some((region, file)) = process
                .region_of(address)
                .and_then(|region| Some((region, region.file.as_ref()?)))
            else {
                continue;
            };
            let first = address.saturating_sub(NEAR_BYTES).max(region.start);
            let last = address.saturating_add(NEAR_BYTES).min(region.end - 1);
            let mut rule = file.rows.lookup(region.offset_of(first));
            let starts: Vec<u64> = (first + 1..=last)
                .filter(|address| {
                    let before = rule;
                    rule = file.rows.lookup(region.offset_of(*address));
                    rule != before && rule != UnwindRule::default()
                })
                .collect();
            if !starts.is_empty() {
                places.push(starts[self.below(starts.len())]);
            }
        }
        places
    }

    /// xorshift64.
    fn below(&mut self, limit: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random % limit as u64) as usize
    }
}
