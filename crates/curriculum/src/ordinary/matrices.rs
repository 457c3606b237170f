//! Tables of numbers.

use crate::draft::{Draft, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 4] = [
    Family {
        name: "turn_table",
        theme: Theme::Matrices,
        cwe: None,
        asked: "A table turned or mirrored, every number multiplied.",
        goes_wrong: "The turn goes the other way.",
        draft: turn_table,
    },
    Family {
        name: "row_totals",
        theme: Theme::Matrices,
        cwe: None,
        asked: "The weighted sum of each row, or column.",
        goes_wrong: "Rows and columns are mixed up.",
        draft: row_totals,
    },
    Family {
        name: "diagonal_score",
        theme: Theme::Matrices,
        cwe: None,
        asked: "A combination of the two diagonals of a square table.",
        goes_wrong: "The second diagonal starts one column too far.",
        draft: diagonal_score,
    },
    Family {
        name: "neighbour_sum",
        theme: Theme::Matrices,
        cwe: None,
        asked: "The sum of the neighbours of a cell.",
        goes_wrong: "Index -1 takes a cell of the opposite border.",
        draft: neighbour_sum,
    },
];

/// A table with as many rows and columns.
fn table(rng: &mut Rng, rows: i64, columns: i64) -> Vec<Vec<i64>> {
    (0..rows)
        .map(|_| (0..columns).map(|_| rng.between(-9, 30)).collect())
        .collect()
}

/// One of the ways to turn a table: its name, Python for it, and Python for a near miss.
const TURNS: [(&str, &str, &str, &str); 4] = [
    (
        "turned right by a quarter",
        "zip(*grid[::-1])",
        "grid[len(grid) - 1 - j][i]",
        "zip(*grid)",
    ),
    (
        "turned left by a quarter",
        "list(zip(*grid))[::-1]",
        "grid[j][len(grid[0]) - 1 - i]",
        "zip(*grid[::-1])",
    ),
    (
        "transposed",
        "zip(*grid)",
        "grid[j][i]",
        "list(zip(*grid))[::-1]",
    ),
    (
        "mirrored along its other diagonal",
        "list(zip(*grid[::-1]))[::-1]",
        "grid[len(grid) - 1 - j][len(grid[0]) - 1 - i]",
        "zip(*grid)",
    ),
];

fn turn_table(rng: &mut Rng) -> Draft {
    let turn = rng.below(TURNS.len());
    let times = rng.between(1, 12);
    let (name, zipped, indexed, wrong) = TURNS[turn];
    Draft {
        asks: &[
            "the grid $turn, with every number times $times",
            "the grid after it is $turn and all its numbers are multiplied by $times",
        ],
        entry: "turn_grid",
        inputs: vec![Input::new("grid", Shape::Rows, "rows of the grid")],
        words: Words::NONE
            .with("turn", name)
            .with("times", times)
            .with("zipped", zipped)
            .with("indexed", indexed)
            .with("wrong", wrong),
        secure: &[
            "=> [[x * $times for x in row] for row in $zipped]",
            "
            turned = []
            for i in range(len(grid[0])):
                turned.append([$indexed * $times for j in range(len(grid))])
            => turned
            ",
        ],
        wrong: &[
            "=> [[x * $times for x in row] for row in $wrong]",
            "=> [[x * $times for x in row] for row in grid]",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec![vec![5]]],
                arguments![vec![vec![1, 2, 3]]],
                arguments![vec![vec![1, 2], vec![3, 4]]],
            ],
            |rng| {
                let (rows, columns) = (rng.between(2, 3), rng.between(2, 3));
                arguments![table(rng, rows, columns)]
            },
            |given| {
                let grid = given.rows(0);
                let (last_row, last_column) = (grid.len() - 1, grid[0].len() - 1);
                let cell = |i: usize, j: usize| match turn {
                    0 => grid[last_row - j][i],
                    1 => grid[j][last_column - i],
                    2 => grid[j][i],
                    _ => grid[last_row - j][last_column - i],
                };
                let row = |i| (0..=last_row).map(|j| cell(i, j) * times).collect();
                Value::Rows((0..=last_column).map(row).collect())
            },
        ),
        ..Draft::NEW
    }
}

fn row_totals(rng: &mut Rng) -> Draft {
    let rows = rng.chance(50);
    let (add, limit) = (rng.between(1, 40), rng.between(-3, 12));
    Draft {
        asks: &[
            "for each $line of the grid the sum of its numbers above $limit, plus $add",
            "the sum of each $line of the grid, plus $add each, counting only numbers greater than $limit",
        ],
        entry: "line_totals",
        inputs: vec![Input::new("grid", Shape::Rows, "rows of the grid")],
        words: Words::NONE
            .with("line", if rows { "row" } else { "column" })
            .with("lines", if rows { "grid" } else { "zip(*grid)" })
            .with("other", if rows { "zip(*grid)" } else { "grid" })
            .with("add", add)
            .with("limit", limit),
        secure: &[
            "=> [$add + sum(x for x in line if x > $limit) for line in $lines]",
            "
            totals = []
            for line in $lines:
                total = $add
                for x in line:
                    if x > $limit:
                        total += x
                totals.append(total)
            => totals
            ",
        ],
        wrong: &[
            "=> [$add + sum(x for x in line if x > $limit) for line in $other]",
            "=> [sum(x for x in line if x > $limit) for line in $lines]",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec![vec![limit, limit + 1], vec![limit - 1, limit + 1]]],
                arguments![vec![vec![1, 2, 30]]],
            ],
            |rng| {
                let (rows, columns) = (rng.between(2, 4), rng.between(2, 4));
                arguments![table(rng, rows, columns)]
            },
            |given| {
                let grid = given.rows(0);
                let count = if rows { grid.len() } else { grid[0].len() };
                let total = |line: usize| {
                    let across = if rows { grid[0].len() } else { grid.len() };
                    let cells =
                        (0..across).map(|at| if rows { grid[line][at] } else { grid[at][line] });
                    cells.filter(|x| *x > limit).sum::<i64>() + add
                };
                Value::Ints((0..count).map(total).collect())
            },
        ),
        ..Draft::NEW
    }
}

