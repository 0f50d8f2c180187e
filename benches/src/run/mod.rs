//! Runs a plan: every workload under every strategy, in turns, so that a slow minute of the machine hits all of
//! them, and puts the samples where the report finds them.

pub(crate) mod child;
pub(crate) mod progress;
pub(crate) mod serve;

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::measure::{Failure, interrupted};
use crate::report::results::Results;
use crate::site::scout::scout;
use crate::site::{Outcome, SiteSpec};
use crate::strategies::StrategyId;
use crate::workloads::crawl::Crawl;
use crate::workloads::likes::Likes;
use crate::workloads::locks::locks;
use crate::workloads::promptness::promptness;
use crate::workloads::settings::{Reads, Settings};
use crate::workloads::{Sample, WorkloadId, run_as};
use child::Child;
use progress::Progress;

/// Objects of the settings workload.
pub(crate) const SETTINGS: usize = 300;

/// Everything that must be the same in both processes for their figures to be comparable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Conditions {
    /// Seed of everything random.
    pub(crate) seed: u64,
    /// Length of one measurement.
    pub(crate) duration: Duration,
    /// Posts of the likes workload.
    pub(crate) posts: usize,
    /// The celebrity's share.
    pub(crate) celebrity: f64,
    /// The largest thread count, for which traffic is drawn in advance.
    pub(crate) most_threads: usize,
    /// The site, if one is crawled.
    pub(crate) site: Option<SiteSpec>,
}

/// The workloads of one process, each made when it is first needed.
pub(crate) struct Bench {
    conditions: Conditions,
    crawl: Option<Crawl>,
    likes: Option<Likes>,
}

impl Bench {
    /// Nothing is read or drawn yet.
    pub(crate) fn new(conditions: Conditions) -> Self {
        Self { conditions, crawl: None, likes: None }
    }

    /// Runs one workload under one strategy in this process.
    pub(crate) fn run(
        &mut self,
        workload: WorkloadId,
        strategy: StrategyId,
        threads: &[usize],
        each: &mut dyn FnMut(Sample),
    ) -> Result<(), Failure> {
        let Conditions { seed, duration, posts, celebrity, most_threads, .. } = self.conditions;
        match workload {
            WorkloadId::Crawl => run_as(strategy, self.crawl()?, threads, each),
            WorkloadId::Likes => {
                let make = || Likes::new(posts, celebrity, duration, seed, most_threads);
                run_as(strategy, self.likes.get_or_insert_with(make), threads, each)
            }
            WorkloadId::SettingsBorrowed => {
                run_as(strategy, &Settings::new(Reads::Borrowed, SETTINGS, duration, seed), threads, each)
            }
            WorkloadId::SettingsCounted => {
                run_as(strategy, &Settings::new(Reads::Counted, SETTINGS, duration, seed), threads, each)
            }
        }
    }

    /// The crawl with its snapshot, read from the disk the first time.
    fn crawl(&mut self) -> Result<&Crawl, Failure> {
        if self.crawl.is_none() {
            let spec =
                self.conditions.site.clone().ok_or(Failure::Wrong("there is no site to crawl".to_owned()))?;
            self.crawl = Some(Crawl { site: scout(spec).ok_or(Failure::Interrupted)? });
        }
        self.crawl.as_ref().ok_or(Failure::Interrupted)
    }

    /// What every crawl must find.
    pub(crate) fn expected(&mut self) -> Result<&Outcome, Failure> {
        self.crawl().map(|crawl| &crawl.site.expected)
    }
}

/// One visit to a workload and a strategy: all thread counts, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Turn {
    workload: WorkloadId,
    strategy: StrategyId,
}

/// The order of turns: repetitions outermost, so that each strategy meets each of the machine's moods, and every
/// repetition begins with another strategy.
fn turns(workloads: &[WorkloadId], strategies: &[StrategyId], repetitions: usize) -> Vec<Turn> {
    let mut turns = Vec::new();
    for repetition in 0..repetitions {
        for &workload in workloads {
            for index in 0..strategies.len() {
                let strategy = strategies[(index + repetition) % strategies.len()];
                turns.push(Turn { workload, strategy });
            }
        }
    }
    turns
}

/// Runs everything that was asked for. What was measured before a failure or Ctrl-C is in `results` either way.
pub(crate) fn run(
    options: &crate::cli::Options,
    results: &mut Results,
    progress: &mut Progress,
) -> Result<(), Failure> {
    let mut bench = Bench::new(options.conditions.clone());
    // The first reading is a crawl on one thread and as long again for the files, so it tells what the others take.
    let read = Instant::now();
    if options.workloads.contains(&WorkloadId::Crawl) {
        progress.say("reading the site");
        results.crawl = Some(bench.expected()?.clone());
    }
    let read = read.elapsed() / 2;
    let turns = turns(&options.workloads, &options.strategies, options.repetitions);
    let steps = options.strategies.len() * options.repetitions * options.threads.len();
    for &workload in &options.workloads {
        let guess = if workload == WorkloadId::Crawl { read } else { options.conditions.duration };
        progress.expect(workload, steps, guess);
    }
    if let Some(objects) = options.promptness {
        progress.say("promptness of destruction");
        promptness(objects, &mut |delays| results.promptness.push(delays))?;
    }
    if let Some(amounts) = options.locks {
        progress.say("locks");
        locks(amounts, &mut results.locks)?;
    }
    progress.start();
    let mut child: Option<Child> = None;
    for Turn { workload, strategy } in turns {
        if interrupted() {
            return Err(Failure::Interrupted);
        }
        progress.begin(&format!("{} · {}", workload.name(), strategy.name()));
        let mut each = |sample: Sample| {
            results.add(workload, strategy, sample);
            progress.step(workload);
        };
        let done = if strategy == StrategyId::OursGil {
            let child = match &mut child {
                Some(child) => child,
                none => none.insert(Child::start(&options.conditions)?),
            };
            child.run(workload, &options.threads, &mut each)
        } else {
            bench.run(workload, strategy, &options.threads, &mut each)
        };
        done.map_err(|failure| match failure {
            Failure::Wrong(what) => {
                Failure::Wrong(format!("{} under {}: {what}", workload.name(), strategy.name()))
            }
            Failure::Panicked(what) => {
                Failure::Panicked(format!("{} under {}: {what}", workload.name(), strategy.name()))
            }
            other => other,
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_visit_everything_and_rotate_who_is_first() {
        let strategies = [StrategyId::Ours, StrategyId::Gil, StrategyId::Mutex];
        let turns = turns(&[WorkloadId::Likes, WorkloadId::Crawl], &strategies, 2);
        assert_eq!(turns.len(), 12);
        assert_eq!(turns[0].strategy, StrategyId::Ours);
        assert_eq!(turns[6].strategy, StrategyId::Gil);
        for strategy in strategies {
            assert_eq!(turns.iter().filter(|turn| turn.strategy == strategy).count(), 4);
        }
    }
}
