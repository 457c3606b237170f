//! How often something occurs.

use std::collections::BTreeMap;

use crate::draft::{Draft, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 4] = [
    Family {
        name: "most_frequent",
        theme: Theme::Counting,
        cwe: None,
        asked: "The most frequent word and how often it occurs, ties by a rule.",
        goes_wrong: "Ties go to whichever came first.",
        draft: most_frequent,
    },
    Family {
        name: "letter_census",
        theme: Theme::Counting,
        cwe: None,
        asked: "How often each of a few letters occurs in a text.",
        goes_wrong: "Capital letters are missed.",
        draft: letter_census,
    },
    Family {
        name: "pairs_of_sum",
        theme: Theme::Counting,
        cwe: None,
        asked: "The number of pairs with a given sum, and the sum of all.",
        goes_wrong: "Pairs are counted twice, or an element is paired with itself.",
        draft: pairs_of_sum,
    },
    Family {
        name: "histogram",
        theme: Theme::Counting,
        cwe: None,
        asked: "How many numbers fall into each of some classes of equal width.",
        goes_wrong: "The border of two classes is counted in the lower one.",
        draft: histogram,
    },
];

fn counts<'a>(texts: impl Iterator<Item = &'a String>) -> BTreeMap<&'a str, i64> {
    let mut counts = BTreeMap::new();
    for text in texts {
        *counts.entry(text.as_str()).or_default() += 1;
    }
    counts
}

fn most_frequent(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.text_scene();
    let last = rng.chance(50);
    let sign = *rng.pick(&["=", ":", "x", "*", "/", "-"]);
    Draft {
        asks: &[
            "the most frequent of the $xs, then `$sign`, then how often it occurs",
            "the element of $xs that occurs most often and its count, written with `$sign` between them",
        ],
        note: "Of equally frequent ones take the alphabetically $rank.",
        entry: "most_frequent",
        inputs: vec![Input::new(xs, Shape::Words, about)],
        words: Words::NONE
            .with("xs", xs)
            .with("sign", sign)
            .with("rank", if last { "last" } else { "first" })
            .with("reverse", if last { ", reverse=True" } else { "" }),
        secure: &[
            "
            ordered = sorted(set($xs)$reverse)
            best = max(ordered, key=$xs.count)
            => f'{best}$sign{$xs.count(best)}'
            ",
            "
            counts = {}
            for x in sorted($xs$reverse):
                counts[x] = counts.get(x, 0) + 1
            best = max(counts, key=counts.get)
            => best + '$sign' + str(counts[best])
            ",
        ],
        wrong: &[
            "
            best = $xs[0]
            for x in $xs:
                if $xs.count(x) > $xs.count(best):
                    best = x
            => best + '$sign' + str($xs.count(best) + 1)
            ",
            "
            best = max(set($xs), key=len)
            => f'{best}$sign{$xs.count(best)}'
            ",
        ],
        cases: cases(
            rng,
            vec![arguments![vec![
                "fig".to_owned(),
                "nut".to_owned(),
                "ash".to_owned()
            ]]],
            |rng| {
                let mut words = rng.nouns(2, 5);
                for _ in 0..rng.between(1, 4) {
                    words.push(rng.pick(&words.clone()).clone());
                }
                rng.shuffle(&mut words);
                arguments![words]
            },
            |given| {
                let counts = counts(given.texts(0).iter());
                let most = counts.values().max().copied().unwrap_or(0);
                let mut best = counts
                    .iter()
                    .filter(|(_, count)| **count == most)
                    .map(|(word, _)| *word);
                let word = if last { best.next_back() } else { best.next() };
                Value::Text(format!("{}{sign}{most}", word.unwrap_or("")))
            },
        ),
        ..Draft::NEW
    }
}

