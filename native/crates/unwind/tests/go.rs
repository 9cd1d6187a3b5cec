//! Tables of Go programs, out of what their runtime walks stacks with.

mod elf_writer;
mod go_program;

use std::process::Command;

use elf_writer::CODE;
use go_program::{ASSEMBLY, Function, TOP_FRAME, Version, WRITES_STACK_POINTER, program};
use strata_unwind::{Machine, build, describe};

#[track_caller]
fn expect_rows(elf: &[u8], expected: &str) {
    let table = build(elf).expect("a table");
    let machine = Machine::of(elf).expect("an ELF file");
    let rows: Vec<String> = table
        .iter()
        .filter(|(offset, _)| *offset >= CODE)
        .map(|(offset, rule)| format!("{:x} {}", offset - CODE, describe(&rule, machine)))
        .collect();
    let expected: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(rows, expected);
}

/// `push rbp; mov rbp, rsp; sub rsp, 16; …; add rsp, 16; pop rbp; ret`
const PUSHING: Function<'_> = Function {
    name: "main.pushing",
    flags: 0,
    code: b"\x55\x48\x89\xe5\x48\x83\xec\x10\x90\x90\x48\x83\xc4\x10\x5d\xc3",
    depths: &[(0, 1), (8, 7), (24, 6), (8, 1), (0, 1)],
};

/// `sub rsp, 24; mov [rsp + 16], rbp; lea rbp, [rsp + 16]; …; mov rbp, [rsp + 16]; add rsp, 24; ret`
const STORING: Function<'_> = Function {
    name: "main.storing",
    flags: 0,
    code: b"\x48\x83\xec\x18\x48\x89\x6c\x24\x10\x48\x8d\x6c\x24\x10\x90\x90\x48\x8b\x6c\x24\x10\x48\x83\xc4\x18\xc3",
    depths: &[(0, 4), (24, 21), (0, 1)],
};

const LEAF: Function<'_> = Function {
    name: "main.leaf",
    flags: 0,
    code: b"\x90\x90\xc3",
    depths: &[(0, 3)],
};

#[test]
fn functions_that_push_the_frame_pointer() {
    expect_rows(
        &program(Version::Go1_20, &[PUSHING, LEAF]),
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 cfa=rsp+16 ra=[cfa-8] rbp=[cfa-16]
        8 cfa=rsp+32 ra=[cfa-8] rbp=[cfa-16]
        e cfa=rsp+16 ra=[cfa-8] rbp=[cfa-16]
        f cfa=rsp+8 ra=[cfa-8] rbp=same
        13 no-rule
        ",
    );
}

#[test]
fn functions_that_store_the_frame_pointer() {
    for version in [Version::Go1_16, Version::Go1_18, Version::Go1_20] {
        expect_rows(
            &program(version, &[STORING, LEAF]),
            "
            0 cfa=rsp+8 ra=[cfa-8] rbp=same
            4 cfa=rsp+32 ra=[cfa-8] rbp=same
            9 cfa=rsp+32 ra=[cfa-8] rbp=[cfa-16]
            19 cfa=rsp+8 ra=[cfa-8] rbp=same
            1d no-rule
            ",
        );
    }
}

#[test]
fn assembly_saves_the_frame_pointer_where_its_code_does() {
    let pushes_another = Function {
        name: "main.assembly",
        flags: ASSEMBLY,
        code: b"\x53\x90\x5b\xc3",
        depths: &[(0, 1), (8, 2), (0, 1)],
    };
    let assembly = Function {
        flags: ASSEMBLY,
        ..PUSHING
    };
    expect_rows(
        &program(Version::Go1_20, &[pushes_another, assembly]),
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 cfa=rsp+16 ra=[cfa-8] rbp=same
        3 cfa=rsp+8 ra=[cfa-8] rbp=same
        5 cfa=rsp+16 ra=[cfa-8] rbp=[cfa-16]
        c cfa=rsp+32 ra=[cfa-8] rbp=[cfa-16]
        12 cfa=rsp+16 ra=[cfa-8] rbp=[cfa-16]
        13 cfa=rsp+8 ra=[cfa-8] rbp=same
        14 no-rule
        ",
    );
}

