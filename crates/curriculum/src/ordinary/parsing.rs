//! Text with a form: fields, pairs, versions and brackets.

use crate::draft::{Draft, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 4] = [
    Family {
        name: "sum_fields",
        theme: Theme::Parsing,
        cwe: None,
        asked: "The sum of one field over records of text.",
        goes_wrong: "Fields counted from the wrong number, or empty fields read as numbers.",
        draft: sum_fields,
    },
    Family {
        name: "read_settings",
        theme: Theme::Parsing,
        cwe: None,
        asked: "The value of a setting in lines of `name = value`, where the last one counts.",
        goes_wrong: "The first one is taken, or spaces stay around the value.",
        draft: read_settings,
    },
    Family {
        name: "bracket_depth",
        theme: Theme::Parsing,
        cwe: None,
        asked: "The deepest nesting of brackets and where it is reached.",
        goes_wrong: "Closing brackets are counted as depth.",
        draft: bracket_depth,
    },
    Family {
        name: "numbers_in_text",
        theme: Theme::Parsing,
        cwe: None,
        asked: "The numbers in a text, each changed by a constant.",
        goes_wrong: "Digits are taken one by one.",
        draft: numbers_in_text,
    },
];

fn sum_fields(rng: &mut Rng) -> Draft {
    let separator = *rng.pick(&[",", ";", "|", ":", "/", "\t"]);
    let shown = if separator == "\t" {
        "a tab"
    } else {
        separator
    };
    let (field, times) = (rng.between(2, 4), rng.between(1, 9));
    Draft {
        asks: &[
            "$times times the sum of field $field over all records",
            "the sum of every record's field number $field, multiplied by $times",
        ],
        note: "Fields are separated by $shown and counted from 1; an empty field counts as 0.",
        entry: "sum_field",
        inputs: vec![Input::new("records", Shape::Lines, "records")],
        words: Words::NONE
            .with("field", field)
            .with("index", field - 1)
            .with("times", times)
            .with("shown", shown)
            .with("separator", separator.replace('\t', "\\t")),
        secure: &[
            "
            total = 0
            for record in records:
                field = record.split('$separator')[$index]
                if field:
                    total += int(field)
            => total * $times
            ",
            "
            fields = [record.split('$separator')[$index] for record in records]
            => $times * sum(int(field or 0) for field in fields)
            ",
        ],
        wrong: &[
            "
            fields = [record.split('$separator')[$field - 2] for record in records]
            => $times * sum(int(field) for field in fields if field.isdigit())
            ",
            "
            fields = [record.split('$separator')[$index] for record in records]
            => $times * sum(len(field) for field in fields)
            ",
        ],
        cases: cases(
            rng,
            Vec::new(),
            |rng| {
                let count = rng.between(1, 4);
                let records = (0..count)
                    .map(|_| record(rng, separator, field as usize))
                    .collect();
                vec![Value::Lines(records)]
            },
            |given| {
                let fields = given.texts(0).iter().map(|record| {
                    let field = record.split(separator).nth(field as usize - 1);
                    field
                        .and_then(|field| field.parse::<i64>().ok())
                        .unwrap_or(0)
                });
                Value::Int(times * fields.sum::<i64>())
            },
        ),
        ..Draft::NEW
    }
}

/// A name, then numbers, some of them missing.
fn record(rng: &mut Rng, separator: &str, fields: usize) -> String {
    let mut parts = rng.nouns(1, 1);
    while parts.len() < fields.max(3) + 1 {
        parts.push(if rng.chance(15) {
            String::new()
        } else {
            rng.between(1, 400).to_string()
        });
    }
    parts.join(separator)
}

fn read_settings(rng: &mut Rng) -> Draft {
    let sign = *rng.pick(&["=", ":", "->", ":=", "=>"]);
    let comment = *rng.pick(&["#", ";", "%", "!"]);
    let missing = *rng.pick(&["none", "unset", "missing", "default", "?"]);
    Draft {
        asks: &[
            "the value of the setting called name, or `$missing` if there is none",
            "what the setting `name` is set to (`$missing` where it is not set)",
        ],
        note: "Lines read `key $sign value` with any spaces around; lines that start with `$comment` are comments. The \
               last line of a key counts.",
        entry: "setting",
        inputs: vec![
            Input::new("name", Shape::Text, "name of the setting"),
            Input::new("lines", Shape::Lines, "lines of a file"),
        ],
        words: Words::NONE
            .with("sign", sign)
            .with("comment", comment)
            .with("missing", missing),
        secure: &[
            "
            found = '$missing'
            for line in lines:
                key, sign, value = line.partition('$sign')
                if key.strip() == name and not line.startswith('$comment'):
                    found = value.strip()
            => found
            ",
            "
            settings = {}
            for line in lines:
                if not line.startswith('$comment'):
                    key, value = line.split('$sign', 1)
                    settings[key.strip()] = value.strip()
            => settings.get(name, '$missing')
            ",
        ],
        wrong: &[
            "
            found = '$missing'
            for line in reversed(lines):
                key, sign, value = line.partition('$sign')
                if key.strip() == name:
                    found = value.strip()
            => found
            ",
            "
            found = '$missing'
            for line in lines:
                key, sign, value = line.partition('$sign')
                if key == name:
                    found = value
            => found
            ",
        ],
        cases: cases(
            rng,
            vec![
                vec![
                    Value::from("size"),
                    Value::Lines(vec![
                        format!("size {sign} 1"),
                        format!("size {sign} 2"),
                        format!("{comment}size {sign} 3"),
                    ]),
                ],
                vec![
                    Value::from("size"),
                    Value::Lines(vec![format!("sizes {sign} 4")]),
                ],
            ],
            |rng| {
                let names = rng.nouns(3, 3);
                let mut lines: Vec<String> = Vec::new();
                for _ in 0..rng.between(2, 5) {
                    let key = rng.pick(&names).clone();
                    let pad = " ".repeat(rng.below(3));
                    lines.push(format!(
                        "{pad}{key} {sign} {pad}{}{}",
                        rng.nouns(1, 1)[0],
                        rng.between(1, 99)
                    ));
                }
                vec![Value::from(names[0].as_str()), Value::Lines(lines)]
            },
            |given| {
                let last = given.texts(1).iter().rev().find_map(|line| {
                    let (key, value) = line.split_once(sign)?;
                    (key.trim() == given.text(0) && !line.starts_with(comment))
                        .then(|| value.trim())
                });
                Value::from(last.unwrap_or(missing))
            },
        ),
        ..Draft::NEW
    }
}

