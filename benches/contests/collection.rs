//! One trait for every map and list, and the operations on them.

use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;

use freethreaded::Brc;

use crate::run::{Control, Entrant};

/// What a collection holds: a number, or a counted pointer to one.
pub(crate) trait Value: Clone + 'static {
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

/// A map or a list from the outside, for the thread or threads that use it.
pub(crate) trait Collection: 'static {
    /// What a thread keeps while it works: a token, a guard, a global lock, or nothing.
    type Hold<'a>;

    fn new() -> Self;
    fn hold(&self) -> Self::Hold<'_>;
    /// Gives way, from time to time.
    fn renew(_hold: &mut Self::Hold<'_>) {}
    /// The value, read where it is.
    fn get(&self, hold: &Self::Hold<'_>, key: u64) -> u64;
    /// A reference of one's own to the value, read and dropped.
    fn get_counted(&self, hold: &Self::Hold<'_>, key: u64) -> u64;
    /// Adds an entry with a new value.
    fn add(&self, hold: &Self::Hold<'_>, key: u64, value: u64);
    /// Replaces the value of a present entry with a new one.
    fn replace(&self, hold: &Self::Hold<'_>, key: u64, value: u64);
    fn sum(&self, hold: &Self::Hold<'_>) -> u64;
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
    Grow,
}

/// An operation on a collection of so many entries.
#[derive(Clone, Copy)]
pub(crate) struct Job {
    pub(crate) operation: Operation,
    pub(crate) entries: u64,
    /// The key of the nth entry.
    pub(crate) key: fn(u64) -> u64,
}

/// Puts things in an order that is the same every time.
pub(crate) fn shuffle<T>(things: &mut [T]) {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for i in (1..things.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        things.swap(i, ((state >> 33) as usize) % (i + 1));
    }
}

/// The keys of a run, in random order; a power of two of them.
fn trace(job: Job) -> Vec<u64> {
    let length = job.entries.next_power_of_two().max(1024);
    let mut keys: Vec<u64> = (0..length).map(|i| (job.key)(i % job.entries)).collect();
    shuffle(&mut keys);
    if matches!(job.operation, Operation::Hot | Operation::HotCounted) {
        keys.fill((job.key)(job.entries / 2));
    }
    keys
}

struct Setup<C> {
    job: Job,
    /// One for all threads, or one each.
    collections: Vec<C>,
    trace: Vec<u64>,
}

impl<C: Collection> Setup<C> {
    fn new(job: Job) -> Self {
        let copies = match job.operation {
            Operation::OwnMix(_) => 2,
            Operation::Grow => 0,
            _ => 1,
        };
        Self { job, collections: (0..copies).map(|_| filled(job)).collect(), trace: trace(job) }
    }

    fn run(&self, control: &mut Control, thread: usize) {
        let Some(c) = self.collections.get(thread % self.collections.len().max(1)) else {
            return self.grow(control);
        };
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
                control.one_at_a_time();
                control.start();
                let mut hold = c.hold();
                while control.next().is_some() {
                    black_box(c.sum(&hold));
                    C::renew(&mut hold);
                }
            }
            Operation::Grow => {}
        }
    }

    /// Does `f` with one key of the trace after the other, giving way between chunks.
    #[inline(always)]
    fn each(&self, c: &C, control: &mut Control, f: impl Fn(&C::Hold<'_>, u64, usize)) {
        let mask = self.trace.len() - 1;
        let mut at = control.salt;
        control.start();
        let mut hold = c.hold();
        while let Some(n) = control.next() {
            for _ in 0..n {
                f(&hold, self.trace[at & mask], at);
                at += 1;
            }
            C::renew(&mut hold);
        }
    }

    fn grow(&self, control: &mut Control) {
        control.one_at_a_time();
        control.start();
        while control.next().is_some() {
            let full = filled::<C>(self.job);
            control.aside(|| drop(full));
        }
    }
}

fn filled<C: Collection>(job: Job) -> C {
    let c = C::new();
    {
        let mut hold = c.hold();
        for i in 0..job.entries {
            c.add(&hold, (job.key)(i), i);
            if i % 1024 == 0 {
                C::renew(&mut hold);
            }
        }
    }
    c
}

/// An entrant whose collection one thread uses.
pub(crate) fn own<C: Collection>(name: &'static str, job: Job) -> Entrant {
    Entrant::own(name, move || {
        let setup = Setup::<C>::new(job);
        move |control: &mut Control| setup.run(control, 0)
    })
}

/// An entrant whose collection threads share.
pub(crate) fn shared<C: Collection + Send + Sync>(name: &'static str, job: Job) -> Entrant {
    Entrant::shared(name, move || {
        let setup = Setup::<C>::new(job);
        move |control: &mut Control, thread| setup.run(control, thread)
    })
}
