//! `scrl audit` with Bandit's options, configuration files, baselines and formats.

mod common;

use std::io::Write as _;
use std::process::Stdio;

use common::{Place, Ran};
use serde_json::Value;

const RISKY: &str = "import os\nimport pickle\nassert os\nos.system(input())\n";

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}{}", ran.stdout, ran.stderr))
}

/// Runs with `-f json` and gives `id:line` of the results.
fn found(place: &Place, arguments: &str, code: i32) -> Vec<String> {
    let report = json(
        &place
            .scrl(&format!("audit {arguments} -f json"))
            .expect(code),
    );
    let results = report["results"].as_array().unwrap().iter();
    let short = |result: &Value| {
        format!(
            "{}:{}",
            result["test_id"].as_str().unwrap(),
            result["line_number"]
        )
    };
    results.map(short).collect()
}

fn refused(place: &Place, arguments: &str) -> String {
    let ran = place.scrl(&format!("audit {arguments}")).expect(2);
    assert_eq!(ran.stdout, "");
    ran.stderr
}

fn risky() -> Place {
    let place = Place::empty();
    place.write("risky.py", RISKY);
    place
}

#[test]
fn tests_are_selected_by_id_or_name() {
    let place = risky();
    assert_eq!(found(&place, "risky.py", 1), ["B403:2", "B101:3", "B605:4"]);
    assert_eq!(found(&place, "risky.py -t B101,pickle", 1), ["B101:3"]);
    assert_eq!(found(&place, "risky.py -s B101,B605", 1), ["B403:2"]);
    assert_eq!(found(&place, "risky.py -s B001", 1), ["B101:3", "B605:4"]);
    assert!(refused(&place, "risky.py -t B999").contains("`B999`"));
    assert!(refused(&place, "risky.py -t B101 -s B101").contains("`B101`"));
}

#[test]
fn thresholds_leave_out_what_is_below() {
    let place = risky();
    for arguments in ["-lll", "--severity-level high"] {
        assert_eq!(
            found(&place, &format!("risky.py {arguments}"), 1),
            ["B605:4"]
        );
    }
    place.write("medium.py", "x = '/tmp/y'\n");
    assert_eq!(found(&place, "medium.py -ii", 1), ["B108:1"]);
    assert!(found(&place, "medium.py --confidence-level high", 0).is_empty());
    assert!(refused(&place, "medium.py -llll").contains("--level given 4 times"));
    refused(&place, "medium.py -l --severity-level low");
}

#[test]
fn exit_zero_and_nosec() {
    let place = Place::empty();
    place.write("a.py", "assert x  # nosec\nassert y  # nosec B101\n");
    place.scrl("audit a.py").expect(0);
    assert_eq!(
        found(&place, "a.py --ignore-nosec", 1),
        ["B101:1", "B101:2"]
    );
    place
        .scrl("audit a.py --ignore-nosec --exit-zero")
        .expect(0);
    let metrics = &json(&place.scrl("audit a.py -f json").expect(0))["metrics"];
    assert_eq!(metrics["_totals"]["nosec"], 1);
    assert_eq!(metrics["./a.py"]["skipped_tests"], 1);
    assert_eq!(metrics["_totals"]["loc"], 2);
}

#[test]
fn folders_are_looked_through_in_order_and_excluded_by_path_or_pattern() {
    let place = Place::empty();
    for name in ["b.py", "a.py", "tests/t.py", ".git/x.py", "c.txt", "d.pyw"] {
        let path = place.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        place.write(name, "assert x\n");
    }
    let names = |arguments: &str| {
        let report = json(
            &place
                .scrl(&format!("audit -r . {arguments} -f json"))
                .expect(1),
        );
        let results = report["results"].as_array().unwrap().iter();
        let name = |result: &Value| result["filename"].as_str().unwrap().to_owned();
        results.map(name).collect::<Vec<_>>()
    };
    assert_eq!(names(""), ["./a.py", "./b.py", "./d.pyw", "./tests/t.py"]);
    assert_eq!(names("-x tests,.git"), ["./a.py", "./b.py", "./d.pyw"]);
    assert_eq!(names("-x */t*.py,b.py,.git"), ["./a.py", "./d.pyw"]);
}

