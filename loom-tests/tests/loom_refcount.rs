//! Models of the biased counts: `src/refcount`, with the mailbox of `src/runtime`.
//!
//! Every model checks through [`Made`](loom_tests::Made) that each value is destroyed once, after the last read, and through
//! the modelled heap that its memory is freed once, after the last use of its header.
#![cfg(loom)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use freethreaded::refcount::{Decrement, RefCount};
use freethreaded::runtime::stats;
use freethreaded::{Brc, Weak, attach, collect, internals};
use loom_tests::{THREE, TWO, Value, model, spawn};

/// Runs `f` inside `detach`: counting goes the way of a foreign thread, new objects have no owner.
fn away<R>(f: impl FnOnce() -> R) -> R {
    attach().detach(f)
}

/// Reads the value, if it is still there, through a reference of its own.
fn upgrade_and_read(weak: &Weak<Value>) -> bool {
    weak.upgrade().is_some_and(|strong| strong.read() == 1)
}

/// Owner and another thread clone and drop. Catches a lost step of either half, an early or double destruction, a destruction
/// that does not come after the other thread's reads.
#[test]
fn owner_and_foreign_count() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let b = a.clone();
        let foreign = spawn(move || {
            let c = b.clone();
            assert_eq!(b.read(), 1);
            drop(b);
            assert_eq!(c.read(), 1);
            drop(c);
        });
        let d = a.clone();
        drop(a);
        assert_eq!(d.read(), 1);
        drop(d);
        foreign.join().unwrap();
    });
}

/// The owner's last decrement, which sees the shared half back in its first state, against the decrement that brought it
/// there. Catches a fast path that does not acquire, or a foreign decrement that does not release.
#[test]
fn owner_frees_after_shared_reference() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let b = away(|| a.clone());
        let foreign = spawn(move || {
            assert_eq!(b.read(), 1);
            drop(b);
        });
        assert_eq!(a.read(), 1);
        drop(a);
        foreign.join().unwrap();
    });
}

/// Row a: the owner frees an object of which nobody else ever had a counted reference, against a try-increment. Catches a
/// try-increment that revives an untouched object.
#[test]
fn owner_frees_untouched_against_try_increment() {
    model(TWO, |_| {
        let count = Arc::new(RefCount::new());
        let other = Arc::clone(&count);
        let foreign = spawn(move || assert!(!other.try_increment()));
        // SAFETY: the only reference; nothing is destroyed by it.
        let outcome = unsafe { RefCount::decrement(&raw const *count) };
        assert_eq!(outcome, Decrement::Dead);
        foreign.join().unwrap();
    });
}

/// Row b: the owner's last drop against an upgrade. Catches a merge that overwrites the upgrade, an upgrade of a dead object, and
/// orderings missing on either side: whoever comes last destroys after the other's reads.
#[test]
fn last_drop_against_upgrade() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let weak = Brc::downgrade(&a);
        let foreign = spawn(move || {
            upgrade_and_read(&weak);
            if let Some(strong) = weak.upgrade() {
                assert_eq!(strong.read(), 1);
                drop(weak);
                assert_eq!(strong.read(), 1);
            }
        });
        assert_eq!(a.read(), 1);
        drop(a);
        foreign.join().unwrap();
    });
}

/// As [`last_drop_against_upgrade`], and the owner then upgrades as well: it has to notice that it no longer owns the object.
#[test]
fn owner_upgrades_what_it_gave_up() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let weak = Brc::downgrade(&a);
        let other = weak.clone();
        let foreign = spawn(move || upgrade_and_read(&other));
        drop(a);
        upgrade_and_read(&weak);
        foreign.join().unwrap();
    });
}

/// Another thread makes the first weak reference and upgrades it while the owner drops its own reference.
#[test]
fn foreign_downgrade_against_owner() {
    model(2, |made| {
        let a = Brc::new(made.value(1));
        let b = away(|| a.clone());
        let foreign = spawn(move || {
            let weak = Brc::downgrade(&b);
            drop(b);
            upgrade_and_read(&weak);
        });
        drop(a);
        foreign.join().unwrap();
    });
}

/// Row c: two other threads decrement at a shared count of 0. One is queued, the other subtracts. Catches two parcels for
/// one owner (it merges the first and must then treat the second as a plain decrement), or none.
#[test]
fn two_foreign_drops() {
    model(THREE, |made| {
        let a = Brc::new(made.value(1));
        let (b, c) = (a.clone(), a.clone());
        let first = spawn(move || drop(b));
        let second = spawn(move || {
            assert_eq!(c.read(), 1);
            drop(c);
        });
        assert_eq!(a.read(), 1);
        drop(a);
        first.join().unwrap();
        second.join().unwrap();
    });
}

