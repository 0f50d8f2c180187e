//! One trait for every map and list, and the operations on them.

mod grow;
mod mix;
mod sequence;
pub(crate) mod small;

use std::hash::Hash;
use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;

use freethreaded::Brc;

pub(crate) use self::grow::{own_grow, shared_grow};
pub(crate) use self::mix::{CAPACITY, Mix, own_mixed, shared_mixed};
pub(crate) use self::sequence::{Change, Sequence, own_changed, shared_changed, sorted};
use crate::run::{Control, Entrant, Loop};

/// What a collection holds: a number, or a counted pointer to one.
pub(crate) trait Value: Clone + Ord + 'static {
    fn new(n: u64) -> Self;
    fn get(&self) -> u64;
}

impl Value for u64 {
    #[inline]
    fn new(n: u64) -> Self {
        n
    }
    #[inline]
    fn get(&self) -> u64 {
        *self
    }
}

macro_rules! counted_value {
    ($($pointer:ident),*) => {$(
        impl Value for $pointer<u64> {
            #[inline]
            fn new(n: u64) -> Self {
                $pointer::new(n)
            }
            #[inline]
            fn get(&self) -> u64 {
                **self
            }
        }
    )*};
}

counted_value!(Rc, Arc, Brc);

/// What a collection is asked for: a key of a map, or a place in a list.
pub(crate) trait Key: Clone + Eq + Ord + Hash + Send + Sync + 'static {
    /// The nth key of a map.
    fn nth(n: u64) -> Self;
}

