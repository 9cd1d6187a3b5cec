//! What binutils say about a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use strata_symbolize::{BuildOptions, Index, NoDebugFiles, build_index};

use crate::names::name_at;
use crate::tools::run;

/// Whether a program is installed; says so when it is not, since the test then shows nothing.
pub fn has(program: &str, version: &str) -> bool {
    let found = Command::new(program).arg(version).output().is_ok();
    if !found {
        eprintln!("skipped: {program} is not installed");
    }
    found
}

/// A function as nm lists it; `names` are all that start there, without versions.
pub struct Listed {
    pub size: u64,
    pub names: BTreeSet<String>,
}

/// Functions with a size by address, as `nm` (with `-D`: dynamic ones) lists them.
pub fn listed_by_nm(option: &str, path: &Path) -> BTreeMap<u64, Listed> {
    let mut listed = BTreeMap::new();
    for line in run(&format!("nm {option} --defined-only -f sysv $1"), &[path]).lines() {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let [name, address, class, "FUNC" | "IFUNC", size, ..] = columns[..] else {
            continue;
        };
        let (Ok(address), Ok(size)) = (
            u64::from_str_radix(address, 16),
            u64::from_str_radix(size, 16),
        ) else {
            continue;
        };
        if size == 0 || !"tTwWi".contains(class) {
            continue;
        }
        let entry = listed.entry(address).or_insert_with(|| Listed {
            size,
            names: BTreeSet::new(),
        });
        entry.size = entry.size.max(size);
        entry
            .names
            .insert(name.split('@').next().unwrap().to_owned());
    }
    assert!(
        !listed.is_empty(),
        "nm {option} lists no function of {}",
        path.display()
    );
    listed
}

/// Builds and opens a file's index.
pub fn index_of(path: &Path) -> Index<Vec<u8>> {
    Index::open(
        build_index(
            &std::fs::read(path).unwrap(),
            &NoDebugFiles,
            &BuildOptions::default(),
        )
        .unwrap(),
    )
    .unwrap()
}

/// At the start of each function that nm lists, one of the names nm has for it.
pub fn agrees_with_nm(option: &str, path: &Path, index: &Index<Vec<u8>>) {
    let listed = listed_by_nm(option, path);
    for (address, function) in &listed {
        let name = name_at(index, *address);
        let name = name.split('@').next().unwrap();
        assert!(
            function.names.contains(name),
            "{} at {address:#x}: {name} instead of {:?}",
            path.display(),
            function.names
        );
    }
}
