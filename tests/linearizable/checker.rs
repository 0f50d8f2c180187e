//! The check, and a test of it by histories made by hand.

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;

/// An object as one thread would see it.
pub(crate) trait Model {
    type State: Clone + Eq + Hash + Debug;
    type Op: Copy + Debug;
    type Result: PartialEq + Debug;

    fn step(state: &mut Self::State, op: Self::Op) -> Self::Result;
}

/// An operation with the moments between which it took effect.
#[derive(Debug)]
pub(crate) struct Event<M: Model> {
    pub(crate) begin: u64,
    pub(crate) end: u64,
    pub(crate) op: M::Op,
    pub(crate) result: M::Result,
}

pub(crate) fn is_linearizable<M: Model>(start: M::State, history: &[Event<M>]) -> bool {
    fn search<M: Model>(
        state: &M::State,
        history: &[Event<M>],
        done: u64,
        seen: &mut HashSet<(u64, M::State)>,
    ) -> bool {
        let left = || history.iter().enumerate().filter(|(i, _)| done & 1 << i == 0);
        let Some(first_end) = left().map(|(_, event)| event.end).min() else { return true };
        left().filter(|(_, event)| event.begin < first_end).any(|(i, event)| {
            let mut state = state.clone();
            let done = done | 1 << i;
            M::step(&mut state, event.op) == event.result
                && seen.insert((done, state.clone()))
                && search(&state, history, done, seen)
        })
    }
    assert!(history.len() < 64);
    search(&start, history, 0, &mut HashSet::new())
}

/// Values are chosen so that no two writes of a history store the same.
pub(crate) type Value = u32;

/// One key of a map, for histories made by hand.
#[derive(Debug)]
struct Entry;

#[derive(Clone, Copy, Debug)]
enum MapOp {
    Get,
    Insert(Value),
    Remove,
}

impl Model for Entry {
    type State = Option<Value>;
    type Op = MapOp;
    type Result = Option<Value>;

    fn step(state: &mut Option<Value>, op: MapOp) -> Option<Value> {
        match op {
            MapOp::Get => *state,
            MapOp::Insert(value) => state.replace(value),
            MapOp::Remove => state.take(),
        }
    }
}

/// A list, for histories made by hand.
#[derive(Debug)]
struct Sequence;

#[derive(Clone, Copy, Debug)]
enum ListOp {
    Get(usize),
    Push(Value),
    Pop,
    Remove(usize),
}

impl Model for Sequence {
    type State = Vec<Value>;
    type Op = ListOp;
    type Result = Option<Value>;

    fn step(state: &mut Vec<Value>, op: ListOp) -> Option<Value> {
        match op {
            ListOp::Get(at) => state.get(at).copied(),
            ListOp::Push(value) => {
                state.push(value);
                None
            }
            ListOp::Pop => state.pop(),
            ListOp::Remove(at) => (at < state.len()).then(|| state.remove(at)),
        }
    }
}

fn event<M: Model>(begin: u64, end: u64, op: M::Op, result: M::Result) -> Event<M> {
    Event { begin, end, op, result }
}

#[test]
fn the_checker_accepts_good_histories() {
    use MapOp::*;
    let e = event::<Entry>;
    assert!(is_linearizable::<Entry>(None, &[]));
    assert!(is_linearizable(None, &[e(1, 2, Insert(5), None), e(3, 4, Get, Some(5))]));
    // Overlapping: either order may explain a result.
    assert!(is_linearizable(None, &[e(1, 4, Insert(5), None), e(2, 3, Get, None)]));
    assert!(is_linearizable(None, &[e(1, 4, Insert(5), None), e(2, 3, Get, Some(5))]));
    assert!(is_linearizable(
        Some(1),
        &[e(1, 6, Remove, Some(2)), e(2, 3, Insert(2), Some(1)), e(4, 5, Get, None)]
    ));
    let l = event::<Sequence>;
    assert!(is_linearizable(
        vec![1, 2],
        &[
            l(1, 6, ListOp::Remove(0), Some(1)),
            l(2, 3, ListOp::Get(1), Some(2)),
            l(4, 5, ListOp::Get(0), Some(2))
        ],
    ));
}

#[test]
fn the_checker_rejects_bad_histories() {
    use MapOp::*;
    let e = event::<Entry>;
    // Read before it was written; lost; two winners; a removal that two saw; new, then old.
    assert!(!is_linearizable(None, &[e(1, 2, Get, Some(5)), e(3, 4, Insert(5), None)]));
    assert!(!is_linearizable(None, &[e(1, 2, Insert(5), None), e(3, 4, Get, None)]));
    assert!(!is_linearizable(None, &[e(1, 4, Insert(5), None), e(2, 3, Insert(6), None)]));
    assert!(!is_linearizable(Some(1), &[e(1, 4, Remove, Some(1)), e(2, 3, Remove, Some(1))]));
    let new_then_old = [e(1, 6, Insert(2), Some(1)), e(2, 3, Get, Some(2)), e(4, 5, Get, Some(1))];
    assert!(!is_linearizable(Some(1), &new_then_old));
    let l = event::<Sequence>;
    // A half-done shift: 2 stands twice, and then nowhere. A push that is seen, then not.
    assert!(!is_linearizable(
        vec![1, 2, 3],
        &[
            l(1, 6, ListOp::Remove(0), Some(1)),
            l(2, 3, ListOp::Get(0), Some(2)),
            l(4, 5, ListOp::Get(1), Some(2))
        ],
    ));
    let seen_then_gone = [
        l(1, 3, ListOp::Pop, Some(1)),
        l(4, 9, ListOp::Push(2), None),
        l(2, 5, ListOp::Get(0), Some(2)),
        l(6, 7, ListOp::Get(0), None),
    ];
    assert!(!is_linearizable(vec![1], &seen_then_gone));
}
