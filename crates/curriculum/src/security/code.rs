//! Text that becomes code: expressions, templates, methods by name, pickles.

use crate::draft::{Draft, Exploit, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 4] = [
    Family {
        name: "evaluate_sum",
        theme: Theme::Security,
        cwe: Some(95),
        asked: "The value of a sum written as text.",
        goes_wrong: "`eval` computes it in one line, and runs any other expression too.",
        draft: evaluate_sum,
    },
    Family {
        name: "letter_template",
        theme: Theme::Security,
        cwe: Some(134),
        asked: "A template with the fields filled in.",
        goes_wrong: "`format` on somebody else's template also reads attributes such as `{name.__class__}`.",
        draft: letter_template,
    },
    Family {
        name: "method_by_name",
        theme: Theme::Security,
        cwe: Some(470),
        asked: "A text changed by the operation of a given name, out of a few.",
        goes_wrong: "`getattr` finds every other method as well.",
        draft: method_by_name,
    },
    Family {
        name: "stored_numbers",
        theme: Theme::Security,
        cwe: Some(502),
        asked: "A sum over a stored list of numbers.",
        goes_wrong: "The list is loaded by something that can also call functions.",
        draft: stored_numbers,
    },
];

/// What an attacker writes where a program evaluates text.
const CALL: &str = "__import__('os').system('id')";

fn evaluate_sum(rng: &mut Rng) -> Draft {
    let name = *rng.pick(&["text", "formula", "cell", "expression", "entry", "bill"]);
    let (times, add) = (rng.between(1, 9), rng.between(0, 50));
    Draft {
        asks: &[
            "$times times the value of the $name, plus $add",
            "the value of the $name multiplied by $times and increased by $add",
        ],
        note: "It holds whole numbers with ` + ` and ` - ` between them. Anything else raises ValueError.",
        entry: "value_of",
        inputs: vec![Input::new(name, Shape::Text, "sum such as `12 + 7 - 3`")],
        words: Words::NONE
            .with("name", name)
            .with("times", times)
            .with("add", add),
        secure: &[
            "
            parts = $name.split()
            total = int(parts[0])
            for sign, part in zip(parts[1::2], parts[2::2]):
                if sign not in ('+', '-'):
                    raise ValueError('unknown sign')
                total += int(part) if sign == '+' else -int(part)
            => total * $times + $add
            ",
            "
            parts = $name.replace(' - ', ' + -').split(' + ')
            total = sum(int(part) for part in parts)
            => total * $times + $add
            ",
        ],
        insecure: &[
            "=> eval($name) * $times + $add",
            "
            total = 0
            total += eval($name)
            => $times * total + $add
            ",
        ],
        wrong: &[
            "
            parts = $name.replace(' - ', ' + ').split(' + ')
            => sum(int(part) for part in parts) * $times + $add
            ",
            "
            parts = $name.split()
            => int(parts[0]) * $times + $add
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments!["7"],
                arguments!["5 - 9"],
                arguments!["10 - 3 - 4 + 20"],
            ],
            |rng| {
                let mut text = rng.between(1, 99).to_string();
                for _ in 0..rng.between(1, 5) {
                    text += if rng.chance(50) { " + " } else { " - " };
                    text += &rng.between(1, 99).to_string();
                }
                arguments![text]
            },
            |given| {
                let spaced = given.text(0).replace(" - ", " + -");
                let parts = spaced
                    .split(" + ")
                    .map(|part| part.parse::<i64>().expect("a sum was drawn"));
                Value::Int(parts.sum::<i64>() * times + add)
            },
        ),
        exploits: vec![
            Exploit::new("run a command", arguments![CALL]),
            Exploit::new("compute something else", arguments!["len('four')"])
                .lacks((4 * times + add).to_string()),
        ],
        ..Draft::NEW
    }
}

