//! Orders: by several keys, of parts, and by rank.

use crate::draft::{Draft, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 4] = [
    Family {
        name: "sort_by_remainder",
        theme: Theme::Sorting,
        cwe: None,
        asked: "Numbers sorted by a remainder, ties by size.",
        goes_wrong: "Ties stay in their old order.",
        draft: sort_by_remainder,
    },
    Family {
        name: "sort_words",
        theme: Theme::Sorting,
        cwe: None,
        asked: "Words sorted by length and then by the alphabet, in one direction each.",
        goes_wrong: "One direction is applied to both keys.",
        draft: sort_words,
    },
    Family {
        name: "top_of_list",
        theme: Theme::Sorting,
        cwe: None,
        asked: "The k largest different numbers, summed and listed.",
        goes_wrong: "Repeated numbers are taken twice.",
        draft: top_of_list,
    },
    Family {
        name: "rank_scores",
        theme: Theme::Sorting,
        cwe: None,
        asked: "The rank of every number, equal ones sharing it.",
        goes_wrong: "Equal numbers get ranks of their own.",
        draft: rank_scores,
    },
];

fn sort_by_remainder(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.scene();
    let modulus = rng.between(3, 12);
    let down = rng.chance(50);
    Draft {
        asks: &[
            "the $xs sorted by their remainder modulo $modulus, smallest first; equal remainders by size, $order first",
            "the $xs in the order of x % $modulus, and within the same remainder with the $order first",
        ],
        entry: "sort_by_remainder",
        inputs: vec![Input::new(xs, Shape::Ints, about)],
        words: Words::NONE
            .with("xs", xs)
            .with("modulus", modulus)
            .with("order", if down { "largest" } else { "smallest" })
            .with("size", if down { "-x" } else { "x" })
            .with("reverse", if down { ", reverse=True" } else { "" }),
        secure: &[
            "
            ordered = sorted($xs, key=lambda x: (x % $modulus, $size))
            => ordered
            ",
            "
            ordered = sorted($xs$reverse)
            ordered.sort(key=lambda x: x % $modulus)
            => ordered
            ",
        ],
        wrong: &[
            "
            ordered = sorted($xs, key=lambda x: x % $modulus)
            => ordered
            ",
            "
            ordered = sorted($xs$reverse)
            => ordered
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec![modulus, 2 * modulus, 0, modulus]],
                arguments![vec![2 * modulus, 3 * modulus, modulus, 1]],
            ],
            |rng| arguments![rng.ints(4, 9, 0, 90)],
            |given| {
                let mut ordered = given.ints(0).to_vec();
                ordered.sort_by_key(|x| (x % modulus, if down { -x } else { *x }));
                Value::Ints(ordered)
            },
        ),
        ..Draft::NEW
    }
}

fn sort_words(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.text_scene();
    let long_first = rng.chance(50);
    let drop = rng.between(1, 4);
    Draft {
        asks: &[
            "the $xs longer than $drop letters sorted by length, $order first, and alphabetically where lengths are equal",
            "the $xs with more than $drop letters, the $order first; those of the same length in alphabetical order",
        ],
        entry: "sort_words",
        inputs: vec![Input::new(xs, Shape::Words, about)],
        words: Words::NONE
            .with("xs", xs)
            .with("drop", drop)
            .with("order", if long_first { "longest" } else { "shortest" })
            .with("length", if long_first { "-len(x)" } else { "len(x)" })
            .with("reverse", if long_first { ", reverse=True" } else { "" }),
        secure: &[
            "
            kept = [x for x in $xs if len(x) > $drop]
            => sorted(kept, key=lambda x: ($length, x))
            ",
            "
            kept = sorted(x for x in $xs if len(x) > $drop)
            kept.sort(key=len$reverse)
            => kept
            ",
        ],
        wrong: &[
            "
            kept = [x for x in $xs if len(x) > $drop]
            => sorted(kept)
            ",
            "
            kept = [x for x in $xs if len(x) >= $drop]
            => sorted(kept, key=len$reverse)
            ",
        ],
        cases: cases(
            rng,
            vec![arguments![vec![
                "pear"[..drop as usize].to_owned(),
                "melons".to_owned(),
                "cherry".to_owned(),
                "banana".to_owned(),
                "grape".to_owned()
            ]]],
            |rng| arguments![rng.nouns(3, 7)],
            |given| {
                let mut kept: Vec<String> = given
                    .texts(0)
                    .iter()
                    .filter(|x| x.len() as i64 > drop)
                    .cloned()
                    .collect();
                kept.sort_by_key(|x| {
                    let length = x.len() as i64;
                    (if long_first { -length } else { length }, x.clone())
                });
                Value::Words(kept)
            },
        ),
        ..Draft::NEW
    }
}

