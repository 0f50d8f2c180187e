//! `Dict` and `dict`.

use freethreaded::collections::End;
use freethreaded::{Brc, Dict, Set, attach};

use super::{Row, Subject, agree, list, maybe, none, or, row, sorted, truth};

pub(crate) type Ints = Dict<i64, Brc<i64>>;

impl Subject for Ints {
    /// Each number stands for itself, the first time at last.
    fn with(numbers: &[i64]) -> Self {
        numbers.iter().enumerate().map(|(at, &number)| (number, at as i64)).collect()
    }

    fn show(&self) -> String {
        dict(self.iter(&attach()).map(|(key, value)| (*key, *value)))
    }
}

fn dict(entries: impl IntoIterator<Item = (i64, i64)>) -> String {
    let entries: Vec<_> = entries.into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{{{}}}", entries.join(", "))
}

fn get(value: Option<Brc<i64>>) -> Option<i64> {
    value.map(|value| *value)
}

/// A tuple of the two.
fn pair((key, value): (i64, Brc<i64>)) -> String {
    list([key, *value])
}

fn owned(dict_: &Ints) -> String {
    dict(dict_.snapshot().into_iter().map(|(key, value)| (key, *value)))
}

const ROWS: &[Row<Ints>] = &[
    row("x[a] = b", |x, _, [a, b, _]| none(x.insert(a, b))),
    row("x[b] = a", |x, _, [a, b, _]| none(x.insert(b, a))),
    row("x.setdefault(a, b)", |x, _, [a, b, _]| x.get_or_insert_with(a, || b.into()).to_string()),
    row("x.setdefault(b, a)", |x, _, [a, b, _]| x.get_or_insert(b, a).to_string()),
    row("x[a]", |x, _, [a, ..]| or(get(x.get(&a)), "KeyError")),
    row("x.get(a)", |x, _, [a, ..]| maybe(x.get_ref(&a, &attach()).copied())),
    row("a in x", |x, _, [a, ..]| truth(x.contains_key(&a))),
    row("len(x)", |x, _, _| x.len().to_string()),
    row("bool(x)", |x, _, _| truth(!x.is_empty())),
    row("x.pop(a)", |x, _, [a, ..]| or(get(x.remove(&a)), "KeyError")),
    row("x.pop(a, None)", |x, _, [a, ..]| maybe(get(x.remove(&a)))),
    row("del x[a]", |x, _, [a, ..]| x.remove_entry(&a).map_or_else(|| "KeyError".to_string(), none)),
    row("if a in x: x[a] = b", |x, _, [a, b, _]| none(x.replace(&a, b))),
    row("x[a] = x.get(a, 0) + 1", |x, _, [a, ..]| {
        none(x.update(a, |old| Some(Brc::new(old.map_or(1, |old| old + 1)))))
    }),
    row("if x.get(a, 1) % 2 == 0: del x[a]", |x, _, [a, ..]| none(x.remove_if(&a, |old| old % 2 == 0))),
    row("for k in [k for k, v in x.items() if (k + v) % 4 == b % 4]: del x[k]", |x, _, [_, b, _]| {
        none(x.retain(|key, value| (key + value).rem_euclid(4) != b.rem_euclid(4)))
    }),
    row("x.popitem()", |x, _, _| x.pop_last().map_or_else(|| "KeyError".to_string(), pair)),
    row("x.clear()", |x, _, _| none(x.clear())),
    row("x.copy()", |x, _, _| owned(&x.clone())),
    row("x.update(y)", |x, y, _| none(x.update_from(y))),
    row("x.update({a: b, c: a, b: c})", |mut x, _, [a, b, c]| none(x.extend([(a, b), (c, a), (b, c)]))),
    row("x |= y", |x, y, _| none(x.update_from(y))),
    row("x | y", |x, y, _| owned(&x.merge(y))),
    row("x == y", |x, y, _| truth(x == y)),
    row("x == {**x}", |x, _, _| truth(*x == x.clone())),
    row("list(x)", |x, _, _| list(x.keys(&attach()).copied())),
    row("list(reversed(x))", |x, _, _| list(x.keys(&attach()).rev().copied())),
    row("list(x.values())", |x, _, _| list(x.values(&attach()).copied())),
    row("list(reversed(x.values()))", |x, _, _| list(x.values(&attach()).rev().copied())),
    row("dict(x.items())", |x, _, _| dict(x.iter(&attach()).map(|(key, value)| (*key, *value)))),
    row("a in x.values()", |x, _, [a, ..]| truth(x.values_view().contains(&a))),
    row("(a, b) in x.items()", |x, _, [a, b, _]| truth(x.items_view().contains(&a, &b))),
    row("a in x.keys()", |x, _, [a, ..]| truth(x.keys_view().contains(&a))),
    row("x.keys() & y.keys()", |x, y, _| sorted(x.keys_view().intersection(y).snapshot())),
    row("x.keys() | y.keys()", |x, y, _| sorted(x.keys_view().union(&y.keys_view()).snapshot())),
    row("x.keys() - y.keys()", |x, y, _| sorted(x.keys_view().difference(y).snapshot())),
    row("x.keys() ^ set(y)", |x, y, _| {
        let keys: Set<i64> = y.keys(&attach()).copied().collect();
        sorted(x.keys_view().symmetric_difference(&keys).snapshot())
    }),
    row("x.keys() <= y.keys()", |x, y, _| truth(x.keys_view().is_subset(y))),
    row("x.keys() >= y.keys()", |x, y, _| truth(x.keys_view().is_superset(y))),
    row("x.keys().isdisjoint(y)", |x, y, _| truth(x.keys_view().is_disjoint(y))),
    row("x.keys() == y.keys()", |x, y, _| truth(x.keys_view() == *y)),
];

#[test]
fn dicts_agree() {
    agree("lambda numbers: {number: at for at, number in enumerate(numbers)}", ROWS);
}

/// What `collections.OrderedDict` has besides.
const ORDERED: &[Row<Ints>] = &[
    row("x[a] = b", |x, _, [a, b, _]| none(x.insert(a, b))),
    row("x.popitem(last=True)", |x, _, _| x.pop_last().map_or_else(|| "KeyError".to_string(), pair)),
    row("x.popitem(last=False)", |x, _, _| x.pop_first().map_or_else(|| "KeyError".to_string(), pair)),
    row(
        "x.move_to_end(a)",
        |x, _, [a, ..]| if x.move_to_end(&a, End::Last) { none(()) } else { "KeyError".to_string() },
    ),
    row("x.move_to_end(b, last=False)", |x, _, [_, b, _]| {
        if x.move_to_end(&b, End::First) { none(()) } else { "KeyError".to_string() }
    }),
    row("x[a] = b; x.move_to_end(a, last=False)", |x, _, [a, b, _]| none(x.insert_at(End::First, a, b))),
    row("next(iter(x.items()), None)", |x, _, _| x.first().map_or_else(|| "None".to_string(), pair)),
    row("next(reversed(x.items()), None)", |x, _, _| x.last().map_or_else(|| "None".to_string(), pair)),
    row("x.update(y)", |x, y, _| none(x.update_from(y))),
    row("x.pop(a, None)", |x, _, [a, ..]| maybe(get(x.remove(&a)))),
    // By the order, too.
    row("x == y", |x, y, _| truth(x.snapshot() == y.snapshot())),
];

#[test]
fn ordered_dicts_agree() {
    agree(
        "lambda numbers: __import__('collections').OrderedDict((n, at) for at, n in enumerate(numbers))",
        ORDERED,
    );
}
