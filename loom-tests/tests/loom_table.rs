//! Models of the hash table: `src/collections/table`, through `Dict`.
//!
//! Readers take no lock, so what they follow must be complete when they see it, and must stay for as long as they are inside. Keys and
//! values hold plain data: a reader that comes too early races with its initialisation, one that comes too late with its destruction.
#![cfg(loom)]

use std::borrow::Borrow;
use std::sync::Arc;

use freethreaded::{Brc, Dict, Set, attach, collect};
use loom_tests::{Key, Made, Same, THREE, TWO, Value, model, ownerless, spawn};

type Table = Dict<Key, Brc<Value>, Same>;

fn get(table: &Table, key: u8) -> Option<u32> {
    table.get(&key).map(|value| value.read())
}

/// Runs `write` on a second thread while this one runs `read`, on a table that `prepare` has filled.
fn reader_and_writer(
    bound: usize,
    prepare: fn(&Table, &Made),
    write: fn(&Table, &Made),
    read: fn(&Table),
    after: fn(&Table),
) {
    model(bound, move |made| {
        drop(attach());
        let table = Arc::new(Table::default());
        prepare(&table, made);
        let (theirs, maker) = (Arc::clone(&table), made.clone());
        let writer = spawn(move || {
            write(&theirs, &maker);
            collect();
        });
        read(&table);
        writer.join().unwrap();
        after(&table);
    });
}

fn insert(table: &Table, made: &Made, key: u8, value: u32) {
    table.insert(Key::new(made, key), ownerless(made.value(value)));
}

/// The first insertion publishes a block and a node. Catches a block or a slot that is published without release or read
/// without acquire, or before it is complete.
#[test]
fn get_against_first_insert() {
    reader_and_writer(
        TWO,
        |_, _| (),
        |table, made| insert(table, made, 1, 10),
        |table| assert!(matches!(get(table, 1), None | Some(10))),
        |table| assert_eq!((get(table, 1), table.len()), (Some(10), 1)),
    );
}

/// An insertion that rebuilds: what was there before is found all the time.
#[test]
fn get_against_rebuild() {
    reader_and_writer(
        THREE,
        |table, made| insert(table, made, 1, 10),
        |table, made| insert(table, made, 2, 20),
        |table| {
            let second = get(table, 2);
            assert!(matches!(second, None | Some(20)));
            assert_eq!(get(table, 1), Some(10));
            assert!(second.is_none() || get(table, 2) == second, "what was seen does not go away");
        },
        |table| assert_eq!((get(table, 1), get(table, 2)), (Some(10), Some(20))),
    );
}

/// An insertion that only fills a slot: the node is complete when the slot shows it.
#[test]
fn get_against_insert_in_place() {
    reader_and_writer(
        TWO,
        |table, made| {
            insert(table, made, 1, 10);
            insert(table, made, 2, 20);
        },
        |table, made| insert(table, made, 3, 30),
        |table| {
            let inside = attach();
            assert!(table.get_ref(&3, &inside).is_none_or(|value| value.read() == 30));
        },
        |table| assert_eq!(get(table, 3), Some(30)),
    );
}

/// A replacement: a reader sees the old value or the new one, whole, and never none.
#[test]
fn get_against_replace() {
    reader_and_writer(
        THREE,
        |table, made| insert(table, made, 1, 10),
        |table, made| insert(table, made, 1, 11),
        |table| {
            let first = get(table, 1).expect("present throughout");
            let second = get(table, 1).expect("present throughout");
            assert!(first <= second && (10..=11).contains(&first));
        },
        |table| assert_eq!((get(table, 1), table.len()), (Some(11), 1)),
    );
}

/// A replacement of a value in a node that has moved to another block.
#[test]
fn get_against_rebuild_and_replace() {
    reader_and_writer(
        1,
        |table, made| insert(table, made, 1, 10),
        |table, made| {
            insert(table, made, 2, 20);
            insert(table, made, 1, 11);
        },
        |table| {
            let first = get(table, 1).expect("present throughout");
            let second = get(table, 1).expect("present throughout");
            assert!(first <= second && (10..=11).contains(&first));
        },
        |table| assert_eq!(get(table, 1), Some(11)),
    );
}

