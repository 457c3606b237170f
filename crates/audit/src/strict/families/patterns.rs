//! Regular expressions that take exponential time on some texts, told from their structure in linear time.
//!
//! Flagged: `(a+)+$`, `(.*)*x`, `(a|a)*b`, `(\w+\s?)*$`. Accepted: `(ab)+`, `\d+(,\d+)*`, `[a-z]+`.
//! A repetition without limit of a group is costly when the group itself ends in such a repetition and what may follow
//! inside starts with the same characters.

use std::borrow::Cow;

use super::names::mentions;
use crate::strict::analysis::Analysis;
use crate::strict::calls::Called;
use crate::strict::catalogue as rules;
use crate::strict::value::Value;

/// The longest pattern that is looked at, in bytes.
const LONGEST: usize = 4_096;

impl<'a> Analysis<'a> {
    pub(super) fn patterns(&mut self, called: &Called<'_, 'a>) {
        let compiles = matches!(
            called.path,
            "re.compile"
                | "re.match"
                | "re.search"
                | "re.fullmatch"
                | "re.findall"
                | "re.finditer"
                | "re.sub"
                | "re.split"
        );
        let pattern = called.positional.first().and_then(Value::as_text);
        let Some(pattern) = pattern.filter(|_| compiles) else {
            return;
        };
        let pattern = if is_verbose(called) {
            Cow::Owned(without_comments(pattern))
        } else {
            Cow::Borrowed(pattern)
        };
        if is_costly(&pattern, self.holds("fullmatch")) {
            self.wrong(
                &rules::REDOS,
                called.at,
                "some texts take this pattern exponential time",
            );
        }
        if is_open_host(&pattern) {
            self.wrong(
                &rules::OPEN_HOST,
                called.at,
                "a dot of this host name stands for any character",
            );
        }
        if pattern.to_ascii_lowercase().contains("</script>") {
            self.wrong(
                &rules::TAG_FILTER,
                called.at,
                "browsers also read `</script >` and `</SCRIPT>`",
            );
        }
    }
}

/// A group on the way, as far as it was read.
#[derive(Debug, Default)]
struct Group {
    /// The characters of the last unlimited repetition directly in this alternative, and nothing fixed after it.
    open: Option<Set>,
    /// The characters that the alternative starts with.
    start: Option<Set>,
    /// Whether something that must be there follows the repetition, with its characters.
    fixed: bool,
    /// The starts of the alternatives before.
    starts: Vec<Set>,
    /// Whether two alternatives start alike.
    alike: bool,
    /// Whether some alternative is one unlimited repetition after which the next round may go on.
    repeats: bool,
    /// Number of items in this alternative.
    items: u32,
}

/// Characters, in classes that are enough to tell whether two sets meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Set(u128);

impl Set {
    const ANY: Set = Set(u128::MAX);

    fn of(c: char) -> Set {
        Set(1u128 << (c as u32).min(127))
    }

    fn meets(self, other: Set) -> bool {
        self.0 & other.0 != 0
    }

    fn class(letter: char) -> Set {
        let all = |test: fn(&char) -> bool| {
            Set((0..127u8)
                .map(char::from)
                .filter(test)
                .fold(0, |set, c| set | Set::of(c).0))
        };
        match letter {
            'd' => all(char::is_ascii_digit),
            'w' => all(|c| c.is_ascii_alphanumeric() || *c == '_'),
            's' => all(char::is_ascii_whitespace),
            'D' => Set(!Set::class('d').0),
            'W' => Set(!Set::class('w').0),
            'S' => Set(!Set::class('s').0),
            'n' => Set::of('\n'),
            't' => Set::of('\t'),
            other => Set::of(other),
        }
    }
}

/// Whether blanks and comments of a pattern mean nothing.
fn is_verbose(called: &Called<'_, '_>) -> bool {
    let arguments = &called.node.arguments;
    let keywords = arguments.keywords.iter().map(|keyword| &keyword.value);
    let mut flags = arguments.args.iter().skip(1).chain(keywords);
    flags.any(|flag| mentions(flag, |name| matches!(name, "VERBOSE" | "X")))
}

