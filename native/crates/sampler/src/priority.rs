//! Threads that must keep up with the programs they watch.

/// As nice(1) counts. They work little, but on a busy machine a new file's table would come when its program is over.
const NICE: libc::c_int = -10;

/// Lets the calling thread go before others. Without the right to, it takes its turn.
pub fn hurry() {
    // SAFETY: the call takes numbers only; 0 is the calling thread.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) };
}
