//! The kernel's search in a table: every rule is found from its row up to the next, over the bounds of blocks and pages.

use strata_definitions::{UNWIND_KIND_REGISTER, UNWIND_PLACE_CFA};
use strata_replay::{Code, Mapping, Registers, Table, walk};
use strata_unwind::{Machine, UnwindRule};

const START: u64 = 0x7f00_0000_0000;
const STACK_POINTER: u64 = 1 << 46;
const MACHINE: Machine = if cfg!(target_arch = "aarch64") {
    Machine::Aarch64
} else {
    Machine::X86_64
};

/// Tells itself by where its return address is.
fn rule(number: usize) -> UnwindRule {
    UnwindRule {
        kind: UNWIND_KIND_REGISTER as u8,
        cfa_register: MACHINE.stack_pointer(),
        cfa_offset: 16 + number as i32,
        ra_place: UNWIND_PLACE_CFA as u8,
        ra_offset: -16,
        ..UnwindRule::default()
    }
}

/// Which rule the walk follows at a file offset; `None` when it follows none.
fn found(table: &Table, offset: u64) -> Option<u64> {
    let mut registers = Registers {
        ip: START + offset,
        ..Registers::default()
    };
    registers.general[usize::from(MACHINE.stack_pointer())] = STACK_POINTER;
    let mapping = Mapping {
        start: START,
        end: START + (1 << 32),
        file_offset: 0,
        code: Code::Table(table),
    };
    let mut number = None;
    walk(&registers, &[mapping], |address, _| {
        number = Some(address - STACK_POINTER);
        false
    });
    number
}

#[test]
fn finds_every_rule_from_its_row_to_the_next() {
    // Pages with one row, with some, with exactly a block's, and with thousands, some of them far from the others.
    let strides = [
        (0x1_0000, 3),
        (0x4321, 40),
        (0x400, 64),
        (0x1f, 3000),
        (1, 200),
        (0x2_8001, 5),
        (7, 10_000),
    ];
    let mut offset = 0x3_0000;
    let mut rows = Vec::new();
    for (stride, count) in strides {
        for _ in 0..count {
            rows.push((offset, rule(rows.len())));
            offset += stride;
        }
    }
    let table = Table::of_rows(&rows);
    for (number, (start, _)) in rows.iter().enumerate() {
        let end = rows.get(number + 1).map_or(start + 1, |(next, _)| *next);
        for offset in [*start, start + (end - start) / 2, end - 1] {
            assert_eq!(found(&table, offset), Some(number as u64), "{offset:x}");
        }
    }
    assert_eq!(found(&table, 0x2_ffff), None);
    assert_eq!(found(&table, offset + 0x1_0000), None);
}
