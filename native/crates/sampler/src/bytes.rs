/// A record of the definitions as it lies in memory.
pub fn bytes_of<T: Copy>(record: &T) -> &[u8] {
    // SAFETY: the definitions' records are repr(C), without padding (asserted), of integers only; every byte is initialised.
    unsafe { std::slice::from_raw_parts((record as *const T).cast(), size_of::<T>()) }
}

/// A record of the definitions out of memory; `None` when there are too few bytes.
pub fn record_of<T: Copy + Default>(bytes: &[u8]) -> Option<T> {
    let mut record = T::default();
    let part = bytes.get(..size_of::<T>())?;
    // SAFETY: any bytes are valid integers, and there are as many as the record has.
    unsafe {
        std::ptr::copy_nonoverlapping(part.as_ptr(), (&raw mut record).cast(), part.len());
    }
    Some(record)
}
