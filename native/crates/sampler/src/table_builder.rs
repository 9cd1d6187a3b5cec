//! Builds unwind tables, off the sampling path: first those that samples missed, most of them first, then those that samples will
//! need.
use std::{
    collections::VecDeque,
    fs::File,
    io,
    ops::Range,
    os::unix::fs::{FileExt, MetadataExt},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use libbpf_rs::{MapCore, MapFlags, MapHandle, RingBufferBuilder};
use memmap2::{MmapMut, MmapOptions};
use strata_unwind::{UnwindTable, build_with_report};

use crate::{
    bytes::{bytes_of, record_of},
    clock::monotonic_ns,
    definitions::*,
    elf_copy::copy_elf,
    expected::{CodeMapping, ExpectedFiles, file_key},
    table_cache::TableCache,
    tables::Tables,
    waker::{Waker, wait_readable},
};

/// How long it waits at most before it looks whether it should stop.
const WAIT_MOST: Duration = Duration::from_millis(200);
const REPORTS_MOST: usize = 4_096;
/// As the kernel's programs name it.
const VDSO: FileKey = FileKey {
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

pub struct TableBuilder {
    missed: MapHandle,
    /// Something arrives in it when a file is missed.
    misses: MapHandle,
    tables: Tables,
    expected: ExpectedFiles,
    waker: Waker,
    cache: Option<TableCache>,
    cache_failures: u64,
    state: Arc<Mutex<TablesState>>,
}

impl TableBuilder {
    /// `missed` and `misses` are the kernel's; `waker` tells that something is expected.
    pub fn new(
        (missed, misses): (MapHandle, MapHandle),
        tables: Tables,
        (expected, waker): (ExpectedFiles, Waker),
        cache: Option<TableCache>,
        state: Arc<Mutex<TablesState>>,
    ) -> Self {
        Self {
            missed,
            misses,
            tables,
            expected,
            waker,
            cache,
            cache_failures: 0,
            state,
        }
    }

    /// Until `stopping` is set.
    pub fn run(mut self, stopping: &Arc<AtomicBool>) -> libbpf_rs::Result<()> {
        let mut rings = RingBufferBuilder::new();
        rings.add(&self.misses, |_| 0)?;
        let ring = rings.build()?;
        self.build_one(VDSO, "");
        // Without /proc a file's table is built when a sample misses it.
        let _ = self.expected.add_mapped();
        while !stopping.load(Ordering::Relaxed) {
            if self.build_missed() || self.build_expected() {
                continue;
            }
            wait_readable(&[ring.epoll_fd(), self.waker.fd()], WAIT_MOST);
            self.waker.clear();
            ring.consume_raw();
        }
        Ok(())
    }

    /// Builds one table, for the file that most samples missed. Returns false when none was missed.
    fn build_missed(&mut self) -> bool {
        let missed = self.missed.keys().filter_map(|key| {
            let file = self.missed.lookup(&key, MapFlags::ANY).ok()??;
            Some((record_of::<FileKey>(&key)?, record_of::<MissedFile>(&file)?))
        });
        let Some((key, file)) = missed.max_by_key(|(_, file)| file.samples) else {
            return false;
        };
        if !self.tables.knows(&key) {
            let mapping = CodeMapping {
                pid: file.pid,
                start: file.start,
                end: file.end,
            };
            self.build_one(key, &mapping.link());
        }
        // Only now: misses while it was built were this one's. One that is gone already is as good.
        let _ = self.missed.delete(bytes_of(&key));
        true
    }

    /// Builds one table that no sample missed yet, as long as no other has to leave for it. Returns false when there is none.
    fn build_expected(&mut self) -> bool {
        if !self.tables.is_half_empty() {
            return false;
        }
        let Some(mapping) = self.expected.next() else {
            return false;
        };
        let started = Instant::now();
        let link = mapping.link();
        if let Ok(key) = file_key(Path::new(&link))
            && !self.tables.knows(&key)
        {
            self.build_one(key, &link);
        }
        self.expected.spend(started.elapsed());
        true
    }

    /// Does nothing when the file cannot be had any more: its process has gone, or maps another one there. Whoever runs it next
    /// will tell where it is.
    fn build_one(&mut self, key: FileKey, link: &str) {
        let started = Instant::now();
        let path = match std::fs::read_link(link) {
            _ if key == VDSO => "[vdso]".to_owned(),
            Ok(path) => path.to_string_lossy().into_owned(),
            Err(_) => link.to_owned(),
        };
        let now_s = (monotonic_ns() / 1_000_000_000) as u32;
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
            built => built.map_err(|error| error.to_string()),
        };
        let published = built.and_then(|table| {
            report.rows = table.rows.len() as u32;
            report.rules = table.rules.len() as u32;
            self.tables
                .publish(key, &table, now_s)
                .map_err(|error| error.to_string())
        });
        match published {
            Ok(bytes) => report.bytes = bytes,
            Err(failure) => {
                // When even that fails the kernel will ask again, which is all that could be done.
                let _ = self.tables.refuse(&key, now_s);
                report.failure = failure;
            }
        }
        report.build = started.elapsed();
        let failed = self.tables.take_failed(now_s).unwrap_or_default();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.add(report);
        state.evicted(&self.tables.take_evicted());
        state.failed(&failed);
        state.bytes = state.fixed_bytes + self.tables.bytes();
        state.cache_failures = self.cache_failures;
    }

    /// From the disk, or built.
    fn table_of(&mut self, key: &FileKey, link: &str) -> io::Result<UnwindTable> {
        if *key == VDSO {
            let (table, _) =
                build_with_report(&copy_vdso()?, &|_| Vec::new()).map_err(io::Error::other)?;
            return Ok(table);
        }
        let file = open_mapped(key, link)?;
        let cached = self
            .cache
            .as_ref()
            .and_then(|cache| Some((cache, TableCache::key_of(&file)?)));
        if let Some(table) = cached.as_ref().and_then(|(cache, key)| cache.read(key)) {
            return Ok(table);
        }
        let elf = copy_elf(&file)?;
        let (table, _) =
            build_with_report(&elf, &|range| read_code(&file, range)).map_err(io::Error::other)?;
        if let Some((cache, key)) = cached
            && cache.write(&key, &table).is_err()
        {
            self.cache_failures += 1;
        }
        Ok(table)
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
