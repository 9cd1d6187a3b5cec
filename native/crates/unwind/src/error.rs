use std::fmt;

/// What keeps a file from having a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BuildErrorCode {
    /// The bytes are no ELF file.
    NotElf,
    /// An ELF file of a kind that is not read: 32 bit, big endian, another machine, not linked.
    Unsupported,
    /// An ELF file whose headers contradict each other.
    Malformed,
    /// A limit would be passed.
    TooLarge,
    /// No byte of the file is mapped as code.
    NoCode,
}

impl BuildErrorCode {
    /// The code as counters and logs name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotElf => "NOT_ELF",
            Self::Unsupported => "UNSUPPORTED_ELF",
            Self::Malformed => "MALFORMED_ELF",
            Self::TooLarge => "TOO_LARGE",
            Self::NoCode => "NO_CODE",
        }
    }
}

/// A code and one sentence: what is wrong, and with which part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError {
    pub code: BuildErrorCode,
    pub message: String,
}

impl BuildError {
    pub(crate) fn new(code: BuildErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for BuildError {}

/// What is wrong with the bytes of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DecodeErrorCode {
    /// The bytes do not begin as a table does.
    NotATable,
    /// A table of another version.
    OtherVersion,
    /// The parts do not lie where the header must have put them, or bytes are missing or too many.
    WrongLength,
    /// A page, a rule or a row points outside its part or breaks the order.
    Damaged,
}

impl DecodeErrorCode {
    /// The code as counters and logs name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotATable => "NOT_A_TABLE",
            Self::OtherVersion => "OTHER_VERSION",
            Self::WrongLength => "WRONG_LENGTH",
            Self::Damaged => "DAMAGED",
        }
    }
}

/// A code and one sentence; the table is to be built again from its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    pub code: DecodeErrorCode,
    pub message: String,
}

impl DecodeError {
    pub(crate) fn new(code: DecodeErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DecodeError {}
