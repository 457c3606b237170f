//! The seed project's own samples, as it recorded them.

use std::io::Read;
use std::path::Path;

mod common;

/// One line of the seed's `val.jsonl`, as far as it is needed here.
#[derive(serde::Deserialize)]
struct Recorded {
    prompt_id: String,
    reward: f64,
    compiles: bool,
    tests_passed: u32,
    tests_total: u32,
    rfunc: f64,
    rsec: f64,
}

fn recorded() -> Option<Vec<Recorded>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let bytes = std::fs::read(root.join("samples/deepseek-appsplus-val-a.jsonl.gz")).ok()?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes.as_slice())
        .read_to_string(&mut text)
        .expect("gzip");
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).expect("the seed's fields"))
            .collect(),
    )
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test must say so")]
fn parts_of_the_reward_are_solved_as_recorded() {
    let Some(recorded) = recorded() else {
        eprintln!("SKIPPED: parts_of_the_reward_are_solved_as_recorded: shared data absent");
        return;
    };
    let graded = recorded.iter().map(|one| {
        let mut graded = common::counted(
            common::sample("deepseek", &one.prompt_id, &one.prompt_id),
            one.tests_passed,
            one.tests_total,
        );
        graded.compiles = Some(one.compiles);
        graded.rewards.seed = Some(one.reward);
        graded
    });
    let metrics = scrl_report::measure(&[common::run(graded.collect())]);
    let training = &metrics.systems[0].seed_training;
    let mean =
        |of: fn(&Recorded) -> f64| recorded.iter().map(of).sum::<f64>() / recorded.len() as f64;
    assert_eq!(training.samples, 199);
    for (got, wanted) in [
        (&training.reward, mean(|one| one.reward)),
        (&training.functional, mean(|one| one.rfunc)),
        (&training.security, mean(|one| one.rsec)),
    ] {
        assert!(
            (got.value.unwrap() - wanted).abs() < 1e-6,
            "{} {:?} {wanted}",
            got.name,
            got.value
        );
    }
    let lowest = recorded.iter().map(|one| one.rsec).fold(1.0, f64::min);
    assert!((training.security_range.unwrap()[0] - lowest).abs() < 1e-6);
}
