//! B615: a model or data set fetched without a fixed revision.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::{Call, Value};
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B615",
        name: "huggingface_unsafe_download",
        severity: "MEDIUM",
        cwe: Cwe(494),
        summary: "download without a fixed revision; pass the hash of a commit",
    },
    advice: Advice {
        why: "What is fetched tomorrow may be something else, with code in it.",
        flagged: "`AutoModel.from_pretrained(\"org/model\")`",
        safer: "`AutoModel.from_pretrained(\"org/model\", revision=\"5d0f2e8a7f1c\")`",
        reference: "https://huggingface.co/docs/huggingface_hub/guides/download",
    },
    triggers: &[
        Trigger::Segment("from_pretrained", |call| {
            check(call, "from_pretrained", "transformers")
        }),
        Trigger::Segment("load_dataset", |call| {
            check(call, "load_dataset", "datasets")
        }),
        Trigger::Segment("hf_hub_download", |call| {
            check(call, "hf_hub_download", "huggingface_hub")
        }),
        Trigger::Segment("snapshot_download", |call| {
            check(call, "snapshot_download", "huggingface_hub")
        }),
        Trigger::Segment("repository_id", |call| {
            check(call, "repository_id", "huggingface_hub")
        }),
    ],
};

const LIBRARIES: [&str; 3] = ["transformers", "datasets", "huggingface_hub"];

fn check(call: &Call<'_>, function: &str, library: &str) -> Option<Issue> {
    let imported = |library: &&str| call.imports.is_imported_like(library);
    if call.last_segment() != function
        || !call.has_segment(library)
        || !LIBRARIES.iter().any(imported)
        || is_computed(call)
        || call.keywords_break_bandit()
        || is_commit(call)
        || call.arg_breaks_bandit(0)
        || is_local(call)
    {
        return None;
    }
    let message =
        format!("Unsafe Hugging Face Hub download without revision pinning in {function}()");
    let line = call.keyword_position(function);
    Some(Issue::new(Severity::Medium, Confidence::High, message).on_line_of(line))
}

/// Whether the revision is no constant; it may then be a good one.
fn is_computed(call: &Call<'_>) -> bool {
    ["revision", "commit_id"].iter().any(|name| {
        call.keyword(name)
            .is_some_and(|keyword| !keyword.value.is_literal_expr())
    })
}

/// Whether the revision looks like the hash of a commit.
fn is_commit(call: &Call<'_>) -> bool {
    let given = |name| match call.keyword_value(name) {
        Some(Value::Text("")) => None,
        value => value,
    };
    match given("revision").or_else(|| given("commit_id")) {
        Some(Value::Text(text)) => {
            let hash = text.trim_matches(['"', '\'']);
            hash.len() >= 7 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
        _ => false,
    }
}

fn is_local(call: &Call<'_>) -> bool {
    match call.arg(0) {
        Some(Value::Text(path)) => ["./", "/", "../"]
            .iter()
            .any(|start| path.starts_with(start)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn moving_targets_are_flagged() {
        flags(
            "from transformers import AutoModel\nAutoModel.from_pretrained('a/b')\n",
            &["B615:2:0"],
        );
        assert_eq!(
            weight("import datasets as d\nd.load_dataset('a', revision='main')\n"),
            "MEDIUM/HIGH"
        );
    }

    #[test]
    fn fixed_revisions_and_local_files_are_accepted() {
        accepts("import datasets as d\nd.load_dataset('a', revision='0123abc')\n");
        accepts("import datasets as d\nd.load_dataset('a', revision=r)\n");
        accepts("import datasets as d\nd.load_dataset('./a')\nload_dataset('a')\n");
    }
}
