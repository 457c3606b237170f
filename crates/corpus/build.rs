//! Lists the files of `suites/secure-tasks`, which the crate embeds.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let here = env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let suite = Path::new(&here).join("../../suites/secure-tasks");
    let suite = suite.canonicalize().expect("the suite's folder is there");
    println!("cargo::rerun-if-changed={}", suite.display());
    let mut table = "pub(super) const FILES: &[(&str, &str)] = &[\n".to_owned();
    for family in sorted(&suite).into_iter().filter(|path| path.is_dir()) {
        println!("cargo::rerun-if-changed={}", family.display());
        for file in sorted(&family) {
            let name = file.strip_prefix(&suite).expect("it lies in the suite");
            let [name, file] = [name, &file].map(|path| path.to_str().expect("a path in UTF-8"));
            writeln!(table, "    ({name:?}, include_str!({file:?})),").expect("a string grows");
        }
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("secure_tasks.rs"), table).expect("OUT_DIR can be written");
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the suite can be read");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a folder of the suite can be read").path())
        .collect();
    paths.sort();
    paths
}
