//! Chat templates: Jinja programs that come with a model and turn messages into its prompt.
//!
//! What they may use is what `transformers` 5 gives them: `messages`, `add_generation_prompt`, the special tokens by name,
//! `raise_exception`, `strftime_now`, `tojson`, Python's methods of strings and dictionaries, `break` and `continue`, and
//! `generation` blocks. They come from strangers, so work and output are bounded.

use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde};
use minijinja::{Environment, ErrorKind, Value, context};

use crate::date::Date;
use crate::error::Error;
use crate::prompt::Message;
use crate::special::Specials;

/// What a template may spend: an instruction costs 1, as do 64 bytes that it makes.
const FUEL: u64 = 1_000_000;
/// What fuel does not stop, such as the length of a list that holds itself twice, sixty times over, is given up after this.
const LONGEST_TIME: Duration = Duration::from_secs(10);
/// Templates are a few kilobytes.
const LONGEST: usize = 1 << 20;
const ENDLESS: &str = "does too much, and may never end";
/// The template's name in its engine's messages.
const NAME: &str = "chat";

/// A model's chat template.
#[derive(Debug)]
pub struct ChatTemplate {
    path: PathBuf,
    environment: Arc<Environment<'static>>,
    specials: Specials,
    asks_for_date: bool,
}

impl ChatTemplate {
    /// The template in `source`, which stands in `path`.
    ///
    /// # Errors
    /// If it is no template.
    pub(crate) fn new(path: &Path, source: &str, specials: Specials) -> Result<Self, Error> {
        let problem = |problem: String| Error::Template {
            path: path.to_path_buf(),
            problem,
        };
        if source.len() > LONGEST {
            return Err(problem(format!("is longer than {LONGEST} bytes")));
        }
        let mut environment = environment();
        environment
            .add_template_owned(NAME, without_generation_blocks(source))
            .map_err(|error| problem(error.to_string()))?;
        Ok(Self {
            path: path.to_path_buf(),
            environment: Arc::new(environment),
            specials,
            asks_for_date: source.contains("strftime_now"),
        })
    }

    /// Whether a prompt may depend on the day.
    pub fn asks_for_date(&self) -> bool {
        self.asks_for_date
    }

    /// The prompt for an answer to `messages`, on a day.
    ///
    /// # Errors
    /// If the template refuses the messages, is wrong, or does not end in time.
    pub fn render(&self, messages: &[Message], date: Date) -> Result<String, Error> {
        let strftime_now = move |format: &str| {
            date.format(format)
                .map_err(|problem| minijinja::Error::new(ErrorKind::InvalidOperation, problem))
        };
        let context = context! {
            messages => Serde(messages),
            add_generation_prompt => true,
            strftime_now => Value::from_function(strftime_now),
            ..Value::from_pairs(self.specials.clone())
        };
        self.in_time(context).map_err(|problem| Error::Template {
            path: self.path.clone(),
            problem,
        })
    }

    /// Renders on a thread of its own, which is left behind if it takes too long.
    fn in_time(&self, context: Value) -> Result<String, String> {
        let (sender, receiver) = mpsc::channel();
        let environment = Arc::clone(&self.environment);
        std::thread::spawn(move || {
            let template = environment.get_template(NAME);
            let rendered = template.and_then(|template| template.render(context));
            // Nobody listens any more to what comes too late.
            let _ = sender.send(rendered.map_err(|error| in_words(&error)));
        });
        receiver
            .recv_timeout(LONGEST_TIME)
            .unwrap_or_else(|_| Err(ENDLESS.to_owned()))
    }
}

/// What went wrong and where, without the engine's own category for what a template says itself.
fn in_words(error: &minijinja::Error) -> String {
    match (error.kind(), error.detail(), error.line()) {
        (ErrorKind::OutOfFuel, ..) => ENDLESS.to_owned(),
        (_, Some(detail), Some(line)) => format!("{detail} (line {line})"),
        _ => error.to_string(),
    }
}

/// The engine with what `transformers` gives to templates.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    environment.set_syntax(syntax.build().expect("the delimiters are the usual ones"));
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.add_filter("tojson", to_json);
    environment.add_function("raise_exception", |problem: String| {
        Err::<Value, _>(minijinja::Error::new(ErrorKind::InvalidOperation, problem))
    });
    environment
}