/// Row d: another thread has queued its reference, and may or may not have delivered it, when the owner drops its own count to 0
/// with a reference that was counted in the shared half.
#[test]
fn queued_while_the_owner_drops_to_zero() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let b = a.clone();
        let foreign = spawn(move || {
            assert_eq!(b.read(), 1);
            drop(b);
        });
        let c = away(|| a.clone());
        drop(a);
        drop(c);
        foreign.join().unwrap();
    });
}

/// As [`queued_while_the_owner_drops_to_zero`], without the mailbox lock in between: a third thread makes the shared reference.
#[test]
fn queued_while_the_owner_drops_to_zero_of_three() {
    model(1, |made| {
        let a = Brc::new(made.value(1));
        let (b, c) = (a.clone(), a.clone());
        let queues = spawn(move || drop(b));
        let counts = spawn(move || (c.clone(), c));
        drop(a);
        let (d, c) = counts.join().unwrap();
        drop(c);
        drop(d);
        queues.join().unwrap();
    });
}

/// Row e: a parcel is delivered while its owner ends. Catches a parcel that is both found by the owner and opened by the sender, or
/// neither.
#[test]
fn enqueue_against_exit() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let b = a.clone();
        let foreign = spawn(move || {
            assert_eq!(b.read(), 1);
            drop(b);
        });
        assert_eq!(a.read(), 1);
        drop(a);
        internals::exit_thread();
        foreign.join().unwrap();
    });
}

/// A thread goes on counting what it owned after it has left the runtime.
#[test]
fn counting_after_exit() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let b = a.clone();
        let foreign = spawn(move || {
            assert_eq!(b.read(), 1);
            drop(b);
        });
        internals::exit_thread();
        let c = a.clone();
        drop(a);
        assert_eq!(c.read(), 1);
        drop(c);
        foreign.join().unwrap();
    });
}

/// Two senders, one of them with the reference that the other's merge leaves last, against the end of the owner.
#[test]
fn two_senders_against_exit() {
    model(THREE, |made| {
        let a = Brc::new(made.value(1));
        let b = a.clone();
        let first = spawn(move || drop(a));
        let second = spawn(move || drop(b));
        internals::exit_thread();
        first.join().unwrap();
        second.join().unwrap();
    });
}

/// Row f: a new thread takes the slot of the finished owner while another drops a reference to the old object.
#[test]
fn slot_reuse() {
    model(THREE, |made| {
        let a = Brc::new(made.value(1));
        let foreign = spawn(move || {
            assert_eq!(a.read(), 1);
            drop(a);
        });
        internals::exit_thread();
        let value = made.value(2);
        let successor = spawn(move || {
            let b = Brc::new(value);
            let c = b.clone();
            drop(b);
            assert_eq!(c.read(), 2);
        });
        foreign.join().unwrap();
        successor.join().unwrap();
    });
}

/// Row g: the owner drains its mailbox while other threads count. Catches an owner that goes on counting in its own half after the
/// merge, or a merge whose CAS does not try again.
#[test]
fn drain_against_foreign_counts() {
    model(1, |made| {
        let a = Brc::new(made.value(1));
        let (b, c) = (a.clone(), a.clone());
        let sender = spawn(move || drop(b));
        let counter = spawn(move || {
            let d = c.clone();
            drop(c);
            assert_eq!(d.read(), 1);
        });
        drop(attach());
        let e = a.clone();
        drop(a);
        assert_eq!(e.read(), 1);
        drop(e);
        sender.join().unwrap();
        counter.join().unwrap();
    });
}

/// A parcel is delivered, on its owner's behalf, while the owner goes into `detach`, counts there, and comes back to count again.
/// Catches every missing piece of the presence: an owner that uses its id while it is away, a box that is not emptied before
/// the absence, a return that does not take the lock.
#[test]
fn merge_on_behalf() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let b = a.clone();
        let foreign = spawn(move || {
            assert_eq!(b.read(), 1);
            drop(b);
        });
        let c = away(|| a.clone());
        let d = a.clone();
        drop(a);
        drop(c);
        assert_eq!(d.read(), 1);
        drop(d);
        foreign.join().unwrap();
    });
}

