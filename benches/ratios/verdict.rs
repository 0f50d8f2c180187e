//! From figures to rows: ours over each peer, and whether the goals are met.

use freethreaded_benches::{Contest, Cost, Entrant, Goal, limits::Limit};
use serde::{Serialize, Serializer, ser::SerializeSeq};

use crate::facts::Facts;
use crate::footprints::Footprints;
use crate::measure::{Figures, Middle};

/// Everything that was found.
#[derive(Serialize)]
pub(crate) struct Report {
    pub(crate) facts: Facts,
    #[serde(serialize_with = "limits")]
    pub(crate) limits: Vec<Limit>,
    pub(crate) rows: Vec<Row>,
    /// Where it was asked for.
    pub(crate) bytes: Option<Footprints>,
}

fn limits<S: Serializer>(limits: &[Limit], serializer: S) -> Result<S::Ok, S::Error> {
    let mut sequence = serializer.serialize_seq(Some(limits.len()))?;
    for limit in limits {
        sequence.serialize_element(&(limit.what, limit.ns))?;
    }
    sequence.end()
}

/// One comparison.
#[derive(Serialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) what: String,
    pub(crate) threads: usize,
    pub(crate) ours: &'static str,
    pub(crate) ours_ns: f64,
    /// On several threads.
    pub(crate) ours_scaling: Option<f64>,
    /// `None` in a row on scaling.
    pub(crate) peer: Option<Peer>,
    /// Ours over the peer, of single rounds; or our scaling.
    pub(crate) ratio: Middle,
    pub(crate) goals: Vec<Met>,
}

/// Who is compared with.
#[derive(Serialize)]
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) concurrent: bool,
    pub(crate) ns: f64,
    pub(crate) scaling: Option<f64>,
}

/// A goal and whether it is met.
#[derive(Serialize)]
pub(crate) struct Met {
    pub(crate) issue: &'static str,
    pub(crate) limit: f64,
    pub(crate) met: bool,
}

fn median(figures: &[f64]) -> Option<f64> {
    Middle::of(figures.to_vec()).map(|middle| middle.median)
}

fn verdicts(goals: &[Goal], value: f64, applies: impl Fn(Cost) -> bool) -> Vec<Met> {
    let mut met: Vec<Met> = Vec::new();
    for goal in goals.iter().filter(|goal| applies(goal.cost)) {
        let good = if goal.cost == Cost::Scaling { value >= goal.limit } else { value <= goal.limit };
        met.push(Met { issue: goal.issue.name(), limit: goal.limit, met: good });
    }
    met
}

/// The rows of a contest. Ours is the first entrant.
pub(crate) fn rows(contest: &Contest, figures: &[Figures]) -> Vec<Row> {
    let (Some((us, peers)), Some((our_figures, their_figures))) =
        (contest.entrants.split_first(), figures.split_first())
    else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for threads in [1, 2, 4] {
        let ours = our_figures.ns(threads);
        let Some(ours_ns) = median(ours) else { continue };
        let blank = |ratio| Row {
            id: contest.id.clone(),
            what: contest.what.clone(),
            threads,
            ours: us.name,
            ours_ns,
            ours_scaling: median(our_figures.scaling(threads)),
            peer: None,
            ratio,
            goals: Vec::new(),
        };
        for (entrant, figures) in peers.iter().zip(their_figures) {
            let theirs = figures.ns(threads);
            let Some(ns) = median(theirs) else { continue };
            let Some(ratio) = Middle::of(ours.iter().zip(theirs).map(|(a, b)| a / b).collect()) else {
                continue;
            };
            let goals = verdicts(&contest.goals, ratio.median, |cost| applies(cost, entrant, threads));
            let scaling = median(figures.scaling(threads));
            let peer = Peer { name: entrant.name, concurrent: entrant.concurrent, ns, scaling };
            rows.push(Row { peer: Some(peer), goals, ..blank(ratio) });
        }
        if let Some(ratio) = Middle::of(our_figures.scaling.clone()).filter(|_| threads == 2) {
            let goals = verdicts(&contest.goals, ratio.median, |cost| cost == Cost::Scaling);
            rows.push(Row { goals, ..blank(ratio) });
        }
    }
    rows
}

/// Whether a goal is about this peer. A global lock is a peer of its own kind: nobody shares anything under it at the same time.
fn applies(cost: Cost, entrant: &Entrant, on: usize) -> bool {
    match cost {
        Cost::Peer(name, threads) => name == entrant.name && threads == on,
        Cost::EveryConcurrentPeer(threads) => {
            entrant.concurrent && threads == on && !entrant.name.starts_with("global lock")
        }
        Cost::Scaling => false,
    }
}

impl Row {
    /// Whether ours is slower than a peer that threads can share, in at least three quarters of the rounds.
    pub(crate) fn is_a_loss(&self) -> bool {
        self.peer.as_ref().is_some_and(|peer| peer.concurrent) && self.ratio.first_quartile > 1.0
    }
}

#[cfg(test)]
mod tests {
    use freethreaded_benches::{Issue, Threads};

    use super::*;

    fn contest() -> Contest {
        let entrant = |name| Entrant::shared(name, || |_, _| ());
        let goal = |cost, limit| Goal { issue: Issue::First, cost, limit };
        Contest {
            threads: Threads::UpToFour,
            goals: vec![
                goal(Cost::Peer("fast", 1), 2.5),
                goal(Cost::EveryConcurrentPeer(1), 1.0),
                goal(Cost::EveryConcurrentPeer(4), 1.0),
                goal(Cost::Scaling, 1.9),
            ],
            ..Contest::new("a/b", "", vec![entrant("ours"), entrant("fast"), entrant("global lock + slow")])
        }
    }

    #[test]
    fn ratios_and_goals() {
        let figures = |one: f64, two: f64, four: f64, scaling: f64| Figures {
            one: vec![one; 3],
            two: vec![two; 3],
            four: vec![four; 3],
            scaling: vec![scaling; 3],
            scaling_of_four: vec![one / four; 3],
        };
        let rows = rows(
            &contest(),
            &[figures(4.0, 2.0, 3.0, 2.0), figures(2.0, 4.0, 2.0, 0.5), figures(8.0, 8.0, 6.0, 1.0)],
        );
        let seen: Vec<_> = rows
            .iter()
            .map(|row| {
                let goals: Vec<bool> = row.goals.iter().map(|goal| goal.met).collect();
                (
                    row.threads,
                    row.peer.as_ref().map(|peer| peer.name),
                    row.ratio.median,
                    goals,
                    row.is_a_loss(),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                (1, Some("fast"), 2.0, vec![true, false], true),
                (1, Some("global lock + slow"), 0.5, vec![], false),
                (2, Some("fast"), 0.5, vec![], false),
                (2, Some("global lock + slow"), 0.25, vec![], false),
                (2, None, 2.0, vec![true], false),
                (4, Some("fast"), 1.5, vec![false], true),
                (4, Some("global lock + slow"), 0.5, vec![], false),
            ]
        );
    }
}
