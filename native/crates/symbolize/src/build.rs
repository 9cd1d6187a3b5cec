use std::borrow::Cow;

use gimli::DwarfPackageSections;
use object::elf::{SHT_DYNSYM, SHT_SYMTAB};
use sha2::{Digest, Sha256};

use crate::assembly::Assembly;
use crate::candidates::{Candidate, collect_table, push_named};
use crate::compressed::section_contents;
use crate::debug_files::{DebugFiles, Wanted};
use crate::dwarf::{CodeRegions, DebugInput, Sections, read_debug};
use crate::elf::{Elf, Segment};
use crate::error::{ErrorCode, SymbolizeError};
use crate::identity::build_id_of;
use crate::index::{Origin, SourceKind};
use crate::plt::{self, Stub};
use crate::ranges::to_ranges;
use crate::separate::{find_alternate, find_debug_file, has_debug_information};
use crate::{go, minidebug};

/// How an index is built.
#[derive(Clone, Debug)]
pub struct BuildOptions {
    /// Kept in the index: a better one of the same build ID has a larger number.
    pub generation: u32,
    /// At least 1. The index is the same for every number.
    pub threads: usize,
    /// Executable segments of the program itself, for when the file is its separate debug information, which does not have them.
    pub segments: Vec<Segment>,
    /// Of the program itself, for the same reason.
    pub stubs: Vec<Stub>,
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self {
            generation: 0,
            threads: 1,
            segments: Vec::new(),
            stubs: Vec::new(),
        }
    }
}

/// Builds the symbol index of an ELF file, from it and from what `find` has beside it. The same files give the same index, to
/// the byte.
pub fn build_index(
    data: &[u8],
    find: &dyn DebugFiles,
    options: &BuildOptions,
) -> Result<Vec<u8>, SymbolizeError> {
    let elf = Elf::parse(data)?;
    let mut digest = Sha256::new();
    digest.update(data);

    let separate = if has_debug_information(&elf) {
        None
    } else {
        find_debug_file(&elf, find)
    };
    let separate = separate.as_ref().map(|bytes| (**bytes).as_ref());
    let separate_elf = separate.map(Elf::parse).transpose()?;
    let debug = separate_elf.as_ref().unwrap_or(&elf);
    separate.iter().for_each(|bytes| digest.update(bytes));
    let alternate = find_alternate(debug, find);
    let alternate = alternate.as_ref().map(|bytes| (**bytes).as_ref());
    alternate.iter().for_each(|bytes| digest.update(bytes));

    let unpacked = match elf.section_bytes(b".gnu_debugdata") {
        Some((_, compressed)) => Some(minidebug::unpack(compressed)?),
        None => None,
    };
    let unpacked_elf = unpacked.as_deref().map(Elf::parse).transpose()?;
    let mut stubs = plt::stubs(&elf);
    if stubs.is_empty() {
        stubs.clone_from(&options.stubs);
    }
    let mut symbols = Symbols::default();
    symbols.add(SourceKind::Dynsym, |into| {
        collect_table(&elf, SHT_DYNSYM, into)
    })?;
    symbols.add(SourceKind::Symtab, |into| {
        collect_table(&elf, SHT_SYMTAB, into)?;
        separate_elf
            .iter()
            .try_for_each(|separate| collect_table(separate, SHT_SYMTAB, into))
    })?;
    if let Some(unpacked) = &unpacked_elf {
        symbols.add(SourceKind::MiniDebug, |into| {
            collect_table(unpacked, SHT_SYMTAB, into)
        })?;
    }
    for stub in &stubs {
        push_named(&mut symbols.candidates, stub.range, &stub.name)?;
    }
    let mut source = symbols.source;
    let symbols = to_ranges(symbols.candidates);

    let mut assembly = Assembly::new();
    let has_go = go::read_go(&elf, &mut |part| assembly.add(part))?;
    if has_go {
        source = source.max(Some(SourceKind::Pclntab));
    }
    if has_debug_information(debug) {
        let package = find.find(Wanted::Package);
        let package_elf = match &package {
            Some(bytes) => Some(Elf::parse((**bytes).as_ref())?),
            None => None,
        };
        let package = package_elf.as_ref().map(package_sections).transpose()?;
        let sections = Sections::of(debug)?;
        let alternate = match alternate {
            Some(bytes) => Some(Sections::of(&Elf::parse(bytes)?)?),
            None => None,
        };
        let input = DebugInput {
            sections: &sections,
            alternate: alternate.as_ref(),
            package: package.as_ref(),
            find,
            regions: &CodeRegions::of(&elf),
            symbols: &symbols,
            without_go: has_go,
            threads: options.threads,
        };
        let before = assembly.run_count();
        read_debug(&input, &mut |part| assembly.add(part))?;
        if assembly.run_count() > before {
            source = source.max(Some(SourceKind::Dwarf));
        }
    }
    let Some(source) = source else {
        return Err(SymbolizeError::new(
            ErrorCode::NoSymbols,
            "The file has no function names: it is stripped and has neither dynamic symbols nor .gnu_debugdata.",
        ));
    };
    let segments = elf.segments()?;
    assembly.finish(&symbols)?.encode(&Origin {
        build_id: build_id_of(&elf)?,
        source,
        digest: digest.finalize().into(),
        generation: options.generation,
        segments: if segments.is_empty() {
            options.segments.clone()
        } else {
            segments
        },
    })
}

/// What symbol tables say, and the best of them.
#[derive(Default)]
struct Symbols<'d> {
    candidates: Vec<Candidate<'d>>,
    source: Option<SourceKind>,
}

impl<'d> Symbols<'d> {
    fn add(
        &mut self,
        kind: SourceKind,
        collect: impl FnOnce(&mut Vec<Candidate<'d>>) -> Result<(), SymbolizeError>,
    ) -> Result<(), SymbolizeError> {
        let before = self.candidates.len();
        collect(&mut self.candidates)?;
        if self.candidates.len() > before {
            self.source = self.source.max(Some(kind));
        }
        Ok(())
    }
}

fn package_sections<'d>(
    elf: &Elf<'d>,
) -> Result<DwarfPackageSections<Cow<'d, [u8]>>, SymbolizeError> {
    let mut failure = None;
    let sections = DwarfPackageSections::load(|id| {
        let contents = match id.dwo_name() {
            Some(name) => section_contents(elf, name.as_bytes()),
            None => Ok(Cow::Borrowed(&[][..])),
        };
        Ok::<_, gimli::Error>(contents.unwrap_or_else(|cause| {
            failure.get_or_insert(cause);
            Cow::Borrowed(&[])
        }))
    });
    match failure {
        Some(cause) => Err(cause),
        None => sections.map_err(|cause| SymbolizeError::malformed("package", cause)),
    }
}
