//! `Dict` against maps, concurrent and not, with keys of `u64` and of `String`; every map has the same fast hasher.
//!
//! Where values are read in place, the peers hold plain numbers and ours a pointer to one, since it holds nothing else. Where a
//! reference is taken, or a value made, everybody holds counted pointers: `Rc` where one thread at a time counts, else `Arc`.

use std::rc::Rc;
use std::sync::Arc;

use dashmap::DashMap;
use freethreaded::{Brc, Dict};
use hashbrown::HashMap;
use indexmap::IndexMap;
use parking_lot::{Mutex, RwLock};
use rustc_hash::FxBuildHasher;

use crate::Threads::{OneAndTwo, UpToFour};
use crate::collection::{
    CAPACITY, Job, Key, LARGE, Mix, Operation, own, own_grow, own_mixed, shared, shared_grow, shared_mixed,
    small,
};
use crate::locked::{Alone, Global};
use crate::run::{Contest, Cost, Entrant, Goal, Issue, Work};

pub(crate) type Ours<K> = Dict<K, Brc<u64>, FxBuildHasher>;
pub(crate) type Hash<K, V> = HashMap<K, V, FxBuildHasher>;
pub(crate) type Index<K, V> = IndexMap<K, V, FxBuildHasher>;

/// The maps, ours first: the floors without a lock and those under the global lock hold `$alone`, the others `$shared`. What threads share is
/// made by `$together`, the floors by `$one`.
macro_rules! maps {
    ($one:ident, $together:ident, $key:ty, $alone:ty, $shared:ty, $($job:expr),+) => {
        vec![
            $together::<Ours<$key>>("Dict", $($job),+),
            $one::<Alone<Hash<$key, $alone>>>("hashbrown", $($job),+),
            $one::<Alone<Index<$key, $alone>>>("IndexMap", $($job),+),
            $together::<Global<Hash<$key, $alone>>>("global lock + hashbrown", $($job),+),
            $together::<Global<Index<$key, $alone>>>("global lock + IndexMap", $($job),+),
            $together::<Mutex<Hash<$key, $shared>>>("Mutex<HashMap>", $($job),+),
            $together::<Mutex<Index<$key, $shared>>>("Mutex<IndexMap>", $($job),+),
            $together::<RwLock<Hash<$key, $shared>>>("RwLock<HashMap>", $($job),+),
            $together::<DashMap<$key, $shared, FxBuildHasher>>("DashMap", $($job),+),
            $together::<papaya::HashMap<$key, $shared, FxBuildHasher>>("papaya", $($job),+),
            $together::<flurry::HashMap<$key, $shared, FxBuildHasher>>("flurry", $($job),+),
            $together::<scc::HashMap<$key, $shared, FxBuildHasher>>("scc::HashMap", $($job),+),
            $together::<scc::HashIndex<$key, $shared, FxBuildHasher>>("scc::HashIndex", $($job),+),
        ]
    };
}

fn job<K: Key>(operation: Operation, entries: u64) -> Job<K> {
    Job { operation, entries, key: K::nth }
}

/// Reading in place.
fn numbers<K: Key>(operation: Operation, entries: u64) -> Vec<Entrant> {
    maps!(own, shared, K, u64, u64, job(operation, entries))
}

/// Operations on objects: counted values everywhere.
fn objects<K: Key>(operation: Operation, entries: u64) -> Vec<Entrant> {
    maps!(own, shared, K, Rc<u64>, Arc<u64>, job(operation, entries))
}

/// A size and a kind of keys.
#[derive(Clone, Copy)]
struct Case {
    entries: u64,
    /// Of the keys; empty for numbers.
    keys: &'static str,
}

impl Case {
    fn id(self, operation: &str) -> String {
        format!("dict/{operation}/{}{}", self.entries, if self.keys.is_empty() { "" } else { "/string" })
    }

    fn what(self, operation: &str) -> String {
        let entries = match self.entries {
            1_000_000 => "10⁶".to_owned(),
            1000 => "1,000".to_owned(),
            other => other.to_string(),
        };
        format!("{operation}, {entries} {}keys", self.keys)
    }

    /// A thousand numbers: the case that says most.
    fn is_the_usual(self) -> bool {
        self.entries == 1000 && self.keys.is_empty()
    }

