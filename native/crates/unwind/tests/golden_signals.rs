//! What is on the stack while a signal handler runs.

mod assembly;

use assembly::{expect_rows_of, linked};

#[track_caller]
fn expect_rows(source: &str, expected: &str) {
    expect_rows_of(&linked(source, &[]), expected);
}

/// The description that glibc has of `__restore_rt`, with the context at a distance from the stack pointer, and rbp's offset.
fn signal_frame(distance: i32, rbp: i32) -> String {
    let sleb = |value: i32| format!("{}, {}", (value & 0x7f) | 0x80, (value >> 7) & 0x7f);
    let registers = [
        (8, 40),
        (9, 48),
        (12, 72),
        (5, 104),
        (6, rbp),
        (3, 128),
        (7, 160),
        (16, 168),
    ];
    let mut source = format!(
        ".cfi_startproc\n.cfi_signal_frame\n.cfi_escape 0x0f, 4, 0x77, {}, 0x06\n",
        sleb(distance + 160)
    );
    for (register, offset) in registers {
        source.push_str(&format!(
            ".cfi_escape 0x10, {register}, 3, 0x77, {}\n",
            sleb(distance + offset)
        ));
    }
    source + "mov $15, %rax\nsyscall\n.cfi_endproc\n"
}

#[test]
fn the_frame_of_a_signal_handler() {
    expect_rows(
        &signal_frame(0, 120),
        "
        0 signal-frame context=rsp+0
        9 no-rule
        ",
    );
    expect_rows(
        &signal_frame(128, 120),
        "
        0 signal-frame context=rsp+128
        9 no-rule
        ",
    );
}

#[test]
fn a_signal_frame_that_the_kernel_does_not_make_is_not_evaluated() {
    expect_rows(
        &signal_frame(0, 112),
        "
        0 unsupported
        9 no-rule
        ",
    );
    expect_rows(
        "
        .cfi_startproc
        .cfi_signal_frame
        ret
        .cfi_endproc
        ",
        "
        0 unsupported
        1 no-rule
        ",
    );
}
