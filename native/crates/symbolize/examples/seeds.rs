//! Writes what fuzzing begins with: `cargo run --release -p strata-symbolize --example seeds -- FOLDER`. Small programs with debug
//! information of every version, their indexes, Go's tables, and what JITs write.

#[path = "../../unwind/tests/elf_writer/mod.rs"]
mod elf_writer;
#[path = "../tests/folder/mod.rs"]
mod folder;
#[path = "../../unwind/tests/go_program/mod.rs"]
mod go_program;
#[path = "../tests/tools/mod.rs"]
mod tools;

use std::io;
use std::path::Path;

use folder::Folder;
use go_program::{ASSEMBLY, Function, TOP_FRAME, Version, WRITES_STACK_POINTER};
use strata_symbolize::{BuildOptions, NoDebugFiles, build_index};
use tools::run;

const SOURCE: &str = "static inline int twice(int n) { __asm__ volatile(\"nop\"); return 2 * n; }
int checkout(int n) { return n > 3 ? twice(n) + 1 : twice(n + 2); }
void _start(void) { checkout(5); }
";
const PERF_MAP: &[u8] =
    b"1000 40 JS:*render app.js:1\n1020 10 LazyCompile:~old app.js:9\nfff0 8 stub\n";

/// What is linked to a program of its own, in all seeds alike.
const LINKING: &str = "-O2 -ffunction-sections -nostdlib -static -Wl,--build-id";

/// Programs of which a part is in another file: both, and the length of the second (`fuzz/targets/build_index.rs`).
fn pairs() -> io::Result<Vec<(&'static str, Vec<u8>)>> {
    let folder = Folder::new("seed-pairs");
    let [program, debug, other, common] =
        ["seed", "seed.debug", "other", "common.debug"].map(|name| folder.path(name));
    let source = folder.write("seed.c", SOURCE);
    let pair = |first: &Path, second: &Path| -> io::Result<Vec<u8>> {
        let second = std::fs::read(second)?;
        let length = (second.len() as u32).to_le_bytes();
        Ok([std::fs::read(first)?, second, length.to_vec()].concat())
    };
    let compile = |options: &str, to: &Path| {
        run(&format!("gcc {options} {LINKING} -o $2 $1"), &[&source, to])
    };
    let mut pairs = Vec::new();

    compile("-gdwarf-5", &program);
    run("objcopy --only-keep-debug $1 $2", &[&program, &debug]);
    run("strip $1", &[&program]);
    pairs.push(("pair-by-build-id", pair(&program, &debug)?));
    run(
        &format!(
            "objcopy --remove-section=.note.gnu.build-id --add-gnu-debuglink={} $1",
            debug.display()
        ),
        &[&program],
    );
    pairs.push(("pair-by-link", pair(&program, &debug)?));

    compile("-gdwarf-4", &program);
    compile("-gdwarf-4 -DOTHER", &other);
    run(
        &format!("dwz -m {} $1 $2", common.display()),
        &[&program, &other],
    );
    pairs.push(("pair-dwz", pair(&program, &common)?));

    let object = folder.path("split.o");
    run(
        "gcc -c -O2 -gdwarf-5 -gsplit-dwarf -o $2 $1",
        &[&source, &object],
    );
    run(
        "gcc -nostdlib -static -Wl,--build-id -o $2 $1",
        &[&object, &program],
    );
    pairs.push(("pair-split", pair(&program, &folder.path("split.dwo"))?));
    Ok(pairs)
}

/// A program without symbols but for a packed table of them.
fn with_minidebug() -> io::Result<Vec<u8>> {
    let folder = Folder::new("seed-minidebug");
    let [program, symbols] = ["seed", "symbols"].map(|name| folder.path(name));
    run(
        &format!("gcc -g0 {LINKING} -o $2 $1"),
        &[&folder.write("seed.c", SOURCE), &program],
    );
    run("objcopy --only-keep-debug $1 $2", &[&program, &symbols]);
    run("xz -k $1", &[&symbols]);
    run("strip $1", &[&program]);
    let section = format!(".gnu_debugdata={}.xz", symbols.display());
    run(&format!("objcopy --add-section {section} $1"), &[&program]);
    std::fs::read(program)
}

fn programs() -> Vec<(String, Vec<u8>)> {
    let folder = Folder::new("seeds");
    let (source, program) = (folder.write("seed.c", SOURCE), folder.path("seed"));
    let mut programs = Vec::new();
    for compiler in ["gcc", "clang-19"] {
        for (number, options) in [
            "-gdwarf-2",
            "-gdwarf-4",
            "-gdwarf-5",
            "-gdwarf-5 -gz",
            "-g0",
        ]
        .iter()
        .enumerate()
        {
            run(
                &format!("{compiler} {options} {LINKING} -o $2 $1"),
                &[&source, &program],
            );
            let bytes = std::fs::read(&program).unwrap_or_default();
            programs.push((format!("{compiler}-{number}"), bytes));
        }
    }
    run(
        &format!("clang-19 -gdwarf-5 -gembed-source {LINKING} -o $2 $1"),
        &[&source, &program],
    );
    let bytes = std::fs::read(&program).unwrap_or_default();
    programs.push(("embedded-source".into(), bytes));
    let go = |version| {
        let function = |name, flags, code| Function {
            name,
            flags,
            code,
            depths: &[(0, 1), (8, 2)],
        };
        go_program::program(
            version,
            &[
                function("main.main", TOP_FRAME, b"\x90\x90\xc3"),
                function("main.outer", ASSEMBLY | WRITES_STACK_POINTER, b"\x90\xc3"),
            ],
        )
    };
    programs.push(("go-1.16".into(), go(Version::Go1_16)));
    programs.push(("go-1.18".into(), go(Version::Go1_18)));
    programs.push(("go-1.20".into(), go(Version::Go1_20)));
    programs
}

/// `JiTD`, the header, lines of a function and the function.
fn jit_dump() -> Vec<u8> {
    let words = |list: &[u64]| {
        list.iter()
            .flat_map(|word| word.to_le_bytes())
            .collect::<Vec<u8>>()
    };
    let record = |kind: u32, body: Vec<u8>| {
        let size = 16 + body.len() as u32;
        [&kind.to_le_bytes()[..], &size.to_le_bytes(), &[0; 8], &body].concat()
    };
    let header = [
        &0x4a69_5444u32.to_le_bytes()[..],
        &1u32.to_le_bytes(),
        &40u32.to_le_bytes(),
        &[0; 28],
    ]
    .concat();
    let lines = [words(&[0x100, 1, 0x100, 7]), b"app.js\0".to_vec()].concat();
    let load = [
        words(&[0, 0, 0x100, 8, 1]),
        b"render\0\xc3\xc3\xc3\xc3\xc3\xc3\xc3\xc3".to_vec(),
    ]
    .concat();
    [header, record(2, lines), record(0, load)].concat()
}

fn main() -> io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or("fuzz/corpus".to_owned());
    let write = |target: &str, name: &str, bytes: &[u8]| {
        let folder = Path::new(&folder).join(target);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(name), bytes)
    };
    for (name, bytes) in programs() {
        write("build-index", &name, &bytes)?;
        if let Ok(index) = build_index(&bytes, &NoDebugFiles, &BuildOptions::default()) {
            write("symbol-index", &name, &index)?;
        }
    }
    for (name, bytes) in pairs()? {
        write("build-index", name, &bytes)?;
    }
    write("build-index", "minidebug", &with_minidebug()?)?;
    write("jit-names", "map", PERF_MAP)?;
    write("jit-names", "dump", &jit_dump())
}
