//! The table as the kernel reads it; the layout is in native/definitions/definitions.ts and docs/unwind-table.md.

use strata_definitions::{
    UNWIND_BLOCK_BYTES, UNWIND_KIND_COUNT, UNWIND_MAGIC, UNWIND_PLACE_COUNT, UNWIND_VERSION,
    UnwindPage, UnwindRule,
};

use crate::dictionary::MAX_RULES;
use crate::error::{DecodeError, DecodeErrorCode};
use crate::table::{LOW_MASK, UnwindTable, page_of, rows_of, rule_number};

const BLOCK: usize = UNWIND_BLOCK_BYTES as usize;
const HEADER_BYTES: usize = size_of::<strata_definitions::UnwindHeader>();
const PAGE_BYTES: usize = size_of::<UnwindPage>();
const RULE_BYTES: usize = size_of::<UnwindRule>();
const ROW_BYTES: usize = 4;

/// Where the parts of a table begin, in blocks.
struct Layout {
    rules_block: usize,
    rows_block: usize,
    /// Blocks in all.
    blocks: usize,
}

impl Layout {
    fn of(pages: usize, rules: usize, rows: usize) -> Self {
        let rules_block = 1 + (pages * PAGE_BYTES).div_ceil(BLOCK);
        let rows_block = rules_block + (rules * RULE_BYTES).div_ceil(BLOCK);
        Self {
            rules_block,
            rows_block,
            blocks: rows_block + (rows * ROW_BYTES).div_ceil(BLOCK),
        }
    }
}

impl UnwindTable {
    /// Size of the encoded table; a multiple of 256.
    pub fn encoded_bytes(&self) -> usize {
        self.layout().blocks * BLOCK
    }

    /// Writes the table. The buffer needs `encoded_bytes`; what it has beyond is left alone.
    ///
    /// # Panics
    /// When the buffer is smaller, which is the caller's mistake.
    pub fn encode(&self, into: &mut [u8]) {
        let layout = self.layout();
        let into = &mut into[..layout.blocks * BLOCK];
        let (head, rest) = into.split_at_mut(BLOCK);
        let (pages, rest) = rest.split_at_mut((layout.rules_block - 1) * BLOCK);
        let (rules, rows) = rest.split_at_mut((layout.rows_block - layout.rules_block) * BLOCK);
        let header = [
            UNWIND_MAGIC,
            UNWIND_VERSION,
            self.first_page,
            self.pages.len() as u32,
            self.rules.len() as u32,
            self.rows.len() as u32,
            layout.rules_block as u32,
            layout.rows_block as u32,
        ];
        write(head, header.iter().map(|field| field.to_le_bytes()));
        write(pages, self.pages.iter().map(page_bytes));
        write(rules, self.rules.iter().map(rule_bytes));
        write(rows, self.rows.iter().map(|row| row.to_le_bytes()));
    }

    /// Reads a table as `encode` wrote it. Everything a look-up follows is checked: the parts lie within the bytes, pages within
    /// the rows, rows ascend and name rules that are there, rules have kinds and places that are known.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let [
            magic,
            version,
            first_page,
            pages,
            rules,
            rows,
            rules_block,
            rows_block,
        ] = header_of(bytes)?;
        if magic != UNWIND_MAGIC {
            return Err(DecodeError::new(
                DecodeErrorCode::NotATable,
                "The bytes do not begin as an unwind table does.",
            ));
        }
        if version != UNWIND_VERSION {
            return Err(DecodeError::new(
                DecodeErrorCode::OtherVersion,
                format!("The unwind table has version {version}; only {UNWIND_VERSION} is read."),
            ));
        }
        let layout = Layout::of(pages as usize, rules as usize, rows as usize);
        if (rules_block as usize, rows_block as usize) != (layout.rules_block, layout.rows_block)
            || bytes.len() != layout.blocks * BLOCK
        {
            return Err(DecodeError::new(
                DecodeErrorCode::WrongLength,
                format!(
                    "The unwind table has {} bytes; its header makes it {}.",
                    bytes.len(),
                    layout.blocks * BLOCK
                ),
            ));
        }
        let part = |block: usize, count: u32, size: usize| {
            let start = block * BLOCK;
            bytes
                .get(start..start + count as usize * size)
                .unwrap_or_default()
        };
        let table = Self {
            first_page,
            pages: records(part(1, pages, PAGE_BYTES), page_from),
            rules: records(part(layout.rules_block, rules, RULE_BYTES), rule_of),
            rows: records(part(layout.rows_block, rows, ROW_BYTES), u32::from_le_bytes),
        };
        table.check()?;
        Ok(table)
    }

    fn check(&self) -> Result<(), DecodeError> {
        let damaged = |what: &str| {
            Err(DecodeError::new(
                DecodeErrorCode::Damaged,
                format!("The unwind table is damaged: {what}."),
            ))
        };
        if self.rules.first() != Some(&UnwindRule::default()) || self.rules.len() > MAX_RULES {
            return damaged("its first rule is another than NO_RULE, or it has too many");
        }
        let places = |rule: &UnwindRule| [rule.ra_place, rule.fp_place, rule.bx_place];
        if self.rules.iter().any(|rule| {
            usize::from(rule.kind) >= UNWIND_KIND_COUNT
                || places(rule)
                    .iter()
                    .any(|place| usize::from(*place) >= UNWIND_PLACE_COUNT)
        }) {
            return damaged("a rule is of an unknown kind");
        }
        if self
            .rows
            .iter()
            .any(|row| rule_number(*row) >= self.rules.len())
        {
            return damaged("a row names a rule that is not there");
        }
        for page in &self.pages {
            let rows = self.rows.get(rows_of(page)).unwrap_or_default();
            if rows.first().is_none_or(|row| row & LOW_MASK != 0)
                || !rows.is_sorted_by(|row, next| row & LOW_MASK < next & LOW_MASK)
                || *page != page_of(page.first_row, rows)
            {
                return damaged("the rows of a page are not there or out of order");
            }
        }
        Ok(())
    }

    fn layout(&self) -> Layout {
        Layout::of(self.pages.len(), self.rules.len(), self.rows.len())
    }
}

