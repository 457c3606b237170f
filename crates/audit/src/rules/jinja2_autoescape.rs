//! B701: Jinja2 without escaping.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;
use crate::syntax::{Expr, Node, walk_from};

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B701",
        name: "jinja2_autoescape_false",
        severity: "HIGH",
        cwe: Cwe(94),
        summary: "Jinja2 without escaping; pass autoescape=select_autoescape()",
    },
    advice: Advice {
        why: "Markup in a variable reaches the browser unescaped.",
        flagged: "`jinja2.Environment(loader=loader)`",
        safer: "`jinja2.Environment(loader=loader, autoescape=jinja2.select_autoescape())`",
        reference: "https://jinja.palletsprojects.com/en/stable/api/#autoescaping",
    },
    triggers: &[Trigger::Segment("jinja2", check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    if call.last_segment() != "Environment" {
        return None;
    }
    let (confidence, message) = match autoescape(call) {
        None => (
            Confidence::High,
            "By default, jinja2 sets autoescape to False. Consider using autoescape=True or use \
             the select_autoescape function to mitigate XSS vulnerabilities.",
        ),
        Some(Expr::BooleanLiteral(value)) if value.value => return None,
        Some(Expr::BooleanLiteral(_)) => (
            Confidence::High,
            "Using jinja2 templates with autoescape=False is dangerous and can lead to XSS. Use \
             autoescape=True or use the select_autoescape function to mitigate XSS \
             vulnerabilities.",
        ),
        Some(Expr::Call(function)) if is_select_autoescape(&function.func) => return None,
        Some(_) => (
            Confidence::Medium,
            "Using jinja2 templates with autoescape=False is dangerous and can lead to XSS. \
             Ensure autoescape=True or use the select_autoescape function to mitigate XSS \
             vulnerabilities.",
        ),
    };
    Some(Issue::new(Severity::High, confidence, message))
}

/// The keyword argument of that name nearest to the call, in the call itself or in what is nested in it.
fn autoescape<'s>(call: &Call<'s>) -> Option<&'s Expr> {
    // Environments within the arguments of environments would cost the product of both.
    if let Some(own) = call.first_keyword("autoescape") {
        return Some(&own.value);
    }
    let mut nearest: Option<(usize, &'s Expr)> = None;
    let arguments = &call.node.arguments;
    let values = arguments
        .args
        .iter()
        .map(Node::Expr)
        .chain(std::iter::once(Node::Expr(&call.node.func)))
        .chain(arguments.keywords.iter().map(Node::Keyword));
    for value in values {
        walk_from(value, |node, ancestors| {
            let fuel = call.fuel.get();
            call.fuel.set(fuel.saturating_sub(1));
            if let Node::Keyword(keyword) = node
                && fuel > 0
                && keyword
                    .arg
                    .as_ref()
                    .is_some_and(|arg| arg.as_str() == "autoescape")
                && nearest.is_none_or(|(depth, _)| ancestors.len() < depth)
            {
                nearest = Some((ancestors.len(), &keyword.value));
            }
        });
    }
    nearest.map(|(_, value)| value)
}

fn is_select_autoescape(function: &Expr) -> bool {
    match function {
        Expr::Attribute(attribute) => attribute.attr.as_str() == "select_autoescape",
        Expr::Name(name) => name.id == *"select_autoescape",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn environments_that_do_not_escape_are_flagged() {
        flags("import jinja2\njinja2.Environment()\n", &["B701:2:0"]);
        assert_eq!(
            weight("jinja2.Environment(autoescape=False)\n"),
            "HIGH/HIGH"
        );
        assert_eq!(
            weight("jinja2.Environment(autoescape=f())\n"),
            "HIGH/MEDIUM"
        );
        assert_eq!(
            weight("jinja2.Environment(f(autoescape=x))\n"),
            "HIGH/MEDIUM"
        );
    }

    #[test]
    fn environments_that_escape_are_accepted() {
        accepts("from jinja2 import Environment as E\nE(autoescape=True)\n");
        accepts("jinja2.Environment(autoescape=jinja2.select_autoescape())\n");
        accepts("Environment()\njinja2.Template('x')\n");
    }
}
