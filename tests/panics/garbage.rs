//! Destructors that panic in an operation that has nothing to do with them.

use freethreaded::collect;

use super::common::isolated;
use super::items::{Call, Look, Tally, panics_at};
use super::{Company, TestDict, TestList, TestSet};

/// With others there, an operation may destroy at its end what earlier ones removed. What it returns is not lost if that panics.
#[test]
fn destructors_of_older_garbage() {
    isolated(|| {
        let _company = Company::come();
        let tally = Tally::default();
        let (dict, set, list) = (TestDict::default(), TestSet::default(), TestList::new());
        let operations: [&dyn Fn(u32); 7] = [
            &|n| drop(dict.insert(tally.item(n), tally.made(1))),
            &|n| drop(dict.replace(&Look(n), tally.made(2)).map_err(drop)),
            &|n| drop(dict.remove(&Look(n))),
            &|n| _ = set.insert(tally.item(n + 200)) || set.remove(&Look(n)),
            &|n| _ = set.remove(&Look(n)),
            &|n| drop(list.set(n as usize, tally.made(3))),
            &|_| drop(list.pop()),
        ];
        let mut panics = 0;
        for operation in operations {
            (0..150).for_each(|n| drop(dict.insert(tally.item(n), tally.made(n))));
            (0..150).for_each(|n| _ = set.insert(tally.item(n)));
            (0..150).for_each(|n| list.push(tally.made(n)));
            // Something older for every operation to come across.
            (0..150).for_each(|n| drop(dict.insert(tally.item(n), tally.made(n))));
            // The own drop of what is returned takes every other turn.
            for n in 0..100 {
                panics += u32::from(panics_at(Call::Drop, 1 + n % 2 * 40, || operation(n)));
            }
            dict.clear();
            set.clear();
            list.clear();
            collect();
            assert_eq!(tally.living(), 0, "leaked");
        }
        assert!(panics > 0);
    });
}
