//! Panics in user code: the n-th call of `Hash`, `Eq`, `Ord`, `Clone`, `Drop`, `Debug`, `Into` or a closure panics, for every n that
//! an operation comes to. The container is then valid and unlocked, in a state that the operation's row in the table allows,
//! and nothing has leaked.
//!
//! A row is a state, the states that it may lead to, and an operation; see [`on`]. It also says what of the user's code comes under the lock.
//! Each row is run twice more, in `visits`: with code that changes the container that called it, and with two threads that do so crosswise.
#![cfg(not(loom))]
#![allow(clippy::unit_arg, reason = "rows of what gives nothing")]

#[path = "../common/mod.rs"]
mod common;
mod dict;
mod garbage;
mod items;
mod list;
mod pairs;
mod set;
mod visits;

use std::panic::{Location, resume_unwind};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use freethreaded::collections::FrozenSet;
use freethreaded::lock::HasLock;
use freethreaded::{Brc, Dict, List, Set, attach, collect, critical_section};

use common::isolated;
use items::{CALLS, Call, Collide, Item, Look, Tally, called_while, panics_at};

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

/// Under which circumstances an operation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setting {
    /// What is given up is destroyed in the operation.
    Alone,
    /// It waits for others.
    Company,
    /// It waits for a token of the thread itself, in whose end destructors run.
    Token,
}

const SETTINGS: [Setting; 3] = [Setting::Alone, Setting::Company, Setting::Token];

/// What is in a container, in order; `0` stands between two containers.
type State = Vec<u32>;

trait Container: Sized + Send + Sync + 'static {
    fn with(tally: &Tally, state: &[u32]) -> Self;

    /// What every way of reading says, which must be the same.
    fn state(&self) -> State;

    /// Writes, and takes it back.
    fn use_it(&self, tally: &Tally);

    fn is_locked(&self) -> bool;

    /// One of [`CHANGES`] changes, of which a caller in the middle of something may not know.
    fn change(&self, which: u32, tally: &Tally);
}

/// In and out again; the first goes; all goes; so many come that there is a new table; the last is replaced.
const CHANGES: u32 = 5;

type TestDict = Dict<Item, Brc<Item>, Collide>;
type TestSet = Set<Item, Collide>;
type TestList = List<Brc<Item>>;
type TestFrozen = FrozenSet<Item, Collide>;

impl Container for TestDict {
    fn with(tally: &Tally, state: &[u32]) -> Self {
        let dict = Self::default();
        state.iter().map(|&n| tally.entry(n)).for_each(|(key, value)| drop(dict.insert(key, value)));
        dict
    }

    /// Keys, and 100 times a value whose key does not tell it.
    fn state(&self) -> State {
        let cx = attach();
        let entries: Vec<_> = self.iter(&cx).collect();
        assert_eq!(self.len(), entries.len());
        for &(key, value) in &entries {
            assert!(std::ptr::eq(self.get_ref(&Look(key.n), &cx).expect("is found"), value));
        }
        assert!(self.keys(&cx).map(|key| key.n).eq(self.snapshot().iter().map(|(key, _)| key.n)));
        entries.iter().map(|(key, value)| if value.n == key.n * 10 { key.n } else { value.n * 100 }).collect()
    }

    fn use_it(&self, tally: &Tally) {
        let (key, value) = tally.entry(99);
        assert!(self.insert(key, value).is_none());
        assert_eq!(self.remove(&Look(99)).map(|value| value.n), Some(990));
    }

    fn is_locked(&self) -> bool {
        self.object_lock().is_locked()
    }

    fn change(&self, which: u32, tally: &Tally) {
        let insert = |n| {
            let (key, value) = tally.entry(n);
            drop(self.insert(key, value));
        };
        match which {
            0 => {
                insert(99);
                drop(self.remove(&Look(99)));
            }
            1 => drop(self.remove(&Look(1))),
            2 => self.clear(),
            3 => (20..30).for_each(insert),
            _ => insert(self.len() as u32),
        }
    }
}

impl Container for TestSet {
    fn with(tally: &Tally, state: &[u32]) -> Self {
        state.iter().map(|&n| tally.item(n)).collect()
    }

    fn state(&self) -> State {
        let cx = attach();
        let keys: Vec<_> = self.iter(&cx).collect();
        assert_eq!(self.len(), keys.len());
        assert!(keys.iter().all(|key| self.contains(&Look(key.n))));
        assert!(keys.iter().map(|key| key.n).eq(self.snapshot().iter().map(|key| key.n)));
        keys.iter().map(|key| key.n).collect()
    }

