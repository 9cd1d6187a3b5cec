//! Kernel symbols and what JITs tell of their code, for JavaScript; read and parsed on libuv's pool.

use napi::bindgen_prelude::{AsyncTask, BigInt};
use napi::{Env, Result, Task};
use napi_derive::napi;
use strata_symbolize::{JitDump, KernelSymbols, PerfMap};

use crate::regular_file::{read_limited, to_error};

/// A perf map of a large Java program has 20 MiB.
const MAX_PERF_MAP_BYTES: u64 = 64 << 20;
/// Has the code too, which is not kept.
const MAX_JIT_DUMP_BYTES: u64 = 64 << 20;
/// kallsyms has 5 to 15 MiB.
const MAX_KALLSYMS_BYTES: u64 = 128 << 20;

/// A function of the kernel; `module` is `''` for what is built in.
#[napi(object)]
pub struct KernelFunction {
    pub function: String,
    pub module: String,
}

/// Names of the running kernel.
#[napi]
pub struct KernelSymbolTable {
    symbols: KernelSymbols,
}

pub struct LoadKernelSymbols {
    path: String,
}

impl Task for LoadKernelSymbols {
    type Output = KernelSymbols;
    type JsValue = KernelSymbolTable;

    fn compute(&mut self) -> Result<KernelSymbols> {
        KernelSymbols::parse(&read_limited(&self.path, MAX_KALLSYMS_BYTES, 0)?).map_err(to_error)
    }

    fn resolve(&mut self, _env: Env, symbols: KernelSymbols) -> Result<KernelSymbolTable> {
        Ok(KernelSymbolTable { symbols })
    }
}

/// Reads `/proc/kallsyms`, or a file like it.
#[napi]
pub fn load_kernel_symbol_table(path: String) -> AsyncTask<LoadKernelSymbols> {
    AsyncTask::new(LoadKernelSymbols { path })
}

#[napi]
impl KernelSymbolTable {
    #[napi]
    pub fn resolve(&self, address: BigInt) -> Option<KernelFunction> {
        let name = self.symbols.resolve(address.words.first().copied()?)?;
        Some(KernelFunction {
            function: name.function.to_owned(),
            module: name.module.to_owned(),
        })
    }
}

/// Names of a JIT's code.
#[napi]
pub struct PerfMapTable {
    map: PerfMap,
}

pub struct LoadPerfMap {
    path: String,
}

impl Task for LoadPerfMap {
    type Output = PerfMap;
    type JsValue = PerfMapTable;

    fn compute(&mut self) -> Result<PerfMap> {
        // /tmp is anyone's: a link there may point to a file that its owner must not read through us.
        Ok(PerfMap::parse(&read_limited(
            &self.path,
            MAX_PERF_MAP_BYTES,
            libc::O_NOFOLLOW,
        )?))
    }

    fn resolve(&mut self, _env: Env, map: PerfMap) -> Result<PerfMapTable> {
        Ok(PerfMapTable { map })
    }
}

/// Reads a `/tmp/perf-PID.map`.
#[napi]
pub fn load_perf_map_table(path: String) -> AsyncTask<LoadPerfMap> {
    AsyncTask::new(LoadPerfMap { path })
}

#[napi]
impl PerfMapTable {
    #[napi]
    pub fn resolve(&self, address: BigInt) -> Option<String> {
        self.map
            .resolve(address.words.first().copied()?)
            .map(str::to_owned)
    }
}

/// A place in a JIT's code; `file` is `''` and `line` 0 when unknown.
#[napi(object)]
pub struct JitPlace {
    pub function: String,
    pub file: String,
    pub line: u32,
}

/// Names and lines of a JIT's code.
#[napi]
pub struct JitDumpTable {
    dump: JitDump,
}

pub struct LoadJitDump {
    path: String,
}

impl Task for LoadJitDump {
    type Output = JitDump;
    type JsValue = JitDumpTable;

    fn compute(&mut self) -> Result<JitDump> {
        // As for perf maps: the folder may be anyone's.
        Ok(JitDump::parse(&read_limited(
            &self.path,
            MAX_JIT_DUMP_BYTES,
            libc::O_NOFOLLOW,
        )?))
    }

    fn resolve(&mut self, _env: Env, dump: JitDump) -> Result<JitDumpTable> {
        Ok(JitDumpTable { dump })
    }
}

/// Reads a `jit-PID.dump`.
#[napi]
pub fn load_jit_dump_table(path: String) -> AsyncTask<LoadJitDump> {
    AsyncTask::new(LoadJitDump { path })
}

#[napi]
impl JitDumpTable {
    #[napi]
    pub fn resolve(&self, address: BigInt) -> Option<JitPlace> {
        let name = self.dump.resolve(address.words.first().copied()?)?;
        Some(JitPlace {
            function: name.function.to_owned(),
            file: name.file.to_owned(),
            line: name.line,
        })
    }
}
