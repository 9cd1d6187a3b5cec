//! Call frame instructions (DWARF 5, section 6.4.2), executed row by row.

use crate::cfi::cie::Cie;
use crate::cfi::expression::{cfa_of, place_of};
use crate::cfi::pointer::Bases;
use crate::cfi::signal_frame::SignalRegisters;
use crate::cfi::state::{Cfa, Place, State};
use crate::machine::Machine;
use crate::reader::{EndOfBytes, Read, Reader};

/// Compilers nest two deep.
const MAX_REMEMBERED: usize = 64;

/// The state of an interpreter between two rows of one frame description.
pub(crate) struct Program<'data> {
    reader: Reader<'data>,
    /// Distance of the next row from the function's start; `None` once the last row was given.
    at: Option<u64>,
    pub state: State,
    remembered: Vec<State>,
    /// Registers a signal frame restores; only where the augmentation says it is one.
    pub signal: Option<Box<SignalRegisters>>,
    /// An instruction could not be executed: nothing is known from there on.
    pub broken: bool,
}

/// What instructions are executed with.
pub(crate) struct Context<'a, 'elf, 'data> {
    pub cie: &'a Cie,
    pub machine: Machine,
    pub bases: &'a Bases<'elf, 'data>,
    /// Address of the function's first byte.
    pub start: u64,
}

/// Registers that rows are made of.
enum Register {
    ReturnAddress,
    FramePointer,
    Base,
    StackPointer,
    Other,
}

enum Step {
    /// The row ends here: distance of the next from the function's start.
    Advanced(u64),
    Continued,
}

impl<'data> Program<'data> {
    /// `reader` reads the section and stands at the first instruction.
    pub fn new(
        reader: Reader<'data>,
        initial: State,
        signal: Option<Box<SignalRegisters>>,
    ) -> Self {
        Self {
            reader,
            at: Some(0),
            state: initial,
            remembered: Vec::new(),
            signal,
            broken: false,
        }
    }

    /// Executes up to the end of the next row and returns its distances `[from, to)` from the function's start; `to` is
    /// `u64::MAX` for the last. Rows are not empty and ascend. `self.state` is the row's.
    pub fn next_row(&mut self, context: &Context<'_, '_, '_>) -> Option<(u64, u64)> {
        let from = self.at?;
        while !self.reader.is_empty() {
            match self.step(context, from) {
                Ok(Step::Continued) => {}
                Ok(Step::Advanced(to)) if to == from => {}
                Ok(Step::Advanced(to)) if to > from => {
                    self.at = Some(to);
                    return Some((from, to));
                }
                Ok(Step::Advanced(_)) | Err(EndOfBytes) => {
                    self.broken = true;
                    break;
                }
            }
        }
        self.at = None;
        Some((from, u64::MAX))
    }

