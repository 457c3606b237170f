//! B704: text marked as safe HTML.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;
use crate::syntax::Expr;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B704",
        name: "markupsafe_markup_xss",
        severity: "MEDIUM",
        cwe: Cwe(79),
        summary: "Markup of text that is not literal; use escape",
    },
    advice: Advice {
        why: "Markup in the text reaches the browser unescaped.",
        flagged: "`Markup(f\"<b>{name}</b>\")`",
        safer: "`Markup(\"<b>{}</b>\").format(name)`",
        reference: "https://markupsafe.palletsprojects.com/en/stable/escaping/",
    },
    triggers: &[
        Trigger::Calls(&["markupsafe.Markup", "flask.Markup"], check),
        Trigger::Configured(|settings| &settings.markup_names, check),
    ],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    let text = call.args().first()?;
    if text.is_literal_expr() || is_allowed(text, call) {
        return None;
    }
    let message = format!(
        "Potential XSS with ``{}`` detected. Do not use ``{}`` on untrusted data.",
        call.name,
        call.last_segment()
    );
    Some(Issue::new(Severity::Medium, Confidence::High, message))
}

fn is_allowed(text: &Expr, call: &Call<'_>) -> bool {
    let allowed = &call.settings.markup_allowed_calls;
    let Expr::Call(inner) = text else {
        return false;
    };
    if allowed.is_empty() {
        return false;
    }
    let mut name = String::new();
    call.imports.qualified(&inner.func, &mut name);
    allowed.contains(&name)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn text_that_is_not_literal_is_flagged() {
        flags(
            "from markupsafe import Markup\nMarkup(f'{x}')\n",
            &["B704:2:0"],
        );
        assert_eq!(weight("flask.Markup(x)\n"), "MEDIUM/HIGH");
    }

    #[test]
    fn literals_are_accepted() {
        accepts("import markupsafe\nmarkupsafe.Markup('<b>')\nmarkupsafe.Markup()\nMarkup(x)\n");
    }
}
