//! Recorded histories of threads on one container, checked for linearizability.
//!
//! A history is linearizable if its operations can be put in one order that keeps every pair of which one ended before the
//! other began, and in which a sequential container gives the same results. The search is Wing and Gong's, with Lowe's memo.
//! Operations on one key of a `Dict` or `Set` are checked by themselves, which suffices (locality).
#![cfg(not(loom))]

mod checker;
#[path = "../common/mod.rs"]
mod common;

use std::fmt::Debug;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use freethreaded::{Attached, Brc, Dict, List, Set, attach};

use checker::{Entry, Event, ListOp, MapOp, Model, Sequence, Value, is_linearizable};
use common::isolated;

/// Numbers that look random, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
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
struct Recorder<'a, M: Model> {
    clock: &'a AtomicU64,
    random: Random,
    events: Vec<Event<M>>,
    /// Of the values of other threads and operations, none is the same.
    next_value: Value,
}

impl<M: Model> Recorder<'_, M> {
    fn value(&mut self) -> Value {
        self.next_value += 1;
        self.next_value
    }

    fn record(&mut self, op: M::Op, run: impl FnOnce() -> M::Result) {
        self.random.dawdle();
        let begin = self.clock.fetch_add(1, Ordering::SeqCst);
        let result = run();
        let end = self.clock.fetch_add(1, Ordering::SeqCst);
        self.events.push(Event { begin, end, op, result });
    }
}

/// How a history is made: so many threads, so many times on a new object.
#[derive(Clone, Copy)]
struct Plan {
    threads: u32,
    rounds: u32,
    seed: u64,
}

