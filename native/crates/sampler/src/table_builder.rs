//! Builds unwind tables, off the sampling path.
use std::{
    collections::VecDeque,
    fs::File,
    io,
    ops::Range,
    os::unix::fs::{FileExt, MetadataExt},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use memmap2::{MmapMut, MmapOptions};
use strata_unwind::{BuildError, BuildErrorCode, UnwindTable, build_with_report};

use crate::{
    clock::monotonic_ns,
    definitions::*,
    elf_copy::copy_elf,
    table_cache::TableCache,
    tables::{Refusal, Tables},
};

const REPORTS_MOST: usize = 4_096;
/// As the kernel's programs name it.
pub const VDSO: FileKey = FileKey {
    inode: VDSO_INODE as u64,
    bytes: 0,
    modified_s: 0,
    modified_ns: 0,
    device: 0,
};

/// What became of one file.
#[derive(Clone, Debug)]
pub struct TableReport {
    pub path: String,
    pub rows: u32,
    pub rules: u32,
    /// In the kernel; 0 when there is none, or it left to make room.
    pub bytes: u64,
    pub build: Duration,
    /// Why there is no table, or empty.
    pub failure: String,
    file: FileKey,
}

/// What became of the files that were missed, latest last, and what all tables take.
#[derive(Default)]
pub struct TablesState {
    pub reports: VecDeque<TableReport>,
    /// Of everything in the kernel, and the most it may take.
    pub bytes: u64,
    pub bytes_most: u64,
    /// Tables that left to make room, since start.
    pub evicted: u64,
    /// Tables that could not be kept on disk, since start.
    pub cache_failures: u64,
    fixed_bytes: u64,
}

impl TablesState {
    /// `fixed_bytes` is what the kernel holds besides tables.
    pub fn new(fixed_bytes: u64, bytes_most: u64) -> Self {
        Self {
            bytes: fixed_bytes,
            bytes_most,
            fixed_bytes,
            ..Self::default()
        }
    }

    fn add(&mut self, report: TableReport) {
        self.reports.retain(|known| known.path != report.path);
        self.reports.push_back(report);
        if self.reports.len() > REPORTS_MOST {
            self.reports.pop_front();
        }
    }

    fn evicted(&mut self, files: &[FileKey]) {
        self.evicted += files.len() as u64;
        for report in &mut self.reports {
            if files.contains(&report.file) {
                report.bytes = 0;
            }
        }
    }

    fn failed(&mut self, files: &[(FileKey, io::Error)]) {
        for report in &mut self.reports {
            if let Some((_, error)) = files.iter().find(|(file, _)| *file == report.file) {
                report.bytes = 0;
                report.failure = error.to_string();
            }
        }
    }
}

/// Builds and publishes, for several threads.
pub struct TableBuilder {
    tables: Mutex<Tables>,
    cache: Option<TableCache>,
    cache_failures: AtomicU64,
    state: Arc<Mutex<TablesState>>,
}

impl TableBuilder {
    pub fn new(tables: Tables, cache: Option<TableCache>, state: Arc<Mutex<TablesState>>) -> Self {
        Self {
            tables: Mutex::new(tables),
            cache,
            cache_failures: AtomicU64::new(0),
            state,
        }
    }

    /// Whether the file has its table, or none for good.
    pub fn knows(&self, key: &FileKey) -> bool {
        self.tables().knows(key)
    }

    /// Tries again what could not be had a while ago.
    pub fn look_again(&self) {
        // What the kernel does not let go of is tried again the next time.
        let _ = self.tables().look_again(now_s());
    }

    /// Whether tables may come that nobody has missed.
    pub fn has_much_room(&self) -> bool {
        self.tables().is_half_empty()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Builds the table of a file that is not known. `link` leads to it; the vDSO needs none.
    /// Does nothing when the file cannot be had any more: its process has gone, or maps another one there. Whoever runs it next
    /// will tell where it is.
    pub fn build(&self, key: FileKey, link: &str) {
        let started = Instant::now();
        let path = match std::fs::read_link(link) {
            _ if key == VDSO => "[vdso]".to_owned(),
            Ok(path) => path.to_string_lossy().into_owned(),
            Err(_) => link.to_owned(),
        };
        let now_s = now_s();
        let mut report = TableReport {
            path,
            rows: 0,
            rules: 0,
            bytes: 0,
            build: Duration::ZERO,
            failure: String::new(),
            file: key,
        };
        let built = match self.table_of(&key, link) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => Err(refusal_of(&error)),
            Ok(built) => built.map_err(|error| (why_not_built(error.code), error.to_string())),
        };
        let mut tables = self.tables();
        // Another thread was faster.
        if tables.knows(&key) {
            return;
        }
        let published = built.and_then(|table| {
            report.rows = table.rows.len() as u32;
            report.rules = table.rules.len() as u32;
            tables
                .publish(key, &table, now_s)
                .map_err(|error| refusal_of(&error))
        });
        match published {
            Ok(bytes) => report.bytes = bytes,
            Err((why, failure)) => {
                // When even that fails the kernel will ask again, which is all that could be done.
                let _ = tables.refuse(&key, why, now_s);
                report.failure = failure;
            }
        }
        report.build = started.elapsed();
        let failed = tables.take_failed(now_s).unwrap_or_default();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.add(report);
        state.evicted(&tables.take_evicted());
        state.failed(&failed);
        state.bytes = state.fixed_bytes + tables.bytes();
        state.cache_failures = self.cache_failures.load(Ordering::Relaxed);
    }

    /// From the disk, or built.
    fn table_of(&self, key: &FileKey, link: &str) -> io::Result<Result<UnwindTable, BuildError>> {
        if *key == VDSO {
            let built = build_with_report(&copy_vdso()?, &|_| Vec::new());
            return Ok(built.map(|(table, _)| table));
        }
        let file = open_mapped(key, link)?;
        let cached = self
            .cache
            .as_ref()
            .and_then(|cache| Some((cache, TableCache::key_of(&file)?)));
        if let Some(table) = cached.as_ref().and_then(|(cache, key)| cache.read(key)) {
            return Ok(Ok(table));
        }
        let elf = copy_elf(&file)?;
        let table = match build_with_report(&elf, &|range| read_code(&file, range)) {
            Ok((table, _)) => table,
            Err(error) => return Ok(Err(error)),
        };
        if let Some((cache, key)) = cached
            && cache.write(&key, &table).is_err()
        {
            self.cache_failures.fetch_add(1, Ordering::Relaxed);
        }
        Ok(Ok(table))
    }
}

fn now_s() -> u32 {
    (monotonic_ns() / 1_000_000_000) as u32
}

/// What the system says may be otherwise the next time.
fn refusal_of(error: &io::Error) -> (Refusal, String) {
    let why = match error.raw_os_error() {
        Some(_) => Refusal::ForNow,
        None => Refusal::ForGood,
    };
    (why, error.to_string())
}

/// Frame pointers are followed through what is no program of this machine, such as files that a JIT runs; a program's unwind
/// information that cannot be used is no reason to take its frame pointers for right.
fn why_not_built(code: BuildErrorCode) -> Refusal {
    match code {
        BuildErrorCode::NotElf | BuildErrorCode::Unsupported | BuildErrorCode::NoCode => {
            Refusal::FramePointers
        }
        BuildErrorCode::Malformed | BuildErrorCode::TooLarge => Refusal::ForGood,
    }
}

/// The file behind a mapping, when it still is the one that was sampled.
fn open_mapped(key: &FileKey, link: &str) -> io::Result<File> {
    // Of a process that ended both errors are seen.
    let file = File::open(link).map_err(|error| match error.raw_os_error() {
        Some(libc::ESRCH) => io::ErrorKind::NotFound.into(),
        _ => error,
    })?;
    let found = file.metadata()?;
    if found.size() != key.bytes || found.mtime() as u64 != key.modified_s {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok(file)
}

/// Bytes of a file, or none where they cannot be had.
fn read_code(file: &File, range: Range<u64>) -> Vec<u8> {
    let mut code = vec![0; (range.end - range.start) as usize];
    let read = file.read_exact_at(&mut code, range.start);
    read.map_or(Vec::new(), |()| code)
}

/// All processes of a kernel have the same vDSO, so ours is theirs.
fn copy_vdso() -> io::Result<MmapMut> {
    let maps = std::fs::read_to_string("/proc/self/maps")?;
    let range = maps
        .lines()
        .find(|line| line.ends_with("[vdso]"))
        .and_then(|line| line.split(' ').next()?.split_once('-'))
        .and_then(|(start, end)| {
            let start = u64::from_str_radix(start, 16).ok()?;
            Some((start, u64::from_str_radix(end, 16).ok()? - start))
        });
    let (start, bytes) = range.ok_or_else(|| io::Error::other("this process has no vDSO"))?;
    let mut copy = MmapOptions::new().len(bytes as usize).map_anon()?;
    File::open("/proc/self/mem")?.read_exact_at(&mut copy, start)?;
    Ok(copy)
}
