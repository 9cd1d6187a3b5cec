use crate::elf::Elf;
use crate::go::image::Image;
use crate::go::layout::*;

const POINTER_BYTES: u8 = 8;
/// Names and paths of sources are not longer.
const MAX_TEXT_BYTES: usize = 32 * 1024;

/// `runtime.pcHeader`, and the parts it names:
///
/// ```text
///  0 u32 magic   4 u16 zero   6 u8 minimum instruction size   7 u8 pointer size   8 u64 functions
///
/// 1.2   16 function table: (u64 start, u64 record) each, u64 end, u32 file table; all offsets from the header
/// 1.16  16 u64 files   24 … 56 u64 offsets of names, units, files, tables by address, functions
/// 1.18  16 u64 files   24 u64 text start (0 from Go 1.26 on)   32 … 64 the same offsets
/// ```
///
/// From 1.18 on the function table has 32 bits for each, and starts are counted from the text's start.
pub(crate) struct GoTable<'e, 'd> {
    pub bytes: &'d [u8],
    pub layout: Layout,
    pub quantum: u64,
    pub count: usize,
    image: Image<'e, 'd>,
    address: u64,
    names: usize,
    units: usize,
    files: usize,
    values: usize,
    functions: usize,
    text: u64,
    /// `go:func.*`
    function_data: u64,
}

/// A function and its record.
pub(crate) struct GoFunction<'d> {
    pub start: u64,
    pub size: u64,
    pub name: &'d [u8],
    record: usize,
}

impl<'e, 'd> GoTable<'e, 'd> {
    /// `None` for other programs, and when the table cannot be read.
    pub fn of(elf: &'e Elf<'d>) -> Option<Self> {
        let names = [&b".gopclntab"[..], b".data.rel.ro.gopclntab"];
        let (address, bytes) = names.iter().find_map(|name| elf.section_bytes(name))?;
        let magic = u32_at(bytes, 0)?;
        let layout = Layout::of(magic)?;
        let quantum = u64::from(*bytes.get(6)?);
        if *bytes.get(7)? != POINTER_BYTES || !matches!(quantum, 1 | 4) {
            return None;
        }
        let place = |at: usize| usize::try_from(u64_at(bytes, at)?).ok();
        let count = place(8)?.min(bytes.len() / (2 * layout.entry_bytes));
        let first = match magic {
            GO_1_16 => 24,
            _ => 32,
        };
        let [names, units, files, values, functions] = if magic == GO_1_2 {
            let file_table = u32_at(bytes, 16 + count * 16 + 8)?;
            [0, 0, file_table as usize, 0, 16]
        } else {
            let mut offsets = [0; 5];
            for (index, offset) in offsets.iter_mut().enumerate() {
                *offset = place(first + index * 8)?;
            }
            offsets
        };
        let mut table = Self {
            bytes,
            layout,
            quantum,
            count,
            image: Image::of(elf),
            address,
            names,
            units,
            files,
            values,
            functions,
            text: 0,
            function_data: 0,
        };
        if let Some(functions) = layout.module_functions {
            let header = u64_at(bytes, 24)?;
            table.find_module(elf, header, functions)?;
        }
        Some(table)
    }

    /// The runtime's module data knows where code and function data are. It begins with the table's address, and is sure to be
    /// it when its first function is the table's. Without it: code as the header says, or where `.text` starts.
    fn find_module(&mut self, elf: &Elf<'_>, header: u64, functions: usize) -> Option<()> {
        let first = u64::from(u32_at(self.bytes, self.functions)?);
        let module = self
            .image
            .places_of(self.address)
            .into_iter()
            .find_map(|place| {
                let field =
                    |offset: usize| self.image.pointer_at(place.wrapping_add(offset as u64));
                let text = field(MODULE_TEXT)?;
                let is_it = text.wrapping_add(first) == field(MODULE_MIN_PC)?;
                is_it.then_some((text, field(functions)?))
            });
        match module {
            Some((text, data)) => (self.text, self.function_data) = (text, data),
            None if header != 0 => self.text = header,
            None => self.text = elf.section_bytes(b".text")?.0,
        }
        Some(())
    }

