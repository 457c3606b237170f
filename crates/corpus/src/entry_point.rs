//! The function that a problem's starter code asks for.

use scrl_record::CallStyle;

/// The last `def` of `starter`: `f`, or `Class.m` when it is indented under a class.
///
/// Lines that are comments do not count: `LeetCode` puts commented class definitions before its signatures.
pub(crate) fn entry_point(starter: &str) -> Option<String> {
    let lines: Vec<&str> = starter.lines().collect();
    let (at, name) = lines
        .iter()
        .enumerate()
        .rev()
        .find_map(|(at, line)| Some((at, defined(line)?)))?;
    let indent = indentation(lines[at]);
    let class = lines[..at]
        .iter()
        .rev()
        .find_map(|line| Some((indentation(line), named(line.trim_start(), "class")?)));
    Some(match class {
        Some((outer, class)) if outer < indent => format!("{class}.{name}"),
        _ => name.to_owned(),
    })
}

/// How solutions to a call problem with this entry point are written.
pub(crate) fn call_style(entry_point: &str) -> CallStyle {
    if entry_point.contains('.') {
        CallStyle::Method
    } else {
        CallStyle::Function
    }
}

fn defined(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line
        .strip_prefix("async")
        .map_or(line, |rest| rest.trim_start());
    named(line, "def")
}

/// The identifier after `keyword`, which `line` begins with.
fn named<'a>(line: &'a str, keyword: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(keyword)?;
    let name = rest.trim_start();
    if name.len() == rest.len() {
        return None;
    }
    let end = name
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(name.len());
    (end > 0).then(|| &name[..end])
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_def_counts_and_its_class_goes_with_it() {
        for (starter, expected) in [
            ("\ndef add(a, b):\n", Some("add")),
            (
                "def first():\n    pass\n\ndef  second (x):\n",
                Some("second"),
            ),
            (
                "class Solution:\n    def m(self, s: str) -> int:\n",
                Some("Solution.m"),
            ),
            (
                "class Solution:\n    def a(self): pass\n    def b(self):",
                Some("Solution.b"),
            ),
            ("class Helper:\n    pass\ndef main():\n", Some("main")),
            (
                "# class Node:\n#     def __init__(self):\nclass Solution(object):\n\tdef go(self):",
                Some("Solution.go"),
            ),
            ("async def fetch(url):", Some("fetch")),
            ("define = 3\nundef x", None),
            ("", None),
        ] {
            assert_eq!(entry_point(starter).as_deref(), expected, "{starter:?}");
        }
    }
}
