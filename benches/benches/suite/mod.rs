//! Runs contests under criterion: `group/operation/threads/entrant`.
//!
//! ```text
//! cargo bench -p freethreaded-benches                            everything, about ten minutes
//! cargo bench -p freethreaded-benches --bench dict               one suite
//! cargo bench -p freethreaded-benches --bench dict -- get/1000/  what contains this
//! cargo bench -p freethreaded-benches -- Brc                     one entrant everywhere
//! ```
//!
//! At two threads a figure is the time of one operation of each, at the same time: twice that of one thread means no gain at all.

use std::env;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use freethreaded_benches::run::{cores, pin_to};
use freethreaded_benches::{Contest, Contestant, Stop, Threads, Work};

/// Short: the figures that count are the ratios of `ratios`, and these are for finding what has changed.
fn criterion() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500))
        .without_plots()
        .configure_from_args()
}

/// The program of a suite.
pub(crate) fn suite(contests: Vec<Contest>) {
    // Tests run benchmarks once, to see that they run. The tests of `ratios` do that for these.
    if !env::args().any(|argument| argument == "--bench") {
        return;
    }
    let cores = cores();
    if let Some(&core) = cores.first() {
        pin_to(core);
    }
    let mut criterion = criterion();
    // With a filter, what is not run by default can be asked for.
    let filtered = env::args().skip(1).any(|argument| !argument.starts_with('-'));
    for contest in contests.iter().filter(|contest| filtered || contest.by_default) {
        run(&mut criterion, contest, &cores);
    }
    criterion.final_summary();
}

fn run(criterion: &mut Criterion, contest: &Contest, cores: &[usize]) {
    let mut group = criterion.benchmark_group(contest.id.as_str());
    if contest.per > 1 {
        group.throughput(Throughput::Elements(contest.per));
    }
    if contest.work != Work::Timed {
        group.sample_size(10);
    }
    let both = cores.get(..2).filter(|_| contest.threads != Threads::One);
    for entrant in &contest.entrants {
        // Built when criterion comes to it, so that what is filtered out costs nothing.
        let mut built: Option<Contestant> = None;
        if contest.threads != Threads::Two {
            group.bench_function(BenchmarkId::new("1", entrant.name), |bencher| {
                let contestant = built.get_or_insert_with(|| (entrant.enter)());
                bencher.iter_custom(|n| {
                    time(contest.work, 1, n, |stop| contestant.run(stop, n as usize).elapsed)
                });
            });
        }
        let Some(both) = both.filter(|_| entrant.concurrent) else { continue };
        group.bench_function(BenchmarkId::new("2", entrant.name), |bencher| {
            let contestant = built.get_or_insert_with(|| (entrant.enter)());
            bencher.iter_custom(|n| {
                time(contest.work, 2, n, |stop| {
                    let done = contestant.run_together(both, 2, stop, n as usize);
                    done.map_or(Duration::ZERO, |done| done.span)
                })
            });
        });
    }
    group.finish();
}

/// The time of `n` operations of each thread. Where a run has so many operations and no more, of as many runs as it takes, in proportion.
fn time(work: Work, threads: u64, n: u64, run: impl Fn(Stop) -> Duration) -> Duration {
    let Work::Fixed(operations) = work else { return run(Stop::Operations(n)) };
    let each = operations / threads;
    let runs = n.div_ceil(each);
    let all: Duration = (0..runs).map(|_| run(Stop::Operations(each))).sum();
    all.mul_f64(n as f64 / (runs * each) as f64)
}
