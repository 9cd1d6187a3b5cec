//! Any bytes as an ELF file with symbol tables, debug information or Go's tables: an index or an error, never a panic. An index is the
//! same for every number of threads, opens, and answers.

#![no_main]

use libfuzzer_sys::fuzz_target;
use strata_symbolize::{Answers, BuildOptions, Index, NameCache, Names, NoDebugFiles, build_index};

fuzz_target!(|bytes: &[u8]| {
    let of = |threads| {
        let options = BuildOptions {
            threads,
            ..BuildOptions::default()
        };
        build_index(bytes, &NoDebugFiles, &options)
    };
    let Ok(index) = of(1) else { return };
    assert_eq!(Some(&index), of(2).ok().as_ref());
    let index = Index::open(index).expect("what was built opens");
    index.verify().expect("its checksum is right");
    let segments = index.segments();
    let places = segments.iter().flat_map(|segment| {
        (0..64).map(|step| {
            segment
                .virtual_address
                .wrapping_add(segment.file_size / 64 * step)
        })
    });
    Answers::to(
        &index,
        places.collect::<Vec<_>>().into_iter(),
        Names::Demangled,
        &NameCache::default(),
    );
});