/// Records a history per round and hands it to `check`, which says whether to go on.
fn record<M, T>(
    plan: Plan,
    make: impl Fn(u32) -> T,
    act: impl Fn(&T, &mut Recorder<'_, M>) + Sync,
    mut check: impl FnMut(Vec<Event<M>>) -> bool,
) where
    M: Model<Op: Send, Result: Send>,
    T: Sync,
{
    for round in 0..plan.rounds {
        let (object, clock) = (make(round), AtomicU64::new(1));
        let start = Barrier::new(plan.threads as usize);
        let thread = |n: u32| {
            let seed = plan.seed ^ u64::from(round) << 20 ^ u64::from(n + 1) << 50;
            let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
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

fn assert_linearizable<M: Model + Debug>(start: M::State, history: &[Event<M>]) {
    assert!(is_linearizable(start, history), "not linearizable: {history:#?}");
}

type Map = Dict<u32, Brc<Value>>;

/// The key whose operations are recorded; around it others come and go, and force rebuilds.
const KEY: u32 = 1000;

fn act_on_map(map: &Map, recorder: &mut Recorder<'_, Entry>) {
    let read = |value: Option<Brc<Value>>| value.map(|value| *value);
    for _ in 0..5 {
        let value = recorder.value();
        match recorder.random.below(17) {
            0..=2 => recorder.record(MapOp::Get, || read(map.get(&KEY))),
            3 => recorder.record(MapOp::Get, || map.get_ref(&KEY, &attach()).copied()),
            4 => recorder.record(MapOp::Contains, || map.contains_key(&KEY).then_some(0)),
            5..=7 => recorder.record(MapOp::Insert(value), || read(map.insert(KEY, value))),
            8..=9 => recorder.record(MapOp::Replace(value), || read(map.replace(&KEY, value).ok())),
            10..=12 => recorder.record(MapOp::Remove, || read(map.remove(&KEY))),
            13..=14 => recorder
                .record(MapOp::GetOrInsert(value), || Some(*map.get_or_insert_with(KEY, || value.into()))),
            15 => (0..6).for_each(|n| drop(map.insert(n, 0))),
            _ => recorder.record(MapOp::Clear, || {
                map.clear();
                None
            }),
        }
        let other = recorder.random.below(6);
        drop(map.insert(other, 0));
        drop(map.remove(&other));
    }
}

#[test]
fn one_key_of_a_dict() {
    isolated(|| {
        for (threads, rounds) in [(2, 700), (3, 700), (4, 400)] {
            let plan = Plan { threads, rounds, seed: 11 };
            let make = |round: u32| {
                let map = Map::new();
                if round.is_multiple_of(2) {
                    map.insert(KEY, 1);
                }
                map
            };
            let mut round = 0_u32;
            record(plan, make, act_on_map, |history| {
                assert_linearizable(round.is_multiple_of(2).then_some(1), &history);
                round += 1;
                true
            });
        }
    });
}

fn act_on_set(set: &Set<u32>, recorder: &mut Recorder<'_, Entry>) {
    let found = |found: bool| found.then_some(0);
    for _ in 0..6 {
        // A set has no values: an insertion is a `get_or_insert` of 0 that tells whether it inserted.
        match recorder.random.below(10) {
            0..=2 => recorder.record(MapOp::Get, || found(set.contains(&KEY))),
            3 => recorder.record(MapOp::Get, || set.get(&KEY).map(|_| 0)),
            4..=6 => recorder.record(MapOp::Insert(0), || found(!set.insert(KEY))),
            7..=8 => recorder.record(MapOp::Remove, || found(set.remove(&KEY))),
            _ => recorder.record(MapOp::GetOrInsert(0), || {
                set.get_or_insert_with(&KEY, |key| *key, &attach());
                Some(0)
            }),
        }
        let other = recorder.random.below(8);
        set.insert(other);
        set.remove(&other);
    }
}

#[test]
fn one_key_of_a_set() {
    isolated(|| {
        for (threads, rounds) in [(2, 500), (3, 700)] {
            let plan = Plan { threads, rounds, seed: 12 };
            record(
                plan,
                |_| Set::new(),
                act_on_set,
                |history| {
                    assert_linearizable(None, &history);
                    true
                },
            );
        }
    });
}

fn act_on_list(list: &List<Brc<Value>>, recorder: &mut Recorder<'_, Sequence>) {
    fn get(list: &List<Brc<Value>>, at: usize, cx: Option<&Attached<'_>>) -> Option<Value> {
        match cx {
            Some(cx) => list.get_ref(at, cx).copied(),
            None => list.get(at).map(|value| *value),
        }
    }
    let read = |value: Option<Brc<Value>>| value.map(|value| *value);
    for _ in 0..5 {
        let (value, at) = (recorder.value(), recorder.random.below(4) as usize);
        match recorder.random.below(20) {
            0..=1 => recorder.record(ListOp::Len, || Some(list.len() as Value)),
            2..=4 => recorder.record(ListOp::Get(at), || get(list, at, None)),
            5 => recorder.record(ListOp::Get(at), || get(list, at, Some(&attach()))),
            6 => recorder.record(ListOp::First, || read(list.first())),
            7..=8 => recorder.record(ListOp::Set(at, value), || read(list.set(at, value).ok())),
            9..=12 => recorder.record(ListOp::Push(value), || {
                list.push(value);
                None
            }),
            13..=15 => recorder.record(ListOp::Pop, || read(list.pop())),
            16 => recorder.record(ListOp::Insert(0, value), || {
                list.insert(0, value);
                None
            }),
            17..=18 => recorder.record(ListOp::Remove(at), || read(list.remove(at))),
            _ => recorder.record(ListOp::Truncate(at), || {
                list.truncate(at);
                None
            }),
        }
    }
}

#[test]
fn a_list() {
    isolated(|| {
        for (threads, rounds) in [(2, 700), (3, 700), (4, 300)] {
            let plan = Plan { threads, rounds, seed: 13 };
            let make = |_| List::<Brc<Value>>::from([1, 2, 3]);
            record(plan, make, act_on_list, |history| {
                assert_linearizable(vec![1, 2, 3], &history);
                true
            });
        }
    });
}

/// A writer that pops and pushes at the end of a list, and readers that look at that place twice: an element that was seen once
/// is seen again, unless it was popped.
#[test]
fn the_end_of_a_list() {
    isolated(|| {
        let plan = Plan { threads: 3, rounds: 700, seed: 14 };
        let act = |list: &List<Brc<Value>>, recorder: &mut Recorder<'_, Sequence>| {
            for _ in 0..4 {
                if recorder.next_value < 2000 {
                    let value = recorder.value();
                    recorder.record(ListOp::Pop, || list.pop().map(|value| *value));
                    recorder.record(ListOp::Push(value), || {
                        list.push(value);
                        None
                    });
                } else {
                    recorder.record(ListOp::Get(0), || list.get(0).map(|value| *value));
                    recorder.record(ListOp::Len, || Some(list.len() as Value));
                }
            }
        };
        record(
            plan,
            |_| List::from([1]),
            act,
            |history| {
                assert_linearizable(vec![1], &history);
                true
            },
        );
    });
}

/// Operations made of two, with the window between them widened, as a careless wrapper would have.
#[test]
fn recorded_histories_of_broken_wrappers_are_rejected() {
    fn window() {
        for _ in 0..20 {
            thread::yield_now();
        }
    }
    isolated(|| {
        type Broken = fn(&Map, &mut Recorder<'_, Entry>, Value);
        let replace: Broken = |map, recorder, value| {
            recorder.record(MapOp::Replace(value), || {
                let old = map.get(&KEY).map(|old| *old)?;
                window();
                drop(map.insert(KEY, value));
                Some(old)
            });
        };
        let get_or_insert: Broken = |map, recorder, value| {
            recorder.record(MapOp::GetOrInsert(value), || {
                if let Some(found) = map.get(&KEY) {
                    return Some(*found);
                }
                window();
                drop(map.insert(KEY, value));
                Some(value)
            });
        };
        for (broken, start) in [(replace, Some(1)), (get_or_insert, None)] {
            let make = |_| start.iter().map(|&value| (KEY, value)).collect::<Map>();
            let act = |map: &Map, recorder: &mut Recorder<'_, Entry>| {
                for _ in 0..3 {
                    let value = recorder.value();
                    broken(map, recorder, value);
                }
            };
            let mut rejected = false;
            record(Plan { threads: 2, rounds: 2000, seed: 15 }, make, act, |history| {
                rejected = !is_linearizable(start, &history);
                !rejected
            });
            assert!(rejected, "a wrapper that is not atomic passed");
        }
        let list_act = |list: &List<Brc<Value>>, recorder: &mut Recorder<'_, Sequence>| {
            for _ in 0..3 {
                let value = recorder.value();
                recorder.record(ListOp::Insert(0, value), || {
                    // A shift by hand: the last element twice, then each one up.
                    let shifted = list.snapshot();
                    list.push(*shifted[shifted.len() - 1]);
                    window();
                    for (at, element) in shifted.into_iter().enumerate() {
                        drop(list.set(at + 1, element));
                    }
                    drop(list.set(0, value));
                    None
                });
                recorder.record(ListOp::Len, || Some(list.len() as Value));
                recorder.record(ListOp::Get(1), || list.get(1).map(|value| *value));
            }
        };
        let mut rejected = false;
        let plan = Plan { threads: 2, rounds: 2000, seed: 16 };
        record(
            plan,
            |_| List::from([1]),
            list_act,
            |history| {
                rejected = !is_linearizable(vec![1], &history);
                !rejected
            },
        );
        assert!(rejected, "a shift that is not atomic passed");
    });
}
