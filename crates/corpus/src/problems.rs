//! Uniform problem records: JSON Lines (or one array) of `Problem`, read key by key and validated.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use scrl_record::{CallStyle, Compare, Kind, Problem, RawJson, Test};
use serde_json::value::RawValue;

use crate::fields::Fields;
use crate::raw::{Place, RawRecords};
use crate::{Error, Mode, Reason, Records, apps, apps_plus, seccodeplt, security_prompts};

/// Problems, one at a time.
pub type ProblemReader = Records<Problem>;

/// A format that [`import`] turns into problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The genuine APPS+ file: one JSON array.
    AppsPlus,
    /// APPS: its folders, or the JSON Lines export.
    Apps,
    /// `SecurityEval`: prompts without tests.
    SecurityEval,
    /// SALLM: prompts without tests.
    Sallm,
    /// `SecCodePLT`: descriptions and solutions, without its unit tests.
    SecCodePlt,
    /// The uniform records.
    Jsonl,
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "apps-plus" => Ok(Format::AppsPlus),
            "apps" => Ok(Format::Apps),
            "securityeval" => Ok(Format::SecurityEval),
            "sallm" => Ok(Format::Sallm),
            "seccodeplt" => Ok(Format::SecCodePlt),
            "jsonl" => Ok(Format::Jsonl),
            _ => Err(Error::UnknownFormat(text.to_owned())),
        }
    }
}

/// Reads `path` in `format`. Ids are unique in what comes out.
pub fn import(format: Format, path: &Path, mode: Mode) -> ProblemReader {
    match format {
        Format::AppsPlus => apps_plus::read(path, mode),
        Format::Apps => apps::read(path, mode),
        Format::SecurityEval => security_prompts::read(path, mode, "securityeval"),
        Format::Sallm => security_prompts::read(path, mode, "sallm"),
        Format::SecCodePlt => seccodeplt::read(path, mode),
        Format::Jsonl => read_problems(&[path.to_owned()], mode),
    }
}

/// Reads uniform problem files in order. An id may occur once in all of them together; a record that an earlier file
/// has to the letter is counted and left out.
pub fn read_problems(paths: &[PathBuf], mode: Mode) -> ProblemReader {
    let mut ids = UniqueIds::default();
    let records = RawRecords::new(paths).map(move |record| {
        let record = record?;
        problem(&record.text)
            .and_then(|problem| ids.check_across_files(problem, &record.place))
            .map_err(|reason| record.place.error(reason))
    });
    Records::new(records, mode)
}

/// Writes one problem as one line of the uniform format.
///
/// # Errors
/// Those of `out`.
pub fn write_problem(out: &mut impl Write, problem: &Problem) -> io::Result<()> {
    serde_json::to_writer(&mut *out, problem)?;
    out.write_all(b"\n")
}

/// The ids met so far, with the record that had each and a hash of what it says.
#[derive(Default)]
pub(crate) struct UniqueIds(HashMap<String, (Place, u64)>);

impl UniqueIds {
    /// An id that is met again is an error.
    pub(crate) fn check(&mut self, problem: Problem, place: &Place) -> Result<Problem, Reason> {
        self.check_unless(problem, place, |_, _| false)
    }

    /// The same, but for the same record in another file.
    fn check_across_files(&mut self, problem: Problem, place: &Place) -> Result<Problem, Reason> {
        self.check_unless(problem, place, |first, is_same| {
            is_same && first.path != place.path
        })
    }

    fn check_unless(
        &mut self,
        problem: Problem,
        place: &Place,
        is_repetition: impl Fn(&Place, bool) -> bool,
    ) -> Result<Problem, Reason> {
        let id = problem.id.to_string();
        let hash = content_hash(&problem);
        let Some((first, first_hash)) = self.0.get(&id) else {
            self.0.insert(id, (place.clone(), hash));
            return Ok(problem);
        };
        let described = first.describe();
        if is_repetition(first, *first_hash == hash) {
            return Err(Reason::Repeated { first: described });
        }
        Err(Reason::DuplicateId {
            id,
            first: described,
        })
    }
}

fn content_hash(problem: &Problem) -> u64 {
    let mut hasher = DefaultHasher::new();
    serde_json::to_vec(problem)
        .expect("problems serialize")
        .hash(&mut hasher);
    hasher.finish()
}

