//! Sampling, on the models of `fixtures/`.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use scrl_kernels::Precision;
use scrl_policy::{
    Adapter, Answer, Error, GenerateOptions, Listener, LoadOptions, Model, PeftAdapter, Policy,
    Prompt, Sampling, Sequence,
};

fn load(name: &str) -> (Model, Adapter) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    let model = Model::load(
        &folder,
        LoadOptions {
            precision: Precision::Bf16,
            context: None,
        },
    )
    .unwrap();
    let adapter = PeftAdapter::load(&folder.join("adapter"), model.config())
        .unwrap()
        .adapter;
    (model, adapter)
}

const PROMPTS: [&[u32]; 4] = [
    &[3, 1, 4, 1, 5, 9, 2, 6],
    &[2],
    &[27, 18, 28, 18, 28, 45, 9, 0, 45, 23, 53, 60, 28],
    &[1, 1],
];

fn prompts(answers: u64) -> Vec<Prompt<'static>> {
    PROMPTS
        .iter()
        .map(|tokens| Prompt {
            tokens,
            seeds: (10..10 + answers).collect(),
        })
        .collect()
}

fn options(sampling: Sampling) -> GenerateOptions {
    GenerateOptions {
        sampling,
        max_new_tokens: 50,
        stop_tokens: vec![7],
        batch: 3,
    }
}

fn bits(answers: &[Vec<Answer>]) -> Vec<(Vec<u32>, Vec<u32>, bool)> {
    let bits = |answer: &Answer| {
        let log_probs = answer
            .log_probs
            .iter()
            .map(|log_prob| log_prob.to_bits())
            .collect();
        (answer.tokens.clone(), log_probs, answer.stopped)
    };
    answers.iter().flatten().map(bits).collect()
}

#[test]
fn an_answer_depends_on_prompt_and_seed_alone() {
    for name in ["llama3", "starcoder2"] {
        let (model, adapter) = load(name);
        let generate = |threads, batch, prompts: &[Prompt]| {
            let policy = Policy {
                model: &model,
                adapter: Some(&adapter),
                threads,
            };
            policy
                .generate(
                    prompts,
                    &GenerateOptions {
                        batch,
                        ..options(Sampling::default())
                    },
                )
                .unwrap()
        };
        let all = generate(1, 3, &prompts(5));
        for (threads, batch) in [(1, 1), (2, 2), (3, 100)] {
            assert_eq!(
                bits(&generate(threads, batch, &prompts(5))),
                bits(&all),
                "{name}: {threads} {batch}"
            );
        }
        for (index, tokens) in PROMPTS.into_iter().enumerate() {
            for (answer, seed) in (10..15).enumerate() {
                let alone = generate(
                    1,
                    1,
                    &[Prompt {
                        tokens,
                        seeds: vec![seed],
                    }],
                );
                assert_eq!(bits(&alone), bits(&[vec![all[index][answer].clone()]]));
            }
        }
        assert_ne!(all[0][0].tokens, all[0][1].tokens);
    }
}

#[test]
fn log_probabilities_are_those_of_training_bit_for_bit() {
    for name in ["llama", "llama-linear", "llama3", "qwen2", "starcoder2"] {
        let (model, adapter) = load(name);
        let policy = Policy {
            model: &model,
            adapter: Some(&adapter),
            threads: 2,
        };
        let sampling = Sampling {
            temperature: 1.3,
            top_k: Some(40),
            ..Sampling::default()
        };
        let answers = policy.generate(&prompts(3), &options(sampling)).unwrap();
        let mut tokens = 0;
        for (prompt, answers) in PROMPTS.iter().zip(&answers) {
            for answer in answers {
                let whole = [prompt, &answer.tokens[..]].concat();
                let said = policy
                    .score(&[Sequence {
                        tokens: &whole,
                        stream: 0,
                    }])
                    .unwrap();
                let scored = said[0][prompt.len() - 1..]
                    .iter()
                    .map(|said| said.score.log_prob.to_bits());
                let sampled = answer.log_probs.iter().map(|log_prob| log_prob.to_bits());
                assert!(scored.eq(sampled), "{name}");
                tokens += answer.tokens.len();
            }
        }
        assert!(tokens > 100, "{name}: {tokens} tokens are too few to say");
    }
}

