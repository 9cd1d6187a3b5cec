use std::sync::Arc;

use gimli::{Attribute, AttributeValue, DebugInfoOffset, UnitOffset, constants as c};
use hashbrown::HashMap;

use crate::dwarf::file::{DebugFile, UnitView};
use crate::dwarf::sections::Slice;
use crate::index::format::NONE;

/// From an inlined call to its abstract function, from there to its declaration; more steps than these are a circle.
const MAX_STEPS: usize = 16;

/// The entry that says what a function or an inlined call is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reference {
    Unit(UnitOffset),
    File(DebugInfoOffset),
    /// In the file that dwz moved to what several files have in common.
    Alternate(DebugInfoOffset),
}

impl Reference {
    pub fn of(value: &AttributeValue<Slice<'_>>) -> Option<Self> {
        match *value {
            AttributeValue::UnitRef(offset) => Some(Self::Unit(offset)),
            AttributeValue::DebugInfoRef(offset) => Some(Self::File(offset)),
            AttributeValue::DebugInfoRefSup(offset) => Some(Self::Alternate(offset)),
            _ => None,
        }
    }
}

/// What an entry says about its name.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Naming<'d> {
    pub linkage: Option<&'d [u8]>,
    pub short: Option<&'d [u8]>,
    pub origin: Option<Reference>,
    pub specification: Option<Reference>,
}

impl<'d> Naming<'d> {
    /// Takes one attribute in, if it is about the name.
    pub fn read(
        &mut self,
        file: &DebugFile<'d>,
        view: &UnitView<'d>,
        attribute: &Attribute<Slice<'d>>,
    ) {
        let text = || {
            let value = attribute.raw_value();
            file.text(&view.header, view.str_offsets_base, &value)
        };
        match attribute.name() {
            c::DW_AT_linkage_name | c::DW_AT_MIPS_linkage_name => self.linkage = text(),
            c::DW_AT_name => self.short = text(),
            c::DW_AT_abstract_origin => self.origin = Reference::of(&attribute.raw_value()),
            c::DW_AT_specification => self.specification = Reference::of(&attribute.raw_value()),
            _ => {}
        }
    }
}

/// The files that entries may refer to.
#[derive(Clone, Copy)]
pub(crate) struct Files<'a, 'd> {
    pub file: &'a DebugFile<'d>,
    pub alternate: Option<&'a DebugFile<'d>>,
}

/// What was found in other units, kept over the groups that one thread reads.
#[derive(Default)]
pub(crate) struct Elsewhere<'d> {
    names: HashMap<Reference, Option<&'d [u8]>>,
    /// By row of the file's or the alternate's units.
    views: HashMap<(bool, usize), Option<Arc<UnitView<'d>>>>,
}

impl<'d> Elsewhere<'d> {
    fn view(
        &mut self,
        file: &DebugFile<'d>,
        is_alternate: bool,
        index: usize,
    ) -> Option<Arc<UnitView<'d>>> {
        let view = || UnitView::of(file, index).map(Arc::new);
        self.views
            .entry((is_alternate, index))
            .or_insert_with(view)
            .clone()
    }
}

/// Names of the functions of a group of units, each once. Ids count up from 0.
pub(crate) struct FunctionNames<'d> {
    pub names: Vec<&'d [u8]>,
    /// By where the name's bytes are: the same text elsewhere becomes one when groups are put together.
    by_place: HashMap<(usize, usize), u32>,
    /// By the entry in the current unit.
    in_unit: HashMap<UnitOffset, u32>,
}

impl<'d> FunctionNames<'d> {
    pub fn new() -> Self {
        Self {
            names: Vec::new(),
            by_place: HashMap::new(),
            in_unit: HashMap::new(),
        }
    }

    /// Forgets what offsets in the unit before meant.
    pub fn begin_unit(&mut self) {
        self.in_unit.clear();
    }

