//! The rules of the strict mode, one file for each family, and the hooks by which the analysis calls them.

mod answers;
mod crypto;
mod files;
mod legacy;
mod limits;
mod names;
mod objects;
mod patterns;
mod process;
mod secrets;
mod sql;
mod tls;
mod urls;
mod web_settings;
mod xml;

pub(super) use files::joined_path;

use super::analysis::Analysis;
use super::calls::Called;
use super::value::Value;
use crate::syntax::{
    Expr, ExprCompare, ExprDict, Ranged, StmtAssert, StmtFor, StmtReturn, StmtWhile,
};

impl<'a> Analysis<'a> {
    /// Every call, its operands evaluated.
    pub(super) fn rules_of_calls(&mut self, called: &Called<'_, 'a>) {
        self.executes(called);
        self.processes(called);
        self.queries(called);
        self.objects(called);
        self.xml(called);
        self.tls(called);
        self.crypto(called);
        self.web_settings(called);
        self.secret_arguments(called);
        self.files(called);
        self.obsolete(called);
        self.privileges(called);
        self.patterns(called);
        self.answers(called);
        self.limits(called);
    }

    /// An assignment; `value` is what is bound, `expression` what it was written as.
    pub(super) fn assigned(
        &mut self,
        target: &'a Expr,
        value: &Value,
        expression: Option<&'a Expr>,
    ) {
        self.note(target, expression);
        self.secret_assigned(target, value);
        self.tls_assigned(target, value);
        self.web_assigned(target, value);
        self.header_assigned(target, value);
        self.predictable_assigned(target, value);
    }

    /// A default of a parameter.
    pub(super) fn defaulted(&mut self, name: &'a str, value: &Value, expression: &'a Expr) {
        self.secret_default(name, value, expression.start());
    }

    /// A `return` of a function.
    pub(super) fn returning(&mut self, node: &'a StmtReturn, value: &Value) {
        self.html_returned(node, value);
        self.error_returned(node, value);
        self.predictable_returned(node, value);
        self.url_returned(node, value);
        self.sql_returned(node, value);
        self.template_returned(node, value);
    }

    /// A dictionary written out.
    pub(super) fn dictionary(&mut self, node: &'a ExprDict, values: &[Value]) {
        self.secret_rows(node, values);
    }

    /// A comparison, its operands evaluated.
    pub(super) fn compared(&mut self, node: &'a ExprCompare, values: &[Value]) {
        self.secret_compared(node, values);
        self.identity(node);
    }

    /// An assertion.
    pub(super) fn asserted(&mut self, node: &'a StmtAssert) {
        self.assertion(node);
    }

    /// The condition of an `if`.
    pub(super) fn tested(&mut self, test: &'a Expr) {
        self.path_tested(test);
    }

    /// A `while` loop, before its body.
    pub(super) fn looped(&mut self, node: &'a StmtWhile) {
        self.read_without_end(node);
    }

    /// A `for` loop, its target bound.
    pub(super) fn iterating(&mut self, node: &'a StmtFor, iterated: &Value) {
        self.read_all(node, iterated);
    }
}
