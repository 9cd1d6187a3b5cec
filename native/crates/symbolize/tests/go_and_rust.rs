//! Names of Go programs, stripped ones too, and of Rust programs in both manglings.

mod folder;
mod names;
mod reference;
mod tools;

use folder::Folder;
use names::name_at;
use reference::{agrees_with_nm, has, index_of, listed_by_nm};
use strata_symbolize::{SourceKind, describe, display_name};
use tools::run;

const GO: &str = r#"package main

import ("fmt"; "os")

type Server struct{ name string }

//go:noinline
func (s *Server) Handle(n int) string { return fmt.Sprint(s.name, n) }

func main() { s := &Server{os.Args[0]}; fmt.Println(s.Handle(len(os.Args))) }
"#;

#[test]
fn go_names_also_when_stripped() {
    if !has("go", "version") {
        return;
    }
    let folder = Folder::new("go");
    let source = folder.write("main.go", GO);
    let (full, stripped, pie) = (
        folder.path("full"),
        folder.path("stripped"),
        folder.path("pie"),
    );
    run("go build -o $2 $1", &[&source, &full]);
    run("go build -ldflags=-s -o $2 $1", &[&source, &stripped]);
    run(
        "go build -buildmode=pie -ldflags=-s -o $2 $1",
        &[&source, &pie],
    );

    let index = index_of(&full);
    assert!(
        describe(std::fs::read(&stripped).unwrap().as_slice())
            .unwrap()
            .is_go
    );

    // Stripping changes no address, so that the full file says what is where.
    let bare = index_of(&stripped);
    assert_eq!(bare.source(), SourceKind::Pclntab);
    assert_eq!(index.source(), SourceKind::Pclntab);
    let functions = listed_by_nm("", &full);
    let mut compared = 0;
    for (address, function) in &functions {
        // The runtime's table leaves type arguments out, and marks of the linker too.
        let is_comparable = |name: &String| {
            !name.contains('[')
                && !name.starts_with("go:")
                && !name.starts_with("type:")
                && name.contains('.')
        };
        if function.names.iter().all(is_comparable) {
            let name = name_at(&bare, *address);
            assert_eq!(name, name_at(&index, *address));
            let stripped = |other: &String| other.trim_end_matches(".abi0") == name;
            assert!(
                function.names.iter().any(stripped),
                "{address:#x}: {name} instead of {:?}",
                function.names
            );
            compared += 1;
        }
    }
    assert!(compared > 500, "{compared}");
    let names = |path| {
        let index = index_of(path);
        (0..index.function_count() as u32)
            .any(|row| index.linkage_name(row) == Some(b"main.(*Server).Handle"))
    };
    assert!(names(&pie));
}

const RUST: &str = r#"
mod basket { #[inline(never)] pub fn weigh(grams: &[u32]) -> u32 { grams.iter().sum() } }
fn main() { let grams: Vec<u32> = std::env::args().map(|a| a.len() as u32).collect(); std::process::exit(basket::weigh(&grams) as i32) }
"#;

#[test]
fn rust_names_in_both_manglings() {
    let folder = Folder::new("rust");
    let source = folder.write("basket.rs", RUST);
    for mangling in ["legacy", "v0"] {
        let program = folder.path(mangling);
        let command = if mangling == "v0" {
            "rustc -O -C symbol-mangling-version=v0 -o $2 $1"
        } else {
            "rustc -O -o $2 $1"
        };
        run(command, &[&source, &program]);
        let index = index_of(&program);
        agrees_with_nm("", &program, &index);
        let names = (0..index.function_count() as u32)
            .filter_map(|row| index.linkage_name(row))
            .map(display_name);
        assert_eq!(
            names.filter(|name| name == "basket::basket::weigh").count(),
            1,
            "{mangling}"
        );
    }
}
