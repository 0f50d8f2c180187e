//! `LockedDict`: a dict inside a critical section.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;
use core::ops::Deref;

use equivalent::Equivalent;

use super::super::table::{End, Entry, Found, Node};
use super::Dict;
use crate::lock::Section;
use crate::refcount::SharedPtr;

impl<K, P: SharedPtr, S> Dict<K, P, S> {
    /// The dict as it is inside `section`, for several steps that are one: look, then act; walk and change; move an entry to another dict.
    ///
    /// The section is to be one of this dict, by [`critical_section`](crate::critical_section) or [`critical_section2`](crate::critical_section2). If it is not, each
    /// method of the view still takes the dict's lock by itself, and is one step by itself.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, critical_section};
    /// let dict: Dict<String, Brc<u32>> = [("a".to_string(), 1), ("b".to_string(), 2)].into();
    /// critical_section(&dict, |section| {
    ///     let dict = dict.locked(section);
    ///     // Every key gets a twin, and no other writer sees some with and some without.
    ///     for (key, value) in dict.iter() {
    ///         dict.insert(format!("{key}{key}"), *value);
    ///     }
    ///     assert_eq!(dict.len(), 4);
    /// });
    /// ```
    pub fn locked<'s>(&'s self, section: &'s Section<'_>) -> LockedDict<'s, K, P, S> {
        LockedDict { dict: self, section }
    }
}

/// A [`Dict`] inside a [critical section](crate::critical_section); see [`Dict::locked`].
///
/// It has all methods of the dict, which lock nothing here. Those that are named below give references instead of counted pointers; they stay valid for as long
/// as the section is borrowed, whatever happens to the dict. Another [`checkpoint`](Section::checkpoint) of the section ends the view: what was true before need not be after.
///
/// ```
/// use freethreaded::{Brc, Dict, critical_section2};
/// let (here, there): (Dict<u32, Brc<u32>>, Dict<u32, Brc<u32>>) = ((0..3).map(|n| (n, n)).collect(), Dict::new());
/// critical_section2(&here, &there, |section| {
///     let (here, there) = (here.locked(section), there.locked(section));
///     if let Some((&key, _)) = here.first() {
///         there.insert(key, here.remove(&key).unwrap());
///     }
/// });
/// assert_eq!((here.len(), there.len()), (2, 1));
/// ```
pub struct LockedDict<'s, K, P: SharedPtr, S> {
    dict: &'s Dict<K, P, S>,
    section: &'s Section<'s>,
}

impl<'s, K, P: SharedPtr, S> LockedDict<'s, K, P, S> {
    /// The number of entries, exactly.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, critical_section};
    /// let dict: Dict<u32, Brc<u32>> = [(1, 1)].into();
    /// assert_eq!(critical_section(&dict, |section| dict.locked(section).len()), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.dict.table.locked(|locked| locked.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of `key`.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, critical_section};
    /// let dict: Dict<&str, Brc<u32>> = [("a", 1)].into();
    /// critical_section(&dict, |section| {
    ///     let dict = dict.locked(section);
    ///     let value: &u32 = dict.get("a").unwrap();
    ///     dict.remove("a");
    ///     assert_eq!(*value, 1);
    /// });
    /// ```
    #[must_use]
    pub fn get<Q>(&self, key: &Q) -> Option<&'s P::Target>
    where
        Q: Equivalent<K> + Hash + ?Sized,
        K: Eq + Hash + Send + Sync + 'static,
        S: BuildHasher,
    {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// The dict's own key that equals `key`, and its value.
    #[must_use]
    pub fn get_key_value<Q>(&self, key: &Q) -> Option<(&'s K, &'s P::Target)>
    where
        Q: Equivalent<K> + Hash + ?Sized,
        K: Eq + Hash + Send + Sync + 'static,
        S: BuildHasher,
    {
        let hash = self.dict.hash(key);
        self.dict.table.locked(|locked| match locked.find(hash, key) {
            Found::Node(node) => self.entry(node),
            Found::Nothing => None,
        })
    }

    /// The first entry.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, critical_section};
    /// let dict: Dict<&str, Brc<u32>> = [("a", 1), ("b", 2)].into();
    /// critical_section(&dict, |section| {
    ///     let dict = dict.locked(section);
    ///     assert_eq!((dict.first(), dict.last()), (Some((&"a", &1)), Some((&"b", &2))));
    /// });
    /// ```
    #[must_use]
    pub fn first(&self) -> Option<(&'s K, &'s P::Target)> {
        self.dict.table.locked(|locked| self.entry(locked.at(End::First)?))
    }

    /// The last entry.
    #[must_use]
    pub fn last(&self) -> Option<(&'s K, &'s P::Target)> {
        self.dict.table.locked(|locked| self.entry(locked.at(End::Last)?))
    }

    /// The entries as they are at this moment, in order. Changes do not disturb the walk, and it does not see them. O(n) at once.
    #[must_use]
    pub fn iter(&self) -> LockedIter<'s, K, P> {
        let entries: Vec<Entry<'s, K>> = self.dict.table.locked(|locked| locked.entries());
        LockedIter {
            entries: entries.into_iter(),
            _section: self.section,
            _values: core::marker::PhantomData,
        }
    }

