use std::collections::BTreeMap;

use strata_definitions::{
    INTERRUPTED_BIT, UNWIND_KIND_DEREFERENCED, UNWIND_KIND_INDEXED, UNWIND_KIND_OTHER_STACK,
    UNWIND_KIND_PLT, UNWIND_KIND_REGISTER, UNWIND_KIND_SIGNAL_FRAME,
};
use strata_unwind::{Machine, UnwindRule, describe};

use crate::agreement::process::Process;
use crate::walk::Walked;

/// How often each sort of rule was followed, and what else the stacks had: what was compared at all.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    pub counts: BTreeMap<String, usize>,
}

impl Coverage {
    pub fn add(&mut self, walked: &Walked, process: &Process) {
        for (index, address) in walked.addresses.iter().enumerate() {
            let plain = address & !(1 << INTERRUPTED_BIT);
            let is_return = index > 0 && plain == *address;
            let lookup = plain - u64::from(is_return);
            let Some(region) = process.region_of(lookup) else {
                continue;
            };
            let rule = region.file.as_ref();
            let rule = rule.map(|file| file.rows.lookup(region.offset_of(lookup)));
            let sort = rule.map_or("memory without a file".to_owned(), |rule| sort_of(&rule));
            if plain != *address {
                self.count("frames interrupted by a signal");
            }
            if index == 0 {
                if region.name == "[vdso]" {
                    self.count("stops in the vDSO");
                }
                self.count(&format!("stops where {sort}"));
            }
            self.count(&format!("frames where {sort}"));
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (sort, count) in &other.counts {
            *self.counts.entry(sort.clone()).or_default() += count;
        }
    }

    fn count(&mut self, sort: &str) {
        *self.counts.entry(sort.to_owned()).or_default() += 1;
    }
}

/// The rule's form, without its offsets.
fn sort_of(rule: &UnwindRule) -> String {
    let base = Machine::X86_64.register_name(u16::from(rule.cfa_register));
    match usize::from(rule.kind) {
        UNWIND_KIND_REGISTER => format!("cfa={base}"),
        UNWIND_KIND_DEREFERENCED => format!("cfa=[{base}]"),
        UNWIND_KIND_INDEXED => format!("cfa=[rsp+8*{base}]"),
        UNWIND_KIND_OTHER_STACK => format!("cfa={base} other-stack"),
        UNWIND_KIND_PLT => "plt".to_owned(),
        UNWIND_KIND_SIGNAL_FRAME => "signal-frame".to_owned(),
        _ => describe(rule, Machine::X86_64),
    }
}
