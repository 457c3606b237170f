//! What a program defines and does, for the harness that must call it and for the reward that must not be fooled.
//!
//! Told from the syntax alone; nothing is executed. A tree recovered from broken code gives a partial outline.

use crate::syntax::{Expr, Node, Parameters, Stmt, StmtFunctionDef, Tree, walk, walk_from};

/// Definitions and effects of one program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Functions that the module defines, in order; those under a module-level `if`, `try`, `with` or loop count,
    /// and so does a lambda assigned to a name.
    pub functions: Vec<FunctionOutline>,
    /// Classes that the module defines, in order.
    pub classes: Vec<ClassOutline>,
    /// Whether there is any statement besides comments, docstrings, bare constants and `pass`. A definition is a
    /// statement; see [`FunctionOutline::is_empty_body`] for those that do nothing.
    pub has_code: bool,
    /// Whether module-level statements do more than import, define, assign constants, or guard a main block by
    /// `if __name__ == "__main__":`.
    pub module_level_work: bool,
    /// Whether standard output is written or passed on: `print` and `pprint` (as values too), `sys.stdout` in any
    /// use, `os.write`.
    pub prints: bool,
}

/// One function or method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionOutline {
    /// Its name.
    pub name: String,
    /// Whether the body holds nothing but a docstring, `pass`, `...` or other bare constants.
    pub is_empty_body: bool,
    /// Parameters of every kind, `self`, `*args` and `**kwargs` included.
    pub parameters: usize,
    /// Names of those that can be given by position, in order, `self` included.
    pub positional: Vec<String>,
}

/// One class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassOutline {
    /// Its name.
    pub name: String,
    /// Methods defined in its own body, in order; inherited ones are unknown.
    pub methods: Vec<FunctionOutline>,
}

impl Outline {
    /// Whether the module defines this entry point: `f`, or `Class.m`.
    pub fn defines(&self, entry_point: &str) -> bool {
        let named = |list: &[FunctionOutline], name: &str| list.iter().any(|f| f.name == name);
        match entry_point.split_once('.') {
            None => named(&self.functions, entry_point),
            Some((class, method)) => self
                .classes
                .iter()
                .any(|candidate| candidate.name == class && named(&candidate.methods, method)),
        }
    }
}

pub(crate) fn outline(tree: &Tree) -> Outline {
    let mut outline = Outline {
        prints: prints(tree),
        ..Outline::default()
    };
    let mut rest: Vec<&Stmt> = tree.body().iter().rev().collect();
    while let Some(statement) = rest.pop() {
        outline.has_code |= !is_idle(statement);
        outline.module_level_work |= is_work(statement);
        match statement {
            Stmt::ClassDef(class) => outline.classes.push(ClassOutline {
                name: class.name.to_string(),
                methods: functions_in(&class.body),
            }),
            _ => outline.functions.extend(function(statement)),
        }
        let inner = blocks(statement);
        // The main block runs, but it is no work of the module itself.
        if is_main_guard(statement) {
            let body = inner.iter().flat_map(|block| block.iter());
            outline.functions.extend(body.filter_map(function));
            continue;
        }
        for block in inner.into_iter().rev() {
            rest.extend(block.iter().rev());
        }
    }
    outline
}

fn functions_in(body: &[Stmt]) -> Vec<FunctionOutline> {
    let mut functions = Vec::new();
    let mut rest: Vec<&Stmt> = body.iter().rev().collect();
    while let Some(statement) = rest.pop() {
        functions.extend(function(statement));
        for block in blocks(statement).into_iter().rev() {
            rest.extend(block.iter().rev());
        }
    }
    functions
}

/// The function that a statement defines by `def` or by assigning a lambda.
fn function(statement: &Stmt) -> Option<FunctionOutline> {
    match statement {
        Stmt::FunctionDef(def) => Some(definition(def)),
        Stmt::Assign(assign) => match (assign.targets.as_slice(), &*assign.value) {
            ([Expr::Name(name)], Expr::Lambda(lambda)) => Some(FunctionOutline {
                name: name.id.to_string(),
                is_empty_body: false,
                parameters: lambda.parameters.as_deref().map_or(0, count),
                positional: lambda
                    .parameters
                    .as_deref()
                    .map_or_else(Vec::new, positional),
            }),
            _ => None,
        },
        _ => None,
    }
}

