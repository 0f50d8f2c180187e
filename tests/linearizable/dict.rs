//! A dict: each operation by itself, all of a dict with few keys, and one key of a dict that is rebuilt all the time.

use freethreaded::{Brc, Dict, attach};

use super::checker::Value;
use super::common::isolated;
use super::record::Random;
use super::rows::{Out, Row, Subject, row};

pub(crate) type Map = Dict<u32, Brc<Value>>;

/// The entries in order.
pub(crate) type Entries = Vec<(u32, Value)>;

pub(crate) fn one(value: Option<Brc<Value>>) -> Out {
    value.iter().map(|value| **value).collect()
}

fn flat(entries: impl IntoIterator<Item = (u32, Value)>) -> Out {
    entries.into_iter().flat_map(|(key, value)| [key, value]).collect()
}

pub(crate) fn place(entries: &Entries, key: usize) -> Option<usize> {
    entries.iter().position(|entry| entry.0 == key as u32)
}

pub(crate) fn got(entries: &Entries, key: usize) -> Option<Value> {
    place(entries, key).map(|at| entries[at].1)
}

pub(crate) fn put(entries: &mut Entries, key: usize, value: Value) -> Option<Value> {
    match place(entries, key) {
        Some(at) => Some(std::mem::replace(&mut entries[at].1, value)),
        None => {
            entries.push((key as u32, value));
            None
        }
    }
}

pub(crate) fn gone(entries: &mut Entries, key: usize) -> Option<Value> {
    place(entries, key).map(|at| entries.remove(at).1)
}

pub(crate) fn out(value: Option<Value>) -> Out {
    value.into_iter().collect()
}

/// `len` and iteration are not here, since they are not linearizable and do not promise to be.
const CORE: &[Row<Map, Entries>] = &[
    row("get", |d, k, _| one(d.get(&(k as u32))), |m, k, _| out(got(m, k))),
    row("insert", |d, k, v| one(d.insert(k as u32, v)), |m, k, v| out(put(m, k, v))),
    row("remove", |d, k, _| one(d.remove(&(k as u32))), |m, k, _| out(gone(m, k))),
    row("get_ref", |d, k, _| out(d.get_ref(&(k as u32), &attach()).copied()), |m, k, _| out(got(m, k))),
];

/// More on one key.
const KEYED: &[Row<Map, Entries>] = &[
    row(
        "contains_key",
        |d, k, _| vec![d.contains_key(&(k as u32)).into()],
        |m, k, _| vec![got(m, k).is_some().into()],
    ),
    row(
        "replace",
        |d, k, v| one(d.replace(&(k as u32), v).ok()),
        |m, k, v| out(got(m, k).and_then(|_| put(m, k, v))),
    ),
    row(
        "get_or_insert_with",
        |d, k, v| one(Some(d.get_or_insert_with(k as u32, || v.into()))),
        |m, k, v| out(got(m, k).or_else(|| put(m, k, v).or(Some(v)))),
    ),
    row(
        "clear",
        |d, _, _| {
            d.clear();
            Out::new()
        },
        |m, _, _| {
            m.clear();
            Out::new()
        },
    ),
];

/// On all keys.
const WHOLE: &[Row<Map, Entries>] = &[row(
    "snapshot",
    |d, _, _| flat(d.snapshot().iter().map(|(k, v)| (*k, **v))),
    |m, _, _| flat(m.clone()),
)];

#[test]
fn all_of_a_dict() {
    isolated(|| {
        let make = || [(0, 1), (1, 2), (2, 3)].into_iter().collect();
        let start = vec![(0, 1), (1, 2), (2, 3)];
        Subject { make, start, tables: &[CORE, WHOLE, KEYED], core: 5, between: |_, _| (), places: 4 }
            .check(11);
    });
}

/// Around the key that is looked at others come and go, and force rebuilds.
fn churn(dict: &Map, random: &mut Random) {
    let other = 100 + random.below(6);
    drop(dict.insert(other, 0));
    drop(dict.remove(&other));
    if random.below(8) == 0 {
        (110..116).for_each(|n| drop(dict.insert(n, 0)));
    }
}

/// Operations on one key can be checked by themselves (locality), so all that looks at others is left out.
#[test]
fn one_key_of_a_dict() {
    isolated(|| {
        let subject = Subject {
            make: Map::new,
            start: vec![],
            tables: &[CORE, KEYED],
            core: 4,
            between: churn,
            places: 1,
        };
        subject.check(12);
    });
}
