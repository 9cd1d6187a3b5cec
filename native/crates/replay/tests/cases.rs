//! Walks the stacks in cases/, each of which says what must come out.
#![cfg(target_arch = "x86_64")]

use std::fs;
use std::path::PathBuf;

use strata_replay::Case;

fn cases() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut cases: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    cases.sort();
    cases
}

#[test]
fn walks_each_as_it_says() {
    let mut wrong = Vec::new();
    for (name, text) in cases() {
        let case = Case::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let walked = case.walk();
        let got = Case {
            addresses: walked.addresses,
            outcome: walked.outcome,
            ..case.clone()
        };
        if got != case {
            wrong.push(format!("{name} came out as\n{got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_is_read_as_it_is_written() {
    for (name, text) in cases() {
        let case = Case::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(Case::parse(&case.to_string()), Ok(case), "{name}");
    }
}

#[test]
fn a_line_that_is_none_is_named() {
    let text = "registers\n  ip=401000 rxx=1\nstack COMPLETE\n";
    let sentence = "Line 2 is none of a case:   ip=401000 rxx=1";
    assert_eq!(Case::parse(text), Err(sentence.to_owned()));
}
