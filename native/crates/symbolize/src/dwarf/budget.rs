use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{ErrorCode, SymbolizeError};

/// Address ranges of functions and inlined calls in one file at most; the largest binaries known have about thirty million.
const MAX_RANGES: u64 = 256 << 20;

/// Bounds what a few bytes can ask for: many functions may name the same long list of ranges. Shared by all threads, and used up
/// is an error whatever thread it meets, so that the outcome does not depend on them.
pub(crate) struct Budget {
    ranges: AtomicU64,
}

impl Budget {
    pub fn new() -> Self {
        Self {
            ranges: AtomicU64::new(MAX_RANGES),
        }
    }

    pub fn take_ranges(&self, count: u64) -> Result<(), SymbolizeError> {
        let take = |left: u64| left.checked_sub(count);
        match self
            .ranges
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
        {
            Ok(_) => Ok(()),
            Err(_) => Err(SymbolizeError::new(
                ErrorCode::TooLarge,
                format!(
                    "The file's debug information has more than {MAX_RANGES} ranges of functions."
                ),
            )),
        }
    }
}
