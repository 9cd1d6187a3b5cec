//! One small file for every kind of rule: assembly above, its table below.

mod assembly;

use assembly::{expect_rows_of, linked};

#[track_caller]
fn expect_rows(source: &str, expected: &str) {
    expect_rows_of(&linked(source, &[]), expected);
}

#[test]
fn a_frame_with_a_frame_pointer() {
    expect_rows(
        "
        .cfi_startproc
        push %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset rbp, -16
        mov %rsp, %rbp
        .cfi_def_cfa_register rbp
        push %rbx
        .cfi_offset rbx, -24
        pop %rbx
        leave
        .cfi_def_cfa rsp, 8
        ret
        .cfi_endproc
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 cfa=rsp+16 ra=[cfa-8] rbp=[cfa-16]
        4 cfa=rbp+16 ra=[cfa-8] rbp=[cfa-16]
        5 cfa=rbp+16 ra=[cfa-8] rbp=[cfa-16] rbx=[cfa-24]
        7 cfa=rsp+8 ra=[cfa-8] rbp=[cfa-16] rbx=[cfa-24]
        8 no-rule
        ",
    );
}

#[test]
fn the_byte_at_a_return_after_pops_has_its_own_cfa() {
    expect_rows(
        "
        .cfi_startproc
        push %r12
        .cfi_def_cfa_offset 16
        push %r13
        .cfi_def_cfa_offset 24
        .cfi_remember_state
        pop %r13
        .cfi_def_cfa_offset 16
        pop %r12
        .cfi_def_cfa_offset 8
        ret
        .cfi_restore_state
        nop
        pop %r13
        .cfi_def_cfa_offset 16
        pop %r12
        .cfi_def_cfa_offset 8
        ret
        .cfi_endproc
        .cfi_startproc
        ret
        .cfi_endproc
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        2 cfa=rsp+16 ra=[cfa-8] rbp=same
        4 cfa=rsp+24 ra=[cfa-8] rbp=same
        6 cfa=rsp+16 ra=[cfa-8] rbp=same
        8 cfa=rsp+8 ra=[cfa-8] rbp=same
        9 cfa=rsp+24 ra=[cfa-8] rbp=same
        c cfa=rsp+16 ra=[cfa-8] rbp=same
        e cfa=rsp+8 ra=[cfa-8] rbp=same
        10 no-rule
        ",
    );
}

#[test]
fn a_row_that_changes_nothing_we_keep_is_left_out() {
    expect_rows(
        "
        .cfi_startproc
        nop
        .cfi_offset r15, -32
        nop
        .cfi_escape 0x2e, 16
        nop
        .cfi_def_cfa_offset 16
        .cfi_def_cfa_offset 8
        nop
        .cfi_restore r15
        ret
        .cfi_endproc
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        5 no-rule
        ",
    );
}

#[test]
fn general_registers_as_the_frame_s_base() {
    expect_rows(
        "
        .cfi_startproc
        nop
        .cfi_def_cfa rbx, 16
        nop
        .cfi_def_cfa_register r10
        nop
        .cfi_def_cfa r15, 0
        ret
        .cfi_endproc
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 cfa=rbx+16 ra=[cfa-8] rbp=same
        2 cfa=r10+16 ra=[cfa-8] rbp=same
        3 cfa=r15+0 ra=[cfa-8] rbp=same
        4 no-rule
        ",
    );
}

#[test]
fn a_frame_whose_address_is_in_memory() {
    // breg7 8, deref, plus_uconst 8; breg6 -40, deref; breg7 272, deref, lit8, plus; rbp at breg6 0; rbp at breg7 16.
    expect_rows(
        "
        .cfi_startproc
        nop
        .cfi_escape 0x0f, 5, 0x77, 8, 0x06, 0x23, 8
        nop
        .cfi_escape 0x0f, 3, 0x76, 0x58, 0x06
        .cfi_escape 0x10, 6, 2, 0x76, 0
        nop
        .cfi_escape 0x0f, 6, 0x77, 0x90, 2, 0x06, 0x38, 0x22
        .cfi_escape 0x10, 6, 2, 0x77, 16
        .cfi_escape 0x10, 3, 2, 0x76, 0x50
        ret
        .cfi_endproc
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 cfa=[rsp+8]+8 ra=[cfa-8] rbp=same
        2 cfa=[rbp-40]+0 ra=[cfa-8] rbp=[rbp+0]
        3 cfa=[rsp+272]+8 ra=[cfa-8] rbp=[rsp+16] rbx=[rbp-48]
        4 no-rule
        ",
    );
}

#[test]
fn a_frame_behind_a_vector_on_the_stack() {
    // breg7 8, breg9 0, lit8, mul, plus, deref, plus_uconst 8
    expect_rows(
        "
        .cfi_startproc
        .cfi_escape 0x0f, 10, 0x77, 8, 0x79, 0, 0x38, 0x1e, 0x22, 0x06, 0x23, 8
        ret
        .cfi_endproc
        ",
        "
        0 cfa=[rsp+8+8*r9]+8 ra=[cfa-8] rbp=same
        1 no-rule
        ",
    );
}

#[test]
fn stubs_of_lazy_binding() {
    // breg7 8, breg16 0, lit15, and, lit11, ge, lit3, shl, plus
    expect_rows(
        "
        .cfi_startproc
        .cfi_escape 0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22
        .skip 32, 0x90
        .cfi_endproc
        ",
        "
        0 cfa=rsp+8 plt=11 ra=[cfa-8] rbp=same
        20 no-rule
        ",
    );
}

