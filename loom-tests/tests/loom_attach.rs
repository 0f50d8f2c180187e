//! Models of entering and leaving: the request word, the mailbox that it speaks of, the registration, the global lock.
#![cfg(loom)]

use freethreaded::runtime::{on_this_thread, stats};
use freethreaded::{Brc, attach, collect, gil, internals};
use loom_tests::{Made, THREE, TWO, model, spawn};

/// A parcel is sent to a thread that runs `meanwhile`; once the sender is known to have ended, `after` must merge it.
fn parcel_is_found(meanwhile: fn(), after: fn()) {
    model(TWO, move |made: &Made| {
        let a = Brc::new(made.value(1));
        let foreign = spawn(move || {
            assert_eq!(a.read(), 1);
            drop(a);
        });
        meanwhile();
        foreign.join().unwrap();
        after();
        assert_eq!(stats().mail, 0);
        drop(attach());
        assert_eq!(made.destroyed(), 1, "the parcel was opened, and what it held destroyed");
    });
}

/// The next attach merges. Catches a request that is cleared without the box having been emptied, by the attach that is under
/// way when the parcel comes.
#[test]
fn parcel_is_found_by_attach() {
    parcel_is_found(|| drop(attach()), || drop(attach()));
}

/// The next checkpoint merges, within one stay.
#[test]
fn parcel_is_found_by_checkpoint() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let mut inside = attach();
        let foreign = spawn(move || drop(a));
        inside.checkpoint();
        foreign.join().unwrap();
        inside.checkpoint();
        assert_eq!(stats().mail, 0);
        assert_eq!(made.destroyed(), 1);
        drop(inside);
    });
}

/// The next new object merges.
#[test]
fn parcel_is_found_by_allocation() {
    parcel_is_found(|| drop(Brc::new(1)), || drop(Brc::new(2)));
}

/// An absence merges, at its beginning or by the sender.
#[test]
fn parcel_is_found_by_detach() {
    parcel_is_found(|| attach().detach(|| ()), || attach().detach(|| ()));
}

/// `collect` merges.
#[test]
fn parcel_is_found_by_collect() {
    parcel_is_found(collect, collect);
}

/// The end of the thread merges, whatever the thread has seen of the request.
#[test]
fn parcel_is_found_by_exit() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let foreign = spawn(move || drop(a));
        drop(attach());
        internals::exit_thread();
        foreign.join().unwrap();
        internals::destroy_orphans();
        assert_eq!((stats().mail, made.destroyed()), (0, 1));
    });
}

/// Two parcels, the second of which may come while the first is being opened.
#[test]
fn second_parcel_while_the_first_is_opened() {
    model(THREE, |made| {
        let (a, b) = (Brc::new(made.value(1)), Brc::new(made.value(2)));
        let first = spawn(move || drop(a));
        let second = spawn(move || drop(b));
        drop(attach());
        first.join().unwrap();
        second.join().unwrap();
        drop(attach());
        assert_eq!((stats().mail, made.destroyed()), (0, 2));
    });
}

/// A thread in `detach` is known as absent until it is back: a parcel that comes in between is opened by its sender, at once.
#[test]
fn absence_begins_and_ends() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        attach().detach(|| {
            assert_eq!(on_this_thread().id, None);
            let foreign = spawn(move || drop(a));
            foreign.join().unwrap();
            assert_eq!((stats().mail, made.destroyed()), (0, 1));
        });
        assert!(on_this_thread().id.is_some());
        let b = Brc::new(made.value(2));
        let foreign = spawn(move || drop(b));
        foreign.join().unwrap();
        assert_eq!((stats().mail, made.destroyed()), (1, 1));
    });
}

/// A thread without a record walks the records while the first one is made. Catches a slot that is published before its
/// record.
#[test]
fn statistics_against_first_registration() {
    model(TWO, |_| {
        let watcher = spawn(|| stats().threads);
        drop(attach());
        assert!(watcher.join().unwrap() <= 1);
    });
}

/// Two threads register, leave and register: a slot has one occupant at a time.
#[test]
fn registrations() {
    model(TWO, |made| {
        let value = made.value(1);
        let other = spawn(move || {
            let a = Brc::new(value);
            assert_eq!(a.read(), 1);
            on_this_thread().id
        });
        let b = Brc::new(made.value(2));
        let mine = on_this_thread().id;
        assert_eq!(b.read(), 2);
        drop(b);
        let theirs = other.join().unwrap();
        assert!(mine.is_some() && theirs.is_some() && mine != theirs);
    });
}

/// With the global lock on, tokens exclude each other, and order what their holders do.
#[test]
fn global_lock_excludes() {
    model(TWO, |made| {
        gil::enable().unwrap();
        let value = std::sync::Arc::new(made.value(1));
        let theirs = std::sync::Arc::clone(&value);
        let other = spawn(move || {
            let inside = attach();
            theirs.write(theirs.read() + 1);
            drop(inside);
        });
        let inside = attach();
        value.write(value.read() + 1);
        drop(inside);
        other.join().unwrap();
        assert_eq!(value.read(), 3);
    });
}

/// A holder that goes into `detach`, or passes a checkpoint, lets the other in and is excluded itself.
#[test]
fn global_lock_is_lent() {
    model(TWO, |made| {
        gil::enable().unwrap();
        let value = std::sync::Arc::new(made.value(1));
        let theirs = std::sync::Arc::clone(&value);
        let other = spawn(move || {
            let inside = attach();
            theirs.write(theirs.read() + 1);
            drop(inside);
        });
        let mut inside = attach();
        value.write(value.read() + 1);
        inside.checkpoint();
        value.write(value.read() + 1);
        inside.detach(|| ());
        value.write(value.read() + 1);
        drop(inside);
        other.join().unwrap();
        assert_eq!(value.read(), 5);
    });
}
