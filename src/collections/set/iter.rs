//! The iterators of `Set`.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use std::vec;

use super::Set;
use crate::collections::table::{Nodes, Owned};

/// Keys in insertion order, from both ends; see [`Set::iter`].
pub struct SetIter<'a, K> {
    nodes: Nodes<'a, K>,
    /// Neither `Send` nor `Sync`: what it gives is protected by the token of this thread.
    _token: PhantomData<*mut ()>,
}

impl<'a, K> SetIter<'a, K> {
    /// The calling thread is inside the runtime during `'a`, as the contract of the index in `nodes` says.
    pub(super) fn over(nodes: Nodes<'a, K>) -> Self {
        Self { nodes, _token: PhantomData }
    }
}

impl<'a, K> Iterator for SetIter<'a, K> {
    type Item = &'a K;

    #[inline]
    fn next(&mut self) -> Option<&'a K> {
        loop {
            let node = self.nodes.next()?;
            if node.value().is_some() {
                return Some(&node.key);
            }
        }
    }
}

/// From the last key that is there at the first step from the back.
impl<K> DoubleEndedIterator for SetIter<'_, K> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        loop {
            let node = self.nodes.next_back()?;
            if node.value().is_some() {
                return Some(&node.key);
            }
        }
    }
}

impl<K> FusedIterator for SetIter<'_, K> {}

impl<K> fmt::Debug for SetIter<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetIter").field("at_most", &self.nodes.at_most()).finish_non_exhaustive()
    }
}

/// Keys that were taken out of a [`Set`] or [`FrozenSet`](super::FrozenSet), in order.
pub struct SetIntoIter<K>(vec::IntoIter<K>);

impl<K> SetIntoIter<K> {
    pub(super) fn over(keys: Vec<K>) -> Self {
        Self(keys.into_iter())
    }

    /// The keys that are left.
    ///
    /// ```
    /// let mut keys = freethreaded::Set::from([1, 2, 3]).into_iter();
    /// keys.next();
    /// assert_eq!(keys.as_slice(), [2, 3]);
    /// ```
    #[must_use]
    pub fn as_slice(&self) -> &[K] {
        self.0.as_slice()
    }
}

impl<K> Iterator for SetIntoIter<K> {
    type Item = K;

    #[inline]
    fn next(&mut self) -> Option<K> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K> DoubleEndedIterator for SetIntoIter<K> {
    #[inline]
    fn next_back(&mut self) -> Option<K> {
        self.0.next_back()
    }
}

impl<K> ExactSizeIterator for SetIntoIter<K> {}
impl<K> FusedIterator for SetIntoIter<K> {}

impl<K: fmt::Debug> fmt::Debug for SetIntoIter<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SetIntoIter").field(&self.as_slice()).finish()
    }
}

impl<K, S> Set<K, S> {
    /// The keys of a set that nobody else has, moved out.
    pub(super) fn into_keys(self) -> Vec<K> {
        Owned::new(self.table).map(|(key, _)| key).collect()
    }
}

/// By value: nobody else has the set, so the keys are moved out.
impl<K, S> IntoIterator for Set<K, S>
where
    K: 'static,
{
    type Item = K;
    type IntoIter = SetIntoIter<K>;

    fn into_iter(self) -> SetIntoIter<K> {
        SetIntoIter::over(self.into_keys())
    }
}
