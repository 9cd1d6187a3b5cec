//! Puts finished tables where the kernel finds them.
use std::{
    io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use libbpf_rs::{MapCore, MapFlags, MapHandle, libbpf_sys};

use crate::{definitions::FileKey, priority::hurry};

/// A filled array that is to take a slot.
struct Table {
    slot: u32,
    map: OwnedFd,
    file: FileKey,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Table>,
    is_busy: bool,
    is_ending: bool,
    /// Files whose tables the kernel refused.
    failed: Vec<(FileKey, io::Error)>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, queue: MutexGuard<'a, Queue>) -> MutexGuard<'a, Queue> {
        self.changed
            .wait(queue)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread of its own for the calls that put tables into their slots. The sampler sees a table at once, but the call then waits
/// until no program can use what was there before, 8 to 16 ms; tables that are built meanwhile go with the next call together.
pub struct Publisher {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Publisher {
    /// `slots` is the array of tables.
    pub fn start(slots: MapHandle) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let ours = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("strata-publish".into())
            .spawn(move || {
                hurry();
                run(&ours, &slots);
            })?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    pub fn put(&self, slot: u32, map: OwnedFd, file: FileKey) {
        self.shared.lock().waiting.push(Table { slot, map, file });
        self.shared.changed.notify_all();
    }

    /// Returns when every table has its slot.
    pub fn finish(&self) {
        let mut queue = self.shared.lock();
        while queue.is_busy || !queue.waiting.is_empty() {
            queue = self.shared.wait(queue);
        }
    }

    /// The files whose tables the kernel refused since the last call, and why.
    pub fn take_failed(&self) -> Vec<(FileKey, io::Error)> {
        std::mem::take(&mut self.shared.lock().failed)
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.shared.lock().is_ending = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // One that panicked has nothing left to say.
            let _ = thread.join();
        }
    }
}

fn run(shared: &Shared, slots: &MapHandle) {
    let mut has_batches = true;
    loop {
        let mut queue = shared.lock();
        while queue.waiting.is_empty() && !queue.is_ending {
            queue = shared.wait(queue);
        }
        if queue.is_ending {
            return;
        }
        let tables = std::mem::take(&mut queue.waiting);
        queue.is_busy = true;
        drop(queue);

        let done = if has_batches && tables.len() > 1 {
            put_together(slots, &tables)
        } else {
            0
        };
        // Array of arrays have batches since 5.19. What a batch left over goes by itself, and says why it fails.
        has_batches &= tables.len() == 1 || done > 0;
        let failed: Vec<_> = tables[done..]
            .iter()
            .filter_map(|table| Some((table.file, put_one(slots, table).err()?)))
            .collect();

        let mut queue = shared.lock();
        queue.failed.extend(failed);
        queue.is_busy = false;
        drop(queue);
        shared.changed.notify_all();
    }
}

fn put_one(slots: &MapHandle, table: &Table) -> io::Result<()> {
    slots
        .update(
            &table.slot.to_ne_bytes(),
            &table.map.as_raw_fd().to_ne_bytes(),
            MapFlags::ANY,
        )
        .map_err(io::Error::other)
}

/// BPF_MAP_UPDATE_BATCH; returns how many of the first ones were put.
fn put_together(slots: &MapHandle, tables: &[Table]) -> usize {
    let keys: Vec<u32> = tables.iter().map(|table| table.slot).collect();
    let values: Vec<i32> = tables.iter().map(|table| table.map.as_raw_fd()).collect();
    let options = libbpf_sys::bpf_map_batch_opts {
        sz: size_of::<libbpf_sys::bpf_map_batch_opts>() as libbpf_sys::size_t,
        ..Default::default()
    };
    let mut count = tables.len() as u32;
    // SAFETY: both arrays have `count` entries of the map's own sizes.
    let result = unsafe {
        libbpf_sys::bpf_map_update_batch(
            slots.as_fd().as_raw_fd(),
            keys.as_ptr().cast(),
            values.as_ptr().cast(),
            &mut count,
            &options,
        )
    };
    if result == 0 {
        return tables.len();
    }
    // A kernel that has no batches leaves the count as it was.
    if (count as usize) < tables.len() {
        count as usize
    } else {
        0
    }
}
