use std::fmt;

/// What went wrong, as the TypeScript side names it (`SymbolizerError.code`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// The bytes are no ELF file.
    NotElf,
    /// An ELF file of a kind we do not read (32 bit, big endian, another machine).
    Unsupported,
    /// An ELF file whose tables contradict each other.
    Malformed,
    /// A limit would be passed.
    TooLarge,
    /// A sound file without a single function name.
    NoSymbols,
    /// A symbol index that is damaged.
    InvalidIndex,
    /// A symbol index of another version of the format.
    OtherVersion,
    /// `/proc/kallsyms` shows no addresses.
    KallsymsRestricted,
    /// The bytes could not be had.
    Unreadable,
}

impl ErrorCode {
    /// The code as the TypeScript side knows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotElf => "NOT_ELF",
            Self::Unsupported => "UNSUPPORTED_ELF",
            Self::Malformed => "MALFORMED_ELF",
            Self::TooLarge => "TOO_LARGE",
            Self::NoSymbols => "NO_SYMBOLS",
            Self::InvalidIndex => "INVALID_INDEX",
            Self::OtherVersion => "OTHER_VERSION",
            Self::KallsymsRestricted => "KALLSYMS_RESTRICTED",
            Self::Unreadable => "UNREADABLE",
        }
    }
}

/// A code and one sentence: what is wrong, and with which part.
#[derive(Clone, Debug)]
pub struct SymbolizeError {
    pub code: ErrorCode,
    pub message: String,
}

impl SymbolizeError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    pub(crate) fn malformed(what: &str, cause: impl fmt::Display) -> Self {
        Self::new(
            ErrorCode::Malformed,
            format!("The ELF file's {what} cannot be read: {cause}."),
        )
    }

    pub(crate) fn invalid_index(what: impl fmt::Display) -> Self {
        Self::new(
            ErrorCode::InvalidIndex,
            format!("The symbol index is damaged: {what}."),
        )
    }
}

impl fmt::Display for SymbolizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SymbolizeError {}
