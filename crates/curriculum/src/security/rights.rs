//! Input that sets or allows too much: requests, fields, addresses.

use crate::draft::{Draft, Exploit, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::vocabulary::NAMES;
use crate::words::Words;

pub(super) const FAMILIES: [Family; 3] = [
    Family {
        name: "only_admins",
        theme: Theme::Security,
        cwe: Some(617),
        asked: "What remains of requests when only some people may make them.",
        goes_wrong: "`assert` guards the request, and is not run under -O.",
        draft: only_admins,
    },
    Family {
        name: "update_profile",
        theme: Theme::Security,
        cwe: Some(915),
        asked: "A record after somebody's changes to the fields that they may change.",
        goes_wrong: "All fields are copied, also those that only others may set.",
        draft: update_profile,
    },
    Family {
        name: "next_address",
        theme: Theme::Security,
        cwe: Some(601),
        asked: "Where a visitor goes next: to a page of this site.",
        goes_wrong: "An address of another site is taken as it stands.",
        draft: next_address,
    },
];

fn only_admins(rng: &mut Rng) -> Draft {
    let role = *rng.pick(&["admin", "owner", "editor", "chief", "staff"]);
    let start = rng.between(0, 300);
    let what = *rng.pick(&["credit", "stock", "budget", "quota"]);
    Draft {
        asks: &[
            "the $what after all requests and how many were refused",
            "two numbers: what the $what is at the end, and the count of refused requests",
        ],
        note: "A request is a role and an amount to add to the $what, which starts at $start. Only the role $role may: all \
               others are refused.",
        entry: "apply_requests",
        inputs: vec![Input::new("requests", Shape::Lines, "requests")],
        words: Words::NONE
            .with("role", role)
            .with("start", start)
            .with("what", what),
        secure: &[
            "
            $what, refused = $start, 0
            for request in requests:
                role, amount = request.split()
                is_admin = role == '$role'
                if is_admin:
                    $what += int(amount)
                else:
                    refused += 1
            => [$what, refused]
            ",
            "
            pairs = [request.split() for request in requests]
            allowed = [int(amount) for role, amount in pairs if role == '$role']
            => [$start + sum(allowed), len(pairs) - len(allowed)]
            ",
        ],
        insecure: &[
            "
            $what, refused = $start, 0
            for request in requests:
                role, amount = request.split()
                is_admin = role == '$role'
                try:
                    assert is_admin
                    $what += int(amount)
                except AssertionError:
                    refused += 1
            => [$what, refused]
            ",
            "
            def add(role, amount):
                is_admin = role == '$role'
                assert is_admin, 'not allowed'
                return int(amount)
            $what, refused = $start, 0
            for request in requests:
                try:
                    $what += add(*request.split())
                except AssertionError:
                    refused += 1
            => [$what, refused]
            ",
        ],
        wrong: &[
            "
            $what, refused = $start, 0
            for request in requests:
                role, amount = request.split()
                if role != '$role':
                    refused += 1
                $what += int(amount)
            => [$what, refused]
            ",
            "
            pairs = [request.split() for request in requests]
            allowed = [int(amount) for role, amount in pairs if role.startswith('$role')]
            => [sum(allowed), len(allowed)]
            ",
        ],
        cases: cases(
            rng,
            vec![vec![Value::Lines(vec![
                "guest 5".to_owned(),
                format!("{role} 7"),
                format!("{role}s 9"),
            ])]],
            |rng| {
                let lines = (0..rng.between(2, 6)).map(|_| {
                    let who = if rng.chance(55) {
                        role
                    } else {
                        *rng.pick(&["guest", "user", "visitor"])
                    };
                    format!("{who} {}", rng.between(1, 99))
                });
                vec![Value::Lines(lines.collect())]
            },
            |given| {
                let amounts: Vec<i64> = given
                    .texts(0)
                    .iter()
                    .filter_map(|line| line.strip_prefix(&format!("{role} "))?.parse().ok())
                    .collect();
                let refused = given.texts(0).len() - amounts.len();
                Value::Ints(vec![start + amounts.iter().sum::<i64>(), refused as i64])
            },
        ),
        ..Draft::NEW
    }
}

fn update_profile(rng: &mut Rng) -> Draft {
    let mut fields = ["city", "color", "song", "sport", "mail", "motto"];
    rng.shuffle(&mut fields);
    let [first, second, ..] = fields;
    let (guarded, value) = *rng.pick(&[
        ("role", "user"),
        ("rank", "member"),
        ("admin", "no"),
        ("level", "one"),
    ]);
    Draft {
        asks: &[
            "the profile's fields after the changes as name=value, sorted by name",
            "all fields of the changed profile in alphabetical order, each as name=value",
        ],
        note: "At first $first and $second are `none` and $guarded is `$value`. Changes are name=value; only $first and \
               $second may be changed, other changes are ignored.",
        entry: "update_profile",
        inputs: vec![Input::new("changes", Shape::Words, "changes")],
        words: Words::NONE
            .with("first", first)
            .with("second", second)
            .with("guarded", guarded)
            .with("value", value),
        secure: &[
            "
            profile = {'$first': 'none', '$second': 'none', '$guarded': '$value'}
            for change in changes:
                name, value = change.split('=')
                if name in ('$first', '$second'):
                    profile[name] = value
            => [f'{name}={profile[name]}' for name in sorted(profile)]
            ",
            "
            given = dict(change.split('=') for change in changes)
            profile = {name: given.get(name, 'none') for name in ('$first', '$second')}
            profile['$guarded'] = '$value'
            => [name + '=' + value for name, value in sorted(profile.items())]
            ",
        ],
        insecure: &[
            "
            profile = {'$first': 'none', '$second': 'none', '$guarded': '$value'}
            for change in changes:
                name, value = change.split('=')
                profile[name] = value
            => [f'{name}={profile[name]}' for name in sorted(profile)]
            ",
            "
            profile = {'$first': 'none', '$second': 'none', '$guarded': '$value'}
            profile.update(change.split('=') for change in changes)
            => [name + '=' + value for name, value in sorted(profile.items())]
            ",
        ],
        wrong: &[
            "
            profile = {'$first': 'none', '$second': 'none', '$guarded': '$value'}
            for change in changes:
                name, value = change.split('=')
                if name == '$first':
                    profile[name] = value
            => [f'{name}={profile[name]}' for name in sorted(profile)]
            ",
            "
            given = dict(change.split('=') for change in changes)
            => [name + '=' + value for name, value in sorted(given.items())]
            ",
        ],
        cases: cases(
            rng,
            vec![vec![Value::Words(vec![
                format!("{second}=lime"),
                format!("{second}=blue"),
            ])]],
            |rng| {
                let changes = (0..rng.between(1, 3))
                    .map(|_| format!("{}={}", rng.pick(&[first, second]), rng.nouns(1, 1)[0]))
                    .collect();
                vec![Value::Words(changes)]
            },
            |given| {
                let last = |field: &str| {
                    let mut values = given.texts(0).iter().rev().filter_map(|change| {
                        let (name, value) = change.split_once('=')?;
                        (name == field).then_some(value)
                    });
                    format!("{field}={}", values.next().unwrap_or("none"))
                };
                let mut profile = vec![last(first), last(second), format!("{guarded}={value}")];
                profile.sort();
                Value::Words(profile)
            },
        ),
        exploits: vec![
            Exploit::new(
                "raise oneself",
                vec![Value::Words(vec![format!("{guarded}=root")])],
            )
            .lacks(format!("{guarded}=root")),
        ],
        ..Draft::NEW
    }
}

fn next_address(rng: &mut Rng) -> Draft {
    let site = *rng.pick(&[
        "https://shop.example",
        "https://mail.example",
        "https://club.example",
        "https://bank.example",
    ]);
    let home = *rng.pick(&["/", "/home", "/start", "/login", "/welcome"]);
    let user = *rng.pick(&["user", "visitor", "name"]);
    Draft {
        asks: &[
            "the address to go to: the given one for a page of this site, or else $site$home, then `?$user=` and the $user",
            "where the $user goes next, with `?$user=` and the $user at the end; addresses elsewhere become $site$home",
        ],
        note: "Pages of this site start with $site/.",
        entry: "next_address",
        inputs: vec![
            Input::new("target", Shape::Text, "wanted address"),
            Input::new(user, Shape::Text, user),
        ],
        words: Words::NONE
            .with("site", site)
            .with("home", home)
            .with("user", user),
        secure: &[
            "
            inside = target.startswith('$site/')
            page = target if inside else '$site$home'
            => page + '?$user=' + $user
            ",
            "
            from urllib.parse import urlsplit
            parts = urlsplit(target)
            if f'{parts.scheme}://{parts.netloc}' != '$site':
                target = '$site$home'
            => f'{target}?$user={$user}'
            ",
        ],
        insecure: &[
            "=> target + '?$user=' + $user",
            "
            page = target if '$site' in target else '$site$home'
            => f'{page}?$user={$user}'
            ",
        ],
        wrong: &["=> '$site$home?$user=' + $user", "=> target + '?' + $user"],
        cases: cases(
            rng,
            Vec::new(),
            |rng| {
                let page = rng.nouns(1, 2).join("/");
                arguments![format!("{site}/{page}"), *rng.pick(&NAMES)]
            },
            |given| Value::Text(format!("{}?{user}={}", given.text(0), given.text(1))),
        ),
        exploits: vec![
            Exploit::new(
                "another site",
                arguments![format!("{site}.evil.example/"), "anna"],
            )
            .answered(format!("{site}{home}?{user}=anna")),
        ],
        ..Draft::NEW
    }
}