#[test]
fn configuration_files_set_what_rules_look_for() {
    let place = Place::empty();
    place.write("a_test.py", "assert x\nopen('/scratch/x')\nrun_it('ls')\n");
    place.write(
        "bandit.yaml",
        "assert_used:\n  skips: ['*_test.py']\nhardcoded_tmp_directory:\n  tmp_dirs: [/scratch]\n\
         shell_injection:\n  shell: [run_it]\n",
    );
    let expected = ["B108:2", "B605:3", "B607:3"];
    assert_eq!(found(&place, "a_test.py -c bandit.yaml", 1), expected);
    place.write(
        "pyproject.toml",
        "[tool.bandit]\nskips = ['B607']\n[tool.bandit.assert_used]\nskips = ['*_test.py']\n\
         [tool.bandit.hardcoded_tmp_directory]\ntmp_dirs = ['/scratch']\n",
    );
    assert_eq!(found(&place, "a_test.py -c pyproject.toml", 1), ["B108:2"]);
    place.write("bad.yaml", "skips: B101\n");
    let words = refused(&place, "a_test.py -c bad.yaml");
    assert!(
        words.contains("bad.yaml") && words.contains("`skips`"),
        "{words}"
    );
    assert!(refused(&place, "a_test.py -c none.yaml").contains("none.yaml"));
    place.write("bad.toml", "[tool.bandit\n");
    assert!(refused(&place, "a_test.py -c bad.toml").contains("bad.toml"));
}

#[test]
fn a_project_file_gives_arguments_that_flags_override() {
    let place = risky();
    place.write(".bandit", "[bandit]\nskips = B101\nlevel = high\n");
    assert_eq!(found(&place, ".", 1), ["B605:4"]);
    assert_eq!(found(&place, ". -l", 1), ["B403:2", "B605:4"]);
    assert_eq!(found(&place, ". -s B605 -l", 1), ["B403:2", "B101:3"]);
    place.write("other.ini", "[bandit]\ntests = B101\ntargets = risky.py\n");
    assert_eq!(found(&place, "--ini other.ini", 1), ["B101:3"]);
    assert!(refused(&place, "").contains("nothing to audit"));
    std::fs::create_dir(place.path("inner")).unwrap();
    place.write("inner/.bandit", "[bandit]\n");
    assert!(refused(&place, ".").contains("several .bandit files"));
}

#[test]
fn baselines_leave_out_what_is_known_whatever_its_line() {
    let place = risky();
    place.scrl("audit risky.py -f json -o known.json").expect(1);
    assert!(found(&place, "risky.py -b known.json", 0).is_empty());
    place.write("risky.py", format!("\n\n{RISKY}exec(x)\n"));
    assert_eq!(found(&place, "risky.py -b known.json", 1), ["B102:7"]);
    place.write("risky.py", format!("{RISKY}exec(x)\nexec(y)\n"));
    let report = json(&place.scrl("audit risky.py -b known.json -f json").expect(1));
    assert_eq!(
        report["results"][0]["candidates"].as_array().unwrap().len(),
        2
    );
    place.write("broken.json", "{");
    assert!(refused(&place, "risky.py -b broken.json").contains("broken.json"));
    assert!(refused(&place, "risky.py -b known.json -f csv").contains("baseline"));
}

