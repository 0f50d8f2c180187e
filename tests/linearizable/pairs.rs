//! Operations on two dicts and two lists, as one object. Readers without a lock see the steps of those that write, so all of these take locks.

use freethreaded::Brc;

use super::checker::Value;
use super::common::isolated;
use super::dict::{Entries, Map, all, flat, gone, one, out, put};
use super::list::{Elements, Values};
use super::rows::{Out, Row, Subject, row};
use super::set::Keys;

type Maps = (Map, Map);

fn updated(entries: &Entries, with: &Entries) -> Entries {
    let mut entries = entries.clone();
    with.iter().for_each(|&(key, value)| _ = put(&mut entries, key as usize, value));
    entries
}

fn sorted(entries: &Entries) -> Entries {
    let mut entries = entries.clone();
    entries.sort_unstable();
    entries
}

fn common(a: &Keys, b: &Keys, wanted: bool) -> Keys {
    a.iter().filter(|key| b.contains(key) == wanted).copied().collect()
}

fn alone(a: &Keys, b: &Keys) -> Keys {
    [common(a, b, false), common(b, a, false)].concat()
}

const DICTS: &[Row<Maps, (Entries, Entries)>] = &[
    row("insert", |(a, _), k, v| one(a.insert(k as u32, v)), |(a, _), k, v| out(put(a, k, v))),
    row("insert into b", |(_, b), k, v| one(b.insert(k as u32, v)), |(_, b), k, v| out(put(b, k, v))),
    row("remove", |(a, _), k, _| one(a.remove(&(k as u32))), |(a, _), k, _| out(gone(a, k))),
    row("snapshot of b", |(_, b), _, _| all(b), |(_, b), _, _| flat(b.clone())),
    row("merge", |(a, b), _, _| all(&a.merge(b)), |(a, b), _, _| flat(updated(a, b))),
    row(
        "update_from",
        |(a, b), _, _| {
            a.update_from(b);
            Out::new()
        },
        |(a, b), _, _| {
            *a = updated(a, b);
            Out::new()
        },
    ),
    row(
        "update_from, the other way",
        |(a, b), _, _| {
            b.update_from(a);
            Out::new()
        },
        |(a, b), _, _| {
            *b = updated(b, a);
            Out::new()
        },
    ),
    row("==", |(a, b), _, _| vec![(a == b).into()], |(a, b), _, _| vec![(sorted(a) == sorted(b)).into()]),
    row(
        "swap_contents",
        |(a, b), _, _| {
            a.swap_contents(b);
            Out::new()
        },
        |(a, b), _, _| {
            std::mem::swap(a, b);
            Out::new()
        },
    ),
    row(
        "the keys of one alone",
        |(a, b), _, _| a.keys_view().symmetric_difference(b).snapshot(),
        |(a, b), _, _| {
            let keys = |entries: &Entries| entries.iter().map(|entry| entry.0).collect::<Keys>();
            alone(&keys(a), &keys(b))
        },
    ),
    row(
        "is_subset of keys",
        |(a, b), _, _| vec![a.keys_view().is_subset(b).into()],
        |(a, b), _, _| vec![a.iter().all(|(key, _)| b.iter().any(|(other, _)| key == other)).into()],
    ),
];

#[test]
fn two_dicts() {
    isolated(|| {
        let subject = Subject {
            make: || ([(0, 1), (1, 2)].into_iter().collect(), [(1, 2), (2, 3)].into_iter().collect()),
            start: (vec![(0, 1), (1, 2)], vec![(1, 2), (2, 3)]),
            tables: &[DICTS],
            core: 5,
            between: |_, _| (),
            places: 3,
        };
        subject.check(51);
    });
}

type Lists = (Values, Values);

fn shown(list: &Values) -> Out {
    list.snapshot().iter().map(|element| **element).collect()
}

const LISTS: &[Row<Lists, (Elements, Elements)>] = &[
    row(
        "push",
        |(a, _), _, v| {
            a.push(v);
            Out::new()
        },
        |(a, _), _, v| {
            a.push(v);
            Out::new()
        },
    ),
    row(
        "insert into b",
        |(_, b), _, v| {
            b.insert(0, v);
            Out::new()
        },
        |(_, b), _, v| {
            b.insert(0, v);
            Out::new()
        },
    ),
    row("pop", |(a, _), _, _| one(a.pop()), |(a, _), _, _| out(a.pop())),
    row("get", |(_, b), i, _| one(b.get(i)), |(_, b), i, _| out(b.get(i).copied())),
    row("snapshot of b", |(_, b), _, _| shown(b), |(_, b), _, _| b.clone()),
    row("concat", |(a, b), _, _| shown(&a.concat(b)), |(a, b), _, _| [a.clone(), b.clone()].concat()),
    row("==", |(a, b), _, _| vec![(a == b).into()], |(a, b), _, _| vec![(a == b).into()]),
    row("<", |(a, b), _, _| vec![(a < b).into()], |(a, b), _, _| vec![(a < b).into()]),
    row(
        "extend_from_list",
        |(a, b), _, _| {
            a.extend_from_list(b);
            Out::new()
        },
        |(a, b), _, _| {
            a.extend(b.iter().copied());
            Out::new()
        },
    ),
    row(
        "assign_slice_from_list",
        |(a, b), i, _| b.assign_slice_from_list(i..i + 1, a).map_or_else(|_| unreachable!(), flat_list),
        |(a, b), i, _| {
            let (from, to) = (i.min(b.len()), (i + 1).min(b.len()));
            b.splice(from..to, a.iter().copied()).collect()
        },
    ),
    row("take_all", |(a, _), _, _| flat_list(a.take_all()), |(a, _), _, _| std::mem::take(a)),
];

fn flat_list(elements: Vec<Brc<Value>>) -> Out {
    elements.into_iter().map(|element| *element).collect()
}

/// Seen without a lock each list changes at one moment, but not both at the same.
const EXCHANGE: &[Row<Lists, (Elements, Elements)>] = &[row(
    "swap_contents",
    |(a, b), _, _| {
        a.swap_contents(b);
        Out::new()
    },
    |(a, b), _, _| {
        std::mem::swap(a, b);
        Out::new()
    },
)];

/// Those that take locks only.
const LOCKING: &[Row<Lists, (Elements, Elements)>] = LISTS.split_at(3).0;
const AND_LOCKING: &[Row<Lists, (Elements, Elements)>] = LISTS.split_at(4).1;

#[test]
fn two_lists() {
    isolated(|| {
        for (tables, core) in [(&[LISTS] as &[_], 5), (&[LOCKING, AND_LOCKING, EXCHANGE], 4)] {
            let subject = Subject {
                make: || (Values::from([1, 2]), Values::from([3])),
                start: (vec![1, 2], vec![3]),
                tables,
                core,
                between: |_, _| (),
                places: 3,
            };
            subject.check(53);
        }
    });
}
