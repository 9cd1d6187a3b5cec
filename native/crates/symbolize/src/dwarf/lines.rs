use gimli::{IncompleteLineProgram, LineProgramHeader};

use crate::dwarf::code_regions::CodeRegions;
use crate::dwarf::sections::Slice;

/// `file` of a row behind which no code follows.
pub(crate) const END: u32 = u32::MAX;

/// From `address` on, up to the next row: a line of a file. Both as the program has them: the file is an index of its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub address: u64,
    pub file: u32,
    pub line: u32,
}

/// A run of code without gaps: its first row and the one that ends it.
struct Sequence {
    start: u64,
    end: u64,
    rows: std::ops::Range<usize>,
}

/// DWARF 5, 6.2.5.2 and 6.2.5.3.
mod opcode {
    pub const EXTENDED: u8 = 0;
    pub const COPY: u8 = 1;
    pub const ADVANCE_PC: u8 = 2;
    pub const ADVANCE_LINE: u8 = 3;
    pub const SET_FILE: u8 = 4;
    pub const SET_COLUMN: u8 = 5;
    pub const NEGATE_STATEMENT: u8 = 6;
    pub const SET_BASIC_BLOCK: u8 = 7;
    pub const CONST_ADD_PC: u8 = 8;
    pub const FIXED_ADVANCE_PC: u8 = 9;
    pub const SET_PROLOGUE_END: u8 = 10;
    pub const SET_EPILOGUE_BEGIN: u8 = 11;
    pub const SET_ISA: u8 = 12;
    pub const END_SEQUENCE: u8 = 1;
    pub const SET_ADDRESS: u8 = 2;
}

/// Runs a line number program: rows in ascending order, of code that is there, with an `END` row behind each run of it. Of rows
/// for one address the last holds. A program that breaks off gives the runs that were whole.
pub(crate) fn rows_of(
    program: &IncompleteLineProgram<Slice<'_>>,
    regions: &CodeRegions,
) -> Vec<Row> {
    let mut machine = Machine::new(program.header(), regions);
    // Its error is that the program breaks off.
    let _ = machine.run(program.header().raw_program_buf().slice());
    in_order(machine.rows, machine.sequences)
}

struct Machine<'a> {
    line_base: i64,
    line_range: u8,
    opcode_base: u8,
    minimum_instruction: u64,
    operand_counts: &'a [u8],
    regions: &'a CodeRegions,
    rows: Vec<Row>,
    sequences: Vec<Sequence>,
    /// Of `rows`, where the current sequence begins.
    first: usize,
    address: u64,
    file: u32,
    line: u32,
}

struct BrokenOff;

impl<'a> Machine<'a> {
    fn new(header: &'a LineProgramHeader<Slice<'_>>, regions: &'a CodeRegions) -> Self {
        Self {
            line_base: header.line_base().into(),
            // The header was refused if it is 0.
            line_range: header.line_range().max(1),
            opcode_base: header.opcode_base(),
            minimum_instruction: header.minimum_instruction_length().into(),
            operand_counts: header.standard_opcode_lengths().slice(),
            regions,
            rows: Vec::new(),
            sequences: Vec::new(),
            first: 0,
            address: 0,
            file: 1,
            line: 1,
        }
    }

    fn run(&mut self, program: &[u8]) -> Result<(), BrokenOff> {
        let mut rest = program;
        while let Some((&code, behind)) = rest.split_first() {
            rest = behind;
            if code >= self.opcode_base {
                let adjusted = code - self.opcode_base;
                self.advance(u64::from(adjusted / self.line_range));
                self.add_lines(self.line_base + i64::from(adjusted % self.line_range));
                self.push();
            } else {
                rest = self.standard(code, rest)?;
            }
        }
        Ok(())
    }

