//! B505: a key that is too short.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::{Call, Value};
use crate::issue::Issue;
use crate::settings::KeySizes;
use crate::syntax::{Expr, Number};

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B505",
        name: "weak_cryptographic_key",
        severity: "MEDIUM, HIGH",
        cwe: Cwe(326),
        summary: "key too short; at least 2048 bits for RSA and DSA, 224 for curves",
    },
    advice: Advice {
        why: "Such keys can be broken by computing.",
        flagged: "`rsa.generate_private_key(65537, 1024)`",
        safer: "`rsa.generate_private_key(65537, 3072)`",
        reference: "https://nvlpubs.nist.gov/nistpubs/SpecialPublications/NIST.SP.800-131Ar2.pdf",
    },
    triggers: &[
        Trigger::Calls(
            &["cryptography.hazmat.primitives.asymmetric.dsa.generate_private_key"],
            |call| sized(call, "DSA", "key_size", 0),
        ),
        Trigger::Calls(
            &["cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key"],
            |call| sized(call, "RSA", "key_size", 1),
        ),
        Trigger::Calls(
            &["cryptography.hazmat.primitives.asymmetric.ec.generate_private_key"],
            check_curve,
        ),
        Trigger::Calls(
            &[
                "Crypto.PublicKey.DSA.generate",
                "Cryptodome.PublicKey.DSA.generate",
            ],
            |call| sized(call, "DSA", "bits", 0),
        ),
        Trigger::Calls(
            &[
                "Crypto.PublicKey.RSA.generate",
                "Cryptodome.PublicKey.RSA.generate",
            ],
            |call| sized(call, "RSA", "bits", 0),
        ),
    ],
};

/// Size in bits of the keys of each curve, as Bandit has them.
const CURVES: [(&str, u64); 19] = [
    ("SECT571K1", 571),
    ("SECT571R1", 570),
    ("SECP521R1", 521),
    ("BrainpoolP512R1", 512),
    ("SECT409K1", 409),
    ("SECT409R1", 409),
    ("BrainpoolP384R1", 384),
    ("SECP384R1", 384),
    ("SECT283K1", 283),
    ("SECT283R1", 283),
    ("BrainpoolP256R1", 256),
    ("SECP256K1", 256),
    ("SECP256R1", 256),
    ("SECT233K1", 233),
    ("SECT233R1", 233),
    ("SECP224R1", 224),
    ("SECP192R1", 192),
    ("SECT163K1", 163),
    ("SECT163R2", 163),
];

/// The size of a key where the call does not give it.
const DEFAULT_BITS: f64 = 2048.0;
/// The size that an unknown curve is taken for.
const DEFAULT_CURVE: u64 = 224;

fn sized(call: &Call<'_>, kind: &str, keyword: &str, position: usize) -> Option<Issue> {
    if call.keywords_break_bandit() {
        return None;
    }
    let bits = match call.keyword_value(keyword).filter(is_true) {
        Some(value) => bits(value)?,
        None if call.arg_breaks_bandit(position) => return None,
        None => match call.arg(position).filter(is_true) {
            Some(value) => bits(value)?,
            None => DEFAULT_BITS,
        },
    };
    let sizes = match kind {
        "DSA" => call.settings.weak_dsa,
        _ => call.settings.weak_rsa,
    };
    judge(kind, bits, sizes)
}

fn check_curve(call: &Call<'_>) -> Option<Issue> {
    if call.keywords_break_bandit() {
        return None;
    }
    let curve = match call.keyword_value("curve").filter(is_true) {
        None if call.positional_break_bandit() => return None,
        None => call.arg(0),
        given => given,
    };
    let bits = match curve {
        Some(Value::Text(name)) => CURVES
            .iter()
            .find(|(curve, _)| *curve == name)
            .map_or(DEFAULT_CURVE, |(_, bits)| *bits),
        // Bandit fails on what cannot be looked up in a dictionary.
        Some(Value::Other(Expr::List(_) | Expr::Set(_) | Expr::Dict(_))) => return None,
        _ => DEFAULT_CURVE,
    };
    judge("EC", bits as f64, call.settings.weak_ec)
}

fn judge(kind: &str, bits: f64, sizes: KeySizes) -> Option<Issue> {
    let (severity, limit) = if bits < sizes.high as f64 {
        (Severity::High, sizes.high)
    } else if bits < sizes.medium as f64 {
        (Severity::Medium, sizes.medium)
    } else {
        return None;
    };
    let message = format!("{kind} key sizes below {limit} bits are considered breakable. ");
    Some(Issue::new(severity, Confidence::High, message))
}

/// Whether Python takes the value for true; Bandit goes on to the next source of a size otherwise.
fn is_true(value: &Value<'_>) -> bool {
    match value {
        Value::Text(text) => !text.is_empty(),
        Value::Unknown => false,
        Value::Other(Expr::NumberLiteral(node)) => match &node.value {
            Number::Int(int) => int.as_u64() != Some(0),
            Number::Float(float) => *float != 0.0,
            Number::Complex { .. } => true,
        },
        Value::Other(Expr::BytesLiteral(node)) => !node.value.is_empty(),
        Value::Other(Expr::List(node)) => !node.elts.is_empty(),
        Value::Other(Expr::Tuple(node)) => !node.elts.is_empty(),
        Value::Other(Expr::Dict(node)) => !node.items.is_empty(),
        Value::Other(_) => true,
    }
}

/// A number of bits; a variable tells nothing, and Bandit fails on other values.
fn bits(value: Value<'_>) -> Option<f64> {
    match value {
        Value::Other(Expr::NumberLiteral(node)) => match &node.value {
            Number::Int(int) => Some(int.as_u64().map_or(f64::INFINITY, |bits| bits as f64)),
            Number::Float(float) => Some(*float),
            Number::Complex { .. } => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn short_keys_are_flagged() {
        let rsa = "from cryptography.hazmat.primitives.asymmetric import rsa, ec\n";
        let found = |call: &str| weight(&format!("{rsa}{call}\n"));
        assert_eq!(found("rsa.generate_private_key(3, 1024)"), "MEDIUM/HIGH");
        assert_eq!(
            found("rsa.generate_private_key(3, key_size=512)"),
            "HIGH/HIGH"
        );
        assert_eq!(
            found("ec.generate_private_key(ec.SECP192R1, b)"),
            "MEDIUM/HIGH"
        );
        let source = "import Cryptodome.PublicKey.DSA as D\nD.generate(bits=1.5)\n";
        flags(source, &["B505:2:0"]);
    }

    #[test]
    fn long_keys_and_variables_are_accepted() {
        let rsa = "from cryptography.hazmat.primitives.asymmetric import rsa, ec\n";
        accepts(&format!("{rsa}rsa.generate_private_key(3, 2048)\n"));
        accepts(&format!(
            "{rsa}rsa.generate_private_key(3, size)\nrsa.generate_private_key(3)\n"
        ));
        accepts(&format!("{rsa}ec.generate_private_key(ec.SECP192R1())\n"));
        accepts(&format!("{rsa}ec.generate_private_key([])\n"));
    }
}
