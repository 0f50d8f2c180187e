//! `FrozenSet`: a set that does not change.

use core::fmt;
use core::hash::{BuildHasher, Hash, Hasher};
use core::slice;
use std::hash::{DefaultHasher, RandomState};

use equivalent::Equivalent;

use super::algebra::{Algebra, choose};
use super::compact::Places;
use super::operand::{SetOperand, pinned};
use super::{Set, SetIntoIter};
use crate::collections::table::Owned;
use crate::sync::atomic::{AtomicU64, Ordering};

/// A set that never changes, in insertion order: Python's `frozenset`.
///
/// Since nothing changes, nothing is locked: reads need neither a lock nor a token, and references to keys live as long as the set. It is complete before anyone can see it.
/// It can be a key itself: [`Hash`] goes by the keys alone, not by their order or the hasher, and is computed once.
///
/// The keys stand in one [slice](Self::as_slice), and the index beside it takes eleven to twenty-two bytes for each: about half of what they take in a [`Set`].
/// To share one, put it into a [`Brc`](crate::Brc) or an `Arc`.
///
/// It has the algebra of `Set`, also with a `Set`: the result is of the kind of the left operand. No more than four thousand million keys.
///
/// ```
/// use freethreaded::{Set, collections::FrozenSet};
/// let set = Set::from(["b", "a"]);
/// let frozen: FrozenSet<&str> = set.freeze();
/// set.clear();
/// assert!(frozen.contains("a"));
/// assert_eq!(frozen.as_slice(), ["b", "a"]);
/// assert_eq!(frozen, FrozenSet::from(["a", "b"]));
/// let groups = Set::from([frozen]); // a key
/// assert!(groups.contains(&FrozenSet::from(["a", "b"])));
/// ```
pub struct FrozenSet<K, S = RandomState> {
    keys: Box<[K]>,
    places: Places,
    hasher: S,
    /// Of the contents; 0 as long as nobody has asked.
    hash: AtomicU64,
}

impl<K> FrozenSet<K> {
    /// The empty set. Allocates nothing.
    ///
    /// ```
    /// assert!(freethreaded::collections::FrozenSet::<u8>::new().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_hasher(RandomState::new())
    }
}

impl<K, S> FrozenSet<K, S> {
    /// The empty set, with a hasher.
    pub fn with_hasher(hasher: S) -> Self {
        Self { keys: Box::default(), places: Places::with_room(0), hasher, hash: AtomicU64::new(0) }
    }

    /// The hasher.
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    /// The number of keys.
    #[inline]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are no keys.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys in insertion order.
    ///
    /// ```
    /// use freethreaded::collections::FrozenSet;
    /// assert_eq!(FrozenSet::from([3, 1, 3, 2]).as_slice(), [3, 1, 2]);
    /// ```
    #[inline]
    pub fn as_slice(&self) -> &[K] {
        &self.keys
    }

    /// The keys in insertion order.
    ///
    /// ```
    /// use freethreaded::collections::FrozenSet;
    /// assert!(FrozenSet::from([3, 1]).iter().rev().eq(&[1, 3]));
    /// ```
    pub fn iter(&self) -> slice::Iter<'_, K> {
        self.keys.iter()
    }
}

