use crate::elf::Elf;
use crate::error::BuildError;

/// The machines whose files have tables. Registers are counted as the ABI's DWARF mapping does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Machine {
    /// System V ABI, AMD64 supplement, figure 3.36.
    X86_64,
    /// DWARF for the Arm 64-bit architecture, section 4.1.
    Aarch64,
}

const X86_64_NAMES: [&str; 17] = [
    "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13",
    "r14", "r15", "rip",
];

impl Machine {
    /// What an ELF file is for; the errors of `build`.
    pub fn of(elf: &[u8]) -> Result<Self, BuildError> {
        Ok(Elf::parse(elf)?.machine)
    }

    /// `rsp`, `sp`.
    pub const fn stack_pointer(self) -> u8 {
        match self {
            Self::X86_64 => 7,
            Self::Aarch64 => 31,
        }
    }

    /// `rbp`, `x29`: what `fp_place` of a rule is about.
    pub const fn frame_pointer(self) -> u8 {
        match self {
            Self::X86_64 => 6,
            Self::Aarch64 => 29,
        }
    }

    /// `rbx`, what `bx_place` of a rule is about; arm64 has no such register.
    pub const fn base_register(self) -> Option<u8> {
        match self {
            Self::X86_64 => Some(3),
            Self::Aarch64 => None,
        }
    }

    /// Registers below this number are general ones, which a frame can be found by.
    pub const fn general_registers(self) -> u8 {
        match self {
            Self::X86_64 => 16,
            Self::Aarch64 => 32,
        }
    }

    /// The instructions by which a function makes itself a frame pointer.
    pub const fn frame_pointer_prologue(self) -> &'static [u8] {
        match self {
            Self::X86_64 => b"\x55\x48\x89\xe5",
            Self::Aarch64 => b"\xfd\x03\x00\x91",
        }
    }

    /// A general register's name, or `r99` for one that is none.
    pub fn register_name(self, register: u16) -> String {
        match self {
            Self::X86_64 => match X86_64_NAMES.get(usize::from(register)) {
                Some(name) => (*name).to_owned(),
                None => format!("r{register}"),
            },
            Self::Aarch64 => match register {
                31 => "sp".to_owned(),
                _ => format!("x{register}"),
            },
        }
    }
}
