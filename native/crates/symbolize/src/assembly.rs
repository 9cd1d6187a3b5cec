use std::borrow::Cow;

use crate::error::SymbolizeError;
use crate::index::format::NONE;
use crate::index::{CodeMap, Location};
use crate::ranges::Range;

/// What one source says about a part of the code: ids are its own, and become the index's when all are put together.
pub(crate) struct PartOfCode<'d> {
    pub functions: Vec<Cow<'d, [u8]>>,
    pub files: Vec<Vec<u8>>,
    /// Files whose text the source has itself: row of `files`, text.
    pub texts: Vec<(u32, &'d [u8])>,
    /// A parent always stands before.
    pub locations: Vec<Location>,
    /// Start and location, ascending; `NONE` where the part says nothing.
    pub ranges: Vec<(u64, u32)>,
}

/// Parts of the code as they are put together: their order decides the ids, and which of two that overlap holds.
pub(crate) struct Assembly {
    map: CodeMap,
    /// Of all parts, one after the other.
    ranges: Vec<(u64, u32)>,
    runs: Vec<Run>,
}

/// Code of one part without a gap.
struct Run {
    start: u64,
    end: u64,
    /// Of `ranges`.
    first: usize,
    last: usize,
}

impl Assembly {
    pub fn new() -> Self {
        Self {
            map: CodeMap::new(),
            ranges: Vec::new(),
            runs: Vec::new(),
        }
    }

    pub fn add(&mut self, part: &PartOfCode<'_>) -> Result<(), SymbolizeError> {
        let map = &mut self.map;
        let functions = part.functions.iter().map(|name| map.functions.intern(name));
        let functions: Vec<u32> = functions.collect::<Result<_, _>>()?;
        let files = part.files.iter().map(|path| map.files.intern(path));
        let files: Vec<u32> = files.collect::<Result<_, _>>()?;
        for (file, text) in &part.texts {
            map.texts.add(files[*file as usize], text);
        }
        let mut locations: Vec<u32> = Vec::with_capacity(part.locations.len());
        let renamed = |ids: &[u32], id: u32| ids.get(id as usize).copied().unwrap_or(NONE);
        for location in &part.locations {
            locations.push(map.locations.intern(Location {
                function: renamed(&functions, location.function),
                file: renamed(&files, location.file),
                line: location.line,
                parent: renamed(&locations, location.parent),
            }));
        }
        let mut begun: Option<(u64, usize)> = None;
        for (start, location) in &part.ranges {
            match (begun, *location) {
                (Some((from, first)), NONE) => {
                    self.runs.push(Run {
                        start: from,
                        end: *start,
                        first,
                        last: self.ranges.len(),
                    });
                    begun = None;
                }
                (None, NONE) => {}
                (_, location) => {
                    begun.get_or_insert((*start, self.ranges.len()));
                    self.ranges.push((*start, renamed(&locations, location)));
                }
            }
        }
        Ok(())
    }

    /// Runs of code without a gap so far.
    pub fn run_count(&self) -> usize {
        self.runs.len()
    }

    /// The whole code; `symbols` name what no part speaks of.
    pub fn finish(mut self, symbols: &[Range<'_>]) -> Result<CodeMap, SymbolizeError> {
        // Stable: of two parts that begin together, the first holds.
        self.runs.sort_by_key(|run| run.start);
        let mut fill = Fill {
            map: self.map,
            symbols,
            position: 0,
        };
        let mut end = 0;
        for run in &self.runs {
            if run.end <= end {
                continue;
            }
            if run.start > end {
                fill.with_symbols(end, run.start)?;
            }
            let ranges = &self.ranges[run.first..run.last];
            let hidden = ranges.partition_point(|range| range.0 <= end);
            if run.start < end && hidden > 0 {
                fill.map.push(end, ranges[hidden - 1].1);
            }
            let shown = if run.start < end {
                &ranges[hidden..]
            } else {
                ranges
            };
            for (start, location) in shown {
                fill.map.push(*start, *location);
            }
            end = run.end;
        }
        fill.with_symbols(end, u64::MAX)?;
        Ok(fill.map)
    }
}

struct Fill<'a, 'd> {
    map: CodeMap,
    symbols: &'a [Range<'d>],
    /// Of the first symbol behind the last place that was filled.
    position: usize,
}

impl Fill<'_, '_> {
    /// What symbol tables say of `[from, to)`.
    fn with_symbols(&mut self, from: u64, to: u64) -> Result<(), SymbolizeError> {
        let skipped = self.symbols[self.position..].partition_point(|symbol| symbol.start <= from);
        self.position += skipped;
        let around = self
            .position
            .checked_sub(1)
            .and_then(|at| self.symbols[at].name);
        self.push(from, around)?;
        while let Some(symbol) = self.symbols.get(self.position) {
            if symbol.start >= to {
                break;
            }
            self.push(symbol.start, symbol.name)?;
            self.position += 1;
        }
        Ok(())
    }

    fn push(&mut self, start: u64, name: Option<&[u8]>) -> Result<(), SymbolizeError> {
        let location = match name {
            Some(name) => self.map.named(name)?,
            None => NONE,
        };
        self.map.push(start, location);
        Ok(())
    }
}
