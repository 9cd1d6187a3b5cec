// Generated from native/definitions/definitions.ts. Change that, then run: node native/definitions/generate.ts
//! What C, Rust and TypeScript agree on.

/// ticks that were due
pub const TALLY_EVENTS: usize = 0;
/// samples counted
pub const TALLY_KEPT: usize = 1;
/// ticks on an idle CPU
pub const TALLY_IDLE: usize = 2;
pub const TALLY_COUNT: usize = 3;

/// the walk reached the outermost frame of the thread
pub const OUTCOME_COMPLETE: usize = 0;
/// no unwind information covers an address of the stack
pub const OUTCOME_NO_RULE: usize = 1;
/// a rule of the unwind information is not evaluated
pub const OUTCOME_UNSUPPORTED_RULE: usize = 2;
/// the unwind table of a file was not ready
pub const OUTCOME_NO_TABLE: usize = 3;
/// a return address lies in no executable memory
pub const OUTCOME_NOT_CODE: usize = 4;
/// code without unwind information keeps no frame pointer
pub const OUTCOME_NO_FRAME_POINTER: usize = 5;
/// the frame of a caller does not lie above that of its callee
pub const OUTCOME_NOT_ABOVE: usize = 6;
/// a frame hangs on a register whose value is not known there
pub const OUTCOME_REGISTER_LOST: usize = 7;
/// the stack memory of a frame could not be read
pub const OUTCOME_READ_FAULT: usize = 8;
/// the stack has more frames than are walked
pub const OUTCOME_TRUNCATED: usize = 9;
/// a kernel thread: it has no user stack
pub const OUTCOME_KERNEL_ONLY: usize = 10;
/// the process had already given its memory back, at its end or for another program
pub const OUTCOME_EXITING: usize = 11;
pub const OUTCOME_COUNT: usize = 12;

/// the table of counters between two drains was full
pub const DROP_REASON_COUNTS_FULL: usize = 0;
/// a stack seen for the first time could not be handed to the agent
pub const DROP_REASON_STACK_RING_FULL: usize = 1;
/// a busy CPU ran the sampler too late for this tick
pub const DROP_REASON_MISSED: usize = 2;
pub const DROP_REASON_COUNT: usize = 3;

/// a process became another program
pub const EVENT_KIND_EXEC: usize = 0;
/// a process was made
pub const EVENT_KIND_FORK: usize = 1;
/// a process ended
pub const EVENT_KIND_EXIT: usize = 2;
/// executable memory was mapped
pub const EVENT_KIND_MMAP: usize = 3;
pub const EVENT_KIND_COUNT: usize = 4;

/// no unwind information covers the address
pub const UNWIND_KIND_NO_RULE: usize = 0;
/// the outermost frame: its return address is undefined
pub const UNWIND_KIND_END_OF_STACK: usize = 1;
/// the file has no unwind information: follow the frame pointer
pub const UNWIND_KIND_FRAME_POINTER: usize = 2;
/// CFA = register + cfa_offset
pub const UNWIND_KIND_REGISTER: usize = 3;
/// CFA = [register + cfa_offset] + cfa_add
pub const UNWIND_KIND_DEREFERENCED: usize = 4;
/// CFA = stack pointer + cfa_offset + (address & 15 >= cfa_add ? 8 : 0)
pub const UNWIND_KIND_PLT: usize = 5;
/// all registers come from the signal context at stack pointer + cfa_offset
pub const UNWIND_KIND_SIGNAL_FRAME: usize = 6;
/// the rule is one that is not evaluated
pub const UNWIND_KIND_UNSUPPORTED: usize = 7;
/// CFA = [stack pointer + cfa_offset + 8 * register] + cfa_add
pub const UNWIND_KIND_INDEXED: usize = 8;
/// CFA = register + cfa_offset, on a stack that may lie below: the function changes stacks
pub const UNWIND_KIND_OTHER_STACK: usize = 9;
/// as REGISTER; but where the return address is no code a thread has just begun, and there is no caller
pub const UNWIND_KIND_NEW_THREAD: usize = 10;
/// CFA = [register + cfa_offset], and what is found there is no caller but where an exception will be handled
pub const UNWIND_KIND_LANDING: usize = 11;
/// ip, stack and frame pointer are those that Go keeps of the goroutine: g = [thread pointer + cfa_offset], m = [g + bx_offset], running = [m + ra_offset], and in it: sp at cfa_add, ip behind it, frame pointer at fp_offset
pub const UNWIND_KIND_GOROUTINE: usize = 12;
pub const UNWIND_KIND_COUNT: usize = 13;

