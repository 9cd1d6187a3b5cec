use std::collections::BTreeSet;

use strata_definitions::{INTERRUPTED_BIT, OUTCOME_COMPLETE, UnwindRule};

use crate::agreement::process::{Process, Region};
use crate::agreement::session::Stop;
use crate::case::{Case, CaseCode, CaseMapping, Memory};
use crate::walk::walk;

/// Words from the stack pointer on that a case has at least: what another walk might have read.
const WORDS_NEAR: u64 = 512;

/// Makes a case of a stop: of tables only the rows, of memory only the words that the walk or gdb's chain need. What must come out
/// is what gdb says; whether that is right is for the reader to judge.
pub fn record(stop: &Stop, process: &Process, about: &str) -> Case {
    let mut words = BTreeSet::new();
    let stack_pointer = stop.registers.general[7] & !7;
    words.extend((0..WORDS_NEAR).map(|n| stack_pointer.saturating_add(8 * n)));
    let walked = walk(&stop.registers, &process.mappings(), |address, to| {
        words.extend((address & !7..address.saturating_add(to.len() as u64)).step_by(8));
        process.read(address, to)
    });
    let mut addresses: Vec<u64> = stop.chain.clone();
    addresses.extend(&walked.addresses);
    let addresses: BTreeSet<u64> = addresses
        .iter()
        .map(|address| address & !(1 << INTERRUPTED_BIT))
        .collect();
    let mut memory = Memory::default();
    for address in words {
        let mut word = [0; 8];
        if process.read(address, &mut word) {
            memory.push(address, u64::from_le_bytes(word));
        }
    }
    Case {
        about: about.lines().map(str::to_owned).collect(),
        registers: stop.registers,
        mappings: process
            .regions
            .iter()
            .filter_map(|region| mapping_of(region, &addresses))
            .collect(),
        memory,
        addresses: stop.chain.clone(),
        outcome: OUTCOME_COMPLETE,
    }
}

/// `None` when no address lies there. Each is taken as one where a frame was interrupted and as a return address.
fn mapping_of(region: &Region, addresses: &BTreeSet<u64>) -> Option<CaseMapping> {
    let offsets: Vec<u64> = addresses
        .iter()
        .flat_map(|address| [address.wrapping_sub(1), *address])
        .filter(|address| region.holds(*address))
        .map(|address| region.offset_of(address))
        .collect();
    if offsets.is_empty() {
        return None;
    }
    Some(CaseMapping {
        start: region.start,
        end: region.end,
        file_offset: region.file_offset,
        name: region.name.clone(),
        code: match &region.file {
            None if region.is_file() => CaseCode::FramePointer,
            None => CaseCode::Anonymous,
            Some(file) => CaseCode::Rows(rows_at(file.rows.iter(), &offsets)),
        },
    })
}

/// The rows that hold at these offsets, which ascend, and NO_RULE behind each that another does not follow.
fn rows_at(
    rows: impl Iterator<Item = (u64, UnwindRule)>,
    offsets: &[u64],
) -> Vec<(u64, UnwindRule)> {
    let mut taken: Vec<(u64, UnwindRule)> = Vec::new();
    let mut push = |offset: u64, rule: UnwindRule| {
        if taken
            .last()
            .map_or(UnwindRule::default(), |(_, last)| *last)
            != rule
        {
            taken.push((offset, rule));
        }
    };
    let mut rows = rows.peekable();
    while let Some((start, rule)) = rows.next() {
        let end = rows.peek().map_or(u64::MAX, |(next, _)| *next);
        let first = offsets.partition_point(|offset| *offset < start);
        let holds = offsets.get(first).is_some_and(|offset| *offset < end);
        push(start, if holds { rule } else { UnwindRule::default() });
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_rows_that_are_needed() {
        let rule = |cfa_offset| UnwindRule {
            kind: 3,
            cfa_offset,
            ..UnwindRule::default()
        };
        let rows = [10, 20, 30, 40, 50].map(|start| (start, rule(start as i32)));
        let taken = rows_at(rows.into_iter(), &[25, 29, 30, 50]);
        let none = UnwindRule::default();
        let expected = [(20, rule(20)), (30, rule(30)), (40, none), (50, rule(50))];
        assert_eq!(taken, expected);
    }
}
