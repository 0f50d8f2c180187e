//! A list: each operation by itself.

use freethreaded::{Brc, List, attach};

use super::checker::Value;
use super::common::isolated;
use super::dict::{one, out};
use super::rows::{Out, Row, Subject, row};

pub(crate) type Values = List<Brc<Value>>;
pub(crate) type Elements = Vec<Value>;

/// `contains` and iteration are not here: they look at each element by itself.
const ROWS: &[Row<Values, Elements>] = &[
    row("get", |l, i, _| one(l.get(i)), |m, i, _| out(m.get(i).copied())),
    row("len", |l, _, _| vec![l.len() as Value], |m, _, _| vec![m.len() as Value]),
    row(
        "push",
        |l, _, v| {
            l.push(v);
            Out::new()
        },
        |m, _, v| {
            m.push(v);
            Out::new()
        },
    ),
    row("pop", |l, _, _| one(l.pop()), |m, _, _| out(m.pop())),
    row(
        "set",
        |l, i, v| one(l.set(i, v).ok()),
        |m, i, v| out(m.get_mut(i).map(|old| std::mem::replace(old, v))),
    ),
    row("snapshot", |l, _, _| l.snapshot().iter().map(|v| **v).collect(), |m, _, _| m.clone()),
    row("get_ref", |l, i, _| out(l.get_ref(i, &attach()).copied()), |m, i, _| out(m.get(i).copied())),
    row("is_empty", |l, _, _| vec![l.is_empty().into()], |m, _, _| vec![m.is_empty().into()]),
    row("first", |l, _, _| one(l.first()), |m, _, _| out(m.first().copied())),
    row("last", |l, _, _| one(l.last()), |m, _, _| out(m.last().copied())),
    row(
        "insert",
        |l, _, v| {
            l.insert(0, v);
            Out::new()
        },
        |m, _, v| {
            m.insert(0, v);
            Out::new()
        },
    ),
    row("remove", |l, i, _| one(l.remove(i)), |m, i, _| out((i < m.len()).then(|| m.remove(i)))),
    row(
        "truncate",
        |l, i, _| {
            l.truncate(i);
            Out::new()
        },
        |m, i, _| {
            m.truncate(i);
            Out::new()
        },
    ),
    row(
        "clear",
        |l, _, _| {
            l.clear();
            Out::new()
        },
        |m, _, _| {
            m.clear();
            Out::new()
        },
    ),
];

#[test]
fn all_of_a_list() {
    isolated(|| {
        let make = || Values::from([1, 2, 3]);
        Subject { make, start: vec![1, 2, 3], tables: &[ROWS], core: 6, between: |_, _| (), places: 4 }
            .check(31);
    });
}

const ENDS: &[&[Row<Values, Elements>]] = &[ROWS.split_at(4).0];

/// One element that goes and comes: whoever saw it sees it again, unless it was popped.
#[test]
fn the_end_of_a_list() {
    isolated(|| {
        let subject = Subject {
            make: || Values::from([1]),
            start: vec![1],
            tables: ENDS,
            core: 4,
            between: |_, _| (),
            places: 2,
        };
        subject.check(32);
    });
}
