//! Text, letter by letter.

use crate::draft::{Draft, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 4] = [
    Family {
        name: "caesar_shift",
        theme: Theme::Strings,
        cwe: None,
        asked: "Every letter of a text moved along the alphabet.",
        goes_wrong: "Letters near the end leave the alphabet, or spaces are moved too.",
        draft: caesar_shift,
    },
    Family {
        name: "run_lengths",
        theme: Theme::Strings,
        cwe: None,
        asked: "A text with each run of equal letters replaced by the letter and its length.",
        goes_wrong: "The last run is lost.",
        draft: run_lengths,
    },
    Family {
        name: "cut_out",
        theme: Theme::Strings,
        cwe: None,
        asked: "A text without every occurrence of some letters, the rest marked.",
        goes_wrong: "Only the first occurrence goes.",
        draft: cut_out,
    },
    Family {
        name: "spread_letters",
        theme: Theme::Strings,
        cwe: None,
        asked: "Letters at even positions first, then those at odd positions, with a mark between.",
        goes_wrong: "Positions counted from the other number.",
        draft: spread_letters,
    },
];

fn caesar_shift(rng: &mut Rng) -> Draft {
    let (text, about) = rng.line_scene();
    let shift = rng.between(1, 25);
    Draft {
        asks: &[
            "the $text with every small letter moved $shift places along the alphabet (around its end)",
            "the $text after a Caesar shift of its small letters by $shift",
        ],
        note: "Everything else stays.",
        entry: "shift_letters",
        inputs: vec![Input::new(text, Shape::Text, about)],
        words: Words::NONE.with("text", text).with("shift", shift),
        secure: &[
            "
            shifted = ''
            for letter in $text:
                if 'a' <= letter <= 'z':
                    letter = chr((ord(letter) - 97 + $shift) % 26 + 97)
                shifted += letter
            => shifted
            ",
            "
            LETTERS = 'abcdefghijklmnopqrstuvwxyz'
            table = str.maketrans(LETTERS, LETTERS[$shift:] + LETTERS[:$shift])
            => $text.translate(table)
            ",
        ],
        wrong: &[
            "=> ''.join(chr((ord(letter) - 97 + $shift) % 26 + 97) for letter in $text)",
            "=> ''.join(chr(ord(letter) + $shift) if letter.isalpha() else letter for letter in $text)",
        ],
        cases: cases(
            rng,
            vec![arguments!["zebra, 9"], arguments!["ab-yz"]],
            |rng| arguments![rng.phrase(1, 3)],
            |given| {
                let moved = |letter: char| match letter {
                    'a'..='z' => char::from(b'a' + ((letter as i64 - 97 + shift) % 26) as u8),
                    other => other,
                };
                Value::Text(given.text(0).chars().map(moved).collect())
            },
        ),
        ..Draft::NEW
    }
}

fn run_lengths(rng: &mut Rng) -> Draft {
    let (text, about) = rng.line_scene();
    let between = *rng.pick(&["", "-", " ", ".", "/"]);
    let letter_first = rng.chance(50);
    Draft {
        asks: &[
            "the $text as runs of equal letters, each written as $order, joined with `$between`",
            "the run-length encoding of the $text: for every run $order, with `$between` between the runs",
        ],
        entry: "encode_runs",
        inputs: vec![Input::new(text, Shape::Text, about)],
        words: Words::NONE
            .with("text", text)
            .with("between", between)
            .with(
                "order",
                if letter_first {
                    "the letter and the length"
                } else {
                    "the length and the letter"
                },
            )
            .with(
                "run",
                if letter_first {
                    "letter + str(count)"
                } else {
                    "str(count) + letter"
                },
            ),
        secure: &[
            "
            from itertools import groupby
            runs = []
            for letter, group in groupby($text):
                count = len(list(group))
                runs.append($run)
            => '$between'.join(runs)
            ",
            "
            runs = []
            start = 0
            for end in range(1, len($text) + 1):
                if end == len($text) or $text[end] != $text[start]:
                    letter, count = $text[start], end - start
                    runs.append($run)
                    start = end
            => '$between'.join(runs)
            ",
        ],
        wrong: &[
            "
            runs = []
            start = 0
            for end in range(1, len($text)):
                if $text[end] != $text[start]:
                    letter, count = $text[start], end - start
                    runs.append($run)
                    start = end
            => '$between'.join(runs)
            ",
            "
            runs = []
            for letter in sorted(set($text)):
                count = $text.count(letter)
                runs.append($run)
            => '$between'.join(runs)
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments!["a"],
                arguments!["aabbaa"],
                arguments!["zzzzzzzzzzzz"],
            ],
            |rng| {
                let runs = rng.text(2, 5, "abcxyz");
                let text: String = runs
                    .chars()
                    .flat_map(|letter| std::iter::repeat_n(letter, rng.between(1, 4) as usize))
                    .collect();
                arguments![text]
            },
            |given| {
                let letters: Vec<char> = given.text(0).chars().collect();
                let runs: Vec<String> = letters
                    .chunk_by(|a, b| a == b)
                    .map(|run| {
                        if letter_first {
                            format!("{}{}", run[0], run.len())
                        } else {
                            format!("{}{}", run.len(), run[0])
                        }
                    })
                    .collect();
                Value::Text(runs.join(between))
            },
        ),
        ..Draft::NEW
    }
}

