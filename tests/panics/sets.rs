//! Set algebra, and keys that go out of a set.

use freethreaded::collections::FrozenSet;

use super::items::{Call, Item, Look, called};
use super::{TestSet, inject, on, on_with};

type Both = (TestSet, TestSet);

const EQ: &[Call] = &[Call::Eq];
const HASH_EQ: &[Call] = &[Call::Hash, Call::Eq];
const HASH_EQ_CLONE: &[Call] = &[Call::Hash, Call::Eq, Call::Clone];

/// Two sets: 1 to 6, which is all that eight slots take, and 7, 2, 8, 4.
const PAIR: &[u32] = &[1, 2, 3, 4, 5, 6, 0, 7, 2, 8, 4];
const FULL: &[u32] = &[1, 2, 3, 4, 5, 6];

#[test]
fn new_sets() {
    on_with::<Both>(HASH_EQ, PAIR, &[PAIR], |(a, b), _| drop(a.union(b)));
    on_with::<Both>(HASH_EQ, PAIR, &[PAIR], |(a, b), _| drop(a.intersection(b)));
    on_with::<Both>(HASH_EQ, PAIR, &[PAIR], |(a, b), _| drop(a.difference(b)));
    on_with::<Both>(HASH_EQ, PAIR, &[PAIR], |(a, b), _| drop(b.symmetric_difference(a)));
    on_with::<Both>(HASH_EQ, PAIR, &[PAIR], |(a, b), _| drop(&a.freeze() | b));
}

/// Few against many, which goes the other way round.
#[test]
fn much_smaller_sets() {
    const FEW: &[u32] = &[1, 2, 3, 4, 5, 6, 0, 7, 3];
    on_with::<Both>(HASH_EQ, FEW, &[FEW], |(a, b), _| drop(a.intersection(b)));
    on_with::<Both>(HASH_EQ, FEW, &[FEW], |(a, b), _| assert!(!a.is_disjoint(b) || b.len() != 2));
    on_with::<Both>(HASH_EQ, FEW, &[&[1, 2, 4, 5, 6, 0, 7, 3]], |(a, b), _| a.difference_with(b));
}

#[test]
fn comparisons() {
    const ALIKE: &[u32] = &[1, 2, 3, 0, 3, 1, 2];
    on_with::<Both>(HASH_EQ, ALIKE, &[ALIKE], |(a, b), _| _ = a == b);
    on_with::<Both>(HASH_EQ, ALIKE, &[ALIKE], |(a, b), _| _ = a.is_subset(b));
    on_with::<Both>(HASH_EQ, ALIKE, &[ALIKE], |(a, b), _| _ = a.is_superset(b));
    on_with::<Both>(HASH_EQ, ALIKE, &[ALIKE], |(a, b), _| _ = a.is_disjoint(b));
    on_with::<Both>(HASH_EQ, ALIKE, &[ALIKE], |(a, b), _| _ = *a == b.freeze());
}

/// Nothing is done if something panics on the way.
#[test]
fn in_place() {
    on_with::<Both>(HASH_EQ_CLONE, PAIR, &[&[1, 2, 3, 4, 5, 6, 7, 8, 0, 7, 2, 8, 4]], |(a, b), _| {
        a.union_with(b);
    });
    on_with::<Both>(HASH_EQ, PAIR, &[&[2, 4, 0, 7, 2, 8, 4]], |(a, b), _| a.intersect_with(b));
    on_with::<Both>(HASH_EQ, PAIR, &[&[1, 3, 5, 6, 0, 7, 2, 8, 4]], |(a, b), _| a.difference_with(b));
    on_with::<Both>(HASH_EQ_CLONE, PAIR, &[&[1, 3, 5, 6, 7, 8, 0, 7, 2, 8, 4]], |(a, b), _| {
        a.symmetric_difference_with(b);
    });
    on_with::<Both>(&[Call::Hash, Call::Clone], PAIR, &[&[7, 2, 8, 4, 0, 1, 2, 3, 4, 5, 6]], |(a, b), _| {
        a.swap_contents(b)
    });
    on_with::<TestSet>(HASH_EQ, FULL, &[&[]], |s, _| s.symmetric_difference_with(s));
    on_with::<TestSet>(HASH_EQ, FULL, &[FULL], |s, _| s.union_with(s));
}

#[test]
fn keys_out() {
    on_with::<TestSet>(EQ, FULL, &[FULL], |s, t| _ = s.replace(t.item(3)));
    on_with::<TestSet>(EQ, FULL, &[&[1, 2, 3, 4, 5, 6, 7]], |s, t| _ = s.replace(t.item(7)));
    on_with::<TestSet>(EQ, FULL, &[&[1, 3, 4, 5, 6]], |s, _| _ = s.take(&Look(2)));
    on::<TestSet>(FULL, &[&[2, 3, 4, 5, 6]], |s, _| _ = s.pop_first());
    on::<TestSet>(FULL, &[&[1, 2, 3, 4, 5]], |s, _| _ = s.pop_last());
    on::<TestSet>(FULL, &[FULL], |s, _| drop((s.first(), s.last())));
    let condition = |key: &Item| {
        called(Call::Closure);
        key.n == 3
    };
    const CLOSURE: &[Call] = &[Call::Eq, Call::Closure];
    on_with::<TestSet>(CLOSURE, FULL, &[&[1, 2, 4, 5, 6]], move |s, _| _ = s.remove_if(&Look(3), condition));
    on_with::<TestSet>(CLOSURE, FULL, &[FULL], move |s, _| _ = s.remove_if(&Look(4), condition));
}

#[test]
fn all_at_once() {
    on_with::<TestSet>(&[Call::Closure], &[1, 2, 3, 4], &[&[2, 3, 4], &[2, 4]], |s, _| {
        s.retain(|key| {
            called(Call::Closure);
            key.n % 2 == 0
        });
    });
    on::<TestSet>(FULL, &[FULL], |s, _| drop(s.clone()));
    on::<TestSet>(FULL, &[FULL], |s, _| drop(s.freeze()));
    on::<TestSet>(FULL, &[&[]], |s, _| drop(s.drain()));
    on::<TestSet>(FULL, &[&[]], |s, _| drop(s.take_all()));
    on_with::<TestSet>(EQ, FULL, &[&[1, 2, 3, 4, 5]], |s, _| {
        s.reserve(20);
        s.remove(&Look(6));
        s.shrink_to_fit();
    });
    inject::<TestSet>(FULL, &[&[]], |s, _| drop(s.take().map(TestSet::into_iter)));
    inject::<TestSet>(FULL, &[&[]], |s, _| drop(s.take().map(FrozenSet::from).map(TestSet::from)));
    inject::<TestSet>(&[], &[&[2, 1]], |s, t| {
        let keys = [2, 1, 2].map(|n| t.item(n));
        *s = Some(FrozenSet::from_iter(keys).into());
    });
}
