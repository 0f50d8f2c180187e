//! Writes of a second thread to objects that a first one has used alone until then.

use std::hint::{black_box, spin_loop};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::{Lockable, nanos_of, pause};
use crate::measure::Failure;

/// What the first user of the objects does while another thread comes to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum User {
    Blocked,
    Finished,
    Computes,
    Elsewhere,
    Inside,
}

/// Writes of the first user to each object before anybody else comes.
const OWN_WRITES: u64 = 64;

/// Entries of an object.
const ENTRIES: u64 = 4;

/// Until the first user has begun to do what it does.
const SETTLE: Duration = Duration::from_micros(20);

fn used<L: Lockable>() -> L {
    let object = L::new();
    (0..OWN_WRITES).for_each(|n| object.write(n % ENTRIES, n));
    object
}

/// When the objects are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// All before the first is given away: their first user knows nothing of what will come.
    Before,
    /// Each when the one before has been taken.
    InTurn,
}

/// Objects that are given away one by one: the time of the `nth` write of the second thread to each.
pub(super) fn each<L: Lockable>(
    user: User,
    made: Made,
    nth: usize,
    objects: usize,
) -> Result<Vec<u64>, Failure> {
    let write = |object: &L| {
        (1..nth).for_each(|n| object.write(0, n as u64));
        nanos_of(|| object.write(0, 0))
    };
    if user == User::Finished {
        let one = |_| {
            let object = join(thread::spawn(used::<L>))?;
            let nanos = write(&object);
            check(&object)?;
            Ok(nanos)
        };
        return (0..objects).map(one).collect();
    }
    let done = AtomicUsize::new(0);
    let (give, given) = mpsc::sync_channel(1);
    let (ask, asked) = mpsc::channel::<()>();
    thread::scope(|s| {
        let first = s.spawn(|| {
            let (give, asked) = (give, asked);
            let elsewhere = used::<L>();
            let before = if made == Made::Before { objects } else { 0 };
            let mut before = (0..before).map(|_| Arc::new(used::<L>())).collect::<Vec<_>>().into_iter();
            for number in 1..=objects {
                let object = before.next().unwrap_or_else(|| Arc::new(used::<L>()));
                // The receiver is gone only if it has failed.
                if give.send(Arc::clone(&object)).is_err() {
                    return;
                }
                occupy(user, &*object, &elsewhere, || done.load(Ordering::Relaxed) >= number, &asked);
            }
        });
        let mut nanos = Vec::with_capacity(objects);
        for number in 1..=objects {
            let Ok(object) = given.recv() else { break };
            pause(SETTLE);
            nanos.push(write(&object));
            done.store(number, Ordering::Relaxed);
            // Nobody listens where the first user does not block.
            let _ = ask.send(());
            check(&*object)?;
        }
        drop((given, ask));
        first.join().map_err(|_| panicked())?;
        Ok(nanos)
    })
}

/// Objects that are all made before the first is given away: the time of the first write of the second thread to each.
pub(super) fn many<L: Lockable>(user: User, objects: usize) -> Result<Vec<u64>, Failure> {
    let done = AtomicUsize::new(0);
    let (give, given) = mpsc::channel();
    let (ask, asked) = mpsc::channel::<()>();
    thread::scope(|s| {
        let first = s.spawn(|| {
            let (give, asked) = (give, asked);
            let elsewhere = used::<L>();
            let all: Vec<L> = (0..objects).map(|_| used()).collect();
            // Nobody listens only if the measurement has failed already.
            let _ = give.send(all);
            occupy(user, &elsewhere, &elsewhere, || done.load(Ordering::Relaxed) > 0, &asked);
        });
        let all: Vec<L> = given.recv().map_err(|_| panicked())?;
        pause(SETTLE);
        let nanos = all.iter().map(|object| nanos_of(|| object.write(0, 0))).collect();
        done.store(1, Ordering::Relaxed);
        drop(ask);
        first.join().map_err(|_| panicked())?;
        all.iter().try_for_each(check)?;
        Ok(nanos)
    })
}

/// What the first user does until it is told that it is done.
fn occupy<L: Lockable>(
    user: User,
    object: &L,
    elsewhere: &L,
    done: impl Fn() -> bool,
    asked: &mpsc::Receiver<()>,
) {
    match user {
        User::Finished => {}
        // An end of the sender is as good as a message.
        User::Blocked => _ = asked.recv(),
        User::Computes => {
            while !done() {
                black_box(user);
                spin_loop();
            }
        }
        User::Elsewhere => {
            while !done() {
                elsewhere.write(0, 1);
            }
        }
        User::Inside => {
            while !done() {
                object.write(0, 1);
            }
        }
    }
}

fn check<L: Lockable>(object: &L) -> Result<(), Failure> {
    match object.len() as u64 {
        ENTRIES => Ok(()),
        wrong => Err(Failure::Wrong(format!("locks: a map of {ENTRIES} entries has {wrong}"))),
    }
}

fn join<T>(thread: thread::JoinHandle<T>) -> Result<T, Failure> {
    thread.join().map_err(|_| panicked())
}

fn panicked() -> Failure {
    Failure::Panicked("the first user of the objects".to_owned())
}