fn cut_out(rng: &mut Rng) -> Draft {
    let (text, about) = rng.line_scene();
    let mut vowels = ['a', 'e', 'i', 'o', 'r', 'n', 't', 'l'];
    rng.shuffle(&mut vowels);
    let gone: String = vowels[..3].iter().collect();
    let mark = *rng.pick(&["*", "#", "_", "+", "=", "~"]);
    Draft {
        asks: &[
            "the $text without the letters of `$gone`, with every space replaced by `$mark`",
            "the $text after removing each of the letters `$gone` and writing `$mark` for spaces",
        ],
        entry: "cut_out",
        inputs: vec![Input::new(text, Shape::Text, about)],
        words: Words::NONE
            .with("text", text)
            .with("gone", &gone)
            .with("mark", mark),
        secure: &[
            "
            kept = ''.join(letter for letter in $text if letter not in '$gone')
            => kept.replace(' ', '$mark')
            ",
            "
            kept = $text.replace(' ', '$mark')
            for letter in '$gone':
                kept = kept.replace(letter, '')
            => kept
            ",
        ],
        wrong: &[
            "=> $text.replace('$gone', '').replace(' ', '$mark')",
            "
            kept = $text
            for letter in '$gone':
                kept = kept.replace(letter, '', 1)
            => kept.replace(' ', '$mark')
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![format!("{gone} {gone} x")],
                arguments![format!("{}!", &gone[..1])],
            ],
            |rng| arguments![rng.phrase(2, 4)],
            |given| {
                let kept = given
                    .text(0)
                    .chars()
                    .filter(|letter| !gone.contains(*letter));
                Value::Text(kept.collect::<String>().replace(' ', mark))
            },
        ),
        ..Draft::NEW
    }
}

fn spread_letters(rng: &mut Rng) -> Draft {
    let (text, about) = rng.line_scene();
    let step = rng.between(2, 4);
    let mark = *rng.pick(&["|", "/", "-", "+", ":", "="]);
    Draft {
        asks: &[
            "the letters of the $text at positions divisible by $step (counted from 0), then `$mark`, then all others",
            "first every letter of the $text whose index is a multiple of $step, then `$mark` and the other letters",
        ],
        entry: "spread",
        inputs: vec![Input::new(text, Shape::Text, about)],
        words: Words::NONE
            .with("text", text)
            .with("step", step)
            .with("mark", mark),
        secure: &[
            "
            rest = [x for i, x in enumerate($text) if i % $step]
            => $text[::$step] + '$mark' + ''.join(rest)
            ",
            "
            first = rest = ''
            for i, letter in enumerate($text):
                if i % $step == 0:
                    first += letter
                else:
                    rest += letter
            => first + '$mark' + rest
            ",
        ],
        wrong: &[
            "
            rest = [x for i, x in enumerate($text, 1) if i % $step]
            => $text[$step - 1::$step] + '$mark' + ''.join(rest)
            ",
            "=> $text[::$step] + $text[1::$step]",
        ],
        cases: cases(
            rng,
            vec![arguments!["a"], arguments!["abcdefgh"]],
            |rng| arguments![rng.phrase(1, 2)],
            |given| {
                let letters = given.text(0).char_indices();
                let (first, rest): (Vec<_>, Vec<_>) =
                    letters.partition(|(index, _)| *index as i64 % step == 0);
                let text = |part: Vec<(usize, char)>| {
                    part.into_iter()
                        .map(|(_, letter)| letter)
                        .collect::<String>()
                };
                Value::Text(format!("{}{mark}{}", text(first), text(rest)))
            },
        ),
        ..Draft::NEW
    }
}
