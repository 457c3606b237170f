//! Cryptography: hashes, ciphers, keys, initialization vectors, salts, and numbers that can be guessed.
//!
//! Flagged: `hashlib.md5(data)`, `hashlib.sha256(password)`, `DES.new(key)`, `MODE_ECB`, RSA with 1,024 bits,
//! `modes.CBC(b"0" * 16)`, `token = random.randint(...)`. Accepted: `hashlib.md5(data, usedforsecurity=False)`,
//! `hashlib.sha256(data)`, `hashlib.pbkdf2_hmac(...)` with a drawn salt, `random` in a simulation, `secrets`.

use super::names::{is_password, is_secret, last_name, makes_secret, mentions};
use crate::strict::analysis::Analysis;
use crate::strict::calls::Called;
use crate::strict::catalogue as rules;
use crate::strict::report::Weight;
use crate::strict::value::{Kind, Value};
use crate::syntax::{Expr, Ranged, StmtReturn};

const BROKEN: &[&str] = &["md2", "md4", "md5", "sha", "sha1", "ripemd160"];

/// Ciphers that are broken or too small, by the end of their path.
const CIPHERS: &[&str] = &[
    "Crypto.Cipher.DES.new",
    "Crypto.Cipher.DES3.new",
    "Crypto.Cipher.ARC2.new",
    "Crypto.Cipher.ARC4.new",
    "Crypto.Cipher.Blowfish.new",
    "Crypto.Cipher.XOR.new",
    "Crypto.Cipher.CAST.new",
    "cryptography.hazmat.primitives.ciphers.algorithms.ARC4",
    "cryptography.hazmat.primitives.ciphers.algorithms.Blowfish",
    "cryptography.hazmat.primitives.ciphers.algorithms.IDEA",
    "cryptography.hazmat.primitives.ciphers.algorithms.TripleDES",
    "cryptography.hazmat.primitives.ciphers.algorithms.CAST5",
    "cryptography.hazmat.primitives.ciphers.algorithms.SEED",
    "pyDes.des",
    "pyDes.triple_des",
];

impl<'a> Analysis<'a> {
    pub(super) fn crypto(&mut self, called: &Called<'_, 'a>) {
        self.hash(called);
        self.cipher(called);
        self.key_size(called);
        self.vector(called);
        self.salt(called);
    }

    fn hash(&mut self, called: &Called<'_, 'a>) {
        let Some((algorithm, data)) = hashed(called) else {
            return;
        };
        let harmless = called
            .keyword("usedforsecurity")
            .is_some_and(Value::is_false);
        let of_password = data.is_some_and(|data| mentions(data, is_password));
        if of_password && !harmless {
            let words = format!("`{algorithm}` of a password is quickly searched");
            return self.wrong(&rules::PASSWORD_HASH, called.at, &words);
        }
        if !BROKEN.contains(&algorithm.as_str()) || harmless {
            return;
        }
        let constant = called.positional.first().is_some_and(Value::is_constant) && data.is_some();
        // One that was begun with other data was reported there.
        let silent = constant || called.name == "update" && self.frame.seeded.is_none();
        if constant {
            self.frame.seeded = Some(called.at);
        }
        if !silent {
            let words = format!("`{algorithm}` is broken");
            self.wrong(&rules::HASH, called.at, &words);
        }
    }

    fn cipher(&mut self, called: &Called<'_, 'a>) {
        if CIPHERS.contains(&called.path) {
            return self.wrong(
                &rules::CIPHER,
                called.at,
                "this cipher is broken or too weak",
            );
        }
        let ecb = called.path.ends_with("modes.ECB")
            || called
                .positional
                .iter()
                .chain(called.keywords.iter().map(|(_, value)| value))
                .any(|value| {
                    value
                        .as_path()
                        .is_some_and(|path| path.ends_with("MODE_ECB"))
                });
        if ecb {
            self.wrong(
                &rules::CIPHER,
                called.at,
                "ECB shows which blocks are equal",
            );
        }
    }

    fn key_size(&mut self, called: &Called<'_, 'a>) {
        let (at, name, least) = match called.path {
            "cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key"
            | "cryptography.hazmat.primitives.asymmetric.dh.generate_parameters" => {
                (1, "key_size", 2048)
            }
            "cryptography.hazmat.primitives.asymmetric.dsa.generate_private_key" => {
                (0, "key_size", 2048)
            }
            "Crypto.PublicKey.RSA.generate" | "Crypto.PublicKey.DSA.generate" => (0, "bits", 2048),
            "rsa.newkeys" => (0, "nbits", 2048),
            "OpenSSL.crypto.PKey().generate_key" => (1, "bits", 2048),
            _ => (0, "", 0),
        };
        if let (true, Some(Kind::Int(bits))) = (
            least > 0,
            called.argument(at, name).map(|value| &value.kind),
        ) && *bits < least
        {
            let words = format!("a key of {bits} bits can be broken");
            return self.wrong(&rules::KEY_SIZE, called.at, &words);
        }
        let curve = |value: &&Value| {
            value.as_path().is_some_and(|path| {
                ["SECT163", "SECP192", "SECT193", "SECP160"]
                    .iter()
                    .any(|weak| path.contains(weak))
            })
        };
        if called.name == "generate_private_key"
            && called
                .positional
                .iter()
                .chain(called.keywords.iter().map(|(_, value)| value))
                .any(|value| curve(&value))
        {
            self.wrong(&rules::KEY_SIZE, called.at, "this curve is too small");
        }
    }

