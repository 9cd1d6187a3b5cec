//! Symbol indexes for JavaScript. Reading and parsing run on libuv's pool; an error's message is `CODE: sentence`, which
//! packages/symbolizer takes apart.

use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;
use napi::bindgen_prelude::{AsyncTask, Buffer, Float64Array, Int32Array, Uint32Array};
use napi::{Env, Result, Task};
use napi_derive::napi;
use strata_symbolize::{
    Answers, BuildOptions, FolderFiles, Index, NameCache, Names, ReadCache, Segment,
};

use crate::regular_file::{map, open_regular, to_error};

pub struct BuildIndex {
    path: String,
    debug_folder: Option<String>,
    older_index: Option<String>,
    options: BuildOptions,
}

impl Task for BuildIndex {
    type Output = Vec<u8>;
    type JsValue = Buffer;

    fn compute(&mut self) -> Result<Vec<u8>> {
        let mut files = FolderFiles::beside(Path::new(&self.path));
        if let Some(folder) = &self.debug_folder {
            files = files.with_folder(Path::new(folder));
        }
        let file = map(&self.path)?;
        if let Some(path) = &self.older_index {
            let older = Index::open(map(path)?).map_err(to_error)?;
            self.options.stubs = strata_symbolize::older_stubs(&file, &older).map_err(to_error)?;
        }
        strata_symbolize::build_index(&file, &files, &self.options).map_err(to_error)
    }

    fn resolve(&mut self, _env: Env, index: Vec<u8>) -> Result<Buffer> {
        Ok(index.into())
    }
}

/// Builds the symbol index of an ELF file, with the debug files that stand where debuggers look for them. Files are mapped: call it where losing the process is bearable.
#[napi]
pub fn build_symbol_index(path: String, options: Option<IndexOptions>) -> AsyncTask<BuildIndex> {
    let standard = BuildOptions::default();
    let debug_folder = options
        .as_ref()
        .and_then(|options| options.debug_folder.clone());
    let older_index = options
        .as_ref()
        .and_then(|options| options.older_index.clone());
    let options = options.map_or(standard.clone(), |options| BuildOptions {
        generation: options.generation.unwrap_or(standard.generation),
        threads: options
            .threads
            .map_or(standard.threads, |threads| threads as usize),
        segments: options
            .segments
            .iter()
            .flatten()
            .map(Segment::from)
            .collect(),
        stubs: Vec::new(),
    });
    AsyncTask::new(BuildIndex {
        path,
        older_index,
        debug_folder,
        options,
    })
}

/// An executable segment; offsets and addresses below 2^53.
#[napi(object)]
pub struct ElfSegment {
    pub offset: f64,
    pub virtual_address: f64,
    pub file_size: f64,
}

impl From<&Segment> for ElfSegment {
    fn from(segment: &Segment) -> Self {
        Self {
            offset: segment.offset as f64,
            virtual_address: segment.virtual_address as f64,
            file_size: segment.file_size as f64,
        }
    }
}

impl From<&ElfSegment> for Segment {
    fn from(segment: &ElfSegment) -> Self {
        Self {
            offset: segment.offset as u64,
            virtual_address: segment.virtual_address as u64,
            file_size: segment.file_size as u64,
        }
    }
}

/// How an index is built.
#[napi(object)]
pub struct IndexOptions {
    /// A better index of the same build ID has a larger number.
    pub generation: Option<u32>,
    /// 1 unless said otherwise; the index is the same for every number.
    pub threads: Option<u32>,
    /// Executable segments of the program itself, for when the file is its separate debug information.
    pub segments: Option<Vec<ElfSegment>>,
    /// Debug files are looked for in it as in `/usr/lib/debug`, and before it.
    pub debug_folder: Option<String>,
    /// Of the program itself: names of stubs are taken from it, which a file of debug information has not.
    pub older_index: Option<String>,
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
        let segments = description.segments.iter().map(ElfSegment::from);
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

/// The version of what builds indexes here; an index of a smaller one could be better, built anew.
#[napi]
pub fn symbol_index_builder() -> u32 {
    strata_symbolize::BUILDER_VERSION
}

/// A symbol index, mapped from its file.
#[napi]
pub struct SymbolIndex {
    index: Arc<Index<Mmap>>,
    remembered: Arc<NameCache>,
}

pub struct OpenIndex {
    path: String,
    verify: bool,
}

impl Task for OpenIndex {
    type Output = Index<Mmap>;
    type JsValue = SymbolIndex;

    fn compute(&mut self) -> Result<Index<Mmap>> {
        let index = Index::open(map(&self.path)?).map_err(to_error)?;
        if self.verify {
            index.verify().map_err(to_error)?;
        }
        Ok(index)
    }

