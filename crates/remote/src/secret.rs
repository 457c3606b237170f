//! A key or token, which never shows.

use std::fmt;

/// A key that is sent and never printed or written down.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a key as it stands in a variable or file; blanks around it do not belong to it.
    pub fn new(key: &str) -> Self {
        Self(key.trim().to_owned())
    }

    /// The value of an `Authorization` header.
    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// A text in which the key does not stand: what a server says may repeat it.
    pub(crate) fn hide(&self, text: &str) -> String {
        if self.0.is_empty() {
            return text.to_owned();
        }
        text.replace(&self.0, "***")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_does_not_show() {
        let key = Secret::new(" sk-123\n");
        assert_eq!(key.bearer(), "Bearer sk-123");
        assert_eq!(format!("{key:?}"), "Secret(***)");
        assert_eq!(key.hide("bad key sk-123!"), "bad key ***!");
        assert_eq!(Secret::new("").hide("abc"), "abc");
    }
}
