use std::{
    io,
    os::fd::{AsRawFd, OwnedFd},
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use libbpf_rs::{Link, MapCore, MapFlags, MapHandle};

use crate::{
    bpf::Bpf,
    clock::monotonic_ns,
    counters::Counters,
    counts::Counts,
    definitions::*,
    drain_frame::{DrainParts, encode},
    error::SamplerError,
    expected::{NewFiles, expect_files},
    missed::MissedFiles,
    online_cpus::online_cpus,
    perf::{SamplingClock, SideBand},
    priority::hurry,
    process_events::ProcessEvents,
    stack_ring::StackRing,
    table_builder::{TableBuilder, TablesState},
    table_cache::TableCache,
    tables::Tables,
    waker::{Waker, wait_readable},
};

pub use crate::bpf::{Walking, enable_program_stats};

/// How often the rings are emptied at least; between two times they must hold what happens.
const RECEIVE_EVERY: Duration = Duration::from_millis(100);
/// And how long not again, whatever processes do: less than the time to a process's first sample, and most of what this
/// thread costs where a shell starts processes.
const RECEIVE_PAUSE: Duration = Duration::from_millis(5);
const SIDE_BAND_BYTES: usize = 256 << 10;
/// Every so many stacks the kernel forgets which it sent, so that a reader that keeps twice as many never misses one.
const STACKS_A_GENERATION: u32 = 8_192;

#[derive(Clone)]
pub struct SamplerOptions {
    /// 1–999.
    pub frequency_hz: u32,
    /// Stacks with labels counted between two drains.
    pub counts_entries: u32,
    /// Power of two of at least a page.
    pub stack_ring_bytes: u32,
    /// What everything in the kernel may take: the unwind tables get what the rest leaves.
    pub kernel_bytes: u64,
    /// Where unwind tables are kept for the next start; nowhere when it is `None`.
    pub table_folder: Option<PathBuf>,
    pub walking: Walking,
}

/// Nanoseconds in the BPF program and its runs, since it was loaded.
pub struct ProgramStats {
    pub runtime_ns: u64,
    pub runs: u64,
}

/// Samples every CPU until it is dropped or stopped.
pub struct Sampler {
    state: Arc<Mutex<Option<State>>>,
    tables: Arc<Mutex<TablesState>>,
    stopping: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// Fields are dropped in this order: first nothing ticks any more, then the program goes.
struct State {
    _links: Vec<Link>,
    _clocks: Vec<SamplingClock>,
    side_bands: Vec<SideBand>,
    stack_ring: StackRing,
    counts: Counts,
    counters: Counters,
    generation: MapHandle,
    generation_now: u32,
    sent_in_generation: u32,
    events: ProcessEvents,
    new_files: NewFiles,
    drained_at_ns: u64,
    bpf: Bpf,
}

impl Sampler {
    /// Loads, attaches to every CPU that is online, and starts to count.
    pub fn start(options: SamplerOptions) -> Result<Self, SamplerError> {
        if !(1..=999).contains(&options.frequency_hz) {
            return Err(SamplerError::new(
                ErrorCode::InvalidOptions,
                format!(
                    "The sampling frequency is {} Hz; it must be 1 to 999.",
                    options.frequency_hz
                ),
            ));
        }
        let cache = options
            .table_folder
            .clone()
            .map(TableCache::open)
            .transpose();
        let cache = cache.map_err(|error| {
            SamplerError::from_os(
                ErrorCode::InvalidOptions,
                "make the folder for unwind tables",
                &error,
            )
        })?;
        let kernel_bytes = options.kernel_bytes;
        let waker = Waker::new().map_err(no_resource)?;
        let (new_files, expected) = expect_files(waker.try_clone().map_err(no_resource)?);
        let state = State::start(options, new_files)?;
        let fixed_bytes = state.bpf.memory_bytes() + state.counts.memory_bytes();
        let table_bytes = kernel_bytes.saturating_sub(fixed_bytes);
        let tables = Arc::new(Mutex::new(TablesState::new(fixed_bytes, kernel_bytes)));
        let missed = Arc::new(MissedFiles {
            missed: state.bpf.map("missed")?,
            misses: state.bpf.map("misses")?,
        });
        let large_missed = waker.try_clone().map_err(no_resource)?;
        let (slots, files) = (state.bpf.map("tables")?, state.bpf.map("files")?);
        let published = Tables::new(slots, files, table_bytes).map_err(no_resource)?;
        let builder = Arc::new(TableBuilder::new(published, cache, Arc::clone(&tables)));
        let events = state.polled().map_err(no_resource)?;
        let mut sampler = Self {
            state: Arc::new(Mutex::new(Some(state))),
            tables,
            stopping: Arc::new(AtomicBool::new(false)),
            threads: Vec::new(),
        };
        let (shared, stop) = (Arc::clone(&sampler.state), Arc::clone(&sampler.stopping));
        sampler.spawn("strata-sampler", move || {
            let fds: Vec<_> = events.iter().map(AsRawFd::as_raw_fd).collect();
            while !stop.load(Ordering::Relaxed) {
                if let Some(state) = lock(&shared).as_mut() {
                    state.receive();
                }
                thread::sleep(RECEIVE_PAUSE);
                wait_readable(&fds, RECEIVE_EVERY);
            }
        })?;
        let (ours, stop) = (Arc::clone(&builder), Arc::clone(&sampler.stopping));
        let large = Arc::clone(&missed);
        sampler.spawn("strata-expected", move || {
            expected.build_all(&ours, &large, &waker, &stop);
        })?;
        let stop = Arc::clone(&sampler.stopping);
        sampler.spawn("strata-missed", move || {
            // Without it no table is built, and every stack's outcome says so.
            let _ = missed.build_all(&builder, &large_missed, &stop);
        })?;
        Ok(sampler)
    }

    fn spawn(
        &mut self,
        name: &str,
        work: impl FnOnce() + Send + 'static,
    ) -> Result<(), SamplerError> {
        let thread = thread::Builder::new()
            .name(name.into())
            .spawn(|| (hurry(), work()).1)
            .map_err(no_resource)?;
        self.threads.push(thread);
        Ok(())
    }

    /// The unwind tables: what became of each file, and what they take.
    pub fn tables(&self) -> MutexGuard<'_, TablesState> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One drain frame: what happened since the last one. Blocks for milliseconds.
    pub fn drain(&self) -> Result<Vec<u8>, SamplerError> {
        lock(&self.state).as_mut().ok_or_else(stopped)?.drain()
    }

    pub fn program_stats(&self) -> Result<ProgramStats, SamplerError> {
        let state = lock(&self.state);
        let (runtime_ns, runs) = state
            .as_ref()
            .ok_or_else(stopped)?
            .bpf
            .program_stats()
            .map_err(|error| {
                SamplerError::from_os(
                    ErrorCode::DrainFailed,
                    "read the program's statistics",
                    &error,
                )
            })?;
        Ok(ProgramStats { runtime_ns, runs })
    }

    /// Detaches from every CPU and frees what the kernel held. A second call does nothing.
    pub fn stop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // One that panicked has nothing left to say here.
            let _ = thread.join();
        }
        lock(&self.state).take();
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        self.stop();
    }
}

