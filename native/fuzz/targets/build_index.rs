//! Any bytes as an ELF file with symbol tables, debug information or Go's tables: an index or an error, never a panic. An index is the
//! same for every number of threads, opens, and answers. The end of the bytes may be a second file: whatever debug file the first
//! asks for is that one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use strata_symbolize::{
    Answers, BuildOptions, DebugFiles, FileBytes, Index, NameCache, Names, Wanted, build_index,
};

/// The one file there is, or none.
struct Second<'a>(Option<&'a [u8]>);

impl DebugFiles for Second<'_> {
    fn find(&self, _: Wanted<'_>) -> Option<FileBytes> {
        self.0.map(|bytes| Box::new(bytes.to_vec()) as FileBytes)
    }
}

/// Two files and the length of the second in 4 bytes; all of it is the first when they do not say so.
fn split(bytes: &[u8]) -> (&[u8], Second<'_>) {
    let Some((files, length)) = bytes.split_last_chunk() else {
        return (bytes, Second(None));
    };
    let length = u32::from_le_bytes(*length) as usize;
    match files.len().checked_sub(length) {
        Some(first) if length > 0 => (&files[..first], Second(Some(&files[first..]))),
        _ => (bytes, Second(None)),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (bytes, second) = split(bytes);
    let of = |threads| {
        let options = BuildOptions {
            threads,
            ..BuildOptions::default()
        };
        build_index(bytes, &second, &options)
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
