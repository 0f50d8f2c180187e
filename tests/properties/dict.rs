//! `Dict` against `IndexMap`.

use freethreaded::{Attached, Dict, attach};
use indexmap::IndexMap;
use proptest::prelude::*;

use super::{Kept, Key, Pointer, Segments, Setting, Shape, Tally, run};

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Insert(u8, u32),
    Replace(u8, u32),
    Remove(u8),
    GetOrInsert(u8, u32),
    Get(u8),
    GetRef(u8),
    Clear,
    Walk,
}

pub(crate) fn op(keys: u8) -> impl Strategy<Value = Op> {
    let (key, n) = (move || 0..keys, || 0..1000_u32);
    prop_oneof![
        6 => (key(), n()).prop_map(|(k, n)| Op::Insert(k, n)),
        2 => (key(), n()).prop_map(|(k, n)| Op::Replace(k, n)),
        5 => key().prop_map(Op::Remove),
        2 => (key(), n()).prop_map(|(k, n)| Op::GetOrInsert(k, n)),
        2 => key().prop_map(Op::Get),
        2 => key().prop_map(Op::GetRef),
        1 => proptest::bool::weighted(0.3).prop_map(|clear| if clear { Op::Clear } else { Op::Walk }),
    ]
}

fn check<K: Key, P: Pointer>(dict: &Dict<K, P, Shape>, model: &IndexMap<K, u32>) {
    let cx = attach();
    assert_eq!(dict.len(), model.len());
    assert_eq!(dict.is_empty(), model.is_empty());
    assert!(dict.capacity() >= model.len());
    assert!(dict.iter(&cx).map(|(key, value)| (key, &value.n)).eq(model));
    assert!(dict.keys(&cx).eq(model.keys()));
    assert!(dict.values(&cx).map(|value| &value.n).eq(model.values()));
    assert_eq!(format!("{dict:?} {dict:#?}"), format!("{model:?} {model:#?}"));
    let snapshot = dict.snapshot();
    assert!(snapshot.iter().map(|(key, value)| (key, &value.as_ref().n)).eq(model));
}

fn step<'a, K: Key, P: Pointer>(
    dict: &'a Dict<K, P, Shape>,
    model: &mut IndexMap<K, u32>,
    op: &Op,
    tally: &Tally,
    token: Option<&'a Attached<'_>>,
    kept: &mut Kept<'a>,
) {
    let n = |value: Option<P>| value.map(|value| value.as_ref().n);
    match *op {
        Op::Insert(k, v) => {
            assert_eq!(n(dict.insert(K::of(k), tally.value(v))), model.insert(K::of(k), v));
        }
        Op::Replace(k, v) => {
            let expected = match model.get_mut(&K::of(k)) {
                Some(old) => Ok(std::mem::replace(old, v)),
                None => Err(v),
            };
            let replaced = dict.replace(&K::of(k), tally.value(v));
            assert_eq!(replaced.map(|p| p.as_ref().n).map_err(|p| p.as_ref().n), expected);
        }
        Op::Remove(k) => assert_eq!(n(dict.remove(&K::of(k))), model.shift_remove(&K::of(k))),
        Op::GetOrInsert(k, v) => {
            let value = dict.get_or_insert_with(K::of(k), || P::from(tally.value(v)));
            assert_eq!(value.as_ref().n, *model.entry(K::of(k)).or_insert(v));
        }
        Op::Get(k) => {
            assert_eq!(n(dict.get(&K::of(k))), model.get(&K::of(k)).copied());
            assert_eq!(dict.contains_key(&K::of(k)), model.contains_key(&K::of(k)));
        }
        Op::GetRef(k) => match token {
            Some(token) => {
                kept.keep(dict.get_ref(&K::of(k), token), model.get(&K::of(k)).copied());
                kept.keep(dict.values(token).last(), model.values().last().copied());
            }
            None => Kept::default().keep(dict.get_ref(&K::of(k), &attach()), model.get(&K::of(k)).copied()),
        },
        Op::Clear => {
            dict.clear();
            model.clear();
        }
        Op::Walk => check(dict, model),
    }
    assert_eq!(dict.len(), model.len());
}

pub(crate) fn case<K: Key, P: Pointer>(setting: Setting, capacity: usize, segments: Segments<Op>) {
    run(setting, move |tally| {
        let mut dict = Dict::<K, P, _>::with_capacity_and_hasher(capacity, setting.shape);
        let mut model = IndexMap::new();
        let mut token = setting.token.then(attach);
        for (ops, more) in segments {
            let mut kept = Kept::default();
            for op in &ops {
                step(&dict, &mut model, op, tally, token.as_ref(), &mut kept);
                kept.check();
                assert!(!setting.is_prompt() || tally.living() == model.len(), "destroyed at once");
            }
            setting.settle(&mut token);
            assert_eq!(tally.living(), model.len(), "after a checkpoint");
            dict.extend(more.iter().map(|&(k, n)| (K::of(k), tally.value(n))));
            model.extend(more.iter().map(|&(k, n)| (K::of(k), n)));
            check(&dict, &model);
            check::<K, P>(&dict.snapshot().into_iter().collect(), &model);
        }
    });
}
