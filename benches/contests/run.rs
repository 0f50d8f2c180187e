//! What a contest is, and how one entrant runs: on one thread or several, each pinned to a core, for a time or a number of operations.

use std::hint;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// One operation and everybody who does it.
pub struct Contest {
    /// Its name in filters: `group/operation`.
    pub id: String,
    /// What is done, for readers of a table.
    pub what: String,
    /// Things done in one operation, for operations that are big: a figure is divided by it.
    pub per: u64,
    /// On how many threads it makes sense.
    pub threads: Threads,
    /// What a run is.
    pub work: Work,
    /// Whether a run without a filter has it.
    pub by_default: bool,
    /// Ours is the first.
    pub entrants: Vec<Entrant>,
    /// What ours must reach.
    pub goals: Vec<Goal>,
}

impl Contest {
    /// A contest of small operations, on one thread, without goals, which runs by default.
    pub fn new(id: impl Into<String>, what: impl Into<String>, entrants: Vec<Entrant>) -> Self {
        Self {
            id: id.into(),
            what: what.into(),
            per: 1,
            threads: Threads::One,
            work: Work::Timed,
            by_default: true,
            entrants,
            goals: Vec::new(),
        }
    }

    /// For operations of which each is so many things.
    pub(crate) fn per(self, things: u64) -> Self {
        Self { per: things, ..self }
    }

    pub(crate) fn on(self, threads: Threads) -> Self {
        Self { threads, ..self }
    }

    pub(crate) fn work(self, work: Work) -> Self {
        Self { work, ..self }
    }

    pub(crate) fn goals(self, goals: Vec<Goal>) -> Self {
        Self { goals, ..self }
    }

    /// Leaves it to those who ask for it.
    pub(crate) fn by_default(self, by_default: bool) -> Self {
        Self { by_default, ..self }
    }
}

/// On how many threads a contest is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// One.
    One,
    /// One, then two at the same time.
    OneAndTwo,
    /// One, then two, then four, however many cores there are.
    UpToFour,
    /// Two at the same time, which do different things: one alone would wait for ever.
    Two,
}

/// What a run of a contest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// As many operations as come into a time.
    Timed,
    /// The same, in fewer rounds: what it works on is large.
    TimedLarge,
    /// One operation, which takes long enough for a figure.
    Single,
    /// So many operations, of all threads together, that begin with a collection made for the run.
    Fixed(u64),
}

/// The loop of an entrant: a closure, or something that also prepares its runs.
pub trait Loop {
    /// Makes ready for one run, which is on so many threads. Its time is not counted.
    fn prepare(&self, _threads: usize) {}
    /// Runs as the thread with this number; the calling thread of the run is number 0.
    fn run(&self, control: &mut Control, thread: usize);
}

impl<F: Fn(&mut Control, usize)> Loop for F {
    fn run(&self, control: &mut Control, thread: usize) {
        self(control, thread);
    }
}

/// An implementor of an operation.
pub struct Entrant {
    /// Its name.
    pub name: &'static str,
    /// Whether threads can share it.
    pub concurrent: bool,
    /// Builds what the operation works on.
    pub enter: Box<dyn Fn() -> Contestant>,
}

impl Entrant {
    /// An entrant for one thread.
    pub fn own<F: Fn(&mut Control) + 'static>(name: &'static str, enter: impl Fn() -> F + 'static) -> Self {
        Self::own_loop(name, move || {
            let body = enter();
            move |control: &mut Control, _: usize| body(control)
        })
    }

    pub(crate) fn own_loop<L: Loop + 'static>(name: &'static str, enter: impl Fn() -> L + 'static) -> Self {
        let enter = Box::new(move || Contestant::Own(Box::new(enter())));
        Self { name, concurrent: false, enter }
    }

    /// An entrant that threads can share.
    pub fn shared<F>(name: &'static str, enter: impl Fn() -> F + 'static) -> Self
    where
        F: Fn(&mut Control, usize) + Send + Sync + 'static,
    {
        Self::shared_loop(name, enter)
    }

    pub(crate) fn shared_loop<L>(name: &'static str, enter: impl Fn() -> L + 'static) -> Self
    where
        L: Loop + Send + Sync + 'static,
    {
        let enter = Box::new(move || Contestant::Shared(Box::new(enter())));
        Self { name, concurrent: true, enter }
    }
}

