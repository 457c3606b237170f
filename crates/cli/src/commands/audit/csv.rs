//! Bandit's CSV report, one finding a line.

use super::Audit;
use super::bandit_names::{page, test_name, weakness_page};

const HEADER: &str = "filename,test_name,test_id,issue_severity,issue_confidence,issue_cwe,issue_text,line_number,\
                      col_offset,end_col_offset,line_range,more_info\r\n";

/// The report with lines ended as RFC 4180 asks.
pub(super) fn report(audit: &Audit) -> String {
    let mut text = String::from(HEADER);
    for file in &audit.files {
        for located in &file.findings {
            let finding = &located.finding;
            let first = file.place(located.lines.0).line;
            let last = first + located.lines.1.saturating_sub(located.lines.0);
            let range: Vec<String> = (first..=last).map(|line| line.to_string()).collect();
            let name = match file.place(finding.line).cell {
                Some(cell) => format!("{}:cell {cell}", file.name),
                None => file.name.clone(),
            };
            let fields = [
                name,
                test_name(finding).to_owned(),
                finding.id.clone(),
                finding.severity.to_string(),
                finding.confidence.to_string(),
                weakness_page(finding),
                finding.message.clone(),
                file.place(finding.line).line.to_string(),
                finding.column.to_string(),
                located.end_column.to_string(),
                format!("[{}]", range.join(", ")),
                page(finding),
            ];
            let fields: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
            text.push_str(&fields.join(","));
            text.push_str("\r\n");
        }
    }
    text
}

fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
