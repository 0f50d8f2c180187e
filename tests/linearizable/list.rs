//! A list: each operation by itself.

use freethreaded::collections::Slice;
use freethreaded::{Brc, List, attach};

use super::checker::Value;
use super::common::isolated;
use super::dict::{one, out};
use super::rows::{Out, Row, Subject, row};

pub(crate) type Values = List<Brc<Value>>;
pub(crate) type Elements = Vec<Value>;

fn flat(elements: Vec<Brc<Value>>) -> Out {
    elements.into_iter().map(|element| *element).collect()
}

/// Every second one, from the end.
const BACKWARDS: Slice = match Slice::new(None, None, Some(-2)) {
    Ok(slice) => slice,
    Err(_) => unreachable!(),
};

/// `contains`, `index_of`, `count`, `binary_search` and iteration are not here: they look at each element by itself.
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
    row("last_ref", |l, _, _| out(l.last_ref(&attach()).copied()), |m, _, _| out(m.last().copied())),
    row("pop_first", |l, _, _| one(l.pop_first()), |m, _, _| out((!m.is_empty()).then(|| m.remove(0)))),
    row(
        "pop_at",
        |l, i, _| one(l.pop_at(-1 - i as isize)),
        |m, i, _| out(m.len().checked_sub(i + 1).map(|at| m.remove(at))),
    ),
    row(
        "swap_remove",
        |l, i, _| one(l.swap_remove(i)),
        |m, i, _| out((i < m.len()).then(|| m.swap_remove(i))),
    ),
    row(
        "update",
        |l, i, _| one(l.update(i, |old| old + 1)),
        |m, i, _| out(m.get_mut(i).map(|old| std::mem::replace(old, *old + 1))),
    ),
    row(
        "an addition by compare_exchange",
        |l, i, _| {
            let cx = attach();
            loop {
                let Some(old) = l.get_ref(i, &cx) else { return Out::new() };
                // Else read again: another is there, or none by now.
                if let Ok(old) = l.compare_exchange(i, old, old + 1) {
                    return vec![*old];
                }
            }
        },
        |m, i, _| out(m.get_mut(i).map(|old| std::mem::replace(old, *old + 1))),
    ),
    row(
        "remove_item",
        |l, i, _| one(l.remove_item(&(i as Value + 1))),
        |m, i, _| {
            let found = m.iter().position(|n| *n == i as Value + 1);
            out(found.map(|at| m.remove(at)))
        },
    ),
    row("slice", |l, i, _| flat(l.slice(i..).snapshot()), |m, i, _| m[i.min(m.len())..].to_vec()),
    row("clone", |l, _, _| flat(l.clone().snapshot()), |m, _, _| m.clone()),
    row("repeat", |l, _, _| flat(l.repeat(2).snapshot()), |m, _, _| m.repeat(2)),
    row("==", |l, _, _| vec![(*l == [1, 2, 3]).into()], |m, _, _| vec![(*m == [1, 2, 3]).into()]),
    row(
        "splice",
        |l, i, v| flat(l.splice(i..i + 2, [v, v])),
        |m, i, v| {
            let (from, to) = (i.min(m.len()), (i + 2).min(m.len()));
            m.splice(from..to, [v, v]).collect()
        },
    ),
    row(
        "remove_slice",
        |l, _, _| flat(l.remove_slice(BACKWARDS)),
        |m, _, _| {
            let removed = m.iter().rev().step_by(2).copied().collect();
            let last = m.len() % 2;
            let mut at = 0;
            m.retain(|_| {
                at += 1;
                at % 2 != last
            });
            removed
        },
    ),
    row("take_all", |l, _, _| flat(l.take_all()), |m, _, _| std::mem::take(m)),
    row("replace_all", |l, _, v| flat(l.replace_all([v, 1])), |m, _, v| std::mem::replace(m, vec![v, 1])),
    row(
        "extract_if",
        |l, _, _| flat(l.extract_if(|n| n % 2 == 0)),
        |m, _, _| {
            let (even, odd) = m.iter().partition(|n| *n % 2 == 0);
            *m = odd;
            even
        },
    ),
    row(
        "sort",
        |l, i, v| {
            _ = (i, v);
            l.sort().expect("its numbers change nothing");
            Out::new()
        },
        |m, i, v| {
            _ = (i, v);
            m.sort();
            Out::new()
        },
    ),
    row(
        "sort_by",
        |l, i, v| {
            _ = (i, v);
            l.sort_by(|a, b| b.cmp(a)).expect("its numbers change nothing");
            Out::new()
        },
        |m, i, v| {
            _ = (i, v);
            m.sort_by(|a, b| b.cmp(a));
            Out::new()
        },
    ),
    row(
        "reverse",
        |l, i, v| {
            _ = (i, v);
            l.reverse();
            Out::new()
        },
        |m, i, v| {
            _ = (i, v);
            m.reverse();
            Out::new()
        },
    ),
    row(
        "rotate_left",
        |l, i, v| {
            _ = (i, v);
            l.rotate_left(i);
            Out::new()
        },
        |m, i, v| {
            _ = (i, v);
            if !m.is_empty() {
                let k = i % m.len();
                m.rotate_left(k)
            };
            Out::new()
        },
    ),
    row(
        "extend",
        |l, i, v| {
            _ = (i, v);
            l.extend([v, v]);
            Out::new()
        },
        |m, i, v| {
            _ = (i, v);
            m.extend([v, v]);
            Out::new()
        },
    ),
    row(
        "fill",
        |l, i, v| {
            _ = (i, v);
            l.fill(v);
            Out::new()
        },
        |m, i, v| {
            _ = (i, v);
            m.fill(v);
            Out::new()
        },
    ),
    row(
        "retain",
        |l, i, v| {
            _ = (i, v);
            l.retain(|n| n % 2 == 0);
            Out::new()
        },
        |m, i, v| {
            _ = (i, v);
            m.retain(|n| n % 2 == 0);
            Out::new()
        },
    ),
    row(
        "dedup_by_key",
        |l, i, v| {
            _ = (i, v);
            l.dedup_by_key(|n| n / 2);
            Out::new()
        },
        |m, i, v| {
            _ = (i, v);
            m.dedup_by_key(|n| *n / 2);
            Out::new()
        },
    ),
    row(
        "reserve and shrink",
        |l, i, v| {
            _ = (i, v);
            l.reserve(20);
            l.shrink_to_fit();
            Out::new()
        },
        |m, i, v| {
            _ = (m, i, v);
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
