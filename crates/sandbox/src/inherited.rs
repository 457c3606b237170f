//! Resource limits that this process was started with, by a batch system or a login shell. A program that inherited them
//! would be ended by a limit that is not its own, and would be blamed for it.

#![allow(unsafe_code)]

use std::io;

use libc::RLIM_INFINITY;

use crate::error::Error;
use crate::limits::Limits;
use crate::zygote::DESCRIPTORS;

#[cfg(target_env = "gnu")]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(target_env = "gnu"))]
type Resource = libc::c_int;

/// Those that the jail opens as far as the hard limit allows.
pub(crate) const OPENED: [Resource; 5] = [
    libc::RLIMIT_AS,
    libc::RLIMIT_DATA,
    libc::RLIMIT_FSIZE,
    libc::RLIMIT_CPU,
    libc::RLIMIT_NOFILE,
];

/// Raises this process's hard limits out of the way; its soft ones, which are meant for itself, stay. Where the kernel does
/// not let it and a limit is lower than what programs need, that is an error which names it.
pub(crate) fn lift(limits: &Limits) -> Result<(), Error> {
    let memory = limits.address_space();
    let inherited = [
        (libc::RLIMIT_AS, "address space (`ulimit -v`)", memory),
        (libc::RLIMIT_DATA, "data (`ulimit -d`)", memory),
        (libc::RLIMIT_FSIZE, "file size (`ulimit -f`)", limits.output),
        (libc::RLIMIT_CPU, "CPU time (`ulimit -t`)", RLIM_INFINITY),
        (libc::RLIMIT_NOFILE, "open files (`ulimit -n`)", DESCRIPTORS),
    ];
    for (resource, name, needed) in inherited {
        let now = get(resource).map_err(Error::system("a resource limit cannot be read"))?;
        let raised = libc::rlimit {
            rlim_max: needed,
            ..now
        };
        if now.rlim_max < needed && set(resource, raised).is_err() {
            let limit = now.rlim_max;
            return Err(Error::Inherited { name, limit });
        }
    }
    Ok(())
}

fn get(resource: Resource) -> io::Result<libc::rlimit> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `limit` lives for the call.
    if unsafe { libc::getrlimit(resource, &raw mut limit) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(limit)
}

fn set(resource: Resource, limit: libc::rlimit) -> io::Result<()> {
    // SAFETY: `limit` lives for the call.
    if unsafe { libc::setrlimit(resource, &raw const limit) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Opens `resource` for this process and what it starts, as far as the hard limit allows. Allocates nothing: it is for
/// a fork.
pub(crate) fn open(resource: Resource) -> io::Result<()> {
    let hard = get(resource)?.rlim_max;
    set(
        resource,
        libc::rlimit {
            rlim_cur: hard,
            rlim_max: hard,
        },
    )
}
