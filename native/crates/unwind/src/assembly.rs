use std::collections::BTreeMap;
use std::ops::Range;

use iced_x86::{
    Code, Decoder, DecoderOptions, FlowControl, Instruction, InstructionInfoFactory, Mnemonic,
    OpAccess, OpKind, Register,
};
use strata_definitions::{
    UNWIND_KIND_REGISTER, UNWIND_PLACE_CFA, UNWIND_PLACE_SAME, UNWIND_PLACE_UNDEFINED, UnwindRule,
};

use crate::machine::Machine;

/// What one instruction is looked at more often than this is given up.
const MOST_STEPS: usize = 4_096;
/// Functions begin at multiples of this many bytes, but for the first of a section.
const FUNCTION_ALIGNMENT: u64 = 16;
const WORD: i64 = 8;
const MOST_FRAME_BYTES: i64 = 1 << 20;

/// Where the frame is before an instruction. `CFA = rsp + depth`, and once the function made itself a frame pointer
/// `CFA = rbp + frame`.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    /// `None` behind an instruction that aligns the stack.
    depth: Option<i64>,
    frame: Option<i64>,
    fp: Saved,
    bx: Saved,
}

/// A register of the caller.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Saved {
    Same,
    /// At `[CFA − offset]`.
    At(i64),
    Lost,
}

const ENTERED: State = State {
    depth: Some(WORD),
    frame: None,
    fp: Saved::Same,
    bx: Saved::Same,
};

/// Rules for x86-64 code that nobody described, by following each of its paths: assembly, and what the C runtime adds to every
/// file. `code` lies at this file offset. What is not reached from the beginning of a function, or is reached with different
/// frames, has no rule.
pub(crate) fn follow(code: &[u8], offset: u64) -> Vec<(Range<u64>, UnwindRule)> {
    let mut states = BTreeMap::new();
    let mut entry = offset;
    let end = offset + code.len() as u64;
    let mut covered = offset;
    while entry < end {
        if is_padding(code, offset, entry) {
            entry += 1;
            continue;
        }
        if covered > offset && !entry.is_multiple_of(FUNCTION_ALIGNMENT) {
            entry = entry.next_multiple_of(FUNCTION_ALIGNMENT);
            continue;
        }
        let Some(function) = follow_function(code, offset, entry) else {
            return Vec::new();
        };
        covered = function.values().map(|(_, end)| *end).max().unwrap_or(end);
        states.extend(function);
        entry = covered.max(entry + 1);
    }
    states
        .into_iter()
        .filter_map(|(start, (state, end))| Some((start..end, rule_of(&state)?)))
        .collect()
}

/// `nop`s of any length are left to the decoder; these are what fills the space between sections.
fn is_padding(code: &[u8], offset: u64, at: u64) -> bool {
    matches!(code.get((at - offset) as usize), Some(0x00 | 0x90 | 0xcc))
}

/// The state before each instruction and that instruction's end; `None` when two paths disagree, or something is not understood.
fn follow_function(code: &[u8], offset: u64, entry: u64) -> Option<BTreeMap<u64, (State, u64)>> {
    let mut info = InstructionInfoFactory::new();
    let mut states: BTreeMap<u64, (State, u64)> = BTreeMap::new();
    let mut waiting = vec![(entry, ENTERED)];
    for _ in 0..MOST_STEPS {
        let Some((at, state)) = waiting.pop() else {
            return Some(states);
        };
        if let Some((known, _)) = states.get(&at) {
            if *known != state {
                return None;
            }
            continue;
        }
        let bytes = at
            .checked_sub(offset)
            .and_then(|index| code.get(index as usize..));
        // A path that leaves the gap is a call that does not come back.
        let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else {
            continue;
        };
        let instruction = Decoder::with_ip(64, bytes, at, DecoderOptions::NONE).decode();
        if instruction.code() == Code::INVALID {
            return None;
        }
        states.insert(at, (state, instruction.next_ip()));
        let after = step(&state, &instruction, &mut info)?;
        match instruction.flow_control() {
            FlowControl::Next
            | FlowControl::Call
            | FlowControl::IndirectCall
            | FlowControl::XbeginXabortXend => {
                waiting.push((instruction.next_ip(), after));
            }
            FlowControl::ConditionalBranch => {
                waiting.push((instruction.next_ip(), after));
                waiting.push((instruction.near_branch_target(), after));
            }
            FlowControl::UnconditionalBranch => {
                waiting.push((instruction.near_branch_target(), after))
            }
            // `syscall` comes back; `int3` and `ud2` do not.
            FlowControl::Interrupt if instruction.mnemonic() == Mnemonic::Syscall => {
                waiting.push((instruction.next_ip(), after));
            }
            _ => {}
        }
    }
    None
}

