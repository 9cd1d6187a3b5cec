//! Compiled programs and what their index says at marked places.

use std::path::Path;

use strata_symbolize::{Answers, BuildOptions, FolderFiles, Index, NameCache, Names, build_index};

/// The index of a file, with the debug files beside it; the same for every number of threads.
pub fn index_with_debug_files(path: &Path) -> Index<Vec<u8>> {
    let data = std::fs::read(path).unwrap();
    let of = |threads| {
        let options = BuildOptions {
            threads,
            ..BuildOptions::default()
        };
        build_index(&data, &FolderFiles::beside(path), &options).unwrap()
    };
    let index = of(1);
    assert!(index == of(3), "the number of threads shows in the index");
    let index = Index::open(index).unwrap();
    index.verify().unwrap();
    index
}

/// `function file:line` of each frame at an address, innermost first, files by their last part.
pub fn chain(index: &Index<Vec<u8>>, address: u64) -> Vec<String> {
    let answers = Answers::to(
        index,
        [address].into_iter(),
        Names::Demangled,
        &NameCache::default(),
    );
    let text = |list: &[String], row: i32| {
        let text = usize::try_from(row).ok().and_then(|row| list.get(row));
        text.map_or("?", |text| text.rsplit('/').next().unwrap())
            .to_owned()
    };
    let frames = answers.frames.chunks(3).map(|frame| {
        let file = text(&answers.files, frame[1]);
        let name = usize::try_from(frame[0]).map_or("?", |row| &answers.functions[row]);
        format!("{name} {file}:{}", frame[2])
    });
    frames.collect()
}
