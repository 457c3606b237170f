//! Compiles the interpreter's half of the sandbox into a shared library, which the crate embeds, hashes the
//! sources that decide about a result, for the names of cached results, and lists the programs of the attack suite.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let target = env::var("TARGET").expect("cargo sets TARGET");
    for source in [
        "shim/python.rs",
        "../sandbox/inside/fork_server.rs",
        "../sandbox/inside/large_pages.rs",
        "../sandbox/inside/protocol.rs",
        "../sandbox/inside/settle.rs",
        "../sandbox/inside/text.rs",
    ] {
        println!("cargo::rerun-if-changed={source}");
    }
    let status = Command::new(rustc)
        .args([
            "--edition",
            "2024",
            "--crate-type",
            "cdylib",
            "--crate-name",
            "scrl_zygote",
        ])
        .args([
            "-C",
            "opt-level=2",
            "-C",
            "panic=abort",
            "-C",
            "strip=symbols",
        ])
        .args(["--target", &target, "-o"])
        .arg(out.join("scrl_zygote.so"))
        .arg("shim/python.rs")
        .status()
        .expect("rustc starts");
    assert!(status.success(), "the interpreter's shim does not compile");
    println!("cargo::rustc-env=SCRL_ENGINE={:016x}", engine());
    fs::write(out.join("programs.rs"), programs()).expect("OUT_DIR can be written");
}

/// The programs of the attack suite as two tables of name and text.
fn programs() -> String {
    let table = |name: &str, folder: &str| {
        println!("cargo::rerun-if-changed={folder}");
        let folder = fs::canonicalize(folder).expect("the folder of programs is there");
        let entries = files(&folder).into_iter().map(|file| {
            let name = file
                .file_stem()
                .and_then(OsStr::to_str)
                .expect("a name in UTF-8");
            let path = file.to_str().expect("a path in UTF-8");
            format!("    ({name:?}, include_str!({path:?})),\n")
        });
        let entries: String = entries.collect();
        format!("pub(super) const {name}: &[(&str, &str)] = &[\n{entries}];\n")
    };
    table("HOSTILE", "tests/attacks") + &table("HONEST", "tests/honest")
}

/// A hash of the sources of this crate, of the sandbox and of the records. Only equality matters, and only within one
/// toolchain, so the standard library's own hash will do.
fn engine() -> u64 {
    let mut hasher = DefaultHasher::new();
    for folder in [
        "src",
        "shim",
        "../sandbox/src",
        "../sandbox/inside",
        "../record/src",
    ] {
        println!("cargo::rerun-if-changed={folder}");
        for file in files(Path::new(folder)) {
            file.hash(&mut hasher);
            fs::read(&file)
                .expect("a source file can be read")
                .hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// Every file below `folder`, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a source folder can be read");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a source folder can be read").path())
        .collect();
    paths.sort();
    let below = |path: PathBuf| {
        if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        }
    };
    paths.into_iter().flat_map(below).collect()
}