/// JSON as Python's `json.dumps(value, ensure_ascii=False)` writes it.
// Filters take their arguments by value.
#[allow(clippy::needless_pass_by_value)]
fn to_json(value: &Value, options: Kwargs) -> Result<Value, minijinja::Error> {
    let indent: Option<usize> = options.get("indent")?;
    // Everything else has the same meaning here or changes what a template never depends on.
    let _: Option<bool> = options.get("ensure_ascii")?;
    options.assert_all_used()?;
    let mut bytes = Bounded(Vec::new());
    let written = match indent {
        Some(width) => {
            let indent = " ".repeat(width.min(16));
            let format = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
            serde::Serialize::serialize(
                value,
                &mut serde_json::Serializer::with_formatter(&mut bytes, format),
            )
        }
        None => serde::Serialize::serialize(
            value,
            &mut serde_json::Serializer::with_formatter(&mut bytes, Spaced),
        ),
    };
    written
        .map_err(|error| minijinja::Error::new(ErrorKind::BadSerialization, error.to_string()))?;
    Ok(Value::from(String::from_utf8_lossy(&bytes.0).into_owned()))
}

/// Bytes up to [`LONGEST`]: a value may be endless, and the engine sees only what was written in the end.
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(std::io::Error::other("JSON that is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Python's separators: `, ` and `: `.
struct Spaced;

impl serde_json::ser::Formatter for Spaced {
    fn begin_array_value<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        if first {
            Ok(())
        } else {
            writer.write_all(b", ")
        }
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        self.begin_array_value(writer, first)
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
    ) -> std::io::Result<()> {
        writer.write_all(b": ")
    }
}

/// `{% generation %}` marks what a model has said, for training masks, and stands in no prompt: the engine does not know it.
fn without_generation_blocks(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(start) = rest.find("{%") {
        let Some(end) = rest[start + 2..].find("%}").map(|end| start + 2 + end) else {
            break;
        };
        let tag = &rest[start + 2..end];
        let name = tag.trim_matches(|c: char| c == '-' || c == '+' || c.is_whitespace());
        text.push_str(&rest[..start + 2]);
        match name {
            "generation" => text.push_str(&tag.replacen(name, "if true", 1)),
            "endgeneration" => text.push_str(&tag.replacen(name, "endif", 1)),
            _ => text.push_str(tag),
        }
        text.push_str("%}");
        rest = &rest[end + 2..];
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(source: &str) -> Result<String, String> {
        let messages = [Message::user("hi <b>\u{e9}</b>")];
        let date = "2026-11-23".parse().unwrap();
        ChatTemplate::new(Path::new("model"), source, Specials::new())
            .and_then(|template| template.render(&messages, date))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_tag_without_room_for_its_end_is_an_error() {
        for source in ["{%}", "{%", "x{%}{% generation %}", "{%-%}"] {
            render(source).unwrap_err();
        }
    }

    #[test]
    fn functions_of_transformers_are_there() {
        assert_eq!(
            render("{{ strftime_now('%d %b %Y') }}").unwrap(),
            "23 Nov 2026"
        );
        assert_eq!(
            render("{{ messages | tojson }}").unwrap(),
            "[{\"role\": \"user\", \"content\": \"hi <b>\u{e9}</b>\"}]"
        );
        assert_eq!(
            render("{{ {'a': []} | tojson(indent=2) }}").unwrap(),
            "{\n  \"a\": []\n}"
        );
        let refused = render("{{ raise_exception('only two roles') }}").unwrap_err();
        assert!(
            refused.ends_with("`model`: only two roles (line 1)"),
            "{refused}"
        );
        let unknown = render("{{ strftime_now('%Q') }}").unwrap_err();
        assert!(unknown.contains("%Q"), "{unknown}");
    }

    #[test]
    fn generation_blocks_are_transparent() {
        let source = "{%- generation -%} {{ messages[0].content[:2] }} {%- endgeneration %}{% if true %}!{% endif %}";
        assert_eq!(render(source).unwrap(), "hi!");
    }

    #[test]
    fn hostile_templates_end() {
        for source in [
            "{% for a in range(9999) %}{% for b in range(9999) %}{{ a }}{% endfor %}{% endfor %}",
            "{% set x = namespace(s='aaaaaaaa') %}{% for a in range(60) %}{% set x.s = x.s ~ x.s %}{% endfor %}",
            "{{ 'a' * 100000000000 }}",
            "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
            "{{ range(99999999) | list | length }}",
            "{% set x = namespace(s=[1]) %}{% for a in range(60) %}{% set x.s = x.s + x.s %}{% endfor %}{{ x.s | tojson }}",
        ] {
            let ended = render(source);
            assert!(ended.is_err(), "{source}: {} bytes", ended.unwrap().len());
        }
        let long = render(&"a".repeat(LONGEST + 1)).unwrap_err();
        assert!(long.contains("is longer than"), "{long}");
        let deep = format!(
            "{}1{}",
            "{{ ".to_owned() + &"(".repeat(100_000),
            ")".repeat(100_000)
        );
        assert!(render(&deep).is_err());
    }
}
