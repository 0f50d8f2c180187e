//! Iteration.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use super::List;
use super::elements::{Elements, element_below, length};
use crate::refcount::SharedPtr;
use crate::runtime::Attached;

impl<P: SharedPtr> List<P> {
    /// The elements in order, borrowed from the token. Lock-free.
    ///
    /// Weakly consistent: goes by index through the block that was current at the start, as its elements and length are when it comes to them. A list that only
    /// grows is given completely up to the block's end; after an [`insert`](Self::insert) or [`remove`](Self::remove), what is given is the list before it. What this thread
    /// [sets](Self::set), pushes and pops is seen until it makes the list build a new block.
    ///
    /// From the back it begins with the last element that there is when that end is first asked for.
    ///
    /// ```
    /// use freethreaded::{Brc, List, attach};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// let cx = attach();
    /// assert!(list.iter(&cx).eq(&[1, 2]));
    /// assert!(list.iter(&cx).rev().eq(&[2, 1]));
    /// ```
    #[inline]
    pub fn iter<'a>(&'a self, _token: &'a Attached<'_>) -> ListIter<'a, P> {
        // SAFETY: inside the runtime for as long as the token is borrowed.
        let block = unsafe { self.elements() };
        ListIter { block, front: 0, back: 0, is_fixed: false, _token: PhantomData }
    }

    /// The elements in order, counted, as they are when the iterator comes to their index. Lock-free.
    ///
    /// As Python's: an index into the list of the moment, so an insertion before it gives an element again and a removal makes it miss one. Once it has
    /// come to the end it stays there. It needs no token, and keeps nothing from being reclaimed between its steps.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// for n in list.iter_owned() {
    ///     if *n < 4 {
    ///         list.push(*n + 2);
    ///     }
    /// }
    /// assert_eq!(list, [1, 2, 3, 4, 5]);
    /// ```
    #[inline]
    pub fn iter_owned(&self) -> ListOwnedIter<'_, P> {
        ListOwnedIter { list: self, front: 0, back: None, is_done: false }
    }
}

/// Elements in order; see [`List::iter`].
pub struct ListIter<'a, P: SharedPtr> {
    block: Option<Elements<'a>>,
    /// The next place from the front.
    front: usize,
    /// Behind the next place from the back. The length was greater than every place before it at some moment of the iteration.
    back: usize,
    /// Whether places have been given from the back, so that `back` stays.
    is_fixed: bool,
    /// Neither `Send` nor `Sync`: what it gives is protected by the token of this thread.
    _token: PhantomData<(P, *mut ())>,
}

impl<'a, P: SharedPtr> ListIter<'a, P> {
    /// Goes on to the current end of the block.
    #[inline(always)]
    fn extend_to_end(&mut self, block: Elements<'a>) {
        if !self.is_fixed {
            self.back = length(block).max(self.front);
        }
    }

    /// Once at the end, always at the end, whatever is pushed later.
    #[inline(always)]
    fn end(&mut self) -> Option<&'a P::Target> {
        self.block = None;
        None
    }
}

impl<'a, P: SharedPtr> Iterator for ListIter<'a, P> {
    type Item = &'a P::Target;

    #[inline]
    fn next(&mut self) -> Option<&'a P::Target> {
        let block = self.block?;
        if self.front == self.back {
            self.extend_to_end(block);
            if self.front == self.back {
                return self.end();
            }
        }
        // One look at the length per element: that it was below an earlier length is known.
        let Some(raw) = element_below(block, self.front) else { return self.end() };
        self.front += 1;
        // SAFETY: inside the runtime during `'a`, so the list's reference is dropped after it.
        Some(unsafe { P::borrow(raw) })
    }

    fn nth(&mut self, n: usize) -> Option<&'a P::Target> {
        let block = self.block?;
        self.extend_to_end(block);
        if n >= self.back - self.front {
            return self.end();
        }
        self.front += n;
        self.next()
    }

    fn last(mut self) -> Option<&'a P::Target> {
        self.next_back()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let most =
            self.block.map_or(0, |block| if self.is_fixed { self.back } else { block.count() } - self.front);
        (0, Some(most))
    }
}