fn without_comments(pattern: &str) -> String {
    let (mut kept, mut in_class) = (String::new(), false);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                kept.push(c);
                kept.extend(chars.next());
                continue;
            }
            '#' if !in_class => {
                chars.find(|c| *c == '\n');
                continue;
            }
            c if c.is_whitespace() && !in_class => continue,
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        kept.push(c);
    }
    kept
}

/// Whether anything behind a repetition may fail to match, so that the repetition is tried anew.
fn may_fail(mut rest: Chars<'_>) -> bool {
    rest.any(|c| !matches!(c, ')' | '?' | '*' | '+'))
}

/// Whether a pattern repeats what already repeats, over the same characters; `whole` where it must match to the end.
fn is_costly(pattern: &str, whole: bool) -> bool {
    if pattern.len() > LONGEST || !pattern.contains(')') {
        return false;
    }
    let mut groups = vec![Group::default()];
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let item = match c {
            '(' => {
                skip_flags(&mut chars);
                groups.push(Group::default());
                continue;
            }
            ')' => {
                let Some(mut group) = groups.pop() else {
                    return false;
                };
                if groups.is_empty() {
                    return false;
                }
                end_alternative(&mut group);
                let unlimited = quantifier(&mut chars);
                let ambiguous = unlimited == Some(true) && (group.repeats || group.alike);
                if ambiguous && (whole || may_fail(chars.clone())) {
                    return true;
                }
                let set = group
                    .starts
                    .iter()
                    .fold(Set(0), |all, set| Set(all.0 | set.0));
                let outer = groups.last_mut().expect("checked above");
                push(outer, set, unlimited);
                continue;
            }
            '|' => {
                let group = groups.last_mut().expect("one group is always open");
                end_alternative(group);
                continue;
            }
            '^' | '$' => continue,
            '[' => class(&mut chars),
            '.' => Set::ANY,
            '\\' => match chars.next() {
                Some('b' | 'B' | 'A' | 'Z') => continue,
                Some(letter) => Set::class(letter),
                None => return false,
            },
            other => Set::of(other),
        };
        let unlimited = quantifier(&mut chars);
        push(
            groups.last_mut().expect("one group is always open"),
            item,
            unlimited,
        );
    }
    false
}

/// Whether a pattern for a host name leaves its dots open: `www.example.com`.
fn is_open_host(pattern: &str) -> bool {
    [".com", ".org", ".net", ".io"].iter().any(|end| {
        pattern.match_indices(end).any(|(at, _)| {
            let before = &pattern[..at];
            let after = pattern[at + end.len()..].chars().next();
            let named = before.ends_with(|c: char| c.is_ascii_alphanumeric());
            named && !before.ends_with('\\') && after.is_none_or(|c| !c.is_ascii_alphanumeric())
        })
    })
}

type Chars<'p> = std::iter::Peekable<std::str::Chars<'p>>;

fn skip_flags(chars: &mut Chars<'_>) {
    if chars.peek() != Some(&'?') {
        return;
    }
    chars.next();
    if let Some('P' | '<') = chars.next() {
        if chars.peek() == Some(&'=') || chars.peek() == Some(&'!') {
            chars.next();
            return;
        }
        for c in chars.by_ref() {
            if c == '>' || c == ')' {
                break;
            }
        }
    }
}

/// Adds an item; `unlimited` is true for `*` and `+`, false for `?`.
fn push(group: &mut Group, set: Set, unlimited: Option<bool>) {
    group.items += 1;
    if group.start.is_none() {
        group.start = Some(set);
    } else if group.items > 1
        && let (Some(start), true) = (
            group.start,
            group.open.is_some() && group.items == 2 && !group.fixed,
        )
    {
        // What starts with something optional may start with what follows, too.
        group.start = Some(start);
    }
    match unlimited {
        Some(true) => group.open = Some(set),
        Some(false) => {}
        None => {
            // Something that must be there keeps two rounds apart when the repetition cannot swallow it.
            if group.open.is_some_and(|open| !open.meets(set)) {
                group.open = None;
                group.fixed = true;
            } else if group.open.is_none() {
                group.fixed = true;
            }
        }
    }
}

