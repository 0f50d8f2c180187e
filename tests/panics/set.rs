//! The operations of `Set`.

use freethreaded::attach;

use super::items::{Call, Look, called};
use super::{TestSet, inject, on, on_with};

/// What comes under the lock in a write.
const EQ: &[Call] = &[Call::Eq];

/// As in a dict, six are all that eight slots take.
const FULL: &[u32] = &[1, 2, 3, 4, 5, 6];

#[test]
fn reads() {
    on::<TestSet>(FULL, &[FULL], |s, _| drop((s.contains(&Look(5)), s.get(&Look(4)))));
    on::<TestSet>(FULL, &[FULL], |s, _| _ = s.get_ref(&Look(5), &attach()));
    on_with::<TestSet>(EQ, FULL, &[FULL], |s, t| _ = s.insert(t.item(5)));
    on_with::<TestSet>(EQ, FULL, &[FULL], |s, _| _ = s.remove(&Look(7)));
    on::<TestSet>(FULL, &[FULL], |s, _| drop((s.snapshot(), format!("{s:?}"))));
}

#[test]
fn writes() {
    on::<TestSet>(&[], &[&[1]], |s, t| _ = s.insert(t.item(1)));
    on_with::<TestSet>(EQ, FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |s, t| _ = s.insert(t.item(7)));
    on_with::<TestSet>(EQ, FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |s, t| {
        let make = |key: &Look| {
            called(Call::Closure);
            t.item(key.0)
        };
        s.get_or_insert_with(&Look(7), make, &attach());
    });
    on_with::<TestSet>(EQ, FULL, &[&[1, 3, 4, 5, 6]], |s, _| _ = s.remove(&Look(2)));
}

#[test]
fn wholes() {
    on::<TestSet>(FULL, &[&[]], |s, _| s.clear());
    inject::<TestSet>(&[1], &[&[1, 2], &[1, 2, 3]], |s, t| {
        s.as_mut().expect("there is one").extend((1..4).map(|n| t.item(n)))
    });
    inject::<TestSet>(FULL, &[&[]], |s, _| drop(s.take()));
    inject::<TestSet>(&[], &[&[1, 2]], |s, t| *s = Some((1..3).map(|n| t.item(n)).collect()));
}
