//! Models of what `Dict` does beyond single look-ups and writes: `src/collections/dict`, `src/collections/table/order.rs` and `bulk.rs`.
//!
//! The table's own protocol is in `loom_table`. Here: closures under the lock, places of the order that are used again, moves, and two dicts at once.
#![cfg(loom)]

use std::borrow::Borrow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use freethreaded::collections::End;
use freethreaded::lock::ObjectLock;
use freethreaded::{Brc, Dict, attach, collect, critical_section, critical_section2};
use loom_tests::{Key, Made, Same, THREE, TWO, Value, model, ownerless, spawn};

/// The bound for models that would take longer than ten seconds.
const ONE: usize = 1;

type Table = Dict<Key, Brc<Value>, Same>;

fn get(table: &Table, key: u8) -> Option<u32> {
    table.get(&key).map(|value| value.read())
}

fn insert(table: &Table, made: &Made, key: u8, value: u32) {
    table.insert(Key::new(made, key), ownerless(made.value(value)));
}

/// What a walk gives, each entry complete.
fn walk(table: &Table) -> Vec<(u8, u32)> {
    let inside = attach();
    table.iter(&inside).map(|(key, value)| (*key.borrow(), value.read())).collect()
}

/// Room for three entries, with the keys 1, 2, … up to `last`, and values of ten times that.
fn roomy(made: &Made, last: u8) -> Table {
    let table = Table::with_capacity_and_hasher(3, Same);
    (1..=last).for_each(|key| insert(&table, made, key, u32::from(key) * 10));
    table
}

