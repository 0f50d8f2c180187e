//! `Set`: an insertion-ordered set. Here the type, and what reads it.

mod algebra;
mod compact;
mod compare;
mod frozen;
mod iter;
mod locked;
mod operand;
mod traits;
mod write;

use core::hash::{BuildHasher, Hash};
use std::hash::RandomState;

use equivalent::Equivalent;

use super::table::{End, Node, Nodes, Present, Table};
use crate::runtime::{Attached, pin};

pub use frozen::FrozenSet;
pub use iter::{SetIntoIter, SetIter};
pub use locked::{LockedSet, LockedSetIter};
pub use operand::SetOperand;

/// A set that many threads share, in insertion order.
///
/// Reads take no lock and never retry; writes take the set's own lock. All methods take `&self`.
/// [`insert`](Self::insert) tells exactly one of several threads that it was first, so a set is what one claims work with.
///
/// | method | lock | complexity | atomic as | user code under the lock |
/// |---|---|---|---|---|
/// | [`contains`](Self::contains), [`get`](Self::get), [`get_ref`](Self::get_ref) | none | O(1) | one moment | – |
/// | [`len`](Self::len), [`is_empty`](Self::is_empty) | none | O(1) | exact while nobody writes | – |
/// | [`iter`](Self::iter), `Debug` | none | O(n) | each key by itself | – |
/// | [`insert`](Self::insert), [`remove`](Self::remove) | the set's | O(1) amortised | one moment | `Eq`, seldom |
/// | [`replace`](Self::replace), [`take`](Self::take) | the set's | O(1) amortised | one moment | `Eq` |
/// | [`get_or_insert_with`](Self::get_or_insert_with) | the set's, if absent | O(1) amortised | one moment; the closure runs before it | `Eq` |
/// | [`remove_if`](Self::remove_if) | the set's | O(1) | one moment | `Eq`, the closure |
/// | [`first`](Self::first), [`last`](Self::last), [`pop_first`](Self::pop_first), [`pop_last`](Self::pop_last) | the set's | O(1) amortised | one moment | – |
/// | [`retain`](Self::retain) | the set's | O(n) | one moment for other writers; readers see keys go one by one | the closure |
/// | [`snapshot`](Self::snapshot), [`clone`](Clone::clone), [`freeze`](Self::freeze) | the set's | O(n) | one moment | – |
/// | [`clear`](Self::clear), [`drain`](Self::drain), [`take_all`](Self::take_all) | the set's | O(1), then O(n) without it | one moment | – |
/// | [`union`](Self::union), [`intersection`](Self::intersection), [`difference`](Self::difference), [`symmetric_difference`](Self::symmetric_difference), `\|`, `&`, `-`, `^` | both | O(n) | one moment of both | `Hash`, `Eq` |
/// | `==`, [`is_subset`](Self::is_subset), [`is_superset`](Self::is_superset), [`is_disjoint`](Self::is_disjoint) | both | O(n) | one moment of both | `Hash`, `Eq` |
/// | [`union_with`](Self::union_with), [`intersect_with`](Self::intersect_with), [`difference_with`](Self::difference_with), [`symmetric_difference_with`](Self::symmetric_difference_with), `\|=`, `&=`, `-=`, `^=` | both | O(n) | one moment of both for other writers; readers see keys come and go one by one | `Hash`, `Eq`, `Clone` |
/// | [`swap_contents`](Self::swap_contents) | both | O(n) | one moment of both for other writers, of each for readers | `Hash`, `Clone` |
/// | [`extend`](Self::extend), [`Extend`], [`FromIterator`] | the set's | O(n) | each key by itself | `Eq`, seldom |
///
/// *Seldom*: the search for the key comes before the lock. Another one comes under it if the lock is not to be had at once, if the table has to grow, and if what was found is so no more.
///
/// Otherwise `Hash`, `Clone`, `Drop` and closures run without the lock. User code may use the same sets, and wait: an operation that is disturbed by it looks again. See
/// [re-entrancy](crate::collections#re-entrancy).
///
/// ```
/// use freethreaded::Set;
/// let seen: Set<String> = Set::new();
/// assert!(seen.insert("index.html".to_string()));
/// assert!(!seen.insert("index.html".to_string()));
/// assert!(seen.contains("index.html"));
/// ```
pub struct Set<K, S = RandomState> {
    table: Table<K, Present>,
    hasher: S,
}

impl<K> Set<K> {
    /// An empty set. Allocates nothing.
    ///
    /// ```
    /// assert!(freethreaded::Set::<u8>::new().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_hasher(RandomState::new())
    }

    /// An empty set with room for `capacity` keys.
    ///
    /// ```
    /// assert!(freethreaded::Set::<u8>::with_capacity(100).capacity() >= 100);
    /// ```
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, RandomState::new())
    }
}

impl<K, S> Set<K, S> {
    crate::sync::const_unless_loom! {
        /// An empty set that hashes with `hasher`. Usable in a `static` if the hasher is.
        pub const fn with_hasher(hasher: S) -> Self {
            Self { table: Table::new(), hasher }
        }
    }

