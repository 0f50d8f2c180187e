//! Models of free replacement: `src/lock/free.rs` and `src/runtime/marks.rs`, through `Dict` and `List`. In each, the container's lock is free when the second thread starts.
#![cfg(loom)]

use std::sync::Arc;

use freethreaded::internals::{free_again, make_free};
use freethreaded::{Brc, Dict, List, attach, collect, critical_section};
use loom_tests::{Made, Same, THREE, TWO, Value, model, ownerless, spawn};

type Table = Dict<u8, Brc<Value>, Same>;

fn value(made: &Made, value: u32) -> Brc<Value> {
    ownerless(made.value(value))
}

fn get(table: &Table, key: u8) -> Option<u32> {
    table.get(&key).map(|value| value.read())
}

/// Free tables with the values 0 of so many keys.
fn free_tables<const N: usize>(made: &Made, keys: u8) -> [Arc<Table>; N] {
    let tables = [(); N].map(|()| Table::default());
    // First, so that the locks are nobody's.
    tables.iter().for_each(make_free);
    drop(attach());
    tables.map(|table| {
        for key in 0..keys {
            table.insert(key, value(made, 0));
        }
        free_again(&table);
        Arc::new(table)
    })
}

/// Replaces the value of key 0 on a second thread while this one runs `f`. Returns what the replacement gave.
fn replaces_meanwhile(
    bound: usize,
    keys: u8,
    f: fn(&Table, &Made) -> Vec<u32>,
    check: fn(&Table, Vec<u32>, Option<u32>),
) {
    model(bound, move |made| {
        let [table] = free_tables(made, keys);
        let (theirs, new) = (Arc::clone(&table), value(made, 1));
        let other = spawn(move || {
            drop(attach());
            let old = theirs.replace(&0, new).ok().map(|old| old.read());
            collect();
            old
        });
        let seen = f(&table, made);
        let old = other.join().unwrap();
        check(&table, seen, old);
    });
}

/// Nothing changes in a section. Catches a replacement that makes no mark, takes it back too early, makes no barrier, or does not look whether it is allowed; an end of the
/// freedom that makes no barrier, or does not wait.
#[test]
fn a_section_stands_still() {
    replaces_meanwhile(
        TWO,
        1,
        |table, _| {
            critical_section(table, |section| {
                let read = || table.get_ref(&0, section.token()).unwrap().read();
                vec![read(), read()]
            })
        },
        |table, seen, old| {
            assert_eq!(seen[0], seen[1]);
            assert_eq!((get(table, 0), old), (Some(1), Some(0)));
        },
    );
}

/// A holder of the lock replaces by a load and a store once the freedom has ended: no replacement is lost, none is given back twice.
#[test]
fn no_replacement_is_lost() {
    replaces_meanwhile(
        THREE,
        1,
        |table, made| critical_section(table, |_| vec![table.insert(0, value(made, 2)).unwrap().read()]),
        |table, seen, old| match (seen[0], old.unwrap(), get(table, 0).unwrap()) {
            (0, 2, 1) | (1, 0, 2) => {}
            other => panic!("{other:?}"),
        },
    );
}

/// Two threads replace without the lock, a third under it.
#[test]
fn two_replace_freely() {
    model(THREE, |made| {
        let [table] = free_tables(made, 1);
        let others = [1, 2].map(|n| {
            let (theirs, maker) = (Arc::clone(&table), made.clone());
            spawn(move || {
                drop(attach());
                // Made here, behind the barrier of becoming known, so that nothing but the replacement shows it to the other.
                theirs.replace(&0, Brc::new(maker.value(n))).ok().unwrap().read()
            })
        });
        let [a, b] = others.map(|other| other.join().unwrap());
        assert!(matches!((a, b, get(&table, 0).unwrap()), (0, 1, 2) | (2, 0, 1)));
    });
}

