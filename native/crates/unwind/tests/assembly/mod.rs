//! Assembles small files, and writes their tables as text.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use object::{Object, ObjectSection};
use strata_unwind::{Machine, UnwindTable, build, describe};

/// The bytes of a shared object or, with `-static` among gcc's arguments, of an executable.
pub fn linked(source: &str, arguments: &[&str]) -> Vec<u8> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir();
    let stem = format!("strata-unwind-{}-{number}", std::process::id());
    let (input, output) = (
        folder.join(format!("{stem}.s")),
        folder.join(format!("{stem}.so")),
    );
    std::fs::write(&input, source).expect("the temporary folder is writable");
    let kind = if arguments.contains(&"-static") {
        "-no-pie"
    } else {
        "-shared"
    };
    let gcc = Command::new("gcc")
        .args([
            "-nostdlib",
            kind,
            "-Wa,--fatal-warnings",
            "-Wl,--build-id=none",
            "-o",
        ])
        .arg(&output)
        .arg(&input)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("gcc is installed");
    let bytes = std::fs::read(&output);
    let _ = std::fs::remove_file(&input);
    let _ = std::fs::remove_file(&output);
    assert!(
        gcc.status.success(),
        "{}",
        String::from_utf8_lossy(&gcc.stderr)
    );
    bytes.expect("gcc has written the file")
}

/// The rows from `.text` on, a line each: distance from its beginning, rule.
pub fn rows_of(table: &UnwindTable, elf: &[u8]) -> String {
    let machine = Machine::of(elf).expect("an ELF file");
    let text = object::File::parse(elf)
        .expect("an ELF file")
        .section_by_name(".text")
        .and_then(|section| section.file_range())
        .map_or(0, |(offset, _)| offset);
    table
        .iter()
        .filter(|(offset, _)| *offset >= text)
        .map(|(offset, rule)| format!("{:5x} {}\n", offset - text, describe(&rule, machine)))
        .collect()
}

/// Fails unless the file's table reads like that; indentation does not count.
#[track_caller]
pub fn expect_rows_of(elf: &[u8], expected: &str) {
    let table = build(elf).expect("the file has a table");
    let trimmed = |text: &str| {
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let (got, expected) = (trimmed(&rows_of(&table, elf)), trimmed(expected));
    assert!(got == expected, "expected\n{expected}\n\ngot\n{got}");
}
