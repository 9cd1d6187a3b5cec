use strata_definitions::{
    UNWIND_KIND_END_OF_STACK, UNWIND_KIND_OTHER_STACK, UNWIND_KIND_REGISTER,
    UNWIND_KIND_SIGNAL_FRAME, UNWIND_PLACE_CFA, UNWIND_PLACE_FP, UNWIND_PLACE_REGISTER,
    UNWIND_PLACE_SAME, UNWIND_PLACE_SP, UnwindRule,
};

use crate::go::code::Code;
use crate::go::frame::{Frame, Prologue};
use crate::go::goroutine::{FUNCTION_BYTES, Goroutine};
use crate::go::pclntab::{GoFunction, GoTable};
use crate::go::stack_depths::{Depth, StackDepths};
use crate::machine::Machine;
use crate::report::Unsupported;
use crate::sweep::{FunctionRows, Row};

/// Besides those with the flag: `mcall` and `gogo`, which goes on in a part of its own, leave a stack for good.
const ENDS: [&[u8]; 6] = [
    b"runtime.goexit",
    b"runtime.rt0_go",
    b"runtime.mstart",
    b"runtime.mcall",
    b"runtime.gogo",
    b"gogo",
];
/// What the kernel returns to from a signal handler, by its names from Go 1.20 on and before.
const SIGNAL_RETURNS: [&[u8]; 2] = [b"runtime.sigreturn__sigaction", b"runtime.sigreturn"];
/// Go's own walk ends there, and begins anew at what the signal interrupted.
const SIGNAL_HANDLER: &[u8] = b"runtime.sigtramp";
/// Names of assembly may tell its calling convention.
const CONVENTION: &[u8] = b".abi0";

pub(super) fn returns_from_signals(name: &[u8]) -> bool {
    SIGNAL_RETURNS.contains(&name.strip_suffix(CONVENTION).unwrap_or(name))
}

/// The rows of a function of Go's table.
pub(crate) struct GoRows<'a> {
    start: u64,
    machine: Machine,
    frame: Frame,
    /// For all of the function.
    fixed: Option<UnwindRule>,
    /// From where the stack pointer may be anywhere.
    lost: Option<UnwindRule>,
    depths: StackDepths<'a>,
    /// What is left of the present depth.
    rest: Option<Depth>,
}

impl<'a> GoRows<'a> {
    /// `start` is where the function is in the file; functions must be asked for in the order of the file.
    pub fn new(
        table: &'a GoTable<'_>,
        function: &GoFunction<'_>,
        prologue: Prologue,
        goroutine: &mut Goroutine,
        code: &mut Code<'_>,
        start: u64,
    ) -> Self {
        let name = function
            .name
            .strip_suffix(CONVENTION)
            .unwrap_or(function.name);
        let frame = Frame::of(table, function, prologue, code, start);
        let changes_stack = function.writes_stack_pointer && table.machine == Machine::X86_64;
        let lost = changes_stack
            .then(|| code.at(start, function.bytes.min(FUNCTION_BYTES)))
            .and_then(|bytes| goroutine.look_at(name, bytes));
        let is_top = function.is_top_frame && name != SIGNAL_HANDLER;
        let fixed = if is_top || ENDS.contains(&name) {
            Some(UNWIND_KIND_END_OF_STACK)
        } else if returns_from_signals(name) && table.machine == Machine::X86_64 {
            Some(UNWIND_KIND_SIGNAL_FRAME)
        } else {
            None
        };
        Self {
            start,
            machine: table.machine,
            frame,
            lost,
            fixed: fixed.map(|kind| UnwindRule {
                kind: kind as u8,
                cfa_register: if kind == UNWIND_KIND_SIGNAL_FRAME {
                    table.machine.stack_pointer()
                } else {
                    0
                },
                ..UnwindRule::default()
            }),
            depths: StackDepths::new(table.depths_of(function), table.quantum),
            rest: None,
        }
    }

