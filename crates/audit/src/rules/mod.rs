//! The rules, and the table that says which of them a node concerns.
//!
//! A rule is one file: what it does and why, its check, and code that it flags and accepts. It names its triggers, and
//! [`Dispatch`] looks them up, so that a node costs nothing to the rules it does not concern.

mod advice;
mod assert_used;
mod bad_file_permissions;
mod banned;
mod banned_calls;
mod banned_imports;
mod bind_all_interfaces;
mod constant_text;
mod dispatch;
mod django_extra;
mod django_mark_safe;
mod django_raw_sql;
mod exec_used;
mod flask_debug;
mod hardcoded_password_default;
mod hardcoded_password_funcarg;
mod hardcoded_password_string;
mod hardcoded_sql;
mod hardcoded_tmp_directory;
mod hashlib_insecure;
mod huggingface_download;
mod jinja2_autoescape;
mod known;
mod logging_listen;
mod mako_template;
mod markupsafe_markup;
mod other_call_with_shell;
mod page;
mod paramiko_command;
mod password_name;
mod process_partial_path;
mod process_with_shell;
mod process_without_shell;
mod pytorch_load;
mod request_without_timeout;
mod request_without_verification;
mod shell_argument;
mod snmp_encryption;
mod snmp_version;
mod sql_text;
mod ssh_host_key;
mod ssl_bad_default;
mod ssl_bad_version;
mod ssl_no_version;
mod subprocess_with_shell;
mod subprocess_without_shell;
mod tarfile_extract;
mod trojan_source;
mod try_except_continue;
mod try_except_pass;
mod weak_key;
mod wildcard_injection;
mod yaml_load;

#[cfg(test)]
pub(crate) mod testing;

use std::sync::OnceLock;

use scrl_record::Cwe;

pub use advice::Advice;
pub(crate) use dispatch::Dispatch;
use dispatch::{Rule, Trigger};
pub(crate) use known::KNOWN;
pub use page::rules_page;

/// What a rule is called and what it looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// Bandit's id, such as `B602`.
    pub id: &'static str,
    /// Bandit's name, such as `subprocess_popen_with_shell_equals_true`.
    pub name: &'static str,
    /// Severities that it reports, such as `LOW` or `LOW, HIGH`.
    pub severity: &'static str,
    /// The weakness it points at.
    pub cwe: Cwe,
    /// What is flagged, and what to write instead, in one line.
    pub summary: &'static str,
}

/// Every rule that is implemented, sorted by id.
pub fn rules() -> &'static [RuleInfo] {
    static INFOS: OnceLock<Vec<RuleInfo>> = OnceLock::new();
    INFOS.get_or_init(|| {
        let lists = banned_calls::CALLS.iter().chain(&banned_imports::IMPORTS);
        let mut infos: Vec<RuleInfo> = RULES
            .iter()
            .map(|rule| rule.info)
            .chain(lists.map(|row| row.info))
            .collect();
        infos.sort_by_key(|info| info.id);
        infos
    })
}

/// Why the rule of this id matters and how to fix what it flags; `None` for an unknown id.
pub fn advice(id: &str) -> Option<&'static Advice> {
    let own = RULES.iter().map(|rule| (&rule.info, &rule.advice));
    let lists = banned_calls::CALLS.iter().chain(&banned_imports::IMPORTS);
    own.chain(lists.map(|row| (&row.info, &row.advice)))
        .find(|(info, _)| info.id == id)
        .map(|(_, advice)| advice)
}

/// The rules that have a check of their own.
static RULES: [Rule; 42] = [
    assert_used::RULE,
    exec_used::RULE,
    hardcoded_password_string::RULE,
    hardcoded_password_funcarg::RULE,
    hardcoded_password_default::RULE,
    hardcoded_tmp_directory::RULE,
    try_except_pass::RULE,
    try_except_continue::RULE,
    request_without_timeout::RULE,
    hashlib_insecure::RULE,
    yaml_load::RULE,
    subprocess_with_shell::RULE,
    subprocess_without_shell::RULE,
    other_call_with_shell::RULE,
    process_with_shell::RULE,
    process_without_shell::RULE,
    process_partial_path::RULE,
    hardcoded_sql::RULE,
    bind_all_interfaces::RULE,
    bad_file_permissions::RULE,
    django_extra::RULE,
    django_mark_safe::RULE,
    django_raw_sql::RULE,
    flask_debug::RULE,
    huggingface_download::RULE,
    jinja2_autoescape::RULE,
    logging_listen::RULE,
    mako_template::RULE,
    markupsafe_markup::RULE,
    paramiko_command::RULE,
    pytorch_load::RULE,
    request_without_verification::RULE,
    snmp_encryption::RULE,
    snmp_version::RULE,
    ssh_host_key::RULE,
    ssl_bad_default::RULE,
    ssl_bad_version::RULE,
    ssl_no_version::RULE,
    tarfile_extract::RULE,
    trojan_source::RULE,
    weak_key::RULE,
    wildcard_injection::RULE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_known_to_bandit_and_listed_once() {
        let rules = rules();
        assert!(rules.windows(2).all(|pair| pair[0].id < pair[1].id));
        for rule in rules {
            assert!(
                KNOWN.contains(&(rule.id, rule.name)),
                "{} {}",
                rule.id,
                rule.name
            );
            assert!(!rule.summary.is_empty());
            let advice = advice(rule.id).expect("every rule advises");
            assert!(!advice.why.is_empty() && !advice.safer.is_empty());
        }
        // All but the lists' common id.
        assert_eq!(rules.len(), KNOWN.len() - 1);
    }
}
