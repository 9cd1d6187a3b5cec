//! The frame that the kernel pushes for a signal handler, as the C library describes it: glibc's `__restore_rt`.

use strata_definitions::{UNWIND_KIND_SIGNAL_FRAME, UnwindRule};

use crate::cfi::expression::stack_offset_of;
use crate::cfi::state::{Cfa, State};
use crate::machine::Machine;
use crate::report::Unsupported;

/// Where the registers, by DWARF number, are in a `struct ucontext`: Linux, arch/x86/include/uapi/asm/sigcontext.h, behind the
/// 40 bytes of uc_flags, uc_link and uc_stack.
const CONTEXT_OFFSETS: [i64; 17] = [
    144, 136, 152, 128, 112, 104, 120, 160, 40, 48, 56, 64, 72, 80, 88, 96, 168,
];
const STACK_POINTER: usize = 7;
/// What a walk takes from the context, so that all of it must be described: rbx, rbp, rsp, rip.
const NEEDED: [usize; 4] = [3, 6, STACK_POINTER, 16];

/// Offsets from the stack pointer at which a frame's description says that the registers are.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignalRegisters {
    offsets: [Option<i64>; CONTEXT_OFFSETS.len()],
    /// Something was said that is no offset from the stack pointer.
    other: bool,
}

impl SignalRegisters {
    /// Takes down a DW_CFA_expression.
    pub fn note(&mut self, register: u64, expression: &[u8], machine: Machine) {
        let slot = usize::try_from(register)
            .ok()
            .and_then(|number| self.offsets.get_mut(number));
        match (slot, stack_offset_of(expression, machine)) {
            (Some(slot), Some(offset)) => *slot = Some(offset),
            _ => self.other = true,
        }
    }

    /// The rule of a frame that is laid out as the kernel does it, with its context anywhere above the stack pointer.
    pub fn rule(&self, state: &State, machine: Machine) -> Result<UnwindRule, Unsupported> {
        let Cfa::Dereferenced {
            register,
            offset,
            add: 0,
        } = state.cfa
        else {
            return Err(Unsupported::SignalLayout);
        };
        let context = offset.wrapping_sub(CONTEXT_OFFSETS[STACK_POINTER]);
        let fits = |number: usize| {
            let described = self.offsets.get(number).copied().flatten();
            let right = CONTEXT_OFFSETS
                .get(number)
                .map(|offset| context.wrapping_add(*offset));
            described == right || (described.is_none() && !NEEDED.contains(&number))
        };
        if self.other
            || register != machine.stack_pointer()
            || !(0..CONTEXT_OFFSETS.len()).all(fits)
        {
            return Err(Unsupported::SignalLayout);
        }
        Ok(UnwindRule {
            kind: UNWIND_KIND_SIGNAL_FRAME as u8,
            cfa_register: machine.stack_pointer(),
            cfa_offset: i32::try_from(context).map_err(|_| Unsupported::SignalLayout)?,
            ..UnwindRule::default()
        })
    }
}
