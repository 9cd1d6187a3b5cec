use std::collections::BTreeMap;

/// Entries kept at most; a large Java or Node program writes about 100,000.
const MAX_ENTRIES: usize = 1_000_000;
const MAX_NAME_BYTES: usize = 1024;

/// A JIT's list of its functions (`/tmp/perf-PID.map`): `start size name` per line, numbers in hexadecimal without 0x.
/// A JIT only adds to it, so where ranges overlap the last entry is the one that holds.
#[derive(Default)]
pub struct PerfMap {
    starts: Vec<u64>,
    ends: Vec<u64>,
    names: Vec<Box<str>>,
}

impl PerfMap {
    /// Lines that are not as they should be are passed over, and so is a last line without its end, which the JIT may
    /// still be writing.
    pub fn parse(text: &[u8]) -> Self {
        let complete = text
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(&text[..0], |end| &text[..end]);
        // Start → end and line number; never overlapping.
        let mut ranges: BTreeMap<u64, (u64, usize)> = BTreeMap::new();
        let mut names: Vec<&[u8]> = Vec::new();
        for (start, end, name) in complete
            .split(|byte| *byte == b'\n')
            .filter_map(parse_line)
            .take(MAX_ENTRIES)
        {
            cut_out(&mut ranges, start, end);
            ranges.insert(start, (end, names.len()));
            names.push(name);
        }
        let mut map = Self::default();
        for (start, (end, name)) in ranges {
            map.starts.push(start);
            map.ends.push(end);
            map.names.push(String::from_utf8_lossy(names[name]).into());
        }
        map
    }

    /// The JIT's own name for the code at an address.
    pub fn resolve(&self, address: u64) -> Option<&str> {
        let row = self
            .starts
            .partition_point(|start| *start <= address)
            .checked_sub(1)?;
        (address < self.ends[row]).then(|| &*self.names[row])
    }

    /// Number of ranges.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }
}

/// Takes `[start, end)` away from the ranges that are there.
pub(crate) fn cut_out(ranges: &mut BTreeMap<u64, (u64, usize)>, start: u64, end: u64) {
    let before = ranges
        .range(..start)
        .next_back()
        .map(|(start, range)| (*start, *range));
    if let Some((other_start, (other_end, name))) =
        before.filter(|(_, (other_end, _))| *other_end > start)
    {
        ranges.insert(other_start, (start, name));
        if other_end > end {
            ranges.insert(end, (other_end, name));
        }
    }
    while let Some((&other_start, &(other_end, name))) = ranges.range(start..end).next() {
        ranges.remove(&other_start);
        if other_end > end {
            ranges.insert(end, (other_end, name));
        }
    }
}

fn parse_line(line: &[u8]) -> Option<(u64, u64, &[u8])> {
    let mut words = line.splitn(3, |byte| *byte == b' ');
    let start = hexadecimal(words.next()?)?;
    let size = hexadecimal(words.next()?)?;
    let name = words.next()?.trim_ascii();
    let end = start.checked_add(size).filter(|end| *end > start)?;
    (!name.is_empty()).then_some((start, end, &name[..name.len().min(MAX_NAME_BYTES)]))
}

fn hexadecimal(word: &[u8]) -> Option<u64> {
    let word = std::str::from_utf8(word).ok()?;
    u64::from_str_radix(word.strip_prefix("0x").unwrap_or(word), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, addresses: &[u64]) -> Vec<String> {
        let map = PerfMap::parse(text.as_bytes());
        addresses
            .iter()
            .map(|address| map.resolve(*address).unwrap_or("-").to_owned())
            .collect()
    }

    #[test]
    fn the_last_entry_wins_where_ranges_overlap() {
        let text = "100 100 LazyCompile:*old a.js:1\n140 20 JS:*new b.js:2\n";
        assert_eq!(
            names(text, &[0xff, 0x13f, 0x140, 0x15f, 0x160, 0x200]),
            [
                "-",
                "LazyCompile:*old a.js:1",
                "JS:*new b.js:2",
                "JS:*new b.js:2",
                "LazyCompile:*old a.js:1",
                "-"
            ]
        );
        assert_eq!(
            names(
                "100 10 a\n110 10 b\nf0 100 c\n",
                &[0xf0, 0x105, 0x115, 0x1f0]
            ),
            ["c", "c", "c", "-"]
        );
    }

    #[test]
    fn a_torn_last_line_and_nonsense_are_passed_over() {
        assert_eq!(
            names(
                "100 10 a\nnot a line\n200 0 empty\nffffffffffffffff 10 b\n300 10 tor",
                &[0x100, 0x200, 0x300]
            ),
            ["a", "-", "-"]
        );
    }
}
