//! Answers that go on where the prompt's code stops.

use super::attempt::Attempts;

/// Whether the first line can only stand inside a function, though the text parses on its own.
pub(super) fn starts_inside_a_function(text: &str) -> bool {
    let first = text.trim_start();
    ["return", "yield"].iter().any(|word| {
        first
            .strip_prefix(word)
            .is_some_and(|rest| rest.starts_with([' ', '(', '\n', '[']))
    })
}

/// Whether a prompt is Python that stops where a function's body would start, or goes on.
pub(super) fn is_code_to_go_on_from(prompt: &str, attempts: &mut Attempts) -> bool {
    attempts.parses(prompt) || attempts.parses(&format!("{prompt}\n{}pass\n", body_indent(prompt)))
}

/// The first base and the answer as one program, if together they parse.
///
/// An indented answer follows its base as it stands and loses what trails after the code when the two do not
/// parse otherwise: prose, a fence, a next problem, a line that was cut off. An answer whose first line lost its
/// indentation is taken only if all of it fits.
pub(super) fn join(text: &str, bases: &[&str], attempts: &mut Attempts) -> Option<String> {
    let text = text.trim_start_matches(['\r', '\n']);
    let is_indented = text.starts_with([' ', '\t']);
    bases.iter().find_map(|base| {
        let trimmed = base.trim_end();
        if is_indented {
            let head = format!("{trimmed}\n");
            let body = attempts.longest_start(&head, text)?;
            return Some(format!("{head}{body}"));
        }
        let joined = format!("{trimmed}\n{}{text}", body_indent(trimmed));
        let must_be_inside = starts_inside_a_function(text) || has_indented_rest(text);
        (must_be_inside && attempts.parses(&joined)).then_some(joined)
    })
}

/// Whether the second line of code is indented, as it is when only the first one lost its indentation.
fn has_indented_rest(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let opens_block = lines
        .next()
        .is_some_and(|line| line.trim_end().ends_with(':'));
    !opens_block
        && lines
            .next()
            .is_some_and(|line| line.starts_with([' ', '\t']))
}

/// The indentation of a line that follows `code`: that of its last line, deeper after a colon.
fn body_indent(code: &str) -> String {
    let last = code.trim_end().lines().last().unwrap_or_default();
    let spaces = &last[..last.len() - last.trim_start().len()];
    let deeper = if last.trim_end().ends_with(':') {
        "    "
    } else {
        ""
    };
    format!("{spaces}{deeper}")
}
