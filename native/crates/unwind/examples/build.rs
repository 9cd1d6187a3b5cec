//! Builds the tables of the files named: `cargo run --release -p strata-unwind --example build -- [--rows] FILE…`. A line a file:
//! rows, rules, encoded bytes, milliseconds on a CPU, the most heap in use, share of code without a supported rule; `--rows` prints the table.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs::File;
use std::sync::atomic::{AtomicUsize, Ordering};

use strata_unwind::{AddressMap, Machine, Unsupported, build_with_report, describe};

/// Counts what is allocated: the resident set has the pages of the mapped file too.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fn grow(bytes: usize) {
    let now = NOW.fetch_add(bytes, Ordering::Relaxed) + bytes;
    MOST.fetch_max(now, Ordering::Relaxed);
}

// SAFETY: everything is left to the system's allocator; only sizes are counted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Large blocks are moved by the kernel, without a second copy.
        grow(size);
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let mut print_rows = false;
    println!("      rows rules      bytes       ms heap MiB  unsupported  no rule  file");
    for path in std::env::args().skip(1) {
        if path == "--rows" {
            print_rows = true;
        } else if let Err(sentence) = print_table(&path, print_rows) {
            println!("{path}: {sentence}");
        }
    }
}

/// What this thread has had of a CPU: other work of the machine is not in it.
fn cpu_nanoseconds() -> Result<u64, Box<dyn std::error::Error>> {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let on_cpu = schedule.split(' ').next().unwrap_or_default();
    Ok(on_cpu.parse()?)
}

fn print_table(path: &str, print_rows: bool) -> Result<(), Box<dyn std::error::Error>> {
    let file = File::open(path)?;
    // SAFETY: the file is not changed while it is mapped.
    let bytes = unsafe { memmap2::Mmap::map(&file)? };
    NOW.store(0, Ordering::Relaxed);
    MOST.store(0, Ordering::Relaxed);
    let start = cpu_nanoseconds()?;
    let (table, report) = build_with_report(&bytes, &|range| {
        let range = range.start as usize..(range.end as usize).min(bytes.len());
        bytes.get(range).unwrap_or_default().to_vec()
    })?;
    let milliseconds = (cpu_nanoseconds()? - start) as f64 / 1e6;
    let most = MOST.load(Ordering::Relaxed);
    let map = AddressMap::of(&bytes)?;
    let code: u64 = map
        .file_ranges()
        .iter()
        .map(|range| range.end - range.start)
        .sum();
    let gaps: u64 = table.gaps(&map).iter().map(|gap| gap.end - gap.start).sum();
    let unsupported: u64 = report.unsupported.iter().sum();
    let percent = |bytes: u64| bytes as f64 * 100.0 / code as f64;
    println!(
        "{:10} {:5} {:10} {:8.1} {:8.1} {:11.4}% {:7.3}%  {path}",
        table.rows.len(),
        table.rules.len(),
        table.encoded_bytes(),
        milliseconds,
        most as f64 / f64::from(1 << 20),
        percent(unsupported),
        percent(gaps),
    );
    for (cause, bytes) in Unsupported::ALL.iter().zip(report.unsupported) {
        if bytes > 0 {
            println!("           {cause:?}: {bytes} bytes of code");
        }
    }
    if print_rows {
        let machine = Machine::of(&bytes)?;
        for (offset, rule) in table.iter() {
            println!("{offset:10x} {}", describe(&rule, machine));
        }
    }
    Ok(())
}
