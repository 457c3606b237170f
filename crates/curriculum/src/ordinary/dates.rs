//! Days, weeks and times of day.

use crate::draft::{Draft, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 4] = [
    Family {
        name: "days_between",
        theme: Theme::Dates,
        cwe: None,
        asked: "The days between two dates, with an offset.",
        goes_wrong: "Months of 30 days, or leap years forgotten.",
        draft: days_between,
    },
    Family {
        name: "date_after",
        theme: Theme::Dates,
        cwe: None,
        asked: "The date some days after, or before, another one.",
        goes_wrong: "The wrong direction, or day and month swapped.",
        draft: date_after,
    },
    Family {
        name: "clock_after",
        theme: Theme::Dates,
        cwe: None,
        asked: "The time of day some minutes after another, on a clock.",
        goes_wrong: "Midnight is not passed, or single digits are not padded.",
        draft: clock_after,
    },
    Family {
        name: "split_seconds",
        theme: Theme::Dates,
        cwe: None,
        asked: "Seconds split into larger units.",
        goes_wrong: "A unit is not taken off before the next one is computed.",
        draft: split_seconds,
    },
];

/// Days since 0000-03-01 (Howard Hinnant, *chrono-compatible low-level date algorithms*).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year
}

/// The inverse of [`days`] for years from 1900 to 2200.
fn date(number: i64) -> (i64, i64, i64) {
    let mut year = 1900;
    while days(year + 1, 1, 1) <= number {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days(year, month + 1, 1) <= number {
        month += 1;
    }
    (year, month, number - days(year, month, 1) + 1)
}

fn iso(number: i64) -> String {
    let (year, month, day) = date(number);
    format!("{year:04}-{month:02}-{day:02}")
}

fn parse(text: &str) -> i64 {
    let parts: Vec<i64> = text
        .split('-')
        .map(|part| part.parse().expect("a date was drawn"))
        .collect();
    days(parts[0], parts[1], parts[2])
}

fn some_day(rng: &mut Rng) -> i64 {
    days(rng.between(1950, 2090), 1, 1) + rng.between(0, 364)
}

fn days_between(rng: &mut Rng) -> Draft {
    let (add, times) = (rng.between(0, 30), *rng.pick(&[1, 2, 3, 8, 24]));
    Draft {
        asks: &[
            "the number of days from start to end, times $times, plus $add",
            "$times for each day from start to end (negative if end is earlier) and $add on top",
        ],
        note: "Dates are written as in 2024-02-29.",
        entry: "days_between",
        inputs: vec![
            Input::new("start", Shape::Text, "first date"),
            Input::new("end", Shape::Text, "second date"),
        ],
        words: Words::NONE.with("add", add).with("times", times),
        secure: &[
            "
            from datetime import date
            days = (date.fromisoformat(end) - date.fromisoformat(start)).days
            => days * $times + $add
            ",
            "
            from datetime import datetime
            first = datetime.strptime(start, '%Y-%m-%d')
            last = datetime.strptime(end, '%Y-%m-%d')
            => (last - first).days * $times + $add
            ",
        ],
        wrong: &[
            "
            from datetime import date
            days = (date.fromisoformat(start) - date.fromisoformat(end)).days
            => days * $times + $add
            ",
            "
            a, b, c = map(int, start.split('-'))
            d, e, f = map(int, end.split('-'))
            => ((d - a) * 365 + (e - b) * 30 + f - c) * $times + $add
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments!["2024-02-28", "2024-03-01"],
                arguments!["1999-12-31", "2000-01-01"],
                arguments!["2023-05-05", "2023-05-05"],
            ],
            |rng| {
                let start = some_day(rng);
                arguments![iso(start), iso(start + rng.between(-300, 900))]
            },
            |given| Value::Int((parse(given.text(1)) - parse(given.text(0))) * times + add),
        ),
        ..Draft::NEW
    }
}

fn date_after(rng: &mut Rng) -> Draft {
    let weeks = rng.between(1, 40);
    let later = rng.chance(50);
    let shown = *rng.pick(&["%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%m/%d/%Y"]);
    let form = *rng.pick(&["day", "start", "when"]);
    let example = shown
        .replace("%d", "09")
        .replace("%m", "03")
        .replace("%Y", "2026");
    Draft {
        asks: &[
            "the day $weeks weeks and n days $side the given one, written like $example for 9 March 2026",
            "the date that lies $weeks weeks plus n days $side the given date, in the form $example (9 March 2026)",
        ],
        note: "The given date is written as in 2024-02-29.",
        entry: "date_after",
        inputs: vec![
            Input::new(form, Shape::Text, "date"),
            Input::new("n", Shape::Int, "number of days"),
        ],
        words: Words::NONE
            .with("day", form)
            .with("weeks", weeks)
            .with("example", example)
            .with("side", if later { "after" } else { "before" })
            .with("op", if later { "+" } else { "-" })
            .with("other", if later { "-" } else { "+" })
            .with("format", shown),
        secure: &[
            "
            from datetime import date, timedelta
            there = date.fromisoformat($day) $op timedelta(weeks=$weeks, days=n)
            => there.strftime('$format')
            ",
            "
            from datetime import date
            number = date.fromisoformat($day).toordinal() $op ($weeks * 7 + n)
            => date.fromordinal(number).strftime('$format')
            ",
        ],
        wrong: &[
            "
            from datetime import date, timedelta
            there = date.fromisoformat($day) $other timedelta(weeks=$weeks, days=n)
            => there.strftime('$format')
            ",
            "
            from datetime import date, timedelta
            there = date.fromisoformat($day) $op timedelta(days=$weeks + n)
            => there.strftime('$format')
            ",
        ],
        cases: cases(
            rng,
            vec![arguments!["2024-02-29", 0], arguments!["2023-12-31", 1]],
            |rng| arguments![iso(some_day(rng)), rng.between(0, 400)],
            |given| {
                let distance = 7 * weeks + given.int(1);
                let (year, month, day) =
                    date(parse(given.text(0)) + if later { distance } else { -distance });
                let text = shown.replace("%d", &format!("{day:02}"));
                Value::Text(
                    text.replace("%m", &format!("{month:02}"))
                        .replace("%Y", &year.to_string()),
                )
            },
        ),
        ..Draft::NEW
    }
}

