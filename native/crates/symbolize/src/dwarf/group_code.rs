use std::borrow::Cow;

use crate::assembly::PartOfCode;
use crate::dwarf::innermost::innermost;
use crate::dwarf::lines::{END, Row};
use crate::dwarf::names::FunctionNames;
use crate::dwarf::scopes::Scopes;
use crate::dwarf::source_paths::{PathContext, SourcePaths};
use crate::index::format::NONE;
use crate::index::{Location, Locations};
use crate::ranges::Range;

/// The parts that lines and scopes are brought together from.
pub(crate) struct Parts<'a, 'd> {
    pub names: FunctionNames<'d>,
    pub scopes: Scopes,
    pub rows: Vec<Row>,
    pub paths: Option<PathContext<'a, 'd>>,
    /// What symbol tables say, ascending.
    pub symbols: &'a [Range<'d>],
}

/// Walks along all three lists at once. Symbol tables name the function that is really there (they know its clones and what the
/// linker folded), debug information all that is inlined.
pub(crate) fn bring_together<'d>(parts: Parts<'_, 'd>) -> PartOfCode<'d> {
    let mut scopes = parts.scopes;
    let innermost = innermost(&mut scopes.ranges);
    let mut walk = Walk {
        scopes: &scopes,
        names: parts.names,
        paths: parts.paths,
        sources: SourcePaths::new(),
        locations: Locations::new(),
        callers: vec![(NONE, NONE); scopes.scopes.len()],
        ranges: Vec::with_capacity(parts.rows.len().max(innermost.len())),
    };
    let mut scoped = Cursor::new(&innermost, |item| item.0);
    let mut lined = Cursor::new(&parts.rows, |row| row.address);
    let mut named = Cursor::new(parts.symbols, |range| range.start);
    let first = [
        innermost.first().map(|item| item.0),
        parts.rows.first().map(|row| row.address),
    ];
    let Some(mut address) = first.into_iter().flatten().min() else {
        return walk.end();
    };
    named.seek(address);
    let mut symbol = (usize::MAX, NONE);
    loop {
        let scope = scoped.advance(address).map_or(NONE, |item| item.1);
        let row = lined.advance(address).filter(|row| row.file != END);
        if scope == NONE && row.is_none() {
            walk.push(address, NONE);
            // Symbols alone are nothing that this group knows.
            let Some(next) = scoped.next().into_iter().chain(lined.next()).min() else {
                break;
            };
            address = next;
            named.seek(address);
            continue;
        }
        let name = named.advance(address).and_then(|range| range.name);
        if symbol.0 != named.position {
            symbol = (
                named.position,
                name.map_or(NONE, |name| walk.names.id_of(name)),
            );
        }
        let location = walk.locate(scope, row, symbol.1);
        walk.push(address, location);
        let nexts = [scoped.next(), lined.next(), named.next()];
        let Some(next) = nexts.into_iter().flatten().min() else {
            break;
        };
        address = next;
    }
    walk.end()
}

/// A place in an ascending list.
struct Cursor<'a, Item> {
    items: &'a [Item],
    start: fn(&Item) -> u64,
    /// How many items start at or before the address.
    position: usize,
}

impl<'a, Item> Cursor<'a, Item> {
    fn new(items: &'a [Item], start: fn(&Item) -> u64) -> Self {
        Self {
            items,
            start,
            position: 0,
        }
    }

    /// Goes on to an address; the item that holds there.
    fn advance(&mut self, address: u64) -> Option<&'a Item> {
        while let Some(item) = self.items.get(self.position) {
            if (self.start)(item) > address {
                break;
            }
            self.position += 1;
        }
        self.items.get(self.position.checked_sub(1)?)
    }

    /// The same over a long way.
    fn seek(&mut self, address: u64) {
        let start = self.start;
        self.position = self.items.partition_point(|item| start(item) <= address);
    }

    fn next(&self) -> Option<u64> {
        self.items.get(self.position).map(self.start)
    }
}

struct Walk<'a, 'd> {
    scopes: &'a Scopes,
    names: FunctionNames<'d>,
    paths: Option<PathContext<'a, 'd>>,
    sources: SourcePaths<'d>,
    locations: Locations,
    /// Per scope: the root's name it was last met under, and the location of the call, or `NONE` for a root.
    callers: Vec<(u32, u32)>,
    ranges: Vec<(u64, u32)>,
}

impl<'d> Walk<'_, 'd> {
    /// The location of a line in a scope, either of which may not be known. `symbol` names the root.
    fn locate(&mut self, scope: u32, row: Option<&Row>, symbol: u32) -> u32 {
        let (file, line) = match row {
            Some(row) => (self.sources.id_of(self.paths.as_ref(), row.file), row.line),
            None => (NONE, 0),
        };
        let (function, parent) = if scope == NONE {
            (symbol, NONE)
        } else {
            self.function_and_caller(scope, symbol)
        };
        self.locations.intern(Location {
            function,
            file,
            line,
            parent,
        })
    }

    fn function_and_caller(&mut self, scope: u32, symbol: u32) -> (u32, u32) {
        let mut chain = Vec::new();
        let mut current = scope;
        // Outwards to the root, or to a scope whose caller is known under this root.
        while let Some(row) = self.scopes.scopes.get(current as usize) {
            let (root, caller) = self.callers[current as usize];
            if row.parent == NONE || (root == symbol && caller != NONE) {
                break;
            }
            chain.push(current);
            current = row.parent;
        }
        for inner in chain.into_iter().rev() {
            let row = self.scopes.scopes[inner as usize];
            let function = self.name_of(row.parent, symbol);
            let file = self.sources.id_of(self.paths.as_ref(), row.call_file);
            let caller = self.locations.intern(Location {
                function,
                file,
                line: row.call_line,
                parent: self.callers[row.parent as usize].1,
            });
            self.callers[inner as usize] = (symbol, caller);
        }
        (self.name_of(scope, symbol), self.callers[scope as usize].1)
    }

    fn name_of(&self, scope: u32, symbol: u32) -> u32 {
        let row = self.scopes.scopes[scope as usize];
        if row.parent == NONE && symbol != NONE {
            symbol
        } else {
            row.function
        }
    }

    fn push(&mut self, start: u64, location: u32) {
        let before = self.ranges.last().map_or(NONE, |last| last.1);
        if before != location {
            self.ranges.push((start, location));
        }
    }

    fn end(self) -> PartOfCode<'d> {
        PartOfCode {
            functions: self.names.names.into_iter().map(Cow::Borrowed).collect(),
            files: self.sources.paths,
            texts: self.sources.texts,
            locations: self.locations.into_rows(),
            ranges: self.ranges,
        }
    }
}
