//! Bytes per entry: a table of its own, with its goals.

use freethreaded_benches::Cost;
use freethreaded_benches::bytes::{self, Footprint, SIZES};
use serde::Serialize;

use crate::verdict::Met;

/// What was found about memory.
#[derive(Serialize)]
pub(crate) struct Footprints {
    rows: Vec<Line>,
    pub(crate) goals: Vec<Verdict>,
}

/// A kind of collection.
#[derive(Serialize)]
struct Line {
    group: &'static str,
    name: &'static str,
    /// By size: bytes of a collection, by entry.
    bytes_per_entry: Vec<(u64, f64)>,
}

/// Ours over a peer at one size.
#[derive(Serialize)]
pub(crate) struct Verdict {
    group: &'static str,
    entries: u64,
    ours: f64,
    peer: &'static str,
    theirs: f64,
    pub(crate) met: Met,
}

impl Footprints {
    /// Measures; no other thread may run.
    pub(crate) fn measure() -> Self {
        Self::of(&bytes::measure(SIZES))
    }

    fn of(measured: &[Footprint]) -> Self {
        let line = |footprint: &Footprint| Line {
            group: footprint.group,
            name: footprint.name,
            bytes_per_entry: footprint
                .bytes
                .iter()
                .map(|(entries, bytes)| (*entries, bytes / *entries as f64))
                .collect(),
        };
        let bytes_of = |is_it: &dyn Fn(&Footprint) -> bool, entries: u64| {
            let footprint = measured.iter().find(|footprint| is_it(footprint))?;
            footprint.bytes.iter().find(|(size, _)| *size == entries).map(|(_, bytes)| *bytes)
        };
        let goals = bytes::goals().into_iter().filter_map(|(group, entries, goal)| {
            let Cost::Peer(peer, _) = goal.cost else { return None };
            // Ours is the first of its group.
            let ours = bytes_of(&|footprint| footprint.group == group, entries)?;
            let theirs = bytes_of(&|footprint| footprint.name == peer, entries)?;
            let met = ours <= goal.limit * theirs;
            let met = Met { issue: goal.issue.name(), limit: goal.limit, met };
            Some(Verdict { group, entries, ours, peer, theirs, met })
        });
        Self { rows: measured.iter().map(line).collect(), goals: goals.collect() }
    }

    /// The rows, each with a cell for its name and one for each size; the first is the head.
    fn cells(&self) -> Vec<Vec<String>> {
        let Some(first) = self.rows.first() else { return Vec::new() };
        let sizes = first.bytes_per_entry.iter().map(|(entries, _)| format!("{entries} entries"));
        let head = ["bytes per entry".to_owned()].into_iter().chain(sizes).collect();
        let row = |line: &Line| {
            let figures = line.bytes_per_entry.iter().map(|(_, bytes)| format!("{bytes:.1}"));
            [format!("{}: {}", line.group, line.name)].into_iter().chain(figures).collect()
        };
        [head].into_iter().chain(self.rows.iter().map(row)).collect()
    }

    fn verdicts(&self) -> Vec<String> {
        let line = |goal: &Verdict| {
            let Verdict { group, entries, ours, peer, theirs, met } = goal;
            let verdict = if met.met { "met" } else { "MISSED" };
            let (ratio, limit, issue) = (ours / theirs, met.limit, met.issue);
            format!(
                "A {group} of {entries} entries takes {ours:.0} bytes, {peer} {theirs:.0}: {ratio:.2}, ≤ {limit:.2} {verdict} ({issue})"
            )
        };
        self.goals.iter().map(line).collect()
    }

    /// For a terminal; empty where nothing was measured.
    pub(crate) fn plain(&self) -> String {
        let cells = self.cells();
        let mut text = String::new();
        for row in &cells {
            text += &format!("{:<32}", row[0]);
            for cell in &row[1..] {
                text += &format!("{cell:>18}");
            }
            text.push('\n');
        }
        text + &self.verdicts().iter().map(|line| format!("{line}\n")).collect::<String>()
    }

    /// As Markdown.
    pub(crate) fn markdown(&self) -> String {
        let cells = self.cells();
        let mut text = String::new();
        for (number, row) in cells.iter().enumerate() {
            text += &format!("| {} |\n", row.join(" | "));
            if number == 0 {
                text += &format!("|---{}|\n", "|--:".repeat(row.len() - 1));
            }
        }
        let verdicts = self.verdicts();
        text + &verdicts.iter().map(|line| format!("\n{line}.\n")).collect::<String>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn footprint(name: &'static str, of_four: f64) -> Footprint {
        Footprint { group: "map", name, bytes: vec![(4, of_four), (1000, 1e4)] }
    }

    #[test]
    fn a_goal_is_met_up_to_the_peer() {
        for (ours, met) in [(399.0, true), (400.0, true), (401.0, false)] {
            let peer = footprint("Mutex<IndexMap> of Arc", 400.0);
            let found = Footprints::of(&[footprint("Dict of Brc", ours), peer]);
            assert_eq!(found.goals.iter().map(|goal| goal.met.met).collect::<Vec<_>>(), [met]);
            let word = if met { "met" } else { "MISSED" };
            assert!(found.plain().contains(word) && found.markdown().contains(word));
            assert!(found.markdown().contains("| map: Mutex<IndexMap> of Arc | 100.0 | 10.0 |"));
        }
    }

    #[test]
    fn nothing_measured_is_an_empty_table() {
        let nothing = Footprints::of(&[]);
        assert!(nothing.plain().is_empty() && nothing.markdown().is_empty() && nothing.goals.is_empty());
    }
}
