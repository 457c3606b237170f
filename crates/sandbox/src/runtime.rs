//! What becomes the zygote: a program, its environment, and what it may read.

use std::path::PathBuf;

/// One word of the runtime's command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// As it stands.
    Text(String),
    /// The path, inside, of one of [`Runtime::files`].
    File(String),
}

/// A program that loads the fork server and calls `serve` with the control socket, which it finds at descriptor
/// [`Runtime::CONTROL_FD`].
#[derive(Clone, Debug, Default)]
pub struct Runtime {
    /// The executable, all links resolved.
    pub executable: PathBuf,
    /// What it is told it was called as; some interpreters find their libraries by it.
    pub argv0: PathBuf,
    /// The rest of its command line.
    pub arguments: Vec<Argument>,
    /// Its whole environment, `NAME=value`.
    pub environment: Vec<String>,
    /// Files and folders it may read; where a path does not exist it is left out.
    pub readable: Vec<PathBuf>,
    /// Files given to it in a folder of its own: name and contents.
    pub files: Vec<(String, Vec<u8>)>,
    /// Other kinds of it, which have more loaded than most programs need: a name, and what is added to the command line.
    pub kinds: Vec<(String, Vec<Argument>)>,
}

impl Runtime {
    /// Where the runtime finds the control socket.
    pub const CONTROL_FD: i32 = 3;

    /// It as one of its kinds.
    pub(crate) fn of_kind(&self, kind: &str) -> Option<Self> {
        let (_, added) = self.kinds.iter().find(|(name, _)| name == kind)?;
        let mut runtime = self.clone();
        runtime.arguments.extend(added.iter().cloned());
        Some(runtime)
    }
}
