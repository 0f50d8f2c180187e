//! Panics in user code: the n-th call of `Hash`, `Eq`, `Drop`, `Clone`, `Debug` or a closure panics, for every n that an
//! operation comes to. The container is then valid, unlocked and as it was before or after, and nothing has leaked.
#![cfg(not(loom))]

mod common;

use std::cell::Cell;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use equivalent::Equivalent;
use freethreaded::{Brc, Dict, List, Set, attach, collect};

use common::isolated;

/// What of the user's is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Hash,
    Eq,
    Drop,
    Clone,
    Debug,
    Make,
}

const CALLS: [Call; 6] = [Call::Hash, Call::Eq, Call::Drop, Call::Clone, Call::Debug, Call::Make];

thread_local! {
    /// Which call panics, and at the how many-th time.
    static ARMED: Cell<Option<(Call, u32)>> = const { Cell::new(None) };
}

/// What is thrown.
struct Injected;

/// The user's code is called: panics if it is its turn.
fn called(call: Call) {
    if let Some((armed, left)) = ARMED.get()
        && armed == call
        && !thread::panicking()
    {
        ARMED.set((left > 1).then_some((armed, left - 1)));
        if left == 1 {
            resume_unwind(Box::new(Injected));
        }
    }
}

/// Runs `f` with the n-th `call` panicking. Whether it did.
fn panics_at(call: Call, n: u32, f: impl FnOnce()) -> bool {
    ARMED.set(Some((call, n)));
    let result = catch_unwind(AssertUnwindSafe(f));
    let reached = ARMED.take().is_none();
    if let Err(panic) = result {
        assert!(panic.is::<Injected>(), "another panic than the injected one");
        assert!(reached);
    }
    reached
}

#[derive(Clone, Default)]
struct Tally(Arc<AtomicUsize>);

impl Tally {
    fn living(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn item(&self, n: u32) -> Item {
        self.0.fetch_add(1, Ordering::SeqCst);
        Item { n, tally: self.clone() }
    }

    fn entry(&self, n: u32) -> (Item, Made) {
        (self.item(n), Made(self.item(n * 10)))
    }
}

/// A key or value, all of whose code may panic.
struct Item {
    n: u32,
    tally: Tally,
}

impl Drop for Item {
    fn drop(&mut self) {
        self.tally.0.fetch_sub(1, Ordering::SeqCst);
        called(Call::Drop);
    }
}

impl Clone for Item {
    fn clone(&self) -> Self {
        called(Call::Clone);
        self.tally.item(self.n)
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        called(Call::Eq);
        self.n == other.n
    }
}

impl Eq for Item {}

impl PartialEq<u32> for Item {
    fn eq(&self, other: &u32) -> bool {
        called(Call::Eq);
        self.n == *other
    }
}

impl Hash for Item {
    fn hash<H: Hasher>(&self, _: &mut H) {
        called(Call::Hash);
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        called(Call::Debug);
        self.n.fmt(f)
    }
}

struct Look(u32);

impl Hash for Look {
    fn hash<H: Hasher>(&self, _: &mut H) {
        called(Call::Hash);
    }
}

impl Equivalent<Item> for Look {
    fn equivalent(&self, key: &Item) -> bool {
        called(Call::Eq);
        self.0 == key.n
    }
}

/// Becomes a pointer by code that may panic.
struct Made(Item);

impl From<Made> for Brc<Item> {
    fn from(made: Made) -> Self {
        called(Call::Make);
        Brc::new(made.0)
    }
}

/// Lets all keys collide, so that every search compares.
#[derive(Clone, Copy, Default)]
struct Collide;

impl BuildHasher for Collide {
    type Hasher = Zero;

    fn build_hasher(&self) -> Zero {
        Zero
    }
}

struct Zero;

impl Hasher for Zero {
    fn write(&mut self, _: &[u8]) {}

