//! `Dict` against `IndexMap`.

use std::collections::HashSet;

use freethreaded::collections::End;
use freethreaded::{Attached, Dict, Set, attach, critical_section};
use indexmap::{IndexMap, IndexSet};
use proptest::prelude::*;

use super::{Kept, Key, Pointer, Segments, Setting, Shape, Tally, run};

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Insert(u8, u32),
    Replace(u8, u32),
    Remove(u8),
    GetOrInsert(u8, u32),
    Get(u8),
    GetRef(u8),
    Clear,
    Walk,
    RemoveEntry(u8),
    Pop(End),
    Move(u8, End),
    InsertAt(End, u8, u32),
    Update(u8, Option<u32>),
    Exchange(u8, Expect, Option<u32>),
    RemoveIf(u8),
    Retain(u32),
    Drain,
    Reserve(usize),
    Shrink(usize),
    With(Pair, Shape, Vec<(u8, u32)>),
}

/// What a compare-exchange expects.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expect {
    WhatIsThere,
    Nothing,
    Another,
}

/// An operation with a second dict.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pair {
    UpdateFrom,
    UpdateTo,
    Merge,
    Swap,
    Compare,
    Keys,
}

pub(crate) fn op(keys: u8) -> impl Strategy<Value = Op> {
    let (key, n) = (move || 0..keys, || 0..1000_u32);
    let end = || prop::sample::select(vec![End::First, End::Last]);
    let maybe = || proptest::option::weighted(0.7, 0..1000_u32);
    let expect = prop::sample::select(vec![Expect::WhatIsThere, Expect::Nothing, Expect::Another]);
    let pairs = vec![Pair::UpdateFrom, Pair::UpdateTo, Pair::Merge, Pair::Swap, Pair::Compare, Pair::Keys];
    let pair = prop::sample::select(pairs);
    let shape = prop::sample::select(vec![Shape::Spread, Shape::Collide, Shape::Identity]);
    prop_oneof![
        6 => (key(), n()).prop_map(|(k, n)| Op::Insert(k, n)),
        2 => (key(), n()).prop_map(|(k, n)| Op::Replace(k, n)),
        5 => key().prop_map(Op::Remove),
        2 => (key(), n()).prop_map(|(k, n)| Op::GetOrInsert(k, n)),
        2 => key().prop_map(Op::Get),
        2 => key().prop_map(Op::GetRef),
        1 => proptest::bool::weighted(0.3).prop_map(|clear| if clear { Op::Clear } else { Op::Walk }),
        1 => key().prop_map(Op::RemoveEntry),
        2 => end().prop_map(Op::Pop),
        3 => (key(), end()).prop_map(|(k, end)| Op::Move(k, end)),
        2 => (end(), key(), n()).prop_map(|(end, k, n)| Op::InsertAt(end, k, n)),
        2 => (key(), maybe()).prop_map(|(k, n)| Op::Update(k, n)),
        2 => (key(), expect, maybe()).prop_map(|(k, expect, n)| Op::Exchange(k, expect, n)),
        2 => key().prop_map(Op::RemoveIf),
        1 => (1..5_u32).prop_map(Op::Retain),
        1 => prop_oneof![Just(Op::Drain), (0..100_usize).prop_map(Op::Reserve), (0..100_usize).prop_map(Op::Shrink)],
        3 => (pair, shape, prop::collection::vec((key(), n()), 0..12)).prop_map(|(p, s, e)| Op::With(p, s, e)),
    ]
}

