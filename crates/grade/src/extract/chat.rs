//! Thinking, chat markers and prompt templates around an answer.

/// What follows a marker.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Model,
    Other,
}

/// The markers of the usual templates. A marker that starts with `#` counts at the start of a line only.
const MARKERS: [(&str, Role); 22] = [
    ("<|im_start|>assistant", Role::Model),
    ("<|im_start|>", Role::Other),
    ("<|im_end|>", Role::Other),
    ("<|start_header_id|>assistant<|end_header_id|>", Role::Model),
    ("<|start_header_id|>", Role::Other),
    ("<|eot_id|>", Role::Other),
    ("<|begin_of_text|>", Role::Model),
    ("<|assistant|>", Role::Model),
    ("<|user|>", Role::Other),
    ("<|system|>", Role::Other),
    ("<|end|>", Role::Other),
    ("<|endoftext|>", Role::Other),
    ("<|EOT|>", Role::Other),
    ("<|end_of_sentence|>", Role::Other),
    (
        "<\u{ff5c}end\u{2581}of\u{2581}sentence\u{ff5c}>",
        Role::Other,
    ),
    ("[/INST]", Role::Model),
    ("[INST]", Role::Other),
    ("<s>", Role::Model),
    ("</s>", Role::Other),
    ("### Response:", Role::Model),
    ("### Instruction", Role::Other),
    ("### Input:", Role::Other),
];

/// Answers looked at; whatever follows is the model talking to itself.
const MOST_ANSWERS: usize = 4;

/// The model's answers in `text`, in order, without thinking and markers; the text itself where there are none.
///
/// What precedes the first marker is an answer too: a model that goes on after its end writes the next question.
pub(super) fn answers(text: &str) -> Vec<&str> {
    let mut answers = Vec::new();
    let mut role = Role::Model;
    let mut rest = text;
    while answers.len() < MOST_ANSWERS {
        let next = next_marker(rest);
        let segment = after_thinking(next.map_or(rest, |(at, _, _)| &rest[..at]));
        if role == Role::Model && !segment.trim().is_empty() {
            // Only line breaks: the first line's indentation tells a continuation.
            answers.push(segment.trim_start_matches(['\r', '\n']));
        }
        let Some((at, length, following)) = next else {
            break;
        };
        rest = &rest[at + length..];
        role = following;
    }
    answers
}

/// The text after its leading `<think>` block; an unclosed one is all thinking.
fn after_thinking(text: &str) -> &str {
    const CLOSE: &str = "</think>";
    let opened = text.trim_start().starts_with("<think>");
    match text.find(CLOSE) {
        Some(at) => &text[at + CLOSE.len()..],
        None if opened => "",
        None => text,
    }
}

/// Where the next marker starts, its length, and whose turn follows.
fn next_marker(text: &str) -> Option<(usize, usize, Role)> {
    text.match_indices(['<', '[', '#']).find_map(|(at, _)| {
        let here = &text[at..];
        let (marker, role) = MARKERS
            .iter()
            .find(|(marker, _)| here.starts_with(marker))?;
        let at_line_start = at == 0 || text.as_bytes()[at - 1] == b'\n';
        (at_line_start || !marker.starts_with('#')).then_some((at, marker.len(), *role))
    })
}
