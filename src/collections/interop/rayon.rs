//! Feature `rayon`: parallel iteration over what a container holds at one moment, and collecting into one.
//!
//! Iterating starts with a list of what is there, made under the lock; nothing is locked while the closures run, and they may change the container.
//!
//! | | items | |
//! |---|---|---|
//! | `par_iter(&token)` | references | no counts. Valid in all threads for as long as the caller's token is borrowed, as any reference that is read under a token: what a container gives up waits for the thread of the token, whoever reads it |
//! | `(&container).into_par_iter()` | cloned keys, counted pointers | needs no token |
//! | `container.into_par_iter()` | the keys and pointers themselves | |
//!
//! A thread with a token that waits for other threads holds back their garbage, and, with the [global lock](crate::gil) on, the threads themselves as soon as they use a container or a token:
//! then take an iterator that needs no token, or wait outside.

use core::hash::{BuildHasher, Hash};

use rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};
use rayon::{slice, vec};

use crate::collections::{Dict, FrozenSet, List, Set};
use crate::lock::critical_section;
use crate::refcount::SharedPtr;
use crate::runtime::Attached;

impl<K: Sync, S> Set<K, S> {
    /// The keys that are there at this moment, in order, for many threads. Feature `rayon`.
    ///
    /// No other thread needs a token for them. With the [global lock](crate::gil) on, closures that use a container or a token wait for the token that this
    /// borrows: take `(&set).into_par_iter()` then, which gives clones.
    ///
    /// ```
    /// use freethreaded::{Set, attach};
    /// use rayon::iter::ParallelIterator;
    /// let set: Set<u32> = (0..1000).collect();
    /// let cx = attach();
    /// assert_eq!(set.par_iter(&cx).sum::<u32>(), 499_500);
    /// ```
    pub fn par_iter<'a>(&'a self, token: &'a Attached<'_>) -> vec::IntoIter<&'a K> {
        critical_section(self, |_| self.iter(token).collect::<Vec<_>>()).into_par_iter()
    }
}

impl<P: SharedPtr<Target: Sync>> List<P> {
    /// The elements that are there at this moment, in order, for many threads. Feature `rayon`.
    ///
    /// No other thread needs a token for them. With the [global lock](crate::gil) on, closures that use a container or a token wait for the token that this
    /// borrows: take `(&list).into_par_iter()` then, which gives counted pointers.
    ///
    /// ```
    /// use freethreaded::{Brc, List, attach};
    /// use rayon::iter::ParallelIterator;
    /// let list: List<Brc<u32>> = (0..1000).collect();
    /// let cx = attach();
    /// assert_eq!(list.par_iter(&cx).sum::<u32>(), 499_500);
    /// ```
    pub fn par_iter<'a>(&'a self, token: &'a Attached<'_>) -> vec::IntoIter<&'a P::Target> {
        critical_section(self, |_| self.iter(token).collect::<Vec<_>>()).into_par_iter()
    }
}

impl<K: Sync, P: SharedPtr<Target: Sync>, S> Dict<K, P, S> {
    /// The entries that are there at this moment, in order, for many threads. Feature `rayon`.
    ///
    /// No other thread needs a token for them. With the [global lock](crate::gil) on, closures that use a container or a token wait for the token that this
    /// borrows: take `(&dict).into_par_iter()` then, which gives clones of the keys and counted pointers.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, attach};
    /// use rayon::iter::ParallelIterator;
    /// let dict: Dict<u32, Brc<u32>> = (0..1000).map(|n| (n, 2 * n)).collect();
    /// let cx = attach();
    /// assert!(dict.par_iter(&cx).all(|(key, value)| *value == 2 * *key));
    /// ```
    pub fn par_iter<'a>(&'a self, token: &'a Attached<'_>) -> vec::IntoIter<(&'a K, &'a P::Target)> {
        critical_section(self, |_| self.iter(token).collect::<Vec<_>>()).into_par_iter()
    }
}

/// Clones of the keys that are there at this moment, in order.
impl<K, S> IntoParallelIterator for &Set<K, S>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    S: BuildHasher,
{
    type Item = K;
    type Iter = vec::IntoIter<K>;

    fn into_par_iter(self) -> vec::IntoIter<K> {
        self.snapshot().into_par_iter()
    }
}

/// Counted pointers to the elements that are there at this moment, in order.
impl<P: SharedPtr> IntoParallelIterator for &List<P> {
    type Item = P;
    type Iter = vec::IntoIter<P>;

