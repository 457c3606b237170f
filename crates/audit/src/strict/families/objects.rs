//! Objects from data: formats that run code while they are read.
//!
//! Flagged: `pickle.loads(data)`, `yaml.load(text)`, `torch.load(path)`, `numpy.load(path, allow_pickle=True)`.
//! Accepted: `json.loads`, `yaml.safe_load`, `yaml.load(text, Loader=SafeLoader)`, `pickle.loads(pickle.dumps(x))`,
//! data whose signature was compared first.

use crate::strict::analysis::Analysis;
use crate::strict::calls::Called;
use crate::strict::catalogue as rules;
use crate::strict::env::Key;
use crate::strict::report::Weight;
use crate::strict::value::{Clean, Level, Value};

impl<'a> Analysis<'a> {
    pub(super) fn objects(&mut self, called: &Called<'_, 'a>) {
        if !reads_objects(called) {
            return;
        }
        let verified = self
            .variable(Key::name("<verified>"))
            .is_some_and(Value::is_true);
        let Some(data) = called
            .positional
            .first()
            .or_else(|| called.keywords.first().map(|(_, value)| value))
        else {
            return;
        };
        let own = data.as_path().is_some_and(|path| path.ends_with("dumps()"));
        if verified || own || data.is_constant() {
            return;
        }
        match data.dirty(Clean::OBJECTS) {
            Some(taint) => {
                let words = "is turned into objects, which may run code";
                self.used(
                    &rules::OBJECTS,
                    called.at,
                    taint,
                    Clean::OBJECTS,
                    Level::File,
                    words,
                );
            }
            None if data.taint.is_none() => {
                let words = "data from elsewhere is turned into objects, which may run code";
                self.report.add(
                    &rules::OBJECTS,
                    called.at,
                    Weight::suspected(&rules::OBJECTS),
                    words,
                );
            }
            None => {}
        }
    }
}

fn reads_objects(called: &Called<'_, '_>) -> bool {
    match called.path {
        "pickle.load"
        | "pickle.loads"
        | "pickle.Unpickler"
        | "dill.load"
        | "dill.loads"
        | "marshal.load"
        | "marshal.loads"
        | "shelve.open"
        | "joblib.load"
        | "jsonpickle.decode"
        | "pandas.read_pickle"
        | "cloudpickle.loads"
        | "yaml.unsafe_load"
        | "yaml.unsafe_load_all"
        | "yaml.full_load"
        | "jsonpickle.loads"
        | "sklearn.externals.joblib.load" => true,
        "yaml.load" | "yaml.load_all" => !safe_loader(called.argument(1, "Loader")),
        "torch.load" => !called.keyword("weights_only").is_some_and(Value::is_true),
        "numpy.load" => called
            .argument(2, "allow_pickle")
            .is_some_and(Value::is_true),
        _ => false,
    }
}

fn safe_loader(loader: Option<&Value>) -> bool {
    loader
        .and_then(Value::as_path)
        .is_some_and(|path| path.ends_with("SafeLoader") || path.ends_with("BaseLoader"))
}
