//! The table on the terminal: one block per workload, a line per strategy, a column per thread count.

use std::fmt::Write as _;

use super::findings::{Kind, findings, headline};
use super::format::{grouped, short, time, times};
use super::locks;
use super::promptness;
use super::results::Results;
use crate::site::page::Verdict;
use crate::site::{DeadLink, Outcome};

/// Dead links that are shown; the files have all.
const SHOWN: usize = 12;

/// All of a run, as text.
pub(crate) fn table(results: &Results) -> String {
    let mut text = String::new();
    let machine = &results.machine;
    let _ = writeln!(text, "{} · {} cores · {}", machine.cpu, machine.cores, machine.system);
    if let Some(input) = results.input() {
        let _ = writeln!(text, "input: {input}");
    }
    if !results.workloads().is_empty() {
        let _ = writeln!(text, "operations per second, median of {} (± half the range)", results.repetitions);
    }
    for workload in results.workloads() {
        let threads = results.threads(workload);
        let full = results.full_threads(workload);
        let _ = write!(text, "\n{:<24}", format!("{}, {}/s", workload.name(), workload.unit()));
        for &n in &threads {
            let _ = write!(text, "{:>16}", format!("{n} thread{}", if n == 1 { "" } else { "s" }));
        }
        let _ = write!(text, "{:>10}", "speed-up");
        let timed = results.cells().iter().any(|cell| cell.workload == workload && cell.latency().is_some());
        if timed {
            let _ = write!(text, "{:>9}{:>9}{:>10}", "p50", "p99", "stall");
        }
        text.push('\n');
        for strategy in results.strategies(workload) {
            let _ = write!(text, "  {:<22}", strategy.title());
            for &n in &threads {
                let shown = match results.cell(workload, strategy, n) {
                    Some(cell) => {
                        let best = results
                            .strategies(workload)
                            .iter()
                            .filter_map(|&other| results.cell(workload, other, n))
                            .all(|other| other.median() <= cell.median());
                        let mark = if best { "*" } else { " " };
                        format!("{}{mark} ±{:>2.0}%", short(cell.median()), 100.0 * cell.spread())
                    }
                    None => "–".to_owned(),
                };
                let _ = write!(text, "{shown:>16}");
            }
            let cell = full.and_then(|n| results.cell(workload, strategy, n));
            let up = cell.and_then(|cell| results.speed_up(cell)).map_or("–".to_owned(), times);
            let _ = write!(text, "{up:>10}");
            if let Some(latency) = cell.and_then(|cell| cell.latency()) {
                let (p50, p99, stall) = (time(latency.p50), time(latency.p99), time(latency.longest_stall));
                let _ = write!(text, "{p50:>9}{p99:>9}{stall:>10}");
            }
            text.push('\n');
        }
    }
    if let Some(&first) = results.workloads().first() {
        let full = results.full_threads(first).unwrap_or(1);
        let _ = writeln!(
            text,
            "\n* fastest of its column; speed-up over one thread, latencies and longest stall at {full}"
        );
    }
    if let Some(crawl) = &results.crawl {
        text.push('\n');
        text += &dead_links(crawl);
    }
    text += &promptness::text(&results.promptness);
    text += &locks::text(&results.locks);
    let _ = writeln!(text, "\n{}", wrapped(&headline(results)));
    let losses: Vec<String> =
        findings(results).into_iter().filter(|f| f.kind == Kind::Loss).map(|f| f.text).collect();
    if !losses.is_empty() {
        let _ = writeln!(text, "Where ours is not the fastest:");
        losses.iter().for_each(|loss| text += &format!("  {loss}\n"));
    }
    if let Some(disturbance) = results.disturbance() {
        let _ = writeln!(text, "\n{}", wrapped(&disturbance));
    }
    if !results.complete {
        text += "\nThe run was cut short: this is what was measured until then.\n";
    }
    text
}

fn dead_links(crawl: &Outcome) -> String {
    let mut text = format!(
        "dead links: {} (of {} checked; {} external and {} others not checkable)\n",
        grouped(crawl.dead.len() as u64),
        grouped(crawl.links),
        grouped(crawl.external),
        grouped(crawl.unchecked)
    );
    let groups = by_target(&crawl.dead);
    for group in groups.iter().take(SHOWN) {
        let (first, others) = (&group[0], group.len() - 1);
        let what = if first.verdict == Verdict::MissingAnchor { "no such anchor" } else { "no such file" };
        let more = if others > 0 { format!(" and {others} more") } else { String::new() };
        let _ = writeln!(text, "  {} ({what}), in {}{more}", clean(&first.target), clean(&first.page));
    }
    if groups.len() > SHOWN {
        let _ = writeln!(text, "  … and {} more targets, all in results.json", groups.len() - SHOWN);
    }
    for (page, reason) in crawl.unreadable.iter().take(SHOWN) {
        let _ = writeln!(text, "  unreadable page: {} ({reason})", clean(page));
    }
    text
}

/// Lines of at most 100 characters, broken at spaces.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut width = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > 0 {
            let breaks = width + 1 + length > 100;
            lines.push(if breaks { '\n' } else { ' ' });
            width = if breaks { 0 } else { width + 1 };
        }
        lines.push_str(word);
        width += length;
    }
    lines
}

/// Dead links that lead to the same place, in one group each; the list is sorted by target.
pub(crate) fn by_target(dead: &[DeadLink]) -> Vec<&[DeadLink]> {
    dead.chunk_by(|a, b| a.target == b.target).collect()
}

/// Names come from files that anybody may have made: no control characters reach the terminal.
fn clean(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::results::tests::made_up;
    use super::*;

    #[test]
    fn every_strategy_has_its_line_in_every_block() {
        let mut results = made_up();
        let crawl = results.crawl.as_mut().expect("crawled");
        for page in ["b.html", "a.html\u{1b}[2J"] {
            crawl.dead.push(DeadLink {
                target: "gone.html".into(),
                verdict: Verdict::MissingFile,
                page: page.into(),
                href: "gone.html".into(),
            });
        }
        let text = table(&results);
        assert_eq!(text.lines().filter(|line| line.trim_start().starts_with("papaya + Arc ")).count(), 4);
        assert!(text.contains("blocked without detach"), "{text}");
        assert!(text.contains("gone.html (no such file), in b.html and 1 more"), "{text}");
        assert!(!text.contains('\u{1b}'));
        assert!(text.lines().all(|line| line.chars().count() < 130));
    }
}
