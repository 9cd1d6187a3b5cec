//! Chains of C and C++ programs compiled here, asserted as text: one trap each.

mod chains;
mod folder;
mod tools;

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use chains::{chain, index_with_debug_files};
use folder::Folder;
use strata_symbolize::SourceKind;
use tools::run;

const INLINED: &str = r#"inline __attribute__((always_inline)) int twice(int n) {
    asm volatile("here_%=: nop" :);
    return 2 * n;
}
namespace shop {
struct Cart {
    __attribute__((always_inline)) int add(int n) {
        return twice(n) + 1;
    }
};
__attribute__((noinline)) int checkout(int n) {
    Cart cart;
    return cart.add(n);
}
}
int main(int argc, char**) {
    return shop::checkout(argc);
}
"#;
const CHAIN: [&str; 3] = [
    "twice(int) shop.cpp:2",
    "shop::Cart::add(int) shop.cpp:8",
    "shop::checkout(int) shop.cpp:13",
];

/// Addresses of the labels that begin with `name`, as nm lists them.
pub fn labels(path: &Path, name: &str) -> Vec<u64> {
    let listing = run("nm $1", &[path]);
    let of_name = listing.lines().filter_map(|line| {
        let (address, rest) = line.split_once(' ')?;
        rest[2..]
            .starts_with(name)
            .then(|| u64::from_str_radix(address, 16).unwrap())
    });
    of_name.collect()
}

/// Compiles the program above; `$1` is its source and `$2` the program.
fn compile(folder: &Folder, command: &str) -> PathBuf {
    let (source, program) = (folder.write("shop.cpp", INLINED), folder.path("shop"));
    run(command, &[&source, &program]);
    program
}

/// The chain at the marked place, which `whole` still has a symbol for.
fn chain_in(program: &Path, whole: &Path) -> Vec<String> {
    let place = labels(whole, "here_")[0];
    let index = index_with_debug_files(program);
    assert_eq!(index.source(), SourceKind::Dwarf, "{}", program.display());
    chain(&index, place)
}

#[test]
fn calls_inlined_into_each_other_in_every_version_of_dwarf() {
    let folder = Folder::new("golden-versions");
    for compiler in ["g++", "clang++-19"] {
        for version in [2, 3, 4, 5] {
            let options = format!("-O2 -gdwarf-{version} -ffunction-sections -Wl,--gc-sections");
            let program = compile(&folder, &format!("{compiler} {options} -o $2 $1"));
            assert_eq!(chain_in(&program, &program), CHAIN, "{compiler} {version}");
        }
    }
}

#[test]
fn compressed_sections() {
    let folder = Folder::new("golden-compressed");
    for kind in ["zlib", "zstd", "zlib-gnu"] {
        let program = compile(&folder, "g++ -O2 -g -o $2 $1");
        let packed = folder.path("packed");
        let tool = if kind == "zlib-gnu" {
            "objcopy"
        } else {
            "llvm-objcopy-19"
        };
        let command = format!("{tool} --compress-debug-sections={kind} $1 $2");
        run(&command, &[&program, &packed]);
        assert_eq!(chain_in(&packed, &program), CHAIN, "{kind}");
    }
}

#[test]
fn debug_information_taken_out_with_a_link_to_it() {
    let folder = Folder::new("golden-link");
    let program = compile(&folder, "g++ -O2 -g -Wl,--build-id=none -o $2 $1");
    let (debug, stripped) = (folder.path("shop.debug"), folder.path("stripped"));
    run("objcopy --only-keep-debug $1 $2", &[&program, &debug]);
    run("objcopy --strip-all $1 $2", &[&program, &stripped]);
    let link = format!("objcopy --add-gnu-debuglink={} $1", debug.display());
    run(&link, &[&stripped]);
    assert_eq!(chain_in(&stripped, &program), CHAIN);

    // Another file under that name is not it.
    let mut changed = std::fs::read(&debug).unwrap();
    changed.push(0);
    std::fs::write(&debug, changed).unwrap();
    let data = std::fs::read(&stripped).unwrap();
    let find = strata_symbolize::FolderFiles::beside(&stripped);
    let built = strata_symbolize::build_index(&data, &find, &Default::default());
    assert_eq!(
        built.unwrap_err().code,
        strata_symbolize::ErrorCode::NoSymbols
    );
}

