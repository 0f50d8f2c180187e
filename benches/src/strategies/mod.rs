//! One trait for every way to share objects between threads, so that each workload is written once and compiled
//! per strategy: what differs between two rows of the report is the sharing and nothing else.
//!
//! Two rules keep the trait implementable by a global lock around plain counts without giving up memory safety:
//! containers are reached with `&mut` token, so a closure that looks at a borrowed value cannot come back into a
//! container; and counted handles never leave the closure they are lent to, so they cannot outlive the lock.

use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

pub(crate) mod dashmap;
pub(crate) mod gil;
pub(crate) mod gil_lock;
pub(crate) mod mutex;
pub(crate) mod ours;
pub(crate) mod papaya;
pub(crate) mod rwlock;

/// The hasher of every table of every strategy, so that no row wins by hashing.
pub(crate) type Hasher = rustc_hash::FxBuildHasher;

/// What can be a key in every strategy's tables.
pub(crate) trait Key: Hash + Eq + Clone + Send + Sync + 'static {}
impl<T: Hash + Eq + Clone + Send + Sync + 'static> Key for T {}

/// What can be a shared object in every strategy.
pub(crate) trait Object: Send + Sync + 'static {}
impl<T: Send + Sync + 'static> Object for T {}

/// How one strategy shares objects: its token, its counter and its containers.
pub(crate) trait Strategy: Sized + Send + Sync + 'static {
    /// What a thread holds while it works with shared objects.
    type Token<'t>: Token;
    /// A number inside a shared object that many threads add to.
    type Counter: Counter<Self>;
    /// A shared table of shared objects.
    type Map<K: Key, V: Object>: SharedMap<Self, K, V>;
    /// A shared set of keys.
    type Set<K: Key>: SharedSet<Self, K>;
    /// A shared list of shared objects, used as a stack.
    type List<V: Object>: SharedList<Self, V>;

    /// Runs `work` inside the strategy's runtime, where there is one: attached, or holding the global lock.
    /// Not to be nested on one thread.
    fn enter<R>(work: impl FnOnce(&mut Self::Token<'_>) -> R) -> R;
}

/// The interpreter-loop side of a strategy: places where a thread gives way.
pub(crate) trait Token {
    /// To be called regularly by a long-running worker; nothing borrowed is alive here.
    fn checkpoint(&mut self);
    /// Runs something that blocks or waits, outside the runtime.
    fn detach<R>(&mut self, wait: impl FnOnce() -> R) -> R;
}

/// A counter inside a shared object.
pub(crate) trait Counter<S: Strategy>: Default + Send + Sync + 'static {
    /// Adds `n`; no addition is ever lost.
    fn add(&self, cx: &S::Token<'_>, n: u64);
    /// The present value.
    fn get(&self, cx: &S::Token<'_>) -> u64;
}

/// A shared table of shared objects.
pub(crate) trait SharedMap<S: Strategy, K: Key, V: Object>: Send + Sync {
    /// An empty table with room for `capacity` entries.
    fn with_capacity(capacity: usize) -> Self;
    /// Stores `value` as a new shared object; says whether an older object was replaced.
    fn insert(&self, cx: &mut S::Token<'_>, key: K, value: V) -> bool;
    /// A **borrowed** read: `look` sees the object in place. Lock-based strategies hold their lock meanwhile.
    fn with<Q, R>(
        &self,
        cx: &mut S::Token<'_>,
        key: &Q,
        look: impl FnOnce(&S::Token<'_>, &V) -> R,
    ) -> Option<R>
    where
        Q: Hash + Eq + ?Sized,
        K: std::borrow::Borrow<Q>;
    /// A **counted** read: takes a reference of its own, lets go of the table, uses the object, drops the reference.
    fn with_counted<Q, R>(
        &self,
        cx: &mut S::Token<'_>,
        key: &Q,
        use_it: impl FnOnce(&mut S::Token<'_>, &V) -> R,
    ) -> Option<R>
    where
        Q: Hash + Eq + ?Sized,
        K: std::borrow::Borrow<Q>;
    /// Looks at every object while nobody writes.
    fn for_each(&self, cx: &mut S::Token<'_>, look: impl FnMut(&S::Token<'_>, &K, &V));
}

/// A shared set of keys.
pub(crate) trait SharedSet<S: Strategy, K: Key>: Send + Sync {
    /// An empty set.
    fn new() -> Self;
    /// Adds `key` and says whether this call was the one that added it: of several threads exactly one is told so.
    fn claim<Q>(&self, cx: &mut S::Token<'_>, key: &Q) -> bool
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: std::borrow::Borrow<Q>;
}

/// A shared list of shared objects, used as a stack.
pub(crate) trait SharedList<S: Strategy, V: Object>: Send + Sync {
    /// An empty list.
    fn new() -> Self;
    /// Adds an object at the end.
    fn push(&self, cx: &mut S::Token<'_>, value: V);
    /// Takes the last object off and lends it to `use_it`.
    fn pop_with<R>(
        &self,
        cx: &mut S::Token<'_>,
        use_it: impl FnOnce(&mut S::Token<'_>, &V) -> R,
    ) -> Option<R>;
}

/// Strategies without a runtime need no token and have nowhere to give way.
#[derive(Debug)]
pub(crate) struct Free;

impl Token for Free {
    fn checkpoint(&mut self) {}
    fn detach<R>(&mut self, wait: impl FnOnce() -> R) -> R {
        wait()
    }
}

impl<S: Strategy> Counter<S> for AtomicU64 {
    fn add(&self, _: &S::Token<'_>, n: u64) {
        self.fetch_add(n, Ordering::Relaxed);
    }
    fn get(&self, _: &S::Token<'_>) -> u64 {
        self.load(Ordering::Relaxed)
    }
}

/// The strategies by name, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum StrategyId {
    /// This crate, free-threaded.
    Ours,
    /// This crate with its global lock on.
    OursGil,
    /// A global lock around plain counts and plain containers.
    Gil,
    /// A mutex per structure.
    Mutex,
    /// A reader-writer lock per structure.
    Rwlock,
    /// DashMap.
    Dashmap,
    /// papaya.
    Papaya,
}

impl StrategyId {
    /// Every strategy.
    pub(crate) const ALL: [Self; 7] =
        [Self::Ours, Self::OursGil, Self::Gil, Self::Mutex, Self::Rwlock, Self::Dashmap, Self::Papaya];

    /// The name on the command line and in the files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::OursGil => "ours-gil",
            Self::Gil => "gil",
            Self::Mutex => "mutex",
            Self::Rwlock => "rwlock",
            Self::Dashmap => "dashmap",
            Self::Papaya => "papaya",
        }
    }

    /// The name for readers of the report.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Ours => "freethreaded",
            Self::OursGil => "freethreaded, lock on",
            Self::Gil => "global lock",
            Self::Mutex => "Mutex + Arc",
            Self::Rwlock => "RwLock + Arc",
            Self::Dashmap => "DashMap + Arc",
            Self::Papaya => "papaya + Arc",
        }
    }

    /// One line that says what the strategy is.
    pub(crate) fn explain(self) -> &'static str {
        match self {
            Self::Ours => "this crate, free-threaded: Dict, Set and List of Brc",
            Self::OursGil => {
                "the same program with FREETHREADED_GIL=1: the price of the machinery under a global lock"
            }
            Self::Gil => {
                "one global lock, 5 ms switch interval, around Rc, IndexMap and Vec: what a GIL runtime pays"
            }
            Self::Mutex => "one parking_lot::Mutex per structure around IndexMap or Vec of Arc",
            Self::Rwlock => "one parking_lot::RwLock per structure around IndexMap or Vec of Arc",
            Self::Dashmap => "DashMap and DashSet of Arc; it has no list, so lists are a Mutex<Vec>",
            Self::Papaya => {
                "papaya HashMap and HashSet of Arc, guard held between checkpoints; lists are a Mutex<Vec>"
            }
        }
    }
}