    fn vector(&mut self, called: &Called<'_, 'a>) {
        let vector = match called.path {
            path if [
                "modes.CBC",
                "modes.CFB",
                "modes.OFB",
                "modes.CTR",
                "modes.GCM",
            ]
            .iter()
            .any(|mode| path.ends_with(mode)) =>
            {
                called.argument(0, "initialization_vector")
            }
            "Crypto.Cipher.AES.new" => called
                .positional
                .get(2)
                .or_else(|| called.keyword("iv"))
                .or_else(|| called.keyword("IV"))
                .or_else(|| called.keyword("nonce")),
            _ => None,
        };
        if vector.is_some_and(|value| {
            matches!(value.kind, Kind::Bytes(_) | Kind::Text(_)) || value.predictable
        }) {
            self.wrong(
                &rules::STATIC_IV,
                called.at,
                "the initialization vector is always the same",
            );
        }
    }

    fn salt(&mut self, called: &Called<'_, 'a>) {
        let (salt, rounds) = match called.path {
            "hashlib.pbkdf2_hmac" => (called.argument(2, "salt"), called.argument(3, "iterations")),
            "hashlib.scrypt" => (called.keyword("salt"), None),
            "crypt.crypt" => (called.argument(1, "salt"), None),
            path if path.ends_with("PBKDF2HMAC") || path.ends_with("kdf.scrypt.Scrypt") => {
                (called.keyword("salt"), called.keyword("iterations"))
            }
            "Crypto.Protocol.KDF.PBKDF2" => {
                (called.argument(1, "salt"), called.argument(3, "count"))
            }
            "bcrypt.hashpw" => (called.argument(1, "salt"), None),
            _ => return,
        };
        if salt.is_some_and(|value| matches!(value.kind, Kind::Bytes(_) | Kind::Text(_))) {
            self.wrong(
                &rules::STATIC_SALT,
                called.at,
                "the salt is the same for every password",
            );
        }
        if let Some(Kind::Int(rounds)) = rounds.map(|value| &value.kind)
            && *rounds < 10_000
        {
            let words = format!("{rounds} rounds are quickly searched");
            self.wrong(&rules::PASSWORD_HASH, called.at, &words);
        }
    }

    /// `token = random.randint(...)`.
    pub(super) fn predictable_assigned(&mut self, target: &'a Expr, value: &Value) {
        if value.predictable
            && last_name(target).is_some_and(|name| is_secret(name) || makes_secret_exactly(name))
        {
            let words = format!(
                "`{}` is drawn by a generator that can be predicted",
                last_name(target).unwrap_or("")
            );
            self.wrong(&rules::PREDICTABLE, target.start(), &words);
        }
        if value.predictable && matches!(last_name(target), Some("iv" | "nonce" | "salt")) {
            let weight = Weight::full(&rules::PREDICTABLE);
            self.report.add(
                &rules::PREDICTABLE,
                target.start(),
                weight,
                "a nonce is drawn by a generator that can be predicted",
            );
        }
    }

    /// `return random.choice(...)` of a function that says that it makes a secret.
    pub(super) fn predictable_returned(&mut self, node: &'a StmtReturn, value: &Value) {
        if value.predictable && makes_secret(self.frame.name) {
            let words = format!(
                "what `{}` returns is drawn by a generator that can be predicted",
                self.frame.name
            );
            self.wrong(&rules::PREDICTABLE, node.start(), &words);
        }
    }
}

fn makes_secret_exactly(name: &str) -> bool {
    matches!(
        name,
        "session" | "key_bytes" | "aes_key" | "reset_code" | "verification_code" | "csrf"
    )
}

/// The algorithm of a hashing call and what it hashes.
fn hashed<'a>(called: &Called<'_, 'a>) -> Option<(String, Option<&'a Expr>)> {
    let arguments = &called.node.arguments.args;
    if let Some(rest) = called.path.strip_prefix("hashlib.") {
        if rest == "new" {
            let name = called.argument(0, "name")?.as_text()?.to_ascii_lowercase();
            return Some((name, arguments.get(1)));
        }
        if let Some((algorithm, "update")) = rest.split_once("().") {
            return Some((
                if algorithm == "new" {
                    "hash"
                } else {
                    algorithm
                }
                .to_owned(),
                arguments.first(),
            ));
        }
        let known = BROKEN.contains(&rest) || rest.starts_with("sha");
        return known.then(|| (rest.to_owned(), arguments.first()));
    }
    let rest = called.path.strip_prefix("Crypto.Hash.")?;
    let algorithm = rest.strip_suffix(".new")?.to_ascii_lowercase();
    Some((algorithm, arguments.first()))
}
