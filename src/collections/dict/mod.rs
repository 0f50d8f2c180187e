//! `Dict`: an insertion-ordered map of shared objects.

mod drain;
mod iter;
mod locked;
mod order;
mod pair;
mod read;
mod room;
mod traits;
mod update;
mod value;
mod views;
mod write;

use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;
use std::hash::RandomState;

use super::table::{Counted, Table};
use crate::lock::{HasLock, ObjectLock};
use crate::refcount::SharedPtr;

pub use drain::{Drain, IntoIter, IntoKeys, IntoValues};
pub use iter::{Iter, Keys, Values};
pub use locked::{LockedDict, LockedIter};
pub use update::CompareExchangeError;
pub use views::{ItemsView, KeySource, KeysView, ValuesView};

/// A map from keys to counted pointers that many threads share, in insertion order.
///
/// Reads take no lock and never retry; writes take the dict's own lock. All methods take `&self`. `P` is the pointer that the dict
/// holds: [`Brc<T>`](crate::Brc), `Arc<T>`, or any [`SharedPtr`].
///
/// | method | lock | complexity | atomic as | user code under the lock |
/// |---|---|---|---|---|
/// | [`get`](Self::get), [`get_ref`](Self::get_ref), [`get_key_value`](Self::get_key_value), [`contains_key`](Self::contains_key) | none | O(1) | one moment | no lock: `Eq` |
/// | [`len`](Self::len), [`is_empty`](Self::is_empty) | none | O(1) | exact while nobody writes | – |
/// | [`iter`](Self::iter), [`keys`](Self::keys), [`values`](Self::values), `Debug` | none | O(n) | each entry by itself | – |
/// | [`first`](Self::first), [`last`](Self::last) | the dict's | O(1) | one moment | – |
/// | [`insert`](Self::insert), [`replace`](Self::replace), [`remove`](Self::remove), [`remove_entry`](Self::remove_entry) | the dict's | O(1) amortised | one moment | `Eq`, seldom |
/// | [`get_or_insert`](Self::get_or_insert), [`compare_exchange`](Self::compare_exchange) | the dict's | O(1) amortised | one moment | `Eq` |
/// | [`get_or_insert_with`](Self::get_or_insert_with), [`get_or_try_insert_with`](Self::get_or_try_insert_with) | the dict's, if absent | O(1) amortised | one moment | `Eq`, the closure |
/// | [`update`](Self::update), [`remove_if`](Self::remove_if) | the dict's | O(1) amortised | one moment, and the closure has seen what is replaced | `Eq`, the closure |
/// | [`pop_first`](Self::pop_first), [`pop_last`](Self::pop_last) | the dict's | O(1) amortised | one moment | – |
/// | [`move_to_end`](Self::move_to_end), [`insert_at`](Self::insert_at) | the dict's | O(1) amortised | one moment | `Eq` |
/// | [`clear`](Self::clear) | the dict's | O(1), O(n) when destroyed | one moment | – |
/// | [`snapshot`](Self::snapshot), [`drain`](Self::drain), `clone` | the dict's | O(n) | one moment | – |
/// | [`retain`](Self::retain) | the dict's | O(n) | one section | the closure |
/// | [`update_from`](Self::update_from) | both dicts' | O(other) | one section of both | `Eq`, `Clone` of keys, `Hash` of the other's keys |
/// | [`merge`](Self::merge), `==` | both dicts' | O(both), `==` O(n log n) | one moment of both | – |
/// | [`swap_contents`](Self::swap_contents) | both dicts' | O(both) | one moment, to whoever locks | `Clone` and `Hash` of keys |
/// | [`reserve`](Self::reserve), [`shrink_to_fit`](Self::shrink_to_fit) | the dict's | O(n) | not visible | – |
/// | [`extend`](Extend), `FromIterator` | the dict's | O(1) each | each entry by itself | `Eq`, seldom |
///
/// *Seldom*: the search for the key comes before the lock. Another one comes under it if the lock is not to be had at once, if the table has to grow, and if what was found is so no more.
///
/// *One section* is a [critical section](crate::critical_section): one moment to all who take the lock, unless user code that it calls waits for another lock or changes
/// the dict itself; a reader without the lock sees each step. Operations of *one moment* stay that whatever user code does: they look again after it.
/// What is not in the last column (`Hash` of an operation's own key, `Drop`, conversions) runs without the lock.
///
/// ```
/// use freethreaded::{Brc, Dict};
/// let ages: Dict<String, Brc<u32>> = Dict::new();
/// ages.insert("Ada".to_string(), 36);
/// std::thread::scope(|s| {
///     s.spawn(|| ages.insert("Grace".to_string(), 85));
/// });
/// assert_eq!(ages.get("Grace").as_deref(), Some(&85));
/// assert_eq!(ages.len(), 2);
/// ```
pub struct Dict<K, P: SharedPtr, S = RandomState> {
    table: Table<K, Counted<P>>,
    hasher: S,
    _pointers: PhantomData<P>,
}

impl<K, P: SharedPtr> Dict<K, P> {
    /// An empty dict. Allocates nothing.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<u32, Brc<String>> = Dict::new();
    /// assert!(dict.is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_hasher(RandomState::new())
    }

    /// An empty dict with room for `capacity` entries.
    ///
    /// # Panics
    /// If that is more than the address space has room for.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<u32, Brc<String>> = Dict::with_capacity(1000);
    /// assert!(dict.capacity() >= 1000);
    /// ```
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, RandomState::new())
    }
}

impl<K, P: SharedPtr, S> Dict<K, P, S> {
    crate::sync::const_unless_loom! {
        /// An empty dict that hashes with `hasher`. Usable in a `static` if the hasher is.
        ///
        /// The low bits of a hash choose the slot and the high bits its tag, so both should vary.
        pub const fn with_hasher(hasher: S) -> Self {
            Self { table: Table::new(), hasher, _pointers: PhantomData }
        }
    }

    /// [`with_hasher`](Self::with_hasher), with room for `capacity` entries.
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        Self { table: Table::with_capacity(capacity), hasher, _pointers: PhantomData }
    }

    /// The hasher.
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    /// The number of entries: exact while nobody writes, else off by at most the writes under way. In a
    /// [critical section](crate::critical_section) of the dict it is exact.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<u32, Brc<u32>> = (0..3).map(|n| (n, n)).collect();
    /// assert_eq!(dict.len(), 3);
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether [`len`](Self::len) is 0.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K, P: SharedPtr, S: BuildHasher> Dict<K, P, S> {
    #[inline]
    fn hash<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        self.hasher.hash_one(key)
    }
}

impl<K, P: SharedPtr, S> HasLock for Dict<K, P, S> {
    fn object_lock(&self) -> &ObjectLock {
        self.table.lock()
    }
}
