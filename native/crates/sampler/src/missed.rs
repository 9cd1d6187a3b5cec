//! Files whose table a sample did not find: the one with most samples first.
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
};

/// How long it waits at most before it looks whether it should stop.
const WAIT_MOST: Duration = Duration::from_millis(200);

/// What the kernel's programs tell of such files.
pub struct MissedFiles {
    pub missed: MapHandle,
    /// Something arrives in it when a file is missed for the first time.
    pub misses: MapHandle,
}

impl MissedFiles {
    /// Builds their tables until `stopping` is set.
    pub fn build_all(
        &self,
        builder: &TableBuilder,
        stopping: &AtomicBool,
    ) -> libbpf_rs::Result<()> {
        let mut rings = RingBufferBuilder::new();
        rings.add(&self.misses, |_| 0)?;
        let wake = rings.build()?;
        builder.build(VDSO, "");
        while !stopping.load(Ordering::Relaxed) {
            while !stopping.load(Ordering::Relaxed) && self.build_one(builder) {}
            // It was interrupted, or there is nothing: both are reasons to look again.
            let _ = wake.poll(WAIT_MOST);
        }
        Ok(())
    }

    /// Returns false when no file is missed.
    fn build_one(&self, builder: &TableBuilder) -> bool {
        let missed = self.missed.keys().filter_map(|key| {
            let file = self.missed.lookup(&key, MapFlags::ANY).ok()??;
            Some((record_of::<FileKey>(&key)?, record_of::<MissedFile>(&file)?))
        });
        let Some((key, file)) = missed.max_by_key(|(_, file)| file.samples) else {
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