/// unchanged
pub const UNWIND_PLACE_SAME: usize = 0;
/// [CFA + offset]
pub const UNWIND_PLACE_CFA: usize = 1;
/// [frame pointer + offset]
pub const UNWIND_PLACE_FP: usize = 2;
/// [stack pointer + offset]
pub const UNWIND_PLACE_SP: usize = 3;
/// in the register of number offset
pub const UNWIND_PLACE_REGISTER: usize = 4;
/// not recoverable
pub const UNWIND_PLACE_UNDEFINED: usize = 5;
pub const UNWIND_PLACE_COUNT: usize = 6;

pub const USER_FRAMES_MOST: u32 = 512;
pub const INTERRUPTED_BIT: u32 = 63;
pub const TABLES_MOST: u32 = 16384;
pub const NO_TABLE: u32 = 4294967295;
pub const REFUSED_TABLE: u32 = 4294967294;
pub const VDSO_INODE: u32 = 1;
pub const KERNEL_FRAMES_MOST: u32 = 127;
pub const THREAD_NAME_BYTES: u32 = 16;
pub const BUILD_ID_BYTES_MOST: u32 = 20;
pub const SPACE_KERNEL: u32 = 0;
pub const SPACE_USER: u32 = 1;
pub const UNWIND_BLOCK_BYTES: u32 = 256;
pub const UNWIND_PAGE_BITS: u32 = 16;
pub const UNWIND_PARTS: u32 = 30;
pub const UNWIND_MAGIC: u32 = 1431458899;
pub const UNWIND_VERSION: u32 = 4;
pub const DRAIN_MAGIC: u32 = 1095914579;
pub const DRAIN_VERSION: u32 = 1;

/// Why the sampler does not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// the native addon is not built
    AddonMissing,
    /// an option is out of its range
    InvalidOptions,
    /// the process may not load BPF or open perf events
    NoPermission,
    /// the kernel does not describe its types
    NoBtf,
    /// the kernel refused the BPF program
    LoadFailed,
    /// a perf event could not be opened or attached
    AttachFailed,
    /// the counters could not be read
    DrainFailed,
    /// the sampler was stopped
    Stopped,
}

impl ErrorCode {
    pub fn name(self) -> &'static str {
        match self {
            Self::AddonMissing => "ADDON_MISSING",
            Self::InvalidOptions => "INVALID_OPTIONS",
            Self::NoPermission => "NO_PERMISSION",
            Self::NoBtf => "NO_BTF",
            Self::LoadFailed => "LOAD_FAILED",
            Self::AttachFailed => "ATTACH_FAILED",
            Self::DrainFailed => "DRAIN_FAILED",
            Self::Stopped => "STOPPED",
        }
    }
}

/// Why something has no names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolizerErrorCode {
    /// the native addon is not built
    AddonMissing,
    /// it is not written as a build ID is
    InvalidBuildId,
    /// the bytes are no ELF file
    NotElf,
    /// an ELF file of a kind that is not read: 32 bit, big endian, another machine
    UnsupportedElf,
    /// an ELF file whose tables contradict each other
    MalformedElf,
    /// a limit would be passed
    TooLarge,
    /// a sound file without a single function name
    NoSymbols,
    /// a symbol index that is damaged, or of another file
    InvalidIndex,
    /// a symbol index of another version of the format
    OtherVersion,
    /// /proc/kallsyms shows no addresses
    KallsymsRestricted,
    /// the bytes cannot be had
    Unreadable,
}

