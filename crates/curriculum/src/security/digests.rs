//! Digests and signatures: how they are made, and how compared.

use crate::draft::{Draft, Input, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 2] = [
    Family {
        name: "same_contents",
        theme: Theme::Security,
        cwe: Some(328),
        asked: "Which texts repeat earlier ones, found by their digests.",
        goes_wrong: "MD5 or SHA-1, for which two texts of the same digest are quickly made.",
        draft: same_contents,
    },
    Family {
        name: "check_signatures",
        theme: Theme::Security,
        cwe: Some(208),
        asked: "Which messages carry the right signature.",
        goes_wrong: "`==` takes longer the more of a guess is right.",
        draft: check_signatures,
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