#[test]
fn debug_information_in_the_file_system_of_the_process() {
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        println!("skipped: only root may give a process another root");
        return;
    }
    let folder = Folder::new("golden-root");
    let program = folder.path("shop");
    let source = folder.write(
        "wait.c",
        "int main(void) { for (;;) __builtin_ia32_pause(); }",
    );
    run("gcc -static -g -o $2 $1", &[&source, &program]);
    let debug = folder.path("usr/lib/debug/shop.debug");
    std::fs::create_dir_all(debug.parent().unwrap()).unwrap();
    run("objcopy --only-keep-debug $1 $2", &[&program, &debug]);
    run("strip $1", &[&program]);
    let link = format!("objcopy --add-gnu-debuglink={} $1", debug.display());
    run(&link, &[&program]);
    let mut command = std::process::Command::new("/shop");
    let root = folder.path("");
    // SAFETY: between fork and exec it makes one system call.
    unsafe { command.pre_exec(move || std::os::unix::fs::chroot(&root)) };
    let mut process = command.spawn().unwrap();
    let seen = PathBuf::from(format!("/proc/{}/root/shop", process.id()));
    let data = std::fs::read(&seen).unwrap();
    let find = strata_symbolize::FolderFiles::beside(&seen);
    let built = strata_symbolize::build_index(&data, &find, &Default::default());
    process.kill().unwrap();
    process.wait().unwrap();
    let index = strata_symbolize::Index::open(built.unwrap()).unwrap();
    assert_eq!(index.source().name(), "dwarf");
}

#[test]
fn stubs_of_debug_information_alone_have_the_names_of_the_index_before() {
    let folder = Folder::new("golden-stubs");
    let source = folder.write(
        "talk.c",
        "#include <stdio.h>\nint main(int count, char **words) { return puts(words[count - 1]); }",
    );
    let (program, debug) = (folder.path("talk"), folder.path("talk.debug"));
    run("gcc -O1 -g -rdynamic -o $2 $1", &[&source, &program]);
    run("objcopy --only-keep-debug $1 $2", &[&program, &debug]);
    run("strip $1", &[&program]);
    let index_of = |path: &Path, stubs| {
        let options = strata_symbolize::BuildOptions {
            stubs,
            ..Default::default()
        };
        let data = std::fs::read(path).unwrap();
        let built = strata_symbolize::build_index(&data, &strata_symbolize::NoDebugFiles, &options);
        strata_symbolize::Index::open(built.unwrap()).unwrap()
    };
    let older = index_of(&program, Vec::new());
    let data = std::fs::read(&debug).unwrap();
    let stubs = strata_symbolize::older_stubs(&data, &older).unwrap();
    let puts = stubs.iter().find(|stub| stub.name == b"puts@plt").unwrap();
    let newer = index_of(&debug, stubs.clone());
    let name_at = |address| {
        let frame = newer.frames(newer.location_at(address)?).next()?;
        newer.linkage_name(frame.function?)
    };
    assert_eq!(name_at(puts.range.0), Some(&b"puts@plt"[..]));
    assert_eq!(name_at(puts.range.1 - 1), Some(&b"puts@plt"[..]));
    assert_eq!(newer.source(), SourceKind::Dwarf);
}

#[test]
fn split_units_in_files_of_their_own_and_in_a_package() {
    let folder = Folder::new("golden-split");
    for compiler in ["g++", "clang++-19"] {
        for version in [4, 5] {
            let object = folder.path("shop.o");
            let options = format!("-O2 -gdwarf-{version} -gsplit-dwarf");
            let command = format!("{compiler} {options} -c -o {} $1", object.display());
            let source = folder.write("shop.cpp", INLINED);
            run(&command, &[&source]);
            let program = folder.path("shop");
            run(&format!("{compiler} -o $2 $1"), &[&object, &program]);
            assert_eq!(chain_in(&program, &program), CHAIN, "{compiler} {version}");

            // Neither tool packs what GCC writes in DWARF 5.
            if (compiler, version) == ("g++", 5) {
                continue;
            }
            let package = folder.path("shop.dwp");
            run("llvm-dwp-19 -e $1 -o $2", &[&program, &package]);
            std::fs::remove_file(folder.path("shop.dwo")).unwrap();
            assert_eq!(
                chain_in(&program, &program),
                CHAIN,
                "{compiler} {version} .dwp"
            );
            std::fs::remove_file(package).unwrap();
        }
    }
}

#[test]
fn text_of_sources_in_the_debug_information() {
    let folder = Folder::new("golden-embedded");
    let program = compile(
        &folder,
        "clang++-19 -O2 -g -gdwarf-5 -gembed-source -o $2 $1",
    );
    let index = index_with_debug_files(&program);
    let path = folder.path("shop.cpp");
    let text = |path: &Path| index.source_text(path.as_os_str().as_encoded_bytes());
    assert_eq!(text(&path), Some(INLINED.into()));
    assert_eq!(text(&folder.path("other.cpp")), None);
    assert_eq!(chain_in(&program, &program), CHAIN);
    let without = compile(&folder, "clang++-19 -O2 -g -o $2 $1");
    let without = index_with_debug_files(&without);
    assert_eq!(
        without.source_text(path.as_os_str().as_encoded_bytes()),
        None
    );
}

