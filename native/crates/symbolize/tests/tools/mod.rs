//! Programs made on the spot, and what binutils and LLVM say about them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use strata_symbolize::{Index, build_index};

/// A folder of this test's own, removed with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("symbolize-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs a command line of words without spaces; `$1` and so on stand for the arguments.
pub fn run(command: &str, arguments: &[&Path]) -> String {
    let words = command
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| match word.strip_prefix('$') {
            Some(number) => arguments[number.parse::<usize>().unwrap() - 1]
                .as_os_str()
                .to_owned(),
            None => word.into(),
        });
    let words: Vec<_> = words.collect();
    let output = Command::new(&words[0]).args(&words[1..]).output().unwrap();
    assert!(
        output.status.success(),
        "{command}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Whether a program is installed; says so when it is not, since the test then shows nothing.
pub fn has(program: &str, version: &str) -> bool {
    let found = Command::new(program).arg(version).output().is_ok();
    if !found {
        eprintln!("skipped: {program} is not installed");
    }
    found
}

pub fn index_of(path: &Path) -> Index<Vec<u8>> {
    Index::open(build_index(&std::fs::read(path).unwrap()).unwrap()).unwrap()
}

/// The linkage name at an address, or `?`.
pub fn name_at(index: &Index<Vec<u8>>, address: u64) -> String {
    let name = index
        .function_at(address)
        .and_then(|function| index.linkage_name(function));
    name.map_or("?".into(), |name| {
        String::from_utf8_lossy(name).into_owned()
    })
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

/// Linkage names as llvm-symbolizer gives them by symbol tables, `?` where it knows none.
pub fn named_by_llvm(path: &Path, addresses: &[u64]) -> Vec<String> {
    let mut child = Command::new("llvm-symbolizer-19")
        .args([
            "--no-demangle",
            "--functions=linkage",
            "--no-inlines",
            "--output-style=GNU",
            "--obj",
        ])
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let text: String = addresses
        .iter()
        .map(|address| format!("{address:#x}\n"))
        .collect();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // Two lines each: the function, then file and line.
    text.lines()
        .step_by(2)
        .map(|line| if line == "??" { "?" } else { line }.to_owned())
        .collect()
}
