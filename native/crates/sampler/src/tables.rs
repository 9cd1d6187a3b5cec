//! The unwind tables in the kernel: which files have one, and how many bytes all of them take.
use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasher, RandomState},
    io,
    mem::{self, size_of},
    os::fd::{FromRawFd, OwnedFd},
};

use libbpf_rs::{MapCore, MapFlags, MapHandle, libbpf_sys};
use memmap2::MmapOptions;
use strata_unwind::UnwindTable;

use crate::{bytes::bytes_of, definitions::*, publisher::Publisher};

const PAGE_BYTES: u64 = 4_096;
/// `struct bpf_array` and what the kernel keeps beside it.
const MAP_OVERHEAD_BYTES: u64 = 512;
/// Files known to have no table; beyond it the first of them are forgotten, and asked for again.
const REFUSED_MOST: u32 = TABLES_MOST / 4;
/// Files with a table: `files` names both kinds. Each may have a slot of its own.
const FILES_MOST: u32 = TABLES_MOST - REFUSED_MOST;
/// After which what could not be had for now is tried again.
const ASK_AGAIN_S: u32 = 60;

/// Why a file has no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is no program with unwind information: what runs in it is followed by frame pointers.
    FramePointers,
    /// It has what cannot be used, or more than may be: its stacks are cut off.
    ForGood,
    /// The system would not let us have it: another time it may.
    ForNow,
}

struct Refused {
    file: FileKey,
    /// Seconds of CLOCK_MONOTONIC from which on it is asked for again.
    until_s: Option<u32>,
}

/// One array in the kernel, of all files whose tables are the same: every container brings its own copy of libc.
struct Table {
    files: Vec<FileKey>,
    content: u64,
    bytes: u64,
}

/// Publishes tables under a limit in bytes; the least recently used ones leave.
pub struct Tables {
    outer: MapHandle,
    files: MapHandle,
    publisher: Publisher,
    /// Slots of their tables.
    by_file: HashMap<FileKey, u32>,
    by_content: HashMap<u64, u32>,
    by_slot: HashMap<u32, Table>,
    /// Keyed anew at each start, so that no file can be made to have another's table.
    hasher: RandomState,
    refused: VecDeque<Refused>,
    free_slots: Vec<u32>,
    bytes: u64,
    bytes_most: u64,
    /// Files whose tables left to make room, since `take_evicted`.
    evicted: Vec<FileKey>,
}

impl Tables {
    /// `outer` is the array of tables, `files` says which file's table is where in it.
    pub fn new(outer: MapHandle, files: MapHandle, bytes_most: u64) -> io::Result<Self> {
        Ok(Self {
            publisher: Publisher::start(MapHandle::try_from(&outer).map_err(io::Error::other)?)?,
            outer,
            files,
            by_file: HashMap::new(),
            by_content: HashMap::new(),
            by_slot: HashMap::new(),
            hasher: RandomState::new(),
            refused: VecDeque::new(),
            free_slots: (0..FILES_MOST).rev().collect(),
            bytes: 0,
            bytes_most,
            evicted: Vec::new(),
        })
    }

    /// Whether the file has its table, or none for good.
    pub fn knows(&self, file: &FileKey) -> bool {
        self.by_file.contains_key(file) || self.refused.iter().any(|refused| refused.file == *file)
    }

    /// Whether as much again would fit.
    pub fn is_half_empty(&self) -> bool {
        self.bytes * 2 < self.bytes_most
    }

    /// Files whose tables left to make room since the last call.
    pub fn take_evicted(&mut self) -> Vec<FileKey> {
        mem::take(&mut self.evicted)
    }

    /// Files whose tables the kernel refused since the last call, and why. It is told not to ask for them again.
    pub fn take_failed(&mut self, now_s: u32) -> io::Result<Vec<(FileKey, io::Error)>> {
        let mut failed = Vec::new();
        for (file, error) in self.publisher.take_failed() {
            let slot = self.by_file.get(&file);
            let table = slot.and_then(|slot| self.by_slot.get(slot));
            for file in table.map_or_else(|| vec![file], |table| table.files.clone()) {
                self.refuse(&file, Refusal::ForNow, now_s)?;
                failed.push((file, io::Error::other(error.to_string())));
            }
        }
        Ok(failed)
    }

    /// Bytes of all tables in the kernel.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Gives the kernel a file's table and returns the bytes it takes there, together with the files that have the same. Fails when
    /// the table alone is beyond the limit, or the kernel has no memory for it.
    pub fn publish(&mut self, file: FileKey, table: &UnwindTable, now_s: u32) -> io::Result<u64> {
        let encoded = table.encoded_bytes() as u64;
        let bytes = encoded.next_multiple_of(PAGE_BYTES) + MAP_OVERHEAD_BYTES;
        if bytes > self.bytes_most {
            return Err(io::Error::other(format!(
                "its table takes {bytes} bytes, and all tables together may take {}",
                self.bytes_most
            )));
        }
        self.withdraw(&file)?;
        let content = self
            .hasher
            .hash_one((&table.first_page, &table.rules, &table.rows));
        if self.by_file.len() >= FILES_MOST as usize {
            self.evict_for(0)?;
        }
        if let Some(slot) = self.by_content.get(&content).copied()
            && let Some(same) = self.by_slot.get_mut(&slot)
        {
            same.files.push(file);
            self.by_file.insert(file, slot);
            self.tell(&file, slot, now_s)?;
            return Ok(bytes);
        }
        if self.lacks_room_for(bytes) {
            self.evict_for(bytes)?;
        }
        let map = create(table)?;
        let Some(slot) = self.free_slots.pop() else {
            return Err(io::Error::other("every slot for a table is taken"));
        };
        self.bytes += bytes;
        self.by_file.insert(file, slot);
        self.by_content.insert(content, slot);
        let files = vec![file];
        self.by_slot.insert(
            slot,
            Table {
                files,
                content,
                bytes,
            },
        );
        // Before it is there, so that nobody waits for the call that puts it there; an empty slot says the same as no table.
        self.tell(&file, slot, now_s)?;
        self.publisher.put(slot, map, file);
        Ok(bytes)
    }

