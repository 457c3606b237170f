//! Jupyter notebooks: their Python cells as one source, with the way back from its lines to the cells.

use serde::Deserialize;

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Number of the cell among all cells of the notebook, from 1; `None` outside notebooks.
    pub(super) cell: Option<u32>,
    /// Line in the cell or file, from 1.
    pub(super) line: u32,
}

#[derive(Deserialize)]
struct Notebook {
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    cell_type: String,
    #[serde(default)]
    source: Source,
}

/// Text in one piece, or as a list of lines.
#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Whole(String),
    Lines(Vec<String>),
}

impl Default for Source {
    fn default() -> Source {
        Source::Whole(String::new())
    }
}

/// The code of a notebook, one cell after the other.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// What can be parsed.
    pub(super) text: String,
    /// Its lines as they stand in the notebook.
    pub(super) lines: Vec<String>,
    /// Where each line stands.
    pub(super) places: Vec<Place>,
}

/// Reads the code cells.
///
/// Lines for the notebook itself (`%magic`, `!command`, `?help`) become `pass`; cells that `%%` hands to something
/// else are left out.
pub(super) fn code(bytes: &[u8]) -> Result<Cells, String> {
    let notebook: Notebook =
        serde_json::from_slice(bytes).map_err(|error| format!("no notebook: {error}"))?;
    let mut cells = Cells::default();
    for (at, cell) in notebook.cells.iter().enumerate() {
        let source = match &cell.source {
            Source::Whole(source) => source.clone(),
            Source::Lines(lines) => lines.concat(),
        };
        if cell.cell_type != "code" || source.trim_start().starts_with("%%") {
            continue;
        }
        for (line_at, line) in source.lines().enumerate() {
            let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
            let is_magic = rest.starts_with(['%', '!', '?']);
            cells.text.push_str(if is_magic { indent } else { line });
            cells.text.push_str(if is_magic { "pass\n" } else { "\n" });
            cells.lines.push(line.to_owned());
            cells.places.push(Place {
                cell: Some(at as u32 + 1),
                line: line_at as u32 + 1,
            });
        }
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_cells_are_joined_and_magic_is_passed_over() {
        let notebook = r##"{"cells": [
            {"cell_type": "markdown", "source": "# x"},
            {"cell_type": "code", "source": ["import os\n", "%time\n", "if x:\n", "  !ls"]},
            {"cell_type": "code", "source": "%%bash\nls"},
            {"cell_type": "code", "source": "os.system(x)"}]}"##;
        let cells = code(notebook.as_bytes()).unwrap();
        assert_eq!(cells.lines[1], "%time");
        assert_eq!(cells.text, "import os\npass\nif x:\n  pass\nos.system(x)\n");
        let last = Place {
            cell: Some(4),
            line: 1,
        };
        assert_eq!(cells.places.last(), Some(&last));
        assert!(code(b"x = 1").is_err());
    }
}
