//! Ranges and locations in few bytes: what changes from one to the next.

use crate::index::Location;
use crate::index::format::NONE;

/// Appends seven bits a byte, the lowest first; all bytes but the last have the highest bit.
pub(crate) fn put_number(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Small numbers for small changes in either direction; around the end of 32 bits.
fn change(from: u32, to: u32) -> u32 {
    let change = to.wrapping_sub(from) as i32;
    ((change << 1) ^ (change >> 31)) as u32
}

fn changed(from: u32, change: u32) -> u32 {
    from.wrapping_add((change >> 1) ^ (change & 1).wrapping_neg())
}

/// Reads what was packed; every read ends at the end of the bytes.
#[derive(Clone, Copy)]
pub(crate) struct Unpack<'a> {
    rest: &'a [u8],
}

impl<'a> Unpack<'a> {
    pub fn at(bytes: &'a [u8], offset: usize) -> Option<Self> {
        bytes.get(offset..).map(|rest| Self { rest })
    }

    fn number(&mut self) -> Option<u32> {
        let (&first, behind) = self.rest.split_first()?;
        self.rest = behind;
        if first < 0x80 {
            return Some(first.into());
        }
        let mut value = u32::from(first & 0x7f);
        for shift in [7, 14, 21, 28] {
            let (&byte, behind) = self.rest.split_first()?;
            self.rest = behind;
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// The range behind one that starts at `start` and has `location`.
    pub fn range(&mut self, start: u32, location: u32) -> Option<(u32, u32)> {
        let start = start.checked_add(self.number()?)?;
        Some((start, changed(location, self.number()?)))
    }

    /// The location behind `before`, which has the id before `id`.
    pub fn location(&mut self, id: u32, before: &Location) -> Option<Location> {
        let (&fields, behind) = self.rest.split_first()?;
        self.rest = behind;
        let mut location = *before;
        if fields & FUNCTION != 0 {
            location.function = changed(before.function, self.number()?);
        }
        if fields & FILE != 0 {
            location.file = changed(before.file, self.number()?);
        }
        if fields & PARENT != 0 {
            // 0, its own distance from itself, is none.
            location.parent = match self.number()? {
                0 => NONE,
                distance => id.checked_sub(distance)?,
            };
        }
        let small = fields >> LINE_SHIFT;
        let line = if small == LINE_FOLLOWS {
            self.number()?
        } else {
            small.into()
        };
        location.line = changed(before.line, line);
        Some(location)
    }
}

/// Bits of a location's first byte: which fields follow, and in the upper five a small change of the line, or that it follows.
const FUNCTION: u8 = 1;
const FILE: u8 = 2;
const PARENT: u8 = 4;
const LINE_SHIFT: u32 = 3;
const LINE_FOLLOWS: u8 = 31;

/// Before the first location of a block.
pub(crate) const NO_LOCATION: Location = Location {
    function: 0,
    file: 0,
    line: 0,
    parent: NONE,
};

pub(crate) fn put_range(out: &mut Vec<u8>, before: (u32, u32), range: (u32, u32)) {
    put_number(out, range.0 - before.0);
    put_number(out, change(before.1, range.1));
}

pub(crate) fn put_location(out: &mut Vec<u8>, id: u32, before: &Location, location: &Location) {
    let line = change(before.line, location.line);
    let small = line.min(LINE_FOLLOWS.into()) as u8;
    let mark = |is_changed: bool, bit: u8| if is_changed { bit } else { 0 };
    let fields = mark(location.function != before.function, FUNCTION)
        | mark(location.file != before.file, FILE)
        | mark(location.parent != before.parent, PARENT);
    out.push(fields | small << LINE_SHIFT);
    if fields & FUNCTION != 0 {
        put_number(out, change(before.function, location.function));
    }
    if fields & FILE != 0 {
        put_number(out, change(before.file, location.file));
    }
    if fields & PARENT != 0 {
        let distance = if location.parent == NONE {
            0
        } else {
            id - location.parent
        };
        put_number(out, distance);
    }
    if small == LINE_FOLLOWS {
        put_number(out, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn location() -> impl Strategy<Value = Location> {
        let field = || prop_oneof![0u32..20, any::<u32>(), Just(NONE)];
        (field(), field(), field(), field()).prop_map(|(function, file, line, parent)| Location {
            function,
            file,
            line,
            parent,
        })
    }

    proptest! {
        #[test]
        fn locations_come_back(rows in prop::collection::vec(location(), 1..40)) {
            let parent = |id: usize, row: &Location| if (row.parent as usize) < id { row.parent } else { NONE };
            let rows: Vec<Location> = rows.iter().enumerate().map(|(id, row)| Location { parent: parent(id, row), ..*row }).collect();
            let mut bytes = Vec::new();
            let mut before = NO_LOCATION;
            for (id, row) in rows.iter().enumerate() {
                put_location(&mut bytes, id as u32, &before, row);
                before = *row;
            }
            let mut unpack = Unpack::at(&bytes, 0).unwrap();
            let mut before = NO_LOCATION;
            for (id, row) in rows.iter().enumerate() {
                before = unpack.location(id as u32, &before).unwrap();
                prop_assert_eq!(&before, row);
            }
        }

        #[test]
        fn ranges_come_back(steps in prop::collection::vec((1u32..100_000, any::<u32>()), 1..40)) {
            let mut bytes = Vec::new();
            let mut before = (5, 7);
            for (step, location) in &steps {
                let range = (before.0 + step, *location);
                put_range(&mut bytes, before, range);
                before = range;
            }
            let mut unpack = Unpack::at(&bytes, 0).unwrap();
            let mut before = (5, 7);
            for (step, location) in &steps {
                let range = unpack.range(before.0, before.1).unwrap();
                prop_assert_eq!(range, (before.0 + step, *location));
                before = range;
            }
        }
    }
}
