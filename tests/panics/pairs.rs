//! Operations on two containers.

use freethreaded::attach;

use super::items::{Call, Look};
use super::{TestDict, TestSet, on_with};

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
