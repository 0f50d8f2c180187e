//! `List` against `Vec`, and its slices against Python's.

use std::collections::HashSet;

use freethreaded::collections::Slice;
use freethreaded::{Attached, List, attach, critical_section};
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
    Slice(Cut),
    RemoveSlice(Cut),
    AssignSlice(Cut, Vec<u32>),
    AssignSliceFromSelf(Cut),
    Splice(usize, usize, Vec<u32>),
    Drain(usize, usize),
    Extend(Vec<u32>),
    ExtendFromList(Vec<u32>),
    ExtendFromSelf,
    ReplaceAll(Vec<u32>),
    SwapContents(Vec<u32>),
    TakeAll,
    Fill(u32),
    Sort(u8),
    Reverse,
    Rotate(bool, usize),
    Retain(u32),
    ExtractIf(u32),
    Dedup(u32),
    RemoveItem(u32),
    Find(u32),
    Swap(usize, usize),
    SwapRemove(usize),
    PopAt(isize),
    PopFirst,
    CompareExchange(usize, usize, u32),
    Update(usize, u32),
    Locked(usize, u32),
    Reserve(usize),
    Shrink,
    Derived(usize),
    BothEnds(u64),
}

/// A slice as Python takes it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    start: Option<isize>,
    stop: Option<isize>,
    step: Option<isize>,
}

impl Cut {
    fn slice(self) -> Slice {
        Slice::new(self.start, self.stop, self.step).unwrap()
    }

    /// The places that Python means: from the start, moved into the list, in steps up to the stop.
    fn places(self, len: usize) -> Vec<usize> {
        let (n, step) = (len as i128, self.step.unwrap_or(1) as i128);
        let normal = |bound: isize| if bound < 0 { bound as i128 + n } else { bound as i128 };
        let mut places = Vec::new();
        let mut at = match (self.start.map(normal), step > 0) {
            (start, true) => start.unwrap_or(0).max(0),
            (start, false) => start.unwrap_or(n - 1).min(n - 1),
        };
        let stop = self.stop.map(normal).unwrap_or(if step > 0 { n } else { -1 });
        while (0..n).contains(&at) && if step > 0 { at < stop } else { at > stop } {
            places.push(at as usize);
            at += step;
        }
        places
    }

    /// Where values go for a slice of step 1 without elements.
    fn gap(self, len: usize) -> usize {
        let start = self.start.unwrap_or(0);
        if start < 0 { len.saturating_sub(start.unsigned_abs()) } else { len.min(start as usize) }
    }
}

fn cut() -> impl Strategy<Value = Cut> {
    let bound = || {
        prop_oneof![
            6 => (-12..12_isize).prop_map(Some),
            2 => Just(None),
            1 => prop::sample::select(vec![isize::MIN, isize::MIN + 1, -1000, 1000, isize::MAX]).prop_map(Some),
        ]
    };
    let step = prop_oneof![
        3 => Just(None),
        3 => prop::sample::select(vec![1, -1, 2, -2, 3, -3]).prop_map(Some),
        1 => prop::sample::select(vec![isize::MIN, -50, 50, isize::MAX]).prop_map(Some),
    ];
    (bound(), bound(), step).prop_map(|(start, stop, step)| Cut { start, stop, step })
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    prop_oneof![2 => single(), 3 => whole()]
}

