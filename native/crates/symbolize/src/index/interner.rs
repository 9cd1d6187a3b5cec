use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::error::{ErrorCode, SymbolizeError};
use crate::index::format::NONE;

/// Texts, each once, in the order they first came; they share `bytes`.
pub(crate) struct Names {
    bytes: Vec<u8>,
    /// Offset in `bytes` of each; it ends where the next begins.
    offsets: Vec<u32>,
    ids: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Names {
    pub fn new() -> Self {
        Self {
            bytes: Vec::new(),
            offsets: Vec::new(),
            ids: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// The text's id, a new one if it was not there.
    pub fn intern(&mut self, text: &[u8]) -> Result<u32, SymbolizeError> {
        let hash = self.hasher.hash_one(text);
        let Self {
            bytes,
            offsets,
            hasher,
            ids,
        } = self;
        if let Some(id) = ids.find(hash, |id| text_of(bytes, offsets, *id) == text) {
            return Ok(*id);
        }
        let id = offsets.len() as u32;
        let end = bytes.len() + text.len();
        if id == NONE || u32::try_from(end).is_err() {
            return Err(SymbolizeError::new(
                ErrorCode::TooLarge,
                "The file's names of functions and sources have more than 4 GiB.",
            ));
        }
        offsets.push(bytes.len() as u32);
        bytes.extend_from_slice(text);
        ids.insert_unique(hash, id, |id| hasher.hash_one(text_of(bytes, offsets, *id)));
        Ok(id)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Offset in `bytes` and length of each text.
    pub fn spans(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..self.offsets.len()).map(|id| {
            let end = self.offsets.get(id + 1).copied();
            let end = end.unwrap_or(self.bytes.len() as u32);
            (self.offsets[id], end - self.offsets[id])
        })
    }
}

fn text_of<'a>(bytes: &'a [u8], offsets: &[u32], id: u32) -> &'a [u8] {
    let id = id as usize;
    let end = offsets.get(id + 1).map_or(bytes.len(), |end| *end as usize);
    &bytes[offsets[id] as usize..end]
}

/// A place in the code; `parent` is where it is inlined, and always has a smaller id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Location {
    pub function: u32,
    pub file: u32,
    pub line: u32,
    pub parent: u32,
}

/// Locations, each once, in the order they first came.
pub(crate) struct Locations {
    rows: Vec<Location>,
    ids: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Locations {
    pub fn new() -> Self {
        Self {
            rows: Vec::new(),
            ids: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// The location's id, a new one if it was not there. Its parent must have come from here.
    pub fn intern(&mut self, location: Location) -> u32 {
        debug_assert!(location.parent == NONE || (location.parent as usize) < self.rows.len());
        let Self { rows, ids, hasher } = self;
        let hash = hasher.hash_one(location);
        if let Some(id) = ids.find(hash, |id| rows[*id as usize] == location) {
            return *id;
        }
        let id = rows.len() as u32;
        rows.push(location);
        ids.insert_unique(hash, id, |id| hasher.hash_one(rows[*id as usize]));
        id
    }

    pub fn rows(&self) -> &[Location] {
        &self.rows
    }

    pub fn into_rows(self) -> Vec<Location> {
        self.rows
    }
}
