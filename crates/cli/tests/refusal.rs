//! Machines that offer less: the walls that are missing are named, nothing runs, and a weaker level is a choice.
//!
//! User namespaces are taken away by setting their limit to 0 inside a new one: that holds in there only.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use common::{Place, Ran, SCRL, skipped};

const NOBODY: [&str; 4] = [
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
];
/// Everything after it runs as the same user, where no user namespace can be made.
const NO_NAMESPACES: [&str; 8] = [
    "unshare",
    "--user",
    "--map-current-user",
    "--keep-caps",
    "sh",
    "-c",
    "echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --inh-caps=-all --ambient-caps=-all \"$@\"",
    "sh",
];

/// A user without privileges, with a copy of the binary and an interpreter it can use.
struct Nobody {
    place: Place,
    python: String,
    prefix: Vec<&'static str>,
}

impl Nobody {
    /// `None`, said loudly, where this machine lacks what the test needs.
    fn become_one() -> Option<Self> {
        let place = Place::empty();
        fs::copy(SCRL, place.path("scrl")).unwrap();
        place.write("one.py", "print(1)\n");
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(place.path("."), open).unwrap();
        let is_root = said(Command::new("id").arg("-u")) == "0\n";
        let prefix = if is_root { NOBODY.to_vec() } else { Vec::new() };
        let mut nobody = Self {
            place,
            python: String::new(),
            prefix,
        };
        if nobody.run(&["true"]).code != Some(0) {
            skipped("this machine has no `setpriv` to give up root with");
            return None;
        }
        let search = std::env::var_os("PATH").unwrap_or_default();
        let usable = std::env::split_paths(&search)
            .map(|folder| folder.join("python3").display().to_string())
            .find(|python| nobody.run(&[python, "-I", "-c", ""]).code == Some(0));
        let Some(python) = usable else {
            skipped("no python3 on the search path that a user without privileges may run");
            return None;
        };
        nobody.python = python;
        Some(nobody)
    }

    fn run(&self, command: &[&str]) -> Ran {
        let words = [&self.prefix[..], command].concat();
        let output = Command::new(words[0])
            .args(&words[1..])
            .current_dir(self.place.path("."))
            .stdin(Stdio::null())
            .output();
        output.map_or_else(
            |error| Ran {
                code: None,
                stdout: String::new(),
                stderr: error.to_string(),
            },
            Ran::of,
        )
    }

    fn scrl(&self, before: &[&str], arguments: &str) -> Ran {
        let words: Vec<&str> = before
            .iter()
            .copied()
            .chain(["./scrl"])
            .chain(arguments.split_whitespace())
            .chain(["--python", &self.python])
            .collect();
        self.run(&words)
    }
}

fn said(command: &mut Command) -> String {
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[test]
fn without_root_the_missing_walls_are_named() {
    let Some(nobody) = Nobody::become_one() else {
        return;
    };
    let ran = nobody.scrl(&[], "run one.py").expect(2);
    assert_eq!(ran.stdout, "", "nothing ran");
    assert!(ran.stderr.contains("nothing was run"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("\n  user-switch: only root"),
        "{}",
        ran.stderr
    );
    let (_, advice) = ran
        .stderr
        .rsplit_once("say so: `--level ")
        .expect("what to do");
    let offered = &advice[..1];
    let accepted = nobody
        .scrl(&[], &format!("run one.py --level {offered}"))
        .expect(0);
    assert_eq!(accepted.stdout, "1\n");
    assert!(
        accepted
            .stderr
            .contains(&format!("isolation level {offered}")),
        "{}",
        accepted.stderr
    );
    let doctor = nobody.scrl(&[], "doctor").expect(1);
    assert!(doctor.stdout.contains("attack suite      "), "{doctor:?}");
    assert!(!doctor.stdout.contains("did not run"), "{doctor:?}");
}

#[test]
fn without_user_namespaces_level_c_accepts() {
    let Some(nobody) = Nobody::become_one() else {
        return;
    };
    if nobody.run(&[&NO_NAMESPACES[..], &["true"]].concat()).code != Some(0) {
        skipped("this machine offers no user namespace in which to forbid further ones");
        return;
    }
    for level in ["", "--level A", "--level B"] {
        let ran = nobody
            .scrl(&NO_NAMESPACES, &format!("run one.py {level}"))
            .expect(2);
        assert_eq!(ran.stdout, "", "nothing ran");
        for wall in ["namespaces", "user-switch"] {
            assert!(
                ran.stderr.contains(&format!("\n  {wall}: ")),
                "{wall}: {}",
                ran.stderr
            );
        }
        assert!(ran.stderr.contains("say so: `--level C`"), "{}", ran.stderr);
    }
    let ran = nobody
        .scrl(&NO_NAMESPACES, "run one.py --level C")
        .expect(0);
    assert_eq!(ran.stdout, "1\n");
    assert!(ran.stderr.contains("isolation level C"), "{}", ran.stderr);
}

#[test]
fn root_of_a_user_namespace_runs_programs_or_is_refused() {
    let Some(nobody) = Nobody::become_one() else {
        return;
    };
    let before = ["unshare", "--user", "--map-root-user"];
    if nobody.run(&[&before[..], &["true"]].concat()).code != Some(0) {
        skipped("this machine offers no user namespace to be root in");
        return;
    }
    let ran = nobody.scrl(&before, "run one.py").expect(2);
    assert!(ran.stderr.contains("\n  user-switch: "), "{}", ran.stderr);
    let ran = nobody.scrl(&before, "run one.py --level B").expect(0);
    assert_eq!(ran.stdout, "1\n");
}
