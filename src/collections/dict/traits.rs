//! What `Dict` implements of the standard library's traits, as its maps do.

use core::fmt;
use core::hash::{BuildHasher, Hash};

use super::Dict;
use crate::refcount::SharedPtr;

impl<K, P: SharedPtr, S: Default> Default for Dict<K, P, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K, P, S> fmt::Debug for Dict<K, P, S>
where
    K: fmt::Debug,
    P: SharedPtr<Target: fmt::Debug>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter(&crate::attach())).finish()
    }
}

impl<K, P, S, V> Extend<(K, V)> for Dict<K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher,
    V: Into<P>,
{
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        (&*self).extend(entries);
    }
}

/// For a dict that others have, too: each entry is inserted by itself, and the iterator runs without the lock.
impl<K, P, S, V> Extend<(K, V)> for &Dict<K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher,
    V: Into<P>,
{
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        let entries = entries.into_iter();
        // As `HashMap` does: where there are entries already, half of the keys may be among them.
        let expected = entries.size_hint().0;
        self.reserve(if self.is_empty() { expected } else { expected.div_ceil(2) });
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K, P, S, V> FromIterator<(K, V)> for Dict<K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher + Default,
    V: Into<P>,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut dict = Self::default();
        dict.extend(entries);
        dict
    }
}

impl<K, P, V, const N: usize> From<[(K, V); N]> for Dict<K, P>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    V: Into<P>,
{
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}
