//! Fenced blocks, as models write them rather than as Markdown defines them.

/// One fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The language, lower case; empty when none is given.
    pub(super) tag: String,
    /// The lines between the fences, without the indentation of the opening fence.
    pub(super) code: String,
    /// Whether a closing fence follows.
    pub(super) closed: bool,
}

/// Blocks looked at; a text with more is no answer.
const MOST_BLOCKS: usize = 256;

/// A fence: its character, its length, and how far it is indented.
#[derive(Clone, Copy)]
struct Fence {
    mark: u8,
    length: usize,
    indent: usize,
}

/// The fenced blocks of `text`, in order.
///
/// Taken in stride: `~~~` fences, indented fences, words before an opening fence (`Here it is: ```python`), a closing
/// fence at the end of a line of code, a block on one line, a last block that never closes.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    scan(text).0
}

/// The lines of `text` that lie in no block.
pub(super) fn outside(text: &str) -> String {
    scan(text).1
}

fn scan(text: &str) -> (Vec<Block>, String) {
    let mut blocks = Vec::new();
    let mut outside = String::new();
    let mut open: Option<(Fence, Block)> = None;
    for line in text.split_inclusive('\n') {
        match open.as_mut() {
            Some((fence, block)) => {
                if let Some(last) = before_closing(line, *fence) {
                    push_line(block, last, fence.indent);
                    block.closed = true;
                    blocks.extend(open.take().map(|(_, block)| block));
                } else {
                    push_line(block, line, fence.indent);
                }
            }
            None if blocks.len() < MOST_BLOCKS => match opening(line) {
                Some((_, block)) if block.closed => blocks.push(block),
                Some(opened) => open = Some(opened),
                None => outside.push_str(line),
            },
            None => outside.push_str(line),
        }
    }
    blocks.extend(open.map(|(_, block)| block));
    (blocks, outside)
}

/// The block that `line` opens; already closed when it stands on one line.
fn opening(line: &str) -> Option<(Fence, Block)> {
    let (at, mark) = ["```", "~~~"]
        .iter()
        .filter_map(|mark| Some((line.find(mark)?, mark.as_bytes()[0])))
        .min()?;
    let after = line[at..].trim_start_matches(char::from(mark));
    let length = line.len() - at - after.len();
    let lead = &line[..at];
    let starts_line = lead.trim().is_empty();
    // Within a sentence only backticks open a block.
    if !starts_line && mark == b'~' {
        return None;
    }
    let fence = Fence {
        mark,
        length,
        indent: if starts_line { lead.len() } else { 0 },
    };
    let info = after.trim();
    let closing = char::from(mark).to_string().repeat(length);
    if let Some(inline) = info.strip_suffix(&closing).filter(|_| starts_line) {
        let (tag, code) = split_tag(inline);
        let block = Block {
            tag,
            code: code.to_owned(),
            closed: true,
        };
        return (!inline.trim().is_empty()).then_some((fence, block));
    }
    let one_word = !info.contains(char::is_whitespace);
    if info.contains('`') || !(starts_line || one_word) {
        return None;
    }
    let block = Block {
        tag: tag_of(info),
        code: String::new(),
        closed: false,
    };
    Some((fence, block))
}

/// What a closing line still holds before its fence; `None` if the line does not close.
fn before_closing(line: &str, fence: Fence) -> Option<&str> {
    let mark = char::from(fence.mark);
    let trimmed = line.trim_end();
    let before = trimmed.trim_end_matches(mark);
    let is_long_enough = trimmed.len() - before.len() >= fence.length;
    // `~` and quotes end lines of code; only backticks straight after code close a block.
    let alone = before.trim().is_empty();
    let after_code = fence.mark == b'`' && !before.ends_with(['"', '\'']) && !before.contains('`');
    (is_long_enough && (alone || after_code)).then_some(before)
}

fn push_line(block: &mut Block, line: &str, indent: usize) {
    let spaces = line.len() - line.trim_start_matches([' ', '\t']).len();
    block.code.push_str(&line[spaces.min(indent)..]);
}

/// `python title="a"`, `{.python}` and `python:main.py` are all `python`.
fn tag_of(info: &str) -> String {
    info.trim_start_matches(['{', '.', ' '])
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '+' | '#' | '-' | '_'))
        .collect::<String>()
        .to_lowercase()
}

/// For a block on one line: its first word is the language if it is a known one.
fn split_tag(inline: &str) -> (String, &str) {
    let inline = inline.trim();
    let (first, rest) = inline.split_once(' ').unwrap_or((inline, ""));
    let tag = first.to_lowercase();
    if !rest.is_empty() && is_python(&tag) {
        (tag, rest)
    } else {
        (String::new(), inline)
    }
}

/// Whether a tag names Python.
pub(super) fn is_python(tag: &str) -> bool {
    matches!(
        tag,
        "python"
            | "py"
            | "python3"
            | "py3"
            | "python2"
            | "ipython"
            | "ipython3"
            | "sage"
            | "starlark"
    ) || tag.starts_with("python-")
        || tag.starts_with("python_")
}

/// Whether a tag says nothing about the language.
pub(super) fn is_unspecific(tag: &str) -> bool {
    matches!(
        tag,
        "" | "code" | "plaintext" | "plain" | "solution" | "answer" | "script" | "program" | "main"
    )
}