fn letter_template(rng: &mut Rng) -> Draft {
    let field = *rng.pick(&["name", "guest", "owner", "user", "city", "color"]);
    let second = *rng.pick(&["item", "gift", "animal", "tree"]);
    Draft {
        asks: &[
            "the template with `{$field}` replaced by $field and `{$second}` by $second",
            "the letter made from the template, in which {$field} and {$second} stand for the two given texts",
        ],
        note: "All other text stays as it is.",
        entry: "fill",
        inputs: vec![
            Input::new("template", Shape::Text, "template"),
            Input::new(field, Shape::Text, "first text"),
            Input::new(second, Shape::Text, "second text"),
        ],
        words: Words::NONE.with("field", field).with("second", second),
        secure: &[
            "
            letter = template.replace('{$field}', $field)
            => letter.replace('{$second}', $second)
            ",
            "
            values = {'{$field}': $field, '{$second}': $second}
            for mark, value in values.items():
                template = template.replace(mark, value)
            => template
            ",
        ],
        insecure: &[
            "=> template.format($field=$field, $second=$second)",
            "
            values = {'$field': $field, '$second': $second}
            => template.format(**values)
            ",
        ],
        wrong: &[
            "
            letter = template.replace('{$field}', $field, 1)
            => letter.replace('{$second}', $second, 1)
            ",
            "=> template.replace('$field', $field).replace('$second', $second)",
        ],
        cases: cases(
            rng,
            vec![vec![
                Value::Text(format!(
                    "{{{field}}} and {{{field}}}, {{{second}}} or {{{second}}}"
                )),
                Value::from("river"),
                Value::from("stone"),
            ]],
            |rng| {
                let template = format!(
                    "{} {{{field}}} {} {{{second}}}",
                    rng.phrase(1, 2),
                    rng.phrase(1, 2)
                );
                arguments![template, rng.phrase(1, 1), rng.phrase(1, 1)]
            },
            |given| {
                let letter = given
                    .text(0)
                    .replace(&format!("{{{field}}}"), given.text(1));
                Value::Text(letter.replace(&format!("{{{second}}}"), given.text(2)))
            },
        ),
        exploits: vec![
            Exploit::new(
                "read an attribute",
                vec![
                    Value::Text(format!("to {{{field}.__class__}}")),
                    Value::from("a"),
                    Value::from("b"),
                ],
            )
            .lacks("<class"),
        ],
        ..Draft::NEW
    }
}