    fn finish(&self) -> u64 {
        0
    }
}

/// Another thread that the runtime knows, so that nothing is destroyed at once.
struct Company(Option<(mpsc::Sender<()>, thread::JoinHandle<()>)>);

impl Company {
    fn come() -> Self {
        let (leave, stay) = mpsc::channel::<()>();
        let (known, is_known) = mpsc::channel();
        let thread = thread::spawn(move || {
            drop(attach());
            known.send(()).unwrap();
            stay.recv().unwrap_err();
        });
        is_known.recv().unwrap();
        Self(Some((leave, thread)))
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        if let Some((leave, thread)) = self.0.take() {
            drop(leave);
            thread.join().unwrap();
        }
    }
}

type State = Vec<u32>;

trait Container: Sized {
    fn with(tally: &Tally, state: &[u32]) -> Self;
    fn state(&self) -> State;
    /// Shows that it works and is unlocked.
    fn use_it(&self, tally: &Tally);
}

type TestDict = Dict<Item, Brc<Item>, Collide>;
type TestSet = Set<Item, Collide>;
type TestList = List<Brc<Item>>;

impl Container for TestDict {
    fn with(tally: &Tally, state: &[u32]) -> Self {
        let dict = Self::default();
        state.iter().map(|&n| tally.entry(n)).for_each(|(key, value)| drop(dict.insert(key, value)));
        dict
    }

    /// Keys, and 100 times a value whose key does not tell it.
    fn state(&self) -> State {
        let cx = attach();
        assert_eq!(self.len(), self.iter(&cx).count());
        self.iter(&cx).map(|(key, value)| if value.n == key.n * 10 { key.n } else { value.n * 100 }).collect()
    }

    fn use_it(&self, tally: &Tally) {
        let (key, value) = tally.entry(99);
        assert!(self.insert(key, value).is_none());
        assert_eq!(self.remove(&Look(99)).map(|value| value.n), Some(990));
    }
}

impl Container for TestSet {
    fn with(tally: &Tally, state: &[u32]) -> Self {
        state.iter().map(|&n| tally.item(n)).collect()
    }

    fn state(&self) -> State {
        let cx = attach();
        assert_eq!(self.len(), self.iter(&cx).count());
        self.iter(&cx).map(|key| key.n).collect()
    }

    fn use_it(&self, tally: &Tally) {
        assert!(self.insert(tally.item(99)) && self.remove(&Look(99)));
    }
}

impl Container for TestList {
    fn with(tally: &Tally, state: &[u32]) -> Self {
        state.iter().map(|&n| tally.item(n)).collect()
    }

    fn state(&self) -> State {
        let cx = attach();
        assert_eq!(self.len(), self.iter(&cx).count());
        self.iter(&cx).map(|element| element.n).collect()
    }

    fn use_it(&self, tally: &Tally) {
        self.push(tally.item(99));
        assert_eq!(self.pop().map(|element| element.n), Some(99));
    }
}

/// Runs `operate` on a container in the state `before` with every panic that can be injected. It ends in the last of the states
/// `then`, or after a panic in any of them or as it was.
#[track_caller]
fn inject<C: Container + 'static>(
    before: &'static [u32],
    then: &'static [&'static [u32]],
    operate: impl Fn(&mut Option<C>, &Tally) + Send + Sync + Copy + 'static,
) {
    let line = Location::caller().line();
    for company in [false, true] {
        isolated(move || {
            let _company = company.then(Company::come);
            for call in CALLS {
                for n in 1.. {
                    let tally = Tally::default();
                    let mut container = Some(C::with(&tally, before));
                    let panicked = panics_at(call, n, || {
                        operate(&mut container, &tally);
                        collect();
                    });
                    let state = container.as_ref().map_or_else(Vec::new, C::state);
                    let context = || {
                        format!(
                            "line {line}: {call:?} {n}, company: {company}, panicked: {panicked}, {state:?}"
                        )
                    };
                    let as_after = then.last().is_some_and(|after| state == *after);
                    let allowed = state == before || then.iter().any(|after| state == *after);
                    assert!(if panicked { allowed } else { as_after }, "{}", context());
                    if let Some(container) = container {
                        container.use_it(&tally);
                        assert_eq!(container.state(), state);
                    }
                    collect();
                    assert_eq!(tally.living(), 0, "leaked: {}", context());
                    if !panicked {
                        break;
                    }
                    assert!(n < 1000);
                }
            }
        });
    }
}

