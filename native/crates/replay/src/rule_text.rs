use strata_definitions::{
    UNWIND_KIND_DEREFERENCED, UNWIND_KIND_END_OF_STACK, UNWIND_KIND_FRAME_POINTER,
    UNWIND_KIND_GOROUTINE, UNWIND_KIND_INDEXED, UNWIND_KIND_LANDING, UNWIND_KIND_NO_RULE,
    UNWIND_KIND_OTHER_STACK, UNWIND_KIND_PLT, UNWIND_KIND_REGISTER, UNWIND_KIND_SIGNAL_FRAME,
    UNWIND_KIND_UNSUPPORTED, UNWIND_PLACE_CFA, UNWIND_PLACE_FP, UNWIND_PLACE_REGISTER,
    UNWIND_PLACE_SAME, UNWIND_PLACE_SP, UNWIND_PLACE_UNDEFINED,
};
use strata_unwind::{Machine, UnwindRule};

/// Reads a rule as `strata_unwind::describe` writes it. `None` for anything else.
pub fn parse_rule(text: &str, machine: Machine) -> Option<UnwindRule> {
    let of_kind = |kind: usize| UnwindRule {
        kind: kind as u8,
        ..UnwindRule::default()
    };
    match text {
        "no-rule" => return Some(of_kind(UNWIND_KIND_NO_RULE)),
        "end-of-stack" => return Some(of_kind(UNWIND_KIND_END_OF_STACK)),
        "frame-pointer" => return Some(of_kind(UNWIND_KIND_FRAME_POINTER)),
        "unsupported" => return Some(of_kind(UNWIND_KIND_UNSUPPORTED)),
        _ => {}
    }
    if let Some(context) = text.strip_prefix("signal-frame context=") {
        let (register, cfa_offset) = register_and_offset(context, machine)?;
        let rule = of_kind(UNWIND_KIND_SIGNAL_FRAME);
        return (register == machine.stack_pointer()).then_some(UnwindRule { cfa_offset, ..rule });
    }
    if let Some(places) = text.strip_prefix("goroutine ") {
        return parse_goroutine(places);
    }
    let mut rule = UnwindRule::default();
    let (mut on_other_stack, mut is_landing) = (false, false);
    for word in text.split_ascii_whitespace() {
        if word == "other-stack" {
            on_other_stack = true;
            continue;
        }
        if word == "landing" {
            is_landing = true;
            continue;
        }
        let (name, value) = word.split_once('=')?;
        match name {
            "cfa" => parse_cfa(value, machine, &mut rule)?,
            "plt" => {
                rule.kind = UNWIND_KIND_PLT as u8;
                rule.cfa_add = value.parse().ok()?;
            }
            "ra" => (rule.ra_place, rule.ra_offset) = parse_place(value, machine)?,
            _ if register_number(name, machine)? == machine.frame_pointer() => {
                (rule.fp_place, rule.fp_offset) = parse_place(value, machine)?;
            }
            _ => (rule.bx_place, rule.bx_offset) = parse_place(value, machine)?,
        }
    }
    if on_other_stack && rule.kind == UNWIND_KIND_REGISTER as u8 {
        rule.kind = UNWIND_KIND_OTHER_STACK as u8;
    }
    if is_landing && rule.kind == UNWIND_KIND_DEREFERENCED as u8 {
        rule.kind = UNWIND_KIND_LANDING as u8;
    }
    (rule.kind != UNWIND_KIND_NO_RULE as u8).then_some(rule)
}

/// `g=[thread-8] m=[g+48] running=[m+184] sp=+56 rbp=+96`
fn parse_goroutine(text: &str) -> Option<UnwindRule> {
    let mut values = text.split(' ').map(|word| {
        let (_, place) = word.split_once('=')?;
        let number = &place[place.find(['+', '-'])?..];
        number.trim_end_matches(']').parse::<i32>().ok()
    });
    let mut next = || values.next()?;
    Some(UnwindRule {
        kind: UNWIND_KIND_GOROUTINE as u8,
        cfa_offset: next()?,
        bx_offset: next()?.try_into().ok()?,
        ra_offset: next()?.try_into().ok()?,
        cfa_add: next()?.try_into().ok()?,
        fp_offset: next()?.try_into().ok()?,
        ..UnwindRule::default()
    })
}

