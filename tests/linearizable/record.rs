//! Threads on one object, and what they did when.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;

use freethreaded::attach;

use super::checker::{Event, Model, Value};

/// Numbers that look random, the same in every run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as u32 % bound
    }

    /// Lets the threads meet in ever new ways.
    fn dawdle(&mut self) {
        match self.below(8) {
            0 => thread::yield_now(),
            1..=3 => (0..self.below(200)).for_each(|_| std::hint::spin_loop()),
            _ => {}
        }
    }
}

/// What one thread of a round does with the shared object.
pub(crate) struct Recorder<'a, M: Model> {
    clock: &'a AtomicU64,
    pub(crate) random: Random,
    events: Vec<Event<M>>,
    next_value: Value,
}

impl<M: Model> Recorder<'_, M> {
    /// Of the values of other threads and operations, none is the same.
    pub(crate) fn value(&mut self) -> Value {
        self.next_value += 1;
        self.next_value
    }

    pub(crate) fn record(&mut self, op: M::Op, run: impl FnOnce() -> M::Result) {
        self.random.dawdle();
        let begin = self.clock.fetch_add(1, Ordering::SeqCst);
        let result = run();
        let end = self.clock.fetch_add(1, Ordering::SeqCst);
        self.events.push(Event { begin, end, op, result });
    }
}

/// How histories are made: so many threads, so many times on a new object.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) threads: u32,
    pub(crate) rounds: u32,
    pub(crate) seed: u64,
}

/// Records a history per round and hands it to `check`, which says whether to go on.
pub(crate) fn record<M, T>(
    plan: Plan,
    make: impl Fn() -> T,
    act: impl Fn(&T, &mut Recorder<'_, M>) + Sync,
    mut check: impl FnMut(Vec<Event<M>>) -> bool,
) where
    M: Model<Op: Send, Result: Send>,
    T: Sync,
{
    for round in 0..plan.rounds {
        let (object, clock) = (make(), AtomicU64::new(1));
        let start = Barrier::new(plan.threads as usize);
        let thread = |n: u32| {
            let mut random = Random::new(plan.seed ^ u64::from(round) << 20 ^ u64::from(n + 1) << 50);
            let token = (random.below(3) == 0).then(attach);
            let mut recorder =
                Recorder { clock: &clock, random, events: Vec::new(), next_value: (n + 1) * 1000 };
            start.wait();
            act(&object, &mut recorder);
            drop(token);
            recorder.events
        };
        let history = thread::scope(|s| {
            let thread = &thread;
            let threads: Vec<_> = (1..plan.threads).map(|n| s.spawn(move || thread(n))).collect();
            let mut history = thread(0);
            for thread in threads {
                history.extend(thread.join().expect("no panic"));
            }
            history
        });
        if !check(history) {
            return;
        }
    }
}

/// As [`record`], by the same threads on one object all the time, so that it can become what it becomes by use: `use_it` is done between two histories, unrecorded. When no thread
/// does anything with it, `state` says what is in it.
pub(crate) fn record_on<M, T>(
    plan: Plan,
    object: &T,
    state: impl Fn(&T) -> M::State + Sync,
    act: impl Fn(&T, &mut Recorder<'_, M>) + Sync,
    use_it: impl Fn(&T, &mut Random) + Sync,
    check: impl FnMut(M::State, Vec<Event<M>>) -> bool + Send,
) where
    M: Model<Op: Send, Result: Send, State: Send>,
    T: Sync,
{
    let (clock, barrier, ended) =
        (AtomicU64::new(1), Barrier::new(plan.threads as usize), AtomicBool::new(false));
    let begin = Mutex::new((state(object), Vec::new()));
    let check = Mutex::new(check);
    let thread = |n: u32| {
        let random = Random::new(plan.seed ^ u64::from(n + 1) << 50);
        let mut recorder = Recorder { clock: &clock, random, events: Vec::new(), next_value: n << 24 };
        for _ in 0..plan.rounds {
            barrier.wait();
            if ended.load(Ordering::Relaxed) {
                break;
            }
            act(object, &mut recorder);
            begin.lock().unwrap_or_else(PoisonError::into_inner).1.append(&mut recorder.events);
            barrier.wait();
            use_it(object, &mut recorder.random);
            if barrier.wait().is_leader() {
                let mut begin = begin.lock().unwrap_or_else(PoisonError::into_inner);
                let (start, history) = std::mem::replace(&mut *begin, (state(object), Vec::new()));
                let goes_on = check.lock().unwrap_or_else(PoisonError::into_inner)(start, history);
                ended.store(!goes_on, Ordering::Relaxed);
            }
        }
    };
    thread::scope(|s| {
        let thread = &thread;
        let threads: Vec<_> = (0..plan.threads).map(|n| s.spawn(move || thread(n))).collect();
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
    });
}
