//! Statements: one task in several phrasings, for a program or for a function.

use scrl_record::Kind;

use crate::draft::{Draft, Input};
use crate::rng::Rng;
use crate::value::Shape;

const STDIN: [&str; 4] = [
    "Read {inputs}. Print {ask}.",
    "Standard input holds {inputs}. Print {ask}.",
    "Given {inputs}, write a program that prints {ask}.",
    "The input is {inputs}. Output {ask}.",
];

const CALL: [&str; 4] = [
    "Write a function `{call}` that returns {ask}. {Inputs}.",
    "Implement `{call}`. {Inputs}. Return {ask}.",
    "{Inputs}. Define `{call}`, which returns {ask}.",
    "Complete the function `{call}`: it returns {ask}. {Inputs}.",
];

/// The statement of a draft in a phrasing drawn for it.
pub(crate) fn statement(draft: &Draft, kind: Kind, rng: &mut Rng) -> String {
    let ask = draft.words.fill(rng.pick::<&str>(draft.asks));
    let phrasing = match kind {
        Kind::Stdin => rng.pick(&STDIN),
        Kind::Call => rng.pick(&CALL),
    };
    let describe = |input| match kind {
        Kind::Stdin => on_standard_input(input),
        Kind::Call => as_parameter(input),
    };
    let inputs: Vec<String> = draft.inputs.iter().map(describe).collect();
    let text = match kind {
        Kind::Stdin => phrasing.replace("{inputs}", &inputs.join("; then ")),
        Kind::Call => phrasing.replace("{Inputs}", &inputs.join(", ")).replace(
            "{call}",
            &format!("{}({})", draft.entry, draft.parameters()),
        ),
    };
    let text = text.replace("{ask}", &ask);
    let note = draft.words.fill(draft.note);
    format!("{text} {note}").trim_end().to_owned()
}

fn on_standard_input(input: &Input) -> String {
    let (name, about) = (&input.name, &input.about);
    match input.shape {
        Shape::Int => format!("a line with one integer `{name}`, the {about}"),
        Shape::Ints => format!("a line of integers `{name}`, the {about}"),
        Shape::Text => format!("a line `{name}`, the {about}"),
        Shape::Words => format!("a line of words `{name}`, the {about}"),
        Shape::Lines => format!("a count and that many lines `{name}`, the {about}"),
        Shape::Rows => format!("a count and that many lines of integers `{name}`, the {about}"),
    }
}

fn as_parameter(input: &Input) -> String {
    let form = match input.shape {
        Shape::Int => "an integer",
        Shape::Ints => "a list of integers",
        Shape::Text => "a string",
        Shape::Words | Shape::Lines => "a list of strings",
        Shape::Rows => "a list of lists of integers",
    };
    format!("`{}` is {form}, the {}", input.name, input.about)
}
