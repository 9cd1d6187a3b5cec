use crate::elf::Elf;

/// Where a file has code. Debug information also speaks of code that the linker left out, at address 0 or another that is none.
pub(crate) struct CodeRegions {
    /// `[start, end)`, ascending, not overlapping.
    regions: Vec<(u64, u64)>,
}

impl CodeRegions {
    pub fn of(elf: &Elf<'_>) -> Self {
        let mut sections: Vec<(u64, u64)> = elf
            .code_sections()
            .iter()
            .map(|section| (section.start, section.end))
            .filter(|(start, end)| start < end)
            .collect();
        sections.sort_unstable();
        let mut regions: Vec<(u64, u64)> = Vec::new();
        for (start, end) in sections {
            match regions.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => regions.push((start, end)),
            }
        }
        Self { regions }
    }

    /// Where code that is said to be `[start, end)` ends; `None` when there is none.
    pub fn end_of(&self, start: u64, end: u64) -> Option<u64> {
        let after = self.regions.partition_point(|region| region.0 <= start);
        let region = self.regions[..after].last()?;
        (start < region.1 && start < end).then(|| end.min(region.1))
    }
}
