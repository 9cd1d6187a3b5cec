use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};

use crate::demangle::display_name;
use crate::index::{Index, LocationId};

/// From here on a number is no address but `FILE_OFFSET` + a place in the file; packages/profile has the same number.
pub const FILE_OFFSET: u64 = 1 << 52;

/// How functions are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// To be read by people.
    Demangled,
    /// As the linker knows them.
    Linkage,
}

/// Names that were demangled are remembered up to this many; then all are forgotten.
const MAX_REMEMBERED: usize = 200_000;

/// Demangled names of one index: templates take longer to read than everything else together.
#[derive(Default)]
pub struct NameCache {
    names: Mutex<HashMap<u32, Arc<str>>>,
}

impl NameCache {
    fn get_or_insert(&self, function: u32, name: impl FnOnce() -> String) -> Arc<str> {
        // A thread that panicked left the map whole: names are only added.
        let lock = || {
            self.names
                .lock()
                .unwrap_or_else(|poison| poison.into_inner())
        };
        if let Some(known) = lock().get(&function) {
            return known.clone();
        }
        let name: Arc<str> = name().into();
        let mut names = lock();
        if names.len() == MAX_REMEMBERED {
            names.clear();
        }
        names.insert(function, name.clone());
        name
    }
}

/// What is at many addresses, each location and each text once.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Per address: its row of `locations` and `ends`, or −1 where nothing is known.
    pub rows: Vec<i32>,
    pub locations: Vec<u32>,
    /// Per location: where its frames end; they begin where those of the one before end.
    pub ends: Vec<u32>,
    /// Innermost first, three numbers each: row of `functions`, row of `files`, and line (0: unknown). −1: unknown.
    pub frames: Vec<i32>,
    pub functions: Vec<Arc<str>>,
    pub files: Vec<String>,
}

impl Answers {
    /// Looks up addresses (SVMA), and places in the file where they are `FILE_OFFSET` or above.
    pub fn to<Bytes: AsRef<[u8]>>(
        index: &Index<Bytes>,
        addresses: impl ExactSizeIterator<Item = u64>,
        names: Names,
        remembered: &NameCache,
    ) -> Self {
        let mut answers = Self::default();
        let mut rows = Rows::default();
        let mut functions = Rows::default();
        let mut files = Rows::default();
        answers.rows.reserve_exact(addresses.len());
        for address in addresses {
            let address = match address.checked_sub(FILE_OFFSET) {
                Some(offset) => index.address_of_offset(offset),
                None => Some(address),
            };
            let Some(location) = address.and_then(|address| index.location_at(address)) else {
                answers.rows.push(-1);
                continue;
            };
            let row = rows.of(location, || {
                for frame in index.frames(location) {
                    let function = frame.function.map_or(-1, |id| {
                        functions.of(id, || {
                            let linkage = index.linkage_name(id).unwrap_or_default();
                            answers.functions.push(match names {
                                Names::Demangled => {
                                    remembered.get_or_insert(id, || display_name(linkage))
                                }
                                Names::Linkage => String::from_utf8_lossy(linkage).into(),
                            });
                        })
                    });
                    let file = frame.file.map_or(-1, |id| {
                        files.of(id, || {
                            let path = index.file_path(id).unwrap_or_default();
                            answers.files.push(String::from_utf8_lossy(path).into());
                        })
                    });
                    let line = i32::try_from(frame.line).unwrap_or(0);
                    answers.frames.extend([function, file, line]);
                }
                answers.locations.push(location.0);
                answers.ends.push((answers.frames.len() / 3) as u32);
            });
            answers.rows.push(row);
        }
        answers
    }
}

/// Rows in the order their keys first came.
struct Rows<Key>(HashMap<Key, i32>);

impl<Key> Default for Rows<Key> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<Key: Hash + Eq> Rows<Key> {
    /// The key's row; `add` is called when it is a new one.
    fn of(&mut self, key: Key, add: impl FnOnce()) -> i32 {
        let next = self.0.len() as i32;
        *self.0.entry(key).or_insert_with(|| {
            add();
            next
        })
    }
}

/// A location's frames as text, innermost first, as in tests and on the command line: `name file:line`, `?` for what is unknown.
pub fn describe_location<Bytes: AsRef<[u8]>>(
    index: &Index<Bytes>,
    location: LocationId,
) -> Vec<String> {
    fn text(bytes: Option<&[u8]>) -> Cow<'_, str> {
        bytes.map_or("?".into(), String::from_utf8_lossy)
    }
    let frames = index.frames(location).map(|frame| {
        let name = text(frame.function.and_then(|id| index.linkage_name(id)));
        let file = text(frame.file.and_then(|id| index.file_path(id)));
        format!("{name} {file}:{}", frame.line)
    });
    frames.collect()
}
