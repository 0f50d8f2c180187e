//! `Set` and `FrozenSet` against `IndexSet`, and for what has no order against `HashSet`.

use std::collections::HashSet;

use freethreaded::collections::{FrozenSet, SetOperand};
use freethreaded::{Attached, Set, attach};
use indexmap::IndexSet;
use proptest::prelude::*;

use super::{Kept, Look, Segments, Setting, Shape, Tally, Val, run};

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Insert(u32),
    Remove(u32),
    GetOrInsert(u32),
    Get(u32),
    GetRef(u32),
    Replace(u32),
    Take(u32),
    PopFirst,
    PopLast,
    Ends,
    RemoveIf(u32, u32),
    Retain(u32),
    Algebra(How, Kind, Vec<u32>),
    InPlace(How, Kind, Vec<u32>),
    WithItself(How),
    Compare(Kind, Vec<u32>),
    Exchange(Vec<u32>),
    Drain,
    TakeAll,
    Reserve(usize),
    Shrink(usize),
    Clear,
    Walk,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum How {
    Union,
    Intersection,
    Difference,
    SymmetricDifference,
}

/// What the other operand is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Same,
    OtherHasher,
    Frozen,
}

fn how() -> impl Strategy<Value = How> {
    prop::sample::select(vec![How::Union, How::Intersection, How::Difference, How::SymmetricDifference])
}

fn kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![Kind::Same, Kind::OtherHasher, Kind::Frozen])
}

pub(crate) fn op(keys: u32) -> impl Strategy<Value = Op> {
    let key = move || 0..keys;
    let other = move || prop::collection::vec(0..keys, 0..keys as usize * 3 / 2);
    prop_oneof![
        5 => key().prop_map(Op::Insert),
        5 => key().prop_map(Op::Remove),
        2 => key().prop_map(Op::GetOrInsert),
        2 => key().prop_map(Op::Get),
        2 => key().prop_map(Op::GetRef),
        2 => key().prop_map(Op::Replace),
        1 => key().prop_map(Op::Take),
        2 => prop::sample::select(vec![Op::PopFirst, Op::PopLast, Op::Ends]),
        1 => (key(), 1..3_u32).prop_map(|(k, n)| Op::RemoveIf(k, n)),
        2 => (how(), kind(), other()).prop_map(|(how, kind, other)| Op::Algebra(how, kind, other)),
        2 => (how(), kind(), other()).prop_map(|(how, kind, other)| Op::InPlace(how, kind, other)),
        2 => (kind(), other()).prop_map(|(kind, other)| Op::Compare(kind, other)),
        1 => (0..100_usize).prop_map(Op::Reserve),
        1 => (0..100_usize).prop_map(Op::Shrink),
        1 => prop_oneof![
            (2..5_u32).prop_map(Op::Retain),
            how().prop_map(Op::WithItself),
            other().prop_map(Op::Exchange),
            Just(Op::Drain),
            Just(Op::TakeAll),
            Just(Op::Clear),
        ],
        1 => Just(Op::Walk),
    ]
}

fn check(set: &Set<Val, Shape>, model: &IndexSet<u32>) {
    assert_eq!((set.len(), set.is_empty()), (model.len(), model.is_empty()));
    assert!(set.capacity() >= model.len());
    assert!(set.iter(&attach()).map(|key| &key.n).eq(model));
    assert_eq!(format!("{set:?} {set:#?}"), format!("{model:?} {model:#?}"));
    assert!(set.snapshot().iter().map(|key| &key.n).eq(model));
    let cx = attach();
    assert!(set.iter(&cx).rev().map(|key| &key.n).eq(model.iter().rev()));
    // From both ends until they meet.
    let (mut ours, mut theirs) = (set.iter(&cx), model.iter());
    for turn in 0..=model.len() {
        let (a, b) =
            if turn % 3 == 0 { (ours.next_back(), theirs.next_back()) } else { (ours.next(), theirs.next()) };
        assert_eq!(a.map(|key| key.n), b.copied());
    }
    let clone = set.clone();
    assert!(clone.iter(&cx).map(|key| &key.n).eq(model));
    assert_eq!([&clone, set], [set, &clone]);
    check_frozen(&set.freeze(), model);
    assert!(Set::from(clone.freeze()).iter(&cx).map(|key| &key.n).eq(model));
    check_frozen(&FrozenSet::from(clone), model);
}