    fn contest(self, operation: &str, what: &str, entrants: Vec<Entrant>) -> Contest {
        let work = if self.entries >= LARGE { Work::TimedLarge } else { Work::Timed };
        Contest::new(self.id(operation), self.what(what), entrants).on(UpToFour).work(work)
    }
}

fn first(cost: Cost, limit: f64) -> Goal {
    Issue::First.goal(cost, limit)
}

fn later(cost: Cost, limit: f64) -> Goal {
    Issue::Containers.goal(cost, limit)
}

/// Ahead of every peer that threads share, on so many threads.
fn ahead(threads: &[usize]) -> Vec<Goal> {
    threads.iter().map(|threads| later(Cost::EveryConcurrentPeer(*threads), 1.0)).collect()
}

fn get<K: Key>(case: Case) -> Contest {
    let mut goals = ahead(&[1, 2, 4]);
    if case.is_the_usual() {
        goals.extend([
            first(Cost::Peer("hashbrown", 1), 2.0),
            first(Cost::Scaling, 1.9),
            first(Cost::EveryConcurrentPeer(1), 1.0),
            first(Cost::EveryConcurrentPeer(2), 1.0),
            later(Cost::Peer("hashbrown", 1), 1.6),
        ]);
    } else if case.entries >= LARGE && case.keys.is_empty() {
        goals.push(later(Cost::Peer("IndexMap", 1), 1.2));
    }
    let contest = case.contest("get", "get borrowed", numbers::<K>(Operation::Get, case.entries));
    contest.goals(goals).by_default(case.keys.is_empty() || case.entries == 1000)
}

fn get_counted<K: Key>(case: Case) -> Contest {
    let mut goals = ahead(&[1, 2, 4]);
    if case.is_the_usual() {
        goals.push(later(Cost::Peer("hashbrown", 1), 2.0));
    }
    let entrants = objects::<K>(Operation::GetCounted, case.entries);
    case.contest("get-counted", "get counted", entrants).goals(goals).by_default(case.is_the_usual())
}

/// One hot key. What is held is the same as in the contests of reading and of taking a reference.
fn hot<K: Key>(case: Case) -> [Contest; 2] {
    let ours = shared::<Ours<K>>("Dict, borrowed", job(Operation::Hot, case.entries));
    let mut borrowed = objects::<K>(Operation::HotCounted, case.entries);
    borrowed[0] = ours;
    let counted = objects::<K>(Operation::HotCounted, case.entries);
    let usual = case.is_the_usual();
    let lock = ["global lock + hashbrown", "global lock + IndexMap"];
    [
        case.contest("hot", "get of one hot key; ours borrowed, peers clone + drop", borrowed)
            .goals(if usual { vec![first(Cost::Peer(lock[0], 2), 1.0 / 1.5)] } else { Vec::new() })
            .by_default(usual),
        case.contest("hot-counted", "get of one hot key, clone + drop", counted)
            .goals(lock.map(|lock| later(Cost::Peer(lock, 2), 1.0)).to_vec())
            .by_default(usual),
    ]
}

fn mixes<K: Key>(case: Case) -> [Contest; 4] {
    let usual = case.is_the_usual();
    let objects = |operation| objects::<K>(operation, case.entries);
    let mut half = ahead(&[2, 4]);
    let mut own = Vec::new();
    if usual {
        half.extend([later(Cost::Peer("Mutex<IndexMap>", 1), 1.0), later(Cost::Scaling, 1.7)]);
        own = vec![
            later(Cost::Peer("IndexMap", 1), 1.6),
            later(Cost::Peer("global lock + IndexMap", 2), 1.0 / 1.3),
            later(Cost::Scaling, 1.95),
        ];
    }
    [
        case.contest("mix-95", "95 % get borrowed, 5 % replace", objects(Operation::Mix(20)))
            .goals(ahead(&[1, 2, 4]))
            .by_default(usual),
        case.contest("mix-50", "50 % get borrowed, 50 % replace", objects(Operation::Mix(2)))
            .goals(half)
            .by_default(usual),
        case.contest(
            "own-mix-50",
            "50 % get, 50 % replace, a dict per thread",
            objects(Operation::OwnMix(2)),
        )
        .goals(own)
        .by_default(usual),
        case.contest("replace", "replace a present key", objects(Operation::Replace)).by_default(usual),
    ]
}

