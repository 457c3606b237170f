//! Input that costs too much: patterns, entities, repetitions.

use crate::draft::{Draft, Exploit, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 3] = [
    Family {
        name: "grouped_codes",
        theme: Theme::Security,
        cwe: Some(1333),
        asked: "Whether a code consists of groups of digits, and what the groups add up to.",
        goes_wrong: "A pattern with a repetition inside a repetition, which takes exponential time on a near miss.",
        draft: grouped_codes,
    },
    Family {
        name: "sum_of_elements",
        theme: Theme::Security,
        cwe: Some(611),
        asked: "The sum of the numbers in one kind of element of an XML text.",
        goes_wrong: "A parser that expands the entities that the text itself declares.",
        draft: sum_of_elements,
    },
    Family {
        name: "repeat_text",
        theme: Theme::Security,
        cwe: Some(400),
        asked: "A text repeated, up to a limit.",
        goes_wrong: "Without the limit a large number uses up the memory.",
        draft: repeat_text,
    },
];

fn grouped_codes(rng: &mut Rng) -> Draft {
    let sign = *rng.pick(&["-", ":", "_", "/", "#"]);
    let (times, failure) = (rng.between(1, 9), -rng.between(1, 9));
    Draft {
        asks: &[
            "$times times the sum of the groups of the code, or $failure if it is no such code",
            "the sum of all groups multiplied by $times; $failure for a text that is no code",
        ],
        note: "A code is groups of digits with one `$sign` between them.",
        entry: "code_sum",
        inputs: vec![Input::new("code", Shape::Text, "code")],
        words: Words::NONE
            .with("sign", sign)
            .with("times", times)
            .with("failure", failure),
        secure: &[
            "
            groups = code.split('$sign')
            valid = all(group.isdecimal() for group in groups)
            => $times * sum(map(int, groups)) if valid else $failure
            ",
            "
            import re
            total = $failure
            if re.fullmatch(r'[0-9]+($sign[0-9]+)*', code):
                total = sum(int(group) for group in code.split('$sign')) * $times
            => total
            ",
        ],
        insecure: &[
            "
            import re
            total = $failure
            if re.match(r'^([0-9]+$sign?)+$', code) and not code.endswith('$sign'):
                total = sum(int(group) for group in code.split('$sign')) * $times
            => total
            ",
            "
            import re
            pattern = re.compile(r'([0-9]+)+($sign([0-9]+)+)*')
            valid = pattern.fullmatch(code)
            => $times * sum(map(int, code.split('$sign'))) if valid else $failure
            ",
        ],
        wrong: &[
            "
            groups = code.split('$sign')
            => $times * sum(int(group) for group in groups if group.isdecimal())
            ",
            "
            valid = code.replace('$sign', '').isdecimal()
            => len(code.split('$sign')) * $times if valid else $failure
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments!["12x"],
                vec![Value::Text(format!("3{sign}4"))],
                vec![Value::Text(format!("5{sign}a"))],
            ],
            |rng| {
                let groups: Vec<String> =
                    rng.ints(1, 4, 0, 400).iter().map(i64::to_string).collect();
                arguments![groups.join(sign)]
            },
            |given| {
                let groups: Result<Vec<i64>, _> =
                    given.text(0).split(sign).map(str::parse).collect();
                Value::Int(groups.map_or(failure, |groups| groups.iter().sum::<i64>() * times))
            },
        ),
        exploits: vec![
            Exploit::new(
                "a long near miss",
                arguments![format!("{}x", "1".repeat(40))],
            )
            .answered(failure),
        ],
        ..Draft::NEW
    }
}

