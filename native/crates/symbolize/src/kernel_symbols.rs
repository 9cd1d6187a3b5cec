use crate::error::{ErrorCode, SymbolizeError};

/// Lines read at most; a kernel with many modules has about 300,000.
const MAX_LINES: usize = 2_000_000;
/// kallsyms has no sizes: a module's last function reaches this far at most, as another module may be mapped far off.
const MAX_LAST_BYTES: u64 = 64 << 10;
const NO_NAME: u32 = u32::MAX;

/// Names of the running kernel's functions, modules included, in about 30 bytes each.
///
/// Columns of equal length, ascending by `starts`: a symbol that is no function ends the one before it and has
/// `NO_NAME`.
#[derive(Default)]
pub struct KernelSymbols {
    starts: Vec<u64>,
    /// Offset of the name in `names`.
    name_offsets: Vec<u32>,
    /// Row of `modules`.
    module_rows: Vec<u16>,
    /// Each preceded by its length in one byte (the kernel's limit is 511; longer ones are cut).
    names: Vec<u8>,
    modules: Vec<String>,
}

/// A function of the kernel; `module` is `''` for what is built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KernelName<'table> {
    pub function: &'table str,
    pub module: &'table str,
}

struct Line<'text> {
    start: u64,
    is_text: bool,
    name: &'text str,
    module: &'text str,
}

impl KernelSymbols {
    /// Reads the text of `/proc/kallsyms`: `address type name [module]` per line. Lines that are not so are passed over.
    pub fn parse(text: &[u8]) -> Result<Self, SymbolizeError> {
        let text = String::from_utf8_lossy(text);
        let mut lines: Vec<Line> = text
            .lines()
            .take(MAX_LINES)
            .filter_map(parse_line)
            .collect();
        if lines.iter().all(|line| line.start == 0) {
            return Err(SymbolizeError::new(
                ErrorCode::KallsymsRestricted,
                "The kernel shows no addresses in /proc/kallsyms: \
                 run as root with CAP_SYSLOG, or set the sysctl kernel.kptr_restrict to 0 or 1.",
            ));
        }
        // Per-CPU variables stand at small absolute addresses, which are no place of code.
        lines.retain(|line| line.start >= 1 << 63);
        lines.sort_by(|a, b| {
            (a.start, !a.is_text, rank(a.name), a.name).cmp(&(
                b.start,
                !b.is_text,
                rank(b.name),
                b.name,
            ))
        });
        lines.dedup_by_key(|line| line.start);
        let mut table = Self::default();
        table.modules.push(String::new());
        for (position, line) in lines.iter().enumerate() {
            if !line.is_text {
                table.end_at(line.start);
                continue;
            }
            let module = table.module_row(line.module);
            table.push(line, module);
            let next = lines.get(position + 1);
            if next.is_none_or(|next| next.module != line.module) {
                let end = line.start.saturating_add(MAX_LAST_BYTES);
                if next.is_none_or(|next| next.start > end) {
                    table.end_at(end);
                }
            }
        }
        table.starts.shrink_to_fit();
        table.name_offsets.shrink_to_fit();
        table.module_rows.shrink_to_fit();
        table.names.shrink_to_fit();
        Ok(table)
    }

