//! What the kernel's verifier says to each program: how many instructions it went through, or why it refused.
use std::{ffi::CStr, io, io::Write};

use libbpf_rs::{AsRawLibbpf, ObjectBuilder, OpenObject, libbpf_sys};

#[repr(C, align(8))]
struct Aligned<B: ?Sized>(B);
static OBJECT: &Aligned<[u8]> =
    &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/sampler.bpf.o")));

const PROGRAMS: [&str; 3] = ["sample_by_loop", "sample_by_calls", "walk_on"];
const LOG_BYTES: usize = 16 << 20;
/// BPF_LOG_STATS, BPF_LOG_LEVEL1 (kernel/bpf/verifier.c).
const STATISTICS: u32 = 4;
const BRANCHES: u32 = 1;
/// Of a refusal's log, the end is what tells.
const LINES_SHOWN: usize = 25;

pub fn report(out: &mut dyn Write) -> io::Result<()> {
    for name in PROGRAMS {
        let (is_loaded, log) = load(name, STATISTICS);
        match processed(&log).filter(|_| is_loaded) {
            Some(instructions) => writeln!(out, "verified\t{name}\t{instructions}")?,
            None => {
                let (_, log) = load(name, STATISTICS | BRANCHES);
                let lines: Vec<&str> = log.lines().filter(|line| !line.trim().is_empty()).collect();
                for line in &lines[lines.len().saturating_sub(LINES_SHOWN)..] {
                    writeln!(out, "verifier\t{name}\t{line}")?;
                }
            }
        }
    }
    Ok(())
}

/// Loads one program alone, and gives the verifier's log.
fn load(name: &str, log_level: u32) -> (bool, String) {
    let mut log = vec![0u8; LOG_BYTES];
    let open = match ObjectBuilder::default().open_memory(&OBJECT.0) {
        Ok(open) => open,
        Err(error) => return (false, error.to_string()),
    };
    let loaded = prepare(open, name, log_level, &mut log).load();
    let text = CStr::from_bytes_until_nul(&log).map_or_else(
        |_| String::new(),
        |text| text.to_string_lossy().into_owned(),
    );
    match loaded {
        Ok(_) => (true, text),
        Err(error) => (false, format!("{text}\n{error}")),
    }
}

fn prepare(mut open: OpenObject, name: &str, log_level: u32, log: &mut [u8]) -> OpenObject {
    for mut program in open.progs_mut() {
        let is_wanted = program.name() == name;
        program.set_autoload(is_wanted);
        if is_wanted {
            program.set_log_level(log_level);
            let program = program.as_libbpf_object().as_ptr();
            // SAFETY: the caller keeps the buffer until the object is loaded, and libbpf writes only then.
            unsafe {
                libbpf_sys::bpf_program__set_log_buf(
                    program,
                    log.as_mut_ptr().cast(),
                    log.len() as libbpf_sys::size_t,
                )
            };
        }
    }
    open
}

/// Of the line «processed 1234 insns (limit 1000000) max_states_per_insn …».
fn processed(log: &str) -> Option<u64> {
    log.lines().rev().find_map(|line| {
        line.strip_prefix("processed ")?
            .split(' ')
            .next()?
            .parse()
            .ok()
    })
}
