//! Symbol indexes, kernel symbols and perf maps for JavaScript. Reading and parsing run on libuv's pool; an error's
//! message is `CODE: sentence`, which packages/symbolizer takes apart.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;

use memmap2::Mmap;
use napi::bindgen_prelude::{AsyncTask, BigInt, Buffer, Float64Array, Int32Array};
use napi::{Env, Error, Result, Task};
use napi_derive::napi;
use strata_symbolize::{ErrorCode, Index, KernelSymbols, PerfMap, ReadCache, SymbolizeError};

/// A perf map of a large Java program has 20 MiB.
const MAX_PERF_MAP_BYTES: u64 = 64 << 20;
/// kallsyms has 5 to 15 MiB.
const MAX_KALLSYMS_BYTES: u64 = 128 << 20;

fn to_error(error: SymbolizeError) -> Error {
    Error::from_reason(format!("{}: {}", error.code.as_str(), error.message))
}

fn unreadable(path: &str, cause: std::io::Error) -> Error {
    to_error(SymbolizeError::new(
        ErrorCode::Unreadable,
        format!("{path} cannot be read: {cause}."),
    ))
}

/// Opens a regular file. What another process put at the path may be a pipe, which must not block us, or a device.
fn open_regular(path: &str, extra_flags: i32) -> Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | extra_flags)
        .open(path)
        .map_err(|cause| unreadable(path, cause))?;
    let metadata = file.metadata().map_err(|cause| unreadable(path, cause))?;
    if !metadata.is_file() {
        return Err(to_error(SymbolizeError::new(
            ErrorCode::Unreadable,
            format!("{path} is not a regular file."),
        )));
    }
    Ok(file)
}

fn map(path: &str) -> Result<Mmap> {
    let file = open_regular(path, 0)?;
    // SAFETY: the bytes are only read. A file that is cut short meanwhile would end this process by a signal: indexes
    // are replaced by renaming and never cut, and foreign executables are mapped in a child process only.
    unsafe { Mmap::map(&file) }.map_err(|cause| unreadable(path, cause))
}

fn read_limited(path: &str, limit: u64, extra_flags: i32) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path, extra_flags)?
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|cause| unreadable(path, cause))?;
    if bytes.len() as u64 > limit {
        return Err(to_error(SymbolizeError::new(
            ErrorCode::TooLarge,
            format!("{path} has more than {limit} bytes."),
        )));
    }
    Ok(bytes)
}

pub struct BuildIndex {
    path: String,
}

impl Task for BuildIndex {
    type Output = Vec<u8>;
    type JsValue = Buffer;

    fn compute(&mut self) -> Result<Vec<u8>> {
        strata_symbolize::build_index(&map(&self.path)?).map_err(to_error)
    }

    fn resolve(&mut self, _env: Env, index: Vec<u8>) -> Result<Buffer> {
        Ok(index.into())
    }
}

/// Builds the symbol index of an ELF file. The file is mapped: call it where losing the process is bearable.
#[napi]
pub fn build_symbol_index(path: String) -> AsyncTask<BuildIndex> {
    AsyncTask::new(BuildIndex { path })
}

/// An executable segment; offsets and addresses below 2^53.
#[napi(object)]
pub struct ElfSegment {
    pub offset: f64,
    pub virtual_address: f64,
    pub file_size: f64,
}

/// Identity and executable parts of an ELF file.
#[napi(object)]
pub struct ElfIdentity {
    pub build_id: String,
    pub is_go: bool,
    pub segments: Vec<ElfSegment>,
}

pub struct DescribeElf {
    path: String,
}

impl Task for DescribeElf {
    type Output = strata_symbolize::Description;
    type JsValue = ElfIdentity;

    fn compute(&mut self) -> Result<strata_symbolize::Description> {
        let file = ReadCache::new(open_regular(&self.path, 0)?);
        strata_symbolize::describe(&file).map_err(to_error)
    }

    fn resolve(
        &mut self,
        _env: Env,
        description: strata_symbolize::Description,
    ) -> Result<ElfIdentity> {
        let segments = description.segments.iter().map(|segment| ElfSegment {
            offset: segment.offset as f64,
            virtual_address: segment.virtual_address as f64,
            file_size: segment.file_size as f64,
        });
        Ok(ElfIdentity {
            build_id: description.build_id.to_string(),
            is_go: description.is_go,
            segments: segments.collect(),
        })
    }
}

/// Identity and executable segments of an ELF file. Nothing is mapped, and reading is bounded.
#[napi]
pub fn describe_elf_file(path: String) -> AsyncTask<DescribeElf> {
    AsyncTask::new(DescribeElf { path })
}

/// A verified symbol index, mapped from its file.
#[napi]
pub struct SymbolIndex {
    index: Arc<Index<Mmap>>,
}

pub struct OpenIndex {
    path: String,
}

impl Task for OpenIndex {
    type Output = Index<Mmap>;
    type JsValue = SymbolIndex;

    fn compute(&mut self) -> Result<Index<Mmap>> {
        Index::open(map(&self.path)?).map_err(to_error)
    }

    fn resolve(&mut self, _env: Env, index: Index<Mmap>) -> Result<SymbolIndex> {
        Ok(SymbolIndex {
            index: Arc::new(index),
        })
    }
}

/// Opens an index file and verifies all of it.
#[napi]
pub fn open_symbol_index(path: String) -> AsyncTask<OpenIndex> {
    AsyncTask::new(OpenIndex { path })
}

/// Display names of many addresses: address `i` is in `names[rows[i]]`, or unknown when the row is −1.
#[napi(object)]
pub struct ResolvedAddresses {
    pub names: Vec<String>,
    pub rows: Int32Array,
}

pub struct ResolveAddresses {
    index: Arc<Index<Mmap>>,
    addresses: Vec<f64>,
}

impl Task for ResolveAddresses {
    type Output = (Vec<String>, Vec<i32>);
    type JsValue = ResolvedAddresses;

    fn compute(&mut self) -> Result<(Vec<String>, Vec<i32>)> {
        let mut rows = Vec::with_capacity(self.addresses.len());
        let mut names = Vec::new();
        let mut row_of: HashMap<u32, i32> = HashMap::new();
        for address in &self.addresses {
            let function = self.index.function_at(*address as u64);
            rows.push(function.map_or(-1, |function| {
                *row_of.entry(function).or_insert_with(|| {
                    names.push(strata_symbolize::display_name(
                        self.index.linkage_name(function).unwrap_or_default(),
                    ));
                    names.len() as i32 - 1
                })
            }));
        }
        Ok((names, rows))
    }

    fn resolve(
        &mut self,
        _env: Env,
        (names, rows): (Vec<String>, Vec<i32>),
    ) -> Result<ResolvedAddresses> {
        Ok(ResolvedAddresses {
            names,
            rows: rows.into(),
        })
    }
}

#[napi]
impl SymbolIndex {
    /// `kind:hex` of the file that the index is of.
    #[napi(getter)]
    pub fn build_id(&self) -> String {
        self.index.build_id().to_string()
    }

    /// Names for addresses (SVMA) of the file.
    #[napi]
    pub fn resolve(&self, addresses: Float64Array) -> AsyncTask<ResolveAddresses> {
        AsyncTask::new(ResolveAddresses {
            index: self.index.clone(),
            addresses: addresses.to_vec(),
        })
    }
}

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
