//! Models of the owner-biased lock: `src/lock/object_lock.rs` and `src/runtime/bias.rs`. Barriers have the semantics of `src/sync/barrier.rs` and
//! no more. A lost wake-up shows as a deadlock, two threads inside as a race on the value.
#![cfg(loom)]

use std::sync::Arc;

use freethreaded::attach;
use freethreaded::internals::{exit_thread, section, section2, use_fences};
use freethreaded::lock::ObjectLock;
use loom_tests::{Made, THREE, TWO, Value, model, spawn};

struct Shared {
    lock: ObjectLock,
    value: Value,
}

impl Shared {
    /// With a lock that is biased to the calling thread.
    fn owned(made: &Made) -> Arc<Self> {
        Arc::new(Self::new(made))
    }

    /// Two, at addresses in this order in every execution.
    fn owned_pair(made: &Made) -> Arc<[Self; 2]> {
        Arc::new([(); 2].map(|()| Self::new(made)))
    }

    fn new(made: &Made) -> Self {
        // Biases are of threads that the runtime knows.
        drop(attach());
        let shared = Self { lock: ObjectLock::new(), value: made.value(0) };
        shared.add_one();
        assert!(shared.lock.is_biased());
        shared
    }

    fn add_one(&self) {
        section(&self.lock, || self.value.write(self.value.read() + 1));
    }
}

/// A thread that the runtime knows, which adds one.
fn adder(shared: &Arc<Shared>) -> loom::thread::JoinHandle<()> {
    let shared = Arc::clone(shared);
    spawn(move || {
        drop(attach());
        shared.add_one();
    })
}

/// The owner enters while another thread takes the lock from it. Catches: an owner that does not look again behind its barrier, or makes none; a revoker that makes no
/// barrier, or does not wait; a wait without acquire or a leave without release; a leave that wakes nobody.
#[test]
fn owner_against_revoker() {
    model(TWO, |made| {
        let shared = Shared::owned(made);
        let other = adder(&shared);
        shared.add_one();
        shared.add_one();
        other.join().unwrap();
        assert_eq!(shared.value.read(), 4);
        assert!(!shared.lock.is_biased() && !shared.lock.is_locked());
        // Never biased again.
        shared.add_one();
        assert!(!shared.lock.is_biased());
    });
}

/// The same where light barriers are fences.
#[test]
fn owner_against_revoker_with_fences() {
    model(TWO, |made| {
        use_fences();
        let shared = Shared::owned(made);
        let other = adder(&shared);
        shared.add_one();
        other.join().unwrap();
        assert_eq!(shared.value.read(), 3);
    });
}

/// Two threads want a lock that the owner uses: one revokes, the other waits for it as for any plain lock.
#[test]
fn two_revokers() {
    model(THREE, |made| {
        let shared = Shared::owned(made);
        let others = [adder(&shared), adder(&shared)];
        shared.add_one();
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_eq!(shared.value.read(), 4);
    });
}

/// Two threads want a lock that was never locked: it becomes biased to one of them, and the other takes it from that one.
#[test]
fn two_claim() {
    model(TWO, |made| {
        let shared = Arc::new(Shared { lock: ObjectLock::new(), value: made.value(0) });
        drop(attach());
        let other = adder(&shared);
        shared.add_one();
        other.join().unwrap();
        assert_eq!(shared.value.read(), 2);
    });
}

/// The owner has finished, or finishes: its bias ends without a barrier, and what it did inside is seen. Catches an end that does not go through the lock of all
/// biases.
#[test]
fn the_owner_finishes() {
    model(TWO, |made| {
        let shared = Arc::new(Shared { lock: ObjectLock::new(), value: made.value(0) });
        drop(attach());
        let owner = adder(&shared);
        shared.add_one();
        owner.join().unwrap();
        assert_eq!(shared.value.read(), 2);
        shared.add_one();
    });
}

/// The owner comes back in a new life, with a bias of its own. (Inheriting the old one with the record would do as well: the registry orders the two lives.)
#[test]
fn the_owner_comes_back() {
    model(TWO, |made| {
        let shared = Shared::owned(made);
        exit_thread();
        let other = adder(&shared);
        drop(attach());
        shared.add_one();
        other.join().unwrap();
        assert_eq!(shared.value.read(), 3);
    });
}

