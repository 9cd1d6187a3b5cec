use std::borrow::Cow;

use hashbrown::HashMap;

use crate::assembly::PartOfCode;
use crate::error::{ErrorCode, SymbolizeError};
use crate::go::table::{GoFunction, GoTable, u32_at};
use crate::go::values::Values;
use crate::index::format::NONE;
use crate::index::{Location, Locations};

/// Functions put together at once.
const FUNCTIONS_A_PART: usize = 4096;
/// Calls inlined into each other at most; the compiler stops far before.
const MAX_INLINED: usize = 256;
/// Steps through tables by byte of the whole: functions share tables, a few of them and not all.
const STEPS_A_BYTE: u64 = 16;
const STEPS_LEAST: u64 = 1 << 20;

/// Reads all functions.
pub(crate) fn read(
    table: &GoTable<'_, '_>,
    take: &mut dyn FnMut(&PartOfCode<'_>) -> Result<(), SymbolizeError>,
) -> Result<bool, SymbolizeError> {
    let mut steps = STEPS_LEAST.saturating_add(table.bytes.len() as u64 * STEPS_A_BYTE);
    let mut any = false;
    for first in (0..table.count).step_by(FUNCTIONS_A_PART) {
        let mut part = Part::new(table);
        for index in first..table.count.min(first + FUNCTIONS_A_PART) {
            let Some(function) = table.function(index) else {
                continue;
            };
            part.add(&function, &mut steps).ok_or_else(|| {
                SymbolizeError::new(
                    ErrorCode::TooLarge,
                    "The ELF file's Go tables are longer when they are read than its bytes can be.",
                )
            })?;
        }
        let part = part.end();
        any |= !part.ranges.is_empty();
        take(&part)?;
    }
    Ok(any)
}

struct Part<'t, 'e, 'd> {
    table: &'t GoTable<'e, 'd>,
    functions: Vec<Cow<'d, [u8]>>,
    function_ids: HashMap<&'d [u8], u32>,
    files: Vec<Vec<u8>>,
    file_ids: HashMap<&'d [u8], u32>,
    locations: Locations,
    ranges: Vec<(u64, u32)>,
}

/// The tables of one function.
struct Tables<'f, 'd> {
    function: &'f GoFunction<'d>,
    files: Values,
    lines: Values,
    tree_index: Values,
    tree: &'d [u8],
}

impl<'t, 'e, 'd> Part<'t, 'e, 'd> {
    fn new(table: &'t GoTable<'e, 'd>) -> Self {
        Self {
            table,
            functions: Vec::new(),
            function_ids: HashMap::new(),
            files: Vec::new(),
            file_ids: HashMap::new(),
            locations: Locations::new(),
            ranges: Vec::new(),
        }
    }

    fn end(self) -> PartOfCode<'d> {
        PartOfCode {
            texts: Vec::new(),
            functions: self.functions,
            files: self.files,
            locations: self.locations.into_rows(),
            ranges: self.ranges,
        }
    }

    /// `None` when the steps are used up.
    fn add(&mut self, function: &GoFunction<'d>, steps: &mut u64) -> Option<()> {
        let (size, quantum) = (function.size, self.table.quantum);
        let mut read = |bytes: &[u8]| Values::read(bytes, size, quantum, steps);
        let tables = Tables {
            function,
            files: read(self.table.file_table(function))?,
            lines: read(self.table.line_table(function))?,
            tree_index: read(self.table.tree_table(function))?,
            tree: self.table.tree(function),
        };
        let ends = tables
            .files
            .ends()
            .chain(tables.lines.ends())
            .chain(tables.tree_index.ends());
        let mut starts: Vec<u64> = ends.filter(|end| *end < size).collect();
        starts.push(0);
        starts.sort_unstable();
        starts.dedup();
        *steps = steps.checked_sub(starts.len() as u64)?;
        let name = self.function_id(function.name);
        for start in starts {
            let location = self.locate(&tables, name, start);
            self.ranges
                .push((function.start.wrapping_add(start), location));
        }
        self.ranges.push((function.start.wrapping_add(size), NONE));
        Some(())
    }

    /// The chain at a distance from the function's start: each inlined call names its function, and an instruction of the one
    /// that it is inlined at, which tells the line of the call and what that is inlined into (`runtime.inlineUnwinder`).
    fn locate(&mut self, tables: &Tables<'_, 'd>, name: u32, distance: u64) -> u32 {
        let mut chain = Vec::new();
        let mut place = distance;
        loop {
            let call = if chain.len() < MAX_INLINED {
                self.call_at(tables, place)
            } else {
                None
            };
            let line = tables
                .lines
                .at(place)
                .and_then(|line| u32::try_from(line).ok());
            let path = tables
                .files
                .at(place)
                .and_then(|number| self.table.file(tables.function, number));
            let file = path.map_or(NONE, |path| self.file_id(path));
            chain.push((call.map_or(name, |call| call.0), file, line.unwrap_or(0)));
            match call {
                Some((_, parent)) => place = parent,
                None => break,
            }
        }
        let mut parent = NONE;
        for (function, file, line) in chain.into_iter().rev() {
            parent = self.locations.intern(Location {
                function,
                file,
                line,
                parent,
            });
        }
        parent
    }

    /// The inlined call that an instruction belongs to: its function, and where that is inlined.
    fn call_at(&mut self, tables: &Tables<'_, 'd>, distance: u64) -> Option<(u32, u64)> {
        let layout = &self.table.layout.call;
        let index = usize::try_from(tables.tree_index.at(distance)?).ok()?;
        let entry = index.checked_mul(layout.bytes)?;
        let name = self
            .table
            .name(u32_at(tables.tree, entry.checked_add(layout.name)?)?)?;
        let parent = u32_at(tables.tree, entry.checked_add(layout.parent)?)?;
        Some((self.function_id(name), parent.into()))
    }

    fn function_id(&mut self, name: &'d [u8]) -> u32 {
        let next = self.functions.len() as u32;
        let id = *self.function_ids.entry(name).or_insert(next);
        if id == next {
            self.functions.push(printed(name));
        }
        id
    }

    fn file_id(&mut self, path: &'d [u8]) -> u32 {
        let next = self.files.len() as u32;
        let id = *self.file_ids.entry(path).or_insert(next);
        if id == next {
            self.files.push(path.to_vec());
        }
        id
    }
}

/// As the runtime prints names: type arguments are shapes that say nothing (`runtime.funcNameForPrint`).
fn printed(name: &[u8]) -> Cow<'_, [u8]> {
    let (first, last) = (memchr::memchr(b'[', name), memchr::memrchr(b']', name));
    match (first, last) {
        (Some(first), Some(last)) if first < last => {
            Cow::Owned([&name[..first], b"[...]", &name[last + 1..]].concat())
        }
        _ => Cow::Borrowed(name),
    }
}
