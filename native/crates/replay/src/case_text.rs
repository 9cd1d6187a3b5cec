//! The text of a case; cases/README.md describes it.

use std::fmt::{self, Display};

use strata_definitions::INTERRUPTED_BIT;
use strata_unwind::{Machine, describe};

use crate::case::{Case, CaseCode, CaseMapping};
use crate::outcome::{outcome_name, outcome_of_name};
use crate::rule_text::parse_rule;

const MACHINE: Machine = if cfg!(target_arch = "aarch64") {
    Machine::Aarch64
} else {
    Machine::X86_64
};
const INTERRUPTED: u64 = 1 << INTERRUPTED_BIT;
const WORDS_A_LINE: usize = 4;
/// Of one number, in words and in addresses.
const REPETITIONS_MOST: usize = 1 << 16;

/// What the indented lines belong to.
enum Part {
    Registers,
    Mapping,
    Memory(u64),
    Stack,
}

impl Case {
    /// Reads a case. The error is a sentence that names the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut case = Self::default();
        let mut part = None;
        for (number, line) in text.lines().enumerate() {
            case.add_line(line, &mut part)
                .ok_or_else(|| format!("Line {} is none of a case: {line}", number + 1))?;
        }
        match part {
            Some(Part::Stack) => Ok(case),
            _ => Err("The case says nothing of the stack that must come out.".to_owned()),
        }
    }

    fn add_line(&mut self, line: &str, part: &mut Option<Part>) -> Option<()> {
        if let Some(comment) = line.strip_prefix('#') {
            self.about.push(comment.trim().to_owned());
        } else if line.starts_with(' ') {
            self.add_indented(line.trim(), part.as_mut()?)?;
        } else if !line.trim().is_empty() {
            *part = Some(self.begin_part(line.trim())?);
        }
        Some(())
    }

    fn begin_part(&mut self, line: &str) -> Option<Part> {
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        Some(match name {
            "registers" => Part::Registers,
            "mapping" => {
                self.mappings.push(parse_mapping(rest)?);
                Part::Mapping
            }
            "memory" => Part::Memory(hex(rest)?),
            "stack" => {
                self.outcome = outcome_of_name(rest)?;
                Part::Stack
            }
            _ => return None,
        })
    }

    fn add_indented(&mut self, line: &str, part: &mut Part) -> Option<()> {
        match part {
            Part::Registers => {
                for word in line.split_ascii_whitespace() {
                    let (name, value) = word.split_once('=')?;
                    *self.register_mut(name)? = hex(value)?;
                }
            }
            Part::Mapping => {
                let code = &mut self.mappings.last_mut()?.code;
                match (line, code) {
                    ("no-table", code) => *code = CaseCode::NoTable,
                    ("frame-pointer", code) => *code = CaseCode::FramePointer,
                    ("anonymous", code) => *code = CaseCode::Anonymous,
                    (row, CaseCode::Rows(rows)) => {
                        let (offset, rule) = row.split_once(' ')?;
                        rows.push((hex(offset)?, parse_rule(rule, MACHINE)?));
                    }
                    _ => return None,
                }
            }
            Part::Memory(address) => {
                for (word, times) in repeated(line)? {
                    for _ in 0..times {
                        self.memory.push(*address, hex(word)?);
                        *address = address.checked_add(8)?;
                    }
                }
            }
            Part::Stack => match line.strip_suffix(" interrupted") {
                Some(address) => self.addresses.push(hex(address)? | INTERRUPTED),
                None => {
                    for (word, times) in repeated(line)? {
                        self.addresses
                            .extend(std::iter::repeat_n(hex(word)?, times));
                    }
                }
            },
        }
        Some(())
    }

    fn register_mut(&mut self, name: &str) -> Option<&mut u64> {
        match name {
            "ip" => return Some(&mut self.registers.ip),
            "thread" => return Some(&mut self.registers.thread_pointer),
            _ => {}
        }
        let number = (0..MACHINE.general_registers())
            .find(|n| MACHINE.register_name((*n).into()) == name)?;
        self.registers.general.get_mut(usize::from(number))
    }
}

/// `400000-401000 at 0 /bin/program`
fn parse_mapping(text: &str) -> Option<CaseMapping> {
    let mut words = text.splitn(4, ' ');
    let (start, end) = words.next()?.split_once('-')?;
    let file_offset = (words.next()? == "at").then(|| words.next())??;
    Some(CaseMapping {
        start: hex(start)?,
        end: hex(end)?,
        file_offset: hex(file_offset)?,
        name: words.next().unwrap_or_default().to_owned(),
        code: CaseCode::Rows(Vec::new()),
    })
}

/// Numbers, or one of them many times: `401000 × 600`.
fn repeated(line: &str) -> Option<Vec<(&str, usize)>> {
    if let Some((word, times)) = line.split_once(" × ") {
        let times = times.parse().ok().filter(|n| *n <= REPETITIONS_MOST)?;
        return Some(vec![(word, times)]);
    }
    Some(
        line.split_ascii_whitespace()
            .map(|word| (word, 1))
            .collect(),
    )
}

fn hex(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}

impl Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.about {
            writeln!(f, "# {line}")?;
        }
        writeln!(f, "registers\n  ip={:x}", self.registers.ip)?;
        if self.registers.thread_pointer != 0 {
            writeln!(f, "  thread={:x}", self.registers.thread_pointer)?;
        }
        for (number, value) in self.registers.general.iter().enumerate() {
            if *value != 0 {
                writeln!(f, "  {}={value:x}", MACHINE.register_name(number as u16))?;
            }
        }
        for mapping in &self.mappings {
            write_mapping(mapping, f)?;
        }
        for (address, words) in self.memory.runs() {
            writeln!(f, "memory {address:x}")?;
            for line in words.chunks(WORDS_A_LINE) {
                let line: Vec<String> = line.iter().map(|word| format!("{word:016x}")).collect();
                writeln!(f, "  {}", line.join(" "))?;
            }
        }
        writeln!(f, "stack {}", outcome_name(self.outcome))?;
        for address in &self.addresses {
            match address & INTERRUPTED {
                0 => writeln!(f, "  {address:x}")?,
                _ => writeln!(f, "  {:x} interrupted", address & !INTERRUPTED)?,
            }
        }
        Ok(())
    }
}

fn write_mapping(mapping: &CaseMapping, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let CaseMapping {
        start,
        end,
        file_offset,
        name,
        code,
    } = mapping;
    let line = format!("mapping {start:x}-{end:x} at {file_offset:x} {name}");
    writeln!(f, "{}", line.trim_end())?;
    match code {
        CaseCode::NoTable => writeln!(f, "  no-table"),
        CaseCode::FramePointer => writeln!(f, "  frame-pointer"),
        CaseCode::Anonymous => writeln!(f, "  anonymous"),
        CaseCode::Rows(rows) => rows
            .iter()
            .try_for_each(|(offset, rule)| writeln!(f, "  {offset:x} {}", describe(rule, MACHINE))),
    }
}
