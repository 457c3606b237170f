# Short names for everyday commands; see CONTRIBUTING.md.

# Format and lints, as CI does.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# All tests.
test:
    cargo test --workspace

# All tests, and accept changed snapshots.
snap:
    INSTA_UPDATE=always INSTA_FORCE_PASS=1 cargo test --workspace

# The whole loop on embedded defaults: grade, train a small model, report.
quickstart *FLAGS:
    cargo run --release -- quickstart {{FLAGS}}

# What training a small model is worth, over seeds, algorithms and rewards; flags as `--variants ppo grpo ppo:seed`.
learning OUT *FLAGS:
    cargo build --release --package scrl-cli
    cargo run --release --package xtask -- learning --out {{OUT}} {{FLAGS}}

# The API documentation.
docs:
    cargo doc --workspace --no-deps

# The resume test on all 1,200 samples of real models.
resume-full:
    SCRL_RESUME_FULL=1 cargo test -p scrl-cli --test resume -- --nocapture

# Run the canonical solutions of every problem file in a folder.
audit-data DIR:
    cargo run --release -- corpus audit --problems {{DIR}}/*.jsonl.gz

# What a test costs, beside other ways of running it.
bench-execution *FLAGS:
    cargo run --release --package xtask -- bench-execution {{FLAGS}}

# Grade thousands of samples made from real ones: throughput, the grader's memory, the same from the cache.
scale-execution PROBLEMS SAMPLES OUT *FLAGS:
    cargo build --release --package scrl-cli
    cargo run --release --package xtask -- scale-execution --problems {{PROBLEMS}} --samples {{SAMPLES}} --out {{OUT}} {{FLAGS}}

# Grade the shared samples in two ways (HOW: isolated or overload) and compare the verdicts test by test.
verdict-stability HOW DATA OUT *FLAGS:
    cargo build --release --package scrl-cli
    cargo run --release --package xtask -- verdict-stability {{HOW}} --data {{DATA}} --out {{OUT}} {{FLAGS}}

# Time the analyzer, a bare parse, Bandit and ruff over the shared samples; flags as `--python FILE --ruff FILE`.
bench-analyzer DATA *FLAGS:
    cargo run --release -q -p xtask -- bench-analyzer --data {{DATA}} {{FLAGS}}

# Time a task of the model engine and of PyTorch in alternation: `just bench-model venv/bin/python MODEL train ours-bf16 eager-f32`; see crates/policy/examples/speed.py.
bench-model PYTHON MODEL TASK *KINDS:
    cargo build --release -q -p scrl-policy --example speed
    {{PYTHON}} crates/policy/examples/speed.py compare {{MODEL}} target/release/examples/speed 2 3 {{TASK}} {{KINDS}}

# Compare the findings of Bandit mode with those of an installed Bandit 1.9.4.
bandit-parity *FLAGS:
    cargo run --release -q -p xtask -- bandit-parity {{FLAGS}}

# Judge the analyzer, and others where they are installed, on the labelled sets of the shared data.
eval-analyzer *FLAGS:
    cargo xtask eval-analyzer {{FLAGS}}