/// As [`merge_on_behalf`], but the owner drops its reference while it is away: either may be the one that destroys.
#[test]
fn merge_on_behalf_of_an_owner_that_drops() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let b = a.clone();
        let foreign = spawn(move || {
            assert_eq!(b.read(), 1);
            drop(b);
        });
        away(move || {
            assert_eq!(a.read(), 1);
            drop(a);
        });
        foreign.join().unwrap();
    });
}

/// Two threads merge two objects on behalf of the same absent owner, which returns and counts both.
#[test]
fn two_merge_on_behalf() {
    model(1, |made| {
        let (a, b) = (Brc::new(made.value(1)), Brc::new(made.value(2)));
        let (c, d) = (a.clone(), b.clone());
        let first = spawn(move || drop(c));
        let second = spawn(move || drop(d));
        away(|| ());
        let (e, f) = (a.clone(), b.clone());
        assert_eq!((e.read(), f.read()), (1, 2));
        drop((a, b, e, f));
        first.join().unwrap();
        second.join().unwrap();
    });
}

/// The owner's count comes to rest with two parcels in the box: the second finds the object merged.
#[test]
fn nothing_is_left_in_the_mailbox() {
    model(THREE, |made| {
        let a = Brc::new(made.value(1));
        let b = a.clone();
        let first = spawn(move || drop(a));
        let second = spawn(move || drop(b));
        drop(attach());
        first.join().unwrap();
        second.join().unwrap();
        collect();
        assert_eq!(stats().mail, 0);
        assert_eq!(made.destroyed(), 1);
    });
}

/// A thread that uses the object asks its owner to merge, while the owner counts and then ends. Catches a request that has no reference of its
/// own, or that is made twice.
#[test]
fn merge_request_against_owner() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let b = a.clone();
        let foreign = spawn(move || {
            internals::ask_to_merge(&b);
            internals::ask_to_merge(&b);
            assert_eq!(b.read(), 1);
            drop(b);
        });
        assert_eq!(a.read(), 1);
        drop(a);
        collect();
        foreign.join().unwrap();
    });
}

/// The same of an owner that is away, comes back, and asks whether it has the only reference.
#[test]
fn merge_request_on_behalf() {
    model(TWO, |made| {
        let mut a = Brc::new(made.value(1));
        let b = a.clone();
        let foreign = spawn(move || {
            internals::ask_to_merge(&b);
            drop(b);
        });
        away(|| drop(a.clone()));
        if let Some(value) = Brc::get_mut(&mut a) {
            value.write(1);
        }
        foreign.join().unwrap();
        assert!(Brc::get_mut(&mut a).is_some(), "whatever was in the mail is merged");
        drop(a);
    });
}

/// Two threads drop the two references of an object without owner. Catches a last decrement without acquire, a first one
/// without release.
#[test]
fn merged_drops() {
    model(TWO, |made| {
        let a = away(|| Brc::new(made.value(1)));
        let b = a.clone();
        let foreign = spawn(move || {
            assert_eq!(b.read(), 1);
            drop(b);
        });
        assert_eq!(a.read(), 1);
        drop(a);
        foreign.join().unwrap();
    });
}

/// Row h: at a merged count of 1, a drop against an upgrade.
#[test]
fn merged_drop_against_upgrade() {
    model(TWO, |made| {
        let a = away(|| Brc::new(made.value(1)));
        let weak = Brc::downgrade(&a);
        let foreign = spawn(move || upgrade_and_read(&weak));
        assert_eq!(a.read(), 1);
        drop(a);
        foreign.join().unwrap();
    });
}

/// Row i: a thread that does not own the object asks for immortality while the owner counts. Catches a mark that the owner's next
/// store overwrites, and references that are subtracted but were never counted.
#[test]
fn immortality_against_owner_counts() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let b = a.clone();
        let foreign = spawn(move || {
            Brc::make_immortal(&b);
            let c = b.clone();
            drop(b);
            assert_eq!(c.read(), 1);
        });
        let d = a.clone();
        drop(attach());
        drop(d);
        foreign.join().unwrap();
        collect();
        assert!(Brc::is_immortal(&a));
        assert_eq!(made.destroyed(), 0);
        internals::free_immortal(a);
    });
}

/// As [`immortality_against_owner_counts`], with an owner that is away for a while, or ends.
#[test]
fn immortality_on_behalf() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let b = a.clone();
        let foreign = spawn(move || {
            Brc::make_immortal(&b);
            b
        });
        away(|| drop(a.clone()));
        drop(a.clone());
        drop(a);
        internals::exit_thread();
        let b = foreign.join().unwrap();
        assert!(Brc::is_immortal(&b));
        internals::free_immortal(b);
    });
}

