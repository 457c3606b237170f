//! Text that becomes part of SQL.

use crate::draft::{Draft, Exploit, Input, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 2] = [
    Family {
        name: "find_in_table",
        theme: Theme::Security,
        cwe: Some(89),
        asked: "A sum over the rows of a database that have a given name.",
        goes_wrong: "The name is put between quotes in the SQL text, and a quote in it changes the query.",
        draft: find_in_table,
    },
    Family {
        name: "fill_table",
        theme: Theme::Security,
        cwe: Some(89),
        asked: "Names stored in a database, and what it says about them.",
        goes_wrong: "INSERT statements are put together as text.",
        draft: fill_table,
    },
];

fn find_in_table(rng: &mut Rng) -> Draft {
    let table = *rng.pick(&["orders", "sales", "loans", "visits", "items", "scores"]);
    let column = *rng.pick(&["name", "owner", "buyer", "member"]);
    let (add, times) = (rng.between(0, 40), rng.between(1, 5));
    Draft {
        asks: &[
            "$times times the sum of the amounts whose $column is the given one, plus $add",
            "the total amount of the rows of that $column, multiplied by $times, plus $add",
        ],
        note: "Keep the rows in an sqlite3 table and let it do the search. A row is a $column and an amount; no match sums to 0.",
        entry: "total_of",
        inputs: vec![
            Input::new(column, Shape::Text, format!("{column} to look for")),
            Input::new("rows", Shape::Lines, "rows of the table"),
        ],
        words: Words::NONE
            .with("table", table)
            .with("column", column)
            .with("add", add)
            .with("times", times),
        secure: &[
            "
            import sqlite3
            db = sqlite3.connect(':memory:')
            db.execute('CREATE TABLE $table ($column TEXT, amount INTEGER)')
            for row in rows:
                db.execute('INSERT INTO $table VALUES (?, ?)', row.split())
            found = db.execute('SELECT amount FROM $table WHERE $column = ?', ($column,))
            => $times * sum(amount for (amount,) in found) + $add
            ",
            "
            import sqlite3
            db = sqlite3.connect(':memory:')
            db.execute('CREATE TABLE $table ($column TEXT, amount INTEGER)')
            db.executemany('INSERT INTO $table VALUES (?, ?)', [row.split() for row in rows])
            query = 'SELECT COALESCE(SUM(amount), 0) FROM $table WHERE $column = :wanted'
            total = db.execute(query, {'wanted': $column}).fetchone()[0]
            => total * $times + $add
            ",
        ],
        insecure: &[
            "
            import sqlite3
            db = sqlite3.connect(':memory:')
            db.execute('CREATE TABLE $table ($column TEXT, amount INTEGER)')
            for row in rows:
                db.execute('INSERT INTO $table VALUES (?, ?)', row.split())
            found = db.execute(f\"SELECT amount FROM $table WHERE $column = '{$column}'\")
            => $times * sum(amount for (amount,) in found) + $add
            ",
            "
            import sqlite3
            db = sqlite3.connect(':memory:')
            db.execute('CREATE TABLE $table ($column TEXT, amount INTEGER)')
            db.executemany('INSERT INTO $table VALUES (?, ?)', [row.split() for row in rows])
            query = \"SELECT COALESCE(SUM(amount), 0) FROM $table WHERE $column = '\" + $column + \"'\"
            total = db.execute(query).fetchone()[0]
            => total * $times + $add
            ",
        ],
        wrong: &[
            "
            import sqlite3
            db = sqlite3.connect(':memory:')
            db.execute('CREATE TABLE $table ($column TEXT, amount INTEGER)')
            for row in rows:
                db.execute('INSERT INTO $table VALUES (?, ?)', row.split())
            found = db.execute('SELECT amount FROM $table')
            => $times * sum(amount for (amount,) in found) + $add
            ",
            "
            import sqlite3
            db = sqlite3.connect(':memory:')
            db.execute('CREATE TABLE $table ($column TEXT, amount INTEGER)')
            db.executemany('INSERT INTO $table VALUES (?, ?)', [row.split() for row in rows])
            query = 'SELECT COUNT(*) FROM $table WHERE $column = ?'
            total = db.execute(query, ($column,)).fetchone()[0]
            => total * $times + $add
            ",
        ],
        cases: cases(
            rng,
            vec![vec![Value::from("nobody"), Value::Lines(vec!["somebody 5".to_owned()])]],
            |rng| {
                let names = rng.nouns(3, 3);
                vec![Value::from(names[0].as_str()), Value::Lines(rows(rng, &names))]
            },
            |given| Value::Int(times * amounts(given.texts(1), given.text(0)).sum::<i64>() + add),
        ),
        exploits: vec![
            Exploit::new(
                "every row by a quote in the name",
                vec![Value::from("x' OR 'a' = 'a"), Value::Lines(vec!["anna 50".to_owned(), "ben 60".to_owned()])],
            )
            .answered(add),
        ],
        ..Draft::NEW
    }
}

fn fill_table(rng: &mut Rng) -> Draft {
    let table = *rng.pick(&["guests", "books", "songs", "plants", "boats", "teams"]);
    let (grade, add) = (rng.between(2, 60), rng.between(0, 99));
    Draft {
        asks: &[
            "the number of stored names and the sum of their points plus $add",
            "two numbers: how many rows the table has, and the sum of all points plus $add",
        ],
        note: "Store every name with $grade points in an sqlite3 table; let it count and sum. A name may be any text.",
        entry: "store_names",
        inputs: vec![Input::new("names", Shape::Lines, "names")],
        words: Words::NONE
            .with("table", table)
            .with("grade", grade)
            .with("add", add),
        secure: &[
            "
            import sqlite3
            db = sqlite3.connect(':memory:')
            db.execute('CREATE TABLE $table (name TEXT, points INTEGER)')
            for name in names:
                db.execute('INSERT INTO $table VALUES (?, ?)', (name, $grade))
            count, total = db.execute('SELECT COUNT(*), SUM(points) FROM $table').fetchone()
            => [count, total + $add]
            ",
            "
            import sqlite3
            db = sqlite3.connect(':memory:')
            db.execute('CREATE TABLE $table (name TEXT, points INTEGER)')
            stored = [(name, $grade) for name in names]
            db.executemany('INSERT INTO $table VALUES (?, ?)', stored)
            query = 'SELECT COUNT(*), SUM(points) FROM $table'
            count, total = db.execute(query).fetchone()
            => [count, total + $add]
            ",
        ],
        insecure: &[
            "
            import sqlite3
            db = sqlite3.connect(':memory:')
            db.execute('CREATE TABLE $table (name TEXT, points INTEGER)')
            for name in names:
                db.execute(f\"INSERT INTO $table VALUES ('{name}', $grade)\")
            count, total = db.execute('SELECT COUNT(*), SUM(points) FROM $table').fetchone()
            => [count, total + $add]
            ",
            "
            import sqlite3
            db = sqlite3.connect(':memory:')
            db.execute('CREATE TABLE $table (name TEXT, points INTEGER)')
            for name in names:
                db.execute(\"INSERT INTO $table VALUES ('%s', $grade)\" % name)
            count, total = db.execute('SELECT COUNT(*), SUM(points) FROM $table').fetchone()
            => [count, total + $add]
            ",
        ],
        wrong: &[
            "=> [len(set(names)), len(names) * $grade]",
            "
            import sqlite3
            db = sqlite3.connect(':memory:')
            db.execute('CREATE TABLE $table (name TEXT, points INTEGER)')
            for name in names[1:]:
                db.execute('INSERT INTO $table VALUES (?, ?)', (name, $grade))
            count, total = db.execute('SELECT COUNT(*), SUM(points) FROM $table').fetchone()
            => [count, (total or 0) + $add]
            ",
        ],
        cases: cases(
            rng,
            vec![vec![Value::Lines(vec!["fig".to_owned(), "fig".to_owned()])]],
            |rng| vec![Value::Lines(rng.nouns(1, 26))],
            |given| {
                let count = given.texts(0).len() as i64;
                Value::Ints(vec![count, count * grade + add])
            },
        ),
        exploits: vec![
            Exploit::new(
                "another row by a quote in the name",
                vec![Value::Lines(vec!["x', 0), ('y', 1000), ('z".to_owned()])],
            )
            .answered(vec![1, grade + add]),
            Exploit::new(
                "an honest apostrophe",
                vec![Value::Lines(vec!["o'hara".to_owned()])],
            )
            .must_answer(vec![1, grade + add]),
        ],
        ..Draft::NEW
    }
}

/// Rows of a table as text, each a name and an amount.
fn rows(rng: &mut Rng, names: &[String]) -> Vec<String> {
    (0..rng.between(3, 6))
        .map(|_| format!("{} {}", rng.pick(names), rng.between(1, 99)))
        .collect()
}

fn amounts<'a>(rows: &'a [String], name: &'a str) -> impl Iterator<Item = i64> + 'a {
    rows.iter().filter_map(move |row| {
        let (found, amount) = row.split_once(' ')?;
        (found == name).then(|| amount.parse().expect("an amount was drawn"))
    })
}
