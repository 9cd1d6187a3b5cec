use gimli::{
    CfaRule, CommonInformationEntry, Operation, Register, RegisterRule, UnwindContextStorage,
    UnwindExpression, UnwindSection, UnwindTableRow,
};

use super::Bytes;

const NAMES: [&str; 16] = [
    "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13",
    "r14", "r15",
];
/// Registers in a `struct ucontext` of x86-64: rbx, rbp, rsp, rip.
const IN_CONTEXT: [(u16, i64); 4] = [(3, 128), (6, 120), (7, 160), (16, 168)];

type Rule = RegisterRule<usize>;

struct Row<'row, 'data, Section, Storage: UnwindContextStorage<usize>> {
    row: &'row UnwindTableRow<usize, Storage>,
    cie: &'row CommonInformationEntry<Bytes<'data>>,
    section: &'row Section,
    arm64: bool,
}

/// A row as `strata_unwind::describe` would put it.
pub fn of_row<'data, Section, Storage>(
    row: &UnwindTableRow<usize, Storage>,
    cie: &CommonInformationEntry<Bytes<'data>>,
    section: &Section,
    arm64: bool,
) -> String
where
    Section: UnwindSection<Bytes<'data>>,
    Storage: UnwindContextStorage<usize>,
{
    let row = Row {
        row,
        cie,
        section,
        arm64,
    };
    row.words().unwrap_or_else(|| "unsupported".to_owned())
}

impl<'data, Section, Storage> Row<'_, 'data, Section, Storage>
where
    Section: UnwindSection<Bytes<'data>>,
    Storage: UnwindContextStorage<usize>,
{
    /// `None` for what is not evaluated.
    fn words(&self) -> Option<String> {
        let (stack_pointer, frame_pointer) = if self.arm64 { (31, 29) } else { (7, 6) };
        if self.cie.is_signal_trampoline() && !self.arm64 {
            return self.signal_frame();
        }
        let return_address = self.cie.return_address_register();
        let ra = self.row.register(return_address);
        if ra == Some(Rule::Undefined) {
            return Some("end-of-stack".to_owned());
        }
        if !matches!(
            self.row.register(Register(stack_pointer)),
            None | Some(Rule::ValOffset(0))
        ) {
            return None;
        }
        let cfa = self.cfa()?;
        let ra = match ra {
            None | Some(Rule::SameValue) => self.name(return_address)?,
            Some(rule) => self.place(rule)?,
        };
        let fp = self.kept(frame_pointer);
        let name = self.name(Register(frame_pointer))?;
        let mut words = format!("cfa={cfa} ra={ra} {name}={fp}");
        if !self.arm64 {
            let bx = self.kept(3);
            if bx != "same" {
                words += &format!(" rbx={bx}");
            }
        }
        Some(words)
    }

    fn cfa(&self) -> Option<String> {
        let expression = match self.row.cfa() {
            CfaRule::RegisterAndOffset { register, offset } => {
                return Some(format!("{}{offset:+}", self.name(*register)?));
            }
            CfaRule::Expression(expression) => self.operations(expression)?,
        };
        let [
            Operation::RegisterOffset {
                register, offset, ..
            },
            rest @ ..,
        ] = &expression[..]
        else {
            return None;
        };
        let base = self.name(*register)?;
        match rest {
            [Operation::Deref { .. }] => Some(format!("[{base}{offset:+}]+0")),
            [Operation::Deref { .. }, Operation::PlusConstant { value }] => {
                Some(format!("[{base}{offset:+}]+{value}"))
            }
            [
                Operation::RegisterOffset {
                    register,
                    offset: 0,
                    ..
                },
                Operation::UnsignedConstant { value: 8 },
                Operation::Mul,
                Operation::Plus,
                Operation::Deref { .. },
                Operation::PlusConstant { value },
            ] if base == "rsp" => {
                let index = self.name(*register)?;
                Some(format!("[{base}{offset:+}+8*{index}]+{value}"))
            }
            [
                Operation::RegisterOffset {
                    register: Register(16),
                    offset: 0,
                    ..
                },
                Operation::UnsignedConstant { value: 15 },
                Operation::And,
                Operation::UnsignedConstant { value },
                Operation::Ge,
                Operation::UnsignedConstant { value: 3 },
                Operation::Shl,
                Operation::Plus,
            ] if base == "rsp" => Some(format!("{base}{offset:+} plt={value}")),
            _ => None,
        }
    }

    /// Where a register that calls preserve is.
    fn kept(&self, register: u16) -> String {
        match self.row.register(Register(register)) {
            None | Some(Rule::SameValue) => "same".to_owned(),
            Some(rule) => self.place(rule).unwrap_or("undefined".to_owned()),
        }
    }

    fn place(&self, rule: Rule) -> Option<String> {
        match rule {
            Rule::Offset(offset) if i16::try_from(offset).is_ok() => {
                Some(format!("[cfa{offset:+}]"))
            }
            // As far from the CFA as that, it is said how far from the stack pointer.
            Rule::Offset(offset) => match self.row.cfa() {
                CfaRule::RegisterAndOffset {
                    register,
                    offset: cfa,
                } => Some(format!("[{}{:+}]", self.name(*register)?, cfa + offset)),
                CfaRule::Expression(_) => None,
            },
            Rule::Register(register) => self.name(register),
            Rule::Expression(expression) => {
                let (base, offset) = self.register_offset(&expression)?;
                let base = self.name(base)?;
                let known = ["rbp", "rsp", "x29", "sp"].contains(&base.as_str());
                known.then(|| format!("[{base}{offset:+}]"))
            }
            _ => None,
        }
    }

    fn signal_frame(&self) -> Option<String> {
        let CfaRule::Expression(expression) = self.row.cfa() else {
            return None;
        };
        let operations = self.operations(expression)?;
        let [
            Operation::RegisterOffset {
                register: Register(7),
                offset,
                ..
            },
            Operation::Deref { .. },
        ] = &operations[..]
        else {
            return None;
        };
        let context = offset - 160;
        for (number, at) in IN_CONTEXT {
            let Some(Rule::Expression(expression)) = self.row.register(Register(number)) else {
                return None;
            };
            if self.register_offset(&expression)? != (Register(7), context + at) {
                return None;
            }
        }
        Some(format!("signal-frame context=rsp{context:+}"))
    }

    fn register_offset(&self, expression: &UnwindExpression<usize>) -> Option<(Register, i64)> {
        match &self.operations(expression)?[..] {
            [
                Operation::RegisterOffset {
                    register, offset, ..
                },
            ] => Some((*register, *offset)),
            _ => None,
        }
    }

    fn operations(
        &self,
        expression: &UnwindExpression<usize>,
    ) -> Option<Vec<Operation<Bytes<'data>>>> {
        let expression = expression.get(self.section).ok()?;
        let mut operations = expression.operations(self.cie.encoding());
        let mut all = Vec::new();
        while let Some(operation) = operations.next().ok()? {
            all.push(operation);
        }
        Some(all)
    }

    /// `None` for registers that are no general ones.
    fn name(&self, register: Register) -> Option<String> {
        if self.arm64 {
            return match register.0 {
                31 => Some("sp".to_owned()),
                number @ 0..31 => Some(format!("x{number}")),
                _ => None,
            };
        }
        Some((*NAMES.get(usize::from(register.0))?).to_owned())
    }
}
