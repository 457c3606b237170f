//! Secrets: tokens, passwords, names that nobody may guess.

use crate::draft::{Draft, Exploit, Input, Kinds, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::vocabulary::NAMES;
use crate::words::Words;

pub(super) const FAMILIES: [Family; 3] = [
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
        name: "temporary_name",
        theme: Theme::Security,
        cwe: Some(377),
        asked: "Names for temporary files, and how they are built.",
        goes_wrong: "`tempfile.mktemp` only names a file, which somebody else may put there first.",
        draft: temporary_name,
    },
];

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
