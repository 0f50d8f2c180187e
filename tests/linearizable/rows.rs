//! Tables of operations, and histories made of them.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use super::checker::{Model, Value, is_linearizable};
use super::record::{Plan, Random, record, record_on};

/// What an operation gives, as numbers; nothing for `None`.
pub(crate) type Out = Vec<Value>;

/// An operation as the object has it and as one thread would see it. Both get a small number and a value that no other operation has.
pub(crate) struct Row<T, S> {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&T, usize, Value) -> Out,
    pub(crate) model: fn(&mut S, usize, Value) -> Out,
}

pub(crate) const fn row<T, S>(
    name: &'static str,
    run: fn(&T, usize, Value) -> Out,
    model: fn(&mut S, usize, Value) -> Out,
) -> Row<T, S> {
    Row { name, run, model }
}

/// A row with its arguments.
pub(crate) struct Call<T: 'static, S: 'static> {
    row: &'static Row<T, S>,
    at: usize,
    value: Value,
}

impl<T, S> Clone for Call<T, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, S> Copy for Call<T, S> {}

impl<T, S> fmt::Debug for Call<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({}, {})", self.row.name, self.at, self.value)
    }
}

/// The object that a table describes.
pub(crate) struct Rows<T, S>(PhantomData<(T, S)>);

impl<T, S> fmt::Debug for Rows<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rows")
    }
}

impl<T: 'static, S: Clone + Eq + Hash + fmt::Debug + 'static> Model for Rows<T, S> {
    type State = S;
    type Op = Call<T, S>;
    type Result = Out;

    fn step(state: &mut S, call: Call<T, S>) -> Out {
        (call.row.model)(state, call.at, call.value)
    }
}

/// An object, its operations, and how histories of it are made.
pub(crate) struct Subject<T: 'static, S: 'static> {
    pub(crate) make: fn() -> T,
    pub(crate) start: S,
    pub(crate) tables: &'static [&'static [Row<T, S>]],
    /// As many of the first rows as every other row is mixed with.
    pub(crate) core: usize,
    /// What is done unseen between two operations.
    pub(crate) between: fn(&T, &mut Random),
    /// The small numbers are below it.
    pub(crate) places: u32,
}

impl<T, S> Subject<T, S>
where
    T: Sync + 'static,
    S: Clone + Eq + Hash + fmt::Debug + Sync + 'static,
{
    fn len(&self) -> usize {
        self.tables.iter().map(|rows| rows.len()).sum()
    }

    fn row(&self, number: usize) -> &'static Row<T, S> {
        self.tables.iter().copied().flatten().nth(number).expect("a row")
    }

    /// Histories in which the row with the number `featured` is every third operation, and the others are of the first `known`, until one is
    /// not linearizable.
    fn first_bad(&self, featured: usize, known: usize, plan: Plan) -> Option<String> {
        let mut bad = None;
        record::<Rows<T, S>, T>(
            plan,
            self.make,
            |object, recorder| {
                for _ in 0..4 {
                    let number = match recorder.random.below(6) {
                        0..=1 => featured,
                        2..=4 => recorder.random.below(self.core as u32) as usize,
                        _ => recorder.random.below(known as u32) as usize,
                    };
                    let row = self.row(number);
                    let at = recorder.random.below(self.places) as usize;
                    let call = Call { row, at, value: recorder.value() };
                    recorder.record(call, || (row.run)(object, call.at, call.value));
                    (self.between)(object, &mut recorder.random);
                }
            },
            |history| {
                if !is_linearizable(self.start.clone(), &history) {
                    bad = Some(format!("{history:#?}"));
                }
                bad.is_none()
            },
        );
        bad
    }

    /// Checks every row.
    pub(crate) fn check(&self, seed: u64) {
        for featured in 0..self.len() {
            for (threads, rounds) in [(2, 80), (3, 80), (4, 30)] {
                let plan = Plan { threads, rounds, seed: seed + featured as u64 };
                if let Some(bad) = self.first_bad(featured, self.len(), plan) {
                    panic!("{} is not linearizable: {bad}", self.row(featured).name);
                }
            }
        }
    }

    /// Checks histories of one object that the same threads use all the time, each with a pause in which nobody does. `state` says what is in it.
    pub(crate) fn check_on(&self, state: fn(&T) -> S, seed: u64)
    where
        S: Send,
    {
        // New threads and objects now and then, which have not been through it yet.
        for (threads, seed) in [2, 3, 2, 3, 2, 3, 2, 3].into_iter().zip(seed..) {
            let (object, plan) = ((self.make)(), Plan { threads, rounds: 400, seed });
            let mut bad = None;
            record_on::<Rows<T, S>, T>(
                plan,
                &object,
                state,
                |object, recorder| {
                    for _ in 0..4 {
                        let known = if recorder.random.below(400) == 0 { self.len() } else { self.core };
                        let row = self.row(recorder.random.below(known as u32) as usize);
                        let at = recorder.random.below(self.places) as usize;
                        let call = Call { row, at, value: recorder.value() };
                        recorder.record(call, || (row.run)(object, call.at, call.value));
                    }
                },
                self.between,
                |start, history| {
                    if !is_linearizable(start.clone(), &history) {
                        bad = Some(format!("from {start:?}: {history:#?}"));
                    }
                    bad.is_none()
                },
            );
            if let Some(bad) = bad {
                panic!("not linearizable: {bad}");
            }
        }
    }

    /// Checks that every row behind the core, each of which is wrong on purpose, is caught in the company of the core.
    pub(crate) fn catch(&self, seed: u64) {
        for featured in self.core..self.len() {
            let plan = Plan { threads: 3, rounds: 5000, seed };
            let bad = self.first_bad(featured, self.core, plan);
            assert!(bad.is_some(), "{} is broken, and passed", self.row(featured).name);
        }
    }
}
