//! Numbers: remainders, common divisors, and a famous sequence.

use crate::draft::{Draft, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 3] = [
    Family {
        name: "clock_remainder",
        theme: Theme::Arithmetic,
        cwe: None,
        asked: "A linear formula of two numbers modulo a constant.",
        goes_wrong: "Precedence of operators, and remainders of negative numbers.",
        draft: clock_remainder,
    },
    Family {
        name: "greatest_divisor",
        theme: Theme::Arithmetic,
        cwe: None,
        asked: "Greatest common divisor and least common multiple of two numbers.",
        goes_wrong: "The multiple is the product, or the two are swapped.",
        draft: greatest_divisor,
    },
    Family {
        name: "hailstone",
        theme: Theme::Arithmetic,
        cwe: None,
        asked: "How many steps a number needs to reach 1, and the largest number on the way.",
        goes_wrong: "Numbers are counted instead of steps.",
        draft: hailstone,
    },
];

fn clock_remainder(rng: &mut Rng) -> Draft {
    let (first, second, modulus) = (
        rng.between(2, 19),
        rng.between(2, 19),
        rng.between(200, 999),
    );
    Draft {
        asks: &[
            "the remainder of $first * a + $second * b when divided by $modulus",
            "($first a + $second b) modulo $modulus",
        ],
        note: "The result is never negative.",
        entry: "remainder",
        inputs: vec![
            Input::new("a", Shape::Int, "first number"),
            Input::new("b", Shape::Int, "second number"),
        ],
        words: Words::NONE
            .with("first", first)
            .with("second", second)
            .with("modulus", modulus),
        secure: &[
            "=> ($first * a + $second * b) % $modulus",
            "
            total = a * $first
            total += b * $second
            => total % $modulus
            ",
        ],
        wrong: &[
            "=> $first * a + $second * b % $modulus",
            "=> abs($first * a - $second * b) % $modulus",
        ],
        cases: cases(
            rng,
            vec![arguments![0, 0], arguments![-1, 0], arguments![modulus, 1]],
            |rng| arguments![rng.between(-500, 900), rng.between(-500, 900)],
            |given| Value::Int((first * given.int(0) + second * given.int(1)).rem_euclid(modulus)),
        ),
        ..Draft::NEW
    }
}

fn greatest_divisor(rng: &mut Rng) -> Draft {
    let times = rng.between(2, 30);
    let swapped = rng.chance(50);
    Draft {
        asks: &[
            "two numbers for the pair $times * a and b: $order",
            "$order of $times * a and b",
        ],
        note: "Both are positive.",
        entry: "common",
        inputs: vec![
            Input::new("a", Shape::Int, "first number"),
            Input::new("b", Shape::Int, "second number"),
        ],
        words: Words::NONE
            .with("times", times)
            .with(
                "order",
                if swapped {
                    "the least common multiple, then the greatest common divisor"
                } else {
                    "the greatest common divisor, then the least common multiple"
                },
            )
            .with(
                "both",
                if swapped {
                    "[multiple, divisor]"
                } else {
                    "[divisor, multiple]"
                },
            )
            .with(
                "other",
                if swapped {
                    "[divisor, multiple]"
                } else {
                    "[multiple, divisor]"
                },
            ),
        secure: &[
            "
            from math import gcd
            a *= $times
            divisor = gcd(a, b)
            multiple = a * b // divisor
            => $both
            ",
            "
            a = a * $times
            x, y = a, b
            while y:
                x, y = y, x % y
            divisor, multiple = x, a * b // x
            => $both
            ",
        ],
        wrong: &[
            "
            from math import gcd
            divisor = gcd(a, b)
            multiple = $times * a * b
            => $both
            ",
            "
            from math import gcd
            a *= $times
            divisor = gcd(a, b)
            multiple = a * b // divisor
            => $other
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![1, 1],
                arguments![7, 7 * times],
                arguments![6, 10],
            ],
            |rng| {
                let shared = rng.between(1, 12);
                arguments![shared * rng.between(1, 20), shared * rng.between(1, 20)]
            },
            |given| {
                let (a, b) = (times * given.int(0), given.int(1));
                let divisor = greatest(a, b);
                let both = [divisor, a * b / divisor];
                Value::Ints(if swapped {
                    vec![both[1], both[0]]
                } else {
                    both.to_vec()
                })
            },
        ),
        ..Draft::NEW
    }
}

fn hailstone(rng: &mut Rng) -> Draft {
    let stop = rng.between(1, 12);
    let add = *rng.pick(&[1, 3, 5, 7]);
    Draft {
        asks: &[
            "the number of steps until n is at most $stop (or 60 steps are done), and the largest value on the way",
            "two numbers: how many steps bring n to $stop or less (at most 60), and the largest value seen",
        ],
        note: "A step halves an even n and turns an odd n into 3 n + $add. The start counts as seen.",
        entry: "hailstone",
        inputs: vec![Input::new("n", Shape::Int, "starting number")],
        words: Words::NONE.with("stop", stop).with("add", add),
        secure: &[
            "
            steps, top = 0, n
            while n > $stop and steps < 60:
                n = n // 2 if n % 2 == 0 else 3 * n + $add
                steps += 1
                top = max(top, n)
            => [steps, top]
            ",
            "
            seen = [n]
            while seen[-1] > $stop and len(seen) <= 60:
                n = seen[-1]
                if n % 2:
                    seen.append(3 * n + $add)
                else:
                    seen.append(n // 2)
            => [len(seen) - 1, max(seen)]
            ",
        ],
        wrong: &[
            "
            steps, top = 1, n
            while n > $stop and steps < 60:
                n = n // 2 if n % 2 == 0 else 3 * n + $add
                steps += 1
                top = max(top, n)
            => [steps, top]
            ",
            "
            steps, top = 0, 0
            while n > $stop and steps < 60:
                n = n // 2 if n % 2 == 0 else 3 * n + $add
                steps += 1
                top = n
            => [steps, top]
            ",
        ],
        cases: cases(
            rng,
            vec![arguments![1], arguments![64], arguments![stop + 1]],
            |rng| arguments![rng.between(2, 400)],
            |given| {
                let (mut n, mut steps) = (given.int(0), 0);
                let mut top = n;
                while n > stop && steps < 60 {
                    n = if n % 2 == 0 { n / 2 } else { 3 * n + add };
                    steps += 1;
                    top = top.max(n);
                }
                Value::Ints(vec![steps, top])
            },
        ),
        ..Draft::NEW
    }
}

fn greatest(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { greatest(b, a % b) }
}
