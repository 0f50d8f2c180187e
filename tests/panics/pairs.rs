//! Operations on two containers.

use freethreaded::critical_section2;

use super::items::{Call, Look};
use super::{TestDict, TestFrozen, TestList, TestSet, on, on_with};

type Dicts = (TestDict, TestDict);

#[test]
fn by_hand() {
    // So each half is there or done.
    on::<(TestDict, TestSet)>(&[1, 2, 0, 3], &[&[2, 0, 3], &[2, 0, 3, 1]], |(dict, set), t| {
        if let Some(value) = dict.remove(&Look(1)) {
            set.insert(t.item(value.n / 10));
        }
    });
    // In one section it is the same, since a panic takes nothing back.
    on_with::<(TestDict, TestSet)>(
        &[Call::Hash, Call::Eq, Call::Drop],
        &[1, 2, 0, 3],
        &[&[2, 0, 3], &[2, 0, 3, 1]],
        |(dict, set), t| {
            critical_section2(dict, set, |_| {
                if let Some(value) = dict.remove(&Look(1)) {
                    set.insert(t.item(value.n / 10));
                }
            });
        },
    );
}

#[test]
fn dicts() {
    const A_AND_B: &[u32] = &[1, 2, 0, 2, 3];
    on_with::<Dicts>(
        &[Call::Eq, Call::Clone],
        &[1, 2, 0, 2, 3, 4],
        &[&[1, 2, 3, 0, 2, 3, 4], &[1, 2, 3, 4, 0, 2, 3, 4]],
        |(a, b), _| a.update_from(b),
    );
    on::<Dicts>(A_AND_B, &[A_AND_B], |(a, b), _| drop(a.merge(b)));
    on::<Dicts>(A_AND_B, &[A_AND_B], |(a, b), _| _ = a == b);
    on::<Dicts>(&[1, 2, 0, 1, 2], &[&[1, 2, 0, 1, 2]], |(a, b), _| _ = a == b);
    on_with::<Dicts>(&[Call::Clone], A_AND_B, &[&[2, 3, 0, 1, 2]], |(a, b), _| a.swap_contents(b));
    on::<Dicts>(A_AND_B, &[A_AND_B], |(a, b), _| drop(a.keys_view().intersection(&b.keys_view())));
    on::<Dicts>(A_AND_B, &[A_AND_B], |(a, b), _| drop(a.keys_view().symmetric_difference(b)));
    on::<Dicts>(A_AND_B, &[A_AND_B], |(a, b), _| drop(a.keys_view().union(b)));
    on::<Dicts>(A_AND_B, &[A_AND_B], |(a, b), _| _ = a.keys_view().is_subset(b));
    on::<(TestDict, TestSet)>(A_AND_B, &[A_AND_B], |(a, b), _| drop(a.keys_view().difference(b)));
    on::<(TestDict, TestSet)>(A_AND_B, &[A_AND_B], |(a, b), _| _ = a.keys_view() == *b);
    on::<(TestDict, TestSet)>(A_AND_B, &[A_AND_B], |(a, b), _| _ = a.keys_view().is_disjoint(b));
}

type Sets = (TestSet, TestSet);
type Mixed = (TestSet, TestFrozen);

/// What comes under the locks where keys of one are looked up in the other.
const LOOKUP: &[Call] = &[Call::Hash, Call::Eq];
const INTO: &[Call] = &[Call::Hash, Call::Eq, Call::Clone];

