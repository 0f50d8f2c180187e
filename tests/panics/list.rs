//! The operations of `List`.

use std::cmp::Reverse;

use freethreaded::collections::Slice;
use freethreaded::{Brc, attach, critical_section};

use super::items::{Call, Item, called};
use super::{TestList, inject, on, on_with};

const FOUR: &[u32] = &[1, 2, 3, 4];

/// Comparators and closures come under the lock where the answer is about what is there.
const CLOSURE: &[Call] = &[Call::Closure];
const EQ: &[Call] = &[Call::Eq];
const ORD: &[Call] = &[Call::Ord];

fn slice(start: isize, stop: isize, step: isize) -> Slice {
    Slice::new(Some(start), Some(stop), Some(step)).expect("a step")
}

/// A closure's answer.
fn says<T>(answer: T) -> T {
    called(Call::Closure);
    answer
}

#[test]
fn reads() {
    on::<TestList>(FOUR, &[FOUR], |l, _| _ = l.contains(&7) | l.contains(&2));
    on::<TestList>(FOUR, &[FOUR], |l, _| _ = l.index_of(&3));
    on::<TestList>(FOUR, &[FOUR], |l, _| _ = l.count(&3));
    on::<TestList>(FOUR, &[FOUR], |l, t| _ = l.binary_search(&t.item(3)));
    on::<TestList>(FOUR, &[FOUR], |l, _| _ = l.binary_search_by(|n| says(n.n.cmp(&3))));
    on::<TestList>(FOUR, &[FOUR], |l, _| _ = l.binary_search_by_key(&3, |n| says(n.n)));
    on::<TestList>(FOUR, &[FOUR], |l, _| _ = l.partition_point(|n| says(n.n < 3)));
    on::<TestList>(FOUR, &[FOUR], |l, _| drop(format!("{l:?}")));
    on::<TestList>(FOUR, &[FOUR], |l, t| _ = *l == [1, 2, 3, 4].map(|n| t.item(n)));
    on::<TestList>(FOUR, &[FOUR], |l, _| drop((l.slice(1..3), l.repeat(2), l.clone(), says(l.snapshot()))));
    on::<TestList>(FOUR, &[FOUR], |l, t| drop(l.set(4, t.made(9))));
    on::<TestList>(FOUR, &[FOUR], |l, _| _ = l.cmp(l));
    on_with::<TestList>(CLOSURE, FOUR, &[FOUR], |l, _| {
        critical_section(l, |section| _ = says(l.locked(section).get(1)));
    });
}

#[test]
fn writes() {
    on::<TestList>(FOUR, &[&[1, 2, 3, 4, 5]], |l, t| l.push(t.made(5)));
    on::<TestList>(FOUR, &[&[5, 1, 2, 3, 4]], |l, t| l.insert(0, t.made(5)));
    on::<TestList>(FOUR, &[&[1, 9, 3, 4]], |l, t| drop(l.set(1, t.made(9))));
    on::<TestList>(FOUR, &[&[1, 9, 3, 4]], |l, t| {
        let cx = attach();
        let Some(current) = l.get_ref(1, &cx) else { return };
        drop(l.compare_exchange(1, current, t.made(9)));
    });
    on::<TestList>(FOUR, &[FOUR], |l, t| drop(l.compare_exchange(1, &t.item(2), t.made(9))));
    // The conversion belongs to the closure, and drops what it does not convert if it panics.
    on_with::<TestList>(&[Call::Closure, Call::Into, Call::Drop], FOUR, &[&[1, 9, 3, 4]], |l, t| {
        drop(l.update(1, |_| says(t.made(9))));
    });
    on::<TestList>(FOUR, &[&[1, 2, 3]], |l, _| drop(l.pop()));
    on::<TestList>(FOUR, &[&[2, 3, 4]], |l, _| drop(l.remove(0)));
    on::<TestList>(FOUR, &[&[2, 3, 4]], |l, _| drop(l.pop_first()));
    on::<TestList>(FOUR, &[&[1, 2, 4]], |l, _| drop(l.pop_at(-2)));
    on::<TestList>(FOUR, &[&[4, 2, 3]], |l, _| drop(l.swap_remove(0)));
    on_with::<TestList>(EQ, FOUR, &[&[1, 2, 4]], |l, _| drop(l.remove_item(&3)));
    on_with::<TestList>(EQ, FOUR, &[FOUR], |l, _| drop(l.remove_item(&7)));
    on::<TestList>(FOUR, &[&[1]], |l, _| l.truncate(1));
}