/// An object becomes immortal while its owner merges it: the mark must not be lost, nor the object die.
#[test]
fn immortality_against_merge() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let b = away(|| a.clone());
        let foreign = spawn(move || {
            Brc::make_immortal(&b);
            b
        });
        drop(a);
        let b = foreign.join().unwrap();
        collect();
        assert!(Brc::is_immortal(&b));
        internals::free_immortal(b);
    });
}

/// An object becomes immortal while its owner tries to unwrap it, and an upgrade has come first. Catches an owner that gives the object up
/// without release: its count of 0 must not come behind the mark.
#[test]
fn immortality_against_try_unwrap() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let weak = Brc::downgrade(&a);
        let foreign = spawn(move || weak.upgrade().inspect(Brc::make_immortal));
        let kept = Brc::try_unwrap(a).err();
        if let Some(b) = foreign.join().unwrap() {
            drop(kept.expect("an upgrade came first"));
            collect();
            assert!(Brc::is_immortal(&b));
            internals::free_immortal(b);
        }
    });
}

/// An object becomes immortal while its former owner opens a parcel that comes after the merge. Catches a second merge, which would
/// wipe the mark out.
#[test]
fn immortality_against_a_late_parcel() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let b = a.clone();
        let clones = spawn(move || {
            drop(b);
            (a.clone(), a.clone(), a)
        });
        let (a, c, d) = clones.join().unwrap();
        drop(a);
        drop(c);
        let foreign = spawn(move || {
            Brc::make_immortal(&d);
            d
        });
        drop(attach());
        let d = foreign.join().unwrap();
        assert!(Brc::is_immortal(&d));
        internals::free_immortal(d);
    });
}

/// A parcel of a value without a size, whose word is a block of its own: left and found, or opened by the sender, and its object dead or alive
/// then. Catches a word that is not given back, or given back and then used.
#[test]
fn fat_parcel_against_absence() {
    model(TWO, |made| {
        let a: Brc<[Value]> = [made.value(1), made.value(2)].into();
        let b = a.clone();
        let foreign = spawn(move || {
            assert_eq!(b[1].read(), 2);
            drop(b);
        });
        away(|| ());
        drop(a);
        foreign.join().unwrap();
    });
}

/// The owner's reference goes first, so that what is in the parcel dies of its opening.
#[test]
fn last_reference_in_a_fat_parcel() {
    model(TWO, |made| {
        let a: Brc<[Value]> = [made.value(1)].into();
        let foreign = spawn(move || {
            assert_eq!(a[0].read(), 1);
            drop(a);
        });
        away(|| ());
        foreign.join().unwrap();
    });
}

/// A request for immortality in a fat parcel.
#[test]
fn fat_immortality_request() {
    model(TWO, |made| {
        let a: Brc<[Value]> = [made.value(1)].into();
        let b = away(|| a.clone());
        let raw = Brc::as_ptr(&a);
        let foreign = spawn(move || {
            Brc::make_immortal(&b);
            drop(b);
        });
        away(|| ());
        drop(a);
        foreign.join().unwrap();
        collect();
        // SAFETY: immortal, so no reference is needed for another.
        internals::free_immortal(unsafe { Brc::from_raw(raw) });
    });
}

/// A request for immortality is on its way when the last counted references go.
#[test]
fn immortality_request_outlives_the_references() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let b = away(|| a.clone());
        let address = Brc::as_ptr(&a);
        let foreign = spawn(move || {
            Brc::make_immortal(&b);
            drop(b);
        });
        drop(a);
        foreign.join().unwrap();
        collect();
        // SAFETY: immortal, so no reference is needed for another.
        internals::free_immortal(unsafe { Brc::from_raw(address) });
    });
}

/// A request for immortality is opened on behalf of an owner that has a parcel for the same object to open itself.
#[test]
fn immortality_on_behalf_against_merge() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let (b, c) = (a.clone(), a.clone());
        let mut inside = attach();
        spawn(move || drop(b)).join().unwrap();
        let foreign = spawn(move || {
            Brc::make_immortal(&c);
            c
        });
        inside.detach(|| ());
        drop(inside);
        let c = foreign.join().unwrap();
        collect();
        assert!(Brc::is_immortal(&c));
        drop(a);
        internals::free_immortal(c);
    });
}

