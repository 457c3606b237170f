//! Answers the calls that the filter hands to the supervisor, and remembers what was tried.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;

use libc::{c_long, pid_t};

use crate::outcome::Event;
use crate::policy;
use crate::sys::{self, Answer};

/// Takes one denied call from `listener`, answers it, and notes it unless it is innocent.
pub(crate) fn handle(
    listener: &OwnedFd,
    zygote: pid_t,
    events: &mut BTreeSet<Event>,
) -> io::Result<()> {
    let Some(notification) = sys::next_notification(listener)? else {
        return Ok(());
    };
    let call = notification.data;
    let number = c_long::from(call.nr);
    let caller = notification.pid as pid_t;
    let reply = if caller == zygote {
        // The zygote's own fork is the only reported call that it makes.
        if number == libc::SYS_clone {
            Answer::Continue
        } else {
            Answer::Fail(libc::EPERM)
        }
    } else if is_innocent(number, call.args, caller) {
        Answer::Continue
    } else {
        if let Some(denied) = policy::describe(number) {
            let call = denied.name.trim_start_matches("SYS_");
            events.insert(Event {
                kind: denied.kind,
                call,
            });
        }
        Answer::Fail(libc::EPERM)
    };
    sys::answer(listener, notification.id, &reply)
}

/// Calls that honest programs make: a signal to oneself, writing to /dev/null. Letting the kernel go on is safe
/// though the program may change its memory meanwhile: nothing outside is writable and nobody else is there.
fn is_innocent(number: c_long, arguments: [u64; 6], caller: pid_t) -> bool {
    match number {
        libc::SYS_kill | libc::SYS_tgkill => own_process_id(caller) == Some(arguments[0] as pid_t),
        libc::SYS_openat => opens_null(caller, arguments[1]),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_open => opens_null(caller, arguments[0]),
        _ => false,
    }
}

/// The process id of thread `caller` as the program itself sees it.
fn own_process_id(caller: pid_t) -> Option<pid_t> {
    let status = fs::read_to_string(format!("/proc/{caller}/status")).ok()?;
    status.lines().find_map(|line| {
        line.strip_prefix("NStgid:")?
            .split_whitespace()
            .next_back()?
            .parse()
            .ok()
    })
}

fn opens_null(caller: pid_t, address: u64) -> bool {
    const NULL: &[u8; 10] = b"/dev/null\0";
    let mut path = [0u8; NULL.len()];
    File::open(format!("/proc/{caller}/mem"))
        .is_ok_and(|memory| memory.read_exact_at(&mut path, address).is_ok() && path == *NULL)
}

/// Lets go of the listener, so that calls that still wait for an answer fail instead of keeping their process.
pub(crate) fn release(listener: Option<OwnedFd>) {
    drop(listener);
}
