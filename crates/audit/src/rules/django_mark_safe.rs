//! B703: text marked as safe HTML in Django that is not known to be constant.

use scrl_record::{Confidence, Cwe, Severity};

use super::constant_text::Scope;
use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B703",
        name: "django_mark_safe",
        severity: "MEDIUM",
        cwe: Cwe(80),
        summary: "mark_safe of text that may not be constant; use format_html",
    },
    advice: Advice {
        why: "Markup in the text reaches the browser unescaped.",
        flagged: "`mark_safe(\"<b>\" + name + \"</b>\")`",
        safer: "`format_html(\"<b>{}</b>\", name)`",
        reference: "https://docs.djangoproject.com/en/stable/ref/utils/#django.utils.html.format_html",
    },
    triggers: &[
        Trigger::Segment("mark_safe", |call| check(call, "mark_safe")),
        Trigger::Segment("SafeText", |call| check(call, "SafeText")),
        Trigger::Segment("SafeUnicode", |call| check(call, "SafeUnicode")),
        Trigger::Segment("SafeString", |call| check(call, "SafeString")),
        Trigger::Segment("SafeBytes", |call| check(call, "SafeBytes")),
    ],
};

fn check(call: &Call<'_>, function: &str) -> Option<Issue> {
    if call.last_segment() != function || !call.imports.is_imported_like("django.utils.safestring")
    {
        return None;
    }
    let text = call.args().first()?;
    if text.is_string_literal_expr() {
        return None;
    }
    // Where Bandit fails it reports nothing.
    let is_constant = Scope::around(call).is_constant(text).ok()?;
    let message = "Potential XSS on mark_safe function.";
    (!is_constant).then(|| Issue::new(Severity::Medium, Confidence::High, message))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    const IMPORT: &str = "from django.utils import safestring\nimport django.utils.safestring\n";

    fn flagged(source: &str) -> bool {
        let module = crate::Module::parse(&format!("{IMPORT}{source}"));
        assert_eq!(module.syntax_error(), None, "{source}");
        let findings = module.findings(crate::Mode::Bandit);
        findings.iter().any(|finding| finding.id == "B703")
    }

    #[test]
    fn text_that_may_vary_is_flagged() {
        flags(
            "import django.utils.safestring\nSafeText(x)\n",
            &["B703:2:0"],
        );
        assert_eq!(
            weight("import django.utils.safestring\nx.SafeString(f'{x}')\n"),
            "MEDIUM/HIGH"
        );
        for source in [
            "def f(x):\n    x = 'a'\n    SafeText(x)\n",
            "x = 'a'\nx = y()\nSafeText(x)\n",
            "if c:\n    x = 'a'\nelse:\n    x = y()\nSafeText(x)\n",
            "SafeText('{}'.format(x))\n",
            "SafeText('%s' % x)\n",
            "SafeText('{a}'.format(a='b'))\n",
            "with f() as x:\n    pass\nSafeText(x)\n",
        ] {
            assert!(flagged(source), "{source}");
        }
    }

    #[test]
    fn constant_text_is_accepted() {
        accepts("import django.utils.safestring\nSafeText('a')\nSafeText()\n");
        for source in [
            "x = 'a'\nSafeText(x)\n",
            "x = 'a'\ny = x\nSafeText(y)\n",
            "if c:\n    x = 'a'\nelse:\n    x = 'b'\nSafeText(x)\n",
            "def f():\n    x = 'a'\n    SafeText('{} {}'.format(x, 'b'))\n",
            "x, y = 'a', b\nSafeText(x)\n",
            "SafeText('%s %s' % ('a', 'b'))\n",
            "SafeText('{} {}'.format(*['a', 'b']))\n",
            "try:\n    x = 'a'\nexcept E:\n    x = 'b'\nSafeText(x)\n",
        ] {
            assert!(!flagged(source), "{source}");
        }
    }

    #[test]
    fn what_bandit_fails_on_is_accepted() {
        assert!(!flagged("x.a, y = 'a', b\nSafeText(y)\n"));
        assert!(!flagged("x = (\n  x)\nSafeText(x)\n"));
    }
}
