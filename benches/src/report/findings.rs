//! What the figures say, in sentences that are computed from them: the gain, its price, and where others are faster.

use serde::Serialize;

use super::format::{count, time, times};
use super::results::{Cell, Results};
use crate::strategies::StrategyId;
use crate::workloads::WorkloadId;

/// What a sentence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// What is gained when the lock goes.
    Gain,
    /// What it costs on one thread.
    Price,
    /// Where another strategy is faster than ours.
    Loss,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Finding {
    /// What it is about.
    pub(crate) kind: Kind,
    /// Which workload it is about.
    pub(crate) workload: WorkloadId,
    /// The number in it: how many times as fast.
    pub(crate) ratio: f64,
    /// The sentence.
    pub(crate) text: String,
}

/// Everything that can be said; each kind only where both sides were measured.
pub(crate) fn findings(results: &Results) -> Vec<Finding> {
    let workloads = results.workloads();
    let gains = workloads.iter().filter_map(|&workload| gain(results, workload));
    let prices = workloads.iter().filter_map(|&workload| price(results, workload));
    let losses = workloads.iter().flat_map(|&workload| losses(results, workload));
    gains.chain(prices).chain(losses).collect()
}

/// The answer to the question of the report, in one sentence.
pub(crate) fn headline(results: &Results) -> String {
    let gains: Vec<Finding> =
        findings(results).into_iter().filter(|finding| finding.kind == Kind::Gain).collect();
    let Some(first) = gains.first() else {
        return "Not enough was measured to compare with a global lock.".to_owned();
    };
    let threads = results.full_threads(first.workload).unwrap_or(1);
    let list = |chosen: &dyn Fn(f64) -> bool| -> Option<String> {
        let each: Vec<String> = gains
            .iter()
            .filter(|gain| chosen(gain.ratio))
            .map(|gain| format!("{} {}", gain.workload.name(), times(gain.ratio)))
            .collect();
        (!each.is_empty()).then(|| each.join(", "))
    };
    let on = format!("On {}, a program without its global lock", count(threads, "thread"));
    match (list(&|ratio| ratio >= 1.0), list(&|ratio| ratio < 1.0)) {
        (Some(faster), None) => format!("{on} runs this many times as fast as with it: {faster}."),
        (Some(faster), Some(slower)) => {
            format!("{on} runs this many times as fast as with it: {faster}; it loses at {slower}.")
        }
        (None, slower) => format!("{on} is not faster here: {}.", slower.unwrap_or_default()),
    }
}

fn ratio(ours: &Cell, theirs: &Cell) -> f64 {
    ours.median() / theirs.median()
}

fn gain(results: &Results, workload: WorkloadId) -> Option<Finding> {
    let threads = results.full_threads(workload)?;
    let ours = results.cell(workload, StrategyId::Ours, threads)?;
    let gil = results.cell(workload, StrategyId::Gil, threads)?;
    let ratio = ratio(ours, gil);
    let mut text = format!(
        "On {} the program without a global lock runs at {} the speed of the one with it",
        count(threads, "thread"),
        times(ratio)
    );
    if let (Some(ours_up), Some(gil_up)) = (results.speed_up(ours), results.speed_up(gil)) {
        text += &format!(
            "; it is {} its own speed on one thread, the locked one {}",
            times(ours_up),
            times(gil_up)
        );
    }
    if let (Some(ours), Some(gil)) = (ours.latency(), gil.latency()) {
        text += &format!(
            "; the longest stall of a worker was {} instead of {}",
            time(ours.longest_stall),
            time(gil.longest_stall)
        );
    }
    text.push('.');
    Some(Finding { kind: Kind::Gain, workload, ratio, text })
}

fn price(results: &Results, workload: WorkloadId) -> Option<Finding> {
    let ours = results.cell(workload, StrategyId::Ours, 1)?;
    let gil = results.cell(workload, StrategyId::Gil, 1)?;
    let ratio = ratio(ours, gil);
    let text = match ratio {
        r if overlap(ours, gil) => {
            format!("On one thread there is no difference that exceeds the spread ({}).", times(r))
        }
        r if r < 1.0 => format!(
            "On one thread, where a lock is never waited for, the program without it runs at {} the speed.",
            times(r)
        ),
        r => format!("On one thread the program without the lock is not slower either ({}).", times(r)),
    };
    Some(Finding { kind: Kind::Price, workload, ratio, text })
}

/// Per thread count the fastest strategy that beats ours by more than the spread of either.
fn losses(results: &Results, workload: WorkloadId) -> Vec<Finding> {
    let mut losses = Vec::new();
    for threads in results.threads(workload) {
        let Some(ours) = results.cell(workload, StrategyId::Ours, threads) else { continue };
        let best = results
            .strategies(workload)
            .into_iter()
            .filter(|&strategy| strategy != StrategyId::Ours)
            .filter_map(|strategy| results.cell(workload, strategy, threads))
            .filter(|cell| cell.median() > ours.median() && !overlap(ours, cell))
            .max_by(|a, b| a.median().total_cmp(&b.median()));
        if let Some(best) = best {
            let ratio = best.median() / ours.median();
            let text = format!(
                "{} on {}: {} is {} as fast as ours.",
                workload.name(),
                count(threads, "thread"),
                best.strategy.title(),
                times(ratio)
            );
            losses.push(Finding { kind: Kind::Loss, workload, ratio, text });
        }
    }
    losses
}

/// Whether the repetitions of two cells overlap. With one repetition there is no spread, and three percent is taken
/// for noise.
fn overlap(a: &Cell, b: &Cell) -> bool {
    let widen = |cell: &Cell| {
        let (low, high) = cell.range();
        if cell.samples.len() > 1 { (low, high) } else { (low * 0.97, high * 1.03) }
    };
    let ((a_low, a_high), (b_low, b_high)) = (widen(a), widen(b));
    a_low <= b_high && b_low <= a_high
}

#[cfg(test)]
mod tests {
    use super::super::results::tests::made_up;
    use super::*;

    #[test]
    fn sentences_follow_the_figures() {
        let results = made_up();
        let findings = findings(&results);
        let of = |kind| findings.iter().filter(|finding| finding.kind == kind).count();
        assert_eq!((of(Kind::Gain), of(Kind::Price), of(Kind::Loss)), (4, 4, 12));
        let gain =
            findings.iter().find(|f| f.kind == Kind::Gain && f.workload == WorkloadId::Likes).expect("gain");
        assert!(
            (gain.ratio - 2002.0 / 2802.0).abs() < 1e-9 && gain.text.contains("On 2 threads"),
            "{gain:?}"
        );
        assert!(headline(&results).contains("likes 0.71×"), "{}", headline(&results));
        let loss = findings.iter().find(|f| f.kind == Kind::Loss).expect("loss");
        assert!(loss.text.contains("papaya"), "{loss:?}");
    }
}
