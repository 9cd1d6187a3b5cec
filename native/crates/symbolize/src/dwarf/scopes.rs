use gimli::{AttributeValue, EntriesRaw, RangeListsOffset, Unit, constants as c};

use crate::dwarf::budget::Budget;
use crate::dwarf::code_regions::CodeRegions;
use crate::dwarf::file::UnitView;
use crate::dwarf::names::{Elsewhere, Files, FunctionNames, Naming};
use crate::dwarf::sections::Slice;
use crate::error::SymbolizeError;
use crate::index::format::NONE;

/// A function, or a call of one that is inlined into `parent`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope {
    /// Id of its name, or `NONE`.
    pub function: u32,
    /// Index of the scope that it is inlined into, smaller than its own, or `NONE`.
    pub parent: u32,
    /// Where it is called from: file of the line program's header, and line.
    pub call_file: u32,
    pub call_line: u32,
}

/// Code `[start, end)` of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScopeRange {
    pub start: u64,
    pub end: u64,
    pub scope: u32,
}

/// Functions and inlined calls of a group of units, in the order of their entries: whatever is inlined comes after what it is
/// inlined into.
#[derive(Default)]
pub(crate) struct Scopes {
    pub scopes: Vec<Scope>,
    pub ranges: Vec<ScopeRange>,
}

/// A unit as its entries are read.
pub(crate) struct OpenUnit<'a, 'd> {
    pub files: Files<'a, 'd>,
    pub view: &'a UnitView<'d>,
    /// With the bases of its tables.
    pub unit: &'a Unit<Slice<'d>>,
    pub regions: &'a CodeRegions,
    pub budget: &'a Budget,
}

/// What an entry says of its code.
#[derive(Default)]
struct Extent {
    low: Option<u64>,
    high: Option<High>,
    ranges: Option<RangeListsOffset>,
}

enum High {
    Address(u64),
    Length(u64),
}

impl Scopes {
    /// Adds the scopes of a unit. What follows a broken entry is left out.
    pub fn add_unit<'d>(
        &mut self,
        open: &OpenUnit<'_, 'd>,
        names: &mut FunctionNames<'d>,
        elsewhere: &mut Elsewhere<'d>,
    ) -> Result<(), SymbolizeError> {
        names.begin_unit();
        let Ok(mut entries) = open.view.header.entries_raw(&open.view.abbreviations, None) else {
            return Ok(());
        };
        // Scopes around the current entry: depth and index, `NONE` for a function without code.
        let mut around: Vec<(isize, u32)> = Vec::new();
        while !entries.is_empty() {
            let depth = entries.next_depth();
            let abbreviation = match entries.read_abbreviation() {
                Ok(Some(abbreviation)) => abbreviation,
                Ok(None) => continue,
                Err(_) => break,
            };
            while around.last().is_some_and(|(other, _)| *other >= depth) {
                around.pop();
            }
            let is_inlined = abbreviation.tag() == c::DW_TAG_inlined_subroutine;
            if !is_inlined && abbreviation.tag() != c::DW_TAG_subprogram {
                if entries.skip_attributes(abbreviation.attributes()).is_err() {
                    break;
                }
                continue;
            }
            let parent = match around.last() {
                Some((_, parent)) if is_inlined => *parent,
                _ => NONE,
            };
            if is_inlined && parent == NONE {
                if entries.skip_attributes(abbreviation.attributes()).is_err() {
                    break;
                }
                continue;
            }
            let Some((naming, extent, call)) = open.read(&mut entries, abbreviation.attributes())
            else {
                break;
            };
            let index = self.scopes.len() as u32;
            // Calls inlined into one without code of its own are inlined into it all the same.
            let is_scope = self.add_ranges(open, &extent, index)?
                || (is_inlined && abbreviation.has_children());
            if is_scope {
                self.scopes.push(Scope {
                    function: names.resolve(open.files, elsewhere, open.view, &naming),
                    parent,
                    call_file: call.0,
                    call_line: call.1,
                });
            }
            if abbreviation.has_children() {
                around.push((depth, if is_scope { index } else { NONE }));
            }
        }
        Ok(())
    }

    /// Whether there were any.
    fn add_ranges(
        &mut self,
        open: &OpenUnit<'_, '_>,
        extent: &Extent,
        scope: u32,
    ) -> Result<bool, SymbolizeError> {
        let before = self.ranges.len();
        let mut push = |start, end| {
            if let Some(end) = open.regions.end_of(start, end) {
                self.ranges.push(ScopeRange { start, end, scope });
            }
        };
        if let Some(offset) = extent.ranges {
            if let Ok(mut list) = open.files.file.dwarf.ranges(open.unit, offset) {
                let mut count = 0;
                while let Ok(Some(range)) = list.next() {
                    push(range.begin, range.end);
                    count += 1;
                    if count == 1024 {
                        open.budget.take_ranges(count)?;
                        count = 0;
                    }
                }
                open.budget.take_ranges(count)?;
            }
        } else if let (Some(low), Some(high)) = (extent.low, &extent.high) {
            push(
                low,
                match high {
                    High::Address(end) => *end,
                    High::Length(length) => low.saturating_add(*length),
                },
            );
        }
        Ok(self.ranges.len() > before)
    }
}

impl<'d> OpenUnit<'_, 'd> {
    /// Reads an entry: what it says of its name, its code, and the place it is called from.
    fn read(
        &self,
        entries: &mut EntriesRaw<'_, Slice<'d>>,
        specifications: &[gimli::AttributeSpecification],
    ) -> Option<(Naming<'d>, Extent, (u32, u32))> {
        let mut naming = Naming::default();
        let mut extent = Extent::default();
        let mut call = (0, 0);
        for specification in specifications {
            let attribute = entries.read_attribute(*specification).ok()?;
            match attribute.name() {
                c::DW_AT_low_pc => extent.low = self.address(&attribute.value()),
                c::DW_AT_high_pc => {
                    let value = attribute.value();
                    extent.high = match self.address(&value) {
                        Some(address) => Some(High::Address(address)),
                        None => value.udata_value().map(High::Length),
                    };
                }
                c::DW_AT_ranges => {
                    let dwarf = &self.files.file.dwarf;
                    extent.ranges = dwarf
                        .attr_ranges_offset(self.unit, attribute.value())
                        .ok()?;
                }
                c::DW_AT_call_file => call.0 = small(&attribute.value()),
                c::DW_AT_call_line => call.1 = small(&attribute.value()),
                _ => naming.read(self.files.file, self.view, &attribute),
            }
        }
        Some((naming, extent, call))
    }

    fn address(&self, value: &AttributeValue<Slice<'d>>) -> Option<u64> {
        let dwarf = &self.files.file.dwarf;
        dwarf.attr_address(self.unit, *value).ok().flatten()
    }
}

fn small(value: &AttributeValue<Slice<'_>>) -> u32 {
    let number = match value {
        AttributeValue::FileIndex(index) => Some(*index),
        other => other.udata_value(),
    };
    number
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or(0)
}
