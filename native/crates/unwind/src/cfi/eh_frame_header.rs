//! `.eh_frame_hdr` (Linux Standard Base 5.0, Core, section 10.6.2): where `.eh_frame` is, in files without section headers.

use crate::cfi::pointer::{Bases, Encoding};
use crate::elf::Elf;
use crate::reader::{EndOfBytes, Read, Reader};

/// What the header tells.
pub(crate) struct EhFrameHeader {
    /// Address of `.eh_frame`.
    pub eh_frame: u64,
    /// Functions in it; `None` when the header has no table.
    pub functions: Option<u64>,
}

/// Reads the header that PT_GNU_EH_FRAME names; `None` when there is none or it cannot be read.
pub(crate) fn eh_frame_header_of(elf: &Elf<'_>) -> Option<EhFrameHeader> {
    let address = elf.eh_frame_header?;
    read(elf.bytes_at(address)?, address, elf).ok()
}

fn read(bytes: &[u8], address: u64, elf: &Elf<'_>) -> Read<EhFrameHeader> {
    let bases = Bases {
        section: address,
        text: None,
        data: Some(address),
        elf,
    };
    let mut reader = Reader::new(bytes);
    if reader.u8()? != 1 {
        return Err(EndOfBytes);
    }
    let pointer = Encoding(reader.u8()?);
    let count = Encoding(reader.u8()?);
    reader.u8()?;
    let eh_frame = pointer.read_address(&mut reader, &bases)?;
    Ok(EhFrameHeader {
        eh_frame,
        functions: count.read_address(&mut reader, &bases).ok(),
    })
}