/// A removal: a reference borrowed from the token stays valid until the token is dropped; a counted one for ever.
#[test]
fn get_against_remove() {
    reader_and_writer(
        THREE,
        |table, made| insert(table, made, 1, 10),
        |table, _| assert_eq!(table.remove(&1).map(|value| value.read()), Some(10)),
        |table| {
            let inside = attach();
            if let Some(value) = table.get_ref(&1, &inside) {
                assert_eq!(value.read(), 10);
            }
            let counted = table.get(&1);
            drop(inside);
            if let Some(counted) = counted {
                assert_eq!(counted.read(), 10);
            }
        },
        |table| assert_eq!((get(table, 1), table.len()), (None, 0)),
    );
}

/// A removal next to another key with the same hash, which is found all the time.
#[test]
fn get_past_a_removed_neighbour() {
    reader_and_writer(
        THREE,
        |table, made| {
            insert(table, made, 1, 10);
            insert(table, made, 2, 20);
        },
        |table, _| drop(table.remove(&1)),
        |table| {
            assert_eq!(get(table, 2), Some(20));
            assert!(matches!(get(table, 1), None | Some(10)));
        },
        |table| assert_eq!((get(table, 1), get(table, 2)), (None, Some(20))),
    );
}

/// A key goes and comes back with another value, in a new node: the old value is never seen after the new one.
#[test]
fn get_against_remove_and_insert() {
    reader_and_writer(
        1,
        |table, made| insert(table, made, 1, 10),
        |table, made| {
            drop(table.remove(&1));
            insert(table, made, 1, 11);
        },
        |table| {
            let first = get(table, 1);
            let second = get(table, 1);
            assert!(first.is_none_or(|first| (10..=11).contains(&first)));
            assert!(!(first == Some(11) && second != Some(11)));
            assert!(!(first.is_none() && second == Some(10)));
        },
        |table| assert_eq!(get(table, 1), Some(11)),
    );
}

/// A key that is gone shows that another, which came before it went, is there. Catches a removal that publishes nothing.
#[test]
fn get_after_a_removal_that_was_seen() {
    reader_and_writer(
        TWO,
        |table, made| insert(table, made, 1, 10),
        |table, made| {
            insert(table, made, 2, 20);
            drop(table.remove(&1));
        },
        |table| {
            let inside = attach();
            let gone = table.get_ref(&1, &inside).is_none();
            let came = table.get_ref(&2, &inside).is_some();
            assert!(came || !gone);
        },
        |table| assert_eq!((get(table, 1), get(table, 2)), (None, Some(20))),
    );
}

/// A dict that is empty shows what was inserted in another before it was cleared.
#[test]
fn get_after_a_clear_that_was_seen() {
    model(TWO, |made| {
        drop(attach());
        let (cleared, filled) = (Arc::new(Table::default()), Arc::new(Table::default()));
        insert(&cleared, made, 1, 10);
        let (a, b, maker) = (Arc::clone(&cleared), Arc::clone(&filled), made.clone());
        let writer = spawn(move || {
            insert(&b, &maker, 1, 11);
            a.clear();
            collect();
        });
        let inside = attach();
        let gone = cleared.get_ref(&1, &inside).is_none();
        let came = filled.get_ref(&1, &inside).is_some();
        assert!(came || !gone);
        drop(inside);
        writer.join().unwrap();
    });
}

/// Everything goes at once.
#[test]
fn get_against_clear() {
    reader_and_writer(
        TWO,
        |table, made| {
            insert(table, made, 1, 10);
            insert(table, made, 2, 20);
        },
        |table, _| table.clear(),
        |table| {
            let inside = attach();
            let first = table.get_ref(&2, &inside);
            let second = table.get_ref(&1, &inside);
            assert!(first.is_some() || second.is_none(), "both go at one moment");
            assert!(first.is_none_or(|value| value.read() == 20));
            assert!(second.is_none_or(|value| value.read() == 10));
        },
        |table| assert_eq!((get(table, 1), get(table, 2), table.len()), (None, None, 0)),
    );
}

