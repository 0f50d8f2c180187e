//! `LockedSet`: a set inside a critical section.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;
use core::ops::Deref;
use std::vec;

use equivalent::Equivalent;

use super::Set;
use crate::collections::table::{End, Node};
use crate::lock::Section;

impl<K, S> Set<K, S> {
    /// The set as it is inside `section`, for several steps that are one: look, then act; walk and change; move keys to another set.
    ///
    /// The section is to be one of this set, by [`critical_section`](crate::critical_section) or [`critical_section2`](crate::critical_section2). If it is not, each
    /// method of the view still takes the set's lock by itself, and is one step by itself.
    ///
    /// ```
    /// use freethreaded::{Set, critical_section2};
    /// let (todo, done): (Set<String>, Set<String>) = (Set::from(["a".to_string()]), Set::new());
    /// critical_section2(&todo, &done, |section| {
    ///     let (todo, done) = (todo.locked(section), done.locked(section));
    ///     while let Some(key) = todo.first() {
    ///         done.insert(key.clone());
    ///         todo.remove(key);
    ///     }
    /// });
    /// assert!(todo.is_empty() && done.contains("a"));
    /// ```
    pub fn locked<'s>(&'s self, section: &'s Section<'_>) -> LockedSet<'s, K, S> {
        LockedSet { set: self, section }
    }
}

/// A [`Set`] inside a [critical section](crate::critical_section); see [`Set::locked`].
///
/// It has all methods of the set, which lock nothing here. Those that are named below give references instead of copies; they stay valid for as long as the section is
/// borrowed, whatever happens to the set. Another [`checkpoint`](Section::checkpoint) of the section ends the view: what was true before need not be after.
///
/// ```
/// use freethreaded::{Set, critical_section};
/// let set: Set<String> = Set::from(["a".to_string(), "b".to_string()]);
/// critical_section(&set, |section| {
///     let set = set.locked(section);
///     for key in set.iter() {
///         set.insert(key.to_uppercase());
///         set.remove(key);
///     }
/// });
/// assert_eq!(set.snapshot(), ["A", "B"]);
/// ```
pub struct LockedSet<'s, K, S> {
    set: &'s Set<K, S>,
    section: &'s Section<'s>,
}

impl<'s, K, S> LockedSet<'s, K, S> {
    /// The number of keys, exactly.
    ///
    /// ```
    /// use freethreaded::{Set, critical_section};
    /// let set = Set::from([1]);
    /// assert_eq!(critical_section(&set, |section| set.locked(section).len()), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.set.table.locked(|locked| locked.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key in the set that equals `key`.
    ///
    /// ```
    /// use freethreaded::{Set, critical_section};
    /// let set = Set::from(["a".to_string()]);
    /// critical_section(&set, |section| assert_eq!(set.locked(section).get("a").unwrap(), "a"));
    /// ```
    #[must_use]
    pub fn get<Q>(&self, key: &Q) -> Option<&'s K>
    where
        Q: Equivalent<K> + Hash + ?Sized,
        K: Eq + Hash + Send + Sync + 'static,
        S: BuildHasher,
    {
        self.set.get_ref(key, self.section.token())
    }

    /// The first key.
    ///
    /// ```
    /// use freethreaded::{Set, critical_section};
    /// let set = Set::from([2, 1]);
    /// critical_section(&set, |section| {
    ///     let set = set.locked(section);
    ///     assert_eq!((set.first(), set.last()), (Some(&2), Some(&1)));
    /// });
    /// ```
    #[must_use]
    pub fn first(&self) -> Option<&'s K> {
        self.at(End::First)
    }

    /// The last key.
    #[must_use]
    pub fn last(&self) -> Option<&'s K> {
        self.at(End::Last)
    }

    fn at(&self, end: End) -> Option<&'s K> {
        // The section's token is borrowed for `'s`, and the node freed after that.
        self.set.table.locked(|locked| locked.at(end)).map(|node| &node.key)
    }

    /// The keys as they are at this moment, in order. Changes do not disturb the walk, and it does not see them. O(n) at once.
    #[must_use]
    pub fn iter(&self) -> LockedSetIter<'s, K> {
        let nodes = self.set.table.locked(|locked| locked.nodes().collect::<Vec<_>>());
        LockedSetIter { nodes: nodes.into_iter(), _section: self.section }
    }
}

impl<K, S> Clone for LockedSet<'_, K, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, S> Copy for LockedSet<'_, K, S> {}

impl<K, S> Deref for LockedSet<'_, K, S> {
    type Target = Set<K, S>;

    fn deref(&self) -> &Set<K, S> {
        self.set
    }
}

impl<'s, K, S> IntoIterator for LockedSet<'s, K, S> {
    type Item = &'s K;
    type IntoIter = LockedSetIter<'s, K>;

    fn into_iter(self) -> LockedSetIter<'s, K> {
        self.iter()
    }
}

impl<K: fmt::Debug, S> fmt::Debug for LockedSet<'_, K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Keys of one moment; see [`LockedSet::iter`].
pub struct LockedSetIter<'s, K> {
    nodes: vec::IntoIter<&'s Node<K>>,
    /// Keeps the thread inside the runtime, and this value on it.
    _section: &'s Section<'s>,
}

impl<'s, K> Iterator for LockedSetIter<'s, K> {
    type Item = &'s K;

    fn next(&mut self) -> Option<&'s K> {
        self.nodes.next().map(|node| &node.key)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.nodes.size_hint()
    }
}

impl<K> DoubleEndedIterator for LockedSetIter<'_, K> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.nodes.next_back().map(|node| &node.key)
    }
}

impl<K> ExactSizeIterator for LockedSetIter<'_, K> {}
impl<K> FusedIterator for LockedSetIter<'_, K> {}

impl<K> fmt::Debug for LockedSetIter<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockedSetIter").field("len", &self.len()).finish_non_exhaustive()
    }
}