impl<K, S> FrozenSet<K, S>
where
    K: Eq + Hash,
    S: BuildHasher,
{
    /// The set of what `keys` gives. Of keys that are equal the first stays.
    ///
    /// ```
    /// use std::hash::RandomState;
    /// let set = freethreaded::collections::FrozenSet::from_iter_with_hasher([1, 2], RandomState::new());
    /// assert!(set.contains(&2));
    /// ```
    pub fn from_iter_with_hasher(keys: impl IntoIterator<Item = K>, hasher: S) -> Self {
        let mut kept: Vec<K> = Vec::new();
        let mut places = Places::with_room(0);
        for key in keys {
            let hash = hasher.hash_one(&key);
            if places.find(hash, |place| kept[place] == key).is_none() {
                places.push(hash);
                kept.push(key);
            }
        }
        Self { keys: kept.into(), places, hasher, hash: AtomicU64::new(0) }
    }

    /// Of keys that differ from each other.
    pub(super) fn of_distinct(keys: Vec<K>, hasher: S) -> Self {
        let mut places = Places::with_room(keys.len());
        for key in &keys {
            places.push(hasher.hash_one(key));
        }
        Self { keys: keys.into(), places, hasher, hash: AtomicU64::new(0) }
    }

    #[inline]
    pub(super) fn find<Q>(&self, hash: u64, key: &Q) -> Option<usize>
    where
        Q: Equivalent<K> + ?Sized,
    {
        self.places.find(hash, |place| key.equivalent(&self.keys[place]))
    }

    /// The key in the set that equals `key`.
    ///
    /// ```
    /// use freethreaded::collections::FrozenSet;
    /// let set = FrozenSet::from(["a".to_string()]);
    /// assert_eq!(set.get("a").map(String::as_str), Some("a"));
    /// ```
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<&K>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        self.find(self.hasher.hash_one(key), key).map(|place| &self.keys[place])
    }

    /// Whether `key` is in the set.
    ///
    /// ```
    /// use freethreaded::collections::FrozenSet;
    /// let set = FrozenSet::from(["a"]);
    /// assert!(set.contains("a") && !set.contains("b"));
    /// ```
    #[inline]
    pub fn contains<Q>(&self, key: &Q) -> bool
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        self.get(key).is_some()
    }

    fn combined(&self, how: Algebra, other: &(impl SetOperand<K> + ?Sized)) -> Self
    where
        K: Clone,
        S: Clone,
    {
        let _pin = pinned(self, other);
        // SAFETY: inside the runtime if there is a lock.
        let keys = unsafe { choose(how, self, other) };
        Self::of_distinct(keys.into_iter().map(|entry| entry.key.clone()).collect(), self.hasher.clone())
    }

    /// The keys of both sets: those of this one, then those that only `other` has. If that is a [`Set`], at one moment of it; see [`Set::union`].
    ///
    /// ```
    /// use freethreaded::collections::FrozenSet;
    /// let (a, b) = (FrozenSet::from([1, 2]), FrozenSet::from([3, 1]));
    /// assert_eq!(a.union(&b).as_slice(), [1, 2, 3]);
    /// ```
    #[must_use]
    pub fn union(&self, other: &(impl SetOperand<K> + ?Sized)) -> Self
    where
        K: Clone,
        S: Clone,
    {
        self.combined(Algebra::Union, other)
    }

    /// The keys of this set that `other` has too. As [`union`](Self::union).
    ///
    /// ```
    /// use freethreaded::{Set, collections::FrozenSet};
    /// assert_eq!(FrozenSet::from([1, 2, 3]).intersection(&Set::from([3, 1])).as_slice(), [1, 3]);
    /// ```
    #[must_use]
    pub fn intersection(&self, other: &(impl SetOperand<K> + ?Sized)) -> Self
    where
        K: Clone,
        S: Clone,
    {
        self.combined(Algebra::Intersection, other)
    }

    /// The keys of this set that `other` has not. As [`union`](Self::union).
    ///
    /// ```
    /// use freethreaded::{Set, collections::FrozenSet};
    /// assert_eq!(FrozenSet::from([1, 2, 3]).difference(&Set::from([3, 1])).as_slice(), [2]);
    /// ```
    #[must_use]
    pub fn difference(&self, other: &(impl SetOperand<K> + ?Sized)) -> Self
    where
        K: Clone,
        S: Clone,
    {
        self.combined(Algebra::Difference, other)
    }

    /// The keys that are in one of the sets only: those of this one, then those of `other`. As [`union`](Self::union).
    ///
    /// ```
    /// use freethreaded::{Set, collections::FrozenSet};
    /// assert_eq!(FrozenSet::from([1, 2]).symmetric_difference(&Set::from([3, 1])).as_slice(), [2, 3]);
    /// ```
    #[must_use]
    pub fn symmetric_difference(&self, other: &(impl SetOperand<K> + ?Sized)) -> Self
    where
        K: Clone,
        S: Clone,
    {
        self.combined(Algebra::SymmetricDifference, other)
    }
}

