use std::borrow::Cow;

use crate::address_map::{AddressMap, Svma};
use crate::cfi::cie::Cie;
use crate::cfi::pointer::{Bases, Encoding};
use crate::elf::{Elf, Section};
use crate::functions::{Functions, Origin};
use crate::reader::{EndOfBytes, Read, Reader};
use crate::report::BuildReport;

/// A file has one zero length at the end of each of its `.eh_frame`s; more than these are no entries but zeros.
const MAX_TERMINATORS: u32 = 4096;
/// Positions in a section are kept in 32 bits.
const MAX_SECTION_BYTES: usize = u32::MAX as usize;

/// The two sections differ in how an entry is told from another, and a function names its CIE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavor {
    EhFrame,
    DebugFrame,
}

/// A section with call frame information, and its CIEs by position.
pub(crate) struct CfiSection<'elf, 'data> {
    bytes: Cow<'data, [u8]>,
    flavor: Flavor,
    pub bases: Bases<'elf, 'data>,
    /// Functions after which a zero length ends the section.
    functions: Option<u64>,
    pub cies: Vec<Cie>,
}

/// An entry's extent in its section, and where the identifier leads.
struct Entry {
    offset: usize,
    end: usize,
    /// Behind the identifier.
    body: usize,
    /// Position of the CIE; `None` when the entry is one.
    cie: Option<usize>,
}

/// What the length of an entry says.
enum Next {
    Entry(Entry),
    Terminator,
    End,
}

impl<'elf, 'data> CfiSection<'elf, 'data> {
    pub fn new(
        elf: &'elf Elf<'data>,
        section: Section<'data>,
        flavor: Flavor,
        functions: Option<u64>,
    ) -> Self {
        Self {
            bytes: section.bytes,
            flavor,
            bases: Bases {
                section: section.address,
                text: elf.section_address(b".text"),
                data: elf
                    .section_address(b".got.plt")
                    .or_else(|| elf.section_address(b".got")),
                elf,
            },
            functions,
            cies: Vec::new(),
        }
    }

    /// The section's bytes, which positions count from.
    pub fn bytes(&self) -> &[u8] {
        let limit = self.bytes.len().min(MAX_SECTION_BYTES);
        self.bytes.get(..limit).unwrap_or_default()
    }

    /// Reads the CIEs and adds the functions that cover code.
    pub fn collect(
        &mut self,
        map: &AddressMap,
        origin: Origin,
        functions: &mut Functions,
        report: &mut BuildReport,
    ) {
        // CIEs first: in `.debug_frame` they may follow their functions.
        let mut cies = Vec::new();
        self.walk(|section, entry| {
            if entry.cie.is_none() {
                let bytes = section.bytes().get(..entry.end).unwrap_or_default();
                match Reader::at(bytes, entry.body).and_then(|reader| {
                    Cie::parse(
                        reader,
                        entry.offset,
                        section.bases.elf.machine,
                        &section.bases,
                    )
                }) {
                    Ok(cie) => cies.push(cie),
                    Err(EndOfBytes) => report.malformed += 1,
                }
            }
        });
        self.cies = cies;
        let mut last = 0;
        let sound = self.walk(|section, entry| {
            let Some(offset) = entry.cie else { return };
            if section.cies.get(last).map(|cie| cie.offset) != Some(offset) {
                match section.cies.binary_search_by_key(&offset, |cie| cie.offset) {
                    Ok(found) => last = found,
                    Err(_) => {
                        report.malformed += 1;
                        return;
                    }
                }
            }
            match section.function(entry, last) {
                Ok((start, bytes, instructions)) => functions.add(
                    map,
                    (start, bytes),
                    origin,
                    (instructions as u32, entry.end as u32, last as u32),
                    report,
                ),
                Err(EndOfBytes) => report.malformed += 1,
            }
        });
        if !sound {
            report.malformed += 1;
        }
    }

    /// A function's address and size, and the position of its instructions.
    fn function(&self, entry: &Entry, cie: usize) -> Read<(Svma, u64, usize)> {
        let cie = self.cies.get(cie).ok_or(EndOfBytes)?;
        let bytes = self.bytes().get(..entry.end).unwrap_or_default();
        let mut reader = Reader::at(bytes, entry.body)?;
        let (start, size) = match self.flavor {
            Flavor::EhFrame => (
                cie.encoding.read_address(&mut reader, &self.bases)?,
                cie.encoding.read_value(&mut reader)?,
            ),
            Flavor::DebugFrame => {
                reader.bytes(cie.segment_selector_bytes)?;
                (Encoding::ABSOLUTE.read_value(&mut reader)?, reader.u64()?)
            }
        };
        if cie.has_augmentation_data {
            reader.block()?;
        }
        Ok((Svma(start), size, reader.position()))
    }

    /// Calls `visit` for every entry. `false` when an entry reaches beyond the section.
    fn walk(&self, mut visit: impl FnMut(&Self, &Entry)) -> bool {
        let bytes = self.bytes();
        let mut position = 0;
        let mut terminators = 0;
        let mut functions = 0;
        while position < bytes.len() {
            match self.entry(bytes, position) {
                Ok(Next::Entry(entry)) => {
                    visit(self, &entry);
                    functions += u64::from(entry.cie.is_some());
                    position = entry.end;
                }
                Ok(Next::Terminator) => {
                    terminators += 1;
                    if terminators == MAX_TERMINATORS
                        || self.functions.is_some_and(|all| functions >= all)
                    {
                        return true;
                    }
                    position += 4;
                }
                Ok(Next::End) => return true,
                Err(EndOfBytes) => return false,
            }
        }
        true
    }

    fn entry(&self, bytes: &[u8], offset: usize) -> Read<Next> {
        let mut reader = Reader::at(bytes, offset)?;
        if reader.rest().len() < 4 {
            return Ok(Next::End);
        }
        let short = reader.u32()?;
        let (length, wide) = match short {
            0 => return Ok(Next::Terminator),
            0xffff_ffff => (reader.u64()?, true),
            _ => (u64::from(short), false),
        };
        let identifier_at = reader.position();
        let length = usize::try_from(length).map_err(|_| EndOfBytes)?;
        reader.bytes(length)?;
        let end = reader.position();
        let mut reader = Reader::at(bytes.get(..end).unwrap_or_default(), identifier_at)?;
        let cie = match self.flavor {
            Flavor::EhFrame => match reader.u32()? {
                0 => None,
                // A distance that leads before the section names no CIE, and no CIE is at the largest position.
                distance => {
                    Some(identifier_at.wrapping_sub(usize::try_from(distance).unwrap_or(0)))
                }
            },
            Flavor::DebugFrame if wide => match reader.u64()? {
                u64::MAX => None,
                position => Some(usize::try_from(position).unwrap_or(usize::MAX)),
            },
            Flavor::DebugFrame => match reader.u32()? {
                u32::MAX => None,
                position => Some(position as usize),
            },
        };
        Ok(Next::Entry(Entry {
            offset,
            end,
            body: reader.position(),
            cie,
        }))
    }
}
