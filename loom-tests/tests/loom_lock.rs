//! Models of the object lock: `src/lock`, over a modelled parking lot, in which a thread that parks a second time gets the lock
//! handed over. A lost wake-up shows as a deadlock.
#![cfg(loom)]

use std::sync::Arc;

use freethreaded::internals::section;
use freethreaded::lock::ObjectLock;
use loom_tests::{THREE, TWO, model, spawn};

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

/// Three threads, one of which comes back: a thread that waits is overtaken, waits again, and gets the lock handed over.
#[test]
fn three_sections() {
    model(THREE, |made| {
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

fn add_one(value: &loom_tests::Value) {
    value.write(value.read() + 1);
}
