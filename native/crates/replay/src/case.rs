use strata_unwind::UnwindRule;

use crate::table::Table;
use crate::walk::{Code, Mapping, Registers, Walked, walk};

/// A stack to be walked and what must come out. Its text is described in cases/README.md; `Case::parse` and `Display` are that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// What the case is about, a line each.
    pub about: Vec<String>,
    pub registers: Registers,
    pub mappings: Vec<CaseMapping>,
    pub memory: Memory,
    /// Addresses as `Walked` has them.
    pub addresses: Vec<u64>,
    pub outcome: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseMapping {
    pub start: u64,
    pub end: u64,
    pub file_offset: u64,
    /// The file, for the reader.
    pub name: String,
    pub code: CaseCode,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseCode {
    /// The file offset from which each rule holds, ascending.
    Rows(Vec<(u64, UnwindRule)>),
    NoTable,
    FramePointer,
    Anonymous,
}

impl Case {
    /// Walks it; `addresses` and `outcome` of the case are not looked at.
    pub fn walk(&self) -> Walked {
        let tables: Vec<Option<Table>> = self
            .mappings
            .iter()
            .map(|mapping| match &mapping.code {
                CaseCode::Rows(rows) => Some(Table::of_rows(rows)),
                _ => None,
            })
            .collect();
        let mappings: Vec<Mapping<'_>> = self
            .mappings
            .iter()
            .zip(&tables)
            .map(|(mapping, table)| Mapping {
                start: mapping.start,
                end: mapping.end,
                file_offset: mapping.file_offset,
                code: match (&mapping.code, table) {
                    (CaseCode::FramePointer, _) => Code::FramePointer,
                    (CaseCode::Anonymous, _) => Code::Anonymous,
                    (CaseCode::Rows(_), Some(table)) => Code::Table(table),
                    _ => Code::NoTable,
                },
            })
            .collect();
        walk(&self.registers, &mappings, |address, to| {
            self.memory.read(address, to)
        })
    }
}

/// Words of a process's memory, by runs without a gap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// First address and words of each run.
    runs: Vec<(u64, Vec<u64>)>,
}

impl Memory {
    pub fn runs(&self) -> &[(u64, Vec<u64>)] {
        &self.runs
    }

    pub fn push_run(&mut self, address: u64, words: Vec<u64>) {
        self.runs.push((address, words));
    }

    /// Adds a word behind the last run where it follows that, else begins another.
    pub fn push(&mut self, address: u64, word: u64) {
        match self.runs.last_mut() {
            Some((start, words)) if *start + 8 * words.len() as u64 == address => words.push(word),
            _ => self.push_run(address, vec![word]),
        }
    }

    /// False where a byte is not there; what lies across two runs is not either.
    pub fn read(&self, address: u64, to: &mut [u8]) -> bool {
        self.runs
            .iter()
            .any(|run| read_run(run, address, to).is_some())
    }
}

fn read_run((start, words): &(u64, Vec<u64>), address: u64, to: &mut [u8]) -> Option<()> {
    let first = usize::try_from(address.checked_sub(*start)?).ok()?;
    let end = first.checked_add(to.len())?;
    if end > words.len() * 8 {
        return None;
    }
    for (index, byte) in (first..end).zip(to) {
        *byte = words[index / 8].to_le_bytes()[index % 8];
    }
    Some(())
}
