use crate::dwarf::scopes::ScopeRange;
use crate::index::format::NONE;

/// Scopes open at one address at most; calls inlined deeper than this are left out.
const MAX_OPEN: usize = 256;

/// From `start` on, up to the next one: the innermost scope, or `NONE`. Of scopes that overlap without one being inside of the
/// other, the one whose entry comes later holds.
///
/// ```text
/// ranges     [0: main-------------------)
///               [1: inlined-)  [2---)
/// innermost  0  1           0  2    0   NONE
/// ```
pub(crate) fn innermost(ranges: &mut [ScopeRange]) -> Vec<(u64, u32)> {
    ranges.sort_unstable_by_key(|range| (range.start, range.scope));
    let mut out: Vec<(u64, u32)> = Vec::with_capacity(ranges.len() * 2);
    // Ascending by scope, so that the last one is the innermost.
    let mut open: Vec<ScopeRange> = Vec::new();
    // No end of an open scope is before this.
    let mut next_end = u64::MAX;
    for range in ranges.iter() {
        while next_end <= range.start {
            next_end = close(next_end, &mut open, &mut out);
        }
        if open.len() == MAX_OPEN {
            continue;
        }
        let position = open.partition_point(|other| other.scope <= range.scope);
        open.insert(position, *range);
        next_end = next_end.min(range.end);
        push(&mut out, range.start, &open);
    }
    while !open.is_empty() {
        next_end = close(next_end, &mut open, &mut out);
    }
    out
}

/// Ends what ends at `end`; the next end.
fn close(end: u64, open: &mut Vec<ScopeRange>, out: &mut Vec<(u64, u32)>) -> u64 {
    open.retain(|range| range.end > end);
    push(out, end, open);
    let ends = open.iter().map(|range| range.end);
    ends.min().unwrap_or(u64::MAX)
}

fn push(out: &mut Vec<(u64, u32)>, start: u64, open: &[ScopeRange]) {
    let scope = open.last().map_or(NONE, |range| range.scope);
    if out.last().is_some_and(|last| last.0 == start) {
        out.pop();
    }
    if out.last().map_or(NONE, |last| last.1) != scope {
        out.push((start, scope));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ranges(list: &[(u64, u64)]) -> Vec<ScopeRange> {
        let ranges = list
            .iter()
            .enumerate()
            .map(|(scope, (start, end))| ScopeRange {
                start: *start,
                end: *end,
                scope: scope as u32,
            });
        ranges.collect()
    }

    #[test]
    fn the_inner_one_holds_and_the_outer_one_goes_on() {
        let mut ranges = ranges(&[(0, 100), (10, 30), (20, 30), (50, 60)]);
        assert_eq!(
            innermost(&mut ranges),
            [
                (0, 0),
                (10, 1),
                (20, 2),
                (30, 0),
                (50, 3),
                (60, 0),
                (100, NONE)
            ]
        );
    }

    proptest! {
        /// The obvious way: the last entry that covers the address.
        #[test]
        fn it_is_the_last_entry_that_covers(list in prop::collection::vec((0u64..60, 1u64..20), 0..30)) {
            let list: Vec<(u64, u64)> = list.into_iter().map(|(start, size)| (start, start + size)).collect();
            let found = innermost(&mut ranges(&list));
            for address in 0..90 {
                let expected = list.iter().rposition(|(start, end)| (*start..*end).contains(&address));
                let position = found.partition_point(|(start, _)| *start <= address);
                let scope = position.checked_sub(1).map_or(NONE, |at| found[at].1);
                prop_assert_eq!(scope, expected.map_or(NONE, |scope| scope as u32), "at {}", address);
            }
        }
    }
}
