//! The unwind information of a file, in numbers and in words. Reading, building and looking up run on libuv's pool; an error's
//! message is `CODE: sentence`, which apps/cli takes apart.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Error as IoError, ErrorKind};
use std::ops::Range;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::sync::Arc;
use std::time::Instant;

use napi::bindgen_prelude::{AsyncTask, BigUint64Array, Uint32Array};
use napi::{Env, Error, Result, Task};
use napi_derive::napi;
use strata_sampler::copy_elf;
use strata_sampler::definitions::*;
use strata_unwind::{AddressMap, Machine, Svma, UnwindTable, build_with_report, describe};

/// What `describe` calls a rule that is nothing but its kind, and names in the same manner for the others.
const KIND_NAMES: [(usize, &str); UNWIND_KIND_COUNT] = [
    (UNWIND_KIND_REGISTER, "register"),
    (UNWIND_KIND_DEREFERENCED, "dereferenced"),
    (UNWIND_KIND_INDEXED, "indexed"),
    (UNWIND_KIND_OTHER_STACK, "other-stack"),
    (UNWIND_KIND_NEW_THREAD, "new-thread"),
    (UNWIND_KIND_LANDING, "landing"),
    (UNWIND_KIND_GOROUTINE, "goroutine"),
    (UNWIND_KIND_PLT, "plt"),
    (UNWIND_KIND_SIGNAL_FRAME, "signal-frame"),
    (UNWIND_KIND_FRAME_POINTER, "frame-pointer"),
    (UNWIND_KIND_END_OF_STACK, "end-of-stack"),
    (UNWIND_KIND_UNSUPPORTED, "unsupported"),
    (UNWIND_KIND_NO_RULE, "no-rule"),
];

/// The rules of one kind.
#[napi(object)]
pub struct UnwindKind {
    pub name: String,
    pub rules: u32,
    pub rows: u32,
    /// Of code that they cover.
    pub code_bytes: f64,
}

/// What is known of a file's unwind information; sizes are below 2^53.
#[napi(object)]
pub struct UnwindSummary {
    pub machine: String,
    /// Frame descriptions that cover code.
    pub functions: f64,
    /// Entries that cannot be read.
    pub malformed: f64,
    pub rows: u32,
    pub rules: u32,
    /// What the file's table takes in the kernel.
    pub table_bytes: f64,
    pub code_bytes: f64,
    /// Of code without a rule, and in how many ranges.
    pub gap_bytes: f64,
    pub gaps: u32,
    /// Without reading the file.
    pub build_ms: f64,
    /// Those that occur.
    pub kinds: Vec<UnwindKind>,
}

/// The rules that hold at many addresses: that of address `i` is `words[rows[i]]`.
#[napi(object)]
pub struct UnwindAnswers {
    pub words: Vec<String>,
    pub rows: Uint32Array,
}

pub struct Description {
    machine: Machine,
    map: AddressMap,
    table: UnwindTable,
    functions: u64,
    malformed: u64,
    build_ms: f64,
}

/// A file's unwind table, kept for one question after the other.
#[napi]
pub struct UnwindDescription {
    description: Arc<Description>,
}

fn to_error(code: &str, sentence: impl std::fmt::Display) -> Error {
    Error::from_reason(format!("{code}: {sentence}"))
}

fn unreadable(cause: IoError) -> Error {
    if cause.kind() == ErrorKind::UnexpectedEof {
        return to_error("CUT_OFF", "The file was cut off while it was read.");
    }
    // The number of the error says nothing that its words do not.
    let words = cause.to_string();
    let words = words.split(" (os error").next().unwrap_or_default();
    to_error(
        "UNREADABLE",
        format!("The file cannot be read: {}.", words.to_lowercase()),
    )
}

/// Opens a regular file. A pipe would block us; a device has no end.
fn open(path: &str) -> Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(path)
        .map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(to_error("UNREADABLE", "It is not a regular file."));
    }
    Ok(file)
}

