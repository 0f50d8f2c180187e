//! Models of what is about two sets: `src/collections/set`, and of the key that takes the place of an equal one.
//!
//! Keys hold plain data, as in the models of the table, and are cloned by algebra that adds them.
#![cfg(loom)]

use std::sync::Arc;

use freethreaded::{Set, attach, collect, critical_section, critical_section2};
use loom_tests::{Key, Made, Same, THREE, TWO, model, spawn};

type Keys = Set<Key, Same>;

fn keys(made: &Made, ids: &[u8]) -> Keys {
    ids.iter().map(|&id| Key::new(made, id)).collect()
}

fn ids(set: &Keys) -> Vec<u8> {
    let mut ids: Vec<u8> = set.iter(&attach()).map(|key| key.id).collect();
    ids.sort_unstable();
    ids
}

/// Runs `theirs` on a second thread while this one runs `mine`, on two sets.
fn two_threads(
    bound: usize,
    sets: fn(&Made) -> (Keys, Keys),
    theirs: fn(&Keys, &Keys, &Made),
    mine: fn(&Keys, &Keys),
    after: fn(&Keys, &Keys),
) {
    model(bound, move |made| {
        drop(attach());
        let both = Arc::new(sets(made));
        let (shared, maker) = (Arc::clone(&both), made.clone());
        let other = spawn(move || {
            theirs(&shared.0, &shared.1, &maker);
            collect();
        });
        mine(&both.0, &both.1);
        other.join().unwrap();
        after(&both.0, &both.1);
    });
}

/// Each set takes in the other. Nobody waits for ever, and both have all keys: whoever comes second takes in what the first has done. Catches locks that are
/// not taken in one order, as a deadlock.
#[test]
fn each_into_the_other() {
    two_threads(
        THREE,
        |made| (keys(made, &[1]), keys(made, &[2])),
        |a, b, _| b.union_with(a),
        |a, b| a.union_with(b),
        |a, b| assert_eq!((ids(a), ids(b)), (vec![1, 2], vec![1, 2])),
    );
}

/// In a section of the other operand alone a key goes and another comes. Set algebra finds one of them, wherever it stands. Catches an operation that does not
/// take the lock of its other operand.
#[test]
fn union_against_a_section_of_the_other() {
    two_threads(
        THREE,
        |made| (keys(made, &[]), keys(made, &[1])),
        |_, b, made| {
            let key = Key::new(made, 2);
            critical_section(b, |_| {
                b.remove(&1);
                b.insert(key);
            });
        },
        |a, b| assert_eq!(a.union(b).len(), 1),
        |a, b| assert_eq!((ids(a), ids(b)), (vec![], vec![2])),
    );
}

/// As above, for what changes a set.
#[test]
fn union_with_a_section_of_the_other() {
    two_threads(
        THREE,
        |made| (keys(made, &[]), keys(made, &[1])),
        |_, b, made| {
            let key = Key::new(made, 2);
            critical_section(b, |_| {
                b.remove(&1);
                b.insert(key);
            });
        },
        |a, b| a.union_with(b),
        |a, b| assert!(ids(a).len() == 1 && ids(b) == [2]),
    );
}

/// A key moves from one set to the other in a section of both. Set algebra finds it once. Catches an operation that takes one lock after the other.
#[test]
fn union_against_a_move() {
    two_threads(
        THREE,
        |made| (keys(made, &[1]), keys(made, &[])),
        |a, b, made| {
            let key = Key::new(made, 1);
            critical_section2(a, b, |_| {
                a.remove(&1);
                b.insert(key);
            });
        },
        |a, b| assert_eq!(a.union(b).len(), 1),
        |a, b| assert_eq!((ids(a), ids(b)), (vec![], vec![1])),
    );
}

/// As above, for what changes a set: at no moment do both have the key, or none.
#[test]
fn symmetric_difference_against_a_move() {
    two_threads(
        THREE,
        |made| (keys(made, &[]), keys(made, &[1])),
        |a, b, made| {
            let key = Key::new(made, 1);
            critical_section2(a, b, |_| {
                b.remove(&1);
                a.insert(key);
            });
        },
        // Before the move it adds the key; behind it, it has nothing to do.
        |a, b| a.symmetric_difference_with(b),
        |a, b| assert_eq!((ids(a), ids(b)), (vec![1], vec![])),
    );
}

/// Both sets change places, and a reader without lock finds in one of them what it has before or after, whole.
#[test]
fn get_against_a_swap() {
    two_threads(
        TWO,
        |made| (keys(made, &[1]), keys(made, &[2])),
        |a, b, _| a.swap_contents(b),
        |a, _| {
            let inside = attach();
            let first = a.get_ref(&1, &inside);
            let second = a.get_ref(&2, &inside);
            assert!(first.is_some() || second.is_some(), "never empty");
            // Still there, whatever has become of the sets.
            first.into_iter().chain(second).for_each(|key| assert_eq!(key.read(), 0));
        },
        |a, b| assert_eq!((ids(a), ids(b)), (vec![2], vec![1])),
    );
}

/// A key is replaced by an equal one, and is never away. Catches an old node that says that its key is gone, a new one that is published
/// without release, and an old one that is freed at once.
#[test]
fn get_against_replace() {
    two_threads(
        TWO,
        |made| (keys(made, &[1]), keys(made, &[])),
        |a, _, made| assert!(a.replace(Key::new(made, 1)).is_some()),
        |a, _| {
            let inside = attach();
            let key = a.get_ref(&1, &inside).expect("never away");
            assert_eq!(a.iter(&inside).count(), 1);
            assert_eq!(key.read(), 0);
        },
        |a, _| assert_eq!(ids(a), [1]),
    );
}

/// What was replaced says that its key is there. Who finds it once the key has been removed began before that.
#[test]
fn get_against_replace_and_remove() {
    two_threads(
        TWO,
        |made| (keys(made, &[1]), keys(made, &[])),
        |a, b, made| {
            assert!(a.replace(Key::new(made, 1)).is_some());
            assert!(a.remove(&1));
            b.insert(Key::new(made, 1));
        },
        |a, b| {
            if b.contains(&1) {
                assert!(!a.contains(&1), "the removal came first");
            }
        },
        |a, b| assert_eq!((ids(a), ids(b)), (vec![], vec![1])),
    );
}

/// A removal of a key that was found in a node whose place another takes before the lock is taken. Catches one that takes the node for one of the table because it has a
/// value.
#[test]
fn remove_against_replace() {
    two_threads(
        2,
        |made| (keys(made, &[1, 2]), keys(made, &[])),
        |a, _, made| _ = a.replace(Key::new(made, 1)),
        |a, _| assert!(a.remove(&1)),
        |a, _| assert!(ids(a) == [2] || ids(a) == [1, 2]),
    );
}
