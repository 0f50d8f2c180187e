//! The operations of `List`.

use super::{TestList, inject, on};

const FOUR: &[u32] = &[1, 2, 3, 4];

#[test]
fn reads() {
    on::<TestList>(FOUR, &[FOUR], |l, _| _ = l.contains(&7) | l.contains(&2));
    on::<TestList>(FOUR, &[FOUR], |l, _| drop(format!("{l:?}")));
    on::<TestList>(FOUR, &[FOUR], |l, t| drop(l.set(4, t.made(9))));
}

#[test]
fn writes() {
    on::<TestList>(FOUR, &[&[1, 2, 3, 4, 5]], |l, t| l.push(t.made(5)));
    on::<TestList>(FOUR, &[&[5, 1, 2, 3, 4]], |l, t| l.insert(0, t.made(5)));
    on::<TestList>(FOUR, &[&[1, 9, 3, 4]], |l, t| drop(l.set(1, t.made(9))));
    on::<TestList>(FOUR, &[&[1, 2, 3]], |l, _| drop(l.pop()));
    on::<TestList>(FOUR, &[&[2, 3, 4]], |l, _| drop(l.remove(0)));
    on::<TestList>(FOUR, &[&[1]], |l, _| l.truncate(1));
}

#[test]
fn wholes() {
    on::<TestList>(FOUR, &[&[]], |l, _| l.clear());
    inject::<TestList>(&[1], &[&[1, 2], &[1, 2, 3]], |l, t| {
        l.as_mut().expect("there is one").extend((2..4).map(|n| t.made(n)))
    });
    inject::<TestList>(FOUR, &[&[]], |l, _| drop(l.take()));
    inject::<TestList>(&[], &[&[1, 2]], |l, t| *l = Some((1..3).map(|n| t.made(n)).collect()));
}
