//! Paths down, entrants across: a table for each group of paths, since each has peers of its own.

use crate::cases::Case;
use crate::record::Figure;

fn shown(instructions: f64) -> String {
    let text = format!("{instructions:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// The rows of one group, the names of its entrants first.
fn rows(cases: &[&Case], figures: &[Figure]) -> Vec<Vec<String>> {
    let mut names: Vec<&str> = Vec::new();
    for name in cases.iter().flat_map(|case| &case.entrants) {
        let counted = || figures.iter().any(|figure| figure.name == *name);
        if !names.contains(name) && counted() {
            names.push(name);
        }
    }
    let head = ["instructions".to_owned()].into_iter().chain(names.iter().map(|name| (*name).to_owned()));
    let mut rows = vec![head.collect::<Vec<_>>()];
    for case in cases {
        let cell = |name: &&str| {
            let figure = figures.iter().find(|figure| figure.id == case.id && figure.name == *name);
            figure.map_or("–".to_owned(), |figure| shown(figure.instructions))
        };
        rows.push([case.what.clone()].into_iter().chain(names.iter().map(cell)).collect());
    }
    rows
}

fn groups(cases: &[Case]) -> Vec<Vec<&Case>> {
    fn group(case: &Case) -> &str {
        case.id.split('/').next().unwrap_or_default()
    }
    cases
        .chunk_by(|a, b| {
            // The names of calls of `attach` and of its renewals have nothing in common but the group.
            group(a) == group(b) && a.entrants.first() == b.entrants.first()
        })
        .map(|group| group.iter().collect())
        .collect()
}

/// For a terminal.
pub(crate) fn plain(cases: &[Case], figures: &[Figure]) -> String {
    let mut text = String::new();
    for group in groups(cases) {
        let rows = rows(&group, figures);
        let columns = rows.first().map_or(0, Vec::len);
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in rows {
            let mut line = format!("{:<1$}", row[0], widths[0]);
            for (cell, width) in row.iter().zip(&widths).skip(1) {
                line += &format!("  {cell:>width$}");
            }
            text += line.trim_end();
            text.push('\n');
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// As Markdown.
pub(crate) fn markdown(cases: &[Case], figures: &[Figure]) -> String {
    let mut text = String::new();
    for group in groups(cases) {
        for (number, row) in rows(&group, figures).iter().enumerate() {
            text += &format!("| {} |\n", row.join(" | "));
            if number == 0 {
                text += &format!("|---|{}\n", "--:|".repeat(row.len() - 1));
            }
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(id: &'static str, entrants: &[&'static str]) -> Case {
        Case { id: id.to_owned(), what: id.to_owned(), entrants: entrants.to_vec() }
    }

    fn figure(id: &str, name: &str, instructions: f64) -> Figure {
        Figure { id: id.to_owned(), name: name.to_owned(), instructions }
    }

    #[test]
    fn a_table_for_each_group() {
        let cases = [
            case("count/own", &["Brc", "Rc", "Arc"]),
            case("count/far", &["Brc", "Arc"]),
            case("attach/in", &["attach", "pin"]),
        ];
        let figures = [
            figure("count/own", "Brc", 8.0),
            figure("count/own", "Rc", 5.0),
            figure("count/own", "Arc", 6.0),
            figure("count/far", "Brc", 21.31),
            figure("count/far", "Arc", 6.0),
            figure("attach/in", "attach", 4.0),
        ];
        assert_eq!(
            markdown(&cases, &figures),
            "| instructions | Brc | Rc | Arc |\n|---|--:|--:|--:|\n| count/own | 8 | 5 | 6 |\n| count/far | 21.3 | – | 6 |\n\n\
             | instructions | attach |\n|---|--:|\n| attach/in | 4 |\n\n"
        );
        assert_eq!(
            plain(&cases, &figures),
            "instructions   Brc  Rc  Arc\ncount/own        8   5    6\ncount/far     21.3   –    6\n\n\
             instructions  attach\nattach/in          4\n"
        );
    }
}
