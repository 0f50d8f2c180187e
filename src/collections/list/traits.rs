//! Conversions and other traits of std.

use core::fmt;

use super::elements::{length, raws};
use super::{List, collected, into_raws};
use crate::refcount::SharedPtr;

impl<P: SharedPtr> Default for List<P> {
    fn default() -> Self {
        Self::new()
    }
}

/// The elements as [`iter`](List::iter) gives them.
impl<P: SharedPtr<Target: fmt::Debug>> fmt::Debug for List<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter(&crate::attach())).finish()
    }
}

/// As the [method](List::extend), which needs no `&mut`.
impl<P: SharedPtr, V: Into<P>> Extend<V> for List<P> {
    fn extend<I: IntoIterator<Item = V>>(&mut self, elements: I) {
        List::extend(self, elements);
    }
}

impl<P: SharedPtr, V: Into<P>> FromIterator<V> for List<P> {
    fn from_iter<I: IntoIterator<Item = V>>(elements: I) -> Self {
        Self::of_raws(into_raws(collected::<P, V>(elements)))
    }
}

impl<P: SharedPtr, V: Into<P>, const N: usize> From<[V; N]> for List<P> {
    fn from(elements: [V; N]) -> Self {
        elements.into_iter().collect()
    }
}

impl<P: SharedPtr, V: Into<P>> From<Vec<V>> for List<P> {
    fn from(elements: Vec<V>) -> Self {
        elements.into_iter().collect()
    }
}

impl<P: SharedPtr> From<List<P>> for Vec<P> {
    fn from(list: List<P>) -> Self {
        // SAFETY: nobody else has the list.
        let Some(block) = (unsafe { list.elements() }) else { return Self::new() };
        let mut elements = Self::with_capacity(length(block));
        list.unlink();
        // SAFETY: the list's references, each taken once.
        elements.extend(raws(Some(block), 0..length(block)).map(|raw| unsafe { P::from_raw(raw) }));
        // SAFETY: nobody else has the block, and its elements are moved out of it.
        unsafe { block.free() };
        elements
    }
}
