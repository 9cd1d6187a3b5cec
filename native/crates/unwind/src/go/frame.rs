use crate::address_map::Svma;
use crate::go::code::Code;
use crate::go::pclntab::{GoFunction, GoTable};
use crate::go::stack_depths::{Depth, StackDepths};
use crate::machine::Machine;

/// `push rbp` and `mov rbp, rsp`, with which functions begin since Go 1.21.
const PUSH: u8 = 0x55;
const SET: [u8; 3] = [0x48, 0x89, 0xe5];
/// `stur x29, [sp, -8]`, `sub x29, sp, 8`, and `stp x29, x30, [x20, -8]` where `mov sp, x20` follows.
const ARM64_STORE: u32 = 0xf81f_83fd;
const ARM64_SET: u32 = 0xd100_23fd;
const ARM64_STORE_BELOW: u32 = 0xa93f_fa9d;
/// From which functions it is seen how the compiler begins them.
const SAMPLED_FUNCTIONS: usize = 64;
/// As much of a function as is searched for an instruction.
const MAX_SEARCHED_BYTES: u64 = 4096;

/// What becomes of the caller's frame pointer; distances from the function's start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// It is saved below the return address from here on, while the stack is deeper than at the start.
    pub saved_from: Option<u64>,
    /// The frame pointer is the function's own from here on, and the stack's depth then.
    pub own_from: Option<(u64, i32)>,
    /// The stack pointer may be anywhere from here on.
    pub lost_from: Option<u64>,
}

/// How a program's compiler saves frame pointers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prologue {
    /// `push rbp`
    Push,
    /// `sub rsp, depth` and `mov [rsp + depth − 8], rbp`
    Store,
}

impl Prologue {
    /// Of the program's first functions; `offset_of` tells where an address is.
    pub fn of(
        table: &GoTable<'_>,
        code: &mut Code<'_>,
        offset_of: impl Fn(Svma) -> Option<u64>,
    ) -> Self {
        let mut seen = 0;
        let mut pushes = 0;
        for function in table.functions() {
            let first = first_depth(table, &function);
            if function.is_assembly || first.is_none_or(|first| first.depth != 8) {
                continue;
            }
            let (Some(first), Some(offset)) = (first, offset_of(Svma(function.start))) else {
                continue;
            };
            seen += 1;
            let before = offset.saturating_add(first.from).saturating_sub(1);
            pushes += usize::from(code.at(before, 1) == [PUSH]);
            if seen == SAMPLED_FUNCTIONS {
                break;
            }
        }
        if 2 * pushes > seen {
            Self::Push
        } else {
            Self::Store
        }
    }
}

impl Frame {
    /// Of a function at that file offset. Its code is read only where the compiler did not write it, or it is one of the few that
    /// change stacks.
    pub fn of(
        table: &GoTable<'_>,
        function: &GoFunction<'_>,
        prologue: Prologue,
        code: &mut Code<'_>,
        offset: u64,
    ) -> Self {
        let Some(first) = first_depth(table, function) else {
            return Self::default().or_lost(function, code, offset);
        };
        let is_compiled = table.tells_assembly() && !function.is_assembly;
        match table.machine {
            Machine::Aarch64 => Self::of_arm64(&first, code, offset),
            Machine::X86_64 if is_compiled && !function.writes_stack_pointer => match prologue {
                Prologue::Push if first.depth == 8 => Self::saved(first.from),
                Prologue::Push => Self::default(),
                Prologue::Store => Self::saved(first.from + store(0x89, first.depth).len() as u64),
            },
            Machine::X86_64 => Self::of_x86_64(&first, code, offset),
        }
        .or_lost(function, code, offset)
    }

    fn saved(from: u64) -> Self {
        Self {
            saved_from: Some(from),
            ..Self::default()
        }
    }

    fn of_x86_64(first: &Depth, code: &mut Code<'_>, offset: u64) -> Self {
        let Some(at) = offset.saturating_add(first.from).checked_sub(1) else {
            return Self::default();
        };
        let bytes = code.at(at, 24);
        let Some((before, behind)) = bytes.split_first() else {
            return Self::default();
        };
        let own = |distance: usize| Some((first.from + distance as u64, first.depth));
        if *before == PUSH && first.depth == 8 {
            return Self {
                own_from: behind.starts_with(&SET).then_some(()).and(own(SET.len())),
                ..Self::saved(first.from)
            };
        }
        let (store, set) = (store(0x89, first.depth), store(0x8d, first.depth));
        match behind.strip_prefix(&*store) {
            None => Self::default(),
            Some(behind) => Self {
                own_from: behind
                    .starts_with(&set)
                    .then_some(())
                    .and(own(store.len() + set.len())),
                ..Self::saved(first.from + store.len() as u64)
            },
        }
    }

    fn of_arm64(first: &Depth, code: &mut Code<'_>, offset: u64) -> Self {
        let Some(at) = offset.saturating_add(first.from).checked_sub(8) else {
            return Self::default();
        };
        let bytes = code.at(at, 16);
        let (words, _) = bytes.as_chunks::<4>();
        let mut words = words.iter().map(|word| u32::from_le_bytes(*word));
        let [below, _, behind, next] = [(); 4].map(|()| words.next().unwrap_or(0));
        let own = |distance: u64| Some((first.from + distance, first.depth));
        if below == ARM64_STORE_BELOW {
            return Self {
                own_from: (behind == ARM64_SET).then_some(()).and(own(4)),
                ..Self::saved(first.from)
            };
        }
        if behind != ARM64_STORE {
            return Self::default();
        }
        Self {
            own_from: (next == ARM64_SET).then_some(()).and(own(8)),
            ..Self::saved(first.from + 4)
        }
    }

    /// The table says of `cgocallback` what its stack looks like, though it is another one then: it is laid out for that.
    fn or_lost(mut self, function: &GoFunction<'_>, code: &mut Code<'_>, offset: u64) -> Self {
        if !function.writes_stack_pointer || function.name.starts_with(b"runtime.cgocallback") {
            self.own_from = None;
        } else if self.own_from.is_none() {
            let bytes = code.at(offset, function.bytes.min(MAX_SEARCHED_BYTES));
            let write = bytes.windows(3).position(writes_stack_pointer);
            self.lost_from = Some(write.map_or(0, |position| position as u64));
        }
        self
    }
}

/// `mov [rsp + depth − 8], rbp` for 0x89, `lea rbp, [rsp + depth − 8]` for 0x8d.
fn store(code: u8, depth: i32) -> Vec<u8> {
    let displacement = depth - 8;
    match i8::try_from(displacement) {
        Ok(0) => vec![0x48, code, 0x2c, 0x24],
        Ok(byte) => vec![0x48, code, 0x6c, 0x24, byte as u8],
        Err(_) => [&[0x48, code, 0xac, 0x24][..], &displacement.to_le_bytes()].concat(),
    }
}

/// `mov rsp, [register + …]` or `mov rsp, register`. Other bytes may look like it; then less is known than could be.
fn writes_stack_pointer(bytes: &[u8]) -> bool {
    match bytes {
        [0x48 | 0x49, 0x8b, operands] => operands & 0x38 == 0x20 && operands >> 6 < 3,
        [0x48 | 0x4c, 0x89, operands] => operands & 0xc7 == 0xc4,
        _ => false,
    }
}

/// The first depth that is none of the start.
fn first_depth(table: &GoTable<'_>, function: &GoFunction<'_>) -> Option<Depth> {
    StackDepths::new(table.depths_of(function), table.quantum).find(|depth| depth.depth > 0)
}