    fn use_it(&self, tally: &Tally) {
        assert!(self.insert(tally.item(99)) && self.remove(&Look(99)));
    }

    fn is_locked(&self) -> bool {
        self.object_lock().is_locked()
    }

    fn change(&self, which: u32, tally: &Tally) {
        match which {
            0 => _ = self.insert(tally.item(99)) && self.remove(&Look(99)),
            1 => _ = self.remove(&Look(1)),
            2 => self.clear(),
            3 => (20..30).for_each(|n| _ = self.insert(tally.item(n))),
            _ => _ = self.remove(&Look(self.len() as u32)),
        }
    }
}

impl Container for TestList {
    fn with(tally: &Tally, state: &[u32]) -> Self {
        state.iter().map(|&n| tally.item(n)).collect()
    }

    fn state(&self) -> State {
        let cx = attach();
        let elements: Vec<_> = self.iter(&cx).collect();
        assert_eq!(self.len(), elements.len());
        assert!(
            (0..self.len()).all(|at| std::ptr::eq(self.get_ref(at, &cx).expect("is there"), elements[at]))
        );
        assert!(elements.iter().map(|element| element.n).eq(self.snapshot().iter().map(|element| element.n)));
        elements.iter().map(|element| element.n).collect()
    }

    fn use_it(&self, tally: &Tally) {
        self.push(tally.item(99));
        assert_eq!(self.pop().map(|element| element.n), Some(99));
    }

    fn is_locked(&self) -> bool {
        self.object_lock().is_locked()
    }

    fn change(&self, which: u32, tally: &Tally) {
        match which {
            0 => {
                self.push(tally.item(99));
                drop(self.pop());
            }
            1 => drop(self.remove(0)),
            2 => self.clear(),
            3 => (20..30).for_each(|n| self.insert(0, tally.item(n))),
            _ => drop(self.set(self.len().saturating_sub(1), tally.item(9))),
        }
    }
}

impl Container for TestFrozen {
    fn with(tally: &Tally, state: &[u32]) -> Self {
        state.iter().map(|&n| tally.item(n)).collect()
    }

    fn state(&self) -> State {
        assert!(self.iter().all(|key| self.contains(&Look(key.n))));
        assert_eq!(self.len(), self.as_slice().len());
        self.iter().map(|key| key.n).collect()
    }

    /// Nobody can.
    fn use_it(&self, _: &Tally) {}

    fn is_locked(&self) -> bool {
        false
    }

    fn change(&self, _: u32, _: &Tally) {}
}

/// For operations on two: their states with a `0` between.
impl<A: Container, B: Container> Container for (A, B) {
    fn with(tally: &Tally, state: &[u32]) -> Self {
        let between = state.iter().position(|&n| n == 0).expect("two states");
        (A::with(tally, &state[..between]), B::with(tally, &state[between + 1..]))
    }

    fn state(&self) -> State {
        [self.0.state(), vec![0], self.1.state()].concat()
    }

    fn use_it(&self, tally: &Tally) {
        self.0.use_it(tally);
        self.1.use_it(tally);
    }

    fn is_locked(&self) -> bool {
        self.0.is_locked() || self.1.is_locked()
    }

    fn change(&self, which: u32, tally: &Tally) {
        self.0.change(which, tally);
        self.1.change(which, tally);
    }
}

/// Writes to the container on another thread, which cannot while it is locked.
fn assert_unlocked<C: Container>(container: C, tally: &Tally, context: &dyn Fn() -> String) -> C {
    let (shared, tally) = (Arc::new(container), tally.clone());
    let theirs = Arc::clone(&shared);
    let (done, is_done) = mpsc::channel();
    let writer = thread::spawn(move || {
        theirs.use_it(&tally);
        drop(theirs);
        // Nobody listens any more if it took too long.
        _ = done.send(());
    });
    match is_done.recv_timeout(Duration::from_secs(30)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("still locked: {}", context()),
        _ => writer.join().unwrap_or_else(|_| panic!("not usable: {}", context())),
    }
    Arc::into_inner(shared).expect("the writer has ended")
}

