use std::sync::Arc;

use gimli::{
    Abbreviations, AttributeValue, DebugInfoOffset, DebugStrOffsetsBase, Dwarf, Section,
    UnitHeader, UnitOffset,
};

use crate::dwarf::sections::Slice;

/// Units of one file at most.
const MAX_UNITS: usize = 4_000_000;
/// Longer names are passed over: no demangler takes them, and nobody reads them. Nor is their end searched further.
const MAX_NAME_BYTES: usize = 32 * 1024;

/// The debug information of one file, and its units to find entries in.
pub(crate) struct DebugFile<'d> {
    pub dwarf: Dwarf<Slice<'d>>,
    /// By offset.
    pub units: Vec<UnitHeader<Slice<'d>>>,
}

/// What is needed of a unit to read one of its entries that another unit refers to.
pub(crate) struct UnitView<'d> {
    pub header: UnitHeader<Slice<'d>>,
    pub abbreviations: Arc<Abbreviations>,
    pub str_offsets_base: DebugStrOffsetsBase<usize>,
}

impl<'d> DebugFile<'d> {
    pub fn new(mut dwarf: Dwarf<Slice<'d>>) -> Self {
        dwarf.populate_abbreviations_cache(gimli::AbbreviationsCacheStrategy::Duplicates);
        let mut units = Vec::new();
        let mut headers = dwarf.units();
        // What follows a broken header cannot be found.
        while let Ok(Some(header)) = headers.next() {
            units.push(header);
            if units.len() == MAX_UNITS {
                break;
            }
        }
        Self { dwarf, units }
    }

    /// The row of the unit that an offset is in, and the offset in it.
    pub fn unit_at(&self, offset: DebugInfoOffset) -> Option<(usize, UnitOffset)> {
        let start = |unit: &UnitHeader<Slice<'d>>| unit.debug_info_offset().map_or(0, |at| at.0);
        let index = self
            .units
            .partition_point(|unit| start(unit) <= offset.0)
            .checked_sub(1)?;
        let inside = UnitOffset(offset.0 - start(&self.units[index]));
        inside
            .is_in_bounds(&self.units[index])
            .then_some((index, inside))
    }

    /// The text of an attribute of a unit with that base of string offsets, of which the end is within reach.
    pub fn text(
        &self,
        header: &UnitHeader<Slice<'d>>,
        base: DebugStrOffsetsBase<usize>,
        value: &AttributeValue<Slice<'d>>,
    ) -> Option<&'d [u8]> {
        self.text_up_to(MAX_NAME_BYTES, header, base, value)
    }

    /// The same for what may be longer than names are.
    pub fn text_up_to(
        &self,
        most: usize,
        header: &UnitHeader<Slice<'d>>,
        base: DebugStrOffsetsBase<usize>,
        value: &AttributeValue<Slice<'d>>,
    ) -> Option<&'d [u8]> {
        let dwarf = &self.dwarf;
        let (section, offset) = match *value {
            AttributeValue::String(text) => {
                return Some(text.slice()).filter(|text| text.len() <= most);
            }
            AttributeValue::DebugStrRef(offset) => (dwarf.debug_str.reader(), offset.0),
            AttributeValue::DebugLineStrRef(offset) => (dwarf.debug_line_str.reader(), offset.0),
            AttributeValue::DebugStrRefSup(offset) => (dwarf.sup()?.debug_str.reader(), offset.0),
            AttributeValue::DebugStrOffsetsIndex(index) => {
                let offsets = &dwarf.debug_str_offsets;
                let offset = offsets.get_str_offset(header.format(), base, index).ok()?;
                (dwarf.debug_str.reader(), offset.0)
            }
            _ => return None,
        };
        text_at(section.slice(), offset, most)
    }
}

impl<'d> UnitView<'d> {
    pub fn of(file: &DebugFile<'d>, index: usize) -> Option<Self> {
        let dwarf = &file.dwarf;
        let header = file.units[index];
        let abbreviations = dwarf.abbreviations(&header).ok()?;
        let mut str_offsets_base =
            DebugStrOffsetsBase::default_for_encoding_and_file(header.encoding(), dwarf.file_type);
        let root = header.entry(&abbreviations, header.root_offset()).ok()?;
        let base = root.attr_value(gimli::DW_AT_str_offsets_base);
        if let Some(AttributeValue::DebugStrOffsetsBase(base)) = base {
            str_offsets_base = base;
        }
        Some(Self {
            header,
            abbreviations,
            str_offsets_base,
        })
    }
}

fn text_at(section: &[u8], offset: usize, most: usize) -> Option<&[u8]> {
    let rest = section.get(offset..)?;
    let reach = &rest[..rest.len().min(most.saturating_add(1))];
    let end = memchr::memchr(0, reach)?;
    Some(&reach[..end])
}
