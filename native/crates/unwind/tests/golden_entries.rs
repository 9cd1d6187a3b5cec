//! Entries of `.eh_frame` that assemblers do not write of themselves, but files have.

mod assembly;
mod raw_entries;

use assembly::expect_rows_of;
use raw_entries::{linked_as_written, with_entries};

#[test]
fn of_descriptions_in_each_other_the_inner_one_is_believed() {
    expect_rows_of(
        &with_entries(
            64,
            "
            fde common, text, 64, 0x0e, 16, 0x40 + 32, 0x0e, 24
            fde common, text + 8, 40, 0x0e, 32
            fde common, text + 16, 8, 0x0e, 40
            ",
        ),
        "
        0 cfa=rsp+16 ra=[cfa-8] rbp=same
        8 cfa=rsp+32 ra=[cfa-8] rbp=same
        10 cfa=rsp+40 ra=[cfa-8] rbp=same
        18 cfa=rsp+32 ra=[cfa-8] rbp=same
        30 cfa=rsp+24 ra=[cfa-8] rbp=same
        40 no-rule
        ",
    );
}

#[test]
fn of_overlapping_descriptions_the_later_start_is_believed() {
    expect_rows_of(
        &with_entries(
            64,
            "
            fde common, text + 16, 48, 0x0e, 24
            fde common, text, 32, 0x0e, 16
            ",
        ),
        "
        0 cfa=rsp+16 ra=[cfa-8] rbp=same
        10 cfa=rsp+24 ra=[cfa-8] rbp=same
        40 no-rule
        ",
    );
}

#[test]
fn of_equal_descriptions_the_first_is_believed_and_of_equal_starts_the_shorter() {
    expect_rows_of(
        &with_entries(
            64,
            "
            fde common, text, 32, 0x0e, 16
            fde common, text, 32, 0x0e, 24
            fde common, text + 32, 32, 0x0e, 32
            fde common, text + 32, 16, 0x0e, 40
            fde common, text + 40, 0, 0x0e, 48
            ",
        ),
        "
        0 cfa=rsp+16 ra=[cfa-8] rbp=same
        20 cfa=rsp+40 ra=[cfa-8] rbp=same
        30 cfa=rsp+32 ra=[cfa-8] rbp=same
        40 no-rule
        ",
    );
}

#[test]
fn descriptions_of_what_is_no_code_are_passed_over_and_counted() {
    let elf = with_entries(
        16,
        "
        fde common, text-0x1000, 16
        fde common, text + 0x100000, 16
        fde common, text, 16
        ",
    );
    expect_rows_of(
        &elf,
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        10 no-rule
        ",
    );
    let (_, report) = strata_unwind::build_with_report(&elf, &|_| Vec::new()).expect("a table");
    assert_eq!(
        (report.functions, report.outside, report.malformed),
        (1, 2, 0)
    );
}

#[test]
fn a_description_longer_than_the_code_ends_with_it() {
    expect_rows_of(
        &with_entries(
            0xf000 - 1,
            "fde common, text, 0x7fffffff, 0x40 + 1, 0x0e, 16",
        ),
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 cfa=rsp+16 ra=[cfa-8] rbp=same
        efff no-rule
        ",
    );
}

#[test]
fn instructions_assemblers_do_not_write() {
    // rbp: GNU_negative_offset_extended (the factor is already negative), offset_extended; CFA: def_cfa_sf, def_cfa_offset_sf;
    // advance: set_loc, MIPS_advance_loc8, advance_loc4; restore_extended.
    expect_rows_of(
        &with_entries(
            64,
            "
            fde_begin common
            .long text - .
            .long 64
            .byte 0
            .byte 0x2f, 6, 2
            .byte 0x01
            .long text + 4 - .
            .byte 0x05, 6, 2
            .byte 0x1d
            .quad 4
            .byte 0x12, 7, 0x7e
            .byte 0x04
            .long 4
            .byte 0x13, 0x7d
            .byte 0x06, 6
            fde_end
            ",
        ),
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=[cfa+16]
        4 cfa=rsp+8 ra=[cfa-8] rbp=[cfa-16]
        8 cfa=rsp+16 ra=[cfa-8] rbp=[cfa-16]
        c cfa=rsp+24 ra=[cfa-8] rbp=same
        40 no-rule
        ",
    );
}