#[test]
fn greedy_answers_follow_the_largest_logit() {
    let (model, adapter) = load("qwen2");
    let policy = Policy {
        model: &model,
        adapter: Some(&adapter),
        threads: 1,
    };
    let answers = policy
        .generate(&prompts(1), &options(Sampling::GREEDY))
        .unwrap();
    for (prompt, answer) in PROMPTS.iter().zip(&answers) {
        let whole = [prompt, &answer[0].tokens[..]].concat();
        let logits = policy.logits(&whole).unwrap();
        let rows = logits.chunks_exact(67).skip(prompt.len() - 1);
        for (row, token) in rows.zip(&answer[0].tokens) {
            let best = (0..67).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap();
            assert_eq!(best, *token as usize);
        }
    }
}

#[test]
fn answers_end_at_stop_tokens_or_at_their_longest() {
    let (model, adapter) = load("llama");
    let policy = Policy {
        model: &model,
        adapter: Some(&adapter),
        threads: 1,
    };
    let answers = policy
        .generate(&prompts(8), &options(Sampling::default()))
        .unwrap();
    for answer in answers.iter().flatten() {
        let stops = answer.tokens.iter().filter(|token| **token == 7).count();
        assert_eq!(answer.tokens.len(), answer.log_probs.len());
        if answer.stopped {
            assert_eq!((stops, answer.tokens.last()), (1, Some(&7)));
        } else {
            assert_eq!((stops, answer.tokens.len()), (0, 50));
        }
    }
    assert!(answers.iter().flatten().any(|answer| answer.stopped));
    assert!(answers.iter().flatten().any(|answer| !answer.stopped));
    let none = GenerateOptions {
        max_new_tokens: 0,
        ..options(Sampling::default())
    };
    let answers = policy.generate(&prompts(1), &none).unwrap();
    assert!(
        answers
            .iter()
            .flatten()
            .all(|answer| answer.tokens.is_empty())
    );
    assert!(
        policy
            .generate(&[], &options(Sampling::default()))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn prompts_that_cannot_be_answered_are_named() {
    let (model, _) = load("llama");
    let policy = Policy {
        model: &model,
        adapter: None,
        threads: 1,
    };
    let cases: [(&[u32], &str); 3] = [
        (&[], "a prompt needs at least one"),
        (&[1; 15], "with an answer of 50 it is longer than the 64"),
        (&[67], "token 67 is outside the vocabulary of 67"),
    ];
    for (tokens, words) in cases {
        let prompt = Prompt {
            tokens,
            seeds: vec![1],
        };
        let error = policy
            .generate(&[prompt], &options(Sampling::default()))
            .unwrap_err();
        assert!(
            matches!(error, Error::Sequence { .. }) && error.to_string().contains(words),
            "{error}"
        );
    }
}

/// The place of an answer, the tokens that its listener heard, and the answer.
type Heard = ((usize, usize), Vec<u32>, Answer);

/// Notes every token, and ends the answer at its third.
struct Noted<'a> {
    place: (usize, usize),
    tokens: Vec<u32>,
    done: &'a Mutex<Vec<Heard>>,
}

impl Listener for Noted<'_> {
    fn token(&mut self, token: u32) -> bool {
        self.tokens.push(token);
        self.tokens.len() == 3
    }

    fn end(self: Box<Self>, answer: Answer) {
        let mut done = self.done.lock().unwrap();
        done.push((self.place, self.tokens, answer));
    }
}

#[test]
fn a_listener_hears_every_token_and_may_end_its_answer() {
    let (model, adapter) = load("llama");
    let policy = Policy {
        model: &model,
        adapter: Some(&adapter),
        threads: 2,
    };
    let mut settings = options(Sampling::default());
    settings.stop_tokens = vec![];
    let whole = policy.generate(&prompts(2), &settings).unwrap();
    let done = Mutex::new(Vec::new());
    let listen = |prompt, answer| -> Box<dyn Listener + '_> {
        Box::new(Noted {
            place: (prompt, answer),
            tokens: vec![],
            done: &done,
        })
    };
    let (go, stop) = (AtomicBool::new(false), AtomicBool::new(true));
    policy
        .follow(&prompts(2), &settings, &listen, &stop)
        .unwrap();
    assert!(done.lock().unwrap().is_empty(), "it was to stop at once");
    policy.follow(&prompts(2), &settings, &listen, &go).unwrap();
    let done = done.into_inner().unwrap();
    assert_eq!(done.len(), 8);
    for ((prompt, answer), heard, said) in done {
        assert_eq!(heard, said.tokens);
        assert_eq!(heard, whole[prompt][answer].tokens[..3]);
        assert!(said.stopped);
    }
}