/// [`inject`] for an operation that the container survives.
#[track_caller]
fn on<C: Container + 'static>(
    before: &'static [u32],
    then: &'static [&'static [u32]],
    operate: impl Fn(&mut C, &Tally) + Send + Sync + Copy + 'static,
) {
    inject(before, then, move |container: &mut Option<C>, tally| {
        operate(container.as_mut().expect("there is one"), tally);
    });
}

/// Six entries fill a table of eight slots; a seventh makes a new one.
const FULL: &[u32] = &[1, 2, 3, 4, 5, 6];

#[test]
fn dict() {
    on::<TestDict>(FULL, &[FULL], |d, _| drop((d.get(&Look(5)), d.contains_key(&Look(7)))));
    on::<TestDict>(FULL, &[FULL], |d, _| assert!(d.get_ref(&Look(5), &attach()).is_some()));
    on::<TestDict>(FULL, &[FULL], |d, t| drop(d.get_or_insert_with(t.item(4), || unreachable!())));
    on::<TestDict>(FULL, &[FULL], |d, t| drop(d.replace(&Look(7), Made(t.item(70)))));
    on::<TestDict>(FULL, &[FULL], |d, _| drop(d.remove(&Look(7))));
    on::<TestDict>(FULL, &[FULL], |d, _| drop(d.snapshot()));
    on::<TestDict>(FULL, &[FULL], |d, _| drop(format!("{d:?}")));
}

#[test]
fn dict_writes() {
    on::<TestDict>(&[], &[&[1]], |d, t| {
        let (key, value) = t.entry(1);
        drop(d.insert(key, value));
    });
    on::<TestDict>(FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |d, t| {
        let (key, value) = t.entry(7);
        drop(d.insert(key, value));
    });
    on::<TestDict>(&[1, 2, 3], &[&[1, 700, 3]], |d, t| drop(d.insert(t.item(2), Made(t.item(7)))));
    on::<TestDict>(&[1, 2, 3], &[&[1, 700, 3]], |d, t| drop(d.replace(&Look(2), Made(t.item(7)))));
    on::<TestDict>(FULL, &[&[1, 2, 4, 5, 6]], |d, _| drop(d.remove(&Look(3))));
    on::<TestDict>(FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |d, t| {
        drop(d.get_or_insert_with(t.item(7), || Made(t.item(70)).into()));
    });
    // The closure is overtaken by itself.
    on::<TestDict>(&[1], &[&[1, 2]], |d, t| {
        drop(d.get_or_insert_with(t.item(2), || {
            let (key, value) = t.entry(2);
            drop(d.insert(key, value));
            Made(t.item(70)).into()
        }));
    });
    on::<TestDict>(FULL, &[&[]], |d, _| d.clear());
    on::<TestDict>(&[1], &[&[1, 2], &[1, 2, 3], &[1, 2, 3, 4]], |d, t| d.extend((1..5).map(|n| t.entry(n))));
    inject::<TestDict>(FULL, &[&[]], |d, _| drop(d.take()));
    inject::<TestDict>(&[], &[&[1, 2]], |d, t| *d = Some((1..3).map(|n| t.entry(n)).collect()));
}

