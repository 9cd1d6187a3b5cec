use std::borrow::Cow;

use super::rows::returns_from_signals;
use crate::address_map::{AddressMap, Svma};
use crate::elf::Elf;
use crate::functions::{Functions, Origin};
use crate::gaps::ReadCode;
use crate::go::text_start::text_start_of;
use crate::machine::Machine;
use crate::reader::{EndOfBytes, Read, Reader};
use crate::report::BuildReport;

/// First words of `.gopclntab` (`internal/abi.PCLnTabMagic`). Older tables, of Go 1.15, are not read.
const GO_1_16: u32 = 0xffff_fffa;
const GO_1_18: u32 = 0xffff_fff0;
const GO_1_20: u32 = 0xffff_fff1;
const POINTER_BYTES: u8 = 8;
/// Names are compared with some of the runtime's, all shorter.
const MAX_NAME_BYTES: usize = 48;

/// `internal/abi.FuncFlagTopFrame`, `FuncFlagSPWrite`, `FuncFlagAsm`.
const TOP_FRAME: u8 = 1;
const STACK_POINTER_WRITTEN: u8 = 2;
const ASSEMBLY: u8 = 4;

/// Where a `runtime._func` has what we need (`runtime/runtime2.go`).
#[derive(Clone, Copy)]
struct RecordLayout {
    name: usize,
    depths: usize,
    flags: usize,
}

/// `runtime.pcHeader`, and the parts it names:
///
/// ```text
///  0 u32 magic   4 u16 zero   6 u8 minimum instruction size   7 u8 pointer size
///  8 u64 functions   16 u64 files   24 u64 text start (from 1.18 on)   then offsets of
///  names, compilation units, files, tables by address, functions
/// ```
///
/// The function table has a start and the position of a `_func` per function and a last start: relative to the text's start, in
/// 32 bits, from 1.18 on; addresses, in 64 bits, before.
pub(crate) struct GoTable<'data> {
    bytes: Cow<'data, [u8]>,
    pub machine: Machine,
    magic: u32,
    count: usize,
    names: usize,
    depths: usize,
    functions: usize,
    /// What starts are relative to.
    text: u64,
    /// Smallest size of an instruction; distances are counted in it.
    pub quantum: u64,
}

/// What the table says of one function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GoFunction<'a> {
    pub start: u64,
    pub bytes: u64,
    /// Empty when longer than any we look for.
    pub name: &'a [u8],
    /// The outermost one of its stack: who called it does not matter.
    pub is_top_frame: bool,
    /// It puts the stack pointer elsewhere, which the table does not show.
    pub writes_stack_pointer: bool,
    pub is_assembly: bool,
    /// Position of the stack's depths.
    depths: usize,
}

/// The table of a Go program; `None` for others, and where it cannot be read.
pub(crate) fn go_table_of<'data>(elf: &Elf<'data>, read: ReadCode<'_>) -> Option<GoTable<'data>> {
    let section = elf
        .section(b".gopclntab")
        .or_else(|| elf.section(b".data.rel.ro.gopclntab"))?;
    let mut table = GoTable::parse(section.bytes, elf.machine).ok()?;
    if table.magic != GO_1_16 {
        let first = table.start_at(0).ok()?;
        let header = Reader::at(&table.bytes, 24).ok()?.u64().ok()?;
        table.text = text_start_of(elf, read, section.address, header, first)?;
    }
    Some(table)
}

impl<'data> GoTable<'data> {
    fn parse(bytes: Cow<'data, [u8]>, machine: Machine) -> Read<Self> {
        let mut reader = Reader::new(&bytes);
        let magic = reader.u32()?;
        reader.u16()?;
        let quantum = u64::from(reader.u8()?);
        let pointer = reader.u8()?;
        let count = reader.u64()?;
        let offsets_at = match magic {
            GO_1_16 => 24,
            GO_1_18 | GO_1_20 => 32,
            _ => return Err(EndOfBytes),
        };
        if pointer != POINTER_BYTES || !matches!(quantum, 1 | 4) {
            return Err(EndOfBytes);
        }
        let mut offsets = [0; 5];
        let mut reader = Reader::at(&bytes, offsets_at)?;
        for offset in &mut offsets {
            *offset = usize::try_from(reader.u64()?).map_err(|_| EndOfBytes)?;
        }
        let [names, _, _, depths, functions] = offsets;
        Ok(Self {
            magic,
            machine,
            count: usize::try_from(count).map_err(|_| EndOfBytes)?,
            names,
            depths,
            functions,
            text: 0,
            quantum,
            bytes,
        })
    }

