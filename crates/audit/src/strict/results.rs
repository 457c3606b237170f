//! What calls give: folded constants, what functions of this source return, what libraries make of their arguments.

use super::analysis::Analysis;
use super::calls::Called;
use super::fold;
use super::functions::Arguments;
use super::tables;
use super::value::{Clean, Kind, Taint, Value};

impl<'a> Analysis<'a> {
    /// What a call gives.
    pub(super) fn result(&mut self, called: &Called<'_, 'a>, target: &Value) -> Value {
        if let Some(value) = self.dynamic(called) {
            return value;
        }
        if let Some(kind) = Self::folded(called) {
            let taint = Taint::join(
                called.arguments().joined(),
                called.receiver.and_then(|value| value.taint),
            );
            return Value {
                predictable: is_predictable(called),
                joined: called.positional.iter().any(|value| value.joined),
                ..Value::of(kind).with_taint(taint)
            };
        }
        match &target.kind {
            Kind::Function(index) => {
                let method = self.functions[*index].class.is_some();
                let arguments = Arguments {
                    receiver: called.receiver.filter(|_| method),
                    ..called.arguments()
                };
                self.apply(*index, &arguments)
            }
            Kind::Class(class) => self.instance(*class, called),
            Kind::Path(path) => self.library(path, called, target),
            _ => self.unknown(called),
        }
    }

    fn instance(&mut self, class: usize, called: &Called<'_, 'a>) -> Value {
        let instance = Value::of(Kind::Instance(class)).with_taint(called.arguments().joined());
        if let Some(Kind::Function(init)) = self.classes[class]
            .members
            .get("__init__")
            .map(|value| value.kind.clone())
        {
            let arguments = Arguments {
                receiver: Some(&instance),
                ..called.arguments()
            };
            self.apply(init, &arguments);
        }
        instance
    }

    fn library(&mut self, path: &str, called: &Called<'_, 'a>, target: &Value) -> Value {
        // What a source gives is its own, whatever was asked.
        let mut taint = match tables::source(path) {
            Some(_) => target.taint,
            // The other arguments only say how it is compiled, and text that is run as code is reported here.
            None if path == "compile" => called.argument(0, "source").and_then(|code| code.taint),
            None => Taint::join(target.taint, called.arguments().joined()),
        };
        if let (None, Some((level, words))) = (target.taint, tables::source_method(called.name)) {
            taint = Taint::join(Some(self.source(level, words, called.at)), taint);
        }
        taint = taint.map(|taint| {
            let clean = tables::cleans(path).unwrap_or_else(|| method_cleans(called));
            behind(called, taint, clean)
        });
        let resolved = matches!(
            path,
            "os.path.realpath" | "os.path.abspath" | "os.path.normpath"
        ) || called.name == "resolve";
        let kind = match path {
            "int" | "float" | "len" | "ord" | "range" => Kind::Number,
            "os.path.join" => Self::path_of(called),
            _ if resolved => Kind::Unknown,
            // A hash that need not be safe is none to the rules.
            _ if path.starts_with("hashlib.")
                && called
                    .keyword("usedforsecurity")
                    .is_some_and(Value::is_false) =>
            {
                Kind::Unknown
            }
            _ => Kind::Path(format!("{}()", path.trim_end_matches("()")).into()),
        };
        Value {
            kind,
            taint,
            resolved,
            predictable: is_predictable(called),
            joined: matches!(path, "urllib.parse.urljoin"),
        }
    }

    fn unknown(&mut self, called: &Called<'_, 'a>) -> Value {
        let mut taint = Taint::join(
            called.receiver.and_then(|value| value.taint),
            called.arguments().joined(),
        );
        if let Some((level, words)) = tables::source_method(called.name) {
            taint = Taint::join(Some(self.source(level, words, called.at)), taint);
        }
        taint = taint.map(|taint| behind(called, taint, method_cleans(called)));
        let receiver = called.receiver;
        Value {
            kind: Kind::Unknown,
            taint,
            resolved: matches!(called.name, "resolve" | "absolute")
                || receiver.is_some_and(|value| value.resolved) && called.name == "relative_to",
            predictable: receiver.is_some_and(|value| value.predictable) || is_predictable(called),
            joined: receiver.is_some_and(|value| value.joined),
        }
    }

    fn path_of(called: &Called<'_, 'a>) -> Kind {
        let mut builder = fold::Builder::default();
        for (at, value) in called.positional.iter().enumerate() {
            if at > 0 {
                builder.literal("/");
            }
            builder.value(value);
        }
        builder.finish()
    }

    /// What a call on constants gives.
    fn folded(called: &Called<'_, 'a>) -> Option<Kind> {
        let Some(receiver) = called.receiver else {
            return fold::function(called.path, called.positional);
        };
        match called.name {
            "format" => receiver
                .skeleton()
                .map(|template| fold::format(template, called.positional, called.keywords)),
            _ => fold::method(receiver, called.name, called.positional)
                .or_else(|| fold::function(called.path, called.positional)),
        }
    }
}

/// What is left of a taint behind a call that cleans its result.
fn behind(called: &Called<'_, '_>, taint: Taint, clean: Clean) -> Taint {
    let taint = if tables::shortens(called.name) {
        taint.without(Clean::URL)
    } else {
        taint
    };
    Taint {
        clean: taint.clean.and(clean),
        ..taint
    }
}

/// What a method of an unknown object cleans its result of.
fn method_cleans(called: &Called<'_, '_>) -> Clean {
    let first = called.positional.first().and_then(Value::as_text);
    if called.name == "replace" && matches!(first, Some("\n" | "\r\n" | "\r")) {
        return Clean::LINES;
    }
    let named = || tables::sanitizes(called.name).then_some(Clean::ALL);
    tables::method_cleans(called.name)
        .or_else(named)
        .unwrap_or_default()
}

/// Whether a call draws from a generator that can be predicted.
fn is_predictable(called: &Called<'_, '_>) -> bool {
    let drawn = called.path.starts_with("random.")
        && !called.path.starts_with("random.SystemRandom")
        || called.path.starts_with("numpy.random.");
    drawn || called.positional.iter().any(|value| value.predictable)
}