/// What concerns many elements.
fn whole() -> impl Strategy<Value = Op> {
    let (at, n) = (|| 0..100_usize, || 0..30_u32);
    let some = || prop::collection::vec(0..30_u32, 0..6);
    prop_oneof![
        3 => cut().prop_map(Op::Slice),
        2 => cut().prop_map(Op::RemoveSlice),
        4 => (cut(), some()).prop_map(|(cut, new)| Op::AssignSlice(cut, new)),
        1 => cut().prop_map(Op::AssignSliceFromSelf),
        2 => (at(), at(), some()).prop_map(|(a, b, new)| Op::Splice(a, b, new)),
        1 => (at(), at()).prop_map(|(a, b)| Op::Drain(a, b)),
        4 => some().prop_map(Op::Extend),
        1 => some().prop_map(Op::ExtendFromList),
        1 => Just(Op::ExtendFromSelf),
        1 => some().prop_map(Op::ReplaceAll),
        1 => some().prop_map(Op::SwapContents),
        1 => Just(Op::TakeAll),
        1 => n().prop_map(Op::Fill),
        3 => (0..4_u8).prop_map(Op::Sort),
        1 => Just(Op::Reverse),
        2 => (any::<bool>(), at()).prop_map(|(left, k)| Op::Rotate(left, k)),
        1 => (1..5_u32).prop_map(Op::Retain),
        1 => (2..9_u32).prop_map(Op::ExtractIf),
        1 => (1..9_u32).prop_map(Op::Dedup),
        2 => n().prop_map(Op::RemoveItem),
        2 => n().prop_map(Op::Find),
        2 => (at(), at()).prop_map(|(a, b)| Op::Swap(a, b)),
        1 => at().prop_map(Op::SwapRemove),
        2 => (-20..20_isize).prop_map(Op::PopAt),
        1 => Just(Op::PopFirst),
        2 => (at(), at(), n()).prop_map(|(a, b, n)| Op::CompareExchange(a, b, n)),
        1 => (at(), n()).prop_map(|(i, n)| Op::Update(i, n)),
        1 => (at(), n()).prop_map(|(i, n)| Op::Locked(i, n)),
        1 => at().prop_map(Op::Reserve),
        1 => Just(Op::Shrink),
        1 => (0..4_usize).prop_map(Op::Derived),
        2 => any::<u64>().prop_map(Op::BothEnds),
    ]
}

