use crate::gaps::ReadCode;

/// Read at once: functions are asked about in the order of the file.
const CHUNK_BYTES: u64 = 64 << 10;

/// A program's instructions, read in large pieces.
pub(crate) struct Code<'a> {
    read: ReadCode<'a>,
    start: u64,
    chunk: Vec<u8>,
}

impl<'a> Code<'a> {
    pub fn new(read: ReadCode<'a>) -> Self {
        Self {
            read,
            start: 0,
            chunk: Vec::new(),
        }
    }

    /// `count` bytes at a file offset, less at the end of what can be read; at most 64 KiB.
    pub fn at(&mut self, offset: u64, count: u64) -> &[u8] {
        let count = count.min(CHUNK_BYTES);
        let end = offset.saturating_add(count);
        if offset < self.start || end > self.start + self.chunk.len() as u64 {
            self.start = offset;
            self.chunk = (self.read)(offset..offset.saturating_add(CHUNK_BYTES));
            if self.chunk.is_empty() {
                // Less than a piece is left of the file.
                self.chunk = (self.read)(offset..end);
            }
        }
        let from = usize::try_from(offset - self.start).unwrap_or(usize::MAX);
        let rest = self.chunk.get(from..).unwrap_or_default();
        rest.get(..count as usize).unwrap_or(rest)
    }
}
