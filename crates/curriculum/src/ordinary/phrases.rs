//! Text, word by word.

use crate::draft::{Draft, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 2] = [
    Family {
        name: "join_reversed",
        theme: Theme::Strings,
        cwe: None,
        asked: "Words in reverse order, joined with a separator, each changed.",
        goes_wrong: "The letters are reversed instead of the words, or the separator is forgotten.",
        draft: join_reversed,
    },
    Family {
        name: "acronym",
        theme: Theme::Strings,
        cwe: None,
        asked: "An acronym from the words that are long enough, and how many letters were left out.",
        goes_wrong: "Short words are counted too.",
        draft: acronym,
    },
];

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

fn join_reversed(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.text_scene();
    let separator = *rng.pick(&["-", ", ", "/", "+", ".", ":", "|", "_", "=", "~"]);
    let (change, python) = *rng.pick(&[("in capitals", "upper"), ("capitalized", "capitalize")]);
    let least = rng.between(1, 4);
    Draft {
        asks: &[
            "the $xs in reverse order, $change, joined with `$separator`, only those of more than $least letters",
            "one text of the $xs longer than $least letters from last to first, $change, with `$separator` between",
        ],
        entry: "join_reversed",
        inputs: vec![Input::new(xs, Shape::Words, about)],
        words: Words::NONE
            .with("xs", xs)
            .with("separator", separator)
            .with("change", change)
            .with("python", python)
            .with("least", least),
        secure: &[
            "
            chosen = [x.$python() for x in $xs if len(x) > $least]
            => '$separator'.join(reversed(chosen))
            ",
            "
            chosen = []
            for x in $xs:
                if len(x) > $least:
                    chosen.insert(0, x.$python())
            => '$separator'.join(chosen)
            ",
        ],
        wrong: &[
            "
            chosen = [x.$python() for x in $xs if len(x) > $least]
            => '$separator'.join(chosen)
            ",
            "
            chosen = [x[::-1].$python() for x in $xs if len(x) >= $least]
            => ' '.join(chosen)
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![
                    LETTERS
                        .split_inclusive('c')
                        .map(str::to_owned)
                        .collect::<Vec<_>>()
                ],
                arguments![vec![
                    "ab".to_owned(),
                    "cdefgh".to_owned(),
                    "river".to_owned(),
                    LETTERS[..least as usize].to_owned()
                ]],
            ],
            |rng| arguments![rng.nouns(2, 5)],
            |given| {
                let chosen: Vec<String> = given
                    .texts(0)
                    .iter()
                    .rev()
                    .filter(|x| x.len() as i64 > least)
                    .map(|x| {
                        if python == "upper" {
                            x.to_uppercase()
                        } else {
                            capitalized(x)
                        }
                    })
                    .collect();
                Value::Text(chosen.join(separator))
            },
        ),
        ..Draft::NEW
    }
}

fn acronym(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.text_scene();
    let (least, take) = (rng.between(4, 6), rng.between(1, 3));
    Draft {
        asks: &[
            "the first $take letters of each of the $xs with at least $least letters, in capitals and joined, \
             then a hyphen and the number of letters in the rest",
            "an acronym: the capitalized first $take letters of all $xs of $least letters or more, a hyphen, \
             and how many letters the other $xs have together",
        ],
        entry: "acronym",
        inputs: vec![Input::new(xs, Shape::Words, about)],
        words: Words::NONE
            .with("xs", xs)
            .with("least", least)
            .with("take", take),
        secure: &[
            "
            short, rest = '', 0
            for x in $xs:
                if len(x) >= $least:
                    short += x[:$take].upper()
                else:
                    rest += len(x)
            => f'{short}-{rest}'
            ",
            "
            long = [x for x in $xs if len(x) >= $least]
            rest = sum(map(len, $xs)) - sum(map(len, long))
            => ''.join(x[:$take] for x in long).upper() + '-' + str(rest)
            ",
        ],
        wrong: &[
            "=> ''.join(x[:$take] for x in $xs).upper() + '-0'",
            "
            short, rest = '', 0
            for x in $xs:
                if len(x) > $least:
                    short += x[:$take].upper()
                else:
                    rest += 1
            => f'{short}-{rest}'
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec!["a".to_owned(), "bc".to_owned()]],
                arguments![vec![
                    LETTERS[..least as usize].to_owned(),
                    LETTERS[..least as usize - 1].to_owned()
                ]],
            ],
            |rng| arguments![rng.nouns(2, 6)],
            |given| {
                let (long, rest): (Vec<&String>, Vec<&String>) =
                    given.texts(0).iter().partition(|x| x.len() as i64 >= least);
                let short: String = long
                    .iter()
                    .map(|x| x[..take as usize].to_uppercase())
                    .collect();
                let rest: usize = rest.iter().map(|x| x.len()).sum();
                Value::Text(format!("{short}-{rest}"))
            },
        ),
        ..Draft::NEW
    }
}

fn capitalized(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}