/// What concerns one element.
fn single() -> impl Strategy<Value = Op> {
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

fn numbers<P: Pointer>(values: impl IntoIterator<Item = P>) -> Vec<u32> {
    values.into_iter().map(|value| value.as_ref().n).collect()
}

/// Removes the places from the model, and gives what was there.
fn take(model: &mut Vec<u32>, places: &[usize]) -> Vec<u32> {
    let taken = places.iter().map(|&place| model[place]).collect();
    let mut place = 0;
    model.retain(|_| (!places.contains(&place), place += 1).0);
    taken
}

fn whole_step<P: Pointer>(list: &List<P>, model: &mut Vec<u32>, op: &Op, tally: &Tally) {
    let len = model.len();
    let values = |new: &[u32]| new.iter().map(|&n| tally.value(n)).collect::<Vec<_>>();
    let other = |new: &[u32]| new.iter().map(|&n| tally.value(n)).collect::<List<P>>();
    let near = |i: usize| i % (len + 2);
    let range = |a: usize, b: usize| near(a).min(near(b))..near(a).max(near(b));
    let clamped = |range: std::ops::Range<usize>| range.start.min(len)..range.end.min(len);
    let one = |value: Option<P>| value.map(|value| value.as_ref().n);
    match op {
        Op::Slice(cut) => {
            let expected: Vec<u32> = cut.places(len).iter().map(|&place| model[place]).collect();
            assert_eq!(list.slice(cut.slice()), expected, "{cut:?} of {len}");
            assert_eq!(numbers(list.snapshot_slice(cut.slice())), expected);
        }
        Op::RemoveSlice(cut) => {
            assert_eq!(
                numbers(list.remove_slice(cut.slice())),
                take(model, &cut.places(len)),
                "{cut:?} of {len}"
            );
        }
        Op::AssignSlice(cut, new) => {
            let places = cut.places(len);
            let result = list.assign_slice(cut.slice(), values(new));
            if cut.step.unwrap_or(1) == 1 {
                let at = places.first().copied().unwrap_or_else(|| cut.gap(len));
                let old: Vec<u32> = model.splice(at..at + places.len(), new.iter().copied()).collect();
                assert_eq!(numbers(result.unwrap()), old, "{cut:?} of {len}");
            } else if places.len() == new.len() {
                let old = places.iter().zip(new).map(|(&place, &n)| std::mem::replace(&mut model[place], n));
                let old: Vec<u32> = old.collect();
                assert_eq!(numbers(result.unwrap()), old, "{cut:?} of {len}");
            } else {
                let error = result.map(numbers).unwrap_err();
                assert_eq!((error.expected, error.given), (places.len(), new.len()));
            }
        }
        Op::AssignSliceFromSelf(cut) => {
            let places = cut.places(len);
            let result = list.assign_slice_from_list(cut.slice(), list);
            if cut.step.unwrap_or(1) == 1 && len < 200 {
                let at = places.first().copied().unwrap_or_else(|| cut.gap(len));
                model.splice(at..at + places.len(), model.clone());
                assert!(result.is_ok());
            } else if cut.step.unwrap_or(1) == 1 {
                *model = numbers(list);
            } else {
                assert_eq!(result.is_ok(), places.len() == len);
                if result.is_ok() && cut.step.is_some_and(|step| step < 0) {
                    model.reverse();
                }
            }
        }
        Op::Splice(a, b, new) => {
            let old = numbers(list.splice(range(*a, *b), values(new)));
            assert_eq!(old, model.splice(clamped(range(*a, *b)), new.iter().copied()).collect::<Vec<_>>());
        }
        Op::Drain(a, b) => {
            let old = numbers(list.drain(range(*a, *b)));
            assert_eq!(old, model.drain(clamped(range(*a, *b))).collect::<Vec<_>>());
        }
        Op::Extend(new) => {
            list.extend(values(new));
            model.extend(new);
        }
        Op::ExtendFromList(new) => {
            list.extend_from_list(&other(new));
            model.extend(new);
        }
        Op::ExtendFromSelf if len < 200 => {
            list.extend_from_list(list);
            model.extend_from_within(..);
        }
        Op::ReplaceAll(new) => {
            assert_eq!(numbers(list.replace_all(values(new))), std::mem::replace(model, new.clone()));
        }
        Op::SwapContents(new) => {
            let other = other(new);
            list.swap_contents(list);
            list.swap_contents(&other);
            assert_eq!(other, *model);
            model.clone_from(new);
        }
        Op::TakeAll => assert_eq!(numbers(list.take_all()), std::mem::take(model)),
        Op::Fill(n) => {
            list.fill(tally.value(*n));
            model.fill(*n);
        }
        Op::Sort(how) => {
            match how {
                0 => list.sort_by(|a, b| a.n.cmp(&b.n)),
                1 => list.sort_by_key(|value| value.n % 10),
                2 => list.sort_by_cached_key(|value| value.n % 10),
                _ => list.sort_by(|a, b| b.n.cmp(&a.n)),
            }
            .unwrap();
            match how {
                0 => model.sort(),
                1 | 2 => model.sort_by_key(|n| n % 10),
                _ => model.sort_by(|a, b| b.cmp(a)),
            }
            if *how == 0 {
                for n in [0, 15, 31, 2000] {
                    let found = list.binary_search_by_key(&n, |value| value.n);
                    assert_eq!(found.is_ok(), model.contains(&n));
                    let at = model.partition_point(|&other| other < n);
                    assert_eq!(list.partition_point(|value| value.n < n), at);
                    assert!(found.map_or_else(|place| place == at, |place| model[place] == n));
                }
            }
        }
        Op::Reverse => {
            list.reverse();
            model.reverse();
        }
        Op::Rotate(left, k) => {
            if *left {
                list.rotate_left(*k)
            } else {
                list.rotate_right(*k)
            }
            if *left { model.rotate_left(k % len.max(1)) } else { model.rotate_right(k % len.max(1)) }
        }
        Op::Retain(by) => {
            list.retain(|value| value.n % by != 0);
            model.retain(|n| n % by != 0);
        }
        Op::ExtractIf(by) => {
            let picked = numbers(list.extract_if(|value| value.n % by == 1));
            assert_eq!(picked, model.extract_if(.., |n| *n % by == 1).collect::<Vec<_>>());
        }
        Op::Dedup(by) => {
            if *by == 1 {
                list.dedup()
            } else {
                list.dedup_by_key(|value| value.n / by)
            }
            model.dedup_by_key(|n| *n / by);
        }
        Op::RemoveItem(n) => {
            let place = model.iter().position(|other| other == n);
            assert_eq!(one(list.remove_item(n)), place.map(|place| model.remove(place)));
        }
        Op::Find(n) => {
            assert_eq!(list.index_of(n), model.iter().position(|other| other == n));
            assert_eq!(list.count(n), model.iter().filter(|&other| other == n).count());
            assert_eq!(list.contains(n), model.contains(n));
        }
        Op::Swap(a, b) if len != 0 => {
            list.swap(a % len, b % len);
            model.swap(a % len, b % len);
        }
        Op::SwapRemove(i) => {
            let i = near(*i);
            assert_eq!(one(list.swap_remove(i)), (i < len).then(|| model.swap_remove(i)));
        }
        Op::PopAt(i) => {
            let place = if *i < 0 { len.checked_sub(i.unsigned_abs()) } else { Some(*i as usize) };
            let place = place.filter(|&place| place < len);
            assert_eq!(one(list.pop_at(*i)), place.map(|place| model.remove(place)));
        }
        Op::PopFirst => assert_eq!(one(list.pop_first()), (len != 0).then(|| model.remove(0))),
        Op::CompareExchange(a, b, n) => {
            // The object at one index, expected at another.
            let (a, b) = (near(*a), near(*b));
            let Some(seen) = list.get(a) else { return };
            let same = list.get(b).is_some_and(|value| std::ptr::eq(value.as_ref(), seen.as_ref()));
            match list.compare_exchange(b, seen.as_ref(), tally.value(*n)) {
                Ok(old) => {
                    assert!(same && std::ptr::eq(old.as_ref(), seen.as_ref()));
                    model[b] = *n;
                }
                Err(refused) => {
                    assert!(!same && refused.new.as_ref().n == *n);
                    assert_eq!(one(refused.current), model.get(b).copied());
                }
            }
        }
        Op::Update(i, n) => {
            let old = list.update(near(*i), |value| tally.value(value.n + n));
            assert_eq!(one(old), model.get(near(*i)).copied());
            if let Some(value) = model.get_mut(near(*i)) {
                *value += n;
            }
        }
        Op::Locked(i, n) => critical_section(list, |section| {
            let view = list.locked(section);
            for (index, value) in view.iter().enumerate() {
                if value.n == *n {
                    drop(view.set(index, tally.value(n + 1)));
                    model[index] += 1;
                }
            }
            assert_eq!(view.get(near(*i)).map(|value| value.n), model.get(near(*i)).copied());
            assert_eq!((view.first(), view.last()), (view.get(0), view.iter().last()));
            view.push(tally.value(*n));
            model.push(*n);
        }),
        Op::Reserve(n) => {
            list.reserve(*n);
            assert!(list.capacity() >= len + n);
        }
        Op::Shrink => {
            list.shrink_to_fit();
            assert_eq!(list.capacity(), len);
        }
        Op::Derived(n) => {
            assert_eq!(list.repeat(*n), model.repeat(*n));
            let both = list.concat(list);
            assert_eq!(both, model.repeat(2));
            assert!(list.clone() == *list && (both == *list) == model.is_empty());
            assert!(
                list.clone().into_iter().rev().map(|value| value.as_ref().n).eq(model.iter().rev().copied())
            );
            assert_eq!(List::<P>::from(Vec::from(both)), list.repeat(2));
        }
        Op::BothEnds(pattern) => {
            let token = attach();
            let (mut borrowed, mut owned) = (list.iter(&token), list.iter_owned());
            let (mut of_list, mut expected) = (list.snapshot().into_iter(), model.iter());
            for step in 0..len + 2 {
                let (a, b, c, d) = match pattern >> (step % 64) & 1 {
                    0 => (borrowed.next(), owned.next(), of_list.next(), expected.next()),
                    _ => (borrowed.next_back(), owned.next_back(), of_list.next_back(), expected.next_back()),
                };
                let seen = (a.map(|a| a.n), one(b), one(c));
                assert_eq!(seen, (d.copied(), d.copied(), d.copied()));
                let hint = borrowed.size_hint().1.unwrap();
                assert!(hint >= expected.len());
            }
            for n in [0, 1, len / 2, len, len + 1] {
                assert_eq!(list.iter(&token).nth(n).map(|value| value.n), model.get(n).copied());
                assert!(list.iter(&token).skip(n).map(|value| &value.n).eq(model.iter().skip(n)));
            }
        }
        _ => {}
    }
}

/// How many objects are in the list, some perhaps more than once.
fn objects<P: Pointer>(list: &List<P>) -> usize {
    list.iter(&attach()).map(std::ptr::from_ref).collect::<HashSet<_>>().len()
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
        _ => whole_step(list, model, op, tally),
    }
    assert_eq!(list.len(), model.len());
}

pub(crate) fn case<P: Pointer>(setting: Setting, capacity: usize, segments: Segments<Op>) {
    run(setting, move |tally| {
        let list = List::<P>::with_capacity(capacity);
        let mut model = Vec::new();
        let mut token = setting.token.then(attach);
        for (ops, more) in segments {
            let mut kept = Kept::default();
            for op in &ops {
                step(&list, &mut model, op, tally, token.as_ref(), &mut kept);
                kept.check();
                assert!(!setting.is_prompt() || tally.living() == objects(&list), "destroyed at once");
            }
            setting.settle(&mut token);
            assert_eq!(tally.living(), objects(&list), "after a checkpoint");
            list.extend(more.iter().map(|&(_, n)| tally.value(n)));
            model.extend(more.iter().map(|&(_, n)| n));
            check(&list, &model);
            check(&list.snapshot().into_iter().collect::<List<P>>(), &model);
        }
    });
}