#[test]
fn ends_of_stacks_and_signals() {
    let bare = |name, flags| Function {
        name,
        flags,
        code: b"\x90\x90\x90\xc3",
        depths: &[(0, 4)],
    };
    expect_rows(
        &program(
            Version::Go1_18,
            &[
                bare("main.first", 0),
                bare("runtime.goexit", 0),
                bare("main.second", 0),
                bare("main.main", TOP_FRAME),
                bare("runtime.sigreturn__sigaction", 0),
                bare("runtime.mcall", WRITES_STACK_POINTER),
            ],
        ),
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        4 end-of-stack
        8 cfa=rsp+8 ra=[cfa-8] rbp=same
        c end-of-stack
        f signal-frame context=rsp+0
        14 end-of-stack
        18 no-rule
        ",
    );
}

#[test]
fn functions_that_change_stacks() {
    // systemstack keeps its frame on the goroutine's stack; morestack leaves none behind: mov rsp, [rbx + 56].
    let systemstack = Function {
        name: "runtime.systemstack",
        flags: WRITES_STACK_POINTER | ASSEMBLY,
        ..PUSHING
    };
    let older = Function {
        name: "runtime.asmcgocall",
        flags: WRITES_STACK_POINTER,
        ..STORING
    };
    let morestack = Function {
        name: "runtime.morestack",
        flags: WRITES_STACK_POINTER | ASSEMBLY,
        code: b"\x90\x90\x48\x8b\x63\x38\x90\xc3",
        depths: &[(0, 8)],
    };
    let cgocallback = Function {
        name: "runtime.cgocallback",
        flags: WRITES_STACK_POINTER | ASSEMBLY,
        ..PUSHING
    };
    expect_rows(
        &program(
            Version::Go1_20,
            &[systemstack, older, morestack, cgocallback],
        ),
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        1 cfa=rsp+16 ra=[cfa-8] rbp=[cfa-16]
        4 cfa=rbp+16 other-stack ra=[cfa-8] rbp=[cfa-16]
        f cfa=rsp+8 ra=[cfa-8] rbp=same
        14 cfa=rsp+32 ra=[cfa-8] rbp=same
        19 cfa=rsp+32 ra=[cfa-8] rbp=[cfa-16]
        1e cfa=rbp+16 other-stack ra=[cfa-8] rbp=[cfa-16]
        29 cfa=rsp+8 ra=[cfa-8] rbp=same
        2c unsupported
        32 cfa=rsp+8 ra=[cfa-8] rbp=same
        33 cfa=rsp+16 ra=[cfa-8] rbp=[cfa-16]
        3a cfa=rsp+32 ra=[cfa-8] rbp=[cfa-16]
        40 cfa=rsp+16 ra=[cfa-8] rbp=[cfa-16]
        41 cfa=rsp+8 ra=[cfa-8] rbp=same
        42 no-rule
        ",
    );
}

/// As Go 1.26 has them, without what is checked in between.
fn changing_to_the_threads_stack<'a>(code: &'a [u8], systemstack: &'a [u8]) -> [Function<'a>; 3] {
    let assembly = |name, code: &'a [u8], depths| Function {
        name,
        flags: WRITES_STACK_POINTER | ASSEMBLY,
        code,
        depths,
    };
    [
        assembly("runtime.systemstack.abi0", systemstack, &[(0, 17)]),
        assembly("runtime.morestack.abi0", code, &[(0, 38)]),
        LEAF,
    ]
}

