//! Answers the calls that the filter hands to the supervisor, and remembers what was tried.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;

use libc::{c_long, pid_t};

use crate::folder::Folder;
use crate::outcome::Event;
use crate::policy;
use crate::sys::{self, Answer};

const NULL_DEVICE: &str = "/dev/null";

/// Takes one denied call from `listener`, answers it, and notes it unless it is innocent: it does not reach beyond
/// `folder`, say, where the run has one.
pub(crate) fn handle(
    listener: &OwnedFd,
    zygote: pid_t,
    folder: Option<&Folder>,
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
    } else if opens_null(number, call.args, caller) {
        return give_null(listener, notification.id);
    } else if is_about_itself(number, call.args, caller)
        || folder.is_some_and(|folder| folder.holds(number, call.args, caller))
    {
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

/// Calls on other processes that honest programs make on themselves. What they name is in registers, which do not
/// change while the kernel goes on.
fn is_about_itself(number: c_long, arguments: [u64; 6], caller: pid_t) -> bool {
    let named = arguments[0] as pid_t;
    match number {
        libc::SYS_kill | libc::SYS_tgkill | libc::SYS_prlimit64 => {
            own_process_id(caller) == Some(named)
        }
        libc::SYS_sched_setaffinity => named == 0 || own_process_id(caller) == Some(named),
        _ => false,
    }
}

fn opens_null(number: c_long, arguments: [u64; 6], caller: pid_t) -> bool {
    match number {
        libc::SYS_openat => names_null(caller, arguments[1]),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_open => names_null(caller, arguments[0]),
        _ => false,
    }
}

/// The supervisor opens it in the program's stead: another thread of the program may change the path meanwhile.
fn give_null(listener: &OwnedFd, id: u64) -> io::Result<()> {
    let null = File::options().read(true).write(true).open(NULL_DEVICE)?;
    let reply = match sys::give_descriptor(listener, id, &OwnedFd::from(null)) {
        Ok(number) => Answer::Return(i64::from(number)),
        Err(error) => Answer::Fail(error.raw_os_error().unwrap_or(libc::EPERM)),
    };
    sys::answer(listener, id, &reply)
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

fn names_null(caller: pid_t, address: u64) -> bool {
    const NULL: &[u8; 10] = b"/dev/null\0";
    let mut path = [0u8; NULL.len()];
    File::open(format!("/proc/{caller}/mem"))
        .is_ok_and(|memory| memory.read_exact_at(&mut path, address).is_ok() && path == *NULL)
}
