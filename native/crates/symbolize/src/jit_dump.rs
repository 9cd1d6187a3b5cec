use std::collections::{BTreeMap, HashMap};

use crate::perf_map::cut_out;

/// Functions kept at most, and lines of all of them.
const MAX_FUNCTIONS: usize = 1_000_000;
const MAX_LINES: usize = 8_000_000;
const MAX_NAME_BYTES: usize = 1024;
/// `JiTD` on a little endian machine.
const MAGIC: u32 = 0x4a69_5444;
const RECORD_HEADER_BYTES: usize = 16;
const CODE_LOAD: u32 = 0;
const CODE_MOVE: u32 = 1;
const CODE_DEBUG_INFO: u32 = 2;
/// V8 tells lines by addresses as they are in the ELF file that `perf inject` makes of the code, behind its header.
const V8_SHIFT: u64 = 0x40;
const V8_KINDS: [&[u8]; 5] = [b"JS:", b"LazyCompile:", b"Function:", b"Eval:", b"Script:"];
/// Entries of debug information: their bytes before the name, and how far from the code's begin their addresses lie at most.
const ENTRY_BYTES: usize = 16;
const MAX_CODE_BYTES: u64 = 64 << 20;
/// Records are filled up to a multiple of this.
const ALIGNMENT: usize = 8;
/// Row of the source of a line whose name cannot be read.
const NO_FILE: u32 = u32::MAX;
/// A source's name that is that of the entry before.
const SAME_NAME: &[u8] = b"\xff";

/// A JIT's record of its code (`jit-PID.dump`), which tells lines too
/// (`tools/perf/Documentation/jitdump-specification.txt` in Linux). Of functions at one place the last one holds.
#[derive(Default)]
pub struct JitDump {
    /// Start → end and row of `functions`; never overlapping.
    ranges: BTreeMap<u64, (u64, usize)>,
    functions: Vec<Function>,
    files: Vec<Box<str>>,
}

struct Function {
    name: Box<str>,
    /// Where it was made: its lines are told by that address.
    address: u64,
    /// Address, row of `files` and line, ascending.
    lines: Vec<(u64, u32, u32)>,
}

/// What a JIT says of an address. `line` is 1-based, 0 when unknown; `file` is `''` when unknown, also where the line is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JitName<'dump> {
    pub function: &'dump str,
    pub file: &'dump str,
    pub line: u32,
}

