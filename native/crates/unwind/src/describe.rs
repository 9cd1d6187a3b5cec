use strata_definitions::{
    UNWIND_KIND_DEREFERENCED, UNWIND_KIND_END_OF_STACK, UNWIND_KIND_FRAME_POINTER,
    UNWIND_KIND_GOROUTINE, UNWIND_KIND_INDEXED, UNWIND_KIND_LANDING, UNWIND_KIND_NEW_THREAD,
    UNWIND_KIND_NO_RULE, UNWIND_KIND_OTHER_STACK, UNWIND_KIND_PLT, UNWIND_KIND_REGISTER,
    UNWIND_KIND_SIGNAL_FRAME, UNWIND_PLACE_CFA, UNWIND_PLACE_FP, UNWIND_PLACE_REGISTER,
    UNWIND_PLACE_SAME, UNWIND_PLACE_SP, UnwindRule,
};

use crate::machine::Machine;

/// A rule in words: `cfa=rsp+48 ra=[cfa-8] rbp=same`, `end-of-stack`, `no-rule`. `rbx` is named only where it is not the same.
pub fn describe(rule: &UnwindRule, machine: Machine) -> String {
    let register = |number: u8| machine.register_name(u16::from(number));
    let base = register(rule.cfa_register);
    let offset = rule.cfa_offset;
    let stack_pointer = register(machine.stack_pointer());
    let cfa = match usize::from(rule.kind) {
        UNWIND_KIND_NO_RULE => return "no-rule".to_owned(),
        UNWIND_KIND_END_OF_STACK => return "end-of-stack".to_owned(),
        UNWIND_KIND_FRAME_POINTER => return "frame-pointer".to_owned(),
        UNWIND_KIND_SIGNAL_FRAME => {
            return format!("signal-frame context={stack_pointer}{offset:+}");
        }
        UNWIND_KIND_GOROUTINE => {
            return format!(
                "goroutine g=[thread{offset:+}] m=[g{:+}] running=[m{:+}] sp={:+} {}={:+}",
                rule.bx_offset,
                rule.ra_offset,
                rule.cfa_add,
                register(machine.frame_pointer()),
                rule.fp_offset
            );
        }
        UNWIND_KIND_REGISTER => format!("{base}{offset:+}"),
        UNWIND_KIND_OTHER_STACK => format!("{base}{offset:+} other-stack"),
        UNWIND_KIND_NEW_THREAD => format!("{base}{offset:+} new-thread"),
        UNWIND_KIND_DEREFERENCED => format!("[{base}{offset:+}]{:+}", rule.cfa_add),
        UNWIND_KIND_LANDING => format!("[{base}{offset:+}] landing"),
        UNWIND_KIND_INDEXED => {
            format!("[{stack_pointer}{offset:+}+8*{base}]{:+}", rule.cfa_add)
        }
        UNWIND_KIND_PLT => format!("{base}{offset:+} plt={}", rule.cfa_add),
        _ => return "unsupported".to_owned(),
    };
    let place = |place: u8, offset: i16| match usize::from(place) {
        UNWIND_PLACE_SAME => "same".to_owned(),
        UNWIND_PLACE_CFA => format!("[cfa{offset:+}]"),
        UNWIND_PLACE_FP => format!("[{}{offset:+}]", register(machine.frame_pointer())),
        UNWIND_PLACE_SP => format!("[{stack_pointer}{offset:+}]"),
        UNWIND_PLACE_REGISTER => {
            u16::try_from(offset).map_or("undefined".to_owned(), |n| machine.register_name(n))
        }
        _ => "undefined".to_owned(),
    };
    let mut words = format!(
        "cfa={cfa} ra={} {}={}",
        place(rule.ra_place, rule.ra_offset),
        register(machine.frame_pointer()),
        place(rule.fp_place, rule.fp_offset)
    );
    if usize::from(rule.bx_place) != UNWIND_PLACE_SAME
        && let Some(bx) = machine.base_register()
    {
        words.push_str(&format!(
            " {}={}",
            register(bx),
            place(rule.bx_place, rule.bx_offset)
        ));
    }
    words
}
