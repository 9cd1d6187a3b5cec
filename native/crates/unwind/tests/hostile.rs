//! Files that are made to do harm: every one ends soon, in a table or an error, and in bounded memory.

mod elf_writer;
mod frame_entries;

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use elf_writer::{CODE, Section, elf};
use frame_entries::{cie, entry, fde};
use strata_unwind::{BuildErrorCode, UnwindRule, UnwindTable, build, build_with_report};

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is left to the system's allocator; only sizes are counted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Tests of this file run one after the other, so that memory and time are theirs.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// What this thread has had of a CPU: other work of the machine is not in it.
fn cpu_time() -> Duration {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let on_cpu = schedule.split(' ').next().unwrap_or_default();
    Duration::from_nanos(on_cpu.parse().unwrap_or(0))
}

/// Builds the table, looks into it everywhere, and fails when that takes too long or too much memory.
#[track_caller]
fn within(seconds: u64, mebibytes: usize, bytes: &[u8]) -> Result<UnwindTable, BuildErrorCode> {
    let before = NOW.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let start = cpu_time();
    let table = build(bytes).map_err(|error| error.code);
    let (took, most) = (cpu_time() - start, MOST.load(Ordering::Relaxed) - before);
    assert!(took < Duration::from_secs(seconds), "took {took:?}");
    assert!(most < mebibytes << 20, "{} MiB", most >> 20);
    if let Ok(table) = &table {
        for (offset, _) in table.iter().take(1000) {
            table.lookup(offset.wrapping_sub(1));
        }
        table.lookup(u64::MAX);
    }
    table
}

fn eh_frame(bytes: &[u8]) -> Section<'_> {
    Section {
        name: ".eh_frame",
        flags: 2,
        address: 0x10_0000,
        bytes,
    }
}

/// A small file with all there is: two sections, several rules.
fn sound() -> Vec<u8> {
    let mut frames = cie(&[]);
    frames.extend(fde(
        frames.len(),
        CODE,
        32,
        &[0x41, 0x0e, 16, 0x86, 2, 0x44, 0x0a, 0x0e, 8, 0x41, 0x0b],
    ));
    frames.extend(fde(
        frames.len(),
        CODE + 32,
        32,
        &[0x0f, 3, 0x76, 0x58, 0x06, 0x10, 6, 2, 0x76, 0],
    ));
    let mut debug = cie(&[]);
    debug[4..8].fill(0xff);
    let mut body = vec![0; 4];
    body.extend((CODE + 64).to_le_bytes());
    body.extend(16u64.to_le_bytes());
    debug.extend(entry(&body));
    elf(
        256,
        &[
            eh_frame(&frames),
            Section {
                name: ".debug_frame",
                flags: 0,
                address: 0,
                bytes: &debug,
            },
        ],
    )
}

#[test]
fn cut_off_anywhere() {
    let _alone = alone();
    let bytes = sound();
    assert_eq!(build(&bytes).expect("a table").rows.len(), 8);
    for length in 0..bytes.len() {
        let _ = within(1, 1, &bytes[..length]);
    }
    let Ok(libc) = std::fs::read("/usr/lib/x86_64-linux-gnu/libc.so.6") else {
        return;
    };
    for length in (0..libc.len()).step_by(97 * 31) {
        let _ = within(1, 8, &libc[..length]);
    }
}

#[test]
fn every_byte_changed() {
    let _alone = alone();
    let mut bytes = sound();
    for position in 0..bytes.len() {
        let right = bytes[position];
        for wrong in [0, 0x7f, 0x80, 0xff, right ^ 1, right.wrapping_add(1)] {
            bytes[position] = wrong;
            let _ = within(1, 1, &bytes);
        }
        bytes[position] = right;
    }
}

