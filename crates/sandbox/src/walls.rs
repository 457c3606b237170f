//! The walls around a program, and the level that they add up to.

use std::fmt;

/// One mechanism that keeps a program in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wall {
    /// Mount, process, network, IPC and host-name namespaces with a read-only root of its own.
    Namespaces,
    /// A user id of its own, from a supervisor that is root.
    UserSwitch,
    /// System calls by allow-list; denied ones are reported.
    Seccomp,
    /// The kernel refuses file access outside what is readable.
    Landlock,
    /// Memory and thread counts enforced for all its threads together.
    Cgroup,
    /// CPU seconds, file size, descriptors, core files.
    ResourceLimits,
}

impl Wall {
    /// Every wall.
    pub const ALL: [Wall; 6] = [
        Wall::Namespaces,
        Wall::UserSwitch,
        Wall::Seccomp,
        Wall::Landlock,
        Wall::Cgroup,
        Wall::ResourceLimits,
    ];

    /// The name used in records and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Wall::Namespaces => "namespaces",
            Wall::UserSwitch => "user-switch",
            Wall::Seccomp => "seccomp",
            Wall::Landlock => "landlock",
            Wall::Cgroup => "cgroup",
            Wall::ResourceLimits => "resource-limits",
        }
    }
}

impl fmt::Display for Wall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a set of walls adds up to; more is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Resource limits only.
    D,
    /// seccomp and Landlock, without namespaces. Without Landlock a program could read the tests, so that is D.
    C,
    /// Namespaces and seccomp; memory by resource limit.
    B,
    /// Every wall.
    A,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// The walls that stand, and why the others do not.
#[derive(Clone, Debug, Default)]
pub struct Walls {
    pub(crate) missing: Vec<(Wall, String)>,
}

impl Walls {
    /// Whether `wall` stands.
    pub fn stands(&self, wall: Wall) -> bool {
        !self.missing.iter().any(|(missing, _)| *missing == wall)
    }

    /// The walls that stand.
    pub fn standing(&self) -> impl Iterator<Item = Wall> + '_ {
        Wall::ALL.into_iter().filter(|wall| self.stands(*wall))
    }

    /// The walls that do not stand, each with the reason and what would help.
    pub fn missing(&self) -> &[(Wall, String)] {
        &self.missing
    }

    /// The level they add up to.
    pub fn level(&self) -> Level {
        if self.missing.is_empty() {
            Level::A
        } else if self.stands(Wall::Namespaces) && self.stands(Wall::Seccomp) {
            Level::B
        } else if self.stands(Wall::Seccomp) && self.stands(Wall::Landlock) {
            Level::C
        } else {
            Level::D
        }
    }
}