/// Of a 64 bit ELF file.
const HEADER_BYTES: u64 = 64;

fn number<const N: usize>(bytes: &[u8], at: u64) -> u64 {
    let part = usize::try_from(at)
        .ok()
        .and_then(|at| bytes.get(at..)?.get(..N));
    let mut eight = [0; 8];
    if let Some(part) = part {
        eight[..N].copy_from_slice(part);
    }
    u64::from_le_bytes(eight)
}

/// Where the last byte that the headers of a 64 bit ELF file speak of ends. The builder does without what is missing, as it must
/// for a process; who asks about a file wants to know that it is not whole.
fn bytes_named(elf: &[u8]) -> u64 {
    let end = |offset: u64, bytes: u64| offset.saturating_add(bytes);
    let (programs, sections) = (number::<8>(elf, 32), number::<8>(elf, 40));
    let (program_bytes, program_count) = (number::<2>(elf, 54), number::<2>(elf, 56));
    let section_table = number::<2>(elf, 58) * number::<2>(elf, 60);
    let segments = (0..program_count).map(|index| {
        let header = end(programs, index * program_bytes);
        end(
            number::<8>(elf, end(header, 8)),
            number::<8>(elf, end(header, 32)),
        )
    });
    segments
        .chain([
            HEADER_BYTES,
            end(programs, program_bytes * program_count),
            end(sections, section_table),
        ])
        .max()
        .unwrap_or_default()
}

pub struct DescribeUnwind {
    path: String,
}

impl Task for DescribeUnwind {
    type Output = Description;
    type JsValue = UnwindDescription;

    fn compute(&mut self) -> Result<Description> {
        let file = open(&self.path)?;
        let elf = copy_elf(&file).map_err(unreadable)?;
        let started = Instant::now();
        // Of the code nothing was copied; where it is asked for and cannot be had, nothing is known of it.
        let read_code = |range: Range<u64>| {
            let mut code = vec![0; (range.end - range.start) as usize];
            let read = file.read_exact_at(&mut code, range.start);
            read.map_or(Vec::new(), |()| code)
        };
        let built = build_with_report(&elf, &read_code);
        let build_ms = started.elapsed().as_secs_f64() * 1e3;
        let refused = |error: strata_unwind::BuildError| to_error(error.code.as_str(), &error);
        let machine = Machine::of(&elf);
        let (bytes, named) = (
            file.metadata().map_err(unreadable)?.len(),
            bytes_named(&elf),
        );
        if elf.starts_with(b"\x7fELF\x02\x01") && named > bytes {
            return Err(to_error(
                "CUT_OFF",
                format!(
                    "The file is cut off: its headers speak of {named} bytes, and it has {bytes}."
                ),
            ));
        }
        let (table, report) = built.map_err(refused)?;
        Ok(Description {
            machine: machine.map_err(refused)?,
            map: AddressMap::of(&elf).map_err(refused)?,
            table,
            functions: report.functions,
            malformed: report.malformed,
            build_ms,
        })
    }

    fn resolve(&mut self, _env: Env, description: Description) -> Result<UnwindDescription> {
        Ok(UnwindDescription {
            description: Arc::new(description),
        })
    }
}

/// Builds the unwind table of an ELF file. Nothing is mapped from it: a file that is cut off meanwhile is an error.
#[napi]
pub fn describe_unwind(path: String) -> AsyncTask<DescribeUnwind> {
    AsyncTask::new(DescribeUnwind { path })
}

/// How many of the bytes of a part of the file are code.
fn code_in(executable: &[Range<u64>], part: Range<u64>) -> u64 {
    let first = executable.partition_point(|code| code.end <= part.start);
    executable[first..]
        .iter()
        .take_while(|code| code.start < part.end)
        .map(|code| code.end.min(part.end) - code.start.max(part.start))
        .sum()
}

