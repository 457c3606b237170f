//! Time by instructions: what a program computes costs the same whatever else the machine does, and in whatever thread.

#![allow(clippy::print_stderr, reason = "says what was skipped")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use scrl_grade::{Python, Task};
use scrl_sandbox::{ClockKind, Host, Level, Limits, Sandbox, Worker};

const COMPUTES: &str = "
def compute():
    total = 0
    for number in range(4_000_000):
        total += number & 7
    return total
";

/// A worker, where the machine counts instructions for us.
fn worker() -> Option<Worker> {
    let host = Host::detect();
    if host.clock() != ClockKind::Instructions {
        eprintln!("SKIPPED: instructions are not counted on this machine");
        return None;
    }
    let python = Python::find("python3").unwrap();
    let runtime = Arc::new(python.runtime());
    let sandbox = Sandbox::new(Arc::new(host), runtime, Limits::default(), Level::D).unwrap();
    Some(sandbox.worker().unwrap())
}

/// Seconds by the clock that decides.
fn judged(worker: &mut Worker, how: &str) -> f64 {
    let code = format!("{COMPUTES}{how}");
    let task = Task::Script {
        stdin: "",
        call: None,
    };
    let limits = Limits::default().with_cpu(Duration::from_secs(2));
    let ran = scrl_grade::run(worker, code.as_str(), task, &limits).unwrap();
    assert!(ran.ended_well(), "{ran:?}");
    ran.outcome.usage.judged.as_secs_f64()
}

#[test]
fn load_does_not_change_what_a_program_costs() {
    let Some(mut worker) = worker() else { return };
    let idle = judged(&mut worker, "compute()\n");
    let is_over = AtomicBool::new(false);
    let loaded = thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let loaded = judged(&mut worker, "compute()\n");
        is_over.store(true, Ordering::Relaxed);
        loaded
    });
    // The beginning is measured in CPU time.
    assert!(
        (loaded / idle - 1.0).abs() < 0.1,
        "{idle} s, then {loaded} s"
    );
}

#[test]
fn threads_count_whenever_they_start() {
    let Some(mut worker) = worker() else { return };
    let alone = judged(&mut worker, "compute()\n");
    let threads = [
        "import threading\nthreading.Thread(target=compute).start()\n",
        "import threading, time\ntime.sleep(0.1)\nthreading.Thread(target=compute).start()\n",
        "import threading, time\nlate = threading.Thread(target=lambda: (time.sleep(0.1), compute()))\nlate.start()\n",
    ];
    for how in threads {
        let in_a_thread = judged(&mut worker, how);
        assert!(
            (in_a_thread / alone - 1.0).abs() < 0.2,
            "{alone} s, then {in_a_thread} s: {how}"
        );
    }
}
