//! Answers from smaller answers.

use crate::draft::{Draft, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 4] = [
    Family {
        name: "coin_ways",
        theme: Theme::DynamicProgramming,
        cwe: None,
        asked: "In how many ways coins add up to an amount.",
        goes_wrong: "Orders of the same coins are counted as different.",
        draft: coin_ways,
    },
    Family {
        name: "no_neighbours",
        theme: Theme::DynamicProgramming,
        cwe: None,
        asked: "The largest sum without taking elements that are too close to each other.",
        goes_wrong: "Every second element is taken.",
        draft: no_neighbours,
    },
    Family {
        name: "recurrence",
        theme: Theme::DynamicProgramming,
        cwe: None,
        asked: "The n-th term of a recurrence of order two, modulo a constant.",
        goes_wrong: "Terms are counted from the other number.",
        draft: recurrence,
    },
    Family {
        name: "best_stretch",
        theme: Theme::DynamicProgramming,
        cwe: None,
        asked: "The largest sum of neighbouring elements, each with a cost.",
        goes_wrong: "Only negative numbers give 0 instead of the largest of them.",
        draft: best_stretch,
    },
];

fn coin_ways(rng: &mut Rng) -> Draft {
    let mut coins = vec![rng.between(1, 2), rng.between(3, 5), rng.between(6, 9)];
    if rng.chance(50) {
        coins.push(rng.between(10, 15));
    }
    let shown: Vec<String> = coins.iter().map(i64::to_string).collect();
    Draft {
        asks: &[
            "in how many ways coins of $coins add up to n",
            "the number of different collections of coins worth n, if coins of $coins exist",
        ],
        note: "There are enough of each, and their order does not matter. For n = 0 the answer is 1.",
        entry: "coin_ways",
        inputs: vec![Input::new("n", Shape::Int, "amount")],
        words: Words::NONE.with("coins", shown.join(", ")),
        secure: &[
            "
            ways = [1] + [0] * n
            for coin in [$coins]:
                for total in range(coin, n + 1):
                    ways[total] += ways[total - coin]
            => ways[n]
            ",
            "
            ways = {0: 1}
            for coin in ($coins):
                for total in range(coin, n + 1):
                    ways[total] = ways.get(total, 0) + ways.get(total - coin, 0)
            => ways.get(n, 0)
            ",
        ],
        wrong: &[
            "
            ways = [1] + [0] * n
            for total in range(1, n + 1):
                for coin in [$coins]:
                    if coin <= total:
                        ways[total] += ways[total - coin]
            => ways[n]
            ",
            "
            ways = [1] + [0] * n
            for coin in [$coins]:
                for total in range(n, coin - 1, -1):
                    ways[total] += ways[total - coin]
            => ways[n]
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![0],
                arguments![1],
                arguments![coins[1] + coins[0]],
            ],
            |rng| arguments![rng.between(5, 160)],
            |given| {
                let n = given.int(0) as usize;
                let mut ways = vec![0_i64; n + 1];
                ways[0] = 1;
                for coin in &coins {
                    for total in *coin as usize..=n {
                        ways[total] += ways[total - *coin as usize];
                    }
                }
                Value::Int(ways[n])
            },
        ),
        ..Draft::NEW
    }
}

fn no_neighbours(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.scene();
    let (gap, bonus) = (rng.between(1, 2), rng.between(0, 9));
    Draft {
        asks: &[
            "the largest total of chosen $xs with at least $gap left out between any two of them",
            "the best sum of some of the $xs, if after taking one the next $gap must be skipped",
        ],
        note: "Each chosen one counts $bonus extra. All numbers are at least 0, and nothing may be chosen.",
        entry: "best_choice",
        inputs: vec![Input::new(xs, Shape::Ints, about)],
        words: Words::NONE
            .with("xs", xs)
            .with("gap", gap)
            .with("bonus", bonus)
            .with("back", gap + 1),
        secure: &[
            "
            best = [0] * $back
            for x in $xs:
                best.append(max(best[-1], best[-$back] + x + $bonus))
            => best[-1]
            ",
            "
            best = {}
            for i, x in enumerate($xs):
                take = x + $bonus + best.get(i - $back, 0)
                best[i] = max(take, best.get(i - 1, 0))
            => max(best.values())
            ",
        ],
        wrong: &[
            "=> max(sum(x + $bonus for x in $xs[i::$back]) for i in range($back))",
            "
            best = [0, 0]
            for x in $xs:
                best.append(max(best[-1], best[-1] + x + $bonus))
            => best[-1]
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec![50, 1, 1, 60, 1, 1, 1, 70]],
                arguments![vec![5]],
                arguments![vec![9, 8]],
                arguments![vec![1, 90, 1, 1, 1, 80, 1]],
            ],
            |rng| arguments![rng.ints(3, 10, 0, 60)],
            |given| {
                let mut best = vec![0; gap as usize + 1];
                for x in given.ints(0) {
                    let (last, before) =
                        (best[best.len() - 1], best[best.len() - 1 - gap as usize]);
                    best.push(last.max(before + x + bonus));
                }
                Value::Int(best[best.len() - 1])
            },
        ),
        ..Draft::NEW
    }
}