fn check<K: Key, P: Pointer>(dict: &Dict<K, P, Shape>, model: &IndexMap<K, u32>) {
    let cx = attach();
    assert_eq!(dict.len(), model.len());
    assert_eq!(dict.is_empty(), model.is_empty());
    assert!(dict.capacity() >= model.len());
    assert!(
        dict.iter(&cx)
            .map(|(key, value)| (key.name(), &value.n))
            .eq(model.iter().map(|(key, n)| (key.name(), n)))
    );
    assert!(dict.keys(&cx).map(Key::name).eq(model.keys().map(Key::name)));
    assert!(dict.values(&cx).map(|value| &value.n).eq(model.values()));
    assert_eq!(format!("{dict:?} {dict:#?}"), format!("{model:?} {model:#?}"));
    let snapshot = dict.snapshot();
    assert!(same(&snapshot, model));
    let backwards = dict.iter(&cx).rev().map(|(key, value)| (key.name(), value.n));
    assert!(backwards.eq(model.iter().rev().map(|(key, n)| (key.name(), *n))));
    let ends = (dict.first(), dict.last());
    let number = |entry: Option<(K, P)>| entry.map(|(key, value)| (key.name(), value.as_ref().n));
    let expected = (model.first(), model.last());
    let named = |entry: Option<(&K, &u32)>| entry.map(|(key, n)| (key.name(), *n));
    assert_eq!((number(ends.0), number(ends.1)), (named(expected.0), named(expected.1)));
    assert!(same(&dict.clone().into_iter().collect::<Vec<_>>(), model));
    // From both sides to the middle.
    let mut walk = dict.iter(&cx);
    let (front, back) = (walk.by_ref().take(model.len() / 2).count(), walk.rev().count());
    assert_eq!(front + back, model.len());
    critical_section(dict, |section| {
        let dict = dict.locked(section);
        let named = dict.iter().map(|(key, value)| (key.name(), value.n));
        assert!(named.eq(model.iter().map(|(key, n)| (key.name(), *n))));
        assert_eq!(
            (dict.first().map(|entry| entry.1.n), dict.len()),
            (expected.0.map(|entry| *entry.1), model.len())
        );
    });
}

/// By the names of keys, since not all are equal to themselves.
fn same<K: Key, P: Pointer>(entries: &[(K, P)], model: &IndexMap<K, u32>) -> bool {
    let entries = entries.iter().map(|(key, value)| (key.name(), value.as_ref().n));
    entries.eq(model.iter().map(|(key, n)| (key.name(), *n)))
}

fn names<K: Key>(keys: impl IntoIterator<Item = K>) -> Vec<String> {
    keys.into_iter().map(|key| key.name()).collect()
}

/// An operation of `dict` with another one that holds `entries`.
fn with_another<K: Key, P: Pointer>(
    dict: &Dict<K, P, Shape>,
    model: &mut IndexMap<K, u32>,
    pair: Pair,
    shape: Shape,
    entries: &[(u8, u32)],
    tally: &Tally,
) {
    let mut other = Dict::<K, P, _>::with_hasher(shape);
    other.extend(entries.iter().map(|&(k, n)| (K::of(k), tally.value(n))));
    let mut others: IndexMap<K, u32> = entries.iter().map(|&(k, n)| (K::of(k), n)).collect();
    let pairs = |of: &IndexMap<K, u32>| of.iter().map(|(key, n)| (key.clone(), *n)).collect::<Vec<_>>();
    match pair {
        Pair::UpdateFrom => {
            dict.update_from(&other);
            model.extend(pairs(&others));
        }
        Pair::UpdateTo => {
            other.update_from(dict);
            others.extend(pairs(model));
        }
        Pair::Merge => {
            let merged = dict.merge(&other);
            let mut expected = model.clone();
            expected.extend(pairs(&others));
            check(&merged, &expected);
        }
        Pair::Swap => {
            dict.swap_contents(&other);
            std::mem::swap(model, &mut others);
        }
        Pair::Compare => {
            assert_eq!(*dict == other, *model == others);
            let copy = Dict::with_hasher(shape);
            copy.update_from(dict);
            assert_eq!(*dict == copy, *model == model.clone());
            if let Some((key, value)) = copy.pop_first() {
                assert!(*dict != copy);
                copy.insert(key, value);
                assert_eq!(*dict == copy, *model == model.clone(), "the order does not matter");
            }
        }
        Pair::Keys => {
            let (mine, theirs): (IndexSet<K>, IndexSet<K>) =
                (model.keys().cloned().collect(), others.keys().cloned().collect());
            let (view, set): (_, Set<K, Shape>) = (dict.keys_view(), others.keys().cloned().collect());
            assert_eq!(names(view.union(&set).snapshot()), names(mine.union(&theirs).cloned()));
            assert_eq!(
                names(view.intersection(&other).snapshot()),
                names(mine.intersection(&theirs).cloned())
            );
            assert_eq!(names(view.difference(&set).snapshot()), names(mine.difference(&theirs).cloned()));
            let either = view.symmetric_difference(&other.keys_view()).snapshot();
            assert_eq!(names(either), names(mine.symmetric_difference(&theirs).cloned()));
            assert_eq!(view.is_subset(&other), mine.is_subset(&theirs));
            assert_eq!(view.is_superset(&set), mine.is_superset(&theirs));
            assert_eq!(view.is_disjoint(&other), mine.is_disjoint(&theirs));
            assert_eq!(view == set, mine == theirs);
            assert_eq!(view == *dict, mine == mine.clone());
        }
    }
    check(&other, &others);
}

