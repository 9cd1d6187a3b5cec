use std::collections::HashMap;

use object::elf::{SHT_DYNSYM, SHT_SYMTAB};

use crate::candidates::{collect_table, push_named};
use crate::elf::Elf;
use crate::error::{ErrorCode, SymbolizeError};
use crate::identity::{BuildId, build_id_of};
use crate::index_format::*;
use crate::ranges::{Range, to_ranges};
use crate::{go_functions, minidebug, plt};

/// Builds the symbol index of an ELF file. The same bytes give the same index, to the byte.
pub fn build_index(data: &[u8]) -> Result<Vec<u8>, SymbolizeError> {
    let elf = Elf::parse(data)?;
    let unpacked = match elf.section_bytes(b".gnu_debugdata") {
        Some((_, compressed)) => Some(minidebug::unpack(compressed)?),
        None => None,
    };
    let stubs = plt::stubs(&elf);

    let mut candidates = Vec::new();
    let mut source = None;
    let mut note = |kind: SourceKind, before: usize, after: usize| {
        if after > before {
            source = source.max(Some(kind));
        }
    };
    collect_table(&elf, SHT_DYNSYM, &mut candidates)?;
    note(SourceKind::Dynsym, 0, candidates.len());
    let before = candidates.len();
    collect_table(&elf, SHT_SYMTAB, &mut candidates)?;
    note(SourceKind::Symtab, before, candidates.len());
    if candidates.len() == before {
        // A full symbol table names Go's functions too, and in more detail (its type arguments).
        go_functions::collect(&elf, &mut candidates)?;
        note(SourceKind::Pclntab, before, candidates.len());
    }
    if let Some(unpacked) = &unpacked {
        let before = candidates.len();
        collect_table(
            &Elf::parse(unpacked.as_slice())?,
            SHT_SYMTAB,
            &mut candidates,
        )?;
        note(SourceKind::MiniDebug, before, candidates.len());
    }
    for stub in &stubs {
        push_named(&mut candidates, stub.range, &stub.name)?;
    }
    let Some(source) = source else {
        return Err(SymbolizeError::new(
            ErrorCode::NoSymbols,
            "The file has no function names: it is stripped and has neither dynamic symbols nor .gnu_debugdata.",
        ));
    };
    write(&build_id_of(&elf)?, source, &to_ranges(candidates))
}

/// Consecutive ranges whose starts fit 32 bits when counted from `base`.
struct SegmentRow {
    base: u64,
    first: u32,
    count: u32,
}

fn write(
    build_id: &BuildId,
    source: SourceKind,
    ranges: &[Range],
) -> Result<Vec<u8>, SymbolizeError> {
    let mut segments: Vec<SegmentRow> = Vec::new();
    let mut starts = Vec::with_capacity(ranges.len() * 4);
    let mut range_functions = Vec::with_capacity(ranges.len() * 4);
    let mut functions = Vec::new();
    let mut strings: Vec<u8> = Vec::new();
    let mut ids: HashMap<&[u8], u32> = HashMap::new();
    for (position, range) in ranges.iter().enumerate() {
        let needs_segment = segments
            .last()
            .is_none_or(|last| range.start - last.base > u64::from(u32::MAX));
        if needs_segment {
            segments.push(SegmentRow {
                base: range.start,
                first: position as u32,
                count: 0,
            });
        }
        let Some(segment) = segments.last_mut() else {
            continue;
        };
        segment.count += 1;
        starts.extend_from_slice(&((range.start - segment.base) as u32).to_le_bytes());
        let id = match range.name {
            None => NO_FUNCTION,
            Some(name) => match ids.get(name) {
                Some(id) => *id,
                None => {
                    let id = ids.len() as u32;
                    ids.insert(name, id);
                    functions.extend_from_slice(&(offset_of(&strings)?).to_le_bytes());
                    functions.extend_from_slice(&(name.len() as u32).to_le_bytes());
                    strings.extend_from_slice(name);
                    id
                }
            },
        };
        range_functions.extend_from_slice(&id.to_le_bytes());
    }
    let segments: Vec<u8> = segments
        .iter()
        .flat_map(|row| {
            let (base, first, count) = (
                row.base.to_le_bytes(),
                row.first.to_le_bytes(),
                row.count.to_le_bytes(),
            );
            base.into_iter().chain(first).chain(count)
        })
        .collect();
    Ok(assemble(
        build_id,
        source,
        [&segments, &starts, &range_functions, &functions, &strings],
    ))
}

fn offset_of(strings: &[u8]) -> Result<u32, SymbolizeError> {
    u32::try_from(strings.len()).map_err(|_| {
        SymbolizeError::new(
            ErrorCode::TooLarge,
            "The file's function names have more than 4 GiB.",
        )
    })
}

fn assemble(build_id: &BuildId, source: SourceKind, parts: [&Vec<u8>; PART_COUNT]) -> Vec<u8> {
    let mut file = vec![0; HEADER_BYTES];
    file[..MAGIC.len()].copy_from_slice(&MAGIC);
    put(&mut file, AT_VERSION, &FORMAT_VERSION.to_le_bytes());
    file[AT_SOURCE_KIND] = source as u8;
    file[AT_BUILD_ID_KIND] = build_id.kind as u8;
    file[AT_BUILD_ID_LENGTH] = build_id.bytes.len() as u8;
    put(
        &mut file,
        AT_BUILDER_VERSION,
        &BUILDER_VERSION.to_le_bytes(),
    );
    put(&mut file, AT_BUILD_ID, &build_id.bytes);
    for (index, part) in parts.iter().enumerate() {
        let entry = AT_DIRECTORY + index * DIRECTORY_ENTRY_BYTES;
        let offset = file.len() as u64;
        put(&mut file, entry, &offset.to_le_bytes());
        put(&mut file, entry + 8, &(part.len() as u64).to_le_bytes());
        file.extend_from_slice(part);
        file.resize(file.len().next_multiple_of(PART_ALIGNMENT), 0);
    }
    let length = file.len() as u64;
    put(&mut file, AT_LENGTH, &length.to_le_bytes());
    let checksum = crc32c::crc32c(&file[AT_LENGTH..]);
    put(&mut file, AT_CHECKSUM, &checksum.to_le_bytes());
    file
}

fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    file[at..at + bytes.len()].copy_from_slice(bytes);
}
