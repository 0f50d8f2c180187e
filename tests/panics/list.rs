//! The operations of `List`.

use freethreaded::collections::Slice;

use super::items::{Call, called};
use super::{TestList, inject, on, on_with};

const FOUR: &[u32] = &[1, 2, 3, 4];

/// Every other element.
fn even() -> Slice {
    Slice::new(None, None, Some(2)).unwrap()
}

#[test]
fn reads() {
    on::<TestList>(FOUR, &[FOUR], |l, _| _ = l.contains(&7) | l.contains(&2));
    on::<TestList>(FOUR, &[FOUR], |l, _| _ = (l.index_of(&3), l.count(&3)));
    on::<TestList>(FOUR, &[FOUR], |l, t| _ = l.binary_search(&t.item(3)));
    on::<TestList>(FOUR, &[FOUR], |l, _| _ = l.partition_point(|item| (called(Call::Closure), item.n < 3).1));
    on::<TestList>(FOUR, &[FOUR], |l, _| drop(format!("{l:?}")));
    on::<TestList>(FOUR, &[FOUR], |l, t| drop(l.set(4, t.made(9))));
    on::<TestList>(FOUR, &[FOUR], |l, _| _ = *l == l.clone() && *l == [1, 2, 3, 4]);
    on::<TestList>(FOUR, &[FOUR], |l, _| _ = l.cmp(l));
}

#[test]
fn writes() {
    on::<TestList>(FOUR, &[&[1, 2, 3, 4, 5]], |l, t| l.push(t.made(5)));
    on::<TestList>(FOUR, &[&[5, 1, 2, 3, 4]], |l, t| l.insert(0, t.made(5)));
    on::<TestList>(FOUR, &[&[1, 9, 3, 4]], |l, t| drop(l.set(1, t.made(9))));
    on::<TestList>(FOUR, &[&[1, 2, 3]], |l, _| drop(l.pop()));
    on::<TestList>(FOUR, &[&[2, 3, 4]], |l, _| drop(l.remove(0)));
    on::<TestList>(FOUR, &[&[1]], |l, _| l.truncate(1));
    on::<TestList>(FOUR, &[&[2, 3, 4]], |l, _| drop(l.pop_first()));
    on::<TestList>(FOUR, &[&[1, 2, 4]], |l, _| drop(l.pop_at(-2)));
    on::<TestList>(FOUR, &[&[4, 2, 3]], |l, _| drop(l.swap_remove(0)));
    on::<TestList>(FOUR, &[&[8, 2, 3, 4]], |l, t| {
        if let Some(seen) = l.get(0) {
            drop(l.compare_exchange(0, &seen, t.made(8)));
        }
    });
    on::<TestList>(FOUR, &[FOUR], |l, t| drop(l.compare_exchange(0, &t.item(1), t.made(8))));
    // What `into` was given is dropped where it unwinds.
    on_with::<TestList>(&[Call::Into, Call::Closure, Call::Drop], FOUR, &[&[1, 9, 3, 4]], |l, t| {
        drop(l.update(1, |_| (called(Call::Closure), t.made(9)).1));
    });
}

#[test]
fn wholes() {
    on::<TestList>(FOUR, &[&[]], |l, _| l.clear());
    on::<TestList>(&[1], &[&[1, 2, 3]], |l, t| l.extend((2..4).map(|n| t.made(n))));
    inject::<TestList>(FOUR, &[&[]], |l, _| drop(l.take()));
    inject::<TestList>(FOUR, &[&[]], |l, _| {
        if let Some(list) = l.take() {
            let mut elements = list.into_iter();
            drop(elements.next_back());
        }
    });
    inject::<TestList>(&[], &[&[1, 2]], |l, t| *l = Some((1..3).map(|n| t.made(n)).collect()));
    on::<TestList>(FOUR, &[&[]], |l, _| drop(l.take_all()));
    on::<TestList>(FOUR, &[&[5, 6]], |l, t| drop(l.replace_all((5..7).map(|n| t.made(n)))));
    on::<TestList>(FOUR, &[&[9, 9, 9, 9]], |l, t| l.fill(t.made(9)));
    on::<TestList>(FOUR, &[&[1, 2, 3, 4, 1, 2, 3, 4, 5]], |l, t| {
        l.extend([t.made(5)]);
        drop(l.assign_slice_from_list(0..0, &l.slice(..4)));
    });
}

#[test]
fn slices() {
    on::<TestList>(FOUR, &[&[1, 5, 6, 7, 4]], |l, t| drop(l.splice(1..3, (5..8).map(|n| t.made(n)))));
    on::<TestList>(FOUR, &[&[1, 4]], |l, _| drop(l.drain(1..3)));
    on::<TestList>(FOUR, &[&[1, 2]], |l, _| drop(l.remove_slice(2..)));
    on::<TestList>(FOUR, &[&[2, 4]], |l, _| drop(l.remove_slice(even())));
    on::<TestList>(FOUR, &[&[5, 2, 6, 4]], |l, t| drop(l.assign_slice(even(), (5..7).map(|n| t.made(n)))));
    on::<TestList>(FOUR, &[FOUR], |l, t| drop(l.assign_slice(even(), (5..8).map(|n| t.made(n)))));
    on::<TestList>(FOUR, &[&[1, 1, 4]], |l, _| drop(l.assign_slice_from_list(1..3, &l.slice(..1))));
}

#[test]
fn what_asks_the_users_code() {
    const MIXED: &[u32] = &[3, 1, 4, 2];
    const CLOSURE: &[Call] = &[Call::Closure];
    on_with::<TestList>(&[Call::Ord], MIXED, &[FOUR], |l, _| _ = l.sort());
    on_with::<TestList>(CLOSURE, MIXED, &[&[4, 3, 2, 1]], |l, _| {
        _ = l.sort_by(|a, b| (called(Call::Closure), b.n.cmp(&a.n)).1);
    });
    on_with::<TestList>(CLOSURE, MIXED, &[&[4, 2, 3, 1]], |l, _| {
        _ = l.sort_by_key(|item| (called(Call::Closure), item.n % 2).1);
    });
    on_with::<TestList>(CLOSURE, MIXED, &[&[4, 2, 3, 1]], |l, _| {
        _ = l.sort_by_cached_key(|item| (called(Call::Closure), item.n % 2).1);
    });
    on_with::<TestList>(CLOSURE, MIXED, &[&[3, 1]], |l, _| {
        l.retain(|item| (called(Call::Closure), item.n % 2 == 1).1);
    });
    on_with::<TestList>(CLOSURE, MIXED, &[&[3, 1]], |l, _| {
        drop(l.extract_if(|item| (called(Call::Closure), item.n % 2 == 0).1));
    });
    on_with::<TestList>(&[Call::Eq], &[1, 1, 2, 2, 1], &[&[1, 2, 1]], |l, _| l.dedup());
    on_with::<TestList>(CLOSURE, &[1, 1, 2, 3], &[&[1, 2]], |l, _| {
        l.dedup_by_key(|item| (called(Call::Closure), item.n / 2).1);
    });
    on_with::<TestList>(&[Call::Eq], MIXED, &[&[3, 1, 2]], |l, _| drop(l.remove_item(&4)));
}
