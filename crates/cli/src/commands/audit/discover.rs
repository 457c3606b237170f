//! Which files an audit looks at, as Bandit chooses them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use scrl_audit::matches_pattern;

use super::options::Options;

/// What stands for standard input.
pub(super) const STDIN: &str = "-";

/// One file to look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    /// As reports name it: a file named by the user starts with `./` where it is relative, as in Bandit's reports.
    pub(super) name: String,
    /// `None` for standard input.
    pub(super) path: Option<PathBuf>,
}

/// Files as they are named, and of folders every file of the patterns, each once and in order of name.
pub(super) fn files(options: &Options) -> anyhow::Result<Vec<Source>> {
    let mut files = BTreeSet::new();
    for path in &options.paths {
        if path.as_os_str() == STDIN {
            files.insert(Source {
                name: STDIN.to_owned(),
                path: None,
            });
        } else if fs::metadata(path)
            .with_context(|| super::quoted(path))?
            .is_dir()
        {
            look_through(path, options, &mut files)?;
        } else if !is_excluded(&path.to_string_lossy(), options) {
            files.insert(Source {
                name: name_of(path),
                path: Some(path.clone()),
            });
        }
    }
    if files.is_empty() {
        let given: Vec<String> = options
            .paths
            .iter()
            .map(|path| super::quoted(path))
            .collect();
        bail!("no Python file to audit in {}", given.join(", "));
    }
    Ok(files.into_iter().collect())
}

fn name_of(path: &Path) -> String {
    let name = path.to_string_lossy();
    if path.is_absolute() || name.starts_with("./") {
        name.into_owned()
    } else {
        format!("./{name}")
    }
}

/// Links are not followed into folders.
fn look_through(top: &Path, options: &Options, files: &mut BTreeSet<Source>) -> anyhow::Result<()> {
    let mut rest = vec![top.to_owned()];
    while let Some(folder) = rest.pop() {
        let named = || super::quoted(&folder);
        for entry in fs::read_dir(&folder).with_context(named)? {
            let entry = entry.with_context(named)?;
            let path = entry.path();
            let name = path.to_string_lossy().into_owned();
            let kind = entry.file_type().with_context(named)?;
            if kind.is_dir() {
                // A part of a folder's path is part of the path of everything in it.
                let parts = &options.exclude;
                if !parts.iter().any(|part| name.contains(part.as_str())) {
                    rest.push(path);
                }
                continue;
            }
            // Pipes and devices would never end.
            let is_file = kind.is_file() || (kind.is_symlink() && path.is_file());
            let is_included = options
                .include
                .iter()
                .any(|glob| matches_pattern(&name, glob));
            if is_file && is_included && !is_excluded(&name, options) {
                files.insert(Source {
                    name,
                    path: Some(path),
                });
            }
        }
    }
    Ok(())
}

/// Bandit misses `-x tests` below `.`, where paths start with `./`; here the pattern may leave that out.
fn is_excluded(name: &str, options: &Options) -> bool {
    let short = name.strip_prefix("./").unwrap_or(name);
    let excludes = |pattern: &String| {
        matches_pattern(name, pattern)
            || matches_pattern(short, pattern)
            || name.contains(pattern.as_str())
    };
    options.exclude.iter().any(excludes)
}
