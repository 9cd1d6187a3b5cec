//! How functions lie in a file, and what their rows become.

mod assembly;

use assembly::{expect_rows_of, linked};

#[track_caller]
fn expect_rows(source: &str, expected: &str) {
    expect_rows_of(&linked(source, &[]), expected);
}

#[test]
fn code_without_a_description_has_no_rule() {
    expect_rows(
        "
        .cfi_startproc
        ret
        .cfi_endproc
        .p2align 4
        .skip 9, 0x90
        .p2align 4
        .cfi_startproc
        push %rbp
        .cfi_def_cfa_offset 16
        ud2
        .cfi_endproc
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 no-rule
        20 cfa=rsp+8 ra=[cfa-8] rbp=same
        21 cfa=rsp+16 ra=[cfa-8] rbp=same
        23 no-rule
        ",
    );
}

#[test]
fn padding_before_an_aligned_function_goes_with_the_function_before() {
    expect_rows(
        "
        .cfi_startproc
        push %rbp
        .cfi_def_cfa_offset 16
        ud2
        .cfi_endproc
        .p2align 4
        .cfi_startproc
        ret
        .cfi_endproc
        nop
        .cfi_startproc
        ret
        .cfi_endproc
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 cfa=rsp+16 ra=[cfa-8] rbp=same
        10 cfa=rsp+8 ra=[cfa-8] rbp=same
        13 no-rule
        ",
    );
    // Not aligned: what lies between is no padding.
    expect_rows(
        "
        .cfi_startproc
        nop
        .cfi_endproc
        .skip 4
        .cfi_startproc
        ret
        .cfi_endproc
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 no-rule
        5 cfa=rsp+8 ra=[cfa-8] rbp=same
        6 no-rule
        ",
    );
}

#[test]
fn advances_of_every_size_cross_pages() {
    expect_rows(
        "
        .cfi_startproc
        .skip 10
        .cfi_def_cfa_offset 16
        .skip 200
        .cfi_def_cfa_offset 24
        .skip 300
        .cfi_def_cfa_offset 32
        .skip 0x21000
        .cfi_def_cfa_offset 40
        nop
        .cfi_endproc
        ",
        // .text is at 0x1000 of the file, so that pages of 64 KiB begin at 0xf000 and 0x1f000 of it.
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        a cfa=rsp+16 ra=[cfa-8] rbp=same
        d2 cfa=rsp+24 ra=[cfa-8] rbp=same
        1fe cfa=rsp+32 ra=[cfa-8] rbp=same
        f000 cfa=rsp+32 ra=[cfa-8] rbp=same
        1f000 cfa=rsp+32 ra=[cfa-8] rbp=same
        211fe cfa=rsp+40 ra=[cfa-8] rbp=same
        211ff no-rule
        ",
    );
}

#[test]
fn a_row_at_the_beginning_of_a_page_is_there_once() {
    expect_rows(
        "
        .cfi_startproc
        .skip 0xf000
        .cfi_def_cfa_offset 16
        nop
        .cfi_def_cfa_offset 24
        nop
        .cfi_endproc
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        f000 cfa=rsp+16 ra=[cfa-8] rbp=same
        f001 cfa=rsp+24 ra=[cfa-8] rbp=same
        f002 no-rule
        ",
    );
}

#[test]
fn split_text_and_several_cies() {
    expect_rows(
        "
        .cfi_startproc
        .cfi_personality 0x9b, personality
        .cfi_lsda 0x1b, lsda
        push %rbx
        .cfi_def_cfa_offset 16
        .cfi_offset rbx, -16
        ret
        .cfi_endproc
        .section .text.cold, \"ax\"
        .cfi_startproc
        .cfi_def_cfa_offset 16
        .cfi_offset rbx, -16
        ud2
        .cfi_endproc
        .text
        .skip 1
        .cfi_startproc
        .cfi_return_column rip
        ret
        .cfi_endproc
        .data
        .hidden personality
        personality: .quad 0
        lsda: .quad 0
        ",
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 cfa=rsp+16 ra=[cfa-8] rbp=same rbx=[cfa-16]
        2 no-rule
        3 cfa=rsp+8 ra=[cfa-8] rbp=same
        4 cfa=rsp+16 ra=[cfa-8] rbp=same rbx=[cfa-16]
        6 no-rule
        ",
    );
}

