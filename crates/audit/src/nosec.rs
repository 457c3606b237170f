//! `# nosec` comments, with the quirks of Bandit 1.9.4.
//!
//! A comment without a known id or name silences everything on its line; `NOSEC` is no such comment; of the comments
//! within a node the first one counts, together with the one on the line reported.

use std::collections::BTreeMap;

use crate::rules::KNOWN;
use crate::syntax::Tree;

/// The comments of one source by line.
#[derive(Debug)]
pub(crate) struct Nosec {
    /// Ids named on the line; empty for a blanket comment.
    lines: BTreeMap<u32, Vec<&'static str>>,
}

/// How a comment silences a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// It names no test.
    Blanket,
    /// It names the finding's test.
    Named,
}

impl Nosec {
    /// Reads the comments; `None` where there are none.
    pub(crate) fn read(tree: &Tree) -> Option<Nosec> {
        let lines: BTreeMap<_, _> = tree
            .nosec_comments
            .iter()
            .filter_map(|&range| {
                let ids = ids_in_comment(tree.text(range))?;
                Some((tree.lines().line(range.start()), ids))
            })
            .collect();
        (!lines.is_empty()).then_some(Nosec { lines })
    }

    /// What silences test `id`, reported on `explicit_line` or anywhere from the first to the last of `lines`.
    pub(crate) fn silences(
        &self,
        id: &str,
        explicit_line: Option<u32>,
        lines: (u32, u32),
    ) -> Option<Silence> {
        let (first, last) = lines;
        let on_line = explicit_line.and_then(|line| self.lines.get(&line));
        let in_scope = (first <= last)
            .then(|| self.lines.range(first..=last).next())
            .flatten()
            .map(|(_, ids)| ids);
        if on_line.is_none() && in_scope.is_none() {
            return None;
        }
        let mut ids = on_line.into_iter().chain(in_scope).flatten().peekable();
        if ids.peek().is_none() {
            return Some(Silence::Blanket);
        }
        ids.any(|named| *named == id).then_some(Silence::Named)
    }
}

/// Bandit's `#\s*nosec:?\s*(?P<tests>[^#]+)?#?`: the ids named, or `None` where the comment is an ordinary one.
fn ids_in_comment(comment: &str) -> Option<Vec<&'static str>> {
    let named = comment
        .split('#')
        .skip(1)
        .find_map(|part| part.trim_start().strip_prefix("nosec"))?;
    Some(test_names(named).filter_map(known_id).collect())
}

fn known_id(name: &str) -> Option<&'static str> {
    KNOWN
        .iter()
        .find(|(id, long)| *id == name || *long == name)
        .map(|(id, _)| *id)
}

/// Bandit's `(?:(B\d+|[a-z\d_]+),?)+`, of which it keeps only the last repetition: `B101,B102` names `B102`.
fn test_names(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = &rest[rest.find(is_word)?..];
        let mut last = "";
        while rest.starts_with(is_word) {
            let (name, after) = rest.split_at(name_length(rest, is_word));
            last = name;
            rest = after.strip_prefix(',').unwrap_or(after);
        }
        Some(last)
    })
}

fn name_length(text: &str, is_word: impl Fn(char) -> bool) -> usize {
    let end =
        |text: &str, keep: &dyn Fn(char) -> bool| text.find(|c| !keep(c)).unwrap_or(text.len());
    if let Some(digits) = text.strip_prefix(['B', 'b']) {
        let count = end(digits, &|c| c.is_ascii_digit());
        if count > 0 {
            return 1 + count;
        }
    }
    end(text, &is_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{accepts, flags};
    use crate::{Mode, Module};

    #[test]
    fn comments_are_read_as_bandit_reads_them() {
        let all: Option<Vec<&str>> = Some(vec![]);
        assert_eq!(ids_in_comment("# nosec"), all);
        assert_eq!(ids_in_comment("#nosec: B101"), Some(vec!["B101"]));
        assert_eq!(
            ids_in_comment("# nosec B101, B602"),
            Some(vec!["B101", "B602"])
        );
        assert_eq!(ids_in_comment("# nosec B101,B602"), Some(vec!["B602"]));
        assert_eq!(ids_in_comment("# nosec assert_used"), Some(vec!["B101"]));
        assert_eq!(ids_in_comment("# nosec because I say so"), all);
        assert_eq!(ids_in_comment("# nosec b101"), all);
        assert_eq!(
            ids_in_comment("# why # nosec B101 # B102"),
            Some(vec!["B101"])
        );
        assert_eq!(ids_in_comment("# NOSEC"), None);
        assert_eq!(ids_in_comment("# a nosec"), None);
    }

    #[test]
    fn a_comment_silences_its_line_or_its_rule() {
        accepts("assert x  # nosec\n");
        accepts("assert x  # nosec B101\n");
        flags("assert x  # nosec B102\n", &["B101:1:0"]);
        accepts("exec(\n  x,  # nosec\n)\n");
        flags("exec(x)\n# nosec\n", &["B102:1:0"]);
    }

    #[test]
    fn strict_mode_knows_no_nosec() {
        let module = Module::parse("eval(x)  # nosec\n");
        assert_eq!(module.findings(Mode::Strict).len(), 1);
        assert!(module.findings(Mode::Bandit).is_empty());
    }

    #[test]
    fn a_string_is_silenced_anywhere_in_its_parent() {
        accepts("f(\n    '/tmp/x',\n    1,  # nosec\n)\n");
        accepts("def f(a='/tmp/x',\n      b=1):  # nosec\n    pass\n");
    }
}