/// A removal leaves the table free, and takes the value by a swap: the replacement comes before it, or finds no key. Catches a removal by load and store, and a replacement that
/// does not compare.
#[test]
fn a_removal_against_a_replacement() {
    replaces_meanwhile(
        THREE,
        1,
        |table, _| vec![table.remove(&0).unwrap().read()],
        |table, seen, old| {
            assert_eq!(get(table, 0), None);
            assert!(matches!((seen[0], old), (1, Some(0)) | (0, None)), "{seen:?} {old:?}");
        },
    );
}

/// The table is rebuilt under the lock while it is free; both tables share the node.
#[test]
fn a_rebuild_against_a_replacement() {
    replaces_meanwhile(
        THREE,
        1,
        |table, made| {
            // Does not fit.
            table.insert(1, value(made, 5));
            vec![]
        },
        |table, _, old| {
            assert_eq!([0, 1].map(|key| get(table, key)), [Some(1), Some(5)]);
            assert_eq!(old, Some(0));
        },
    );
}

/// What is taken out whole is not replaced behind it, even if the lock is free again by then. Catches a replacement that does not look whether the
/// table is still the one in which it found the key.
#[test]
fn taking_all_against_a_replacement() {
    replaces_meanwhile(
        THREE,
        1,
        |table, _| {
            let taken = table.drain();
            free_again(table);
            taken.map(|(_, value)| value.read()).collect()
        },
        |table, seen, old| {
            assert_eq!(get(table, 0), None);
            assert!(matches!((seen[0], old), (1, Some(0)) | (0, None)), "{seen:?} {old:?}");
        },
    );
}

/// The same of lists: a section stands still, and no replacement is lost.
#[test]
fn a_list_stands_still() {
    model(THREE, |made| {
        let list = List::<Brc<Value>>::new();
        make_free(&list);
        drop(attach());
        list.push(value(made, 0));
        free_again(&list);
        let list = Arc::new(list);
        let (theirs, new) = (Arc::clone(&list), value(made, 1));
        let other = spawn(move || {
            drop(attach());
            theirs.set(0, new).ok().map(|old| old.read())
        });
        // Made before, since that detaches, which suspends sections.
        let mine = value(made, 2);
        let seen = critical_section(&*list, |_| {
            let seen = list.get(0).unwrap().read();
            (seen, list.set(0, mine).ok().unwrap().read())
        });
        let old = other.join().unwrap().unwrap();
        assert_eq!(seen.0, seen.1);
        assert!(matches!((old, list.get(0).unwrap().read()), (0, 2) | (2, 1)), "{old}");
    });
}

/// A list grows into another block while it is free: the replacement goes into the old one before it is copied, or into the new one.
#[test]
fn growth_against_a_replacement() {
    model(THREE, |made| {
        let list = List::<Brc<Value>>::new();
        make_free(&list);
        drop(attach());
        list.push(value(made, 0));
        free_again(&list);
        let list = Arc::new(list);
        let (theirs, new) = (Arc::clone(&list), value(made, 1));
        let other = spawn(move || {
            drop(attach());
            assert_eq!(theirs.set(0, new).ok().map(|old| old.read()), Some(0));
            collect();
        });
        list.push(value(made, 5));
        other.join().unwrap();
        assert_eq!([0, 1].map(|n| list.get(n).unwrap().read()), [1, 5]);
    });
}

/// A thread that replaces in one table after the other. Catches a mark that is set without release: it may be the one that shows the end of the mark before.
#[test]
fn one_table_after_the_other() {
    model(TWO, |made| {
        let tables = free_tables::<2>(made, 1);
        let (theirs, new) = (tables.clone(), [1, 2].map(|n| value(made, n)));
        let other = spawn(move || {
            drop(attach());
            let [first, second] = new;
            let old = theirs[0].replace(&0, first).ok().map(|old| old.read());
            drop(theirs[1].replace(&0, second));
            old
        });
        let mine = value(made, 3);
        let seen = critical_section(&*tables[0], |_| tables[0].insert(0, mine).unwrap().read());
        let old = other.join().unwrap().unwrap();
        assert!(matches!((seen, old, get(&tables[0], 0).unwrap()), (0, 3, 1) | (1, 0, 3)), "{seen} {old}");
    });
}
