//! Models of wide counts: `src/refcount/wide.rs` over `src/runtime/cells.rs`.
//!
//! Every value has to be destroyed once and not early, whichever thread finds the object dead.
#![cfg(loom)]

use std::mem::ManuallyDrop;

use freethreaded::{Brc, Weak, attach, collect};
use loom_tests::{Made, TWO, Value, model, ownerless, spawn};

/// A wide object without owner, and a second reference to it.
fn wide(made: &Made) -> (Brc<Value>, Brc<Value>) {
    drop(attach());
    let mine = ownerless(made.value(1));
    assert!(Brc::share_widely(&mine));
    let theirs = mine.clone();
    (mine, theirs)
}

fn use_and_drop(object: Brc<Value>) {
    assert_eq!(object.read(), 1);
}

/// Two threads drop the last two references. Catches a look that adds up cells in the middle of a step, or that misses one.
#[test]
fn two_last_drops() {
    model(TWO, |made| {
        let (mine, theirs) = wide(made);
        let other = spawn(move || use_and_drop(theirs));
        use_and_drop(mine);
        other.join().unwrap();
        collect();
    });
}

/// A thread clones and drops while the other drops and looks.
#[test]
fn clone_against_last_drop() {
    model(TWO, |made| {
        let (mine, theirs) = wide(made);
        let other = spawn(move || {
            let more = theirs.clone();
            drop(theirs);
            use_and_drop(more);
        });
        use_and_drop(mine);
        other.join().unwrap();
        collect();
    });
}

/// A thread looks on behalf of all while another one takes its last steps. Catches a fold without its barrier, a mark that is not looked at.
#[test]
fn sweep_against_last_drop() {
    model(TWO, |made| {
        let (mine, theirs) = wide(made);
        drop(mine);
        let other = spawn(move || use_and_drop(theirs));
        collect();
        other.join().unwrap();
        collect();
    });
}

/// Uniqueness is asked for, which folds, while the other thread counts.
#[test]
fn uniqueness_against_steps() {
    model(2, |made| {
        let (mut mine, theirs) = wide(made);
        let other = spawn(move || {
            let more = theirs.clone();
            use_and_drop(theirs);
            use_and_drop(more);
        });
        if let Some(value) = Brc::get_mut(&mut mine) {
            value.write(1);
        }
        other.join().unwrap();
        use_and_drop(mine);
        collect();
    });
}

/// The owner drops its last reference and merges, while the other thread counts in its cell.
#[test]
fn owner_merges_against_steps() {
    model(2, |made| {
        let (mine, theirs) = owned_and_wide(made);
        let other = spawn(move || {
            let more = theirs.clone();
            use_and_drop(theirs);
            use_and_drop(more);
        });
        use_and_drop(mine);
        other.join().unwrap();
        collect();
    });
}

/// A wide object that its owner counts, and a reference that another thread has counted in its cell.
fn owned_and_wide(made: &Made) -> (Brc<Value>, Brc<Value>) {
    drop(attach());
    let mine = Brc::new(made.value(1));
    assert!(Brc::share_widely(&mine));
    let raw = Brc::as_ptr(&mine);
    // SAFETY: `mine` lives until the thread has ended, and nothing is given up.
    let theirs =
        spawn(move || Brc::clone(&*ManuallyDrop::new(unsafe { Brc::from_raw(raw) }))).join().unwrap();
    (mine, theirs)
}

/// The owner finds the detour in the middle of its life with the object, merges, and counts in its cell. Catches a merge that forgets `local`.
#[test]
fn owner_comes_aside_against_steps() {
    model(2, |made| {
        let (mine, theirs) = owned_and_wide(made);
        let other = spawn(move || use_and_drop(theirs));
        let more = mine.clone();
        use_and_drop(mine);
        use_and_drop(more);
        other.join().unwrap();
        collect();
    });
}

/// The owner merges on the detour while the other thread looks at all wide objects.
#[test]
fn owner_comes_aside_against_sweep() {
    model(1, |made| {
        let (mine, theirs) = owned_and_wide(made);
        let other = spawn(move || {
            use_and_drop(theirs);
            collect();
        });
        use_and_drop(mine);
        other.join().unwrap();
        collect();
    });
}

/// The owner asks for uniqueness, which takes it off the detour, while the other thread counts.
#[test]
fn owner_asks_for_uniqueness_against_steps() {
    model(2, |made| {
        let (mut mine, theirs) = owned_and_wide(made);
        let other = spawn(move || use_and_drop(theirs));
        if let Some(value) = Brc::get_mut(&mut mine) {
            value.write(1);
        }
        other.join().unwrap();
        use_and_drop(mine);
        collect();
    });
}