fn top_of_list(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.scene();
    let k = rng.between(2, 4);
    let largest = rng.chance(50);
    Draft {
        asks: &[
            "the $k $rank different $xs, $rank first, and then their sum",
            "a list of the $k $rank distinct values among the $xs (starting with the $rank), followed by their sum",
        ],
        note: "Take all of them if there are fewer.",
        entry: "extremes",
        inputs: vec![Input::new(xs, Shape::Ints, about)],
        words: Words::NONE
            .with("xs", xs)
            .with("k", k)
            .with("rank", if largest { "largest" } else { "smallest" })
            .with("reverse", if largest { ", reverse=True" } else { "" })
            .with("python", if largest { "max" } else { "min" }),
        secure: &[
            "
            top = sorted(set($xs)$reverse)[:$k]
            => top + [sum(top)]
            ",
            "
            rest = set($xs)
            top = []
            while rest and len(top) < $k:
                top.append($python(rest))
                rest.remove(top[-1])
            => top + [sum(top)]
            ",
        ],
        wrong: &[
            "
            top = sorted($xs$reverse)[:$k]
            => top + [sum(top)]
            ",
            "
            top = sorted(set($xs))[-$k:]
            => top + [sum($xs)]
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec![7, 7, 7, 1]],
                arguments![vec![5, 9, 9, 5, 9, 5, 30, 1, 1, 30]],
            ],
            |rng| {
                let mut numbers = rng.ints(3, 8, 1, 60);
                numbers.push(numbers[0]);
                arguments![numbers]
            },
            |given| {
                let mut top = given.ints(0).to_vec();
                top.sort_by_key(|x| if largest { -x } else { *x });
                top.dedup();
                top.truncate(k as usize);
                top.push(top.iter().sum());
                Value::Ints(top)
            },
        ),
        ..Draft::NEW
    }
}

fn rank_scores(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.scene();
    let high = rng.chance(50);
    let start = rng.between(0, 5);
    Draft {
        asks: &[
            "the rank of each of the $xs in the given order: rank $start is the $best, equal ones share a rank",
            "for each of the $xs its rank, where the $best has rank $start and equal values have the same one",
        ],
        note: "A rank is $start plus the number of $xs that are strictly better.",
        entry: "ranks",
        inputs: vec![Input::new(xs, Shape::Ints, about)],
        words: Words::NONE
            .with("xs", xs)
            .with("start", start)
            .with("best", if high { "largest" } else { "smallest" })
            .with("op", if high { ">" } else { "<" })
            .with("near", if high { ">=" } else { "<=" })
            .with("reverse", if high { ", reverse=True" } else { "" }),
        secure: &[
            "
            ranks = [$start + sum(y $op x for y in $xs) for x in $xs]
            => ranks
            ",
            "
            ordered = sorted($xs$reverse)
            => [$start + ordered.index(x) for x in $xs]
            ",
        ],
        wrong: &[
            "
            ranks = [$start + sum(y $near x for y in $xs) for x in $xs]
            => ranks
            ",
            "
            ordered = sorted(set($xs))
            => [ordered.index(x) for x in $xs]
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec![4, 4, 9, 1, 4]],
                arguments![vec![8, 6, 6, 6, 2, 2]],
            ],
            |rng| {
                let low = rng.between(1, 20);
                arguments![rng.ints(4, 8, low, low + 12)]
            },
            |given| {
                let xs = given.ints(0);
                let better = |x: &i64, y: &i64| if high { y > x } else { y < x };
                let rank = |x| start + xs.iter().filter(|y| better(x, y)).count() as i64;
                Value::Ints(xs.iter().map(rank).collect())
            },
        ),
        ..Draft::NEW
    }
}
