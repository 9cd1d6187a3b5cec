use std::ops::Range;

use strata_definitions::{UNWIND_PAGE_BITS, UnwindPage, UnwindRule};

use crate::cfi::UNSUPPORTED_RULE;
use crate::dictionary::Dictionary;
use crate::table::{LOW_MASK, UnwindTable, page_of};

/// More than any file we know of has, several times over: libchdb has 6 million.
const MAX_ROWS: usize = 64 << 20;

/// Takes rules in the order of the file and lays them out by pages.
pub(crate) struct RowWriter {
    table: UnwindTable,
    dictionary: Dictionary,
    /// The numbers of the first page and the one behind the last.
    span: Range<u64>,
    last: UnwindRule,
    last_number: u16,
    pub too_many_rows: bool,
}

impl RowWriter {
    /// For code within these file offsets.
    pub fn new(code: Range<u64>) -> Self {
        let first = code.start >> UNWIND_PAGE_BITS;
        let behind = code.end.div_ceil(1 << UNWIND_PAGE_BITS);
        Self {
            table: UnwindTable {
                first_page: first as u32,
                pages: Vec::with_capacity((behind - first) as usize),
                rules: Vec::new(),
                rows: Vec::new(),
            },
            dictionary: Dictionary::new(),
            span: first..behind,
            last: UnwindRule::default(),
            last_number: 0,
            too_many_rows: false,
        }
    }

    /// `rule` holds from this file offset up to the next. Offsets ascend. Only what equals the rule already in force is left out:
    /// a row that changes no more than the CFA, as one before a `ret` does, is a row. `false` when there was no number left and
    /// the row says UNSUPPORTED.
    #[inline]
    pub fn push(&mut self, offset: u64, rule: &UnwindRule) -> bool {
        if *rule == self.last {
            return true;
        }
        let page = offset >> UNWIND_PAGE_BITS;
        if page >= self.span.end || self.too_many_rows {
            return true;
        }
        self.open_pages(page);
        let number = self.dictionary.number(rule);
        (self.last, self.last_number) = match number {
            Some(number) => (*rule, number),
            None => (
                UNSUPPORTED_RULE,
                self.dictionary.number(&UNSUPPORTED_RULE).unwrap_or(0),
            ),
        };
        let low = offset as u32 & LOW_MASK;
        if self
            .table
            .rows
            .last()
            .is_some_and(|row| row & LOW_MASK == low)
        {
            // Of two rules for one offset the later one holds; a page opens with what held before.
            self.table.rows.pop();
        }
        self.write(low);
        number.is_some()
    }

    /// The table, with pages up to the end of the code.
    pub fn finish(mut self) -> UnwindTable {
        if let Some(last) = self.span.end.checked_sub(1) {
            self.open_pages(last);
        }
        self.close_page();
        self.table.rules = self.dictionary.into_rules();
        self.table.sort_rules();
        self.table.rows.shrink_to_fit();
        self.table
    }

    /// Opens all pages up to that one, each with the rule that holds at its beginning.
    fn open_pages(&mut self, page: u64) {
        let wanted = page.saturating_sub(self.span.start) + 1;
        while (self.table.pages.len() as u64) < wanted {
            self.close_page();
            self.table.pages.push(UnwindPage {
                first_row: self.table.rows.len() as u32,
                ..UnwindPage::default()
            });
            self.write(0);
        }
    }

    fn close_page(&mut self) {
        if let Some(page) = self.table.pages.last_mut() {
            let rows = self.table.rows.get(page.first_row as usize..);
            *page = page_of(page.first_row, rows.unwrap_or_default());
        }
    }

    fn write(&mut self, low: u32) {
        if self.table.rows.len() == MAX_ROWS {
            self.too_many_rows = true;
            return;
        }
        self.table
            .rows
            .push(low | u32::from(self.last_number) << UNWIND_PAGE_BITS);
    }
}
