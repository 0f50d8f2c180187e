//! `Set` and `set`. Python's has no order, so `pop` cannot be compared.

use freethreaded::collections::FrozenSet;
use freethreaded::{Set, attach};

use super::{Row, Subject, agree, none, row, sorted, truth};

pub(crate) type Ints = Set<i64>;

impl Subject for Ints {
    fn with(numbers: &[i64]) -> Self {
        numbers.iter().copied().collect()
    }

    fn show(&self) -> String {
        sorted(self.iter(&attach()).copied())
    }
}

fn shown(set: &Ints) -> String {
    sorted(set.snapshot())
}

const ROWS: &[Row<Ints>] = &[
    row("x.add(a)", |x, _, [a, ..]| none(x.insert(a))),
    row("x.add(b)", |x, _, [_, b, _]| none(x.insert(b))),
    row("x.discard(a)", |x, _, [a, ..]| none(x.remove(&a))),
    row("x.remove(a)", |x, _, [a, ..]| x.take(&a).map_or_else(|| "KeyError".to_string(), none)),
    row("a in x", |x, _, [a, ..]| truth(x.contains(&a))),
    row("len(x)", |x, _, _| x.len().to_string()),
    row("x.clear()", |x, _, _| none(x.clear())),
    row("x.copy()", |x, _, _| shown(&x.clone())),
    row("x.update([a, b, c])", |x, _, [a, b, c]| none(x.extend([a, b, c]))),
    row("x | y", |x, y, _| shown(&x.union(y))),
    row("x & y", |x, y, _| shown(&x.intersection(y))),
    row("x - y", |x, y, _| shown(&x.difference(y))),
    row("x ^ y", |x, y, _| shown(&x.symmetric_difference(y))),
    row("x |= y", |x, y, _| none(x.union_with(y))),
    row("x &= y", |x, y, _| none(x.intersect_with(y))),
    row("x -= y", |x, y, _| none(x.difference_with(y))),
    row("x ^= y", |x, y, _| none(x.symmetric_difference_with(y))),
    row("x <= y", |x, y, _| truth(x.is_subset(y))),
    row("x >= y", |x, y, _| truth(x.is_superset(y))),
    row("x < y", |x, y, _| truth(x.is_subset(y) && x != y)),
    row("x.isdisjoint(y)", |x, y, _| truth(x.is_disjoint(y))),
    row("x == y", |x, y, _| truth(x == y)),
    row("for k in [k for k in x if k % 3 == a % 3]: x.remove(k)", |x, _, [a, ..]| {
        none(x.retain(|key| key.rem_euclid(3) != a.rem_euclid(3)))
    }),
    row("frozenset(x)", |x, _, _| sorted(x.freeze())),
    row("frozenset(x) == y", |x, y, _| truth(x.freeze() == *y)),
    row("x.issubset(frozenset(y))", |x, y, _| truth(x.is_subset(&y.freeze()))),
    row("frozenset(x) | y", |x, y, _| sorted(x.freeze().union(y))),
    row("frozenset(x) ^ frozenset(y)", |x, y, _| sorted(x.freeze().symmetric_difference(&y.freeze()))),
    row("x -= frozenset(y)", |x, y, _| none(x.difference_with(&y.freeze()))),
    row("frozenset(reversed(sorted(x))) in {frozenset(x)}", |x, _, _| {
        let mut backwards: Vec<_> = x.snapshot();
        backwards.sort_unstable_by(|a, b| b.cmp(a));
        let backwards: FrozenSet<i64> = backwards.into_iter().collect();
        truth(Set::from([x.freeze()]).contains(&backwards))
    }),
];

#[test]
fn sets_agree() {
    agree("set", ROWS);
}