    fn rule(&self, at: u64, depth: i32) -> Result<UnwindRule, Unsupported> {
        if let Some(rule) = self.fixed {
            return Ok(rule);
        }
        let is_from = |from: Option<u64>| from.is_some_and(|from| at >= from);
        if is_from(self.frame.lost_from) {
            return self.lost.ok_or(Unsupported::StackPointerRule);
        }
        if depth < 0 {
            return Err(Unsupported::NoCfa);
        }
        let is_saved = depth > 0 && is_from(self.frame.saved_from);
        let own = self
            .frame
            .own_from
            .filter(|(from, _)| depth > 0 && at >= *from);
        Ok(match self.machine {
            Machine::X86_64 => x86_64(depth, is_saved, own.is_some()),
            Machine::Aarch64 => arm64(depth, is_saved, own.map(|(_, depth)| depth)),
        })
    }

    /// The next distance after `at` where something but the depth changes.
    fn boundary(&self, at: u64) -> u64 {
        let frame = &self.frame;
        let own = frame.own_from.map(|(from, _)| from);
        [frame.saved_from, own, frame.lost_from]
            .into_iter()
            .flatten()
            .filter(|from| *from > at)
            .min()
            .unwrap_or(u64::MAX)
    }
}

impl FunctionRows for GoRows<'_> {
    fn next(&mut self) -> Option<Row> {
        let depth = match self.rest.take() {
            Some(rest) => rest,
            None => self.depths.next()?,
        };
        let to = self.boundary(depth.from).min(depth.to);
        if to < depth.to {
            self.rest = Some(Depth { from: to, ..depth });
        }
        Some(Row {
            range: self.start.saturating_add(depth.from)..self.start.saturating_add(to),
            rule: self.rule(depth.from, depth.depth),
        })
    }
}

/// The return address is above what the function has on the stack, the saved frame pointer right below it.
fn x86_64(depth: i32, is_saved: bool, is_own: bool) -> UnwindRule {
    let machine = Machine::X86_64;
    let (kind, cfa_register, cfa_offset) = if is_own {
        (UNWIND_KIND_OTHER_STACK, machine.frame_pointer(), 16)
    } else {
        (
            UNWIND_KIND_REGISTER,
            machine.stack_pointer(),
            depth.saturating_add(8),
        )
    };
    UnwindRule {
        kind: kind as u8,
        cfa_register,
        cfa_offset,
        ra_place: UNWIND_PLACE_CFA as u8,
        ra_offset: -8,
        fp_place: if is_saved {
            UNWIND_PLACE_CFA
        } else {
            UNWIND_PLACE_SAME
        } as u8,
        fp_offset: if is_saved { -16 } else { 0 },
        ..UnwindRule::default()
    }
}

/// The return address is at the stack pointer, the saved frame pointer below it, where a function's own one points.
fn arm64(depth: i32, is_saved: bool, own: Option<i32>) -> UnwindRule {
    let machine = Machine::Aarch64;
    let bare = UnwindRule {
        kind: UNWIND_KIND_REGISTER as u8,
        cfa_register: machine.stack_pointer(),
        cfa_offset: depth,
        ..UnwindRule::default()
    };
    match own {
        Some(depth) => UnwindRule {
            kind: UNWIND_KIND_OTHER_STACK as u8,
            cfa_register: machine.frame_pointer(),
            cfa_offset: depth.saturating_add(8),
            ra_place: UNWIND_PLACE_FP as u8,
            ra_offset: 8,
            fp_place: UNWIND_PLACE_FP as u8,
            ..bare
        },
        None if depth == 0 => UnwindRule {
            ra_place: UNWIND_PLACE_REGISTER as u8,
            ra_offset: 30,
            ..bare
        },
        None => UnwindRule {
            ra_place: UNWIND_PLACE_SP as u8,
            fp_place: if is_saved {
                UNWIND_PLACE_SP
            } else {
                UNWIND_PLACE_SAME
            } as u8,
            fp_offset: if is_saved { -8 } else { 0 },
            ..bare
        },
    }
}
