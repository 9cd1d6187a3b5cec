use std::borrow::Cow;
use std::ops::Range;

use object::LittleEndian;
use object::elf::{
    EM_AARCH64, EM_X86_64, ET_DYN, ET_EXEC, FileHeader64, PF_X, PT_GNU_EH_FRAME, PT_LOAD,
    SHT_NOBITS,
};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader, SectionTable};

use crate::compressed::unpacked;
use crate::error::{BuildError, BuildErrorCode};
use crate::machine::Machine;

type Header = FileHeader64<LittleEndian>;
const ENDIAN: LittleEndian = LittleEndian;

/// Linked files have fewer than a hundred of either kind.
const MAX_HEADERS: u32 = 4096;
/// `e_ident[EI_CLASS]` and `e_ident[EI_DATA]`: 64 bit, little endian.
const CLASS_AND_DATA: [u8; 2] = [2, 1];

/// A PT_LOAD segment: `file` are the file offsets of its bytes, without those beyond the file's end.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    pub file: Range<u64>,
    pub address: u64,
    pub executable: bool,
}

/// A section with its address in the process, before relocation.
pub(crate) struct Section<'data> {
    pub address: u64,
    pub bytes: Cow<'data, [u8]>,
}

/// A linked 64 bit little endian file for x86-64 or arm64; borrows the file's bytes.
pub(crate) struct Elf<'data> {
    data: &'data [u8],
    pub machine: Machine,
    pub loads: Vec<Load>,
    /// Address of the first instruction.
    pub entry: u64,
    /// Address of the section that PT_GNU_EH_FRAME names.
    pub eh_frame_header: Option<u64>,
    /// Empty when the file has no section headers.
    sections: SectionTable<'data, Header>,
}

impl<'data> Elf<'data> {
    pub fn parse(data: &'data [u8]) -> Result<Self, BuildError> {
        let not_elf = || {
            BuildError::new(
                BuildErrorCode::NotElf,
                "The file does not start as an ELF file does.",
            )
        };
        let identification = data.first_chunk::<16>().ok_or_else(not_elf)?;
        if !identification.starts_with(b"\x7fELF") {
            return Err(not_elf());
        }
        if !identification[4..].starts_with(&CLASS_AND_DATA) {
            return Err(unsupported(
                "The file is a 32 bit or big endian ELF file; only 64 bit little endian ones are read.".to_owned(),
            ));
        }
        let header = Header::parse(data).map_err(|cause| malformed("header", &cause))?;
        let machine = match header.e_machine(ENDIAN) {
            EM_X86_64 => Machine::X86_64,
            EM_AARCH64 => Machine::Aarch64,
            other => {
                return Err(unsupported(format!(
                    "The file is for ELF machine {}; only x86-64 (62) and arm64 (183) are read.",
                    other.0
                )));
            }
        };
        let kind = header.e_type(ENDIAN);
        if kind != ET_EXEC && kind != ET_DYN {
            return Err(unsupported(format!(
                "The ELF file is of type {}; only executables (2) and shared objects (3) are mapped as code.",
                kind.0
            )));
        }
        let too_many =
            |count: object::read::Result<u32>| count.is_ok_and(|count| count > MAX_HEADERS);
        if too_many(header.shnum(ENDIAN, data)) || too_many(header.phnum(ENDIAN, data)) {
            return Err(BuildError::new(
                BuildErrorCode::TooLarge,
                format!("The file has more than {MAX_HEADERS} section or program headers."),
            ));
        }
        let programs = header
            .program_headers(ENDIAN, data)
            .map_err(|cause| malformed("program headers", &cause))?;
        let length = data.len() as u64;
        let loads = programs
            .iter()
            .filter(|program| program.p_type(ENDIAN) == PT_LOAD)
            .map(|program| {
                let start = program.p_offset(ENDIAN).min(length);
                let bytes = program.p_filesz(ENDIAN).min(length - start);
                Load {
                    file: start..start + bytes,
                    address: program.p_vaddr(ENDIAN),
                    executable: program.p_flags(ENDIAN).0 & PF_X.0 != 0,
                }
            })
            .collect();
        let eh_frame_header = programs
            .iter()
            .find(|program| program.p_type(ENDIAN) == PT_GNU_EH_FRAME)
            .map(|program| program.p_vaddr(ENDIAN));
        Ok(Self {
            data,
            machine,
            entry: header.e_entry(ENDIAN),
            loads,
            eh_frame_header,
            sections: header.sections(ENDIAN, data).unwrap_or_default(),
        })
    }

    /// The first section of that name, unpacked; `None` too when it is empty, broken or holds more than is unpacked.
    pub fn section(&self, name: &[u8]) -> Option<Section<'data>> {
        let (_, header) = self.sections.section_by_name(ENDIAN, name)?;
        if header.sh_type(ENDIAN) == SHT_NOBITS {
            return None;
        }
        let bytes = match header.compression(ENDIAN, self.data).ok()? {
            None => Cow::Borrowed(header.data(ENDIAN, self.data).ok()?),
            Some((compression, offset, size)) => {
                let start = usize::try_from(offset).ok()?;
                let end = start.checked_add(usize::try_from(size).ok()?)?;
                let packed = self.data.get(start..end)?;
                let size = compression.ch_size.get(ENDIAN);
                Cow::Owned(unpacked(compression.ch_type.get(ENDIAN), packed, size)?)
            }
        };
        (!bytes.is_empty()).then(|| Section {
            address: header.sh_addr(ENDIAN),
            bytes,
        })
    }

    /// The address of the first section of that name.
    pub fn section_address(&self, name: &[u8]) -> Option<u64> {
        let (_, header) = self.sections.section_by_name(ENDIAN, name)?;
        Some(header.sh_addr(ENDIAN))
    }

    /// The file offsets of the first section of that name.
    pub fn section_file_range(&self, name: &[u8]) -> Option<Range<u64>> {
        let (_, header) = self.sections.section_by_name(ENDIAN, name)?;
        let (offset, size) = header.file_range(ENDIAN)?;
        Some(offset..offset.checked_add(size)?)
    }

    /// What the file has for that address, up to the end of its segment.
    pub fn bytes_at(&self, address: u64) -> Option<&'data [u8]> {
        self.loads.iter().find_map(|load| {
            let from = load
                .file
                .start
                .checked_add(address.checked_sub(load.address)?)?;
            (from < load.file.end).then_some(())?;
            self.data
                .get(usize::try_from(from).ok()?..usize::try_from(load.file.end).ok()?)
        })
    }
}

fn unsupported(message: String) -> BuildError {
    BuildError::new(BuildErrorCode::Unsupported, message)
}

fn malformed(what: &str, cause: &object::read::Error) -> BuildError {
    BuildError::new(
        BuildErrorCode::Malformed,
        format!("The ELF file's {what} cannot be read: {cause}."),
    )
}