fn grow<K: Key>(case: Case) -> Contest {
    let entrants = maps!(own_grow, shared_grow, K, Rc<u64>, Arc<u64>, case.entries, K::nth);
    let goal = later(Cost::Peer("Mutex<IndexMap>", 1), 1.2);
    let large = case.entries >= LARGE;
    Contest::new(case.id("grow"), case.what("insert growing from empty"), entrants)
        .on(UpToFour)
        .work(Work::Fixed(case.entries))
        .goals(if large { vec![goal] } else { Vec::new() })
        .by_default(large && case.keys.is_empty())
}

fn iterate<K: Key>(case: Case) -> Contest {
    let entrants = numbers::<K>(Operation::Iterate, case.entries);
    let mut goals = ahead(&[1, 2]);
    goals.push(later(Cost::Peer("IndexMap", 1), 3.0));
    let large = case.entries >= LARGE;
    let contest = case.contest("iterate", "iterate, per entry", entrants).per(case.entries).on(OneAndTwo);
    contest
        .work(if large { Work::Single } else { Work::Timed })
        .goals(goals)
        .by_default(case.keys.is_empty() && case.entries > 8)
}

fn of_keys<K: Key>(keys: &'static str) -> Vec<Contest> {
    let mut all = Vec::new();
    for entries in [8, 1000, 1_000_000] {
        let case = Case { entries, keys };
        all.extend([get::<K>(case), get_counted::<K>(case)]);
        all.extend(hot::<K>(case));
        all.extend(mixes::<K>(case));
        // Eight entries are made in less than two readings of the clock: see the small ones.
        if entries > 8 {
            all.push(grow::<K>(case));
        }
        all.push(iterate::<K>(case));
    }
    all
}

fn bustle<K: Key>(keys: &'static str, capacity: u64) -> Vec<Contest> {
    let contest = |mix: Mix| {
        let entrants = maps!(own_mixed, shared_mixed, K, Rc<u64>, Arc<u64>, (mix, capacity));
        let key = if keys.is_empty() { "" } else { "/string" };
        let of_keys = if keys.is_empty() { String::new() } else { format!(", {keys}keys") };
        Contest::new(format!("bustle/{}{key}", mix.name), format!("{}{of_keys}", mix.what), entrants)
            .on(UpToFour)
            .work(Work::Fixed(Mix::operations(capacity)))
            .by_default(keys.is_empty())
    };
    Mix::ALL.map(contest).into()
}

/// Collections of a few entries, against those that a program would take for them.
fn of_few_entries(many: u64) -> Vec<Contest> {
    let as_index_map =
        |goals: bool| if goals { vec![later(Cost::Peer("IndexMap", 1), 1.0)] } else { Vec::new() };
    let make = |entries: u64| {
        let entrants = vec![
            small::make::<Ours<u64>>("Dict", entries),
            small::make::<Alone<Hash<u64, Rc<u64>>>>("hashbrown", entries),
            small::make::<Alone<Index<u64, Rc<u64>>>>("IndexMap", entries),
            small::make::<Mutex<Hash<u64, Arc<u64>>>>("Mutex<HashMap>", entries),
            small::make::<Mutex<Index<u64, Arc<u64>>>>("Mutex<IndexMap>", entries),
        ];
        let what = format!("make a map, insert {entries}, drop it");
        Contest::new(format!("small/make/{entries}"), what, entrants).goals(as_index_map(entries > 1))
    };
    let get = |entries: u64| {
        let job = job::<u64>(Operation::Get, entries);
        let entrants = vec![
            shared::<Ours<u64>>("Dict", job),
            own::<Alone<Hash<u64, u64>>>("hashbrown", job),
            own::<Alone<Index<u64, u64>>>("IndexMap", job),
            shared::<Mutex<Hash<u64, u64>>>("Mutex<HashMap>", job),
            shared::<Mutex<Index<u64, u64>>>("Mutex<IndexMap>", job),
        ];
        let what = format!("get borrowed, {entries} entries");
        Contest::new(format!("small/get/{entries}"), what, entrants).goals(as_index_map(true))
    };
    let build = vec![
        small::many_build::<Ours<u64>>("Dict", many, 4),
        small::many_build::<Alone<Hash<u64, Rc<u64>>>>("hashbrown", many, 4),
        small::many_build::<Alone<Index<u64, Rc<u64>>>>("IndexMap", many, 4),
        small::many_build::<Mutex<Hash<u64, Arc<u64>>>>("Mutex<HashMap>", many, 4),
        small::many_build::<Mutex<Index<u64, Arc<u64>>>>("Mutex<IndexMap>", many, 4),
    ];
    let read = vec![
        small::many_get::<Ours<u64>>("Dict", many, 4),
        small::many_get::<Alone<Hash<u64, Rc<u64>>>>("hashbrown", many, 4),
        small::many_get::<Alone<Index<u64, Rc<u64>>>>("IndexMap", many, 4),
        small::many_get::<Mutex<Hash<u64, Arc<u64>>>>("Mutex<HashMap>", many, 4),
        small::many_get::<Mutex<Index<u64, Arc<u64>>>>("Mutex<IndexMap>", many, 4),
    ];
    vec![
        make(1),
        make(4),
        make(8),
        get(4),
        get(8),
        Contest::new("small/many-build", "build 10⁵ maps of 4 entries, per map", build)
            .per(many)
            .work(Work::Single)
            .goals(as_index_map(true)),
        Contest::new("small/many-get", "get borrowed, any of 10⁵ maps of 4 entries", read)
            .work(Work::TimedLarge)
            .goals(as_index_map(true)),
    ]
}

