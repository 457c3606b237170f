//! B612: a logging configuration taken from the network.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B612",
        name: "logging_config_insecure_listen",
        severity: "MEDIUM",
        cwe: Cwe(94),
        summary: "logging configuration from a socket; pass verify=",
    },
    advice: Advice {
        why: "Parts of the configuration are passed to `eval`: who can connect can run code.",
        flagged: "`logging.config.listen(9999)`",
        safer: "`logging.config.listen(9999, verify=check_signature)`",
        reference: "https://docs.python.org/3/library/logging.config.html#logging.config.listen",
    },
    triggers: &[Trigger::Calls(&["logging.config.listen"], check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    if call.keywords_break_bandit() || call.keyword("verify").is_some() {
        return None;
    }
    let message = "Use of insecure logging.config.listen detected.";
    Some(Issue::new(Severity::Medium, Confidence::High, message))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn an_open_socket_is_flagged() {
        flags(
            "from logging.config import listen\nlisten(9999)\n",
            &["B612:2:0"],
        );
        assert_eq!(weight("logging.config.listen()\n"), "MEDIUM/HIGH");
    }

    #[test]
    fn a_verified_one_is_accepted() {
        accepts("logging.config.listen(9999, verify=f)\nserver.listen(9999)\n");
    }
}
