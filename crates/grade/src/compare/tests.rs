//! What each mode accepts and refuses.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

fn accepts(mode: &str, expected: &str, actual: &str) -> bool {
    outputs(mode.parse().unwrap(), expected, actual.as_bytes())
}

/// `expected` as problem files hold it, `actual` as the child process writes it.
fn same_value(mode: &str, expected: &str, actual: &str) -> bool {
    values(
        mode.parse().unwrap(),
        &Value::parse(expected.as_bytes()).unwrap(),
        &Value::parse_tagged(actual.as_bytes()).unwrap(),
    )
}

fn check_all(verdict: bool, mode: &str, pairs: &[(&str, &str)]) {
    for (expected, actual) in pairs {
        assert_eq!(
            accepts(mode, expected, actual),
            verdict,
            "{mode}: {expected:?} {actual:?}"
        );
    }
}

#[test]
fn text_modes_are_refused_for_calls() {
    for mode in CompareMode::ALL {
        assert_eq!(check(mode.into(), Kind::Stdin), Ok(()));
        let refused = check(mode.into(), Kind::Call).is_err();
        assert_eq!(refused, is_text_only(mode), "{mode:?}");
        assert_eq!(same_value(mode.as_str(), "1", "1"), !refused, "{mode:?}");
    }
    let error = check(CompareMode::Tokens.into(), Kind::Call).unwrap_err();
    assert!(error.to_string().contains("`tokens`"), "{error}");
}

#[test]
fn equal_text_is_accepted_by_every_mode_and_invalid_text_by_none() {
    for mode in CompareMode::ALL {
        assert!(outputs(mode.into(), "1", b"1"), "{mode:?}");
        assert!(!outputs(mode.into(), "\u{fffd}", b"\xff"), "{mode:?}");
        assert!(!outputs(mode.into(), "1", b"2"), "{mode:?}");
    }
}

#[test]
fn exact() {
    check_all(
        true,
        "exact",
        &[("", ""), ("a\n", "a\n"), ("a", "a\n"), ("a\n\n", "a")],
    );
    check_all(
        false,
        "exact",
        &[
            ("a", "a "),
            ("a\nb", "a\n\nb"),
            ("a\n", "a\r\n"),
            ("a", "\na"),
        ],
    );
}

#[test]
fn trailing_whitespace() {
    check_all(
        true,
        "trailing-whitespace",
        &[
            ("a\nb", "a  \r\nb\t\n\n\n"),
            ("a\n\nb\n", "a\n \nb"),
            ("", "\n \n"),
            ("1\r\n2\r\n", "1\n2"),
        ],
    );
    check_all(
        false,
        "trailing-whitespace",
        &[
            ("a", " a"),
            ("a\nb", "a\n\nb"),
            ("a\nb", "a b"),
            ("a", ""),
            ("\na", "a"),
        ],
    );
}

#[test]
fn tokens() {
    check_all(true, "tokens", &[("1 2\n3", " 1\n2 3 "), ("", " \n")]);
    check_all(
        false,
        "tokens",
        &[("1 2", "12"), ("1 2", "2 1"), ("1", "1 1"), ("1", "1.0")],
    );
}

#[test]
fn float() {
    check_all(
        true,
        "float",
        &[
            ("0.5", "0.5000001"),
            ("1000000.0", "1000000.9"),
            ("x 1", "x 1.0"),
            ("nan", "NaN"),
            ("inf", "Infinity"),
            ("1e3", "1000"),
        ],
    );
    check_all(
        false,
        "float",
        &[
            ("0.5", "0.50001"),
            ("x", "X"),
            ("1", "nan"),
            ("nan", "1"),
            ("inf", "-inf"),
            ("inf", "1e300"),
            ("1 2", "1"),
            ("16", "0x10"),
            ("0", ""),
        ],
    );
    assert!(accepts("float-1e-3", "1", "1.001"));
    assert!(!accepts("float-0e0", "1", "1.0000000001"));
    assert!(accepts("float-0e0", "1", "1.00"));
}

#[test]
fn unordered_lines() {
    check_all(true, "unordered-lines", &[("a\nb\na", "a\n\n a \nb\n")]);
    check_all(
        false,
        "unordered-lines",
        &[("a\nb\na", "a\nb"), ("a\nb\na", "a\nb\nb"), ("a b", "b a")],
    );
}

