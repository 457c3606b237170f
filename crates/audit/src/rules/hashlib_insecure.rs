//! B324: a hash that is broken, used where it may guard something.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::{Call, Value};
use crate::issue::Issue;
use crate::syntax::Ranged;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B324",
        name: "hashlib_insecure_functions",
        severity: "MEDIUM, HIGH",
        cwe: Cwe(327),
        summary: "broken hash; use SHA-256, or usedforsecurity=False",
    },
    advice: Advice {
        why: "Collisions of MD4, MD5 and SHA-1 are cheap to find.",
        flagged: "`hashlib.md5(data)`, `crypt.crypt(word, crypt.METHOD_MD5)`",
        safer: "`hashlib.sha256(data)`, or `hashlib.md5(data, usedforsecurity=False)` where it is but a checksum",
        reference: "https://docs.python.org/3/library/hashlib.html",
    },
    triggers: &[
        Trigger::Segment("hashlib", check_hashlib),
        Trigger::Segment("crypt", check_crypt),
    ],
};

const WEAK: [&str; 4] = ["md4", "md5", "sha", "sha1"];
const WEAK_METHODS: [&str; 3] = ["METHOD_CRYPT", "METHOD_MD5", "METHOD_BLOWFISH"];

fn check_hashlib(call: &Call<'_>) -> Option<Issue> {
    if call.keywords_break_bandit() {
        return None;
    }
    let function = call.last_segment();
    let hash = if WEAK.contains(&function) {
        function
    } else if function == "new" && !call.positional_break_bandit() {
        text(call.arg(0).or_else(|| call.keyword_value("name")))?
    } else {
        return None;
    };
    let weak = WEAK.contains(&hash.to_lowercase().as_str());
    let for_security = match call.keyword_value("usedforsecurity") {
        None | Some(Value::Text("True")) => true,
        Some(_) => false,
    };
    let message = || {
        let hash = hash.to_uppercase();
        format!("Use of weak {hash} hash for security. Consider usedforsecurity=False")
    };
    (weak && for_security).then(|| issue(call, Severity::High, message()))
}

fn check_crypt(call: &Call<'_>) -> Option<Issue> {
    // Bandit looks at `crypt` only where `hashlib` is no part of the name.
    if call.has_segment("hashlib") || call.arguments_break_bandit() {
        return None;
    }
    let (position, keyword) = match call.last_segment() {
        "crypt" => (1, "salt"),
        "mksalt" => (0, "method"),
        _ => return None,
    };
    let method = text(call.arg(position).or_else(|| call.keyword_value(keyword)))?;
    let message = || {
        format!(
            "Use of insecure crypt.{} hash function.",
            method.to_uppercase()
        )
    };
    WEAK_METHODS
        .contains(&method)
        .then(|| issue(call, Severity::Medium, message()))
}

fn text(value: Option<Value<'_>>) -> Option<&str> {
    match value {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

fn issue(call: &Call<'_>, severity: Severity, message: String) -> Issue {
    Issue::new(severity, Confidence::High, message).on_line_of(Some(call.node.start()))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn broken_hashes_are_flagged() {
        flags("import hashlib as h\nh.md5(x)\n", &["B324:2:0"]);
        flags(
            "from hashlib import new\nnew('SHA1')\nnew(name='md5', data=x)\n",
            &["B324:2:0", "B324:3:0"],
        );
        flags("hashlib.md5(x, usedforsecurity=True)\n", &["B324:1:0"]);
        assert_eq!(weight("hashlib.sha1()\n"), "HIGH/HIGH");
        assert_eq!(weight("crypt.crypt(x, crypt.METHOD_MD5)\n"), "MEDIUM/HIGH");
        assert_eq!(
            weight("crypt.mksalt(method=crypt.METHOD_CRYPT)\n"),
            "MEDIUM/HIGH"
        );
    }

    #[test]
    fn sound_hashes_and_checksums_are_accepted() {
        accepts("hashlib.sha256(x)\nhashlib.new('sha256')\nhashlib.new(f())\nmd5(x)\n");
        accepts("hashlib.md5(x, usedforsecurity=False)\ncrypt.crypt(x)\ncrypt.mksalt(m)\n");
    }
}
