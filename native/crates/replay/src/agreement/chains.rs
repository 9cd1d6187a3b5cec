use strata_definitions::{OUTCOME_COMPLETE, OUTCOME_TRUNCATED};

use crate::walk::Walked;

/// How a walk's addresses differ from gdb's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Difference {
    /// Both go on from the same frame, to different callers.
    OtherCaller,
    /// The walk ends where gdb goes on.
    EndsEarlier,
    /// The walk goes on where gdb ends.
    GoesFurther,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same addresses. `is_complete` says whether the walk's outcome says so too, or that the stack is deeper than is walked.
    Agrees { is_complete: bool },
    /// `at` is the first index at which they do; the frame before it was unwound differently.
    Differs { difference: Difference, at: usize },
}

/// Compares a walk with gdb's chain, which is cut off at more frames than a walk has.
pub fn compare(walked: &Walked, gdb: &[u64]) -> Verdict {
    let ours = &walked.addresses;
    let common = ours
        .iter()
        .zip(gdb)
        .take_while(|(our, their)| our == their)
        .count();
    let is_cut = walked.outcome == OUTCOME_TRUNCATED && common == ours.len();
    let difference = match (ours.len() > common, gdb.len() > common) {
        (false, more) if !more || is_cut => {
            return Verdict::Agrees {
                is_complete: is_cut || walked.outcome == OUTCOME_COMPLETE,
            };
        }
        (false, _) => Difference::EndsEarlier,
        (true, false) => Difference::GoesFurther,
        (true, true) => Difference::OtherCaller,
    };
    Verdict::Differs {
        difference,
        at: common,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(ours: &[u64], outcome: usize, gdb: &[u64]) -> Verdict {
        let addresses = ours.to_vec();
        compare(&Walked { addresses, outcome }, gdb)
    }

    #[test]
    fn tells_who_goes_on() {
        let differs = |difference, at| Verdict::Differs { difference, at };
        let agrees = |is_complete| Verdict::Agrees { is_complete };
        for (ours, outcome, gdb, expected) in [
            (&[1, 2, 3][..], 0, &[1, 2, 3][..], agrees(true)),
            (&[1, 2], OUTCOME_TRUNCATED, &[1, 2, 3], agrees(true)),
            (&[1, 2], 4, &[1, 2], agrees(false)),
            (&[1, 2], 0, &[1, 2, 3], differs(Difference::EndsEarlier, 2)),
            (&[1, 2, 3], 0, &[1, 2], differs(Difference::GoesFurther, 2)),
            (&[1, 4, 3], 0, &[1, 2], differs(Difference::OtherCaller, 1)),
            (
                &[1, 4],
                OUTCOME_TRUNCATED,
                &[1, 2],
                differs(Difference::OtherCaller, 1),
            ),
        ] {
            assert_eq!(verdict(ours, outcome, gdb), expected, "{ours:?} {gdb:?}");
        }
    }
}
