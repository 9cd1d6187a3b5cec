//! Tables of this machine's executables and libraries against gimli, at random addresses.

mod reference;

use std::fs::{self, File};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use object::Object;
use reference::Reference;
use strata_unwind::{AddressMap, Machine, Svma, build_with_report, describe};

const FOLDERS: [&str; 6] = [
    "/usr/bin",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/lib",
    "/usr/aarch64-linux-gnu/lib",
    "../../../node_modules",
];
/// Enough to be of every kind, few enough for seconds.
const FILES: usize = 320;
const ADDRESSES_PER_FILE: usize = 1000;
const LARGEST_FILE: u64 = 96 << 20;

/// SplitMix64: the same numbers on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Linked ELF files below a folder.
fn elf_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let Ok(metadata) = fs::symlink_metadata(&path) else {
            continue;
        };
        if metadata.is_dir() {
            elf_files(&path, found);
        } else if metadata.is_file() && (1..=LARGEST_FILE).contains(&metadata.len()) {
            let mut head = [0; 20];
            let read = File::open(&path)
                .and_then(|mut file| std::io::Read::read_exact(&mut file, &mut head));
            // 64 bit, linked, for x86-64 or arm64.
            if read.is_ok()
                && head.starts_with(b"\x7fELF\x02\x01")
                && matches!(head[16], 2 | 3)
                && matches!(head[18], 62 | 183)
            {
                found.push(path);
            }
        }
    }
}

#[test]
fn rows_are_what_gimli_says() {
    let mut files = Vec::new();
    for folder in FOLDERS {
        elf_files(Path::new(folder), &mut files);
    }
    let mut random = Random(1);
    // Spread over the folders.
    let step = (files.len() / FILES).max(1);
    let (mut compared_files, mut compared, mut unreadable) = (0, 0, 0);
    let mut wrong = Vec::new();
    for path in files.iter().step_by(step) {
        let file = File::open(path).expect("a file that was just read");
        // SAFETY: files of the system, which nothing changes meanwhile.
        let bytes = unsafe { memmap2::Mmap::map(&file).expect("a file that was just read") };
        let Some((agreed, given_up)) = compare(path, &bytes, &mut random, &mut wrong) else {
            continue;
        };
        compared_files += 1;
        compared += agreed;
        unreadable += given_up;
    }
    println!(
        "{compared} addresses in {compared_files} of {} files; gimli gave up at {unreadable}",
        files.len()
    );
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    assert!(compared_files >= 200 && compared >= 200_000);
    assert!(unreadable * 1000 < compared);
}

/// The kernel's own library, which every process has.
#[test]
fn rows_of_the_vdso_are_what_gimli_says() {
    let maps = fs::read_to_string("/proc/self/maps").expect("a process");
    let Some(line) = maps.lines().find(|line| line.ends_with("[vdso]")) else {
        return;
    };
    let (start, rest) = line.split_once('-').expect("a range");
    let (end, _) = rest.split_once(' ').expect("a range");
    let at = |digits| u64::from_str_radix(digits, 16).expect("an address");
    let mut bytes = vec![0; (at(end) - at(start)) as usize];
    let memory = File::open("/proc/self/mem").expect("a process");
    memory.read_exact_at(&mut bytes, at(start)).expect("memory");
    let mut wrong = Vec::new();
    let compared = compare(Path::new("[vdso]"), &bytes, &mut Random(1), &mut wrong);
    assert_eq!(wrong, Vec::<String>::new());
    assert!(compared.is_some_and(|(agreed, given_up)| agreed > 900 && given_up == 0));
}

/// Go's `.debug_frame` says nothing of frame pointers, believes functions that put the stack pointer elsewhere, and may be gone.
fn agrees_with_go(got: &str, expected: &str) -> bool {
    let known_better = ["end-of-stack", "unsupported"].contains(&got)
        || got.contains("other-stack")
        || got.starts_with("signal-frame")
        || expected == "no-rule";
    let without_frame_pointer =
        |words: &str| words.rsplit_once(' ').map(|(words, _)| words.to_owned());
    // Where the return address is on arm64, in words of the CFA.
    let by_stack_pointer = |words: String| match words.split_once(" ra=[sp+0]") {
        Some((cfa, _)) => format!("{cfa} ra=[cfa-{}]", cfa.trim_start_matches("cfa=sp+")),
        None => words,
    };
    known_better
        || without_frame_pointer(got).map(by_stack_pointer)
            == without_frame_pointer(expected).map(by_stack_pointer)
}

/// Addresses at which both said the same, and at which gimli said nothing; `None` for files without call frame information.
fn compare(
    path: &Path,
    bytes: &[u8],
    random: &mut Random,
    wrong: &mut Vec<String>,
) -> Option<(usize, usize)> {
    let map = AddressMap::of(bytes).ok()?;
    let reference = Reference::of(bytes, |address| map.offset_of(Svma(address)).is_some())?;
    let machine = Machine::of(bytes).ok()?;
    let is_go =
        object::File::parse(bytes).is_ok_and(|file| file.section_by_name(".gopclntab").is_some());
    // Without the code, of which gimli knows nothing either; but Go's own data says where its functions begin behind C's.
    let read_code = |range: Range<u64>| {
        let code = bytes.get(range.start as usize..range.end as usize);
        code.filter(|_| is_go).unwrap_or_default().to_vec()
    };
    let (table, _) = build_with_report(bytes, &read_code)
        .expect("a file with call frame information has a table");
    let mut below = |limit: u64| random.next() % limit.max(1);
    let ranges = map.file_ranges();
    let (mut agreed, mut given_up) = (0, 0);
    for number in 0..ADDRESSES_PER_FILE {
        // Half within functions, their ends included, half anywhere in the code.
        let address = if number % 2 == 0 {
            let (start, end) = reference.function(below(reference.functions() as u64) as usize);
            start + below(end - start + 1)
        } else {
            let range = &ranges[below(ranges.len() as u64) as usize];
            map.address_of(range.start + below(range.end - range.start))?
                .0
        };
        let Some(offset) = map.offset_of(Svma(address)) else {
            continue;
        };
        let Some(expected) = reference.rule_at(address) else {
            given_up += 1;
            continue;
        };
        let got = describe(&table.lookup(offset), machine);
        // What is said of code that nobody describes is no matter of call frame information.
        let of_gap = expected == "no-rule" && got == "end-of-stack";
        // Behind `leave` of a function that aligned its stack, where gcc's information is stale.
        let is_stale = expected.starts_with("cfa=rsp+8 ra=[cfa-8] ") && expected.contains("=[rbp");
        let is_restored = is_stale && got == "cfa=rsp+8 ra=[cfa-8] rbp=same";
        if got == expected || of_gap || is_restored || (is_go && agrees_with_go(&got, &expected)) {
            agreed += 1;
        } else {
            wrong.push(format!(
                "{}: {address:x}: {got}, gimli: {expected}",
                path.display()
            ));
        }
    }
    Some((agreed, given_up))
}
