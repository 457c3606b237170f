//! B608: SQL put together from strings.

use scrl_record::{Confidence, Cwe, Severity};

use super::sql_text::{Effect, START, accepted, advance, looks_like_sql, may_be_sql};
use super::{Advice, Rule, RuleInfo, Trigger};
use crate::issue::Issue;
use crate::scan::{Report, Site};
use crate::syntax::{Expr, ExprStringLiteral, Kind, Node, Ranged};

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B608",
        name: "hardcoded_sql_expressions",
        severity: "MEDIUM",
        cwe: Cwe(89),
        summary: "SQL built from strings; pass parameters to execute",
    },
    advice: Advice {
        why: "What is spliced in can end the statement and start another.",
        flagged: "`cursor.execute(\"SELECT * FROM t WHERE id = \" + id)`",
        safer: "`cursor.execute(\"SELECT * FROM t WHERE id = ?\", (id,))`",
        reference: "https://cwe.mitre.org/data/definitions/89.html",
    },
    triggers: &[
        Trigger::Node(Kind::BinOpRoot, check_operations),
        Trigger::Node(Kind::Str, check_string),
    ],
};

/// `"..." + x` and `"..." % x`: each literal is judged together with the operands outside its own operation.
fn check_operations<'a>(info: &RuleInfo, site: &Site<'_, 'a>, report: &mut Report<'a>) {
    let Some(root) = site.node.as_expr() else {
        return;
    };
    let chain = Chain::flatten(root);
    if !chain
        .literals
        .iter()
        .any(|literal| may_be_sql(literal.text()))
    {
        return;
    }
    let executed = is_execute(site.above(1));
    for (literal, outside) in chain.literals.iter().zip(chain.outside()) {
        if accepted(outside.apply(advance(START, literal.text()))) {
            let parent = Node::Expr(chain.operations[literal.operation].expression);
            report.add_at(info, literal.node.range(), &parent, issue(executed));
        }
    }
}

/// `"...".format(x)`, `"...".replace(x, y)` and f-strings.
fn check_string<'a>(info: &RuleInfo, site: &Site<'_, 'a>, report: &mut Report<'a>) {
    match (site.node, site.above(1)) {
        (Node::Expr(Expr::StringLiteral(literal)), Some(Node::Expr(Expr::Attribute(method)))) => {
            let replaces = method.attr.as_str() == "replace";
            if (replaces || method.attr.as_str() == "format")
                && looks_like_sql(literal.value.to_str())
            {
                let executed = !replaces && is_execute(site.above(3));
                report.add(info, site, issue(executed));
            }
        }
        (Node::Text(text), Some(Node::Expr(Expr::FString(whole)))) if text.first => {
            let pieces = crate::syntax::pieces(whole);
            check_joined(info, &pieces, site, report);
        }
        _ => {}
    }
}

fn check_joined<'a>(
    info: &RuleInfo,
    pieces: &[crate::syntax::Piece<'_>],
    site: &Site<'_, 'a>,
    report: &mut Report<'a>,
) {
    let mut states = START;
    for piece in pieces {
        if let crate::syntax::Piece::Text(text) = piece {
            states = advance(states, &text.value);
        }
    }
    if accepted(states) {
        report.add(info, site, issue(is_execute(site.above(2))));
    }
}

fn issue(executed: bool) -> Issue {
    let confidence = if executed {
        Confidence::Medium
    } else {
        Confidence::Low
    };
    let message = "Possible SQL injection vector through string-based query construction.";
    Issue::new(Severity::Medium, confidence, message)
}

/// Whether a node calls something named `execute` or `executemany`.
fn is_execute(node: Option<&Node<'_>>) -> bool {
    let Some(Expr::Call(call)) = node.and_then(Node::as_expr) else {
        return false;
    };
    let name = match &*call.func {
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        Expr::Name(name) => name.id.as_str(),
        _ => return false,
    };
    matches!(name, "execute" | "executemany")
}

