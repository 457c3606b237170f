//! What the parser reads, what it refuses, and that hostile text neither panics nor overflows.

use proptest::prelude::*;

use super::*;

fn shown(json: &str) -> String {
    format!(
        "{:?}",
        Value::parse(json.as_bytes()).expect("a valid value")
    )
}

fn tagged(json: &str) -> Result<Value, ValueError> {
    Value::parse_tagged(json.as_bytes())
}

#[test]
fn scalars() {
    for (json, expected) in [
        ("null", "Null"),
        (" true ", "Bool(true)"),
        ("false", "Bool(false)"),
        ("0", "Int(0)"),
        ("-0", "Int(0)"),
        ("9223372036854775807", "Int(9223372036854775807)"),
        (
            "9223372036854775808",
            "BigInt(BigInt(\"9223372036854775808\"))",
        ),
        ("-1.5e3", "Float(-1500.0)"),
        ("1e400", "Float(inf)"),
        ("NaN", "Float(NaN)"),
        ("Infinity", "Float(inf)"),
        ("-Infinity", "Float(-inf)"),
        (r#""a\n\u00e9\/\ud83d\ude00é""#, "Str(\"a\\né/😀é\")"),
        ("[]", "List([])"),
        ("{}", "Map([])"),
        ("[1, [2], []]", "List([Int(1), List([Int(2)]), List([])])"),
    ] {
        assert_eq!(shown(json), expected, "{json}");
    }
}

#[test]
fn dicts_are_sorted_and_the_last_of_equal_keys_wins() {
    assert_eq!(
        shown(r#"{"b": 1, "a": 2, "b": {"c": 3}}"#),
        r#"Map([("a", Int(2)), ("b", Map([("c", Int(3))]))])"#
    );
}

#[test]
fn lone_surrogates_stay_distinct() {
    let text = |json: &str| match Value::parse(json.as_bytes()).unwrap() {
        Value::Str(text) => text,
        other => panic!("{other:?}"),
    };
    let lone = text(r#""\ud800""#);
    assert_eq!(lone.as_str(), None);
    assert_ne!(lone, text(r#""\ud801""#));
    assert_ne!(lone, text(r#""?""#));
    assert_ne!(lone, text("\"\u{fffd}\""));
    assert_eq!(lone, text(r#""\uD800""#));
    assert_eq!(
        text(r#""\ud800\u0041""#).as_bytes(),
        [&[0xed, 0xa0, 0x80], &b"A"[..]].concat()
    );
    assert_eq!(text(r#""\ud83d\ude00""#).as_str(), Some("😀"));
}

#[test]
fn what_is_not_json_is_refused() {
    for json in [
        "",
        " ",
        "[",
        "]",
        "[1,]",
        "[1 2]",
        "{",
        "{1:2}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "nan",
        "nul",
        "1 2",
        "\"",
        "\"a\nb\"",
        "\"\\x\"",
        "\"\\u12\"",
        "'a'",
        "[1]]",
        "--1",
        "-Inf",
    ] {
        assert!(
            matches!(
                Value::parse(json.as_bytes()),
                Err(ValueError::Syntax { .. })
            ),
            "{json:?}"
        );
    }
    assert_eq!(
        Value::parse(b"\"a\xff\"").unwrap_err(),
        ValueError::NotUtf8 { at: 2 }
    );
}

#[test]
fn tags_are_decoded_only_where_asked_for() {
    for (json, expected) in [
        (r#"{"__scrl__":["set",[1,2]]}"#, "Set([Int(1), Int(2)])"),
        (r#"{"__scrl__":["bytes","a\u00ff"]}"#, "Bytes([97, 255])"),
        (r#"{"__scrl__":["complex",[1,-2.5]]}"#, "Complex(1.0, -2.5)"),
        (
            r#"{"__scrl__":["repr","<object>"]}"#,
            "Opaque(\"<object>\")",
        ),
        (
            r#"{"__scrl__":["dict",[["b",1],["__scrl__",["set",[]]]]]}"#,
            r#"Map([("__scrl__", List([Str("set"), List([])])), ("b", Int(1))])"#,
        ),
    ] {
        assert_eq!(format!("{:?}", tagged(json).unwrap()), expected, "{json}");
        assert!(shown(json).starts_with("Map([(\"__scrl__\""), "{json}");
    }
    let two_keys = r#"{"__scrl__":["set",[]],"a":1}"#;
    assert!(matches!(tagged(two_keys), Ok(Value::Map(_))));
}

#[test]
fn malformed_tags_are_refused() {
    for payload in [
        "1",
        "[]",
        r#"["set"]"#,
        r#"["set",1]"#,
        r#"["set",[],1]"#,
        r#"["nonsense",[]]"#,
        r#"["bytes","\u0100"]"#,
        r#"["bytes","\ud800"]"#,
        r#"["complex",[1]]"#,
        r#"["complex",["1",2]]"#,
        r#"["dict",[["a"]]]"#,
        r#"["dict",[[1,2]]]"#,
        r#"[["set"],[]]"#,
    ] {
        let json = format!(r#"{{"__scrl__":{payload}}}"#);
        assert!(
            matches!(tagged(&json), Err(ValueError::BadTag { .. })),
            "{json}"
        );
    }
}

#[test]
fn depth_is_bounded_on_a_small_stack() {
    let check = || {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert!(Value::parse(nested(MAX_DEPTH).as_bytes()).is_ok());
            assert!(matches!(
                Value::parse(nested(MAX_DEPTH + 1).as_bytes()),
                Err(ValueError::TooDeep { .. })
            ));
            assert!(matches!(
                Value::parse(open.repeat(1_000_000).as_bytes()),
                Err(ValueError::TooDeep { .. })
            ));
        }
    };
    std::thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(check)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn an_integer_of_a_million_digits_keeps_them_all() {
    let digits = "7".repeat(1_000_000);
    match Value::parse(digits.as_bytes()).unwrap() {
        Value::BigInt(big) => {
            assert_eq!(big.as_str(), digits);
            assert!(big.to_f64().is_infinite());
        }
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Value::parse_tagged(&bytes);
    }

    #[test]
    fn json_like_text_never_panics(text in r#"[\[\]{}:,"\\ud80-9eE.+\- a-fNItrue_scl]{0,80}"#) {
        let _ = Value::parse_tagged(text.as_bytes());
    }

    #[test]
    fn strings_read_back(text in any::<String>()) {
        let json = serde_json::to_string(&text).unwrap();
        let Value::Str(read) = Value::parse(json.as_bytes()).unwrap() else { panic!("{json}") };
        prop_assert_eq!(read.as_str(), Some(text.as_str()));
    }

    #[test]
    fn floats_read_back(float in any::<f64>().prop_filter("finite", |float| float.is_finite())) {
        let json = format!("{float:e}");
        let Value::Float(read) = Value::parse(json.as_bytes()).unwrap() else { panic!("{json}") };
        prop_assert_eq!(read.to_bits(), float.to_bits());
    }
}
