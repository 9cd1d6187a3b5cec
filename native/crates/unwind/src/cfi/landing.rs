use iced_x86::{Decoder, DecoderOptions, FlowControl, Instruction, Mnemonic, OpKind, Register};
use strata_definitions::{
    UNWIND_KIND_LANDING, UNWIND_KIND_REGISTER, UNWIND_PLACE_CFA, UNWIND_PLACE_FP,
    UNWIND_PLACE_UNDEFINED, UnwindRule,
};

use crate::machine::Machine;

/// `DW_CFA_register` of the return address (16) in rcx (2): gcc's `__builtin_eh_return`, by which an unwinder of exceptions goes to
/// the handler it found.
const RETURN_IN_RCX: [u8; 3] = [0x09, 16, 2];
/// As much of a function as is read.
pub(super) const FUNCTION_BYTES: u64 = 4096;
/// Between the call that changes the frame and the next.
const INSTRUCTIONS_MOST: usize = 8;

/// Whether a function's call frame instructions are those of such an unwinder.
pub(super) fn goes_to_handlers(instructions: &[u8]) -> bool {
    instructions
        .windows(RETURN_IN_RCX.len())
        .any(|window| window == RETURN_IN_RCX)
}

/// What libgcc's unwinders do last: a call overwrites their own frame with the handler's registers, the return address included, so
/// that it leads nowhere from then on. Where they go is in their context of the handler, which they hand to a debugger's hook:
///
/// ```text
///     call uw_install_context_1
///     mov  rsi, [rbp + landing]        the handler's address
///     mov  rdi, [rbp + stack]          its stack pointer
///     call _Unwind_DebugHook
/// ```
pub(super) struct Landing {
    /// File offset of the first call.
    pub from: u64,
    stack: i32,
    landing: i16,
}

impl Landing {
    /// `code` is the function's, which lies at that file offset.
    pub fn find(code: &[u8], start: u64) -> Option<Self> {
        let instructions: Vec<Instruction> =
            Decoder::with_ip(64, code, start, DecoderOptions::NONE)
                .into_iter()
                .collect();
        let is_call = |at: &Instruction| at.flow_control() == FlowControl::Call;
        let calls = (0..instructions.len()).filter(|&index| is_call(&instructions[index]));
        calls.rev().find_map(|index| {
            let behind = instructions.get(index + 1..)?;
            let until = behind.iter().take(INSTRUCTIONS_MOST).position(is_call)?;
            let loaded = |register| {
                let load = behind[..until].iter().find(|at| loads(at, register))?;
                i32::try_from(load.memory_displacement64() as i64).ok()
            };
            let (stack, landing) = (loaded(Register::RDI)?, loaded(Register::RSI)?);
            (landing == stack + 8).then_some(Self {
                from: instructions[index].ip(),
                stack,
                landing: i16::try_from(landing).ok()?,
            })
        })
    }

    /// The rule, where the frame's own was this.
    pub fn rule(&self, frame: &UnwindRule) -> Option<UnwindRule> {
        let fp = Machine::X86_64.frame_pointer();
        if frame.kind != UNWIND_KIND_REGISTER as u8 || frame.cfa_register != fp {
            return None;
        }
        // Where the frame keeps the caller's registers are the handler's now.
        let kept = |place: u8, offset: i16| match i16::try_from(frame.cfa_offset) {
            Ok(cfa) if place == UNWIND_PLACE_CFA as u8 => (UNWIND_PLACE_FP as u8, offset + cfa),
            _ => (UNWIND_PLACE_UNDEFINED as u8, 0),
        };
        let (fp_place, fp_offset) = kept(frame.fp_place, frame.fp_offset);
        let (bx_place, bx_offset) = kept(frame.bx_place, frame.bx_offset);
        Some(UnwindRule {
            kind: UNWIND_KIND_LANDING as u8,
            cfa_register: fp,
            cfa_offset: self.stack,
            ra_place: UNWIND_PLACE_FP as u8,
            ra_offset: self.landing,
            fp_place,
            fp_offset,
            bx_place,
            bx_offset,
            ..UnwindRule::default()
        })
    }
}

/// `mov register, [rbp + …]`
fn loads(at: &Instruction, register: Register) -> bool {
    at.mnemonic() == Mnemonic::Mov
        && at.op0_kind() == OpKind::Register
        && at.op0_register() == register
        && at.op1_kind() == OpKind::Memory
        && at.memory_base() == Register::RBP
        && at.memory_index() == Register::None
}