#[test]
fn seed() {
    check_all(
        true,
        "seed-compat",
        &[("a\nb\n", "  a \n b \n\n"), ("  a", "a")],
    );
    check_all(
        false,
        "seed-compat",
        &[
            ("", ""),
            ("", "\n"),
            ("a", ""),
            ("a", "\na"),
            ("a b", "a  b"),
            ("1", "1.0"),
        ],
    );
}

#[test]
fn apps_is_as_lax_as_the_original() {
    check_all(
        true,
        "apps-compat",
        &[
            ("YES\nNO\nNO", "NO\nYES"),
            ("", ""),
            (" \n", ""),
            ("a\nb", "  a \n b "),
            ("a\n\nb", "a\nb"),
            ("a\nb", "a\n\nb"),
            ("1 2 3", "3 2 1 1"),
            ("0.5", "0.500001"),
            ("1.0004 2", "2.0 1.0001"),
            ("1_0", "10"),
            ("a\nb", "a\r\nb"),
        ],
    );
    check_all(
        false,
        "apps-compat",
        &[
            ("YES", ""),
            ("YES", "yes"),
            ("1 2", "1\n2"),
            ("1.5", "1.6"),
            ("nan", "NaN"),
            ("1\n2", "1"),
            ("a", ""),
        ],
    );
}

#[test]
fn lcb_compares_lines_as_text_or_as_decimals() {
    check_all(
        true,
        "lcb-compat",
        &[
            ("1\n2", " 1 \n2\n\n"),
            ("1.0 2", "1 2.00"),
            ("100", "1e2"),
            ("0.1", "1E-1"),
            ("-0", "0.0"),
            ("inf", "Infinity"),
            ("nan", "nan"),
            ("1000", "1_000"),
            ("a\n\nb", "a\n  \nb"),
        ],
    );
    check_all(
        false,
        "lcb-compat",
        &[
            ("1\n2", "1\n\n2"),
            ("1 2", "1"),
            ("50000000000000000", "50000000000000001"),
            ("0.1", "0.10000001"),
            ("nan", "NaN"),
            ("a 1", "a 1.0"),
            ("1", "1e"),
            ("1", "-1"),
            ("10", "1"),
            ("0", ""),
            ("1", "1e99999999999999999999"),
        ],
    );
}