#[test]
fn json_has_the_keys_of_bandits_report() {
    let place = Place::empty();
    place.write("a.py", "x = f(\n    '/tmp/é',\n    1)\n");
    place.write("broken.py", "def\n");
    let report = json(&place.scrl("audit . -f json").expect(1));
    let result = &report["results"][0];
    let expected = serde_json::json!({
        "code": "1 x = f(\n2     '/tmp/\u{e9}',\n3     1)\n",
        "col_offset": 4,
        "end_col_offset": 13,
        "filename": "./a.py",
        "issue_confidence": "MEDIUM",
        "issue_cwe": {"id": 377, "link": "https://cwe.mitre.org/data/definitions/377.html"},
        "issue_severity": "MEDIUM",
        "issue_text": "Probable insecure usage of temp file/directory.",
        "line_number": 2,
        "line_range": [1, 2, 3],
        "more_info": "https://bandit.readthedocs.io/en/1.9.4/plugins/b108_hardcoded_tmp_directory.html",
        "test_id": "B108",
        "test_name": "hardcoded_tmp_directory",
    });
    assert_eq!(*result, expected);
    assert_eq!(report["errors"][0]["filename"], "./broken.py");
    assert_eq!(report["metrics"]["_totals"]["SEVERITY.MEDIUM"], 1);
    assert!(
        report["metrics"]["./broken.py"]
            .get("SEVERITY.MEDIUM")
            .is_none()
    );
}

#[test]
fn sarif_names_rules_places_and_what_was_not_parsed() {
    let place = Place::empty();
    place.write("an é.py", "f('é', '/tmp/x')\n");
    place.write("broken.py", "def\n");
    let report = json(&place.scrl("audit . -f sarif").expect(1));
    assert_eq!(report["version"], "2.1.0");
    let run = &report["runs"][0];
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "B108");
    assert_eq!(
        rule["properties"]["tags"],
        serde_json::json!(["security", "external/cwe/cwe-377"])
    );
    assert_eq!(rule["properties"]["precision"], "medium");
    assert!(rule["helpUri"].as_str().unwrap().starts_with("https://"));
    let result = &run["results"][0];
    assert_eq!(
        (&result["ruleIndex"], &result["level"]),
        (&0.into(), &"warning".into())
    );
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "an%20%C3%A9.py");
    let region = &location["region"];
    assert_eq!(
        (&region["startLine"], &region["endLine"]),
        (&1.into(), &1.into())
    );
    // Code points, where Bandit's own columns are bytes.
    assert_eq!(
        (&region["startColumn"], &region["endColumn"]),
        (&8.into(), &16.into())
    );
    assert_eq!(
        location["contextRegion"]["snippet"]["text"],
        "f('é', '/tmp/x')\n"
    );
    let notes = &run["invocations"][0]["toolExecutionNotifications"];
    assert!(
        notes[0]["message"]["text"]
            .as_str()
            .unwrap()
            .contains("syntax error")
    );
}

#[test]
fn csv_quotes_and_html_escapes() {
    let place = Place::empty();
    place.write("a.py", "password = '<b>, \"x\"'\n");
    let csv = place.scrl("audit a.py -f csv").expect(1).stdout;
    assert!(
        csv.contains("\"Possible hardcoded password: '<b>, \"\"x\"\"'\",1,11,21,[1],"),
        "{csv}"
    );
    let html = place.scrl("audit a.py -f html").expect(1).stdout;
    assert!(
        html.contains("&lt;b&gt;, &quot;x&quot;") && !html.contains("<b>, "),
        "{html}"
    );
}

#[test]
fn text_says_where_why_and_how_to_fix() {
    let place = risky();
    let text = place.scrl("audit risky.py -t B605 -n 1").expect(1).stdout;
    let expected = "\
./risky.py:4:1: B605 start_process_with_a_shell: severity HIGH, confidence HIGH, CWE-78
  >    4 | os.system(input())
  found: Starting a process with a shell, possible injection detected, security issue.
";
    assert!(text.starts_with(expected), "{text}");
    assert!(
        text.contains("  why:   ") && text.contains("  fix:   ") && text.contains("  more:  https")
    );
    assert!(
        text.ends_with("\n1 files, 1 findings (1 high), 0 not parsed\n"),
        "{text}"
    );
    place.write("trojan.py", "x = 1  # \u{202e}\n");
    let text = place.scrl("audit trojan.py").expect(1).stdout;
    assert!(!text.contains('\u{202e}'), "{text:?}");
}