/// An iteration against an insertion that rebuilds: what is present throughout is given once, in order, and complete.
#[test]
fn iteration_against_insert() {
    reader_and_writer(
        TWO,
        |table, made| insert(table, made, 1, 10),
        |table, made| insert(table, made, 2, 20),
        |table| {
            let inside = attach();
            let seen: Vec<(u8, u32)> = table.iter(&inside).map(|(k, v)| (*k.borrow(), v.read())).collect();
            assert!(seen == [(1, 10)] || seen == [(1, 10), (2, 20)], "{seen:?}");
        },
        |table| assert_eq!(table.len(), 2),
    );
}

/// An iteration in a block with room, against an insertion in place: an entry that counts as used is there.
#[test]
fn iteration_against_insert_in_place() {
    reader_and_writer(
        TWO,
        |table, made| {
            insert(table, made, 1, 10);
            insert(table, made, 2, 20);
        },
        |table, made| insert(table, made, 3, 30),
        |table| {
            let inside = attach();
            let seen: Vec<(u8, u32)> = table.iter(&inside).map(|(k, v)| (*k.borrow(), v.read())).collect();
            assert!(seen.starts_with(&[(1, 10), (2, 20)]), "{seen:?}");
        },
        |table| assert_eq!(table.len(), 3),
    );
}

/// An iteration against a removal.
#[test]
fn iteration_against_remove() {
    reader_and_writer(
        TWO,
        |table, made| {
            insert(table, made, 1, 10);
            insert(table, made, 2, 20);
        },
        |table, _| drop(table.remove(&1)),
        |table| {
            let inside = attach();
            let seen: Vec<(u8, u32)> = table.iter(&inside).map(|(k, v)| (*k.borrow(), v.read())).collect();
            assert!(seen == [(2, 20)] || seen == [(1, 10), (2, 20)], "{seen:?}");
        },
        |table| assert_eq!(table.len(), 1),
    );
}

/// An iteration that finds a place empty has seen the removal: the key is gone for a search, too.
#[test]
fn get_after_an_iteration_that_missed() {
    reader_and_writer(
        TWO,
        |table, made| insert(table, made, 1, 10),
        |table, _| drop(table.remove(&1)),
        |table| {
            let inside = attach();
            let missed = table.iter(&inside).next().is_none();
            assert!(!missed || table.get_ref(&1, &inside).is_none());
        },
        |table| assert_eq!(table.len(), 0),
    );
}

/// An iteration that goes on in an old block does not give what its thread has already seen to be gone.
#[test]
fn old_iteration_against_remove() {
    reader_and_writer(
        THREE,
        |table, made| insert(table, made, 1, 10),
        |table, made| {
            insert(table, made, 2, 20);
            drop(table.remove(&1));
        },
        |table| {
            let inside = attach();
            let entries = table.iter(&inside);
            let gone = table.get_ref(&1, &inside).is_none();
            let seen: Vec<u8> = entries.map(|(key, _)| *key.borrow()).collect();
            assert!(!(gone && seen.contains(&1)));
        },
        |table| assert_eq!(table.len(), 1),
    );
}

/// Two threads insert the same key: one is first, the other replaces, and gets the first's value.
#[test]
fn two_inserts_of_one_key() {
    model(THREE, |made| {
        drop(attach());
        let table = Arc::new(Table::default());
        let (theirs, maker) = (Arc::clone(&table), made.clone());
        let other = spawn(move || {
            let old = theirs.insert(Key::new(&maker, 1), maker.value(11));
            old.map(|old| old.read())
        });
        let old = table.insert(Key::new(made, 1), made.value(10)).map(|old| old.read());
        let old = (old, other.join().unwrap());
        assert!(matches!(old, (None, Some(10)) | (Some(11), None)), "{old:?}");
        assert_eq!(get(&table, 1), Some(if old.0.is_none() { 11 } else { 10 }));
    });
}

