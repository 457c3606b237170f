//! Numbers and their digits and divisors.

use crate::draft::{Draft, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 3] = [
    Family {
        name: "digit_score",
        theme: Theme::Arithmetic,
        cwe: None,
        asked: "The sum of the digits of a number, each raised to a power, plus a constant.",
        goes_wrong: "The minus sign of a negative number is read as a digit.",
        draft: digit_score,
    },
    Family {
        name: "divisor_sum",
        theme: Theme::Arithmetic,
        cwe: None,
        asked: "The sum of the divisors of a number that leave out itself or are of one parity.",
        goes_wrong: "The number itself is counted, or the square root twice.",
        draft: divisor_sum,
    },
    Family {
        name: "number_base",
        theme: Theme::Arithmetic,
        cwe: None,
        asked: "A number written in another base, with a mark in front.",
        goes_wrong: "Zero becomes empty text, or the digits come out backwards.",
        draft: number_base,
    },
];

fn digit_score(rng: &mut Rng) -> Draft {
    let (power, add) = (rng.between(2, 5), rng.between(0, 50));
    let n = *rng.pick(&["n", "number", "value"]);
    Draft {
        asks: &[
            "the sum of the digits of $n, each to the power $power, plus $add",
            "$add plus the sum of every digit of $n raised to the power $power",
        ],
        note: "A minus sign is no digit.",
        entry: "digit_score",
        inputs: vec![Input::new(n, Shape::Int, "number")],
        words: Words::NONE
            .with("n", n)
            .with("power", power)
            .with("add", add),
        secure: &[
            "=> sum(int(digit) ** $power for digit in str(abs($n))) + $add",
            "
            score = $add
            rest = abs($n)
            while rest:
                score += (rest % 10) ** $power
                rest //= 10
            => score
            ",
        ],
        wrong: &[
            "=> sum(int(digit) ** $power for digit in str(abs($n))[1:]) + $add",
            "
            score = $add
            while $n > 0:
                score += ($n % 10) ** $power
                $n //= 10
            => score
            ",
        ],
        cases: cases(
            rng,
            vec![arguments![0], arguments![-307], arguments![1_000_000]],
            |rng| {
                let digits = rng.between(1, 7) as u32;
                arguments![rng.between(-(10_i64.pow(digits)), 10_i64.pow(digits))]
            },
            |given| {
                let digits = given.int(0).abs().to_string();
                let powers = digits
                    .bytes()
                    .map(|digit| i64::from(digit - b'0').pow(power as u32));
                Value::Int(powers.sum::<i64>() + add)
            },
        ),
        ..Draft::NEW
    }
}

fn divisor_sum(rng: &mut Rng) -> Draft {
    let parity = rng.between(0, 2);
    let (start, times) = (rng.between(1, 3), rng.between(1, 9));
    Draft {
        asks: &[
            "$times times the sum of the $sort divisors of n that are at least $start and less than n",
            "the sum of all $sort divisors d of n with $start <= d < n, multiplied by $times",
        ],
        entry: "divisor_sum",
        inputs: vec![Input::new("n", Shape::Int, "number")],
        words: Words::NONE
            .with("sort", ["even", "odd", "positive"][parity as usize])
            .with("start", start)
            .with("times", times)
            .with(
                "test",
                [" and d % 2 == 0", " and d % 2 == 1", ""][parity as usize],
            ),
        secure: &[
            "=> $times * sum(d for d in range($start, n) if n % d == 0$test)",
            "
            total = 0
            for d in range($start, n // 2 + 1):
                if n % d == 0$test:
                    total += d
            => total * $times
            ",
        ],
        wrong: &[
            "=> $times * sum(d for d in range(1, n + 1) if n % d == 0)",
            "
            total = 0
            for d in range($start, int(n ** 0.5) + 1):
                if n % d == 0$test:
                    total += d
            => total * $times
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![12],
                arguments![1],
                arguments![49],
                arguments![30],
            ],
            |rng| arguments![rng.between(2, 60) * rng.between(1, 12)],
            |given| {
                let n = given.int(0);
                let fits = |d: &i64| n % d == 0 && (parity == 2 || d % 2 == parity);
                Value::Int(times * (start..n).filter(fits).sum::<i64>())
            },
        ),
        ..Draft::NEW
    }
}

fn number_base(rng: &mut Rng) -> Draft {
    let base = *rng.pick(&[2, 3, 4, 5, 6, 7, 8, 9]);
    let mark = *rng.pick(&["0x", "#", "n", "b", "q", "d:", "->", "k"]);
    Draft {
        asks: &[
            "n written in base $base, with `$mark` in front",
            "`$mark` followed by the digits of n in base $base",
        ],
        note: "n is not negative.",
        entry: "in_base",
        inputs: vec![Input::new("n", Shape::Int, "number")],
        words: Words::NONE.with("base", base).with("mark", mark),
        secure: &[
            "
            digits = ''
            while n:
                digits = str(n % $base) + digits
                n //= $base
            => '$mark' + (digits or '0')
            ",
            "
            digits = [n % $base]
            while n >= $base:
                n //= $base
                digits.append(n % $base)
            => '$mark' + ''.join(map(str, reversed(digits)))
            ",
        ],
        wrong: &[
            "
            digits = ''
            while n:
                digits += str(n % $base)
                n //= $base
            => '$mark' + digits
            ",
            "
            digits = ''
            while n:
                digits = str(n % $base) + digits
                n //= $base
            => '$mark' + digits
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![0],
                arguments![base],
                arguments![base * base - 1],
                arguments![base + 2],
            ],
            |rng| arguments![rng.between(1, 5000)],
            |given| {
                let (mut n, mut digits) = (given.int(0), Vec::new());
                loop {
                    digits.push((n % base).to_string());
                    n /= base;
                    if n == 0 {
                        break;
                    }
                }
                digits.reverse();
                Value::Text(format!("{mark}{}", digits.concat()))
            },
        ),
        ..Draft::NEW
    }
}
