use std::{
    os::fd::OwnedFd,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use napi::{
    Env, Task,
    bindgen_prelude::{AsyncTask, BigInt, Buffer, Result},
};
use napi_derive::napi;
use strata_sampler::{Sampler, SamplerError, SamplerOptions, Walking, enable_program_stats};

#[napi(object)]
pub struct NativeSamplerOptions {
    pub frequency_hz: u32,
    pub counts_entries: u32,
    pub stack_ring_bytes: u32,
    /// What everything in the kernel may take: the unwind tables get what the rest leaves.
    pub kernel_bytes: f64,
    /// Where unwind tables are kept for the next start.
    pub table_folder: Option<String>,
    /// Walk as on a kernel without bpf_loop.
    pub by_tail_calls: bool,
}

#[napi(object)]
pub struct NativeProgramStats {
    pub runtime_ns: BigInt,
    pub runs: BigInt,
}

/// What became of one file's unwind table.
#[napi(object)]
pub struct NativeTable {
    pub path: String,
    pub rows: u32,
    pub rules: u32,
    /// In the kernel.
    pub bytes: f64,
    pub build_ms: f64,
    /// Why there is no table, or empty.
    pub failure: String,
}

#[napi(object)]
pub struct NativeTables {
    pub files: Vec<NativeTable>,
    pub bytes: f64,
    pub bytes_most: f64,
    pub evicted: f64,
    pub cache_failures: f64,
}

/// The BPF sampler. Errors are thrown with `code` from the definitions.
#[napi]
pub struct NativeSampler {
    sampler: Arc<Mutex<Sampler>>,
    stats: Option<OwnedFd>,
}

#[napi]
impl NativeSampler {
    /// Loads and attaches; takes tens of milliseconds.
    #[napi(factory)]
    pub fn start(options: NativeSamplerOptions) -> Result<Self> {
        let sampler = Sampler::start(SamplerOptions {
            frequency_hz: options.frequency_hz,
            counts_entries: options.counts_entries,
            stack_ring_bytes: options.stack_ring_bytes,
            kernel_bytes: options.kernel_bytes as u64,
            table_folder: options.table_folder.map(PathBuf::from),
            walking: if options.by_tail_calls {
                Walking::ByTailCalls
            } else {
                Walking::AsTheKernelCan
            },
        })
        .map_err(to_js)?;
        Ok(Self {
            sampler: Arc::new(Mutex::new(sampler)),
            stats: None,
        })
    }

    /// A drain frame, read off the main thread.
    #[napi(ts_return_type = "Promise<Buffer>")]
    pub fn drain(&self) -> AsyncTask<Drain> {
        AsyncTask::new(Drain {
            sampler: Arc::clone(&self.sampler),
        })
    }

    /// Makes the kernel count time and runs of BPF programs; false when it does not let us.
    #[napi]
    pub fn enable_stats(&mut self) -> bool {
        self.stats = self.stats.take().or_else(enable_program_stats);
        self.stats.is_some()
    }

    #[napi]
    pub fn program_stats(&self) -> Result<NativeProgramStats> {
        let stats = lock(&self.sampler).program_stats().map_err(to_js)?;
        Ok(NativeProgramStats {
            runtime_ns: stats.runtime_ns.into(),
            runs: stats.runs.into(),
        })
    }

    /// The unwind tables built since the start; the latest of each file, 4,096 at most.
    #[napi]
    pub fn tables(&self) -> NativeTables {
        let sampler = lock(&self.sampler);
        let state = sampler.tables();
        let files = state.reports.iter().map(|report| NativeTable {
            path: report.path.clone(),
            rows: report.rows,
            rules: report.rules,
            bytes: report.bytes as f64,
            build_ms: report.build.as_secs_f64() * 1e3,
            failure: report.failure.clone(),
        });
        NativeTables {
            files: files.collect(),
            bytes: state.bytes as f64,
            bytes_most: state.bytes_most as f64,
            evicted: state.evicted as f64,
            cache_failures: state.cache_failures as f64,
        }
    }

    #[napi(ts_return_type = "Promise<void>")]
    pub fn stop(&self) -> AsyncTask<Stop> {
        AsyncTask::new(Stop {
            sampler: Arc::clone(&self.sampler),
        })
    }
}

pub struct Drain {
    sampler: Arc<Mutex<Sampler>>,
}

impl Task for Drain {
    type Output = Vec<u8>;
    type JsValue = Buffer;

    fn compute(&mut self) -> Result<Self::Output> {
        lock(&self.sampler).drain().map_err(to_js)
    }

    fn resolve(&mut self, _env: Env, frame: Self::Output) -> Result<Self::JsValue> {
        Ok(frame.into())
    }
}

pub struct Stop {
    sampler: Arc<Mutex<Sampler>>,
}

impl Task for Stop {
    type Output = ();
    type JsValue = ();

    fn compute(&mut self) -> Result<Self::Output> {
        lock(&self.sampler).stop();
        Ok(())
    }

    fn resolve(&mut self, _env: Env, (): Self::Output) -> Result<Self::JsValue> {
        Ok(())
    }
}

fn lock(sampler: &Mutex<Sampler>) -> std::sync::MutexGuard<'_, Sampler> {
    sampler.lock().unwrap_or_else(PoisonError::into_inner)
}

/// «CODE: sentence»; packages/bpf takes it apart.
fn to_js(error: SamplerError) -> napi::Error {
    napi::Error::from_reason(format!("{}: {}", error.code.name(), error.message))
}
