//! Persistent collections of `rpds` and `imbl` over one kind of pointer after another: what a count costs in a program that does
//! little else. Every change of such a collection copies a path of nodes and clones the pointers to all that hangs on it; every version
//! that is given up drops them again.

mod structures;

use std::collections::VecDeque;
use std::hint::black_box;

use archery::{ArcK, ArcTK, RcK, SharedPointerKind};
use freethreaded::refcount::BrcK;

use self::structures::{
    HashTrieMap, ImblOrdMap, ImblVector, RedBlackTreeMap, RpdsList, RpdsVector, Structure, Structures,
};
use crate::collection::shuffle;
use crate::run::{Contest, Control, Entrant, Work};

/// Entries of a collection.
const ENTRIES: u64 = 100_000;

/// Versions that an undo history keeps.
const HISTORY: usize = 64;

/// What is done with a collection.
#[derive(Clone, Copy)]
enum Operation {
    /// From empty, each insert a version of its own and the one before it dropped.
    Build,
    /// Look-ups in random order.
    Get,
    /// Changes, each kept as a version for as long as it is among the last 64.
    Undo,
    /// The last reference.
    Drop,
}

impl Operation {
    fn entrant<S: Structure>(self, name: &'static str, entries: u64) -> Entrant {
        match self {
            Self::Build => over(name, entries, |_: &S, keys| {
                drop(black_box(keys.arrival.iter().fold(S::new(), |version, key| version.with(*key, *key))));
            }),
            Self::Get => over(name, entries, |built: &S, keys| {
                for key in &keys.visits {
                    black_box(built.get(*key));
                }
            }),
            Self::Undo => over(name, entries, |built: &S, keys| {
                let mut history = VecDeque::with_capacity(HISTORY + 1);
                let mut version = built.clone();
                for key in &keys.visits {
                    let next = version.with(*key, !*key);
                    history.push_back(version);
                    if history.len() > HISTORY {
                        history.pop_front();
                    }
                    version = next;
                }
                black_box((version, history));
            }),
            Self::Drop => Entrant::own(name, move || {
                let keys = Keys::of::<S>(entries);
                move |control: &mut Control| {
                    control.one_at_a_time();
                    control.start();
                    while control.next().is_some() {
                        let last = control.aside(|| keys.build::<S>());
                        drop(black_box(last));
                    }
                }
            }),
        }
    }
}

struct Keys {
    /// In the order in which they are inserted; a sequence is built from its first place on.
    arrival: Vec<u64>,
    /// In the order in which they are used.
    visits: Vec<u64>,
}

impl Keys {
    fn of<S: Structure>(entries: u64) -> Self {
        let mut arrival: Vec<u64> = (0..entries).collect();
        if S::ANY_ORDER {
            shuffle(&mut arrival);
        }
        let mut visits = arrival.clone();
        shuffle(&mut visits);
        Self { arrival, visits }
    }

    /// All of them in a collection, built without versions.
    fn build<S: Structure>(&self) -> S {
        let mut built = S::new();
        for key in &self.arrival {
            built.insert(*key, *key);
        }
        built
    }
}

fn over<S: Structure>(name: &'static str, entries: u64, operation: fn(&S, &Keys)) -> Entrant {
    Entrant::own(name, move || {
        let keys = Keys::of::<S>(entries);
        let built: S = keys.build();
        move |control: &mut Control| {
            control.one_at_a_time();
            control.start();
            while control.next().is_some() {
                operation(&built, &keys);
            }
        }
    })
}

fn contest<F: Structures>(
    id: &'static str,
    what: &'static str,
    operation: Operation,
    entries: u64,
) -> Contest {
    fn entrant<F: Structures, P: SharedPointerKind + 'static>(
        name: &'static str,
        operation: Operation,
        entries: u64,
    ) -> Entrant {
        operation.entrant::<F::With<P>>(name, entries)
    }
    let entrants = vec![
        entrant::<F, BrcK>("Brc", operation, entries),
        entrant::<F, RcK>("Rc", operation, entries),
        entrant::<F, ArcK>("Arc", operation, entries),
        entrant::<F, ArcTK>("triomphe", operation, entries),
        entrant::<F, biasedrc::BrcK>("biasedrc", operation, entries),
    ];
    Contest::new(id, what, entrants).per(entries).work(Work::Single)
}

/// The contests on collections of so many entries.
pub fn of_size(entries: u64) -> Vec<Contest> {
    use Operation::{Build, Drop, Get, Undo};
    vec![
        contest::<HashTrieMap>("persistent/map-build", "rpds HashTrieMap: insert", Build, entries),
        contest::<HashTrieMap>("persistent/map-get", "rpds HashTrieMap: get", Get, entries),
        contest::<HashTrieMap>("persistent/map-undo", "rpds HashTrieMap: change, 64 versions", Undo, entries),
        contest::<HashTrieMap>("persistent/map-drop", "rpds HashTrieMap: drop", Drop, entries),
        contest::<RedBlackTreeMap>("persistent/tree-build", "rpds RedBlackTreeMap: insert", Build, entries),
        contest::<RedBlackTreeMap>("persistent/tree-get", "rpds RedBlackTreeMap: get", Get, entries),
        contest::<RedBlackTreeMap>(
            "persistent/tree-undo",
            "rpds RedBlackTreeMap: change, 64 versions",
            Undo,
            entries,
        ),
        contest::<RedBlackTreeMap>("persistent/tree-drop", "rpds RedBlackTreeMap: drop", Drop, entries),
        contest::<RpdsVector>("persistent/vector-build", "rpds Vector: push", Build, entries),
        contest::<RpdsVector>("persistent/vector-get", "rpds Vector: get", Get, entries),
        contest::<RpdsVector>("persistent/vector-undo", "rpds Vector: change, 64 versions", Undo, entries),
        contest::<RpdsVector>("persistent/vector-drop", "rpds Vector: drop", Drop, entries),
        contest::<RpdsList>("persistent/list-drop", "rpds List: drop, 10⁵ deep", Drop, entries),
        contest::<ImblVector>("persistent/imbl-vector", "imbl Vector: change, 64 versions", Undo, entries),
        contest::<ImblOrdMap>("persistent/imbl-ordmap", "imbl OrdMap: change, 64 versions", Undo, entries),
    ]
}

/// All contests of persistent collections.
pub fn contests() -> Vec<Contest> {
    of_size(ENTRIES)
}
