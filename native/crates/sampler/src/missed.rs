//! Files whose table a sample did not find.
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use libbpf_rs::{MapCore, MapFlags, MapHandle, RingBufferBuilder};

use crate::{
    bytes::{bytes_of, record_of},
    definitions::*,
    expected::CodeMapping,
    table_builder::{TableBuilder, VDSO},
    waker::Waker,
};

/// How long it waits at most before it looks whether it should stop.
const WAIT_MOST: Duration = Duration::from_millis(200);

/// A table that takes tenths of a second to build; nobody should wait for it who needs another.
const LARGE_FILE_BYTES: u64 = 32 << 20;

/// What the kernel's programs tell of such files. The one with most samples is built first, large ones by a thread that has time.
pub struct MissedFiles {
    pub missed: MapHandle,
    /// Something arrives in it when a file is missed for the first time.
    pub misses: MapHandle,
}

impl MissedFiles {
    /// Builds the tables of all but large files until `stopping` is set; `others` is woken for those.
    pub fn build_all(
        &self,
        builder: &TableBuilder,
        others: &Waker,
        stopping: &AtomicBool,
    ) -> libbpf_rs::Result<()> {
        let mut rings = RingBufferBuilder::new();
        rings.add(&self.misses, |_| 0)?;
        let wake = rings.build()?;
        builder.build(VDSO, "");
        while !stopping.load(Ordering::Relaxed) {
            while !stopping.load(Ordering::Relaxed) && self.build_one(builder, is_small) {}
            builder.look_again();
            if self.next(is_large).is_some() {
                others.wake();
            }
            // It was interrupted, or there is nothing: both are reasons to look again.
            let _ = wake.poll(WAIT_MOST);
        }
        Ok(())
    }

    /// Builds one of the large ones. Returns false when none is missed.
    pub fn build_large(&self, builder: &TableBuilder) -> bool {
        self.build_one(builder, is_large)
    }

    fn next(&self, is_meant: fn(&FileKey) -> bool) -> Option<(FileKey, MissedFile)> {
        let missed = self.missed.keys().filter_map(|bytes| {
            let key = record_of::<FileKey>(&bytes).filter(is_meant)?;
            let file = self.missed.lookup(&bytes, MapFlags::ANY).ok()??;
            Some((key, record_of::<MissedFile>(&file)?))
        });
        missed.max_by_key(|(_, file)| file.samples)
    }

    fn build_one(&self, builder: &TableBuilder, is_meant: fn(&FileKey) -> bool) -> bool {
        let Some((key, file)) = self.next(is_meant) else {
            return false;
        };
        if !builder.knows(&key) {
            let mapping = CodeMapping {
                pid: file.pid,
                start: file.start,
                end: file.end,
            };
            builder.build(key, &mapping.link());
        }
        // Only now: misses while it was built were this one's. One that is gone already is as good.
        let _ = self.missed.delete(bytes_of(&key));
        true
    }
}

fn is_large(key: &FileKey) -> bool {
    key.bytes > LARGE_FILE_BYTES
}

fn is_small(key: &FileKey) -> bool {
    !is_large(key)
}