/// The operands of nested binary operations, from left to right.
struct Chain<'a> {
    literals: Vec<Literal<'a>>,
    operations: Vec<Operation<'a>>,
}

/// A string literal among the operands.
struct Literal<'a> {
    node: &'a ExprStringLiteral,
    /// Index of the operation that it is a direct operand of.
    operation: usize,
}

impl<'a> Literal<'a> {
    fn text(&self) -> &'a str {
        self.node.value.to_str()
    }
}

/// One binary operation and the literals anywhere below it.
struct Operation<'a> {
    expression: &'a Expr,
    first: usize,
    end: usize,
}

enum Visit<'a> {
    Operand(&'a Expr, usize),
    Leave(usize),
}

impl<'a> Chain<'a> {
    fn flatten(root: &'a Expr) -> Chain<'a> {
        let mut chain = Chain {
            literals: Vec::new(),
            operations: Vec::new(),
        };
        let mut rest = vec![Visit::Operand(root, 0)];
        while let Some(visit) = rest.pop() {
            match visit {
                Visit::Leave(operation) => {
                    chain.operations[operation].end = chain.literals.len();
                }
                Visit::Operand(expression @ Expr::BinOp(node), _) => {
                    let own = chain.operations.len();
                    let first = chain.literals.len();
                    chain.operations.push(Operation {
                        expression,
                        first,
                        end: first,
                    });
                    rest.push(Visit::Leave(own));
                    rest.push(Visit::Operand(&node.right, own));
                    rest.push(Visit::Operand(&node.left, own));
                }
                Visit::Operand(Expr::StringLiteral(node), operation) => {
                    chain.literals.push(Literal { node, operation });
                }
                Visit::Operand(..) => {}
            }
        }
        chain
    }

    /// For each literal, what follows it in its statement: the literals outside its operation, each after a space.
    fn outside(&self) -> Vec<Effect> {
        if self.literals.len() == 1 {
            return vec![Effect::nothing()];
        }
        let spaced = |literal: &Literal<'_>| Effect::of(" ").then(&Effect::of(literal.text()));
        let effects: Vec<Effect> = self.literals.iter().map(spaced).collect();
        let mut before = vec![Effect::nothing()];
        for effect in &effects {
            before.push(before[before.len() - 1].then(effect));
        }
        let mut after = vec![Effect::nothing()];
        for effect in effects.iter().rev() {
            after.push(effect.then(&after[after.len() - 1]));
        }
        after.reverse();
        let of = |literal: &Literal<'_>| {
            let operation = &self.operations[literal.operation];
            before[operation.first].then(&after[operation.end])
        };
        self.literals.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn concatenated_statements_are_flagged_at_their_literals() {
        flags("q = 'select a from t where x = ' + x\n", &["B608:1:4"]);
        flags("q = 'select ' + a + ' from t ' + b\n", &["B608:1:4"]);
        flags("q = 'select a from t where x = %s' % x\n", &["B608:1:4"]);
        assert_eq!(
            weight("c.execute('select a from t where x = ' + x)\n"),
            "MEDIUM/MEDIUM"
        );
        assert_eq!(
            weight("f('select a from t where x = ' + x)\n"),
            "MEDIUM/LOW"
        );
    }

    #[test]
    fn formatted_statements_are_flagged() {
        flags("q = 'update t set a = {}'.format(x)\n", &["B608:1:4"]);
        flags("q = f'insert into {t} values ({x})'\n", &["B608:1:4"]);
        assert_eq!(
            weight("c.execute('delete from {} '.format(x))\n"),
            "MEDIUM/MEDIUM"
        );
        assert_eq!(
            weight("c.execute('delete from t '.replace(x, y))\n"),
            "MEDIUM/LOW"
        );
        assert_eq!(weight("execute(f'delete from {t} ')\n"), "MEDIUM/MEDIUM");
    }

    #[test]
    fn parameters_and_prose_are_accepted() {
        accepts("c.execute('select a from t where x = ?', (x,))\n");
        accepts("print('please select ' + x)\nq = f'{x}'\nq = 'select a from t '.upper()\n");
    }
}