#[test]
fn the_outermost_frame() {
    expect_rows(
        "
        .cfi_startproc
        nop
        .cfi_undefined rip
        nop
        .cfi_def_cfa_offset 32
        nop
        .cfi_restore rip
        ret
        .cfi_endproc
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 end-of-stack
        3 cfa=rsp+32 ra=[cfa-8] rbp=same
        4 no-rule
        ",
    );
}

#[test]
fn return_address_and_frame_pointer_in_registers() {
    // As vfork does.
    expect_rows(
        "
        .cfi_startproc
        pop %rdi
        .cfi_def_cfa_offset 0
        .cfi_register rip, rdi
        nop
        .cfi_register rbp, r9
        nop
        .cfi_undefined rbp
        nop
        .cfi_same_value rbp
        push %rdi
        .cfi_def_cfa_offset 8
        .cfi_offset rip, -8
        ret
        .cfi_endproc
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 cfa=rsp+0 ra=rdi rbp=same
        2 cfa=rsp+0 ra=rdi rbp=r9
        3 cfa=rsp+0 ra=rdi rbp=undefined
        4 cfa=rsp+0 ra=rdi rbp=same
        5 cfa=rsp+8 ra=[cfa-8] rbp=same
        6 no-rule
        ",
    );
}

#[test]
fn a_place_that_has_no_word_is_lost_without_the_rest() {
    // rbp: val_offset; val_expression lit0; expression breg10 0.
    expect_rows(
        "
        .cfi_startproc
        .cfi_escape 0x14, 6, 2
        nop
        .cfi_escape 0x16, 6, 1, 0x30
        nop
        .cfi_restore rbp
        nop
        .cfi_escape 0x10, 6, 2, 0x7a, 0
        nop
        .cfi_escape 0x10, 6, 2, 0x23, 16
        ret
        .cfi_endproc
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=undefined
        2 cfa=rsp+8 ra=[cfa-8] rbp=same
        3 cfa=rsp+8 ra=[cfa-8] rbp=undefined
        4 cfa=rsp+8 ra=[cfa-8] rbp=[cfa+16]
        5 no-rule
        ",
    );
}

#[test]
fn what_is_not_evaluated_says_so() {
    // In turn: longjmp's stack pointer in r8; a CFA on rip; a return address computed; a CFA of an unknown expression; an offset
    // beyond 32 bits; an unknown instruction, which leaves nothing known behind it.
    expect_rows(
        "
        .cfi_startproc
        .cfi_register rsp, r8
        nop
        .cfi_same_value rsp
        nop
        .cfi_escape 0x14, 7, 0
        nop
        .cfi_def_cfa_register rip
        nop
        .cfi_def_cfa rsp, 8
        .cfi_escape 0x16, 16, 1, 0x30
        nop
        .cfi_restore rip
        nop
        .cfi_escape 0x0f, 3, 0x77, 0, 0x12
        nop
        .cfi_def_cfa rsp, 8
        nop
        .cfi_def_cfa_offset 0x100000000
        nop
        .cfi_def_cfa_offset 24
        nop
        .cfi_escape 0x3e
        .cfi_def_cfa_offset 16
        ret
        .cfi_endproc
        .cfi_startproc
        ret
        .cfi_endproc
        ",
        "
        0 unsupported
        2 cfa=rsp+8 ra=[cfa-8] rbp=same
        3 unsupported
        5 cfa=rsp+8 ra=[cfa-8] rbp=same
        6 unsupported
        7 cfa=rsp+8 ra=[cfa-8] rbp=same
        8 unsupported
        9 cfa=rsp+24 ra=[cfa-8] rbp=same
        a unsupported
        b cfa=rsp+8 ra=[cfa-8] rbp=same
        c no-rule
        ",
    );
}

/// What libgcc's `_Unwind_Resume` does last, without its loop over the shadow stack.
#[test]
fn an_unwinder_of_exceptions_leads_to_the_handler_once_its_frame_is_the_handlers() {
    expect_rows(
        "
        .cfi_startproc
        push %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset rbp, -16
        mov %rsp, %rbp
        .cfi_def_cfa_register rbp
        push %rbx
        .cfi_offset rbx, -24
        call 1f
        call 1f
        mov -0x98(%rbp), %rsi
        mov -0xa0(%rbp), %rdi
        xor %edx, %edx
        call 1f
        lea 8(%rbp,%rax,1), %rcx
        mov -8(%rbp), %rbx
        mov (%rbp), %rbp
        .cfi_same_value rbp
        .cfi_def_cfa rcx, 8
        mov %rcx, %rsp
        .cfi_def_cfa rsp, 8
        pop %rcx
        .cfi_def_cfa_offset 0
        .cfi_register rip, rcx
        jmp *%rcx
    1:  ret
        .cfi_endproc
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 cfa=rsp+16 ra=[cfa-8] rbp=[cfa-16]
        4 cfa=rbp+16 ra=[cfa-8] rbp=[cfa-16]
        5 cfa=rbp+16 ra=[cfa-8] rbp=[cfa-16] rbx=[cfa-24]
        a cfa=[rbp-160] landing ra=[rbp-152] rbp=[rbp+0] rbx=[rbp-8]
        31 cfa=rcx+8 ra=[cfa-8] rbp=same rbx=[cfa-24]
        34 cfa=rsp+8 ra=[cfa-8] rbp=same rbx=[cfa-24]
        35 cfa=rsp+0 ra=rcx rbp=same rbx=[cfa-24]
        38 no-rule
        ",
    );
}
