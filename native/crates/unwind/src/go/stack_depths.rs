use crate::reader::{EndOfBytes, Read, Reader};

/// A function's stack depths: how far its stack pointer is below where the call left it (`runtime/symtab.go`, `pcvalue` and `step`).
/// Pairs of variable-length numbers: the change of the depth, its sign in the lowest bit, and for how many instructions it holds.
pub(crate) struct StackDepths<'a> {
    reader: Reader<'a>,
    quantum: u64,
    depth: i32,
    at: u64,
    is_first: bool,
}

/// A depth, and the distances from the function's start for which it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Depth {
    pub from: u64,
    pub to: u64,
    pub depth: i32,
}

impl<'a> StackDepths<'a> {
    pub fn new(reader: Reader<'a>, quantum: u64) -> Self {
        Self {
            reader,
            quantum,
            depth: -1,
            at: 0,
            is_first: true,
        }
    }

    fn step(&mut self) -> Read<Depth> {
        let change = u32::try_from(self.reader.uleb()?).map_err(|_| EndOfBytes)?;
        if change == 0 && !self.is_first {
            return Err(EndOfBytes);
        }
        self.is_first = false;
        let magnitude = (change >> 1) as i32;
        let signed = if change & 1 == 0 {
            magnitude
        } else {
            !magnitude
        };
        self.depth = self.depth.wrapping_add(signed);
        let from = self.at;
        self.at = from.saturating_add(self.reader.uleb()?.saturating_mul(self.quantum));
        Ok(Depth {
            from,
            to: self.at,
            depth: self.depth,
        })
    }
}

impl Iterator for StackDepths<'_> {
    type Item = Depth;

    /// `None` behind the last.
    fn next(&mut self) -> Option<Depth> {
        loop {
            let depth = self.step().ok()?;
            if depth.to > depth.from {
                return Some(depth);
            }
        }
    }
}