fn diagonal_score(rng: &mut Rng) -> Draft {
    let (first, second, add) = (rng.between(1, 9), rng.between(2, 9), rng.between(0, 60));
    Draft {
        asks: &[
            "$first times the sum of the main diagonal minus $second times that of the other diagonal, plus $add",
            "$first * a - $second * b + $add, where a and b are the sums of the main and of the other diagonal",
        ],
        note: "The grid is square.",
        entry: "diagonal_score",
        inputs: vec![Input::new("grid", Shape::Rows, "rows of the grid")],
        words: Words::NONE
            .with("first", first)
            .with("second", second)
            .with("add", add),
        secure: &[
            "
            n = len(grid)
            a = sum(grid[i][i] for i in range(n))
            b = sum(grid[i][n - 1 - i] for i in range(n))
            => $first * a - $second * b + $add
            ",
            "
            score = $add
            for i, row in enumerate(grid):
                score += $first * row[i] - $second * row[-1 - i]
            => score
            ",
        ],
        wrong: &[
            "
            score = $add
            for i, row in enumerate(grid):
                score += $first * row[i] - $second * row[-i]
            => score
            ",
            "
            n = len(grid)
            a = sum(grid[i][i] for i in range(n))
            b = sum(grid[i][n - 1 - i] for i in range(n))
            => $first * b - $second * a + $add
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![vec![vec![4, 7], vec![9, 4]]],
                arguments![vec![vec![5]]],
            ],
            |rng| {
                let size = rng.between(2, 4);
                arguments![table(rng, size, size)]
            },
            |given| {
                let grid = given.rows(0);
                let last = grid.len() - 1;
                let both = grid
                    .iter()
                    .enumerate()
                    .map(|(i, row)| first * row[i] - second * row[last - i]);
                Value::Int(both.sum::<i64>() + add)
            },
        ),
        ..Draft::NEW
    }
}

fn neighbour_sum(rng: &mut Rng) -> Draft {
    let times = rng.between(2, 9);
    let corners = rng.chance(50);
    Draft {
        asks: &[
            "$times times the number at place (rows and columns count from 0) minus the sum of its neighbours $which",
            "the number in the cell at place, times $times, less the sum of the cells next to it $which",
        ],
        note: "Cells outside the grid do not count.",
        entry: "neighbour_score",
        inputs: vec![
            Input::new("place", Shape::Ints, "row and column of a cell"),
            Input::new("grid", Shape::Rows, "rows of the grid"),
        ],
        words: Words::NONE
            .with("times", times)
            .with(
                "which",
                if corners {
                    "(up to eight, corners too)"
                } else {
                    "(up to four, no corners)"
                },
            )
            .with(
                "near",
                if corners {
                    "max(abs(i - r), abs(j - c)) == 1"
                } else {
                    "abs(i - r) + abs(j - c) == 1"
                },
            )
            .with(
                "steps",
                if corners {
                    "[(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)]"
                } else {
                    "[(-1, 0), (1, 0), (0, -1), (0, 1)]"
                },
            ),
        secure: &[
            "
            r, c = place
            score = $times * grid[r][c]
            for i, row in enumerate(grid):
                for j, x in enumerate(row):
                    if $near:
                        score -= x
            => score
            ",
            "
            r, c = place
            score = grid[r][c] * $times
            for down, right in $steps:
                i, j = r + down, c + right
                if 0 <= i < len(grid) and 0 <= j < len(grid[0]):
                    score -= grid[i][j]
            => score
            ",
        ],
        wrong: &[
            "
            r, c = place
            score = grid[r][c] * $times
            for down, right in $steps:
                i, j = (r + down) % len(grid), (c + right) % len(grid[0])
                score -= grid[i][j]
            => score
            ",
            "
            r, c = place
            score = $times * grid[r][c]
            for i, row in enumerate(grid):
                for j, x in enumerate(row):
                    if abs(i - r) <= 1 and abs(j - c) <= 1:
                        score -= x
            => score
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![
                    vec![0, 0],
                    vec![vec![1, 2, 3], vec![4, 5, 6], vec![7, 8, 9]]
                ],
                arguments![
                    vec![1, 1],
                    vec![vec![1, 2, 3], vec![4, 5, 6], vec![7, 8, 9]]
                ],
            ],
            |rng| {
                let (rows, columns) = (rng.between(2, 4), rng.between(2, 4));
                let place = vec![rng.between(0, rows - 1), rng.between(0, columns - 1)];
                arguments![place, table(rng, rows, columns)]
            },
            |given| {
                let (place, grid) = (given.ints(0), given.rows(1));
                let mut score = times * grid[place[0] as usize][place[1] as usize];
                for (i, row) in grid.iter().enumerate() {
                    for (j, x) in row.iter().enumerate() {
                        let (down, right) =
                            ((i as i64 - place[0]).abs(), (j as i64 - place[1]).abs());
                        let near = if corners {
                            down.max(right)
                        } else {
                            down + right
                        };
                        score -= if near == 1 { *x } else { 0 };
                    }
                }
                Value::Int(score)
            },
        ),
        ..Draft::NEW
    }
}
