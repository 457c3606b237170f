//! What this machine offers: found out by trying, once.

use std::fs;
use std::ops::Range;

use libc::c_int;

use crate::cgroup::{self, Place};
use crate::clock::{ClockKind, InstructionCounter};
use crate::sys;
use crate::walls::{Wall, Walls};
use crate::zygote::PROGRAM_IDS;

/// Namespaces a program gets when the supervisor is root.
const NAMESPACES: c_int = libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP;

/// What this machine offers.
#[derive(Clone, Debug)]
pub struct Host {
    pub(crate) walls: Walls,
    /// Flags of the namespaces that can be had; 0 for none.
    pub(crate) namespaces: c_int,
    pub(crate) landlock_version: Option<u32>,
    pub(crate) cgroup: Option<Place>,
    pub(crate) clock: ClockKind,
}

impl Host {
    /// Tries every wall.
    pub fn detect() -> Self {
        Self::detect_without(&[])
    }

    /// The same as if the machine did not offer the walls in `forgone`: for testing the lower levels.
    pub fn detect_without(forgone: &[Wall]) -> Self {
        let mut host = Self {
            walls: Walls::default(),
            namespaces: 0,
            landlock_version: None,
            cgroup: None,
            clock: if InstructionCounter::is_offered() {
                ClockKind::Instructions
            } else {
                ClockKind::CpuTime
            },
        };
        for wall in Wall::ALL {
            let offered = if forgone.contains(&wall) {
                Err("left out on request".to_owned())
            } else {
                host.try_wall(wall)
            };
            if let Err(reason) = offered {
                host.walls.missing.push((wall, reason));
            }
        }
        host
    }

    /// The walls that will stand, and why the others will not.
    pub fn walls(&self) -> &Walls {
        &self.walls
    }

    /// What time limits are measured with here.
    pub fn clock(&self) -> ClockKind {
        self.clock
    }

    /// The same with time limits measured in CPU time.
    #[must_use]
    pub fn with_cpu_time(mut self) -> Self {
        self.clock = ClockKind::CpuTime;
        self
    }

    fn try_wall(&mut self, wall: Wall) -> Result<(), String> {
        match wall {
            Wall::Namespaces => {
                self.namespaces = namespaces()?;
                Ok(())
            }
            Wall::UserSwitch => user_switch(),
            Wall::Seccomp => sys::seccomp_can_notify().map_err(|error| {
                format!("seccomp with user notification: {error}; Linux 5.5 or newer is needed")
            }),
            Wall::Landlock => {
                self.landlock_version = sys::landlock_version();
                self.landlock_version.map(|_| ()).ok_or_else(|| {
                    "the kernel has no Landlock; Linux 5.13 or newer with `landlock` among its security \
                     modules is needed"
                        .to_owned()
                })
            }
            Wall::Cgroup => {
                self.cgroup = Some(Place::find()?);
                Ok(())
            }
            Wall::ResourceLimits => Ok(()),
        }
    }
}

fn namespaces() -> Result<c_int, String> {
    // Without a user to switch to, only a user namespace takes root's privileges from the program.
    let plain = user_switch().and_then(|()| sys::try_clone(NAMESPACES).map_err(|e| e.to_string()));
    let error = match plain {
        Ok(()) => return Ok(NAMESPACES),
        Err(error) => error,
    };
    let rootless = NAMESPACES | libc::CLONE_NEWUSER;
    sys::try_clone(rootless).map(|()| rootless).map_err(|rootless_error| {
        format!(
            "as this user: {error}; with a user namespace: {rootless_error}; run as root, or allow \
             unprivileged user namespaces"
        )
    })
}

fn user_switch() -> Result<(), String> {
    if sys::effective_uid() != 0 {
        return Err("only root can give the program a user of its own".to_owned());
    }
    for map in ["/proc/self/uid_map", "/proc/self/gid_map"] {
        let text = fs::read_to_string(map).map_err(|error| format!("`{map}`: {error}"))?;
        if !covers(&text, PROGRAM_IDS) {
            return Err(format!(
                "this user namespace has no ids for programs: map {} to {} into it (`{map}`)",
                PROGRAM_IDS.start,
                PROGRAM_IDS.end - 1
            ));
        }
    }
    Ok(())
}

/// Whether one line (first id inside, first id outside, count) of an id map holds all of `ids`.
fn covers(map: &str, ids: Range<u32>) -> bool {
    map.lines().any(|line| {
        let numbers: Vec<u64> = line
            .split_whitespace()
            .filter_map(|number| number.parse().ok())
            .collect();
        let [first, _, count] = numbers[..] else {
            return false;
        };
        first <= u64::from(ids.start) && u64::from(ids.end) <= first + count
    })
}

/// Removes control groups that a killed run left behind. Nothing else outlives a run.
pub fn sweep_leftovers(host: &Host) {
    if let Some(place) = &host.cgroup {
        cgroup::sweep(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_map_covers_what_lies_in_one_of_its_lines() {
        let whole = "         0          0 4294967295\n";
        let podman = "         0       1000          1\n         1     100000      65536\n";
        assert!(covers(whole, PROGRAM_IDS));
        assert!(covers(podman, PROGRAM_IDS));
        for narrow in ["0 65534 1\n", "0 1000 1\n1 100000 61000\n", "", "0 0\n"] {
            assert!(!covers(narrow, PROGRAM_IDS), "{narrow}");
        }
    }
}
