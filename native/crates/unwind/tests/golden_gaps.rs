//! Code that nobody described, behind a function that somebody did: assembly above, its table below.

mod assembly;

use assembly::{expect_rows_of, linked};

const DESCRIBED: &str = "
    .cfi_startproc
    ret
    .cfi_endproc
    .p2align 4, 0x90
    ";

#[track_caller]
fn expect_rows(gap: &str, expected: &str) {
    expect_rows_of(&linked(&format!("{DESCRIBED}{gap}"), &[]), expected);
}

#[test]
fn every_path_of_a_function_is_followed() {
    expect_rows(
        "
        cmpb $0, 0(%rdi)
        jne 1f
        push %rbp
        mov %rsp, %rbp
        push %rbx
        call *%rax
        pop %rbx
        pop %rbp
        ret
    1:  sub $24, %rsp
        call *%rax
        add $24, %rsp
        ret
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        16 cfa=rsp+16 ra=[cfa-8] rbp=[cfa-16]
        19 cfa=rbp+16 ra=[cfa-8] rbp=[cfa-16]
        1a cfa=rbp+16 ra=[cfa-8] rbp=[cfa-16] rbx=[cfa-24]
        1d cfa=rbp+16 ra=[cfa-8] rbp=[cfa-16]
        1e cfa=rsp+8 ra=[cfa-8] rbp=same
        23 cfa=rsp+32 ra=[cfa-8] rbp=same
        29 cfa=rsp+8 ra=[cfa-8] rbp=same
        2a no-rule
        ",
    );
}

#[test]
fn paths_that_disagree_leave_no_rule() {
    expect_rows(
        "
        test %rdi, %rdi
        jne 1f
        push %rax
    1:  nop
        ret
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 no-rule
        ",
    );
}

#[test]
fn behind_a_system_call_that_ends_a_description_a_thread_begins() {
    expect_rows_of(
        &linked(
            "
            .cfi_startproc
            syscall
            .cfi_endproc
            test %rax, %rax
            jl 1f
            je 1f
            ret
            .cfi_startproc
            .cfi_undefined rip
        1:  call *%rax
            .cfi_endproc
            ",
            &[],
        ),
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        2 cfa=rsp+8 new-thread ra=[cfa-8] rbp=same
        a end-of-stack
        c no-rule
        ",
    );
}

#[test]
fn stubs_of_lazy_binding_that_the_linker_left_undescribed() {
    expect_rows(
        "
        sub $8, %rsp
        call *%rax
        add $8, %rsp
        ret
        .p2align 4, 0x90
    1:  .byte 0xff, 0x35
        .long 0x1000
        .byte 0xff, 0x25
        .long 0x1000
        .byte 0x0f, 0x1f, 0x40, 0x00
        .rept 300
        .byte 0xff, 0x25
        .long 0x1000
        pushq $0x12345
        .byte 0xe9
        .long 1b - . - 4
        .endr
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        14 cfa=rsp+16 ra=[cfa-8] rbp=same
        1a cfa=rsp+8 ra=[cfa-8] rbp=same
        1b no-rule
        20 cfa=rsp+16 ra=[cfa-8] rbp=same
        26 cfa=rsp+24 ra=[cfa-8] rbp=same
        30 cfa=rsp+8 plt=11 ra=[cfa-8] rbp=same
        12f0 no-rule
        ",
    );
}

#[test]
fn the_entry_of_a_program_may_fill_a_gap_that_alignment_would_explain() {
    expect_rows_of(
        &linked(
            "
            .p2align 6
            .cfi_startproc
            ret
            .cfi_endproc
            .globl _start
        _start:
            xor %ebp, %ebp
            mov %rsp, %rdi
            call 1f
            .p2align 6, 0x90
        1:  .cfi_startproc
            ret
            .cfi_endproc
            ",
            &["-static"],
        ),
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 end-of-stack
        40 cfa=rsp+8 ra=[cfa-8] rbp=same
        41 no-rule
        ",
    );
}