    fn into_par_iter(self) -> vec::IntoIter<P> {
        self.snapshot().into_par_iter()
    }
}

/// Clones of the keys that are there at this moment and counted pointers to their values, in order.
impl<K, P, S> IntoParallelIterator for &Dict<K, P, S>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher,
{
    type Item = (K, P);
    type Iter = vec::IntoIter<(K, P)>;

    fn into_par_iter(self) -> vec::IntoIter<(K, P)> {
        self.snapshot().into_par_iter()
    }
}

/// The keys in order.
impl<'a, K: Sync, S> IntoParallelIterator for &'a FrozenSet<K, S> {
    type Item = &'a K;
    type Iter = slice::Iter<'a, K>;

    fn into_par_iter(self) -> slice::Iter<'a, K> {
        self.as_slice().into_par_iter()
    }
}

/// The keys in order, moved out.
impl<K, S> IntoParallelIterator for Set<K, S>
where
    K: Send + 'static,
{
    type Item = K;
    type Iter = vec::IntoIter<K>;

    fn into_par_iter(self) -> vec::IntoIter<K> {
        self.into_iter().collect::<Vec<_>>().into_par_iter()
    }
}

/// The entries in order, moved out.
impl<K: Send, P: SharedPtr, S> IntoParallelIterator for Dict<K, P, S> {
    type Item = (K, P);
    type Iter = vec::IntoIter<(K, P)>;

    fn into_par_iter(self) -> vec::IntoIter<(K, P)> {
        self.into_iter().collect::<Vec<_>>().into_par_iter()
    }
}

/// The elements in order.
impl<P: SharedPtr> IntoParallelIterator for List<P> {
    type Item = P;
    type Iter = vec::IntoIter<P>;

    fn into_par_iter(self) -> vec::IntoIter<P> {
        self.snapshot().into_par_iter()
    }
}

/// The keys in order, moved out.
impl<K: Send, S> IntoParallelIterator for FrozenSet<K, S> {
    type Item = K;
    type Iter = vec::IntoIter<K>;

    fn into_par_iter(self) -> vec::IntoIter<K> {
        self.into_iter().collect::<Vec<_>>().into_par_iter()
    }
}

/// What is collected is in the order of the parallel iterator: gathered on its threads, and added on the calling one.
fn gathered<T: Send>(items: impl IntoParallelIterator<Item = T>) -> Vec<T> {
    items.into_par_iter().collect()
}

impl<K, S> ParallelExtend<K> for Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
{
    fn par_extend<I: IntoParallelIterator<Item = K>>(&mut self, keys: I) {
        self.extend(gathered(keys));
    }
}

impl<K, S> FromParallelIterator<K> for Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher + Default,
{
    fn from_par_iter<I: IntoParallelIterator<Item = K>>(keys: I) -> Self {
        gathered(keys).into_iter().collect()
    }
}

impl<K, S> FromParallelIterator<K> for FrozenSet<K, S>
where
    K: Eq + Hash + Send,
    S: BuildHasher + Default,
{
    fn from_par_iter<I: IntoParallelIterator<Item = K>>(keys: I) -> Self {
        gathered(keys).into_iter().collect()
    }
}

/// Of a key that comes twice the last value stays, at the place of the first. Values become pointers on the calling thread, which owns them then.
impl<K, P, S, V> ParallelExtend<(K, V)> for Dict<K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher,
    V: Into<P> + Send,
{
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, entries: I) {
        Extend::extend(self, gathered(entries));
    }
}

/// As extending an empty dict.
impl<K, P, S, V> FromParallelIterator<(K, V)> for Dict<K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher + Default,
    V: Into<P> + Send,
{
    fn from_par_iter<I: IntoParallelIterator<Item = (K, V)>>(entries: I) -> Self {
        gathered(entries).into_iter().collect()
    }
}

/// Values become pointers on the calling thread, which owns them then.
impl<P, V> ParallelExtend<V> for List<P>
where
    P: SharedPtr,
    V: Into<P> + Send,
{
    fn par_extend<I: IntoParallelIterator<Item = V>>(&mut self, elements: I) {
        Extend::extend(self, gathered(elements));
    }
}

/// As extending an empty list.
impl<P, V> FromParallelIterator<V> for List<P>
where
    P: SharedPtr,
    V: Into<P> + Send,
{
    fn from_par_iter<I: IntoParallelIterator<Item = V>>(elements: I) -> Self {
        gathered(elements).into_iter().collect()
    }
}
