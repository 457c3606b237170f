//! Following rules step by step.

use crate::draft::{Draft, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 4] = [
    Family {
        name: "walk_on_grid",
        theme: Theme::Simulation,
        cwe: None,
        asked: "Where a walk of letters ends, and how far from the start it is.",
        goes_wrong: "Two directions are mixed up, or the step length is forgotten.",
        draft: walk_on_grid,
    },
    Family {
        name: "bank_account",
        theme: Theme::Simulation,
        cwe: None,
        asked: "A balance after payments, of which those that overdraw it are refused.",
        goes_wrong: "Refused payments are subtracted all the same.",
        draft: bank_account,
    },
    Family {
        name: "counting_out",
        theme: Theme::Simulation,
        cwe: None,
        asked: "The order in which the people of a circle are counted out.",
        goes_wrong: "Counting starts at the wrong person after each round.",
        draft: counting_out,
    },
    Family {
        name: "stack_machine",
        theme: Theme::Simulation,
        cwe: None,
        asked: "The stack after a few commands.",
        goes_wrong: "Commands on an empty stack crash, or operands are swapped.",
        draft: stack_machine,
    },
];

fn walk_on_grid(rng: &mut Rng) -> Draft {
    let (x, y, step) = (rng.between(-9, 9), rng.between(-9, 9), rng.between(1, 6));
    Draft {
        asks: &[
            "x, y and the distance |x| + |y| from the origin after the walk, which starts at ($x, $y)",
            "the final x and y of a walk from ($x, $y), and |x| + |y| there",
        ],
        note: "N and S change y by +$step and -$step, E and W change x by +$step and -$step. Other letters do nothing.",
        entry: "walk",
        inputs: vec![Input::new("moves", Shape::Text, "letters of the walk")],
        words: Words::NONE.with("x", x).with("y", y).with("step", step),
        secure: &[
            "
            x, y = $x, $y
            for move in moves:
                if move == 'N':
                    y += $step
                elif move == 'S':
                    y -= $step
                elif move == 'E':
                    x += $step
                elif move == 'W':
                    x -= $step
            => [x, y, abs(x) + abs(y)]
            ",
            "
            x = $x + $step * (moves.count('E') - moves.count('W'))
            y = $y + $step * (moves.count('N') - moves.count('S'))
            => [x, y, abs(x) + abs(y)]
            ",
        ],
        wrong: &[
            "
            x = $x + $step * (moves.count('N') - moves.count('S'))
            y = $y + $step * (moves.count('E') - moves.count('W'))
            => [x, y, abs(x) + abs(y)]
            ",
            "
            x = $x + $step * (moves.count('E') - moves.count('W'))
            y = $y + $step * (moves.count('N') - moves.count('S'))
            => [x, y, x + y + 1]
            ",
        ],
        cases: cases(
            rng,
            vec![arguments!["N"], arguments!["EEESS"], arguments!["Q"]],
            |rng| arguments![rng.text(2, 12, "NNNSEEWW.")],
            |given| {
                let count = |letter: char| given.text(0).matches(letter).count() as i64;
                let (x, y) = (
                    x + step * (count('E') - count('W')),
                    y + step * (count('N') - count('S')),
                );
                Value::Ints(vec![x, y, x.abs() + y.abs()])
            },
        ),
        ..Draft::NEW
    }
}

fn bank_account(rng: &mut Rng) -> Draft {
    let (start, fee, floor) = (rng.between(20, 90), rng.between(0, 4), rng.between(-20, 0));
    let (xs, about) = *rng.pick(&[
        ("payments", "payments"),
        ("changes", "changes of a balance"),
        ("bookings", "bookings of an account"),
        ("moves", "moves of stock"),
        ("transfers", "transfers of a club"),
    ]);
    Draft {
        asks: &[
            "the balance after all $xs, then the number of refused ones",
            "what remains of $start after the $xs, followed by how many of them were refused",
        ],
        note: "The balance starts at $start. A negative one also costs a fee of $fee; it is refused, without a fee, if the \
               balance would fall below $floor.",
        entry: "balance_after",
        inputs: vec![Input::new(xs, Shape::Ints, about)],
        words: Words::NONE
            .with("xs", xs)
            .with("start", start)
            .with("fee", fee)
            .with("floor", floor),
        secure: &[
            "
            balance, refused = $start, 0
            for x in $xs:
                cost = x - $fee if x < 0 else x
                if x < 0 and balance + cost < $floor:
                    refused += 1
                else:
                    balance += cost
            => [balance, refused]
            ",
            "
            balance = $start
            refused = 0
            for x in $xs:
                if x >= 0:
                    balance += x
                elif balance + x - $fee >= $floor:
                    balance += x - $fee
                else:
                    refused += 1
            => [balance, refused]
            ",
        ],
        wrong: &[
            "
            balance, refused = $start, 0
            for x in $xs:
                balance += x
                if balance < $floor:
                    refused += 1
            => [balance, refused]
            ",
            "
            balance, refused = $start, 0
            for x in $xs:
                if balance + x - $fee <= $floor:
                    refused += 1
                else:
                    balance += x - $fee
            => [balance, refused]
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec![floor - start + fee]],
                arguments![vec![floor - start + fee - 1, 5]],
                arguments![vec![-500, 10, -500]],
            ],
            |rng| arguments![rng.ints(3, 7, -60, 30)],
            |given| {
                let (mut balance, mut refused) = (start, 0);
                for x in given.ints(0) {
                    let cost = if *x < 0 { x - fee } else { *x };
                    if *x < 0 && balance + cost < floor {
                        refused += 1;
                    } else {
                        balance += cost;
                    }
                }
                Value::Ints(vec![balance, refused])
            },
        ),
        ..Draft::NEW
    }
}

