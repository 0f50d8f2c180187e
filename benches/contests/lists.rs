//! `List` against arrays, concurrent and not. Values as for [`dicts`](crate::dicts).

use std::rc::Rc;
use std::sync::Arc;

use freethreaded::{Brc, List};
use parking_lot::{Mutex, RwLock};

use crate::Threads::{One, OneAndTwo};
use crate::collection::{Job, Operation, own, shared};
use crate::locked::{Alone, Global};
use crate::run::{Contest, Cost, Entrant, Goal, Issue};

fn job(operation: Operation, entries: u64) -> Job {
    Job { operation, entries, key: |n| n }
}

/// Arrays of numbers.
fn numbers(job: Job) -> Vec<Entrant> {
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

/// Arrays of objects.
fn objects(job: Job, append_only: bool) -> Vec<Entrant> {
    let mut all = vec![
        shared::<List<Brc<u64>>>("List", job),
        own::<Alone<Vec<Rc<u64>>>>("Vec", job),
        shared::<Global<Vec<Rc<u64>>>>("global lock + Vec", job),
        shared::<Mutex<Vec<Arc<u64>>>>("Mutex<Vec>", job),
        shared::<RwLock<Vec<Arc<u64>>>>("RwLock<Vec>", job),
    ];
    if append_only {
        all.push(shared::<boxcar::Vec<Arc<u64>>>("boxcar", job));
    }
    all
}

fn contest(id: &'static str, what: &'static str, entrants: Vec<Entrant>, goals: Vec<Goal>) -> Contest {
    Contest { id, what, per: 1, threads: OneAndTwo, entrants, goals }
}

/// All contests of arrays.
pub fn contests() -> Vec<Contest> {
    let first = |cost, limit| Issue::First.goal(cost, limit);
    let later = |cost, limit| Issue::Containers.goal(cost, limit);
    vec![
        contest(
            "list/get/1000",
            "get borrowed, 1,000 elements",
            numbers(job(Operation::Get, 1000)),
            vec![
                first(Cost::Peer("Vec", 1), 2.0),
                first(Cost::Scaling, 1.9),
                later(Cost::Peer("Vec", 1), 1.5),
            ],
        ),
        contest(
            "list/get-counted/1000",
            "get counted, 1,000 elements",
            objects(job(Operation::GetCounted, 1000), true),
            vec![],
        ),
        contest(
            "list/mix-50/1000",
            "50 % get borrowed, 50 % set, 1,000 elements",
            objects(job(Operation::Mix(2), 1000), false),
            vec![],
        ),
        contest(
            "list/own-mix-50/1000",
            "50 % get, 50 % set, a list per thread",
            objects(job(Operation::OwnMix(2), 1000), false),
            vec![
                later(Cost::Peer("Vec", 1), 1.6),
                later(Cost::Peer("global lock + Vec", 2), 1.0 / 1.3),
                later(Cost::Scaling, 1.95),
            ],
        ),
        contest(
            "list/set/1000",
            "set, 1,000 elements",
            objects(job(Operation::Replace, 1000), false),
            vec![later(Cost::Peer("Mutex<Vec>", 1), 1.0)],
        ),
        Contest {
            id: "list/push/500000",
            what: "push, to 5·10⁵ elements",
            per: 500_000,
            threads: One,
            entrants: objects(job(Operation::Grow, 500_000), true),
            goals: vec![later(Cost::Peer("Mutex<Vec>", 1), 1.2)],
        },
        Contest {
            id: "list/iterate/1000000",
            what: "iterate, per element of 10⁶",
            per: 1_000_000,
            threads: One,
            entrants: numbers(job(Operation::Iterate, 1_000_000)),
            goals: vec![later(Cost::Peer("Vec", 1), 2.0)],
        },
    ]
}
