//! The structures that cross the control socket; the same file is compiled into both halves.

/// What the child says on the channel when a job of a batch is done; the exit code follows, one byte.
pub(crate) const DONE: u8 = b'D';

/// What the supervisor says on the channel when the next job of the batch is in place.
pub(crate) const NEXT: u8 = b'N';

/// The same of a job that consists of its standard input.
pub(crate) const NEXT_EMPTY: u8 = b'E';

/// Resource limits that the child sets on itself before it returns; 0 leaves a limit as it is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct JobLimits {
    /// Seconds of CPU time after which the kernel kills: the second line behind the supervisor's clock.
    pub(crate) cpu_seconds: u64,
    /// Bytes a file may grow to: caps what goes into the output descriptors.
    pub(crate) file_bytes: u64,
    /// Bytes of address space.
    pub(crate) address_space_bytes: u64,
    /// Processes and threads of this user.
    pub(crate) processes: u64,
}

/// How the child ended and what it used.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exit {
    /// The status as `wait4` gives it.
    pub(crate) status: i64,
    /// User and system time, microseconds.
    pub(crate) cpu_us: u64,
    /// Highest resident memory, KiB.
    pub(crate) peak_kib: u64,
}
