//! A list seen from inside a critical section.

use core::fmt;
use core::ops::Deref;

use super::List;
use crate::lock::Section;
use crate::refcount::SharedPtr;
use crate::runtime::Attached;

impl<P: SharedPtr> List<P> {
    /// The list for the length of a [critical section](crate::critical_section) of it: what is read is borrowed from the section, and all its methods are there, at no cost of locking.
    ///
    /// In a section of something else it works too, but each method is a step of its own.
    ///
    /// ```
    /// use freethreaded::{Brc, List, critical_section};
    /// let list: List<Brc<u32>> = (0..5).collect();
    /// critical_section(&list, |section| {
    ///     let list = list.locked(section);
    ///     // Nobody else writes, so indices stay what they are.
    ///     for (index, n) in list.iter().enumerate() {
    ///         if n % 2 == 1 {
    ///             list.set(index, n * 10).unwrap();
    ///         }
    ///     }
    ///     let first = list.get(0).unwrap();
    ///     list.clear();
    ///     assert_eq!(*first, 0); // up to the end of the section
    ///     list.extend([1, 2]);
    /// });
    /// assert_eq!(list, [1, 2]);
    /// ```
    ///
    /// No reference outlives a moment at which the section lets others in:
    ///
    /// ```compile_fail,E0502
    /// use freethreaded::{Brc, List, critical_section};
    /// let list: List<Brc<u32>> = (0..5).collect();
    /// critical_section(&list, |section| {
    ///     let first = list.locked(section).get(0);
    ///     section.checkpoint();
    ///     println!("{first:?}");
    /// });
    /// ```
    #[inline]
    pub fn locked<'s>(&'s self, section: &'s Section<'_>) -> LockedList<'s, P> {
        LockedList { list: self, token: section.token() }
    }
}

/// A [`List`] inside a critical section; made by [`List::locked`].
///
/// The methods here give references; those of the [`List`] are all there besides. Beware that code of the user's types, or a write to another container, may [suspend](crate::critical_section)
/// the section: references stay valid, but the list may be another afterwards.
pub struct LockedList<'s, P: SharedPtr> {
    list: &'s List<P>,
    token: &'s Attached<'s>,
}

impl<'s, P: SharedPtr> LockedList<'s, P> {
    /// The element at `index`.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&'s P::Target> {
        self.list.get_ref(index, self.token)
    }

    /// The first element.
    #[inline]
    #[must_use]
    pub fn first(&self) -> Option<&'s P::Target> {
        self.get(0)
    }

    /// The last element.
    #[inline]
    #[must_use]
    pub fn last(&self) -> Option<&'s P::Target> {
        self.list.last_ref(self.token)
    }

    /// The elements in order. Goes by index through the list of the moment, so it sees everything that is written meanwhile, as [`iter_owned`](List::iter_owned) does.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = &'s P::Target> + use<'s, P> {
        let view = *self;
        (0..).map_while(move |index| view.get(index))
    }
}

impl<P: SharedPtr> Clone for LockedList<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: SharedPtr> Copy for LockedList<'_, P> {}

impl<P: SharedPtr> Deref for LockedList<'_, P> {
    type Target = List<P>;

    #[inline]
    fn deref(&self) -> &List<P> {
        self.list
    }
}

impl<P: SharedPtr<Target: fmt::Debug>> fmt::Debug for LockedList<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.list.fmt(f)
    }
}