#[test]
fn headers_that_claim_everything() {
    let _alone = alone();
    let right = sound();
    for position in (0..right.len() - 8).step_by(4) {
        for claim in [u64::MAX, 1 << 63, i64::MAX as u64, 1 << 40, 0xffff_ffff] {
            let mut bytes = right.clone();
            bytes[position..position + 8].copy_from_slice(&claim.to_le_bytes());
            let _ = within(1, 1, &bytes);
        }
    }
}

#[test]
fn a_description_whose_cie_is_itself() {
    let _alone = alone();
    let mut frames = cie(&[]);
    let position = frames.len();
    frames.extend(fde(position, CODE, 32, &[]));
    // The distance from the identifier back to its own entry.
    frames[position + 4..position + 8].copy_from_slice(&4u32.to_le_bytes());
    let bytes = elf(64, &[eh_frame(&frames)]);
    let (_, report) = build_with_report(&bytes, &|_| Vec::new()).expect("a table");
    assert_eq!((report.functions, report.malformed), (0, 1));
}

/// A file of that size with a hole for all but its headers: the code is the whole file, and `.eh_frame` nearly so. Zeros.
fn sparse(size: u64) -> memmap2::Mmap {
    let mut head = elf(0, &[eh_frame(&[])]);
    head[64 + 8..64 + 16].fill(0);
    head[64 + 32..64 + 40].copy_from_slice(&size.to_le_bytes());
    let section = head.len() - 2 * 64;
    head[section + 24..section + 32].copy_from_slice(&0x2000u64.to_le_bytes());
    head[section + 32..section + 40].copy_from_slice(&(size - 0x2000).to_le_bytes());
    with_hole(&head, size)
}

/// A file of that size that begins with these bytes; the rest is a hole.
fn with_hole(head: &[u8], size: u64) -> memmap2::Mmap {
    let path = std::env::temp_dir().join(format!("strata-unwind-{size}-{}", std::process::id()));
    let file = File::create_new(&path).expect("the temporary folder is writable");
    file.write_all_at(head, 0).expect("room");
    file.set_len(size).expect("room");
    let file = File::open(&path).expect("the file just written");
    let _ = std::fs::remove_file(&path);
    // SAFETY: the file has no name any more, so that nothing changes it.
    unsafe { memmap2::Mmap::map(&file).expect("room") }
}

#[test]
fn a_sparse_file_of_a_gibibyte() {
    let _alone = alone();
    let table = within(5, 4, &sparse(1 << 30)).expect("a table");
    assert_eq!(table.pages.len(), 1 << 14);
}

#[test]
fn code_that_is_far_apart() {
    let _alone = alone();
    let refused = within(1, 1, &sparse(17 << 30));
    assert_eq!(refused, Err(BuildErrorCode::TooLarge));
}

#[test]
fn code_on_both_sides_of_four_gibibytes() {
    let _alone = alone();
    let far = CODE + (5 << 30);
    let program = [0x41, 0x0e, 16];
    let mut frames = cie(&[]);
    frames.extend(fde(frames.len(), CODE, 32, &program));
    frames.extend(fde(frames.len(), far, 32, &program));
    let mut head = elf(32, &[eh_frame(&frames)]);
    // The sizes of the segment in the file and in memory.
    for at in [64 + 32, 64 + 40] {
        head[at..at + 8].copy_from_slice(&((5u64 << 30) + 32).to_le_bytes());
    }
    let table = within(5, 12, &with_hole(&head, far + 0x1000)).expect("a table");
    for start in [CODE, far] {
        assert_eq!(table.lookup(start).cfa_offset, 8);
        assert_eq!(table.lookup(start + 1).cfa_offset, 16);
        assert_eq!(table.lookup(start + 31).cfa_offset, 16);
    }
    assert_eq!(table.lookup(1 << 32), UnwindRule::default());
}

