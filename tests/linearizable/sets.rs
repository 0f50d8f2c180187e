//! Set algebra: each operation is one moment of both sets, for whoever takes their locks.

use freethreaded::{Set, critical_section2};

use super::checker::Value;
use super::common::isolated;
use super::rows::{Out, Row, Subject, row};
use super::set::{Keys, add, gone, has};

/// Two sets, and what each holds.
type Pair = (Set<Value>, Set<Value>);
type State = (Keys, Keys);

fn common(a: &Keys, b: &Keys, wanted: bool) -> Keys {
    a.iter().copied().filter(|&key| has(b, key as usize) == wanted).collect()
}

fn sum(a: &Keys, b: &Keys) -> Keys {
    [a.clone(), common(b, a, false)].concat()
}

fn either(a: &Keys, b: &Keys) -> Keys {
    [common(a, b, false), common(b, a, false)].concat()
}

fn same(a: &Keys, b: &Keys) -> bool {
    common(a, b, false).is_empty() && common(b, a, false).is_empty()
}

fn both((a, b): &Pair) -> Out {
    critical_section2(a, b, |_| [a.snapshot(), vec![Value::MAX], b.snapshot()].concat())
}

/// What takes a lock; reads without one see the steps of an operation in place.
const CORE: &[Row<Pair, State>] = &[
    row("insert", |s, k, _| vec![s.0.insert(k as Value).into()], |m, k, _| vec![add(&mut m.0, k).into()]),
    row("insert b", |s, k, _| vec![s.1.insert(k as Value).into()], |m, k, _| vec![add(&mut m.1, k).into()]),
    row("remove", |s, k, _| vec![s.0.remove(&(k as Value)).into()], |m, k, _| vec![gone(&mut m.0, k).into()]),
    row(
        "remove b",
        |s, k, _| vec![s.1.remove(&(k as Value)).into()],
        |m, k, _| vec![gone(&mut m.1, k).into()],
    ),
    row("both", |s, _, _| both(s), |m, _, _| [m.0.clone(), vec![Value::MAX], m.1.clone()].concat()),
];

const READS: &[Row<Pair, State>] = &[
    row("union", |s, _, _| s.0.union(&s.1).snapshot(), |m, _, _| sum(&m.0, &m.1)),
    row("union b", |s, _, _| s.1.union(&s.0).snapshot(), |m, _, _| sum(&m.1, &m.0)),
    row("intersection", |s, _, _| s.0.intersection(&s.1).snapshot(), |m, _, _| common(&m.0, &m.1, true)),
    row("difference", |s, _, _| s.0.difference(&s.1).snapshot(), |m, _, _| common(&m.0, &m.1, false)),
    row(
        "symmetric difference",
        |s, _, _| s.1.symmetric_difference(&s.0).snapshot(),
        |m, _, _| either(&m.1, &m.0),
    ),
    row("equal", |s, _, _| vec![(s.0 == s.1).into()], |m, _, _| vec![same(&m.0, &m.1).into()]),
    row(
        "subset",
        |s, _, _| vec![s.0.is_subset(&s.1).into()],
        |m, _, _| vec![common(&m.0, &m.1, false).is_empty().into()],
    ),
    row(
        "superset",
        |s, _, _| vec![s.0.is_superset(&s.1).into()],
        |m, _, _| vec![common(&m.1, &m.0, false).is_empty().into()],
    ),
    row(
        "disjoint",
        |s, _, _| vec![s.0.is_disjoint(&s.1).into()],
        |m, _, _| vec![common(&m.1, &m.0, true).is_empty().into()],
    ),
];

const WRITES: &[Row<Pair, State>] = &[
    row("a |= b", |s, _, _| done(s.0.union_with(&s.1)), |m, _, _| done(m.0 = sum(&m.0, &m.1))),
    row("b |= a", |s, _, _| done(s.1.union_with(&s.0)), |m, _, _| done(m.1 = sum(&m.1, &m.0))),
    row("a &= b", |s, _, _| done(s.0.intersect_with(&s.1)), |m, _, _| done(m.0 = common(&m.0, &m.1, true))),
    row("b -= a", |s, _, _| done(s.1.difference_with(&s.0)), |m, _, _| done(m.1 = common(&m.1, &m.0, false))),
    row(
        "a ^= b",
        |s, _, _| done(s.0.symmetric_difference_with(&s.1)),
        |m, _, _| done(m.0 = either(&m.0, &m.1)),
    ),
    row("swap", |s, _, _| done(s.0.swap_contents(&s.1)), |m, _, _| done(std::mem::swap(&mut m.0, &mut m.1))),
    row(
        "swap b",
        |s, _, _| done(s.1.swap_contents(&s.0)),
        |m, _, _| done(std::mem::swap(&mut m.0, &mut m.1)),
    ),
];

fn done((): ()) -> Out {
    Out::new()
}

#[test]
fn two_sets() {
    isolated(|| {
        Subject {
            make: || (Set::from([0, 1, 2]), Set::from([2, 3])),
            start: (vec![0, 1, 2], vec![2, 3]),
            tables: &[CORE, READS, WRITES],
            core: 5,
            between: |_, _| (),
            places: 5,
        }
        .check(23);
    });
}