#[test]
fn morestack_goes_on_to_the_goroutine_that_it_makes_room_for() {
    // cmp rax, [rbx + 72]; cmp rax, [rbx + 184]; mov rsp, [rdx + 56]; nop; nop
    let systemstack = b"\x48\x3b\x43\x48\x48\x3b\x83\xb8\x00\x00\x00\x48\x8b\x62\x38\x90\x90";
    // mov rdi, fs:[-8]; mov rbx, [rdi + 48]; mov rax, [rsp]; mov [rdi + 64], rax; mov [rdi + 96], rbp; mov rbx, [rbx];
    // mov rsp, [rbx + 56]; call; ret
    let morestack =
        b"\x64\x48\x8b\x3c\x25\xf8\xff\xff\xff\x48\x8b\x5f\x30\x48\x8b\x04\x24\x48\x89\x47\x40\
        \x48\x89\x6f\x60\x48\x8b\x1b\x48\x8b\x63\x38\xe8\x00\x00\x00\x00\xc3";
    let elf = program(
        Version::Go1_20,
        &changing_to_the_threads_stack(morestack, systemstack),
    );
    expect_rows(
        &elf,
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        b unsupported
        11 cfa=rsp+8 ra=[cfa-8] rbp=same
        2d goroutine g=[thread-8] m=[g+48] running=[m+184] sp=+56 rbp=+96
        37 cfa=rsp+8 ra=[cfa-8] rbp=same
        3a no-rule
        ",
    );
}

#[test]
fn a_morestack_that_is_not_understood_is_unsupported() {
    // In a position-independent program: mov rdi, fs:[rcx].
    let morestack =
        b"\x64\x48\x8b\x39\x90\x90\x90\x90\x90\x48\x8b\x5f\x30\x48\x8b\x04\x24\x48\x89\x47\x40\
        \x48\x89\x6f\x60\x48\x8b\x1b\x48\x8b\x63\x38\xe8\x00\x00\x00\x00\xc3";
    let systemstack = b"\x48\x3b\x43\x48\x48\x3b\x83\xb8\x00\x00\x00\x48\x8b\x62\x38\x90\x90";
    let elf = program(
        Version::Go1_20,
        &changing_to_the_threads_stack(morestack, systemstack),
    );
    expect_rows(
        &elf,
        "
        0 cfa=rsp+8 ra=[cfa-8] rbp=same
        b unsupported
        11 cfa=rsp+8 ra=[cfa-8] rbp=same
        2d unsupported
        37 cfa=rsp+8 ra=[cfa-8] rbp=same
        3a no-rule
        ",
    );
}

#[test]
fn tables_that_are_damaged() {
    let right = program(Version::Go1_20, &[PUSHING, STORING, LEAF]);
    for position in CODE as usize..right.len() - 3 {
        for wrong in [0u32, 1, 0x7fff_ffff, u32::MAX] {
            let mut bytes = right.clone();
            bytes[position..position + 4].copy_from_slice(&wrong.to_le_bytes());
            let _ = build(&bytes);
        }
    }
}

#[test]
fn a_text_at_the_end_of_all_addresses() {
    let mut bytes = program(Version::Go1_20, &[PUSHING, LEAF]);
    let header = CODE as usize + PUSHING.code.len() + LEAF.code.len();
    assert_eq!(bytes[header + 24..header + 32], CODE.to_le_bytes());
    bytes[header + 24..header + 32].copy_from_slice(&(u64::MAX - 4).to_le_bytes());
    expect_rows(&bytes, "0 frame-pointer\n13 no-rule");
}

/// Stripping takes `.debug_frame` away, but not what the table is made of.
#[test]
fn a_stripped_program_has_the_same_rows() {
    let folder = std::env::temp_dir().join(format!("strata-unwind-go-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
    let source = folder.join("main.go");
    std::fs::write(
        &source,
        "package main\nfunc main() { println(\"frames\") }\n",
    )
    .expect("room");
    let built = |name: &str, arguments: &[&str]| {
        let output = folder.join(name);
        let go = Command::new("go")
            .args(["build", "-o"])
            .arg(&output)
            .args(arguments)
            .arg(&source)
            .status();
        go.ok().filter(|status| status.success())?;
        std::fs::read(&output).ok()
    };
    let programs = (built("full", &[]), built("stripped", &["-ldflags=-s"]));
    let _ = std::fs::remove_dir_all(&folder);
    // Machines without Go have nothing to compare.
    let (Some(full), Some(stripped)) = programs else {
        return;
    };
    let (full, stripped) = (
        build(&full).expect("a table"),
        build(&stripped).expect("a table"),
    );
    assert!(full.rows.len() > 5_000);
    assert_eq!(full, stripped);
}
