//! Which CPUs there are to sample.
use std::{fs, io};

/// Numbers of the CPUs that are online, as the kernel lists them: `0-3,8`.
pub fn online_cpus() -> io::Result<Vec<usize>> {
    let text = fs::read_to_string("/sys/devices/system/cpu/online")?;
    let bad = || io::Error::other(format!("the list of CPUs is not readable: {text}"));
    let mut cpus = Vec::new();
    for range in text.trim().split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last) = (
            first.parse::<usize>().map_err(|_| bad())?,
            last.parse::<usize>().map_err(|_| bad())?,
        );
        cpus.extend(first..=last);
    }
    Ok(cpus)
}
