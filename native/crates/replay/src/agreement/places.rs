use strata_definitions::{INTERRUPTED_BIT, UnwindRule};

use crate::agreement::process::{MappedFile, Process, Region};

/// How far from an address that has been seen a breakpoint is set, to both sides.
const NEAR_BYTES: u64 = 2048;
const KEPT: usize = 4096;
/// Of each sort.
const PLACES: usize = 32;
const STUB_BYTES: u64 = 16;

/// Addresses for breakpoints: where a rule begins to hold, near to where the program has been, which are the bounds of prologues and
/// epilogues; and stubs of the PLT.
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

    /// Rules begin to hold at instructions, and stubs begin with one: a breakpoint there breaks none.
    pub fn choose(&mut self, process: &Process) -> Vec<u64> {
        let mut places = Vec::new();
        for _ in 0..PLACES {
            places.extend(self.near_to_one_seen(process));
            places.extend(self.stub(process));
        }
        places
    }

    fn near_to_one_seen(&mut self, process: &Process) -> Option<u64> {
        let index = self.below(self.seen.len());
        let address = *self.seen.get(index)?;
        let region = process.region_of(address)?;
        let file = region.file.as_ref()?;
        let starts = starts_near(address, region, file);
        self.pick(&starts).copied()
    }

    fn stub(&mut self, process: &Process) -> Option<u64> {
        let region = self.pick(&process.regions)?;
        let stubs = self.pick(&region.file.as_ref()?.stubs)?;
        let count = (stubs.end - stubs.start) / STUB_BYTES;
        let offset = stubs.start + STUB_BYTES * self.below(count as usize) as u64;
        let address = region.start + offset.checked_sub(region.file_offset)?;
        region.holds(address).then_some(address)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        match from.len() {
            0 => None,
            length => from.get(self.below(length)),
        }
    }

    /// xorshift64.
    fn below(&mut self, limit: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random % limit.max(1) as u64) as usize
    }
}

fn starts_near(address: u64, region: &Region, file: &MappedFile) -> Vec<u64> {
    let first = address.saturating_sub(NEAR_BYTES).max(region.start);
    let last = address.saturating_add(NEAR_BYTES).min(region.end - 1);
    let mut rule = file.rows.lookup(region.offset_of(first));
    (first + 1..=last)
        .filter(|address| {
            let before = rule;
            rule = file.rows.lookup(region.offset_of(*address));
            rule != before && rule != UnwindRule::default()
        })
        .collect()
}
