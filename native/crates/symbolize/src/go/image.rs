use object::elf::{R_AARCH64_RELATIVE, R_X86_64_RELATIVE, SHT_NOBITS, SHT_RELA};
use object::read::elf::{Rela, SectionHeader};

use crate::elf::{ENDIAN, Elf};

/// A program's memory as the loader would make it, at the addresses of the file.
pub(crate) struct Image<'e, 'd> {
    elf: &'e Elf<'d>,
    /// Where the loader writes an address, and which: ascending.
    relocated: Vec<(u64, u64)>,
}

impl<'e, 'd> Image<'e, 'd> {
    pub fn of(elf: &'e Elf<'d>) -> Self {
        let mut relocated = Vec::new();
        let tables = elf
            .sections
            .iter()
            .filter(|section| section.sh_type(ENDIAN) == SHT_RELA);
        for table in tables {
            let Ok(Some((entries, _))) = table.rela(ENDIAN, elf.data) else {
                continue;
            };
            for entry in entries {
                let kind = entry.r_type(ENDIAN, false);
                if kind == R_X86_64_RELATIVE || kind == R_AARCH64_RELATIVE {
                    relocated.push((entry.r_offset(ENDIAN), entry.r_addend(ENDIAN) as u64));
                }
            }
        }
        relocated.sort_unstable();
        Self { elf, relocated }
    }

    /// The bytes from an address to the end of its section.
    pub fn bytes_at(&self, address: u64) -> Option<&'d [u8]> {
        let sections = self
            .elf
            .sections
            .iter()
            .filter(|section| section.sh_type(ENDIAN) != SHT_NOBITS);
        let (section, distance) = sections.into_iter().find_map(|section| {
            let start = section.sh_addr(ENDIAN);
            let distance = address.checked_sub(start)?;
            (start != 0 && distance < section.sh_size(ENDIAN)).then_some((section, distance))
        })?;
        section
            .data(ENDIAN, self.elf.data)
            .ok()?
            .get(distance as usize..)
    }

    /// The address that stands at another.
    pub fn pointer_at(&self, address: u64) -> Option<u64> {
        if let Ok(row) = self
            .relocated
            .binary_search_by_key(&address, |entry| entry.0)
        {
            return Some(self.relocated[row].1);
        }
        let bytes = self.bytes_at(address)?.get(..8)?;
        Some(u64::from_le_bytes(bytes.try_into().ok()?))
    }

    /// Where the address `pointer` is stored, of the places at which the runtime's module data may be.
    pub fn places_of(&self, pointer: u64) -> Vec<u64> {
        let relocated = self.relocated.iter().filter(|entry| entry.1 == pointer);
        let mut places: Vec<u64> = relocated.map(|entry| entry.0).collect();
        for name in [&b".go.module"[..], b".noptrdata", b".data", b".data.rel.ro"] {
            if let Some((start, bytes)) = self.elf.section_bytes(name) {
                let words = bytes.chunks_exact(8).enumerate();
                let same = words.filter(|(_, word)| *word == pointer.to_le_bytes());
                places.extend(same.map(|(index, _)| start.wrapping_add(index as u64 * 8)));
            }
        }
        places
    }
}