fn sum_of_elements(rng: &mut Rng) -> Draft {
    let tag = *rng.pick(&["price", "size", "age", "count", "weight", "score"]);
    let (times, add) = (rng.between(1, 9), rng.between(0, 40));
    Draft {
        asks: &[
            "$times times the sum of the numbers in its $tag elements, plus $add",
            "the sum over all <$tag> elements, multiplied by $times and increased by $add",
        ],
        note: "Element content is digits. Entities are never expanded: a text with a DOCTYPE raises ValueError.",
        entry: "sum_elements",
        inputs: vec![Input::new("xml", Shape::Text, "XML text")],
        words: Words::NONE
            .with("tag", tag)
            .with("times", times)
            .with("add", add),
        secure: &[
            "
            import re
            if '<!' in xml:
                raise ValueError('a document type')
            numbers = re.findall(r'<$tag>([0-9]+)</$tag>', xml)
            => $times * sum(map(int, numbers)) + $add
            ",
            "
            if '<!DOCTYPE' in xml:
                raise ValueError('a document type')
            total = 0
            for part in xml.split('<$tag>')[1:]:
                total += int(part.split('<')[0])
            => total * $times + $add
            ",
        ],
        insecure: &[
            "
            import xml.etree.ElementTree as ET
            root = ET.fromstring(xml)
            => $times * sum(int(x.text) for x in root.iter('$tag')) + $add
            ",
            "
            from xml.dom.minidom import parseString
            total = 0
            for node in parseString(xml).getElementsByTagName('$tag'):
                total += int(node.firstChild.data)
            => total * $times + $add
            ",
        ],
        wrong: &[
            "
            import re
            numbers = re.findall(r'[0-9]+', xml)
            => $times * sum(map(int, numbers)) + $add
            ",
            "
            import re
            found = re.search(r'<$tag>([0-9]+)</$tag>', xml)
            => $times * int(found.group(1)) + $add if found else $add
            ",
        ],
        cases: cases(
            rng,
            vec![arguments!["<a></a>"]],
            |rng| {
                let elements = (0..rng.between(2, 4)).map(|_| {
                    let other = if rng.chance(50) {
                        "<other>8</other>"
                    } else {
                        ""
                    };
                    format!("<{tag}>{}</{tag}>{other}", rng.between(0, 200))
                });
                let text: String = elements.collect();
                arguments![format!("<list>{text}<other>3</other></list>")]
            },
            |given| {
                let parts = given
                    .text(0)
                    .split(&format!("<{tag}>"))
                    .skip(1)
                    .map(str::to_owned)
                    .collect::<Vec<_>>();
                let numbers = parts
                    .iter()
                    .filter_map(|part| part.split('<').next()?.parse::<i64>().ok());
                Value::Int(numbers.sum::<i64>() * times + add)
            },
        ),
        exploits: vec![
            Exploit::new(
                "an entity of its own",
                arguments![format!(
                    "<!DOCTYPE d [<!ENTITY e '77'>]><list><{tag}>&e;</{tag}></list>"
                )],
            )
            .lacks((77 * times + add).to_string()),
        ],
        ..Draft::NEW
    }
}

fn repeat_text(rng: &mut Rng) -> Draft {
    let limit = rng.between(12, 40);
    let sign = *rng.pick(&["-", " ", ".", "+", "/", ""]);
    Draft {
        asks: &[
            "the word n times with `$sign` between, but never more than $limit times",
            "n copies of the word (at most $limit) joined with `$sign`",
        ],
        note: "n may be a huge number.",
        entry: "repeat",
        inputs: vec![
            Input::new("word", Shape::Text, "word"),
            Input::new("n", Shape::Int, "number of copies"),
        ],
        words: Words::NONE.with("limit", limit).with("sign", sign),
        secure: &[
            "=> '$sign'.join([word] * min(n, $limit))",
            "
            if n > $limit:
                n = $limit
            copies = [word for _ in range(n)]
            => '$sign'.join(copies)
            ",
        ],
        insecure: &[
            "
            copies = [word] * n
            => '$sign'.join(copies[:$limit])
            ",
            "
            copies = []
            for _ in range(n):
                copies.append(word)
            => '$sign'.join(copies[:$limit])
            ",
        ],
        wrong: &[
            "=> '$sign'.join([word] * n)",
            "=> '$sign'.join([word] * min(n + 1, $limit))",
        ],
        cases: cases(
            rng,
            vec![
                arguments!["ab", 1],
                arguments!["x", limit + 1],
                arguments!["yz", limit],
            ],
            |rng| arguments![rng.phrase(1, 1), rng.between(2, 8)],
            |given| {
                let copies = vec![given.text(0); given.int(1).min(limit) as usize];
                Value::Text(copies.join(sign))
            },
        ),
        exploits: vec![
            Exploit::new(
                "ten thousand million copies",
                arguments!["a", 10_000_000_000_i64],
            )
            .must_answer(vec!["a"; limit as usize].join(sign)),
        ],
        ..Draft::NEW
    }
}
