//! Bytes from outside: cut, changed or made up. Nothing panics, nothing hangs, nothing grows beyond its limit.

mod folder;
mod names;
mod tools;

use folder::Folder;
use names::name_at;
use proptest::prelude::*;
use strata_symbolize::{
    Answers, BuildOptions, ErrorCode, FILE_OFFSET, Index, KernelSymbols, NameCache, Names,
    NoDebugFiles, PerfMap, build_index, describe, display_name,
};
use tools::run;

/// A small dynamic program with notes, both symbol tables and stubs; compiled once per test.
fn program(name: &str) -> Vec<u8> {
    let folder = Folder::new(name);
    let source = folder.write("main.c", "#include <stdio.h>\nint twice(int n) { puts(\"\"); return 2 * n; }\nint main(int c, char **v) { return twice(c); }");
    let path = folder.path("program");
    run("gcc -rdynamic -o $2 $1", &[&source, &path]);
    std::fs::read(path).unwrap()
}

/// Everything that reads an ELF file; the index, if there is one, must open and answer.
fn read_all(data: &[u8]) {
    let _ = describe(data);
    if let Ok(index) = build_index(data, &NoDebugFiles, &BuildOptions::default()) {
        let index = Index::open(index).unwrap();
        for address in [0, 0x1139, u64::from(u32::MAX), u64::MAX] {
            name_at(&index, address);
        }
    }
}

#[test]
fn an_executable_cut_anywhere() {
    let data = program("cut");
    for length in (0..data.len()).step_by(37) {
        read_all(&data[..length]);
    }
}

#[test]
fn an_executable_with_any_header_byte_changed() {
    let data = program("changed");
    // The headers of sections stand at the end of the file, those of the file and its segments at its start.
    let section_headers = u64::from_le_bytes(data[40..48].try_into().unwrap()) as usize;
    for position in (0..0x400).chain(section_headers..data.len()) {
        for value in [0x00, 0x7f, 0xff] {
            let mut changed = data.clone();
            changed[position] = value;
            read_all(&changed);
        }
    }
}

#[test]
fn other_kinds_of_files_are_refused_with_a_reason() {
    let mut elf32 = program("kinds");
    let code = |data: &[u8]| {
        build_index(data, &NoDebugFiles, &BuildOptions::default())
            .unwrap_err()
            .code
    };
    assert_eq!(code(b""), ErrorCode::NotElf);
    assert_eq!(code(b"#!/bin/sh\necho"), ErrorCode::NotElf);
    assert_eq!(code(b"\x7fELF"), ErrorCode::NotElf);
    elf32[4] = 1;
    assert_eq!(code(&elf32), ErrorCode::UnsupportedElf);
    assert!(
        build_index(&elf32, &NoDebugFiles, &BuildOptions::default())
            .unwrap_err()
            .message
            .contains("32 bit")
    );
}

/// 256 MiB of zeros in 40 KB of xz.
#[test]
fn a_decompression_bomb_is_refused() {
    let folder = Folder::new("bomb");
    let (zeros, packed, bomb) = (
        folder.path("zeros"),
        folder.path("zeros.xz"),
        folder.path("bomb"),
    );
    std::fs::File::create(&zeros)
        .unwrap()
        .set_len(256 << 20)
        .unwrap();
    run("xz -k -1 $1", &[&zeros]);
    std::fs::write(&bomb, program("bomb-program")).unwrap();
    run(
        &format!(
            "objcopy --add-section .gnu_debugdata={} $1",
            packed.display()
        ),
        &[&bomb],
    );
    assert_eq!(
        build_index(
            &std::fs::read(&bomb).unwrap(),
            &NoDebugFiles,
            &BuildOptions::default()
        )
        .unwrap_err()
        .code,
        ErrorCode::TooLarge
    );
}

/// Ends of the header, and where its own checksum, that of the rest and the length stand.
const HEADER_BYTES: usize = 288;
const HEADER_CHECKSUM: std::ops::Range<usize> = 12..16;
const BODY_CHECKSUM: std::ops::Range<usize> = 100..104;

#[test]
fn an_index_with_any_byte_changed_or_missing_is_noticed() {
    let index = build_index(&program("index"), &NoDebugFiles, &BuildOptions::default()).unwrap();
    assert!(Index::open(index.as_slice()).unwrap().verify().is_ok());
    for position in 0..index.len() {
        let mut changed = index.clone();
        changed[position] ^= 0x10;
        match Index::open(changed) {
            Err(_) => assert!(position < HEADER_BYTES),
            Ok(changed) => assert!(changed.verify().is_err(), "byte {position}"),
        }
        assert!(
            Index::open(&index[..position]).is_err(),
            "cut to {position}"
        );
    }
}

/// Whoever makes up an index can make up its checksums too.
#[test]
fn an_index_made_up_with_right_checksums_does_no_harm() {
    let index = build_index(&program("forged"), &NoDebugFiles, &BuildOptions::default()).unwrap();
    for position in (0..index.len()).filter(|position| !HEADER_CHECKSUM.contains(position)) {
        for value in [0x00, 0x7f, 0xff] {
            let mut forged = index.clone();
            forged[position] = value;
            let body = crc32c::crc32c(&forged[HEADER_BYTES..]);
            forged[BODY_CHECKSUM].copy_from_slice(&body.to_le_bytes());
            let header = crc32c::crc32c(&forged[16..HEADER_BYTES]);
            forged[HEADER_CHECKSUM].copy_from_slice(&header.to_le_bytes());
            let Ok(forged) = Index::open(forged) else {
                continue;
            };
            let places = [0, 0x1000, 0x1139, 0x1160, FILE_OFFSET + 0x1139, u64::MAX];
            Answers::to(
                &forged,
                places.into_iter(),
                Names::Demangled,
                &NameCache::default(),
            );
        }
    }
}

proptest! {
    #[test]
    fn bytes_without_meaning(data in prop::collection::vec(any::<u8>(), 0..2048)) {
        read_all(&data);
        let mut elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0".to_vec();
        elf.extend_from_slice(&data);
        read_all(&elf);
        let _ = Index::open(data.as_slice());
        let _ = KernelSymbols::parse(&data);
        PerfMap::parse(&data).resolve(0);
        display_name(&data);
    }

    #[test]
    fn names_that_look_mangled(tail in "[0-9A-Za-z_]{0,200}") {
        for prefix in ["_Z", "_ZN", "_R", "_RNv", "_GLOBAL__sub_I_"] {
            let shown = display_name([prefix, tail.as_str()].concat().as_bytes());
            prop_assert!(shown.len() < 5000);
        }
    }

    /// The obvious way: the last line that covers the address.
    #[test]
    fn a_perf_map_is_its_last_line_that_covers(
        lines in prop::collection::vec((0u64..200, 1u64..60), 1..40),
        address in 0u64..280,
    ) {
        let text: String = lines.iter().enumerate().map(|(i, (start, size))| format!("{start:x} {size:x} f{i}\n")).collect();
        let expected = lines.iter().rposition(|(start, size)| (*start..start + size).contains(&address));
        let map = PerfMap::parse(text.as_bytes());
        prop_assert_eq!(map.resolve(address).map(str::to_owned), expected.map(|i| format!("f{i}")));
    }
}