/// The fields of `struct unwind_header`.
fn header_of(bytes: &[u8]) -> Result<[u32; HEADER_BYTES / 4], DecodeError> {
    let mut fields = [0; HEADER_BYTES / 4];
    let (chunks, _) = bytes
        .first_chunk::<HEADER_BYTES>()
        .ok_or_else(|| {
            DecodeError::new(
                DecodeErrorCode::WrongLength,
                "The unwind table ends within its header.",
            )
        })?
        .as_chunks::<4>();
    for (field, chunk) in fields.iter_mut().zip(chunks) {
        *field = u32::from_le_bytes(*chunk);
    }
    Ok(fields)
}

/// Writes records one after the other, and zeros behind them.
fn write<const N: usize>(into: &mut [u8], records: impl Iterator<Item = [u8; N]>) {
    let (chunks, _) = into.as_chunks_mut::<N>();
    let mut chunks = chunks.iter_mut();
    for (chunk, record) in chunks.by_ref().zip(records) {
        *chunk = record;
    }
    for chunk in chunks {
        *chunk = [0; N];
    }
}

fn records<const N: usize, T>(bytes: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes
        .as_chunks::<N>()
        .0
        .iter()
        .map(|chunk| read(*chunk))
        .collect()
}

/// `struct unwind_rule`.
#[inline]
pub(crate) fn rule_bytes(rule: &UnwindRule) -> [u8; RULE_BYTES] {
    let [ra0, ra1] = rule.ra_offset.to_le_bytes();
    let [cfa0, cfa1, cfa2, cfa3] = rule.cfa_offset.to_le_bytes();
    let [fp0, fp1] = rule.fp_offset.to_le_bytes();
    let [bx0, bx1] = rule.bx_offset.to_le_bytes();
    let add = rule.cfa_add as u8;
    [
        rule.kind,
        rule.cfa_register,
        rule.ra_place,
        rule.fp_place,
        rule.bx_place,
        add,
        ra0,
        ra1,
        cfa0,
        cfa1,
        cfa2,
        cfa3,
        fp0,
        fp1,
        bx0,
        bx1,
    ]
}

fn rule_of(bytes: [u8; RULE_BYTES]) -> UnwindRule {
    let [
        kind,
        cfa_register,
        ra_place,
        fp_place,
        bx_place,
        add,
        ra0,
        ra1,
        cfa0,
        cfa1,
        cfa2,
        cfa3,
        fp0,
        fp1,
        bx0,
        bx1,
    ] = bytes;
    UnwindRule {
        kind,
        cfa_register,
        ra_place,
        fp_place,
        bx_place,
        cfa_add: add as i8,
        ra_offset: i16::from_le_bytes([ra0, ra1]),
        cfa_offset: i32::from_le_bytes([cfa0, cfa1, cfa2, cfa3]),
        fp_offset: i16::from_le_bytes([fp0, fp1]),
        bx_offset: i16::from_le_bytes([bx0, bx1]),
    }
}

/// `struct unwind_page`.
fn page_bytes(page: &UnwindPage) -> [u8; PAGE_BYTES] {
    let mut bytes = [0; PAGE_BYTES];
    let (first_row, held) = bytes.split_at_mut(size_of::<u32>());
    first_row.copy_from_slice(&page.first_row.to_le_bytes());
    write(held, page.held.iter().map(|row| row.to_le_bytes()));
    bytes
}

fn page_from(bytes: [u8; PAGE_BYTES]) -> UnwindPage {
    let mut page = UnwindPage::default();
    let (words, _) = bytes.as_chunks::<2>();
    let mut words = words.iter().map(|word| u16::from_le_bytes(*word));
    let mut next = || words.next().unwrap_or_default();
    page.first_row = u32::from(next()) | u32::from(next()) << 16;
    page.held.fill_with(next);
    page
}
