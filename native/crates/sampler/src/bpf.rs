//! The loaded BPF object and its maps.
use std::{
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd},
    sync::Mutex,
};

use libbpf_rs::{
    Link, MapCore, MapFlags, MapHandle, MapImpl, Object, ObjectBuilder, PrintLevel, ProgramMut,
    libbpf_sys, set_print,
};

use crate::{btf::find_btf, definitions::*, error::SamplerError, perf::SamplingClock};

/// Aligned as an ELF file must be.
#[repr(C, align(8))]
struct Aligned<B: ?Sized>(B);
static OBJECT: &Aligned<[u8]> =
    &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/sampler.bpf.o")));

/// Why a load failed, in libbpf's words or, better, the verifier's.
static COMPLAINT: Mutex<Option<Complaint>> = Mutex::new(None);

struct Complaint {
    text: String,
    is_verifiers: bool,
}

/// The object's programs: which of the first two samples depends on the kernel.
const BY_LOOP: &str = "sample_by_loop";
const BY_CALLS: &str = "sample_by_calls";
const WALK_ON: &str = "walk_on";

/// How the walk gets past what the verifier lets one program do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walking {
    /// With bpf_loop where there is one (5.17), else by tail calls.
    AsTheKernelCan,
    ByTailCalls,
}

/// Bytes that the kernel counts for a map; 0 where it does not say.
pub fn map_bytes(map: BorrowedFd<'_>) -> u64 {
    let told = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", map.as_raw_fd()));
    told.unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("memlock:")?.trim().parse().ok())
        .unwrap_or(0)
}

fn kernel_has_loop() -> bool {
    // SAFETY: the call asks the kernel with a program of its own and takes no memory of ours.
    let answer = unsafe {
        libbpf_sys::libbpf_probe_bpf_helper(
            libbpf_sys::BPF_PROG_TYPE_PERF_EVENT,
            libbpf_sys::BPF_FUNC_loop,
            std::ptr::null(),
        )
    };
    answer == 1
}

pub struct Bpf {
    object: Object,
    entry: &'static str,
}

impl Bpf {
    /// `stack_ring_bytes` is a power of two of at least a page.
    pub fn load(
        stack_ring_bytes: u32,
        period_ns: u64,
        walking: Walking,
    ) -> Result<Self, SamplerError> {
        let btf_file = find_btf()?;
        set_print(Some((PrintLevel::Warn, |_, text| {
            remember_complaint(&text)
        })));
        let mut builder = ObjectBuilder::default();
        if let Some(file) = &btf_file {
            builder.btf_custom_path(file).map_err(load_error)?;
        }
        let mut open = builder.open_memory(&OBJECT.0).map_err(load_error)?;
        let by_loop = match walking {
            Walking::AsTheKernelCan => kernel_has_loop(),
            Walking::ByTailCalls => false,
        };
        for mut program in open.progs_mut() {
            program.set_autoload((program.name() == BY_LOOP) == by_loop);
        }
        for mut map in open.maps_mut() {
            if map.name() == "stacks" {
                map.set_max_entries(stack_ring_bytes).map_err(load_error)?;
            }
            // The programs' constants, all of them, in the order of their declarations.
            if map.name().to_string_lossy().ends_with(".rodata") {
                let kernel_has_btf = u64::from(btf_file.is_none());
                let constants = [period_ns, kernel_has_btf].map(u64::to_ne_bytes);
                map.set_initial_value(constants.as_flattened())
                    .map_err(load_error)?;
            }
        }
        let bpf = Self {
            object: open.load().map_err(load_error)?,
            entry: if by_loop { BY_LOOP } else { BY_CALLS },
        };
        if !by_loop {
            let calls = bpf.map("programs")?;
            let walk_on = bpf.program(WALK_ON).as_fd().as_raw_fd().to_ne_bytes();
            calls
                .update(&[0; 4], &walk_on, MapFlags::ANY)
                .map_err(load_error)?;
        }
        Ok(bpf)
    }

    fn program(&self, name: &str) -> ProgramMut<'_> {
        self.object
            .progs_mut()
            .find(|program| program.name() == name)
            .expect("the object has every program this crate names")
    }

    pub fn map(&self, name: &str) -> Result<MapHandle, SamplerError> {
        let map = self
            .object
            .maps()
            .find(|map| map.name() == name)
            .expect("the object has every map this crate names");
        MapHandle::try_from(&map as &MapImpl<'_>).map_err(load_error)
    }

    /// Bytes that the kernel counts for all maps of the object, without what they hold of other maps.
    pub fn memory_bytes(&self) -> u64 {
        self.object.maps().map(|map| map_bytes(map.as_fd())).sum()
    }

    pub fn attach(&self, clock: &SamplingClock) -> Result<Link, SamplerError> {
        self.program(self.entry)
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
        // A program's time includes that of those it calls.
        let program = self.program(self.entry);
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

/// Keeps the kernel counting time and runs of BPF programs while it lives.
pub fn enable_program_stats() -> Option<OwnedFd> {
    // SAFETY: the call takes a constant and returns a new descriptor or an error.
    let fd = unsafe { libbpf_sys::bpf_enable_stats(libbpf_sys::BPF_STATS_RUN_TIME) };
    // SAFETY: a descriptor that was just made and belongs to nobody else.
    (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd) })
}

fn remember_complaint(text: &str) {
    // The verifier's verdict is the last line of its log that is neither a statistic nor libbpf's end mark.
    let Some(line) = text.lines().rev().find(|line| {
        !line.trim().is_empty()
            && !line.contains("processed ")
            && !line.contains("END PROG LOAD LOG")
    }) else {
        return;
    };
    let is_verifiers = text.contains("BEGIN PROG LOAD LOG");
    if let Ok(mut complaint) = COMPLAINT.lock()
        && (complaint.is_none() || is_verifiers)
    {
        *complaint = Some(Complaint {
            text: line.trim().to_owned(),
            is_verifiers,
        });
    }
}

fn load_error(error: libbpf_rs::Error) -> SamplerError {
    let complaint = COMPLAINT.lock().ok().and_then(|mut last| last.take());
    // The verifier too refuses with EACCES, but not for missing rights.
    let is_verifiers = complaint.as_ref().is_some_and(|last| last.is_verifiers);
    if error.kind() == libbpf_rs::ErrorKind::PermissionDenied && !is_verifiers {
        return SamplerError::from_os(
            ErrorCode::LoadFailed,
            "load the BPF sampler",
            &io::Error::from_raw_os_error(libc::EPERM),
        );
    }
    let why = complaint.map_or_else(String::new, |last| format!("; {}", last.text));
    SamplerError::new(
        ErrorCode::LoadFailed,
        format!("The kernel refused the BPF sampler: {error}{why}."),
    )
}
