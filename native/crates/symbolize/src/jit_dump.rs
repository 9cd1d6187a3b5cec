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

/// What a JIT says of an address. `line` is 1-based, 0 when unknown; `file` is `''` when unknown.
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
            file: line.map_or("", |line| &self.files[line.1 as usize]),
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
        self.insert(start, end, self.functions.len());
        self.functions.push(Function {
            name: String::from_utf8_lossy(&name[..name.len().min(MAX_NAME_BYTES)]).into(),
            address: start,
            lines: reading.lines.remove(&start).unwrap_or_default(),
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
        let mut lines = Vec::new();
        let mut place = 16;
        let mut file = None;
        while let (Some(address), Some(line)) = (u64_at(body, place), u32_at(body, place + 8)) {
            let Some(name) = body.get(place + 16..).and_then(terminated) else {
                break;
            };
            if reading.line_count == MAX_LINES {
                break;
            }
            place += 16 + name.len() + 1;
            if name != SAME_NAME {
                file = Some(self.file(name, reading));
            }
            if let Some(file) = file {
                reading.line_count += 1;
                lines.push((address, file, line));
            }
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
mod tests {
    use super::*;

    fn record(kind: u32, body: &[u8]) -> Vec<u8> {
        let size = (RECORD_HEADER_BYTES + body.len()) as u32;
        [&kind.to_le_bytes()[..], &size.to_le_bytes(), &[0; 8], body].concat()
    }

    fn numbers(list: &[u64]) -> Vec<u8> {
        list.iter()
            .flat_map(|number| number.to_le_bytes())
            .collect()
    }

    fn load(start: u64, size: u64, name: &str) -> Vec<u8> {
        let body = [
            numbers(&[0, 0, start, size, 0]),
            name.as_bytes().to_vec(),
            vec![0, 0xc3],
        ]
        .concat();
        record(CODE_LOAD, &body)
    }

    fn lines(start: u64, entries: &[(u64, u32, &[u8])]) -> Vec<u8> {
        let mut body = numbers(&[start, entries.len() as u64]);
        for (address, line, name) in entries {
            body.extend(numbers(&[*address]));
            body.extend(line.to_le_bytes());
            body.extend([0; 4]);
            body.extend(*name);
            body.push(0);
        }
        record(CODE_DEBUG_INFO, &body)
    }

    fn dump(records: &[Vec<u8>]) -> Vec<u8> {
        let header = [
            &MAGIC.to_le_bytes()[..],
            &1u32.to_le_bytes(),
            &40u32.to_le_bytes(),
            &[0; 28],
        ]
        .concat();
        [header, records.concat()].concat()
    }

    fn at(bytes: &[u8], addresses: &[u64]) -> Vec<String> {
        let dump = JitDump::parse(bytes);
        let shown = addresses
            .iter()
            .map(|address| match dump.resolve(*address) {
                Some(name) => format!("{} {}:{}", name.function, name.file, name.line),
                None => "-".into(),
            });
        shown.collect()
    }

    #[test]
    fn functions_with_lines_and_the_last_one_holds() {
        let bytes = dump(&[
            lines(
                0x100,
                &[
                    (0x100, 1, b"a.js"),
                    (0x110, 2, SAME_NAME),
                    (0x120, 9, b"b.js"),
                ],
            ),
            load(0x100, 0x40, "render"),
            load(0x130, 0x10, "other"),
        ]);
        assert_eq!(
            at(&bytes, &[0xff, 0x105, 0x11f, 0x12f, 0x130, 0x140]),
            [
                "-",
                "render a.js:1",
                "render a.js:2",
                "render b.js:9",
                "other :0",
                "-"
            ]
        );
    }

    #[test]
    fn code_that_was_moved_keeps_its_lines() {
        let bytes = dump(&[
            lines(0x100, &[(0x100, 1, b"a.js"), (0x110, 2, SAME_NAME)]),
            load(0x100, 0x40, "render"),
            record(CODE_MOVE, &numbers(&[0, 0, 0x100, 0x500, 0x40, 0])),
        ]);
        assert_eq!(at(&bytes, &[0x100, 0x510]), ["-", "render a.js:2"]);
    }

    #[test]
    fn what_is_not_whole_is_passed_over() {
        let bytes = dump(&[load(0x100, 0x40, "render"), load(0x200, 0x40, "late")]);
        assert_eq!(
            at(&bytes[..bytes.len() - 1], &[0x100, 0x200]),
            ["render :0", "-"]
        );
        for length in 0..bytes.len() {
            JitDump::parse(&bytes[..length]);
        }
    }
}