/// The other thread asks for uniqueness, and between the end of the detour and the fold the owner drops its last reference. Catches a merge
/// that concludes from the word of a wide object.
#[test]
fn owners_last_drop_against_a_fold() {
    model(2, |made| {
        let (mine, mut theirs) = owned_and_wide(made);
        let other = spawn(move || {
            if let Some(value) = Brc::get_mut(&mut theirs) {
                value.write(1);
            }
            use_and_drop(theirs);
        });
        use_and_drop(mine);
        other.join().unwrap();
        collect();
    });
}

/// The owner drops its last reference in plain memory while the other thread, which has one too, makes the object wide. Catches
/// a fold that looks at the object behind its last CAS.
#[test]
fn widening_against_the_owners_last_drop() {
    model(2, |made| {
        drop(attach());
        let mine = Brc::new(made.value(1));
        let theirs = mine.clone();
        let other = spawn(move || {
            Brc::share_widely(&theirs);
            use_and_drop(theirs);
        });
        use_and_drop(mine);
        other.join().unwrap();
        collect();
    });
}

/// The other thread drops a reference that the owner counted: the owner is asked to merge.
#[test]
fn owner_is_asked_to_merge() {
    model(TWO, |made| {
        drop(attach());
        let mine = Brc::new(made.value(1));
        assert!(Brc::share_widely(&mine));
        let other = spawn(move || use_and_drop(mine));
        collect();
        other.join().unwrap();
        collect();
    });
}

/// A weak reference is upgraded against the last drop.
#[test]
fn upgrade_against_last_drop() {
    model(2, |made| {
        drop(attach());
        let mine = ownerless(made.value(1));
        let weak: Weak<Value> = Brc::downgrade(&mine);
        assert!(Brc::share_widely(&mine));
        let other = spawn(move || {
            if let Some(object) = weak.upgrade() {
                use_and_drop(object);
            }
        });
        use_and_drop(mine);
        other.join().unwrap();
        collect();
    });
}

/// The same by a step: the other thread has a cell already, and its own reference is gone. Catches a fold that does not wait for the step.
#[test]
fn upgrade_in_a_cell_against_last_drop() {
    model(2, |made| {
        let (mine, theirs) = wide(made);
        let weak: Weak<Value> = Brc::downgrade(&mine);
        let other = spawn(move || {
            drop(theirs);
            if let Some(object) = weak.upgrade() {
                use_and_drop(object);
            }
        });
        use_and_drop(mine);
        collect();
        other.join().unwrap();
        collect();
    });
}

/// The object becomes wide while the other thread counts it. Catches a mark in the word that is lost, or a count that the mark overwrites.
#[test]
fn widening_against_counts() {
    model(2, |made| {
        drop(attach());
        let mine = ownerless(made.value(1));
        let theirs = mine.clone();
        let other = spawn(move || {
            let more = theirs.clone();
            use_and_drop(theirs);
            use_and_drop(more);
        });
        assert_eq!(Brc::share_widely(&mine), Brc::is_shared_widely(&mine));
        use_and_drop(mine);
        other.join().unwrap();
        collect();
    });
}

/// The count is folded and spread again. Catches cells that keep what was folded.
#[test]
fn narrow_and_wide_again() {
    model(TWO, |made| {
        let (mut mine, theirs) = wide(made);
        let more = spawn(move || [theirs.clone(), theirs]).join().unwrap();
        assert!(Brc::get_mut(&mut mine).is_none());
        assert!(Brc::share_widely(&mine));
        let other = spawn(move || drop(more));
        use_and_drop(mine);
        other.join().unwrap();
        collect();
    });
}

/// The same between two steps of another thread. Catches a step in a cell as it was before it was cleared.
#[test]
fn narrow_and_wide_between_two_steps() {
    model(2, |made| {
        let (mut mine, theirs) = wide(made);
        let other = spawn(move || [theirs.clone(), theirs.clone(), theirs]);
        assert!(Brc::get_mut(&mut mine).is_none());
        Brc::share_widely(&mine);
        drop(other.join().unwrap());
        use_and_drop(mine);
        collect();
    });
}

/// The same, and then a fold that finds the other thread in the middle of a step. Catches a slot that is opened again without release.
#[test]
fn open_again_between_two_steps() {
    model(TWO, |made| {
        let (mine, mut theirs) = wide(made);
        let more = mine.clone();
        let other = spawn(move || {
            assert!(Brc::get_mut(&mut theirs).is_none());
            Brc::share_widely(&theirs);
            assert!(Brc::get_mut(&mut theirs).is_none());
            theirs
        });
        let again = mine.clone();
        drop((mine, more, again, other.join().unwrap()));
        collect();
    });
}

