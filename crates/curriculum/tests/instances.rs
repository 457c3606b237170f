//! What holds of every instance: same seed, same problem; tests that a constant fails; secure programs without findings.

use std::collections::{BTreeMap, HashMap, HashSet};

use scrl_audit::{Mode, Module};
use scrl_curriculum::{Curriculum, Instance, Quality, Split, families};
use scrl_record::{Finding, Problem, Severity};

/// Instances of each family that are looked at.
const INSTANCES: u64 = 12;

fn instances(seed: u64, each: u64) -> impl Iterator<Item = Instance> {
    let curriculum = Curriculum::new(seed, &[]).unwrap();
    let count = curriculum.families().len() as u64 * each;
    (0..count).map(move |index| curriculum.instance(index))
}

fn family(problem: &Problem) -> String {
    problem.family.clone().unwrap()
}

fn strict(program: &str) -> Vec<Finding> {
    let module = Module::parse(program);
    assert_eq!(module.syntax_error(), None, "{program}");
    module.findings(Mode::Strict)
}

#[test]
fn there_are_enough_families_of_both_sorts() {
    let all = families();
    let security = all.iter().filter(|family| family.is_security()).count();
    assert!(
        all.len() - security >= 40 && security >= 15,
        "{} and {security}",
        all.len() - security
    );
    let names: HashSet<&str> = all.iter().map(|family| family.name).collect();
    assert_eq!(names.len(), all.len());
}

#[test]
fn an_instance_is_the_same_whichever_families_there_are() {
    let all = Curriculum::new(5, &[]).unwrap();
    let count = all.families().len() as u64;
    for (place, family) in all.families().iter().enumerate() {
        let alone = Curriculum::new(5, &[family.name.to_owned()]).unwrap();
        let (one, other) = (alone.instance(3), all.instance(3 * count + place as u64));
        assert_eq!(one.problem, other.problem);
        for quality in Quality::ALL {
            assert_eq!(one.programs(quality), other.programs(quality));
        }
    }
    let other = Curriculum::new(6, &[]).unwrap();
    assert_ne!(
        all.instance(0).problem.tests,
        other.instance(0).problem.tests
    );
}

#[test]
fn every_instance_has_what_it_promises() {
    for instance in instances(1, INSTANCES) {
        let problem = &instance.problem;
        let tests: HashSet<(&str, &str)> = problem
            .tests
            .iter()
            .map(|test| (test.input.as_json(), test.output.as_json()))
            .collect();
        assert_eq!(
            tests.len(),
            problem.tests.len(),
            "{}: a test twice",
            problem.id
        );
        assert!(tests.len() >= 6, "{}: {} tests", problem.id, tests.len());
        assert!(
            problem.prompt.len() < 700,
            "{}: {}",
            problem.id,
            problem.prompt
        );
        assert!(
            instance.programs(Quality::Secure).len() >= 2,
            "{}",
            problem.id
        );
        for quality in Quality::ALL {
            let programs = instance.programs(quality);
            assert!(!programs.is_empty(), "{}", problem.id);
            for program in programs {
                // A small model learns these: short, and in few different characters.
                assert!(program.lines().count() <= 30, "{}:\n{program}", problem.id);
                assert!(program.is_ascii(), "{}:\n{program}", problem.id);
            }
        }
    }
}

#[test]
fn a_constant_answer_passes_few_tests() {
    let mut shares: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for instance in instances(2, INSTANCES) {
        let problem = &instance.problem;
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for test in &problem.tests {
            *counts.entry(test.output.as_json()).or_default() += 1;
        }
        let most = counts.into_values().max().unwrap_or_default();
        shares
            .entry(family(problem))
            .or_default()
            .push(most as f64 / problem.tests.len() as f64);
    }
    let mean = |shares: &Vec<f64>| shares.iter().sum::<f64>() / shares.len() as f64;
    let means: BTreeMap<&String, f64> = shares
        .iter()
        .map(|(name, shares)| (name, mean(shares)))
        .collect();
    let weak: Vec<_> = means.iter().filter(|(_, mean)| **mean > 0.1).collect();
    assert!(weak.is_empty(), "{weak:?}");
    let all = means.values().sum::<f64>() / means.len() as f64;
    assert!(all <= 0.05, "{all}: {means:?}");
}

#[test]
fn secure_programs_have_no_finding_of_weight() {
    for instance in instances(3, INSTANCES) {
        for program in instance.programs(Quality::Secure) {
            let findings = strict(program);
            let worst = findings.iter().map(|finding| finding.severity).max();
            assert!(
                worst.is_none_or(|worst| worst < Severity::Medium),
                "{findings:?}\n{program}"
            );
        }
    }
}

/// Families whose weakness shows in what the program does, and in its text not at all or not always.
const ONLY_BEHAVIOUR: [&str; 9] = [
    "command_line",
    "letter_template",
    "list_item",
    "log_entry",
    "method_by_name",
    "next_address",
    "path_inside",
    "repeat_text",
    "update_profile",
];

#[test]
fn insecure_programs_are_flagged_where_the_text_shows_it() {
    let mut missed: BTreeMap<String, String> = BTreeMap::new();
    for instance in instances(4, INSTANCES) {
        let name = family(&instance.problem);
        if ONLY_BEHAVIOUR.contains(&name.as_str()) {
            continue;
        }
        for program in instance.programs(Quality::Insecure) {
            if strict(program).is_empty() {
                missed.insert(name.clone(), program.clone());
            }
        }
    }
    let text: Vec<String> = missed
        .iter()
        .map(|(name, program)| format!("{name}:\n{program}"))
        .collect();
    assert!(text.is_empty(), "{}", text.join("\n"));
}

#[test]
fn what_is_judged_by_behaviour_alone_has_exploit_tests() {
    for instance in instances(5, 1) {
        let problem = &instance.problem;
        if ONLY_BEHAVIOUR.contains(&family(problem).as_str()) {
            assert!(!problem.exploit_tests.is_empty(), "{}", problem.id);
        }
    }
}

#[test]
fn splits_share_no_solution_no_tests_and_no_family() {
    let mut split_of: HashMap<String, Split> = HashMap::new();
    let mut count: BTreeMap<Split, usize> = BTreeMap::new();
    let mut shared: BTreeMap<String, String> = BTreeMap::new();
    let mut families: BTreeMap<String, HashSet<bool>> = BTreeMap::new();
    for instance in instances(9, 60) {
        let problem = &instance.problem;
        *count.entry(instance.split).or_default() += 1;
        let held_out = instance.split == Split::HeldOutFamilies;
        families
            .entry(family(problem))
            .or_default()
            .insert(held_out);
        let tests: Vec<&str> = problem
            .tests
            .iter()
            .map(|test| test.input.as_json())
            .collect();
        let solutions = problem.canonical_solutions.iter().cloned();
        for key in solutions.chain([problem.prompt.clone(), tests.join("\n")]) {
            let first = *split_of.entry(key.clone()).or_insert(instance.split);
            if first != instance.split {
                shared.insert(family(problem), key);
            }
        }
    }
    assert!(shared.is_empty(), "{shared:#?}");
    assert!(families.values().all(|kinds| kinds.len() == 1));
    let held_out = families
        .values()
        .filter(|kinds| kinds.contains(&true))
        .count();
    assert!(
        held_out * 5 > families.len() / 2,
        "{held_out} of {}",
        families.len()
    );
    assert_eq!(count.len(), Split::ALL.len(), "{count:?}");
    assert!(
        count[&Split::Train] > 6 * count[&Split::Validation],
        "{count:?}"
    );
}
