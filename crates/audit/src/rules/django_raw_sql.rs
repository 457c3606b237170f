//! B611: SQL handed to Django as it is.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B611",
        name: "django_rawsql_used",
        severity: "MEDIUM",
        cwe: Cwe(89),
        summary: "RawSQL of text that is not literal; use parameters",
    },
    advice: Advice {
        why: "What is spliced into the query can end it and start another.",
        flagged: "`RawSQL(\"select a from b where c = '%s'\" % c, [])`",
        safer: "`RawSQL(\"select a from b where c = %s\", [c])`",
        reference: "https://docs.djangoproject.com/en/stable/ref/models/expressions/#raw-sql-expressions",
    },
    triggers: &[Trigger::Segment("RawSQL", check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    if call.last_segment() != "RawSQL" || !call.imports.is_imported_like("django.db.models") {
        return None;
    }
    let positional = call.args().first();
    // Bandit fails where there is neither, and reports nothing.
    let sql = positional.or_else(|| call.keyword("sql").map(|keyword| &keyword.value))?;
    let message = "Use of RawSQL potential SQL attack vector.";
    (!sql.is_string_literal_expr())
        .then(|| Issue::new(Severity::Medium, Confidence::Medium, message))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn sql_that_is_not_literal_is_flagged() {
        flags(
            "from django.db.models.expressions import RawSQL\nRawSQL(x)\nRawSQL(sql=f'{x}')\n",
            &["B611:2:0", "B611:3:0"],
        );
        assert_eq!(
            weight("import django.db.models\na.RawSQL(x)\n"),
            "MEDIUM/MEDIUM"
        );
    }

    #[test]
    fn literal_sql_is_accepted() {
        accepts("from django.db.models.expressions import RawSQL\nRawSQL('x', [y])\nRawSQL()\n");
        accepts("RawSQL(x)\n");
    }
}