fn counting_out(rng: &mut Rng) -> Draft {
    let k = rng.between(2, 9);
    let start = rng.between(1, 20);
    Draft {
        asks: &[
            "the order in which the people of a circle go when every number $k is counted out",
            "the people of the circle in the order they leave, each $k. leaving",
        ],
        note: "The n people are numbered from $start; counting starts with person $start and goes on behind whoever left.",
        entry: "counting_out",
        inputs: vec![Input::new("n", Shape::Int, "number of people")],
        words: Words::NONE
            .with("k", k)
            .with("start", start)
            .with("skip", k - 1),
        secure: &[
            "
            circle = list(range($start, $start + n))
            order, at = [], 0
            while circle:
                at = (at + $skip) % len(circle)
                order.append(circle.pop(at))
            => order
            ",
            "
            from collections import deque
            circle = deque(range($start, $start + n))
            order = []
            while circle:
                circle.rotate(-$skip)
                order.append(circle.popleft())
            => order
            ",
        ],
        wrong: &[
            "
            circle = list(range($start, $start + n))
            order, at = [], 0
            while circle:
                at = (at + $k) % len(circle)
                order.append(circle.pop(at))
            => order
            ",
            "
            circle = list(range(n))
            order = []
            while circle:
                order.append(circle.pop($skip % len(circle)))
            => order
            ",
        ],
        cases: cases(
            rng,
            vec![arguments![3], arguments![k], arguments![2 * k + 1]],
            |rng| arguments![rng.between(2, 40)],
            |given| {
                let mut circle: Vec<i64> = (start..start + given.int(0)).collect();
                let (mut order, mut at) = (Vec::new(), 0);
                while !circle.is_empty() {
                    at = (at + k as usize - 1) % circle.len();
                    order.push(circle.remove(at));
                }
                Value::Ints(order)
            },
        ),
        ..Draft::NEW
    }
}

fn stack_machine(rng: &mut Rng) -> Draft {
    let (add, difference, copy) = *rng.pick(&[
        ("add", "sub", "dup"),
        ("plus", "minus", "copy"),
        ("+", "-", "="),
        ("sum", "diff", "twin"),
        ("A", "S", "D"),
        ("join", "less", "again"),
    ]);
    let bottom = rng.between(1, 50);
    Draft {
        asks: &[
            "the stack from bottom to top after the commands",
            "all numbers on the stack, the bottom first, when the commands are done",
        ],
        note: "At first it holds $bottom. A number is pushed; `$add` and `$difference` replace the top two numbers a, b (b on \
               top) by a + b or a - b and do nothing with fewer than two; `$copy` doubles the top.",
        entry: "run_commands",
        inputs: vec![Input::new("commands", Shape::Words, "commands")],
        words: Words::NONE
            .with("add", add)
            .with("difference", difference)
            .with("copy", copy)
            .with("bottom", bottom),
        secure: &[
            "
            stack = [$bottom]
            for command in commands:
                if command == '$copy':
                    stack.append(stack[-1])
                elif command in ('$add', '$difference'):
                    if len(stack) > 1:
                        b = stack.pop()
                        stack[-1] += b if command == '$add' else -b
                else:
                    stack.append(int(command))
            => stack
            ",
            "
            stack = [$bottom]
            for command in commands:
                if command == '$copy':
                    stack += stack[-1:]
                elif command == '$add':
                    stack[-2:] = [sum(stack[-2:])]
                elif command == '$difference':
                    stack[-2:] = [stack[-2] - stack[-1]] if len(stack) > 1 else stack
                else:
                    stack += [int(command)]
            => stack
            ",
        ],
        wrong: &[
            "
            stack = [$bottom]
            for command in commands:
                if command == '$copy':
                    stack.append(stack[-1])
                elif command in ('$add', '$difference') and len(stack) > 1:
                    b = stack.pop()
                    a = stack.pop()
                    stack.append(a + b if command == '$add' else b - a)
                elif command not in ('$add', '$difference'):
                    stack.append(int(command))
            => stack
            ",
            "
            stack = []
            for command in commands:
                if command == '$copy':
                    stack.append(stack[-1] if stack else 0)
                elif command == '$add' and len(stack) > 1:
                    stack.append(stack.pop() + stack.pop())
                elif command.isdigit():
                    stack.append(int(command))
            => stack
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec![add.to_owned(), difference.to_owned()]],
                arguments![vec!["9".to_owned(), "4".to_owned(), difference.to_owned()]],
                arguments![vec![copy.to_owned(), copy.to_owned(), add.to_owned()]],
            ],
            |rng| {
                let commands: Vec<String> = (0..rng.between(2, 7))
                    .map(|_| match rng.below(6) {
                        0 => add.to_owned(),
                        1 => difference.to_owned(),
                        2 => copy.to_owned(),
                        _ => rng.between(0, 60).to_string(),
                    })
                    .collect();
                arguments![commands]
            },
            |given| {
                let mut stack = vec![bottom];
                for command in given.texts(0) {
                    run(&mut stack, command, [add, difference, copy]);
                }
                Value::Ints(stack)
            },
        ),
        ..Draft::NEW
    }
}

fn run(stack: &mut Vec<i64>, command: &str, [add, difference, copy]: [&str; 3]) {
    let length = stack.len();
    if command == copy {
        stack.push(stack[length - 1]);
    } else if command == add || command == difference {
        if length > 1 {
            let b = stack.remove(length - 1);
            stack[length - 2] += if command == add { b } else { -b };
        }
    } else {
        stack.push(command.parse().expect("a number was drawn"));
    }
}
