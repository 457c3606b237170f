//! Compiles the interpreter's half of the sandbox into a shared library, which the crate embeds.

use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let target = env::var("TARGET").expect("cargo sets TARGET");
    for source in [
        "shim/python.rs",
        "../sandbox/inside/fork_server.rs",
        "../sandbox/inside/protocol.rs",
        "../sandbox/inside/settle.rs",
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
}
