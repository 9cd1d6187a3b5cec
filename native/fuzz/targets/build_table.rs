//! Any bytes as an ELF file: a table or an error, never a panic. A table says the same after encoding, and holds together.

#![no_main]

use libfuzzer_sys::fuzz_target;
use strata_unwind::{AddressMap, Machine, UnwindTable, build, describe};

fuzz_target!(|bytes: &[u8]| {
    let Ok(table) = build(bytes) else { return };
    let mut encoded = vec![0; table.encoded_bytes()];
    table.encode(&mut encoded);
    assert_eq!(UnwindTable::decode(&encoded).as_ref(), Ok(&table));
    let (Ok(map), Ok(machine)) = (AddressMap::of(bytes), Machine::of(bytes)) else {
        panic!("a file with a table has headers");
    };
    for rule in &table.rules {
        describe(rule, machine);
    }
    for (offset, rule) in table.iter().take(10_000) {
        assert_eq!(table.lookup(offset), rule);
    }
    // A mebibyte of NO_RULE is looked through row by row.
    assert!(
        table
            .gaps(&map)
            .is_sorted_by(|gap, next| gap.end < next.start)
    );
});