fn step<'a, K: Key, P: Pointer>(
    dict: &'a Dict<K, P, Shape>,
    model: &mut IndexMap<K, u32>,
    op: &Op,
    tally: &Tally,
    token: Option<&'a Attached<'_>>,
    kept: &mut Kept<'a>,
) {
    let n = |value: Option<P>| value.map(|value| value.as_ref().n);
    match *op {
        Op::Insert(k, v) => {
            assert_eq!(n(dict.insert(K::of(k), tally.value(v))), model.insert(K::of(k), v));
        }
        Op::Replace(k, v) => {
            let expected = match model.get_mut(&K::of(k)) {
                Some(old) => Ok(std::mem::replace(old, v)),
                None => Err(v),
            };
            let replaced = dict.replace(&K::of(k), tally.value(v));
            assert_eq!(replaced.map(|p| p.as_ref().n).map_err(|p| p.as_ref().n), expected);
        }
        Op::Remove(k) => assert_eq!(n(dict.remove(&K::of(k))), model.shift_remove(&K::of(k))),
        Op::GetOrInsert(k, v) => {
            let value = dict.get_or_insert_with(K::of(k), || P::from(tally.value(v)));
            assert_eq!(value.as_ref().n, *model.entry(K::of(k)).or_insert(v));
        }
        Op::Get(k) => {
            assert_eq!(n(dict.get(&K::of(k))), model.get(&K::of(k)).copied());
            assert_eq!(dict.contains_key(&K::of(k)), model.contains_key(&K::of(k)));
        }
        Op::GetRef(k) => match token {
            Some(token) => {
                kept.keep(dict.get_ref(&K::of(k), token), model.get(&K::of(k)).copied());
                kept.keep(dict.values(token).last(), model.values().last().copied());
            }
            None => Kept::default().keep(dict.get_ref(&K::of(k), &attach()), model.get(&K::of(k)).copied()),
        },
        Op::Clear => {
            dict.clear();
            model.clear();
        }
        Op::Walk => check(dict, model),
        Op::RemoveEntry(k) => {
            let removed = dict.remove_entry(&K::of(k)).map(|(key, value)| (key, value.as_ref().n));
            assert_eq!(removed, model.shift_remove_entry(&K::of(k)));
        }
        Op::Pop(end) => {
            let popped = match end {
                End::First => dict.pop_first(),
                End::Last => dict.pop_last(),
            };
            let expected = match end {
                End::First => model.shift_remove_index(0),
                End::Last => model.pop(),
            };
            let popped = popped.map(|(key, value)| (key.name(), value.as_ref().n));
            assert_eq!(popped, expected.map(|(key, n)| (key.name(), n)));
        }
        Op::Move(k, end) => {
            let place = model.get_index_of(&K::of(k));
            assert_eq!(dict.move_to_end(&K::of(k), end), place.is_some());
            if let Some(place) = place {
                model.move_index(place, place_of(end, model.len()));
            }
        }
        Op::InsertAt(end, k, v) => {
            let old = dict.insert_at(end, K::of(k), tally.value(v));
            let (place, expected) = model.insert_full(K::of(k), v);
            model.move_index(place, place_of(end, model.len()));
            assert_eq!(n(old), expected);
        }
        Op::Update(k, add) => {
            let compute = |old: Option<u32>| add.map(|add| old.map_or(add, |old| (old + add) % 1000));
            let new = dict
                .update(K::of(k), |old| compute(old.map(|old| old.n)).map(|new| P::from(tally.value(new))));
            let expected = compute(model.get(&K::of(k)).copied());
            assert_eq!(n(new), expected);
            match expected {
                Some(new) => _ = model.insert(K::of(k), new),
                None => _ = model.shift_remove(&K::of(k)),
            }
        }
        Op::Exchange(k, expect, new) => {
            let (there, another) = (dict.get(&K::of(k)), P::from(tally.value(0)));
            let current = match expect {
                Expect::WhatIsThere => there.as_ref(),
                Expect::Nothing => None,
                Expect::Another => Some(&another),
            };
            let is_right = match expect {
                Expect::WhatIsThere => true,
                Expect::Nothing => there.is_none(),
                Expect::Another => false,
            };
            let value = new.map(|new| P::from(tally.value(new)));
            let result = dict.compare_exchange(K::of(k), current.map(AsRef::as_ref), value);
            let was = model.get(&K::of(k)).copied();
            match result {
                Ok(old) => assert_eq!((true, n(old)), (is_right, was)),
                Err(error) => {
                    assert_eq!((false, n(error.current), n(error.new)), (is_right, was, new));
                }
            }
            match new.filter(|_| is_right) {
                Some(new) => _ = model.insert(K::of(k), new),
                None if is_right => _ = model.shift_remove(&K::of(k)),
                None => {}
            }
        }
        Op::RemoveIf(k) => {
            let removed = dict.remove_if(&K::of(k), |value| value.n % 2 == 0);
            let expected = model.get(&K::of(k)).is_some_and(|n| n % 2 == 0);
            assert_eq!(n(removed), expected.then(|| model.shift_remove(&K::of(k))).flatten());
        }
        Op::Retain(modulus) => {
            let mut seen = HashSet::new();
            dict.retain(|key, value| {
                assert!(seen.insert(std::ptr::from_ref(key)), "asked twice");
                value.n % modulus == 0
            });
            model.retain(|_, n| *n % modulus == 0);
        }
        Op::Drain => assert!(same(&dict.drain().collect::<Vec<_>>(), &std::mem::take(model))),
        Op::Reserve(more) => {
            dict.reserve(more);
            assert!(dict.capacity() >= model.len() + more);
        }
        Op::Shrink(to) => {
            dict.shrink_to(to);
            assert!((model.len()..=(2 * model.len().max(to)).max(6)).contains(&dict.capacity()));
        }
        Op::With(pair, shape, ref entries) => with_another(dict, model, pair, shape, entries, tally),
    }
    assert_eq!(dict.len(), model.len());
}

fn place_of(end: End, len: usize) -> usize {
    match end {
        End::First => 0,
        End::Last => len - 1,
    }
}

pub(crate) fn case<K: Key, P: Pointer>(setting: Setting, capacity: usize, segments: Segments<Op>) {
    run(setting, move |tally| {
        let mut dict = Dict::<K, P, _>::with_capacity_and_hasher(capacity, setting.shape);
        let mut model = IndexMap::new();
        let mut token = setting.token.then(attach);
        for (ops, more) in segments {
            let mut kept = Kept::default();
            for op in &ops {
                step(&dict, &mut model, op, tally, token.as_ref(), &mut kept);
                kept.check();
                assert!(!setting.is_prompt() || tally.living() == model.len(), "destroyed at once");
            }
            setting.settle(&mut token);
            assert_eq!(tally.living(), model.len(), "after a checkpoint");
            dict.extend(more.iter().map(|&(k, n)| (K::of(k), tally.value(n))));
            model.extend(more.iter().map(|&(k, n)| (K::of(k), n)));
            check(&dict, &model);
            check::<K, P>(&dict.snapshot().into_iter().collect(), &model);
        }
    });
}
