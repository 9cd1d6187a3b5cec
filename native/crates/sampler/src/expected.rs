//! Files that processes map, whose tables are built before a sample needs them.
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashSet, hash_map::DefaultHasher},
    fs,
    hash::{Hash, Hasher},
    io,
    os::unix::fs::MetadataExt,
    path::Path,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

use crate::{
    definitions::*,
    missed::MissedFiles,
    process_events::ProcessEvent,
    table_builder::TableBuilder,
    waker::{Waker, wait_readable},
};

/// Mappings on their way to the builder; what comes beyond is built when a sample misses it.
const ARRIVING_MOST: usize = 1_024;
const WAITING_MOST: usize = 4_096;
/// After so many files the oldest are not told from new ones any more.
const SEEN_MOST: usize = 16_384;
/// Time for building what nobody has missed: this much at first, and again one part in so many of the time that passes.
const CREDIT_MOST: Duration = Duration::from_secs(3);
const CREDIT_PART: u32 = 20;
/// How long it waits at most before it looks whether it should stop.
const WAIT_MOST: Duration = Duration::from_millis(200);

/// Where a process has code of a file mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodeMapping {
    pub pid: u32,
    pub start: u64,
    pub end: u64,
}

impl CodeMapping {
    /// Leads to the file even if it has no name any more, or has it in another mount namespace.
    pub fn link(&self) -> String {
        let Self { pid, start, end } = self;
        format!("/proc/{pid}/map_files/{start:x}-{end:x}")
    }
}

/// Tells new files among the mappings that processes make, and hands them to the builder.
pub struct NewFiles {
    seen: HashSet<u64>,
    builder: SyncSender<CodeMapping>,
    waker: Waker,
}

impl NewFiles {
    pub fn note(&mut self, event: &ProcessEvent) {
        let record = &event.record;
        if u32::from(record.kind) != EVENT_KIND_MMAP as u32 || !event.text.starts_with(b"/") {
            return;
        }
        let mut hash = DefaultHasher::new();
        // The kernel tells a build ID or, of files without one, where they are.
        (record.build_id, record.inode, &event.text).hash(&mut hash);
        (record.device_major, record.device_minor).hash(&mut hash);
        if self.seen.len() >= SEEN_MOST {
            self.seen.clear();
        }
        let mapping = CodeMapping {
            pid: record.pid,
            start: record.start,
            end: record.end,
        };
        if self.seen.insert(hash.finish()) && self.builder.try_send(mapping).is_ok() {
            self.waker.wake();
        }
    }
}

/// The builder's side: what is to be built when no sample waits, the smallest file first.
pub struct ExpectedFiles {
    arriving: Receiver<CodeMapping>,
    waiting: BinaryHeap<Reverse<(u64, CodeMapping)>>,
    credit: Duration,
    credited: Instant,
}

/// Both sides; the builder is woken through `waker`.
pub fn expect_files(waker: Waker) -> (NewFiles, ExpectedFiles) {
    let (builder, arriving) = sync_channel(ARRIVING_MOST);
    let new_files = NewFiles {
        seen: HashSet::new(),
        builder,
        waker,
    };
    let expected = ExpectedFiles {
        arriving,
        waiting: BinaryHeap::new(),
        credit: CREDIT_MOST,
        credited: Instant::now(),
    };
    (new_files, expected)
}