impl<'a, P: SharedPtr> DoubleEndedIterator for ListIter<'a, P> {
    #[inline]
    fn next_back(&mut self) -> Option<&'a P::Target> {
        let block = self.block?;
        self.extend_to_end(block);
        self.is_fixed = true;
        while self.front < self.back {
            self.back -= 1;
            // What has been cut off meanwhile is passed over.
            if let Some(raw) = element_below(block, self.back) {
                // SAFETY: as in `next`.
                return Some(unsafe { P::borrow(raw) });
            }
        }
        self.end()
    }
}

impl<P: SharedPtr> FusedIterator for ListIter<'_, P> {}

impl<P: SharedPtr> Clone for ListIter<'_, P> {
    fn clone(&self) -> Self {
        Self { _token: PhantomData, ..*self }
    }
}

impl<P: SharedPtr> fmt::Debug for ListIter<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListIter").field("index", &self.front).finish_non_exhaustive()
    }
}

/// Counted elements in order; see [`List::iter_owned`].
pub struct ListOwnedIter<'a, P: SharedPtr> {
    list: &'a List<P>,
    front: usize,
    /// Behind the next index from the back, once that end was asked for.
    back: Option<usize>,
    is_done: bool,
}

impl<P: SharedPtr> Iterator for ListOwnedIter<'_, P> {
    type Item = P;

    #[inline]
    fn next(&mut self) -> Option<P> {
        if self.is_done || self.back.is_some_and(|back| self.front >= back) {
            return None;
        }
        let element = self.list.get(self.front);
        self.front += 1;
        self.is_done = element.is_none();
        element
    }
}

impl<P: SharedPtr> DoubleEndedIterator for ListOwnedIter<'_, P> {
    fn next_back(&mut self) -> Option<P> {
        if self.is_done {
            return None;
        }
        let mut back = self.back.unwrap_or_else(|| self.list.len());
        while self.front < back {
            back -= 1;
            if let Some(element) = self.list.get(back) {
                self.back = Some(back);
                return Some(element);
            }
        }
        self.is_done = true;
        None
    }
}

impl<P: SharedPtr> FusedIterator for ListOwnedIter<'_, P> {}

impl<P: SharedPtr> Clone for ListOwnedIter<'_, P> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<P: SharedPtr> fmt::Debug for ListOwnedIter<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListOwnedIter").field("index", &self.front).finish_non_exhaustive()
    }
}

impl<'a, P: SharedPtr> IntoIterator for &'a List<P> {
    type Item = P;
    type IntoIter = ListOwnedIter<'a, P>;

    /// [`iter_owned`](List::iter_owned).
    fn into_iter(self) -> ListOwnedIter<'a, P> {
        self.iter_owned()
    }
}

/// The elements of a list that is no more, or of a range that was [drained](List::drain).
#[derive(Clone)]
pub struct ListIntoIter<P>(std::vec::IntoIter<P>);

impl<P> ListIntoIter<P> {
    pub(super) fn of(elements: Vec<P>) -> Self {
        Self(elements.into_iter())
    }

    /// What has not been given yet.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let mut iter = List::<Brc<u8>>::from([1, 2]).into_iter();
    /// iter.next();
    /// assert_eq!(iter.as_slice(), [Brc::new(2)]);
    /// ```
    #[must_use]
    pub fn as_slice(&self) -> &[P] {
        self.0.as_slice()
    }
}

impl<P> Iterator for ListIntoIter<P> {
    type Item = P;

    #[inline]
    fn next(&mut self) -> Option<P> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<P> {
        self.0.nth(n)
    }
}

impl<P> DoubleEndedIterator for ListIntoIter<P> {
    #[inline]
    fn next_back(&mut self) -> Option<P> {
        self.0.next_back()
    }
}

impl<P> ExactSizeIterator for ListIntoIter<P> {}
impl<P> FusedIterator for ListIntoIter<P> {}

impl<P: fmt::Debug> fmt::Debug for ListIntoIter<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ListIntoIter").field(&self.as_slice()).finish()
    }
}

impl<P: SharedPtr> IntoIterator for List<P> {
    type Item = P;
    type IntoIter = ListIntoIter<P>;

    fn into_iter(self) -> ListIntoIter<P> {
        ListIntoIter::of(self.into())
    }
}
