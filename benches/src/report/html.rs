//! The page: one file without anything from elsewhere, that answers the question first and shows its evidence below.

use std::fmt::Write as _;

use super::findings::{Finding, Kind, findings, headline};
use super::format::{count, digits, grouped, short, time, times};
use super::latency_plot::latency_plot;
use super::line_plot::{Line, LinePlot, Point};
use super::locks;
use super::promptness;
use super::results::{Cell, Results};
use super::svg::{Svg, class, escape};
use super::table::by_target;
use crate::run::SETTINGS;
use crate::site::page::Verdict;
use crate::strategies::StrategyId;
use crate::workloads::WorkloadId;

/// Dead links shown on the page.
const SHOWN: usize = 40;

/// The whole page.
pub(crate) fn page(results: &Results) -> String {
    let mut body = String::new();
    let findings = findings(results);
    opening(&mut body, results, &findings);
    for workload in results.workloads() {
        section(&mut body, results, workload, &findings);
    }
    body.push_str(&promptness::section(&results.promptness));
    body.push_str(&locks::section(&results.locks));
    if !results.workloads().is_empty() {
        losses(&mut body, &findings);
    }
    dead_links(&mut body, results);
    circumstances(&mut body, results);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"/>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\
         <title>What a program gains when its global lock goes away</title>\n<style>\n{}</style></head>\n\
         <body><main>\n{body}</main></body>\n</html>\n",
        include_str!("page.css")
    )
}

fn opening(body: &mut String, results: &Results, findings: &[Finding]) {
    let machine = &results.machine;
    let _ = writeln!(
        body,
        "<h1>What does a program gain when its global lock goes away?</h1>\n<p class=\"lead\">{}</p>\n\
         <p class=\"soft\">{} · {} · {} · {}</p>",
        escape(&headline(results)),
        escape(&machine.cpu),
        count(machine.cores, "core"),
        escape(&machine.system),
        escape(&machine.date)
    );
    if !results.complete {
        body.push_str(
            "<p class=\"card warn\">The run was cut short: this page shows what was measured until then.</p>\n",
        );
    }
    if let Some(disturbance) = results.disturbance() {
        let _ = writeln!(body, "<p class=\"card warn\">{}</p>", escape(&disturbance));
    }
    body.push_str("<div class=\"tiles\">\n");
    for gain in findings.iter().filter(|finding| finding.kind == Kind::Gain) {
        let threads = results.full_threads(gain.workload).unwrap_or(1);
        let price = findings.iter().find(|f| f.kind == Kind::Price && f.workload == gain.workload);
        let price = price.map(|price| format!("; on one thread {}", times(price.ratio))).unwrap_or_default();
        let _ = writeln!(
            body,
            "<div class=\"tile\"><b class=\"{}\">{}</b><span>{}</span><small>freethreaded over the global lock, {}{price}</small></div>",
            if gain.ratio >= 1.0 { "more" } else { "less" },
            times(gain.ratio),
            gain.workload.name(),
            count(threads, "thread"),
        );
    }
    body.push_str("</div>\n");
}