    /// Tells the kernel not to ask for this file again.
    pub fn refuse(&mut self, file: &FileKey, why: Refusal, now_s: u32) -> io::Result<()> {
        self.withdraw(file)?;
        self.refused.retain(|refused| refused.file != *file);
        self.refused.push_back(Refused {
            file: *file,
            until_s: (why == Refusal::ForNow).then_some(now_s + ASK_AGAIN_S),
        });
        if self.refused.len() > REFUSED_MOST as usize
            && let Some(first) = self.refused.pop_front()
        {
            self.ask_again(&first.file)?;
        }
        let table = match why {
            Refusal::FramePointers => NO_TABLE,
            Refusal::ForGood | Refusal::ForNow => REFUSED_TABLE,
        };
        self.tell(file, table, now_s)
    }

    /// Lets the kernel ask again for what could not be had for now, a while ago.
    pub fn look_again(&mut self, now_s: u32) -> io::Result<()> {
        let is_over = |refused: &Refused| refused.until_s.is_some_and(|until| until <= now_s);
        while let Some(at) = self.refused.iter().position(is_over)
            && let Some(refused) = self.refused.remove(at)
        {
            self.ask_again(&refused.file)?;
        }
        Ok(())
    }

    fn ask_again(&self, file: &FileKey) -> io::Result<()> {
        self.files.delete(bytes_of(file)).map_err(io::Error::other)
    }

    fn tell(&self, file: &FileKey, table: u32, used_s: u32) -> io::Result<()> {
        let value = FileTable { table, used_s };
        self.files
            .update(bytes_of(file), bytes_of(&value), MapFlags::ANY)
            .map_err(io::Error::other)
    }

    /// Takes a file's table from it, if it has one, and out of the kernel when no other file has the same.
    fn withdraw(&mut self, file: &FileKey) -> io::Result<()> {
        let Some(slot) = self.by_file.remove(file) else {
            return Ok(());
        };
        self.publisher.finish();
        // First its name. The kernel returns from the second call when no program uses the table any more, so that the slot can be
        // another file's.
        self.files
            .delete(bytes_of(file))
            .map_err(io::Error::other)?;
        if let Some(table) = self.by_slot.get_mut(&slot) {
            table.files.retain(|other| other != file);
            if !table.files.is_empty() {
                return Ok(());
            }
        }
        if let Some(table) = self.by_slot.remove(&slot) {
            self.by_content.remove(&table.content);
            self.bytes -= table.bytes;
        }
        match self.outer.delete(&slot.to_ne_bytes()) {
            // The kernel had refused the table.
            Err(error) if error.kind() == libbpf_rs::ErrorKind::NotFound => {}
            deleted => deleted.map_err(io::Error::other)?,
        }
        self.free_slots.push(slot);
        Ok(())
    }

    fn lacks_room_for(&self, bytes: u64) -> bool {
        self.bytes + bytes > self.bytes_most || self.by_file.len() >= FILES_MOST as usize
    }

    /// Those of the files that did not use theirs for the longest leave.
    fn evict_for(&mut self, bytes: u64) -> io::Result<()> {
        let mut files: Vec<_> = self.by_file.keys().copied().collect();
        files.sort_by_cached_key(|file| self.used_s(file));
        for oldest in files {
            if !self.lacks_room_for(bytes) {
                return Ok(());
            }
            self.evicted.push(oldest);
            self.withdraw(&oldest)?;
        }
        match self.lacks_room_for(bytes) {
            true => Err(io::Error::other("no table can leave")),
            false => Ok(()),
        }
    }

    /// When the sampler last needed the file's table; whole seconds of CLOCK_MONOTONIC.
    fn used_s(&self, file: &FileKey) -> u32 {
        let value = self.files.lookup(bytes_of(file), MapFlags::ANY);
        let bytes = value.ok().flatten().unwrap_or_default();
        let at = size_of::<u32>();
        bytes
            .get(at..at + size_of::<u32>())
            .and_then(|part| part.try_into().ok())
            .map_or(0, u32::from_ne_bytes)
    }
}

/// An array of exactly the table's size, filled.
fn create(table: &UnwindTable) -> io::Result<OwnedFd> {
    let options = libbpf_sys::bpf_map_create_opts {
        sz: size_of::<libbpf_sys::bpf_map_create_opts>() as libbpf_sys::size_t,
        map_flags: libbpf_sys::BPF_F_INNER_MAP | libbpf_sys::BPF_F_MMAPABLE,
        ..Default::default()
    };
    let bytes = table.encoded_bytes();
    let blocks = u32::try_from(bytes / UNWIND_BLOCK_BYTES as usize).map_err(io::Error::other)?;
    // SAFETY: the name ends with a NUL, and the options carry their own size.
    let fd = unsafe {
        libbpf_sys::bpf_map_create(
            libbpf_sys::BPF_MAP_TYPE_ARRAY,
            c"strata_table".as_ptr(),
            size_of::<u32>() as u32,
            UNWIND_BLOCK_BYTES,
            blocks,
            &options,
        )
    };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor was just made and belongs to nobody else.
    let map = unsafe { OwnedFd::from_raw_fd(fd) };
    // SAFETY: nobody else has this map: it is not published yet.
    let mut memory = unsafe { MmapOptions::new().len(bytes).map_mut(&map)? };
    table.encode(&mut memory);
    Ok(map)
}