/// Closes one alternative of a group.
fn end_alternative(group: &mut Group) {
    let start = group.start.take().unwrap_or(Set(0));
    if group.starts.iter().any(|other| other.meets(start)) && group.items == 1 {
        group.alike = true;
    }
    // `(x+)+`: the next round may take what this one could.
    if let Some(open) = group.open.take()
        && open.meets(start)
        && !group.fixed
    {
        group.repeats = true;
    }
    group.starts.push(start);
    group.fixed = false;
    group.items = 0;
}

/// Reads a quantifier: `Some(true)` without limit, `Some(false)` optional, `None` exactly once or a few times.
fn quantifier(chars: &mut Chars<'_>) -> Option<bool> {
    let kind = match chars.peek() {
        Some('*' | '+') => {
            chars.next();
            Some(true)
        }
        Some('?') => {
            chars.next();
            Some(false)
        }
        Some('{') => braces(chars),
        _ => return None,
    };
    if chars.peek() == Some(&'?') || chars.peek() == Some(&'+') {
        chars.next();
    }
    kind
}

fn braces(chars: &mut Chars<'_>) -> Option<bool> {
    let mut inside = String::new();
    for c in chars.by_ref() {
        if c == '}' {
            break;
        }
        inside.push(c);
    }
    inside.ends_with(',').then_some(true)
}

/// Reads a character class after its `[`.
fn class(chars: &mut Chars<'_>) -> Set {
    let negated = chars.peek() == Some(&'^');
    if negated {
        chars.next();
    }
    let mut set = Set(0);
    let mut first = true;
    let mut last: Option<char> = None;
    while let Some(c) = chars.next() {
        match c {
            ']' if !first => break,
            '\\' => {
                if let Some(letter) = chars.next() {
                    set = Set(set.0 | Set::class(letter).0);
                }
                last = None;
            }
            '-' if last.is_some() && chars.peek().is_some_and(|next| *next != ']') => {
                let end = chars.next().unwrap_or('-');
                let range = last.unwrap_or(end)..=end;
                set = range
                    .take(200)
                    .fold(set, |set, c| Set(set.0 | Set::of(c).0));
                last = None;
            }
            other => {
                set = Set(set.0 | Set::of(other).0);
                last = Some(other);
            }
        }
        first = false;
    }
    if negated { Set(!set.0) } else { set }
}

#[cfg(test)]
mod tests {
    use super::is_costly;

    #[test]
    fn repetitions_of_repetitions_are_costly() {
        for pattern in [
            "(a+)+$",
            "(.*)*x",
            r"^(\w+\s?)*$",
            "(a|a)*b",
            "([a-z]+)*$",
            r"(\d+)+x",
            "(?:x*)*y",
            "((ab)*)*c",
        ] {
            assert!(is_costly(pattern, false), "{pattern}");
        }
    }

    #[test]
    fn a_repetition_at_the_end_never_fails_unless_all_must_match() {
        for pattern in [r"(?:\r\n|\r|\n){2,}", "(a+)+", "((a|a)*)"] {
            assert!(!is_costly(pattern, false), "{pattern}");
            assert!(is_costly(pattern, true), "{pattern}");
        }
    }

    #[test]
    fn comments_and_blanks_are_left_out() {
        let pattern = "a [ #] \\# b  # an a.com\n c";
        assert_eq!(super::without_comments(pattern), "a[ #]\\#bc");
    }

    #[test]
    fn what_is_told_apart_is_cheap() {
        for pattern in [
            "(ab)+",
            r"\d+(,\d+)*",
            "[a-z]+",
            "(a+b)+",
            r"(\w+\.)+\w+",
            "a*b*",
            "(x|y)*",
            r"(\d{3}-)*\d",
            "",
            "(",
            ")",
            r"^[^@]+@(.+)$",
            r"(https?://)?[\w.]+",
            "(a+",
            r"(?P<n>\d+)",
        ] {
            assert!(!is_costly(pattern, false), "{pattern}");
        }
    }
}