    #[inline]
    fn step(&mut self, context: &Context<'_, '_, '_>, at: u64) -> Read<Step> {
        let code = self.reader.u8()?;
        let low = u64::from(code & 0x3f);
        let advanced = |delta: u64| {
            Step::Advanced(at.saturating_add(delta.saturating_mul(context.cie.code_alignment)))
        };
        match code >> 6 {
            1 => return Ok(advanced(low)),
            2 => {
                let offset = self.factored(context)?;
                self.set(context, low, Place::cfa(offset));
                return Ok(Step::Continued);
            }
            3 => {
                self.restore(context, low);
                return Ok(Step::Continued);
            }
            _ => {}
        }
        match code {
            // DW_CFA_nop
            0x00 => {}
            // DW_CFA_set_loc
            0x01 => {
                let address = context
                    .cie
                    .encoding
                    .read_address(&mut self.reader, context.bases)?;
                return Ok(Step::Advanced(
                    address.checked_sub(context.start).ok_or(EndOfBytes)?,
                ));
            }
            // DW_CFA_advance_loc1, 2, 4, DW_CFA_MIPS_advance_loc8
            0x02 => return Ok(advanced(u64::from(self.reader.u8()?))),
            0x03 => return Ok(advanced(u64::from(self.reader.u16()?))),
            0x04 => return Ok(advanced(u64::from(self.reader.u32()?))),
            0x1d => return Ok(advanced(self.reader.u64()?)),
            // DW_CFA_offset_extended
            0x05 => {
                let register = self.reader.uleb()?;
                let offset = self.factored(context)?;
                self.set(context, register, Place::cfa(offset));
            }
            // DW_CFA_restore_extended
            0x06 => {
                let register = self.reader.uleb()?;
                self.restore(context, register);
            }
            // DW_CFA_undefined
            0x07 => {
                let register = self.reader.uleb()?;
                self.set(context, register, Place::UNDEFINED);
            }
            // DW_CFA_same_value
            0x08 => {
                let register = self.reader.uleb()?;
                self.set(context, register, Place::SAME);
            }
            // DW_CFA_register
            0x09 => {
                let register = self.reader.uleb()?;
                let other = self.reader.uleb()?;
                self.set(context, register, Place::register(other));
            }
            // DW_CFA_remember_state
            0x0a => {
                if self.remembered.len() == MAX_REMEMBERED {
                    return Err(EndOfBytes);
                }
                self.remembered.push(self.state);
            }
            // DW_CFA_restore_state
            0x0b => self.state = self.remembered.pop().ok_or(EndOfBytes)?,
            // DW_CFA_def_cfa
            0x0c => {
                let register = self.reader.uleb()?;
                let offset = i64::try_from(self.reader.uleb()?).map_err(|_| EndOfBytes)?;
                self.state.cfa = Cfa::Register { register, offset };
            }
            // DW_CFA_def_cfa_register
            0x0d => {
                let register = self.reader.uleb()?;
                self.state.cfa = match self.state.cfa {
                    Cfa::Register { offset, .. } => Cfa::Register { register, offset },
                    _ => Cfa::Other,
                };
            }
            // DW_CFA_def_cfa_offset
            0x0e => {
                let offset = i64::try_from(self.reader.uleb()?).map_err(|_| EndOfBytes)?;
                self.set_cfa_offset(offset);
            }
            // DW_CFA_def_cfa_expression
            0x0f => self.state.cfa = cfa_of(self.reader.block()?, context.machine),
            // DW_CFA_expression
            0x10 => {
                let register = self.reader.uleb()?;
                let expression = self.reader.block()?;
                self.set(context, register, place_of(expression, context.machine));
                if let Some(signal) = &mut self.signal {
                    signal.note(register, expression, context.machine);
                }
            }
            // DW_CFA_offset_extended_sf
            0x11 => {
                let register = self.reader.uleb()?;
                let offset = self.signed_factored(context)?;
                self.set(context, register, Place::cfa(offset));
            }
            // DW_CFA_def_cfa_sf
            0x12 => {
                let register = self.reader.uleb()?;
                let offset = self.signed_factored(context)?;
                self.state.cfa = Cfa::Register { register, offset };
            }
            // DW_CFA_def_cfa_offset_sf
            0x13 => {
                let offset = self.signed_factored(context)?;
                self.set_cfa_offset(offset);
            }
            // DW_CFA_val_offset, DW_CFA_val_offset_sf
            0x14 | 0x15 => {
                let register = self.reader.uleb()?;
                let offset = if code == 0x14 {
                    self.factored(context)?
                } else {
                    self.signed_factored(context)?
                };
                self.set(context, register, Place::OTHER);
                if offset == 0 && register == u64::from(context.machine.stack_pointer()) {
                    self.state.sp_is_cfa = true;
                }
            }
            // DW_CFA_val_expression
            0x16 => {
                let register = self.reader.uleb()?;
                self.reader.block()?;
                self.set(context, register, Place::OTHER);
            }
            // DW_CFA_AARCH64_negate_ra_state_with_pc, DW_CFA_AARCH64_negate_ra_state: the return address is signed. Whoever
            // follows it takes the signature away, which does no harm to one without.
            0x2c | 0x2d if context.machine == Machine::Aarch64 => {}
            // DW_CFA_GNU_args_size
            0x2e => {
                self.reader.uleb()?;
            }
            // DW_CFA_GNU_negative_offset_extended
            0x2f => {
                let register = self.reader.uleb()?;
                let offset = self.factored(context)?;
                self.set(context, register, Place::cfa(offset.wrapping_neg()));
            }
            _ => return Err(EndOfBytes),
        }
        Ok(Step::Continued)
    }

    fn factored(&mut self, context: &Context<'_, '_, '_>) -> Read<i64> {
        let factor = self.reader.uleb()? as i64;
        Ok(factor.wrapping_mul(context.cie.data_alignment))
    }

    fn signed_factored(&mut self, context: &Context<'_, '_, '_>) -> Read<i64> {
        let factor = self.reader.sleb()?;
        Ok(factor.wrapping_mul(context.cie.data_alignment))
    }

    /// As in libgcc, an offset does not end a CFA expression.
    fn set_cfa_offset(&mut self, offset: i64) {
        if let Cfa::Register { register, .. } = self.state.cfa {
            self.state.cfa = Cfa::Register { register, offset };
        }
    }

    #[inline]
    fn register(context: &Context<'_, '_, '_>, number: u64) -> Register {
        if number == context.cie.return_register {
            Register::ReturnAddress
        } else if number == u64::from(context.machine.frame_pointer()) {
            Register::FramePointer
        } else if number == u64::from(context.machine.stack_pointer()) {
            Register::StackPointer
        } else if context.machine.base_register().map(u64::from) == Some(number) {
            Register::Base
        } else {
            Register::Other
        }
    }

    #[inline]
    fn set(&mut self, context: &Context<'_, '_, '_>, register: u64, place: Place) {
        match Self::register(context, register) {
            Register::ReturnAddress => self.state.ra = place,
            Register::FramePointer => self.state.fp = place,
            Register::Base => self.state.bx = place,
            Register::StackPointer => self.state.sp_is_cfa = false,
            Register::Other => {}
        }
    }

    #[inline]
    fn restore(&mut self, context: &Context<'_, '_, '_>, register: u64) {
        let initial = &context.cie.initial;
        match Self::register(context, register) {
            Register::ReturnAddress => self.state.ra = initial.ra,
            Register::FramePointer => self.state.fp = initial.fp,
            Register::Base => self.state.bx = initial.bx,
            Register::StackPointer => self.state.sp_is_cfa = initial.sp_is_cfa,
            Register::Other => {}
        }
    }
}