/// `rsp+16`, `[rsp+16]-8`, `[rsp+16+8*r9]+8`.
fn parse_cfa(text: &str, machine: Machine, rule: &mut UnwindRule) -> Option<()> {
    let Some(text) = text.strip_prefix('[') else {
        rule.kind = UNWIND_KIND_REGISTER as u8;
        (rule.cfa_register, rule.cfa_offset) = register_and_offset(text, machine)?;
        return Some(());
    };
    let (place, add) = text.split_once(']')?;
    rule.cfa_add = if add.is_empty() { 0 } else { add.parse().ok()? };
    match place.split_once("+8*") {
        None => {
            rule.kind = UNWIND_KIND_DEREFERENCED as u8;
            (rule.cfa_register, rule.cfa_offset) = register_and_offset(place, machine)?;
        }
        Some((place, index)) => {
            rule.kind = UNWIND_KIND_INDEXED as u8;
            rule.cfa_register = register_number(index, machine)?;
            rule.cfa_offset = register_and_offset(place, machine)?.1;
        }
    }
    Some(())
}

/// `same`, `undefined`, `rcx`, `[cfa-8]`, `[rbp-8]`, `[rsp+8]`.
fn parse_place(text: &str, machine: Machine) -> Option<(u8, i16)> {
    let (place, offset) = match text {
        "same" => (UNWIND_PLACE_SAME, 0),
        "undefined" => (UNWIND_PLACE_UNDEFINED, 0),
        _ => match text.strip_prefix('[') {
            None => {
                let register = register_number(text, machine)?;
                (UNWIND_PLACE_REGISTER, i16::from(register))
            }
            Some(text) => {
                let text = text.strip_suffix(']')?;
                let sign = text.find(['+', '-'])?;
                let place = match &text[..sign] {
                    "cfa" => UNWIND_PLACE_CFA,
                    name => match register_number(name, machine)? {
                        register if register == machine.frame_pointer() => UNWIND_PLACE_FP,
                        register if register == machine.stack_pointer() => UNWIND_PLACE_SP,
                        _ => return None,
                    },
                };
                (place, text[sign..].parse().ok()?)
            }
        },
    };
    Some((place as u8, offset))
}

fn register_and_offset(text: &str, machine: Machine) -> Option<(u8, i32)> {
    let sign = text.find(['+', '-'])?;
    Some((
        register_number(&text[..sign], machine)?,
        text[sign..].parse().ok()?,
    ))
}

fn register_number(name: &str, machine: Machine) -> Option<u8> {
    (0..machine.general_registers()).find(|n| machine.register_name(u16::from(*n)) == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use strata_unwind::describe;

    #[test]
    fn reads_what_is_described() {
        for text in [
            "no-rule",
            "end-of-stack",
            "frame-pointer",
            "unsupported",
            "signal-frame context=rsp+0",
            "cfa=rsp+8 ra=[cfa-8] rbp=same",
            "cfa=rbp-24 ra=[cfa-8] rbp=[cfa-16] rbx=[rsp+8]",
            "cfa=rsp+16 plt=11 ra=[cfa-8] rbp=same",
            "cfa=[rbp-8]+8 ra=[cfa-8] rbp=[rbp+0] rbx=undefined",
            "cfa=[rsp+40+8*r9]+8 ra=[cfa-8] rbp=[cfa-24] rbx=rcx",
            "cfa=rsp+0 ra=rdi rbp=undefined",
            "cfa=[rbp-160] landing ra=[rbp-152] rbp=[rbp+0] rbx=[rbp-40]",
            "goroutine g=[thread-8] m=[g+48] running=[m+184] sp=+56 rbp=+96",
            "cfa=rbp+16 other-stack ra=[cfa-8] rbp=[cfa-16]",
        ] {
            let rule = parse_rule(text, Machine::X86_64).unwrap();
            assert_eq!(describe(&rule, Machine::X86_64), text);
        }
    }

    #[test]
    fn refuses_what_is_no_rule() {
        for text in [
            "",
            "cfa=",
            "cfa=rsp",
            "ra=[cfa-8]",
            "cfa=xyz+8",
            "cfa=rsp+8 ra=[rax+8]",
            "cfa=rsp+8 ra",
            "signal-frame context=rax+0",
        ] {
            assert_eq!(parse_rule(text, Machine::X86_64), None, "{text}");
        }
    }
}