/// An entrant with its objects built, ready to run.
pub enum Contestant {
    /// Runs on the thread that built it.
    Own(Box<dyn Loop>),
    /// Runs on any threads.
    Shared(Box<dyn Loop + Send + Sync>),
}

/// What ours must reach.
#[derive(Clone, Copy, Debug)]
pub struct Goal {
    /// The issue that asks for it.
    pub issue: Issue,
    /// What is compared.
    pub cost: Cost,
    /// Ours may cost so many times the peer; for scaling, the least.
    pub limit: f64,
}

/// What a goal compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// With one entrant, on so many threads.
    Peer(&'static str, usize),
    /// With every other entrant that threads can share, on so many threads.
    EveryConcurrentPeer(usize),
    /// Throughput of two threads over that of one.
    Scaling,
}

/// Which piece of the project's plan a goal belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issue {
    /// The first slice.
    First,
    /// Faster counts.
    Refcounts,
    /// Faster containers.
    Containers,
}

impl Issue {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first slice",
            Self::Refcounts => "refcounts",
            Self::Containers => "containers",
        }
    }

    /// A goal on the costs of an operation.
    pub(crate) fn goal(self, cost: Cost, limit: f64) -> Goal {
        Goal { issue: self, cost, limit }
    }
}

/// When a run ends.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// With the first chunk that ends after this time.
    After(Duration),
    /// After so many operations.
    Operations(u64),
    /// After so many operations, all in one chunk: twice as many take twice the instructions, but for what comes once.
    Whole(u64),
}

/// Operations between two looks at the clock.
const CHUNK: u64 = 512;

/// The clock of one thread of a run. The loop of an entrant is
///
/// ```ignore
/// control.start();
/// while let Some(operations) = control.next() {
///     for _ in 0..operations { /* … */ }
/// }
/// ```
pub struct Control<'a> {
    stop: Stop,
    chunk: u64,
    /// Where to begin in a trace: another place in each run, so that no run finds its own cache lines again.
    pub salt: usize,
    line: Option<&'a StartLine>,
    began: Instant,
    aside: Duration,
    under_way: u64,
    sample: Sample,
}

/// What a thread has done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sample {
    /// Operations.
    pub operations: u64,
    /// Time in them.
    pub elapsed: Duration,
}

impl Sample {
    /// Operations per nanosecond.
    pub fn rate(&self) -> f64 {
        self.operations as f64 / self.elapsed.as_nanos().max(1) as f64
    }
}

impl<'a> Control<'a> {
    fn new(stop: Stop, salt: usize, line: Option<&'a StartLine>) -> Self {
        Self {
            stop,
            chunk: CHUNK,
            salt,
            line,
            began: Instant::now(),
            aside: Duration::ZERO,
            under_way: 0,
            sample: Sample::default(),
        }
    }

    /// Waits for the other threads of the run, and starts the clock.
    pub fn start(&mut self) {
        if let Some(line) = self.line {
            line.wait();
        }
        self.began = Instant::now();
    }

    /// For operations of more than a few microseconds: one at a time.
    pub fn one_at_a_time(&mut self) {
        self.chunk = 1;
    }

    /// Whether another thread does the same at this moment.
    pub fn together(&self) -> bool {
        self.line.is_some()
    }

    /// Counts the last chunk and says how long the next is; `None` when the run is over.
    #[expect(clippy::should_implement_trait, reason = "an iterator could not be told about time spent aside")]
    pub fn next(&mut self) -> Option<u64> {
        self.sample.operations += self.under_way;
        self.under_way = match self.stop {
            Stop::After(time) if self.began.elapsed() >= time && self.sample.operations > 0 => 0,
            Stop::After(_) => self.chunk,
            Stop::Operations(all) => self.chunk.min(all - self.sample.operations),
            Stop::Whole(all) => all - self.sample.operations,
        };
        if self.under_way == 0 {
            self.sample.elapsed = self.began.elapsed().saturating_sub(self.aside);
            return None;
        }
        Some(self.under_way)
    }

