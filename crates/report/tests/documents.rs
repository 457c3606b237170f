//! What the documents look like, and what hostile names can do in them: nothing.

mod common;

use common::{counted, run, sample, small_run};
use scrl_report::{
    Metrics, Run, html, markdown, measure, measures_csv, metrics_json, samples_csv, summary_table,
};

#[test]
fn the_terminal_table() {
    insta::assert_snapshot!(summary_table(&measure(&[small_run()])));
}

#[test]
fn the_markdown_report() {
    insta::assert_snapshot!(markdown(&measure(&[small_run()])));
}

#[test]
fn the_measures_file() {
    insta::assert_snapshot!(measures_csv(&measure(&[small_run()])));
}

#[test]
fn the_samples_file() {
    insta::assert_snapshot!(samples_csv(&[small_run()]));
}

#[test]
fn metrics_read_back_as_written() {
    let metrics = measure(&[small_run()]);
    let text = metrics_json(&metrics);
    assert!(text.ends_with("}\n"));
    assert_eq!(serde_json::from_str::<Metrics>(&text).unwrap(), metrics);
}

/// Names a record may hold that are markup, formulas or terminal commands.
const HOSTILE: &str = "</td><script>alert(1)</script>|`x`\n\u{1b}[2J\"' onload=x \u{202e}=1+1";

fn hostile_run() -> Run {
    let mut one = counted(sample(HOSTILE, HOSTILE, HOSTILE), 1, 1);
    one.dataset = Some(HOSTILE.to_owned());
    one.difficulty = Some(HOSTILE.to_owned());
    one.made_as = Some(HOSTILE.to_owned());
    one = common::denied(
        common::flagged(one, HOSTILE, scrl_record::Severity::High),
        HOSTILE,
    );
    one = common::lost(one, scrl_record::FaultOwner::Problem, HOSTILE);
    one.walls = vec![HOSTILE.to_owned()];
    HOSTILE.clone_into(&mut one.versions.python);
    let mut run = run(vec![one]);
    HOSTILE.clone_into(&mut run.name);
    run
}

#[test]
fn html_takes_hostile_names_literally() {
    let page = html(&measure(&[hostile_run()]));
    assert!(page.contains("&lt;script&gt;"));
    for forbidden in ["<script", "\u{1b}", "\u{202e}", "\"' onload", "</td></td>"] {
        assert!(!page.contains(forbidden), "{forbidden:?}");
    }
}

#[test]
fn html_fetches_nothing_and_every_tag_closes() {
    for runs in [vec![], vec![small_run()], vec![hostile_run()]] {
        let page = html(&measure(&runs));
        for forbidden in ["http:", "https:", "src=", "url(", "@import", "<link"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        for tag in [
            "table", "tr", "td", "th", "svg", "text", "section", "figure", "div", "ul", "li",
            "small", "p",
        ] {
            let opened = page.matches(&format!("<{tag}>")).count()
                + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }
}

#[test]
fn markdown_rows_keep_their_cells() {
    let text = markdown(&measure(&[hostile_run()]));
    assert!(!text.contains('<') && !text.contains('\u{1b}'));
    let mut width = 0;
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let cells = line.replace("\\|", "").matches('|').count();
        if line.starts_with("| ---") {
            assert_eq!(cells, width, "{line}");
        }
        width = cells;
    }
    // Each row has as many bars as the header two lines above the first.
    let rows: Vec<&str> = text.lines().collect();
    for pair in rows
        .windows(2)
        .filter(|pair| pair.iter().all(|line| line.starts_with('|')))
    {
        let [above, below] =
            [pair[0], pair[1]].map(|line| line.replace("\\|", "").matches('|').count());
        assert_eq!(above, below, "{}", pair[1]);
    }
}

#[test]
fn the_terminal_table_moves_no_cursor() {
    let text = summary_table(&measure(&[hostile_run()]));
    assert!(text.chars().all(|one| one == '\n' || !one.is_control()));
    assert_eq!(text.lines().count(), 5);
}

#[test]
fn csv_rows_keep_their_fields() {
    let metrics = measure(&[hostile_run()]);
    for text in [measures_csv(&metrics), samples_csv(&[hostile_run()])] {
        let rows = fields(&text);
        assert!(rows.len() > 1);
        assert!(rows.iter().all(|row| row.len() == rows[0].len()));
        assert_eq!(rows[1][0], HOSTILE);
    }
    let mut formula = run(vec![sample("=cmd()", "+p", "@s")]);
    formula.name = "-run".to_owned();
    let rows = fields(&samples_csv(&[formula]));
    assert_eq!(rows[1][..2], ["'=cmd()", "'-run"]);
    assert_eq!(rows[1][3..5], ["'+p", "'@s"]);
}

/// A reader of RFC 4180.
fn fields(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(one) = chars.next() {
        let row = rows.last_mut().unwrap();
        match one {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                row.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\n' if !quoted => rows.push(vec![String::new()]),
            _ => row.last_mut().unwrap().push(one),
        }
    }
    rows.pop();
    rows
}

/// `verdict.accepted` is documented as `verdict.NAME`, `pass@5` as `pass@k`.
#[test]
fn every_measure_is_documented() {
    let docs = include_str!("../../../docs/measures.md");
    let metrics = measure(&[small_run()]);
    for one in &metrics.systems[0].all().measures {
        let family = one.name.split(['.', '@']).next().unwrap();
        let forms = [
            format!("`{}`", one.name),
            format!("`{family}."),
            format!("`{family}@k`"),
        ];
        assert!(forms.iter().any(|form| docs.contains(form)), "{}", one.name);
    }
}
