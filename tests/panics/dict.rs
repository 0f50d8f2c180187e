//! The operations of `Dict`.

use freethreaded::collections::End;
use freethreaded::{attach, critical_section};

use super::items::{Call, Look, Tally, called};
use super::{TestDict, inject, on, on_at_once, on_with};

/// What comes under the lock in a write.
const EQ: &[Call] = &[Call::Eq];
const EQ_AND_CLOSURE: &[Call] = &[Call::Eq, Call::Closure];

/// Six entries fill a table of eight slots; a seventh makes a new one.
const FULL: &[u32] = &[1, 2, 3, 4, 5, 6];

#[test]
fn reads() {
    on::<TestDict>(FULL, &[FULL], |d, _| drop((d.get(&Look(5)), d.contains_key(&Look(7)))));
    on::<TestDict>(FULL, &[FULL], |d, _| _ = d.get_ref(&Look(5), &attach()));
    on::<TestDict>(FULL, &[FULL], |d, _| _ = d.get_key_value(&Look(5), &attach()));
    on::<TestDict>(FULL, &[FULL], |d, t| drop(d.get_or_insert_with(t.item(4), || t.object(40))));
    on::<TestDict>(FULL, &[FULL], |d, t| drop(d.get_or_insert(t.item(4), t.made(40))));
    on::<TestDict>(FULL, &[FULL], |d, _| drop((d.first(), d.last())));
    on::<TestDict>(FULL, &[FULL], |d, _| drop(d.snapshot()));
    on::<TestDict>(FULL, &[FULL], |d, _| drop(d.clone()));
    on::<TestDict>(FULL, &[FULL], |d, _| drop(format!("{d:?}")));
    on::<TestDict>(FULL, &[FULL], |d, _| {
        _ = d.keys_view().contains(&Look(3)) && d.values_view().contains(&50)
    });
    on::<TestDict>(FULL, &[FULL], |d, _| _ = d.items_view().contains(&Look(3), &30));
    on_with::<TestDict>(&[Call::Hash, Call::Eq], FULL, &[FULL], |d, _| {
        critical_section(d, |section| _ = d.locked(section).get(&Look(5)));
    });
}

#[test]
fn writes_that_find_nothing_to_do() {
    on_at_once::<TestDict>(FULL, &[FULL], |d, t| drop(d.replace(&Look(7), t.made(70))));
    on_at_once::<TestDict>(FULL, &[FULL], |d, _| drop(d.remove(&Look(7))));
    on_at_once::<TestDict>(FULL, &[FULL], |d, _| drop(d.remove_entry(&Look(7))));
    on_with::<TestDict>(EQ, FULL, &[FULL], |d, _| _ = d.move_to_end(&Look(7), End::Last));
    on_with::<TestDict>(EQ_AND_CLOSURE, FULL, &[FULL], |d, t| {
        drop(d.get_or_try_insert_with(t.item(7), || {
            called(Call::Closure);
            Err(t.item(8))
        }));
    });
    on_with::<TestDict>(EQ, FULL, &[FULL], |d, t| {
        drop(d.compare_exchange(t.item(3), None, Some(t.object(7))));
    });
    on_with::<TestDict>(EQ_AND_CLOSURE, FULL, &[FULL], |d, _| {
        drop(d.remove_if(&Look(3), |_| {
            called(Call::Closure);
            false
        }));
    });
    on_with::<TestDict>(EQ_AND_CLOSURE, FULL, &[FULL], |d, t| {
        drop(d.update(t.item(7), |_| {
            called(Call::Closure);
            None
        }));
    });
}

#[test]
fn inserts() {
    on::<TestDict>(&[], &[&[1]], |d, t| {
        let (key, value) = t.entry(1);
        drop(d.insert(key, value));
    });
    on_at_once::<TestDict>(FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |d, t| {
        let (key, value) = t.entry(7);
        drop(d.insert(key, value));
    });
    // There is no room.
    on_with::<TestDict>(EQ, &[1, 2, 3, 4], &[&[1, 2, 3, 4, 7]], |d, t| {
        let (key, value) = t.entry(7);
        drop(d.insert(key, value));
    });
    on_at_once::<TestDict>(&[1, 2, 3], &[&[1, 700, 3]], |d, t| drop(d.insert(t.item(2), t.made(7))));
    on_at_once::<TestDict>(&[1, 2, 3], &[&[1, 700, 3]], |d, t| drop(d.replace(&Look(2), t.made(7))));
    on_with::<TestDict>(EQ, &[1, 2, 3], &[&[700, 1, 3]], |d, t| {
        drop(d.insert_at(End::First, t.item(2), t.made(7)));
    });
    on_with::<TestDict>(EQ, FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |d, t| {
        let (key, value) = t.entry(7);
        drop(d.insert_at(End::Last, key, value));
    });
    on_with::<TestDict>(EQ, FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |d, t| {
        drop(d.get_or_insert(t.item(7), t.made(70)))
    });
    on_with::<TestDict>(EQ_AND_CLOSURE, FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |d, t| {
        drop(d.get_or_insert_with(t.item(7), || {
            called(Call::Closure);
            t.object(70)
        }));
    });
    // The closure is overtaken by itself.
    on_with::<TestDict>(&[Call::Eq, Call::Hash, Call::Drop], &[1], &[&[1, 2]], |d, t| {
        drop(d.get_or_insert_with(t.item(2), || {
            drop(d.insert(t.item(2), t.object(20)));
            t.object(70)
        }));
    });
}

