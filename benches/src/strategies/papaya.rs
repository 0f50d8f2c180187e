//! papaya, the strongest lock-free map: reads take no lock, memory is reclaimed by seize. It has no list.
//!
//! Its maps share one collector here, so that a worker can hold one guard over many reads and renew it at its
//! checkpoints; a guard per read would charge papaya for something that our rows do not pay either.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, LazyLock};

use ::papaya::{HashMap, HashSet};
use seize::{Collector, Guard, LocalGuard};

use super::mutex::MutexList;
use super::{Hasher, Key, Object, SharedMap, SharedSet, Strategy, Token};

static COLLECTOR: LazyLock<Arc<Collector>> = LazyLock::new(|| Arc::new(Collector::new()));

/// The papaya strategy.
pub(crate) struct Papaya;

/// The guard that a worker holds between two checkpoints.
pub(crate) struct Pinned(LocalGuard<'static>);

impl Token for Pinned {
    fn checkpoint(&mut self) {
        self.0.refresh();
    }

    fn detach<R>(&mut self, wait: impl FnOnce() -> R) -> R {
        // The guard stays while this thread waits, for microseconds at a time, which only delays reclamation.
        let result = wait();
        self.0.refresh();
        result
    }
}

impl Strategy for Papaya {
    type Token<'t> = Pinned;
    type Counter = AtomicU64;
    type Map<K: Key, V: Object> = Map<K, V>;
    type Set<K: Key> = Set<K>;
    type List<V: Object> = MutexList<V>;

    fn enter<R>(work: impl FnOnce(&mut Pinned) -> R) -> R {
        work(&mut Pinned(COLLECTOR.enter()))
    }
}

/// `papaya::HashMap<K, Arc<V>>`.
pub(crate) struct Map<K, V>(HashMap<K, Arc<V>, Hasher>);

impl<K: Key, V: Object> SharedMap<Papaya, K, V> for Map<K, V> {
    fn with_capacity(capacity: usize) -> Self {
        let builder = HashMap::builder().hasher(Hasher::default()).capacity(capacity);
        Self(builder.shared_collector(COLLECTOR.clone()).build())
    }

    fn insert(&self, cx: &mut Pinned, key: K, value: V) -> bool {
        self.0.insert(key, Arc::new(value), &cx.0).is_some()
    }

    fn with<Q, R>(&self, cx: &mut Pinned, key: &Q, look: impl FnOnce(&Pinned, &V) -> R) -> Option<R>
    where
        Q: Hash + Eq + ?Sized,
        K: Borrow<Q>,
    {
        self.0.get(key, &cx.0).map(|value| look(cx, value))
    }

    fn with_counted<Q, R>(
        &self,
        cx: &mut Pinned,
        key: &Q,
        use_it: impl FnOnce(&mut Pinned, &V) -> R,
    ) -> Option<R>
    where
        Q: Hash + Eq + ?Sized,
        K: Borrow<Q>,
    {
        let value = self.0.get(key, &cx.0).cloned();
        value.map(|value| use_it(cx, &value))
    }

    fn for_each(&self, cx: &mut Pinned, mut look: impl FnMut(&Pinned, &K, &V)) {
        for (key, value) in self.0.iter(&cx.0) {
            look(cx, key, value);
        }
    }
}

/// `papaya::HashSet<K>`.
pub(crate) struct Set<K>(HashSet<K, Hasher>);

impl<K: Key> SharedSet<Papaya, K> for Set<K> {
    fn new() -> Self {
        let builder = HashSet::builder().hasher(Hasher::default());
        Self(builder.shared_collector(COLLECTOR.clone()).build())
    }

    fn claim<Q>(&self, cx: &mut Pinned, key: &Q) -> bool
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        !self.0.contains(key, &cx.0) && self.0.insert(key.to_owned(), &cx.0)
    }
}
