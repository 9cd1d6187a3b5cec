use strata_definitions::{UNWIND_BLOCK_BYTES, UNWIND_PAGE_BITS, UnwindRule};
use strata_unwind::{UnwindTable, page_of};

/// As the kernel's array has it: `union unwind_block`.
#[repr(C, align(8))]
#[derive(Clone, Copy)]
pub(crate) struct Block([u8; UNWIND_BLOCK_BYTES as usize]);

/// An unwind table as the kernel has it.
pub struct Table {
    /// At least the header's.
    blocks: Vec<Block>,
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table of {} blocks", self.blocks.len())
    }
}

impl From<&UnwindTable> for Table {
    fn from(table: &UnwindTable) -> Self {
        let mut bytes = vec![0; table.encoded_bytes()];
        table.encode(&mut bytes);
        let (chunks, _) = bytes.as_chunks();
        Self {
            blocks: chunks.iter().map(|chunk| Block(*chunk)).collect(),
        }
    }
}

impl Table {
    /// Of rows written by hand: the file offset from which each rule holds, ascending.
    pub fn of_rows(rows: &[(u64, UnwindRule)]) -> Self {
        Self::from(&table_of_rows(rows))
    }

    pub(crate) fn blocks(&self) -> &[Block] {
        &self.blocks
    }
}

fn table_of_rows(rows: &[(u64, UnwindRule)]) -> UnwindTable {
    let page_number = |offset: u64| (offset >> UNWIND_PAGE_BITS) as u32;
    let first_page = rows.first().map_or(0, |(offset, _)| page_number(*offset));
    let last_page = rows.last().map_or(0, |(offset, _)| page_number(*offset));
    let mut table = UnwindTable {
        first_page,
        rules: vec![UnwindRule::default()],
        ..UnwindTable::default()
    };
    let mut held = 0;
    for page in first_page..=last_page {
        let first_row = table.rows.len();
        // What held at the end of the page before, unless a row is there.
        let mut low_of_last = None;
        let within = rows
            .iter()
            .filter(|(offset, _)| page_number(*offset) == page);
        for (offset, rule) in within {
            let low = (offset & ((1 << UNWIND_PAGE_BITS) - 1)) as u32;
            if low_of_last.is_none() && low > 0 {
                table.rows.push(held << UNWIND_PAGE_BITS);
            }
            held = number_of(&mut table.rules, rule);
            table.rows.push(held << UNWIND_PAGE_BITS | low);
            low_of_last = Some(low);
        }
        if low_of_last.is_none() {
            table.rows.push(held << UNWIND_PAGE_BITS);
        }
        let page = page_of(first_row as u32, &table.rows[first_row..]);
        table.pages.push(page);
    }
    table
}

fn number_of(rules: &mut Vec<UnwindRule>, rule: &UnwindRule) -> u32 {
    let known = rules.iter().position(|known| known == rule);
    known.unwrap_or_else(|| {
        rules.push(*rule);
        rules.len() - 1
    }) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(cfa_offset: i32) -> UnwindRule {
        UnwindRule {
            kind: 3,
            cfa_offset,
            ..UnwindRule::default()
        }
    }

    #[test]
    fn rows_hold_until_the_next_over_the_bounds_of_pages() {
        let rows = [
            (0x1_fff0, rule(8)),
            (0x4_0000, rule(16)),
            (0x4_0001, rule(8)),
        ];
        let table = table_of_rows(&rows);
        let offsets = [
            0x1_0000, 0x1_ffef, 0x1_fff0, 0x2_0000, 0x3_ffff, 0x4_0000, 0x4_0001, 0x4_ffff,
        ];
        let held = offsets.map(|offset| table.lookup(offset).cfa_offset);
        assert_eq!(held, [0, 0, 8, 8, 8, 16, 8, 8]);
        let mut bytes = vec![0; table.encoded_bytes()];
        table.encode(&mut bytes);
        assert_eq!(UnwindTable::decode(&bytes), Ok(table));
    }
}
