//! What most programs do first: one mutex around each structure, `Arc` for the objects in it.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use indexmap::{IndexMap, IndexSet};
use parking_lot::Mutex;

use super::{Free, Hasher, Key, Object, SharedList, SharedMap, SharedSet, Strategy};

/// The mutex-per-structure strategy.
pub(crate) struct MutexPer;

impl Strategy for MutexPer {
    type Token<'t> = Free;
    type Counter = AtomicU64;
    type Map<K: Key, V: Object> = MutexMap<K, V>;
    type Set<K: Key> = MutexSet<K>;
    type List<V: Object> = MutexList<V>;

    fn enter<R>(work: impl FnOnce(&mut Free) -> R) -> R {
        work(&mut Free)
    }
}

/// `Mutex<IndexMap<K, Arc<V>>>`.
pub(crate) struct MutexMap<K, V>(Mutex<IndexMap<K, Arc<V>, Hasher>>);

impl<K: Key, V: Object> SharedMap<MutexPer, K, V> for MutexMap<K, V> {
    fn with_capacity(capacity: usize) -> Self {
        Self(Mutex::new(IndexMap::with_capacity_and_hasher(capacity, Hasher::default())))
    }

    fn insert(&self, _: &mut Free, key: K, value: V) -> bool {
        // Allocate before the lock and free the old object after it: no reason to make others wait for either.
        let value = Arc::new(value);
        let old = self.0.lock().insert(key, value);
        old.is_some()
    }

    fn with<Q, R>(&self, cx: &mut Free, key: &Q, look: impl FnOnce(&Free, &V) -> R) -> Option<R>
    where
        Q: Hash + Eq + ?Sized,
        K: Borrow<Q>,
    {
        self.0.lock().get(key).map(|value| look(cx, value))
    }

    fn with_counted<Q, R>(&self, cx: &mut Free, key: &Q, use_it: impl FnOnce(&mut Free, &V) -> R) -> Option<R>
    where
        Q: Hash + Eq + ?Sized,
        K: Borrow<Q>,
    {
        let value = self.0.lock().get(key).cloned();
        value.map(|value| use_it(cx, &value))
    }

    fn for_each(&self, cx: &mut Free, mut look: impl FnMut(&Free, &K, &V)) {
        for (key, value) in &*self.0.lock() {
            look(cx, key, value);
        }
    }
}

/// `Mutex<IndexSet<K>>`.
pub(crate) struct MutexSet<K>(Mutex<IndexSet<K, Hasher>>);

impl<K: Key> SharedSet<MutexPer, K> for MutexSet<K> {
    fn new() -> Self {
        Self(Mutex::new(IndexSet::default()))
    }

    fn claim<Q>(&self, _: &mut Free, key: &Q) -> bool
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        let mut set = self.0.lock();
        !set.contains(key) && set.insert(key.to_owned())
    }
}

/// `Mutex<Vec<Arc<V>>>`; also the list of the strategies whose crates have no list.
pub(crate) struct MutexList<V>(Mutex<Vec<Arc<V>>>);

impl<S: Strategy, V: Object> SharedList<S, V> for MutexList<V> {
    fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn push(&self, _: &mut S::Token<'_>, value: V) {
        let value = Arc::new(value);
        self.0.lock().push(value);
    }

    fn pop_with<R>(
        &self,
        cx: &mut S::Token<'_>,
        use_it: impl FnOnce(&mut S::Token<'_>, &V) -> R,
    ) -> Option<R> {
        let value = self.0.lock().pop();
        value.map(|value| use_it(cx, &value))
    }
}
