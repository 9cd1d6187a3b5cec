use std::ops::Range;

use strata_definitions::{UNWIND_KIND_NO_RULE, UNWIND_PAGE_BITS, UnwindPage, UnwindRule};

use crate::address_map::AddressMap;

/// How the frames of one file's code are unwound. Addresses are offsets in the file. `rows` hold the low 16 bits of an offset and,
/// above them, the number of the rule that holds from there to the next row; they are sorted within each page of 64 KiB, and a
/// page's first row is at its beginning. `rules[0]` is NO_RULE.
///
/// ```text
/// pages[(offset >> 16) − first_page] ──▶ rows[first_row .. first_row + rows] ──▶ rules
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnwindTable {
    /// Number of the page (offset >> 16) that `pages[0]` describes.
    pub first_page: u32,
    pub pages: Vec<UnwindPage>,
    /// Each once; at most 65,536.
    pub rules: Vec<UnwindRule>,
    pub rows: Vec<u32>,
}

pub(crate) const LOW_MASK: u32 = (1 << UNWIND_PAGE_BITS) - 1;

impl UnwindTable {
    /// The rule for the instruction at a file offset; NO_RULE outside of what the table covers.
    pub fn lookup(&self, file_offset: u64) -> UnwindRule {
        self.row_at(file_offset)
            .and_then(|row| self.rules.get(rule_number(row)))
            .copied()
            .unwrap_or_default()
    }

    /// Executable parts of the file without a rule, as file offsets, ascending: padding between functions, code whose unwind
    /// information was left out, and what is no code. `executable` is the file's.
    pub fn gaps(&self, executable: &AddressMap) -> Vec<Range<u64>> {
        let mut gaps: Vec<Range<u64>> = Vec::new();
        for range in executable.file_ranges() {
            let mut cursor = range.start;
            while cursor < range.end {
                let end = self.row_end(cursor).min(range.end);
                if self.lookup(cursor).kind == UNWIND_KIND_NO_RULE as u8 {
                    match gaps.last_mut() {
                        Some(gap) if gap.end == cursor => gap.end = end,
                        _ => gaps.push(cursor..end),
                    }
                }
                cursor = end;
            }
        }
        gaps
    }

    /// The rows in order: the file offset from which each holds, and its rule. A page's first row may repeat what holds before.
    pub fn iter(&self) -> impl Iterator<Item = (u64, UnwindRule)> + '_ {
        self.pages
            .iter()
            .enumerate()
            .flat_map(move |(index, page)| {
                let base = (u64::from(self.first_page) + index as u64) << UNWIND_PAGE_BITS;
                self.rows_of(page).iter().map(move |row| {
                    let rule = self.rules.get(rule_number(*row)).copied();
                    (base + u64::from(row & LOW_MASK), rule.unwrap_or_default())
                })
            })
    }

    fn page_at(&self, file_offset: u64) -> Option<&UnwindPage> {
        let index = (file_offset >> UNWIND_PAGE_BITS).checked_sub(u64::from(self.first_page))?;
        self.pages.get(usize::try_from(index).ok()?)
    }

    fn rows_of(&self, page: &UnwindPage) -> &[u32] {
        let first = page.first_row as usize;
        self.rows
            .get(first..first.saturating_add(page.rows as usize))
            .unwrap_or_default()
    }

    fn row_at(&self, file_offset: u64) -> Option<u32> {
        let rows = self.rows_of(self.page_at(file_offset)?);
        rows.get(self.rows_up_to(rows, file_offset).checked_sub(1)?)
            .copied()
    }

    /// Where the row that holds at an offset ends: at the next one of its page, or with the page.
    fn row_end(&self, file_offset: u64) -> u64 {
        let page_start = file_offset & !u64::from(LOW_MASK);
        let rows = self
            .page_at(file_offset)
            .map(|page| self.rows_of(page))
            .unwrap_or_default();
        match rows.get(self.rows_up_to(rows, file_offset)) {
            Some(next) => page_start + u64::from(next & LOW_MASK),
            None => page_start.saturating_add(1 << UNWIND_PAGE_BITS),
        }
    }

    fn rows_up_to(&self, rows: &[u32], file_offset: u64) -> usize {
        let low = (file_offset & u64::from(LOW_MASK)) as u32;
        rows.partition_point(|row| row & LOW_MASK <= low)
    }
}

pub(crate) fn rule_number(row: u32) -> usize {
    (row >> UNWIND_PAGE_BITS) as usize
}
