//! Waiting for several descriptors at once, and being woken by another thread.
use std::{
    fs::File,
    io::{self, Read, Write},
    os::fd::{AsRawFd, FromRawFd, RawFd},
    time::Duration,
};

/// An eventfd(2): `wake` makes it readable until `clear`.
pub struct Waker(File);

impl Waker {
    pub fn new() -> io::Result<Self> {
        // SAFETY: the call takes two numbers and returns a new descriptor or an error.
        let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor was just made and belongs to nobody else.
        Ok(Self(unsafe { File::from_raw_fd(fd) }))
    }

    pub fn try_clone(&self) -> io::Result<Self> {
        Ok(Self(self.0.try_clone()?))
    }

    pub fn wake(&self) {
        // It fails only where it was woken 2^64 times already.
        let _ = (&self.0).write_all(&1u64.to_ne_bytes());
    }

    /// Forgets that it was woken.
    pub fn clear(&self) {
        // It fails where nobody woke it.
        let _ = (&self.0).read_exact(&mut [0; 8]);
    }

    pub fn fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// Returns when one of them can be read, a signal arrives, or the time is over.
pub fn wait_readable(fds: &[RawFd], most: Duration) {
    let mut polled: Vec<libc::pollfd> = fds
        .iter()
        .map(|&fd| libc::pollfd {
            fd,
            events: libc::POLLIN,
            revents: 0,
        })
        .collect();
    // SAFETY: the array has as many entries as are told, and is the caller's while the call lasts.
    unsafe {
        libc::poll(
            polled.as_mut_ptr(),
            polled.len() as libc::nfds_t,
            most.as_millis() as libc::c_int,
        )
    };
}
