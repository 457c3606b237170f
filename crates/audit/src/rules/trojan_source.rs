//! B613: characters that make a source read otherwise than it runs.

use scrl_record::{Confidence, Cwe, Finding, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::issue::Located;
use crate::scan::Report;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B613",
        name: "trojansource",
        severity: "HIGH",
        cwe: Cwe(838),
        summary: "control characters reverse the text; remove them",
    },
    advice: Advice {
        why: "Bidirectional control characters show a reviewer other code than the interpreter runs.",
        flagged: "`U+202E` in a comment or string",
        safer: "remove the character, or write it as `\"\\u202e\"`",
        reference: "https://trojansource.codes/",
    },
    triggers: &[Trigger::Text(check)],
};

/// The characters in the order in which Bandit looks for them on a line.
const CONTROLS: [char; 10] = [
    '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}',
    '\u{2069}', '\u{200f}',
];

/// What ends a line for Python's `str.splitlines`, besides `\r\n`.
const LINE_ENDS: [char; 10] = [
    '\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}',
];

/// Reports the first line that holds such a character, and of its characters the first of the list.
fn check(info: &RuleInfo, text: &str, report: &mut Report<'_>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.is_ascii() {
        return;
    }
    let Some(found) = first_control(text) else {
        return;
    };
    let (before, rest) = text.split_at(found);
    let start = before.rfind(LINE_ENDS).map_or(0, |at| {
        at + before[at..].chars().next().map_or(1, char::len_utf8)
    });
    let line = &text[start..found + rest.find(LINE_ENDS).unwrap_or(rest.len())];
    let ends = before.matches(LINE_ENDS).count() - before.matches("\r\n").count();
    let first = CONTROLS
        .into_iter()
        .find_map(|control| Some((control, line.find(control)?)));
    let Some((control, offset)) = first else {
        return;
    };
    report.add_in_text(located(
        info,
        control,
        ends as u32 + 1,
        line[..offset].chars().count() as u32 + 1,
    ));
}

/// Where the first of these characters stands; in UTF-8 all of them start with the same byte.
fn first_control(text: &str) -> Option<usize> {
    let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == 0xe2);
    starts
        .map(|(at, _)| at)
        .find(|at| text[*at..].starts_with(CONTROLS))
}

/// Bandit counts this one column in characters from 1.
fn located(info: &RuleInfo, control: char, line: u32, column: u32) -> Located {
    let message = format!(
        "A Python source file contains bidirectional control characters ('\\u{:04x}').",
        u32::from(control)
    );
    let finding = Finding {
        id: info.id.to_owned(),
        name: info.name.to_owned(),
        cwe: info.cwe,
        severity: Severity::High,
        confidence: Confidence::Medium,
        line,
        column,
        message,
    };
    Located {
        finding,
        lines: (line, line),
        end_line: line,
        end_column: 0,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn the_first_line_with_a_control_character_is_flagged() {
        flags("x = 1\r\n# é\u{2066}\u{202e}\n# \u{202a}\n", &["B613:2:5"]);
        flags("\u{feff}# \u{200f}\n", &["B613:1:3"]);
        assert_eq!(weight("# \u{2069}\n"), "HIGH/MEDIUM");
    }

    #[test]
    fn other_scripts_and_silenced_lines_are_accepted() {
        accepts("# עברית\nx = '\\u202e'\n");
        accepts("# nosec\n# \u{202e}\n");
        accepts("x = 1\n# \u{202e} # nosec B613\n");
    }
}
