use crate::address_map::{AddressMap, Svma};
use crate::report::BuildReport;

/// More than any file we know of has, several times over: libchdb has 0.7 million.
const MAX_FUNCTIONS: usize = 8 << 20;

/// Who describes a function. An earlier one is believed where two do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    EhFrame,
    GoTable,
    DebugFrame,
}

/// A part of the file with rows of its own, as file offsets `[start, end)`; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub start: u64,
    pub end: u64,
    /// Positions of the instructions in their section, and the number of their CIE; the number of a function of Go's table.
    pub from: u32,
    pub to: u32,
    pub cie: u32,
    pub origin: Origin,
}

/// The functions of a file, from all that describe them.
#[derive(Default)]
pub(crate) struct Functions {
    all: Vec<Function>,
    /// Functions of origins before the present one, sorted; what these cover is not described again.
    settled: usize,
    pub too_many: bool,
}

impl Functions {
    /// Adds what covers code; the rest is counted. `extent` is address and size, `place` positions and CIE.
    pub fn add(
        &mut self,
        map: &AddressMap,
        (start, bytes): (Svma, u64),
        origin: Origin,
        (from, to, cie): (u32, u32, u32),
        report: &mut BuildReport,
    ) {
        // Code that the linker left out is at address 0, where a file has its header.
        let range = if start.0 == 0 {
            None
        } else {
            map.file_range(start, bytes)
        };
        let Some(range) = range else {
            report.outside += 1;
            return;
        };
        if range.is_empty() {
            return;
        }
        if self.is_settled(range.start) {
            report.repeated += 1;
            return;
        }
        if self.all.len() == MAX_FUNCTIONS {
            self.too_many = true;
            return;
        }
        report.functions += 1;
        self.all.push(Function {
            start: range.start,
            end: range.end,
            from,
            to,
            cie,
            origin,
        });
    }

    /// Ends an origin: what it described is not described by those that follow.
    pub fn settle(&mut self) {
        self.sort();
        self.settled = self.all.len();
    }

    /// By start. Where several start together the longest comes first and, of equals, the first of the file last, so that the
    /// one to be believed is always the last that started.
    pub fn sort(&mut self) {
        self.all.sort_unstable_by(|a, b| {
            (a.start, b.end, b.origin, b.from).cmp(&(b.start, a.end, a.origin, a.from))
        });
    }

    pub fn as_slice(&self) -> &[Function] {
        &self.all
    }

    fn is_settled(&self, offset: u64) -> bool {
        let settled = self.all.get(..self.settled).unwrap_or_default();
        let behind = settled.partition_point(|function| function.start <= offset);
        behind
            .checked_sub(1)
            .and_then(|last| settled.get(last))
            .is_some_and(|function| offset < function.end)
    }
}
