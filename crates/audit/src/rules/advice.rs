//! What a reviewer is told about a rule: why it matters, and what to write instead.

/// Why a rule flags what it flags, and how to fix it. Code in the texts stands between backticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What can happen, in one or two sentences.
    pub why: &'static str,
    /// Code that is flagged.
    pub flagged: &'static str,
    /// What to write instead.
    pub safer: &'static str,
    /// Where to read more.
    pub reference: &'static str,
}
