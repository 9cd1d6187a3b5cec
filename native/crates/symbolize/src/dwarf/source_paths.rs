use gimli::{AttributeValue, DebugStrOffsetsBase, LineProgramHeader, UnitHeader};
use hashbrown::HashMap;

use crate::dwarf::file::DebugFile;
use crate::dwarf::sections::Slice;
use crate::index::format::NONE;
use crate::index::{MAX_TEXT_BYTES, MAX_TEXTS_BYTES};

/// Longer paths are cut off at their beginning.
const MAX_PATH_BYTES: usize = 4096;

/// Source files of a group of units, each once: what an index of a line program's header stands for. Ids count up from 0.
pub(crate) struct SourcePaths<'d> {
    pub paths: Vec<Vec<u8>>,
    /// What the line program's header has of their contents (`DW_LNCT_LLVM_source`): row of `paths`, text.
    pub texts: Vec<(u32, &'d [u8])>,
    /// Of `texts` together.
    text_bytes: usize,
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

impl<'d> SourcePaths<'d> {
    pub fn new() -> Self {
        Self {
            paths: Vec::new(),
            texts: Vec::new(),
            text_bytes: 0,
            ids: HashMap::new(),
            by_index: Vec::new(),
        }
    }

    /// `NONE` for an index without a file.
    pub fn id_of(&mut self, context: Option<&PathContext<'_, 'd>>, index: u32) -> u32 {
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

    fn read(&mut self, context: Option<&PathContext<'_, 'd>>, index: u32) -> u32 {
        let Some(path) = context.and_then(|context| context.path_of(index)) else {
            return NONE;
        };
        let next = self.paths.len() as u32;
        let id = *self.ids.entry(path.clone()).or_insert(next);
        if id == next {
            self.paths.push(path);
            self.read_text(context, index, id);
        }
        id
    }

    /// Many files may name one long text: when those of a group have what an index takes, no more are looked at.
    fn read_text(&mut self, context: Option<&PathContext<'_, 'd>>, index: u32, id: u32) {
        if self.text_bytes > MAX_TEXTS_BYTES {
            return;
        }
        if let Some(text) = context.and_then(|context| context.text_of(index)) {
            self.text_bytes += text.len();
            self.texts.push((id, text));
        }
    }
}

impl<'d> PathContext<'_, 'd> {
    fn path_of(&self, index: u32) -> Option<Vec<u8>> {
        let entry = self.program.file(index.into())?;
        let text = |value: &AttributeValue<Slice<'d>>| self.text(value).unwrap_or_default();
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
                path.extend_from_slice(end_of(self.compiled_in));
            }
            append(&mut path, folder);
        }
        append(&mut path, name);
        let surplus = path.len().saturating_sub(MAX_PATH_BYTES);
        path.drain(..surplus);
        Some(path)
    }

    /// A file without a text has an empty one.
    fn text_of(&self, index: u32) -> Option<&'d [u8]> {
        let source = self.program.file(index.into())?.source()?;
        let (header, base) = (self.header, self.str_offsets_base);
        let text = self
            .file
            .text_up_to(MAX_TEXT_BYTES, header, base, &source)?;
        Some(text).filter(|text| !text.is_empty())
    }

    fn text(&self, value: &AttributeValue<Slice<'d>>) -> Option<&'d [u8]> {
        self.file.text(self.header, self.str_offsets_base, value)
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
    path.extend_from_slice(end_of(part));
}

/// No more of a part is in a path that is cut off.
fn end_of(part: &[u8]) -> &[u8] {
    &part[part.len().saturating_sub(MAX_PATH_BYTES)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_cut_before_it_is_copied() {
        let long = [b"x".repeat(8 << 20), b"y".to_vec()].concat();
        let mut path = b"/build".to_vec();
        append(&mut path, &long);
        assert_eq!(path.len(), b"/build/".len() + MAX_PATH_BYTES);
        assert!(path.capacity() < 4 * MAX_PATH_BYTES);
        assert!(path.ends_with(b"xy"));
    }
}
