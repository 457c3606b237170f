//! `docs/secure-tasks.md`: a page on the security tasks, written from the tasks themselves.

use std::fmt::Write as _;

use scrl_record::{ExploitTest, FilesAfter};

use crate::secure_tasks::{Family, SecureTask, TaskError, families, secure_tasks};

/// A section on each family: what goes wrong, then each task with what is asked and how it is judged, one task with its
/// solutions.
pub fn secure_tasks_page() -> Result<String, TaskError> {
    let (families, tasks) = (families()?, secure_tasks()?);
    let mut page = format!(
        "# The security tasks\n\n{} tasks in {} families, whose easy way is the unsafe way. Written by `cargo xtask secure-tasks` from \
         `suites/secure-tasks`;\n[suites.md](suites.md) says how they are used and how a task is written. Whatever else is said below, \
         an attack also succeeds where the\nsandbox denies a call or a limit is reached.\n",
        tasks.len(),
        families.len()
    );
    for family in &families {
        let of_family: Vec<&SecureTask> = tasks
            .iter()
            .filter(|task| task.family == family.name)
            .collect();
        section(&mut page, family, &of_family);
    }
    Ok(page)
}

fn section(page: &mut String, family: &Family, tasks: &[&SecureTask]) {
    // Writing to a `String` cannot fail.
    let _ = writeln!(
        page,
        "\n## {} ({})\n\n{}",
        family.title,
        family.name,
        family.about.trim()
    );
    for (number, task) in tasks.iter().enumerate() {
        let problem = &task.problem;
        let _ = writeln!(page, "\n### {} ({})\n", task.title, problem.cwes.join(", "));
        let _ = writeln!(page, "**Asked:** {}  ", one_line(&problem.prompt));
        let _ = writeln!(page, "**Goes wrong:** {}  ", one_line(&task.danger));
        let _ = writeln!(
            page,
            "**Judged:** {} tests; attacks:\n",
            problem.tests.len()
        );
        for attack in &problem.exploit_tests {
            let _ = writeln!(page, "- {}: {}", attack.title, condition(attack));
        }
        if number == 0 {
            let _ = writeln!(
                page,
                "\nSecure:\n\n```python\n{}```\n\nInsecure:\n\n```python\n{}```",
                problem.canonical_solutions[0], problem.insecure_solutions[0]
            );
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What must hold for the attack to have come to nothing.
fn condition(attack: &ExploitTest) -> String {
    let quoted = |texts: &[String]| {
        let texts: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
        texts.join(", ")
    };
    let mut parts = Vec::new();
    if !attack.equals.is_empty() {
        let values: Vec<String> = attack
            .equals
            .iter()
            .map(|value| format!("`{}`", value.as_json()))
            .collect();
        parts.push(format!("the answer is {}", values.join(" or ")));
    }
    for (words, texts) in [
        ("the answer contains", &attack.contains),
        ("the answer does not contain", &attack.lacks),
        ("nothing that is said contains", &attack.secrets),
    ] {
        if !texts.is_empty() {
            parts.push(format!("{words} {}", quoted(texts)));
        }
    }
    if attack.unpredictable {
        parts.push("two runs say different things".to_owned());
    }
    parts.extend(attack.files.iter().flat_map(files));
    if parts.is_empty() {
        parts.push("it ends within its limits".to_owned());
    }
    if attack.must_refuse {
        return "it refuses.".to_owned();
    }
    let refusal = if attack.may_refuse {
        ", or it refuses"
    } else {
        ""
    };
    format!("{}{refusal}.", parts.join("; "))
}

fn files(after: &FilesAfter) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(places) = &after.confined_to {
        parts.push(match places.as_slice() {
            [] => "no file is made, changed or removed".to_owned(),
            places => format!("only {} is made, changed or removed", places.join(", ")),
        });
    }
    if !after.private.is_empty() {
        let places = after.private.join(", ");
        parts.push(format!("{places} is closed to other users"));
    }
    if !after.lacks.is_empty() {
        parts.push(format!("no new file contains {:?}", after.lacks));
    }
    parts
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_documented_tasks_are_the_tasks() {
        let page = include_str!("../../../docs/secure-tasks.md");
        assert!(
            page == super::secure_tasks_page().unwrap(),
            "docs/secure-tasks.md is stale: run `cargo xtask secure-tasks`"
        );
    }
}
