//! What locks cost when they are not free, as text and as a section of the page.

use std::fmt::Write as _;

use super::format::{grouped, short, time, times};
use super::spread_plot::{Mark, Spread, spread_plot};
use super::svg::escape;
use crate::workloads::locks::{Locks, Rate, Situation, Wait, Whose};

/// The class that gives the marks their colour: that of the strategy with the same lock.
fn class(whose: Whose) -> &'static str {
    match whose {
        Whose::Ours => "s-ours",
        Whose::ParkingLot => "s-mutex",
    }
}

fn name(wait: &Wait) -> String {
    format!("{} · {}", wait.situation.title(), wait.whose.title())
}

fn nanos(wait: &Wait) -> [f64; 6] {
    [wait.min, wait.p50, wait.p90, wait.p99, wait.max, wait.mean]
}

/// The lines for the terminal; none where nothing was measured.
pub(crate) fn text(locks: &Locks) -> String {
    let mut text = String::new();
    if !locks.waits.is_empty() {
        text += &format!(
            "\n{:<46}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}{:>9}\n",
            "one write, of a thread that is not the first",
            "min",
            "p50",
            "p90",
            "p99",
            "max",
            "mean",
            "writes"
        );
    }
    for wait in &locks.waits {
        let _ = write!(text, "  {:<44}", name(wait));
        for nanos in nanos(wait) {
            let _ = write!(text, "{:>10}", time(nanos));
        }
        let _ = writeln!(text, "{:>9}", grouped(wait.writes as u64));
    }
    for (ours, theirs) in pairs(&locks.rates) {
        let _ = writeln!(text, "  {}", rate(ours, theirs));
    }
    text
}

/// Ours and theirs on the same number of threads.
fn pairs(rates: &[Rate]) -> impl Iterator<Item = (&Rate, &Rate)> {
    rates.iter().filter(|rate| rate.whose == Whose::Ours).filter_map(|ours| {
        let same = |r: &&Rate| (r.work, r.threads) == (ours.work, ours.threads);
        let theirs = rates.iter().filter(same).find(|r| r.whose == Whose::ParkingLot)?;
        Some((ours, theirs))
    })
}

fn rate(ours: &Rate, theirs: &Rate) -> String {
    let share = |rate: &Rate| format!("{:.0} %", 100.0 * rate.least_share);
    format!(
        "{} threads {}: Dict {}/s, Mutex {}/s, {}; slowest thread {} and {} of an equal share",
        ours.threads,
        ours.work.title(),
        short(ours.per_second),
        short(theirs.per_second),
        times(ours.per_second / theirs.per_second),
        share(ours),
        share(theirs),
    )
}

/// The section of the page; nothing where nothing was measured.
pub(crate) fn section(locks: &Locks) -> String {
    if locks.waits.is_empty() {
        return String::new();
    }
    let mut body = String::from(
        "<section>\n<h2>locks</h2>\n<p class=\"soft\">How long one write takes when the lock of the object is held by another thread, or biased to the thread that has used it alone until then. <em>Dict</em> is ours; <em>Mutex</em> is parking_lot's, around an IndexMap. Two readings of the clock are part of each time.</p>\n",
    );
    let _ = writeln!(body, "<p>{}</p>", escape(&finding(locks)));
    let title = "From asking for the lock to the end of the write";
    let _ = writeln!(
        body,
        "<figure class=\"wide\"><figcaption><strong>{title}</strong>The first user has written 64 times to the object before the other thread comes.</figcaption>{}</figure>",
        plot(title, &locks.waits)
    );
    body.push_str("<details><summary>All figures</summary><div class=\"scroll\"><table><thead><tr><th>situation</th><th>min</th><th>p50</th><th>p90</th><th>p99</th><th>max</th><th>mean</th><th>writes</th></tr></thead><tbody>\n");
    for wait in &locks.waits {
        let _ = write!(body, "<tr><td>{}</td>", escape(&name(wait)));
        for nanos in nanos(wait) {
            let _ = write!(body, "<td>{}</td>", time(nanos));
        }
        let _ = writeln!(body, "<td>{}</td></tr>", grouped(wait.writes as u64));
    }
    body.push_str("</tbody></table></div></details>\n</section>\n");
    body
}

/// What the figures say, as far as they were measured.
fn finding(locks: &Locks) -> String {
    let of = |situation| {
        let of = |whose| locks.waits.iter().find(|w| w.situation == situation && w.whose == whose);
        of(Whose::Ours).zip(of(Whose::ParkingLot))
    };
    let mut text = String::new();
    if let Some((ours, theirs)) = of(Situation::FirstUserElsewhere) {
        text += &format!(
            "The first write of a thread to what another has used alone takes {} in the middle and {} in 99 of 100 while that one is busy elsewhere; with a mutex {} and {}. ",
            time(ours.p50),
            time(ours.p99),
            time(theirs.p50),
            time(theirs.p99)
        );
    }
    if let Some((ours, theirs)) = of(Situation::AgainstHog) {
        text += &format!(
            "Against a thread that writes to the same object without a pause, a writer waits {} at most; with a mutex {}. ",
            time(ours.max),
            time(theirs.max)
        );
    }
    for (ours, theirs) in pairs(&locks.rates) {
        text += &format!("{}. ", rate(ours, theirs));
    }
    text
}

fn plot(title: &str, waits: &[Wait]) -> String {
    let rows: Vec<Spread<'_>> = waits
        .iter()
        .map(|wait| Spread {
            title: name(wait),
            class: class(wait.whose),
            values: vec![
                (Mark::Least, wait.min),
                (Mark::Median, wait.p50),
                (Mark::Ninety, wait.p90),
                (Mark::NinetyNine, wait.p99),
                (Mark::Longest, wait.max),
            ],
        })
        .collect();
    spread_plot(title, "time", &rows)
}

#[cfg(test)]
mod tests {
    use super::super::results::tests::made_up;
    use super::super::svg::tests::assert_well_formed;
    use super::*;

    #[test]
    fn all_that_was_measured_is_there() {
        let locks = made_up().locks;
        let section = section(&locks);
        assert_well_formed(&section);
        let text = text(&locks);
        for wait in &locks.waits {
            assert!(section.contains(&name(wait)) && text.contains(&name(wait)), "{}", name(wait));
        }
        assert!(
            text.contains("2 threads writing to one key") && text.contains("4 threads in empty sections"),
            "{text}"
        );
        assert!(section.contains("a writer waits 2.0 ms at most; with a mutex 4.0 ms"), "{section}");
    }

    #[test]
    fn nothing_measured_is_nothing_said() {
        let nothing = Locks::default();
        assert!(section(&nothing).is_empty() && text(&nothing).is_empty());
    }
}