fn check_frozen(set: &FrozenSet<Val, Shape>, model: &IndexSet<u32>) {
    assert_eq!((set.len(), set.is_empty()), (model.len(), model.is_empty()));
    assert!(set.iter().map(|key| &key.n).eq(model));
    assert_eq!(format!("{set:?}"), format!("{model:?}"));
    for n in 0..70 {
        assert_eq!(set.get(&Look(n)).map(|key| key.n), model.get(&n).copied());
    }
    assert!(set.clone().into_iter().rev().map(|key| key.n).eq(model.iter().rev().copied()));
}

/// The other operand and its model.
fn operand<R>(
    kind: Kind,
    keys: &[u32],
    shape: Shape,
    tally: &Tally,
    f: impl FnOnce(&dyn SetOperand<Val>, &IndexSet<u32>) -> R,
) -> R {
    let model = keys.iter().copied().collect();
    let values = keys.iter().map(|&n| tally.value(n));
    let other = |shape| match shape {
        Shape::Spread => Shape::Collide,
        Shape::Collide => Shape::HighBitsOnly,
        _ => Shape::Spread,
    };
    match kind {
        Kind::Frozen => f(&FrozenSet::from_iter_with_hasher(values, other(shape)), &model),
        Kind::Same | Kind::OtherHasher => {
            let set = Set::with_hasher(if let Kind::Same = kind { shape } else { other(shape) });
            set.extend(values);
            f(&set, &model)
        }
    }
}

fn expected(how: How, a: &IndexSet<u32>, b: &IndexSet<u32>) -> IndexSet<u32> {
    match how {
        How::Union => a | b,
        How::Intersection => a & b,
        How::Difference => a - b,
        How::SymmetricDifference => a ^ b,
    }
}

fn in_place(how: How, a: &Set<Val, Shape>, b: &(impl SetOperand<Val> + ?Sized)) {
    match how {
        How::Union => a.union_with(b),
        How::Intersection => a.intersect_with(b),
        How::Difference => a.difference_with(b),
        How::SymmetricDifference => a.symmetric_difference_with(b),
    }
}

fn combined(how: How, a: &Set<Val, Shape>, b: &(impl SetOperand<Val> + ?Sized)) -> Set<Val, Shape> {
    match how {
        How::Union => a.union(b),
        How::Intersection => a.intersection(b),
        How::Difference => a.difference(b),
        How::SymmetricDifference => a.symmetric_difference(b),
    }
}