    pub fn id_of(&mut self, name: &'d [u8]) -> u32 {
        let next = self.names.len() as u32;
        let id = *self
            .by_place
            .entry((name.as_ptr() as usize, name.len()))
            .or_insert(next);
        if id == next {
            self.names.push(name);
        }
        id
    }

    /// The id of an entry's linkage name, or else its name, through what it refers to; `NONE` when it has none.
    pub fn resolve(
        &mut self,
        files: Files<'_, 'd>,
        elsewhere: &mut Elsewhere<'d>,
        view: &UnitView<'d>,
        naming: &Naming<'d>,
    ) -> u32 {
        if let Some(linkage) = naming.linkage {
            return self.id_of(linkage);
        }
        let next = naming.origin.or(naming.specification);
        let Some(reference) = next else {
            return naming.short.map_or(NONE, |short| self.id_of(short));
        };
        if let (Reference::Unit(offset), None) = (reference, naming.short) {
            if let Some(id) = self.in_unit.get(&offset) {
                return *id;
            }
            let name = follow(files, elsewhere, view, reference, None);
            let id = name.map_or(NONE, |name| self.id_of(name));
            self.in_unit.insert(offset, id);
            return id;
        }
        let name = follow(files, elsewhere, view, reference, naming.short);
        name.map_or(NONE, |name| self.id_of(name))
    }
}

/// The linkage name of the entry, or of one that it refers to; else the first short name on the way, or the one given.
fn follow<'d>(
    files: Files<'_, 'd>,
    elsewhere: &mut Elsewhere<'d>,
    view: &UnitView<'d>,
    reference: Reference,
    short: Option<&'d [u8]>,
) -> Option<&'d [u8]> {
    let mut best = short;
    let mut next = Some(reference);
    let mut entered: Option<Arc<UnitView<'d>>> = None;
    let mut file = files.file;
    // The first reference that leaves the unit, under which the answer is remembered.
    let mut left: Option<Reference> = None;
    for _ in 0..MAX_STEPS {
        let Some(reference) = next else { break };
        let (other, offset) = match reference {
            Reference::Unit(offset) => (None, offset),
            Reference::File(offset) => (Some((file, offset)), UnitOffset(0)),
            Reference::Alternate(offset) => match files.alternate {
                Some(alternate) => (Some((alternate, offset)), UnitOffset(0)),
                None => break,
            },
        };
        let offset = match other {
            None => offset,
            Some((other, place)) => {
                let is_alternate = files
                    .alternate
                    .is_some_and(|file| std::ptr::eq(file, other));
                let key = if is_alternate {
                    Reference::Alternate(place)
                } else {
                    Reference::File(place)
                };
                if let Some(known) = elsewhere.names.get(&key) {
                    best = known.or(best);
                    break;
                }
                left.get_or_insert(key);
                file = other;
                let Some((index, offset)) = file.unit_at(place) else {
                    break;
                };
                let Some(view) = elsewhere.view(file, is_alternate, index) else {
                    break;
                };
                entered = Some(view);
                offset
            }
        };
        let Some(naming) = naming_at(file, entered.as_deref().unwrap_or(view), offset) else {
            break;
        };
        if naming.linkage.is_some() {
            best = naming.linkage;
            break;
        }
        best = best.or(naming.short);
        next = naming.origin.or(naming.specification);
    }
    if let (Some(key), None) = (left, short) {
        elsewhere.names.insert(key, best);
    }
    best
}

fn naming_at<'d>(
    file: &DebugFile<'d>,
    view: &UnitView<'d>,
    offset: UnitOffset,
) -> Option<Naming<'d>> {
    let mut entries = view
        .header
        .entries_raw(&view.abbreviations, Some(offset))
        .ok()?;
    let abbreviation = entries.read_abbreviation().ok()??;
    let mut naming = Naming::default();
    for specification in abbreviation.attributes() {
        let attribute = entries.read_attribute(*specification).ok()?;
        naming.read(file, view, &attribute);
    }
    Some(naming)
}