fn bracket_depth(rng: &mut Rng) -> Draft {
    let (open, close) = *rng.pick(&[("(", ")"), ("[", "]"), ("{", "}"), ("<", ">")]);
    let base = rng.between(0, 1);
    let (text, about) = rng.line_scene();
    Draft {
        asks: &[
            "how deep `$open` and `$close` nest in the $text, the index where that depth is first reached, and the length",
            "three numbers: the deepest nesting of `$open` `$close` in the $text, the first index of that depth, the length",
        ],
        note: "Indices count from $base; without brackets the depth is 0 and the index -1.",
        entry: "nesting",
        inputs: vec![Input::new(text, Shape::Text, about)],
        words: Words::NONE
            .with("text", text)
            .with("open", open)
            .with("close", close)
            .with("base", base),
        secure: &[
            "
            depth = deepest = 0
            place = -1
            for i, letter in enumerate($text, $base):
                if letter == '$open':
                    depth += 1
                    if depth > deepest:
                        deepest, place = depth, i
                elif letter == '$close':
                    depth -= 1
            => [deepest, place, len($text)]
            ",
            "
            depths = [0]
            for letter in $text:
                step = (letter == '$open') - (letter == '$close')
                depths.append(depths[-1] + step)
            deepest = max(depths)
            place = depths.index(deepest) - 1 + $base if deepest else -1
            => [deepest, place, len($text)]
            ",
        ],
        wrong: &[
            "=> [$text.count('$open'), $text.find('$open'), len($text)]",
            "
            depth = deepest = 0
            place = -1
            for i, letter in enumerate($text):
                if letter == '$open':
                    depth += 1
                elif letter == '$close':
                    depth -= 1
                if depth >= deepest:
                    deepest, place = depth, i
            => [deepest, place, len($text)]
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments!["plain"],
                arguments![format!("{open}{close}a{open}{close}")],
            ],
            |rng| arguments![nested(rng, open, close)],
            |given| {
                let (mut depth, mut deepest, mut place) = (0, 0, -1);
                for (index, letter) in given.text(0).chars().enumerate() {
                    depth +=
                        i64::from(open.starts_with(letter)) - i64::from(close.starts_with(letter));
                    if depth > deepest {
                        (deepest, place) = (depth, index as i64 + base);
                    }
                }
                Value::Ints(vec![deepest, place, given.text(0).len() as i64])
            },
        ),
        ..Draft::NEW
    }
}

/// Balanced brackets with letters between.
fn nested(rng: &mut Rng, open: &str, close: &str) -> String {
    let (mut text, mut depth) = (rng.text(1, 2, "abc"), 0);
    for _ in 0..rng.between(3, 12) {
        if depth > 0 && rng.chance(45) {
            text.push_str(close);
            depth -= 1;
        } else {
            text.push_str(open);
            depth += 1;
        }
        text.push_str(&rng.text(0, 2, "xyz"));
    }
    text + &close.repeat(depth)
}

fn numbers_in_text(rng: &mut Rng) -> Draft {
    let (text, about) = rng.line_scene();
    let (times, add) = (rng.between(1, 9), rng.between(0, 9));
    Draft {
        asks: &[
            "the numbers in the $text in order, each times $times plus $add",
            "every whole number that occurs in the $text, multiplied by $times and increased by $add",
        ],
        note: "A number is as many digits in a row as there are.",
        entry: "find_numbers",
        inputs: vec![Input::new(text, Shape::Text, about)],
        words: Words::NONE
            .with("text", text)
            .with("times", times)
            .with("add", add),
        secure: &[
            r"
            import re
            found = re.findall(r'[0-9]+', $text)
            => [int(x) * $times + $add for x in found]
            ",
            "
            spaced = ''.join(c if c.isdigit() else ' ' for c in $text)
            => [int(x) * $times + $add for x in spaced.split()]
            ",
        ],
        wrong: &[
            "=> [int(c) * $times + $add for c in $text if c.isdigit()]",
            "=> [int(x) * $times + $add for x in $text.split() if x.isdigit()]",
        ],
        cases: cases(
            rng,
            vec![arguments!["a1b22c333"], arguments!["007 is 7"]],
            |rng| {
                let parts: Vec<String> = (0..rng.between(1, 3))
                    .map(|_| {
                        format!(
                            "{}{} {}",
                            rng.nouns(1, 1)[0],
                            rng.between(0, 999),
                            rng.between(10, 99)
                        )
                    })
                    .collect();
                arguments![parts.join(", ")]
            },
            |given| {
                let numbers = given
                    .text(0)
                    .split(|c: char| !c.is_ascii_digit())
                    .filter(|part| !part.is_empty());
                Value::Ints(
                    numbers
                        .map(|part| part.parse::<i64>().unwrap_or(0) * times + add)
                        .collect(),
                )
            },
        ),
        ..Draft::NEW
    }
}
