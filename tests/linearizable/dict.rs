//! A dict: each operation by itself, all of a dict with few keys, and one key of a dict that is rebuilt all the time.

use freethreaded::collections::End;
use freethreaded::{Brc, Dict, attach, critical_section};

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

pub(crate) fn flat(entries: impl IntoIterator<Item = (u32, Value)>) -> Out {
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

pub(crate) fn all(dict: &Map) -> Out {
    flat(dict.snapshot().iter().map(|(key, value)| (*key, **value)))
}

fn ended(entry: Option<(u32, Brc<Value>)>) -> Out {
    flat(entry.map(|(key, value)| (key, *value)))
}

fn moved(entries: &mut Entries, key: usize, end: End) -> bool {
    let Some(at) = place(entries, key) else { return false };
    let entry = entries.remove(at);
    entries.insert(if end == End::First { 0 } else { entries.len() }, entry);
    true
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
    row(
        "get_key_value",
        |d, k, _| {
            let cx = attach();
            flat(d.get_key_value(&(k as u32), &cx).map(|(key, value)| (*key, *value)))
        },
        |m, k, _| flat(got(m, k).map(|value| (k as u32, value))),
    ),
    row(
        "get_or_insert",
        |d, k, v| one(Some(d.get_or_insert(k as u32, v))),
        |m, k, v| out(got(m, k).or_else(|| put(m, k, v).or(Some(v)))),
    ),
    row(
        "get_or_try_insert_with",
        |d, k, v| {
            one(d.get_or_try_insert_with(k as u32, || if v % 2 == 0 { Err(()) } else { Ok(v.into()) }).ok())
        },
        |m, k, v| out(got(m, k).or_else(|| if v % 2 == 0 { None } else { put(m, k, v).or(Some(v)) })),
    ),
    row(
        "remove_entry",
        |d, k, _| flat(d.remove_entry(&(k as u32)).map(|(key, value)| (key, *value))),
        |m, k, _| flat(gone(m, k).map(|value| (k as u32, value))),
    ),
    row(
        "update",
        |d, k, _| one(d.update(k as u32, |old| Some(Brc::new(old.map_or(0, |old| old + 1))))),
        |m, k, _| {
            let new = got(m, k).map_or(0, |old| old + 1);
            put(m, k, new);
            vec![new]
        },
    ),
    row(
        "update that removes",
        |d, k, _| one(d.update(k as u32, |old| old.filter(|old| *old % 2 == 0).map(|old| Brc::new(*old)))),
        |m, k, _| {
            let old = got(m, k).filter(|old| old % 2 == 0);
            if old.is_none() {
                gone(m, k);
            }
            out(old)
        },
    ),
    row(
        "compare_exchange with nothing",
        |d, k, v| match d.compare_exchange(k as u32, None, Some(v.into())) {
            Ok(_) => vec![],
            Err(error) => one(error.current),
        },
        |m, k, v| match got(m, k) {
            None => {
                put(m, k, v);
                vec![]
            }
            old => out(old),
        },
    ),
    row(
        "an addition by compare_exchange",
        |d, k, _| {
            let cx = attach();
            loop {
                let old = d.get_ref(&(k as u32), &cx);
                let new = old.map_or(0, |old| old + 1);
                if d.compare_exchange(k as u32, old, Some(new.into())).is_ok() {
                    return vec![new];
                }
            }
        },
        |m, k, _| {
            let new = got(m, k).map_or(0, |old| old + 1);
            put(m, k, new);
            vec![new]
        },
    ),
    row(
        "remove_if",
        |d, k, _| one(d.remove_if(&(k as u32), |old| old % 2 == 0)),
        |m, k, _| out(got(m, k).filter(|old| old % 2 == 0).and_then(|_| gone(m, k))),
    ),
    row(
        "move_to_end",
        |d, k, _| vec![d.move_to_end(&(k as u32), End::Last).into()],
        |m, k, _| vec![moved(m, k, End::Last).into()],
    ),
    row(
        "move_to_end, the first",
        |d, k, _| vec![d.move_to_end(&(k as u32), End::First).into()],
        |m, k, _| vec![moved(m, k, End::First).into()],
    ),
    row(
        "insert_at",
        |d, k, v| one(d.insert_at(End::First, k as u32, v)),
        |m, k, v| {
            let old = put(m, k, v);
            moved(m, k, End::First);
            out(old)
        },
    ),
];

/// On all keys.
const WHOLE: &[Row<Map, Entries>] = &[
    row("snapshot", |d, _, _| all(d), |m, _, _| flat(m.clone())),
    row("pop_first", |d, _, _| ended(d.pop_first()), |m, _, _| flat((!m.is_empty()).then(|| m.remove(0)))),
    row("pop_last", |d, _, _| ended(d.pop_last()), |m, _, _| flat(m.pop())),
    row("first", |d, _, _| ended(d.first()), |m, _, _| flat(m.first().copied())),
    row("last", |d, _, _| ended(d.last()), |m, _, _| flat(m.last().copied())),
    row("clone", |d, _, _| all(&d.clone()), |m, _, _| flat(m.clone())),
    row("drain", |d, _, _| flat(d.drain().map(|(k, v)| (k, *v))), |m, _, _| flat(std::mem::take(m))),
];

/// In one section, of which readers without a lock see each step: so only with those that take it.
const SECTIONS: &[Row<Map, Entries>] = &[
    row("snapshot", |d, _, _| all(d), |m, _, _| flat(m.clone())),
    row("insert", |d, k, v| one(d.insert(k as u32, v)), |m, k, v| out(put(m, k, v))),
    row("pop_first", |d, _, _| ended(d.pop_first()), |m, _, _| flat((!m.is_empty()).then(|| m.remove(0)))),
    row(
        "retain",
        |d, _, _| {
            d.retain(|_, value| value % 2 == 0);
            Out::new()
        },
        |m, _, _| {
            m.retain(|(_, value)| value % 2 == 0);
            Out::new()
        },
    ),
    row(
        "a section",
        |d, k, v| {
            critical_section(d, |section| {
                let old = d.locked(section).get(&(k as u32)).copied();
                drop(d.remove(&(k as u32)));
                drop(d.insert(k as u32, v));
                let mut all = all(d);
                all.extend(old);
                all
            })
        },
        |m, k, v| {
            let old = gone(m, k);
            put(m, k, v);
            let mut all = flat(m.clone());
            all.extend(old);
            all
        },
    ),
];

#[test]
fn all_of_a_dict() {
    isolated(|| {
        let make = || [(0, 1), (1, 2), (2, 3)].into_iter().collect();
        let start = vec![(0, 1), (1, 2), (2, 3)];
        Subject { make, start, tables: &[CORE, WHOLE, KEYED], core: 5, between: |_, _| (), places: 4 }
            .check(11);
    });
}

#[test]
fn sections_of_a_dict() {
    isolated(|| {
        let make = || [(0, 1), (1, 2), (2, 3)].into_iter().collect();
        let start = vec![(0, 1), (1, 2), (2, 3)];
        Subject { make, start, tables: &[SECTIONS], core: 3, between: |_, _| (), places: 4 }.check(13);
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

/// What a dict whose values are replaced without its lock does without it, or with it and without an end to that.
const FREE: &[Row<Map, Entries>] = &[
    row("get", |d, k, _| one(d.get(&(k as u32))), |m, k, _| out(got(m, k))),
    row("insert", |d, k, v| one(d.insert(k as u32, v)), |m, k, v| out(put(m, k, v))),
    row(
        "replace",
        |d, k, v| one(d.replace(&(k as u32), v).ok()),
        |m, k, v| out(got(m, k).and_then(|_| put(m, k, v))),
    ),
    row("remove", |d, k, _| one(d.remove(&(k as u32))), |m, k, _| out(gone(m, k))),
];

/// Threads that replace values all the time, until the dict lets them do so without its lock; now and then something that needs it.
#[test]
fn a_dict_whose_values_are_replaced_all_the_time() {
    isolated(|| {
        let replace = |d: &Map, random: &mut Random| {
            (0..200).for_each(|n| drop(d.insert(random.below(2), n)));
        };
        let state = |d: &Map| {
            let cx = attach();
            d.iter(&cx).map(|(key, value)| (*key, *value)).collect()
        };
        let make = || [(0, 1), (1, 2)].into_iter().collect();
        let tables = &[FREE, WHOLE, KEYED] as &[_];
        Subject { make, start: vec![], tables, core: 4, between: replace, places: 2 }.check_on(state, 14);
    });
}
