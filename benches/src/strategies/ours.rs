//! This crate: `Dict`, `Set` and `List` of `Brc`, with a token that is held over many operations and renewed at
//! checkpoints. The same code runs with the global lock on when `FREETHREADED_GIL=1` is in the environment.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::atomic::AtomicU64;

use freethreaded::{Attached, Brc, Dict, List};

use super::{Hasher, Key, Object, SharedList, SharedMap, SharedSet, Strategy, Token};

/// The strategy of this crate.
pub(crate) struct Ours;

impl Token for Attached<'_> {
    #[inline]
    fn checkpoint(&mut self) {
        Attached::checkpoint(self);
    }

    fn detach<R>(&mut self, wait: impl FnOnce() -> R) -> R {
        Attached::detach(self, wait)
    }
}

impl Strategy for Ours {
    type Token<'t> = Attached<'t>;
    type Counter = AtomicU64;
    type Map<K: Key, V: Object> = Map<K, V>;
    type Set<K: Key> = Set<K>;
    type List<V: Object> = Objects<V>;

    fn enter<R>(work: impl FnOnce(&mut Attached<'_>) -> R) -> R {
        freethreaded::attach_with(work)
    }
}

/// `Dict<K, Brc<V>>`.
pub(crate) struct Map<K, V: Object>(Dict<K, Brc<V>, Hasher>);

impl<K: Key, V: Object> SharedMap<Ours, K, V> for Map<K, V> {
    fn with_capacity(capacity: usize) -> Self {
        Self(Dict::with_capacity_and_hasher(capacity, Hasher::default()))
    }

    fn insert(&self, _: &mut Attached<'_>, key: K, value: V) -> bool {
        self.0.insert(key, value).is_some()
    }

    #[inline]
    fn with<Q, R>(
        &self,
        cx: &mut Attached<'_>,
        key: &Q,
        look: impl FnOnce(&Attached<'_>, &V) -> R,
    ) -> Option<R>
    where
        Q: Hash + Eq + ?Sized,
        K: Borrow<Q>,
    {
        self.0.get_ref(key, cx).map(|value| look(cx, value))
    }

    #[inline]
    fn with_counted<Q, R>(
        &self,
        cx: &mut Attached<'_>,
        key: &Q,
        use_it: impl FnOnce(&mut Attached<'_>, &V) -> R,
    ) -> Option<R>
    where
        Q: Hash + Eq + ?Sized,
        K: Borrow<Q>,
    {
        self.0.get(key).map(|value| use_it(cx, &value))
    }

    fn for_each(&self, cx: &mut Attached<'_>, mut look: impl FnMut(&Attached<'_>, &K, &V)) {
        for (key, value) in self.0.iter(cx) {
            look(cx, key, value);
        }
    }
}

/// `freethreaded::Set<K>`.
pub(crate) struct Set<K>(freethreaded::Set<K, Hasher>);

impl<K: Key> SharedSet<Ours, K> for Set<K> {
    fn new() -> Self {
        Self(freethreaded::Set::with_hasher(Hasher::default()))
    }

    fn claim<Q>(&self, _: &mut Attached<'_>, key: &Q) -> bool
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        // The look without a lock answers for known keys and saves the copy; the insertion alone decides.
        !self.0.contains(key) && self.0.insert(key.to_owned())
    }
}

/// `List<Brc<V>>`.
pub(crate) struct Objects<V: Object>(List<Brc<V>>);

impl<V: Object> SharedList<Ours, V> for Objects<V> {
    fn new() -> Self {
        Self(List::new())
    }

    fn push(&self, _: &mut Attached<'_>, value: V) {
        self.0.push(value);
    }

    fn pop_with<R>(
        &self,
        cx: &mut Attached<'_>,
        use_it: impl FnOnce(&mut Attached<'_>, &V) -> R,
    ) -> Option<R> {
        self.0.pop().map(|value| use_it(cx, &value))
    }
}
