//! The loaded BPF object and its maps.
use std::{
    io,
    os::fd::{AsFd, AsRawFd},
    path::Path,
    sync::Mutex,
};

use libbpf_rs::{
    Link, MapCore, MapFlags, MapHandle, MapImpl, Object, ObjectBuilder, PrintLevel, libbpf_sys,
    set_print,
};

use crate::{definitions::*, error::SamplerError, perf::SamplingClock};

/// Aligned as an ELF file must be.
#[repr(C, align(8))]
struct Aligned<B: ?Sized>(B);
static OBJECT: &Aligned<[u8]> =
    &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/sampler.bpf.o")));

const COUNTERS: usize = TALLY_COUNT + OUTCOME_COUNT + DROP_REASON_COUNT;

/// libbpf's last complaint: why a load failed, in its own words.
static LAST_WARNING: Mutex<String> = Mutex::new(String::new());

pub struct Bpf {
    object: Object,
}

impl Bpf {
    /// `stack_ring_bytes` is a power of two of at least a page.
    pub fn load(stack_ring_bytes: u32, period_ns: u64) -> Result<Self, SamplerError> {
        if !Path::new("/sys/kernel/btf/vmlinux").exists() {
            return Err(SamplerError::new(
                ErrorCode::NoBtf,
                "The kernel does not describe its types: /sys/kernel/btf/vmlinux is missing; use a kernel built with CONFIG_DEBUG_INFO_BTF.",
            ));
        }
        set_print(Some((PrintLevel::Warn, |_, text| remember_warning(&text))));
        let mut open = ObjectBuilder::default()
            .open_memory(&OBJECT.0)
            .map_err(load_error)?;
        for mut map in open.maps_mut() {
            if map.name() == "stacks" {
                map.set_max_entries(stack_ring_bytes).map_err(load_error)?;
            }
            // The only constant of the program, and so all of its section.
            if map.name().to_string_lossy().ends_with(".rodata") {
                map.set_initial_value(&period_ns.to_ne_bytes())
                    .map_err(load_error)?;
            }
        }
        Ok(Self {
            object: open.load().map_err(load_error)?,
        })
    }

    pub fn map(&self, name: &str) -> Result<MapHandle, SamplerError> {
        let map = self
            .object
            .maps()
            .find(|map| map.name() == name)
            .expect("the object has every map this crate names");
        MapHandle::try_from(&map as &MapImpl<'_>).map_err(load_error)
    }

    pub fn attach(&self, clock: &SamplingClock) -> Result<Link, SamplerError> {
        let program = self
            .object
            .progs_mut()
            .next()
            .expect("the object has one program");
        program
            .attach_perf_event(clock.fd.as_raw_fd())
            .map_err(|error| {
                SamplerError::new(
                    ErrorCode::AttachFailed,
                    format!("The sampler could not be attached to a CPU's clock: {error}."),
                )
            })
    }

    /// Nanoseconds spent in the program and times it ran, as the kernel counts them while `kernel.bpf_stats_enabled` is on.
    pub fn program_stats(&self) -> io::Result<(u64, u64)> {
        let program = self
            .object
            .progs()
            .next()
            .expect("the object has one program");
        // SAFETY: all bytes of this C struct may be 0.
        let mut info: libbpf_sys::bpf_prog_info = unsafe { std::mem::zeroed() };
        let mut size = std::mem::size_of_val(&info) as u32;
        // SAFETY: `info` has `size` bytes, and asks for no arrays.
        let result = unsafe {
            libbpf_sys::bpf_obj_get_info_by_fd(
                program.as_fd().as_raw_fd(),
                (&raw mut info).cast(),
                &mut size,
            )
        };
        if result < 0 {
            Err(io::Error::last_os_error())
        } else {
            Ok((info.run_time_ns, info.run_cnt))
        }
    }
}

/// A run of the sampler takes microseconds and its ticks are a millisecond apart or more: a few tries find none under way.
const READS_MOST: usize = 50;

/// Sums of the per-CPU counters, in the definitions' order. Read again while
/// a run of the sampler is seen half counted, so that events = kept + idle + dropped.
pub fn read_counters(map: &MapHandle) -> Result<Vec<u64>, SamplerError> {
    let mut sums = read_counters_once(map)?;
    for _ in 1..READS_MOST {
        let dropped: u64 = sums[TALLY_COUNT + OUTCOME_COUNT..].iter().sum();
        let outcomes: u64 = sums[TALLY_COUNT..TALLY_COUNT + OUTCOME_COUNT].iter().sum();
        let ended = sums[TALLY_KEPT] + sums[TALLY_IDLE] + dropped;
        if sums[TALLY_EVENTS] == ended && sums[TALLY_KEPT] == outcomes {
            break;
        }
        sums = read_counters_once(map)?;
    }
    Ok(sums)
}

fn read_counters_once(map: &MapHandle) -> Result<Vec<u64>, SamplerError> {
    let failed = |why: String| {
        SamplerError::new(
            ErrorCode::DrainFailed,
            format!("The sampler's counters could not be read: {why}."),
        )
    };
    let mut sums = vec![0; COUNTERS];
    for (index, sum) in sums.iter_mut().enumerate() {
        let per_cpu = map
            .lookup_percpu(&(index as u32).to_ne_bytes(), MapFlags::ANY)
            .map_err(|error| failed(error.to_string()))?
            .ok_or_else(|| failed(format!("counter {index} is missing")))?;
        *sum = per_cpu
            .iter()
            .map(|bytes| u64::from_ne_bytes(bytes[..8].try_into().expect("a counter has 8 bytes")))
            .sum();
    }
    Ok(sums)
}

fn remember_warning(text: &str) {
    // The verifier's verdict is the last line of its log that is no statistics.
    let Some(line) = text
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty() && !line.contains("processed "))
    else {
        return;
    };
    if let Ok(mut last) = LAST_WARNING.lock()
        && (last.is_empty() || text.contains("BEGIN PROG LOAD LOG"))
    {
        *last = line.trim().to_owned();
    }
}

fn load_error(error: libbpf_rs::Error) -> SamplerError {
    if error.kind() == libbpf_rs::ErrorKind::PermissionDenied {
        return SamplerError::from_os(
            ErrorCode::LoadFailed,
            "load the BPF sampler",
            &io::Error::from_raw_os_error(libc::EPERM),
        );
    }
    let warning = LAST_WARNING
        .lock()
        .map(|mut last| std::mem::take(&mut *last))
        .unwrap_or_default();
    SamplerError::new(
        ErrorCode::LoadFailed,
        format!("The kernel refused the BPF sampler: {error}; {warning}."),
    )
}
