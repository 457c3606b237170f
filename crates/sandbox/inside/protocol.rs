//! The structures that cross the control socket; the same file is compiled into both halves.

/// How many descriptors the zygote gets once, for itself and its children: standard input, output and error, the job,
/// the result, where a batch hears of its next job, where it says that one is done, where a child says hello.
pub(crate) const PASSED: usize = 8;

/// What the child of a batch says when a job is done; the exit code follows, one byte.
pub(crate) const DONE: u8 = b'D';

/// What the child of a batch hears when the next job is in place.
pub(crate) const NEXT: u8 = b'N';

/// The same when that job consists of its standard input.
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
    /// 1 if it left processes behind, which have the files of its run; otherwise 0.
    pub(crate) strays: u64,
}