/// The same where there is room, so that both search before they lock. Catches an insertion that does not ask whether a slot was filled since, and a number of filled slots that
/// does not show the slots.
#[test]
fn two_inserts_of_one_key_in_place() {
    model(2, |made| {
        drop(attach());
        let table = Arc::new(Table::with_capacity_and_hasher(3, Same));
        insert(&table, made, 2, 20);
        let (theirs, maker) = (Arc::clone(&table), made.clone());
        let other = spawn(move || theirs.insert(Key::new(&maker, 1), ownerless(maker.value(11))));
        let mine = table.insert(Key::new(made, 1), ownerless(made.value(10)));
        let theirs = other.join().unwrap();
        assert!(mine.is_none() != theirs.is_none());
        assert_eq!(table.len(), 2);
        let first = mine.or(theirs).map(|value| value.read());
        assert_eq!(get(&table, 1), if first == Some(10) { Some(11) } else { Some(10) });
        drop(table.remove(&1));
        assert_eq!(get(&table, 1), None);
    });
}

/// Two threads remove the same key, which both have found: one of them has it. Catches a removal that does not ask whether the node is still there.
#[test]
fn two_removals_of_one_key() {
    model(2, |made| {
        drop(attach());
        let table = Arc::new(Table::with_capacity_and_hasher(3, Same));
        insert(&table, made, 1, 10);
        let theirs = Arc::clone(&table);
        let other = spawn(move || theirs.remove(&1).is_some());
        let mine = table.remove(&1).is_some();
        assert!(mine != other.join().unwrap());
        assert_eq!((get(&table, 1), table.len()), (None, 0));
    });
}

/// A removal of a key that was found in a table which is emptied, and filled again, before the lock is taken. Catches one that does not ask whether the block is
/// the same.
#[test]
fn remove_against_clear_and_insert() {
    model(1, |made| {
        drop(attach());
        let table = Arc::new(Table::with_capacity_and_hasher(3, Same));
        insert(&table, made, 1, 10);
        let (theirs, maker) = (Arc::clone(&table), made.clone());
        let other = spawn(move || {
            theirs.clear();
            insert(&theirs, &maker, 1, 11);
        });
        let mine = table.remove(&1).map(|value| value.read());
        other.join().unwrap();
        assert_eq!(get(&table, 1), if mine == Some(11) { None } else { Some(11) });
    });
}

/// Two threads ask for a value that is made on demand: it is made once.
#[test]
fn get_or_insert_makes_one() {
    model(THREE, |made| {
        drop(attach());
        let table = Arc::new(Table::default());
        let (theirs, maker) = (Arc::clone(&table), made.clone());
        let other = spawn(move || {
            theirs.get_or_insert_with(Key::new(&maker, 1), || Brc::new(maker.value(11))).read()
        });
        let mine = table.get_or_insert_with(Key::new(made, 1), || Brc::new(made.value(10))).read();
        assert_eq!(mine, other.join().unwrap());
        assert_eq!(table.len(), 1);
    });
}

/// A table that is dropped by the last of two threads that have used it.
#[test]
fn drop_after_use_on_two_threads() {
    model(THREE, |made| {
        drop(attach());
        let table = Brc::new(Table::default());
        insert(&table, made, 1, 10);
        let theirs = table.clone();
        let other = spawn(move || {
            drop(theirs.remove(&1));
            drop(theirs);
        });
        assert!(matches!(get(&table, 1), None | Some(10)));
        drop(table);
        other.join().unwrap();
    });
}

/// A set: membership against removal and return, and a key borrowed from the token.
#[test]
fn set_against_remove() {
    model(TWO, |made| {
        drop(attach());
        let set: Arc<Set<Key, Same>> = Arc::default();
        set.insert(Key::new(made, 1));
        let theirs = Arc::clone(&set);
        let other = spawn(move || {
            assert!(theirs.remove(&1));
            collect();
        });
        let inside = attach();
        if let Some(key) = set.get_ref(&1, &inside) {
            assert_eq!(key.read(), 0);
        }
        drop(inside);
        other.join().unwrap();
        assert!(!set.contains(&1));
    });
}
