//! What became of every tick: the kernel's per-CPU counters, and what only the kernel's account of idle time can tell.
use libbpf_rs::{MapCore, MapFlags, MapHandle};

use crate::{definitions::*, error::SamplerError};

const COUNTERS: usize = TALLY_COUNT + OUTCOME_COUNT + DROP_REASON_COUNT;
const MISSED: usize = TALLY_COUNT + OUTCOME_COUNT + DROP_REASON_MISSED;
/// A run of the sampler takes microseconds and its ticks are a millisecond apart or more: a few tries find none under way.
const READS_MOST: usize = 50;

/// One CPU at the last reading.
#[derive(Clone, Copy, Default)]
struct Seen {
    idle_ns: u64,
    idle: u64,
    missed: u64,
}

pub struct Counters {
    map: MapHandle,
    period_ns: u64,
    seen: Vec<Seen>,
    /// Ticks of MISSED that were idle, since start.
    idle_missed: u64,
}

impl Counters {
    pub fn new(map: MapHandle, period_ns: u64) -> Self {
        Self {
            map,
            period_ns,
            seen: Vec::new(),
            idle_missed: 0,
        }
    }

    /// Sums over the CPUs since start, in the definitions' order. None ever goes down.
    pub fn read(&mut self) -> Result<Vec<u64>, SamplerError> {
        let by_cpu = self.read_whole()?;
        self.move_idle(&by_cpu).map_err(|error| {
            SamplerError::from_os(ErrorCode::DrainFailed, "read the CPUs' idle time", &error)
        })?;
        let mut sums: Vec<u64> = by_cpu.iter().map(|cpus| cpus.iter().sum()).collect();
        sums[MISSED] -= self.idle_missed;
        sums[TALLY_IDLE] += self.idle_missed;
        Ok(sums)
    }

    /// A CPU that slept between two busy ticks missed none: of the ticks that look missed, as many were idle as the kernel's idle
    /// time exceeds the idle ticks.
    fn move_idle(&mut self, by_cpu: &[Vec<u64>]) -> std::io::Result<()> {
        let idle_ns = read_idle_ns()?;
        self.seen.resize(by_cpu[TALLY_IDLE].len(), Seen::default());
        for (cpu, seen) in self.seen.iter_mut().enumerate() {
            let now = Seen {
                idle_ns: idle_ns.get(cpu).copied().unwrap_or(seen.idle_ns),
                idle: by_cpu[TALLY_IDLE][cpu],
                missed: by_cpu[MISSED][cpu],
            };
            if seen.idle_ns > 0 {
                let idle = now.idle_ns.saturating_sub(seen.idle_ns) / self.period_ns;
                let hidden = idle.saturating_sub(now.idle - seen.idle);
                self.idle_missed += hidden.min(now.missed - seen.missed);
            }
            *seen = now;
        }
        Ok(())
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