fn clock_after(rng: &mut Rng) -> Draft {
    let (pause, sign) = (rng.between(1, 90), *rng.pick(&[":", ".", "h", "-"]));
    Draft {
        asks: &[
            "the time n minutes and a pause of $pause minutes after the given time",
            "what the clock shows after n minutes and $pause minutes of waiting",
        ],
        note: "Times are written like $example on a clock of 24 hours.",
        entry: "clock_after",
        inputs: vec![
            Input::new("time", Shape::Text, "time"),
            Input::new("n", Shape::Int, "number of minutes"),
        ],
        words: Words::NONE
            .with("pause", pause)
            .with("sign", sign)
            .with("example", format!("07{sign}05")),
        secure: &[
            "
            hours, minutes = map(int, time.split('$sign'))
            total = (hours * 60 + minutes + n + $pause) % 1440
            => f'{total // 60:02}$sign{total % 60:02}'
            ",
            "
            hours, minutes = time.split('$sign')
            minutes = int(minutes) + n + $pause
            hours = (int(hours) + minutes // 60) % 24
            => str(hours).zfill(2) + '$sign' + str(minutes % 60).zfill(2)
            ",
        ],
        wrong: &[
            "
            hours, minutes = map(int, time.split('$sign'))
            total = hours * 60 + minutes + n + $pause
            => f'{total // 60}$sign{total % 60}'
            ",
            "
            hours, minutes = map(int, time.split('$sign'))
            total = (hours * 60 + minutes + n) % 1440
            => f'{total // 60:02}$sign{total % 60:02}'
            ",
        ],
        cases: cases(
            rng,
            vec![
                vec![Value::Text(format!("23{sign}59")), Value::Int(1)],
                vec![Value::Text(format!("00{sign}00")), Value::Int(0)],
                vec![Value::Text(format!("09{sign}05")), Value::Int(1440)],
            ],
            |rng| {
                let time = format!("{:02}{sign}{:02}", rng.between(0, 23), rng.between(0, 59));
                arguments![time, rng.between(0, 900)]
            },
            |given| {
                let (hours, minutes) = given.text(0).split_once(sign).expect("a time was drawn");
                let number = |text: &str| text.parse::<i64>().expect("a time was drawn");
                let total = (number(hours) * 60 + number(minutes) + given.int(1) + pause) % 1440;
                Value::Text(format!("{:02}{sign}{:02}", total / 60, total % 60))
            },
        ),
        ..Draft::NEW
    }
}

fn split_seconds(rng: &mut Rng) -> Draft {
    let (small, large) = (rng.between(10, 90), rng.between(5, 40));
    let (tick, beat, round) = *rng.pick(&[
        ("ticks", "beats", "rounds"),
        ("grains", "cups", "bowls"),
        ("pence", "shillings", "pounds"),
        ("inches", "yards", "chains"),
        ("bits", "words", "pages"),
        ("seeds", "bags", "crates"),
    ]);
    Draft {
        asks: &[
            "n $tick as $round, $beat and $tick",
            "three numbers for n $tick: whole $round, whole remaining $beat, remaining $tick",
        ],
        note: "$small $tick are one of the $beat, and $large $beat one of the $round.",
        entry: "split_units",
        inputs: vec![Input::new("n", Shape::Int, tick)],
        words: Words::NONE
            .with("tick", tick)
            .with("beat", beat)
            .with("round", round)
            .with("small", small)
            .with("large", large),
        secure: &[
            "
            $beat, $tick = divmod(n, $small)
            $round, $beat = divmod($beat, $large)
            => [$round, $beat, $tick]
            ",
            "
            $round = n // ($small * $large)
            n -= $round * $small * $large
            => [$round, n // $small, n % $small]
            ",
        ],
        wrong: &[
            "=> [n // ($small * $large), n // $small, n % $small]",
            "
            $beat, $tick = divmod(n, $large)
            $round, $beat = divmod($beat, $small)
            => [$round, $beat, $tick]
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments![0],
                arguments![small * large],
                arguments![small * large - 1],
                arguments![small],
                arguments![large],
            ],
            |rng| arguments![rng.between(1, 9 * small * large)],
            |given| {
                let n = given.int(0);
                Value::Ints(vec![n / (small * large), n / small % large, n % small])
            },
        ),
        ..Draft::NEW
    }
}