    fn entry(&self, node: &'s Node<K>) -> Option<(&'s K, &'s P::Target)> {
        // SAFETY: the section's token is borrowed for `'s`, and the dict's reference is dropped after that.
        node.value().map(|value| (&node.key, unsafe { P::borrow(value) }))
    }
}

impl<K, P: SharedPtr, S> Clone for LockedDict<'_, K, P, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, P: SharedPtr, S> Copy for LockedDict<'_, K, P, S> {}

impl<K, P: SharedPtr, S> Deref for LockedDict<'_, K, P, S> {
    type Target = Dict<K, P, S>;

    fn deref(&self) -> &Dict<K, P, S> {
        self.dict
    }
}

impl<'s, K, P: SharedPtr, S> IntoIterator for LockedDict<'s, K, P, S> {
    type Item = (&'s K, &'s P::Target);
    type IntoIter = LockedIter<'s, K, P>;

    fn into_iter(self) -> LockedIter<'s, K, P> {
        self.iter()
    }
}

impl<K, P, S> fmt::Debug for LockedDict<'_, K, P, S>
where
    K: fmt::Debug,
    P: SharedPtr<Target: fmt::Debug>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Entries of one moment; see [`LockedDict::iter`].
pub struct LockedIter<'s, K, P: SharedPtr> {
    entries: std::vec::IntoIter<Entry<'s, K>>,
    /// Keeps the thread inside the runtime, and this value on it.
    _section: &'s Section<'s>,
    _values: core::marker::PhantomData<&'s P::Target>,
}

impl<'s, K, P: SharedPtr> LockedIter<'s, K, P> {
    fn give(entry: Entry<'s, K>) -> (&'s K, &'s P::Target) {
        // SAFETY: the section's token is borrowed for `'s`, and the dict's reference is dropped after that.
        (&entry.node.key, unsafe { P::borrow(entry.value) })
    }
}

impl<'s, K, P: SharedPtr> Iterator for LockedIter<'s, K, P> {
    type Item = (&'s K, &'s P::Target);

    fn next(&mut self) -> Option<Self::Item> {
        self.entries.next().map(Self::give)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl<K, P: SharedPtr> DoubleEndedIterator for LockedIter<'_, K, P> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.entries.next_back().map(Self::give)
    }
}

impl<K, P: SharedPtr> ExactSizeIterator for LockedIter<'_, K, P> {}
impl<K, P: SharedPtr> FusedIterator for LockedIter<'_, K, P> {}

impl<K, P: SharedPtr> fmt::Debug for LockedIter<'_, K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockedIter").field("len", &self.len()).finish_non_exhaustive()
    }
}