/// An object becomes immortal while `new_cyclic` publishes it.
#[test]
fn immortality_against_publication() {
    model(TWO, |made| {
        drop(attach());
        let mut foreign = None;
        let a = Brc::new_cyclic(|me| {
            let me = me.clone();
            foreign = Some(spawn(move || me.upgrade().inspect(Brc::make_immortal).is_some()));
            made.value(1)
        });
        let asked = foreign.unwrap().join().unwrap();
        collect();
        assert_eq!(Brc::is_immortal(&a), asked);
        if asked {
            internals::free_immortal(a);
        }
    });
}

/// `get_mut` on the owner's thread against another thread that reads and drops a reference counted in the shared half. Catches a
/// uniqueness test that does not acquire.
#[test]
fn get_mut_after_foreign_reader() {
    model(TWO, |made| {
        let mut a = Brc::new(made.value(1));
        let b = away(|| a.clone());
        let foreign = spawn(move || {
            assert_eq!(b.read(), 1);
            drop(b);
        });
        if let Some(value) = Brc::get_mut(&mut a) {
            value.write(2);
        }
        foreign.join().unwrap();
        let value = Brc::get_mut(&mut a).expect("the other reference is gone");
        value.write(3);
    });
}

/// The same for an object without owner, and for one that is merged by draining the mailbox.
#[test]
fn get_mut_of_merged() {
    model(TWO, |made| {
        let mut a = Brc::new(made.value(1));
        let mut c = away(|| Brc::new(made.value(1)));
        let (b, d) = (a.clone(), c.clone());
        let foreign = spawn(move || {
            assert_eq!(b.read() + d.read(), 2);
            drop(d);
            drop(b);
        });
        drop(attach());
        for brc in [&mut c, &mut a] {
            if let Some(value) = Brc::get_mut(brc) {
                value.write(2);
            }
        }
        foreign.join().unwrap();
        collect();
        assert_eq!((Brc::strong_count(&a), Brc::strong_count(&c)), (1, 1));
    });
}

/// `get_mut` on a thread that does not own the object, whose owner reads and lets go. Catches a test that sums up both halves: the
/// owner's half is not released to others.
#[test]
fn get_mut_on_a_foreign_thread() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let mut b = a.clone();
        let foreign = spawn(move || {
            if let Some(value) = Brc::get_mut(&mut b) {
                value.write(2);
            }
        });
        assert_eq!(a.read(), 1);
        drop(a);
        foreign.join().unwrap();
    });
}

/// `get_mut` against a thread that turns its weak reference into a strong one and lets the weak one go. Catches a test that does not lock
/// the weak count, or does not look at the strong one again behind the lock.
#[test]
fn get_mut_against_upgrade() {
    model(TWO, |made| {
        let mut a = Brc::new(made.value(1));
        let weak = Brc::downgrade(&a);
        let foreign = spawn(move || {
            if let Some(strong) = weak.upgrade() {
                drop(weak);
                assert!((1..=2).contains(&strong.read()));
            }
        });
        if let Some(value) = Brc::get_mut(&mut a) {
            value.write(2);
        }
        foreign.join().unwrap();
    });
}

/// As [`get_mut_against_upgrade`], for an object without owner; the other thread makes a new weak reference, too.
#[test]
fn get_mut_of_merged_against_upgrade_and_downgrade() {
    model(4, |made| {
        let mut a = away(|| Brc::new(made.value(1)));
        let weak = Brc::downgrade(&a);
        let foreign = spawn(move || {
            if let Some(strong) = weak.upgrade() {
                drop(weak);
                let again = Brc::downgrade(&strong);
                assert!((1..=2).contains(&strong.read()));
                drop(strong);
                again.upgrade().map(|strong| strong.read());
            }
        });
        if let Some(value) = Brc::get_mut(&mut a) {
            value.write(2);
        }
        foreign.join().unwrap();
    });
}

/// `try_unwrap` on the owner's thread against an upgrade: exactly one side has the value in the end.
#[test]
fn try_unwrap_against_upgrade() {
    model(TWO, |made| {
        let a = Brc::new(made.value(1));
        let weak = Brc::downgrade(&a);
        let foreign = spawn(move || {
            upgrade_and_read(&weak);
            weak.upgrade()
        });
        match Brc::try_unwrap(a) {
            Ok(value) => {
                value.write(2);
                assert!(foreign.join().unwrap().is_none());
            }
            Err(a) => {
                assert_eq!(a.read(), 1);
                drop(a);
                if let Some(strong) = foreign.join().unwrap() {
                    assert_eq!(strong.read(), 1);
                }
            }
        }
    });
}

