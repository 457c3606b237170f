//! Help and documents: every command has an example, and every command line in them is one that exists.

mod common;

use std::fs;
use std::path::Path;

use common::Place;

/// Every command that does something, found through the help texts themselves.
fn commands(place: &Place, above: &str) -> Vec<String> {
    let help = place.scrl(&format!("{above} --help")).expect(0).stdout;
    let Some((_, list)) = help.split_once("Commands:\n") else {
        return vec![above.to_owned()];
    };
    list.lines()
        .take_while(|line| line.starts_with("  "))
        // Deeper lines are the rest of a description.
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty())
        .filter(|name| *name != "help")
        .flat_map(|name| commands(place, &format!("{above} {name}")))
        .collect()
}

/// The lines that begin with `scrl `, up to a pipe, a redirection or a comment.
fn command_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let line = line.trim().trim_start_matches("$ ").strip_prefix("scrl ")?;
        line.split(['|', '>', '#', '&']).next()
    })
}

/// Runs the line in an empty folder: whatever it lacks there, it must not be a mistake in how it is written.
fn assert_is_well_formed(line: &str, source: &str) {
    let quick = if line.starts_with("quickstart") {
        " --limit 1"
    } else if line.starts_with("doctor") {
        " --no-attacks"
    } else if line.starts_with("train pretrain") {
        " --print-config"
    } else {
        ""
    };
    let ran = Place::empty().scrl(&format!("{line}{quick}"));
    assert!(
        !ran.stderr.contains("--help"),
        "`scrl {line}` in {source}: {}",
        ran.stderr
    );
}

#[test]
fn every_command_has_an_example_that_works() {
    let place = Place::empty();
    let commands = commands(&place, "");
    assert!(commands.len() >= 10, "{commands:?}");
    for command in commands {
        let help = place.scrl(&format!("{command} --help")).expect(0).stdout;
        let (_, example) = help
            .split_once("Example")
            .unwrap_or_else(|| panic!("no example: {help}"));
        let lines: Vec<&str> = command_lines(example).collect();
        let shows_itself = example.contains(&format!("scrl{command}"));
        assert!(
            shows_itself,
            "the example of `{command}` shows something else: {example}"
        );
        for line in lines {
            assert_is_well_formed(line, &format!("the help of `{command}`"));
        }
    }
}

#[test]
fn command_lines_in_the_documents_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let documents = fs::read_dir(root.join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .chain([root.join("README.md")])
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let mut seen = 0;
    for path in documents {
        let text = fs::read_to_string(&path).unwrap();
        for line in command_lines(&text) {
            assert_is_well_formed(line, &path.display().to_string());
            seen += 1;
        }
    }
    assert!(seen > 0);
}

#[test]
fn no_arguments_are_an_error_that_shows_the_help() {
    let ran = Place::empty().scrl("").expect(2);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("Usage: scrl"), "{}", ran.stderr);
    assert!(ran.stderr.contains("quickstart"), "{}", ran.stderr);
}

#[test]
fn the_version_is_data() {
    let ran = Place::empty().scrl("--version").expect(0);
    assert_eq!(ran.stdout, format!("scrl {}\n", env!("CARGO_PKG_VERSION")));
}
