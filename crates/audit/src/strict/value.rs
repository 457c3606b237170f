//! What the flow analysis knows of one value: what it is, where it came from, and what it was cleaned of.

use std::rc::Rc;

/// The longest text that is folded, in bytes; longer ones keep this much of their head.
pub(super) const LONGEST_TEXT: usize = 4 * 1024;

/// Stands in an assembled text where a part is not known.
pub(super) const HOLE: char = '\u{0}';

/// Who may have chosen a value, from the least to the most hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// What a file on this machine says.
    File,
    /// A parameter, or an attribute of `self`: whoever calls decides.
    Parameter,
    /// Whoever starts the program, by its arguments and environment: may name files, programs and hosts, and still
    /// must not have text run as code.
    Starter,
    /// What another server answered.
    Outside,
    /// A person at this machine, or whatever feeds standard input.
    Console,
    /// Anyone: requests, sockets.
    Remote,
}

/// The uses that a value was made safe for; a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clean(pub(super) u32);

impl Clean {
    pub(super) const NOTHING: Clean = Clean(0);
    pub(super) const SHELL: Clean = Clean(1);
    pub(super) const CODE: Clean = Clean(1 << 1);
    pub(super) const SQL: Clean = Clean(1 << 2);
    pub(super) const PATH: Clean = Clean(1 << 3);
    pub(super) const HTML: Clean = Clean(1 << 4);
    pub(super) const URL: Clean = Clean(1 << 5);
    pub(super) const LINES: Clean = Clean(1 << 6);
    pub(super) const REGEX: Clean = Clean(1 << 7);
    pub(super) const LDAP: Clean = Clean(1 << 8);
    pub(super) const XPATH: Clean = Clean(1 << 9);
    pub(super) const OBJECTS: Clean = Clean(1 << 10);
    pub(super) const XML: Clean = Clean(1 << 11);
    pub(super) const FORMAT: Clean = Clean(1 << 12);
    pub(super) const NAME: Clean = Clean(1 << 13);
    pub(super) const SIZE: Clean = Clean(1 << 14);
    pub(super) const ALL: Clean = Clean(u32::MAX);

    /// Whether everything in `other` is in this set.
    pub(super) fn covers(self, other: Clean) -> bool {
        self.0 & other.0 == other.0
    }

    pub(super) fn and(self, other: Clean) -> Clean {
        Clean(self.0 | other.0)
    }

    pub(super) fn common(self, other: Clean) -> Clean {
        Clean(self.0 & other.0)
    }
}

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Taint {
    pub(super) level: Level,
    /// Index of the step that it took last.
    pub(super) step: u32,
    /// The parameters of the function at hand that it comes from, one bit each.
    pub(super) parameters: u64,
    pub(super) clean: Clean,
}

impl Taint {
    /// The same value when it is not known any more to be clean for these uses; what is clean for all stays so.
    pub(super) fn without(self, lost: Clean) -> Taint {
        if self.clean == Clean::ALL {
            return self;
        }
        Taint {
            clean: Clean(self.clean.0 & !lost.0),
            ..self
        }
    }

    pub(super) fn join(a: Option<Taint>, b: Option<Taint>) -> Option<Taint> {
        let (a, b) = match (a, b) {
            (Some(a), Some(b)) => (a, b),
            (one, None) | (None, one) => return one,
        };
        // A part that nothing harmful is left of does not speak for the rest.
        let (main, other) = if (a.clean != Clean::ALL, a.level) >= (b.clean != Clean::ALL, b.level)
        {
            (a, b)
        } else {
            (b, a)
        };
        Some(Taint {
            parameters: main.parameters | other.parameters,
            clean: main.clean.common(other.clean),
            ..main
        })
    }
}

/// What a value is, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Kind {
    #[default]
    Unknown,
    None,
    Bool(bool),
    Int(i64),
    /// A number of unknown size.
    Number,
    /// A constant text.
    Text(Rc<str>),
    /// Constant bytes.
    Bytes(Rc<[u8]>),
    /// A text put together from known parts and holes.
    Assembled(Rc<str>),
    /// Something reached from an import or a builtin, such as `os.system` or `sqlite3.connect().cursor()`.
    Path(Rc<str>),
    /// A list, tuple or set written out, with the values of its elements.
    Display(Rc<[Value]>),
    /// One of these constant texts.
    OneOf(Rc<[Value]>),
    /// A dictionary written out, by its constant keys.
    Table(Rc<[(Rc<str>, Value)]>),
    /// A function of this source, by index.
    Function(usize),
    /// A class of this source, by index.
    Class(usize),
    /// An instance of a class of this source.
    Instance(usize),
}