fn definition(def: &StmtFunctionDef) -> FunctionOutline {
    FunctionOutline {
        name: def.name.to_string(),
        is_empty_body: def.body.iter().all(is_idle),
        parameters: count(&def.parameters),
        positional: positional(&def.parameters),
    }
}

fn positional(parameters: &Parameters) -> Vec<String> {
    let either = parameters.posonlyargs.iter().chain(&parameters.args);
    either
        .map(|parameter| parameter.parameter.name.to_string())
        .collect()
}

fn count(parameters: &Parameters) -> usize {
    parameters.posonlyargs.len()
        + parameters.args.len()
        + parameters.kwonlyargs.len()
        + usize::from(parameters.vararg.is_some())
        + usize::from(parameters.kwarg.is_some())
}

/// The blocks of a compound statement that share the scope it stands in.
fn blocks(statement: &Stmt) -> Vec<&[Stmt]> {
    match statement {
        Stmt::If(node) => {
            let clauses = node.elif_else_clauses.iter().map(|clause| &clause.body[..]);
            std::iter::once(&node.body[..]).chain(clauses).collect()
        }
        Stmt::Try(node) => {
            let mut blocks = vec![&node.body[..]];
            for handler in &node.handlers {
                blocks.push(handler_body(handler));
            }
            blocks.extend([&node.orelse[..], &node.finalbody[..]]);
            blocks
        }
        Stmt::For(node) => vec![&node.body, &node.orelse],
        Stmt::While(node) => vec![&node.body, &node.orelse],
        Stmt::With(node) => vec![&node.body],
        Stmt::Match(node) => node.cases.iter().map(|case| &case.body[..]).collect(),
        _ => Vec::new(),
    }
}

fn handler_body(handler: &crate::syntax::ExceptHandler) -> &[Stmt] {
    let crate::syntax::ExceptHandler::ExceptHandler(handler) = handler;
    &handler.body
}

/// Docstrings, `...`, other bare constants, and `pass`.
fn is_idle(statement: &Stmt) -> bool {
    match statement {
        Stmt::Pass(_) => true,
        Stmt::Expr(node) => node.value.is_literal_expr(),
        _ => false,
    }
}

/// Whether a module-level statement does more than define; blocks of `if` and `try` are judged on their own.
fn is_work(statement: &Stmt) -> bool {
    match statement {
        Stmt::Import(_)
        | Stmt::ImportFrom(_)
        | Stmt::FunctionDef(_)
        | Stmt::ClassDef(_)
        | Stmt::TypeAlias(_)
        | Stmt::Global(_)
        | Stmt::Try(_) => false,
        Stmt::If(node) => !is_main_guard(statement) && computes(&node.test),
        Stmt::Assign(node) => computes(&node.value),
        Stmt::AnnAssign(node) => node.value.as_deref().is_some_and(computes),
        _ => !is_idle(statement),
    }
}

/// `if __name__ == "__main__":`, either way round.
fn is_main_guard(statement: &Stmt) -> bool {
    let Stmt::If(node) = statement else {
        return false;
    };
    let Expr::Compare(compare) = &*node.test else {
        return false;
    };
    let sides = [Some(&*compare.left), compare.comparators.first()];
    sides
        .into_iter()
        .flatten()
        .any(|side| matches!(side, Expr::Name(name) if name.id == *"__name__"))
}

/// Constructors of constants: `float("inf")` is no work.
const CONSTRUCTORS: [&str; 9] = [
    "bool",
    "bytes",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "set",
    "tuple",
];

