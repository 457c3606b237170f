//! The programs of the shared samples: the seed's completions, and the solutions of `LeetCode` and `MBPP`.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use flate2::read::GzDecoder;
use serde_json::Value;

/// File, and where a record holds its program.
const FILES: [(&str, &str); 3] = [
    ("samples/deepseek-appsplus-val-a.jsonl.gz", "/completion"),
    ("problems/leetcode.jsonl.gz", "/canonical_solutions/0"),
    ("problems/mbpp.jsonl.gz", "/canonical_solutions/0"),
];

/// Programs in memory, and as files for those who read files.
pub(crate) struct Programs {
    pub(crate) sources: Vec<String>,
    folder: PathBuf,
}

impl Programs {
    pub(crate) fn read(data: &Path) -> anyhow::Result<Programs> {
        let mut sources = Vec::new();
        for (file, pointer) in FILES {
            let path = data.join(file);
            let named = || format!("`{}`", path.display());
            let reader = BufReader::new(GzDecoder::new(File::open(&path).with_context(named)?));
            for line in reader.lines() {
                let record: Value = serde_json::from_str(&line.with_context(named)?)?;
                let program = record.pointer(pointer).and_then(Value::as_str);
                sources.extend(program.map(str::to_owned));
            }
        }
        let folder = std::env::temp_dir().join(format!("bench-analyzer-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        for (at, source) in sources.iter().enumerate() {
            fs::write(folder.join(format!("p{at}.py")), source)?;
        }
        Ok(Programs { sources, folder })
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
