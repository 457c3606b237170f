//! File name patterns as Python's `fnmatch` reads them.

/// Whether the whole of `name` matches `pattern`: `*` any text, `?` one character, `[a-z]` and `[!a-z]` sets.
///
/// Unlike a shell's, `*` crosses `/`. Time is at most the product of the two lengths.
pub fn matches_pattern(name: &str, pattern: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    let (mut n, mut p) = (0, 0);
    // Where to go on after the last `*`: the pattern behind it, and the text it has swallowed so far.
    let mut star = None;
    while n < name.len() {
        let step = match pattern.get(p) {
            Some('*') => {
                star = Some((p + 1, n));
                p += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => set(&pattern[p..], name[n]),
            Some(c) => (*c == name[n]).then_some(1),
            None => None,
        };
        match (step, star) {
            (Some(length), _) => {
                n += 1;
                p += length;
            }
            (None, Some((after, swallowed))) => {
                star = Some((after, swallowed + 1));
                n = swallowed + 1;
                p = after;
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

/// Length of the set that `pattern` starts with, where it holds `c`; a `[` without its `]` stands for itself.
fn set(pattern: &[char], c: char) -> Option<usize> {
    let negated = pattern.get(1) == Some(&'!');
    let first = if negated { 2 } else { 1 };
    let closing = pattern
        .iter()
        .skip(first + 1)
        .position(|&other| other == ']');
    let Some(closing) = closing else {
        return (c == '[').then_some(1);
    };
    let end = first + 1 + closing;
    let mut held = false;
    let mut at = first;
    while at < end {
        if at + 2 < end && pattern[at + 1] == '-' {
            held |= (pattern[at]..=pattern[at + 2]).contains(&c);
            at += 3;
        } else {
            held |= pattern[at] == c;
            at += 1;
        }
    }
    (held != negated).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::matches_pattern;

    #[test]
    fn patterns_match_whole_names() {
        for (name, pattern, expected) in [
            ("a/test_b.py", "*/test_*.py", true),
            ("a/b/c.py", "*.py", true),
            ("a.pyc", "*.py", false),
            ("abc", "a?c", true),
            ("abc", "a[a-c]c", true),
            ("abc", "a[!a-c]c", false),
            ("a[c", "a[c", true),
            ("a]c", "a[]]c", true),
            ("", "*", true),
            ("", "", true),
            ("a", "", false),
            ("aaab", "*a*b", true),
        ] {
            assert_eq!(matches_pattern(name, pattern), expected, "{name} {pattern}");
        }
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        assert!(!matches_pattern(
            &"a".repeat(2_000),
            &("a*".repeat(200) + "b")
        ));
    }
}
