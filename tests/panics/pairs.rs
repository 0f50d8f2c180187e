//! Operations on two containers.

use freethreaded::attach;

use super::items::{Call, Look};
use super::{TestDict, TestList, TestSet, on, on_with};

/// What comes under the lock in a write.
const EQ: &[Call] = &[Call::Eq];

#[test]
fn moves() {
    // By hand, so each half is there or done.
    on_with::<(TestDict, TestSet)>(EQ, &[1, 2, 0, 3], &[&[2, 0, 3], &[2, 0, 3, 1]], |(dict, set), t| {
        if let Some(value) = dict.remove(&Look(1)) {
            set.insert(t.item(value.n / 10));
        }
    });
    on_with::<(TestDict, TestDict)>(
        EQ,
        &[1, 2, 0, 2, 3],
        &[&[1, 2, 0, 2, 3, 1], &[1, 2, 0, 200, 3, 1]],
        |(a, b), t| {
            let cx = attach();
            for (key, value) in a.iter(&cx) {
                let n = if key.n == 2 { 2 } else { value.n };
                drop(b.insert(key.clone(), t.made(n)));
            }
        },
    );
}

#[test]
fn lists() {
    on::<(TestList, TestList)>(&[1, 2, 0, 3], &[&[1, 2, 0, 3, 5], &[1, 2, 3, 5, 0, 3, 5]], |(a, b), t| {
        b.push(t.made(5));
        a.extend_from_list(b);
    });
    on::<(TestList, TestList)>(&[1, 2, 0, 3], &[&[3, 0, 1, 2], &[0, 1, 2]], |(a, b), _| {
        a.swap_contents(b);
        a.clear();
    });
    on::<(TestList, TestList)>(&[1, 2, 0, 3], &[&[1, 2, 0, 3]], |(a, b), _| {
        let both = a.concat(b);
        _ = (both == *a, a.partial_cmp(b), both.repeat(2) == both);
    });
    on::<(TestList, TestList)>(&[1, 2, 0, 3], &[&[3, 2, 0, 3]], |(a, b), _| {
        drop(a.assign_slice_from_list(..1, b));
    });
}
