//! `Dict`: an insertion-ordered map of shared objects.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;
use std::hash::RandomState;

use equivalent::Equivalent;

use super::dict_iter::{Iter, Keys, Values};
use super::table::{Counted, Found, Node, Table, retire_value};
use crate::lock::{HasLock, ObjectLock};
use crate::refcount::SharedPtr;
use crate::runtime::{Attached, Operation, operation, pin};

/// A map from keys to counted pointers that many threads share, in insertion order.
///
/// Reads take no lock and never retry; writes take the dict's own lock. All methods take `&self`. `P` is the pointer that the dict
/// holds: [`Brc<T>`](crate::Brc), `Arc<T>`, or any [`SharedPtr`].
///
/// | method | lock | complexity | atomic as |
/// |---|---|---|---|
/// | [`get`](Self::get), [`get_ref`](Self::get_ref), [`contains_key`](Self::contains_key) | none | O(1) | one moment |
/// | [`insert`](Self::insert), [`replace`](Self::replace), [`remove`](Self::remove) | the dict's | O(1) amortised | one moment |
/// | [`get_or_insert_with`](Self::get_or_insert_with) | the dict's, if absent | O(1) amortised | one moment; the closure runs before it, unlocked |
/// | [`len`](Self::len), [`is_empty`](Self::is_empty) | none | O(1) | exact while nobody writes |
/// | [`iter`](Self::iter), [`keys`](Self::keys), [`values`](Self::values) | none | O(n) | each entry by itself |
/// | [`snapshot`](Self::snapshot) | the dict's | O(n) | one moment |
/// | [`clear`](Self::clear) | the dict's | O(1), O(n) when destroyed | one moment |
///
/// `Hash` runs before the lock is taken. `Eq` runs under it in writes, and may use the dict, which makes the write look again;
/// `Drop` of keys and values, closures and conversions never run under the lock.
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

    /// The number of entries: exact while nobody writes, else off by at most the writes under way.
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

    /// Entries, those of removed keys among them, that fit before the table is rebuilt.
    pub fn capacity(&self) -> usize {
        let _pin = pin();
        // SAFETY: inside the runtime.
        unsafe { self.table.index() }.map_or(0, |index| index.capacity())
    }

    /// The entries in insertion order, borrowed from the token.
    ///
    /// Weakly consistent: an entry that is there throughout is given once, in order; one that is added or removed meanwhile may be given or not; no entry is given
    /// twice, but a key that is removed and inserted again is a new entry. A value is the one at the moment it is given. Writers are not held up.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, attach};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// dict.insert("a", 1);
    /// dict.insert("b", 2);
    /// let cx = attach();
    /// assert_eq!(dict.iter(&cx).collect::<Vec<_>>(), [(&"a", &1), (&"b", &2)]);
    /// ```
    pub fn iter<'a>(&'a self, _token: &'a Attached<'_>) -> Iter<'a, K, P> {
        // SAFETY: inside the runtime for as long as the token is borrowed.
        unsafe { Iter::over(&self.table) }
    }

    /// The keys, as [`iter`](Self::iter) gives them.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, attach};
    /// let dict: Dict<u32, Brc<u32>> = (0..3).map(|n| (n, n * n)).collect();
    /// let cx = attach();
    /// assert!(dict.keys(&cx).eq(&[0, 1, 2]));
    /// ```
    pub fn keys<'a>(&'a self, token: &'a Attached<'_>) -> Keys<'a, K, P> {
        Keys::new(self.iter(token))
    }

    /// The targets of the values, as [`iter`](Self::iter) gives them.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, attach};
    /// let dict: Dict<u32, Brc<u32>> = (0..3).map(|n| (n, n * n)).collect();
    /// let cx = attach();
    /// assert!(dict.values(&cx).eq(&[0, 1, 4]));
    /// ```
    pub fn values<'a>(&'a self, token: &'a Attached<'_>) -> Values<'a, K, P> {
        Values::new(self.iter(token))
    }
}

