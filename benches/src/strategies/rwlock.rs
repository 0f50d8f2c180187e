//! The usual second try: reader-writer locks, so that readers need not wait for each other. They still all write
//! to the lock's one word.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use indexmap::{IndexMap, IndexSet};
use parking_lot::RwLock;

use super::{Free, Hasher, Key, Object, SharedList, SharedMap, SharedSet, Strategy};

/// The reader-writer-lock-per-structure strategy.
pub(crate) struct RwLockPer;

impl Strategy for RwLockPer {
    type Token<'t> = Free;
    type Counter = AtomicU64;
    type Map<K: Key, V: Object> = RwLockMap<K, V>;
    type Set<K: Key> = RwLockSet<K>;
    type List<V: Object> = RwLockList<V>;

    fn enter<R>(work: impl FnOnce(&mut Free) -> R) -> R {
        work(&mut Free)
    }
}

/// `RwLock<IndexMap<K, Arc<V>>>`.
pub(crate) struct RwLockMap<K, V>(RwLock<IndexMap<K, Arc<V>, Hasher>>);

impl<K: Key, V: Object> SharedMap<RwLockPer, K, V> for RwLockMap<K, V> {
    fn with_capacity(capacity: usize) -> Self {
        Self(RwLock::new(IndexMap::with_capacity_and_hasher(capacity, Hasher::default())))
    }

    fn insert(&self, _: &mut Free, key: K, value: V) -> bool {
        let value = Arc::new(value);
        let old = self.0.write().insert(key, value);
        old.is_some()
    }

    fn with<Q, R>(&self, cx: &mut Free, key: &Q, look: impl FnOnce(&Free, &V) -> R) -> Option<R>
    where
        Q: Hash + Eq + ?Sized,
        K: Borrow<Q>,
    {
        self.0.read().get(key).map(|value| look(cx, value))
    }

    fn with_counted<Q, R>(&self, cx: &mut Free, key: &Q, use_it: impl FnOnce(&mut Free, &V) -> R) -> Option<R>
    where
        Q: Hash + Eq + ?Sized,
        K: Borrow<Q>,
    {
        let value = self.0.read().get(key).cloned();
        value.map(|value| use_it(cx, &value))
    }

    fn for_each(&self, cx: &mut Free, mut look: impl FnMut(&Free, &K, &V)) {
        for (key, value) in &*self.0.read() {
            look(cx, key, value);
        }
    }
}

/// `RwLock<IndexSet<K>>`.
pub(crate) struct RwLockSet<K>(RwLock<IndexSet<K, Hasher>>);

impl<K: Key> SharedSet<RwLockPer, K> for RwLockSet<K> {
    fn new() -> Self {
        Self(RwLock::new(IndexSet::default()))
    }

    fn claim<Q>(&self, _: &mut Free, key: &Q) -> bool
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        // Most claims of a crawl are for pages that are known: look with the read lock first. Whether the claim
        // succeeds is decided by the insertion alone.
        if self.0.read().contains(key) {
            return false;
        }
        self.0.write().insert(key.to_owned())
    }
}

/// `RwLock<Vec<Arc<V>>>`.
pub(crate) struct RwLockList<V>(RwLock<Vec<Arc<V>>>);

impl<V: Object> SharedList<RwLockPer, V> for RwLockList<V> {
    fn new() -> Self {
        Self(RwLock::new(Vec::new()))
    }

    fn push(&self, _: &mut Free, value: V) {
        let value = Arc::new(value);
        self.0.write().push(value);
    }

    fn pop_with<R>(&self, cx: &mut Free, use_it: impl FnOnce(&mut Free, &V) -> R) -> Option<R> {
        let value = self.0.write().pop();
        value.map(|value| use_it(cx, &value))
    }
}