/// Runs `operate` on a container in the state `before` with every panic that can be injected. It ends in the last of the states
/// `then`; after a panic, in any of them or as it was.
#[track_caller]
fn inject<C: Container>(
    before: &'static [u32],
    then: &'static [&'static [u32]],
    operate: impl Fn(&mut Option<C>, &Tally) + Send + Sync + 'static,
) {
    let (line, operate) = (Location::caller(), Arc::new(operate));
    for setting in SETTINGS {
        let operate = Arc::clone(&operate);
        isolated(move || {
            let _company = (setting == Setting::Company).then(Company::come);
            let mut injected = 0;
            for call in CALLS {
                for n in 1.. {
                    let tally = Tally::default();
                    let mut container = Some(C::with(&tally, before));
                    let panicked = panics_at(call, n, || {
                        let token = (setting == Setting::Token).then(attach);
                        operate(&mut container, &tally);
                        drop(token);
                        collect();
                    });
                    let state = container.as_ref().map_or_else(Vec::new, C::state);
                    let context =
                        || format!("{line}: {call:?} {n}, {setting:?}, panicked: {panicked}, {state:?}");
                    let as_after = then.last().is_some_and(|after| state == *after);
                    let allowed = state == before || then.iter().any(|after| state == *after);
                    assert!(if panicked { allowed } else { as_after }, "{}", context());
                    if let Some(container) = container {
                        let container = assert_unlocked(container, &tally, &context);
                        container.use_it(&tally);
                        assert_eq!(container.state(), state, "{}", context());
                    }
                    collect();
                    assert_eq!(tally.living(), 0, "leaked: {}", context());
                    if !panicked {
                        break;
                    }
                    injected += 1;
                    assert!(n < 1000);
                }
            }
            assert!(injected > 0, "{line}: calls nothing of the user's");
        });
    }
}

/// [`inject`] for an operation on a shared container: a row of the tables. Nothing of the user's is called under the lock.
#[track_caller]
fn on<C: Container>(
    before: &'static [u32],
    then: &'static [&'static [u32]],
    operate: impl Fn(&C, &Tally) + Send + Sync + 'static,
) {
    on_with(&[], before, then, operate);
}

/// [`on`], where these calls, and no others, come under the lock.
#[track_caller]
fn on_with<C: Container>(
    under: &'static [Call],
    before: &'static [u32],
    then: &'static [&'static [u32]],
    operate: impl Fn(&C, &Tally) + Send + Sync + 'static,
) {
    on_under(under, under, before, then, operate);
}

/// [`on`], for an operation that calls `Eq` before it takes the lock; and again inside a critical section of the container, where it does what it does if it cannot have the lock
/// at once.
#[track_caller]
fn on_at_once<C: Container + HasLock>(
    before: &'static [u32],
    then: &'static [&'static [u32]],
    operate: impl Fn(&C, &Tally) + Send + Sync + 'static,
) {
    let operate = Arc::new(operate);
    let again = Arc::clone(&operate);
    on(before, then, move |container, tally| operate(container, tally));
    let allowed = &[Call::Hash, Call::Eq, Call::Clone, Call::Drop, Call::Into];
    on_under(allowed, &[Call::Eq], before, then, move |container, tally| {
        critical_section(container, |_| again(container, tally));
    });
}

/// [`on`], where only calls that are `allowed` come under the lock, and all that are `required` do.
#[track_caller]
fn on_under<C: Container>(
    allowed: &'static [Call],
    required: &'static [Call],
    before: &'static [u32],
    then: &'static [&'static [u32]],
    operate: impl Fn(&C, &Tally) + Send + Sync + 'static,
) {
    let line = Location::caller();
    let (operate, all_seen) = (Arc::new(operate), Arc::new(Mutex::new(Vec::new())));
    visits::come_back(line, before, &operate);
    visits::cross(line, before, &operate);
    let seen_here = Arc::clone(&all_seen);
    inject(before, then, move |slot: &mut Option<C>, tally| {
        let container = Rc::new(slot.take().expect("there is one"));
        let watched = Rc::clone(&container);
        let (seen, result) = called_while(move || watched.is_locked(), || operate(&container, tally));
        *slot = Rc::into_inner(container);
        let panicked = result.is_err();
        assert!(
            seen.iter().all(|call| allowed.contains(call)),
            "{line}: under the lock: {seen:?}, panicked: {panicked}"
        );
        seen_here.lock().unwrap_or_else(PoisonError::into_inner).extend(seen);
        if let Err(panic) = result {
            resume_unwind(panic);
        }
    });
    let seen = all_seen.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(
        required.iter().all(|call| seen.contains(call)),
        "{line}: not all of {required:?} came under the lock"
    );
}
