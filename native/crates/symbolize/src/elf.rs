use object::LittleEndian;
use object::ReadRef;
use object::elf::{EM_AARCH64, EM_X86_64, FileHeader64, PF_X, PT_LOAD, SHF_EXECINSTR, SHT_NOBITS};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader, SectionTable};

use crate::error::{ErrorCode, SymbolizeError};
use crate::identity::{BuildId, build_id_of};

pub(crate) type Header = FileHeader64<LittleEndian>;
pub(crate) const ENDIAN: LittleEndian = LittleEndian;

/// Larger files are refused: 4 GiB holds every executable we know of several times over.
const MAX_FILE_BYTES: u64 = 4 << 30;
/// Linked files have fewer than a hundred of either kind.
const MAX_HEADERS: u32 = 4096;
/// `e_ident[EI_CLASS]` and `e_ident[EI_DATA]`, which tell 32 bit and big endian files apart before parsing.
const EI_CLASS: usize = 4;
const EI_DATA: usize = 5;

/// An executable PT_LOAD segment: SVMA = file offset − `offset` + `virtual_address`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub offset: u64,
    pub virtual_address: u64,
    pub file_size: u64,
}

/// Identity and executable parts of an ELF file.
#[derive(Clone, Debug)]
pub struct Description {
    pub build_id: BuildId,
    pub is_go: bool,
    pub segments: Vec<Segment>,
}

/// A parsed 64 bit little endian file for x86-64 or arm64; borrows the file's bytes.
pub(crate) struct Elf<'data, R: ReadRef<'data> = &'data [u8]> {
    pub data: R,
    pub header: &'data Header,
    /// Empty when the file has no section headers.
    pub sections: SectionTable<'data, Header, R>,
}

/// An executable section's index and its addresses `[start, end)`.
#[derive(Clone, Copy)]
pub(crate) struct CodeSection {
    pub index: usize,
    pub start: u64,
    pub end: u64,
}

impl<'data, R: ReadRef<'data>> Elf<'data, R> {
    pub fn parse(data: R) -> Result<Self, SymbolizeError> {
        let length = data.len().map_err(|()| unreadable())?;
        if length > MAX_FILE_BYTES {
            return Err(SymbolizeError::new(
                ErrorCode::TooLarge,
                format!(
                    "The file has {} bytes, more than the 4 GiB that are read.",
                    length
                ),
            ));
        }
        let identification = data
            .read_bytes_at(0, length.min(16))
            .map_err(|()| unreadable())?;
        if identification.len() < 16 || !identification.starts_with(b"\x7fELF") {
            return Err(SymbolizeError::new(
                ErrorCode::NotElf,
                "The file does not start as an ELF file does.",
            ));
        }
        if (identification[EI_CLASS], identification[EI_DATA]) != (2, 1) {
            let kind = if identification[EI_CLASS] == 1 {
                "a 32 bit"
            } else {
                "a big endian"
            };
            return Err(unsupported(format!(
                "The file is {kind} ELF file; only 64 bit little endian ones are read."
            )));
        }
        let header = Header::parse(data).map_err(|e| SymbolizeError::malformed("header", e))?;
        let machine = header.e_machine(ENDIAN);
        if machine != EM_X86_64 && machine != EM_AARCH64 {
            return Err(unsupported(format!(
                "The file is for ELF machine {}; only x86-64 (62) and arm64 (183) are read.",
                machine.0
            )));
        }
        if header
            .shnum(ENDIAN, data)
            .is_ok_and(|count| count > MAX_HEADERS)
            || header
                .phnum(ENDIAN, data)
                .is_ok_and(|count| count > MAX_HEADERS)
        {
            return Err(SymbolizeError::new(
                ErrorCode::TooLarge,
                format!("The file has more than {MAX_HEADERS} section or program headers."),
            ));
        }
        let sections = header.sections(ENDIAN, data).unwrap_or_default();
        Ok(Self {
            data,
            header,
            sections,
        })
    }

    /// The first section of that name; `None` too when its header is broken.
    pub fn section_bytes(&self, name: &[u8]) -> Option<(u64, &'data [u8])> {
        let (_, section) = self.sections.section_by_name(ENDIAN, name)?;
        Some((
            section.sh_addr(ENDIAN),
            section.data(ENDIAN, self.data).ok()?,
        ))
    }

    /// Address and size of a section, also when its bytes were left out.
    pub fn section_range(&self, name: &[u8]) -> Option<(u64, u64)> {
        let (_, section) = self.sections.section_by_name(ENDIAN, name)?;
        Some((section.sh_addr(ENDIAN), section.sh_size(ENDIAN)))
    }

    /// Executable sections, by section index.
    pub fn code_sections(&self) -> Vec<CodeSection> {
        self.sections
            .enumerate()
            .filter(|(_, section)| section.sh_flags(ENDIAN).0 & SHF_EXECINSTR.0 != 0)
            .map(|(index, section)| CodeSection {
                index: index.0,
                start: section.sh_addr(ENDIAN),
                end: section
                    .sh_addr(ENDIAN)
                    .saturating_add(section.sh_size(ENDIAN)),
            })
            .collect()
    }

    pub fn segments(&self) -> Result<Vec<Segment>, SymbolizeError> {
        let headers = self
            .header
            .program_headers(ENDIAN, self.data)
            .map_err(|e| SymbolizeError::malformed("program headers", e))?;
        Ok(headers
            .iter()
            .filter(|h| h.p_type(ENDIAN) == PT_LOAD && h.p_flags(ENDIAN).0 & PF_X.0 != 0)
            // In separate debug files they are empty, and their offsets are made up.
            .filter(|h| h.p_filesz(ENDIAN) > 0)
            .map(|h| Segment {
                offset: h.p_offset(ENDIAN),
                virtual_address: h.p_vaddr(ENDIAN),
                file_size: h.p_filesz(ENDIAN),
            })
            .collect())
    }

    /// Whether Go's linker made it; true of stripped binaries too.
    pub fn is_go(&self) -> bool {
        [
            &b".go.buildinfo"[..],
            b".note.go.buildid",
            b".gopclntab",
            b".data.rel.ro.gopclntab",
        ]
        .iter()
        .any(|name| {
            self.sections
                .section_by_name(ENDIAN, name)
                .is_some_and(|(_, section)| section.sh_type(ENDIAN) != SHT_NOBITS)
        })
    }
}

pub(crate) fn unreadable() -> SymbolizeError {
    SymbolizeError::new(ErrorCode::Unreadable, "The file cannot be read to its end.")
}

fn unsupported(message: String) -> SymbolizeError {
    SymbolizeError::new(ErrorCode::UnsupportedElf, message)
}

/// Identity and executable segments of an ELF file; reads headers, notes and, without notes, 8 KiB for a content hash.
/// Over a `ReadCache` nothing is mapped, so that a file cut short meanwhile is an error and not a signal.
pub fn describe<'data, R: ReadRef<'data>>(data: R) -> Result<Description, SymbolizeError> {
    let elf = Elf::parse(data)?;
    Ok(Description {
        build_id: build_id_of(&elf)?,
        is_go: elf.is_go(),
        segments: elf.segments()?,
    })
}
