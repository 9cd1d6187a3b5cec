use gimli::{AttributeValue, DebugStrOffsetsBase, LineProgramHeader, UnitHeader};
use hashbrown::HashMap;

use crate::dwarf::file::DebugFile;
use crate::dwarf::sections::Slice;
use crate::index::format::NONE;

/// Longer paths are cut off at their beginning.
const MAX_PATH_BYTES: usize = 4096;

/// Source files of a group of units, each once: what an index of a line program's header stands for. Ids count up from 0.
pub(crate) struct SourcePaths {
    pub paths: Vec<Vec<u8>>,
    /// What the line program's header has of their contents (`DW_LNCT_LLVM_source`): row of `paths`, text.
    pub texts: Vec<(u32, Vec<u8>)>,
    ids: HashMap<Vec<u8>, u32>,
    by_index: Vec<u32>,
}

/// Not asked for yet.
const UNREAD: u32 = NONE - 1;
/// Indexes below this are remembered.
const REMEMBERED: usize = 65_536;

/// The unit whose line program is read.
pub(crate) struct PathContext<'a, 'd> {
    pub file: &'a DebugFile<'d>,
    pub header: &'a UnitHeader<Slice<'d>>,
    pub str_offsets_base: DebugStrOffsetsBase<usize>,
    pub compiled_in: &'a [u8],
    pub program: &'a LineProgramHeader<Slice<'d>>,
}

impl SourcePaths {
    pub fn new() -> Self {
        Self {
            paths: Vec::new(),
            texts: Vec::new(),
            ids: HashMap::new(),
            by_index: Vec::new(),
        }
    }

    /// `NONE` for an index without a file.
    pub fn id_of(&mut self, context: Option<&PathContext<'_, '_>>, index: u32) -> u32 {
        let at = index as usize;
        if at >= REMEMBERED {
            return self.read(context, index);
        }
        if at >= self.by_index.len() {
            self.by_index.resize(at + 1, UNREAD);
        }
        if self.by_index[at] == UNREAD {
            self.by_index[at] = self.read(context, index);
        }
        self.by_index[at]
    }

    fn read(&mut self, context: Option<&PathContext<'_, '_>>, index: u32) -> u32 {
        let Some(path) = context.and_then(|context| context.path_of(index)) else {
            return NONE;
        };
        let next = self.paths.len() as u32;
        let id = *self.ids.entry(path.clone()).or_insert(next);
        if id == next {
            self.paths.push(path);
            if let Some(text) = context.and_then(|context| context.text_of(index)) {
                self.texts.push((id, text));
            }
        }
        id
    }
}

impl PathContext<'_, '_> {
    fn path_of(&self, index: u32) -> Option<Vec<u8>> {
        let entry = self.program.file(index.into())?;
        let text = |value: &AttributeValue<Slice<'_>>| self.text(value).unwrap_or_default();
        let name = text(&entry.path_name());
        if name.is_empty() {
            return None;
        }
        let mut path = Vec::new();
        if !name.starts_with(b"/") {
            // Before DWARF 5 directory 0 is where the compiler ran; since then it is in the list.
            let folder = entry.directory(self.program).map(|value| text(&value));
            let folder = folder.unwrap_or_default();
            if !folder.starts_with(b"/") {
                path.extend_from_slice(self.compiled_in);
            }
            append(&mut path, &folder);
        }
        append(&mut path, &name);
        let surplus = path.len().saturating_sub(MAX_PATH_BYTES);
        path.drain(..surplus);
        Some(path)
    }

    /// A file without a text has an empty one.
    fn text_of(&self, index: u32) -> Option<Vec<u8>> {
        let source = self.program.file(index.into())?.source()?;
        self.text(&source).filter(|text| !text.is_empty())
    }

    fn text(&self, value: &AttributeValue<Slice<'_>>) -> Option<Vec<u8>> {
        let value = match *value {
            AttributeValue::String(text) => return Some(text.slice().to_vec()),
            AttributeValue::DebugStrRef(offset) => AttributeValue::DebugStrRef(offset),
            AttributeValue::DebugLineStrRef(offset) => AttributeValue::DebugLineStrRef(offset),
            AttributeValue::DebugStrRefSup(offset) => AttributeValue::DebugStrRefSup(offset),
            AttributeValue::DebugStrOffsetsIndex(index) => {
                AttributeValue::DebugStrOffsetsIndex(index)
            }
            _ => return None,
        };
        let text = self.file.text(self.header, self.str_offsets_base, &value)?;
        Some(text.to_vec())
    }
}

fn append(path: &mut Vec<u8>, part: &[u8]) {
    let part = part.strip_prefix(b"./").unwrap_or(part);
    if part.is_empty() || part == b"." {
        return;
    }
    if !path.is_empty() && !path.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(part);
}
