//! Files that somebody else named: opened so that a pipe does not block, a device is refused and size has a limit.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;

use memmap2::Mmap;
use napi::{Error, Result};
use strata_symbolize::{ErrorCode, SymbolizeError};

pub(crate) fn to_error(error: SymbolizeError) -> Error {
    Error::from_reason(format!("{}: {}", error.code.name(), error.message))
}

fn unreadable(path: &str, cause: std::io::Error) -> Error {
    to_error(SymbolizeError::new(
        ErrorCode::Unreadable,
        format!("{path} cannot be read: {cause}."),
    ))
}

/// Opens a regular file. What another process put at the path may be a pipe, which must not block us, or a device.
pub(crate) fn open_regular(path: &str, extra_flags: i32) -> Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | extra_flags)
        .open(path)
        .map_err(|cause| unreadable(path, cause))?;
    let metadata = file.metadata().map_err(|cause| unreadable(path, cause))?;
    if !metadata.is_file() {
        return Err(to_error(SymbolizeError::new(
            ErrorCode::Unreadable,
            format!("{path} is not a regular file."),
        )));
    }
    Ok(file)
}

pub(crate) fn map(path: &str) -> Result<Mmap> {
    let file = open_regular(path, 0)?;
    // SAFETY: the bytes are only read. A file that is cut short meanwhile would end this process by a signal: indexes
    // are replaced by renaming and never cut, and foreign executables are mapped in a child process only.
    unsafe { Mmap::map(&file) }.map_err(|cause| unreadable(path, cause))
}

pub(crate) fn read_limited(path: &str, limit: u64, extra_flags: i32) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path, extra_flags)?
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|cause| unreadable(path, cause))?;
    if bytes.len() as u64 > limit {
        return Err(to_error(SymbolizeError::new(
            ErrorCode::TooLarge,
            format!("{path} has more than {limit} bytes."),
        )));
    }
    Ok(bytes)
}
