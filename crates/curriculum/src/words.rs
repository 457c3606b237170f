//! Templates: `$name` in statements and programs stands for what an instance chose.

/// A word or a number that takes a placeholder's place.
#[derive(Clone, Debug)]
pub(crate) struct Word(String);

impl From<i64> for Word {
    fn from(number: i64) -> Self {
        Self(number.to_string())
    }
}

impl From<&str> for Word {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<&String> for Word {
    fn from(text: &String) -> Self {
        Self(text.clone())
    }
}

impl From<String> for Word {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// What an instance chose, by name.
#[derive(Clone, Debug)]
pub(crate) struct Words(Vec<(&'static str, String)>);

impl Words {
    /// No choice yet.
    pub(crate) const NONE: Words = Words(Vec::new());

    /// The same with one more choice.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Word>) -> Self {
        self.0.push((name, value.into().0));
        self
    }

    /// `template` with every `$name` replaced. A dollar sign before anything but a small letter stays.
    pub(crate) fn fill(&self, template: &str) -> String {
        let mut filled = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some(at) = rest.find('$') {
            filled.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let end = rest
                .find(|letter: char| !letter.is_ascii_lowercase())
                .unwrap_or(rest.len());
            if end == 0 {
                filled.push('$');
            } else {
                filled.push_str(self.value(&rest[..end]));
                rest = &rest[end..];
            }
        }
        filled + rest
    }

    fn value(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| *known == name);
        let (_, value) =
            found.unwrap_or_else(|| panic!("a template uses `${name}`, which nobody chose"));
        value
    }
}

/// `text` without the indentation that all its lines share, and without blank lines around it.
pub(crate) fn dedent(text: &str) -> String {
    let lines: Vec<&str> = text.trim_matches('\n').trim_end().lines().collect();
    let indentation = |line: &&str| line.len() - line.trim_start().len();
    let shared = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(indentation)
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = lines
        .iter()
        .map(|line| line.get(shared..).unwrap_or(""))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_other_dollars_stay() {
        let words = Words::NONE.with("k", 3).with("xs", "prices");
        assert_eq!(words.fill("$xs[$k] r'^a$' $1"), "prices[3] r'^a$' $1");
    }

    #[test]
    #[should_panic(expected = "`$nobody`")]
    fn an_unknown_name_is_a_mistake_in_the_family() {
        Words::NONE.fill("$nobody");
    }

    #[test]
    fn shared_indentation_goes() {
        assert_eq!(dedent("\n    a\n        b\n\n    c\n  "), "a\n    b\n\nc");
    }
}
