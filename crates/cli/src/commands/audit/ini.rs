//! `.bandit` files: arguments of a project under `[bandit]`, as Python's `configparser` reads them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// The options of one file; empty where there is none.
#[derive(Debug, Default)]
pub(super) struct Ini {
    options: BTreeMap<String, String>,
}

impl Ini {
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        let value = self.options.get(key).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    pub(super) fn is_true(&self, key: &str) -> anyhow::Result<bool> {
        match self.get(key).map(str::to_ascii_lowercase).as_deref() {
            None | Some("0" | "no" | "false" | "off") => Ok(false),
            Some("1" | "yes" | "true" | "on") => Ok(true),
            Some(other) => bail!("`{key} = {other}`: true or false"),
        }
    }
}

/// Reads the file named, or the only `.bandit` below the folders.
pub(super) fn read(named: Option<&Path>, folders: &[PathBuf]) -> anyhow::Result<Ini> {
    let found = match named {
        Some(path) => Some(path.to_owned()),
        None => only_file(folders)?,
    };
    let Some(path) = found else {
        return Ok(Ini::default());
    };
    let text = fs::read_to_string(&path).with_context(|| super::quoted(&path))?;
    parse(&text).with_context(|| super::quoted(&path))
}

fn only_file(folders: &[PathBuf]) -> anyhow::Result<Option<PathBuf>> {
    let mut found = Vec::new();
    let mut rest: Vec<PathBuf> = folders
        .iter()
        .filter(|path| path.is_dir())
        .cloned()
        .collect();
    while let Some(folder) = rest.pop() {
        // A folder that cannot be read is told of when its files are looked for.
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => rest.push(entry.path()),
                Ok(_) if entry.file_name() == ".bandit" => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    if found.len() > 1 {
        let names: Vec<String> = found.iter().map(|path| super::quoted(path)).collect();
        bail!(
            "several .bandit files: {}; choose one with --ini",
            names.join(", ")
        );
    }
    Ok(found.pop())
}

/// `key = value` or `key: value` under `[bandit]`; deeper lines continue a value, `#` and `;` start comments.
pub(super) fn parse(text: &str) -> anyhow::Result<Ini> {
    let mut ini = Ini::default();
    let mut in_section = None;
    let mut last: Option<String> = None;
    for (at, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with([' ', '\t'])
            && let Some(key) = &last
        {
            let value = ini.options.entry(key.clone()).or_default();
            value.push_str(trimmed);
            continue;
        }
        if let Some(name) = trimmed
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            in_section = Some(name == "bandit");
            last = None;
            continue;
        }
        let (Some(section), Some((key, value))) = (in_section, trimmed.split_once(['=', ':']))
        else {
            bail!("line {}: neither `[section]` nor `key = value`", at + 1);
        };
        if section {
            let key = key.trim().to_ascii_lowercase();
            ini.options.insert(key.clone(), value.trim().to_owned());
            last = Some(key);
        }
    }
    if in_section.is_none() {
        bail!("no [bandit] section");
    }
    Ok(ini)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn options_are_read_as_configparser_reads_them() {
        let ini = parse(
            "# why\n[other]\ntests = B1\n[bandit]\nSkips: B101,\n  B102\nexclude = a,b\nignore-nosec = yes\n",
        )
        .unwrap();
        assert_eq!(ini.get("skips"), Some("B101,B102"));
        assert_eq!(ini.get("exclude"), Some("a,b"));
        assert_eq!(ini.get("tests"), None);
        assert!(ini.is_true("ignore-nosec").unwrap());
        assert!(parse("skips = B101\n").is_err());
        assert!(parse("[bandit]\nnonsense\n").is_err());
    }
}
