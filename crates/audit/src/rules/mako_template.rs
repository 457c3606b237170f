//! B702: a template engine that escapes nothing.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B702",
        name: "use_of_mako_templates",
        severity: "MEDIUM",
        cwe: Cwe(80),
        summary: "Mako escapes nothing by default; use the h filter",
    },
    advice: Advice {
        why: "Markup in a variable reaches the browser unescaped.",
        flagged: "`mako.template.Template(text)`",
        safer: "`Template(text, default_filters=[\"h\"])`, and check that every variable passes through it",
        reference: "https://docs.makotemplates.org/en/latest/filtering.html",
    },
    triggers: &[Trigger::Segment("mako", check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    let message = "Mako templates allow HTML/JS rendering by default and are inherently open to XSS \
                   attacks. Ensure variables in all templates are properly sanitized via the 'n', 'h' \
                   or 'x' flags (depending on context). For example, to HTML escape the variable \
                   'data' do ${ data |h }.";
    (call.last_segment() == "Template")
        .then(|| Issue::new(Severity::Medium, Confidence::High, message))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn templates_are_flagged() {
        flags(
            "from mako.template import Template as T\nT('x')\n",
            &["B702:2:0"],
        );
        assert_eq!(weight("mako.template.Template(x)\n"), "MEDIUM/HIGH");
    }

    #[test]
    fn other_templates_are_accepted() {
        accepts("from string import Template\nTemplate('x')\nmako.lookup.f()\n");
    }
}
