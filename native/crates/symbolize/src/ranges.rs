use crate::candidates::Candidate;

/// From `start` on, up to the next range's start: a name, or nothing that is known (padding, data, the end).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range<'data> {
    pub start: u64,
    pub name: Option<&'data [u8]>,
}

/// Turns candidates, which may overlap, into ranges in ascending order. Where candidates overlap, the one that starts
/// later wins as far as it reaches, then the one around it goes on. The last range is always nameless.
///
/// ```text
/// candidates   [a----------)        [c---
///                 [b---)
/// ranges       a  b    a   (none)   c    (none)
/// ```
pub(crate) fn to_ranges<'data>(mut candidates: Vec<Candidate<'data>>) -> Vec<Range<'data>> {
    candidates.sort_unstable();
    candidates.dedup_by_key(|candidate| candidate.start);
    let mut ranges = Vec::with_capacity(candidates.len() + 1);
    // Functions that are open at the current address, outermost first, as (end, name).
    let mut open: Vec<(u64, &[u8])> = Vec::new();
    for (position, candidate) in candidates.iter().enumerate() {
        close_until(candidate.start, &mut open, &mut ranges);
        if candidate.is_label && !open.is_empty() {
            continue;
        }
        let mut end = candidate.end;
        if candidate.is_open {
            let next = candidates
                .get(position + 1)
                .map_or(u64::MAX, |next| next.start);
            let around = open.last().map_or(u64::MAX, |(end, _)| *end);
            end = end.min(next).min(around);
        }
        push(&mut ranges, candidate.start, Some(candidate.name));
        open.push((end, candidate.name));
    }
    close_until(u64::MAX, &mut open, &mut ranges);
    ranges
}

/// Ends every function that ends at or before `address`, innermost first.
fn close_until<'data>(
    address: u64,
    open: &mut Vec<(u64, &'data [u8])>,
    ranges: &mut Vec<Range<'data>>,
) {
    while let Some(&(end, _)) = open.last() {
        if end > address {
            return;
        }
        while open.last().is_some_and(|(other, _)| *other <= end) {
            open.pop();
        }
        push(ranges, end, open.last().map(|(_, name)| *name));
    }
}

fn push<'data>(ranges: &mut Vec<Range<'data>>, start: u64, name: Option<&'data [u8]>) {
    if ranges.last().is_some_and(|last| last.start == start) {
        ranges.pop();
    }
    if ranges.last().map(|last| last.name) != Some(name) {
        ranges.push(Range { start, name });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a 10..30` has a size, `a 10..` reaches to the next one, `a? 10..` is a label of assembly; sections end at 100.
    fn ranges(text: &'static str) -> String {
        let candidates = text.split(", ").map(|item| {
            let (name, bounds) = item.split_once(' ').unwrap();
            let (start, end) = bounds.split_once("..").unwrap();
            let bare = name.trim_end_matches(['?', '@']);
            Candidate {
                start: start.parse().unwrap(),
                is_label: name.ends_with('?'),
                is_open: end.is_empty(),
                binding_rank: 0,
                is_suffixed: name.ends_with('@'),
                name_length: bare.len(),
                name: bare.as_bytes(),
                end: end.parse().unwrap_or(100),
            }
        });
        to_ranges(candidates.collect())
            .iter()
            .map(|range| {
                format!(
                    "{}:{}",
                    range.start,
                    String::from_utf8_lossy(range.name.unwrap_or(b"-"))
                )
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn padding_is_no_neighbour() {
        assert_eq!(ranges("a 10..20, b 32..40"), "10:a 20:- 32:b 40:-");
    }

    #[test]
    fn the_inner_function_wins_and_the_outer_one_goes_on() {
        assert_eq!(ranges("a 10..50, b 20..30"), "10:a 20:b 30:a 50:-");
        assert_eq!(ranges("a 10..30, b 20..50"), "10:a 20:b 50:-");
    }

    #[test]
    fn without_a_size_up_to_the_next_or_the_end_of_the_section() {
        assert_eq!(ranges("a 10.., b 20.."), "10:a 20:b 100:-");
    }

    #[test]
    fn a_label_inside_a_function_is_no_function() {
        assert_eq!(
            ranges("a 10..30, loop? 20.., c? 40.."),
            "10:a 30:- 40:c 100:-"
        );
    }

    #[test]
    fn one_name_per_address_whatever_the_order() {
        assert_eq!(ranges("bb 10..20, a@ 10..20, cc 10..20"), "10:bb 20:-");
        assert_eq!(ranges("cc 10..20, bb 10..20, a@ 10..20"), "10:bb 20:-");
    }
}