#[test]
fn code_that_is_said_to_be_far_apart() {
    let _alone = alone();
    // Two executable segments, the second one beyond the file's end: what is not there is no code.
    let mut bytes = sound();
    bytes[64 + 8..64 + 16].copy_from_slice(&(1u64 << 60).to_le_bytes());
    assert_eq!(within(1, 1, &bytes), Err(BuildErrorCode::NoCode));
}

#[test]
fn descriptions_in_descriptions() {
    let _alone = alone();
    let count = 100_000u64;
    let mut nested = cie(&[]);
    for number in 0..count {
        let position = nested.len();
        nested.extend(fde(
            position,
            CODE + number,
            2 * (count - number),
            &[0x0e, (number % 64) as u8, 0x41, 0x0e, 64],
        ));
    }
    let table = within(2, 64, &elf(2 * count, &[eh_frame(&nested)])).expect("a table");
    assert!(table.rows.len() as u64 <= 4 * count);

    let mut same = cie(&[]);
    for number in 0..count {
        let position = same.len();
        same.extend(fde(
            position,
            CODE,
            count + number % 2,
            &[0x41, 0x0e, 16, 0x41, 0x0e, 24],
        ));
    }
    within(2, 64, &elf(2 * count, &[eh_frame(&same)])).expect("a table");
}

#[test]
fn a_cie_with_a_long_program_and_many_functions() {
    let _alone = alone();
    let mut frames = cie(&[0x0e, 16].repeat(1 << 20));
    for number in 0..100_000u64 {
        let position = frames.len();
        frames.extend(fde(position, CODE + number, 1, &[]));
    }
    within(2, 64, &elf(100_000, &[eh_frame(&frames)])).expect("a table");
}

#[test]
fn states_remembered_without_end() {
    let _alone = alone();
    let mut frames = cie(&[]);
    frames.extend(fde(frames.len(), CODE, 64, &[0x0a; 1 << 20]));
    let table = within(1, 8, &elf(64, &[eh_frame(&frames)])).expect("a table");
    assert_eq!(table.rules.len(), 2, "NO_RULE and UNSUPPORTED");
}

#[test]
fn more_rules_than_a_row_can_name() {
    let _alone = alone();
    let count = 80_000u32;
    let mut program = Vec::new();
    for number in 0..count {
        let [a, b, c, _] = number.to_le_bytes();
        // DW_CFA_def_cfa_offset with three bytes of ULEB128, DW_CFA_advance_loc.
        let low = u32::from_le_bytes([a, b, c, 0]);
        program.extend([
            0x0e,
            (low & 0x7f) as u8 | 0x80,
            (low >> 7 & 0x7f) as u8 | 0x80,
            (low >> 14) as u8,
            0x41,
        ]);
    }
    let mut frames = cie(&[]);
    frames.extend(fde(frames.len(), CODE, u64::from(count), &program));
    let bytes = elf(u64::from(count), &[eh_frame(&frames)]);
    let table = within(1, 32, &bytes).expect("a table");
    assert_eq!(table.rules.len(), 1 << 16);
    let (_, report) = build_with_report(&bytes, &|_| Vec::new()).expect("a table");
    assert_eq!(report.unsupported.iter().sum::<u64>(), 80_000 - 65_534);
}

#[test]
fn a_little_that_unpacks_to_a_lot() {
    let _alone = alone();
    let packed = |size: u64| {
        let zeros = vec![0; 64 << 20];
        let mut section = 1u64.to_le_bytes().to_vec();
        section.extend(size.to_le_bytes());
        section.extend(1u64.to_le_bytes());
        section.extend(miniz_oxide::deflate::compress_to_vec_zlib(&zeros, 6));
        section
    };
    for (size, mebibytes) in [(64 << 20, 200), (1, 1), (u64::MAX, 1), (128 << 20, 200)] {
        let section = packed(size);
        let file = elf(
            64,
            &[Section {
                name: ".debug_frame",
                flags: 0x800,
                address: 0,
                bytes: &section,
            }],
        );
        within(3, mebibytes, &file).expect("a table");
    }
}
