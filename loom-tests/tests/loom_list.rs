//! Models of `List`: `src/collections/list.rs`.
#![cfg(loom)]

use std::sync::Arc;

use freethreaded::{Brc, List, attach, collect};
use loom_tests::{Made, THREE, TWO, Value, model, ownerless, spawn};

type Values = List<Brc<Value>>;

fn get(list: &Values, index: usize) -> Option<u32> {
    list.get(index).map(|value| value.read())
}

/// All elements, one after the other.
fn walk(list: &Values) -> Vec<u32> {
    let inside = attach();
    list.iter(&inside).map(Value::read).collect()
}

/// Runs `write` on a second thread while this one runs `read`, on a list of `before`.
fn reader_and_writer(
    bound: usize,
    before: &'static [u32],
    write: fn(&Values, &Made),
    read: fn(&Values),
    after: &'static [u32],
) {
    model(bound, move |made| {
        drop(attach());
        let list = Arc::new(Values::new());
        for &value in before {
            list.push(ownerless(made.value(value)));
        }
        let (theirs, maker) = (Arc::clone(&list), made.clone());
        let writer = spawn(move || {
            write(&theirs, &maker);
            collect();
        });
        read(&list);
        writer.join().unwrap();
        assert_eq!(walk(&list), after);
    });
}

/// The first push publishes a block. Catches a publication without release, or of a block that is not complete.
#[test]
fn get_against_first_push() {
    reader_and_writer(
        TWO,
        &[],
        |list, made| list.push(made.value(10)),
        |list| assert!(matches!(get(list, 0), None | Some(10))),
        &[10],
    );
}

/// A push that grows: the old elements are found all the time, a length that was seen is true of the elements.
#[test]
fn get_against_growth() {
    reader_and_writer(
        THREE,
        &[10],
        |list, made| list.push(made.value(20)),
        |list| {
            let len = list.len();
            assert_eq!(get(list, 0), Some(10));
            let second = get(list, 1);
            assert!(second == Some(20) || second.is_none() && len == 1);
        },
        &[10, 20],
    );
}

/// A push in place: the element is there when the length says so.
#[test]
fn get_against_push_in_place() {
    reader_and_writer(
        TWO,
        &[10, 20, 30],
        |list, made| list.push(made.value(40)),
        |list| {
            let len = list.len();
            let last = get(list, 3);
            assert!(last == Some(40) || last.is_none() && len == 3);
            assert_eq!(get(list, 2), Some(30));
        },
        &[10, 20, 30, 40],
    );
}

/// A replacement: the old or the new element, whole, and in this order.
#[test]
fn get_against_set() {
    reader_and_writer(
        TWO,
        &[10],
        |list, made| assert_eq!(list.set(0, made.value(11)).map(|old| old.read()).ok(), Some(10)),
        |list| {
            let inside = attach();
            let borrowed = list.get_ref(0, &inside).expect("present throughout").read();
            let counted = get(list, 0).expect("present throughout");
            assert!(borrowed <= counted && (10..=11).contains(&borrowed));
            drop(inside);
        },
        &[11],
    );
}

/// A pop: a reader finds the element or nothing, and may keep what it found.
#[test]
fn get_against_pop() {
    reader_and_writer(
        TWO,
        &[10],
        |list, _| assert_eq!(list.pop().map(|value| value.read()), Some(10)),
        |list| {
            let inside = attach();
            let borrowed = list.get_ref(0, &inside);
            let counted = list.get(0);
            assert!(borrowed.is_none_or(|value| value.read() == 10));
            drop(inside);
            assert!(counted.is_none_or(|value| value.read() == 10));
        },
        &[],
    );
}

/// A place is popped and filled again: the new element is not found before the length that makes it one. Once it was found, it stays.
#[test]
fn get_against_pop_and_push() {
    reader_and_writer(
        THREE,
        &[10],
        |list, made| {
            let value = ownerless(made.value(11));
            drop(list.pop());
            list.push(value);
        },
        |list| {
            let inside = attach();
            let first = list.get_ref(0, &inside).map(Value::read);
            let second = list.get_ref(0, &inside).map(Value::read);
            assert!(!(first == Some(11) && second != Some(11)), "{first:?} {second:?}");
            assert!(!(first.is_none() && second == Some(10)), "{first:?} {second:?}");
        },
        &[11],
    );
}

