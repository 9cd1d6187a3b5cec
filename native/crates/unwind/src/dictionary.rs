use std::collections::HashMap;

use strata_definitions::UnwindRule;

use crate::cfi::UNSUPPORTED_RULE;
use crate::encoding::rule_bytes;

/// A row names its rule with 16 bits.
pub(crate) const MAX_RULES: usize = 1 << 16;
const RECENT: usize = 256;

/// The distinct rules of a file, in order of first use; rule 0 is NO_RULE.
pub(crate) struct Dictionary {
    rules: Vec<UnwindRule>,
    numbers: HashMap<u128, u16>,
    /// Numbers by a cheap hash of the rule. Nearly every row finds its rule here; the map behind keeps files that are made to
    /// collide from taking long.
    recent: Box<[(u128, u16); RECENT]>,
}

impl Dictionary {
    pub fn new() -> Self {
        let none = UnwindRule::default();
        Self {
            rules: vec![none],
            numbers: HashMap::from([(key(&none), 0)]),
            recent: Box::new([(key(&none), 0); RECENT]),
        }
    }

    /// The number of a rule, a new one for a rule not seen before; `None` when there are no more numbers. The last one is kept for
    /// UNSUPPORTED.
    #[inline]
    pub fn number(&mut self, rule: &UnwindRule) -> Option<u16> {
        let key = key(rule);
        let slot = hash(key);
        if let Some((recent, number)) = self.recent.get(slot)
            && *recent == key
        {
            return Some(*number);
        }
        let number = match self.numbers.get(&key) {
            Some(number) => *number,
            None => {
                let most = MAX_RULES - usize::from(*rule != UNSUPPORTED_RULE);
                if self.rules.len() >= most {
                    return None;
                }
                let number = self.rules.len() as u16;
                self.rules.push(*rule);
                self.numbers.insert(key, number);
                number
            }
        };
        if let Some(recent) = self.recent.get_mut(slot) {
            *recent = (key, number);
        }
        Some(number)
    }

    pub fn into_rules(self) -> Vec<UnwindRule> {
        self.rules
    }
}

fn key(rule: &UnwindRule) -> u128 {
    u128::from_le_bytes(rule_bytes(rule))
}

/// Fibonacci hashing of both halves; the upper bits are the best mixed.
fn hash(key: u128) -> usize {
    let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
    (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize
}
