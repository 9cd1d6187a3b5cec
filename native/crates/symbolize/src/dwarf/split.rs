use std::sync::OnceLock;

use gimli::{
    AttributeValue, Dwarf, DwarfFileType, DwarfPackage, DwoId, EndianSlice, LittleEndian, Unit,
    constants as c,
};

use crate::debug_files::{DebugFiles, FileBytes, Wanted};
use crate::dwarf::file::DebugFile;
use crate::dwarf::sections::{Sections, Slice};
use crate::elf::Elf;

/// Files of split units, each found once and kept for as long as names are taken from them.
pub(crate) struct SplitFiles {
    /// Per unit of the file that has the skeletons.
    bytes: Vec<OnceLock<Option<FileBytes>>>,
}

/// The same with their sections.
pub(crate) struct SplitSections<'d> {
    files: &'d SplitFiles,
    sections: Vec<OnceLock<Option<Sections<'d>>>>,
    package: Option<DwarfPackage<Slice<'d>>>,
}

impl SplitFiles {
    pub fn new(units: usize) -> Self {
        Self {
            bytes: std::iter::repeat_with(OnceLock::new).take(units).collect(),
        }
    }
}

impl<'d> SplitSections<'d> {
    pub fn new(files: &'d SplitFiles, package: Option<DwarfPackage<Slice<'d>>>) -> Self {
        let count = files.bytes.len();
        Self {
            files,
            sections: std::iter::repeat_with(OnceLock::new).take(count).collect(),
            package,
        }
    }

    /// The split unit of a skeleton and the file it is in; `None` when it is not to be had, or another one is in its place.
    pub fn open(
        &'d self,
        index: usize,
        skeleton: &Unit<Slice<'d>>,
        main: &DebugFile<'d>,
        find: &dyn DebugFiles,
    ) -> Option<(DebugFile<'d>, usize)> {
        let id = skeleton.dwo_id?;
        if let Some(package) = &self.package
            && let Ok(Some(dwarf)) = package.find_cu(id, &main.dwarf)
        {
            return with_unit(dwarf, id);
        }
        let bytes = self.files.bytes[index].get_or_init(|| {
            let path = dwo_path(skeleton, main)?;
            let folder = skeleton.comp_dir.map_or(&[][..], |folder| folder.slice());
            find.find(Wanted::Split { folder, path })
        });
        let sections = self.sections[index].get_or_init(|| {
            let elf = Elf::parse(bytes.as_ref()?.as_ref().as_ref()).ok()?;
            Sections::of_split(&elf).ok()
        });
        let mut dwarf = sections.as_ref()?.borrow();
        dwarf.make_dwo(&main.dwarf);
        with_unit(dwarf, id)
    }
}

fn with_unit(dwarf: Dwarf<Slice<'_>>, id: DwoId) -> Option<(DebugFile<'_>, usize)> {
    debug_assert!(dwarf.file_type == DwarfFileType::Dwo);
    let file = DebugFile::new(dwarf);
    let index = file.units.iter().position(|header| {
        file.dwarf
            .unit(*header)
            .is_ok_and(|unit| unit.dwo_id == Some(id))
    })?;
    Some((file, index))
}

fn dwo_path<'d>(skeleton: &Unit<Slice<'d>>, main: &DebugFile<'d>) -> Option<&'d [u8]> {
    let root = skeleton.entry(skeleton.header.root_offset()).ok()?;
    let value: AttributeValue<Slice<'d>> = root
        .attr_value(c::DW_AT_dwo_name)
        .or_else(|| root.attr_value(c::DW_AT_GNU_dwo_name))?;
    main.text(&skeleton.header, skeleton.str_offsets_base, &value)
}

/// The package's sections as a reader of split units.
pub(crate) fn package_of<'d>(
    sections: &'d gimli::DwarfPackageSections<std::borrow::Cow<'d, [u8]>>,
) -> Option<DwarfPackage<Slice<'d>>> {
    let slice = |bytes: &'d std::borrow::Cow<'d, [u8]>| EndianSlice::new(&bytes[..], LittleEndian);
    sections
        .borrow(slice, EndianSlice::new(&[], LittleEndian))
        .ok()
}
