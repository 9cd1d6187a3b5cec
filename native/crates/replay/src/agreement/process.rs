use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::rc::Rc;

use strata_definitions::{UNWIND_KIND_PLT, UnwindRule};
use strata_unwind::{UnwindTable, build};

use crate::table::Table;
use crate::walk::{Code, Mapping};

/// A file's table, as it was built and as the kernel would have it.
#[derive(Debug)]
pub struct MappedFile {
    pub rows: UnwindTable,
    pub table: Table,
    /// File offsets of the stubs that call into other files.
    pub stubs: Vec<Range<u64>>,
}

impl MappedFile {
    fn of(rows: UnwindTable) -> Self {
        let starts: Vec<(u64, UnwindRule)> = rows.iter().collect();
        let stubs = starts
            .windows(2)
            .filter(|pair| usize::from(pair[0].1.kind) == UNWIND_KIND_PLT)
            .map(|pair| pair[0].0..pair[1].0)
            .collect();
        Self {
            table: Table::from(&rows),
            rows,
            stubs,
        }
    }
}

/// Executable memory of a process: a line of /proc/PID/maps.
#[derive(Clone, Debug)]
pub struct Region {
    pub start: u64,
    pub end: u64,
    pub file_offset: u64,
    /// Path, or what the kernel calls it.
    pub name: String,
    /// `None` where the frame pointer is followed.
    pub file: Option<Rc<MappedFile>>,
}

impl Region {
    pub fn holds(&self, address: u64) -> bool {
        (self.start..self.end).contains(&address)
    }

    pub fn offset_of(&self, address: u64) -> u64 {
        address - self.start + self.file_offset
    }

    pub fn is_file(&self) -> bool {
        self.name.starts_with('/')
    }

    pub fn mapping(&self) -> Mapping<'_> {
        Mapping {
            start: self.start,
            end: self.end,
            file_offset: self.file_offset,
            code: match &self.file {
                Some(file) => Code::Table(&file.table),
                None if self.is_file() => Code::FramePointer,
                None => Code::Anonymous,
            },
        }
    }
}

/// Tables by path; the vDSO is the same in all processes.
pub type Tables = HashMap<String, Option<Rc<MappedFile>>>;

/// A stopped process.
#[derive(Debug)]
pub struct Process {
    pub pid: u32,
    pub regions: Vec<Region>,
    memory: File,
}

impl Process {
    /// Looks at what the process has mapped now.
    pub fn look(pid: u32, tables: &mut Tables) -> io::Result<Self> {
        let memory = File::open(format!("/proc/{pid}/mem"))?;
        let maps = fs::read_to_string(format!("/proc/{pid}/maps"))?;
        let mut regions: Vec<Region> = maps.lines().filter_map(parse_executable).collect();
        for region in &mut regions {
            region.file = match region.name.as_str() {
                // Of another's code nothing is mapped twice at offset 0.
                "[vdso]" => {
                    region.file_offset = 0;
                    table_of(&region.name, tables, || read_all(&memory, region))
                }
                path if path.starts_with('/') => {
                    table_of(path, tables, || read_file(pid, region, path))
                }
                _ => None,
            };
        }
        Ok(Self {
            pid,
            regions,
            memory,
        })
    }

    pub fn region_of(&self, address: u64) -> Option<&Region> {
        self.regions.iter().find(|region| region.holds(address))
    }

    pub fn mappings(&self) -> Vec<Mapping<'_>> {
        self.regions.iter().map(Region::mapping).collect()
    }

    /// Fills the buffer, or returns false where a byte cannot be read.
    pub fn read(&self, address: u64, to: &mut [u8]) -> bool {
        self.memory.read_exact_at(to, address).is_ok()
    }
}

/// `None` for memory that is not executable, and for [vsyscall], which no process has among its own mappings.
fn parse_executable(line: &str) -> Option<Region> {
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let permissions = words.next()?;
    let file_offset = words.next()?;
    let name = words.skip(2).collect::<Vec<_>>().join(" ");
    let hex = |text: &str| u64::from_str_radix(text, 16).ok();
    let is_wanted = permissions.contains('x') && name != "[vsyscall]";
    is_wanted.then_some(())?;
    Some(Region {
        start: hex(start)?,
        end: hex(end)?,
        file_offset: hex(file_offset)?,
        name,
        file: None,
    })
}

fn table_of(
    name: &str,
    tables: &mut Tables,
    read: impl FnOnce() -> io::Result<Vec<u8>>,
) -> Option<Rc<MappedFile>> {
    if let Some(known) = tables.get(name) {
        return known.clone();
    }
    // What cannot be read or has no table goes by its frame pointers, as in the kernel.
    let rows = read().ok().and_then(|elf| build(&elf).ok());
    let file = rows.map(|rows| Rc::new(MappedFile::of(rows)));
    tables.insert(name.to_owned(), file.clone());
    file
}

fn read_all(memory: &File, region: &Region) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; (region.end - region.start) as usize];
    memory.read_exact_at(&mut bytes, region.start)?;
    Ok(bytes)
}

/// The file that is mapped, which may have left its path.
fn read_file(pid: u32, region: &Region, path: &str) -> io::Result<Vec<u8>> {
    let (start, end) = (region.start, region.end);
    fs::read(format!("/proc/{pid}/map_files/{start:x}-{end:x}")).or_else(|_| fs::read(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_executable_memory_only() {
        let maps = "\
00400000-00401000 r--p 00000000 08:01 42 /bin/with a space
00401000-00403000 r-xp 00001000 08:01 42 /bin/with a space
7f0000000000-7f0000001000 rwxp 00000000 00:00 0
7fff0000f000-7fff00011000 r-xp 00000000 00:00 0 [vdso]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]";
        let regions: Vec<String> = maps
            .lines()
            .filter_map(parse_executable)
            .map(|region| {
                let Region {
                    start,
                    file_offset,
                    name,
                    ..
                } = region;
                format!("{start:x} {file_offset:x} {name}")
            })
            .collect();
        let expected = [
            "401000 1000 /bin/with a space",
            "7f0000000000 0 ",
            "7fff0000f000 0 [vdso]",
        ];
        assert_eq!(regions, expected);
    }
}