impl<K, P, S> Dict<K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher,
{
    #[inline]
    fn hash<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        self.hasher.hash_one(key)
    }

    /// A counted reference to the value of `key`. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// dict.insert("a", 1);
    /// let value: Brc<u32> = dict.get("a").unwrap();
    /// assert_eq!(*value, 1);
    /// assert!(dict.get("b").is_none());
    /// ```
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<P>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let hash = self.hash(key);
        let _pin = pin();
        // SAFETY: inside the runtime.
        unsafe { self.table.find(hash, key) }.and_then(counted)
    }

    /// The value of `key`, borrowed for as long as the token is: no count, no write to shared memory. Lock-free.
    ///
    /// The value stays valid even if the key is removed meanwhile; the borrow ends at the token's next checkpoint at the latest.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, attach};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// dict.insert("a", 1);
    /// let cx = attach();
    /// assert_eq!(dict.get_ref("a", &cx), Some(&1));
    /// ```
    #[inline]
    pub fn get_ref<'a, Q>(&'a self, key: &Q, _token: &'a Attached<'_>) -> Option<&'a P::Target>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        // SAFETY: inside the runtime for as long as the token is borrowed.
        let value = unsafe { self.table.find::<Q>(self.hash(key), key) }?.value()?;
        // SAFETY: the dict's reference is dropped no earlier than this thread passes its next checkpoint.
        Some(unsafe { P::borrow(value) })
    }

    /// Whether `key` has a value. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// dict.insert("a", 1);
    /// assert!(dict.contains_key("a"));
    /// ```
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let hash = self.hash(key);
        let _pin = pin();
        // SAFETY: inside the runtime.
        unsafe { self.table.find(hash, key) }.is_some_and(|node| node.value().is_some())
    }

    /// Sets the value of `key` and returns the one it had. A present key keeps its place and its first key object; a new one goes last.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<String, Brc<u32>> = Dict::new();
    /// assert!(dict.insert("a".to_string(), 1).is_none());
    /// assert_eq!(dict.insert("a".to_string(), 2).as_deref(), Some(&1));
    /// ```
    pub fn insert(&self, key: K, value: impl Into<P>) -> Option<P> {
        // Both outlive the lock: what is not stored is dropped after it.
        let (mut key, mut value) = (Some(key), Some(value.into()));
        let hash = self.hash(key.as_ref()?);
        let operation = operation();
        let old = self.table.locked(|locked| {
            let found = locked.find(hash, key.as_ref()?);
            let value = P::into_raw(value.take()?);
            match found {
                Found::Node(node) => Some(locked.replace(node, value)),
                Found::Nothing => {
                    locked.insert(&operation, hash, key.take()?, value);
                    None
                }
            }
        });
        let old = old.map(|old| give_up(&operation, old));
        // Here, since a destructor that unwinds at the end of a scope leaks what is being returned.
        drop((operation, value, key));
        old
    }

    /// Sets the value of a key that is present, and returns the one it had.
    ///
    /// # Errors
    /// Returns `value` if the key is absent.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// assert!(dict.replace("a", 1).is_err());
    /// dict.insert("a", 1);
    /// assert_eq!(*dict.replace("a", 2).unwrap(), 1);
    /// ```
    pub fn replace<Q>(&self, key: &Q, value: impl Into<P>) -> Result<P, P>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let mut value = Some(value.into());
        let hash = self.hash(key);
        let operation = operation();
        let old = self.table.locked(|locked| match locked.find(hash, key) {
            Found::Node(node) => value.take().map(|value| locked.replace(node, P::into_raw(value))),
            Found::Nothing => None,
        });
        let result = match (old, value) {
            (None, Some(value)) => Err(value),
            (Some(old), _) => Ok(give_up(&operation, old)),
            (None, None) => unreachable!("the value was stored in exchange for another"),
        };
        // As in `insert`.
        drop(operation);
        result
    }

    /// Removes `key` and returns its value.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// dict.insert("a", 1);
    /// assert_eq!(dict.remove("a").as_deref(), Some(&1));
    /// assert!(dict.remove("a").is_none());
    /// ```
    pub fn remove<Q>(&self, key: &Q) -> Option<P>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let hash = self.hash(key);
        let operation = operation();
        let removed = self.table.locked(|locked| match locked.find(hash, key) {
            Found::Node(node) => Some(locked.remove(node)),
            Found::Nothing => None,
        })?;
        let value = removed.dispose::<Counted<P>, P>(
            &operation,
            // SAFETY: the dict's reference, taken out of it.
            |value| unsafe { P::from_raw(value) },
            // SAFETY: the dict's reference is still there.
            |value| unsafe { copied(value) },
        );
        // As in `insert`.
        drop(operation);
        Some(value)
    }

    /// The value of `key`; if it is absent, that of `make()`, which becomes the value.
    ///
    /// `make` runs without the lock, at most once. If another thread adds the key meanwhile, that value is returned and this one dropped.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// assert_eq!(*dict.get_or_insert_with("a", || Brc::new(1)), 1);
    /// assert_eq!(*dict.get_or_insert_with("a", || unreachable!()), 1);
    /// ```
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> P) -> P {
        let hash = self.hash(&key);
        let found = {
            let _pin = pin();
            // SAFETY: inside the runtime.
            unsafe { self.table.find(hash, &key) }.and_then(counted)
        };
        if let Some(value) = found {
            // As in `insert`.
            drop((key, make));
            return value;
        }
        let value = make();
        let mut key = Some(key);
        // What is not stored is dropped after the lock is released.
        let mut stored = Some(value.clone());
        let operation = operation();
        let existing = self.table.locked(|locked| match locked.find(hash, key.as_ref()?) {
            Found::Node(node) => counted(node),
            Found::Nothing => {
                let value = P::into_raw(stored.take()?);
                locked.insert(&operation, hash, key.take()?, value);
                None
            }
        });
        let (result, loser) = match existing {
            Some(existing) => (existing, Some(value)),
            None => (value, None),
        };
        // As in `insert`.
        drop((operation, loser, stored, key));
        result
    }

    /// Removes all entries. The old table is given up whole: destroyed in this call, or after a grace period.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<u32, Brc<u32>> = (0..3).map(|n| (n, n)).collect();
    /// dict.clear();
    /// assert!(dict.is_empty());
    /// ```
    pub fn clear(&self) {
        self.table.clear(&operation());
    }

    /// All entries at one moment, in insertion order. Keys are cloned after the lock is released.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<u32, Brc<u32>> = (0..3).map(|n| (n, n * n)).collect();
    /// let squares = dict.snapshot();
    /// dict.clear();
    /// assert_eq!(squares.iter().map(|(n, square)| (*n, **square)).collect::<Vec<_>>(), [(0, 0), (1, 1), (2, 4)]);
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Vec<(K, P)>
    where
        K: Clone,
    {
        let _pin = pin();
        let nodes: Vec<(&Node<K>, P)> = self.table.locked(|locked| {
            let mut nodes = Vec::with_capacity(locked.len());
            nodes.extend(locked.nodes().filter_map(|node| Some((node, counted(node)?))));
            nodes
        });
        nodes.into_iter().map(|(node, value)| (node.key.clone(), value)).collect()
    }
}

