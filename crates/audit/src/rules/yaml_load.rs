//! B506: a YAML loader that builds arbitrary Python objects.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::{Call, Value};
use crate::issue::Issue;
use crate::syntax::Ranged;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B506",
        name: "yaml_load",
        severity: "MEDIUM",
        cwe: Cwe(20),
        summary: "YAML loader that builds any object; use yaml.safe_load",
    },
    advice: Advice {
        why: "A document can then call functions of the program.",
        flagged: "`yaml.load(text)`",
        safer: "`yaml.safe_load(text)`, `yaml.load(text, Loader=yaml.SafeLoader)`",
        reference: "https://pyyaml.org/wiki/PyYAMLDocumentation",
    },
    triggers: &[Trigger::Segment("yaml", check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    if !call.imports.is_imported("yaml") || call.last_segment() != "load" {
        return None;
    }
    let loaders = [call.keyword_value("Loader"), call.arg(1)];
    let safe = |loader| matches!(loader, Some(Value::Text("SafeLoader" | "CSafeLoader")));
    let fails = call.keywords_break_bandit() || call.arg_breaks_bandit(1);
    if fails || loaders.into_iter().any(safe) {
        return None;
    }
    let message = "Use of unsafe yaml load. Allows instantiation of arbitrary objects. Consider \
                   yaml.safe_load().";
    Some(
        Issue::new(Severity::Medium, Confidence::High, message).on_line_of(Some(call.node.start())),
    )
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn unsafe_loaders_are_flagged() {
        flags(
            "import yaml\nyaml.load(x)\nyaml.load(x, Loader=yaml.Loader)\n",
            &["B506:2:0", "B506:3:0"],
        );
        assert_eq!(weight("import yaml\nyaml.load(x, f())\n"), "MEDIUM/HIGH");
    }

    #[test]
    fn safe_loaders_are_accepted() {
        accepts("import yaml\nyaml.safe_load(x)\nyaml.load(x, yaml.SafeLoader)\n");
        accepts("import yaml\nyaml.load(x, Loader=CSafeLoader)\njson.load(x)\n");
        accepts("from yaml import load\nload(x)\n");
    }
}
