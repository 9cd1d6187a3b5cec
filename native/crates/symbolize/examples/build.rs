//! Builds the index of a file and prints its figures as one JSON line; with a second path the index is kept there.
//!
//! usage: build FILE [INDEX] [THREADS]

use std::path::Path;
use std::time::Instant;

use strata_symbolize::{BuildOptions, FolderFiles, Index, build_index};

/// Kilobytes of a line of `/proc/self/status`.
fn status(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|rest| rest.trim_start_matches(':').split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = Path::new(arguments.first().ok_or("Name a file.")?);
    let threads = arguments.get(2).map_or(Ok(1), |text| text.parse())?;
    let file = std::fs::File::open(path)?;
    // SAFETY: nobody cuts the file short meanwhile.
    let data = unsafe { memmap2::Mmap::map(&file) }?;
    let options = BuildOptions {
        threads,
        ..BuildOptions::default()
    };
    let started = Instant::now();
    let bytes = build_index(&data, &FolderFiles::beside(path), &options)?;
    let build = started.elapsed();
    let peak = status("VmHWM");
    let index = Index::open(bytes)?;
    let started = Instant::now();
    let mut found = 0u64;
    let mut address = 0x9e37_79b9u64;
    let segments = index.segments();
    let lookups = 1_000_000;
    for _ in 0..lookups {
        address = address
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        let Some(segment) = segments.get((address >> 60) as usize % segments.len().max(1)) else {
            break;
        };
        let place = segment.virtual_address + (address >> 20) % segment.file_size;
        found += u64::from(index.location_at(place).is_some());
    }
    let rate = f64::from(lookups) / started.elapsed().as_secs_f64();
    println!(
        "{{\"source\":\"{}\",\"build_ms\":{:.1},\"peak_kib\":{peak},\"index_bytes\":{},\"ranges\":{},\"locations\":{},\"functions\":{},\"files\":{},\"lookups_per_s\":{rate:.0},\"found\":{found}}}",
        index.source().name(),
        build.as_secs_f64() * 1e3,
        index.byte_count(),
        index.range_count(),
        index.location_count(),
        index.function_count(),
        index.file_count(),
    );
    if let Some(out) = arguments.get(1).filter(|out| !out.is_empty()) {
        let data = {
            let file = std::fs::File::open(path)?;
            // SAFETY: as above.
            let map = unsafe { memmap2::Mmap::map(&file) }?;
            build_index(&map, &FolderFiles::beside(path), &options)?
        };
        std::fs::write(out, data)?;
    }
    Ok(())
}