fn section(body: &mut String, results: &Results, workload: WorkloadId, findings: &[Finding]) {
    let _ = writeln!(
        body,
        "<section>\n<h2>{}</h2>\n<p class=\"soft\">{}</p>",
        workload.name(),
        escape(&setting_of(results, workload))
    );
    let about = findings.iter().filter(|f| f.workload == workload && f.kind != Kind::Loss);
    about.for_each(|finding| {
        let _ = writeln!(body, "<p>{}</p>", escape(&finding.text));
    });
    legend(body, results, workload);
    body.push_str("<div class=\"plots\">\n");
    let threads = results.threads(workload);
    let unit = workload.unit();
    let of = |value: &dyn Fn(&Cell) -> Option<Point>| -> Vec<Line> {
        let points = |strategy| {
            threads
                .iter()
                .filter_map(|&n| results.cell(workload, strategy, n))
                .filter_map(value)
                .collect::<Vec<_>>()
        };
        let strategies = results.strategies(workload);
        strategies.into_iter().map(|strategy| Line { strategy, points: points(strategy) }).collect()
    };
    let column = |cell: &Cell| threads.iter().position(|&n| n == cell.threads);
    let throughput =
        of(&|cell| Some(Point { column: column(cell)?, middle: cell.median(), range: cell.range() }));
    let plot = LinePlot {
        title: &format!("{}: {unit} per second against worker threads", workload.name()),
        axis: &format!("{unit} per second"),
        threads: &threads,
        cores: results.machine.cores,
        lines: &throughput,
        ideal: None,
        format: short,
    };
    figure(
        body,
        "",
        &format!("Throughput: {unit} per second"),
        "Median of the repetitions; the shade is their range. Higher is better.",
        &plot.draw(),
    );
    let speed_up = of(&|cell| {
        let (ratio, (low, high)) = (results.speed_up(cell)?, cell.range());
        let range = (ratio * low / cell.median(), ratio * high / cell.median());
        Some(Point { column: column(cell)?, middle: ratio, range })
    });
    if threads.len() > 1 && speed_up.iter().any(|line| line.points.len() > 1) {
        let ideal = threads.iter().map(|&n| n.min(results.machine.cores) as f64).collect();
        let plot = LinePlot {
            title: &format!("{}: speed-up over one thread of the same strategy", workload.name()),
            axis: "times its own speed on one thread",
            lines: &speed_up,
            ideal: Some(ideal),
            format: times,
            ..plot
        };
        let text = "Each strategy against itself; dashed: one for every core at work.";
        figure(body, "", "Speed-up over one thread", text, &plot.draw());
    }
    let full = results.full_threads(workload).unwrap_or(1);
    let rows: Vec<_> = results
        .strategies(workload)
        .into_iter()
        .filter_map(|strategy| Some((strategy, results.cell(workload, strategy, full)?.latency()?)))
        .collect();
    if !rows.is_empty() {
        let title = format!("Latency on {}", count(full, "thread"));
        let text = format!(
            "Single operations, one in 128 sampled with a clock that costs {} to read, and the longest time in which a worker could not finish a batch, be it for a lock or for the machine's scheduler.",
            time(results.machine.clock_ns)
        );
        figure(body, "wide", &title, &text, &latency_plot(&title, &rows));
    }
    body.push_str("</div>\n");
    figures(body, results, workload, &threads);
    body.push_str("</section>\n");
}

/// What exactly ran, with its sizes.
fn setting_of(results: &Results, workload: WorkloadId) -> String {
    let conditions = &results.conditions;
    match workload {
        WorkloadId::Crawl => {
            let input = results.input().unwrap_or_default();
            format!("{} Input: {input}.", sentence(workload.explain()))
        }
        WorkloadId::Likes => format!(
            "{} {} posts; the celebrity gets {} % of all likes.",
            sentence(workload.explain()),
            grouped(conditions.posts as u64),
            digits(100.0 * conditions.celebrity)
        ),
        WorkloadId::SettingsBorrowed | WorkloadId::SettingsCounted => {
            format!(
                "{} {SETTINGS} objects; one operation in 8192 replaces one.",
                sentence(workload.explain())
            )
        }
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>() + ".").unwrap_or_default()
}

fn figure(body: &mut String, class: &str, title: &str, text: &str, svg: &str) {
    let (title, text) = (escape(title), escape(text));
    let _ = writeln!(
        body,
        "<figure class=\"{class}\"><figcaption><strong>{title}</strong>{text}</figcaption>{svg}</figure>"
    );
}

fn legend(body: &mut String, results: &Results, workload: WorkloadId) {
    body.push_str("<ul class=\"legend\">");
    for strategy in results.strategies(workload) {
        let mut svg = Svg::new(34.0, 12.0, strategy.title());
        svg.path(&format!("line {}", class(strategy)), &[(0.0, 6.0), (34.0, 6.0)]);
        svg.mark(strategy, (17.0, 6.0), 4.0, "");
        let (title, explain) = (escape(strategy.title()), escape(strategy.explain()));
        let _ = write!(body, "<li title=\"{explain}\">{}{title}</li>", svg.finish());
    }
    body.push_str("</ul>\n");
}