/// The state behind an instruction; `None` when the frame is lost.
fn step(
    state: &State,
    instruction: &Instruction,
    info: &mut InstructionInfoFactory,
) -> Option<State> {
    let mut after = *state;
    let registers =
        (instruction.op0_kind() == OpKind::Register).then(|| instruction.op0_register());
    match (instruction.mnemonic(), registers) {
        (Mnemonic::Push, Some(register)) => {
            let depth = state.depth? + WORD;
            after.depth = Some(depth);
            let saved = match register {
                Register::RBP => &mut after.fp,
                Register::RBX => &mut after.bx,
                _ => return Some(after),
            };
            if *saved == Saved::Same {
                *saved = Saved::At(depth);
            }
            return Some(after);
        }
        (Mnemonic::Pop, Some(register)) => {
            let depth = state.depth?;
            after.depth = Some(depth - WORD);
            let saved = match register {
                Register::RBP => {
                    after.frame = None;
                    &mut after.fp
                }
                Register::RBX => &mut after.bx,
                _ => return Some(after),
            };
            *saved = if *saved == Saved::At(depth) {
                Saved::Same
            } else {
                Saved::Lost
            };
            return Some(after);
        }
        (Mnemonic::Mov, Some(Register::RBP)) if instruction.op1_register() == Register::RSP => {
            after.frame = Some(state.depth?);
            return Some(after);
        }
        (Mnemonic::Mov, Some(Register::RSP)) if instruction.op1_register() == Register::RBP => {
            after.depth = Some(state.frame?);
            return Some(after);
        }
        (Mnemonic::Leave, _) => {
            after.depth = Some(state.frame? - WORD);
            after.fp = if after.fp == Saved::At(state.frame?) {
                Saved::Same
            } else {
                Saved::Lost
            };
            after.frame = None;
            return Some(after);
        }
        (Mnemonic::Lea, Some(Register::RSP)) if instruction.memory_base() == Register::RSP => {
            if instruction.memory_index() != Register::None {
                return None;
            }
            after.depth = Some(state.depth? - instruction.memory_displacement64() as i64);
            return Some(after);
        }
        (Mnemonic::Sub | Mnemonic::Add, Some(Register::RSP)) => {
            let by = instruction.try_immediate(1).ok()? as i64;
            let by = if instruction.mnemonic() == Mnemonic::Sub {
                by
            } else {
                -by
            };
            after.depth =
                Some(state.depth? + by).filter(|depth| (0..MOST_FRAME_BYTES).contains(depth));
            after.depth?;
            return Some(after);
        }
        _ => {}
    }
    if instruction.is_stack_instruction() {
        let is_call = matches!(
            instruction.flow_control(),
            FlowControl::Call | FlowControl::IndirectCall
        );
        if !is_call && instruction.flow_control() != FlowControl::Return {
            after.depth = Some(state.depth? - i64::from(instruction.stack_pointer_increment()));
        }
        return Some(after);
    }
    for used in info.info(instruction).used_registers() {
        if matches!(
            used.access(),
            OpAccess::Read | OpAccess::CondRead | OpAccess::None
        ) {
            continue;
        }
        match used.register().full_register() {
            Register::RSP => after.depth = None,
            Register::RBP => {
                after.frame = None;
                after.fp = if after.fp == Saved::Same {
                    Saved::Lost
                } else {
                    after.fp
                };
            }
            Register::RBX if after.bx == Saved::Same => after.bx = Saved::Lost,
            _ => {}
        }
    }
    (after.depth.is_some() || after.frame.is_some()).then_some(after)
}

fn rule_of(state: &State) -> Option<UnwindRule> {
    let machine = Machine::X86_64;
    let (register, offset) = match (state.frame, state.depth) {
        (Some(frame), _) => (machine.frame_pointer(), frame),
        (None, Some(depth)) => (machine.stack_pointer(), depth),
        (None, None) => return None,
    };
    let place = |saved: Saved| match saved {
        Saved::Same => Some((UNWIND_PLACE_SAME as u8, 0)),
        Saved::At(offset) => Some((UNWIND_PLACE_CFA as u8, i16::try_from(-offset).ok()?)),
        Saved::Lost => Some((UNWIND_PLACE_UNDEFINED as u8, 0)),
    };
    let ((fp_place, fp_offset), (bx_place, bx_offset)) = (place(state.fp)?, place(state.bx)?);
    Some(UnwindRule {
        kind: UNWIND_KIND_REGISTER as u8,
        cfa_register: register,
        cfa_offset: i32::try_from(offset).ok()?,
        ra_place: UNWIND_PLACE_CFA as u8,
        ra_offset: -(WORD as i16),
        fp_place,
        fp_offset,
        bx_place,
        bx_offset,
        ..UnwindRule::default()
    })
}
