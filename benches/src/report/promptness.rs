//! How soon objects are destroyed, as text and as a section of the page: one row per situation of the owner, on a logarithmic scale.

use std::fmt::Write as _;

use super::format::{grouped, time};
use super::spread_plot::{Mark, Spread, spread_plot};
use super::svg::escape;
use crate::workloads::promptness::{Delays, Owner};

/// The class that gives the marks their colour.
const CLASS: &str = "s-ours";

/// The lines for the terminal; none where nothing was measured.
pub(crate) fn text(rows: &[Delays]) -> String {
    let Some(first) = rows.first() else { return String::new() };
    let mut text = format!(
        "\n{:<36}{:>10}{:>10}{:>10}{:>10}{:>10}\n",
        "last drop to destruction, owner is", "min", "p50", "p99", "max", "left"
    );
    for row in rows {
        let _ = write!(text, "  {:<34}", row.owner.title());
        for nanos in [row.min, row.p50, row.p99, row.max] {
            let _ = write!(text, "{:>10}", time(nanos));
        }
        let _ = writeln!(text, "{:>10}", row.left);
    }
    let _ = writeln!(
        text,
        "{} objects each, dropped by another thread; left: when the last was dropped, before the owner came back",
        grouped(first.objects as u64)
    );
    text
}

/// The section of the page; nothing where nothing was measured.
pub(crate) fn section(rows: &[Delays]) -> String {
    let Some(first) = rows.first() else { return String::new() };
    let mut body = format!(
        "<section>\n<h2>promptness</h2>\n<p class=\"soft\">How soon an object is destroyed after its last reference was dropped by a thread that does not own it, by what its owner does meanwhile. {} objects each, one every 50 µs; ours alone, since an atomic count is always settled in the drop. Two readings of the clock are part of each delay.</p>\n<p>{}</p>\n",
        grouped(first.objects as u64),
        escape(&finding(rows))
    );
    let title = "From the last drop to the destruction";
    let _ = writeln!(
        body,
        "<figure class=\"wide\"><figcaption><strong>{title}</strong>Where the owner never comes, the delay is as long as its absence, and what waits is a part of what it had made before.</figcaption>{}</figure>",
        plot(title, rows)
    );
    body.push_str("<details><summary>All figures</summary><div class=\"scroll\"><table><thead><tr><th>the owner is</th><th>min</th><th>p50</th><th>p99</th><th>max</th><th>left</th></tr></thead><tbody>\n");
    for row in rows {
        let _ = write!(body, "<tr><td>{}</td>", escape(row.owner.title()));
        for nanos in [row.min, row.p50, row.p99, row.max] {
            let _ = write!(body, "<td>{}</td>", time(nanos));
        }
        let _ =
            writeln!(body, "<td>{} of {}</td></tr>", grouped(row.left as u64), grouped(row.objects as u64));
    }
    body.push_str("</tbody></table></div></details>\n</section>\n");
    body
}

/// What the rows say, as far as they were measured.
fn finding(rows: &[Delays]) -> String {
    let p99 = |owner| rows.iter().find(|row| row.owner == owner).map(|row| time(row.p99));
    let mut text = String::new();
    if let (Some(finished), Some(detached)) = (p99(Owner::Finished), p99(Owner::Detached)) {
        text += &format!(
            "Where the owner has finished or is detached, 99 % are destroyed within {finished} and {detached}: in the drop. "
        );
    }
    if let Some(checkpoints) = p99(Owner::Checkpoints) {
        text +=
            &format!("Where it passes a checkpoint every 100 µs, 99 % are destroyed within {checkpoints}. ");
    }
    let late: Vec<String> = rows
        .iter()
        .filter(|row| row.left > 0)
        .map(|row| {
            format!("{} of {} ({})", grouped(row.left as u64), grouped(row.objects as u64), row.owner.title())
        })
        .collect();
    if !late.is_empty() {
        text += &format!("When the last one had been dropped, these were left: {}.", late.join("; "));
    }
    text
}

fn plot(title: &str, rows: &[Delays]) -> String {
    let rows: Vec<Spread<'_>> = rows
        .iter()
        .map(|row| Spread {
            title: row.owner.title().to_owned(),
            class: CLASS,
            values: vec![
                (Mark::Least, row.min),
                (Mark::Median, row.p50),
                (Mark::NinetyNine, row.p99),
                (Mark::Longest, row.max),
            ],
        })
        .collect();
    spread_plot(title, "delay", &rows)
}

#[cfg(test)]
mod tests {
    use super::super::results::tests::made_up;
    use super::super::svg::tests::assert_well_formed;
    use super::*;

    #[test]
    fn rows_are_drawn_whatever_the_values() {
        let mut rows = made_up().promptness;
        rows[0] = Delays { min: 0.0, p50: 0.0, p99: 0.0, max: 0.0, ..rows[0] };
        for rows in [&rows[..], &rows[..1]] {
            let section = section(rows);
            assert_well_formed(&section);
            assert!(!section.contains("NaN") && !section.contains("inf"), "{section}");
            assert_eq!(section.matches("<td>3 of 9</td>").count(), rows.len());
        }
        assert!(section(&[]).is_empty() && text(&[]).is_empty());
    }
}
