//! Tries the sampler on the kernel it runs on and writes down what came of it, one finding a line: a word that says what it
//! is, then its fields, separated by tabs. The first program of a virtual machine (test/kernels), or any process with root's
//! rights.
//!
//! usage: kernel_check [--hide-btf] [--only-verify] [PROGRAM,ARGUMENT… …]   each PROGRAM runs while samples are taken
mod machine;
mod verifier;

use std::{
    fmt::Write as _,
    io::{self, Write},
    process::{Child, Command},
    thread::sleep,
    time::{Duration, Instant},
};

use strata_sampler::{Sampler, SamplerError, SamplerOptions, Walking};

const FREQUENCY_HZ: u32 = 99;
const MEASURED: Duration = Duration::from_secs(2);
/// Tables count as built when none was added for so long.
const QUIET: Duration = Duration::from_millis(1_500);
const BUILT_AFTER_MOST: Duration = Duration::from_secs(30);

fn main() -> io::Result<()> {
    let is_first = std::process::id() == 1;
    if is_first {
        machine::mount_file_systems()?;
    }
    let outcome = check(&mut machine::findings(is_first)?);
    if is_first {
        machine::power_off();
    }
    outcome
}

fn check(out: &mut dyn Write) -> io::Result<()> {
    let (mut only_verify, mut hide_btf, mut programs) = (false, false, Vec::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--only-verify" => only_verify = true,
            "--hide-btf" => hide_btf = true,
            _ => programs.push(argument),
        }
    }
    writeln!(
        out,
        "kernel\t{}",
        std::fs::read_to_string("/proc/sys/kernel/osrelease")?.trim()
    )?;
    if hide_btf {
        machine::hide_btf()?;
    } else {
        verifier::report(out)?;
    }
    if !only_verify {
        for (name, walking) in [
            ("as-the-kernel-can", Walking::AsTheKernelCan),
            ("by-tail-calls", Walking::ByTailCalls),
        ] {
            match sample(out, name, walking, &programs) {
                Ok(()) => writeln!(out, "sampled\t{name}")?,
                Err(error) => writeln!(
                    out,
                    "refused\t{name}\t{}\t{}",
                    error.code.name(),
                    error.message
                )?,
            }
        }
    }
    writeln!(out, "end")
}

/// Runs the programs under the sampler: once until their unwind tables are built, then for the time that counts.
fn sample(
    out: &mut dyn Write,
    name: &str,
    walking: Walking,
    programs: &[String],
) -> Result<(), SamplerError> {
    let sampler = Sampler::start(SamplerOptions {
        frequency_hz: FREQUENCY_HZ,
        counts_entries: 16_384,
        stack_ring_bytes: 4 << 20,
        kernel_bytes: 128 << 20,
        table_folder: None,
        walking,
    })?;
    let mut children: Vec<Child> = Vec::new();
    for program in programs {
        let mut words = program.split(',');
        let path = words.next().unwrap_or_default();
        match Command::new(path).args(words).spawn() {
            Ok(child) => {
                let _ = writeln!(out, "program\t{name}\t{}\t{program}", child.id());
                children.push(child);
            }
            Err(error) => {
                let _ = writeln!(out, "failed\t{name}\t{program} does not start: {error}");
            }
        }
    }
    wait_for_tables(&sampler);
    let before = sampler.drain();
    sleep(MEASURED);
    let after = sampler.drain();
    for mut child in children {
        // It runs for ever, and nobody asks how it ended.
        let _ = child.kill();
        let _ = child.wait();
    }
    for report in &sampler.tables().reports {
        let _ = writeln!(
            out,
            "table\t{name}\t{}\t{}\t{}",
            report.path, report.rows, report.failure
        );
    }
    for (when, frame) in [("before", before?), ("measured", after?)] {
        let _ = writeln!(out, "drain\t{name}\t{when}\t{}", hex(&frame));
    }
    Ok(())
}

fn wait_for_tables(sampler: &Sampler) {
    let started = Instant::now();
    let (mut built, mut since) = (0, started);
    while since.elapsed() < QUIET && started.elapsed() < BUILT_AFTER_MOST {
        sleep(Duration::from_millis(100));
        let now = sampler.tables().reports.len();
        if now != built {
            (built, since) = (now, Instant::now());
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