/// The mixes of *bustle* in maps of about half so many entries, and the small maps, of which there are so many.
pub fn of_sizes(capacity: u64, many: u64) -> Vec<Contest> {
    [bustle::<u64>("", capacity), bustle::<String>("string ", capacity), of_few_entries(many)]
        .into_iter()
        .flatten()
        .collect()
}

/// All contests of maps.
pub fn contests() -> Vec<Contest> {
    [of_keys::<u64>(""), of_keys::<String>("string "), of_sizes(CAPACITY, 100_000)]
        .into_iter()
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collection::{Map, with_entries};

    /// What every entrant must do for its figures to be of the same work.
    fn behaves<C: Map>(name: &'static str, entries: u64) {
        let c: C = with_entries(0..entries, C::Key::nth);
        let key = C::Key::nth;
        let hold = c.hold();
        for n in 0..entries {
            assert_eq!((c.get(&hold, &key(n)), c.get_counted(&hold, &key(n))), (n, n), "{name}");
        }
        let sum = entries * (entries - 1) / 2;
        assert_eq!(c.sum(&hold), sum, "{name}");
        c.replace(&hold, &key(3), 1000);
        c.update(&hold, &key(4), 2000);
        c.update(&hold, &key(entries), 9);
        assert_eq!(c.sum(&hold), sum + 1000 - 3 + 2000 - 4, "{name}: an update adds nothing");
        c.remove(&hold, &key(5));
        c.remove(&hold, &key(entries));
        assert_eq!(c.get(&hold, &key(5)), 0, "{name}");
        assert_eq!(c.sum(&hold), sum + 1000 - 3 + 2000 - 4 - 5, "{name}");
        c.add(&hold, key(5), 6);
        assert_eq!(c.get(&hold, &key(5)), 6, "{name}");
    }

    #[test]
    fn all_maps_do_the_same() {
        let entrants: Vec<()> = maps!(behaves, behaves, u64, u64, u64, 100);
        assert_eq!(entrants.len(), 13);
        let _: Vec<()> = maps!(behaves, behaves, u64, Rc<u64>, Arc<u64>, 100);
        let _: Vec<()> = maps!(behaves, behaves, String, u64, u64, 100);
        let _: Vec<()> = maps!(behaves, behaves, String, Rc<u64>, Arc<u64>, 100);
    }

    #[test]
    fn ours_is_the_first_and_goals_name_a_peer_that_is_there() {
        for contest in contests().iter().chain(&crate::lists::contests()) {
            let first = contest.entrants[0].name;
            assert!(first.starts_with("Dict") || first == "List", "{}: {first}", contest.id);
            for goal in &contest.goals {
                let Cost::Peer(name, threads) = goal.cost else { continue };
                let entrant = contest.entrants.iter().find(|entrant| entrant.name == name);
                assert!(entrant.is_some_and(|e| threads == 1 || e.concurrent), "{}: {name}", contest.id);
                assert!(threads == 1 || contest.threads != crate::Threads::One, "{}: {name}", contest.id);
            }
        }
    }

    #[test]
    fn no_two_contests_have_one_name() {
        let mut ids: Vec<String> = crate::all().into_iter().map(|contest| contest.id).collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
