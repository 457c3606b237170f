//! Every reader over the real data beside the repository; skipped, loudly, where it is absent.

use std::collections::{HashMap, HashSet};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use scrl_corpus::{
    Format, IdList, Join, MatchedBy, Mode, Stats, Subset, constant_baseline, import, open,
    read_id_list, read_problems, read_samples, read_seed_results, write_problem,
};
use scrl_record::{Kind, Problem, Sample};
use serde_json::Value;

// A skipped test must say so.
#[allow(clippy::print_stderr)]
fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = path.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {name}: shared data absent");
    None
}

fn problems(names: &[&str]) -> Option<Vec<Problem>> {
    let paths: Option<Vec<PathBuf>> = names
        .iter()
        .map(|name| data(&format!("problems/{name}.jsonl.gz")))
        .collect();
    Some(read_problems(&paths?, Mode::Strict).read_all().unwrap().0)
}

fn samples(name: &str) -> Option<Vec<Sample>> {
    let path = data(&format!("samples/{name}.jsonl.gz"))?;
    Some(read_samples(&[path], Mode::Strict).read_all().unwrap().0)
}

const RAW: &str = "raw/appsplus-genuine-format.json.gz";

#[test]
fn the_genuine_apps_plus_records_are_the_uniform_ones() {
    let (Some(raw), Some(uniform)) = (data(RAW), problems(&["appsplus"])) else {
        return;
    };
    let (imported, summary) = import(Format::AppsPlus, &raw, Mode::Strict)
        .read_all()
        .unwrap();
    assert_eq!((summary.read, summary.kept), (355, 355));
    let stats = Stats::of(&imported);
    assert_eq!(stats.composition.stdin.count, 229);
    assert_eq!(stats.composition.function_call.count, 126);
    for (index, (ours, theirs)) in imported.iter().zip(&uniform).enumerate() {
        assert_eq!(ours.id.as_str(), format!("apps_plus_{index}"));
        assert_eq!(ours.source, "apps_plus");
        assert_eq!(ours.prompt, theirs.prompt);
        assert_eq!(ours.difficulty, theirs.difficulty);
        assert_eq!(ours.entry_point, theirs.entry_point);
        assert_eq!(ours.call_style, theirs.call_style);
        assert_eq!(ours.canonical_solutions, theirs.canonical_solutions);
        assert_eq!(values(ours), values(theirs), "{}", theirs.id);
    }
}

/// Those who bring them get every record, with the weakness that each is there for; what runs is what was constants.
#[test]
fn security_sets_are_imported_whole() {
    for (format, name, count, weaknesses, tested) in [
        (Format::SecurityEval, "securityeval", 121, 69, 0),
        (Format::Sallm, "sallm-prompts", 100, 45, 0),
        (Format::SecCodePlt, "seccodeplt", 1_129, 28, 600),
    ] {
        let Some(path) = data(&format!("security/{name}.jsonl.gz")) else {
            continue;
        };
        let (problems, summary) = import(format, &path, Mode::Strict).read_all().unwrap();
        assert_eq!((summary.read, summary.kept), (count, count), "{name}");
        let mut written = Vec::new();
        let mut named = HashSet::new();
        for problem in &problems {
            assert!(!problem.prompt.is_empty());
            assert_eq!(problem.tests.is_empty(), problem.exploit_tests.is_empty());
            named.extend(problem.cwes.clone());
            write_problem(&mut written, problem).unwrap();
        }
        assert_eq!(named.len(), weaknesses, "{name}");
        let with_tests = problems.iter().filter(|problem| !problem.tests.is_empty());
        assert_eq!(with_tests.count(), tested, "{name}");
        let folder = tempfile::tempdir().unwrap();
        let uniform = folder.path().join("problems.jsonl");
        std::fs::write(&uniform, written).unwrap();
        let (back, _) = read_problems(&[uniform], Mode::Strict).read_all().unwrap();
        assert_eq!(back, problems, "{name}");
    }
}

fn values(problem: &Problem) -> Vec<(Value, Value)> {
    let value = |json: &str| serde_json::from_str(json).unwrap();
    let tests = problem.tests.iter();
    tests
        .map(|test| (value(test.input.as_json()), value(test.output.as_json())))
        .collect()
}

