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
use freethreaded_benches::{Contest, Contestant, Stop, Threads};

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
    for contest in contests {
        run(&mut criterion, &contest, cores.get(1).copied());
    }
    criterion.final_summary();
}

fn run(criterion: &mut Criterion, contest: &Contest, second: Option<usize>) {
    let mut group = criterion.benchmark_group(contest.id);
    if contest.per > 1 {
        group.throughput(Throughput::Elements(contest.per));
        group.sample_size(10);
    }
    let second = second.filter(|_| contest.threads != Threads::One);
    for entrant in &contest.entrants {
        // Built when criterion comes to it, so that what is filtered out costs nothing.
        let mut built: Option<Contestant> = None;
        if contest.threads != Threads::Two {
            group.bench_function(BenchmarkId::new("1", entrant.name), |bencher| {
                let contestant = built.get_or_insert_with(|| (entrant.enter)());
                bencher.iter_custom(|n| contestant.run(Stop::Operations(n), n as usize).elapsed);
            });
        }
        let Some(core) = second.filter(|_| entrant.concurrent) else { continue };
        group.bench_function(BenchmarkId::new("2", entrant.name), |bencher| {
            let contestant = built.get_or_insert_with(|| (entrant.enter)());
            bencher.iter_custom(|n| {
                let samples = contestant.run_on_both(core, Stop::Operations(n), n as usize);
                samples.map_or(Duration::ZERO, |[a, b]| a.elapsed.max(b.elapsed))
            });
        });
    }
    group.finish();
}
