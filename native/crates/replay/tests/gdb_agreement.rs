//! The walk of the BPF program and gdb on stacks of living programs. Few stops here; `examples/agreement.rs` makes many on more
//! programs.
#![cfg(target_arch = "x86_64")]

use std::process::Command;

use strata_replay::agreement::{Corpus, Tables, run_program};

/// Programs and stops of each; together some 300 places.
const PROGRAMS: [&str; 2] = ["frames", "ls"];
const STOPS: usize = 160;

#[test]
fn walks_as_gdb_does() {
    // It needs gdb with its Python, and a compiler for the first program.
    let python = Command::new("gdb")
        .args(["-batch", "-nx", "-ex", "python print(6 * 7)"])
        .output();
    if !python.is_ok_and(|output| output.stdout.starts_with(b"42")) {
        println!("skipped: gdb with Python is not installed");
        return;
    }
    let corpus = Corpus::make(&PROGRAMS.map(str::to_owned)).unwrap();
    let mut tables = Tables::new();
    for program in &corpus.programs {
        let figures = run_program(program, STOPS, 7, &corpus.folder, &mut tables).unwrap();
        assert_eq!(figures.stops, STOPS, "gdb could not run {}", program.name);
        let differing = &figures.disagreements;
        let evidence = differing
            .iter()
            .map(|disagreement| disagreement.evidence.as_str())
            .collect::<Vec<_>>()
            .join("\n");
        // gdb guesses at times, and where a place is not described as `longjmp`'s the walk ends: the many stops of the example are
        // the measure. But what is wrong must not claim to be whole.
        let is_one_wrong = differing.iter().any(|differing| differing.is_complete);
        assert!(
            !is_one_wrong && differing.len() * 100 <= 3 * STOPS,
            "{evidence}"
        );
    }
}