impl JitDump {
    /// Empty for bytes that are no such record. A last entry that is not whole, which the JIT may still be writing, and one of
    /// a kind that is not known are passed over.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut dump = Self::default();
        if u32_at(bytes, 0) != Some(MAGIC) {
            return dump;
        }
        let mut reading = Reading::default();
        let mut place = u32_at(bytes, 8).unwrap_or(0) as usize;
        while let (Some(kind), Some(size)) = (u32_at(bytes, place), u32_at(bytes, place + 4)) {
            let Some(record) = bytes
                .get(place..)
                .and_then(|rest| rest.get(..size as usize))
            else {
                break;
            };
            if record.len() < RECORD_HEADER_BYTES || dump.functions.len() == MAX_FUNCTIONS {
                break;
            }
            let body = &record[RECORD_HEADER_BYTES..];
            match kind {
                CODE_LOAD => dump.load(body, &mut reading),
                CODE_MOVE => dump.relocate(body),
                CODE_DEBUG_INFO => dump.read_lines(body, &mut reading),
                _ => None,
            };
            place += record.len();
        }
        dump
    }

    /// What is at an address of the process.
    pub fn resolve(&self, address: u64) -> Option<JitName<'_>> {
        let (start, (end, row)) = self.ranges.range(..=address).next_back()?;
        let function = self.functions.get(*row).filter(|_| address < *end)?;
        // Code that was moved keeps the lines of where it was made.
        let made_at = (address - start).saturating_add(function.address);
        let position = function.lines.partition_point(|line| line.0 <= made_at);
        let line = position.checked_sub(1).map(|row| function.lines[row]);
        Some(JitName {
            function: &function.name,
            file: line
                .and_then(|line| self.files.get(line.1 as usize))
                .map_or("", |file| file),
            line: line.map_or(0, |line| line.2),
        })
    }

    /// Number of ranges.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    fn load(&mut self, body: &[u8], reading: &mut Reading) -> Option<()> {
        let (start, size) = (u64_at(body, 16)?, u64_at(body, 24)?);
        let end = start.checked_add(size).filter(|end| *end > start)?;
        let name = terminated(body.get(40..)?)?;
        let mut lines = reading.lines.remove(&start).unwrap_or_default();
        if V8_KINDS.iter().any(|kind| name.starts_with(kind)) {
            for line in &mut lines {
                line.0 = line.0.saturating_sub(V8_SHIFT);
            }
        }
        self.insert(start, end, self.functions.len());
        self.functions.push(Function {
            name: String::from_utf8_lossy(&name[..name.len().min(MAX_NAME_BYTES)]).into(),
            address: start,
            lines,
        });
        Some(())
    }

    fn relocate(&mut self, body: &[u8]) -> Option<()> {
        let (from, to, size) = (u64_at(body, 16)?, u64_at(body, 24)?, u64_at(body, 32)?);
        let end = to.checked_add(size).filter(|end| *end > to)?;
        let (_, row) = self.ranges.remove(&from)?;
        self.insert(to, end, row);
        Some(())
    }

    fn insert(&mut self, start: u64, end: u64, row: usize) {
        cut_out(&mut self.ranges, start, end);
        self.ranges.insert(start, (end, row));
    }

    fn read_lines(&mut self, body: &[u8], reading: &mut Reading) -> Option<()> {
        let start = u64_at(body, 0)?;
        let count = u64_at(body, 8)? as usize;
        let mut lines = Vec::new();
        let mut place = ENTRY_BYTES;
        let mut file = None;
        while let (Some(address), Some(line)) = (u64_at(body, place), u32_at(body, place + 8)) {
            let Some(name) = body.get(place + ENTRY_BYTES..).and_then(terminated) else {
                break;
            };
            if lines.len() == count || reading.line_count == MAX_LINES {
                break;
            }
            place += ENTRY_BYTES + name.len() + 1;
            if name != SAME_NAME {
                file = Some(self.file(name, reading));
            }
            if let Some(file) = file {
                reading.line_count += 1;
                lines.push((address, file, line));
            }
        }
        let is_whole = lines.len() == count
            && body.len().saturating_sub(place) < ALIGNMENT
            && lines.iter().all(|line| is_in_code(start, line.0));
        if !is_whole {
            lines = lines_without_names(start, count, body).unwrap_or_default();
        }
        lines.sort_by_key(|line| line.0);
        reading.lines.insert(start, lines);
        Some(())
    }

    fn file(&mut self, name: &[u8], reading: &mut Reading) -> u32 {
        let name = &name[..name.len().min(MAX_NAME_BYTES)];
        let next = self.files.len() as u32;
        *reading.files.entry(name.into()).or_insert_with(|| {
            self.files.push(String::from_utf8_lossy(name).into());
            next
        })
    }
}

/// What is not in the dump any more when it has been read.
#[derive(Default)]
struct Reading {
    /// Lines of functions whose code is still to come, by its address.
    lines: HashMap<u64, Vec<(u64, u32, u32)>>,
    line_count: usize,
    files: HashMap<Box<[u8]>, u32>,
}

fn is_in_code(start: u64, address: u64) -> bool {
    address
        .checked_sub(start)
        .is_some_and(|inside| inside < MAX_CODE_BYTES)
}

/// V8 writes names of sources that it has freed already (`LogWriteDebugInfo`), so that any byte may be in them, but as many as
/// the name has: where all are of one length, as all of one source are, the lines can still be read.
fn lines_without_names(start: u64, count: usize, body: &[u8]) -> Option<Vec<(u64, u32, u32)>> {
    let entries = body.get(ENTRY_BYTES..)?;
    let longest = entries.len().checked_div(count)?;
    let shortest = (entries.len() + 1)
        .saturating_sub(ALIGNMENT)
        .div_ceil(count);
    (shortest.max(ENTRY_BYTES + 1)..=longest).find_map(|bytes| {
        let lines = entries.chunks_exact(bytes).take(count).map(|entry| {
            let (address, line) = (u64_at(entry, 0)?, u32_at(entry, 8)?);
            (is_in_code(start, address) && line > 0).then_some((address, NO_FILE, line))
        });
        lines.collect()
    })
}

fn terminated(bytes: &[u8]) -> Option<&[u8]> {
    Some(&bytes[..memchr::memchr(0, bytes)?])
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let end = at.checked_add(4)?;
    Some(u32::from_le_bytes(bytes.get(at..end)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let end = at.checked_add(8)?;
    Some(u64::from_le_bytes(bytes.get(at..end)?.try_into().ok()?))
}

#[cfg(test)]
mod tests;
