//! Names against nm and llvm-symbolizer, on what this machine has and on programs made here.

mod folder;
mod names;
mod reference;
mod tools;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use folder::Folder;
use names::name_at;
use reference::{agrees_with_nm, has, index_of, listed_by_nm};
use strata_symbolize::{
    BuildIdKind, BuildOptions, ErrorCode, Index, NoDebugFiles, SourceKind, build_index, describe,
    display_name,
};
use tools::run;

const LIBC: &str = "/lib/x86_64-linux-gnu/libc.so.6";
const LIBSTDCXX: &str = "/usr/lib/x86_64-linux-gnu/libstdc++.so.6";

/// Linkage names as llvm-symbolizer gives them by symbol tables, `?` where it knows none.
fn named_by_llvm(path: &Path, addresses: &[u64]) -> Vec<String> {
    let mut child = Command::new("llvm-symbolizer-19")
        .args([
            "--no-demangle",
            "--functions=linkage",
            "--no-inlines",
            "--output-style=GNU",
            "--obj",
        ])
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let text: String = addresses
        .iter()
        .map(|address| format!("{address:#x}\n"))
        .collect();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // Two lines each: the function, then file and line.
    text.lines()
        .step_by(2)
        .map(|line| if line == "??" { "?" } else { line }.to_owned())
        .collect()
}

/// Inside of functions, the name that llvm-symbolizer gives, or another one of the same function. It gets a copy without
/// debug information and build ID, as it would name inlined functions and look for an installed debug file.
fn agrees_with_llvm(option: &str, path: &Path, index: &Index<Vec<u8>>) {
    if !has("llvm-symbolizer-19", "--version") {
        return;
    }
    let folder = Folder::new(path.file_name().unwrap().to_str().unwrap());
    let copy = folder.path("copy");
    let sections = "--remove-section=.note.gnu.build-id --remove-section=.gnu_debuglink";
    run(
        &format!("objcopy --strip-debug {sections} $1 $2"),
        &[path, &copy],
    );
    let listed = listed_by_nm(option, path);
    let step = listed.len().div_ceil(3000);
    let addresses: Vec<u64> = listed
        .iter()
        .step_by(step)
        .filter(|(_, f)| f.size > 0)
        .map(|(start, f)| start + f.size / 2)
        .collect();
    let names = named_by_llvm(&copy, &addresses);
    assert_eq!(names.len(), addresses.len());
    let aliases = |name: &str| {
        listed
            .values()
            .find(|function| function.names.contains(name))
    };
    let differ: Vec<String> = addresses
        .iter()
        .zip(&names)
        .map(|(address, theirs)| {
            (
                address,
                name_at(index, *address),
                theirs.split('@').next().unwrap(),
            )
        })
        .filter(|(_, ours, theirs)| {
            let ours = ours.split('@').next().unwrap();
            ours != *theirs
                && !aliases(theirs).is_some_and(|function| function.names.contains(ours))
        })
        .map(|(address, ours, theirs)| format!("{address:#x}: {ours} instead of {theirs}"))
        .collect();
    let most = addresses.len() / 500;
    assert!(
        differ.len() <= most,
        "{} of {}: {:#?}",
        differ.len(),
        addresses.len(),
        &differ[..differ.len().min(20)]
    );
}

#[test]
fn libraries_of_this_machine() {
    for path in [LIBC, LIBSTDCXX]
        .map(PathBuf::from)
        .into_iter()
        .filter(|path| path.exists())
    {
        let index = index_of(&path);
        agrees_with_nm("-D", &path, &index);
        agrees_with_llvm("-D", &path, &index);
    }
}

#[test]
fn a_large_program_with_a_full_symbol_table() {
    let node = PathBuf::from(run("which node", &[]).trim());
    let index = index_of(&node);
    agrees_with_nm("", &node, &index);
    agrees_with_llvm("", &node, &index);
}

const CPP: &str = r#"
#include <vector>
#include <string>
namespace shop {
    template <class T> __attribute__((noinline, aligned(256))) int total(const std::vector<T>& items) { return items.size(); }
    __attribute__((noinline, aligned(256))) int checkout(int n) { return total(std::vector<int>(n)); }
    struct Cart { __attribute__((noinline, aligned(256))) int add(const std::string& s) { return s.size(); } };
}
__attribute__((aligned(256))) int main(int argc, char** argv) { shop::Cart cart; return shop::checkout(argc) + cart.add(argv[0]); }
"#;

fn cpp_program(folder: &Folder) -> PathBuf {
    let program = folder.path("shop");
    run(
        "g++ -O1 -o $2 $1",
        &[&folder.write("shop.cpp", CPP), &program],
    );
    program
}

