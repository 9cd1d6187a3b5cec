//! The register rules that hold at one address, as far as a walk over frames needs them.

use strata_definitions::{
    UNWIND_KIND_DEREFERENCED, UNWIND_KIND_END_OF_STACK, UNWIND_KIND_INDEXED, UNWIND_KIND_PLT,
    UNWIND_KIND_REGISTER, UNWIND_KIND_UNSUPPORTED, UNWIND_PLACE_CFA, UNWIND_PLACE_FP,
    UNWIND_PLACE_REGISTER, UNWIND_PLACE_SAME, UNWIND_PLACE_SP, UNWIND_PLACE_UNDEFINED, UnwindRule,
};

use crate::machine::Machine;
use crate::report::Unsupported;

/// How the canonical frame address is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cfa {
    /// No instruction has said it yet.
    Unknown,
    /// An expression of a form that is not evaluated.
    Other,
    /// register + offset
    Register { register: u64, offset: i64 },
    /// [register + offset] + add
    Dereferenced { register: u8, offset: i64, add: i64 },
    /// [stack pointer + offset + 8 × index] + add
    Indexed { index: u8, offset: i64, add: i64 },
    /// stack pointer + offset + (address & 15 ≥ threshold ? 8 : 0)
    Plt { offset: i64, threshold: u8 },
}

/// Where a register of the caller is: a member of `unwindPlaces`, or `OTHER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    place: u8,
    /// Beyond what a rule has room for: on arm64 registers are saved at the far end of a frame.
    offset: i32,
}

/// In a place that the definitions have no word for.
const OTHER: u8 = u8::MAX;

impl Place {
    pub const SAME: Self = Self::bare(UNWIND_PLACE_SAME as u8);
    pub const UNDEFINED: Self = Self::bare(UNWIND_PLACE_UNDEFINED as u8);
    pub const OTHER: Self = Self::bare(OTHER);

    const fn bare(place: u8) -> Self {
        Self { place, offset: 0 }
    }

    fn with(place: usize, offset: i64) -> Self {
        match i32::try_from(offset) {
            Ok(offset) => Self {
                place: place as u8,
                offset,
            },
            Err(_) => Self::OTHER,
        }
    }

    /// [CFA + offset]
    pub fn cfa(offset: i64) -> Self {
        Self::with(UNWIND_PLACE_CFA, offset)
    }

    /// [frame pointer + offset]
    pub fn fp(offset: i64) -> Self {
        Self::with(UNWIND_PLACE_FP, offset)
    }

    /// [stack pointer + offset]
    pub fn sp(offset: i64) -> Self {
        Self::with(UNWIND_PLACE_SP, offset)
    }

    /// In another register.
    pub fn register(number: u64) -> Self {
        Self::with(
            UNWIND_PLACE_REGISTER,
            i64::try_from(number).unwrap_or(i64::MAX),
        )
    }
}

/// The rules of one row, for the registers that matter: return address, frame pointer (`fp`), `rbx` (`bx`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub cfa: Cfa,
    pub ra: Place,
    pub fp: Place,
    pub bx: Place,
    /// Whether the caller's stack pointer is the CFA, as it is unless a rule says otherwise.
    pub sp_is_cfa: bool,
}

impl State {
    /// Before any instruction.
    pub const START: Self = Self {
        cfa: Cfa::Unknown,
        ra: Place::SAME,
        fp: Place::SAME,
        bx: Place::SAME,
        sp_is_cfa: true,
    };