/// One value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Value {
    pub(super) kind: Kind,
    pub(super) taint: Option<Taint>,
    /// Normal form of a path, so that a comparison of its start means something.
    pub(super) resolved: bool,
    /// Chosen by a generator that can be predicted.
    pub(super) predictable: bool,
    /// A URL whose host the part behind it may replace.
    pub(super) joined: bool,
}

impl Value {
    pub(super) fn of(kind: Kind) -> Value {
        Value {
            kind,
            ..Value::default()
        }
    }

    pub(super) fn text(text: &str) -> Value {
        Value::of(Kind::Text(head(text).into()))
    }

    pub(super) fn path(path: &str) -> Value {
        Value::of(Kind::Path(path.into()))
    }

    pub(super) fn tainted(taint: Option<Taint>) -> Value {
        Value {
            taint,
            ..Value::default()
        }
    }

    pub(super) fn with_taint(mut self, taint: Option<Taint>) -> Value {
        self.taint = taint;
        self
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_path(&self) -> Option<&str> {
        match &self.kind {
            Kind::Path(path) => Some(path),
            _ => None,
        }
    }

    /// The known parts of a text, holes included.
    pub(super) fn skeleton(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) | Kind::Assembled(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_false(&self) -> bool {
        matches!(self.kind, Kind::Bool(false))
    }

    pub(super) fn is_true(&self) -> bool {
        matches!(self.kind, Kind::Bool(true))
    }

    /// Whether the value is written in the source.
    pub(super) fn is_constant(&self) -> bool {
        match &self.kind {
            Kind::None | Kind::Bool(_) | Kind::Int(_) | Kind::Text(_) | Kind::Bytes(_) => true,
            Kind::Display(elements) => elements
                .iter()
                .all(|element| !matches!(element.kind, Kind::Display(_)) && element.is_constant()),
            _ => false,
        }
    }

    /// What is true of a constant's truth; `None` where it is not known.
    pub(super) fn truth(&self) -> Option<bool> {
        match &self.kind {
            Kind::None => Some(false),
            Kind::Bool(value) => Some(*value),
            Kind::Int(value) => Some(*value != 0),
            Kind::Text(text) => Some(!text.is_empty()),
            Kind::Bytes(bytes) => Some(!bytes.is_empty()),
            _ => None,
        }
    }

    /// The taint, where it matters for a use that `need` would have cleaned.
    pub(super) fn dirty(&self, need: Clean) -> Option<Taint> {
        self.taint.filter(|taint| !taint.clean.covers(need))
    }

    /// What is known when either of two values may be there.
    pub(super) fn join(self, other: Value) -> Value {
        let taint = Taint::join(self.taint, other.taint);
        let kind = if self.kind == other.kind {
            self.kind
        } else {
            joined_kind(self.kind, other.kind)
        };
        Value {
            kind,
            taint,
            resolved: self.resolved && other.resolved,
            predictable: self.predictable || other.predictable,
            joined: self.joined || other.joined,
        }
    }
}

/// An import wins over the stand-in of `except ImportError`, an assembled text over the constant that it replaces.
fn joined_kind(a: Kind, b: Kind) -> Kind {
    match (a, b) {
        (kind @ (Kind::Path(_) | Kind::Assembled(_)), _)
        | (_, kind @ (Kind::Path(_) | Kind::Assembled(_)))
        | (kind @ Kind::Function(_), Kind::None)
        | (Kind::None, kind @ Kind::Function(_)) => kind,
        _ => Kind::Unknown,
    }
}

/// The first [`LONGEST_TEXT`] bytes of a text, cut between characters.
pub(super) fn head(text: &str) -> &str {
    if text.len() <= LONGEST_TEXT {
        return text;
    }
    let mut end = LONGEST_TEXT;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