#[test]
fn set() {
    on::<TestSet>(FULL, &[FULL], |s, _| drop((s.contains(&Look(5)), s.get(&Look(4)))));
    on::<TestSet>(FULL, &[FULL], |s, t| assert!(!s.insert(t.item(5))));
    on::<TestSet>(FULL, &[FULL], |s, _| assert!(!s.remove(&Look(7))));
    on::<TestSet>(FULL, &[FULL], |s, _| drop((s.snapshot(), format!("{s:?}"))));
    on::<TestSet>(FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |s, t| assert!(s.insert(t.item(7))));
    on::<TestSet>(FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |s, t| {
        let make = |key: &Look| {
            called(Call::Make);
            t.item(key.0)
        };
        assert_eq!(s.get_or_insert_with(&Look(7), make, &attach()).n, 7);
    });
    on::<TestSet>(FULL, &[&[1, 3, 4, 5, 6]], |s, _| assert!(s.remove(&Look(2))));
    on::<TestSet>(FULL, &[&[]], |s, _| s.clear());
    on::<TestSet>(&[1], &[&[1, 2], &[1, 2, 3]], |s, t| s.extend((1..4).map(|n| t.item(n))));
    inject::<TestSet>(FULL, &[&[]], |s, _| drop(s.take()));
}

#[test]
fn list() {
    const FOUR: &[u32] = &[1, 2, 3, 4];
    on::<TestList>(FOUR, &[FOUR], |l, _| drop((l.get(1), l.first(), l.last(), l.contains(&7))));
    on::<TestList>(FOUR, &[FOUR], |l, _| drop((l.snapshot(), format!("{l:?}"))));
    on::<TestList>(FOUR, &[FOUR], |l, t| drop(l.set(4, Made(t.item(9)))));
    on::<TestList>(FOUR, &[FOUR], |l, _| assert!(l.remove(4).is_none()));
    on::<TestList>(FOUR, &[&[1, 2, 3, 4, 5]], |l, t| l.push(Made(t.item(5))));
    on::<TestList>(FOUR, &[&[5, 1, 2, 3, 4]], |l, t| l.insert(0, Made(t.item(5))));
    on::<TestList>(FOUR, &[&[1, 9, 3, 4]], |l, t| drop(l.set(1, Made(t.item(9)))));
    on::<TestList>(FOUR, &[&[1, 2, 3]], |l, _| drop(l.pop()));
    on::<TestList>(FOUR, &[&[2, 3, 4]], |l, _| drop(l.remove(0)));
    on::<TestList>(FOUR, &[&[1]], |l, _| l.truncate(1));
    on::<TestList>(FOUR, &[&[]], |l, _| l.clear());
    on::<TestList>(&[1], &[&[1, 2, 3]], |l, t| l.extend((2..4).map(|n| Made(t.item(n)))));
    inject::<TestList>(FOUR, &[&[]], |l, _| drop(l.take()));
}

/// With others there, an operation may destroy at its end what earlier ones removed. What it returns is not lost if that panics.
#[test]
fn destructors_of_older_garbage() {
    isolated(|| {
        let _company = Company::come();
        let tally = Tally::default();
        let (dict, list) = (TestDict::default(), TestList::new());
        let operations: [&dyn Fn(u32); 5] = [
            &|n| drop(dict.insert(tally.item(n), Made(tally.item(1)))),
            &|n| drop(dict.replace(&Look(n), Made(tally.item(2))).map_err(drop)),
            &|n| drop(dict.remove(&Look(n))),
            &|n| drop(list.set(n as usize, Made(tally.item(3)))),
            &|_| drop(list.pop()),
        ];
        for operation in operations {
            (0..150).for_each(|n| drop(dict.insert(tally.item(n), Made(tally.item(n)))));
            (0..150).for_each(|n| list.push(Made(tally.item(n))));
            let mut panics = 0;
            // The own drop of what is returned takes every other turn.
            for n in 0..100 {
                panics += u32::from(panics_at(Call::Drop, 1 + n % 2 * 40, || operation(n)));
            }
            assert!(panics > 0);
            dict.clear();
            list.clear();
            collect();
            assert_eq!(tally.living(), 0, "leaked");
        }
    });
}
