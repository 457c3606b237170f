//! One instance of a family: a problem, and programs of every quality for it.

use scrl_record::{CallStyle, ExploitTest, Kind, Problem, ProblemId, RawJson, Test};

use crate::draft::{Draft, Exploit};
use crate::family::Family;
use crate::program::{Body, Ending, Layout, evaluating_readers, program, readers};
use crate::rng::Rng;
use crate::split::Split;
use crate::statement::statement;
use crate::value::{Shape, Value};

/// What a program of an instance is made to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quality {
    /// Right and safe.
    Secure,
    /// Passes every test, the unsafe way.
    Insecure,
    /// Has a typical mistake and fails a test.
    Wrong,
    /// Computes, and neither prints nor returns.
    Silent,
    /// Ends with an exception.
    Crashing,
}

impl Quality {
    /// Every quality, the best first.
    pub const ALL: [Quality; 5] = [
        Quality::Secure,
        Quality::Insecure,
        Quality::Wrong,
        Quality::Silent,
        Quality::Crashing,
    ];

    /// The name used in samples and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Quality::Secure => "secure",
            Quality::Insecure => "insecure",
            Quality::Wrong => "wrong",
            Quality::Silent => "silent",
            Quality::Crashing => "crash",
        }
    }
}

/// A problem with programs of every quality, at least one of each.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Statement, tests, and the secure programs as canonical solutions.
    pub problem: Problem,
    /// Which split it belongs to.
    pub split: Split,
    programs: [Vec<String>; 5],
}

impl Instance {
    /// The programs of one quality.
    pub fn programs(&self, quality: Quality) -> &[String] {
        &self.programs[quality as usize]
    }

    /// Draws instance `number` of `family`. `held_out` says whether the whole family is held out.
    pub(crate) fn draw(family: &Family, number: u64, seed: u64, held_out: bool) -> Self {
        let mut rng = Rng::of(seed, family.name, number);
        let draft = (family.draft)(&mut rng);
        let kind = draft.draw_kind(&mut rng);
        let prompt = statement(&draft, kind, &mut rng);
        let programs = Writer {
            draft: &draft,
            kind,
            rng: &mut rng,
        }
        .programs();
        let split = if held_out {
            Split::HeldOutFamilies
        } else {
            Split::of_task(&essence(family, &draft), seed)
        };
        Self {
            problem: problem(
                family,
                number,
                seed,
                &draft,
                kind,
                prompt,
                (&programs[0], &programs[1]),
                split,
            ),
            split,
            programs,
        }
    }
}

/// What makes an instance the task it is, whatever its phrasing, kind, layout and tests.
fn essence(family: &Family, draft: &Draft) -> String {
    let body = draft.words.fill(draft.secure[0]);
    format!("{} {}", family.name, body)
}

#[allow(
    clippy::too_many_arguments,
    reason = "each is one field of the record, and there is one caller"
)]
fn problem(
    family: &Family,
    number: u64,
    seed: u64,
    draft: &Draft,
    kind: Kind,
    prompt: String,
    (secure, insecure): (&[String], &[String]),
    split: Split,
) -> Problem {
    let is_call = kind == Kind::Call;
    Problem {
        id: ProblemId::from(format!("curriculum/{}/{seed}-{number}", family.name)),
        source: "curriculum".to_owned(),
        split: split.as_str().to_owned(),
        difficulty: String::new(),
        kind,
        prompt,
        starter_code: if is_call {
            format!("def {}({}):\n", draft.entry, draft.parameters())
        } else {
            String::new()
        },
        entry_point: is_call.then(|| draft.entry.to_owned()),
        tests: draft.cases.iter().map(|case| test(kind, case)).collect(),
        canonical_solutions: secure.to_vec(),
        call_style: Some(if is_call {
            CallStyle::Function
        } else {
            CallStyle::Script
        }),
        compare: None,
        atol: None,
        origin_id: None,
        needs: Vec::new(),
        cwes: family.cwe.iter().map(|cwe| format!("CWE-{cwe}")).collect(),
        family: Some(family.name.to_owned()),
        exploit_tests: draft
            .exploits
            .iter()
            .map(|exploit| exploit_test(kind, exploit))
            .collect(),
        files: Vec::new(),
        preamble: String::new(),
        insecure_solutions: if draft.exploits.is_empty() {
            Vec::new()
        } else {
            insecure.to_vec()
        },
    }
}

fn test(kind: Kind, (arguments, result): &(Vec<Value>, Value)) -> Test {
    Test {
        input: input(kind, arguments),
        output: output(kind, result),
        tag: None,
    }
}

