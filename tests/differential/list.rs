//! `List` and `list`.

use freethreaded::collections::{LengthMismatch, Slice};
use freethreaded::{Brc, List, attach};

use super::{Row, Subject, agree, list, none, or, row, truth};

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

/// Python's `start:stop:step`.
fn slice(start: Option<i64>, stop: Option<i64>, step: Option<i64>) -> Option<Slice> {
    let [start, stop, step] = [start, stop, step].map(|n| n.map(|n| n as isize));
    Slice::new(start, stop, step).ok()
}

fn shown(elements: impl IntoIterator<Item = Brc<i64>>) -> String {
    list(elements.into_iter().map(|n| *n))
}

/// What is done with a slice that is one, and assigns as many as fit.
fn sliced(slice: Option<Slice>, f: impl FnOnce(Slice) -> Result<String, LengthMismatch>) -> String {
    slice.and_then(|slice| f(slice).ok()).unwrap_or_else(|| "ValueError".to_string())
}

fn assign(x: &Ints, slice: Option<Slice>, values: impl IntoIterator<Item = i64>) -> String {
    sliced(slice, |slice| x.assign_slice(slice, values).map(none))
}

const ROWS: &[Row<Ints>] = &[
    row("x.append(a)", |x, _, [a, ..]| none(x.push(a))),
    row("x.append(b)", |x, _, [_, b, _]| none(x.push(b))),
    row("x[abs(a) % (len(x) + 2)]", |x, _, [a, ..]| or(get(x.get(near(x, a))), "IndexError")),
    row("x[0]", |x, _, _| or(get(x.first()), "IndexError")),
    row("x[-1]", |x, _, _| or(get(x.last()), "IndexError")),
    row("x[abs(a) % (len(x) + 2)] = b", |x, _, [a, b, _]| {
        x.set(near(x, a), b).map_or_else(|_| "IndexError".to_string(), none)
    }),
    row("x[abs(a) % (len(x) + 2)] += b", |x, _, [a, b, _]| {
        x.update(near(x, a), |n| n + b).map_or_else(|| "IndexError".to_string(), none)
    }),
    row("x.pop()", |x, _, _| or(get(x.pop()), "IndexError")),
    row("x.pop(0)", |x, _, _| or(get(x.pop_first()), "IndexError")),
    row("x.pop(a)", |x, _, [a, ..]| or(get(x.pop_at(a as isize)), "IndexError")),
    row("del x[abs(a) % (len(x) + 2)]", |x, _, [a, ..]| {
        x.remove(near(x, a)).map_or_else(|| "IndexError".to_string(), none)
    }),
    row("x.insert(abs(a) % (len(x) + 1), b)", |x, _, [a, b, _]| {
        none(x.insert(a.unsigned_abs() as usize % (x.len() + 1), b))
    }),
    row("x.insert(a, b)", |x, _, [a, b, _]| assign(x, slice(Some(a), Some(a), None), [b])),
    row("x.remove(a)", |x, _, [a, ..]| x.remove_item(&a).map_or_else(|| "ValueError".to_string(), none)),
    row("x.index(a)", |x, _, [a, ..]| or(x.index_of(&a).map(|at| at as i64), "ValueError")),
    row("x.count(a)", |x, _, [a, ..]| x.count(&a).to_string()),
    row("a in x", |x, _, [a, ..]| truth(x.contains(&a))),
    row("len(x)", |x, _, _| x.len().to_string()),
    row("x.clear()", |x, _, _| none(x.clear())),
    row("x.copy()", |x, _, _| x.clone().show()),
    row("del x[abs(a) % (len(x) + 2):]", |x, _, [a, ..]| none(x.truncate(near(x, a)))),
    row("x[a:b]", |x, _, [a, b, _]| x.slice(a as isize..b as isize).show()),
    row("x[a:]", |x, _, [a, ..]| x.slice(a as isize..).show()),
    row("x[:b]", |x, _, [_, b, _]| shown(x.snapshot_slice(..b as isize))),
    row("x[::c]", |x, _, [.., c]| sliced(slice(None, None, Some(c)), |slice| Ok(x.slice(slice).show()))),
    row("x[a:b:c]", |x, _, [a, b, c]| {
        sliced(slice(Some(a), Some(b), Some(c)), |slice| Ok(x.slice(slice).show()))
    }),
    row("x[:b:c]", |x, _, [_, b, c]| {
        sliced(slice(None, Some(b), Some(c)), |slice| Ok(x.slice(slice).show()))
    }),
    row("x[a::c]", |x, _, [a, _, c]| {
        sliced(slice(Some(a), None, Some(c)), |slice| Ok(x.slice(slice).show()))
    }),
    row("del x[a:b]", |x, _, [a, b, _]| none(x.remove_slice(a as isize..b as isize))),
    row("del x[a:b:c]", |x, _, [a, b, c]| {
        sliced(slice(Some(a), Some(b), Some(c)), |slice| Ok(none(x.remove_slice(slice))))
    }),
    row("del x[::c]", |x, _, [.., c]| {
        sliced(slice(None, None, Some(c)), |slice| Ok(none(x.remove_slice(slice))))
    }),
    row("x[a:b] = [c, a]", |x, _, [a, b, c]| assign(x, slice(Some(a), Some(b), None), [c, a])),
    row("x[a:b] = []", |x, _, [a, b, _]| assign(x, slice(Some(a), Some(b), None), [])),
    row("x[a:b:c] = [a, b]", |x, _, [a, b, c]| assign(x, slice(Some(a), Some(b), Some(c)), [a, b])),
    row("x[::c] = range(len(x[::c]))", |x, _, [.., c]| {
        let slice = slice(None, None, Some(c));
        let count = slice.map_or(0, |slice| slice.indices(x.len()).len() as i64);
        assign(x, slice, 0..count)
    }),
    row("x[a:b] = y", |x, y, [a, b, _]| {
        sliced(slice(Some(a), Some(b), None), |slice| x.assign_slice_from_list(slice, y).map(none))
    }),
    row("x[a:b:c] = y", |x, y, [a, b, c]| {
        sliced(slice(Some(a), Some(b), Some(c)), |slice| x.assign_slice_from_list(slice, y).map(none))
    }),
    row("x[:] = [b, a, c]", |x, _, [a, b, c]| none(x.replace_all([b, a, c]))),
    row("x.extend(y)", |x, y, _| none(x.extend_from_list(y))),
    row("x += [a, b]", |x, _, [a, b, _]| none(x.extend([a, b]))),
    row("x + y", |x, y, _| x.concat(y).show()),
    row("x * (a % 3)", |x, _, [a, ..]| x.repeat(a.rem_euclid(3) as usize).show()),
    row("x.sort()", |x, _, _| none(x.sort())),
    row("x.sort(reverse=True)", |x, _, _| none(x.sort_by(|a, b| b.cmp(a)))),
    row("x.sort(key=lambda n: n % 3)", |x, _, _| none(x.sort_by_key(|n| n.rem_euclid(3)))),
    row("x.sort(key=lambda n: abs(n))", |x, _, _| none(x.sort_by_cached_key(|n| n.abs()))),
    row("x.reverse()", |x, _, _| none(x.reverse())),
    row("list(reversed(x))", |x, _, _| list(x.iter(&attach()).rev().copied())),
    row("x[:] = [n for n in x if n % 3 != a % 3]", |x, _, [a, ..]| {
        none(x.retain(|n| n.rem_euclid(3) != a.rem_euclid(3)))
    }),
    row("__import__('bisect').bisect_left(sorted(x), a)", |x, _, [a, ..]| {
        let sorted = x.clone();
        sorted.sort().expect("nobody else has it");
        sorted.partition_point(|n| *n < a).to_string()
    }),
    row("x == y", |x, y, _| truth(x == y)),
    row("x < y", |x, y, _| truth(x < y)),
    row("x >= y", |x, y, _| truth(x >= y)),
    row("x == [*x]", |x, _, _| truth(*x == x.clone())),
];

#[test]
fn lists_agree() {
    agree("list", ROWS);
}
