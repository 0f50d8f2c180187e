//! The operations of `Set`, and of `FrozenSet` alone.

use std::hash::BuildHasher;

use freethreaded::attach;

use super::items::{Call, Collide, Look, called};
use super::{TestFrozen, TestSet, inject, on, on_at_once, on_with};

/// What comes under the lock in a write.
const EQ: &[Call] = &[Call::Eq];
const EQ_AND_CLOSURE: &[Call] = &[Call::Eq, Call::Closure];

/// As in a dict, six are all that eight slots take.
const FULL: &[u32] = &[1, 2, 3, 4, 5, 6];

#[test]
fn reads() {
    on::<TestSet>(FULL, &[FULL], |s, _| drop((s.contains(&Look(5)), s.get(&Look(4)))));
    on::<TestSet>(FULL, &[FULL], |s, _| _ = s.get_ref(&Look(5), &attach()));
    on::<TestSet>(FULL, &[FULL], |s, _| drop((s.first(), s.last())));
    on::<TestSet>(FULL, &[FULL], |s, _| drop(s.snapshot()));
    on::<TestSet>(FULL, &[FULL], |s, _| drop(s.clone()));
    on::<TestSet>(FULL, &[FULL], |s, _| drop(s.freeze()));
    on::<TestSet>(FULL, &[FULL], |s, _| drop(format!("{s:?}")));
}

#[test]
fn writes_that_find_nothing_to_do() {
    on_at_once::<TestSet>(FULL, &[FULL], |s, t| _ = s.insert(t.item(5)));
    on_at_once::<TestSet>(FULL, &[FULL], |s, _| _ = s.remove(&Look(7)));
    on_with::<TestSet>(EQ, FULL, &[FULL], |s, _| drop(s.take(&Look(7))));
    on_with::<TestSet>(EQ_AND_CLOSURE, FULL, &[FULL], |s, _| {
        s.remove_if(&Look(3), |_| {
            called(Call::Closure);
            false
        });
    });
}

#[test]
fn writes() {
    on::<TestSet>(&[], &[&[1]], |s, t| _ = s.insert(t.item(1)));
    on_at_once::<TestSet>(FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |s, t| _ = s.insert(t.item(7)));
    // There is no room.
    on_with::<TestSet>(EQ, &[1, 2, 3, 4], &[&[1, 2, 3, 4, 7]], |s, t| _ = s.insert(t.item(7)));
    on_with::<TestSet>(EQ, FULL, &[FULL], |s, t| drop(s.replace(t.item(3))));
    on_with::<TestSet>(EQ, FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |s, t| drop(s.replace(t.item(7))));
    on_with::<TestSet>(EQ, FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |s, t| {
        let make = |key: &Look| {
            called(Call::Closure);
            t.item(key.0)
        };
        s.get_or_insert_with(&Look(7), make, &attach());
    });
    on_at_once::<TestSet>(FULL, &[&[1, 3, 4, 5, 6]], |s, _| _ = s.remove(&Look(2)));
    on_with::<TestSet>(EQ, FULL, &[&[1, 3, 4, 5, 6]], |s, _| drop(s.take(&Look(2))));
    on_with::<TestSet>(EQ_AND_CLOSURE, FULL, &[&[1, 3, 4, 5, 6]], |s, _| {
        s.remove_if(&Look(2), |_| {
            called(Call::Closure);
            true
        });
    });
    on::<TestSet>(FULL, &[&[2, 3, 4, 5, 6]], |s, _| drop(s.pop_first()));
    on::<TestSet>(FULL, &[&[1, 2, 3, 4, 5]], |s, _| drop(s.pop_last()));
}

#[test]
fn wholes() {
    on::<TestSet>(FULL, &[&[]], |s, _| s.clear());
    on::<TestSet>(FULL, &[&[]], |s, _| drop(s.drain()));
    on::<TestSet>(FULL, &[&[]], |s, _| drop(s.take_all()));
    on_with::<TestSet>(&[Call::Closure], FULL, &[&[1, 3, 4, 5, 6], &[1, 3, 5, 6], &[1, 3, 5]], |s, _| {
        s.retain(|key| {
            called(Call::Closure);
            key.n % 2 == 1
        });
    });
    on_at_once::<TestSet>(&[1], &[&[1, 2], &[1, 2, 3]], |s, t| s.extend((1..4).map(|n| t.item(n))));
    on::<TestSet>(FULL, &[FULL], |s, t| {
        s.reserve(100);
        s.shrink_to_fit();
        drop(t.item(0));
    });
    inject::<TestSet>(FULL, &[&[]], |s, _| drop(s.take()));
    inject::<TestSet>(FULL, &[&[]], |s, _| s.take().expect("there is one").into_iter().for_each(drop));
    inject::<TestSet>(FULL, &[&[]], |s, _| drop(s.take().map(TestFrozen::from)));
    inject::<TestSet>(&[], &[&[1, 2]], |s, t| *s = Some((1..3).map(|n| t.item(n)).collect()));
}

#[test]
fn frozen() {
    on::<TestFrozen>(FULL, &[FULL], |s, _| _ = s.contains(&Look(5)) && s.get(&Look(4)).is_none());
    on::<TestFrozen>(FULL, &[FULL], |s, _| drop(s.clone()));
    on::<TestFrozen>(FULL, &[FULL], |s, _| _ = Collide.hash_one(s));
    on::<TestFrozen>(FULL, &[FULL], |s, _| drop(format!("{s:?}")));
    inject::<TestFrozen>(FULL, &[&[]], |s, _| drop(s.take()));
    inject::<TestFrozen>(FULL, &[&[]], |s, _| drop(s.take().map(TestSet::from)));
    inject::<TestFrozen>(FULL, &[&[]], |s, _| s.take().expect("there is one").into_iter().for_each(drop));
    inject::<TestFrozen>(&[], &[&[1, 2]], |s, t| {
        *s = Some([1, 2, 1].map(|n| t.item(n)).into_iter().collect())
    });
}