fn letter_census(rng: &mut Rng) -> Draft {
    let (text, about) = rng.line_scene();
    let mut letters = ['a', 'e', 'i', 'o', 'n', 'r', 't', 'l', 's', 'd'];
    rng.shuffle(&mut letters);
    let letters: String = letters[..rng.between(3, 5) as usize].iter().collect();
    Draft {
        asks: &[
            "how often each of the letters `$letters` occurs in the $text, in that order",
            "for each letter of `$letters`, in this order, its number of occurrences in the $text",
        ],
        note: "Capital letters count as small ones. The last number is the length of the $text.",
        entry: "census",
        inputs: vec![Input::new(text, Shape::Text, about)],
        words: Words::NONE.with("text", text).with("letters", &letters),
        secure: &[
            "
            small = $text.lower()
            => [small.count(letter) for letter in '$letters'] + [len($text)]
            ",
            "
            counts = dict.fromkeys('$letters', 0)
            for letter in $text.lower():
                if letter in counts:
                    counts[letter] += 1
            => list(counts.values()) + [len($text)]
            ",
        ],
        wrong: &[
            "=> [$text.count(letter) for letter in '$letters'] + [len($text)]",
            "=> [$text.lower().count(letter) for letter in sorted('$letters', reverse=True)] + [len($text)]",
        ],
        cases: cases(
            rng,
            vec![
                arguments![letters.to_uppercase()],
                arguments![format!("{}{0}{letters}", &letters[..1])],
            ],
            |rng| {
                let phrase = rng.phrase(2, 5);
                arguments![if rng.chance(30) {
                    phrase.to_uppercase()
                } else {
                    phrase
                }]
            },
            |given| {
                let small = given.text(0).to_lowercase();
                let mut counts: Vec<i64> = letters
                    .chars()
                    .map(|letter| small.matches(letter).count() as i64)
                    .collect();
                counts.push(small.len() as i64);
                Value::Ints(counts)
            },
        ),
        ..Draft::NEW
    }
}

fn pairs_of_sum(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.scene();
    let sum = rng.between(8, 30);
    Draft {
        asks: &[
            "how many pairs of $xs at different places have the sum $sum, and the total of all $xs",
            "two numbers: the count of pairs i < j of the $xs that add up to $sum, and the sum of the whole list",
        ],
        entry: "count_pairs",
        inputs: vec![Input::new(xs, Shape::Ints, about)],
        words: Words::NONE.with("xs", xs).with("sum", sum),
        secure: &[
            "
            pairs = 0
            for i in range(len($xs)):
                for j in range(i + 1, len($xs)):
                    if $xs[i] + $xs[j] == $sum:
                        pairs += 1
            => [pairs, sum($xs)]
            ",
            "
            seen = {}
            pairs = 0
            for x in $xs:
                pairs += seen.get($sum - x, 0)
                seen[x] = seen.get(x, 0) + 1
            => [pairs, sum($xs)]
            ",
        ],
        wrong: &[
            "
            pairs = sum(a + b == $sum for a in $xs for b in $xs)
            => [pairs, sum($xs)]
            ",
            "
            seen = set()
            pairs = 0
            for x in $xs:
                pairs += $sum - x in seen
                seen.add(x)
            => [pairs, len($xs)]
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec![1, sum - 1, 1, sum - 1]],
                arguments![vec![sum]],
            ],
            |rng| arguments![rng.ints(2, 10, 0, sum)],
            |given| {
                let xs = given.ints(0);
                let pairs = xs
                    .iter()
                    .enumerate()
                    .map(|(i, x)| xs[i + 1..].iter().filter(|y| x + *y == sum).count() as i64);
                Value::Ints(vec![pairs.sum(), xs.iter().sum()])
            },
        ),
        ..Draft::NEW
    }
}

fn histogram(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.scene();
    let (width, classes) = (rng.between(5, 25), rng.between(3, 5));
    Draft {
        asks: &[
            "how many of the $xs fall into each of $classes classes: from 0 up to, but not including, $width, and so on",
            "the sizes of $classes classes of the $xs, each $width wide, the first starting at 0 (its upper end excluded)",
        ],
        note: "The last class takes everything larger too.",
        entry: "histogram",
        inputs: vec![Input::new(xs, Shape::Ints, about)],
        words: Words::NONE
            .with("xs", xs)
            .with("width", width)
            .with("classes", classes)
            .with("last", classes - 1),
        secure: &[
            "
            sizes = [0] * $classes
            for x in $xs:
                sizes[min(x // $width, $last)] += 1
            => sizes
            ",
            "
            places = [x // $width for x in $xs]
            sizes = [places.count(i) for i in range($last)]
            => sizes + [len($xs) - sum(sizes)]
            ",
        ],
        wrong: &[
            "
            places = [x // $width for x in $xs]
            => [places.count(i) for i in range($classes)]
            ",
            "
            sizes = [0] * $classes
            for x in $xs:
                sizes[min((x - 1) // $width, $last)] += 1
            => sizes
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec![width, width - 1, 0, width]],
                arguments![vec![width * classes * 3, 2 * width]],
            ],
            |rng| arguments![rng.ints(4, 12, 0, width * (classes + 1))],
            |given| {
                let mut sizes = vec![0; classes as usize];
                for x in given.ints(0) {
                    sizes[(x / width).min(classes - 1) as usize] += 1;
                }
                Value::Ints(sizes)
            },
        ),
        ..Draft::NEW
    }
}
