//! Programs from bodies: the lines that compute become a script, a script with a main function, or a function.
//!
//! A body ends with `=> expression`, its answer. Imports, definitions and constants in it go to the top of the program.

use scrl_record::Kind;

use crate::draft::Draft;
use crate::rng::Rng;
use crate::value::Shape;
use crate::words::dedent;

/// How a whole program is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Reads, computes and prints at the top level.
    Script,
    /// Does so in `main`.
    Main,
    /// Computes in a function that the top level calls.
    Function,
}

impl Layout {
    pub(crate) fn draw(rng: &mut Rng) -> Self {
        // Scripts are what most programs of this size are.
        *rng.pick(&[
            Layout::Script,
            Layout::Script,
            Layout::Main,
            Layout::Function,
        ])
    }
}

/// A body, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    /// Imports, definitions and constants.
    top: Vec<String>,
    /// What computes.
    lines: Vec<String>,
    /// The answer.
    answer: String,
}

impl Body {
    /// Takes a filled template apart.
    pub(crate) fn parse(text: &str) -> Self {
        let text = dedent(text);
        let (lines, answer) = text
            .rsplit_once("=> ")
            .unwrap_or_else(|| panic!("a body without `=> answer`:\n{text}"));
        let mut body = Self {
            top: Vec::new(),
            lines: Vec::new(),
            answer: answer.trim_end().to_owned(),
        };
        let mut at_top = false;
        for line in lines.lines() {
            if !line.starts_with([' ', ')', ']', '}']) && !line.is_empty() {
                at_top = is_top(line);
            }
            let part = if at_top {
                &mut body.top
            } else {
                &mut body.lines
            };
            part.push(line.to_owned());
        }
        while body.top.last().is_some_and(String::is_empty) {
            body.top.pop();
        }
        body
    }

    /// Imported modules, as text: whoever has one can forget it.
    pub(crate) fn imports(&self) -> bool {
        self.top.iter().any(|line| is_import(line))
    }

    /// The same with other lines before the rest.
    pub(crate) fn after(&self, first: String) -> Self {
        let mut body = self.clone();
        body.lines.insert(0, first);
        body
    }

    /// The same without its imports.
    pub(crate) fn without_imports(&self) -> Self {
        let mut body = self.clone();
        body.top.retain(|line| !is_import(line));
        body
    }

    /// The same with another answer.
    pub(crate) fn answering(&self, answer: String) -> Self {
        Self {
            answer,
            ..self.clone()
        }
    }

    /// The expression that is the answer.
    pub(crate) fn answer(&self) -> &str {
        &self.answer
    }
}

fn is_import(line: &str) -> bool {
    line.starts_with("import ") || line.starts_with("from ")
}

fn is_top(line: &str) -> bool {
    let constant = line.split_once(" = ").is_some_and(|(name, _)| {
        name.len() > 1
            && name
                .chars()
                .all(|letter| letter.is_ascii_uppercase() || letter == '_')
    });
    constant || is_import(line) || ["def ", "class "].iter().any(|word| line.starts_with(word))
}

/// What a program does with its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Prints or returns it.
    Answers,
    /// Forgets to.
    Keeps,
}

/// The program for `body` that reads with `readers` (for standard input) and ends as it should, or not.
pub(crate) fn program(
    draft: &Draft,
    kind: Kind,
    layout: Layout,
    body: &Body,
    readers: &[String],
    ending: Ending,
) -> String {
    let mut blocks = imports_and_definitions(&body.top);
    match (kind, layout) {
        (Kind::Call, _) => blocks.push(function(draft, body, ending)),
        (Kind::Stdin, Layout::Function) => {
            blocks.push(function(draft, body, Ending::Answers));
            let call = format!("{}({})", draft.entry, draft.parameters());
            let mut lines = readers.to_vec();
            lines.extend(end(draft, &call, ending));
            blocks.push(lines.join("\n"));
        }
        (Kind::Stdin, _) => {
            let mut lines = readers.to_vec();
            lines.extend(body.lines.iter().cloned());
            if layout == Layout::Main {
                lines.extend(end(draft, &body.answer, Ending::Answers));
                blocks.push(format!("def main():\n{}", indented(&lines)));
                // The typical silent program of this layout never calls it.
                if ending == Ending::Answers {
                    blocks.push("main()".to_owned());
                }
            } else {
                lines.extend(end(draft, &body.answer, ending));
                blocks.push(lines.join("\n"));
            }
        }
    }
    blocks.join("\n\n") + "\n"
}

fn imports_and_definitions(top: &[String]) -> Vec<String> {
    let (imports, rest): (Vec<_>, Vec<_>) = top.iter().cloned().partition(|line| is_import(line));
    [imports, rest]
        .into_iter()
        .map(|lines| lines.join("\n").trim_matches('\n').to_owned())
        .filter(|block| !block.is_empty())
        .collect()
}

fn function(draft: &Draft, body: &Body, ending: Ending) -> String {
    let mut lines = body.lines.clone();
    lines.push(match ending {
        Ending::Answers => format!("return {}", body.answer),
        Ending::Keeps => format!("print({})", body.answer),
    });
    format!(
        "def {}({}):\n{}",
        draft.entry,
        draft.parameters(),
        indented(&lines)
    )
}

/// The lines that print `answer`, or only keep it.
fn end(draft: &Draft, answer: &str, ending: Ending) -> Vec<String> {
    if ending == Ending::Keeps {
        return vec![format!("result = {answer}")];
    }
    match draft.output() {
        Shape::Int | Shape::Text => vec![format!("print({answer})")],
        Shape::Ints | Shape::Words => vec![format!("print(*{answer})")],
        Shape::Lines => vec![format!("print(\"\\n\".join({answer}))")],
        Shape::Rows => vec![
            format!("for row in {answer}:"),
            "    print(*row)".to_owned(),
        ],
    }
}

fn indented(lines: &[String]) -> String {
    let lines: Vec<String> = lines
        .iter()
        .map(|line| {
            if line.is_empty() {
                String::new()
            } else {
                format!("    {line}")
            }
        })
        .collect();
    lines.join("\n")
}

/// The lines that read a task's input from standard input, in one of two styles.
pub(crate) fn readers(draft: &Draft, style: bool) -> Vec<String> {
    let numbers = if style {
        "list(map(int, input().split()))"
    } else {
        "[int(part) for part in input().split()]"
    };
    let read = |shape| match shape {
        Shape::Int => "int(input())".to_owned(),
        Shape::Ints => numbers.to_owned(),
        Shape::Text => "input()".to_owned(),
        Shape::Words => "input().split()".to_owned(),
        Shape::Lines => "[input() for _ in range(int(input()))]".to_owned(),
        Shape::Rows => format!("[{numbers} for _ in range(int(input()))]"),
    };
    draft
        .inputs
        .iter()
        .map(|input| format!("{} = {}", input.name, read(input.shape)))
        .collect()
}

/// The lines that read the input with the habit of letting the interpreter read numbers.
pub(crate) fn evaluating_readers(draft: &Draft) -> Vec<String> {
    readers(draft, false)
        .iter()
        .map(|line| line.replace("int(", "eval("))
        .collect()
}
