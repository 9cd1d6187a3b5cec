//! Compiles the BPF programs, for every architecture that they are written for. Needs clang 19; CLANG names another.
use std::{env, fs, path::PathBuf};

use libbpf_cargo::SkeletonBuilder;

/// As Rust and as libbpf's headers call it.
const ARCHITECTURES: [(&str, &str); 2] = [("x86_64", "x86"), ("aarch64", "arm64")];

fn main() {
    let source = PathBuf::from("../../bpf/sampler.bpf.c");
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let clang = env::var("CLANG").unwrap_or_else(|_| "clang-19".into());
    let target = env::var("CARGO_CFG_TARGET_ARCH").expect("cargo sets CARGO_CFG_TARGET_ARCH");
    for (architecture, name) in ARCHITECTURES {
        let object = folder.join(format!("sampler.{name}.bpf.o"));
        SkeletonBuilder::new()
            .source(&source)
            .obj(&object)
            .clang(&clang)
            .clang_args([
                format!("-D__TARGET_ARCH_{name}"),
                "-Wall".into(),
                "-Werror".into(),
            ])
            .build()
            .unwrap_or_else(|error| {
                panic!("the BPF programs do not compile for {name}: {error:#}")
            });
        if architecture == target {
            fs::copy(&object, folder.join("sampler.bpf.o")).expect("the object is copied");
        }
    }
    println!("cargo:rerun-if-changed=../../bpf");
    println!("cargo:rerun-if-env-changed=CLANG");
}
