//! The sets that analyzers are judged on, cut into halves.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use serde_json::Value;

/// Files of `problems` whose canonical solutions are the ordinary code.
pub(super) const ORDINARY: [&str; 4] = ["appsplus", "leetcode", "gcj", "mbpp"];

/// One text with what is known of it.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) half: Half,
    pub(super) code: String,
}

/// What a text is an example of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Insecure, of this weakness.
    Labelled(u32),
    /// Before a fix; `method` where the function was cut out of a class, indented.
    SvenInsecure {
        method: bool,
    },
    /// After it.
    SvenFixed {
        method: bool,
    },
    SecCodePltInsecure(u32),
    SecCodePltFixed,
    /// A program that solves a problem.
    Ordinary {
        set: &'static str,
        /// Whether it was written for Python 2 and 2to3 made this of it.
        converted: bool,
    },
}

/// Which half a text belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Development,
    KeptAside,
}

/// Every text of every set.
#[derive(Debug, Default)]
pub(super) struct Sets {
    pub(super) texts: Vec<Text>,
}

impl Sets {
    pub(super) fn read(data: &Path) -> Result<Sets> {
        let mut sets = Sets::default();
        sets.security_eval(&records(&data.join("security/securityeval.jsonl.gz"))?)?;
        sets.sven(&records(&data.join("security/sven-train.jsonl.gz"))?)?;
        sets.seccodeplt(&records(&data.join("security/seccodeplt.jsonl.gz"))?)?;
        for set in ORDINARY {
            sets.ordinary(
                set,
                &records(&data.join(format!("problems/{set}.jsonl.gz")))?,
            )?;
        }
        Ok(sets)
    }

    fn security_eval(&mut self, records: &[Value]) -> Result<()> {
        for record in records {
            let id = text(record, "id")?;
            let cwe = text(record, "cwe")?.trim_start_matches("CWE-").parse()?;
            self.add(
                id,
                id,
                Kind::Labelled(cwe),
                text(record, "insecure_code")?.to_owned(),
            );
        }
        Ok(())
    }

    /// Python functions before and after a fix; those of one commit stay in one half.
    fn sven(&mut self, records: &[Value]) -> Result<()> {
        for (at, record) in records.iter().enumerate() {
            if !matches!(text(record, "language")?, "py" | "python") {
                continue;
            }
            let commit = text(record, "commit_link")?;
            let id = format!(
                "sven/{at}/{}/{}",
                text(record, "vul_type")?,
                text(record, "func_name")?
            );
            let (before, after) = (
                text(record, "func_src_before")?,
                text(record, "func_src_after")?,
            );
            let method = before.starts_with([' ', '\t']);
            self.add(&id, commit, Kind::SvenInsecure { method }, dedent(before));
            self.add(&id, commit, Kind::SvenFixed { method }, dedent(after));
        }
        Ok(())
    }

    /// Nine neighbours in the file are one task reworded, and stay in one half.
    fn seccodeplt(&mut self, records: &[Value]) -> Result<()> {
        for record in records {
            let cwe = text(record, "CWE_ID")?;
            let index = &record["index"];
            let number = index
                .as_u64()
                .or_else(|| index.as_str()?.parse().ok())
                .context("`index` is a number")?;
            let truth = &record["ground_truth"];
            let around = |part: &str| -> Result<String> {
                Ok(format!(
                    "{}\n{}\n{}\n",
                    text(truth, "code_before")?,
                    text(truth, part)?,
                    text(truth, "code_after")?
                ))
            };
            let (id, seed) = (
                format!("seccodeplt/{cwe}/{number}"),
                format!("{cwe}/{}", number / 9),
            );
            let kind = Kind::SecCodePltInsecure(cwe.parse()?);
            self.add(&id, &seed, kind, around("vulnerable_code")?);
            self.add(&id, &seed, Kind::SecCodePltFixed, around("patched_code")?);
        }
        Ok(())
    }

    fn ordinary(&mut self, set: &'static str, records: &[Value]) -> Result<()> {
        for record in records {
            let id = text(record, "id")?;
            let solutions = record["canonical_solutions"]
                .as_array()
                .into_iter()
                .flatten();
            for (at, solution) in solutions.enumerate() {
                let origin = record["solution_origin"][at].as_str().unwrap_or("");
                let kind = Kind::Ordinary {
                    set,
                    converted: origin.contains("(2to3)"),
                };
                if let Some(solution) = solution.as_str() {
                    self.add(id, id, kind, solution.to_owned());
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, id: &str, source: &str, kind: Kind, code: String) {
        self.texts.push(Text {
            id: id.to_owned(),
            kind,
            half: half(source),
            code,
        });
    }
}

/// The half of a record, by FNV-1a of what it was made from.
fn half(source: &str) -> Half {
    let hash = source
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    // The lowest bit is only the parity of the bytes.
    if (hash >> 32).is_multiple_of(2) {
        Half::Development
    } else {
        Half::KeptAside
    }
}

fn text<'r>(record: &'r Value, key: &str) -> Result<&'r str> {
    record[key]
        .as_str()
        .with_context(|| format!("a record has no text `{key}`"))
}

/// Takes away the indentation of the first line, as of a method cut out of its class.
fn dedent(code: &str) -> String {
    let first = code
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("");
    let indent = &first[..first.len() - first.trim_start().len()];
    let lines = code
        .lines()
        .map(|line| line.strip_prefix(indent).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

fn records(path: &Path) -> Result<Vec<Value>> {
    let file = File::open(path)
        .with_context(|| format!("cannot open {}; name the data with --data", path.display()))?;
    let mut records = Vec::new();
    for (at, line) in BufReader::new(GzDecoder::new(file)).lines().enumerate() {
        let line = line.with_context(|| format!("cannot read {}", path.display()))?;
        let record = serde_json::from_str(&line);
        records.push(
            record.with_context(|| format!("{}: record {} is no JSON", path.display(), at + 1))?,
        );
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_lose_the_indentation_of_their_class() {
        assert_eq!(
            dedent("  def f(self):\n    x = '''\na'''\n"),
            "def f(self):\n  x = '''\na'''\n"
        );
        assert_eq!(dedent(""), "\n");
    }

    #[test]
    fn halves_stay_what_rules_were_developed_on() {
        assert_eq!(half("CWE-020_codeql_1.py"), Half::Development);
        assert_eq!(half("CWE-022_author_1.py"), Half::Development);
        assert_eq!(half("CWE-020_author_1.py"), Half::KeptAside);
    }
}
