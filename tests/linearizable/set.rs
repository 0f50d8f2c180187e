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
];

/// On all keys.
const WHOLE: &[Row<Set<Value>, Keys>] = &[row("snapshot", |s, _, _| s.snapshot(), |m, _, _| m.clone())];

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