fn step<'a>(
    set: &'a Set<Val, Shape>,
    model: &mut IndexSet<u32>,
    op: &Op,
    tally: &Tally,
    token: Option<&'a Attached<'_>>,
    kept: &mut Kept<'a>,
) {
    match *op {
        Op::Insert(k) => assert_eq!(set.insert(tally.value(k)), model.insert(k)),
        Op::Remove(k) => assert_eq!(set.remove(&Look(k)), model.shift_remove(&k)),
        Op::GetOrInsert(k) => {
            let make = |key: &Look| tally.value(key.0);
            match token {
                Some(token) => kept.keep(Some(set.get_or_insert_with(&Look(k), make, token)), Some(k)),
                None => assert_eq!(set.get_or_insert_with(&Look(k), make, &attach()).n, k),
            }
            model.insert(k);
        }
        Op::Get(k) => {
            assert_eq!(set.get(&Look(k)).map(|key| key.n), model.get(&k).copied());
            assert_eq!(set.contains(&Look(k)), model.contains(&k));
        }
        Op::GetRef(k) => match token {
            Some(token) => kept.keep(set.get_ref(&Look(k), token), model.get(&k).copied()),
            None => Kept::default().keep(set.get_ref(&Look(k), &attach()), model.get(&k).copied()),
        },
        Op::Replace(k) => {
            let old = set.replace(tally.value(k));
            assert_eq!(old.map(|key| key.n), model.replace(k));
        }
        Op::Take(k) => assert_eq!(set.take(&Look(k)).map(|key| key.n), model.shift_take(&k)),
        Op::PopFirst => assert_eq!(set.pop_first().map(|key| key.n), model.shift_remove_index(0)),
        Op::PopLast => assert_eq!(set.pop_last().map(|key| key.n), model.pop()),
        Op::Ends => {
            assert_eq!(set.first().map(|key| key.n), model.first().copied());
            assert_eq!(set.last().map(|key| key.n), model.last().copied());
        }
        Op::RemoveIf(k, n) => {
            let remove = model.contains(&k) && k % n == 0;
            assert_eq!(set.remove_if(&Look(k), |key| key.n % n == 0), remove);
            assert_eq!(remove, remove && model.shift_remove(&k));
        }
        Op::Retain(n) => {
            set.retain(|key| key.n % n != 0);
            model.retain(|k| k % n != 0);
        }
        Op::Algebra(how, kind, ref other) => operand(kind, other, *set.hasher(), tally, |other, theirs| {
            let expected = expected(how, model, theirs);
            let cx = attach();
            let result = combined(how, set, other);
            assert!(result.iter(&cx).map(|key| &key.n).eq(&expected));
            let (a, b): (HashSet<u32>, HashSet<u32>) =
                (model.iter().copied().collect(), theirs.iter().copied().collect());
            let unordered = match how {
                How::Union => &a | &b,
                How::Intersection => &a & &b,
                How::Difference => &a - &b,
                How::SymmetricDifference => &a ^ &b,
            };
            assert_eq!(unordered, expected.iter().copied().collect());
            // The same with a frozen left operand.
            let frozen = set.freeze();
            let frozen = match how {
                How::Union => frozen.union(other),
                How::Intersection => frozen.intersection(other),
                How::Difference => frozen.difference(other),
                How::SymmetricDifference => frozen.symmetric_difference(other),
            };
            check_frozen(&frozen, &expected);
            assert!(frozen == result);
            assert!(result == frozen);
        }),
        Op::InPlace(how, kind, ref other) => operand(kind, other, *set.hasher(), tally, |other, theirs| {
            in_place(how, set, other);
            let mut expected = expected(how, model, theirs);
            std::mem::swap(model, &mut expected);
        }),
        Op::WithItself(how) => {
            assert!(
                combined(how, set, set).iter(&attach()).map(|key| &key.n).eq(&expected(how, model, model))
            );
            in_place(how, set, set);
            *model = expected(how, model, model);
        }
        Op::Compare(kind, ref other) => {
            operand(kind, other, *set.hasher(), tally, |other, theirs| {
                assert_eq!(set.is_subset(other), model.is_subset(theirs));
                assert_eq!(set.is_superset(other), model.is_superset(theirs));
                assert_eq!(set.is_disjoint(other), model.is_disjoint(theirs));
                let frozen = set.freeze();
                assert_eq!(frozen.is_subset(other), model.is_subset(theirs));
                assert_eq!(frozen.is_superset(other), model.is_superset(theirs));
                assert_eq!(frozen.is_disjoint(other), model.is_disjoint(theirs));
            });
            let theirs: IndexSet<u32> = other.iter().copied().collect();
            let backwards: Set<Val, Shape> = other.iter().rev().map(|&n| tally.value(n)).collect();
            assert_eq!(*set == backwards, *model == theirs);
            assert_eq!(backwards.freeze() == *set, *model == theirs);
            let same = set;
            assert!(set == same && set.is_subset(set) && set.is_superset(set));
            assert_eq!(set.is_disjoint(set), model.is_empty());
        }
        Op::Exchange(ref other) => {
            let theirs = Set::with_hasher(Shape::Spread);
            theirs.extend(other.iter().map(|&n| tally.value(n)));
            set.swap_contents(&theirs);
            let mut expected: IndexSet<u32> = other.iter().copied().collect();
            std::mem::swap(model, &mut expected);
            assert!(theirs.iter(&attach()).map(|key| &key.n).eq(&expected));
            set.swap_contents(set);
        }
        Op::Drain => assert!(set.drain().map(|key| key.n).eq(model.drain(..))),
        Op::TakeAll => assert!(set.take_all().into_iter().map(|key| key.n).eq(model.drain(..))),
        Op::Reserve(n) => {
            set.reserve(n);
            assert!(set.capacity() >= model.len() + n);
        }
        Op::Shrink(n) => {
            let before = set.capacity();
            set.shrink_to(n);
            assert!((model.len().max(n).min(before)..=before).contains(&set.capacity()));
        }
        Op::Clear => {
            set.clear();
            model.clear();
        }
        Op::Walk => check(set, model),
    }
    assert_eq!(set.len(), model.len());
}

pub(crate) fn case(setting: Setting, capacity: usize, segments: Segments<Op>) {
    run(setting, move |tally| {
        let set = Set::with_capacity_and_hasher(capacity, setting.shape);
        let mut model = IndexSet::new();
        let mut token = setting.token.then(attach);
        for (ops, more) in segments {
            let mut kept = Kept::default();
            for op in &ops {
                step(&set, &mut model, op, tally, token.as_ref(), &mut kept);
                kept.check();
                assert!(!setting.is_prompt() || tally.living() == model.len(), "destroyed at once");
            }
            setting.settle(&mut token);
            assert_eq!(tally.living(), model.len(), "after a checkpoint");
            set.extend(more.iter().map(|&(_, n)| tally.value(n)));
            model.extend(more.iter().map(|&(_, n)| n));
            check(&set, &model);
            check(&set.snapshot().into_iter().collect(), &model);
        }
    });
}
