//! The user's own Python interpreter as the sandbox's runtime.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use scrl_sandbox::{Argument, Runtime};
use serde::Deserialize;

use crate::identity;

const SHIM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/scrl_zygote.so"));
const DRIVER: &[u8] = include_bytes!("driver.py");
const WARM_UP: &[u8] = include_bytes!("warm_up.py");

/// What the interpreter says of itself.
const INQUIRY: &str = "\
import importlib.util, json, os, platform, sys, sysconfig
print(json.dumps({
    'executable': sys.executable,
    'prefixes': sorted({sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}),
    'path': [path for path in sys.path if path],
    'implementation': platform.python_implementation(),
    'version': platform.python_version(),
    'free_threaded': bool(sysconfig.get_config_var('Py_GIL_DISABLED')),
    'has_numpy': importlib.util.find_spec('numpy') is not None,
}))";

/// The kind of zygote that has numpy loaded.
pub const NUMPY: &str = "numpy";

/// Packages whose users get such a zygote.
pub(crate) const NUMPY_USERS: &[&str] = &["numpy", "scipy", "pandas"];

/// Folders that hold more than Python, so they are not opened whole: what Python needs of them is on its path.
const SHARED_PREFIXES: &[&str] = &["/", "/usr", "/usr/local"];

/// Why an interpreter cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PythonError {
    /// It does not start.
    #[error("`{command}` cannot be started: {source}; name a Python 3 with `--python`")]
    Start {
        /// What was called.
        command: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// It starts, and does not answer as Python does.
    #[error("`{command}` does not answer as a Python 3 interpreter does: {answer}")]
    Answer {
        /// What was called.
        command: String,
        /// What it said.
        answer: String,
    },
    /// It is a Python that the sandbox cannot fork.
    #[error(
        "`{command}` is {found}; a CPython with a global interpreter lock, 3.8 or newer, is needed"
    )]
    Unsupported {
        /// What was called.
        command: String,
        /// What it is.
        found: String,
    },
}

#[derive(Debug, Deserialize)]
struct Answer {
    executable: PathBuf,
    prefixes: BTreeSet<PathBuf>,
    path: Vec<PathBuf>,
    implementation: String,
    version: String,
    free_threaded: bool,
    has_numpy: bool,
}

/// An interpreter that has been asked what it is.
#[derive(Clone, Debug)]
pub struct Python {
    executable: PathBuf,
    version: String,
    readable: Vec<PathBuf>,
    has_numpy: bool,
}

impl Python {
    /// Asks `command`, a path or a name on the search path, what it is. It runs without user settings.
    pub fn find(command: &str) -> Result<Self, PythonError> {
        let output = Command::new(command)
            .args(["-I", "-B", "-c", INQUIRY])
            .output()
            .map_err(|source| PythonError::Start {
                command: command.to_owned(),
                source,
            })?;
        let answer: Answer = serde_json::from_slice(&output.stdout).map_err(|_| {
            let said = if output.stderr.is_empty() {
                &output.stdout
            } else {
                &output.stderr
            };
            let answer = String::from_utf8_lossy(said).trim().to_owned();
            PythonError::Answer {
                command: command.to_owned(),
                answer,
            }
        })?;
        let found = format!("{} {}", answer.implementation, answer.version);
        let minor = answer
            .version
            .split('.')
            .nth(1)
            .and_then(|minor| minor.parse::<u32>().ok());
        let usable = answer.implementation == "CPython"
            && answer.version.starts_with("3.")
            && minor.is_some_and(|minor| minor >= 8)
            && !answer.free_threaded;
        if !usable {
            return Err(PythonError::Unsupported {
                command: command.to_owned(),
                found,
            });
        }
        let prefixes = answer.prefixes.into_iter().filter(|prefix| {
            !SHARED_PREFIXES
                .iter()
                .any(|shared| prefix.as_os_str() == *shared)
        });
        let readable = prefixes.chain(answer.path).collect();
        Ok(Self {
            executable: answer.executable,
            version: found,
            readable,
            has_numpy: answer.has_numpy,
        })
    }

    /// Such as `CPython 3.11.7`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What the interpreter is, wherever it lies: its build, the C library, and every package that it can import.
    pub fn identity(&self) -> Result<String, PythonError> {
        identity::of(&self.executable)
    }

    /// The interpreter with the driver that serves jobs; of kind [`NUMPY`] too, if it has that.
    pub fn runtime(&self) -> Runtime {
        let environment = [
            "PYTHONHASHSEED=0",
            "PYTHONUTF8=1",
            "PYTHONSAFEPATH=1",
            "PATH=/usr/bin:/bin",
            "HOME=/",
            "LANG=C.UTF-8",
            "TZ=UTC",
            // One arena and one thread each: address space and threads are limited.
            "MALLOC_ARENA_MAX=1",
            // Once in the zygote instead of in every child.
            "LD_BIND_NOW=1",
            "OMP_NUM_THREADS=1",
            "OPENBLAS_NUM_THREADS=1",
            "MKL_NUM_THREADS=1",
        ];
        Runtime {
            executable: self
                .executable
                .canonicalize()
                .unwrap_or_else(|_| self.executable.clone()),
            argv0: self.executable.clone(),
            // Not -I: it would ignore the hash seed.
            arguments: ["-s", "-B"]
                .into_iter()
                .map(|flag| Argument::Text(flag.to_owned()))
                .chain([Argument::File("driver.py".to_owned())])
                .collect(),
            environment: environment.map(str::to_owned).to_vec(),
            readable: self.readable.clone(),
            files: vec![
                ("scrl_zygote.so".to_owned(), SHIM.to_vec()),
                ("driver.py".to_owned(), DRIVER.to_vec()),
                ("warm_up.py".to_owned(), WARM_UP.to_vec()),
            ],
            kinds: self.kinds(),
        }
    }

    fn kinds(&self) -> Vec<(String, Vec<Argument>)> {
        let with_numpy = (NUMPY.to_owned(), vec![Argument::Text(NUMPY.to_owned())]);
        self.has_numpy.then_some(with_numpy).into_iter().collect()
    }
}
