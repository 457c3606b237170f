//! A run that is killed again and again ends as if it never had been: nothing lost, nothing twice, nothing left
//! behind.
//!
//! By default on the starter suite and, where the shared data is, on a part of its samples of real models;
//! `SCRL_RESUME_FULL=1` (`just resume-full`) takes all of those.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::processes::{Process, descendants, groups, stat};
use common::{Place, Ran, skipped, without_measured};

const KILLS: usize = 20;
const GRADED: &str = "run/graded.jsonl";
/// Endless loops end soon, and everything else in the suite needs a tenth of this.
const SUITE: &str = "grade --problems problems.jsonl --samples samples.jsonl --cpu-limit 0.3";

/// Pseudo-random numbers (xorshift): every run of the test draws the same.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// The best level that this machine offers.
fn level(place: &Place) -> String {
    let doctor: serde_json::Value =
        serde_json::from_str(&place.scrl("doctor --json --no-attacks").stdout).unwrap();
    doctor["level"].as_str().unwrap().to_owned()
}

/// What was killed, and what it had started.
#[derive(Default)]
struct Killed {
    supervisors: BTreeSet<u32>,
    processes: Vec<Process>,
}

impl Killed {
    fn kill(&mut self, mut child: Child) {
        self.supervisors.insert(child.id());
        self.processes.extend(descendants(child.id()));
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Groups are swept by the next run; processes die with their supervisor, as soon as the kernel gets to it.
    fn assert_nothing_is_left(&self) {
        let mut left = Vec::new();
        groups(Path::new("/sys/fs/cgroup"), 6, &self.supervisors, &mut left);
        assert!(left.is_empty(), "control groups are left: {left:?}");
        let still_there = || {
            self.processes
                .iter()
                .filter(|(pid, start)| stat(*pid).is_some_and(|(_, now)| now == *start))
                .collect::<Vec<_>>()
        };
        let deadline = Instant::now() + Duration::from_secs(30);
        while !still_there().is_empty() && Instant::now() < deadline {
            sleep(Duration::from_millis(20));
        }
        assert!(
            still_there().is_empty(),
            "processes are left: {:?}",
            still_there()
        );
    }
}

/// Kills the run `times` times, a random number of samples and of milliseconds after each start.
fn kill_at_random(
    place: &Place,
    arguments: &str,
    times: usize,
    samples: usize,
    draw: &mut Draw,
) -> Killed {
    let mut killed = Killed::default();
    let mut whole_runs = 0;
    while killed.supervisors.len() < times {
        let mut child = place.start(arguments);
        let reached = if draw.below(4) == 0 {
            sleep(Duration::from_millis(draw.below(400)));
            child.try_wait().unwrap().is_none()
        } else {
            // Half of the runs' share on average, so that the kills seldom outlast the samples.
            let step = draw.below((samples / times) as u64 + 1) as usize;
            let lines = place.lines(GRADED) + step;
            let reached = place.wait_for_lines(GRADED, lines, &mut child);
            sleep(Duration::from_micros(draw.below(5_000)));
            reached && child.try_wait().unwrap().is_none()
        };
        if reached {
            killed.kill(child);
        } else {
            // Graded to the end before its time: begin again, until all the kills have been had.
            assert!(child.wait().unwrap().success());
            whole_runs += 1;
            assert!(whole_runs < 10, "the runs end before they can be killed");
            fs::remove_dir_all(place.path("run")).unwrap();
        }
    }
    killed
}

fn assert_survives_kills(place: &Place, arguments: &str, samples: usize, seed: u64) {
    let reference = format!("{arguments} --out reference");
    place.scrl(&reference).expect(0);
    let expected = without_measured(&place.read("reference/graded.jsonl"));
    assert_eq!(expected.lines().count(), samples);

    let arguments = format!("{arguments} --out run");
    let killed = kill_at_random(place, &arguments, KILLS, samples, &mut Draw(seed));
    place.scrl(&arguments).expect(0);
    let got = without_measured(&place.read(GRADED));
    for (index, (got, expected)) in got.lines().zip(expected.lines()).enumerate() {
        assert_eq!(got, expected, "line {}", index + 1);
    }
    assert_eq!(got, expected);
    assert_eq!(place.read("run/run.json"), place.read("reference/run.json"));
    killed.assert_nothing_is_left();
}

#[test]
fn twenty_kills_change_nothing() {
    let place = Place::with_starter_suite();
    let arguments = format!("{SUITE} --level {}", level(&place));
    assert_survives_kills(&place, &arguments, 198, 0x5eed);
}

#[test]
fn twenty_kills_change_nothing_on_answers_of_real_models() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if !data.exists() {
        skipped("twenty_kills_change_nothing_on_answers_of_real_models, shared data absent");
        return;
    }
    let is_full = std::env::var_os("SCRL_RESUME_FULL").is_some();
    // Endless loops make up most of the time: the small part gives them less.
    let (samples, cpu_limit) = if is_full { (1_200, 5) } else { (60, 1) };
    let place = Place::empty();
    let arguments = format!(
        "grade --problems {0}/problems/apps.jsonl.gz --samples {0}/samples/mapcoder-apps.jsonl.gz --limit {samples} \
         --cpu-limit {cpu_limit} --level {1}",
        data.display(),
        level(&place)
    );
    assert_survives_kills(&place, &arguments, samples, 0xfeed);
}

