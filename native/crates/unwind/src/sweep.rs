use std::ops::Range;

use strata_definitions::UnwindRule;

use crate::cfi::UNSUPPORTED_RULE;
use crate::functions::Function;
use crate::gaps::Gaps;
use crate::report::{BuildReport, Unsupported};
use crate::row_writer::RowWriter;

/// Functions do not lie in each other; descriptions of assembly sometimes do, two deep.
const MAX_OPEN: usize = 64;

/// Compilers align functions by 16 bytes.
const ALIGNMENT: u64 = 16;
/// Some by as much as this; between those there may be room for a smaller one, but nobody looks.
const MOST_ALIGNMENT: u64 = 64;

/// A row of one function: file offsets it holds for, and its rule.
pub(crate) struct Row {
    pub range: Range<u64>,
    pub rule: Result<UnwindRule, Unsupported>,
}

/// Rows of one function in order, without a gap, from its start to at least its end.
pub(crate) trait FunctionRows {
    /// `None` behind the last row.
    fn next(&mut self) -> Option<Row>;
}

/// Whether what lies between a function's end and the start of the next can be there only to align that, by so many bytes at most.
fn is_padding(end: u64, next: u64, most: u64) -> bool {
    let alignment = 1 << next.trailing_zeros().min(most.trailing_zeros());
    next - end < alignment
}

struct Open<Rows> {
    end: u64,
    rows: Rows,
    row: Row,
}

/// Goes over functions sorted by start and writes the rows that hold: at each offset those of the function that started last, and
/// behind its end those of the function around it. Where no function is, what is said of the gap holds, or NO_RULE.
pub(crate) fn sweep<Rows: FunctionRows>(
    functions: &[Function],
    mut open: impl FnMut(&Function) -> Rows,
    gaps: &Gaps<'_>,
    writer: &mut RowWriter,
    report: &mut BuildReport,
) {
    let mut sweep = Sweep {
        stack: Vec::new(),
        cursor: 0,
        gaps,
        writer,
        report,
    };
    for function in functions {
        sweep.advance(function.start);
        if sweep.stack.len() == MAX_OPEN {
            sweep.stack.remove(0);
        }
        let mut rows = open(function);
        if let Some(row) = rows.next() {
            sweep.stack.push(Open {
                end: function.end,
                rows,
                row,
            });
        }
        sweep.cursor = function.start;
    }
    sweep.advance(u64::MAX);
}

struct Sweep<'a, Rows> {
    stack: Vec<Open<Rows>>,
    /// Everything before is written.
    cursor: u64,
    gaps: &'a Gaps<'a>,
    writer: &'a mut RowWriter,
    report: &'a mut BuildReport,
}

impl<Rows: FunctionRows> Sweep<'_, Rows> {
    /// Writes up to `limit`, where the next function starts.
    fn advance(&mut self, limit: u64) {
        while let Some(top) = self.stack.last_mut() {
            let stop = top.end.min(limit);
            while self.cursor < stop {
                while top.row.range.end <= self.cursor {
                    match top.rows.next() {
                        Some(row) => top.row = row,
                        None => top.row.range.end = u64::MAX,
                    }
                }
                let end = top.row.range.end.min(stop);
                let (rule, mut cause) = match top.row.rule {
                    Ok(rule) => (rule, None),
                    Err(cause) => (UNSUPPORTED_RULE, Some(cause)),
                };
                if !self.writer.push(self.cursor, &rule) {
                    cause = Some(Unsupported::TooManyRules);
                }
                if let Some(bytes) =
                    cause.and_then(|cause| self.report.unsupported.get_mut(cause as usize))
                {
                    *bytes += end - self.cursor;
                }
                self.cursor = end;
            }
            if limit < top.end {
                return;
            }
            self.stack.pop();
        }
        if self.cursor < limit {
            self.fill_gap(limit);
            self.cursor = limit;
        }
    }

    /// Padding is never executed, so that the rule before may go on: that saves one row in eight. Code without a description,
    /// aligned as other functions are, does not fit in.
    fn fill_gap(&mut self, limit: u64) {
        if is_padding(self.cursor, limit, ALIGNMENT) {
            return;
        }
        // Reading code in a third of a million places takes as long as all the rest.
        let gap = self.cursor..limit;
        if is_padding(self.cursor, limit, MOST_ALIGNMENT) && !self.gaps.hold_entry(&gap) {
            self.writer.push(self.cursor, &UnwindRule::default());
            return;
        }
        let mut cursor = self.cursor;
        for (range, rule) in self.gaps.rules(gap) {
            if cursor < range.start {
                self.writer.push(cursor, &UnwindRule::default());
            }
            self.writer.push(range.start, &rule);
            cursor = range.end;
        }
        if cursor < limit {
            self.writer.push(cursor, &UnwindRule::default());
        }
    }
}