fn problem(text: &str) -> Result<Problem, Reason> {
    let fields = Fields::parse(text)?;
    let id: String = fields.required("id", "a non-empty string that names the problem")?;
    if id.trim().is_empty() {
        return Err(Reason::wrong("id", "empty; give every problem a name"));
    }
    let kind = fields.required("kind", "`stdin` or `call`")?;
    Ok(Problem {
        id: id.into(),
        source: fields.or_default("source")?,
        split: fields.or_default("split")?,
        difficulty: fields.or_default("difficulty")?,
        kind,
        prompt: fields.or_default("prompt")?,
        starter_code: fields.or_default("starter_code")?,
        entry_point: entry_point(&fields, kind)?,
        tests: tests(&fields, kind)?,
        canonical_solutions: fields.or_default("canonical_solutions")?,
        call_style: fields.optional::<CallStyle>("call_style")?,
        compare: fields.optional::<Compare>("compare")?,
        atol: fields.optional("atol")?,
        origin_id: fields.text_or_number("origin_id")?,
        needs: fields.or_default("needs")?,
        cwes: fields.or_default("cwes")?,
        family: fields.optional("family")?,
        exploit_tests: fields.or_default("exploit_tests")?,
        files: fields.or_default("files")?,
        preamble: fields.or_default("preamble")?,
        insecure_solutions: fields.or_default("insecure_solutions")?,
    })
}

fn entry_point(fields: &Fields<'_>, kind: Kind) -> Result<Option<String>, Reason> {
    let entry: Option<String> = fields.optional("entry_point")?;
    let entry = entry.filter(|name| !name.is_empty());
    if kind == Kind::Call && entry.is_none() {
        let hint = "a call problem needs `f` or `Solution.m`";
        return Err(Reason::missing("entry_point", hint));
    }
    Ok(entry)
}

fn tests(fields: &Fields<'_>, kind: Kind) -> Result<Vec<Test>, Reason> {
    let tests: Vec<&RawValue> = fields.or_default("tests")?;
    tests
        .into_iter()
        .enumerate()
        .map(|(index, value)| test(value, &format!("tests[{index}]"), kind))
        .collect()
}

fn test(value: &RawValue, name: &str, kind: Kind) -> Result<Test, Reason> {
    let fields = Fields::nested(value, name)?;
    let input = fields.required_raw("input", "standard input, or the list of arguments")?;
    // A call may be expected to return `None`: null is a value here.
    let output = match (fields.raw("output"), kind) {
        (Some(output), _) => output,
        (None, Kind::Call) if fields.holds_null("output") => RawValue::NULL,
        (None, _) => fields.required_raw("output", "the expected output or result")?,
    };
    let test = Test {
        input: raw_json(input),
        output: raw_json(output),
        tag: fields.optional("tag")?,
    };
    check_shape(&test, name, kind)?;
    Ok(test)
}

/// `stdin` tests are pairs of strings; the input of a `call` test is an array.
pub(crate) fn check_shape(test: &Test, name: &str, kind: Kind) -> Result<(), Reason> {
    match kind {
        Kind::Stdin => {
            check_string(&test.input, || format!("{name}.input"))?;
            check_string(&test.output, || format!("{name}.output"))
        }
        Kind::Call if !test.input.is_array() => Err(Reason::wrong(
            format!("{name}.input"),
            format!("{}, expected the list of arguments", shape(&test.input)),
        )),
        Kind::Call => Ok(()),
    }
}

fn check_string(value: &RawJson, name: impl Fn() -> String) -> Result<(), Reason> {
    let detail = if !value.is_string() {
        format!("{}, expected a string", shape(value))
    } else if value.as_string().is_none() {
        "a string with half of a surrogate pair: it is no Unicode text".to_owned()
    } else {
        return Ok(());
    };
    Err(Reason::wrong(name(), detail))
}

/// What a value is, in a word.
pub(crate) fn shape(value: &RawJson) -> &'static str {
    match value.as_json().as_bytes().first() {
        Some(b'"') => "a string",
        Some(b'[') => "a list",
        Some(b'{') => "an object",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

pub(crate) fn raw_json(value: &RawValue) -> RawJson {
    RawJson::parse(value.get().to_owned()).expect("a raw value is valid JSON")
}
