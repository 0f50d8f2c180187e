//! Likes: threads look posts up in one shared table and add to the counter inside. Popularity is Zipf's, and one
//! celebrity post takes a share of all traffic. No like may be lost.

use std::time::Duration;

use super::paced::{Paced, paced};
use super::{Sample, Workload};
use crate::measure::random::scramble;
use crate::measure::zipf::Popularity;
use crate::measure::{Failure, LatencyRecorder, Random, run_workers};
use crate::strategies::{Counter, SharedMap, Strategy};

/// Likes that are drawn before the clock starts, per worker; a worker goes through its own again and again.
const TRACE: usize = 1 << 17;

/// The workload, ready to run.
pub(crate) struct Likes {
    posts: usize,
    limit: Duration,
    seed: u64,
    /// Per worker, the ids of the posts it will like.
    traces: Vec<Vec<u64>>,
}

struct Post<S: Strategy> {
    author: u64,
    likes: S::Counter,
}

/// Ids that are not consecutive, as a database would hand them out to many servers.
fn id(rank: usize) -> u64 {
    scramble(rank as u64 + 1)
}

impl Likes {
    /// Draws the traffic for up to `workers` workers.
    pub(crate) fn new(posts: usize, celebrity: f64, limit: Duration, seed: u64, workers: usize) -> Self {
        let popularity = Popularity::new(posts, celebrity);
        let trace = |worker: usize| {
            let mut random = Random::new(seed, worker as u64);
            (0..TRACE).map(|_| id(popularity.draw(&mut random))).collect()
        };
        Self { posts, limit, seed, traces: (0..workers).map(trace).collect() }
    }

    fn celebrity_likes(&self, worker: usize, likes: u64) -> u64 {
        let celebrity = id(Popularity::CELEBRITY);
        let count = |ids: &[u64]| ids.iter().filter(|&&id| id == celebrity).count() as u64;
        let (rounds, rest) = (likes / TRACE as u64, (likes % TRACE as u64) as usize);
        rounds * count(&self.traces[worker]) + count(&self.traces[worker][..rest])
    }
}

impl Workload for Likes {
    fn run<S: Strategy>(&self, threads: &[usize], each: &mut dyn FnMut(Sample)) -> Result<(), Failure> {
        let posts = S::Map::<u64, Post<S>>::with_capacity(self.posts);
        S::enter(|cx| {
            for rank in 0..self.posts {
                posts.insert(cx, id(rank), Post { author: rank as u64 % 1000, likes: S::Counter::default() });
            }
        });
        let (mut given, mut to_celebrity) = (0, 0);
        for &threads in threads {
            let (done, elapsed) = run_workers(threads, Some(self.limit), |worker, gate| {
                let trace = &self.traces[worker];
                let mut random = Random::new(self.seed, worker as u64);
                let mut unknown = 0u64;
                let paced: Paced = paced::<S>(gate, &mut random, |cx, number| {
                    let id = trace[number as usize % TRACE];
                    let liked = posts.with(cx, &id, |cx, post| {
                        post.likes.add(cx, 1);
                        post.author
                    });
                    unknown += u64::from(liked.is_none());
                });
                (paced, unknown)
            })?;
            let mut latency = LatencyRecorder::new();
            let mut operations = 0;
            for (worker, (paced, unknown)) in done.iter().enumerate() {
                if *unknown > 0 {
                    return Err(Failure::Wrong(format!("{unknown} likes found no post")));
                }
                latency.merge(&paced.latency);
                operations += paced.operations;
                to_celebrity += self.celebrity_likes(worker, paced.operations);
            }
            given += operations;
            each(Sample { threads, operations, seconds: elapsed.as_secs_f64(), latency: latency.summary() });
        }
        let mut counted = 0;
        let mut celebrity = None;
        S::enter(|cx| {
            posts.for_each(cx, |cx, _, post| counted += post.likes.get(cx));
            celebrity = posts.with(cx, &id(Popularity::CELEBRITY), |cx, post| post.likes.get(cx));
        });
        if counted != given || celebrity != Some(to_celebrity) {
            return Err(Failure::Wrong(format!(
                "{given} likes were given, {to_celebrity} of them to the celebrity, but {counted} and {celebrity:?} counted"
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies::StrategyId;
    use crate::workloads::run_as;

    #[test]
    fn every_like_is_counted_under_every_strategy() {
        for share in [0.0, 0.3, 1.0] {
            let likes = Likes::new(1000, share, Duration::from_millis(5), 1, 4);
            for strategy in StrategyId::ALL {
                let mut samples = Vec::new();
                run_as(strategy, &likes, &[1, 2, 4], &mut |sample| samples.push(sample))
                    .unwrap_or_else(|failure| panic!("{}: {failure}", strategy.name()));
                assert!(
                    samples.len() == 3 && samples.iter().all(|s| s.operations > 0 && s.latency.is_some())
                );
            }
        }
    }

    #[test]
    fn celebrity_likes_are_predicted_exactly() {
        let likes = Likes::new(10, 0.5, Duration::ZERO, 1, 1);
        let by_hand = |n: usize| {
            (0..n).filter(|i| likes.traces[0][i % TRACE] == id(Popularity::CELEBRITY)).count() as u64
        };
        for n in [0, 1, 1000, TRACE, TRACE + 1000] {
            assert_eq!(likes.celebrity_likes(0, n as u64), by_hand(n), "{n}");
        }
    }
}
