//! A set: each operation by itself, and all of a set with few keys that is rebuilt all the time.

use freethreaded::{Set, attach};

use super::checker::Value;
use super::common::isolated;
use super::record::Random;
use super::rows::{Out, Row, Subject, row};

pub(crate) type Keys = Vec<Value>;

pub(crate) fn has(keys: &Keys, key: usize) -> bool {
    keys.contains(&(key as Value))
}

pub(crate) fn add(keys: &mut Keys, key: usize) -> bool {
    let new = !has(keys, key);
    if new {
        keys.push(key as Value);
    }
    new
}

pub(crate) fn gone(keys: &mut Keys, key: usize) -> bool {
    let had = has(keys, key);
    keys.retain(|other| *other != key as Value);
    had
}

const CORE: &[Row<Set<Value>, Keys>] = &[
    row("contains", |s, k, _| vec![s.contains(&(k as Value)).into()], |m, k, _| vec![has(m, k).into()]),
    row("insert", |s, k, _| vec![s.insert(k as Value).into()], |m, k, _| vec![add(m, k).into()]),
    row("remove", |s, k, _| vec![s.remove(&(k as Value)).into()], |m, k, _| vec![gone(m, k).into()]),
];

/// More on one key.
const KEYED: &[Row<Set<Value>, Keys>] = &[
    row(
        "get",
        |s, k, _| s.get(&(k as Value)).into_iter().collect(),
        |m, k, _| m.iter().filter(|key| **key == k as Value).copied().collect(),
    ),
    row(
        "get_ref",
        |s, k, _| s.get_ref(&(k as Value), &attach()).copied().into_iter().collect(),
        |m, k, _| m.iter().filter(|key| **key == k as Value).copied().collect(),
    ),
    row(
        "get_or_insert_with",
        |s, k, _| vec![*s.get_or_insert_with(&(k as Value), |key| *key, &attach())],
        |m, k, _| {
            add(m, k);
            vec![k as Value]
        },
    ),
    row(
        "clear",
        |s, _, _| {
            s.clear();
            Out::new()
        },
        |m, _, _| {
            m.clear();
            Out::new()
        },
    ),
    row(
        "replace",
        |s, k, _| s.replace(k as Value).into_iter().collect(),
        |m, k, _| if add(m, k) { Out::new() } else { vec![k as Value] },
    ),
    row(
        "take",
        |s, k, _| s.take(&(k as Value)).into_iter().collect(),
        |m, k, _| if gone(m, k) { vec![k as Value] } else { Out::new() },
    ),
    row(
        "remove_if",
        |s, k, _| vec![s.remove_if(&(k as Value), |key| key % 2 == 0).into()],
        |m, k, _| vec![(k % 2 == 0 && gone(m, k)).into()],
    ),
];

fn ended(key: Option<Value>) -> Out {
    key.into_iter().collect()
}

/// On all keys.
const WHOLE: &[Row<Set<Value>, Keys>] = &[
    row("snapshot", |s, _, _| s.snapshot(), |m, _, _| m.clone()),
    row("pop_first", |s, _, _| ended(s.pop_first()), |m, _, _| ended((!m.is_empty()).then(|| m.remove(0)))),
    row("pop_last", |s, _, _| ended(s.pop_last()), |m, _, _| ended(m.pop())),
    row("first", |s, _, _| ended(s.first()), |m, _, _| ended(m.first().copied())),
    row("last", |s, _, _| ended(s.last()), |m, _, _| ended(m.last().copied())),
    row("clone", |s, _, _| s.clone().snapshot(), |m, _, _| m.clone()),
    row("freeze", |s, _, _| s.freeze().as_slice().to_vec(), |m, _, _| m.clone()),
    row("drain", |s, _, _| s.drain().collect(), |m, _, _| std::mem::take(m)),
    row(
        "is_disjoint",
        |s, k, _| vec![s.is_disjoint(&Set::from([k as Value])).into()],
        |m, k, _| vec![(!has(m, k)).into()],
    ),
    row("take_all", |s, _, _| s.take_all().snapshot(), |m, _, _| std::mem::take(m)),
];

/// In one section, of which readers without a lock see each step: so only with those that take it.
const SECTIONS: &[Row<Set<Value>, Keys>] = &[
    row("snapshot", |s, _, _| s.snapshot(), |m, _, _| m.clone()),
    row("insert", |s, k, _| vec![s.insert(k as Value).into()], |m, k, _| vec![add(m, k).into()]),
    row("pop_first", |s, _, _| ended(s.pop_first()), |m, _, _| ended((!m.is_empty()).then(|| m.remove(0)))),
    row(
        "retain",
        |s, _, _| {
            s.retain(|key| key % 2 == 0);
            Out::new()
        },
        |m, _, _| {
            m.retain(|key| key % 2 == 0);
            Out::new()
        },
    ),
];

#[test]
fn sections_of_a_set() {
    isolated(|| {
        let make = || [0, 1, 2].into_iter().collect();
        Subject { make, start: vec![0, 1, 2], tables: &[SECTIONS], core: 3, between: |_, _| (), places: 4 }
            .check(23);
    });
}

#[test]
fn all_of_a_set() {
    isolated(|| {
        let make = || [0, 1, 2].into_iter().collect();
        Subject {
            make,
            start: vec![0, 1, 2],
            tables: &[CORE, WHOLE, KEYED],
            core: 4,
            between: |_, _| (),
            places: 4,
        }
        .check(21);
    });
}

fn churn(set: &Set<Value>, random: &mut Random) {
    let other = 100 + random.below(8);
    set.insert(other);
    set.remove(&other);
}

#[test]
fn one_key_of_a_set() {
    isolated(|| {
        let subject = Subject {
            make: Set::new,
            start: vec![],
            tables: &[CORE, KEYED],
            core: 3,
            between: churn,
            places: 1,
        };
        subject.check(22);
    });
}
