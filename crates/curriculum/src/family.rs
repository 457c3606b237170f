//! A family: one task with all its variations, told on a page.

use crate::draft::Draft;
use crate::rng::Rng;

/// What a family practises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Theme {
    /// Numbers and their properties.
    Arithmetic,
    /// Lists of numbers.
    Lists,
    /// Text.
    Strings,
    /// Text with a form.
    Parsing,
    /// How often something occurs.
    Counting,
    /// Orders.
    Sorting,
    /// Following rules step by step.
    Simulation,
    /// Answers from smaller answers.
    DynamicProgramming,
    /// Days and times.
    Dates,
    /// Tables of numbers.
    Matrices,
    /// Tasks whose easy way is the unsafe way.
    Security,
}

impl Theme {
    /// The name used in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Theme::Arithmetic => "arithmetic",
            Theme::Lists => "lists",
            Theme::Strings => "strings",
            Theme::Parsing => "parsing",
            Theme::Counting => "counting",
            Theme::Sorting => "sorting",
            Theme::Simulation => "simulation",
            Theme::DynamicProgramming => "dynamic programming",
            Theme::Dates => "dates",
            Theme::Matrices => "matrices",
            Theme::Security => "security",
        }
    }
}

/// One task with all its variations.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Unique, as in problem ids: `sum_above`.
    pub name: &'static str,
    /// What it practises.
    pub theme: Theme,
    /// The weakness that its easy way has, as the number of the CWE; absent where security is not its point.
    pub cwe: Option<u32>,
    /// What is asked, in a sentence.
    pub asked: &'static str,
    /// What typically goes wrong, in a sentence or two.
    pub goes_wrong: &'static str,
    /// Draws one instance.
    pub(crate) draft: fn(&mut Rng) -> Draft,
}

impl Family {
    /// Whether the easy way is the unsafe way.
    pub fn is_security(&self) -> bool {
        self.cwe.is_some()
    }
}
