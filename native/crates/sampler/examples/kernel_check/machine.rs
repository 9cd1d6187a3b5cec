//! What the first process of a virtual machine has to do itself.
use std::{
    ffi::CStr,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::fd::AsRawFd,
};

const MOUNTS: [(&CStr, &CStr); 4] = [
    (c"proc", c"/proc"),
    (c"sysfs", c"/sys"),
    (c"devtmpfs", c"/dev"),
    (c"tmpfs", c"/tmp"),
];

fn mount(kind: &CStr, folder: &CStr) -> io::Result<()> {
    // SAFETY: three strings that end in 0, and no data.
    match unsafe {
        libc::mount(
            kind.as_ptr(),
            folder.as_ptr(),
            kind.as_ptr(),
            0,
            std::ptr::null(),
        )
    } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

pub fn mount_file_systems() -> io::Result<()> {
    for (kind, folder) in MOUNTS {
        fs::create_dir_all(folder.to_string_lossy().as_ref())?;
        mount(kind, folder)?;
    }
    Ok(())
}

/// Lays an empty folder over the kernel's description of its types, as if it were built without.
pub fn hide_btf() -> io::Result<()> {
    mount(c"tmpfs", c"/sys/kernel/btf")
}

/// Where findings go: the second serial port, as the kernel writes to the first, or standard output.
pub fn findings(is_first: bool) -> io::Result<Box<dyn Write>> {
    if !is_first {
        return Ok(Box::new(io::stdout()));
    }
    let port = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/ttyS1")?;
    make_raw(&port)?;
    Ok(Box::new(port))
}

/// Bytes as they are: no carriage returns, no echo.
fn make_raw(port: &File) -> io::Result<()> {
    // SAFETY: all bytes of this C struct may be 0, and the calls get a descriptor that is open.
    unsafe {
        let mut settings: libc::termios = std::mem::zeroed();
        if libc::tcgetattr(port.as_raw_fd(), &mut settings) != 0 {
            return Err(io::Error::last_os_error());
        }
        libc::cfmakeraw(&mut settings);
        match libc::tcsetattr(port.as_raw_fd(), libc::TCSANOW, &settings) {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

/// Ends the machine: with `-no-reboot` QEMU exits.
pub fn power_off() -> ! {
    // SAFETY: neither call takes memory. Returning from the kernel's first process would be a panic of the kernel.
    unsafe {
        libc::sync();
        libc::reboot(libc::RB_AUTOBOOT);
        loop {
            libc::pause();
        }
    }
}