impl ExpectedFiles {
    /// Adds the code that every process has mapped now, each file once. Processes that end meanwhile are passed over.
    fn add_mapped(&mut self) -> io::Result<()> {
        let mut files = HashSet::new();
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
            for (mapping, file) in maps.lines().filter_map(|line| code_mapping(pid, line)) {
                if files.insert(file.to_owned()) {
                    self.add(mapping);
                }
            }
        }
        Ok(())
    }

    /// Builds their tables, and before them those of large files that were missed, until `stopping` is set; `waker` wakes it.
    pub fn build_all(
        mut self,
        builder: &TableBuilder,
        missed: &MissedFiles,
        waker: &Waker,
        stopping: &AtomicBool,
    ) {
        // Without /proc a file's table is built when a sample misses it.
        let _ = self.add_mapped();
        while !stopping.load(Ordering::Relaxed) {
            if missed.build_large(builder) {
                continue;
            }
            match self.next().filter(|_| builder.has_much_room()) {
                Some(mapping) => self.build_one(builder, &mapping.link()),
                None => {
                    wait_readable(&[waker.fd()], WAIT_MOST);
                    waker.clear();
                }
            }
        }
    }

    fn build_one(&mut self, builder: &TableBuilder, link: &str) {
        let started = Instant::now();
        if let Ok(key) = file_key(Path::new(link))
            && !builder.knows(&key)
        {
            builder.build(key, link);
        }
        self.spend(started.elapsed());
    }

    /// The next one to be built; none while nothing is waiting, or the time for such has been used up.
    fn next(&mut self) -> Option<CodeMapping> {
        while let Ok(mapping) = self.arriving.try_recv() {
            self.add(mapping);
        }
        let now = Instant::now();
        let earned = (now - self.credited) / CREDIT_PART;
        self.credit = (self.credit + earned).min(CREDIT_MOST);
        self.credited = now;
        if self.credit.is_zero() {
            return None;
        }
        self.waiting.pop().map(|Reverse((_, mapping))| mapping)
    }

    /// Takes what was needed off the time there is.
    fn spend(&mut self, time: Duration) {
        self.credit = self.credit.saturating_sub(time);
    }

    fn add(&mut self, mapping: CodeMapping) {
        // It has gone already, or is no file that could be opened.
        let Ok(about) = fs::metadata(mapping.link()) else {
            return;
        };
        if self.waiting.len() < WAITING_MOST {
            self.waiting.push(Reverse((about.size(), mapping)));
        }
    }
}

/// What the sampler knows a file by. On file systems that show another device or inode than the kernel has (overlayfs, btrfs) it
/// does not find it, and asks.
fn file_key(link: &Path) -> io::Result<FileKey> {
    let about = fs::metadata(link)?;
    let device = about.dev();
    Ok(FileKey {
        inode: about.ino(),
        bytes: about.size(),
        modified_s: about.mtime() as u64,
        modified_ns: about.mtime_nsec() as u32,
        device: libc::major(device) << 20 | libc::minor(device),
    })
}

/// A line of /proc/PID/maps that is about a file's code: `start-end r-xp offset device inode path`; also what names the file.
fn code_mapping(pid: u32, line: &str) -> Option<(CodeMapping, &str)> {
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let is_code = words.next()?.as_bytes().get(2) == Some(&b'x');
    let path_at = line.find('/').filter(|_| is_code)?;
    let file = &line[words.nth(1)?.as_ptr() as usize - line.as_ptr() as usize..path_at];
    let mapping = CodeMapping {
        pid,
        start: u64::from_str_radix(start, 16).ok()?,
        end: u64::from_str_radix(end, 16).ok()?,
    };
    Some((mapping, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_of_files_is_expected() {
        let of = |line| code_mapping(7, line);
        let libc = "7f1c2000-7f1d7000 r-xp 00026000 fe:00 1835 /usr/lib/libc.so.6";
        let mapping = CodeMapping {
            pid: 7,
            start: 0x7f1c_2000,
            end: 0x7f1d_7000,
        };
        assert_eq!(of(libc), Some((mapping, "fe:00 1835 ")));
        assert_eq!(mapping.link(), "/proc/7/map_files/7f1c2000-7f1d7000");
        assert_eq!(of("7f1c2000-7f1d7000 r--p 00000000 fe:00 1835 /a"), None);
        assert_eq!(of("7ffd2000-7ffd4000 r-xp 00000000 00:00 0 [vdso]"), None);
        assert_eq!(of("7f1c2000-7f1d7000 rwxp 00000000 00:00 0"), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn building_what_nobody_missed_has_its_limit_in_time() {
        let (_, mut expected) = expect_files(Waker::new().unwrap());
        let own = std::process::id();
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let mapping = maps.lines().find_map(|line| code_mapping(own, line));
        let (mapping, _) = mapping.unwrap();
        for _ in 0..3 {
            expected.add(mapping);
        }
        assert_eq!(expected.next(), Some(mapping));
        expected.spend(CREDIT_MOST * 2);
        expected.credited = Instant::now();
        assert_eq!(expected.next().is_some(), !expected.credit.is_zero());
        // A minute later there is time again.
        expected.credited = Instant::now() - Duration::from_secs(60);
        assert_eq!(expected.next(), Some(mapping));
    }
}
