//! What became of every tick: the kernel's per-CPU counters, and what only the kernel's account of idle time can tell.
use libbpf_rs::{MapCore, MapFlags, MapHandle};

use crate::{definitions::*, error::SamplerError};

const COUNTERS: usize = TALLY_COUNT + OUTCOME_COUNT + DROP_REASON_COUNT;
const MISSED: usize = TALLY_COUNT + OUTCOME_COUNT + DROP_REASON_MISSED;
/// A run of the sampler takes microseconds and its ticks are a millisecond apart or more: a few tries find none under way.
const READS_MOST: usize = 50;

/// One CPU since the first reading.
#[derive(Clone, Copy, Default)]
struct Cpu {
    /// The kernel's idle time at the first reading.
    idle_ns_before: u64,
    /// Ticks that were missed while it was busy; never goes down.
    missed: u64,
}

pub struct Counters {
    map: MapHandle,
    period_ns: u64,
    cpus: Vec<Cpu>,
}

impl Counters {
    pub fn new(map: MapHandle, period_ns: u64) -> Self {
        Self {
            map,
            period_ns,
            cpus: Vec::new(),
        }
    }

    /// Sums over the CPUs since start, in the definitions' order. None ever goes down.
    pub fn read(&mut self) -> Result<Vec<u64>, SamplerError> {
        let by_cpu = self.read_whole()?;
        let missed = self.missed(&by_cpu).map_err(|error| {
            SamplerError::from_os(ErrorCode::DrainFailed, "read the CPUs' idle time", &error)
        })?;
        let mut sums: Vec<u64> = by_cpu.iter().map(|cpus| cpus.iter().sum()).collect();
        sums[TALLY_IDLE] += sums[MISSED] - missed;
        sums[MISSED] = missed;
        Ok(sums)
    }

    /// A CPU that slept between two busy ticks missed none: of the ticks that look missed, as many were idle as the kernel's idle
    /// time exceeds the idle ticks. Since the first reading, because a sleep is in that time before it shows in the ticks.
    fn missed(&mut self, by_cpu: &[Vec<u64>]) -> std::io::Result<u64> {
        let idle_ns = read_idle_ns()?;
        let idle_ns_of = |cpu: usize| idle_ns.get(cpu).copied().unwrap_or(0);
        for cpu in self.cpus.len()..by_cpu[MISSED].len() {
            self.cpus.push(Cpu {
                idle_ns_before: idle_ns_of(cpu),
                missed: 0,
            });
        }
        let mut sum = 0;
        for (number, cpu) in self.cpus.iter_mut().enumerate() {
            let idle = idle_ns_of(number).saturating_sub(cpu.idle_ns_before) / self.period_ns;
            let hidden = idle.saturating_sub(by_cpu[TALLY_IDLE][number]);
            cpu.missed = cpu
                .missed
                .max(by_cpu[MISSED][number].saturating_sub(hidden));
            sum += cpu.missed;
        }
        Ok(sum)
    }

    /// By counter, then by CPU. Read again while a run of the sampler is seen half counted, so that events = kept + idle + dropped.
    fn read_whole(&self) -> Result<Vec<Vec<u64>>, SamplerError> {
        let mut by_cpu = self.read_once()?;
        for _ in 1..READS_MOST {
            let sum = |counters: &[Vec<u64>]| counters.iter().flatten().sum::<u64>();
            let dropped = sum(&by_cpu[TALLY_COUNT + OUTCOME_COUNT..]);
            let outcomes = sum(&by_cpu[TALLY_COUNT..TALLY_COUNT + OUTCOME_COUNT]);
            let [events, kept, idle] = [TALLY_EVENTS, TALLY_KEPT, TALLY_IDLE]
                .map(|tally| by_cpu[tally].iter().sum::<u64>());
            if events == kept + idle + dropped && kept == outcomes {
                break;
            }
            by_cpu = self.read_once()?;
        }
        Ok(by_cpu)
    }

    fn read_once(&self) -> Result<Vec<Vec<u64>>, SamplerError> {
        let failed = |why: String| {
            SamplerError::new(
                ErrorCode::DrainFailed,
                format!("The sampler's counters could not be read: {why}."),
            )
        };
        let read = |index: usize| {
            let per_cpu = self
                .map
                .lookup_percpu(&(index as u32).to_ne_bytes(), MapFlags::ANY)
                .map_err(|error| failed(error.to_string()))?
                .ok_or_else(|| failed(format!("counter {index} is missing")))?;
            let values = per_cpu.iter().map(|bytes| {
                u64::from_ne_bytes(bytes[..8].try_into().expect("a counter has 8 bytes"))
            });
            Ok(values.collect())
        };
        (0..COUNTERS).map(read).collect()
    }
}

/// Nanoseconds that each CPU had nothing to run, or only waited for a disk, since boot (proc_stat(5)). A CPU that is off has 0.
fn read_idle_ns() -> std::io::Result<Vec<u64>> {
    let text = std::fs::read_to_string("/proc/stat")?;
    // SAFETY: the call takes a constant and answers a number.
    let ticks_a_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) }.max(1) as u64;
    let mut idle = Vec::new();
    for line in text.lines() {
        let mut fields = line.split_ascii_whitespace();
        let Some(cpu) = fields
            .next()
            .and_then(|name| name.strip_prefix("cpu")?.parse::<usize>().ok())
        else {
            continue;
        };
        // user, nice, system, idle, iowait
        let ticks: u64 = fields
            .skip(3)
            .take(2)
            .filter_map(|field| field.parse::<u64>().ok())
            .sum();
        idle.resize(idle.len().max(cpu + 1), 0);
        idle[cpu] = ticks * (1_000_000_000 / ticks_a_second);
    }
    Ok(idle)
}