#[test]
fn json_value_of_printed_text() {
    check_all(
        true,
        "json-value",
        &[
            ("[1, 2.0]", "[1.0,\n2]\n"),
            ("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}"),
        ],
    );
    check_all(
        false,
        "json-value",
        &[
            ("[1]", "1"),
            ("x", "x"),
            ("[1]", "[1"),
            ("[1]", r#"{"__scrl__":["set",[1]]}"#),
        ],
    );
}

#[test]
fn json_value_is_pythons_equality_with_a_tolerance() {
    for (expected, actual) in [
        ("1", "1.0"),
        ("1", "true"),
        ("0.0", "false"),
        ("0.3", "0.30000000000000004"),
        ("1", "1.0000001"),
        ("NaN", "NaN"),
        ("[NaN]", "[NaN]"),
        ("-Infinity", "-Infinity"),
        ("0.0", "-0.0"),
        ("12345678901234567890", "12345678901234567890"),
        ("1e20", "100000000000000000000"),
        ("{\"a\":1,\"b\":[2]}", "{\"b\":[2.0],\"a\":1}"),
        ("[2,1]", r#"{"__scrl__":["set",[1,2]]}"#),
        (
            "[[1,2],[0.3,1]]",
            r#"{"__scrl__":["set",[[0.30000000000000004,1],[1,2]]]}"#,
        ),
        (
            "[[0.3,1],[0.3,2]]",
            r#"{"__scrl__":["set",[[0.30000000000000004,1],[0.3,2]]]}"#,
        ),
        ("2", r#"{"__scrl__":["complex",[2,0]]}"#),
        (
            "{\"__scrl__\":1}",
            r#"{"__scrl__":["dict",[["__scrl__",1]]]}"#,
        ),
        (r#""\ud800""#, r#""\ud800""#),
    ] {
        assert!(
            same_value("json-value", expected, actual),
            "{expected} {actual}"
        );
    }
    for (expected, actual) in [
        ("1", "\"1\""),
        ("0", "null"),
        ("0", "[]"),
        ("1", "[1]"),
        ("[1]", "[1,1]"),
        ("[1,2]", "[2,1]"),
        ("1", "1.00001"),
        ("NaN", "1"),
        ("1", "NaN"),
        ("Infinity", "-Infinity"),
        ("Infinity", "1e308"),
        ("9007199254740993", "9007199254740992"),
        ("12345678901234567890", "12345678901234567891"),
        ("\"a\"", r#"{"__scrl__":["bytes","a"]}"#),
        ("\"object\"", r#"{"__scrl__":["repr","object"]}"#),
        (
            r#"{"__scrl__":["repr","x"]}"#,
            r#"{"__scrl__":["repr","x"]}"#,
        ),
        (r#"{"__scrl__":["set",[1]]}"#, r#"{"__scrl__":["set",[1]]}"#),
        ("[1,1]", r#"{"__scrl__":["set",[1]]}"#),
        ("[1,3]", r#"{"__scrl__":["set",[1,2]]}"#),
        ("{\"a\":1}", "{\"a\":2}"),
        ("{\"a\":1}", "{\"b\":1}"),
        ("{\"a\":1}", "{\"a\":1,\"b\":1}"),
        (r#""\ud800""#, r#""\ud801""#),
        (r#""\ud800""#, "\"\u{fffd}\""),
    ] {
        assert!(
            !same_value("json-value", expected, actual),
            "{expected} {actual}"
        );
    }
    let huge = "9".repeat(400);
    assert!(!same_value("json-value", &huge, "Infinity"));
    assert!(!same_value("json-value", "Infinity", &huge));
    assert!(same_value("json-value", &huge, &huge));
    assert!(!same_value(
        "json-value-0e0",
        "9007199254740993",
        "9007199254740992.0"
    ));
    assert!(same_value(
        "json-value-0e0",
        "9007199254740992",
        "9007199254740992.0"
    ));
}

#[test]
fn what_json_lacks_is_expected_as_pythons_text() {
    let complex = r#"{"__scrl__": ["complex", [-2.0, 2.5e-16]]}"#;
    let imaginary = r#"{"__scrl__": ["complex", [0.0, 2.0]]}"#;
    let found = r#"{"__scrl__": ["repr", "<re.Match object; span=(0, 1), match='a'>"]}"#;
    let named = r#"{"__scrl__": ["repr", "yes"]}"#;
    for (verdict, expected, actual) in [
        (true, r#""(-2+2.4492935982947064e-16j)""#, complex),
        (true, r#""(-2.0-1e-07j)""#, complex),
        (true, r#""2j""#, imaginary),
        (false, r#""(-2+1j)""#, complex),
        (false, r#""-2""#, complex),
        (false, r#""j""#, imaginary),
        (false, r#""é+j""#, imaginary),
        (
            true,
            r#""<re.Match object; span=(0, 1), match='a'>""#,
            found,
        ),
        (
            false,
            r#""<re.Match object; span=(0, 2), match='a'>""#,
            found,
        ),
        (false, r#""yes""#, named),
        (
            true,
            r#"{"True": {"0.5": 1}, "None": 2}"#,
            r#"{"true": {"0.5": 1}, "null": 2}"#,
        ),
        (true, r#"{"False": 1}"#, r#"{"False": 1}"#),
        (false, r#"{"False": 1}"#, r#"{"true": 1}"#),
    ] {
        let same = same_value("json-value", expected, actual);
        assert_eq!(same, verdict, "{expected} {actual}");
        if expected.starts_with('"') {
            assert!(
                !same_value("exact", expected, actual),
                "{expected} {actual}"
            );
        }
    }
}

#[test]
fn exact_values_have_equal_types() {
    for (expected, actual, verdict) in [
        ("[1,{\"a\":null}]", "[1, {\"a\": null}]", true),
        ("NaN", "NaN", true),
        ("1.0", "1.00", true),
        ("1", "1.0", false),
        ("1", "true", false),
        ("0.3", "0.30000000000000004", false),
        ("[1]", r#"{"__scrl__":["set",[1]]}"#, false),
    ] {
        assert_eq!(
            same_value("exact", expected, actual),
            verdict,
            "{expected} {actual}"
        );
    }
}

#[test]
fn lcb_and_apps_values_are_pythons_equality() {
    for mode in ["lcb-compat", "apps-compat"] {
        for (expected, actual, verdict) in [
            ("1", "true", true),
            ("[1,[2]]", "[1.0,[2]]", true),
            ("0.3", "0.30000000000000004", false),
            ("NaN", "NaN", false),
            ("[1]", r#"{"__scrl__":["set",[1]]}"#, false),
            ("[1,2]", "1", false),
        ] {
            assert_eq!(
                same_value(mode, expected, actual),
                verdict,
                "{mode} {expected} {actual}"
            );
        }
    }
    assert!(same_value("apps-compat", "[1]", "1"));
    assert!(same_value("apps-compat", "1", "[1]"));
    assert!(!same_value("lcb-compat", "[1]", "1"));
}

#[test]
fn a_megabyte_is_compared_by_every_mode() {
    let mut text = String::new();
    for number in 0..120_000_u32 {
        writeln!(text, "{}", number.wrapping_mul(2_654_435_761) % 99_999_999).unwrap();
    }
    assert!(text.len() > 1_000_000);
    for mode in CompareMode::ALL {
        let same = mode != CompareMode::JsonValue;
        assert_eq!(
            outputs(mode.into(), &text, text.as_bytes()),
            same,
            "{mode:?}"
        );
        assert!(
            !outputs(mode.into(), &text, format!("{text}x").as_bytes()),
            "{mode:?}"
        );
    }
    let set = format!("[{}0]", "1,[2],{\"a\":3},".repeat(70_000));
    assert!(same_value("json-value", &set, &set));
    let tagged = format!("{{\"__scrl__\":[\"set\",{set}]}}");
    assert!(same_value("json-value", &set, &tagged));
}

#[test]
fn the_deepest_values_are_compared_on_a_small_stack() {
    let check = || {
        let depth = crate::value::MAX_DEPTH;
        let lists = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(same_value("json-value", &lists, &lists));
        let tag = "{\"__scrl__\":[\"set\",[";
        let sets = format!("{}1{}", tag.repeat(depth / 3), "]]}".repeat(depth / 3));
        let plain = format!("{}1{}", "[".repeat(depth / 3), "]".repeat(depth / 3));
        assert!(same_value("json-value", &plain, &sets));
    };
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(check)
        .unwrap()
        .join()
        .unwrap();
}

fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|truth| truth.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        (-1e9..1e9).prop_map(|number: f64| format!("{number:e}")),
        "[a-c]{0,3}".prop_map(|text| format!("\"{text}\"")),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| format!("[{}]", items.join(","))),
            proptest::collection::vec(("[a-c]{1,2}", inner), 0..5).prop_map(|entries| {
                let entries: Vec<String> = entries
                    .into_iter()
                    .map(|(key, value)| format!("\"{key}\":{value}"))
                    .collect();
                format!("{{{}}}", entries.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn every_value_equals_itself(json in any_json()) {
        for mode in ["json-value", "exact", "lcb-compat", "apps-compat"] {
            prop_assert!(same_value(mode, &json, &json), "{}", mode);
        }
    }

    #[test]
    fn stricter_rules_accept_less(one in any_json(), other in any_json()) {
        if same_value("exact", &one, &other) {
            prop_assert!(same_value("lcb-compat", &one, &other));
        }
        if same_value("lcb-compat", &one, &other) {
            prop_assert!(same_value("json-value", &one, &other));
        }
    }

    #[test]
    fn stricter_text_rules_accept_less(one in "[ab1.\n ]{0,8}", other in "[ab1.\n ]{0,8}") {
        let chain = ["exact", "trailing-whitespace", "tokens", "float"];
        for pair in chain.windows(2) {
            if accepts(pair[0], &one, &other) {
                prop_assert!(accepts(pair[1], &one, &other), "{:?}", pair);
            }
        }
        if accepts("trailing-whitespace", &one, &other) {
            prop_assert!(accepts("unordered-lines", &one, &other));
            prop_assert!(accepts("apps-compat", &one, &other));
        }
    }

    #[test]
    fn no_mode_panics(expected in any::<String>(), actual in proptest::collection::vec(any::<u8>(), 0..60)) {
        for mode in CompareMode::ALL {
            let _ = outputs(mode.into(), &expected, &actual);
        }
    }
}