#[test]
fn sets() {
    const A_AND_B: &[u32] = &[1, 2, 3, 0, 2, 4];
    on_with::<Sets>(LOOKUP, A_AND_B, &[A_AND_B], |(a, b), _| drop(a.union(b)));
    on_with::<Sets>(LOOKUP, A_AND_B, &[A_AND_B], |(a, b), _| drop(a.intersection(b)));
    on_with::<Sets>(LOOKUP, A_AND_B, &[A_AND_B], |(a, b), _| drop(a.difference(b)));
    on_with::<Sets>(LOOKUP, A_AND_B, &[A_AND_B], |(a, b), _| drop(a.symmetric_difference(b)));
    on_with::<Sets>(LOOKUP, A_AND_B, &[A_AND_B], |(a, b), _| _ = a.is_disjoint(b));
    on_with::<Sets>(LOOKUP, &[1, 2, 0, 1, 2, 3], &[&[1, 2, 0, 1, 2, 3]], |(a, b), _| _ = a.is_subset(b));
    on_with::<Sets>(LOOKUP, &[1, 2, 0, 2, 1], &[&[1, 2, 0, 2, 1]], |(a, b), _| _ = a == b);
    on_with::<Sets>(INTO, A_AND_B, &[&[1, 2, 3, 4, 0, 2, 4]], |(a, b), _| a.union_with(b));
    on_with::<Sets>(LOOKUP, A_AND_B, &[&[2, 0, 2, 4]], |(a, b), _| a.intersect_with(b));
    on_with::<Sets>(LOOKUP, A_AND_B, &[&[1, 3, 0, 2, 4]], |(a, b), _| a.difference_with(b));
    on_with::<Sets>(INTO, A_AND_B, &[&[1, 3, 4, 0, 2, 4]], |(a, b), _| a.symmetric_difference_with(b));
    on_with::<Sets>(&[Call::Hash, Call::Clone], A_AND_B, &[&[2, 4, 0, 1, 2, 3]], |(a, b), _| {
        a.swap_contents(b)
    });
    // Many against few, which goes the other way round.
    const MANY_AND_FEW: &[u32] = &[1, 2, 3, 4, 5, 6, 0, 7, 3];
    on_with::<Sets>(LOOKUP, MANY_AND_FEW, &[MANY_AND_FEW], |(a, b), _| drop(a.intersection(b)));
    on_with::<Sets>(LOOKUP, MANY_AND_FEW, &[MANY_AND_FEW], |(a, b), _| _ = a.is_disjoint(b));
    on_with::<Sets>(LOOKUP, MANY_AND_FEW, &[&[1, 2, 4, 5, 6, 0, 7, 3]], |(a, b), _| a.difference_with(b));
    // With itself.
    on_with::<TestSet>(LOOKUP, &[1, 2, 3], &[&[]], |s, _| s.symmetric_difference_with(s));
    on_with::<TestSet>(LOOKUP, &[1, 2, 3], &[&[1, 2, 3]], |s, _| s.union_with(s));
}

#[test]
fn frozen_sets() {
    const A_AND_B: &[u32] = &[1, 2, 3, 0, 2, 4];
    on_with::<Mixed>(LOOKUP, A_AND_B, &[A_AND_B], |(a, b), _| drop(a.union(b)));
    on_with::<Mixed>(LOOKUP, A_AND_B, &[A_AND_B], |(a, b), _| drop(b.symmetric_difference(a)));
    on_with::<Mixed>(LOOKUP, A_AND_B, &[A_AND_B], |(a, b), _| drop(b.intersection(a)));
    on_with::<Mixed>(LOOKUP, &[1, 2, 0, 2, 1], &[&[1, 2, 0, 2, 1]], |(a, b), _| _ = a == b);
    on_with::<Mixed>(INTO, A_AND_B, &[&[1, 2, 3, 4, 0, 2, 4]], |(a, b), _| a.union_with(b));
    on_with::<Mixed>(LOOKUP, A_AND_B, &[&[1, 3, 0, 2, 4]], |(a, b), _| a.difference_with(b));
    on::<(TestFrozen, TestFrozen)>(A_AND_B, &[A_AND_B], |(a, b), _| drop(a.union(b)));
    on::<(TestFrozen, TestFrozen)>(A_AND_B, &[A_AND_B], |(a, b), _| _ = a.is_disjoint(b));
}

type Lists = (TestList, TestList);

#[test]
fn lists() {
    const A_AND_B: &[u32] = &[1, 2, 0, 3, 4, 5];
    on::<Lists>(A_AND_B, &[&[1, 2, 3, 4, 5, 0, 3, 4, 5]], |(a, b), t| {
        drop((a.extend_from_list(b), t.item(0)))
    });
    on::<Lists>(A_AND_B, &[&[1, 3, 4, 5, 2, 0, 3, 4, 5]], |(a, b), t| {
        drop((a.assign_slice_from_list(1..1, b), t.item(0)));
    });
    on::<Lists>(A_AND_B, &[&[3, 4, 5, 0, 3, 4, 5]], |(a, b), _| drop(a.assign_slice_from_list(.., b)));
    on::<Lists>(A_AND_B, &[&[3, 4, 5, 0, 1, 2]], |(a, b), t| drop((a.swap_contents(b), t.item(0))));
    on::<Lists>(A_AND_B, &[A_AND_B], |(a, b), t| drop((a.concat(b), t.item(0))));
    on::<Lists>(&[1, 2, 0, 1, 2], &[&[1, 2, 0, 1, 2]], |(a, b), _| _ = a == b);
    on::<Lists>(&[1, 2, 0, 1, 2], &[&[1, 2, 0, 1, 2]], |(a, b), _| _ = (a.cmp(b), a < b));
}