#[test]
fn slices() {
    on::<TestList>(FOUR, &[&[1, 4]], |l, _| drop(l.remove_slice(1..3)));
    on::<TestList>(FOUR, &[&[1, 3]], |l, _| drop(l.remove_slice(slice(-1, 0, -2))));
    on::<TestList>(FOUR, &[&[1, 8, 9, 7, 4]], |l, t| {
        drop(l.assign_slice(1..3, [8, 9, 7].map(|n| t.made(n))))
    });
    on::<TestList>(FOUR, &[&[1, 9, 3, 8]], |l, t| {
        drop(l.assign_slice(slice(-1, 0, -2), [8, 9].map(|n| t.made(n))))
    });
    on::<TestList>(FOUR, &[FOUR], |l, t| drop(l.assign_slice(slice(0, 4, 2), [8].map(|n| t.made(n)))));
    on::<TestList>(FOUR, &[&[1, 1, 2, 3, 4, 4]], |l, t| drop((l.assign_slice_from_list(1..3, l), t.item(0))));
    on::<TestList>(FOUR, &[&[7, 8, 9, 4]], |l, t| drop(l.splice(..3, [7, 8, 9].map(|n| t.made(n)))));
    on::<TestList>(FOUR, &[&[1, 4]], |l, _| drop(l.drain(1..3)));
}

#[test]
fn orders() {
    const MIXED: &[u32] = &[3, 1, 4, 2];
    on_with::<TestList>(ORD, MIXED, &[FOUR], |l, _| _ = l.sort());
    on_with::<TestList>(CLOSURE, MIXED, &[&[4, 3, 2, 1]], |l, _| _ = l.sort_by(|a, b| says(b.n.cmp(&a.n))));
    on_with::<TestList>(CLOSURE, MIXED, &[&[4, 2, 3, 1]], |l, _| {
        _ = l.sort_by_key(|n| says((n.n % 2, Reverse(n.n))))
    });
    on_with::<TestList>(CLOSURE, MIXED, &[FOUR], |l, _| _ = l.sort_by_cached_key(|n| says(n.n)));
    on::<TestList>(FOUR, &[&[4, 3, 2, 1]], |l, t| says((l.reverse(), drop(t.item(0))).0));
    on::<TestList>(FOUR, &[&[3, 4, 1, 2]], |l, _| says((l.rotate_left(1), l.rotate_right(3)).0));
    on::<TestList>(FOUR, &[&[4, 2, 3, 1]], |l, _| {
        says(critical_section(l, |_| {
            if l.len() > 3 {
                l.swap(0, 3)
            }
        }));
    });
}

#[test]
fn filters() {
    on_with::<TestList>(CLOSURE, FOUR, &[&[1, 3]], |l, _| l.retain(|n| says(n.n % 2 == 1)));
    on_with::<TestList>(CLOSURE, FOUR, &[&[2, 4]], |l, _| drop(l.extract_if(|n| says(n.n % 2 == 1))));
    on_with::<TestList>(EQ, &[1, 1, 2, 2, 1], &[&[1, 2, 1]], |l, _| l.dedup());
    on_with::<TestList>(CLOSURE, FOUR, &[&[1, 2, 4]], |l, _| l.dedup_by_key(|n| says(n.n / 2)));
    on_with::<TestList>(CLOSURE, FOUR, &[&[1, 3]], |l, _| l.dedup_by(|a, b| says(a.n == b.n + 1)));
}

#[test]
fn wholes() {
    on::<TestList>(FOUR, &[&[]], |l, _| l.clear());
    on::<TestList>(FOUR, &[&[]], |l, _| drop(l.take_all()));
    on::<TestList>(FOUR, &[&[7, 8]], |l, t| drop(l.replace_all([7, 8].map(|n| t.made(n)))));
    on::<TestList>(FOUR, &[&[9, 9, 9, 9]], |l, t| l.fill(t.made(9)));
    on::<TestList>(&[1], &[&[1, 2, 3]], |l, t| l.extend((2..4).map(|n| says(t.made(n)))));
    on::<TestList>(&[1, 2], &[&[1, 2, 1, 2]], |l, t| says((l.extend_from_list(l), drop(t.item(0))).0));
    on::<TestList>(FOUR, &[FOUR], |l, _| says((l.reserve(100), l.shrink_to_fit()).0));
    inject::<TestList>(FOUR, &[&[]], |l, _| drop(l.take()));
    inject::<TestList>(FOUR, &[&[]], |l, _| l.take().expect("there is one").into_iter().for_each(drop));
    inject::<TestList>(FOUR, &[&[]], |l, _| {
        let mut elements = l.take().expect("there is one").into_iter();
        drop(elements.next_back());
        drop(elements);
    });
    inject::<TestList>(FOUR, &[&[]], |l, _| drop(l.take().map(Vec::<Brc<Item>>::from)));
    inject::<TestList>(&[], &[&[1, 2]], |l, t| *l = Some((1..3).map(|n| t.made(n)).collect()));
}
