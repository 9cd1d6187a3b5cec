use std::borrow::Cow;

use gimli::{Dwarf, DwarfFileType, DwarfSections, EndianSlice, LittleEndian, SectionId};

use crate::compressed::section_contents;
use crate::elf::Elf;
use crate::error::SymbolizeError;

pub(crate) type Slice<'d> = EndianSlice<'d, LittleEndian>;

/// The sections that functions, inlining and lines are read from; others are not even unpacked.
const NEEDED: [SectionId; 9] = [
    SectionId::DebugAbbrev,
    SectionId::DebugAddr,
    SectionId::DebugInfo,
    SectionId::DebugLine,
    SectionId::DebugLineStr,
    SectionId::DebugRanges,
    SectionId::DebugRngLists,
    SectionId::DebugStr,
    SectionId::DebugStrOffsets,
];

/// The debug sections of a file, unpacked where they are compressed.
pub(crate) struct Sections<'d> {
    sections: DwarfSections<Cow<'d, [u8]>>,
    kind: DwarfFileType,
}

impl<'d> Sections<'d> {
    /// Of an executable, a library, or a file of debug information alone.
    pub fn of(elf: &Elf<'d>) -> Result<Self, SymbolizeError> {
        Self::load(elf, DwarfFileType::Main, |id| Some(id.name()))
    }

    /// Of a `.dwo` file.
    pub fn of_split(elf: &Elf<'d>) -> Result<Self, SymbolizeError> {
        Self::load(elf, DwarfFileType::Dwo, |id| id.dwo_name())
    }

    fn load(
        elf: &Elf<'d>,
        kind: DwarfFileType,
        name: impl Fn(SectionId) -> Option<&'static str>,
    ) -> Result<Self, SymbolizeError> {
        let sections = DwarfSections::load(|id| match name(id) {
            Some(name) if NEEDED.contains(&id) => section_contents(elf, name.as_bytes()),
            _ => Ok(Cow::Borrowed(&[][..])),
        })?;
        Ok(Self { sections, kind })
    }

    pub fn borrow(&self) -> Dwarf<Slice<'_>> {
        let mut dwarf = self
            .sections
            .borrow(|bytes| EndianSlice::new(bytes, LittleEndian));
        dwarf.file_type = self.kind;
        dwarf
    }
}