/// The same while the other thread counts.
#[test]
fn narrow_and_wide_against_steps() {
    model(1, |made| {
        let (mut mine, theirs) = wide(made);
        let other = spawn(move || use_and_drop(theirs));
        assert!(Brc::get_mut(&mut mine).is_none_or(|value| value.read() == 1));
        Brc::share_widely(&mine);
        use_and_drop(mine);
        other.join().unwrap();
        collect();
    });
}

/// A thread with a share in the count ends; the next thread has its cells.
#[test]
fn cells_outlive_their_thread() {
    model(TWO, |made| {
        let (mine, theirs) = wide(made);
        spawn(move || {
            let more = theirs.clone();
            std::mem::forget(theirs.clone());
            use_and_drop(theirs);
            use_and_drop(more);
        })
        .join()
        .unwrap();
        let last = mine.clone();
        let other = spawn(move || {
            // The one that the first thread forgot.
            // SAFETY: it was counted and never given up.
            use_and_drop(unsafe { Brc::from_raw(Brc::as_ptr(&last)) });
            use_and_drop(last);
        });
        use_and_drop(mine);
        other.join().unwrap();
        collect();
    });
}

/// A step on the object, followed by one on another object, while the first is folded. Catches a mark that passes from slot to slot without
/// a release, behind which the change of the first cell is not seen.
#[test]
fn steps_on_two_objects_against_a_fold() {
    model(2, |made| {
        let (mut mine, theirs) = wide(made);
        let (also, other_one) = wide(made);
        let other = spawn(move || {
            let more = theirs.clone();
            drop(other_one);
            (theirs, more)
        });
        assert!(Brc::get_mut(&mut mine).is_none());
        let (theirs, more) = other.join().unwrap();
        use_and_drop(mine);
        use_and_drop(theirs);
        use_and_drop(more);
        use_and_drop(also);
        collect();
    });
}

/// Between the two halves of asking for the place of an object, it loses that to another one and gets the other place. Catches a look at
/// the wrong object.
#[test]
fn a_place_that_changes_hands() {
    model(1, |made| {
        drop(attach());
        let (first, second) = (ownerless(made.value(1)), ownerless(made.value(1)));
        let mine = Brc::new(made.value(1));
        let theirs = mine.clone();
        assert!(Brc::share_widely(&mine) && Brc::share_widely(&first));
        let other = spawn(move || use_and_drop(theirs));
        // Takes the place of `mine`, or finds none.
        Brc::share_widely(&second);
        use_and_drop(first);
        Brc::share_widely(&mine);
        use_and_drop(second);
        assert_eq!(mine.read(), 1);
        other.join().unwrap();
        use_and_drop(mine);
        collect();
    });
}

/// Two more objects are wide, the second of which takes a place.
fn evict(made: &Made) -> (Brc<Value>, impl FnOnce() -> Brc<Value> + 'static) {
    let second = ownerless(made.value(1));
    assert!(Brc::share_widely(&second));
    let third = ownerless(made.value(1));
    (second, move || {
        Brc::share_widely(&third);
        third
    })
}

/// A third object takes the place of the first, for which a thread folds that has no reference any more, while the other one drops the last.
/// Catches a fold that looks at the object behind its last CAS, or that keeps the steps it adds to itself.
#[test]
fn eviction_against_last_drop() {
    model(2, |made| {
        let (mine, theirs) = wide(made);
        let (second, evict) = evict(made);
        let other = spawn(move || {
            use_and_drop(theirs);
            evict()
        });
        use_and_drop(mine);
        drop((other.join().unwrap(), second));
        collect();
    });
}

/// The same to an object that its owner counts. Catches a fold that finds it dead.
#[test]
fn eviction_against_the_owner() {
    model(1, |made| {
        let (mine, theirs) = owned_and_wide(made);
        let (second, evict) = evict(made);
        let other = spawn(move || {
            use_and_drop(theirs);
            evict()
        });
        use_and_drop(mine);
        drop((other.join().unwrap(), second));
        collect();
    });
}

/// A thread finds an object dead, and makes another one wide in its place, while the one that dropped the last reference looks.
/// Catches a look at the place as it is behind the drop.
#[test]
fn look_against_the_next_tenant() {
    model(2, |made| {
        let (mine, theirs) = wide(made);
        drop(theirs);
        let next = ownerless(made.value(1));
        let other = spawn(move || {
            collect();
            Brc::share_widely(&next);
            use_and_drop(next);
        });
        use_and_drop(mine);
        other.join().unwrap();
        collect();
    });
}
