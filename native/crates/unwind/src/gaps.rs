use std::ops::Range;

use strata_definitions::{
    UNWIND_KIND_END_OF_STACK, UNWIND_KIND_FRAME_POINTER, UNWIND_KIND_NEW_THREAD, UNWIND_PLACE_CFA,
    UnwindRule,
};

use crate::address_map::AddressMap;
use crate::assembly::follow;
use crate::machine::Machine;
use crate::plt::{find_stubs, stub_rules};

/// Reads code of the file for us: what lies at these file offsets, or less where that cannot be had.
pub type ReadCode<'a> = &'a dyn Fn(Range<u64>) -> Vec<u8>;

/// What is looked at of a gap: so many windows of so many bytes, evenly spread.
const WINDOW_BYTES: u64 = 4_096;
const MOST_WINDOWS: u64 = 16;
/// Gaps up to here are read whole, and followed instruction by instruction.
const FOLLOWED_BYTES: u64 = 4_096;
/// Gaps up to here are searched for stubs of lazy binding: a hundred thousand of them.
const SEARCHED_BYTES: u64 = 2 << 20;
const SYSCALL: [u8; 2] = [0x0f, 0x05];
/// The first instructions of a program, before any function: `_start` and what it falls through to.
const ENTRY_BYTES: u64 = 128;

/// Rules for code that nobody described.
pub(crate) struct Gaps<'a> {
    pub code: Vec<Range<u64>>,
    pub machine: Machine,
    /// File offset of the program's first instruction.
    pub entry: Option<u64>,
    pub read_code: ReadCode<'a>,
}

impl<'a> Gaps<'a> {
    pub fn new(
        map: &AddressMap,
        machine: Machine,
        entry: Option<u64>,
        read_code: ReadCode<'a>,
    ) -> Self {
        Self {
            code: map.file_ranges(),
            machine,
            entry,
            read_code,
        }
    }

    /// Whether the program begins in this gap.
    pub fn hold_entry(&self, gap: &Range<u64>) -> bool {
        self.entry.is_some_and(|entry| gap.contains(&entry))
    }

    /// What holds in a gap, in order; where nothing is said, NO_RULE does.
    ///
    /// A program's entry has no caller, whether it says so or not. And code that begins its functions by `push rbp; mov rbp, rsp`
    /// all over keeps frame pointers: so do the built-in functions that V8 puts into its binary.
    pub fn rules(&self, gap: Range<u64>) -> Vec<(Range<u64>, UnwindRule)> {
        let mut rules = Vec::new();
        for code in &self.code {
            let part = gap.start.max(code.start)..gap.end.min(code.end);
            if part.is_empty() {
                continue;
            }
            let Some(stubs) = self.stubs(&part) else {
                rules.extend(self.rules_of_code(part));
                continue;
            };
            rules.extend(self.rules_of_code(part.start..stubs.start));
            rules.extend(stub_rules(&stubs));
            rules.extend(self.rules_of_code(stubs.end..part.end));
        }
        rules
    }

    fn rules_of_code(&self, part: Range<u64>) -> Vec<(Range<u64>, UnwindRule)> {
        if let Some(entry) = self.entry.filter(|entry| part.contains(entry)) {
            let end_of_stack = UnwindRule {
                kind: UNWIND_KIND_END_OF_STACK as u8,
                ..UnwindRule::default()
            };
            return vec![(entry..part.end.min(entry + ENTRY_BYTES), end_of_stack)];
        }
        let mut rules = Vec::new();
        if self.keeps_frame_pointers(&part) {
            rules.push((part.clone(), frame_pointer_rule(self.machine)));
        }
        if part.end - part.start < FOLLOWED_BYTES && self.machine == Machine::X86_64 {
            rules.extend(self.followed(&part));
        }
        rules
    }

    fn stubs(&self, part: &Range<u64>) -> Option<Range<u64>> {
        let is_searched = part.end - part.start < SEARCHED_BYTES && self.machine == Machine::X86_64;
        let code = is_searched.then(|| (self.read_code)(part.clone()))?;
        find_stubs(&code, part.start)
    }

    /// Functions of assembly. Where the description ends with a system call, as that of `clone3` does, a new thread begins.
    fn followed(&self, gap: &Range<u64>) -> Vec<(Range<u64>, UnwindRule)> {
        let before = gap.start.saturating_sub(SYSCALL.len() as u64);
        let code = (self.read_code)(before..gap.end);
        match code.split_at_checked((gap.start - before) as usize) {
            Some((last, _)) if last == SYSCALL => vec![(gap.clone(), new_thread_rule())],
            Some((_, code)) => follow(code, gap.start),
            None => Vec::new(),
        }
    }

    fn keeps_frame_pointers(&self, gap: &Range<u64>) -> bool {
        let windows = ((gap.end - gap.start) / WINDOW_BYTES).min(MOST_WINDOWS);
        let prologue = self.machine.frame_pointer_prologue();
        let count = |window: u64| {
            let start = gap.start + (gap.end - gap.start) / windows * window;
            let code = (self.read_code)(start..start + WINDOW_BYTES);
            code.windows(prologue.len())
                .filter(|bytes| *bytes == prologue)
                .count() as u64
        };
        windows > 0 && (0..windows).map(count).sum::<u64>() >= windows
    }
}

/// The caller's frame as the call left it, in the thread that made the call; the new one has none.
fn new_thread_rule() -> UnwindRule {
    UnwindRule {
        kind: UNWIND_KIND_NEW_THREAD as u8,
        cfa_register: Machine::X86_64.stack_pointer(),
        cfa_offset: 8,
        ra_place: UNWIND_PLACE_CFA as u8,
        ra_offset: -8,
        ..UnwindRule::default()
    }
}

/// `push rbp; mov rbp, rsp`, or a frame record on arm64.
pub(crate) fn frame_pointer_rule(machine: Machine) -> UnwindRule {
    UnwindRule {
        kind: UNWIND_KIND_FRAME_POINTER as u8,
        cfa_register: machine.frame_pointer(),
        cfa_offset: 16,
        ra_place: UNWIND_PLACE_CFA as u8,
        ra_offset: -8,
        fp_place: UNWIND_PLACE_CFA as u8,
        fp_offset: -16,
        ..UnwindRule::default()
    }
}