/// The name of a method of text, and what it does to small letters and spaces.
type Method = (&'static str, fn(&str) -> String);

const METHODS: [Method; 4] = [
    ("upper", str::to_uppercase),
    ("title", |text| {
        text.split(' ')
            .map(|word| word[..1].to_uppercase() + &word[1..])
            .collect::<Vec<_>>()
            .join(" ")
    }),
    ("capitalize", |text| text[..1].to_uppercase() + &text[1..]),
    ("lower", str::to_lowercase),
];

fn method_by_name(rng: &mut Rng) -> Draft {
    let mut methods = METHODS;
    rng.shuffle(&mut methods);
    let chosen = [methods[0], methods[1], methods[2]];
    let mark = *rng.pick(&["!", "?", ".", " #", "~", ";"]);
    let unknown = *rng.pick(&["unknown", "none", "-", "no such change"]);
    Draft {
        asks: &[
            "the text changed by the string method that the name says ($first, $second or $third), then `$mark`",
            "the text after $first, $second or $third (whichever the name is), followed by `$mark`",
        ],
        note: "For any other name the answer is `$unknown`.",
        entry: "change",
        inputs: vec![
            Input::new("name", Shape::Text, "name of the change"),
            Input::new("text", Shape::Text, "text"),
        ],
        words: Words::NONE
            .with("first", chosen[0].0)
            .with("second", chosen[1].0)
            .with("third", chosen[2].0)
            .with("mark", mark)
            .with("unknown", unknown),
        secure: &[
            "
            changes = {'$first': str.$first, '$second': str.$second, '$third': str.$third}
            change = changes.get(name)
            => change(text) + '$mark' if change else '$unknown'
            ",
            "
            if name == '$first':
                changed = text.$first() + '$mark'
            elif name == '$second':
                changed = text.$second() + '$mark'
            elif name == '$third':
                changed = text.$third() + '$mark'
            else:
                changed = '$unknown'
            => changed
            ",
        ],
        insecure: &[
            "
            change = getattr(text, name, None)
            => change() + '$mark' if change else '$unknown'
            ",
            "
            try:
                changed = eval('text.' + name + '()') + '$mark'
            except AttributeError:
                changed = '$unknown'
            => changed
            ",
        ],
        wrong: &[
            "
            changes = {'$first': str.$second, '$second': str.$first}
            change = changes.get(name)
            => change(text) + '$mark' if change else '$unknown'
            ",
            "
            changed = text
            if name == '$first':
                changed = text.$first()
            => changed
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments!["lowest", "red fox"],
                arguments![chosen[0].0, "green tea"],
            ],
            |rng| {
                let name = rng.pick(&chosen).0;
                arguments![name, rng.phrase(1, 3)]
            },
            |given| {
                let found = chosen.iter().find(|(name, _)| *name == given.text(0));
                Value::Text(found.map_or(unknown.to_owned(), |(_, change)| {
                    change(given.text(1)) + mark
                }))
            },
        ),
        exploits: vec![
            Exploit::new("another method", arguments!["swapcase", "green tea"]).answered(unknown),
            Exploit::new("representation", arguments!["__repr__", "green tea"]).answered(unknown),
        ],
        ..Draft::NEW
    }
}

fn stored_numbers(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.scene();
    let (times, limit) = (rng.between(1, 9), rng.between(0, 30));
    Draft {
        asks: &[
            "$times times the sum of the stored $xs above $limit",
            "the sum of those stored $xs that exceed $limit, multiplied by $times",
        ],
        note: "The data are a JSON list of the $about.",
        entry: "stored_sum",
        inputs: vec![Input::new(
            "data",
            Shape::Text,
            "stored list such as `[3, 14]`",
        )],
        words: Words::NONE
            .with("xs", xs)
            .with("about", about)
            .with("times", times)
            .with("limit", limit),
        secure: &[
            "
            import json
            $xs = json.loads(data)
            => $times * sum(x for x in $xs if x > $limit)
            ",
            "
            import ast
            $xs = ast.literal_eval(data)
            total = 0
            for x in $xs:
                if x > $limit:
                    total += x
            => total * $times
            ",
        ],
        insecure: &[
            "
            $xs = eval(data)
            => $times * sum(x for x in $xs if x > $limit)
            ",
            "
            box = {}
            exec('loaded = ' + data, box)
            => sum(x for x in box['loaded'] if x > $limit) * $times
            ",
        ],
        wrong: &[
            "
            import json
            $xs = json.loads(data)
            => $times * sum($xs)
            ",
            "
            import json
            => sum(x for x in json.loads(data) if x > $limit) + $times
            ",
        ],
        cases: cases(
            rng,
            vec![
                vec![Value::Text(format!("[{limit}, {}]", limit + 1))],
                arguments!["[]"],
                arguments!["[-5, 200, 33]"],
            ],
            |rng| {
                let numbers: Vec<String> =
                    rng.ints(2, 7, 0, 99).iter().map(i64::to_string).collect();
                arguments![format!("[{}]", numbers.join(", "))]
            },
            |given| {
                let inner = given.text(0).trim_matches(['[', ']']);
                let numbers = inner
                    .split(", ")
                    .filter_map(|part| part.parse::<i64>().ok());
                Value::Int(times * numbers.filter(|x| *x > limit).sum::<i64>())
            },
        ),
        exploits: vec![Exploit::new(
            "run a command while loading",
            arguments![format!("[{CALL}]")],
        )],
        ..Draft::NEW
    }
}