fn lock(state: &Mutex<Option<State>>) -> MutexGuard<'_, Option<State>> {
    // What a panic left behind is still sound: every field is valid between calls.
    state
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn no_resource(error: io::Error) -> SamplerError {
    SamplerError::from_os(
        ErrorCode::AttachFailed,
        "get a descriptor or a thread",
        &error,
    )
}

fn stopped() -> SamplerError {
    SamplerError::new(ErrorCode::Stopped, "The sampler was stopped.")
}

impl State {
    fn start(options: SamplerOptions, new_files: NewFiles) -> Result<Self, SamplerError> {
        let period_ns = 1_000_000_000 / u64::from(options.frequency_hz);
        let bpf = Bpf::load(options.stack_ring_bytes, period_ns, options.walking)?;
        let counts = Counts::new(bpf.map("counts")?, options.counts_entries)?;
        let stack_ring = StackRing::new(&bpf.map("stacks")?)?;
        let generation = bpf.map("generation")?;
        let attach_error = |what: &'static str| {
            move |error: std::io::Error| {
                SamplerError::from_os(ErrorCode::AttachFailed, what, &error)
            }
        };

        let mut side_bands = Vec::new();
        let mut clocks = Vec::new();
        for cpu in online_cpus().map_err(attach_error("list the CPUs"))? {
            let side_band = SideBand::open(cpu as i32, SIDE_BAND_BYTES)
                .map_err(attach_error("report process events"))?;
            side_bands.push(side_band);
            let clock = SamplingClock::open(cpu as i32, period_ns)
                .map_err(attach_error("open a sampling clock"))?;
            clocks.push(clock);
        }
        let links = clocks
            .iter()
            .map(|clock| bpf.attach(clock))
            .collect::<Result<Vec<_>, _>>()?;
        for clock in &clocks {
            clock
                .enable()
                .map_err(attach_error("start a sampling clock"))?;
        }
        let mut state = Self {
            _links: links,
            _clocks: clocks,
            side_bands,
            stack_ring,
            counts,
            counters: Counters::new(bpf.map("counters")?, period_ns),
            generation,
            generation_now: 0,
            sent_in_generation: 0,
            events: ProcessEvents::default(),
            new_files,
            drained_at_ns: monotonic_ns(),
            bpf,
        };
        // What is read later is compared with this.
        state.counters.read()?;
        state.next_generation()?;
        Ok(state)
    }

    fn receive(&mut self) {
        self.stack_ring.receive();
        for side_band in &mut self.side_bands {
            side_band.read(|record| self.events.add(record, |event| self.new_files.note(event)));
        }
    }

    /// Descriptors that can be read when a process does something.
    fn polled(&self) -> io::Result<Vec<OwnedFd>> {
        self.side_bands.iter().map(SideBand::polled).collect()
    }

    fn drain(&mut self) -> Result<Vec<u8>, SamplerError> {
        // Counts first: a stack is in the ring before it is counted, so the ring then has every stack that the counts name.
        let counts = self.counts.swap_and_read()?;
        let to_ns = monotonic_ns();
        self.receive();
        let stacks = self.stack_ring.take();
        let mut events = std::mem::take(&mut self.events.events);
        events.sort_by_key(|event| event.record.time_ns);
        let tallies = match self.counters.read() {
            Ok(tallies) => tallies,
            // The stacks taken above go with this drain: the kernel must send them again.
            Err(error) => {
                self.next_generation()?;
                return Err(error);
            }
        };

        self.sent_in_generation += stacks.count;
        if self.sent_in_generation > STACKS_A_GENERATION {
            self.next_generation()?;
        }
        let frame = encode(&DrainParts {
            from_ns: self.drained_at_ns,
            to_ns,
            tallies: &tallies,
            counts: &counts,
            stacks: &stacks,
            events: &events,
            lost_process_events: self.events.lost,
        });
        self.drained_at_ns = to_ns;
        Ok(frame)
    }

    fn next_generation(&mut self) -> Result<(), SamplerError> {
        self.generation_now += 1;
        self.sent_in_generation = 0;
        self.generation
            .update(&[0; 4], &self.generation_now.to_ne_bytes(), MapFlags::ANY)
            .map_err(|error| {
                SamplerError::new(
                    ErrorCode::DrainFailed,
                    format!("The generation of stacks could not be raised: {error}."),
                )
            })
    }
}
