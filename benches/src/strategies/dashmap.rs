//! DashMap, the most used concurrent map: shards with a reader-writer lock each. It has no list.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use ::dashmap::{DashMap, DashSet};

use super::mutex::MutexList;
use super::{Free, Hasher, Key, Object, SharedMap, SharedSet, Strategy};

/// The DashMap strategy.
pub(crate) struct Dash;

impl Strategy for Dash {
    type Token<'t> = Free;
    type Counter = AtomicU64;
    type Map<K: Key, V: Object> = Map<K, V>;
    type Set<K: Key> = Set<K>;
    type List<V: Object> = MutexList<V>;

    fn enter<R>(work: impl FnOnce(&mut Free) -> R) -> R {
        work(&mut Free)
    }
}

/// `DashMap<K, Arc<V>>`.
pub(crate) struct Map<K, V>(DashMap<K, Arc<V>, Hasher>);

impl<K: Key, V: Object> SharedMap<Dash, K, V> for Map<K, V> {
    fn with_capacity(capacity: usize) -> Self {
        Self(DashMap::with_capacity_and_hasher(capacity, Hasher::default()))
    }

    fn insert(&self, _: &mut Free, key: K, value: V) -> bool {
        self.0.insert(key, Arc::new(value)).is_some()
    }

    fn with<Q, R>(&self, cx: &mut Free, key: &Q, look: impl FnOnce(&Free, &V) -> R) -> Option<R>
    where
        Q: Hash + Eq + ?Sized,
        K: Borrow<Q>,
    {
        self.0.get(key).map(|value| look(cx, &value))
    }

    fn with_counted<Q, R>(&self, cx: &mut Free, key: &Q, use_it: impl FnOnce(&mut Free, &V) -> R) -> Option<R>
    where
        Q: Hash + Eq + ?Sized,
        K: Borrow<Q>,
    {
        let value = self.0.get(key).map(|entry| Arc::clone(&entry));
        value.map(|value| use_it(cx, &value))
    }

    fn for_each(&self, cx: &mut Free, mut look: impl FnMut(&Free, &K, &V)) {
        for entry in &self.0 {
            look(cx, entry.key(), entry.value());
        }
    }
}

/// `DashSet<K>`.
pub(crate) struct Set<K: Eq + Hash>(DashSet<K, Hasher>);

impl<K: Key> SharedSet<Dash, K> for Set<K> {
    fn new() -> Self {
        Self(DashSet::with_hasher(Hasher::default()))
    }

    fn claim<Q>(&self, _: &mut Free, key: &Q) -> bool
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        !self.0.contains(key) && self.0.insert(key.to_owned())
    }
}
