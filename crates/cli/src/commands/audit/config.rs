//! Bandit's configuration file: YAML, or the table `tool.bandit` of a TOML file.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use scrl_audit::{KeySizes, Settings};
use serde_json::Value;

/// What a file sets; the rest keeps its default.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    pub(super) settings: Settings,
    pub(super) exclude_dirs: Vec<String>,
    pub(super) include: Option<Vec<String>>,
}

/// YAML nested deeper than this is no configuration.
const MAX_LEVELS: u32 = 20;

pub(super) fn read(path: &Path) -> anyhow::Result<Configuration> {
    let named = || super::quoted(path);
    let text = fs::read_to_string(path).with_context(named)?;
    let is_toml = path
        .extension()
        .is_some_and(|extension| extension == "toml");
    parse(&text, is_toml).with_context(named)
}

/// Reads the text of a configuration.
pub(super) fn parse(text: &str, is_toml: bool) -> anyhow::Result<Configuration> {
    let table = if is_toml {
        from_toml(text)
    } else {
        from_yaml(text)
    };
    configuration(&table?)
}

fn from_toml(text: &str) -> anyhow::Result<Value> {
    let whole: Value = toml::from_str(text)?;
    let table = whole.get("tool").and_then(|tool| tool.get("bandit"));
    Ok(table
        .cloned()
        .unwrap_or_else(|| Value::Object(serde_json::Map::new())))
}

fn from_yaml(text: &str) -> anyhow::Result<Value> {
    let documents = Yaml::load_from_str(text)?;
    match documents.first() {
        Some(document) => json_of(document, 0),
        None => bail!("an empty configuration"),
    }
}

fn json_of(yaml: &Yaml<'_>, level: u32) -> anyhow::Result<Value> {
    if level > MAX_LEVELS {
        bail!("nested deeper than {MAX_LEVELS} levels");
    }
    Ok(match yaml {
        Yaml::Value(Scalar::String(text)) => Value::from(text.as_ref()),
        Yaml::Value(Scalar::Integer(number)) => Value::from(*number),
        Yaml::Value(Scalar::Boolean(truth)) => Value::from(*truth),
        Yaml::Value(Scalar::FloatingPoint(number)) => Value::from(number.into_inner()),
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Sequence(items) => {
            let items = items.iter().map(|item| json_of(item, level + 1));
            Value::Array(items.collect::<anyhow::Result<_>>()?)
        }
        Yaml::Mapping(entries) => {
            let mut map = serde_json::Map::new();
            for (key, value) in entries {
                let Some(key) = key.as_str() else {
                    bail!("a key that is no text");
                };
                map.insert(key.to_owned(), json_of(value, level + 1)?);
            }
            Value::Object(map)
        }
        _ => bail!("YAML that is neither text, number, truth value, list nor mapping"),
    })
}

fn configuration(table: &Value) -> anyhow::Result<Configuration> {
    let Some(table) = table.as_object() else {
        bail!("no mapping of options");
    };
    let mut read = Configuration::default();
    let settings = &mut read.settings;
    for (key, value) in table {
        match key.as_str() {
            "tests" => settings.tests = texts(key, value)?,
            "skips" => settings.skips = texts(key, value)?,
            "exclude_dirs" => read.exclude_dirs = texts(key, value)?,
            "include" => read.include = Some(texts(key, value)?),
            "profiles" => {
                bail!("`profiles` is a form that Bandit gave up; use `tests` and `skips`")
            }
            "assert_used" => set_texts(value, key, "skips", &mut settings.assert_skips)?,
            "hardcoded_tmp_directory" => set_texts(value, key, "tmp_dirs", &mut settings.tmp_dirs)?,
            "shell_injection" => {
                // A list that is left out is empty: the table replaces Bandit's own as a whole.
                settings.subprocess.clear();
                settings.shell.clear();
                settings.no_shell.clear();
                set_texts(value, key, "subprocess", &mut settings.subprocess)?;
                set_texts(value, key, "shell", &mut settings.shell)?;
                set_texts(value, key, "no_shell", &mut settings.no_shell)?;
            }
            "try_except_pass" => settings.pass_typed_exception = typed(key, value)?,
            "try_except_continue" => settings.continue_typed_exception = typed(key, value)?,
            "ssl_with_bad_version" => {
                let versions = &mut settings.bad_protocol_versions;
                set_texts(value, key, "bad_protocol_versions", versions)?;
            }
            "weak_cryptographic_key" => {
                set_sizes(value, key, "dsa", &mut settings.weak_dsa)?;
                set_sizes(value, key, "rsa", &mut settings.weak_rsa)?;
                set_sizes(value, key, "ec", &mut settings.weak_ec)?;
            }
            "markupsafe_xss" => {
                set_texts(
                    value,
                    key,
                    "extend_markup_names",
                    &mut settings.markup_names,
                )?;
                set_texts(
                    value,
                    key,
                    "allowed_calls",
                    &mut settings.markup_allowed_calls,
                )?;
            }
            // Bandit takes no notice of options that it does not know either, but says nothing.
            other => crate::say(&format!(
                "note: option `{other}` of the configuration is unknown"
            )),
        }
    }
    Ok(read)
}