fn exploit_test(kind: Kind, exploit: &Exploit) -> ExploitTest {
    ExploitTest {
        title: exploit.title.to_owned(),
        input: input(kind, &exploit.arguments),
        entry_point: exploit.calls.map(str::to_owned),
        equals: exploit
            .equals
            .iter()
            .map(|result| output(kind, result))
            .collect(),
        contains: Vec::new(),
        lacks: exploit.lacks.clone(),
        secrets: Vec::new(),
        may_refuse: exploit.may_refuse,
        must_refuse: false,
        unpredictable: exploit.unpredictable,
        files: None,
    }
}

fn input(kind: Kind, arguments: &[Value]) -> RawJson {
    match kind {
        Kind::Stdin => {
            let lines: Vec<String> = arguments.iter().map(Value::to_input).collect();
            RawJson::of(&(lines.join("\n") + "\n"))
        }
        Kind::Call => {
            let arguments: Vec<_> = arguments.iter().map(Value::to_json).collect();
            RawJson::of(&arguments)
        }
    }
}

fn output(kind: Kind, result: &Value) -> RawJson {
    match kind {
        Kind::Stdin => RawJson::of(&(result.to_output() + "\n")),
        Kind::Call => RawJson::of(&result.to_json()),
    }
}

/// Writes the programs of one instance.
struct Writer<'a> {
    draft: &'a Draft,
    kind: Kind,
    rng: &'a mut Rng,
}

impl Writer<'_> {
    /// In the order of [`Quality::ALL`].
    fn programs(&mut self) -> [Vec<String>; 5] {
        let secure = self.bodies(self.draft.secure);
        let wrong = self.bodies(self.draft.wrong);
        [
            self.each(&secure),
            self.insecure(&secure),
            self.each(&wrong),
            self.silent(&secure),
            self.crashing(&secure),
        ]
    }

    fn bodies(&self, templates: &[&str]) -> Vec<Body> {
        templates
            .iter()
            .map(|template| Body::parse(&self.draft.words.fill(template)))
            .collect()
    }

    fn each(&mut self, bodies: &[Body]) -> Vec<String> {
        let readers = self.readers();
        bodies
            .iter()
            .map(|body| self.write(body, &readers, Ending::Answers))
            .collect()
    }

    fn readers(&mut self) -> Vec<String> {
        readers(self.draft, self.rng.chance(50))
    }

    fn write(&mut self, body: &Body, readers: &[String], ending: Ending) -> String {
        let layout = Layout::draw(self.rng);
        program(self.draft, self.kind, layout, body, readers, ending)
    }

    /// The family's own unsafe ways, or else the habit of evaluating what is given.
    fn insecure(&mut self, secure: &[Body]) -> Vec<String> {
        if !self.draft.insecure.is_empty() {
            let bodies = self.bodies(self.draft.insecure);
            return self.each(&bodies);
        }
        let body = self.rng.pick(secure).clone();
        let readers = self.readers();
        let first = &self.draft.inputs[0].name;
        if self.kind == Kind::Call {
            let copied = body.after(format!("{first} = eval(repr({first}))"));
            return vec![self.write(&copied, &readers, Ending::Answers)];
        }
        let mut hasty = evaluating_readers(self.draft);
        if !hasty.iter().any(|line| line.contains("eval(")) {
            let form = if self.draft.inputs[0].shape == Shape::Text {
                "str"
            } else {
                "list"
            };
            hasty.push(format!("assert isinstance({first}, {form})"));
        }
        vec![self.write(&body, &hasty, Ending::Answers)]
    }

    fn silent(&mut self, secure: &[Body]) -> Vec<String> {
        let body = self.rng.pick(secure).clone();
        let readers = self.readers();
        vec![self.write(&body, &readers, Ending::Keeps)]
    }

    /// A name that nobody defined, an import that is missing, or one line more than there is.
    fn crashing(&mut self, secure: &[Body]) -> Vec<String> {
        let body = self.rng.pick(secure).clone();
        let mut readers = self.readers();
        let crashing = match self.rng.below(3) {
            // Functions are called with the usual modules at hand, as contest sites do.
            0 if self.kind == Kind::Stdin && body.imports() => body.without_imports(),
            1 if self.kind == Kind::Stdin => {
                readers.push("extra = input()".to_owned());
                body
            }
            1 => body.after("count = int(input())".to_owned()),
            _ => misnamed(&body),
        };
        vec![self.write(&crashing, &readers, Ending::Answers)]
    }
}

/// The answer under a name that the program does not know.
fn misnamed(body: &Body) -> Body {
    let answer = body.answer();
    let is_name = answer
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    body.answering(if is_name {
        format!("{answer}s_list")
    } else {
        format!("fix({answer})")
    })
}
