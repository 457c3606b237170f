//! B201: Flask with its debugger on.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::{Call, Value};
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B201",
        name: "flask_debug_true",
        severity: "HIGH",
        cwe: Cwe(94),
        summary: "Flask with debug=True; turn it off in production",
    },
    advice: Advice {
        why: "The debugger lets whoever reaches the page run code on the server.",
        flagged: "`app.run(debug=True)`",
        safer: "`app.run()`, debugging switched on by `FLASK_DEBUG` on the developer's machine",
        reference: "https://flask.palletsprojects.com/en/stable/debugging/",
    },
    triggers: &[Trigger::Keyword("debug", check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    let runs = call.last_segment() == "run"
        && call.name != "run"
        && call.imports.is_imported_like("flask");
    if !runs || call.keywords_break_bandit() {
        return None;
    }
    if call.keyword_value("debug") != Some(Value::Text("True")) {
        return None;
    }
    let message = "A Flask app appears to be run with debug=True, which exposes the Werkzeug debugger \
                   and allows the execution of arbitrary code.";
    let line = call.keyword_position("debug");
    Some(Issue::new(Severity::High, Confidence::Medium, message).on_line_of(line))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn the_debugger_is_flagged_on_the_line_of_its_argument() {
        flags(
            "from flask import Flask\napp.run(\n  debug=True)\n",
            &["B201:3:0"],
        );
        assert_eq!(
            weight("import flask_cors\napp.run(debug='True')\n"),
            "HIGH/MEDIUM"
        );
    }

    #[test]
    fn other_programs_are_accepted() {
        accepts("app.run(debug=True)\nimport flask\napp.run(debug=False)\n");
        accepts("import flask\napp.run(debug=debug)\nrun(debug=True)\n");
    }
}