/// Two locks of one owner are taken from it, which ends its bias in bulk, while it uses the second and third. Catches: a bulk end without a barrier, or that
/// clears the bias behind it; a thread that waits for an owner inside without a barrier of its own (a lost wake-up).
#[test]
fn revoked_in_bulk() {
    model(TWO, |made| {
        let shared = [(); 3].map(|()| Shared::owned(made));
        let theirs = shared.clone();
        let other = spawn(move || {
            drop(attach());
            theirs.iter().for_each(|shared| shared.add_one());
        });
        shared[2].add_one();
        shared[1].add_one();
        other.join().unwrap();
        assert_eq!(shared.map(|shared| shared.value.read()), [2, 3, 3]);
    });
}

/// As before, with two threads that want the locks: the one that finds the bias ended relies on the barrier of the other. Catches that barrier behind the lock of
/// all biases.
#[test]
fn three_want_what_is_revoked_in_bulk() {
    model(THREE, |made| {
        let shared = [(); 3].map(|()| Shared::owned(made));
        let theirs = [Arc::clone(&shared[0]), Arc::clone(&shared[1])];
        let other = spawn(move || theirs.iter().for_each(|shared| shared.add_one()));
        let third = Arc::clone(&shared[2]);
        let third = spawn(move || third.add_one());
        shared[2].add_one();
        other.join().unwrap();
        third.join().unwrap();
        assert_eq!(shared.map(|shared| shared.value.read()), [2, 2, 3]);
    });
}

/// The owner is inside one of its locks, and wants it again in a pair.
#[test]
fn a_pair_inside_a_section_of_one() {
    model(TWO, |made| {
        let shared = Shared::owned_pair(made);
        let theirs = Arc::clone(&shared);
        let other = spawn(move || {
            drop(attach());
            theirs[0].add_one();
        });
        let [a, b] = &*shared;
        section(&a.lock, || {
            section2(&a.lock, &b.lock, || {
                a.value.write(a.value.read() + 1);
                b.value.write(b.value.read() + 1);
            });
            a.value.write(a.value.read() + 1);
        });
        other.join().unwrap();
        assert_eq!((a.value.read(), b.value.read()), (4, 2));
    });
}

/// The owner is inside two of its locks, one as a suspended outer section. Catches a suspension that leaves the mark, or a
/// resumption that relies on the bias.
#[test]
fn a_suspended_section_of_the_owner() {
    model(THREE, |made| {
        let (outer, inner) = (Shared::owned(made), Shared::owned(made));
        let theirs = [Arc::clone(&inner), Arc::clone(&outer)];
        let other = spawn(move || {
            drop(attach());
            section(&theirs[0].lock, || theirs[1].add_one());
        });
        section(&outer.lock, || {
            let before = outer.value.read();
            inner.add_one();
            // Resumed: nobody else is here.
            outer.value.write(outer.value.read() + 1);
            assert!(outer.value.read() > before);
        });
        other.join().unwrap();
        assert_eq!((outer.value.read(), inner.value.read()), (3, 2));
    });
}

/// A pair of the owner's locks against the same pair, the other way round.
#[test]
fn pairs_cross() {
    model(TWO, |made| {
        let shared = Shared::owned_pair(made);
        let theirs = Arc::clone(&shared);
        let both = |a: &Shared, b: &Shared| {
            section2(&a.lock, &b.lock, || {
                a.value.write(a.value.read() + 1);
                b.value.write(b.value.read() + 1);
            });
        };
        let other = spawn(move || {
            drop(attach());
            both(&theirs[1], &theirs[0]);
        });
        both(&shared[0], &shared[1]);
        other.join().unwrap();
        assert_eq!(shared.each_ref().map(|shared| shared.value.read()), [3, 3]);
    });
}

/// The owner is in `detach` when its lock is wanted, and has suspended the section there.
#[test]
fn the_owner_is_away() {
    model(TWO, |made| {
        let shared = Shared::owned(made);
        let mut cx = attach();
        let other = section(&shared.lock, || {
            let other = cx.detach(|| {
                let other = adder(&shared);
                shared.add_one();
                other
            });
            shared.value.write(shared.value.read() + 1);
            other
        });
        drop(cx);
        other.join().unwrap();
        assert_eq!(shared.value.read(), 4);
    });
}