    /// The rule for the kernel. `return_register` is where the return address is while no instruction has moved it; `None` where
    /// that is no general register.
    pub fn rule(
        &self,
        return_register: Option<u8>,
        machine: Machine,
    ) -> Result<UnwindRule, Unsupported> {
        let (general_registers, stack_pointer) =
            (machine.general_registers(), machine.stack_pointer());
        if self.ra == Place::UNDEFINED {
            return Ok(UnwindRule {
                kind: UNWIND_KIND_END_OF_STACK as u8,
                ..UnwindRule::default()
            });
        }
        if !self.sp_is_cfa {
            return Err(Unsupported::StackPointerRule);
        }
        let ra = match (self.ra, return_register) {
            (Place::SAME, Some(register)) => Place::register(u64::from(register)),
            (Place::SAME, None) => return Err(Unsupported::NoReturnAddress),
            (Place::OTHER, _) => return Err(Unsupported::ReturnAddressRule),
            (place, _) => place,
        };
        if ra.place == UNWIND_PLACE_REGISTER as u8
            && ra.offset >= i32::from(machine.general_registers())
        {
            return Err(Unsupported::ReturnAddressRule);
        }
        let (kind, register, offset, add) = match self.cfa {
            Cfa::Unknown => return Err(Unsupported::NoCfa),
            Cfa::Other => return Err(Unsupported::CfaExpression),
            Cfa::Register { register, offset } => {
                if register >= u64::from(general_registers) {
                    return Err(Unsupported::CfaRegister);
                }
                (UNWIND_KIND_REGISTER, register as u8, offset, 0)
            }
            Cfa::Dereferenced {
                register,
                offset,
                add,
            } => {
                if register >= general_registers {
                    return Err(Unsupported::CfaRegister);
                }
                (UNWIND_KIND_DEREFERENCED, register, offset, add)
            }
            Cfa::Indexed { index, offset, add } => (UNWIND_KIND_INDEXED, index, offset, add),
            Cfa::Plt { offset, threshold } => {
                (UNWIND_KIND_PLT, stack_pointer, offset, i64::from(threshold))
            }
        };
        let (Ok(cfa_offset), Ok(cfa_add)) = (i32::try_from(offset), i8::try_from(add)) else {
            return Err(Unsupported::OffsetTooLarge);
        };
        let (ra_place, ra_offset) = ra
            .within(&self.cfa, machine)
            .ok_or(Unsupported::OffsetTooLarge)?;
        let (fp_place, fp_offset) = self.fp.recoverable(&self.cfa, machine);
        let (bx_place, bx_offset) = self.bx.recoverable(&self.cfa, machine);
        Ok(UnwindRule {
            kind: kind as u8,
            cfa_register: register,
            ra_place,
            fp_place,
            bx_place,
            cfa_add,
            ra_offset,
            cfa_offset,
            fp_offset,
            bx_offset,
        })
    }
}

impl Place {
    /// As a rule has it. What is too far from the CFA may be near the register that the CFA is found by.
    fn within(self, cfa: &Cfa, machine: Machine) -> Option<(u8, i16)> {
        if let Ok(offset) = i16::try_from(self.offset) {
            return Some((self.place, offset));
        }
        let Cfa::Register { register, offset } = *cfa else {
            return None;
        };
        let place = if register == u64::from(machine.stack_pointer()) {
            UNWIND_PLACE_SP
        } else if register == u64::from(machine.frame_pointer()) {
            UNWIND_PLACE_FP
        } else {
            return None;
        };
        let from_register = offset.checked_add(i64::from(self.offset))?;
        (self.place == UNWIND_PLACE_CFA as u8)
            .then_some((place as u8, i16::try_from(from_register).ok()?))
    }

    /// A register whose place cannot be said is lost; the walk goes on while it is not needed.
    fn recoverable(self, cfa: &Cfa, machine: Machine) -> (u8, i16) {
        match self.within(cfa, machine) {
            Some(place) if self != Self::OTHER => place,
            _ => (UNWIND_PLACE_UNDEFINED as u8, 0),
        }
    }
}

/// The rule for code whose unwind information is of a kind that is not evaluated.
pub(crate) const UNSUPPORTED_RULE: UnwindRule = UnwindRule {
    kind: UNWIND_KIND_UNSUPPORTED as u8,
    cfa_register: 0,
    ra_place: 0,
    fp_place: 0,
    bx_place: 0,
    cfa_add: 0,
    ra_offset: 0,
    cfa_offset: 0,
    fp_offset: 0,
    bx_offset: 0,
};