    /// Number of functions and of ends between them.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The function at a kernel address; `None` where there is none.
    pub fn resolve(&self, address: u64) -> Option<KernelName<'_>> {
        let row = self
            .starts
            .partition_point(|start| *start <= address)
            .checked_sub(1)?;
        let offset = self.name_offsets[row];
        if offset == NO_NAME {
            return None;
        }
        let offset = offset as usize;
        let length = self.names[offset] as usize;
        let name = std::str::from_utf8(&self.names[offset + 1..offset + 1 + length]).ok()?;
        Some(KernelName {
            function: name,
            module: &self.modules[self.module_rows[row] as usize],
        })
    }

    fn push(&mut self, line: &Line, module: u16) {
        let name = without_clone_suffix(line.name);
        let length = (0..=name.len().min(255))
            .rev()
            .find(|end| name.is_char_boundary(*end))
            .unwrap_or(0);
        self.starts.push(line.start);
        self.name_offsets.push(self.names.len() as u32);
        self.module_rows.push(module);
        self.names.push(length as u8);
        self.names.extend_from_slice(&name.as_bytes()[..length]);
    }

    fn end_at(&mut self, start: u64) {
        if self
            .name_offsets
            .last()
            .is_some_and(|offset| *offset != NO_NAME)
        {
            self.starts.push(start);
            self.name_offsets.push(NO_NAME);
            self.module_rows.push(0);
        }
    }

    fn module_row(&mut self, name: &str) -> u16 {
        // Symbols come in runs of one module, and there are few modules.
        match self.modules.iter().rposition(|module| module == name) {
            Some(row) => row as u16,
            None if self.modules.len() < usize::from(u16::MAX) => {
                self.modules.push(name.to_owned());
                (self.modules.len() - 1) as u16
            }
            None => 0,
        }
    }
}

fn parse_line(line: &str) -> Option<Line<'_>> {
    let mut words = line.split_ascii_whitespace();
    let start = u64::from_str_radix(words.next()?, 16).ok()?;
    let kind = words.next()?;
    let name = words.next()?;
    let module = words.next().map_or("", |word| {
        word.trim_start_matches('[').trim_end_matches(']')
    });
    Some(Line {
        start,
        is_text: matches!(kind, "t" | "T" | "w" | "W"),
        name,
        module,
    })
}

/// Between names of one address: `_text`, `_stext` and other marks of the linker come last, then the shorter wins.
fn rank(name: &str) -> (bool, usize) {
    let is_mark = ["_text", "_stext", "_etext", "_sinittext", "_einittext"].contains(&name)
        || name.starts_with("__pfx_")
        || name.ends_with("_text_start")
        || name.ends_with("_text_end");
    (is_mark, name.len())
}

/// `schedule.cold`, `do_work.isra.0` → the function they were split from.
fn without_clone_suffix(name: &str) -> &str {
    match name.find('.') {
        Some(end) if end > 0 => &name[..end],
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
0000000000000000 A fixed_percpu_data
ffffffff81000000 T _stext
ffffffff81000000 T startup_64
ffffffff81000100 t work.isra.0
ffffffff81000200 D some_data
ffffffff81000300 T schedule
ffffffffc0000000 t probe\t[nvme]
ffffffffc0000040 t remove\t[nvme]
ffffffffc0ff0000 t veth_xmit\t[veth]
torn li";

    #[test]
    fn functions_with_their_modules_and_nothing_between() {
        let table = KernelSymbols::parse(TEXT.as_bytes()).unwrap();
        let at = |address: u64| {
            table
                .resolve(address)
                .map(|name| (name.function, name.module))
        };
        assert_eq!(at(0xffffffff81000000), Some(("startup_64", "")));
        assert_eq!(at(0xffffffff81000150), Some(("work", "")));
        assert_eq!(at(0xffffffff81000200), None, "data is no function");
        assert_eq!(at(0xffffffff81000310), Some(("schedule", "")));
        assert_eq!(at(0xffffffff90000000), None, "far behind the last function");
        assert_eq!(at(0xffffffffc0000010), Some(("probe", "nvme")));
        assert_eq!(at(0xffffffffc0000050), Some(("remove", "nvme")));
        assert_eq!(at(0xffffffffc0800000), None, "between two modules");
        assert_eq!(at(0xffffffffc0ff0008), Some(("veth_xmit", "veth")));
        assert_eq!(at(0x1000), None);
    }

    #[test]
    fn addresses_hidden_by_the_kernel_are_an_error_with_its_own_code() {
        let hidden = "0000000000000000 T schedule\n0000000000000000 t work\n";
        assert_eq!(
            KernelSymbols::parse(hidden.as_bytes()).err().unwrap().code,
            ErrorCode::KallsymsRestricted
        );
    }
}