/// Runs `write` on a second thread while this one runs `read`, on a table that `prepare` makes.
fn reader_and_writer(
    bound: usize,
    prepare: fn(&Made) -> Table,
    write: fn(&Table, &Made),
    read: fn(&Table),
    after: fn(&Table),
) {
    model(bound, move |made| {
        drop(attach());
        let table = Arc::new(prepare(made));
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

/// Two threads ask for a value that is made on demand: one closure runs. Catches a closure that runs before the lock is taken, and a key that is not
/// looked for again under it.
#[test]
fn one_closure_runs() {
    model(THREE, |made| {
        drop(attach());
        let (table, runs) = (Arc::new(Table::default()), Arc::new(AtomicUsize::new(0)));
        let ask = |table: &Table, made: &Made, runs: &AtomicUsize, value| {
            // Made before: to make one here detaches, which would suspend the section.
            let value = ownerless(made.value(value));
            let make = || {
                runs.fetch_add(1, Ordering::Relaxed);
                value
            };
            table.get_or_insert_with(Key::new(made, 1), make).read()
        };
        let (theirs, maker, counter) = (Arc::clone(&table), made.clone(), Arc::clone(&runs));
        let other = spawn(move || ask(&theirs, &maker, &counter, 11));
        let mine = ask(&table, made, &runs, 10);
        assert_eq!(mine, other.join().unwrap());
        assert_eq!((runs.load(Ordering::Relaxed), table.len()), (1, 1));
    });
}

/// A closure that waits for another lock lets the other thread in: the first value to be stored is everybody's. Catches a key that is not looked for
/// again after the closure.
#[test]
fn one_value_stays_of_closures_that_wait() {
    model(ONE, |made| {
        drop(attach());
        let (table, lock) = (Arc::new(Table::default()), Arc::new(ObjectLock::new()));
        let (theirs, maker, held) = (Arc::clone(&table), made.clone(), Arc::clone(&lock));
        let other = spawn(move || {
            critical_section(&*held, |_| {
                theirs.get_or_insert_with(Key::new(&maker, 1), || ownerless(maker.value(11))).read()
            })
        });
        let mine = table.get_or_insert_with(Key::new(made, 1), || {
            critical_section(&*lock, |_| ());
            ownerless(made.value(10))
        });
        assert_eq!(mine.read(), other.join().unwrap());
        assert_eq!((get(&table, 1), table.len()), (Some(mine.read()), 1));
    });
}

/// Two threads count in one entry: both are counted. Catches an update that reads outside the lock.
#[test]
fn updates_add_up() {
    model(ONE, |made| {
        drop(attach());
        let table = Arc::new(Table::default());
        let count = |table: &Table, made: &Made| {
            let new = table.update(Key::new(made, 1), |old| {
                // Not ownerless, which detaches, and so suspends the section.
                Some(Brc::new(made.value(old.map_or(1, |old| old.read() + 1))))
            });
            new.map(|new| new.read())
        };
        let (theirs, maker) = (Arc::clone(&table), made.clone());
        let other = spawn(move || count(&theirs, &maker));
        let counts = (count(&table, made), other.join().unwrap());
        assert!(matches!(counts, (Some(1), Some(2)) | (Some(2), Some(1))), "{counts:?}");
        assert_eq!(get(&table, 1), Some(2));
    });
}

/// A closure that waits in the middle of an update: what another has stored meanwhile is not lost. Catches an update that does not look again.
#[test]
fn updates_that_wait_add_up() {
    model(ONE, |made| {
        drop(attach());
        let (table, lock) = (Arc::new(Table::default()), Arc::new(ObjectLock::new()));
        insert(&table, made, 1, 0);
        let (theirs, maker, held) = (Arc::clone(&table), made.clone(), Arc::clone(&lock));
        let other = spawn(move || {
            critical_section(&*held, |_| {
                theirs.update(Key::new(&maker, 1), |old| Some(Brc::new(maker.value(old?.read() + 1))));
            });
        });
        table.update(Key::new(made, 1), |old| {
            critical_section(&*lock, |_| ());
            Some(Brc::new(made.value(old?.read() + 1)))
        });
        other.join().unwrap();
        assert_eq!(get(&table, 1), Some(2));
    });
}

/// Two threads exchange nothing for something: one does.
#[test]
fn one_exchange_succeeds() {
    model(ONE, |made| {
        drop(attach());
        let table = Arc::new(Table::default());
        let claim = |table: &Table, made: &Made, value| {
            table.compare_exchange(Key::new(made, 1), None, Some(ownerless(made.value(value)))).is_ok()
        };
        let (theirs, maker) = (Arc::clone(&table), made.clone());
        let other = spawn(move || claim(&theirs, &maker, 11));
        let mine = claim(&table, made, 10);
        assert!(mine != other.join().unwrap());
        assert_eq!(get(&table, 1), Some(if mine { 10 } else { 11 }));
    });
}

/// Two threads pop, from either end: each entry goes to one.
#[test]
fn pops_take_different_entries() {
    model(ONE, |made| {
        drop(attach());
        let table = Arc::new(roomy(made, 2));
        let theirs = Arc::clone(&table);
        let other = spawn(move || theirs.pop_first().map(|(key, value)| (key.id, value.read())));
        let mine = table.pop_last().map(|(key, value)| (key.id, value.read()));
        assert_eq!((other.join().unwrap(), mine), (Some((1, 10)), Some((2, 20))));
        assert!(table.is_empty() && table.pop_first().is_none());
    });
}

/// A key that goes to the back is found all the time, and a walk gives what does not move once. Catches a move that takes the key out of the table first.
#[test]
fn reads_against_move_to_the_back() {
    reader_and_writer(
        TWO,
        |made| roomy(made, 2),
        |table, _| assert!(table.move_to_end(&1, End::Last)),
        |table| {
            assert_eq!(get(table, 1), Some(10));
            let seen = walk(table);
            let still: Vec<_> = seen.iter().filter(|entry| entry.0 == 2).collect();
            assert_eq!(still, [&(2, 20)]);
            assert!(seen.iter().all(|entry| matches!(entry, (1, 10) | (2, 20))), "{seen:?}");
            assert_eq!(get(table, 1), Some(10));
        },
        |table| assert_eq!(walk(table), [(2, 20), (1, 10)]),
    );
}

/// A key that goes to the front, which makes a new block.
#[test]
fn reads_against_move_to_the_front() {
    reader_and_writer(
        ONE,
        |made| roomy(made, 2),
        |table, _| assert!(table.move_to_end(&2, End::First)),
        |table| {
            assert_eq!(get(table, 2), Some(20));
            let seen = walk(table);
            assert_eq!(seen.iter().filter(|entry| entry.0 == 1).count(), 1, "{seen:?}");
            assert_eq!(get(table, 2), Some(20));
        },
        |table| assert_eq!(walk(table), [(2, 20), (1, 10)]),
    );
}

/// A new key goes to a place at the front that another has left. A walk that comes there may never have seen the order grow. Catches a node that is put into the
/// order without release.
#[test]
fn walk_against_insert_at_the_front() {
    reader_and_writer(
        TWO,
        |made| {
            let table = roomy(made, 2);
            drop(table.pop_first());
            table
        },
        |table, made| {
            table.insert_at(End::First, Key::new(made, 3), ownerless(made.value(30)));
        },
        |table| {
            let seen = walk(table);
            assert!(seen.iter().all(|entry| matches!(entry, (2, 20) | (3, 30))), "{seen:?}");
            assert_eq!(seen.iter().filter(|entry| entry.0 == 2).count(), 1);
        },
        |table| assert_eq!(walk(table), [(3, 30), (2, 20)]),
    );
}

/// The last entry goes, and another takes its place. A walk that has seen the old end gives either, complete. Catches an insertion that puts its node into the order
/// without release.
#[test]
fn walk_against_a_place_that_is_used_again() {
    reader_and_writer(
        ONE,
        |made| roomy(made, 2),
        |table, made| {
            assert!(table.pop_last().is_some());
            insert(table, made, 3, 30);
        },
        |table| {
            let seen = walk(table);
            assert!(seen.starts_with(&[(1, 10)]), "{seen:?}");
            assert!(seen[1..].iter().all(|entry| matches!(entry, (2, 20) | (3, 30))), "{seen:?}");
            let inside = attach();
            let back: Vec<u8> = table.keys(&inside).rev().map(|key| *key.borrow()).collect();
            assert!(matches!(back[..], [1] | [2, 1] | [3, 1]), "{back:?}");
        },
        |table| assert_eq!(walk(table), [(1, 10), (3, 30)]),
    );
}

/// An entry that is removed with its key, against a reader of the key. Catches a key that is taken out of a node that others read.
#[test]
fn get_against_remove_entry() {
    reader_and_writer(
        TWO,
        |made| roomy(made, 1),
        |table, _| {
            let (key, value) = table.remove_entry(&1).expect("there");
            assert_eq!((*Borrow::<u8>::borrow(&key), value.read()), (1, 10));
        },
        |table| {
            let inside = attach();
            if let Some((key, value)) = table.get_key_value(&1, &inside) {
                assert_eq!((*Borrow::<u8>::borrow(key), value.read()), (1, 10));
            }
        },
        |table| assert!(table.is_empty()),
    );
}

/// Everything is taken out, against a reader. Catches contents that become the caller's while others read them.
#[test]
fn get_against_drain() {
    reader_and_writer(
        TWO,
        |made| roomy(made, 2),
        |table, _| {
            let all: Vec<_> = table.drain().map(|(key, value)| (key.id, value.read())).collect();
            assert_eq!(all, [(1, 10), (2, 20)]);
        },
        |table| {
            let inside = attach();
            let second = table.get_ref(&2, &inside).map(|value| value.read());
            let first = table.get_ref(&1, &inside).map(|value| value.read());
            assert!(second.is_some() || first.is_none(), "both go at one moment");
            assert!(matches!((first, second), (None | Some(10), None | Some(20))));
        },
        |table| assert!(table.is_empty()),
    );
}

/// A conditional removal of one of two entries.
#[test]
fn reads_against_retain() {
    reader_and_writer(
        ONE,
        |made| roomy(made, 2),
        |table, _| table.retain(|_, value| value.read() == 20),
        |table| {
            assert_eq!(get(table, 2), Some(20));
            assert!(matches!(get(table, 1), None | Some(10)));
        },
        |table| assert_eq!(walk(table), [(2, 20)]),
    );
}

/// A table that makes itself smaller, then one that gives its block up.
#[test]
fn get_against_shrink() {
    reader_and_writer(
        ONE,
        |made| roomy(made, 1),
        |table, _| {
            table.shrink_to_fit();
            drop(table.remove(&1));
            table.shrink_to_fit();
            assert_eq!(table.capacity(), 0);
        },
        |table| {
            let first = get(table, 1);
            assert!(matches!(first, None | Some(10)));
            assert!(first.is_some() || get(table, 1).is_none());
        },
        |table| assert!(table.is_empty()),
    );
}

/// Runs `f` on two threads, each with the two tables the other way round.
fn crosswise(bound: usize, f: fn(&Table, &Table), after: fn(&Table, &Table)) {
    model(bound, move |made| {
        drop(attach());
        let tables = Arc::new((roomy(made, 0), roomy(made, 0)));
        insert(&tables.0, made, 1, 10);
        insert(&tables.1, made, 2, 20);
        let theirs = Arc::clone(&tables);
        let other = spawn(move || f(&theirs.1, &theirs.0));
        f(&tables.0, &tables.1);
        other.join().unwrap();
        after(&tables.0, &tables.1);
    });
}

/// Two threads copy from each other: they get done, and both have everything. Catches locks that are not taken in one order and wait for each other.
#[test]
fn update_from_crossing() {
    crosswise(
        ONE,
        |a, b| a.update_from(b),
        |a, b| {
            for table in [a, b] {
                assert_eq!((get(table, 1), get(table, 2), table.len()), (Some(10), Some(20), 2));
            }
        },
    );
}

/// Two threads exchange the same two dicts: they end where they began, and a reader never finds them empty. Catches contents that are for a moment in neither.
#[test]
fn swap_crossing() {
    crosswise(
        ONE,
        |a, b| {
            a.swap_contents(b);
            assert!(get(a, 1).is_some() || get(a, 2).is_some() || get(b, 1).is_some() || get(b, 2).is_some());
        },
        |a, b| assert_eq!((get(a, 1), get(b, 2), a.len(), b.len()), (Some(10), Some(20), 1, 1)),
    );
}

/// A dict is exchanged for another, which has the same key: a reader finds one value or the other.
#[test]
fn get_against_swap() {
    model(ONE, |made| {
        drop(attach());
        let tables = Arc::new((roomy(made, 1), Table::default()));
        insert(&tables.1, made, 1, 11);
        let theirs = Arc::clone(&tables);
        let other = spawn(move || {
            theirs.0.swap_contents(&theirs.1);
            collect();
        });
        let first = get(&tables.0, 1).expect("in both");
        let second = get(&tables.0, 1).expect("in both");
        assert!(first <= second && (10..=11).contains(&first));
        other.join().unwrap();
        assert_eq!((get(&tables.0, 1), get(&tables.1, 1)), (Some(11), Some(10)));
    });
}

/// An entry goes from one dict to another while a third party looks at both at one moment: it is in one. Catches operations on two dicts that lock one after the
/// other.
#[test]
fn two_dicts_at_one_moment() {
    model(THREE, |made| {
        drop(attach());
        // To the one that is read first, so that reading one after the other finds it in neither.
        let tables = Arc::new((Table::default(), roomy(made, 1)));
        let theirs = Arc::clone(&tables);
        let mover = spawn(move || {
            critical_section2(&theirs.0, &theirs.1, |_| {
                if let Some((key, value)) = theirs.1.pop_first() {
                    theirs.0.insert(key, value);
                }
            });
        });
        assert_eq!(tables.0.merge(&tables.1).len(), 1);
        mover.join().unwrap();
        assert_eq!((tables.1.len(), get(&tables.0, 1)), (0, Some(10)));
    });
}
