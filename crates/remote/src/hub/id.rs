//! Names of models on a hub: `owner/name`, or `owner/name@revision`.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// A model and its revision: a branch, a tag, `refs/pr/N`, or a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubId {
    owner: String,
    name: String,
    revision: String,
}

impl HubId {
    /// `owner/name`.
    pub fn model(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// The name without its owner.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What was asked for, `main` when nothing was.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// The revision, if it is a commit.
    pub(super) fn commit(&self) -> Option<&str> {
        is_commit(&self.revision).then_some(self.revision.as_str())
    }

    /// The name of its folder in a cache.
    pub(super) fn folder(&self) -> String {
        format!("models--{}--{}", self.owner, self.name)
    }
}

impl FromStr for HubId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = |problem| Error::Id {
            id: text.to_owned(),
            problem,
        };
        let (model, revision) = text.split_once('@').unwrap_or((text, "main"));
        let (owner, name) = model
            .split_once('/')
            .ok_or_else(|| wrong("it has no `/`"))?;
        if !is_name(owner) || !is_name(name) {
            return Err(wrong(
                "owner and name are of letters, digits, `-`, `_` and `.`",
            ));
        }
        if !revision.split('/').all(is_name) || revision.len() > 200 {
            return Err(wrong("that is no revision"));
        }
        Ok(Self {
            owner: owner.to_owned(),
            name: name.to_owned(),
            revision: revision.to_owned(),
        })
    }
}

impl fmt::Display for HubId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}/{}@{}", self.owner, self.name, self.revision)
    }
}

/// What can be one part of a path, and not more.
fn is_name(part: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !part.is_empty()
        && part.len() <= 96
        && !part.starts_with('.')
        && !part.contains("..")
        && part.chars().all(fits)
}

/// Whether this is the full name of a commit.
pub(super) fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read() {
        let id: HubId = "HuggingFaceTB/SmolLM2-135M".parse().unwrap();
        assert_eq!(
            (id.model().as_str(), id.revision()),
            ("HuggingFaceTB/SmolLM2-135M", "main")
        );
        assert_eq!(id.folder(), "models--HuggingFaceTB--SmolLM2-135M");
        let id: HubId = "a/b@refs/pr/3".parse().unwrap();
        assert_eq!(id.to_string(), "a/b@refs/pr/3");
        assert_eq!(id.commit(), None);
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let id: HubId = format!("a/b@{commit}").parse().unwrap();
        assert_eq!(id.commit(), Some(commit));
    }

    #[test]
    fn what_is_no_id_is_refused() {
        let long = "x".repeat(97) + "/b";
        for text in [
            "",
            "a",
            "/b",
            "a/",
            "a/b/c",
            "../b",
            "a/..",
            "a/b@",
            "a/b@..",
            "a/b@/x",
            "a/b@../../x",
            "a/ü",
            "a/b?c",
            &long,
        ] {
            assert!(text.parse::<HubId>().is_err(), "{text}");
        }
    }
}
