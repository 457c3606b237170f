//! The programs of the shared samples: the seed's completions, and the solutions of `LeetCode` and `MBPP`.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use flate2::read::GzDecoder;
use serde_json::Value;

/// Name of a set, its file, and where a record holds its program.
const FILES: [(&str, &str, &str); 3] = [
    (
        "seed completions",
        "samples/deepseek-appsplus-val-a.jsonl.gz",
        "/completion",
    ),
    (
        "LeetCode",
        "problems/leetcode.jsonl.gz",
        "/canonical_solutions/0",
    ),
    ("MBPP", "problems/mbpp.jsonl.gz", "/canonical_solutions/0"),
];

/// Programs in memory, and as files for those who read files.
pub(crate) struct Programs {
    pub(crate) sets: Vec<Set>,
    folder: PathBuf,
}

/// Programs of one origin.
pub(crate) struct Set {
    pub(crate) name: &'static str,
    pub(crate) sources: Vec<String>,
}

impl Programs {
    pub(crate) fn read(data: &Path) -> anyhow::Result<Programs> {
        let mut sets = Vec::new();
        for (name, file, pointer) in FILES {
            let mut sources = Vec::new();
            let path = data.join(file);
            let named = || format!("`{}`", path.display());
            let reader = BufReader::new(GzDecoder::new(File::open(&path).with_context(named)?));
            for line in reader.lines() {
                let record: Value = serde_json::from_str(&line.with_context(named)?)?;
                let program = record.pointer(pointer).and_then(Value::as_str);
                sources.extend(program.map(str::to_owned));
            }
            sets.push(Set { name, sources });
        }
        let folder = std::env::temp_dir().join(format!("bench-analyzer-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let sources = sets.iter().flat_map(|set| &set.sources);
        for (at, source) in sources.enumerate() {
            fs::write(folder.join(format!("p{at}.py")), source)?;
        }
        Ok(Programs { sets, folder })
    }

    pub(crate) fn count(&self) -> usize {
        self.sets.iter().map(|set| set.sources.len()).sum()
    }

    pub(crate) fn bytes(&self) -> usize {
        let sources = self.sets.iter().flat_map(|set| &set.sources);
        sources.map(String::len).sum()
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Programs {
    fn drop(&mut self) {
        // What is left in the folder for temporary files does no harm.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
