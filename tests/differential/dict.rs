//! `Dict` and `dict`.

use freethreaded::{Brc, Dict, attach};

use super::{Row, Subject, agree, list, maybe, none, or, row, truth};

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

const ROWS: &[Row<Ints>] = &[
    row("x[a] = b", |x, _, [a, b, _]| none(drop(x.insert(a, b)))),
    row("x[b] = a", |x, _, [a, b, _]| none(drop(x.insert(b, a)))),
    row("x.setdefault(a, b)", |x, _, [a, b, _]| x.get_or_insert_with(a, || b.into()).to_string()),
    row("x[a]", |x, _, [a, ..]| or(get(x.get(&a)), "KeyError")),
    row("x.get(a)", |x, _, [a, ..]| maybe(get(x.get(&a)))),
    row("a in x", |x, _, [a, ..]| truth(x.contains_key(&a))),
    row("len(x)", |x, _, _| x.len().to_string()),
    row("x.pop(a)", |x, _, [a, ..]| or(get(x.remove(&a)), "KeyError")),
    row("x.pop(a, None)", |x, _, [a, ..]| maybe(get(x.remove(&a)))),
    row("if a in x: x[a] = b", |x, _, [a, b, _]| none(drop(x.replace(&a, b).map_err(drop)))),
    row("x.clear()", |x, _, _| none(x.clear())),
    row("x.copy()", |x, _, _| dict(x.snapshot().into_iter().map(|(key, value)| (key, *value)))),
    row("list(x)", |x, _, _| list(x.keys(&attach()).copied())),
    row("list(x.values())", |x, _, _| list(x.values(&attach()).copied())),
];

#[test]
fn dicts_agree() {
    agree("lambda numbers: {number: at for at, number in enumerate(numbers)}", ROWS);
}
