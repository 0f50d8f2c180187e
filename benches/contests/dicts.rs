//! `Dict` against maps, concurrent and not. Keys are `u64` and every map has the same fast hasher.
//!
//! Where values are read in place, the peers hold plain numbers and ours a pointer to one, since it holds nothing else. Where a
//! reference is taken, or a value made, everybody holds counted pointers.

use std::rc::Rc;
use std::sync::Arc;

use dashmap::DashMap;
use freethreaded::{Brc, Dict};
use hashbrown::HashMap;
use indexmap::IndexMap;
use parking_lot::{Mutex, RwLock};
use rustc_hash::FxBuildHasher;

use crate::Threads::{One, OneAndTwo};
use crate::collection::{Job, Operation, own, shared};
use crate::locked::{Alone, Global};
use crate::maps::SharedValue;
use crate::run::{Contest, Cost, Entrant, Goal, Issue};

type Hash<V> = HashMap<u64, V, FxBuildHasher>;
type Index<V> = IndexMap<u64, V, FxBuildHasher>;

/// Spread over all bits, so that no hasher profits from neighbours.
fn key(n: u64) -> u64 {
    (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn job(operation: Operation, entries: u64) -> Job {
    Job { operation, entries, key }
}

/// Ours, then the floors without a lock, the global lock, and the maps of values `V` that threads share.
fn entrants<V: SharedValue>(job: Job) -> Vec<Entrant> {
    let mut all = vec![shared::<Dict<u64, Brc<u64>, FxBuildHasher>>("Dict", job)];
    let numbers = size_of::<V>() == size_of::<u64>() && !std::mem::needs_drop::<V>();
    all.extend(if numbers {
        [
            own::<Alone<Hash<u64>>>("hashbrown", job),
            own::<Alone<Index<u64>>>("IndexMap", job),
            shared::<Global<Hash<u64>>>("global lock + hashbrown", job),
            shared::<Global<Index<u64>>>("global lock + IndexMap", job),
        ]
    } else {
        [
            own::<Alone<Hash<Rc<u64>>>>("hashbrown", job),
            own::<Alone<Index<Rc<u64>>>>("IndexMap", job),
            shared::<Global<Hash<Rc<u64>>>>("global lock + hashbrown", job),
            shared::<Global<Index<Rc<u64>>>>("global lock + IndexMap", job),
        ]
    });
    all.extend([
        shared::<Mutex<Hash<V>>>("Mutex<HashMap>", job),
        shared::<Mutex<Index<V>>>("Mutex<IndexMap>", job),
        shared::<RwLock<Hash<V>>>("RwLock<HashMap>", job),
        shared::<DashMap<u64, V, FxBuildHasher>>("DashMap", job),
        shared::<papaya::HashMap<u64, V, FxBuildHasher>>("papaya", job),
        shared::<scc::HashMap<u64, V, FxBuildHasher>>("scc::HashMap", job),
        shared::<scc::HashIndex<u64, V, FxBuildHasher>>("scc::HashIndex", job),
    ]);
    all
}

fn reads(id: &'static str, what: &'static str, entries: u64, goals: Vec<Goal>) -> Contest {
    let entrants = entrants::<u64>(job(Operation::Get, entries));
    Contest { id, what, per: 1, threads: OneAndTwo, entrants, goals }
}

/// Operations on objects: counted values everywhere.
fn objects(id: &'static str, what: &'static str, job: Job, goals: Vec<Goal>) -> Contest {
    Contest { id, what, per: 1, threads: OneAndTwo, entrants: entrants::<Arc<u64>>(job), goals }
}

fn hot() -> Contest {
    let mut entrants = entrants::<Arc<u64>>(job(Operation::HotCounted, 1000));
    let ours = |name, operation| shared::<Dict<u64, Brc<u64>, FxBuildHasher>>(name, job(operation, 1000));
    entrants[0] = ours("Dict, borrowed", Operation::Hot);
    entrants.insert(1, ours("Dict, counted", Operation::HotCounted));
    Contest {
        id: "dict/hot",
        what: "get of one hot key; ours borrowed, peers clone + drop",
        per: 1,
        threads: OneAndTwo,
        entrants,
        goals: vec![Issue::First.goal(Cost::Peer("global lock + hashbrown", 2), 1.0 / 1.5)],
    }
}

/// All contests of maps.
pub fn contests() -> Vec<Contest> {
    let first = |cost, limit| Issue::First.goal(cost, limit);
    let later = |cost, limit| Issue::Containers.goal(cost, limit);
    let ahead = Cost::EveryConcurrentPeer;
    vec![
        reads("dict/get/8", "get borrowed, 8 keys", 8, vec![]),
        reads(
            "dict/get/1000",
            "get borrowed, 1,000 keys",
            1000,
            vec![
                first(Cost::Peer("hashbrown", 1), 2.0),
                first(Cost::Scaling, 1.9),
                first(ahead(1), 1.0),
                first(ahead(2), 1.0),
                later(Cost::Peer("hashbrown", 1), 1.6),
            ],
        ),
        reads(
            "dict/get/1000000",
            "get borrowed, 10⁶ keys",
            1_000_000,
            vec![later(Cost::Peer("IndexMap", 1), 1.2), later(ahead(1), 1.0), later(ahead(2), 1.0)],
        ),
        objects(
            "dict/get-counted/1000",
            "get counted, 1,000 keys",
            job(Operation::GetCounted, 1000),
            vec![later(Cost::Peer("hashbrown", 1), 2.0)],
        ),
        hot(),
        objects(
            "dict/mix-95/1000",
            "95 % get borrowed, 5 % replace, 1,000 keys",
            job(Operation::Mix(20), 1000),
            vec![later(ahead(1), 1.0), later(ahead(2), 1.0)],
        ),
        objects(
            "dict/mix-50/1000",
            "50 % get borrowed, 50 % replace, 1,000 keys",
            job(Operation::Mix(2), 1000),
            vec![
                later(Cost::Peer("Mutex<IndexMap>", 1), 1.0),
                later(ahead(2), 1.0),
                later(Cost::Scaling, 1.7),
            ],
        ),
        objects(
            "dict/own-mix-50/1000",
            "50 % get, 50 % replace, a dict per thread",
            job(Operation::OwnMix(2), 1000),
            vec![
                later(Cost::Peer("IndexMap", 1), 1.6),
                later(Cost::Peer("global lock + IndexMap", 2), 1.0 / 1.3),
                later(Cost::Scaling, 1.95),
            ],
        ),
        objects(
            "dict/replace/1000",
            "replace a present key, 1,000 keys",
            job(Operation::Replace, 1000),
            vec![],
        ),
        Contest {
            id: "dict/grow/1000000",
            what: "insert growing to 10⁶ keys",
            per: 1_000_000,
            threads: One,
            entrants: entrants::<Arc<u64>>(job(Operation::Grow, 1_000_000)),
            goals: vec![later(Cost::Peer("Mutex<IndexMap>", 1), 1.2)],
        },
        Contest {
            id: "dict/iterate/1000000",
            what: "iterate, per entry of 10⁶",
            per: 1_000_000,
            threads: One,
            entrants: entrants::<u64>(job(Operation::Iterate, 1_000_000)),
            goals: vec![later(Cost::Peer("IndexMap", 1), 3.0), later(ahead(1), 1.0)],
        },
    ]
}
