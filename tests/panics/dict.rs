//! The operations of `Dict`.

use freethreaded::attach;

use super::items::{Call, Look, called};
use super::{TestDict, inject, on, on_with};

/// What comes under the lock in a write.
const EQ: &[Call] = &[Call::Eq];

/// Six entries fill a table of eight slots; a seventh makes a new one.
const FULL: &[u32] = &[1, 2, 3, 4, 5, 6];

#[test]
fn reads() {
    on::<TestDict>(FULL, &[FULL], |d, _| drop((d.get(&Look(5)), d.contains_key(&Look(7)))));
    on::<TestDict>(FULL, &[FULL], |d, _| _ = d.get_ref(&Look(5), &attach()));
    on::<TestDict>(FULL, &[FULL], |d, t| drop(d.get_or_insert_with(t.item(4), || t.made(40).into())));
    on_with::<TestDict>(EQ, FULL, &[FULL], |d, t| drop(d.replace(&Look(7), t.made(70))));
    on_with::<TestDict>(EQ, FULL, &[FULL], |d, _| drop(d.remove(&Look(7))));
    on::<TestDict>(FULL, &[FULL], |d, _| drop(d.snapshot()));
    on::<TestDict>(FULL, &[FULL], |d, _| drop(format!("{d:?}")));
}

#[test]
fn writes() {
    on::<TestDict>(&[], &[&[1]], |d, t| {
        let (key, value) = t.entry(1);
        drop(d.insert(key, value));
    });
    on_with::<TestDict>(EQ, FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |d, t| {
        let (key, value) = t.entry(7);
        drop(d.insert(key, value));
    });
    on_with::<TestDict>(EQ, &[1, 2, 3], &[&[1, 700, 3]], |d, t| drop(d.insert(t.item(2), t.made(7))));
    on_with::<TestDict>(EQ, &[1, 2, 3], &[&[1, 700, 3]], |d, t| drop(d.replace(&Look(2), t.made(7))));
    on_with::<TestDict>(EQ, FULL, &[&[1, 2, 4, 5, 6]], |d, _| drop(d.remove(&Look(3))));
    on_with::<TestDict>(EQ, FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |d, t| {
        drop(d.get_or_insert_with(t.item(7), || {
            called(Call::Closure);
            t.made(70).into()
        }));
    });
    // The closure is overtaken by itself.
    on_with::<TestDict>(EQ, &[1], &[&[1, 2]], |d, t| {
        drop(d.get_or_insert_with(t.item(2), || {
            let (key, value) = t.entry(2);
            drop(d.insert(key, value));
            t.made(70).into()
        }));
    });
}

#[test]
fn wholes() {
    on::<TestDict>(FULL, &[&[]], |d, _| d.clear());
    inject::<TestDict>(&[1], &[&[1, 2], &[1, 2, 3], &[1, 2, 3, 4]], |d, t| {
        d.as_mut().expect("there is one").extend((1..5).map(|n| t.entry(n)))
    });
    inject::<TestDict>(FULL, &[&[]], |d, _| drop(d.take()));
    inject::<TestDict>(&[], &[&[1, 2]], |d, t| *d = Some((1..3).map(|n| t.entry(n)).collect()));
}
