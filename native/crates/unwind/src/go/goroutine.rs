use iced_x86::{Decoder, DecoderOptions, Instruction, Mnemonic, OpKind, Register};
use strata_definitions::{UNWIND_KIND_GOROUTINE, UnwindRule};

/// As much of a function as is read.
pub(super) const FUNCTION_BYTES: u64 = 512;

/// Where Go's runtime keeps the goroutine that a thread runs for, by the instructions of x86-64 that use it. `morestack` keeps the
/// goroutine's registers there and leaves its stack without a trace on the other.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Goroutine {
    /// In the thread's `m`, which only `systemstack` compares with; it stands in front of `morestack`.
    running: Option<i16>,
}

impl Goroutine {
    /// Looks at the code of a function, in the order of the file; the rule of `morestack` from where it changes stacks.
    pub fn look_at(&mut self, name: &[u8], code: &[u8]) -> Option<UnwindRule> {
        match name {
            b"runtime.systemstack" => {
                self.running = before_change(code)
                    .filter(|at| at.mnemonic() == Mnemonic::Cmp)
                    .filter_map(|at| field(&at))
                    .last();
                None
            }
            b"runtime.morestack" => rule(code, self.running?),
            _ => None,
        }
    }
}

/// `mov rdi, fs:[-8]`, `mov rbx, [rdi + 48]`, `mov [rdi + 96], rbp`, `mov rsp, [rbx + 56]`
fn rule(code: &[u8], running: i16) -> Option<UnwindRule> {
    let mut loads = before_change(code).filter(|at| at.mnemonic() == Mnemonic::Mov);
    let g = loads.find(|at| at.segment_prefix() == Register::FS)?;
    // In a position-independent program the distance is in a register.
    if g.memory_base() != Register::None || g.memory_index() != Register::None {
        return None;
    }
    let m = loads.find(|at| at.op0_kind() == OpKind::Register && field(at).is_some())?;
    let saved_fp = before_change(code).find(|at| {
        at.op1_kind() == OpKind::Register
            && at.op1_register() == Register::RBP
            && field(at).is_some()
    })?;
    let change = instructions(code).find(changes_stack)?;
    Some(UnwindRule {
        kind: UNWIND_KIND_GOROUTINE as u8,
        cfa_offset: i32::try_from(g.memory_displacement64() as i64).ok()?,
        bx_offset: field(&m)?,
        ra_offset: running,
        cfa_add: i8::try_from(field(&change)?).ok()?,
        fp_offset: field(&saved_fp)?,
        ..UnwindRule::default()
    })
}

fn instructions(code: &[u8]) -> impl Iterator<Item = Instruction> {
    Decoder::with_ip(64, code, 0, DecoderOptions::NONE).into_iter()
}

fn before_change(code: &[u8]) -> impl Iterator<Item = Instruction> {
    instructions(code).take_while(|at| !changes_stack(at))
}

/// `mov rsp, [register + field]`
fn changes_stack(at: &Instruction) -> bool {
    at.mnemonic() == Mnemonic::Mov
        && at.op0_kind() == OpKind::Register
        && at.op0_register() == Register::RSP
        && field(at).is_some()
}

/// The distance in an operand `[register + distance]` that is neither the stack's nor the thread's.
fn field(at: &Instruction) -> Option<i16> {
    let is_field = at.memory_base() != Register::None
        && at.memory_base() != Register::RSP
        && at.memory_base() != Register::RIP
        && at.memory_index() == Register::None
        && at.segment_prefix() == Register::None;
    if !is_field {
        return None;
    }
    i16::try_from(at.memory_displacement64() as i64).ok()
}