impl<K, S> FrozenSet<K, S> {
    /// Whether both hashes are known, and differ.
    pub(super) fn hashes_otherwise<T>(&self, other: &FrozenSet<K, T>) -> bool {
        // Relaxed, both: a hash says the same whoever has computed it.
        let (a, b) = (self.hash.load(Ordering::Relaxed), other.hash.load(Ordering::Relaxed));
        a != 0 && b != 0 && a != b
    }
}

/// By the keys alone: equal sets hash alike, whatever their order and their hashers. O(n) the first time.
impl<K: Hash, S> Hash for FrozenSet<K, S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Relaxed: as in `hashes_otherwise`.
        let mut hash = self.hash.load(Ordering::Relaxed);
        if hash == 0 {
            let one = |key: &K| {
                let mut hasher = DefaultHasher::new();
                key.hash(&mut hasher);
                hasher.finish()
            };
            // A sum does not know an order. Never the mark of what was not computed.
            hash = self.iter().map(one).fold(self.len() as u64, u64::wrapping_add).max(1);
            self.hash.store(hash, Ordering::Relaxed);
        }
        state.write_u64(hash);
    }
}

impl<K: Clone, S: Clone> Clone for FrozenSet<K, S> {
    fn clone(&self) -> Self {
        Self {
            keys: self.keys.clone(),
            places: self.places.clone(),
            hasher: self.hasher.clone(),
            // Relaxed: as in `hashes_otherwise`.
            hash: AtomicU64::new(self.hash.load(Ordering::Relaxed)),
        }
    }
}

impl<K: fmt::Debug, S> fmt::Debug for FrozenSet<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

impl<K, S: Default> Default for FrozenSet<K, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K, S> FromIterator<K> for FrozenSet<K, S>
where
    K: Eq + Hash,
    S: BuildHasher + Default,
{
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        Self::from_iter_with_hasher(keys, S::default())
    }
}

impl<K: Eq + Hash, const N: usize> From<[K; N]> for FrozenSet<K> {
    fn from(keys: [K; N]) -> Self {
        keys.into_iter().collect()
    }
}

/// The keys are moved.
impl<K, S> From<Set<K, S>> for FrozenSet<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
{
    fn from(set: Set<K, S>) -> Self {
        let Set { table, hasher } = set;
        Self::of_distinct(Owned::new(table).map(|(key, _)| key).collect(), hasher)
    }
}

/// The keys are moved.
impl<K, S> From<FrozenSet<K, S>> for Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
{
    fn from(set: FrozenSet<K, S>) -> Self {
        let FrozenSet { keys, hasher, .. } = set;
        let hashes: Vec<u64> = keys.iter().map(|key| hasher.hash_one(key)).collect();
        Self::of_distinct(hasher, keys.len(), hashes.into_iter().zip(keys))
    }
}

impl<K, S> IntoIterator for FrozenSet<K, S> {
    type Item = K;
    type IntoIter = SetIntoIter<K>;

    fn into_iter(self) -> SetIntoIter<K> {
        SetIntoIter::over(self.keys.into_vec())
    }
}

impl<'a, K, S> IntoIterator for &'a FrozenSet<K, S> {
    type Item = &'a K;
    type IntoIter = slice::Iter<'a, K>;

    fn into_iter(self) -> slice::Iter<'a, K> {
        self.iter()
    }
}

impl<K, S> AsRef<[K]> for FrozenSet<K, S> {
    fn as_ref(&self) -> &[K] {
        self.as_slice()
    }
}