fn recurrence(rng: &mut Rng) -> Draft {
    let (first, second) = (rng.between(0, 9), rng.between(1, 9));
    let (p, q) = (rng.between(1, 4), rng.between(1, 4));
    let modulus = rng.between(800, 9999);
    Draft {
        asks: &[
            "f(n) modulo $modulus, where f(0) = $first, f(1) = $second and f(n) = $p f(n - 1) + $q f(n - 2)",
            "the remainder of f(n) by $modulus for f(n) = $p * f(n - 1) + $q * f(n - 2), f(0) = $first, f(1) = $second",
        ],
        entry: "term",
        inputs: vec![Input::new("n", Shape::Int, "index")],
        words: Words::NONE
            .with("first", first)
            .with("second", second)
            .with("p", p)
            .with("q", q)
            .with("modulus", modulus),
        secure: &[
            "
            a, b = $first, $second
            for _ in range(n):
                a, b = b, ($p * b + $q * a) % $modulus
            => a % $modulus
            ",
            "
            terms = [$first, $second]
            while len(terms) <= n:
                terms.append(($p * terms[-1] + $q * terms[-2]) % $modulus)
            => terms[n]
            ",
        ],
        wrong: &[
            "
            a, b = $first, $second
            for _ in range(n):
                a, b = b, ($p * b + $q * a) % $modulus
            => b
            ",
            "
            a, b = $second, $first
            for _ in range(n):
                a, b = b, $q * a + $p * b + 1
            => a % $modulus
            ",
        ],
        cases: cases(
            rng,
            vec![arguments![0], arguments![1], arguments![2]],
            |rng| arguments![rng.between(3, 120)],
            |given| {
                let (mut a, mut b) = (first, second);
                for _ in 0..given.int(0) {
                    (a, b) = (b, (p * b + q * a) % modulus);
                }
                Value::Int(a % modulus)
            },
        ),
        ..Draft::NEW
    }
}

fn best_stretch(rng: &mut Rng) -> Draft {
    let (xs, about) = rng.scene();
    let (cost, times) = (rng.between(0, 9), rng.between(1, 7));
    Draft {
        asks: &[
            "$times times the largest sum of a stretch of neighbouring $xs, where each element costs $cost",
            "the largest sum of x - $cost over any run of consecutive $xs, multiplied by $times",
        ],
        note: "A stretch has at least one element.",
        entry: "best_stretch",
        inputs: vec![Input::new(xs, Shape::Ints, about)],
        words: Words::NONE
            .with("xs", xs)
            .with("cost", cost)
            .with("times", times),
        secure: &[
            "
            best = here = $xs[0] - $cost
            for x in $xs[1:]:
                here = max(here, 0) + x - $cost
                best = max(best, here)
            => best * $times
            ",
            "
            sums = []
            for start in range(len($xs)):
                total = 0
                for x in $xs[start:]:
                    total += x - $cost
                    sums.append(total)
            => $times * max(sums)
            ",
        ],
        wrong: &[
            "
            best = here = 0
            for x in $xs:
                here = max(here + x - $cost, 0)
                best = max(best, here)
            => best * $times
            ",
            "=> $times * sum(x - $cost for x in $xs if x > $cost)",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec![cost - 8, cost - 3, cost - 5]],
                arguments![vec![cost + 20, cost - 30, cost + 25]],
            ],
            |rng| arguments![rng.ints(3, 9, cost - 50, cost + 60)],
            |given| {
                let (mut best, mut here) = (i64::MIN, 0);
                for x in given.ints(0) {
                    here = here.max(0) + x - cost;
                    best = best.max(here);
                }
                Value::Int(best * times)
            },
        ),
        ..Draft::NEW
    }
}
