//! The counters between two drains: two maps, one filled by the kernel, one read here.
use std::{io, mem::size_of, os::fd::AsFd, os::fd::AsRawFd};

use libbpf_rs::{MapCore, MapFlags, MapHandle, MapType, libbpf_sys};

use crate::{
    bpf::map_bytes,
    definitions::{CountKey, CountRecord, ErrorCode},
    error::SamplerError,
};

const SLOT: [u8; 4] = [0; 4];
const BATCH: u32 = 4_096;

pub struct Counts {
    outer: MapHandle,
    maps: [MapHandle; 2],
    filling: usize,
}

impl Counts {
    /// Makes both maps and puts the first into the kernel's slot.
    pub fn new(outer: MapHandle, entries: u32) -> Result<Self, SamplerError> {
        let create = || {
            let options = libbpf_sys::bpf_map_create_opts {
                sz: size_of::<libbpf_sys::bpf_map_create_opts>() as libbpf_sys::size_t,
                ..Default::default()
            };
            let (key, value) = (size_of::<CountKey>() as u32, size_of::<u64>() as u32);
            MapHandle::create(
                MapType::Hash,
                Some("strata_counts"),
                key,
                value,
                entries,
                &options,
            )
            .map_err(|error| {
                SamplerError::new(
                    ErrorCode::LoadFailed,
                    format!("A table of counters could not be made: {error}."),
                )
            })
        };
        let counts = Self {
            outer,
            maps: [create()?, create()?],
            filling: 0,
        };
        counts.publish()?;
        Ok(counts)
    }

    /// Bytes that the kernel counts for both maps.
    pub fn memory_bytes(&self) -> u64 {
        self.maps.iter().map(|map| map_bytes(map.as_fd())).sum()
    }

    /// Swaps the maps and returns what was counted, `count` > 0 in each. When this returns from the swap the kernel has waited
    /// for every program that still used the old map (maybe_wait_bpf_programs), so each count is read exactly once.
    pub fn swap_and_read(&mut self) -> Result<Vec<CountRecord>, SamplerError> {
        let full = self.filling;
        self.filling = 1 - full;
        self.publish()?;
        read_and_clear(&self.maps[full]).map_err(|error| {
            SamplerError::new(
                ErrorCode::DrainFailed,
                format!("The counters could not be read: {error}."),
            )
        })
    }

    fn publish(&self) -> Result<(), SamplerError> {
        let fd = self.maps[self.filling].as_fd().as_raw_fd().to_ne_bytes();
        self.outer
            .update(&SLOT, &fd, MapFlags::ANY)
            .map_err(|error| {
                SamplerError::new(
                    ErrorCode::DrainFailed,
                    format!("The tables of counters could not be swapped: {error}."),
                )
            })
    }
}

/// BPF_MAP_LOOKUP_AND_DELETE_BATCH until the map is empty.
fn read_and_clear(map: &MapHandle) -> io::Result<Vec<CountRecord>> {
    let mut records = Vec::new();
    let mut keys = vec![CountKey::default(); BATCH as usize];
    let mut values = vec![0u64; BATCH as usize];
    let options = libbpf_sys::bpf_map_batch_opts {
        sz: size_of::<libbpf_sys::bpf_map_batch_opts>() as libbpf_sys::size_t,
        ..Default::default()
    };
    let mut cursor = [0u8; 8];
    let mut started = false;
    loop {
        let mut count = BATCH;
        let from = if started {
            (&raw const cursor).cast_mut().cast()
        } else {
            std::ptr::null_mut()
        };
        // SAFETY: both arrays have room for `count` entries of the map's own sizes, the cursor for a hash map's u32.
        let result = unsafe {
            libbpf_sys::bpf_map_lookup_and_delete_batch(
                map.as_fd().as_raw_fd(),
                from,
                (&raw mut cursor).cast(),
                keys.as_mut_ptr().cast(),
                values.as_mut_ptr().cast(),
                &mut count,
                &options,
            )
        };
        let error = io::Error::last_os_error();
        if result < 0 && error.raw_os_error() != Some(libc::ENOENT) {
            return Err(error);
        }
        records.extend(
            keys.iter()
                .zip(&values)
                .take(count as usize)
                .filter(|&(_, &count)| count > 0)
                .map(|(key, &count)| CountRecord {
                    user_stack: key.user_stack,
                    kernel_stack: key.kernel_stack,
                    thread_name: key.thread_name,
                    pid: key.pid,
                    count: count.min(u64::from(u32::MAX)) as u32,
                }),
        );
        if result < 0 {
            return Ok(records);
        }
        started = true;
    }
}
