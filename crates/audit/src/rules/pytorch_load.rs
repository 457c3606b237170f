//! B614: a PyTorch checkpoint that is unpickled.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::{Call, Value};
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B614",
        name: "pytorch_load",
        severity: "MEDIUM",
        cwe: Cwe(502),
        summary: "torch.load unpickles; pass weights_only=True",
    },
    advice: Advice {
        why: "Loading a checkpoint calls whatever functions the file names.",
        flagged: "`torch.load(path)`",
        safer: "`torch.load(path, weights_only=True)`, or safetensors",
        reference: "https://docs.pytorch.org/docs/stable/generated/torch.load.html",
    },
    triggers: &[Trigger::Calls(
        &["torch.load", "torch.serialization.load"],
        check,
    )],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    if !call.imports.is_imported("torch") || call.keywords_break_bandit() {
        return None;
    }
    if call.keyword_value("weights_only") == Some(Value::Text("True")) {
        return None;
    }
    let line = call.keyword_position("load");
    let issue = Issue::new(
        Severity::Medium,
        Confidence::High,
        "Use of unsafe PyTorch load",
    );
    Some(issue.on_line_of(line))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn unpickled_checkpoints_are_flagged() {
        flags("import torch as t\nt.load(p)\n", &["B614:2:0"]);
        assert_eq!(
            weight("import torch\ntorch.serialization.load(p, weights_only=w)\n"),
            "MEDIUM/HIGH"
        );
    }

    #[test]
    fn weights_alone_are_accepted() {
        accepts("import torch\ntorch.load(p, weights_only=True)\n");
        accepts("from torch import load\nload(p)\n");
    }
}