/// All figures of a workload, for those who want to know them exactly.
fn figures(body: &mut String, results: &Results, workload: WorkloadId, threads: &[usize]) {
    let unit = workload.unit();
    let _ = write!(
        body,
        "<details><summary>All figures</summary><div class=\"scroll\"><table><thead><tr><th>{unit} per second</th>"
    );
    for &n in threads {
        let _ = write!(body, "<th>{}</th>", count(n, "thread"));
    }
    let timed = results.cells().iter().any(|cell| cell.workload == workload && cell.latency().is_some());
    let full = results.full_threads(workload).unwrap_or(1);
    if timed {
        let _ = write!(body, "<th>p50 at {full}</th><th>p99</th><th>p99.9</th><th>longest stall</th>");
    }
    body.push_str("</tr></thead><tbody>\n");
    for strategy in results.strategies(workload) {
        let _ = write!(body, "<tr><td>{}</td>", escape(strategy.title()));
        for &n in threads {
            let Some(cell) = results.cell(workload, strategy, n) else {
                body.push_str("<td>–</td>");
                continue;
            };
            let rivals =
                results.strategies(workload).into_iter().filter_map(|other| results.cell(workload, other, n));
            let best = rivals.map(Cell::median).fold(0.0, f64::max) <= cell.median();
            let class = if best { " class=\"best\"" } else { "" };
            let _ = write!(
                body,
                "<td{class}>{} <i>±{:.0} %</i></td>",
                short(cell.median()),
                100.0 * cell.spread()
            );
        }
        if timed {
            match results.cell(workload, strategy, full).and_then(|cell| cell.latency()) {
                Some(l) => [l.p50, l.p99, l.p999, l.longest_stall].into_iter().for_each(|nanos| {
                    let _ = write!(body, "<td>{}</td>", time(nanos));
                }),
                None => body.push_str("<td>–</td><td>–</td><td>–</td><td>–</td>"),
            }
        }
        body.push_str("</tr>\n");
    }
    body.push_str("</tbody></table></div></details>\n");
}

fn losses(body: &mut String, findings: &[Finding]) {
    let losses: Vec<_> = findings.iter().filter(|finding| finding.kind == Kind::Loss).collect();
    body.push_str("<section>\n<h2>Where ours is not the fastest</h2>\n");
    if losses.is_empty() {
        body.push_str(
            "<p class=\"soft\">Nowhere in this run by more than the spread of the measurements.</p>\n",
        );
    } else {
        body.push_str("<p class=\"soft\">The fastest other strategy, wherever it is ahead by more than the spread of the measurements.</p>\n<ul class=\"findings\">");
        for loss in losses {
            let _ = write!(body, "<li>{}</li>", escape(&loss.text));
        }
        body.push_str("</ul>\n");
    }
    body.push_str("</section>\n");
}

fn dead_links(body: &mut String, results: &Results) {
    let Some(crawl) = &results.crawl else { return };
    let groups = by_target(&crawl.dead);
    let _ = writeln!(
        body,
        "<section>\n<h2>What the link checker found</h2>\n<p class=\"soft\">{} links were checked on {} pages; {} lead to other hosts and were counted only; about {} nothing can be said without running scripts or a server. {} link addresses are dead, leading to {} places. Every strategy and every number of threads found exactly this, or the run would have failed.</p>",
        grouped(crawl.links),
        grouped(crawl.pages),
        grouped(crawl.external),
        grouped(crawl.unchecked),
        grouped(crawl.dead.len() as u64),
        grouped(groups.len() as u64)
    );
    if !groups.is_empty() {
        body.push_str("<details><summary>Dead links</summary><table><thead><tr><th>leads to</th><th class=\"left\">what is wrong</th><th class=\"left\">stands in</th></tr></thead><tbody>\n");
        for group in groups.iter().take(SHOWN) {
            let what = match group[0].verdict {
                Verdict::MissingAnchor => "no such anchor",
                _ => "no such file",
            };
            let more = if group.len() > 1 { format!(" and {} more", group.len() - 1) } else { String::new() };
            let (target, page) = (escape(&group[0].target), escape(&group[0].page));
            let _ = writeln!(
                body,
                "<tr><td class=\"wrap\"><code>{target}</code></td><td class=\"wrap\">{what}</td><td class=\"wrap\">{page}{more}</td></tr>"
            );
        }
        body.push_str("</tbody></table>\n");
        if groups.len() > SHOWN {
            let _ = writeln!(
                body,
                "<p class=\"soft\">… and {} more places, in results.json.</p>",
                groups.len() - SHOWN
            );
        }
        body.push_str("</details>\n");
    }
    if !crawl.unreadable.is_empty() {
        body.push_str("<p>Pages that could not be read:</p><ul class=\"findings\">");
        for (page, reason) in crawl.unreadable.iter().take(SHOWN) {
            let _ = write!(body, "<li><code>{}</code> ({})</li>", escape(page), escape(reason));
        }
        body.push_str("</ul>\n");
    }
    body.push_str("</section>\n");
}

