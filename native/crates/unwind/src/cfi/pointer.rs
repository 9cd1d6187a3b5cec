//! Encoded pointers of `.eh_frame` (Linux Standard Base 5.0, Core, section 10.5.1).

use crate::elf::Elf;
use crate::reader::{EndOfBytes, Read, Reader};

/// How a pointer is written: format in the low four bits, what it is relative to in the next three, then the indirection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Encoding(pub u8);

const DW_EH_PE_INDIRECT: u8 = 0x80;
const DW_EH_PE_OMIT: u8 = 0xff;
const DW_EH_PE_ALIGNED: u8 = 0x50;

/// Addresses that pointers are relative to, and the file for those that only tell where the pointer is.
pub(crate) struct Bases<'elf, 'data> {
    pub section: u64,
    pub text: Option<u64>,
    pub data: Option<u64>,
    pub elf: &'elf Elf<'data>,
}

impl Encoding {
    pub const ABSOLUTE: Self = Self(0);

    /// The bare number; signed formats are sign-extended.
    #[inline]
    pub fn read_value(self, reader: &mut Reader<'_>) -> Read<u64> {
        Ok(match self.0 & 0x0f {
            0x00 | 0x04 | 0x0c => reader.u64()?,
            0x01 => reader.uleb()?,
            0x02 => u64::from(reader.u16()?),
            0x03 => u64::from(reader.u32()?),
            0x09 => reader.sleb()? as u64,
            0x0a => i64::from(reader.u16()? as i16) as u64,
            0x0b => i64::from(reader.u32()? as i32) as u64,
            _ => return Err(EndOfBytes),
        })
    }

    /// The address meant. `reader` reads the section from its beginning, so that its position gives the pointer's own address.
    #[inline]
    pub fn read_address(self, reader: &mut Reader<'_>, bases: &Bases<'_, '_>) -> Read<u64> {
        if self.0 == DW_EH_PE_OMIT {
            return Err(EndOfBytes);
        }
        if self.0 & 0x7f == DW_EH_PE_ALIGNED {
            let here = bases.section.wrapping_add(reader.position() as u64);
            reader.bytes((here.wrapping_neg() & 7) as usize)?;
            return reader.u64();
        }
        let here = bases.section.wrapping_add(reader.position() as u64);
        let base = match self.0 & 0x70 {
            0x00 => 0,
            0x10 => here,
            0x20 => bases.text.ok_or(EndOfBytes)?,
            0x30 => bases.data.ok_or(EndOfBytes)?,
            _ => return Err(EndOfBytes),
        };
        let address = self.read_value(reader)?.wrapping_add(base);
        if self.0 & DW_EH_PE_INDIRECT == 0 {
            return Ok(address);
        }
        Reader::new(bases.elf.bytes_at(address).ok_or(EndOfBytes)?).u64()
    }

    /// Passes over a pointer that is not needed.
    pub fn skip(self, reader: &mut Reader<'_>, section: u64) -> Read<()> {
        if self.0 == DW_EH_PE_OMIT {
            return Ok(());
        }
        if self.0 & 0x7f == DW_EH_PE_ALIGNED {
            let here = section.wrapping_add(reader.position() as u64);
            reader.bytes((here.wrapping_neg() & 7) as usize)?;
        }
        self.read_value(reader).map(|_| ())
    }
}
