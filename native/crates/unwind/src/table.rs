use std::cmp::Reverse;
use std::ops::Range;

use strata_definitions::{
    UNWIND_KIND_NO_RULE, UNWIND_PAGE_BITS, UNWIND_PARTS, UnwindPage, UnwindRule,
};

use crate::address_map::AddressMap;

/// How the frames of one file's code are unwound. Addresses are offsets in the file. `rows` hold the low 16 bits of an offset and,
/// above them, the number of the rule that holds from there to the next row; they are sorted within each page of 64 KiB, and a
/// page's first row is at its beginning. `rules[0]` is NO_RULE.
///
/// ```text
/// pages[(offset >> 16) − first_page] ──▶ rows[first_row ..= first_row + held[29]] ──▶ rules
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnwindTable {
    /// Number of the page (offset >> 16) that `pages[0]` describes.
    pub first_page: u32,
    pub pages: Vec<UnwindPage>,
    /// Each once; at most 65,536. Those that most rows name come first, behind NO_RULE.
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

    /// Puts the rules that most rows name first, behind NO_RULE: a few lines of memory then hold what a stack's look-ups need.
    pub(crate) fn sort_rules(&mut self) {
        let mut uses = vec![0_u32; self.rules.len()];
        for row in &self.rows {
            if let Some(uses) = uses.get_mut(rule_number(*row)) {
                *uses += 1;
            }
        }
        let mut order: Vec<usize> = (0..self.rules.len()).collect();
        order.sort_by_key(|number| (*number > 0, Reverse(uses.get(*number).copied())));
        let mut numbers = vec![0_u32; order.len()];
        for (new, old) in (0..).zip(&order) {
            if let Some(number) = numbers.get_mut(*old) {
                *number = new;
            }
        }
        for row in &mut self.rows {
            let number = numbers.get(rule_number(*row)).copied().unwrap_or_default();
            *row = (*row & LOW_MASK) | number << UNWIND_PAGE_BITS;
        }
        let rules = order.iter().filter_map(|number| self.rules.get(*number));
        self.rules = rules.copied().collect();
    }

    fn page_at(&self, file_offset: u64) -> Option<&UnwindPage> {
        let index = (file_offset >> UNWIND_PAGE_BITS).checked_sub(u64::from(self.first_page))?;
        self.pages.get(usize::try_from(index).ok()?)
    }

    fn rows_of(&self, page: &UnwindPage) -> &[u32] {
        self.rows.get(rows_of(page)).unwrap_or_default()
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

/// The record of a page whose rows these are: at least one and at most 65,536, by their low bits ascending from 0.
pub fn page_of(first_row: u32, rows: &[u32]) -> UnwindPage {
    let mut page = UnwindPage {
        first_row,
        ..UnwindPage::default()
    };
    let mut row = 0;
    for (held, part) in page.held.iter_mut().zip(1u32..) {
        let end = (part << UNWIND_PAGE_BITS).div_ceil(UNWIND_PARTS);
        while rows.get(row + 1).is_some_and(|next| next & LOW_MASK <= end) {
            row += 1;
        }
        *held = row as u16;
    }
    page
}

/// Where the rows of a page lie among those of its table.
pub(crate) fn rows_of(page: &UnwindPage) -> Range<usize> {
    let first = page.first_row as usize;
    let last = page.held.last().copied().unwrap_or_default();
    first..first.saturating_add(usize::from(last) + 1)
}

pub(crate) fn rule_number(row: u32) -> usize {
    (row >> UNWIND_PAGE_BITS) as usize
}
