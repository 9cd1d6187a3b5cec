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
    time::Duration,
};

use strata_sampler::{Sampler, SamplerError, SamplerOptions, Walking, definitions::*};

const FREQUENCY_HZ: u32 = 99;
/// Drains follow each other so closely.
const TURN: Duration = Duration::from_millis(500);
/// An emulated machine on a busy one may stand still for a while.
const TURNS_MOST: usize = 100;
/// Every table counts as built after so many samples that missed none.
const SAMPLES_WITH_TABLES: u64 = 100;
const SAMPLES_MEASURED: u64 = 300;

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
    let mut turns = Turns {
        out,
        name,
        sampler: &sampler,
        kept: 0,
        without_table: 0,
    };
    let sampled = turns
        .take("before", SAMPLES_WITH_TABLES, true)
        .and_then(|()| turns.take("measured", SAMPLES_MEASURED, false));
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
    sampled
}

/// Drains one after the other, each written down.
struct Turns<'a> {
    out: &'a mut dyn Write,
    name: &'a str,
    sampler: &'a Sampler,
    kept: u64,
    without_table: u64,
}

impl Turns<'_> {
    /// Until there are `enough` samples; where `with_tables` is set, since the last that missed a table.
    fn take(&mut self, when: &str, enough: u64, with_tables: bool) -> Result<(), SamplerError> {
        let mut samples = 0;
        for _ in 0..TURNS_MOST {
            sleep(TURN);
            let frame = self.sampler.drain()?;
            let _ = writeln!(self.out, "drain\t{}\t{when}\t{}", self.name, hex(&frame));
            let kept = tally(&frame, TALLY_KEPT);
            let without_table = tally(&frame, TALLY_COUNT + OUTCOME_NO_TABLE);
            samples += kept - self.kept;
            if with_tables && without_table > self.without_table {
                samples = 0;
            }
            (self.kept, self.without_table) = (kept, without_table);
            if samples >= enough {
                return Ok(());
            }
        }
        let _ = writeln!(
            self.out,
            "failed\t{}\tonly {samples} samples {when}",
            self.name
        );
        Ok(())
    }
}

/// Tallies follow a frame's header.
fn tally(frame: &[u8], index: usize) -> u64 {
    let at = size_of::<DrainHeader>() + index * size_of::<u64>();
    u64::from_ne_bytes(frame[at..at + 8].try_into().expect("8 bytes"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