    pub fn function(&self, index: usize) -> Option<GoFunction<'d>> {
        let entry = index
            .checked_mul(2 * self.layout.entry_bytes)?
            .checked_add(self.functions)?;
        let number = |at: usize| match self.layout.entry_bytes {
            4 => u32_at(self.bytes, at).map(u64::from),
            _ => u64_at(self.bytes, at),
        };
        let start = number(entry)?;
        let record = usize::try_from(number(entry.checked_add(self.layout.entry_bytes)?)?).ok()?;
        let end = number(entry.checked_add(2 * self.layout.entry_bytes)?)?;
        // Before 1.16 records are found from the header, later from the function table.
        let base = if self.layout.record.unit.is_none() {
            0
        } else {
            self.functions
        };
        let record = record.checked_add(base)?;
        let name = u32_at(self.bytes, record.checked_add(self.layout.record.name)?)?;
        Some(GoFunction {
            start: self.text.wrapping_add(start),
            size: end.checked_sub(start)?,
            name: self.name(name)?,
            record,
        })
    }

    pub fn name(&self, offset: u32) -> Option<&'d [u8]> {
        self.text_at(self.names.checked_add(offset as usize)?)
    }

    fn field(&self, function: &GoFunction<'_>, offset: usize) -> Option<u32> {
        u32_at(self.bytes, function.record.checked_add(offset)?)
    }

    fn values_at(&self, offset: u32) -> &'d [u8] {
        // 0 means that there is none.
        let place = (offset != 0)
            .then(|| self.values.checked_add(offset as usize))
            .flatten();
        place
            .and_then(|place| self.bytes.get(place..))
            .unwrap_or_default()
    }

    pub fn file_table(&self, function: &GoFunction<'_>) -> &'d [u8] {
        self.values_at(self.field(function, self.layout.record.files).unwrap_or(0))
    }

    pub fn line_table(&self, function: &GoFunction<'_>) -> &'d [u8] {
        self.values_at(self.field(function, self.layout.record.lines).unwrap_or(0))
    }

    pub fn tree_table(&self, function: &GoFunction<'_>) -> &'d [u8] {
        let record = &self.layout.record;
        let count = self.field(function, record.value_tables).unwrap_or(0) as usize;
        if count <= TREE_INDEX_TABLE {
            return &[];
        }
        self.values_at(
            self.field(function, record.bytes + TREE_INDEX_TABLE * 4)
                .unwrap_or(0),
        )
    }

    /// The path behind a number of the file table.
    pub fn file(&self, function: &GoFunction<'_>, number: i32) -> Option<&'d [u8]> {
        let number = usize::try_from(number).ok()?;
        let Some(unit) = self.layout.record.unit else {
            let offset = u32_at(self.bytes, self.files.checked_add(number.checked_mul(4)?)?)?;
            return self.text_at(offset as usize);
        };
        let row = (self.field(function, unit)? as usize).checked_add(number)?;
        let offset = u32_at(self.bytes, self.units.checked_add(row.checked_mul(4)?)?)?;
        if offset == u32::MAX {
            return None;
        }
        self.text_at(self.files.checked_add(offset as usize)?)
    }

    /// The function's inline tree; empty when nothing is inlined into it.
    pub fn tree(&self, function: &GoFunction<'_>) -> &'d [u8] {
        self.find_tree(function).unwrap_or_default()
    }

    fn find_tree(&self, function: &GoFunction<'_>) -> Option<&'d [u8]> {
        let record = &self.layout.record;
        let count = *self
            .bytes
            .get(function.record.checked_add(record.function_data)?)?;
        if usize::from(count) <= self.layout.tree {
            return None;
        }
        let tables = self.field(function, record.value_tables)? as usize;
        let behind = record.bytes.checked_add(tables.checked_mul(4)?)?;
        let address = match self.layout.tree_place {
            TreePlace::Offset => {
                let offset = self.field(function, behind.checked_add(self.layout.tree * 4)?)?;
                if offset == u32::MAX || self.function_data == 0 {
                    return None;
                }
                self.function_data.checked_add(offset.into())?
            }
            TreePlace::Address => {
                let first = self
                    .address
                    .checked_add(function.record.checked_add(behind)? as u64)?;
                let place = first
                    .next_multiple_of(8)
                    .checked_add(self.layout.tree as u64 * 8)?;
                self.image
                    .pointer_at(place)
                    .filter(|address| *address != 0)?
            }
        };
        self.image.bytes_at(address)
    }

    fn text_at(&self, place: usize) -> Option<&'d [u8]> {
        let rest = self.bytes.get(place..)?;
        let reach = &rest[..rest.len().min(MAX_TEXT_BYTES)];
        let end = memchr::memchr(0, reach)?;
        Some(&reach[..end])
    }
}

pub(crate) fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    let end = offset.checked_add(4)?;
    Some(u32::from_le_bytes(bytes.get(offset..end)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    let end = offset.checked_add(8)?;
    Some(u64::from_le_bytes(bytes.get(offset..end)?.try_into().ok()?))
}
