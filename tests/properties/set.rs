//! `Set` against `IndexSet`.

use freethreaded::{Attached, Set, attach};
use indexmap::IndexSet;
use proptest::prelude::*;

use super::{Kept, Look, Segments, Setting, Shape, Tally, Val, run};

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Insert(u32),
    Remove(u32),
    GetOrInsert(u32),
    Get(u32),
    GetRef(u32),
    Clear,
    Walk,
}

pub(crate) fn op(keys: u32) -> impl Strategy<Value = Op> {
    let key = move || 0..keys;
    prop_oneof![
        5 => key().prop_map(Op::Insert),
        5 => key().prop_map(Op::Remove),
        2 => key().prop_map(Op::GetOrInsert),
        2 => key().prop_map(Op::Get),
        2 => key().prop_map(Op::GetRef),
        1 => proptest::bool::weighted(0.3).prop_map(|clear| if clear { Op::Clear } else { Op::Walk }),
    ]
}

fn check(set: &Set<Val, Shape>, model: &IndexSet<u32>) {
    assert_eq!((set.len(), set.is_empty()), (model.len(), model.is_empty()));
    assert!(set.capacity() >= model.len());
    assert!(set.iter(&attach()).map(|key| &key.n).eq(model));
    assert_eq!(format!("{set:?} {set:#?}"), format!("{model:?} {model:#?}"));
    assert!(set.snapshot().iter().map(|key| &key.n).eq(model));
}

fn step<'a>(
    set: &'a Set<Val, Shape>,
    model: &mut IndexSet<u32>,
    op: &Op,
    tally: &Tally,
    token: Option<&'a Attached<'_>>,
    kept: &mut Kept<'a>,
) {
    match *op {
        Op::Insert(k) => assert_eq!(set.insert(tally.value(k)), model.insert(k)),
        Op::Remove(k) => assert_eq!(set.remove(&Look(k)), model.shift_remove(&k)),
        Op::GetOrInsert(k) => {
            let make = |key: &Look| tally.value(key.0);
            match token {
                Some(token) => kept.keep(Some(set.get_or_insert_with(&Look(k), make, token)), Some(k)),
                None => assert_eq!(set.get_or_insert_with(&Look(k), make, &attach()).n, k),
            }
            model.insert(k);
        }
        Op::Get(k) => {
            assert_eq!(set.get(&Look(k)).map(|key| key.n), model.get(&k).copied());
            assert_eq!(set.contains(&Look(k)), model.contains(&k));
        }
        Op::GetRef(k) => match token {
            Some(token) => kept.keep(set.get_ref(&Look(k), token), model.get(&k).copied()),
            None => Kept::default().keep(set.get_ref(&Look(k), &attach()), model.get(&k).copied()),
        },
        Op::Clear => {
            set.clear();
            model.clear();
        }
        Op::Walk => check(set, model),
    }
    assert_eq!(set.len(), model.len());
}

pub(crate) fn case(setting: Setting, capacity: usize, segments: Segments<Op>) {
    run(setting, move |tally| {
        let mut set = Set::with_capacity_and_hasher(capacity, setting.shape);
        let mut model = IndexSet::new();
        let mut token = setting.token.then(attach);
        for (ops, more) in segments {
            let mut kept = Kept::default();
            for op in &ops {
                step(&set, &mut model, op, tally, token.as_ref(), &mut kept);
                kept.check();
                assert!(!setting.is_prompt() || tally.living() == model.len(), "destroyed at once");
            }
            setting.settle(&mut token);
            assert_eq!(tally.living(), model.len(), "after a checkpoint");
            set.extend(more.iter().map(|&(_, n)| tally.value(n)));
            model.extend(more.iter().map(|&(_, n)| n));
            check(&set, &model);
            check(&set.snapshot().into_iter().collect(), &model);
        }
    });
}
