//! The program in a model's answer.
//!
//! Tried in this order, and what was chosen is recorded:
//!
//! 1. Code that the publisher extracted is taken as it stands.
//! 2. The whole text parses: it is the program, also where it repeats the prompt and goes on.
//! 3. Thinking and chat markers are dropped; the first answer that holds a program counts.
//! 4. An indented text that goes on where the prompt's or the starter code stops is joined with it.
//! 5. Fenced blocks: see `choose`.
//! 6. Code between prose, or code alone that does not parse.
//!
//! Text alone never becomes a program: a refusal such as `Sorry` parses as Python, but names and literals do nothing.

mod attempt;
mod chat;
mod choose;
mod continuation;
mod fence;
mod prose;

use scrl_record::{Extraction, ExtractionMethod, Kind, Problem, Sample};

use attempt::Attempts;

/// The program, and how it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extracted {
    /// The program; empty when there is none.
    pub code: String,
    /// How it was found.
    pub extraction: Extraction,
}

impl Extracted {
    fn unfenced(method: ExtractionMethod, code: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            extraction: Extraction {
                method,
                blocks: 0,
                block: None,
            },
        }
    }
}

/// What the answer may go on from, and what it must define.
struct Task<'a> {
    /// Prompt and starter code, without the empty ones.
    bases: Vec<&'a str>,
    /// The function to be called; `None` for programs that read standard input.
    entry_point: Option<&'a str>,
}

/// Finds the program in `sample`. Pure; the time is linear in the answer's length, whatever it holds.
pub fn extract(sample: &Sample, problem: Option<&Problem>) -> Extracted {
    if let Some(code) = &sample.code {
        return Extracted::unfenced(ExtractionMethod::Given, code);
    }
    let text = sample.completion.as_deref().unwrap_or_default();
    let task = Task::new(sample, problem);
    let mut attempts = Attempts::for_text(text);
    if let Some(whole) = whole(text, &task, &mut attempts) {
        return whole;
    }
    let mut nothing = Extracted::unfenced(ExtractionMethod::Nothing, "");
    for answer in chat::answers(text) {
        let found = in_answer(answer, &task, &mut attempts);
        if found.extraction.method != ExtractionMethod::Nothing {
            return found;
        }
        nothing.extraction.blocks = nothing.extraction.blocks.max(found.extraction.blocks);
    }
    nothing
}

impl<'a> Task<'a> {
    fn new(sample: &'a Sample, problem: Option<&'a Problem>) -> Self {
        let mut bases: Vec<&str> = Vec::new();
        let prompts = problem.map(|problem| [&*problem.prompt, &*problem.starter_code]);
        let all = sample.prompt.as_deref().into_iter();
        for base in all.chain(prompts.into_iter().flatten()) {
            if !base.trim().is_empty() && !bases.contains(&base) {
                bases.push(base);
            }
        }
        let entry_point = problem
            .filter(|problem| problem.kind == Kind::Call)
            .and_then(|problem| problem.entry_point.as_deref());
        Self { bases, entry_point }
    }

    /// Where the answer goes on after repeating a prompt near its start; `None` if it does not.
    fn after_repeated_prompt(&self, text: &str) -> Option<Repeated> {
        /// Shorter prompts may occur by chance.
        const SHORTEST_PROMPT: usize = 16;
        /// Room for a heading such as `# Task:` before the prompt, in bytes.
        const HEADING: usize = 200;
        self.bases.iter().find_map(|base| {
            let prompt = base.trim();
            let at = text
                .find(prompt)
                .filter(|&at| prompt.len() >= SHORTEST_PROMPT && at <= HEADING)?;
            // Inside a fenced block it is the program's own first line, not a repetition before the answer.
            if !fence::blocks(&text[..at]).is_empty() {
                return None;
            }
            Some(Repeated {
                end: at + prompt.len(),
                prompt: prompt.to_owned(),
            })
        })
    }
}

struct Repeated {
    end: usize,
    prompt: String,
}

/// The text as it stands, when it parses and does something, or is nothing but comments.
fn whole(text: &str, task: &Task<'_>, attempts: &mut Attempts) -> Option<Extracted> {
    let only_comments = prose::only_comments(text);
    if !only_comments && (!attempts.parses(text) || !prose::shows_code(text)) {
        return None;
    }
    if continuation::starts_inside_a_function(text)
        && let Some(code) = continuation::join(text, &task.bases, attempts)
    {
        return Some(Extracted::unfenced(ExtractionMethod::Continuation, code));
    }
    let method = match task.after_repeated_prompt(text) {
        Some(_) => ExtractionMethod::RepeatsPrompt,
        None => ExtractionMethod::Whole,
    };
    Some(Extracted::unfenced(method, text))
}

fn in_answer(text: &str, task: &Task<'_>, attempts: &mut Attempts) -> Extracted {
    if text.trim().is_empty() {
        return Extracted::unfenced(ExtractionMethod::Nothing, "");
    }
    if let Some(whole) = whole(text, task, attempts) {
        return whole;
    }
    if let Some(code) = continuation::join(text, &task.bases, attempts) {
        return Extracted::unfenced(ExtractionMethod::Continuation, code);
    }
    let mut rest = text;
    if let Some(repeated) = task.after_repeated_prompt(text) {
        rest = &text[repeated.end..];
        let goes_on_as_code = fence::blocks(rest).is_empty()
            && continuation::is_code_to_go_on_from(&repeated.prompt, attempts);
        if goes_on_as_code {
            return Extracted::unfenced(ExtractionMethod::RepeatsPrompt, text);
        }
    }
    let blocks = fence::blocks(rest);
    if let Some(chosen) = choose::choose(&blocks, task, attempts) {
        return chosen;
    }
    let mut found = prose::code_between(&fence::outside(rest), attempts);
    found.extraction.blocks = u32::try_from(blocks.len()).unwrap_or(u32::MAX);
    found
}

#[cfg(test)]
mod tests;