#[test]
fn a_torn_last_line_is_graded_again() {
    let place = Place::with_fixtures();
    let arguments = "grade --problems problems.jsonl --samples samples.jsonl --out run --level C";
    place.scrl(arguments).expect(0);
    let whole = without_measured(&place.read(GRADED));
    let text = place.read(GRADED);
    for kept in [0, 1, text.len() / 2, text.len() - 1] {
        place.write(GRADED, &text.as_bytes()[..kept]);
        place.scrl(arguments).expect(0);
        assert_eq!(
            without_measured(&place.read(GRADED)),
            whole,
            "after {kept} bytes"
        );
    }
}

/// Sends the signal to the whole process group, as a terminal does.
fn interrupt(child: &Child) {
    let group = format!("-{}", child.id());
    let status = Command::new("kill")
        .args(["-INT", "--", &group])
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn ctrl_c_keeps_what_is_graded() {
    use std::os::unix::process::CommandExt as _;
    use std::process::Stdio;

    let place = Place::with_starter_suite();
    let arguments = format!("{SUITE} --level {}", level(&place));
    place
        .scrl(&format!("{arguments} --out reference"))
        .expect(0);
    let arguments = format!("{arguments} --out run");
    // One thread: several write in bursts, because a slow sample holds back those behind it.
    let mut child = place
        .command(&format!("{arguments} --jobs 1"))
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert!(place.wait_for_lines(GRADED, 20, &mut child));
    interrupt(&child);
    let ran = Ran::of(child.wait_with_output().unwrap()).expect(2);
    assert_eq!(ran.stdout, "");
    let message =
        "error: interrupted; what is graded is kept, run the same command again to go on\n";
    assert!(ran.stderr.ends_with(message), "{}", ran.stderr);
    let kept = place.lines(GRADED);
    assert!((20..198).contains(&kept), "{kept}");

    let ran = place.scrl(&arguments).expect(0);
    let told = format!("{kept} samples are graded already, going on");
    assert!(ran.stderr.contains(&told), "{}", ran.stderr);
    let whole = without_measured(&place.read("reference/graded.jsonl"));
    assert_eq!(without_measured(&place.read(GRADED)), whole);
}

#[test]
fn a_second_run_into_the_same_folder_is_refused() {
    let place = Place::with_starter_suite();
    let arguments = format!("{SUITE} --out run --level C");
    let mut first = place.start(&arguments);
    assert!(place.wait_for_lines(GRADED, 1, &mut first));
    let second = place.scrl(&arguments);
    let is_running = first.try_wait().unwrap().is_none();
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(is_running, "the first run ended too soon for this test");
    let second = second.expect(2);
    assert_eq!(
        second.stderr,
        "error: another run is writing to `run/graded.jsonl`; wait for it, or use another --out\n"
    );
}
