use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use gimli::Unit;

use crate::assembly::PartOfCode;
use crate::debug_files::DebugFiles;
use crate::dwarf::budget::Budget;
use crate::dwarf::code_regions::CodeRegions;
use crate::dwarf::file::{DebugFile, UnitView};
use crate::dwarf::group_code::{Parts, bring_together};
use crate::dwarf::lines::rows_of;
use crate::dwarf::names::{Elsewhere, Files, FunctionNames};
use crate::dwarf::scopes::{OpenUnit, Scopes};
use crate::dwarf::sections::{Sections, Slice};
use crate::dwarf::source_paths::PathContext;
use crate::dwarf::split::{SplitFiles, SplitSections, package_of};
use crate::dwarf::units::{UnitGroup, groups_of};
use crate::error::SymbolizeError;
use crate::ranges::Range;

/// Where debug information is read from.
pub(crate) struct DebugInput<'a, 'd> {
    pub sections: &'d Sections<'d>,
    /// What dwz moved out.
    pub alternate: Option<&'d Sections<'d>>,
    pub package: Option<&'d gimli::DwarfPackageSections<std::borrow::Cow<'d, [u8]>>>,
    pub find: &'a dyn DebugFiles,
    pub regions: &'a CodeRegions,
    /// What symbol tables say, ascending.
    pub symbols: &'a [Range<'d>],
    pub without_go: bool,
    pub threads: usize,
}

/// Reads everything; `take` gets the parts in an order that depends on nothing but the file.
pub(crate) fn read_debug(
    input: &DebugInput<'_, '_>,
    take: &mut dyn FnMut(&PartOfCode<'_>) -> Result<(), SymbolizeError>,
) -> Result<(), SymbolizeError> {
    let mut dwarf = input.sections.borrow();
    let alternate = input
        .alternate
        .map(|sections| DebugFile::new(sections.borrow()));
    if let Some(sections) = input.alternate {
        dwarf.set_sup(sections.borrow());
    }
    let file = DebugFile::new(dwarf);
    let split_files = SplitFiles::new(file.units.len());
    let split = SplitSections::new(&split_files, input.package.and_then(package_of));
    let reading = Reading {
        input,
        groups: groups_of(&file, input.without_go),
        alternate: alternate.as_ref(),
        split: &split,
        budget: Budget::new(),
        file: &file,
    };
    if input.threads > 1 {
        return reading.read_in_threads(take);
    }
    let mut elsewhere = Elsewhere::default();
    for group in &reading.groups {
        take(&reading.read(group, &mut elsewhere)?)?;
    }
    Ok(())
}

struct Reading<'a> {
    input: &'a DebugInput<'a, 'a>,
    file: &'a DebugFile<'a>,
    alternate: Option<&'a DebugFile<'a>>,
    split: &'a SplitSections<'a>,
    groups: Vec<UnitGroup>,
    budget: Budget,
}

impl<'a> Reading<'a> {
    /// The same as one thread would do: parts are taken in the order of their groups.
    fn read_in_threads(
        &self,
        take: &mut dyn FnMut(&PartOfCode<'_>) -> Result<(), SymbolizeError>,
    ) -> Result<(), SymbolizeError> {
        let next = AtomicUsize::new(0);
        let (sender, receiver) = mpsc::sync_channel(self.input.threads);
        std::thread::scope(|scope| {
            for _ in 0..self.input.threads {
                let (sender, next) = (sender.clone(), &next);
                scope.spawn(move || {
                    let mut elsewhere = Elsewhere::default();
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(group) = self.groups.get(index) else {
                            break;
                        };
                        // The other end is gone when an error ended it.
                        if sender
                            .send((index, self.read(group, &mut elsewhere)))
                            .is_err()
                        {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            let mut early = BTreeMap::new();
            let mut due = 0;
            for (index, part) in receiver {
                early.insert(index, part);
                while let Some(part) = early.remove(&due) {
                    take(&part?)?;
                    due += 1;
                }
            }
            Ok(())
        })
    }

    fn read(
        &self,
        group: &UnitGroup,
        elsewhere: &mut Elsewhere<'a>,
    ) -> Result<PartOfCode<'a>, SymbolizeError> {
        let mut names = FunctionNames::new();
        let mut scopes = Scopes::default();
        let mut lined: Option<(Unit<Slice<'a>>, usize)> = None;
        for &index in &group.units {
            let Ok(unit) = self.file.dwarf.unit(self.file.units[index]) else {
                continue;
            };
            if unit.dwo_id.is_some() {
                self.add_split(index, &unit, (&mut scopes, &mut names))?;
            }
            let files = Files {
                file: self.file,
                alternate: self.alternate,
            };
            self.add(files, &unit, &mut scopes, &mut names, elsewhere)?;
            if lined.is_none() && unit.line_program.is_some() {
                lined = Some((unit, index));
            }
        }
        let mut rows = Vec::new();
        let mut paths = None;
        if let Some((unit, index)) = &lined
            && let Some(program) = &unit.line_program
        {
            rows = rows_of(program, self.input.regions);
            paths = Some(PathContext {
                file: self.file,
                header: &self.file.units[*index],
                str_offsets_base: unit.str_offsets_base,
                compiled_in: unit.comp_dir.map_or(&[], |folder| folder.slice()),
                program: program.header(),
            });
        }
        Ok(bring_together(Parts {
            names,
            scopes,
            rows,
            paths,
            symbols: self.input.symbols,
        }))
    }

    fn add(
        &self,
        files: Files<'_, 'a>,
        unit: &Unit<Slice<'a>>,
        scopes: &mut Scopes,
        names: &mut FunctionNames<'a>,
        elsewhere: &mut Elsewhere<'a>,
    ) -> Result<(), SymbolizeError> {
        let view = UnitView {
            header: unit.header,
            abbreviations: unit.abbreviations.clone(),
            str_offsets_base: unit.str_offsets_base,
        };
        let open = OpenUnit {
            files,
            view: &view,
            unit,
            regions: self.input.regions,
            budget: &self.budget,
        };
        scopes.add_unit(&open, names, elsewhere)
    }

    /// Adds what the split unit of a skeleton says; its line program stays with the skeleton.
    fn add_split(
        &self,
        index: usize,
        skeleton: &Unit<Slice<'a>>,
        (scopes, names): (&mut Scopes, &mut FunctionNames<'a>),
    ) -> Result<(), SymbolizeError> {
        let Some((file, row)) = self.split.open(index, skeleton, self.file, self.input.find) else {
            return Ok(());
        };
        let Ok(mut unit) = file.dwarf.unit(file.units[row]) else {
            return Ok(());
        };
        unit.copy_relocated_attributes(skeleton);
        let files = Files {
            file: &file,
            alternate: None,
        };
        self.add(files, &unit, scopes, names, &mut Elsewhere::default())
    }
}
