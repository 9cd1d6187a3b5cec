//! Chains of Go programs by their runtime's own account, made by every version that has tables of its own, stripped.

mod chains;
mod folder;

use std::path::{Path, PathBuf};
use std::process::Command;

use chains::{chain, index_with_debug_files};
use folder::Folder;
use strata_symbolize::{SourceKind, describe};

/// Prints where it is loaded, then address, function, line and «is it inlined» of its own stack.
const PROGRAM: &str = r#"package main

import (
	"os"
	"runtime"
	"strings"
)

var kept []uintptr

func leaf(n int) int {
	pcs := make([]uintptr, 8)
	kept = pcs[:runtime.Callers(1, pcs)]
	return n
}

func middle(n int) int {
	return leaf(n) + 1
}

//go:noinline
func outer(n int) int {
	return middle(n) * 2
}

func main() {
	if outer(len(os.Args)) < 0 {
		return
	}
	maps := make([]byte, 1<<16)
	file, _ := os.Open("/proc/self/maps")
	count, _ := file.Read(maps)
	for _, line := range strings.Split(string(maps[:count]), "\n") {
		if strings.HasSuffix(line, os.Args[0]) {
			println("0x" + strings.Split(line, "-")[0])
			break
		}
	}
	frames := runtime.CallersFrames(kept)
	for {
		frame, more := frames.Next()
		println(frame.PC, frame.Function, frame.Line, frame.Func == nil)
		if !more {
			break
		}
	}
}
"#;

/// Versions with tables 1.2, 1.16, 1.18 and twice 1.20; `local` is what is installed.
const VERSIONS: [&str; 5] = ["go1.15.15", "go1.17.13", "go1.19.13", "go1.22.12", "local"];

/// The `go` command of a version; `None` when it cannot be had.
fn go_of(version: &str) -> Option<PathBuf> {
    let output = Command::new("go")
        .args(["env", "GOROOT"])
        .env("GOTOOLCHAIN", version)
        .env("GOENV", "off")
        .env("GOFLAGS", "")
        .output()
        .ok()?;
    let root = String::from_utf8(output.stdout).ok()?;
    output
        .status
        .success()
        .then(|| Path::new(root.trim()).join("bin/go"))
}

fn build(go: &Path, mode: &str, source: &Path, program: &Path) {
    let built = Command::new(go)
        .args([
            "build",
            &format!("-buildmode={mode}"),
            "-ldflags=-s -w",
            "-o",
        ])
        .args([program, source])
        .envs([("GOENV", "off"), ("GOFLAGS", ""), ("GO111MODULE", "off")])
        .envs([("GOTOOLCHAIN", "local"), ("CGO_ENABLED", "0")])
        .env_remove("GOROOT")
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
}

/// What the program says: address in the file, `function:line`, and whether it is inlined.
fn own_account(program: &Path, is_moved: bool) -> Vec<(u64, String, bool)> {
    let output = Command::new(program).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let mut lines = text.lines();
    let start = lines.next().unwrap().trim_start_matches("0x");
    let start = u64::from_str_radix(start, 16).unwrap();
    // Go's own linker lays position-independent programs out from 0x400000 on.
    let file = std::fs::read(program).unwrap();
    let segment = describe(file.as_slice()).unwrap().segments[0];
    let first = segment.virtual_address - segment.offset;
    let frames = lines.map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let pc: u64 = words[0].parse().unwrap();
        let address = if is_moved { pc - start + first } else { pc };
        (
            address,
            format!("{}:{}", words[1], words[2]),
            words[3] == "true",
        )
    });
    frames.collect()
}

fn agrees(version: &str, go: &Path, mode: &str) {
    let folder = Folder::new(&format!("golden-go-{version}-{mode}"));
    let (source, program) = (folder.write("main.go", PROGRAM), folder.path("program"));
    build(go, mode, &source, &program);
    let frames = own_account(&program, mode == "pie");
    let index = index_with_debug_files(&program);
    assert_eq!(index.source(), SourceKind::Pclntab);
    let mut inlined = 0;
    for (position, (address, _, _)) in frames.iter().enumerate() {
        let last = position
            + frames[position..]
                .iter()
                .position(|frame| !frame.2)
                .unwrap();
        let expected: Vec<&str> = frames[position..=last]
            .iter()
            .map(|frame| frame.1.as_str())
            .collect();
        inlined += last - position;
        let found: Vec<String> = chain(&index, *address)
            .iter()
            .map(|frame| {
                let (name, place) = frame.rsplit_once(' ').unwrap();
                format!("{name}:{}", place.rsplit(':').next().unwrap())
            })
            .collect();
        assert_eq!(found, expected, "{version} {mode} {address:#x}");
    }
    assert!(inlined > 0, "{version}: nothing was inlined");
}

#[test]
fn chains_are_those_of_the_runtime() {
    for version in VERSIONS {
        let Some(go) = go_of(version) else {
            eprintln!("skipped: Go {version} cannot be had");
            continue;
        };
        for mode in ["exe", "pie"] {
            agrees(version, &go, mode);
        }
    }
}
