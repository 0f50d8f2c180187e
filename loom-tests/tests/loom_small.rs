//! Models of small tables, which have no slots: a search goes through the order. `src/collections/table`, through `Dict`.
#![cfg(loom)]

use std::sync::Arc;

use freethreaded::collections::End;
use freethreaded::internals::SmallTables;
use freethreaded::{Brc, Dict, attach, collect};
use loom_tests::{Made, Same, THREE, TWO, Value, model, ownerless, spawn};

type Table = Dict<u8, Brc<Value>, Same>;

fn insert(table: &Table, made: &Made, key: u8, value: u32) {
    table.insert(key, ownerless(made.value(value)));
}

fn get(table: &Table, key: u8) -> Option<u32> {
    table.get(&key).map(|value| value.read())
}

/// Runs `write` on a second thread while this one runs `read`, on a table of `keys` with ten times their value, which is small up to two entries.
fn reader_and_writer(bound: usize, keys: &'static [u8], write: fn(&Table, &Made), read: fn(&Table)) {
    model(bound, move |made| {
        let _small = SmallTables::of(2);
        drop(attach());
        let table = Arc::new(Table::default());
        keys.iter().for_each(|&key| insert(&table, made, key, u32::from(key) * 10));
        let (theirs, maker) = (Arc::clone(&table), made.clone());
        let writer = spawn(move || {
            write(&theirs, &maker);
            collect();
        });
        read(&table);
        writer.join().unwrap();
    });
}

/// Catches a place that is filled without release, or read without acquire.
#[test]
fn get_against_insert() {
    reader_and_writer(
        TWO,
        &[1],
        |table, made| insert(table, made, 2, 20),
        |table| {
            let seen = get(table, 2);
            assert!(matches!(seen, None | Some(20)));
            assert_eq!(get(table, 1), Some(10));
            assert!(seen.is_none() || get(table, 2) == seen, "what was seen does not go away");
        },
    );
}

/// A removal and an insertion, which uses the same place again.
#[test]
fn get_against_remove_and_insert() {
    reader_and_writer(
        THREE,
        &[1, 2],
        |table, made| {
            assert_eq!(table.remove(&2).map(|value| value.read()), Some(20));
            insert(table, made, 3, 30);
        },
        |table| {
            let (third, second) = (get(table, 3), get(table, 2));
            assert!(matches!((third, second), (None, None | Some(20)) | (Some(30), None)));
            assert_eq!(get(table, 1), Some(10));
        },
    );
}

/// A key that comes back stands at another place, or the same.
#[test]
fn get_against_a_key_that_comes_back() {
    reader_and_writer(
        THREE,
        &[1, 2],
        |table, made| {
            table.remove(&1);
            insert(table, made, 1, 11);
        },
        |table| {
            let inside = attach();
            if let Some(value) = table.get_ref(&1, &inside) {
                assert!(matches!(value.read(), 10 | 11));
            }
            assert_eq!(table.get_ref(&2, &inside).map(Value::read), Some(20));
        },
    );
}

/// A move: what is there throughout is found. Catches a move within the block.
#[test]
fn get_against_a_move_to_the_front() {
    reader_and_writer(
        TWO,
        &[1, 2],
        |table, _| assert!(table.move_to_end(&2, End::First)),
        |table| assert_eq!((get(table, 2), get(table, 1)), (Some(20), Some(10))),
    );
}

/// A move to the front that makes a table with slots small. Catches one within the new block.
#[test]
fn get_against_a_move_that_makes_it_small() {
    model(THREE, |made| {
        let _small = SmallTables::of(4);
        drop(attach());
        let table = Arc::new(Table::with_capacity_and_hasher(5, Same));
        [1, 2].iter().for_each(|&key| insert(&table, made, key, u32::from(key) * 10));
        let theirs = Arc::clone(&table);
        let writer = spawn(move || assert!(theirs.move_to_end(&2, End::First)));
        assert_eq!(get(&table, 2), Some(20));
        writer.join().unwrap();
        assert_eq!((get(&table, 2), get(&table, 1)), (Some(20), Some(10)));
    });
}

#[test]
fn get_against_a_move_to_the_end() {
    reader_and_writer(
        TWO,
        &[1, 2],
        |table, _| assert!(table.move_to_end(&1, End::Last)),
        |table| assert_eq!((get(table, 2), get(table, 1)), (Some(20), Some(10))),
    );
}

/// The third entry does not fit: the table gets slots.
#[test]
fn get_against_the_end_of_smallness() {
    reader_and_writer(
        THREE,
        &[1, 2],
        |table, made| insert(table, made, 3, 30),
        |table| {
            assert!(matches!(get(table, 3), None | Some(30)));
            assert_eq!((get(table, 1), get(table, 2)), (Some(10), Some(20)));
        },
    );
}