/// A reference to a node's value, unless the node was removed. The thread is inside the runtime.
#[inline]
fn counted<K, P: SharedPtr>(node: &Node<K>) -> Option<P> {
    // SAFETY: the dict's reference is dropped no earlier than this thread has left the runtime.
    node.value().map(|value| unsafe { copied(value) })
}

/// # Safety
/// `value` came from `P::into_raw`, and that reference exists.
#[inline]
unsafe fn copied<P: SharedPtr>(value: core::ptr::NonNull<()>) -> P {
    // SAFETY: the caller's; the added reference is the one that is turned back.
    unsafe {
        P::increment(value);
        P::from_raw(value)
    }
}

/// Turns a value that a node no longer holds into the caller's reference.
fn give_up<P: SharedPtr>(operation: &Operation, old: core::ptr::NonNull<()>) -> P {
    if operation.is_alone() {
        // SAFETY: the dict's reference, unlinked, and nobody can be reading.
        return unsafe { P::from_raw(old) };
    }
    // SAFETY: the dict's reference exists until it is retired.
    let copy = unsafe { copied(old) };
    retire_value::<Counted<P>>(operation, old);
    copy
}

impl<K, P: SharedPtr, S> HasLock for Dict<K, P, S> {
    fn object_lock(&self) -> &ObjectLock {
        self.table.lock()
    }
}

impl<K, P: SharedPtr, S: Default> Default for Dict<K, P, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K, P, S> fmt::Debug for Dict<K, P, S>
where
    K: fmt::Debug,
    P: SharedPtr<Target: fmt::Debug>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter(&crate::attach())).finish()
    }
}

impl<K, P, S, V> Extend<(K, V)> for Dict<K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher,
    V: Into<P>,
{
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K, P, S, V> FromIterator<(K, V)> for Dict<K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher + Default,
    V: Into<P>,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let mut dict = Self::with_capacity_and_hasher(entries.size_hint().0, S::default());
        dict.extend(entries);
        dict
    }
}

impl<K, P, V, const N: usize> From<[(K, V); N]> for Dict<K, P>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    V: Into<P>,
{
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}
