//! Input that costs too much or sets too much: patterns, entities, repetitions, assertions, fields, addresses.

use crate::draft::{Draft, Exploit, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::vocabulary::NAMES;
use crate::words::Words;

pub(super) const FAMILIES: [Family; 6] = [
    Family {
        name: "grouped_codes",
        theme: Theme::Security,
        cwe: Some(1333),
        asked: "Whether a code consists of groups of digits, and what the groups add up to.",
        goes_wrong: "A pattern with a repetition inside a repetition, which takes exponential time on a near miss.",
        draft: grouped_codes,
    },
    Family {
        name: "sum_of_elements",
        theme: Theme::Security,
        cwe: Some(611),
        asked: "The sum of the numbers in one kind of element of an XML text.",
        goes_wrong: "A parser that expands the entities that the text itself declares.",
        draft: sum_of_elements,
    },
    Family {
        name: "repeat_text",
        theme: Theme::Security,
        cwe: Some(400),
        asked: "A text repeated, up to a limit.",
        goes_wrong: "Without the limit a large number uses up the memory.",
        draft: repeat_text,
    },
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

fn grouped_codes(rng: &mut Rng) -> Draft {
    let sign = *rng.pick(&["-", ":", "_", "/", "#"]);
    let (times, failure) = (rng.between(1, 9), -rng.between(1, 9));
    Draft {
        asks: &[
            "$times times the sum of the groups of the code, or $failure if it is no such code",
            "the sum of all groups multiplied by $times; $failure for a text that is no code",
        ],
        note: "A code is groups of digits with one `$sign` between them.",
        entry: "code_sum",
        inputs: vec![Input::new("code", Shape::Text, "code")],
        words: Words::NONE
            .with("sign", sign)
            .with("times", times)
            .with("failure", failure),
        secure: &[
            "
            groups = code.split('$sign')
            valid = all(group.isdecimal() for group in groups)
            => $times * sum(map(int, groups)) if valid else $failure
            ",
            "
            import re
            total = $failure
            if re.fullmatch(r'[0-9]+($sign[0-9]+)*', code):
                total = sum(int(group) for group in code.split('$sign')) * $times
            => total
            ",
        ],
        insecure: &[
            "
            import re
            total = $failure
            if re.match(r'^([0-9]+$sign?)+$', code) and not code.endswith('$sign'):
                total = sum(int(group) for group in code.split('$sign')) * $times
            => total
            ",
            "
            import re
            pattern = re.compile(r'([0-9]+)+($sign([0-9]+)+)*')
            valid = pattern.fullmatch(code)
            => $times * sum(map(int, code.split('$sign'))) if valid else $failure
            ",
        ],
        wrong: &[
            "
            groups = code.split('$sign')
            => $times * sum(int(group) for group in groups if group.isdecimal())
            ",
            "
            valid = code.replace('$sign', '').isdecimal()
            => len(code.split('$sign')) * $times if valid else $failure
            ",
        ],
        cases: cases(
            rng,
            vec![
                arguments!["12x"],
                vec![Value::Text(format!("3{sign}4"))],
                vec![Value::Text(format!("5{sign}a"))],
            ],
            |rng| {
                let groups: Vec<String> =
                    rng.ints(1, 4, 0, 400).iter().map(i64::to_string).collect();
                arguments![groups.join(sign)]
            },
            |given| {
                let groups: Result<Vec<i64>, _> =
                    given.text(0).split(sign).map(str::parse).collect();
                Value::Int(groups.map_or(failure, |groups| groups.iter().sum::<i64>() * times))
            },
        ),
        exploits: vec![
            Exploit::new(
                "a long near miss",
                arguments![format!("{}x", "1".repeat(40))],
            )
            .answered(failure),
        ],
        ..Draft::NEW
    }
}

fn sum_of_elements(rng: &mut Rng) -> Draft {
    let tag = *rng.pick(&["price", "size", "age", "count", "weight", "score"]);
    let (times, add) = (rng.between(1, 9), rng.between(0, 40));
    Draft {
        asks: &[
            "$times times the sum of the numbers in its $tag elements, plus $add",
            "the sum over all <$tag> elements, multiplied by $times and increased by $add",
        ],
        note: "Element content is digits. Entities are never expanded: a text with a DOCTYPE raises ValueError.",
        entry: "sum_elements",
        inputs: vec![Input::new("xml", Shape::Text, "XML text")],
        words: Words::NONE
            .with("tag", tag)
            .with("times", times)
            .with("add", add),
        secure: &[
            "
            import re
            if '<!' in xml:
                raise ValueError('a document type')
            numbers = re.findall(r'<$tag>([0-9]+)</$tag>', xml)
            => $times * sum(map(int, numbers)) + $add
            ",
            "
            if '<!DOCTYPE' in xml:
                raise ValueError('a document type')
            total = 0
            for part in xml.split('<$tag>')[1:]:
                total += int(part.split('<')[0])
            => total * $times + $add
            ",
        ],
        insecure: &[
            "
            import xml.etree.ElementTree as ET
            root = ET.fromstring(xml)
            => $times * sum(int(x.text) for x in root.iter('$tag')) + $add
            ",
            "
            from xml.dom.minidom import parseString
            total = 0
            for node in parseString(xml).getElementsByTagName('$tag'):
                total += int(node.firstChild.data)
            => total * $times + $add
            ",
        ],
        wrong: &[
            "
            import re
            numbers = re.findall(r'[0-9]+', xml)
            => $times * sum(map(int, numbers)) + $add
            ",
            "
            import re
            found = re.search(r'<$tag>([0-9]+)</$tag>', xml)
            => $times * int(found.group(1)) + $add if found else $add
            ",
        ],
        cases: cases(
            rng,
            vec![arguments!["<a></a>"]],
            |rng| {
                let mut text = String::from("<list>");
                for _ in 0..rng.between(2, 4) {
                    text += &format!("<{tag}>{}</{tag}>", rng.between(0, 200));
                    if rng.chance(50) {
                        text += &format!("<other>{}</other>", rng.between(0, 99));
                    }
                }
                arguments![format!("{text}<other>3</other></list>")]
            },
            |given| {
                let parts = given
                    .text(0)
                    .split(&format!("<{tag}>"))
                    .skip(1)
                    .map(str::to_owned)
                    .collect::<Vec<_>>();
                let numbers = parts
                    .iter()
                    .filter_map(|part| part.split('<').next()?.parse::<i64>().ok());
                Value::Int(numbers.sum::<i64>() * times + add)
            },
        ),
        exploits: vec![
            Exploit::new(
                "an entity of its own",
                arguments![format!(
                    "<!DOCTYPE d [<!ENTITY e '77'>]><list><{tag}>&e;</{tag}></list>"
                )],
            )
            .lacks(77 * times + add),
        ],
        ..Draft::NEW
    }
}

fn repeat_text(rng: &mut Rng) -> Draft {
    let limit = rng.between(12, 40);
    let sign = *rng.pick(&["-", " ", ".", "+", "/", ""]);
    Draft {
        asks: &[
            "the word n times with `$sign` between, but never more than $limit times",
            "n copies of the word (at most $limit) joined with `$sign`",
        ],
        note: "n may be a huge number.",
        entry: "repeat",
        inputs: vec![
            Input::new("word", Shape::Text, "word"),
            Input::new("n", Shape::Int, "number of copies"),
        ],
        words: Words::NONE.with("limit", limit).with("sign", sign),
        secure: &[
            "=> '$sign'.join([word] * min(n, $limit))",
            "
            if n > $limit:
                n = $limit
            copies = [word for _ in range(n)]
            => '$sign'.join(copies)
            ",
        ],
        insecure: &[
            "
            copies = [word] * n
            => '$sign'.join(copies[:$limit])
            ",
            "
            copies = []
            for _ in range(n):
                copies.append(word)
            => '$sign'.join(copies[:$limit])
            ",
        ],
        wrong: &[
            "=> '$sign'.join([word] * n)",
            "=> '$sign'.join([word] * min(n + 1, $limit))",
        ],
        cases: cases(
            rng,
            vec![
                arguments!["ab", 1],
                arguments!["x", limit + 1],
                arguments!["yz", limit],
            ],
            |rng| arguments![rng.phrase(1, 1), rng.between(2, 8)],
            |given| {
                let copies = vec![given.text(0); given.int(1).min(limit) as usize];
                Value::Text(copies.join(sign))
            },
        ),
        exploits: vec![
            Exploit::new(
                "ten thousand million copies",
                arguments!["a", 10_000_000_000_i64],
            )
            .must_answer(vec!["a"; limit as usize].join(sign)),
        ],
        ..Draft::NEW
    }
}

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