fn circumstances(body: &mut String, results: &Results) {
    let (machine, conditions) = (&results.machine, &results.conditions);
    let memory = machine.memory_gib.map(|gib| format!(", {gib} GiB of memory")).unwrap_or_default();
    let load = machine.load.map(|load| format!("; load average at the start {load}")).unwrap_or_default();
    let rows = [
        ("Machine", format!("{}, {}{memory}{load}", machine.cpu, count(machine.cores, "core"))),
        ("System", machine.system.clone()),
        ("Date", machine.date.clone()),
        ("Command", machine.command.clone()),
        ("Input", results.input().unwrap_or_else(|| "none".to_owned())),
        ("Versions", format!("freethreaded {}; {}", machine.freethreaded, machine.peers)),
        ("Compiler", format!("{}; {}", machine.rustc, machine.build)),
        (
            "Measurement",
            format!(
                "{} repetitions, strategies in turns; {} per measurement of likes and settings; seed {}",
                results.repetitions,
                time(conditions.duration.as_nanos() as f64),
                conditions.seed
            ),
        ),
    ];
    body.push_str("<section>\n<h2>How it was measured</h2>\n<dl>");
    for (name, value) in rows {
        let _ = write!(body, "<dt>{name}</dt><dd>{}</dd>", escape(&value));
    }
    body.push_str("</dl>\n<h3 style=\"margin-top:20px\">Strategies</h3>\n<dl>");
    for strategy in StrategyId::ALL {
        let _ = write!(body, "<dt>{}</dt><dd>{}</dd>", escape(strategy.title()), escape(strategy.explain()));
    }
    body.push_str("</dl>\n</section>\n<footer>All samples are in results.json and results.csv beside this page.</footer>\n");
}

#[cfg(test)]
mod tests {
    use super::super::results::tests::made_up;
    use super::super::svg::tests::assert_well_formed;
    use super::*;
    use crate::site::DeadLink;

    #[test]
    fn the_page_is_well_formed_and_needs_nothing_from_elsewhere() {
        let mut results = made_up();
        results.complete = false;
        let crawl = results.crawl.as_mut().expect("crawled");
        crawl.unreadable.push(("<bad>.html".into(), "not UTF-8".into()));
        crawl.dead.push(DeadLink {
            target: "\"><script>alert(1)</script>".into(),
            verdict: Verdict::MissingFile,
            page: "a&b.html".into(),
            href: "x".into(),
        });
        let page = page(&results);
        let (head, rest) = page.split_once("<style>").expect("style");
        let (css, rest) = rest.split_once("</style>").expect("style");
        assert_well_formed(&format!("{head}{rest}"));
        for outside in ["src=", "href=", "url(", "@import", "<script"] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert_eq!(css.matches('{').count(), css.matches('}').count());
        assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
        assert_eq!(page.matches("Speed-up over one thread</strong>").count(), 4);
        for strategy in StrategyId::ALL {
            assert!(css.contains(&format!(".s-{} ", strategy.name())), "{}", strategy.name());
        }
    }

    #[test]
    fn a_run_without_anything_still_has_a_page() {
        let full = made_up();
        let empty = Results::new(full.machine, full.conditions, 1);
        assert!(page(&empty).contains("Not enough was measured"));
    }
}
