//! Lists of numbers: choosing, folding and moving elements.

use crate::draft::{Draft, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 5] = [
    Family {
        name: "sum_above",
        theme: Theme::Lists,
        cwe: None,
        asked: "The sum of the numbers above, or below, a limit.",
        goes_wrong: "A number equal to the limit is counted, or the comparison points the other way.",
        draft: sum_above,
    },
    Family {
        name: "running_total",
        theme: Theme::Lists,
        cwe: None,
        asked: "The running totals of a list, each after an adjustment.",
        goes_wrong: "The total starts over, or the last element is left out.",
        draft: running_total,
    },
    Family {
        name: "every_kth",
        theme: Theme::Lists,
        cwe: None,
        asked: "Every k-th element, changed by a constant.",
        goes_wrong: "Counting starts at the first element instead of the k-th.",
        draft: every_kth,
    },
    Family {
        name: "largest_gap",
        theme: Theme::Lists,
        cwe: None,
        asked: "The largest difference between neighbours and where it is.",
        goes_wrong: "The sign of the difference is forgotten, or the last of equal gaps is taken.",
        draft: largest_gap,
    },
    Family {
        name: "rotate_list",
        theme: Theme::Lists,
        cwe: None,
        asked: "A list rotated by a number of places, which may exceed its length.",
        goes_wrong: "Rotation in the wrong direction, or by more than the length.",
        draft: rotate_list,
    },
];

fn sum_above(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.scene();
    let limit = rng.between(5, 60);
    let above = rng.chance(50);
    let keeps = move |x: i64| if above { x > limit } else { x < limit };
    Draft {
        asks: &[
            "the sum of the $xs $side $limit",
            "the total of all $xs that are $side $limit",
        ],
        note: "The sum of nothing is 0.",
        entry: "sum_chosen",
        inputs: vec![Input::new(xs, Shape::Ints, about)],
        words: Words::NONE
            .with("xs", xs)
            .with("limit", limit)
            .with("side", if above { "above" } else { "below" })
            .with("op", if above { ">" } else { "<" })
            .with("near", if above { ">=" } else { "<=" })
            .with("other", if above { "<" } else { ">" }),
        secure: &[
            "
            total = 0
            for x in $xs:
                if x $op $limit:
                    total += x
            => total
            ",
            "=> sum(x for x in $xs if x $op $limit)",
        ],
        wrong: &[
            "=> sum(x for x in $xs if x $near $limit)",
            "=> sum(x for x in $xs if x $other $limit)",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec![limit]],
                arguments![vec![limit - 1, limit, limit + 1, limit]],
            ],
            |rng| arguments![rng.ints(1, 9, limit - 40, limit + 40)],
            |given| {
                given
                    .ints(0)
                    .iter()
                    .filter(|x| keeps(**x))
                    .sum::<i64>()
                    .into()
            },
        ),
        ..Draft::NEW
    }
}

fn running_total(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.scene();
    let add = rng.between(1, 20);
    Draft {
        asks: &[
            "the running totals of the $xs, where each of the $xs first grows by $add",
            "the totals so far after each of the $xs, adding $add to each",
        ],
        entry: "running_totals",
        inputs: vec![Input::new(xs, Shape::Ints, about)],
        words: Words::NONE.with("xs", xs).with("add", add),
        secure: &[
            "
            totals = []
            total = 0
            for x in $xs:
                total += x + $add
                totals.append(total)
            => totals
            ",
            "
            from itertools import accumulate
            totals = list(accumulate(x + $add for x in $xs))
            => totals
            ",
        ],
        wrong: &[
            "
            totals = []
            for x in $xs:
                totals.append(x + $add)
            => totals
            ",
            "
            totals = []
            total = $add
            for x in $xs:
                total += x
                totals.append(total)
            => totals
            ",
        ],
        cases: cases(
            rng,
            vec![arguments![vec![0, 0, 0]], arguments![vec![-add, 5, -7]]],
            |rng| arguments![rng.ints(2, 8, -20, 60)],
            |given| {
                let totals = given.ints(0).iter().scan(0, |total, x| {
                    *total += x + add;
                    Some(*total)
                });
                Value::Ints(totals.collect())
            },
        ),
        ..Draft::NEW
    }
}

