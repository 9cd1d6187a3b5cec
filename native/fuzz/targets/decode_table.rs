//! Any bytes as an encoded table: what is accepted can be looked into everywhere, and encoded to the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use strata_unwind::UnwindTable;

fuzz_target!(|bytes: &[u8]| {
    let Ok(table) = UnwindTable::decode(bytes) else {
        return;
    };
    for (offset, rule) in table.iter().take(10_000) {
        assert_eq!(table.lookup(offset), rule);
    }
    let mut encoded = vec![0; table.encoded_bytes()];
    table.encode(&mut encoded);
    assert_eq!(UnwindTable::decode(&encoded), Ok(table));
});
