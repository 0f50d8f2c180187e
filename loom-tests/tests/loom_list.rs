//! Models of `List`: `src/collections/list`.
#![cfg(loom)]

use std::sync::Arc;

use freethreaded::collections::Changed;
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

/// Several elements come in place: the length tells of all of them or of none. Catches a length that is stored before all elements are there, or once for each.
#[test]
fn get_against_extend_in_place() {
    model(TWO, |made| {
        drop(attach());
        let list = Arc::new(Values::with_capacity(3));
        list.push(ownerless(made.value(10)));
        let (theirs, maker) = (Arc::clone(&list), made.clone());
        let writer = spawn(move || theirs.extend([maker.value(20), maker.value(30)]));
        let len = list.len();
        let last = get(&list, 2);
        assert!(len == 1 || len == 3, "{len}");
        assert!(last == Some(30) || last.is_none() && len == 1);
        writer.join().unwrap();
        assert_eq!(walk(&list), [10, 20, 30]);
    });
}

/// Several elements go in place. Catches places that are emptied before the length is lowered.
#[test]
fn get_against_a_removal_at_the_end() {
    reader_and_writer(
        TWO,
        &[10, 20, 30],
        |list, _| assert_eq!(list.remove_slice(1..).len(), 2),
        |list| {
            let inside = attach();
            let second = list.get_ref(1, &inside).map(Value::read);
            let len = list.len();
            assert!(len == 1 || len == 3, "{len}");
            assert!(second == Some(20) || second.is_none() && len == 1);
            drop(inside);
        },
        &[10],
    );
}

/// An iterator has looked at the length when it began. At the second place it meets an element that is just being pushed where another was popped: it gives it only when the length
/// says so. Catches an iterator that does not look at the length behind the element.
#[test]
fn iteration_against_pop_and_push() {
    reader_and_writer(
        THREE,
        &[10, 20],
        |list, made| {
            let value = ownerless(made.value(21));
            drop(list.pop());
            list.push(value);
        },
        |list| {
            let inside = attach();
            let mut iter = list.iter(&inside);
            assert_eq!(iter.next().map(Value::read), Some(10));
            let second = iter.next().map(Value::read);
            let then = list.get_ref(1, &inside).map(Value::read);
            assert!(matches!(second, None | Some(20 | 21)), "{second:?}");
            assert!(second != Some(21) || then == Some(21), "{second:?} {then:?}");
            drop(inside);
        },
        &[10, 21],
    );
}

/// From the back: what is cut off is passed over, the rest is given.
#[test]
fn backward_iteration_against_truncate() {
    reader_and_writer(
        TWO,
        &[10, 20],
        |list, _| list.truncate(1),
        |list| {
            let inside = attach();
            let seen: Vec<u32> = list.iter(&inside).rev().map(Value::read).collect();
            assert!(seen == [20, 10] || seen == [10], "{seen:?}");
            drop(inside);
        },
        &[10],
    );
}

/// `last` where 20 never is the last element, though it stands where the last one does: between an extension and a cut it comes and goes. Catches a `last` that trusts equal lengths.
#[test]
fn last_against_push_set_and_pop() {
    model(THREE, |made| {
        drop(attach());
        let list = Arc::new(Values::with_capacity(2));
        let (first, other) = (ownerless(made.value(10)), ownerless(made.value(20)));
        list.push(first.clone());
        let (theirs, third) = (Arc::clone(&list), ownerless(made.value(30)));
        let writer = spawn(move || {
            theirs.push(third);
            drop(theirs.set(0, other));
            drop(theirs.set(0, first));
            drop(theirs.pop());
        });
        let inside = attach();
        let last = list.last_ref(&inside).map(Value::read);
        assert!(matches!(last, Some(10 | 30)), "{last:?}");
        drop(inside);
        writer.join().unwrap();
        assert_eq!(walk(&list), [10]);
    });
}

/// A sort that has to change something, a reversal, a splice in the middle: readers see a list before or after. Catches a block that is published before it is full.
#[test]
fn walk_against_sort() {
    reader_and_writer(
        TWO,
        &[20, 10],
        |list, _| assert_eq!(list.sort_by_key(Value::read), Ok(())),
        |list| {
            let seen = walk(list);
            assert!(seen == [20, 10] || seen == [10, 20], "{seen:?}");
        },
        &[10, 20],
    );
}

/// See [`walk_against_sort`].
#[test]
fn walk_against_splice() {
    reader_and_writer(
        TWO,
        &[10, 20, 30],
        |list, made| drop(list.splice(1..2, [made.value(11), made.value(12)])),
        |list| {
            let seen = walk(list);
            assert!(seen == [10, 20, 30] || seen == [10, 11, 12, 30], "{seen:?}");
        },
        &[10, 11, 12, 30],
    );
}