#[test]
fn cpp_names_and_unknown_padding() {
    let folder = Folder::new("cpp");
    let program = cpp_program(&folder);
    let index = index_of(&program);
    agrees_with_nm("", &program, &index);
    agrees_with_llvm("", &program, &index);

    let functions = listed_by_nm("", &program);
    let (start, checkout) = functions
        .iter()
        .find(|(_, f)| f.names.contains("_ZN4shop8checkoutEi"))
        .unwrap();
    assert_eq!(
        display_name(name_at(&index, *start).as_bytes()),
        "shop::checkout(int)"
    );
    assert_eq!(
        name_at(&index, start + checkout.size - 1),
        "_ZN4shop8checkoutEi"
    );
    assert_eq!(
        name_at(&index, start + checkout.size),
        "?",
        "padding between two functions"
    );
    assert_eq!(name_at(&index, 0), "?");
    assert_eq!(name_at(&index, u64::MAX), "?");
    let last = functions.iter().next_back().unwrap();
    assert_eq!(
        name_at(&index, last.0 + last.1.size + 0x1000),
        "?",
        "behind the last section"
    );

    let displayed: Vec<String> = functions
        .keys()
        .map(|a| display_name(name_at(&index, *a).as_bytes()))
        .collect();
    for name in [
        "int shop::total<int>(std::vector<int, std::allocator<int> > const&)",
        "main",
    ] {
        assert!(
            displayed.iter().any(|shown| shown == name),
            "{name} in {displayed:?}"
        );
    }
}

#[test]
fn identity_is_the_gnu_note_or_else_the_content() {
    let folder = Folder::new("identity");
    let program = cpp_program(&folder);
    let of_readelf = run("readelf -n $1", &[&program]);
    let expected = of_readelf
        .lines()
        .find_map(|line| line.trim().strip_prefix("Build ID: "))
        .unwrap();
    let data = std::fs::read(&program).unwrap();
    let description = describe(data.as_slice()).unwrap();
    assert_eq!(description.build_id.to_string(), format!("gnu:{expected}"));
    assert!(!description.is_go);
    assert_eq!(description.segments.len(), 1);
    assert_eq!(index_of(&program).build_id(), &description.build_id);

    let bare = folder.path("bare");
    run(
        "objcopy --remove-section=.note.gnu.build-id $1 $2",
        &[&program, &bare],
    );
    let description = describe(std::fs::read(&bare).unwrap().as_slice()).unwrap();
    assert_eq!(description.build_id.kind, BuildIdKind::HtlHash);
    let sum = "(head -c 4096 $0; tail -c 4096 $0; printf %016x $(stat -c %s $0) | xxd -r -p) | sha256sum | cut -c 1-32";
    let output = Command::new("bash")
        .args(["-c", sum])
        .arg(&bare)
        .output()
        .unwrap();
    let expected = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        description.build_id.to_string(),
        format!("htlhash:{}", expected.trim())
    );
}

#[test]
fn the_same_file_gives_the_same_index() {
    let data = std::fs::read(LIBC).unwrap();
    assert_eq!(
        build_index(&data, &NoDebugFiles, &BuildOptions::default()).unwrap(),
        build_index(&data, &NoDebugFiles, &BuildOptions::default()).unwrap()
    );
}

#[test]
fn stripped_with_gnu_debugdata() {
    let folder = Folder::new("minidebug");
    let program = cpp_program(&folder);
    let (debug, packed, stripped) = (
        folder.path("debug"),
        folder.path("debug.xz"),
        folder.path("stripped"),
    );
    run("objcopy --only-keep-debug $1 $2", &[&program, &debug]);
    run("xz -k $1", &[&debug]);
    run("strip -o $2 $1", &[&program, &stripped]);
    let without = build_index(
        &std::fs::read(&stripped).unwrap(),
        &NoDebugFiles,
        &BuildOptions::default(),
    )
    .unwrap_err();
    assert_eq!(without.code, ErrorCode::NoSymbols);
    let add = format!(
        "objcopy --add-section .gnu_debugdata={} $1",
        packed.display()
    );
    run(&add, &[&stripped]);

    let index = index_of(&stripped);
    assert_eq!(index.source(), SourceKind::MiniDebug);
    agrees_with_nm("", &program, &index);
}

#[test]
fn stubs_to_other_files_have_their_target_s_name() {
    let folder = Folder::new("plt");
    let source =
        "extern \"C\" int puts(const char*); int main(int, char** v) { puts(v[0]); puts(v[0]); }";
    let program = folder.path("stub");
    run(
        "g++ -O1 -Wl,-z,lazy -o $2 $1",
        &[&folder.write("stub.cpp", source), &program],
    );
    let index = index_of(&program);
    let listing = run("objdump -d --no-show-raw-insn $1", &[&program]);
    let stub = listing
        .lines()
        .find(|line| line.ends_with("<puts@plt>:"))
        .unwrap();
    let address = u64::from_str_radix(stub.split(' ').next().unwrap(), 16).unwrap();
    assert_eq!(name_at(&index, address), "puts@plt");
}
