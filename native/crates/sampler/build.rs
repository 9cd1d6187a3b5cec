//! Compiles the BPF programs. Needs clang 19; CLANG names another.
use std::{env, path::PathBuf};

use libbpf_cargo::SkeletonBuilder;

fn main() {
    let source = PathBuf::from("../../bpf/sampler.bpf.c");
    let object =
        PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("sampler.bpf.o");
    let clang = env::var("CLANG").unwrap_or_else(|_| "clang-19".into());
    let architecture = match env::var("CARGO_CFG_TARGET_ARCH").as_deref() {
        Ok("aarch64") => "arm64",
        _ => "x86",
    };
    SkeletonBuilder::new()
        .source(&source)
        .obj(&object)
        .clang(clang)
        .clang_args([
            format!("-D__TARGET_ARCH_{architecture}"),
            "-Wall".into(),
            "-Werror".into(),
        ])
        .build()
        .expect("the BPF program compiles");
    println!("cargo:rerun-if-changed=../../bpf");
    println!("cargo:rerun-if-env-changed=CLANG");
}