    /// [`with_hasher`](Self::with_hasher), with room for `capacity` keys.
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        Self { table: Table::with_capacity(capacity), hasher }
    }

    /// The hasher.
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    /// The number of keys: exact while nobody writes, else off by at most the writes under way.
    #[inline]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether [`len`](Self::len) is 0.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keys, removed ones among them, that fit before the table is rebuilt.
    pub fn capacity(&self) -> usize {
        let _pin = pin();
        // SAFETY: inside the runtime.
        unsafe { self.table.index() }.map_or(0, |index| index.capacity())
    }

    /// The keys in insertion order, or backwards, borrowed from the token. Weakly consistent, as [`Dict::iter`](super::Dict::iter).
    ///
    /// ```
    /// use freethreaded::{Set, attach};
    /// let set: Set<u32> = [3, 1, 2, 3].into();
    /// let cx = attach();
    /// assert!(set.iter(&cx).eq(&[3, 1, 2]));
    /// assert!(set.iter(&cx).rev().eq(&[2, 1, 3]));
    /// ```
    pub fn iter<'a>(&'a self, _token: &'a Attached<'_>) -> SetIter<'a, K> {
        // SAFETY: inside the runtime for as long as the token is borrowed.
        SetIter::over(Nodes::new(unsafe { self.table.index() }))
    }
}

impl<K, S> Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
{
    #[inline]
    fn hash<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        self.hasher.hash_one(key)
    }

    /// Whether `key` is in the set. Lock-free.
    ///
    /// ```
    /// let set: freethreaded::Set<&str> = ["a"].into();
    /// assert!(set.contains("a") && !set.contains("b"));
    /// ```
    #[inline]
    pub fn contains<Q>(&self, key: &Q) -> bool
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let hash = self.hash(key);
        let _pin = pin();
        // SAFETY: inside the runtime.
        unsafe { self.table.find(hash, key) }.is_some_and(|node| node.value().is_some())
    }

    /// A copy of the key in the set that equals `key`. Lock-free.
    ///
    /// ```
    /// let set: freethreaded::Set<String> = ["a".to_string()].into();
    /// assert_eq!(set.get("a"), Some("a".to_string()));
    /// ```
    pub fn get<Q>(&self, key: &Q) -> Option<K>
    where
        Q: Equivalent<K> + Hash + ?Sized,
        K: Clone,
    {
        let hash = self.hash(key);
        let _pin = pin();
        // SAFETY: inside the runtime.
        let node = unsafe { self.table.find(hash, key) }?;
        node.value().map(|_| node.key.clone())
    }

    /// The key in the set that equals `key`, borrowed for as long as the token is. Lock-free.
    ///
    /// ```
    /// let set: freethreaded::Set<String> = ["a".to_string()].into();
    /// let cx = freethreaded::attach();
    /// assert_eq!(set.get_ref("a", &cx).map(String::as_str), Some("a"));
    /// ```
    #[inline]
    pub fn get_ref<'a, Q>(&'a self, key: &Q, _token: &'a Attached<'_>) -> Option<&'a K>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        // SAFETY: inside the runtime for as long as the token is borrowed.
        let node = unsafe { self.table.find::<Q>(self.hash(key), key) }?;
        node.value().map(|_| &node.key)
    }

    /// A copy of the first key. O(1) amortised.
    ///
    /// ```
    /// assert_eq!(freethreaded::Set::from([2, 1]).first(), Some(2));
    /// ```
    #[must_use]
    pub fn first(&self) -> Option<K>
    where
        K: Clone,
    {
        let _pin = pin();
        let node = self.table.locked(|locked| locked.at(End::First));
        node.map(|node| node.key.clone())
    }

    /// A copy of the last key. O(1) amortised.
    ///
    /// ```
    /// assert_eq!(freethreaded::Set::from([2, 1]).last(), Some(1));
    /// ```
    #[must_use]
    pub fn last(&self) -> Option<K>
    where
        K: Clone,
    {
        let _pin = pin();
        let node = self.table.locked(|locked| locked.at(End::Last));
        node.map(|node| node.key.clone())
    }

    /// All keys at one moment, in insertion order. They are cloned after the lock is released.
    ///
    /// ```
    /// let set: freethreaded::Set<u8> = [2, 1].into();
    /// assert_eq!(set.snapshot(), [2, 1]);
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Vec<K>
    where
        K: Clone,
    {
        let _pin = pin();
        self.nodes().into_iter().map(|node| node.key.clone()).collect()
    }

    /// All keys at one moment, in insertion order, as a set that does not change. They are cloned after the lock is released.
    ///
    /// ```
    /// let set = freethreaded::Set::from([2, 1]);
    /// let frozen = set.freeze();
    /// set.insert(3);
    /// assert_eq!(frozen.as_slice(), [2, 1]);
    /// ```
    #[must_use]
    pub fn freeze(&self) -> FrozenSet<K, S>
    where
        K: Clone,
        S: Clone,
    {
        FrozenSet::of_distinct(self.snapshot(), self.hasher.clone())
    }

    /// All nodes at one moment. The calling thread is inside the runtime, for as long as it uses them.
    fn nodes(&self) -> Vec<&Node<K>> {
        self.table.locked(|locked| {
            let mut nodes = Vec::with_capacity(locked.len());
            nodes.extend(locked.nodes());
            nodes
        })
    }
}
