//! The folders of the original APPS: one folder a problem, perhaps within `train` and `test`.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use scrl_record::Problem;

use crate::apps::{Parts, without_zeros};
use crate::fields::Fields;
use crate::problems::UniqueIds;
use crate::raw::Place;
use crate::{Error, Reason};

const QUESTION: &str = "question.txt";

/// The problems below `root`, in the order of their folders' names.
///
/// Ids are `apps-<number>`; below split folders, whose numbers repeat, `apps-<split>-<number>`.
pub(crate) fn problems(root: &Path) -> impl Iterator<Item = Result<Problem, Error>> + Send + use<> {
    let found = folders(root).map_err(|source| Error::Open {
        path: root.to_owned(),
        source,
    });
    let (folders, failure) = match found {
        Ok(folders) if folders.is_empty() => (
            Vec::new(),
            Some(Error::NoFolders {
                path: root.to_owned(),
            }),
        ),
        Ok(folders) => (folders, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    let mut ids = UniqueIds::default();
    let read = folders.into_iter().enumerate().map(move |(index, folder)| {
        let place = Place {
            path: folder.path.as_path().into(),
            index: index as u64,
            line: None,
        };
        folder
            .problem()
            .and_then(|problem| ids.check(problem, &place))
            .map_err(|reason| place.error(reason))
    });
    failure.into_iter().map(Err).chain(read)
}

struct Folder {
    path: PathBuf,
    split: String,
}

fn folders(root: &Path) -> io::Result<Vec<Folder>> {
    if root.join(QUESTION).is_file() {
        return Ok(vec![Folder {
            path: root.to_owned(),
            split: String::new(),
        }]);
    }
    let mut found = Vec::new();
    for child in sorted_folders(root)? {
        if child.join(QUESTION).is_file() {
            found.push(Folder {
                path: child,
                split: String::new(),
            });
            continue;
        }
        let split = name(&child);
        let within = sorted_folders(&child)?.into_iter();
        found.extend(
            within
                .filter(|path| path.join(QUESTION).is_file())
                .map(|path| Folder {
                    path,
                    split: split.clone(),
                }),
        );
    }
    Ok(found)
}

fn sorted_folders(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = fs::read_dir(path)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    folders.retain(|path| path.is_dir());
    folders.sort();
    Ok(folders)
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(OsStr::new("problem"))
        .to_string_lossy()
        .into_owned()
}

impl Folder {
    fn problem(&self) -> Result<Problem, Reason> {
        let folder = name(&self.path);
        let number = without_zeros(&folder);
        let (id, origin_id) = if self.split.is_empty() {
            (format!("apps-{number}"), None)
        } else {
            let split = &self.split;
            let id = format!("apps-{split}-{number}");
            (id, Some(format!("{split}/{folder}")))
        };
        let question = self.text(QUESTION)?.unwrap_or_default();
        Parts {
            id,
            origin_id,
            split: self.split.clone(),
            difficulty: self.difficulty()?,
            question,
            starter_code: self.text("starter_code.py")?.unwrap_or_default(),
            solutions: self.solutions()?,
            input_output: self.not_blank("input_output.json")?,
        }
        .into_problem()
    }

    fn difficulty(&self) -> Result<String, Reason> {
        const FILE: &str = "metadata.json";
        let Some(text) = self.not_blank(FILE)? else {
            return Ok(String::new());
        };
        let fields = Fields::parse(&text).map_err(|reason| bad(FILE, &reason))?;
        fields
            .or_default("difficulty")
            .map_err(|reason| bad(FILE, &reason))
    }

    fn solutions(&self) -> Result<Vec<String>, Reason> {
        const FILE: &str = "solutions.json";
        match self.not_blank(FILE)? {
            None => Ok(Vec::new()),
            Some(text) => serde_json::from_str(&text).map_err(|error| bad(FILE, &error)),
        }
    }

    fn not_blank(&self, file: &'static str) -> Result<Option<String>, Reason> {
        Ok(self.text(file)?.filter(|text| !text.trim().is_empty()))
    }

    /// `None` when there is no such file: all but the question may be absent.
    fn text(&self, file: &'static str) -> Result<Option<String>, Reason> {
        match fs::read_to_string(self.path.join(file)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(bad(file, &error)),
        }
    }
}

fn bad(file: &'static str, error: &impl ToString) -> Reason {
    Reason::File {
        file,
        detail: error.to_string(),
    }
}
