//! Settings: threads look up a few hundred shared configuration objects and use them; now and then one is replaced
//! by a new one. A read must see a whole object, old or new, and no replacement may be lost.
//!
//! The two forms of reading are two workloads: **borrowed** looks at the object in place, **counted** takes a
//! reference of its own, which is what an interpreter does with every value it touches.

use std::time::Duration;

use super::paced::{Paced, paced};
use super::{Sample, Workload};
use crate::measure::{Failure, LatencyRecorder, Random, run_workers};
use crate::strategies::{SharedMap, Strategy};

/// Every so many operations of a worker one is a replacement.
const REPLACE_EVERY: u64 = 8192;

/// How a worker reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    /// In place.
    Borrowed,
    /// Through a reference of its own.
    Counted,
}

/// The workload, ready to run.
pub(crate) struct Settings {
    reads: Reads,
    names: Vec<String>,
    limit: Duration,
    seed: u64,
}

/// A configuration object: reading it means adding up its limits, which must give its checksum.
struct Setting {
    revision: u64,
    limits: [u64; 6],
    checksum: u64,
}

impl Setting {
    fn new(revision: u64, seed: u64) -> Self {
        let mut random = Random::new(seed, revision);
        let limits = std::array::from_fn(|_| random.next());
        Self { revision, limits, checksum: sum(&limits) }
    }

    #[inline]
    fn is_whole(&self) -> bool {
        sum(&self.limits) == self.checksum
    }
}

fn sum(limits: &[u64]) -> u64 {
    limits.iter().fold(0, |sum, limit| sum.wrapping_add(*limit))
}

impl Settings {
    /// `count` settings.
    pub(crate) fn new(reads: Reads, count: usize, limit: Duration, seed: u64) -> Self {
        let names = (0..count).map(|n| format!("service.{}.limits.{n}", n % 16)).collect();
        Self { reads, names, limit, seed }
    }
}

impl Workload for Settings {
    fn run<S: Strategy>(&self, threads: &[usize], each: &mut dyn FnMut(Sample)) -> Result<(), Failure> {
        let settings = S::Map::<String, Setting>::with_capacity(self.names.len());
        S::enter(|cx| {
            for name in &self.names {
                settings.insert(cx, name.clone(), Setting::new(0, self.seed));
            }
        });
        let mut replaced = 0;
        for &threads in threads {
            let (done, elapsed) = run_workers(threads, Some(self.limit), |worker, gate| {
                self.work::<S>(&settings, worker, threads, gate)
            })?;
            let mut latency = LatencyRecorder::new();
            let mut operations = 0;
            for (paced, broken, replacements) in &done {
                if *broken > 0 {
                    return Err(Failure::Wrong(format!(
                        "{broken} reads saw a missing or half-replaced setting"
                    )));
                }
                latency.merge(&paced.latency);
                operations += paced.operations;
                replaced += replacements;
            }
            each(Sample { threads, operations, seconds: elapsed.as_secs_f64(), latency: latency.summary() });
        }
        let mut revisions = 0;
        S::enter(|cx| settings.for_each(cx, |_, _, setting| revisions += setting.revision));
        if revisions != replaced {
            return Err(Failure::Wrong(format!(
                "{replaced} settings were replaced, but {revisions} revisions arrived"
            )));
        }
        Ok(())
    }
}

impl Settings {
    fn work<S: Strategy>(
        &self,
        settings: &S::Map<String, Setting>,
        worker: usize,
        workers: usize,
        gate: &crate::measure::Gate,
    ) -> (Paced, u64, u64) {
        let mut random = Random::new(self.seed, worker as u64);
        let mut pick = random.clone();
        let (mut broken, mut replaced) = (0u64, 0u64);
        let paced = paced::<S>(gate, &mut random, |cx, number| {
            let index = pick.below(self.names.len());
            if number % REPLACE_EVERY == REPLACE_EVERY - 1 {
                // Each worker replaces settings of its own, so that the revisions add up whatever the order.
                let own = index - index % workers + worker;
                if let Some(name) = self.names.get(own) {
                    let revision = settings.with(cx, name.as_str(), |_, setting| setting.revision + 1);
                    let revision = revision.unwrap_or_default();
                    replaced +=
                        u64::from(settings.insert(cx, name.clone(), Setting::new(revision, self.seed)));
                    return;
                }
            }
            let name = self.names[index].as_str();
            let whole = match self.reads {
                Reads::Borrowed => settings.with(cx, name, |_, setting| setting.is_whole()),
                Reads::Counted => settings.with_counted(cx, name, |_, setting| setting.is_whole()),
            };
            broken += u64::from(whole != Some(true));
        });
        (paced, broken, replaced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies::StrategyId;
    use crate::workloads::run_as;

    #[test]
    fn both_forms_are_right_under_every_strategy() {
        for reads in [Reads::Borrowed, Reads::Counted] {
            let settings = Settings::new(reads, 50, Duration::from_millis(5), 1);
            for strategy in StrategyId::ALL {
                let mut samples = Vec::new();
                run_as(strategy, &settings, &[1, 2, 4], &mut |sample| samples.push(sample))
                    .unwrap_or_else(|failure| panic!("{reads:?} {}: {failure}", strategy.name()));
                assert!(samples.len() == 3 && samples.iter().all(|sample| sample.operations > 0));
            }
        }
    }
}
