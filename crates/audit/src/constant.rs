//! Constants that a text of Python assigns: data sets write tests so. Read from the syntax; nothing is executed.

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::syntax::{Expr, ExprCall, Number, Operator, Stmt, Tree, UnaryOp};

/// Levels of nested displays and sums that are followed.
const MOST_LEVELS: u32 = 64;

/// Characters and elements together that a value may have: `"a" * 10 ** 9` is short to write.
const LARGEST: usize = 8 << 20;

/// The same of all that names stand for, together.
const MOST_COPIED: usize = 8 * LARGEST;

/// A value whose parts are written in the text.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer of at most 64 bits.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Text(String),
    /// A list or a tuple.
    List(Vec<Constant>),
    /// A dictionary, in the order in which it is written.
    Map(Vec<(Constant, Constant)>),
    /// A name that the text itself gives no value, such as `ValueError`.
    Name(String),
    /// Anything else.
    Unknown,
}

impl Constant {
    /// The string, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, if it is a list or a tuple.
    pub fn as_list(&self) -> Option<&[Constant]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value of the last entry of this name, if it is a dictionary that has one.
    pub fn get(&self, key: &str) -> Option<&Constant> {
        match self {
            Self::Map(items) => items
                .iter()
                .rev()
                .find(|(name, _)| name.as_text() == Some(key))
                .map(|(_, value)| value),
            _ => None,
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::List(items) => items.iter().map(|item| 1 + item.size()).sum(),
            Self::Map(items) => items
                .iter()
                .map(|(key, value)| 1 + key.size() + value.size())
                .sum(),
            _ => 0,
        }
    }
}

/// What each name holds in the end; nothing where the text does more than import and assign names, since then it
/// may change what it has assigned.
pub(crate) fn constants(tree: &Tree) -> Option<BTreeMap<String, Constant>> {
    if tree.error.is_some() {
        return None;
    }
    let mut reader = Reader::default();
    for statement in tree.body() {
        match statement {
            Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::Pass(_) => {}
            Stmt::Assign(assign) => {
                let [Expr::Name(name)] = assign.targets.as_slice() else {
                    return None;
                };
                let value = reader.value(&assign.value, 0);
                reader.names.insert(name.id.to_string(), value);
            }
            _ => return None,
        }
    }
    Some(reader.names)
}

#[derive(Default)]
struct Reader {
    names: BTreeMap<String, Constant>,
    copied: Cell<usize>,
}

impl Reader {
    fn value(&self, expression: &Expr, level: u32) -> Constant {
        if level > MOST_LEVELS {
            return Constant::Unknown;
        }
        let inner = |expression: &Expr| self.value(expression, level + 1);
        let value = match expression {
            Expr::NoneLiteral(_) => Constant::None,
            Expr::BooleanLiteral(node) => Constant::Bool(node.value),
            Expr::NumberLiteral(node) => number(&node.value),
            Expr::StringLiteral(node) => Constant::Text(node.value.to_str().to_owned()),
            Expr::List(node) => Constant::List(node.elts.iter().map(inner).collect()),
            Expr::Tuple(node) => Constant::List(node.elts.iter().map(inner).collect()),
            Expr::Dict(node) => {
                let items = node.items.iter().map(|item| {
                    let key = item.key.as_ref().map_or(Constant::Unknown, inner);
                    (key, inner(&item.value))
                });
                Constant::Map(items.collect())
            }
            Expr::Name(node) => self.named(node.id.as_str()),
            Expr::UnaryOp(node) if node.op == UnaryOp::USub => match inner(&node.operand) {
                Constant::Int(number) => number
                    .checked_neg()
                    .map_or(Constant::Unknown, Constant::Int),
                Constant::Float(number) => Constant::Float(-number),
                _ => Constant::Unknown,
            },
            Expr::BinOp(node) => combined(node.op, inner(&node.left), inner(&node.right)),
            Expr::Call(node) => self.joined(node, level),
            _ => Constant::Unknown,
        };
        if value.size() > LARGEST {
            return Constant::Unknown;
        }
        value
    }

    fn named(&self, name: &str) -> Constant {
        let Some(value) = self.names.get(name) else {
            return Constant::Name(name.to_owned());
        };
        let copied = self.copied.get() + value.size();
        if copied > MOST_COPIED {
            return Constant::Unknown;
        }
        self.copied.set(copied);
        value.clone()
    }

