use std::ffi::c_void;
use std::slice;

use strata_definitions::USER_FRAMES_MOST;

use crate::table::{Block, Table};

/// General registers in DWARF's order (System V ABI, AMD64 supplement, figure 3.36; AADWARF64, section 4.1).
pub const GENERAL_REGISTERS: usize = if cfg!(target_arch = "aarch64") {
    32
} else {
    16
};

/// Of an interrupted thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    pub ip: u64,
    pub general: [u64; GENERAL_REGISTERS],
    /// Where the thread's own memory is: `fs_base`, `tpidr_el0`.
    pub thread_pointer: u64,
}

/// What is known of the code in a mapping; `MAPPING_…` in walk.h.
#[derive(Clone, Copy, Debug)]
pub enum Code<'a> {
    Table(&'a Table),
    /// The file's table is not built yet.
    NoTable,
    /// A file of which no table can be.
    FramePointer,
    /// A JIT's code.
    Anonymous,
}

/// Executable memory of a process: `[start, end)`, which begins with the byte `file_offset` of its file.
#[derive(Clone, Copy, Debug)]
pub struct Mapping<'a> {
    pub start: u64,
    pub end: u64,
    pub file_offset: u64,
    pub code: Code<'a>,
}

/// A stack as the sampler would hand it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// Innermost first. Where a signal interrupted a frame, its address has INTERRUPTED_BIT.
    pub addresses: Vec<u64>,
    /// `OUTCOME_…`.
    pub outcome: usize,
}

/// Walks a stack as the BPF program does, with the same C. `read` fills the buffer from an address of the process, or returns
/// false where that memory cannot be read. The first of two mappings that overlap holds.
///
/// A panic in `read` ends the process.
pub fn walk(
    registers: &Registers,
    mappings: &[Mapping<'_>],
    mut read: impl FnMut(u64, &mut [u8]) -> bool,
) -> Walked {
    let codes: Vec<CCode> = mappings.iter().map(CCode::of).collect();
    let mut addresses = vec![0; USER_FRAMES_MOST as usize];
    let mut length = 0;
    let mut read: &mut Read<'_> = &mut read;
    let environment = CEnvironment {
        codes: codes.as_ptr(),
        code_count: codes.len() as u64,
        read: read_for_c,
        context: (&raw mut read).cast(),
        thread_pointer: registers.thread_pointer,
    };
    // SAFETY: the pointers are those of living slices with their lengths; `addresses` holds as many as the C side writes at most;
    // the context is what `read_for_c` takes it for.
    let outcome = unsafe {
        strata_replay_walk(
            &environment,
            registers.ip,
            registers.general.as_ptr(),
            addresses.as_mut_ptr(),
            &mut length,
        )
    };
    addresses.truncate(length as usize);
    Walked {
        addresses,
        outcome: outcome as usize,
    }
}

type Read<'a> = dyn FnMut(u64, &mut [u8]) -> bool + 'a;

extern "C" fn read_for_c(context: *mut c_void, to: *mut c_void, bytes: u32, address: u64) -> bool {
    // SAFETY: `walk` made the context of this, and the C side hands over a buffer of its own of that size.
    let (read, to) = unsafe {
        (
            &mut *context.cast::<&mut Read<'_>>(),
            slice::from_raw_parts_mut(to.cast::<u8>(), bytes as usize),
        )
    };
    // Its buffer may not be written yet.
    to.fill(0);
    read(address, to)
}

/// `struct code` of replay.c.
#[repr(C)]
struct CCode {
    start: u64,
    end: u64,
    file_offset: u64,
    blocks: *const Block,
    block_count: u32,
    kind: u32,
}

impl CCode {
    fn of(mapping: &Mapping<'_>) -> Self {
        let (kind, blocks): (u32, &[Block]) = match mapping.code {
            Code::Table(table) => (1, table.blocks()),
            Code::NoTable => (2, &[]),
            Code::FramePointer => (3, &[]),
            Code::Anonymous => (4, &[]),
        };
        Self {
            start: mapping.start,
            end: mapping.end,
            file_offset: mapping.file_offset,
            blocks: blocks.as_ptr(),
            block_count: blocks.len() as u32,
            kind,
        }
    }
}

/// `struct environment` of replay.c.
#[repr(C)]
struct CEnvironment {
    codes: *const CCode,
    code_count: u64,
    read: extern "C" fn(*mut c_void, *mut c_void, u32, u64) -> bool,
    context: *mut c_void,
    thread_pointer: u64,
}

unsafe extern "C" {
    fn strata_replay_walk(
        environment: *const CEnvironment,
        ip: u64,
        registers: *const u64,
        addresses: *mut u64,
        length: *mut u32,
    ) -> u32;
}
