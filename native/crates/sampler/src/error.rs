use std::{fmt, io};

pub use crate::definitions::ErrorCode;

/// Why the sampler does not do what it was asked: a code of the closed set, and one sentence.
#[derive(Debug)]
pub struct SamplerError {
    pub code: ErrorCode,
    pub message: String,
}

impl SamplerError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// A refusal of the kernel while doing `what`; missing rights get their own code.
    pub fn from_os(code: ErrorCode, what: &str, error: &io::Error) -> Self {
        if matches!(error.raw_os_error(), Some(libc::EPERM | libc::EACCES)) {
            return Self::new(
                ErrorCode::NoPermission,
                format!(
                    "The kernel does not let this process {what}: run the agent as root, or give it CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE."
                ),
            );
        }
        Self::new(code, format!("The kernel refused to {what}: {error}."))
    }
}

impl fmt::Display for SamplerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SamplerError {}
