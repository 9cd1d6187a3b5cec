use gimli::{AttributeValue, constants as c};
use hashbrown::HashMap;

use crate::dwarf::file::DebugFile;
use crate::dwarf::sections::Slice;

/// Units that share a line program, which is run once for all of them.
pub(crate) struct UnitGroup {
    /// Rows of `DebugFile::units`, ascending.
    pub units: Vec<usize>,
}

/// What a unit's first entry says.
struct Root {
    has_code: bool,
    line_program: Option<usize>,
}

/// The units with code, in groups; those that only others refer to are left out. Go's own units are too when `without_go`: its
/// runtime's tables say more.
pub(crate) fn groups_of(file: &DebugFile<'_>, without_go: bool) -> Vec<UnitGroup> {
    let mut groups: Vec<UnitGroup> = Vec::new();
    let mut by_program: HashMap<usize, usize> = HashMap::new();
    for index in 0..file.units.len() {
        let Some(root) = root_of(file, index, without_go).filter(|root| root.has_code) else {
            continue;
        };
        let next = groups.len();
        let group = match root.line_program {
            Some(offset) => *by_program.entry(offset).or_insert(next),
            None => next,
        };
        if group == next {
            groups.push(UnitGroup { units: Vec::new() });
        }
        groups[group].units.push(index);
    }
    groups
}

fn root_of(file: &DebugFile<'_>, index: usize, without_go: bool) -> Option<Root> {
    let header = &file.units[index];
    match header.type_() {
        gimli::UnitType::Compilation
        | gimli::UnitType::Skeleton(_)
        | gimli::UnitType::SplitCompilation(_) => {}
        _ => return None,
    }
    let abbreviations = file.dwarf.abbreviations(header).ok()?;
    let mut entries = header.entries_raw(&abbreviations, None).ok()?;
    let abbreviation = entries.read_abbreviation().ok()??;
    // dwz makes partial units of what several units have in common, which is never code.
    if !matches!(
        abbreviation.tag(),
        c::DW_TAG_compile_unit | c::DW_TAG_skeleton_unit
    ) {
        return None;
    }
    let mut root = Root {
        // DWARF 2 has no attribute for several ranges.
        has_code: header.version() == 2,
        line_program: None,
    };
    for specification in abbreviation.attributes() {
        let attribute = entries.read_attribute(*specification).ok()?;
        let value: AttributeValue<Slice<'_>> = attribute.value();
        match attribute.name() {
            c::DW_AT_low_pc | c::DW_AT_ranges => root.has_code = true,
            c::DW_AT_stmt_list => {
                if let AttributeValue::DebugLineRef(offset) = value {
                    root.line_program = Some(offset.0);
                }
            }
            c::DW_AT_language if without_go && value == AttributeValue::Language(c::DW_LANG_Go) => {
                return None;
            }
            _ => {}
        }
    }
    Some(root)
}
