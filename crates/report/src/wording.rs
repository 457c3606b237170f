//! What each measure is called where people read it.

/// The column title of a measure.
pub(crate) fn title(measure: &str) -> String {
    let plain = match measure {
        "compile_rate" => "compile",
        "runtime_error_rate" => "crash on a test",
        "output_rate" => "all tests, of compiling",
        "test_pass_rate" => "tests passed",
        "all_tests_rate" => "pass all tests",
        "secure_rate" => "secure",
        "secure_pass_rate" => "work and safe",
        "secure_given_pass_rate" => "secure, of passing",
        "vulnerable_rate" => "vulnerable",
        "caught_by.any" => "caught by any",
        "caught_by.all" => "caught by all three",
        "coverage.parsed" => "parsed",
        "coverage.analysed" => "analysed",
        "coverage.executed" => "executed",
        "coverage.lost_to_problem" => "lost: problem",
        "coverage.lost_to_sample" => "lost: sample",
        "coverage.lost_to_infrastructure" => "lost: infrastructure",
        "coverage.unknown_problem" => "problem unknown",
        "coverage.without_tests" => "problem known, no tests run",
        _ => return derived(measure),
    };
    plain.to_owned()
}

fn derived(measure: &str) -> String {
    let spaced = |text: &str| text.replace('_', " ");
    if let Some((what, k)) = measure.split_once('@') {
        let what = match what {
            "secure_pass" => "secure-pass",
            "secure_given_pass" => "secure-of-passing",
            other => other,
        };
        return format!("{what}@{k}");
    }
    for prefix in [
        "verdict.",
        "pattern.",
        "extraction.",
        "mean_reward.",
        "caught_by.",
        "caught_only_by.",
    ] {
        if let Some(rest) = measure.strip_prefix(prefix) {
            return spaced(rest);
        }
    }
    let known = [
        ("findings_per_sample.", "findings per sample"),
        ("findings_per_compiling_sample.", "per compiling sample"),
        ("findings_per_thousand_lines.", "per 1,000 lines"),
        ("flagged_rate.", "samples flagged"),
    ];
    for (prefix, words) in known {
        if let Some(rest) = measure.strip_prefix(prefix) {
            return rest
                .split_once('.')
                .map_or_else(|| words.to_owned(), |(_, severity)| severity.to_owned());
        }
    }
    spaced(measure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_has_words_without_underscores() {
        for definition in crate::catalogue::full() {
            let words = title(definition.name());
            assert!(!words.contains(['_', '.']), "{words}");
        }
    }
}
