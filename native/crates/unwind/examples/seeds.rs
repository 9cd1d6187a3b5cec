//! Writes what fuzzing begins with: `cargo run --release -p strata-unwind --example seeds -- FOLDER`. Files of every kind the builder reads, and their
//! tables.

#[path = "../tests/elf_writer/mod.rs"]
mod elf_writer;
#[path = "../tests/frame_entries/mod.rs"]
mod frame_entries;
#[path = "../tests/go_program/mod.rs"]
mod go_program;

use std::io;
use std::path::Path;

use elf_writer::{CODE, Section, elf};
use frame_entries::{cie, entry, fde};
use go_program::{ASSEMBLY, Function, TOP_FRAME, Version, WRITES_STACK_POINTER, program};

/// Instructions of a function each: all forms of advancing, of placing registers and of the CFA.
const PROGRAMS: [&[u8]; 8] = [
    &[
        0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6, 0x0a, 0x41, 0x0c, 7, 8, 0x0b,
    ],
    &[0x02, 9, 0x0f, 3, 0x76, 0x58, 0x06, 0x10, 6, 2, 0x76, 0],
    &[
        0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22,
    ],
    &[0x0f, 10, 0x77, 8, 0x79, 0, 0x38, 0x1e, 0x22, 0x06, 0x23, 8],
    &[0x07, 16, 0x03, 1, 0, 0x09, 16, 5, 0x04, 1, 0, 0, 0, 0x08, 3],
    &[
        0x05, 6, 2, 0x06, 6, 0x11, 6, 2, 0x12, 7, 0x7e, 0x13, 0x7d, 0xc6,
    ],
    &[
        0x14, 6, 2, 0x15, 7, 0, 0x16, 6, 1, 0x30, 0x2e, 16, 0x2f, 6, 2,
    ],
    &[
        0x01, 0, 0x10, 0, 0, 0, 0, 0, 0, 0x1d, 4, 0, 0, 0, 0, 0, 0, 0,
    ],
];

fn frames() -> Vec<u8> {
    let mut frames = cie(&[]);
    for (number, program) in PROGRAMS.iter().enumerate() {
        let position = frames.len();
        frames.extend(fde(position, CODE + 32 * number as u64, 32, program));
    }
    frames
}

/// Two functions with room between.
fn undescribed() -> Vec<u8> {
    let mut frames = cie(&[]);
    for start in [CODE, CODE + 224] {
        let position = frames.len();
        frames.extend(fde(position, start, 32, &[]));
    }
    frames
}

/// A CIE with letters, and a function with its address relative to itself.
fn augmented() -> Vec<u8> {
    let mut frames = entry(&[
        0, 0, 0, 0, 3, b'z', b'P', b'L', b'R', b'S', 0, 1, 0x78, 16, 7, 0x1b, 0, 0, 0, 0, 0x1b,
        0x1b, 0x0c, 7, 8, 0x90, 1,
    ]);
    let position = frames.len() as u32 + 4;
    let mut body = position.to_le_bytes().to_vec();
    body.extend(
        (CODE as u32)
            .wrapping_sub(0x10_0000 + position + 4)
            .to_le_bytes(),
    );
    body.extend(64u32.to_le_bytes());
    body.extend([
        4, 0, 0, 0, 0, 0x0f, 4, 0x77, 0xa0, 1, 0x06, 0x10, 16, 3, 0x77, 0xa8, 1,
    ]);
    frames.extend(entry(&body));
    frames
}

fn section<'a>(name: &'a str, bytes: &'a [u8]) -> Section<'a> {
    Section {
        name,
        flags: 2,
        address: 0x10_0000,
        bytes,
    }
}

fn main() -> io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or("fuzz/corpus".to_owned());
    let (frames, augmented) = (frames(), augmented());
    let mut debug_frames = frames.clone();
    debug_frames[4..8].fill(0xff);
    let go = |version| {
        program(
            version,
            &[
                Function {
                    name: "main.main",
                    flags: ASSEMBLY,
                    code: b"\x55\x48\x89\xe5\x90\x5d\xc3",
                    depths: &[(0, 1), (8, 5), (0, 1)],
                },
                Function {
                    name: "runtime.morestack",
                    flags: WRITES_STACK_POINTER,
                    code: b"\x48\x8b\x63\x38\xc3",
                    depths: &[(0, 5)],
                },
                Function {
                    name: "runtime.goexit",
                    flags: TOP_FRAME,
                    code: b"\x90\xc3",
                    depths: &[(0, 2)],
                },
            ],
        )
    };
    let mut arm64 = elf(256, &[section(".eh_frame", &frames)]);
    arm64[0x12] = 183;
    // Code that nobody described, between two functions: push rbp; mov rbp, rsp; push rbx; sub rsp, 16; jne; …; leave; ret
    let mut gap = elf(256, &[section(".eh_frame", &undescribed())]);
    let code =
        b"\x55\x48\x89\xe5\x53\x48\x83\xec\x10\x75\x03\x90\x90\x90\xff\xd0\xc9\xc3\x53\x5b\xc3";
    for start in [64, 112] {
        let start = CODE as usize + start;
        gap[start..start + code.len()].copy_from_slice(code);
    }
    let files = [
        ("gap", gap),
        ("eh-frame", elf(256, &[section(".eh_frame", &frames)])),
        ("augmented", elf(256, &[section(".eh_frame", &augmented)])),
        (
            "debug-frame",
            elf(256, &[section(".debug_frame", &debug_frames)]),
        ),
        ("nothing", elf(256, &[])),
        ("arm64", arm64),
        ("go-1.16", go(Version::Go1_16)),
        ("go-1.18", go(Version::Go1_18)),
        ("go-1.20", go(Version::Go1_20)),
    ];
    for (name, bytes) in files {
        let table = strata_unwind::build(&bytes).map_err(io::Error::other)?;
        let mut encoded = vec![0; table.encoded_bytes()];
        table.encode(&mut encoded);
        for (target, bytes) in [("build-table", bytes), ("decode-table", encoded)] {
            let folder = Path::new(&folder).join(target);
            std::fs::create_dir_all(&folder)?;
            std::fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}
