//! `List` and `list`.

use freethreaded::{Brc, List, attach};

use super::{Row, Subject, agree, list, maybe, none, or, row, truth};

pub(crate) type Ints = List<Brc<i64>>;

impl Subject for Ints {
    fn with(numbers: &[i64]) -> Self {
        numbers.iter().copied().collect()
    }

    fn show(&self) -> String {
        list(self.iter(&attach()).copied())
    }
}

/// A place in the list or some behind its end.
fn near(x: &Ints, a: i64) -> usize {
    a.unsigned_abs() as usize % (x.len() + 2)
}

fn get(value: Option<Brc<i64>>) -> Option<i64> {
    value.map(|value| *value)
}

const ROWS: &[Row<Ints>] = &[
    row("x.append(a)", |x, _, [a, ..]| none(x.push(a))),
    row("x.append(b)", |x, _, [_, b, _]| none(x.push(b))),
    row("x[abs(a) % (len(x) + 2)]", |x, _, [a, ..]| or(get(x.get(near(x, a))), "IndexError")),
    row("x[0]", |x, _, _| or(get(x.first()), "IndexError")),
    row("x[-1]", |x, _, _| or(get(x.last()), "IndexError")),
    row("x[abs(a) % (len(x) + 2)] = b", |x, _, [a, b, _]| {
        x.set(near(x, a), b).map_or_else(|_| "IndexError".to_string(), |_| maybe(None))
    }),
    row("x.pop()", |x, _, _| or(get(x.pop()), "IndexError")),
    row("x.pop(abs(a) % (len(x) + 2))", |x, _, [a, ..]| or(get(x.remove(near(x, a))), "IndexError")),
    row("x.insert(abs(a) % (len(x) + 1), b)", |x, _, [a, b, _]| {
        none(x.insert(a.unsigned_abs() as usize % (x.len() + 1), b))
    }),
    row("del x[abs(a) % (len(x) + 2):]", |x, _, [a, ..]| none(x.truncate(near(x, a)))),
    row("x.clear()", |x, _, _| none(x.clear())),
    row("a in x", |x, _, [a, ..]| truth(x.contains(&a))),
    row("len(x)", |x, _, _| x.len().to_string()),
    row("x.copy()", |x, _, _| list(x.snapshot().iter().map(|n| **n))),
];

#[test]
fn lists_agree() {
    agree("list", ROWS);
}