fn texts(key: &str, value: &Value) -> anyhow::Result<Vec<String>> {
    let items = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(items) => items,
        _ => bail!("`{key}`: a list is expected"),
    };
    let text = |item: &Value| {
        item.as_str()
            .map(str::to_owned)
            .with_context(|| format!("`{key}`: {item} is no text"))
    };
    items.iter().map(text).collect()
}

fn set_texts(value: &Value, key: &str, inner: &str, out: &mut Vec<String>) -> anyhow::Result<()> {
    if let Some(list) = option(value, key, inner)? {
        *out = texts(&format!("{key}.{inner}"), list)?;
    }
    Ok(())
}

fn typed(key: &str, value: &Value) -> anyhow::Result<bool> {
    match option(value, key, "check_typed_exception")? {
        None => Ok(false),
        Some(Value::Bool(truth)) => Ok(*truth),
        Some(other) => bail!("`{key}.check_typed_exception`: {other} is neither true nor false"),
    }
}

fn set_sizes(value: &Value, key: &str, kind: &str, out: &mut KeySizes) -> anyhow::Result<()> {
    let bits = |rank: &str, default: u64| {
        let inner = format!("weak_key_size_{kind}_{rank}");
        match option(value, key, &inner)? {
            None => Ok(default),
            Some(size) => size
                .as_u64()
                .with_context(|| format!("`{key}.{inner}`: {size} is no number of bits")),
        }
    };
    *out = KeySizes {
        high: bits("high", out.high)?,
        medium: bits("medium", out.medium)?,
    };
    Ok(())
}

fn option<'v>(value: &'v Value, key: &str, inner: &str) -> anyhow::Result<Option<&'v Value>> {
    match value {
        Value::Null => Ok(None),
        Value::Object(table) => Ok(table.get(inner)),
        _ => bail!("`{key}`: a mapping is expected"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_and_toml_say_the_same() {
        let yaml = from_yaml(
            "skips: [B101]\nexclude_dirs:\n  - tests\nassert_used:\n  skips: ['*_test.py']\n\
             try_except_pass:\n  check_typed_exception: true\nweak_cryptographic_key:\n  weak_key_size_rsa_high: 512\n",
        );
        let toml = from_toml(
            "[tool.bandit]\nskips = ['B101']\nexclude_dirs = ['tests']\n[tool.bandit.assert_used]\nskips = ['*_test.py']\n\
             [tool.bandit.try_except_pass]\ncheck_typed_exception = true\n\
             [tool.bandit.weak_cryptographic_key]\nweak_key_size_rsa_high = 512\n",
        );
        let (yaml, toml) = (yaml.unwrap(), toml.unwrap());
        assert_eq!(yaml, toml);
        let read = configuration(&yaml).unwrap();
        assert_eq!(read.settings.skips, ["B101"]);
        assert_eq!(read.exclude_dirs, ["tests"]);
        assert_eq!(read.settings.assert_skips, ["*_test.py"]);
        assert!(read.settings.pass_typed_exception);
        assert_eq!(read.settings.weak_rsa.high, 512);
        assert_eq!(read.settings.weak_rsa.medium, 2048);
    }

    #[test]
    fn mistakes_are_named() {
        for (text, named) in [
            ("skips: B101", "`skips`"),
            ("skips: [1]", "`skips`"),
            ("assert_used: [x]", "`assert_used`"),
            (
                "try_except_pass: {check_typed_exception: maybe}",
                "check_typed_exception",
            ),
            ("profiles: {}", "`profiles`"),
            ("[1]", "no mapping"),
        ] {
            let error = from_yaml(text).and_then(|table| configuration(&table));
            let error = error.unwrap_err().to_string();
            assert!(error.contains(named), "{text}: {error}");
        }
        assert!(from_yaml("a: [").is_err());
    }
}
