//! Rules of arm64, in files that have nothing of it but the machine's number.

mod assembly;
mod raw_entries;

use assembly::expect_rows_of;
use raw_entries::with_entries;

/// Makes a file for arm64 out of one for x86-64: only the machine of its header tells them apart here.
fn for_arm64(mut elf: Vec<u8>) -> Vec<u8> {
    elf[0x12] = 183;
    elf
}

#[test]
fn arm64_keeps_the_return_address_in_a_register() {
    // stp x29, x30, [sp, -32]!; then paciasp's mark, a frame pointer, and back.
    expect_rows_of(
        &for_arm64(with_entries(
            64,
            "
            arm: .long 2f - 1f
            1: .long 0
            .byte 1
            .asciz \"zRB\"
            .byte 4, 0x78, 30, 1, 0x1b, 0x0c, 31, 0
            .balign 8, 0
            2:
            fde arm, text, 48, 0x41, 0x2d, 0x41, 0x0e, 32, 0x9d, 4, 0x9e, 3, 0x41, 0x0d, 29, 0x44, 0xde, 0xdd, 0x0c, 31, 0, 0x41, 0x2d
            fde arm, text + 48, 16, 0x07, 30
            ",
        )),
        "
        0 cfa=sp+0 ra=x30 x29=same
        8 cfa=sp+32 ra=[cfa-24] x29=[cfa-32]
        c cfa=x29+32 ra=[cfa-24] x29=[cfa-32]
        1c cfa=sp+0 ra=x30 x29=same
        30 end-of-stack
        40 no-rule
        ",
    );
}

#[test]
fn registers_at_the_far_end_of_a_large_frame() {
    // def_cfa_offset 80000, offset x29 at cfa - 80000, x30 at cfa - 79992; then a frame pointer at the far end.
    expect_rows_of(
        &for_arm64(with_entries(
            64,
            "
            arm: .long 2f - 1f
            1: .long 0
            .byte 1
            .asciz \"zR\"
            .byte 4, 0x78, 30, 1, 0x1b, 0x0c, 31, 0
            .balign 8, 0
            2:
            fde arm, text, 64, 0x41, 0x0e, 0x80, 0xf1, 4, 0x9d, 0x90, 0x4e, 0x9e, 0x8f, 0x4e, 0x41, 0x0d, 29
            ",
        )),
        "
        0 cfa=sp+0 ra=x30 x29=same
        4 cfa=sp+80000 ra=[sp+8] x29=[sp+0]
        8 cfa=x29+80000 ra=[x29+8] x29=[x29+0]
        40 no-rule
        ",
    );
}