/// Whether evaluating an expression calls or iterates anything besides a constructor of constants.
fn computes(expression: &Expr) -> bool {
    let mut computes = false;
    walk_from(Node::Expr(expression), |node, ancestors| {
        let in_lambda = || {
            ancestors
                .iter()
                .any(|node| matches!(node, Node::Expr(Expr::Lambda(_))))
        };
        computes |= match node {
            Node::Expr(Expr::Call(call)) => !is_constructor(&call.func) && !in_lambda(),
            Node::Expr(Expr::Await(_) | Expr::Yield(_) | Expr::YieldFrom(_))
            | Node::Comprehension(_) => !in_lambda(),
            _ => false,
        };
    });
    computes
}

fn is_constructor(function: &Expr) -> bool {
    matches!(function, Expr::Name(name) if CONSTRUCTORS.contains(&name.id.as_str()))
}

fn prints(tree: &Tree) -> bool {
    let mut prints = false;
    walk(tree.body(), |node, _| {
        prints |= match node {
            Node::Expr(Expr::Name(name)) => {
                name.ctx.is_load() && matches!(name.id.as_str(), "print" | "pprint" | "stdout")
            }
            Node::Expr(Expr::Attribute(attribute)) => match attribute.attr.as_str() {
                "stdout" | "__stdout__" | "pprint" => true,
                "write" => matches!(&*attribute.value, Expr::Name(name) if name.id == *"os"),
                _ => false,
            },
            Node::Stmt(Stmt::ImportFrom(import)) => {
                import.module.as_deref() == Some("os")
                    && import
                        .names
                        .iter()
                        .any(|alias| alias.name.as_str() == "write")
            }
            _ => false,
        };
    });
    prints
}

#[cfg(test)]
mod tests {
    use crate::Module;

    #[test]
    fn definitions_are_found_where_they_bind_module_names() {
        let outline = Module::parse(
            "import os\nif os.name:\n    def f(a, *b, c=1, **d): pass\nelse:\n    g = lambda x: x\n\
             class C:\n    def m(self): return 1\n    def n(self): ...\n",
        )
        .outline();
        assert!(outline.defines("f") && outline.defines("g"));
        assert!(outline.defines("C.m") && !outline.defines("m") && !outline.defines("C.f"));
        assert_eq!(outline.functions[0].parameters, 4);
        assert!(outline.functions[0].is_empty_body && !outline.functions[1].is_empty_body);
        assert!(outline.classes[0].methods[1].is_empty_body);
    }

    #[test]
    fn empty_programs_have_no_code() {
        for source in ["", "# only words\n", "'''doc'''\n", "pass\n...\n"] {
            assert!(!Module::parse(source).outline().has_code, "{source}");
        }
        assert!(Module::parse("def f(): pass\n").outline().has_code);
    }

    #[test]
    fn definitions_and_constants_are_no_module_level_work() {
        for (source, work) in [
            (
                "MOD = 10**9 + 7\nINF = float('inf')\nfrom math import *\n",
                false,
            ),
            (
                "def f():\n    return input()\nif __name__ == '__main__':\n    print(f())\n",
                false,
            ),
            (
                "try:\n    import a\nexcept ImportError:\n    a = None\n",
                false,
            ),
            ("key = lambda x: len(x)\n", false),
            ("n = int(input())\n", true),
            ("squares = [i * i for i in range(9)]\n", true),
            ("for i in range(3):\n    pass\n", true),
            ("main()\n", true),
        ] {
            assert_eq!(
                Module::parse(source).outline().module_level_work,
                work,
                "{source}"
            );
        }
    }

    #[test]
    fn every_way_to_standard_output_counts_as_printing() {
        for (source, prints) in [
            ("print(1)\n", true),
            ("list(map(print, [1]))\n", true),
            ("import sys\nsys.stdout.write('1')\n", true),
            ("import sys\nsys.stdout.buffer.write(b'1')\n", true),
            ("from sys import stdout\nstdout.write('1')\n", true),
            ("import os\nos.write(1, b'1')\n", true),
            ("f.write('1')\n", false),
            ("'print(1)'\n", false),
            ("# print(1)\n", false),
        ] {
            assert_eq!(Module::parse(source).outline().prints, prints, "{source}");
        }
    }
}
