//! DWARF expressions (DWARF 5, section 2.5) of the forms that compilers and assembly write into call frame information.

use crate::cfi::state::{Cfa, Place};
use crate::machine::Machine;
use crate::reader::Reader;

const DW_OP_DEREF: u8 = 0x06;
const DW_OP_CONST1U: u8 = 0x08;
const DW_OP_CONST1S: u8 = 0x09;
const DW_OP_CONST2U: u8 = 0x0a;
const DW_OP_CONST2S: u8 = 0x0b;
const DW_OP_CONST4U: u8 = 0x0c;
const DW_OP_CONST4S: u8 = 0x0d;
const DW_OP_CONSTU: u8 = 0x10;
const DW_OP_CONSTS: u8 = 0x11;
const DW_OP_AND: u8 = 0x1a;
const DW_OP_MUL: u8 = 0x1e;
const DW_OP_PLUS: u8 = 0x22;
const DW_OP_PLUS_UCONST: u8 = 0x23;
const DW_OP_SHL: u8 = 0x24;
const DW_OP_GE: u8 = 0x2a;
const DW_OP_LIT0: u8 = 0x30;
const DW_OP_LIT31: u8 = 0x4f;
const DW_OP_BREG0: u8 = 0x70;
const DW_OP_BREG31: u8 = 0x8f;
const DW_OP_BREGX: u8 = 0x92;

/// Longer ones are none of the forms known.
const MAX_OPERATIONS: usize = 9;

/// An operation, reduced to what the forms are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    /// Pushes register + offset.
    Register(u64, i64),
    /// Pushes a number.
    Constant(i64),
    /// Adds a number to the top.
    Add(i64),
    Deref,
    And,
    Mul,
    Plus,
    Shl,
    Ge,
}

/// An expression's operations; `None` when there is one of another kind, or more than any known form has.
struct Operations {
    all: [Operation; MAX_OPERATIONS],
    count: usize,
}

impl Operations {
    fn of(expression: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(expression);
        let mut operations = Self {
            all: [Operation::Deref; MAX_OPERATIONS],
            count: 0,
        };
        while !reader.is_empty() {
            let slot = operations.all.get_mut(operations.count)?;
            *slot = read_operation(&mut reader)?;
            operations.count += 1;
        }
        Some(operations)
    }

    fn as_slice(&self) -> &[Operation] {
        self.all.get(..self.count).unwrap_or_default()
    }
}

fn read_operation(reader: &mut Reader<'_>) -> Option<Operation> {
    let code = reader.u8().ok()?;
    Some(match code {
        DW_OP_DEREF => Operation::Deref,
        DW_OP_CONST1U => Operation::Constant(i64::from(reader.u8().ok()?)),
        DW_OP_CONST1S => Operation::Constant(i64::from(reader.u8().ok()? as i8)),
        DW_OP_CONST2U => Operation::Constant(i64::from(reader.u16().ok()?)),
        DW_OP_CONST2S => Operation::Constant(i64::from(reader.u16().ok()? as i16)),
        DW_OP_CONST4U => Operation::Constant(i64::from(reader.u32().ok()?)),
        DW_OP_CONST4S => Operation::Constant(i64::from(reader.u32().ok()? as i32)),
        DW_OP_CONSTU => Operation::Constant(i64::try_from(reader.uleb().ok()?).ok()?),
        DW_OP_CONSTS => Operation::Constant(reader.sleb().ok()?),
        DW_OP_AND => Operation::And,
        DW_OP_MUL => Operation::Mul,
        DW_OP_PLUS => Operation::Plus,
        DW_OP_PLUS_UCONST => Operation::Add(i64::try_from(reader.uleb().ok()?).ok()?),
        DW_OP_SHL => Operation::Shl,
        DW_OP_GE => Operation::Ge,
        DW_OP_LIT0..=DW_OP_LIT31 => Operation::Constant(i64::from(code - DW_OP_LIT0)),
        DW_OP_BREG0..=DW_OP_BREG31 => {
            Operation::Register(u64::from(code - DW_OP_BREG0), reader.sleb().ok()?)
        }
        DW_OP_BREGX => {
            let register = reader.uleb().ok()?;
            Operation::Register(register, reader.sleb().ok()?)
        }
        _ => return None,
    })
}

/// The CFA that an expression computes; `Cfa::Other` when its form is not known.
pub(crate) fn cfa_of(expression: &[u8], machine: Machine) -> Cfa {
    Operations::of(expression)
        .and_then(|operations| known_cfa(operations.as_slice(), machine))
        .unwrap_or(Cfa::Other)
}

fn known_cfa(operations: &[Operation], machine: Machine) -> Option<Cfa> {
    use Operation::{Add, And, Constant, Deref, Ge, Mul, Plus, Register, Shl};
    let stack_pointer = u64::from(machine.stack_pointer());
    // What is added behind the dereference, and the form without it.
    let (form, add) = match operations {
        [form @ .., Deref] => (form, 0),
        [form @ .., Deref, Add(add)] | [form @ .., Deref, Constant(add), Plus] => (form, *add),
        // Entries of `.plt` push the relocation's index at the threshold. GNU ld, elfxx-x86.c, `elf_x86_64_eh_frame_lazy_plt`.
        [
            Register(register, offset),
            Register(16, 0),
            Constant(15),
            And,
            Constant(threshold @ 0..=15),
            Ge,
            Constant(3),
            Shl,
            Plus,
        ] if machine == Machine::X86_64 && *register == stack_pointer => {
            return Some(Cfa::Plt {
                offset: *offset,
                threshold: *threshold as u8,
            });
        }
        [Register(register, offset)] => {
            return Some(Cfa::Register {
                register: *register,
                offset: *offset,
            });
        }
        _ => return None,
    };
    match form {
        [Register(register, offset)] => Some(Cfa::Dereferenced {
            register: u8::try_from(*register).ok()?,
            offset: *offset,
            add,
        }),
        // `bn_mul_mont` of OpenSSL keeps the caller's stack pointer behind a vector on the stack: x86_64-mont.pl.
        [
            Register(register, offset),
            Register(index, 0),
            Constant(8),
            Mul,
            Plus,
        ] if *register == stack_pointer && *index < u64::from(machine.general_registers()) => {
            Some(Cfa::Indexed {
                index: u8::try_from(*index).ok()?,
                offset: *offset,
                add,
            })
        }
        _ => None,
    }
}

/// Where the register is whose address an expression computes; the CFA is on the expression's stack when it begins.
pub(crate) fn place_of(expression: &[u8], machine: Machine) -> Place {
    use Operation::{Add, Constant, Plus, Register};
    let Some(operations) = Operations::of(expression) else {
        return Place::OTHER;
    };
    match operations.as_slice() {
        [Register(register, offset)] if *register == u64::from(machine.frame_pointer()) => {
            Place::fp(*offset)
        }
        [Register(register, offset)] if *register == u64::from(machine.stack_pointer()) => {
            Place::sp(*offset)
        }
        [] => Place::cfa(0),
        [Add(offset)] | [Constant(offset), Plus] => Place::cfa(*offset),
        _ => Place::OTHER,
    }
}

/// The offset from the stack pointer that an expression computes; `None` when it computes anything else.
pub(crate) fn stack_offset_of(expression: &[u8], machine: Machine) -> Option<i64> {
    match Operations::of(expression)?.as_slice() {
        [Operation::Register(register, offset)]
            if *register == u64::from(machine.stack_pointer()) =>
        {
            Some(*offset)
        }
        _ => None,
    }
}
