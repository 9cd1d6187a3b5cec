//! Compiles the walk that the BPF program does, from the same headers, for this machine.

fn main() {
    let architecture = match std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() {
        Ok("aarch64") => "__TARGET_ARCH_arm64",
        _ => "__TARGET_ARCH_x86",
    };
    cc::Build::new()
        .file("src/replay.c")
        .include("../../bpf")
        .define(architecture, None)
        // `#pragma unroll` is clang's.
        .flag("-Wno-unknown-pragmas")
        .extra_warnings(false)
        .warnings_into_errors(true)
        .compile("strata_replay");
    println!("cargo:rerun-if-changed=src/replay.c");
    println!("cargo:rerun-if-changed=../../bpf");
}