    fn resolve(&mut self, _env: Env, index: Index<Mmap>) -> Result<SymbolIndex> {
        Ok(SymbolIndex {
            index: Arc::new(index),
            remembered: Arc::default(),
        })
    }
}

/// Opens an index file. With `verify` all of it is read and compared with its checksum: do that once, when it comes from elsewhere.
#[napi]
pub fn open_symbol_index(path: String, verify: bool) -> AsyncTask<OpenIndex> {
    AsyncTask::new(OpenIndex { path, verify })
}

/// What an index is made of; `source` is the best kind of what was read (docs/symbol-index.md).
#[napi(object)]
pub struct IndexStatistics {
    pub source: String,
    pub bytes: f64,
    pub ranges: u32,
    pub locations: u32,
    pub functions: u32,
    pub files: u32,
    /// Source files whose text the index has.
    pub texts: u32,
}

/// What is at many addresses (`strata_symbolize::Answers`).
#[napi(object)]
pub struct ResolvedAddresses {
    pub rows: Int32Array,
    pub locations: Uint32Array,
    pub ends: Uint32Array,
    pub frames: Int32Array,
    pub functions: Vec<String>,
    pub files: Vec<String>,
}

pub struct ResolveAddresses {
    index: Arc<Index<Mmap>>,
    addresses: Vec<f64>,
    names: Names,
    remembered: Arc<NameCache>,
}

impl Task for ResolveAddresses {
    type Output = Answers;
    type JsValue = ResolvedAddresses;

    fn compute(&mut self) -> Result<Answers> {
        let addresses = self.addresses.iter().map(|address| *address as u64);
        Ok(Answers::to(
            &self.index,
            addresses,
            self.names,
            &self.remembered,
        ))
    }

    fn resolve(&mut self, _env: Env, answers: Answers) -> Result<ResolvedAddresses> {
        Ok(ResolvedAddresses {
            rows: answers.rows.into(),
            locations: answers.locations.into(),
            ends: answers.ends.into(),
            frames: answers.frames.into(),
            functions: answers
                .functions
                .iter()
                .map(|name| (**name).to_owned())
                .collect(),
            files: answers.files,
        })
    }
}

pub struct ReadSourceText {
    index: Arc<Index<Mmap>>,
    path: String,
}

impl Task for ReadSourceText {
    type Output = Option<Vec<u8>>;
    type JsValue = Option<String>;

    fn compute(&mut self) -> Result<Option<Vec<u8>>> {
        Ok(self.index.source_text(self.path.as_bytes()))
    }

    fn resolve(&mut self, _env: Env, text: Option<Vec<u8>>) -> Result<Option<String>> {
        Ok(text.map(|text| String::from_utf8_lossy(&text).into_owned()))
    }
}

#[napi]
impl SymbolIndex {
    /// `kind:hex` of the file that the index is of.
    #[napi(getter)]
    pub fn build_id(&self) -> String {
        self.index.build_id().to_string()
    }

    /// Larger for a better index of the same file.
    #[napi(getter)]
    pub fn generation(&self) -> u32 {
        self.index.generation()
    }

    /// Whether this program would build the same from the same file.
    #[napi(getter)]
    pub fn is_current(&self) -> bool {
        self.index.is_current()
    }

    /// What the index is made of.
    #[napi(getter)]
    pub fn statistics(&self) -> IndexStatistics {
        let index = &self.index;
        IndexStatistics {
            source: index.source().name().to_owned(),
            bytes: index.byte_count() as f64,
            ranges: index.range_count() as u32,
            locations: index.location_count() as u32,
            functions: index.function_count() as u32,
            files: index.file_count() as u32,
            texts: index.text_count() as u32,
        }
    }

    /// Executable segments of the file that the index is of; empty when they are not known.
    #[napi(getter)]
    pub fn segments(&self) -> Vec<ElfSegment> {
        self.index.segments().iter().map(ElfSegment::from).collect()
    }

    /// The text of a source file, where debug information has it itself; by its path as the compiler wrote it.
    #[napi]
    pub fn source_text(&self, path: String) -> AsyncTask<ReadSourceText> {
        AsyncTask::new(ReadSourceText {
            index: self.index.clone(),
            path,
        })
    }

    /// Names for addresses (SVMA) of the file, or places in it from 2^52 on; as the linker knows them with `linkage`.
    #[napi]
    pub fn resolve(
        &self,
        addresses: Float64Array,
        linkage: Option<bool>,
    ) -> AsyncTask<ResolveAddresses> {
        AsyncTask::new(ResolveAddresses {
            index: self.index.clone(),
            remembered: self.remembered.clone(),
            addresses: addresses.to_vec(),
            names: match linkage {
                Some(true) => Names::Linkage,
                _ => Names::Demangled,
            },
        })
    }
}
