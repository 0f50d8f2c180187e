//! `List` against arrays, concurrent and not. Values as for [`dicts`](crate::dicts).

use std::rc::Rc;
use std::sync::Arc;

use freethreaded::{Brc, List};
use parking_lot::{Mutex, RwLock};

use crate::Threads::{OneAndTwo, UpToFour};
use crate::collection::{
    Change, Job, Operation, own, own_changed, own_grow, shared, shared_changed, shared_grow, sorted,
};
use crate::locked::{Alone, Global};
use crate::run::{Contest, Cost, Entrant, Goal, Issue, Work};

fn job(operation: Operation, entries: u64) -> Job<u64> {
    Job { operation, entries, key: |n| n }
}

/// Arrays of numbers.
fn numbers(job: Job<u64>) -> Vec<Entrant> {
    vec![
        shared::<List<Brc<u64>>>("List", job),
        own::<Alone<Vec<u64>>>("Vec", job),
        own::<Alone<Vec<Rc<u64>>>>("Vec of Rc", job),
        shared::<Global<Vec<u64>>>("global lock + Vec", job),
        shared::<Mutex<Vec<u64>>>("Mutex<Vec>", job),
        shared::<RwLock<Vec<u64>>>("RwLock<Vec>", job),
        shared::<boxcar::Vec<u64>>("boxcar", job),
    ]
}

/// Arrays of objects, made by `$one` and `$together`.
macro_rules! objects {
    ($one:ident, $together:ident, $($job:expr),+) => {
        vec![
            $together::<List<Brc<u64>>>("List", $($job),+),
            $one::<Alone<Vec<Rc<u64>>>>("Vec", $($job),+),
            $together::<Global<Vec<Rc<u64>>>>("global lock + Vec", $($job),+),
            $together::<Mutex<Vec<Arc<u64>>>>("Mutex<Vec>", $($job),+),
            $together::<RwLock<Vec<Arc<u64>>>>("RwLock<Vec>", $($job),+),
        ]
    };
}

fn first(cost: Cost, limit: f64) -> Goal {
    Issue::First.goal(cost, limit)
}

fn later(cost: Cost, limit: f64) -> Goal {
    Issue::Containers.goal(cost, limit)
}

/// Reads, and replacements in place.
fn in_place() -> Vec<Contest> {
    let on_objects = |operation| objects!(own, shared, job(operation, 1000));
    let mut counted = on_objects(Operation::GetCounted);
    counted.push(shared::<boxcar::Vec<Arc<u64>>>("boxcar", job(Operation::GetCounted, 1000)));
    vec![
        Contest::new("list/get/1000", "get borrowed, 1,000 elements", numbers(job(Operation::Get, 1000)))
            .on(UpToFour)
            .goals(vec![
                first(Cost::Peer("Vec", 1), 2.0),
                first(Cost::Scaling, 1.9),
                later(Cost::Peer("Vec", 1), 1.5),
            ]),
        Contest::new("list/get-counted/1000", "get counted, 1,000 elements", counted).on(UpToFour),
        Contest::new(
            "list/mix-95/1000",
            "95 % get borrowed, 5 % set, 1,000 elements",
            on_objects(Operation::Mix(20)),
        )
        .on(UpToFour),
        Contest::new(
            "list/mix-50/1000",
            "50 % get borrowed, 50 % set, 1,000 elements",
            on_objects(Operation::Mix(2)),
        )
        .on(UpToFour),
        Contest::new(
            "list/own-mix-50/1000",
            "50 % get, 50 % set, a list per thread",
            on_objects(Operation::OwnMix(2)),
        )
        .on(UpToFour)
        .goals(vec![
            later(Cost::Peer("Vec", 1), 1.6),
            later(Cost::Peer("global lock + Vec", 2), 1.0 / 1.3),
            later(Cost::Scaling, 1.95),
        ]),
        Contest::new("list/set/1000", "set, 1,000 elements", on_objects(Operation::Replace))
            .on(OneAndTwo)
            .goals(vec![later(Cost::Peer("Mutex<Vec>", 1), 1.0)]),
    ]
}

/// What makes a list longer or shorter.
fn changes() -> Vec<Contest> {
    const PUSHES: u64 = 500_000;
    let key = |n| n;
    let mut push = objects!(own_grow, shared_grow, PUSHES, key);
    push.push(shared_grow::<boxcar::Vec<Arc<u64>>>("boxcar", PUSHES, key));
    const SORTED: u64 = 100_000;
    let pairs = |change| objects!(own_changed, shared_changed, change, 1000);
    vec![
        Contest::new("list/push/500000", "push, to 5·10⁵ elements", push)
            .on(OneAndTwo)
            .work(Work::Fixed(PUSHES))
            .goals(vec![later(Cost::Peer("Mutex<Vec>", 1), 1.2)]),
        Contest::new("list/push-pop/1000", "push + pop, 1,000 elements", pairs(Change::PushPop))
            .on(OneAndTwo),
        Contest::new(
            "list/middle/1000",
            "insert in the middle + remove there, 1,000 elements",
            pairs(Change::Middle),
        )
        .on(OneAndTwo),
        Contest::new("list/sort/100000", "sort, per element of 10⁵", objects!(sorted, sorted, SORTED))
            .per(SORTED)
            .work(Work::Single),
    ]
}

/// All contests of arrays.
pub fn contests() -> Vec<Contest> {
    let iterate = Contest::new(
        "list/iterate/1000000",
        "iterate, per element of 10⁶",
        numbers(job(Operation::Iterate, 1_000_000)),
    )
    .per(1_000_000)
    .work(Work::Single)
    .goals(vec![later(Cost::Peer("Vec", 1), 2.0)]);
    in_place().into_iter().chain(changes()).chain([iterate]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collection::{Sequence, with_entries};

    fn behaves<C: Sequence>(name: &'static str, entries: u64) {
        let c: C = with_entries(0..entries, |n| n);
        let hold = c.hold();
        c.insert_at(&hold, 2, 500);
        let begin: Vec<u64> = (0..4).map(|place| c.get(&hold, &place)).collect();
        assert_eq!(begin, [0, 1, 500, 2], "{name}");
        c.remove_at(&hold, 2);
        c.replace(&hold, &3, 1000);
        c.add(&hold, 0, 7);
        assert_eq!((c.get(&hold, &3), c.get_counted(&hold, &entries)), (1000, 7), "{name}");
        c.pop(&hold);
        assert_eq!(c.sum(&hold), entries * (entries - 1) / 2 + 1000 - 3, "{name}");
        c.sort(&hold);
        let end = [2, entries - 2, entries - 1].map(|place| c.get(&hold, &place));
        assert_eq!(end, [2, entries - 1, 1000], "{name}");
    }

    #[test]
    fn all_lists_do_the_same() {
        let entrants: Vec<()> = objects!(behaves, behaves, 100);
        assert_eq!(entrants.len(), 5);
    }
}