    /// Does what belongs to the operations but comes after them all: its time is counted. For the end of the loop.
    pub fn finish(&mut self, f: impl FnOnce()) {
        let began = Instant::now();
        f();
        self.sample.elapsed += began.elapsed();
    }

    /// Does something that is no part of the operation: its time is not counted.
    pub fn aside<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let began = Instant::now();
        let result = f();
        self.aside += began.elapsed();
        result
    }
}

/// Where threads wait for each other, spinning, so that they start within a cache miss of each other.
struct StartLine {
    missing: AtomicUsize,
    /// There are more threads than cores: one that spins keeps another from coming here.
    crowded: bool,
}

impl StartLine {
    fn wait(&self) {
        self.missing.fetch_sub(1, Ordering::AcqRel);
        while self.missing.load(Ordering::Acquire) != 0 {
            if self.crowded {
                thread::yield_now();
            } else {
                hint::spin_loop();
            }
        }
    }
}

/// What the threads of a run have done.
#[derive(Clone, Debug)]
pub struct Together {
    /// By thread.
    pub samples: Vec<Sample>,
    /// From the first one's start to the last one's end.
    pub span: Duration,
}

impl Together {
    /// Operations of all threads per nanosecond of the span. What counts where threads take turns on a core.
    pub fn rate_of_span(&self) -> f64 {
        let operations: u64 = self.samples.iter().map(|sample| sample.operations).sum();
        operations as f64 / self.span.as_nanos().max(1) as f64
    }
}

/// The cores to use, by their number in the system. Call it before any thread is pinned.
pub fn cores() -> Vec<usize> {
    core_affinity::get_core_ids().map_or_else(Vec::new, |ids| ids.into_iter().map(|id| id.id).collect())
}

/// Keeps the calling thread on a core. Where the system cannot, nothing happens.
pub fn pin_to(core: usize) {
    core_affinity::set_for_current(core_affinity::CoreId { id: core });
}

impl Contestant {
    /// Runs on the calling thread.
    pub fn run(&self, stop: Stop, salt: usize) -> Sample {
        let mut control = Control::new(stop, salt, None);
        match self {
            Self::Own(body) => {
                body.prepare(1);
                body.run(&mut control, 0);
            }
            Self::Shared(body) => {
                body.prepare(1);
                body.run(&mut control, 0);
            }
        }
        control.sample
    }

    /// Runs on a new thread, as thread number 1. `None` if threads cannot share it.
    pub fn run_on(&self, core: usize, stop: Stop, salt: usize) -> Option<Sample> {
        let Self::Shared(body) = self else { return None };
        body.prepare(1);
        let run = || {
            pin_to(core);
            let mut control = Control::new(stop, salt, None);
            body.run(&mut control, 1);
            control.sample
        };
        Some(thread::scope(|s| s.spawn(run).join().expect("an entrant does not panic")))
    }

    /// Runs on the calling thread and on new ones at the same time, so many in all; each new one stays on one of the cores, of
    /// which the first is the calling thread's. `None` if threads cannot share it.
    pub fn run_together(&self, cores: &[usize], threads: usize, stop: Stop, salt: usize) -> Option<Together> {
        let Self::Shared(body) = self else { return None };
        body.prepare(threads);
        let line = StartLine { missing: AtomicUsize::new(threads), crowded: threads > cores.len() };
        let run = |thread: usize| {
            let mut control = Control::new(stop, salt + thread * 7919, Some(&line));
            body.run(&mut control, thread);
            (control.began, control.sample)
        };
        let done: Vec<(Instant, Sample)> = thread::scope(|s| {
            let others: Vec<_> = (1..threads)
                .map(|thread| {
                    let run = &run;
                    s.spawn(move || {
                        pin_to(cores[thread % cores.len()]);
                        run(thread)
                    })
                })
                .collect();
            let here = run(0);
            let others = others.into_iter().map(|other| other.join().expect("an entrant does not panic"));
            std::iter::once(here).chain(others).collect()
        });
        let began = done.iter().map(|(began, _)| *began).min()?;
        let ended = done.iter().map(|(began, sample)| *began + sample.elapsed).max()?;
        Some(Together { samples: done.into_iter().map(|(_, sample)| sample).collect(), span: ended - began })
    }
}
