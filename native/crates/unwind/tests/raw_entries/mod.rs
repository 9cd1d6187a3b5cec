//! `.eh_frame` of which every byte is written by hand.

use crate::assembly::linked;

/// `fde_begin` and `fde_end` enclose what follows a function's identifier in `.eh_frame`; `cie` writes a CIE of the usual kind under a
/// label: CFA = rsp + 8, return address at CFA − 8, pointers relative to themselves.
const RAW_ENTRIES: &str = r#"
    .macro cie name
\name:
    .long 2f - 1f
1:  .long 0
    .byte 1
    .asciz "zR"
    .byte 1, 0x78, 16, 1, 0x1b, 0x0c, 7, 8, 0x90, 1
    .balign 8, 0
2:
    .endm
    .macro fde_begin cie
    .long 2f - 1f
1:  .long 1b - \cie
    .endm
    .macro fde_end
    .balign 8, 0
2:
    .endm
    .macro fde cie, start, size, instructions:vararg
    fde_begin \cie
    .long \start - .
    .long \size
    .byte 0
    .ifnb \instructions
    .byte \instructions
    .endif
    fde_end
    .endm
"#;

/// `count` bytes of code at `text`, and these entries after a CIE named `common`.
pub fn with_entries(count: usize, entries: &str) -> Vec<u8> {
    let source = format!(
        "{RAW_ENTRIES}\n.text\ntext: .skip {count}, 0x90\n.section .xx_frame, \"a\"\ncie common\n{entries}\n"
    );
    linked_as_written(&source, &[])
}

/// As `linked`, with the section `.xx_frame` called by its right name afterwards: the linker would have put its entries into order.
pub fn linked_as_written(source: &str, arguments: &[&str]) -> Vec<u8> {
    let mut elf = linked(source, arguments);
    let name = b".xx_frame";
    let position = elf
        .windows(name.len())
        .position(|window| window == name)
        .expect("the section's name");
    elf[position..position + name.len()].copy_from_slice(b".eh_frame");
    elf
}
