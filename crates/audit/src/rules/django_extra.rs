//! B610: SQL handed to a Django query set.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;
use crate::syntax::Expr;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B610",
        name: "django_extra_used",
        severity: "MEDIUM",
        cwe: Cwe(89),
        summary: "SQL in QuerySet.extra; use expressions or parameters",
    },
    advice: Advice {
        why: "What is spliced into the query can end it and start another.",
        flagged: "`objects.extra(where=[\"name = '%s'\" % name])`",
        safer: "`objects.filter(name=name)`",
        reference: "https://docs.djangoproject.com/en/stable/ref/models/querysets/#extra",
    },
    triggers: &[Trigger::Segment("extra", check)],
};

/// Order of the positional parameters; only three can hold SQL.
const SELECT: usize = 0;
const WHERE: usize = 1;
const TABLES: usize = 3;

fn check(call: &Call<'_>) -> Option<Issue> {
    if call.last_segment() != "extra" {
        return None;
    }
    let insecure = argument(call, "where", WHERE).is_some_and(|list| !is_literal_list(list))
        || argument(call, "tables", TABLES).is_some_and(|list| !is_literal_list(list))
        || argument(call, "select", SELECT).is_some_and(|dict| !is_literal_dict(dict));
    let message = "Use of extra potential SQL attack vector.";
    insecure.then(|| Issue::new(Severity::Medium, Confidence::Medium, message))
}

fn argument<'s>(call: &Call<'s>, keyword: &str, position: usize) -> Option<&'s Expr> {
    let positional = call.args().get(position);
    positional.or_else(|| call.keyword(keyword).map(|keyword| &keyword.value))
}

fn is_literal_list(expression: &Expr) -> bool {
    match expression {
        Expr::List(list) => list.elts.iter().all(Expr::is_string_literal_expr),
        _ => false,
    }
}

fn is_literal_dict(expression: &Expr) -> bool {
    match expression {
        Expr::Dict(dict) => dict.items.iter().all(|item| {
            item.key.as_ref().is_some_and(Expr::is_string_literal_expr)
                && item.value.is_string_literal_expr()
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn sql_that_is_not_literal_is_flagged() {
        flags(
            "o.extra(where=[f'{x}'])\no.extra({x: 'y'})\no.extra(tables=t)\n",
            &["B610:1:0", "B610:2:0", "B610:3:0"],
        );
        assert_eq!(weight("o.extra({}, w)\n"), "MEDIUM/MEDIUM");
    }

    #[test]
    fn literal_sql_is_accepted() {
        accepts("o.extra(where=['a = b'], select={'a': 'b'}, params=[x])\no.extra()\n");
    }
}
