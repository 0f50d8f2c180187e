//! The iterators of `Dict`, borrowed from a token.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use super::super::table::{Counted, Nodes, Table};
use crate::refcount::SharedPtr;

/// Entries in insertion order; see [`Dict::iter`](super::Dict::iter).
pub struct Iter<'a, K, P: SharedPtr> {
    nodes: Nodes<'a, K>,
    /// Neither `Send` nor `Sync`: what it gives is protected by the token of this thread.
    _token: PhantomData<(P, *mut ())>,
}

impl<'a, K, P: SharedPtr> Iter<'a, K, P> {
    /// # Safety
    /// The calling thread is inside the runtime during `'a`.
    pub(super) unsafe fn over(table: &'a Table<K, Counted<P>>) -> Self {
        // SAFETY: the caller's.
        Self { nodes: Nodes::new(unsafe { table.index() }), _token: PhantomData }
    }
}

impl<'a, K, P: SharedPtr> Iterator for Iter<'a, K, P> {
    type Item = (&'a K, &'a P::Target);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let node = self.nodes.next()?;
            if let Some(value) = node.value() {
                // SAFETY: inside the runtime during `'a`, so the dict's reference is dropped after it.
                return Some((&node.key, unsafe { P::borrow(value) }));
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // No upper bound: entries may be added behind.
        (0, None)
    }
}

impl<K, P: SharedPtr> DoubleEndedIterator for Iter<'_, K, P> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        loop {
            let node = self.nodes.next_back()?;
            if let Some(value) = node.value() {
                // SAFETY: as in `next`.
                return Some((&node.key, unsafe { P::borrow(value) }));
            }
        }
    }
}

impl<K, P: SharedPtr> FusedIterator for Iter<'_, K, P> {}

impl<K, P: SharedPtr> Clone for Iter<'_, K, P> {
    fn clone(&self) -> Self {
        Self { nodes: self.nodes.clone(), _token: PhantomData }
    }
}

impl<K, P: SharedPtr> fmt::Debug for Iter<'_, K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("at_most", &self.nodes.at_most()).finish_non_exhaustive()
    }
}

/// Keys in insertion order; see [`Dict::keys`](super::Dict::keys).
pub struct Keys<'a, K, P: SharedPtr>(Iter<'a, K, P>);

/// Targets of values in insertion order; see [`Dict::values`](super::Dict::values).
pub struct Values<'a, K, P: SharedPtr>(Iter<'a, K, P>);

impl<'a, K, P: SharedPtr> Keys<'a, K, P> {
    pub(super) fn new(iter: Iter<'a, K, P>) -> Self {
        Self(iter)
    }
}

impl<'a, K, P: SharedPtr> Values<'a, K, P> {
    pub(super) fn new(iter: Iter<'a, K, P>) -> Self {
        Self(iter)
    }
}

impl<'a, K, P: SharedPtr> Iterator for Keys<'a, K, P> {
    type Item = &'a K;

    #[inline]
    fn next(&mut self) -> Option<&'a K> {
        self.0.next().map(|(key, _)| key)
    }
}

impl<'a, K, P: SharedPtr> Iterator for Values<'a, K, P> {
    type Item = &'a P::Target;

    #[inline]
    fn next(&mut self) -> Option<&'a P::Target> {
        self.0.next().map(|(_, value)| value)
    }
}

impl<K, P: SharedPtr> DoubleEndedIterator for Keys<'_, K, P> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(key, _)| key)
    }
}

impl<K, P: SharedPtr> DoubleEndedIterator for Values<'_, K, P> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(_, value)| value)
    }
}

impl<K, P: SharedPtr> Clone for Keys<'_, K, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, P: SharedPtr> Clone for Values<'_, K, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, P: SharedPtr> FusedIterator for Keys<'_, K, P> {}
impl<K, P: SharedPtr> FusedIterator for Values<'_, K, P> {}

impl<K, P: SharedPtr> fmt::Debug for Keys<'_, K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keys").field(&self.0).finish()
    }
}

impl<K, P: SharedPtr> fmt::Debug for Values<'_, K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Values").field(&self.0).finish()
    }
}