/// 72 MB, the size of the original; `examples/import_speed.rs` measures its time and memory.
#[test]
fn a_large_file_streams() {
    let Some(raw) = data(RAW) else { return };
    let copies = 79;
    let mut text = String::new();
    open(&raw).unwrap().read_to_string(&mut text).unwrap();
    let records = &text.trim()[1..text.trim().len() - 1];
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "[{}]", vec![records; copies].join(", ")).unwrap();
    let mut reader = import(Format::AppsPlus, file.path(), Mode::Strict);
    let (mut stdin, mut last) = (0, String::new());
    for problem in reader.by_ref() {
        let problem = problem.unwrap();
        stdin += usize::from(problem.kind == Kind::Stdin);
        last = problem.id.to_string();
    }
    assert_eq!(stdin, 229 * copies);
    assert_eq!(reader.summary().kept, 355 * copies as u64);
    assert_eq!(last, format!("apps_plus_{}", 355 * copies - 1));
}

#[test]
fn every_problem_file_reads_and_reads_back() {
    let files = [
        ("appsplus", 355, 894),
        ("apps", 320, 5522),
        ("leetcode", 1977, 10902),
        ("gcj", 162, 343),
        ("humanevalplus", 164, 5180),
        ("mbppplus", 374, 11034),
        ("mbpp", 943, 2844),
        ("quixbugs", 27, 212),
        ("xcodeeval", 105, 261),
        ("codecontests", 20, 2233),
        ("ci", 40, 118),
    ];
    for (name, rows, tests) in files {
        let Some(problems) = problems(&[name]) else {
            return;
        };
        let stats = Stats::of(&problems);
        assert_eq!(
            (problems.len(), stats.tests.unwrap().tests),
            (rows, tests),
            "{name}"
        );
        assert!(
            problems
                .iter()
                .all(|problem| constant_baseline(problem).is_some())
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut out = BufWriter::new(&file);
        for problem in &problems {
            write_problem(&mut out, problem).unwrap();
        }
        drop(out);
        let paths = [file.path().to_owned()];
        let (again, _) = read_problems(&paths, Mode::Strict).read_all().unwrap();
        assert_eq!(again, problems, "{name}");
    }
}

#[test]
fn every_sample_file_reads() {
    let files = [
        ("deepseek-appsplus-val-a", 199, None),
        ("mapcoder-apps", 1200, Some(129)),
        ("mapcoder-xcodeeval-python", 954, Some(255)),
        ("mapcoder-xcodeeval-otherlangs", 2226, Some(430)),
        ("mapcoder-humaneval", 1790, Some(1365)),
        ("mapcoder-mbpp", 3176, Some(2377)),
        ("debugger-seeds-humaneval-mbpp", 3484, Some(2192)),
        ("ldb-transcoder", 1680, Some(1198)),
        ("qwen-evalplus", 563, Some(348)),
        ("mercury-leetcode", 5376, Some(3035)),
        ("sallm", 4000, Some(1115)),
    ];
    for (name, rows, passed) in files {
        let Some(samples) = samples(name) else { return };
        assert_eq!(samples.len(), rows, "{name}");
        let ids: HashSet<&str> = samples.iter().map(|sample| sample.id.as_str()).collect();
        assert_eq!(ids.len(), rows, "{name}");
        let published = |sample: &&Sample| sample.published.as_ref().unwrap().passed == Some(true);
        if let Some(passed) = passed {
            assert_eq!(samples.iter().filter(published).count(), passed, "{name}");
        }
        assert!(
            samples
                .iter()
                .all(|s| s.is_python() != name.ends_with("otherlangs"))
        );
    }
}

#[test]
fn repeats_and_verdicts_of_publishers_are_kept() {
    let Some(mapcoder) = samples("mapcoder-apps") else {
        return;
    };
    let repeats = mapcoder
        .iter()
        .filter(|s| s.id.as_str().contains('#'))
        .count();
    assert_eq!(repeats, 176);
    let reliable = |sample: &&Sample| sample.published.as_ref().unwrap().reliable;
    assert_eq!(mapcoder.iter().filter(reliable).count(), 608);
    let qwen = samples("qwen-evalplus").unwrap();
    let detail = |sample: &Sample| sample.published.clone().unwrap().detail.unwrap();
    let base = qwen
        .iter()
        .filter(|s| detail(s).starts_with("base_status=pass"));
    assert_eq!(base.count(), 348);
    let odd = qwen
        .iter()
        .filter(|s| detail(s) == "base_status=fail plus_status=pass");
    assert_eq!(odd.count(), 1);
    let mercury = samples("mercury-leetcode").unwrap();
    assert_eq!(
        mercury
            .iter()
            .filter(|s| detail(s) == "failed@cases")
            .count(),
        1550
    );
}

#[test]
fn recorded_results_hold_the_seeds_formula() {
    let Some(path) = data("samples/deepseek-appsplus-val-a.jsonl.gz") else {
        return;
    };
    let (results, _) = read_seed_results(&[path], Mode::Strict).read_all().unwrap();
    assert_eq!(results.len(), 199);
    for result in &results {
        let reward = 0.6 * result.rfunc + 0.4 * result.rsec;
        assert!(
            (reward - result.reward).abs() < 1e-9,
            "{}",
            result.prompt_id
        );
    }
    let mut array = tempfile::NamedTempFile::new().unwrap();
    serde_json::to_writer_pretty(&mut array, &results).unwrap();
    let paths = [array.path().to_owned()];
    let (again, _) = read_seed_results(&paths, Mode::Strict).read_all().unwrap();
    assert_eq!(again, results);
}

#[test]
fn samples_find_their_problems() {
    let names = [
        "appsplus",
        "apps",
        "humanevalplus",
        "mbppplus",
        "leetcode",
        "codecontests",
    ];
    let Some(problems) = problems(&names) else {
        return;
    };
    let join = Join::new(problems);
    let count = |name: &str| {
        let mut counts: HashMap<MatchedBy, usize> = HashMap::new();
        for sample in samples(name).unwrap() {
            if let Some((_, by)) = join.find_matched(&sample) {
                *counts.entry(by).or_default() += 1;
            }
        }
        counts
    };
    assert_eq!(
        count("deepseek-appsplus-val-a"),
        HashMap::from([(MatchedBy::Statement, 27)])
    );
    assert_eq!(
        count("mapcoder-apps"),
        HashMap::from([(MatchedBy::Id, 1200)])
    );
    assert_eq!(
        count("qwen-evalplus"),
        HashMap::from([(MatchedBy::OriginId, 538)])
    );
    assert_eq!(
        count("mercury-leetcode"),
        HashMap::from([(MatchedBy::Id, 3486)])
    );
    assert_eq!(
        count("mapcoder-humaneval"),
        HashMap::from([(MatchedBy::OriginId, 1790)])
    );
    assert_eq!(count("sallm"), HashMap::new());
}

#[test]
fn the_seeds_id_files_are_reproduced_byte_for_byte() {
    let Some(folder) = data("lists") else { return };
    let list = |subset: Subset| read_id_list(&folder.join(subset.file_name())).unwrap();
    let call: HashSet<String> = list(Subset::FunctionCall).ids.into_iter().collect();
    let problems: Vec<Problem> = list(Subset::Full)
        .ids
        .into_iter()
        .map(|id| {
            let kind = if call.contains(&id) { "call" } else { "stdin" };
            serde_json::from_value(serde_json::json!({"id": id, "kind": kind})).unwrap()
        })
        .collect();
    for subset in Subset::ALL {
        let mut written = Vec::new();
        IdList::of_subset(subset, "APPS+", &problems)
            .write(&mut written)
            .unwrap();
        let theirs = std::fs::read(folder.join(subset.file_name())).unwrap();
        assert!(written == theirs, "{} differs", subset.file_name());
    }
    assert_eq!(
        read_id_list(&folder.join("dev-ids.json")).unwrap().count,
        582
    );
    assert_eq!(read_id_list(&folder.join("ci-ids.json")).unwrap().count, 40);
}