const FRAME: &str = "
    .cfi_startproc
    push %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset rbp, -16
    pop %rbp
    .cfi_def_cfa_offset 8
    ret
    .cfi_endproc
";
const FRAME_ROWS: &str = "
    0 cfa=rsp+8 ra=[cfa-8] rbp=same
    1 cfa=rsp+16 ra=[cfa-8] rbp=[cfa-16]
    2 cfa=rsp+8 ra=[cfa-8] rbp=[cfa-16]
    3 no-rule
";

#[test]
fn debug_frame_alone() {
    expect_rows(&format!(".cfi_sections .debug_frame\n{FRAME}"), FRAME_ROWS);
}

#[test]
fn debug_frame_packed() {
    for packing in ["zlib", "zstd"] {
        let argument = format!("-Wl,--compress-debug-sections={packing}");
        // Only what is longer than its packed form is packed.
        let source = format!(
            ".cfi_sections .debug_frame\n{FRAME}.rept 100\n.cfi_startproc\n.cfi_return_column rip\nnop\n.cfi_endproc\n.endr\n"
        );
        let elf = linked(&source, &[&argument]);
        let rows = FRAME_ROWS.replace("3 no-rule", "3 cfa=rsp+8 ra=[cfa-8] rbp=same\n67 no-rule");
        expect_rows_of(&elf, &rows);
    }
}

#[test]
fn debug_frame_fills_what_eh_frame_leaves_out() {
    // The second function has only .debug_frame; the first has another rule there, which is not believed.
    let source = "
        .cfi_sections .eh_frame
        .cfi_startproc
        .cfi_def_cfa_offset 24
        ret
        .cfi_endproc
        other:
        ret
        .section .debug_frame
        1: .long 3f - 2f
        2: .long -1
        .byte 3, 0, 1, 0x78, 16, 0x0c, 7, 8, 0x90, 1
        .balign 8, 0
        3: .long 5f - 4f
        4: .long 1b - .debug_frame
        .quad other - 1, 1
        5: .long 7f - 6f
        6: .long 1b - .debug_frame
        .quad other, 1
        .byte 0x0e, 40, 0, 0
        7:
    ";
    expect_rows_of(
        &linked(source, &["-Wl,-Bsymbolic"]),
        "
        0 cfa=rsp+24 ra=[cfa-8] rbp=same
        1 cfa=rsp+40 ra=[cfa-8] rbp=same
        2 no-rule
        ",
    );
}

/// Removes the section headers, as some packers do.
fn without_section_headers(mut elf: Vec<u8>) -> Vec<u8> {
    elf[0x28..0x30].fill(0);
    elf[0x3c..0x40].fill(0);
    elf
}

#[test]
fn eh_frame_by_its_program_header() {
    let elf = linked(FRAME, &["-Wl,--eh-frame-hdr"]);
    let table = strata_unwind::build(&elf).expect("a table");
    let stripped = without_section_headers(elf);
    assert_eq!(strata_unwind::build(&stripped).expect("a table"), table);
}

#[test]
fn without_any_description_the_frame_pointer_is_followed() {
    let elf = linked(".skip 0x20000\n", &[]);
    expect_rows_of(
        &elf,
        "
        0 frame-pointer
        f000 frame-pointer
        1f000 frame-pointer
        20000 no-rule
        ",
    );
}

#[test]
fn addresses_are_offsets_in_the_file_wherever_it_is_linked_to() {
    let elf = linked(FRAME, &["-Wl,-Ttext-segment=0x7f0000000"]);
    expect_rows_of(&elf, FRAME_ROWS);
    let elf = linked(&format!(".globl _start\n_start:\n{FRAME}"), &["-static"]);
    assert_eq!(elf[0x10], 2, "an executable with addresses of its own");
    expect_rows_of(&elf, FRAME_ROWS);
    let elf = linked(FRAME, &["-Wl,-z,noseparate-code"]);
    expect_rows_of(&elf, FRAME_ROWS);
}