    fn standard<'p>(&mut self, code: u8, mut rest: &'p [u8]) -> Result<&'p [u8], BrokenOff> {
        match code {
            opcode::EXTENDED => {
                let length = unsigned(&mut rest)?;
                let length = usize::try_from(length).map_err(|_| BrokenOff)?;
                let (instruction, behind) = rest.split_at_checked(length).ok_or(BrokenOff)?;
                self.extended(instruction);
                return Ok(behind);
            }
            opcode::COPY => self.push(),
            opcode::ADVANCE_PC => {
                let count = unsigned(&mut rest)?;
                self.advance(count);
            }
            opcode::ADVANCE_LINE => {
                let count = signed(&mut rest)?;
                self.add_lines(count);
            }
            opcode::SET_FILE => {
                self.file = u32::try_from(unsigned(&mut rest)?).unwrap_or(END - 1);
            }
            opcode::CONST_ADD_PC => {
                self.advance(u64::from((255 - self.opcode_base) / self.line_range));
            }
            opcode::FIXED_ADVANCE_PC => {
                let (count, behind) = rest.split_at_checked(2).ok_or(BrokenOff)?;
                let count = u16::from_le_bytes(count.try_into().unwrap_or_default());
                self.address = self.address.wrapping_add(count.into());
                rest = behind;
            }
            opcode::SET_COLUMN | opcode::SET_ISA => {
                unsigned(&mut rest)?;
            }
            opcode::NEGATE_STATEMENT
            | opcode::SET_BASIC_BLOCK
            | opcode::SET_PROLOGUE_END
            | opcode::SET_EPILOGUE_BEGIN => {}
            unknown => {
                let count = self.operand_counts.get(usize::from(unknown) - 1);
                for _ in 0..count.copied().unwrap_or(0) {
                    unsigned(&mut rest)?;
                }
            }
        }
        Ok(rest)
    }

    fn extended(&mut self, instruction: &[u8]) {
        match instruction.split_first() {
            Some((&opcode::END_SEQUENCE, _)) => self.end_sequence(),
            Some((&opcode::SET_ADDRESS, address)) => {
                let mut bytes = [0; 8];
                let length = address.len().min(8);
                bytes[..length].copy_from_slice(&address[..length]);
                self.address = u64::from_le_bytes(bytes);
            }
            _ => {}
        }
    }

    fn advance(&mut self, count: u64) {
        let bytes = count.wrapping_mul(self.minimum_instruction);
        self.address = self.address.wrapping_add(bytes);
    }

    fn add_lines(&mut self, count: i64) {
        self.line = i64::from(self.line)
            .saturating_add(count)
            .clamp(0, i64::from(u32::MAX)) as u32;
    }

    fn push(&mut self) {
        let row = Row {
            address: self.address,
            file: self.file,
            line: self.line,
        };
        if self.rows.len() > self.first {
            let last = self.rows.len() - 1;
            let before = self.rows[last];
            if before.address == row.address {
                self.rows[last] = row;
                return;
            }
            // Columns and statements begin rows too; what the line says does not change there. And rows never go back.
            if (before.file, before.line) == (row.file, row.line) || row.address < before.address {
                return;
            }
        }
        self.rows.push(row);
    }

    fn end_sequence(&mut self) {
        let first = self.first;
        let start = self.rows.get(first).map(|row| row.address);
        let end = start.and_then(|start| self.regions.end_of(start, self.address));
        match (start, end) {
            (Some(start), Some(end)) => {
                while self.rows.last().is_some_and(|row| row.address >= end) {
                    self.rows.pop();
                }
                self.rows.push(Row {
                    address: end,
                    file: END,
                    line: 0,
                });
                self.sequences.push(Sequence {
                    start,
                    end,
                    rows: first..self.rows.len(),
                });
            }
            // Code that the linker left out, or nothing at all.
            _ => self.rows.truncate(first),
        }
        self.first = self.rows.len();
        self.address = 0;
        self.file = 1;
        self.line = 1;
    }
}

/// Sequences come in the order of the source; where they overlap, the one that starts first holds.
fn in_order(mut rows: Vec<Row>, mut sequences: Vec<Sequence>) -> Vec<Row> {
    let is_ordered = |pair: &[Sequence]| pair[0].end <= pair[1].start;
    if sequences.windows(2).all(is_ordered) {
        rows.truncate(sequences.last().map_or(0, |last| last.rows.end));
        return rows;
    }
    sequences.sort_by_key(|sequence| sequence.start);
    let mut ordered = Vec::with_capacity(rows.len());
    let mut end = 0;
    for sequence in sequences {
        if sequence.end <= end {
            continue;
        }
        let rows = &rows[sequence.rows];
        let hidden = rows.partition_point(|row| row.address < end);
        let mut rest = &rows[hidden..];
        if hidden > 0 && rest.first().is_none_or(|row| row.address > end) {
            ordered.push(Row {
                address: end,
                ..rows[hidden - 1]
            });
        } else if rest.first().is_some_and(|row| row.file == END) {
            rest = &[];
        }
        ordered.extend_from_slice(rest);
        end = sequence.end;
    }
    ordered
}

fn unsigned(rest: &mut &[u8]) -> Result<u64, BrokenOff> {
    let mut value = 0;
    let mut shift = 0;
    loop {
        let (&byte, behind) = rest.split_first().ok_or(BrokenOff)?;
        *rest = behind;
        if shift < 64 {
            value |= u64::from(byte & 0x7f) << shift;
        }
        if byte & 0x80 == 0 {
            return Ok(value);
        }
        shift += 7;
    }
}

fn signed(rest: &mut &[u8]) -> Result<i64, BrokenOff> {
    let mut value: i64 = 0;
    let mut shift = 0;
    loop {
        let (&byte, behind) = rest.split_first().ok_or(BrokenOff)?;
        *rest = behind;
        if shift < 64 {
            value |= i64::from(byte & 0x7f) << shift;
        }
        shift += 7;
        if byte & 0x80 == 0 {
            if shift < 64 && byte & 0x40 != 0 {
                value |= -1 << shift;
            }
            return Ok(value);
        }
    }
}
