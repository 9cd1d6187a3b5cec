//! Any bytes as a perf map and as a jitdump: what they name can be looked up everywhere.

#![no_main]

use libfuzzer_sys::fuzz_target;
use strata_symbolize::{JitDump, PerfMap};

fuzz_target!(|bytes: &[u8]| {
    let (map, dump) = (PerfMap::parse(bytes), JitDump::parse(bytes));
    for address in (0..4_096).chain([u64::MAX - 1, u64::MAX]) {
        map.resolve(address);
        dump.resolve(address);
    }
});