#[test]
fn updates() {
    let replace = |t: &Tally| {
        called(Call::Closure);
        Some(t.object(7))
    };
    on_with::<TestDict>(EQ_AND_CLOSURE, &[1, 2, 3], &[&[1, 700, 3]], move |d, t| {
        drop(d.update(t.item(2), |_| replace(t)));
    });
    on_with::<TestDict>(EQ_AND_CLOSURE, FULL, &[&[1, 2, 3, 4, 5, 6, 700]], move |d, t| {
        drop(d.update(t.item(7), |_| replace(t)));
    });
    on_with::<TestDict>(EQ_AND_CLOSURE, &[1, 2, 3], &[&[1, 3]], |d, t| {
        drop(d.update(t.item(2), |_| {
            called(Call::Closure);
            None
        }));
    });
    on_with::<TestDict>(EQ, &[1, 2, 3], &[&[1, 700, 3]], |d, t| {
        let cx = attach();
        drop(d.compare_exchange(t.item(2), d.get_ref(&Look(2), &cx), Some(t.object(7))));
    });
    on_with::<TestDict>(EQ, &[1, 2, 3], &[&[1, 3]], |d, t| {
        let cx = attach();
        drop(d.compare_exchange(t.item(2), d.get_ref(&Look(2), &cx), None));
    });
    on_with::<TestDict>(EQ, FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |d, t| {
        drop(d.compare_exchange(t.item(7), None, Some(t.object(70))));
    });
}

#[test]
fn removals() {
    on_at_once::<TestDict>(FULL, &[&[1, 2, 4, 5, 6]], |d, _| drop(d.remove(&Look(3))));
    on_at_once::<TestDict>(FULL, &[&[1, 2, 4, 5, 6]], |d, _| drop(d.remove_entry(&Look(3))));
    on_with::<TestDict>(EQ_AND_CLOSURE, FULL, &[&[1, 2, 4, 5, 6]], |d, _| {
        drop(d.remove_if(&Look(3), |_| {
            called(Call::Closure);
            true
        }));
    });
    on::<TestDict>(FULL, &[&[2, 3, 4, 5, 6]], |d, _| drop(d.pop_first()));
    on::<TestDict>(FULL, &[&[1, 2, 3, 4, 5]], |d, _| drop(d.pop_last()));
    on_with::<TestDict>(EQ, FULL, &[&[1, 2, 4, 5, 6, 3]], |d, _| _ = d.move_to_end(&Look(3), End::Last));
    on_with::<TestDict>(EQ, FULL, &[&[3, 1, 2, 4, 5, 6]], |d, _| _ = d.move_to_end(&Look(3), End::First));
}

#[test]
fn wholes() {
    on::<TestDict>(FULL, &[&[]], |d, _| d.clear());
    on::<TestDict>(FULL, &[&[]], |d, _| drop(d.drain()));
    on_with::<TestDict>(&[Call::Closure], FULL, &[&[1, 3, 4, 5, 6], &[1, 3, 5, 6], &[1, 3, 5]], |d, _| {
        d.retain(|key, _| {
            called(Call::Closure);
            key.n % 2 == 1
        });
    });
    on_at_once::<TestDict>(&[1], &[&[1, 2], &[1, 2, 3], &[1, 2, 3, 4]], |mut d, t| {
        d.extend((1..5).map(|n| t.entry(n)));
    });
    inject::<TestDict>(FULL, &[&[]], |d, _| drop(d.take()));
    inject::<TestDict>(FULL, &[&[]], |d, _| {
        let mut entries = d.take().expect("there is one").into_iter();
        drop(entries.next());
        drop(entries);
    });
    inject::<TestDict>(FULL, &[&[]], |d, _| d.take().expect("there is one").into_keys().for_each(drop));
    inject::<TestDict>(FULL, &[&[]], |d, _| d.take().expect("there is one").into_values().for_each(drop));
    inject::<TestDict>(&[], &[&[1, 2]], |d, t| *d = Some((1..3).map(|n| t.entry(n)).collect()));
}

/// No code of the user's runs in these but destructors.
#[test]
fn room() {
    on::<TestDict>(FULL, &[FULL], |d, t| {
        d.reserve(100);
        drop(t.item(0));
    });
    on::<TestDict>(FULL, &[FULL], |d, t| {
        d.shrink_to_fit();
        drop(t.item(0));
    });
}
