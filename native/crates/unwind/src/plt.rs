use std::ops::Range;

use strata_definitions::{
    UNWIND_KIND_PLT, UNWIND_KIND_REGISTER, UNWIND_PLACE_CFA, UNWIND_PLACE_SAME, UnwindRule,
};

use crate::machine::Machine;

const STUB_BYTES: usize = 16;
/// `push number; jmp first` are a stub's last instructions; the second begins here.
const PUSHED_AT: i8 = 11;
/// `push [rip + …]` of the first stub.
const PUSH_BYTES: u64 = 6;

/// Where stubs of lazy binding (System V ABI, AMD64 supplement, figure 5.2) are in code that nobody described, as lld leaves them:
/// the first is jumped to from all others. `code` lies at this file offset.
pub(crate) fn find_stubs(code: &[u8], offset: u64) -> Option<Range<u64>> {
    let skipped = (offset.next_multiple_of(STUB_BYTES as u64) - offset) as usize;
    let (stubs, _) = code.get(skipped..)?.as_chunks::<STUB_BYTES>();
    let first = stubs.iter().position(is_first)?;
    let count = stubs[first + 1..]
        .iter()
        .take_while(|stub| is_stub(stub))
        .count();
    let start = offset + (skipped + first * STUB_BYTES) as u64;
    (count > 0).then(|| start..start + ((1 + count) * STUB_BYTES) as u64)
}

/// Their rules.
pub(crate) fn stub_rules(stubs: &Range<u64>) -> [(Range<u64>, UnwindRule); 3] {
    let pushed = stubs.start + PUSH_BYTES;
    let others = stubs.start + STUB_BYTES as u64;
    let at_depth = |cfa_offset| UnwindRule {
        kind: UNWIND_KIND_REGISTER as u8,
        cfa_register: Machine::X86_64.stack_pointer(),
        cfa_offset,
        ra_place: UNWIND_PLACE_CFA as u8,
        ra_offset: -8,
        fp_place: UNWIND_PLACE_SAME as u8,
        ..UnwindRule::default()
    };
    let stub = UnwindRule {
        kind: UNWIND_KIND_PLT as u8,
        cfa_add: PUSHED_AT,
        ..at_depth(8)
    };
    [
        (stubs.start..pushed, at_depth(16)),
        (pushed..others, at_depth(24)),
        (others..stubs.end, stub),
    ]
}

/// `push [rip + …]; jmp [rip + …]`
fn is_first(stub: &[u8; STUB_BYTES]) -> bool {
    stub[..2] == [0xff, 0x35] && stub[6..8] == [0xff, 0x25]
}

/// `jmp [rip + …]; push number; jmp first`
fn is_stub(stub: &[u8; STUB_BYTES]) -> bool {
    stub[..2] == [0xff, 0x25] && stub[6] == 0x68 && stub[11] == 0xe9
}