/// All elements are taken while a reader is among them: it keeps what it found.
#[test]
fn walk_against_take_all() {
    reader_and_writer(
        TWO,
        &[10, 20],
        |list, _| {
            let taken: Vec<u32> = list.take_all().iter().map(|value| value.read()).collect();
            assert_eq!(taken, [10, 20]);
        },
        |list| {
            let inside = attach();
            let borrowed: Vec<&Value> = list.iter(&inside).collect();
            let seen: Vec<u32> = borrowed.into_iter().map(Value::read).collect();
            assert!(seen == [10, 20] || seen.is_empty(), "{seen:?}");
            drop(inside);
        },
        &[],
    );
}

/// Another thread pushes while a list is sorted by a comparison that gives way: the sort says so, and both changes or the one that came first are there.
/// Catches a sort that publishes whatever has happened to the list.
#[test]
fn sort_that_gives_way_against_push() {
    model(THREE, |made| {
        drop(attach());
        let list = Arc::new(Values::new());
        list.push(ownerless(made.value(20)));
        list.push(ownerless(made.value(10)));
        let (theirs, value) = (Arc::clone(&list), ownerless(made.value(5)));
        let writer = spawn(move || theirs.push(value));
        let sorted = list.sort_by(|a, b| {
            attach().detach(|| ());
            a.read().cmp(&b.read())
        });
        writer.join().unwrap();
        let seen = walk(&list);
        match sorted {
            Ok(()) => assert!(seen == [10, 20, 5] || seen == [5, 10, 20], "{seen:?}"),
            Err(Changed) => assert_eq!(seen, [20, 10, 5]),
        }
    });
}

/// Two threads change the same element: both changes count. Catches an update that does not hold the lock from the read to the write.
#[test]
fn two_updates() {
    model(THREE, |made| {
        drop(attach());
        let list = Arc::new(Values::new());
        list.push(ownerless(made.value(10)));
        let theirs = Arc::clone(&list);
        let increment = |list: &Values| drop(list.update(0, |value| value.another(value.read() + 1)));
        let other = spawn(move || increment(&theirs));
        increment(&list);
        other.join().unwrap();
        assert_eq!(walk(&list), [12]);
    });
}

/// Two threads want to replace the same object: one does.
#[test]
fn two_exchanges() {
    model(THREE, |made| {
        drop(attach());
        let list = Arc::new(Values::new());
        let old = ownerless(made.value(10));
        list.push(old.clone());
        let (theirs, seen, value) = (Arc::clone(&list), old.clone(), ownerless(made.value(11)));
        let other = spawn(move || theirs.compare_exchange(0, &seen, value).is_ok());
        let mine = list.compare_exchange(0, &old, ownerless(made.value(12))).is_ok();
        let theirs = other.join().unwrap();
        assert!(mine != theirs);
        assert_eq!(walk(&list), [if mine { 12 } else { 11 }]);
    });
}

/// Two lists that extend each other: each extension is one moment of both, and nobody waits for ever. Catches locks that are taken in the order of the arguments.
#[test]
fn lists_that_extend_each_other() {
    model(THREE, |made| {
        drop(attach());
        let (a, b) = (Arc::new(Values::new()), Arc::new(Values::new()));
        a.push(ownerless(made.value(10)));
        b.push(ownerless(made.value(20)));
        let (mine, theirs) = (Arc::clone(&a), Arc::clone(&b));
        let other = spawn(move || theirs.extend_from_list(&mine));
        a.extend_from_list(&b);
        other.join().unwrap();
        let seen = (walk(&a), walk(&b));
        let first = (vec![10, 20], vec![20, 10, 20]);
        let second = (vec![10, 20, 10], vec![20, 10]);
        assert!(seen == first || seen == second, "{seen:?}");
    });
}

/// The elements of two lists are exchanged while a third thread is in the block of one: it does not see what is pushed on the other afterwards.
/// Catches an exchange of the blocks themselves.
#[test]
fn walk_against_an_exchange_of_lists() {
    model(THREE, |made| {
        drop(attach());
        let (a, b) = (Arc::new(Values::with_capacity(2)), Arc::new(Values::with_capacity(2)));
        a.push(ownerless(made.value(10)));
        b.push(ownerless(made.value(20)));
        let (one, two, value) = (Arc::clone(&a), Arc::clone(&b), ownerless(made.value(11)));
        let writer = spawn(move || {
            one.swap_contents(&two);
            two.push(value);
        });
        let seen = walk(&a);
        assert!(seen == [10] || seen == [20], "{seen:?}");
        writer.join().unwrap();
        assert_eq!((walk(&a), walk(&b)), (vec![20], vec![10, 11]));
    });
}