#[test]
fn standard_input_is_audited() {
    let place = Place::empty();
    let mut child = place
        .command("audit - -f json")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input
        .write_all(b"# coding: latin-1\nassert '\xe9'\n")
        .unwrap();
    drop(input);
    let report = json(&Ran::of(child.wait_with_output().unwrap()).expect(1));
    assert_eq!(report["results"][0]["filename"], "<stdin>");
    assert_eq!(report["results"][0]["line_number"], 2);
}

#[test]
fn sources_are_read_as_python_reads_them() {
    let place = Place::empty();
    place.write("latin.py", b"# -*- coding: latin-1 -*-\nassert '\xe9'\n");
    place.write("mark.py", b"\xef\xbb\xbfassert x\n");
    place.write("windows.py", "x = 1\r\nassert x\r\n");
    place.write("bytes.py", b"assert '\xe9'\n");
    assert_eq!(found(&place, "latin.py", 1), ["B101:2"]);
    assert_eq!(found(&place, "mark.py", 1), ["B101:1"]);
    assert_eq!(found(&place, "windows.py", 1), ["B101:2"]);
    let report = json(&place.scrl("audit bytes.py -f json").expect(0));
    assert_eq!(report["errors"][0]["filename"], "./bytes.py");
    place.scrl("audit bytes.py --mode strict").expect(1);
}

#[test]
fn cells_of_notebooks_are_audited() {
    let place = Place::empty();
    let notebook = r#"{"cells": [{"cell_type": "markdown", "source": "x"},
        {"cell_type": "code", "source": ["import os as o\n"]},
        {"cell_type": "code", "source": ["%matplotlib\n", "o.system(x)\n"]}]}"#;
    place.write("book.ipynb", notebook);
    let report = json(&place.scrl("audit . -f json").expect(1));
    let result = &report["results"][0];
    assert_eq!(
        (&result["cell"], &result["line_number"]),
        (&3.into(), &2.into())
    );
    assert_eq!(result["code"], "1 %matplotlib\n2 o.system(x)\n");
    let text = place.scrl("audit book.ipynb").expect(1).stdout;
    assert!(text.starts_with("./book.ipynb:cell 3:2:1: B605"), "{text}");
    place.write("book.ipynb", "no notebook");
    let report = json(&place.scrl("audit book.ipynb -f json").expect(0));
    assert!(
        report["errors"][0]["details"]
            .as_str()
            .unwrap()
            .contains("no notebook")
    );
}

#[test]
fn strict_findings_say_where_what_why_and_how_to_fix() {
    let place = Place::empty();
    place.write(
        "runs.py",
        "import os\nname = input()\nos.system('ls ' + name)\n",
    );
    let text = place
        .scrl("audit --mode strict runs.py -n 1")
        .expect(1)
        .stdout;
    let expected = "\
./runs.py:3:1: S102 command_injection: severity HIGH, confidence HIGH, CWE-78
  >    3 | os.system('ls ' + name)
  found: `input()` (line 2) through `name` (line 2) is run by a shell
  why:   A shell reads `;`, `|` and `$()` in the text as commands of their own.
  fix:   pass a list of arguments to subprocess.run without a shell
  more:  https://cwe.mitre.org/data/definitions/78.html
";
    assert!(text.starts_with(expected), "{text}");
    let report = json(&place.scrl("audit --mode strict runs.py -f sarif").expect(1));
    let rule = &report["runs"][0]["tool"]["driver"]["rules"][0];
    let help = rule["help"]["text"].as_str().unwrap();
    assert!(help.contains("Instead: pass a list"), "{help}");
}
