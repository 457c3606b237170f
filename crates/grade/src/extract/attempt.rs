//! Parsing within a budget, so that an answer made of thousands of fragments stays cheap.

use scrl_audit::Module;

/// How many bytes may still be parsed for one answer.
pub(super) struct Attempts {
    bytes_left: usize,
}

impl Attempts {
    /// Sixteen times the answer and the few kilobytes that every answer may cost.
    pub(super) fn for_text(text: &str) -> Self {
        const TIMES: usize = 16;
        const FLOOR: usize = 1 << 18;
        Self {
            bytes_left: text.len() * TIMES + FLOOR,
        }
    }

    /// Parses `source`, or gives `None` when the budget is used up.
    pub(super) fn parse(&mut self, source: &str) -> Option<Module> {
        /// What starting the parser costs, as bytes.
        const START: usize = 64;
        self.bytes_left = self.bytes_left.checked_sub(source.len() + START)?;
        Some(Module::parse(source))
    }

    /// Whether `source` parses; no when the budget is used up.
    pub(super) fn parses(&mut self, source: &str) -> bool {
        self.parse(source).is_some_and(|module| module.parses())
    }

    /// The longest found start of `text`, in whole lines, for which `base` and it together parse.
    ///
    /// Each syntax error cuts the text before the line it points at.
    pub(super) fn longest_start<'a>(&mut self, base: &str, text: &'a str) -> Option<&'a str> {
        const TRIES: usize = 16;
        let base_lines = base.matches('\n').count();
        let mut start = text;
        for _ in 0..TRIES {
            let module = self.parse(&format!("{base}{start}"))?;
            let Some(error) = module.syntax_error() else {
                return Some(start);
            };
            let keep = (error.line as usize).checked_sub(base_lines + 1)?;
            start = first_lines(start, keep.min(line_count(start).saturating_sub(1)));
            if start.trim().is_empty() {
                return None;
            }
        }
        None
    }
}

fn line_count(text: &str) -> usize {
    text.split_inclusive('\n').count()
}

fn first_lines(text: &str, count: usize) -> &str {
    let end = text.split_inclusive('\n').take(count).map(str::len).sum();
    &text[..end]
}