#[test]
fn texts_of_sources_longer_than_a_name_but_not_generated_ones() {
    let folder = Folder::new("golden-embedded-long");
    for (comment, is_kept) in [(100 << 10, true), (4 << 20, false)] {
        let source = format!("{INLINED}// {}\n", "-".repeat(comment));
        let path = folder.write("shop.cpp", &source);
        let program = folder.path("shop");
        run(
            "clang++-19 -O2 -g -gdwarf-5 -gembed-source -o $2 $1",
            &[&path, &program],
        );
        let index = index_with_debug_files(&program);
        let text = index.source_text(path.as_os_str().as_encoded_bytes());
        assert_eq!(text, is_kept.then(|| source.into_bytes()));
        assert_eq!(index.text_count(), usize::from(is_kept));
        assert_eq!(chain_in(&program, &program), CHAIN);
    }
}

#[test]
fn what_dwz_moved_to_another_file() {
    let folder = Folder::new("golden-dwz");
    let (first, second) = (folder.path("first"), folder.path("second"));
    let source = folder.write("shop.cpp", INLINED);
    let more = folder.write(
        "more.cpp",
        &format!("{INLINED}\nint more(int n) {{ return shop::checkout(n) + twice(n); }}\n"),
    );
    run("g++ -O2 -g -gdwarf-4 -o $2 $1", &[&source, &first]);
    run("g++ -O2 -g -gdwarf-4 -o $2 $1", &[&more, &second]);
    let common = folder.path("common.debug");
    let command = format!("dwz -m {} $1 $2", common.display());
    run(&command, &[&first, &second]);
    assert_eq!(chain_in(&first, &first), CHAIN);
}

#[test]
fn link_time_optimization() {
    let folder = Folder::new("golden-lto");
    for compiler in [
        "g++ -flto",
        "clang++-19 -fuse-ld=lld -flto",
        "clang++-19 -fuse-ld=lld -flto=thin",
    ] {
        let library = folder.write(
            "library.cpp",
            "int twice(int n) {\n    asm volatile(\"here_%=: nop\" :);\n    return 2 * n;\n}\n",
        );
        let source = folder.write(
            "shop.cpp",
            "int twice(int);\n__attribute__((noinline)) int checkout(int n) {\n    return twice(n) + 1;\n}\nint main(int argc, char**) {\n    return checkout(argc);\n}\n",
        );
        let program = folder.path("shop");
        run(
            &format!("{compiler} -O2 -g -o $3 $1 $2"),
            &[&library, &source, &program],
        );
        let index = index_with_debug_files(&program);
        let chains: Vec<_> = labels(&program, "here_")
            .iter()
            .map(|place| chain(&index, *place))
            .collect();
        let expected = ["twice(int) library.cpp:2", "checkout(int) shop.cpp:3"];
        assert!(
            chains.iter().any(|chain| chain == &expected),
            "{compiler}: {chains:?}"
        );
    }
}

const COLD: &str = r#"void risky(int n) {
    if (n > 3)
        throw n;
}
struct Guard {
    int& n;
    ~Guard() {
        asm volatile("here_%=: incl %0" : "+m"(n));
    }
};
__attribute__((noinline)) int checkout(int n, void (*call)(int)) {
    Guard guard{n};
    call(n);
    return n;
}
int main(int argc, char**) {
    return checkout(argc, risky);
}
"#;

#[test]
fn the_cold_part_of_a_function_is_that_function() {
    let folder = Folder::new("golden-cold");
    let (source, program) = (folder.write("shop.cpp", COLD), folder.path("shop"));
    run("g++ -O2 -g -o $2 $1", &[&source, &program]);
    let index = index_with_debug_files(&program);
    let cold = labels(&program, "_Z8checkoutiPFviE.cold")[0];
    let places = labels(&program, "here_");
    let place = places.iter().filter(|place| **place >= cold).min();
    let chain = chain(&index, *place.unwrap());
    assert_eq!(
        chain,
        [
            "Guard::~Guard() shop.cpp:8",
            "checkout(int, void (*)(int)) shop.cpp:15"
        ]
    );
}

#[test]
fn assembly_has_lines_and_the_name_of_its_symbol() {
    let folder = Folder::new("golden-assembly");
    let source = folder.write(
        "shop.s",
        ".globl main\n.type main, @function\nmain:\nhere_1:\n    nop\n    xor %eax, %eax\n    ret\n.size main, .-main\n",
    );
    let program = folder.path("shop");
    run("gcc -Wa,--gdwarf-5 -o $2 $1", &[&source, &program]);
    let chain = chain(
        &index_with_debug_files(&program),
        labels(&program, "here_")[0],
    );
    assert_eq!(chain, ["main shop.s:5"]);
}
