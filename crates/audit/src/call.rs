//! A call as Bandit's `Context` sees it: its qualified name and the literal values of its arguments.

use std::cell::Cell;

use crate::names::Names;
use crate::scan::Site;
use crate::settings::Settings;
use crate::syntax::{Expr, ExprCall, Keyword, Ranged, TextSize};

/// A call with the name of what it calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'s> {
    pub(crate) node: &'s ExprCall,
    /// Dotted name after import aliases; empty where there is no static name.
    pub(crate) name: &'s str,
    pub(crate) imports: &'s Names<'s>,
    pub(crate) site: &'s Site<'s, 's>,
    pub(crate) settings: &'s Settings,
    /// Statements that checks may still look at in this file beyond the call itself: what keeps time linear.
    pub(crate) fuel: &'s Cell<u32>,
}

/// What Bandit makes of an argument: constants become Python values, everything else `None`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'s> {
    /// A string; also the names of attributes, variables, and `True`, `False`, `None`.
    Text(&'s str),
    /// A number, bytes, an ellipsis, or a display.
    Other(&'s Expr),
    /// Not literal: Bandit's `None`, as if the argument were not there.
    Unknown,
}

impl<'s> Call<'s> {
    /// The last segment of the qualified name.
    pub(crate) fn last_segment(&self) -> &'s str {
        self.name.rsplit('.').next().unwrap_or_default()
    }

    /// Whether some segment of the qualified name is `segment`.
    pub(crate) fn has_segment(&self, segment: &str) -> bool {
        self.name.split('.').any(|candidate| candidate == segment)
    }

    /// The first segment of the qualified name.
    pub(crate) fn first_segment(&self) -> &'s str {
        self.name.split('.').next().unwrap_or_default()
    }

    /// Positional arguments, `*args` counting as one.
    pub(crate) fn args(&self) -> &'s [Expr] {
        &self.node.arguments.args
    }

    /// Value of the positional argument at `at`.
    pub(crate) fn arg(&self, at: usize) -> Option<Value<'s>> {
        self.args().get(at).map(value)
    }

    /// The keyword argument of this name.
    pub(crate) fn keyword(&self, name: &str) -> Option<&'s Keyword> {
        let mut keywords = self.node.arguments.keywords.iter();
        // `ast.parse` takes a repeated keyword; the last one counts, as in the dictionary that Bandit makes.
        keywords.rfind(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name))
    }

    /// Value of the keyword argument of this name.
    pub(crate) fn keyword_value(&self, name: &str) -> Option<Value<'s>> {
        self.keyword(name).map(|keyword| value(&keyword.value))
    }

    /// The first keyword argument of this name, where Bandit looks for it in the tree.
    pub(crate) fn first_keyword(&self, name: &str) -> Option<&'s Keyword> {
        let mut keywords = self.node.arguments.keywords.iter();
        keywords.find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name))
    }

    /// Where the value of a keyword argument starts.
    pub(crate) fn keyword_position(&self, name: &str) -> Option<TextSize> {
        self.first_keyword(name)
            .map(|keyword| keyword.value.start())
    }

    /// Whether Bandit fails on the arguments and so drops what it found: a set display holding something unhashable.
    pub(crate) fn arguments_break_bandit(&self) -> bool {
        self.positional_break_bandit() || self.keywords_break_bandit()
    }

    /// The same, of the positional arguments alone.
    pub(crate) fn positional_break_bandit(&self) -> bool {
        self.args().iter().any(holds_unhashable)
    }

    /// The same, of one positional argument.
    pub(crate) fn arg_breaks_bandit(&self, at: usize) -> bool {
        self.args().get(at).is_some_and(holds_unhashable)
    }

    /// The same, of the keyword arguments alone.
    pub(crate) fn keywords_break_bandit(&self) -> bool {
        let mut keywords = self.node.arguments.keywords.iter();
        keywords.any(|keyword| holds_unhashable(&keyword.value))
    }
}

/// What Bandit makes of an argument: the name of an attribute, or `_get_literal_value`.
pub(crate) fn value(expression: &Expr) -> Value<'_> {
    match expression {
        Expr::Attribute(node) => Value::Text(&node.attr),
        _ => element_value(expression),
    }
}

/// Bandit's `_get_literal_value`, as it stands for the elements of displays.
pub(crate) fn element_value(expression: &Expr) -> Value<'_> {
    match expression {
        Expr::StringLiteral(node) => Value::Text(node.value.to_str()),
        Expr::Name(node) => Value::Text(&node.id),
        Expr::BooleanLiteral(node) => Value::Text(if node.value { "True" } else { "False" }),
        Expr::NoneLiteral(_) => Value::Text("None"),
        Expr::BytesLiteral(_)
        | Expr::NumberLiteral(_)
        | Expr::EllipsisLiteral(_)
        | Expr::List(_)
        | Expr::Tuple(_)
        | Expr::Set(_)
        | Expr::Dict(_) => Value::Other(expression),
        _ => Value::Unknown,
    }
}

fn holds_unhashable(expression: &Expr) -> bool {
    let mut rest = vec![(expression, false)];
    while let Some((expression, in_set)) = rest.pop() {
        let (elements, hashed): (&[Expr], bool) = match expression {
            Expr::List(_) | Expr::Set(_) | Expr::Dict(_) if in_set => return true,
            Expr::List(node) => (&node.elts, false),
            Expr::Tuple(node) => (&node.elts, in_set),
            Expr::Set(node) => (&node.elts, true),
            _ => continue,
        };
        rest.extend(elements.iter().map(|element| (element, hashed)));
    }
    false
}
