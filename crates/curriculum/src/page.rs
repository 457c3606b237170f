//! `docs/families.md`: a page on the families, written from the families themselves.

use std::fmt::Write as _;

use crate::curriculum::{Curriculum, families};
use crate::family::{Family, Theme};
use crate::instance::Quality;

/// A table of the families and a section on each: what is asked, what goes wrong, how it is judged, and an example.
pub fn families_page() -> String {
    let all = families();
    let security = all.iter().filter(|family| family.is_security()).count();
    let mut page = format!(
        "# The families of the curriculum\n\n{} ordinary families and {security} whose easy way is the unsafe way. Written \
         by `cargo xtask families` from\n`crates/curriculum`; [curriculum.md](curriculum.md) says how they are used. The \
         examples are the first instance under seed 0.\n\n| theme | families |\n|---|---|\n",
        all.len() - security
    );
    for theme in themes(&all) {
        let names: Vec<&str> = all
            .iter()
            .filter(|family| family.theme == theme)
            .map(|family| family.name)
            .collect();
        let _ = writeln!(
            page,
            "| {} ({}) | {} |",
            theme.as_str(),
            names.len(),
            names.join(", ")
        );
    }
    for family in &all {
        section(&mut page, family);
    }
    page
}

fn themes(families: &[Family]) -> Vec<Theme> {
    let mut themes: Vec<Theme> = families.iter().map(|family| family.theme).collect();
    themes.dedup();
    themes
}

fn section(page: &mut String, family: &Family) {
    let weakness = family
        .cwe
        .map(|cwe| format!(", CWE-{cwe}"))
        .unwrap_or_default();
    let _ = writeln!(
        page,
        "\n## {} ({}{weakness})\n",
        family.name,
        family.theme.as_str()
    );
    let _ = writeln!(page, "**Asked:** {}  ", family.asked);
    let _ = writeln!(page, "**Goes wrong:** {}  ", family.goes_wrong);
    let one = Curriculum::new(0, &[family.name.to_owned()]).expect("the family exists");
    let instance = one.instance(0);
    let problem = &instance.problem;
    let form = if problem.entry_point.is_some() {
        "results"
    } else {
        "output"
    };
    let attacks: Vec<&str> = problem
        .exploit_tests
        .iter()
        .map(|test| test.title.as_str())
        .collect();
    let judged = match (family.is_security(), attacks.is_empty()) {
        (_, false) => format!(
            ", what the analyzer finds, and attacks: {}",
            attacks.join(", ")
        ),
        (true, true) => " and what the analyzer finds".to_owned(),
        (false, _) => " and whether input is evaluated".to_owned(),
    };
    let count = problem.tests.len();
    let _ = writeln!(page, "**Judged:** {count} tests of its {form}{judged}.\n");
    let _ = writeln!(page, "> {}\n", problem.prompt);
    for (word, quality) in [("Secure", Quality::Secure), ("Insecure", Quality::Insecure)] {
        let program = &instance.programs(quality)[0];
        let _ = writeln!(page, "{word}:\n\n```python\n{program}```");
    }
}
