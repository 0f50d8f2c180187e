//! The report as text: for a terminal, and as Markdown for BENCHMARKS.md.

use crate::verdict::{Report, Row};

const HEAD: [&str; 9] =
    ["comparison", "threads", "ours ns", "×", "peer", "peer ns", "×", "ours / peer", "goal"];

/// Numbers stand to the right.
const RIGHT: [bool; 9] = [false, true, true, true, false, true, true, true, false];

type Cells = [String; 9];

fn ns(figure: f64) -> String {
    if figure < 100.0 { format!("{figure:.1}") } else { format!("{figure:.0}") }
}

fn cells(row: &Row) -> Cells {
    let scaling = |figure: Option<f64>| figure.map_or(String::new(), |figure| format!("{figure:.2}"));
    let ratio = &row.ratio;
    let spread = format!("{:.2} ({:.2}–{:.2})", ratio.median, ratio.first_quartile, ratio.third_quartile);
    let (name, peer_ns, peer_scaling, sign) = match &row.peer {
        Some(peer) => (peer.name, ns(peer.ns), scaling(peer.scaling), '≤'),
        None => ("two threads / one", String::new(), String::new(), '≥'),
    };
    let goals: Vec<String> = row
        .goals
        .iter()
        .map(|goal| {
            let verdict = if goal.met { "met" } else { "MISSED" };
            format!("{sign} {:.2} {verdict} ({})", goal.limit, goal.issue)
        })
        .collect();
    [
        row.what.clone(),
        row.threads.to_string(),
        ns(row.ours_ns),
        scaling(row.ours_scaling),
        name.to_owned(),
        peer_ns,
        peer_scaling,
        spread,
        goals.join("; "),
    ]
}

fn missed(report: &Report) -> Vec<&Row> {
    report.rows.iter().filter(|row| row.goals.iter().any(|goal| !goal.met)).collect()
}

fn losses(report: &Report) -> Vec<&Row> {
    let mut rows: Vec<&Row> = report.rows.iter().filter(|row| row.is_a_loss()).collect();
    rows.sort_by(|a, b| b.ratio.median.total_cmp(&a.ratio.median));
    rows
}

fn summary(report: &Report) -> String {
    let of = |issue: &str| {
        let goals: Vec<bool> = report
            .rows
            .iter()
            .flat_map(|row| &row.goals)
            .chain(report.bytes.iter().flat_map(|bytes| bytes.goals.iter().map(|goal| &goal.met)))
            .filter(|goal| goal.issue == issue)
            .map(|goal| goal.met)
            .collect();
        format!("{issue} {} of {}", goals.iter().filter(|met| **met).count(), goals.len())
    };
    format!("Goals met: {}, {}, {}.", of("first slice"), of("refcounts"), of("containers"))
}

/// For a terminal.
pub(crate) fn plain(report: &Report) -> String {
    let mut text = format!("{}\n\n", report.facts.line());
    for limit in &report.limits {
        text += &format!("{:>8}  {}\n", ns(limit.ns), limit.what);
    }
    text.push('\n');
    if !report.rows.is_empty() {
        text += &columns(&report.rows.iter().collect::<Vec<_>>());
    }
    if let Some(bytes) = &report.bytes {
        text += &format!("\n{}", bytes.plain());
    }
    text + &format!("\n{}\n", summary(report))
}

fn columns(rows: &[&Row]) -> String {
    let mut lines: Vec<Cells> = vec![HEAD.map(str::to_owned)];
    lines.extend(rows.iter().map(|row| cells(row)));
    let width = |column: usize| lines.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
    let mut text = String::new();
    let mut last = "";
    for (number, cells) in lines.iter().enumerate() {
        if number > 0 && last != rows[number - 1].id {
            last = &rows[number - 1].id;
            text.push('\n');
        }
        let mut line = String::new();
        for ((cell, width), right) in cells.iter().zip(&widths).zip(RIGHT) {
            line += &if right { format!("{cell:>width$}  ") } else { format!("{cell:<width$}  ") };
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// As Markdown.
pub(crate) fn markdown(report: &Report) -> String {
    let mut text = format!("{}.\n\n{}\n\n", report.facts.line(), summary(report));
    text += "### Limits of the machine\n\n| | ns |\n|---|--:|\n";
    for limit in &report.limits {
        text += &format!("| {} | {} |\n", limit.what, ns(limit.ns));
    }
    let mut group = "";
    for row in &report.rows {
        let this = row.id.split('/').next().unwrap_or_default();
        if this != group {
            group = this;
            text += &format!("\n### {group}\n\n{}", markdown_head());
        }
        text += &markdown_row(row);
    }
    if let Some(bytes) = &report.bytes {
        text += &format!("\n### Bytes per entry\n\n{}", bytes.markdown());
    }
    text += &section("Goals missed", &missed(report));
    text += &section("Slower than something that threads can share", &losses(report));
    text
}

fn section(title: &str, rows: &[&Row]) -> String {
    if rows.is_empty() {
        return format!("\n### {title}\n\nNone.\n");
    }
    let rows: String = rows.iter().map(|row| markdown_row(row)).collect();
    format!("\n### {title}\n\n{}{rows}", markdown_head())
}

fn markdown_head() -> String {
    let rule: String = RIGHT.iter().map(|right| if *right { "--:|" } else { "---|" }).collect();
    format!("| {} |\n|{rule}\n", HEAD.join(" | "))
}

fn markdown_row(row: &Row) -> String {
    format!("| {} |\n", cells(row).join(" | "))
}