/// The same for an object without owner.
#[test]
fn try_unwrap_of_merged_against_upgrade() {
    model(TWO, |made| {
        let a = away(|| Brc::new(made.value(1)));
        let weak = Brc::downgrade(&a);
        let foreign = spawn(move || upgrade_and_read(&weak));
        match Brc::try_unwrap(a) {
            Ok(value) => value.write(2),
            Err(a) => assert_eq!(a.read(), 1),
        }
        foreign.join().unwrap();
    });
}

/// `make_mut` moves the value out from under weak references, or clones; the other thread sees the old object or nothing.
#[test]
fn make_mut_against_upgrade() {
    #[derive(Debug)]
    struct Cloned(Value);
    impl Clone for Cloned {
        fn clone(&self) -> Self {
            Self(self.0.another(self.0.read()))
        }
    }
    model(TWO, |made| {
        let mut a = Brc::new(Cloned(made.value(1)));
        let weak = Brc::downgrade(&a);
        let foreign = spawn(move || {
            if let Some(strong) = weak.upgrade() {
                assert_eq!(strong.0.read(), 1);
            }
        });
        Brc::make_mut(&mut a).0.write(2);
        foreign.join().unwrap();
        assert_eq!(a.0.read(), 2);
    });
}

/// `into_inner` on two threads: of an object without owner, exactly one gets the value; of an owned one, at most one.
#[test]
fn into_inner_gives_the_value_to_one() {
    model(TWO, |made| {
        for merged in [true, false] {
            let value = made.value(1);
            let a = if merged { away(|| Brc::new(value)) } else { Brc::new(value) };
            let b = a.clone();
            let taken = Arc::new(AtomicUsize::new(0));
            let take = |brc: Brc<Value>, taken: &AtomicUsize| {
                assert_eq!(brc.read(), 1);
                if let Some(value) = Brc::into_inner(brc) {
                    value.write(2);
                    taken.fetch_add(1, Ordering::Relaxed);
                }
            };
            let counter = Arc::clone(&taken);
            let foreign = spawn(move || take(b, &counter));
            take(a, &taken);
            foreign.join().unwrap();
            let taken = taken.load(Ordering::Relaxed);
            assert!(taken <= 1 && (taken == 1 || !merged));
        }
    });
}

/// `new_cyclic` hands a weak reference to another thread, which upgrades it while the object is published. Catches an upgrade
/// before the value is there, or one that does not see it.
#[test]
fn new_cyclic_against_upgrade() {
    model(TWO, |made| {
        drop(attach());
        let mut foreign = None;
        let a = Brc::new_cyclic(|me| {
            let me = me.clone();
            foreign = Some(spawn(move || upgrade_and_read(&me)));
            made.value(1)
        });
        assert_eq!(a.read(), 1);
        drop(a);
        foreign.unwrap().join().unwrap();
    });
}

/// The same inside `detach`, where the new object has no owner.
#[test]
fn new_cyclic_without_owner_against_upgrade() {
    model(TWO, |made| {
        drop(attach());
        let mut foreign = None;
        let a = away(|| {
            Brc::new_cyclic(|me| {
                let me = me.clone();
                foreign = Some(spawn(move || upgrade_and_read(&me)));
                made.value(1)
            })
        });
        assert_eq!(a.read(), 1);
        drop(a);
        foreign.unwrap().join().unwrap();
    });
}

/// The last weak reference goes while the last strong one does: the memory is freed once, by the later, after the other's last look at
/// the header.
#[test]
fn last_weak_against_last_strong() {
    model(TWO, |made| {
        for merged in [false, true] {
            let value = made.value(1);
            let a = if merged { away(|| Brc::new(value)) } else { Brc::new(value) };
            let weak = Brc::downgrade(&a);
            let foreign = spawn(move || {
                let _ = weak.strong_count();
                drop(weak);
            });
            drop(a);
            foreign.join().unwrap();
        }
    });
}

/// Two weak references and the strong one go on three threads.
#[test]
fn two_weak_against_last_strong() {
    model(THREE, |made| {
        let a = Brc::new(made.value(1));
        let weak = Brc::downgrade(&a);
        let other = weak.clone();
        let first = spawn(move || drop(weak));
        let second = spawn(move || drop(other.clone()));
        drop(a);
        first.join().unwrap();
        second.join().unwrap();
    });
}
