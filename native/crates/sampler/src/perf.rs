//! perf_event_open and what hangs on it: sampling clocks and side-band rings.
use std::{
    io,
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
    ptr::NonNull,
    sync::atomic::{Ordering, fence},
};

use perf_event_open_sys::{bindings as perf, perf_event_open};

const FLAG_CLOEXEC: libc::c_ulong = perf::PERF_FLAG_FD_CLOEXEC as libc::c_ulong;

fn open(attributes: &mut perf::perf_event_attr, cpu: i32) -> io::Result<OwnedFd> {
    attributes.size = std::mem::size_of::<perf::perf_event_attr>() as u32;
    // SAFETY: `attributes` is fully initialised and carries its own size; -1 and `cpu` ask for every task on that CPU.
    let fd = unsafe { perf_event_open(attributes, -1, cpu, -1, FLAG_CLOEXEC) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor was just made and belongs to nobody else.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// A clock of one CPU that ticks every `period_ns`, whatever the CPU does.
pub struct SamplingClock {
    pub fd: OwnedFd,
}

impl SamplingClock {
    pub fn open(cpu: i32, period_ns: u64) -> io::Result<Self> {
        let mut attributes = perf::perf_event_attr {
            type_: perf::PERF_TYPE_SOFTWARE,
            config: perf::PERF_COUNT_SW_CPU_CLOCK.into(),
            ..Default::default()
        };
        attributes.__bindgen_anon_1.sample_period = period_ns;
        attributes.set_disabled(1);
        Ok(Self {
            fd: open(&mut attributes, cpu)?,
        })
    }

    pub fn enable(&self) -> io::Result<()> {
        // SAFETY: an ioctl without argument on a descriptor that is open.
        let result = unsafe { perf_event_open_sys::ioctls::ENABLE(self.fd.as_raw_fd(), 0) };
        if result < 0 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    }
}

/// The kernel's ring of one CPU with what processes do: exec, fork, exit, executable mmap with build IDs.
pub struct SideBand {
    fd: OwnedFd,
    page: NonNull<perf::perf_event_mmap_page>,
    mapped: usize,
    data_offset: usize,
    data_size: usize,
}

// SAFETY: the mapping belongs to this value alone, and only one thread at a time reads it (`&mut self`).
unsafe impl Send for SideBand {}

impl SideBand {
    /// `data_bytes` is a power of two of at least a page.
    pub fn open(cpu: i32, data_bytes: usize) -> io::Result<Self> {
        let mut attributes = perf::perf_event_attr {
            type_: perf::PERF_TYPE_SOFTWARE,
            config: perf::PERF_COUNT_SW_DUMMY.into(),
            sample_type: (perf::PERF_SAMPLE_TID | perf::PERF_SAMPLE_TIME).into(),
            clockid: libc::CLOCK_MONOTONIC,
            ..Default::default()
        };
        attributes.set_mmap(1);
        attributes.set_mmap2(1);
        attributes.set_build_id(1);
        attributes.set_comm(1);
        attributes.set_comm_exec(1);
        attributes.set_task(1);
        attributes.set_sample_id_all(1);
        attributes.set_use_clockid(1);
        attributes.set_watermark(1);
        // The first byte wakes the reader: a program's files are known before its first sample.
        attributes.__bindgen_anon_2.wakeup_watermark = 1;
        // Kernels before 5.12 give no build IDs: the agent reads them from the files.
        let fd = open(&mut attributes, cpu).or_else(|_| {
            attributes.set_build_id(0);
            open(&mut attributes, cpu)
        })?;
        // SAFETY: sysconf has no preconditions.
        let page_size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
        let mapped = page_size + data_bytes;
        // SAFETY: a new shared mapping of a perf descriptor, at an address of the kernel's choice.
        let address = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                mapped,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                fd.as_raw_fd(),
                0,
            )
        };
        if address == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let page = NonNull::new(address.cast()).expect("mmap does not return null");
        Ok(Self {
            fd,
            page,
            mapped,
            data_offset: page_size,
            data_size: data_bytes,
        })
    }

    /// Another descriptor of it, which can be polled while this one is read.
    pub fn polled(&self) -> io::Result<OwnedFd> {
        self.fd.try_clone()
    }

    /// Hands every record since the last call to `visit`, header included.
    pub fn read(&mut self, mut visit: impl FnMut(&[u8])) {
        let page = self.page.as_ptr();
        // SAFETY: the page stays mapped while `self` lives; the kernel writes data_head, hence the volatile read and the fence.
        let head = unsafe { (&raw const (*page).data_head).read_volatile() };
        fence(Ordering::Acquire);
        // SAFETY: as above; only this code writes data_tail.
        let mut tail = unsafe { (&raw const (*page).data_tail).read_volatile() };
        let mut record = Vec::new();
        while tail + 8 <= head {
            let mut header = [0u8; 8];
            self.copy(tail, &mut header);
            let size = u16::from_ne_bytes([header[6], header[7]]) as usize;
            if size < 8 || tail + size as u64 > head {
                break;
            }
            record.resize(size, 0);
            self.copy(tail, &mut record);
            visit(&record);
            tail += size as u64;
        }
        fence(Ordering::Release);
        // SAFETY: as above.
        unsafe { (&raw mut (*page).data_tail).write_volatile(tail) };
    }

    /// Copies from a position of the ring, round its end.
    fn copy(&self, position: u64, to: &mut [u8]) {
        let start = position as usize & (self.data_size - 1);
        let first = to.len().min(self.data_size - start);
        let (head, rest) = to.split_at_mut(first);
        // SAFETY: start + first ≤ data_size, and the data area of data_size bytes follows the first page.
        unsafe {
            let data = self.page.as_ptr().cast::<u8>().add(self.data_offset);
            std::ptr::copy_nonoverlapping(data.add(start), head.as_mut_ptr(), first);
            std::ptr::copy_nonoverlapping(data, rest.as_mut_ptr(), rest.len());
        }
    }
}

impl Drop for SideBand {
    fn drop(&mut self) {
        // SAFETY: this is the mapping that `open` made, of this length.
        unsafe { libc::munmap(self.page.as_ptr().cast(), self.mapped) };
    }
}
