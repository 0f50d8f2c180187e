//! `List` against `Vec`.

use freethreaded::{Attached, List, attach};
use proptest::prelude::*;

use super::{Kept, Pointer, Segments, Setting, Tally, run};

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Push(u32),
    Pop,
    Set(usize, u32),
    Insert(usize, u32),
    Remove(usize),
    Truncate(usize),
    Clear,
    Get(usize),
    GetRef(usize),
    Walk,
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let (at, n) = (|| 0..100_usize, || 0..1000_u32);
    prop_oneof![
        6 => n().prop_map(Op::Push),
        3 => Just(Op::Pop),
        3 => (at(), n()).prop_map(|(i, n)| Op::Set(i, n)),
        3 => (at(), n()).prop_map(|(i, n)| Op::Insert(i, n)),
        3 => at().prop_map(Op::Remove),
        2 => at().prop_map(Op::Get),
        3 => at().prop_map(Op::GetRef),
        1 => at().prop_map(Op::Truncate),
        1 => proptest::bool::weighted(0.2).prop_map(|clear| if clear { Op::Clear } else { Op::Walk }),
    ]
}

fn check<P: Pointer>(list: &List<P>, model: &[u32]) {
    assert_eq!((list.len(), list.is_empty()), (model.len(), model.is_empty()));
    assert!(list.capacity() >= model.len());
    assert!(list.iter(&attach()).map(|value| &value.n).eq(model));
    assert_eq!(list.first().map(|value| value.as_ref().n), model.first().copied());
    assert_eq!(list.last().map(|value| value.as_ref().n), model.last().copied());
    assert_eq!(format!("{list:?} {list:#?}"), format!("{model:?} {model:#?}"));
    assert!(list.snapshot().iter().map(|value| &value.as_ref().n).eq(model));
    assert!(model.iter().all(|n| list.contains(n)) && !list.contains(&5000));
}

fn step<'a, P: Pointer>(
    list: &'a List<P>,
    model: &mut Vec<u32>,
    op: &Op,
    tally: &Tally,
    token: Option<&'a Attached<'_>>,
    kept: &mut Kept<'a>,
) {
    let n = |value: Option<P>| value.map(|value| value.as_ref().n);
    // Some past the end.
    let near = |i: usize| i % (model.len() + 2);
    match *op {
        Op::Push(v) => {
            list.push(tally.value(v));
            model.push(v);
        }
        Op::Pop => assert_eq!(n(list.pop()), model.pop()),
        Op::Set(i, v) => {
            let i = near(i);
            let expected = model.get_mut(i).map_or(Err(v), |old| Ok(std::mem::replace(old, v)));
            let set = list.set(i, tally.value(v));
            assert_eq!(set.map(|p| p.as_ref().n).map_err(|p| p.as_ref().n), expected);
        }
        Op::Insert(i, v) => {
            let i = i % (model.len() + 1);
            list.insert(i, tally.value(v));
            model.insert(i, v);
        }
        Op::Remove(i) => {
            let i = near(i);
            assert_eq!(n(list.remove(i)), (i < model.len()).then(|| model.remove(i)));
        }
        Op::Truncate(len) => {
            let len = near(len);
            list.truncate(len);
            model.truncate(len);
        }
        Op::Clear => {
            list.clear();
            model.clear();
        }
        Op::Get(i) => assert_eq!(n(list.get(near(i))), model.get(near(i)).copied()),
        Op::GetRef(i) => match token {
            Some(token) => {
                kept.keep(list.get_ref(near(i), token), model.get(near(i)).copied());
                kept.keep(list.iter(token).last(), model.last().copied());
            }
            None => Kept::default().keep(list.get_ref(near(i), &attach()), model.get(near(i)).copied()),
        },
        Op::Walk => check(list, model),
    }
    assert_eq!(list.len(), model.len());
}

pub(crate) fn case<P: Pointer>(setting: Setting, capacity: usize, segments: Segments<Op>) {
    run(setting, move |tally| {
        let mut list = List::<P>::with_capacity(capacity);
        let mut model = Vec::new();
        let mut token = setting.token.then(attach);
        for (ops, more) in segments {
            let mut kept = Kept::default();
            for op in &ops {
                step(&list, &mut model, op, tally, token.as_ref(), &mut kept);
                kept.check();
                assert!(!setting.is_prompt() || tally.living() == model.len(), "destroyed at once");
            }
            setting.settle(&mut token);
            assert_eq!(tally.living(), model.len(), "after a checkpoint");
            list.extend(more.iter().map(|&(_, n)| tally.value(n)));
            model.extend(more.iter().map(|&(_, n)| n));
            check(&list, &model);
            check(&list.snapshot().into_iter().collect::<List<P>>(), &model);
        }
    });
}
