//! Secrets: digests, tokens, passwords, comparisons, names of temporary files.

use crate::draft::{Draft, Exploit, Input, Kinds, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::vocabulary::NAMES;
use crate::words::Words;

pub(super) const FAMILIES: [Family; 5] = [
    Family {
        name: "same_contents",
        theme: Theme::Security,
        cwe: Some(328),
        asked: "Which texts repeat earlier ones, found by their digests.",
        goes_wrong: "MD5 or SHA-1, for which two texts of the same digest are quickly made.",
        draft: same_contents,
    },
    Family {
        name: "issue_tokens",
        theme: Theme::Security,
        cwe: Some(338),
        asked: "A new secret token for each of some people.",
        goes_wrong: "The `random` module, whose next values can be computed from earlier ones.",
        draft: issue_tokens,
    },
    Family {
        name: "connection_text",
        theme: Theme::Security,
        cwe: Some(798),
        asked: "A description of a connection whose password comes from the environment.",
        goes_wrong: "The password stands in the program.",
        draft: connection_text,
    },
    Family {
        name: "check_signatures",
        theme: Theme::Security,
        cwe: Some(208),
        asked: "Which messages carry the right signature.",
        goes_wrong: "`==` takes longer the more of a guess is right.",
        draft: check_signatures,
    },
    Family {
        name: "temporary_name",
        theme: Theme::Security,
        cwe: Some(377),
        asked: "Names for temporary files, and how they are built.",
        goes_wrong: "`tempfile.mktemp` only names a file, which somebody else may put there first.",
        draft: temporary_name,
    },
];

fn same_contents(rng: &mut Rng) -> Draft {
    let base = rng.between(0, 20);
    let (xs, about) = rng.text_scene();
    Draft {
        asks: &[
            "the positions of those $xs that occurred before, then the number of different $xs",
            "at which positions the $xs repeat an earlier one, and at the end how many different ones there are",
        ],
        note: "Positions count from $base. Compare digests of the texts, not the texts.",
        entry: "repeated",
        inputs: vec![Input::new(xs, Shape::Words, about)],
        words: Words::NONE.with("xs", xs).with("base", base),
        secure: &[
            "
            import hashlib
            seen = set()
            found = []
            for i, x in enumerate($xs, $base):
                digest = hashlib.sha256(x.encode()).hexdigest()
                if digest in seen:
                    found.append(i)
                seen.add(digest)
            => found + [len(seen)]
            ",
            "
            from hashlib import sha256
            digests = [sha256(x.encode()).digest() for x in $xs]
            found = [i + $base for i, d in enumerate(digests) if d in digests[:i]]
            => found + [len(set(digests))]
            ",
        ],
        insecure: &[
            "
            import hashlib
            seen = set()
            found = []
            for i, x in enumerate($xs, $base):
                digest = hashlib.md5(x.encode()).hexdigest()
                if digest in seen:
                    found.append(i)
                seen.add(digest)
            => found + [len(seen)]
            ",
            "
            from hashlib import sha1
            digests = [sha1(x.encode()).digest() for x in $xs]
            found = [i + $base for i, d in enumerate(digests) if d in digests[:i]]
            => found + [len(set(digests))]
            ",
        ],
        wrong: &[
            "
            import hashlib
            digests = [hashlib.sha256(x.encode()).digest() for x in $xs]
            => [i + $base for i, d in enumerate(digests) if digests.count(d) > 1]
            ",
            "
            import hashlib
            digests = [hashlib.sha256(x.encode()).digest() for x in $xs]
            found = [i for i, d in enumerate(digests, $base + 1) if d in digests[:i - $base - 1]]
            => found + [len(digests)]
            ",
        ],
        cases: cases(
            rng,
            vec![arguments![vec![
                "fig".to_owned(),
                "fig".to_owned(),
                "fig".to_owned()
            ]]],
            |rng| {
                let mut words = rng.nouns(2, 5);
                for _ in 0..rng.between(1, 4) {
                    words.push(rng.pick(&words.clone()).clone());
                }
                rng.shuffle(&mut words);
                arguments![words]
            },
            |given| {
                let xs = given.texts(0);
                let mut found: Vec<i64> = (0..xs.len())
                    .filter(|at| xs[..*at].contains(&xs[*at]))
                    .map(|at| at as i64 + base)
                    .collect();
                found.push((xs.len() - found.len()) as i64);
                Value::Ints(found)
            },
        ),
        ..Draft::NEW
    }
}

fn issue_tokens(rng: &mut Rng) -> Draft {
    let length = rng.between(8, 40);
    let sign = *rng.pick(&["=", ":", "/", "->", "~", "+"]);
    Draft {
        asks: &[
            "for each name in alphabetical order the name, `$sign` and the length of its token",
            "the sorted names, each followed by `$sign` and how long its token is",
        ],
        note: "Give every name a new secret token of $length hexadecimal digits, made by a function new_token().",
        entry: "issue_tokens",
        inputs: vec![Input::new("names", Shape::Words, "names")],
        words: Words::NONE
            .with("length", length)
            .with("sign", sign)
            .with("half", (length + 1) / 2),
        secure: &[
            "
            import secrets
            def new_token():
                return secrets.token_hex($half)[:$length]
            tokens = {name: new_token() for name in names}
            => [f'{name}$sign{len(tokens[name])}' for name in sorted(tokens)]
            ",
            "
            import secrets
            def new_token():
                return ''.join(secrets.choice('0123456789abcdef') for _ in range($length))
            issued = [(name, new_token()) for name in sorted(names)]
            => [name + '$sign' + str(len(token)) for name, token in issued]
            ",
        ],
        insecure: &[
            "
            import random
            def new_token():
                token = ''.join(random.choice('0123456789abcdef') for _ in range($length))
                return token
            tokens = {name: new_token() for name in names}
            => [f'{name}$sign{len(tokens[name])}' for name in sorted(tokens)]
            ",
            "
            import random
            def new_token():
                token = ''.join(random.choices('0123456789abcdef', k=$length))
                return token
            issued = [(name, new_token()) for name in sorted(names)]
            => [name + '$sign' + str(len(token)) for name, token in issued]
            ",
        ],
        wrong: &[
            "
            import secrets
            def new_token():
                return secrets.token_hex($length)
            tokens = {name: new_token() for name in names}
            => [f'{name}$sign{len(tokens[name])}' for name in sorted(tokens)]
            ",
            "
            import secrets
            def new_token():
                return secrets.token_hex($half)[:$length]
            tokens = {name: new_token() for name in names}
            => [f'{name}$sign{len(tokens[name])}' for name in sorted(tokens, reverse=True)]
            ",
        ],
        cases: cases(
            rng,
            vec![arguments![vec!["zoe".to_owned(), "ben".to_owned()]]],
            |rng| {
                let mut names = NAMES.map(str::to_owned);
                rng.shuffle(&mut names);
                arguments![names[..rng.between(2, 5) as usize].to_vec()]
            },
            |given| {
                let mut names = given.texts(0).to_vec();
                names.sort();
                Value::Words(
                    names
                        .into_iter()
                        .map(|name| format!("{name}{sign}{length}"))
                        .collect(),
                )
            },
        ),
        kinds: Kinds::Call,
        exploits: vec![Exploit::new("predict a token", Vec::new()).unpredictable("new_token")],
        ..Draft::NEW
    }
}

fn connection_text(rng: &mut Rng) -> Draft {
    let scheme = *rng.pick(&["db", "sql", "mail", "ftp", "cache", "queue"]);
    let variable = *rng.pick(&[
        "DB_PASSWORD",
        "MAIL_PASSWORD",
        "APP_PASSWORD",
        "SERVICE_PASSWORD",
    ]);
    let port = rng.between(1000, 9999);
    let secret = rng.text(9, 12, "abcdefghkmnpqrstuvwxyzABCDEFGH23456789!");
    Draft {
        asks: &[
            "the address `$scheme://USER@HOST:$port` of the connection, without the password",
            "the text $scheme://, the user, @, the host and :$port, which names the connection in a log",
        ],
        note: "The connection's password is in the environment variable $variable; read it into `password`.",
        entry: "connect",
        inputs: vec![
            Input::new("user", Shape::Text, "user"),
            Input::new("host", Shape::Text, "host"),
        ],
        words: Words::NONE
            .with("scheme", scheme)
            .with("variable", variable)
            .with("port", port)
            .with("secret", secret),
        secure: &[
            "
            import os
            password = os.environ.get('$variable', '')
            settings = {'user': user, 'host': host, 'password': password}
            => f'$scheme://{settings[\"user\"]}@{settings[\"host\"]}:$port'
            ",
            "
            import os
            password = os.getenv('$variable')
            login = (user, password)
            => '$scheme://' + login[0] + '@' + host + ':$port'
            ",
        ],
        insecure: &[
            "
            password = '$secret'
            settings = {'user': user, 'host': host, 'password': password}
            => f'$scheme://{settings[\"user\"]}@{settings[\"host\"]}:$port'
            ",
            "
            PASSWORD = '$secret'
            login = (user, PASSWORD)
            => '$scheme://' + login[0] + '@' + host + ':$port'
            ",
        ],
        wrong: &[
            "
            import os
            password = os.environ.get('$variable', '')
            => f'$scheme://{user}:{password}@{host}:$port'
            ",
            "
            import os
            password = os.getenv('$variable')
            => f'$scheme://{user}@{host}'
            ",
        ],
        cases: cases(
            rng,
            Vec::new(),
            |rng| {
                let host = format!("{}.example", rng.nouns(1, 1)[0]);
                arguments![*rng.pick(&NAMES), host]
            },
            |given| {
                Value::Text(format!(
                    "{scheme}://{}@{}:{port}",
                    given.text(0),
                    given.text(1)
                ))
            },
        ),
        ..Draft::NEW
    }
}

fn check_signatures(rng: &mut Rng) -> Draft {
    let base = rng.between(0, 9);
    let (good, times) = (rng.chance(70), rng.between(1, 12));
    Draft {
        asks: &[
            "the positions (counted from $base, each times $times) of the signatures that are $which the right one",
            "$times times the index of every entry of signatures that is $which the right one, counting from $base",
        ],
        note: "The last number is how many those are. The signature is secret: time must not tell how much of a guess is right.",
        entry: "check_signatures",
        inputs: vec![
            Input::new("signature", Shape::Text, "right signature"),
            Input::new("signatures", Shape::Words, "signatures to check"),
        ],
        words: Words::NONE
            .with("base", base)
            .with("times", times)
            .with("which", if good { "equal to" } else { "different from" })
            .with("same", if good { "hmac" } else { "not hmac" })
            .with("right", if good { "x" } else { "not x" })
            .with("op", if good { "==" } else { "!=" })
            .with("other", if good { "!=" } else { "==" }),
        secure: &[
            "
            import hmac
            found = []
            for i, given in enumerate(signatures, $base):
                if $same.compare_digest(given, signature):
                    found.append(i * $times)
            => found + [len(found)]
            ",
            "
            from hmac import compare_digest
            same = [compare_digest(x, signature) for x in signatures]
            found = [(i + $base) * $times for i, x in enumerate(same) if $right]
            => found + [len(found)]
            ",
        ],
        insecure: &[
            "
            found = []
            for i, given in enumerate(signatures, $base):
                if given $op signature:
                    found.append(i * $times)
            => found + [len(found)]
            ",
            "
            found = [(i + $base) * $times for i, x in enumerate(signatures) if x $op signature]
            => found + [len(found)]
            ",
        ],
        wrong: &[
            "
            import hmac
            found = []
            for i, given in enumerate(signatures):
                if hmac.compare_digest(given[:3], signature[:3]):
                    found.append(i * $times)
            => found + [len(signatures)]
            ",
            "
            found = [(i + $base) * $times for i, x in enumerate(signatures) if x $other signature]
            => found + [len(found)]
            ",
        ],
        cases: cases(
            rng,
            vec![vec![
                Value::from("abcd12"),
                Value::from(vec!["abcd13".to_owned(), "abcd12".to_owned()]),
            ]],
            |rng| {
                let right = rng.text(6, 8, "0123456789abcdef");
                let signatures: Vec<String> = (0..rng.between(4, 9))
                    .map(|_| {
                        if rng.chance(40) {
                            right.clone()
                        } else {
                            rng.text(6, 8, "0123456789abcdef")
                        }
                    })
                    .collect();
                arguments![right, signatures]
            },
            |given| {
                let places = given.texts(1).iter().zip(base..);
                let chosen =
                    places.filter(|(signature, _)| (signature.as_str() == given.text(0)) == good);
                let mut found: Vec<i64> = chosen.map(|(_, place)| place * times).collect();
                found.push(found.len() as i64);
                Value::Ints(found)
            },
        ),
        ..Draft::NEW
    }
}

fn temporary_name(rng: &mut Rng) -> Draft {
    let prefix = *rng.pick(&["tmp", "job", "part", "upload", "draft", "page"]);
    let suffix = *rng.pick(&[".txt", ".csv", ".log", ".bin", ".json", ".part"]);
    let size = rng.between(6, 16);
    Draft {
        asks: &[
            "the folder, a slash, `$prefix`, one star for each random character and `$suffix`",
            "how the name is built: the folder and /, then `$prefix`, as many * as there are random characters, `$suffix`",
        ],
        note: "Make the name of a temporary file in the folder that nobody can guess: 8 random characters between \
               `$prefix` and `$suffix`. At most $size letters of the folder count.",
        entry: "temporary_pattern",
        inputs: vec![Input::new("folder", Shape::Text, "folder")],
        words: Words::NONE
            .with("prefix", prefix)
            .with("suffix", suffix)
            .with("size", size),
        secure: &[
            "
            import secrets
            folder = folder[:$size]
            middle = secrets.token_hex(4)
            path = folder + '/$prefix' + middle + '$suffix'
            => path.replace(middle, '*' * len(middle))
            ",
            "
            from uuid import uuid4
            middle = uuid4().hex[:8]
            path = f'{folder[:$size]}/$prefix{middle}$suffix'
            => path.replace(middle, '*' * 8)
            ",
        ],
        insecure: &[
            "
            import tempfile
            folder = folder[:$size]
            path = tempfile.mktemp('$suffix', '$prefix', folder)
            middle = path[-8 - len('$suffix'):-len('$suffix')]
            => folder + '/$prefix' + '*' * len(middle) + '$suffix'
            ",
            "
            import tempfile
            path = tempfile.mktemp(suffix='$suffix', prefix='$prefix', dir=folder[:$size])
            name = path.rpartition('/')[2]
            stars = '*' * (len(name) - len('$prefix$suffix'))
            => folder[:$size] + '/$prefix' + stars + '$suffix'
            ",
        ],
        wrong: &[
            "
            import secrets
            middle = secrets.token_hex(8)
            => folder[:$size] + '/$prefix' + '*' * len(middle) + '$suffix'
            ",
            "
            import secrets
            middle = secrets.token_hex(4)
            path = folder[:$size] + '/$prefix' + '$suffix'
            => path.replace(middle, '*' * len(middle))
            ",
        ],
        cases: cases(
            rng,
            vec![arguments!["/a"], arguments!["/abcdefghijklmnopqrstuvw"]],
            |rng| {
                let folder = format!("/{}", rng.nouns(1, 3).join("/"));
                arguments![folder]
            },
            |given| {
                let folder: String = given.text(0).chars().take(size as usize).collect();
                Value::Text(format!("{folder}/{prefix}********{suffix}"))
            },
        ),
        ..Draft::NEW
    }
}