fn every_kth(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.scene();
    let (k, factor) = (rng.between(2, 5), rng.between(2, 9));
    Draft {
        asks: &[
            "every $k. of the $xs in order, times $factor, starting with the $k.",
            "the $xs at positions $k, $twice, $thrice and so on (counted from 1), each times $factor",
        ],
        entry: "every_kth",
        inputs: vec![Input::new(xs, Shape::Ints, about)],
        words: Words::NONE
            .with("xs", xs)
            .with("k", k)
            .with("twice", 2 * k)
            .with("thrice", 3 * k)
            .with("first", k - 1)
            .with("factor", factor),
        secure: &[
            "
            chosen = [x * $factor for x in $xs[$first::$k]]
            => chosen
            ",
            "
            chosen = []
            for position, x in enumerate($xs, 1):
                if position % $k == 0:
                    chosen.append(x * $factor)
            => chosen
            ",
        ],
        wrong: &[
            "
            chosen = [x * $factor for x in $xs[::$k]]
            => chosen
            ",
            "
            chosen = [x for x in $xs[$first::$k]]
            => chosen
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![(1..=k).collect::<Vec<_>>()],
                arguments![(1..=2 * k).collect::<Vec<_>>()],
            ],
            |rng| arguments![rng.ints(k as usize, 14, -30, 90)],
            |given| {
                let chosen = given
                    .ints(0)
                    .chunks_exact(k as usize)
                    .map(|part| part[part.len() - 1] * factor);
                Value::Ints(chosen.collect())
            },
        ),
        ..Draft::NEW
    }
}

fn largest_gap(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.scene();
    let base = rng.between(0, 1);
    let low = rng.between(-50, 10);
    Draft {
        asks: &[
            "the largest absolute difference between neighbouring $xs and the position of the left one",
            "two numbers: the biggest gap between two neighbouring $xs, and where its left element is",
        ],
        note: "Positions count from $base; of equal gaps take the first.",
        entry: "largest_gap",
        inputs: vec![Input::new(xs, Shape::Ints, about)],
        words: Words::NONE.with("xs", xs).with("base", base),
        secure: &[
            "
            gap, place = -1, -1
            for i in range(len($xs) - 1):
                size = abs($xs[i] - $xs[i + 1])
                if size > gap:
                    gap, place = size, i + $base
            => [gap, place]
            ",
            "
            gaps = [abs(a - b) for a, b in zip($xs, $xs[1:])]
            gap = max(gaps)
            => [gap, gaps.index(gap) + $base]
            ",
        ],
        wrong: &[
            "
            gaps = [b - a for a, b in zip($xs, $xs[1:])]
            gap = max(gaps)
            => [gap, gaps.index(gap) + $base]
            ",
            "
            gap, place = -1, -1
            for i in range(len($xs) - 1):
                size = abs($xs[i] - $xs[i + 1])
                if size >= gap:
                    gap, place = size, i + $base
            => [gap, place]
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec![3, 3, 3]],
                arguments![vec![9, 1, 9, 1]],
                arguments![vec![50, 7]],
            ],
            |rng| arguments![rng.ints(2, 9, low, low + 90)],
            |given| {
                let mut best = (-1, -1);
                for (index, pair) in given.ints(0).windows(2).enumerate() {
                    let size = (pair[0] - pair[1]).abs();
                    if size > best.0 {
                        best = (size, index as i64 + base);
                    }
                }
                Value::Ints(vec![best.0, best.1])
            },
        ),
        ..Draft::NEW
    }
}

fn rotate_list(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.scene();
    let left = rng.chance(50);
    let drop = rng.between(1, 12);
    Draft {
        asks: &[
            "the $xs rotated to the $side by k places, without those that equal $drop",
            "the $xs after moving every element k places to the $side (around the end) and then removing each $drop",
        ],
        note: "The number k may be larger than the list.",
        entry: "rotate",
        inputs: vec![
            Input::new(xs, Shape::Ints, about),
            Input::new("k", Shape::Int, "number of places"),
        ],
        words: Words::NONE
            .with("xs", xs)
            .with("drop", drop)
            .with("side", if left { "left" } else { "right" })
            .with("turn", if left { "k" } else { "-k" })
            .with("opposite", if left { "-k" } else { "k" }),
        secure: &[
            "
            k = $turn % len($xs)
            turned = $xs[k:] + $xs[:k]
            => [x for x in turned if x != $drop]
            ",
            "
            from collections import deque
            turned = deque($xs)
            turned.rotate($opposite)
            => [x for x in turned if x != $drop]
            ",
        ],
        wrong: &[
            "
            k = $opposite % len($xs)
            turned = $xs[k:] + $xs[:k]
            => [x for x in turned if x != $drop]
            ",
            "
            turned = $xs[k:] + $xs[:k]
            => turned
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec![drop, 20, 31, 42], 1],
                arguments![vec![25, drop, 27], 7],
                arguments![vec![77, 78, 79], 0],
            ],
            |rng| {
                let mut numbers = rng.ints(3, 8, 1, 60);
                numbers.push(drop + 1);
                arguments![numbers, rng.between(0, 15)]
            },
            |given| {
                let mut turned = given.ints(0).to_vec();
                let k = given.int(1) as usize % turned.len();
                if left {
                    turned.rotate_left(k);
                } else {
                    turned.rotate_right(k);
                }
                turned.retain(|x| *x != drop);
                Value::Ints(turned)
            },
        ),
        ..Draft::NEW
    }
}