impl SymbolizerErrorCode {
    pub fn name(self) -> &'static str {
        match self {
            Self::AddonMissing => "ADDON_MISSING",
            Self::InvalidBuildId => "INVALID_BUILD_ID",
            Self::NotElf => "NOT_ELF",
            Self::UnsupportedElf => "UNSUPPORTED_ELF",
            Self::MalformedElf => "MALFORMED_ELF",
            Self::TooLarge => "TOO_LARGE",
            Self::NoSymbols => "NO_SYMBOLS",
            Self::InvalidIndex => "INVALID_INDEX",
            Self::OtherVersion => "OTHER_VERSION",
            Self::KallsymsRestricted => "KALLSYMS_RESTRICTED",
            Self::Unreadable => "UNREADABLE",
        }
    }
}

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DrainHeader {
    pub magic: u32,
    pub version: u32,
    pub from_ns: u64,
    pub to_ns: u64,
    pub tallies: u32,
    pub counts: u32,
    pub stacks: u32,
    pub events: u32,
    pub lost_process_events: u64,
}
const _: () = assert!(std::mem::size_of::<DrainHeader>() == 48);

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CountKey {
    pub user_stack: u64,
    pub kernel_stack: u64,
    pub thread_name: [u8; 16],
    pub pid: u32,
    pub reserved: u32,
}
const _: () = assert!(std::mem::size_of::<CountKey>() == 40);

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CountRecord {
    pub user_stack: u64,
    pub kernel_stack: u64,
    pub thread_name: [u8; 16],
    pub pid: u32,
    pub count: u32,
}
const _: () = assert!(std::mem::size_of::<CountRecord>() == 40);

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct StackRecord {
    pub id: u64,
    pub length: u32,
    pub space: u8,
    pub outcome: u8,
    pub reserved: u16,
}
const _: () = assert!(std::mem::size_of::<StackRecord>() == 16);

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EventRecord {
    pub time_ns: u64,
    pub start: u64,
    pub end: u64,
    pub file_offset: u64,
    pub inode: u64,
    pub pid: u32,
    pub parent_pid: u32,
    pub device_major: u32,
    pub device_minor: u32,
    pub text_bytes: u16,
    pub kind: u8,
    pub build_id_bytes: u8,
    pub build_id: [u8; 20],
}
const _: () = assert!(std::mem::size_of::<EventRecord>() == 80);

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct UnwindHeader {
    pub magic: u32,
    pub version: u32,
    pub first_page: u32,
    pub pages: u32,
    pub rules: u32,
    pub rows: u32,
    pub rules_block: u32,
    pub rows_block: u32,
}
const _: () = assert!(std::mem::size_of::<UnwindHeader>() == 32);

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct UnwindPage {
    pub first_row: u32,
    pub held: [u16; 30],
}
const _: () = assert!(std::mem::size_of::<UnwindPage>() == 64);

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct UnwindRule {
    pub kind: u8,
    pub cfa_register: u8,
    pub ra_place: u8,
    pub fp_place: u8,
    pub bx_place: u8,
    pub cfa_add: i8,
    pub ra_offset: i16,
    pub cfa_offset: i32,
    pub fp_offset: i16,
    pub bx_offset: i16,
}
const _: () = assert!(std::mem::size_of::<UnwindRule>() == 16);

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FileKey {
    pub inode: u64,
    pub bytes: u64,
    pub modified_s: u64,
    pub modified_ns: u32,
    pub device: u32,
}
const _: () = assert!(std::mem::size_of::<FileKey>() == 32);

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FileTable {
    pub table: u32,
    pub used_s: u32,
}
const _: () = assert!(std::mem::size_of::<FileTable>() == 8);

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MissedFile {
    pub start: u64,
    pub end: u64,
    pub pid: u32,
    pub samples: u32,
}
const _: () = assert!(std::mem::size_of::<MissedFile>() == 24);