    /// Adds the functions whose stack depths are known.
    pub fn collect(&self, map: &AddressMap, functions: &mut Functions, report: &mut BuildReport) {
        for index in 0..self.count() {
            match self.function(index) {
                Ok(Some(function)) => functions.add(
                    map,
                    (Svma(function.start), function.bytes),
                    Origin::GoTable,
                    (index as u32, 0, 0),
                    report,
                ),
                Ok(None) => {}
                Err(EndOfBytes) => {
                    report.malformed += 1;
                    return;
                }
            }
        }
    }

    /// All functions with stack depths.
    pub fn functions(&self) -> impl Iterator<Item = GoFunction<'_>> {
        (0..self.count())
            .map_while(|index| self.function(index).ok())
            .flatten()
    }

    /// The table ends where the bytes do, whatever the header claims.
    fn count(&self) -> usize {
        self.count.min(self.bytes.len() / self.entry_bytes())
    }

    /// `None` for a function without stack depths: one of C.
    pub fn function(&self, index: usize) -> Read<Option<GoFunction<'_>>> {
        let start = self.start_at(index)?;
        let end = self.start_at(index.checked_add(1).ok_or(EndOfBytes)?)?;
        let record = self.record_at(index)?;
        let layout = self.layout();
        let field = |offset: usize| {
            let position = record.checked_add(offset).ok_or(EndOfBytes)?;
            Reader::at(&self.bytes, position)?.u32()
        };
        let depths = field(layout.depths)? as usize;
        let flags = (field(layout.flags - layout.flags % 4)? >> (layout.flags % 4 * 8)) as u8;
        if depths == 0 || end <= start {
            return Ok(None);
        }
        let name = self.name_at(field(layout.name)?);
        // Nothing called it: the handler returns to its first byte, and a return address is looked up one byte before.
        let start = start.saturating_sub(u64::from(returns_from_signals(name)));
        Ok(Some(GoFunction {
            start: self.text.wrapping_add(start),
            bytes: end - start,
            name,
            is_top_frame: flags & TOP_FRAME != 0,
            writes_stack_pointer: flags & STACK_POINTER_WRITTEN != 0,
            is_assembly: flags & ASSEMBLY != 0,
            depths: self.depths.checked_add(depths).ok_or(EndOfBytes)?,
        }))
    }

    /// Reads the function's stack depths.
    pub fn depths_of(&self, function: &GoFunction<'_>) -> Reader<'_> {
        Reader::at(&self.bytes, function.depths).unwrap_or(Reader::new(&[]))
    }

    /// Whether functions have a flag that tells assembly.
    pub fn tells_assembly(&self) -> bool {
        self.magic != GO_1_16
    }

    fn name_at(&self, offset: u32) -> &[u8] {
        let start = self.names.saturating_add(offset as usize);
        let rest = self.bytes.get(start..).unwrap_or_default();
        let rest = rest.get(..MAX_NAME_BYTES).unwrap_or(rest);
        let length = rest.iter().position(|byte| *byte == 0);
        length
            .and_then(|length| rest.get(..length))
            .unwrap_or_default()
    }

    fn entry_bytes(&self) -> usize {
        if self.magic == GO_1_16 { 16 } else { 8 }
    }

    fn entry(&self, index: usize) -> Read<Reader<'_>> {
        let offset = index.checked_mul(self.entry_bytes()).ok_or(EndOfBytes)?;
        Reader::at(
            &self.bytes,
            self.functions.checked_add(offset).ok_or(EndOfBytes)?,
        )
    }

    fn start_at(&self, index: usize) -> Read<u64> {
        let mut entry = self.entry(index)?;
        if self.magic == GO_1_16 {
            entry.u64()
        } else {
            entry.u32().map(u64::from)
        }
    }

    fn record_at(&self, index: usize) -> Read<usize> {
        let mut entry = self.entry(index)?;
        let record = if self.magic == GO_1_16 {
            entry.u64()?;
            usize::try_from(entry.u64()?).map_err(|_| EndOfBytes)?
        } else {
            entry.u32()?;
            entry.u32()? as usize
        };
        self.functions.checked_add(record).ok_or(EndOfBytes)
    }

    fn layout(&self) -> RecordLayout {
        match self.magic {
            // The entry has 64 bits here.
            GO_1_16 => RecordLayout {
                name: 8,
                depths: 20,
                flags: 41,
            },
            GO_1_18 => RecordLayout {
                name: 4,
                depths: 16,
                flags: 37,
            },
            // The start line came in between.
            _ => RecordLayout {
                name: 4,
                depths: 16,
                flags: 41,
            },
        }
    }
}
