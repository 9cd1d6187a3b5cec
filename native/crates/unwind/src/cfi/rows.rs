use strata_definitions::{UNWIND_KIND_REGISTER, UNWIND_PLACE_FP, UNWIND_PLACE_SAME, UnwindRule};

use crate::address_map::{AddressMap, Svma};
use crate::cfi::entries::CfiSection;
use crate::cfi::landing::{FUNCTION_BYTES, Landing, goes_to_handlers};
use crate::cfi::program::{Context, Program};
use crate::cfi::state::State;
use crate::functions::Function;
use crate::gaps::ReadCode;
use crate::machine::Machine;
use crate::reader::Reader;
use crate::report::Unsupported;
use crate::sweep::{FunctionRows, Row};

/// The rows of a function that call frame instructions describe.
pub(crate) struct CfiRows<'a, 'elf, 'data> {
    start: u64,
    program: Program<'a>,
    context: Option<Context<'a, 'elf, 'data>>,
    landing: Option<Landing>,
    /// What is left of a row behind where the landing begins.
    rest: Option<Row>,
}

impl<'a, 'elf, 'data> CfiRows<'a, 'elf, 'data> {
    /// `function` is one that `section` gave; of another it has no rows.
    pub fn new(
        function: &Function,
        section: Option<&'a CfiSection<'elf, 'data>>,
        map: &AddressMap,
        machine: Machine,
        read: ReadCode<'_>,
    ) -> Self {
        let cie = section.and_then(|section| section.cies.get(function.cie as usize));
        let context = section.zip(cie).map(|(section, cie)| Context {
            cie,
            machine,
            bases: &section.bases,
            start: map.address_of(function.start).unwrap_or(Svma(0)).0,
        });
        let bytes = section
            .and_then(|section| section.bytes().get(..function.to as usize))
            .unwrap_or_default();
        let instructions = bytes.get(function.from as usize..).unwrap_or_default();
        let may_land = machine == Machine::X86_64 && goes_to_handlers(instructions);
        let end = function
            .end
            .min(function.start.saturating_add(FUNCTION_BYTES));
        Self {
            landing: may_land
                .then(|| read(function.start..end))
                .and_then(|code| Landing::find(&code, function.start)),
            rest: None,
            start: function.start,
            program: Program::new(
                Reader::at(bytes, function.from as usize).unwrap_or(Reader::new(&[])),
                cie.map_or(State::START, |cie| cie.initial),
                cie.and_then(|cie| cie.signal.clone()),
            ),
            context,
        }
    }
}

impl FunctionRows for CfiRows<'_, '_, '_> {
    fn next(&mut self) -> Option<Row> {
        if let Some(rest) = self.rest.take() {
            return Some(rest);
        }
        let mut row = self.next_described()?;
        let landing = self.landing.as_ref();
        if let Some(landing) = landing.filter(|landing| row.range.contains(&landing.from))
            && let Some(rule) = row.rule.as_ref().ok().and_then(|rule| landing.rule(rule))
        {
            self.rest = Some(Row {
                range: landing.from..row.range.end,
                rule: Ok(rule),
            });
            row.range.end = landing.from;
            if row.range.is_empty() {
                return self.rest.take();
            }
        }
        Some(row)
    }
}

impl CfiRows<'_, '_, '_> {
    fn next_described(&mut self) -> Option<Row> {
        let context = self.context.as_ref()?;
        let (from, to) = self.program.next_row(context)?;
        let machine = context.machine;
        let rule = if self.program.broken {
            Err(Unsupported::Instruction)
        } else if let Some(signal) = &self.program.signal {
            signal.rule(&self.program.state, machine)
        } else {
            self.program
                .state
                .rule(context.cie.return_register_in(machine), machine)
        };
        Some(Row {
            range: self.start.saturating_add(from)..self.start.saturating_add(to),
            rule: rule.map(|rule| restored(rule, machine)),
        })
    }
}

/// Behind `leave`, where the stack is as the function found it, gcc still says of registers that they are in the frame which was
/// left: of a function that aligned its stack the frame pointer would be at its own value.
fn restored(mut rule: UnwindRule, machine: Machine) -> UnwindRule {
    let is_as_found = rule.kind == UNWIND_KIND_REGISTER as u8
        && machine == Machine::X86_64
        && rule.cfa_register == machine.stack_pointer()
        && rule.cfa_offset == 8;
    if is_as_found && rule.fp_place == UNWIND_PLACE_FP as u8 {
        (rule.fp_place, rule.fp_offset) = (UNWIND_PLACE_SAME as u8, 0);
    }
    if is_as_found && rule.bx_place == UNWIND_PLACE_FP as u8 {
        (rule.bx_place, rule.bx_offset) = (UNWIND_PLACE_SAME as u8, 0);
    }
    rule
}