    /// `"separator".join(texts)`.
    fn joined(&self, call: &ExprCall, level: u32) -> Constant {
        let (Expr::Attribute(method), [texts]) = (&*call.func, &*call.arguments.args) else {
            return Constant::Unknown;
        };
        if method.attr.as_str() != "join" || !call.arguments.keywords.is_empty() {
            return Constant::Unknown;
        }
        let separator = self.value(&method.value, level + 1);
        let texts = self.value(texts, level + 1);
        let (Some(separator), Some(texts)) = (separator.as_text(), texts.as_list()) else {
            return Constant::Unknown;
        };
        let texts: Option<Vec<&str>> = texts.iter().map(Constant::as_text).collect();
        let fits = |texts: &[&str]| {
            let between = separator.len().saturating_mul(texts.len());
            between <= LARGEST
        };
        match texts {
            Some(texts) if fits(&texts) => Constant::Text(texts.join(separator)),
            _ => Constant::Unknown,
        }
    }
}

fn number(number: &Number) -> Constant {
    match number {
        Number::Int(int) => int.as_i64().map_or(Constant::Unknown, Constant::Int),
        Number::Float(float) => Constant::Float(*float),
        Number::Complex { .. } => Constant::Unknown,
    }
}

fn combined(operator: Operator, left: Constant, right: Constant) -> Constant {
    use Constant::{Int, List, Text};
    let int = |number: Option<i64>| number.map_or(Constant::Unknown, Int);
    match (operator, left, right) {
        (Operator::Add, Text(left), Text(right)) => Text(left + &right),
        (Operator::Add, List(left), List(right)) => List([left, right].concat()),
        (Operator::Add, Int(left), Int(right)) => int(left.checked_add(right)),
        (Operator::Mult, Int(left), Int(right)) => int(left.checked_mul(right)),
        (Operator::Mult, value @ (Text(_) | List(_)), Int(times))
        | (Operator::Mult, Int(times), value @ (Text(_) | List(_))) => repeated(&value, times),
        _ => Constant::Unknown,
    }
}

fn repeated(value: &Constant, times: i64) -> Constant {
    let times = usize::try_from(times).unwrap_or(0);
    if value.size().saturating_mul(times) > LARGEST {
        return Constant::Unknown;
    }
    match value {
        Constant::Text(text) => Constant::Text(text.repeat(times)),
        Constant::List(items) => {
            let all = items.iter().cycle().take(items.len() * times);
            Constant::List(all.cloned().collect())
        }
        _ => Constant::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Module;

    fn value(text: &str) -> Constant {
        let source = format!("import re\nx = {text}\n");
        Module::parse(&source).constants().unwrap()["x"].clone()
    }

    #[test]
    fn displays_and_what_is_put_together_are_read() {
        assert_eq!(value("-5"), Constant::Int(-5));
        assert_eq!(value("'a' * 3 + 'b'"), Constant::Text("aaab".to_owned()));
        assert_eq!(
            value("', '.join(['w'] * 2)"),
            Constant::Text("w, w".to_owned())
        );
        let map = value("{'a': [(1, None, 2.5), True], 'b': ValueError}");
        assert_eq!(map.get("b"), Some(&Constant::Name("ValueError".to_owned())));
        let list = map.get("a").unwrap().as_list().unwrap();
        assert_eq!(list[0].as_list().unwrap().len(), 3);
        assert_eq!(list[1], Constant::Bool(true));
    }

    #[test]
    fn earlier_names_stand_for_their_values() {
        let module = Module::parse("n = 2\nattack = 'a' * n\ncases = [attack, other]\n");
        let cases = module.constants().unwrap()["cases"].clone();
        let [attack, other] = cases.as_list().unwrap() else {
            panic!("{cases:?}")
        };
        assert_eq!(attack.as_text(), Some("aa"));
        assert_eq!(other, &Constant::Name("other".to_owned()));
    }

    #[test]
    fn what_is_computed_is_unknown() {
        for text in [
            "f()",
            "b'x'",
            "{1, 2}",
            "[i for i in y]",
            "1j",
            "f'{x}'",
            "10 ** 30",
            "9".repeat(30).as_str(),
        ] {
            assert_eq!(value(text), Constant::Unknown, "{text}");
        }
    }

    #[test]
    fn a_text_that_may_change_its_names_has_no_constants() {
        for text in [
            "x = [1]\nx.append(2)\n",
            "x = 1\nx += 1\n",
            "x = y = 1\n",
            "for x in y: pass\n",
            "x = (\n",
        ] {
            assert_eq!(Module::parse(text).constants(), None, "{text}");
        }
    }

    #[test]
    fn short_texts_do_not_grow_without_end() {
        assert_eq!(value("'a' * 10000000000"), Constant::Unknown);
        assert_eq!(value("[[]] * 10000000000"), Constant::Unknown);
        assert_eq!(value("'a' * -1"), Constant::Text(String::new()));
        let doubled = "x = 'aaaaaaaa'\n".to_owned() + &"x = x + x\n".repeat(200);
        assert_eq!(
            Module::parse(&doubled).constants().unwrap()["x"],
            Constant::Unknown
        );
        let nested = format!("x = {}1{}\n", "[".repeat(150), "]".repeat(150));
        assert!(Module::parse(&nested).constants().is_some());
    }
}