impl Key for u64 {
    /// Spread over all bits, so that no hasher profits from neighbours.
    #[inline]
    fn nth(n: u64) -> Self {
        (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

impl Key for String {
    /// 21 bytes, of which the first are all the same.
    fn nth(n: u64) -> Self {
        format!("user:{:016x}", u64::nth(n))
    }
}

/// A map or a list from the outside, for the thread or threads that use it.
pub(crate) trait Collection: 'static {
    type Key: Key;
    /// What a thread keeps while it works: a token, a guard, a global lock, or nothing.
    type Hold<'a>;

    fn new() -> Self;
    fn hold(&self) -> Self::Hold<'_>;
    /// Gives way, from time to time.
    fn renew(_hold: &mut Self::Hold<'_>) {}
    /// The value, read where it is.
    fn get(&self, hold: &Self::Hold<'_>, key: &Self::Key) -> u64;
    /// A reference of one's own to the value, read and dropped.
    fn get_counted(&self, hold: &Self::Hold<'_>, key: &Self::Key) -> u64;
    /// Adds an entry with a new value.
    fn add(&self, hold: &Self::Hold<'_>, key: Self::Key, value: u64);
    /// Replaces the value of a present entry with a new one.
    fn replace(&self, hold: &Self::Hold<'_>, key: &Self::Key, value: u64);
    fn sum(&self, hold: &Self::Hold<'_>) -> u64;
}

/// A map: what is asked for by key also goes by key.
pub(crate) trait Map: Collection {
    fn remove(&self, hold: &Self::Hold<'_>, key: &Self::Key);
    /// Gives an entry a new value if it is there.
    fn update(&self, hold: &Self::Hold<'_>, key: &Self::Key, value: u64) {
        self.replace(hold, key, value);
    }
}

/// What is done to a collection.
#[derive(Clone, Copy)]
pub(crate) enum Operation {
    Get,
    GetCounted,
    /// Of so many operations one is a replacement.
    Mix(usize),
    /// The same, each thread on a collection of its own.
    OwnMix(usize),
    Replace,
    /// Every read of the same key.
    Hot,
    HotCounted,
    Iterate,
}

impl Operation {
    fn writes(self) -> bool {
        matches!(self, Self::Mix(_) | Self::OwnMix(_) | Self::Replace)
    }
}

/// An operation on a collection of so many entries.
pub(crate) struct Job<K> {
    pub(crate) operation: Operation,
    pub(crate) entries: u64,
    /// The key of the nth entry.
    pub(crate) key: fn(u64) -> K,
}

impl<K> Clone for Job<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Job<K> {}

/// Puts things in an order that is the same every time.
pub(crate) fn shuffle<T>(things: &mut [T]) {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for i in (1..things.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        things.swap(i, ((state >> 33) as usize) % (i + 1));
    }
}

/// The keys of a run, in random order; a power of two of them.
fn trace<K>(job: Job<K>) -> Vec<K> {
    let length = job.entries.next_power_of_two().max(1024);
    let mut numbers: Vec<u64> = (0..length).map(|i| i % job.entries).collect();
    shuffle(&mut numbers);
    if matches!(job.operation, Operation::Hot | Operation::HotCounted) {
        numbers.fill(job.entries / 2);
    }
    // In the order of use, so that reading the keys themselves misses no cache.
    numbers.into_iter().map(job.key).collect()
}

/// From here on a collection is large: it outgrows the caches, and building it takes a while.
pub(crate) const LARGE: u64 = 100_000;

struct Setup<C: Collection> {
    job: Job<C::Key>,
    /// What threads use at the same time; and one thread alone too, if it only reads.
    together: Option<C>,
    trace: Vec<C::Key>,
}

impl<C: Collection> Setup<C> {
    fn new(job: Job<C::Key>, concurrent: bool) -> Self {
        let alone_only =
            job.operation.writes() && !concurrent || matches!(job.operation, Operation::OwnMix(_));
        Self { job, together: (!alone_only).then(|| filled(job)), trace: trace(job) }
    }

    fn run_on(&self, c: &C, control: &mut Control) {
        match self.job.operation {
            Operation::Get | Operation::Hot => {
                self.each(c, control, |hold, key, _| {
                    black_box(c.get(hold, key));
                });
            }
            Operation::GetCounted | Operation::HotCounted => {
                self.each(c, control, |hold, key, _| {
                    black_box(c.get_counted(hold, key));
                });
            }
            Operation::Mix(every) | Operation::OwnMix(every) => {
                self.each(c, control, |hold, key, at| {
                    if at % every == 0 {
                        c.replace(hold, key, at as u64);
                    } else {
                        black_box(c.get(hold, key));
                    }
                });
            }
            Operation::Replace => self.each(c, control, |hold, key, at| c.replace(hold, key, at as u64)),
            Operation::Iterate => {
                if self.job.entries >= LARGE {
                    control.one_at_a_time();
                }
                control.start();
                let mut hold = c.hold();
                while let Some(n) = control.next() {
                    for _ in 0..n {
                        black_box(c.sum(&hold));
                    }
                    C::renew(&mut hold);
                }
            }
        }
    }

    /// Does `f` with one key of the trace after the other, giving way between chunks.
    #[inline(always)]
    fn each(&self, c: &C, control: &mut Control, f: impl Fn(&C::Hold<'_>, &C::Key, usize)) {
        let mask = self.trace.len() - 1;
        let mut at = control.salt;
        control.start();
        let mut hold = c.hold();
        while let Some(n) = control.next() {
            for _ in 0..n {
                f(&hold, &self.trace[at & mask], at);
                at += 1;
            }
            C::renew(&mut hold);
        }
    }
}

/// A thread that writes alone does so on a collection that it has made itself, for each run anew: whatever a collection learns about
/// the threads that use it, another thread must not have taught it.
impl<C: Collection> Loop for Setup<C> {
    fn run(&self, control: &mut Control, _thread: usize) {
        let writes_alone = self.job.operation.writes() && !control.together();
        match &self.together {
            Some(c) if !writes_alone => self.run_on(c, control),
            _ => self.run_on(&filled::<C>(self.job), control),
        }
    }
}

fn filled<C: Collection>(job: Job<C::Key>) -> C {
    with_entries(0..job.entries, job.key)
}

/// A collection of these entries.
pub(crate) fn with_entries<C: Collection>(numbers: std::ops::Range<u64>, key: fn(u64) -> C::Key) -> C {
    let c = C::new();
    {
        let mut hold = c.hold();
        for i in numbers {
            c.add(&hold, key(i), i);
            if i % 1024 == 0 {
                C::renew(&mut hold);
            }
        }
    }
    c
}

/// An entrant whose collection one thread uses.
pub(crate) fn own<C: Collection>(name: &'static str, job: Job<C::Key>) -> Entrant {
    Entrant::own_loop(name, move || Setup::<C>::new(job, false))
}

/// An entrant whose collection threads share.
pub(crate) fn shared<C: Collection + Send + Sync>(name: &'static str, job: Job<C::Key>) -> Entrant {
    Entrant::shared_loop(name, move || Setup::<C>::new(job, true))
}