fn kinds_of(table: &UnwindTable, executable: &[Range<u64>]) -> Vec<UnwindKind> {
    let mut rules = [0; UNWIND_KIND_COUNT];
    let mut rows = [0; UNWIND_KIND_COUNT];
    let mut code_bytes = [0; UNWIND_KIND_COUNT];
    for rule in &table.rules {
        rules[usize::from(rule.kind)] += 1;
    }
    let mut all = table.iter().peekable();
    while let Some((start, rule)) = all.next() {
        let end = all.peek().map_or(u64::MAX, |(next, _)| *next);
        rows[usize::from(rule.kind)] += 1;
        code_bytes[usize::from(rule.kind)] += code_in(executable, start..end);
    }
    KIND_NAMES
        .iter()
        .filter(|(kind, _)| rules[*kind] > 0)
        .map(|&(kind, name)| UnwindKind {
            name: name.to_owned(),
            rules: rules[kind],
            rows: rows[kind],
            code_bytes: code_bytes[kind] as f64,
        })
        .collect()
}

pub struct Summarize {
    description: Arc<Description>,
}

impl Task for Summarize {
    type Output = UnwindSummary;
    type JsValue = UnwindSummary;

    fn compute(&mut self) -> Result<UnwindSummary> {
        let Description { table, map, .. } = &*self.description;
        let executable = map.file_ranges();
        let bytes_of = |ranges: &[Range<u64>]| -> f64 {
            ranges
                .iter()
                .map(|range| (range.end - range.start) as f64)
                .sum()
        };
        let gaps = table.gaps(map);
        Ok(UnwindSummary {
            machine: match self.description.machine {
                Machine::X86_64 => "x86-64".to_owned(),
                Machine::Aarch64 => "arm64".to_owned(),
            },
            functions: self.description.functions as f64,
            malformed: self.description.malformed as f64,
            rows: table.rows.len() as u32,
            rules: table.rules.len() as u32,
            table_bytes: table.encoded_bytes() as f64,
            code_bytes: bytes_of(&executable),
            gap_bytes: bytes_of(&gaps),
            gaps: gaps.len() as u32,
            build_ms: self.description.build_ms,
            kinds: kinds_of(table, &executable),
        })
    }

    fn resolve(&mut self, _env: Env, summary: UnwindSummary) -> Result<UnwindSummary> {
        Ok(summary)
    }
}

pub struct Answer {
    description: Arc<Description>,
    addresses: Vec<u64>,
}

impl Task for Answer {
    type Output = (Vec<String>, Vec<u32>);
    type JsValue = UnwindAnswers;

    fn compute(&mut self) -> Result<(Vec<String>, Vec<u32>)> {
        let Description {
            table,
            map,
            machine,
            ..
        } = &*self.description;
        let mut words = Vec::new();
        let mut row_of = HashMap::new();
        let rows = self.addresses.iter().map(|&address| {
            let offset = map.offset_of(Svma(address));
            let rule = offset
                .map(|offset| table.lookup(offset))
                .unwrap_or_default();
            *row_of.entry(rule).or_insert_with(|| {
                words.push(describe(&rule, *machine));
                words.len() as u32 - 1
            })
        });
        let rows = rows.collect();
        Ok((words, rows))
    }

    fn resolve(
        &mut self,
        _env: Env,
        (words, rows): (Vec<String>, Vec<u32>),
    ) -> Result<UnwindAnswers> {
        Ok(UnwindAnswers {
            words,
            rows: rows.into(),
        })
    }
}

#[napi]
impl UnwindDescription {
    #[napi]
    pub fn summarize(&self) -> AsyncTask<Summarize> {
        AsyncTask::new(Summarize {
            description: Arc::clone(&self.description),
        })
    }

    /// The rules at addresses (SVMA) of the file, in words; `no-rule` where there is no code.
    #[napi]
    pub fn answer(&self, addresses: BigUint64Array) -> AsyncTask<Answer> {
        AsyncTask::new(Answer {
            description: Arc::clone(&self.description),
            addresses: addresses.to_vec(),
        })
    }
}
