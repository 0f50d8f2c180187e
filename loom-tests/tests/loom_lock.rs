//! Models of the object lock: `src/lock`, over a modelled parking lot, in which a thread that parks a second time gets the lock
//! handed over. A lost wake-up shows as a deadlock, and so do sections that wait for each other.
#![cfg(loom)]

use std::sync::Arc;

use freethreaded::internals::{section, section2};
use freethreaded::lock::ObjectLock;
use loom_tests::{Made, THREE, TWO, Value, model, spawn};

/// Sections of one lock exclude each other and are ordered. Catches a lock without acquire or an unlock without release.
#[test]
fn sections_exclude() {
    model(TWO, |made| {
        let shared = Arc::new((ObjectLock::new(), made.value(0)));
        let theirs = Arc::clone(&shared);
        let increment = |(lock, value): &(ObjectLock, _)| section(lock, || add_one(value));
        let other = spawn(move || {
            section(&theirs.0, || add_one(&theirs.1));
            section(&theirs.0, || add_one(&theirs.1));
        });
        increment(&shared);
        increment(&shared);
        other.join().unwrap();
        assert_eq!(shared.1.read(), 4);
        assert!(!shared.0.is_locked());
    });
}

/// With one preemption, as each wait adds switches of its own.
///
/// Three threads, one of which comes back: a thread that waits is overtaken, waits again, and gets the lock handed over.
#[test]
fn three_sections() {
    model(1, |made| {
        let shared = Arc::new((ObjectLock::new(), made.value(0)));
        let others = [(); 2].map(|()| {
            let theirs = Arc::clone(&shared);
            spawn(move || section(&theirs.0, || add_one(&theirs.1)))
        });
        section(&shared.0, || add_one(&shared.1));
        section(&shared.0, || add_one(&shared.1));
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(shared.1.read(), 4);
    });
}

/// A thread that comes back is ahead of the one that it wakes, which waits again and has the lock handed over.
#[test]
fn handed_over() {
    model(TWO, |made| {
        let shared = Arc::new((ObjectLock::new(), made.value(0)));
        let theirs = Arc::clone(&shared);
        let other = spawn(move || section(&theirs.0, || add_one(&theirs.1)));
        for _ in 0..3 {
            section(&shared.0, || add_one(&shared.1));
        }
        other.join().unwrap();
        assert_eq!(shared.1.read(), 4);
    });
}

/// Two threads wait at once, and each is woken.
#[test]
fn further_waiters() {
    model(THREE, |made| {
        let shared = Arc::new((ObjectLock::new(), made.value(0)));
        let others = [(); 2].map(|()| {
            let theirs = Arc::clone(&shared);
            spawn(move || section(&theirs.0, || add_one(&theirs.1)))
        });
        section(&shared.0, || add_one(&shared.1));
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(shared.1.read(), 3);
    });
}

fn add_one(value: &Value) {
    value.write(value.read() + 1);
}

/// Objects with a lock each. The threads of a model are unknown to the runtime here, so the locks are plain.
type Objects = Arc<[(ObjectLock, Value); 3]>;

fn objects(made: &Made) -> Objects {
    Arc::new([(); 3].map(|()| (ObjectLock::new(), made.value(0))))
}

fn within(objects: &Objects, n: usize, f: impl FnOnce()) {
    section(&objects[n].0, || {
        add_one(&objects[n].1);
        f();
    });
}

fn within2(objects: &Objects, a: usize, b: usize, f: impl FnOnce()) {
    section2(&objects[a].0, &objects[b].0, || {
        add_one(&objects[a].1);
        add_one(&objects[b].1);
        f();
    });
}

fn values(objects: &Objects) -> [u32; 3] {
    objects.each_ref().map(|object| object.1.read())
}

/// Two threads nest sections of two objects in opposite orders. Behind the inner one, the outer is held again.
#[test]
fn sections_cross() {
    model(THREE, |made| {
        let ours = objects(made);
        let theirs = Arc::clone(&ours);
        let nested = |objects: &Objects, a: usize, b: usize| {
            within(objects, a, || {
                within(objects, b, || ());
                add_one(&objects[a].1);
            });
        };
        let other = spawn(move || nested(&theirs, 1, 0));
        nested(&ours, 0, 1);
        other.join().unwrap();
        assert_eq!(values(&ours), [3, 3, 0]);
    });
}

/// Pairs in opposite orders.
#[test]
fn pairs_cross() {
    model(TWO, |made| {
        let ours = objects(made);
        let theirs = Arc::clone(&ours);
        let other = spawn(move || within2(&theirs, 1, 0, || ()));
        within2(&ours, 0, 1, || ());
        other.join().unwrap();
        assert_eq!(values(&ours), [2, 2, 0]);
    });
}

/// Each of two threads is in a section of an object that is in the pair which the other wants.
#[test]
fn a_pair_inside_a_section() {
    model(THREE, |made| {
        let ours = objects(made);
        let theirs = Arc::clone(&ours);
        let other = spawn(move || within(&theirs, 2, || within2(&theirs, 0, 1, || ())));
        within(&ours, 0, || {
            within2(&ours, 1, 2, || ());
            add_one(&ours[0].1);
        });
        other.join().unwrap();
        assert_eq!(values(&ours), [3, 2, 2]);
    });
}

/// A pair that is suspended holds both again.
#[test]
fn a_suspended_pair() {
    model(THREE, |made| {
        let ours = objects(made);
        let theirs = Arc::clone(&ours);
        let other = spawn(move || within(&theirs, 2, || within(&theirs, 1, || ())));
        within2(&ours, 0, 1, || {
            within(&ours, 2, || ());
            add_one(&ours[1].1);
        });
        other.join().unwrap();
        assert_eq!(values(&ours), [1, 3, 2]);
    });
}

/// With fewer preemptions, as in the models above: each wait adds some of its own.
///
/// Three sections inside each other; where the fourth waits, the two outermost are suspended already, and the other thread has the lock of one.
#[test]
fn three_deep() {
    model(THREE, |made| {
        let ours = objects(made);
        let theirs = Arc::clone(&ours);
        let other = spawn(move || [2, 0].into_iter().for_each(|n| within(&theirs, n, || ())));
        within(&ours, 0, || {
            within(&ours, 1, || {
                within(&ours, 2, || within(&ours, 0, || ()));
                add_one(&ours[1].1);
            });
            add_one(&ours[0].1);
        });
        other.join().unwrap();
        assert_eq!(values(&ours), [4, 2, 2]);
        assert!(ours.iter().all(|object| !object.0.is_locked()));
    });
}
