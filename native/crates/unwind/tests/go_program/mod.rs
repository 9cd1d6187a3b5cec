//! Programs with a function table as Go's linker writes it, of every version that is read.

use crate::elf_writer::{CODE, Section, elf};

#[derive(Clone, Copy, PartialEq)]
pub enum Version {
    Go1_16,
    Go1_18,
    Go1_20,
}

pub const TOP_FRAME: u8 = 1;
pub const WRITES_STACK_POINTER: u8 = 2;
pub const ASSEMBLY: u8 = 4;

/// A function of the program, right behind the one before: its instructions, and the stack's depths with the bytes they hold for.
pub struct Function<'a> {
    pub name: &'a str,
    pub flags: u8,
    pub code: &'a [u8],
    pub depths: &'a [(i32, u64)],
}

const HEADER_BYTES: usize = 72;

/// The program, whose code begins where `.text` does.
pub fn program(version: Version, functions: &[Function<'_>]) -> Vec<u8> {
    let mut names = vec![0];
    let mut depths = vec![0];
    let mut records: Vec<Vec<u8>> = Vec::new();
    let mut starts = vec![0u64];
    for function in functions {
        let name = names.len() as u32;
        names.extend(function.name.bytes().chain([0]));
        let position = depths.len() as u32;
        write_depths(&mut depths, function.depths);
        let start = starts[starts.len() - 1];
        records.push(record(version, start, name, position, function.flags));
        starts.push(start + function.code.len() as u64);
    }

    let entry_bytes = if version == Version::Go1_16 { 16 } else { 8 };
    let records_at = starts.len() * entry_bytes;
    let mut table = Vec::new();
    let mut record_at = records_at;
    for (index, start) in starts.iter().enumerate() {
        if version == Version::Go1_16 {
            table.extend((CODE + start).to_le_bytes());
            table.extend((record_at as u64).to_le_bytes());
        } else {
            table.extend((*start as u32).to_le_bytes());
            table.extend((record_at as u32).to_le_bytes());
        }
        record_at += records.get(index).map_or(0, Vec::len);
    }
    table.extend(records.concat());

    let magic: u32 = match version {
        Version::Go1_16 => 0xffff_fffa,
        Version::Go1_18 => 0xffff_fff0,
        Version::Go1_20 => 0xffff_fff1,
    };
    let mut section = magic.to_le_bytes().to_vec();
    section.extend([0, 0, 1, 8]);
    let names_at = HEADER_BYTES as u64;
    let depths_at = names_at + names.len() as u64;
    let table_at = depths_at + depths.len() as u64;
    let mut header = vec![functions.len() as u64, 0];
    if version != Version::Go1_16 {
        header.push(CODE);
    }
    header.extend([names_at, 0, 0, depths_at, table_at]);
    section.extend(header.iter().flat_map(|field| field.to_le_bytes()));
    section.resize(HEADER_BYTES, 0);
    section.extend(names);
    section.extend(depths);
    section.extend(table);

    let code: Vec<u8> = functions.iter().flat_map(|f| f.code).copied().collect();
    let section = Section {
        name: ".gopclntab",
        flags: 2,
        address: 0x10_0000,
        bytes: &section,
    };
    let mut bytes = elf(code.len() as u64, &[section]);
    bytes[CODE as usize..CODE as usize + code.len()].copy_from_slice(&code);
    bytes
}

fn record(version: Version, start: u64, name: u32, depths: u32, flags: u8) -> Vec<u8> {
    let mut record = if version == Version::Go1_16 {
        (CODE + start).to_le_bytes().to_vec()
    } else {
        (start as u32).to_le_bytes().to_vec()
    };
    let fields = [name, 0, 0, depths, 0, 0, 0, 0];
    record.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
    if version == Version::Go1_20 {
        record.extend([0; 4]);
    }
    record.extend([0, flags, 0, 0]);
    record
}

fn write_depths(into: &mut Vec<u8>, depths: &[(i32, u64)]) {
    let mut previous = -1;
    for (depth, bytes) in depths {
        let change = depth - previous;
        write_number(into, ((change << 1) ^ (change >> 31)) as u32 as u64);
        write_number(into, *bytes);
        previous = *depth;
    }
    into.push(0);
}

fn write_number(into: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        into.push(number as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}
