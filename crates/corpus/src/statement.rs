//! The statement within a prompt, reduced to what stays the same between publishers.

/// The letters and digits of the statement, in lower case; empty when it has none.
///
/// The statement is the docstring of a prompt that is a function (APPS+ and the seed, whose function has five random
/// letters for a name), otherwise the whole prompt. White space, punctuation and quoting differ between copies of
/// one statement, so only letters and digits count.
pub fn statement_key(prompt: &str) -> String {
    docstring(prompt)
        .unwrap_or(prompt)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The text between the first and the last `"""`, when code stands before the first.
fn docstring(prompt: &str) -> Option<&str> {
    const QUOTES: &str = "\"\"\"";
    let (header, rest) = prompt.split_once(QUOTES)?;
    let is_code = header.lines().any(|line| {
        let line = line.trim_start();
        (line.starts_with("def ") || line.starts_with("class ")) && header.trim_end().ends_with(':')
    });
    let (statement, _) = rest.rsplit_once(QUOTES).unwrap_or((rest, ""));
    is_code.then_some(statement)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_layout_and_marks_do_not_count() {
        let first = "\ndef aBcDe():\n    \"\"\"Add two\nnumbers: 1, 2.\n    \"\"\"\n";
        let second = "\ndef XyZwV():\n    \"\"\"Add  two numbers (1, 2)\"\"\"\n";
        assert_eq!(statement_key(first), "addtwonumbers12");
        assert_eq!(statement_key(first), statement_key(second));
        assert_eq!(statement_key(first), statement_key("Add two numbers 1, 2"));
        let method = "class Solution:\n    def m(self, s: str) -> int:\n        \"\"\"Add two numbers 1 2\"\"\"";
        assert_eq!(statement_key(first), statement_key(method));
    }

    #[test]
    fn quotes_in_a_plain_statement_are_part_of_it() {
        let plain = "Print \"\"\" three quotes \"\"\" and stop";
        assert_eq!(statement_key(plain), "printthreequotesandstop");
        assert_eq!(statement_key("def f():\n    \"\"\" \"\"\""), "");
    }
}
