use std::fmt;

/// What went wrong, as the TypeScript side names it (`SymbolizerError.code`).
pub use strata_definitions::SymbolizerErrorCode as ErrorCode;

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
            ErrorCode::MalformedElf,
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