#[test]
fn going_back_ends_what_is_known() {
    expect_rows_of(
        &with_entries(
            64,
            "
            fde_begin common
            .long text - .
            .long 64
            .byte 0
            .byte 0x44, 0x0e, 16, 0x01
            .long text - .
            fde_end
            fde common, text + 32, 32, 0x0b
            ",
        ),
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        4 unsupported
        40 no-rule
        ",
    );
}

#[test]
fn zero_lengths_between_entries_end_nothing() {
    expect_rows_of(
        &with_entries(
            32,
            "
            fde common, text, 16
            .long 0, 0
            cie another
            fde another, text + 16, 16, 0x0e, 16
            .long 0
            ",
        ),
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        10 cfa=rsp+16 ra=[cfa-8] rbp=same
        20 no-rule
        ",
    );
}

#[test]
fn addresses_in_every_encoding() {
    // absptr, udata4, pcrel sdata8, datarel sdata8, textrel uleb, indirect pcrel, aligned; each with a CIE of its own, which also
    // has a personality and what only others understand.
    let encodings = [
        ("0x00", ".quad text + 0", ".quad 8"),
        ("0x03", ".long text + 8", ".long 8"),
        ("0x1c", ".quad text + 16 - .", ".quad 8"),
        ("0x3c", ".quad text + 24 - 0x500000", ".quad 8"),
        ("0x21", ".uleb128 32", ".uleb128 8"),
        ("0x9b", ".long pointer - .", ".long 8"),
        ("0x50", ".balign 8\n.quad text + 48", ".quad 8"),
    ];
    let entries: String = encodings
        .iter()
        .enumerate()
        .map(|(number, (encoding, start, size))| {
            let cfa = 16 + 8 * number;
            format!(
                "
                .balign 8
                cie{number}: .long 2f - 1f
                1: .long 0
                .byte 3
                .asciz \"zPLRBGx\"
                .byte 1, 0x78, 16, 9, 0x0b
                .long 0
                .byte 0x1b, {encoding}, 1, 2, 0x0c, 7, 8, 0x90, 1
                .balign 8, 0
                2: .long 4f - 3f
                3: .long 3b - cie{number}
                {start}
                {size}
                .byte 0, 0x0e, {cfa}
                .balign 8, 0
                4:
                "
            )
        })
        .collect();
    let source = format!(
        ".text\n.globl _start\n_start:\ntext: .skip 56, 0x90\n.data\npointer: .quad text + 40\n\
         .section .got.plt, \"aw\"\n.quad 0\n.section .xx_frame, \"a\"\n{entries}"
    );
    expect_rows_of(
        &linked_as_written(
            &source,
            &["-static", "-Wl,--section-start=.got.plt=0x500000"],
        ),
        "
        0 cfa=rsp+16 ra=[cfa-8] rbp=same
        8 cfa=rsp+24 ra=[cfa-8] rbp=same
        10 cfa=rsp+32 ra=[cfa-8] rbp=same
        18 cfa=rsp+40 ra=[cfa-8] rbp=same
        20 cfa=rsp+48 ra=[cfa-8] rbp=same
        28 cfa=rsp+56 ra=[cfa-8] rbp=same
        30 cfa=rsp+64 ra=[cfa-8] rbp=same
        38 no-rule
        ",
    );
}

#[test]
fn a_cie_that_is_not_understood_takes_its_functions_with_it() {
    let elf = with_entries(
        16,
        "
        odd: .long 2f - 1f
        1: .long 0
        .byte 9, 0, 1, 0x78, 16, 0x0c, 7, 8, 0x90, 1, 0, 0
        2:
        fde odd, text, 8
        fde common, text + 8, 8
        ",
    );
    expect_rows_of(
        &elf,
        "
        8 cfa=rsp+8 ra=[cfa-8] rbp=same
        10 no-rule
        ",
    );
}