/// An element that is gone is not counted any more. Catches a pop that publishes nothing.
#[test]
fn length_after_a_pop_that_was_seen() {
    reader_and_writer(
        TWO,
        &[10],
        |list, _| drop(list.pop()),
        |list| {
            let inside = attach();
            let gone = list.get_ref(0, &inside).is_none();
            assert!(!gone || list.is_empty());
            drop(inside);
        },
        &[],
    );
}

/// A list that is empty shows what was pushed on another before it was cleared.
#[test]
fn get_after_a_clear_that_was_seen() {
    model(TWO, |made| {
        drop(attach());
        let (cleared, filled) = (Arc::new(Values::new()), Arc::new(Values::new()));
        cleared.push(ownerless(made.value(10)));
        let (a, b, value) = (Arc::clone(&cleared), Arc::clone(&filled), ownerless(made.value(11)));
        let writer = spawn(move || {
            b.push(value);
            a.clear();
            collect();
        });
        let inside = attach();
        let gone = cleared.get_ref(0, &inside).is_none();
        let came = filled.get_ref(0, &inside).is_some();
        assert!(came || !gone);
        drop(inside);
        writer.join().unwrap();
    });
}

/// An element is inserted in front: readers see a list before or after, never between.
#[test]
fn get_against_insert() {
    reader_and_writer(
        THREE,
        &[10, 20],
        |list, made| list.insert(0, made.value(5)),
        |list| {
            let seen = walk(list);
            assert!(seen == [10, 20] || seen == [5, 10, 20], "{seen:?}");
            assert!(matches!(get(list, 1), Some(20 | 10)));
        },
        &[5, 10, 20],
    );
}

/// The first element is removed, which moves the others to a new block.
#[test]
fn get_against_remove() {
    reader_and_writer(
        TWO,
        &[10, 20],
        |list, _| drop(list.remove(0)),
        |list| {
            let seen = walk(list);
            assert!(seen == [10, 20] || seen == [20], "{seen:?}");
        },
        &[20],
    );
}

/// A walk against a truncation and against the end of everything.
#[test]
fn iteration_against_truncate_and_clear() {
    reader_and_writer(
        TWO,
        &[10, 20],
        |list, _| {
            list.truncate(1);
            list.clear();
        },
        |list| {
            let seen = walk(list);
            assert!([10, 20].starts_with(&seen), "{seen:?}");
        },
        &[],
    );
}

/// `last` against a pop and a push: an element that was last at some moment.
#[test]
fn last_against_pop_and_push() {
    reader_and_writer(
        THREE,
        &[10, 20],
        |list, made| {
            list.pop();
            list.push(made.value(21));
        },
        |list| {
            let last = list.last().map(|value| value.read());
            assert!(matches!(last, Some(10 | 20 | 21)), "{last:?}");
        },
        &[10, 21],
    );
}

/// Two threads push: nothing is lost.
#[test]
fn two_pushes() {
    model(THREE, |made| {
        drop(attach());
        let list = Arc::new(Values::new());
        let (theirs, value) = (Arc::clone(&list), made.value(20));
        let other = spawn(move || theirs.push(value));
        list.push(made.value(10));
        other.join().unwrap();
        let seen = walk(&list);
        assert!(seen == [10, 20] || seen == [20, 10], "{seen:?}");
    });
}

/// Two threads pop: each element goes to one of them.
#[test]
fn two_pops() {
    model(THREE, |made| {
        drop(attach());
        let list = Arc::new(Values::new());
        list.push(made.value(10));
        let theirs = Arc::clone(&list);
        let other = spawn(move || theirs.pop().map(|value| value.read()));
        let mine = list.pop().map(|value| value.read());
        let popped = (mine, other.join().unwrap());
        assert!(matches!(popped, (Some(10), None) | (None, Some(10))), "{popped:?}");
    });
}

/// A snapshot is one moment of a list that another thread changes in two steps.
#[test]
fn snapshot_is_one_moment() {
    reader_and_writer(
        THREE,
        &[10],
        |list, made| {
            list.push(made.value(20));
            drop(list.remove(0));
        },
        |list| {
            let seen: Vec<u32> = list.snapshot().iter().map(|value| value.read()).collect();
            assert!(seen == [10] || seen == [10, 20] || seen == [20], "{seen:?}");
        },
        &[20],
    );
}
