//! Views of a dict's keys, values and entries, with the algebra of sets on the keys.

use core::fmt;
use core::hash::{BuildHasher, Hash};

use equivalent::Equivalent;

use super::super::set::{FrozenSet, Set};
use super::super::unordered::Lookup;
use super::Dict;
use super::iter::{Iter, Keys, Values};
use crate::lock::{HasLock, ObjectLock, section2};
use crate::refcount::SharedPtr;
use crate::runtime::{Attached, attach};

impl<K, P: SharedPtr, S> Dict<K, P, S> {
    /// The keys as a set that changes with the dict: Python's `keys()`.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, Set};
    /// let stock: Dict<&str, Brc<u32>> = [("apples", 3), ("pears", 1)].into();
    /// let wanted: Set<&str> = ["pears", "plums"].into();
    /// let keys = stock.keys_view();
    /// assert_eq!(keys.intersection(&wanted).snapshot(), ["pears"]);
    /// stock.insert("plums", 9);
    /// assert_eq!(keys.intersection(&wanted).snapshot(), ["pears", "plums"]);
    /// ```
    pub fn keys_view(&self) -> KeysView<'_, K, P, S> {
        KeysView { dict: self }
    }

    /// The values, as a view that changes with the dict: Python's `values()`.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let stock: Dict<&str, Brc<u32>> = [("apples", 3)].into();
    /// assert!(stock.values_view().contains(&3));
    /// ```
    pub fn values_view(&self) -> ValuesView<'_, K, P, S> {
        ValuesView { dict: self }
    }

    /// The entries, as a view that changes with the dict: Python's `items()`.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let stock: Dict<&str, Brc<u32>> = [("apples", 3)].into();
    /// assert!(stock.items_view().contains("apples", &3));
    /// assert!(!stock.items_view().contains("apples", &4));
    /// ```
    pub fn items_view(&self) -> ItemsView<'_, K, P, S> {
        ItemsView { dict: self }
    }
}

/// What has keys that a [`KeysView`] can be compared and combined with: a `Dict`, a `Set`, a `FrozenSet`, a view, or a type of yours.
///
/// ```
/// use freethreaded::collections::{Dict, KeySource};
/// use freethreaded::lock::ObjectLock;
/// use freethreaded::{Attached, Brc};
///
/// struct Reserved([&'static str; 2]);
///
/// impl KeySource<&'static str> for Reserved {
///     fn lock(&self) -> Option<&ObjectLock> {
///         None // it does not change
///     }
///
///     fn each_key<'a>(&'a self, _token: &'a Attached<'_>) -> impl Iterator<Item = &'a &'static str> {
///         self.0.iter()
///     }
/// }
///
/// let names: Dict<&str, Brc<u32>> = [("x", 1), ("self", 2)].into();
/// assert_eq!(names.keys_view().intersection(&Reserved(["self", "super"])).snapshot(), ["self"]);
/// ```
pub trait KeySource<K: 'static> {
    /// The lock that keeps the keys as they are, if they can change.
    fn lock(&self) -> Option<&ObjectLock>;

    /// The keys. Called with the lock held, and the token is alive for as long as the references are used.
    fn each_key<'a>(&'a self, token: &'a Attached<'_>) -> impl Iterator<Item = &'a K>;
}

impl<K: 'static, P: SharedPtr, S> KeySource<K> for Dict<K, P, S> {
    fn lock(&self) -> Option<&ObjectLock> {
        Some(self.table.lock())
    }

    fn each_key<'a>(&'a self, token: &'a Attached<'_>) -> impl Iterator<Item = &'a K> {
        self.keys(token)
    }
}

impl<K: 'static, S> KeySource<K> for Set<K, S> {
    fn lock(&self) -> Option<&ObjectLock> {
        Some(self.object_lock())
    }

    fn each_key<'a>(&'a self, token: &'a Attached<'_>) -> impl Iterator<Item = &'a K> {
        self.iter(token)
    }
}

impl<K: 'static, S> KeySource<K> for FrozenSet<K, S> {
    fn lock(&self) -> Option<&ObjectLock> {
        None
    }

    fn each_key<'a>(&'a self, _token: &'a Attached<'_>) -> impl Iterator<Item = &'a K> {
        self.iter()
    }
}

impl<K: 'static, P: SharedPtr, S> KeySource<K> for KeysView<'_, K, P, S> {
    fn lock(&self) -> Option<&ObjectLock> {
        Some(self.dict.table.lock())
    }

    fn each_key<'a>(&'a self, token: &'a Attached<'_>) -> impl Iterator<Item = &'a K> {
        self.dict.keys(token)
    }
}

/// The keys of a [`Dict`] as a set; see [`Dict::keys_view`].
///
/// Operations with another set of keys take both locks, read both at one moment, and compare, hash and clone keys after the locks are released.
/// O(n log n) for `n` keys of both. What they give is in the order of this view, then of the other.
pub struct KeysView<'d, K, P: SharedPtr, S> {
    dict: &'d Dict<K, P, S>,
}

impl<'d, K, P: SharedPtr, S> KeysView<'d, K, P, S> {
    /// The number of keys, as [`Dict::len`].
    #[must_use]
    pub fn len(&self) -> usize {
        self.dict.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dict.is_empty()
    }

    /// The keys, as [`Dict::keys`] gives them.
    pub fn iter<'a>(&'a self, token: &'a Attached<'_>) -> Keys<'a, K, P> {
        self.dict.keys(token)
    }

    /// The keys here and there at one moment.
    fn both<'a, O>(&'a self, other: &'a O, token: &'a Attached<'_>) -> (Vec<&'a K>, Vec<&'a K>)
    where
        O: KeySource<K>,
        K: 'static,
    {
        let lock = self.dict.table.lock();
        section2(lock, other.lock().unwrap_or(lock), || {
            (self.iter(token).collect(), other.each_key(token).collect())
        })
    }
}

impl<'d, K, P, S> KeysView<'d, K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher,
{
    /// Whether `key` is there. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = [("a", 1)].into();
    /// assert!(dict.keys_view().contains("a"));
    /// ```
    pub fn contains<Q>(&self, key: &Q) -> bool
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        self.dict.contains_key(key)
    }

    fn lookup<'a>(&self, keys: &[&'a K]) -> Lookup<'a, K, ()> {
        Lookup::new(keys.iter().map(|key| (self.dict.hash(*key), *key, ())))
    }

    fn find_all(&self, keys: &[&K], others: &[&K]) -> bool {
        let others = self.lookup(others);
        keys.iter().all(|key| others.contains(self.dict.hash(*key), *key))
    }

    /// Whether all keys are in `other`.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, Set};
    /// let dict: Dict<&str, Brc<u32>> = [("a", 1)].into();
    /// let set: Set<&str> = ["a", "b"].into();
    /// assert!(dict.keys_view().is_subset(&set) && !dict.keys_view().is_superset(&set));
    /// ```
    pub fn is_subset<O: KeySource<K>>(&self, other: &O) -> bool {
        let token = attach();
        let (mine, others) = self.both(other, &token);
        mine.len() <= others.len() && self.find_all(&mine, &others)
    }

    /// Whether all keys of `other` are here.
    pub fn is_superset<O: KeySource<K>>(&self, other: &O) -> bool {
        let token = attach();
        let (mine, others) = self.both(other, &token);
        others.len() <= mine.len() && self.find_all(&others, &mine)
    }

    /// Whether no key of `other` is here.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let a: Dict<&str, Brc<u32>> = [("a", 1)].into();
    /// let b: Dict<&str, Brc<u32>> = [("b", 1)].into();
    /// assert!(a.keys_view().is_disjoint(&b));
    /// ```
    pub fn is_disjoint<O: KeySource<K>>(&self, other: &O) -> bool {
        let token = attach();
        let (mine, others) = self.both(other, &token);
        let others = self.lookup(&others);
        !mine.iter().any(|key| others.contains(self.dict.hash(*key), *key))
    }

    /// The keys that are in both.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, Set};
    /// let dict: Dict<u32, Brc<u32>> = (0..4).map(|n| (n, n)).collect();
    /// let set: Set<u32> = [5, 3, 1].into();
    /// let keys = dict.keys_view();
    /// assert_eq!(keys.intersection(&set).snapshot(), [1, 3]);
    /// assert_eq!(keys.difference(&set).snapshot(), [0, 2]);
    /// assert_eq!(keys.symmetric_difference(&set).snapshot(), [0, 2, 5]);
    /// assert_eq!(keys.union(&set).snapshot(), [0, 1, 2, 3, 5]);
    /// ```
    #[must_use]
    pub fn intersection<O: KeySource<K>>(&self, other: &O) -> Set<K, S>
    where
        K: Clone,
        S: Clone,
    {
        self.combine(other, |mine, others, give| self.filter(mine, others, true, give))
    }

    /// The keys that are here and not in `other`.
    #[must_use]
    pub fn difference<O: KeySource<K>>(&self, other: &O) -> Set<K, S>
    where
        K: Clone,
        S: Clone,
    {
        self.combine(other, |mine, others, give| self.filter(mine, others, false, give))
    }

    /// The keys that are in one of both, and not in the other.
    #[must_use]
    pub fn symmetric_difference<O: KeySource<K>>(&self, other: &O) -> Set<K, S>
    where
        K: Clone,
        S: Clone,
    {
        self.combine(other, |mine, others, give| {
            self.filter(mine, others, false, give);
            self.filter(others, mine, false, give);
        })
    }

    /// The keys that are in either.
    #[must_use]
    pub fn union<O: KeySource<K>>(&self, other: &O) -> Set<K, S>
    where
        K: Clone,
        S: Clone,
    {
        self.combine(other, |mine, others, give| mine.iter().chain(others).for_each(|key| give(key)))
    }

    /// Gives those of `keys` of which it is true or false, as `wanted` says, that they are among `others`.
    fn filter(&self, keys: &[&K], others: &[&K], wanted: bool, give: &mut dyn FnMut(&K)) {
        let others = self.lookup(others);
        for key in keys {
            if others.contains(self.dict.hash(*key), *key) == wanted {
                give(key);
            }
        }
    }

    /// The set of what `choose` gives of the keys here and there.
    fn combine<O>(&self, other: &O, choose: impl FnOnce(&[&K], &[&K], &mut dyn FnMut(&K))) -> Set<K, S>
    where
        O: KeySource<K>,
        K: Clone,
        S: Clone,
    {
        let token = attach();
        let (mine, others) = self.both(other, &token);
        let set = Set::with_hasher(self.dict.hasher.clone());
        choose(&mine, &others, &mut |key| _ = set.insert(key.clone()));
        set
    }
}

impl<K, P, S, O> PartialEq<O> for KeysView<'_, K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher,
    O: KeySource<K>,
{
    /// Whether both have the same keys, in whatever order.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, Set};
    /// let dict: Dict<u32, Brc<u32>> = (0..3).map(|n| (n, n)).collect();
    /// let set: Set<u32> = [2, 1, 0].into();
    /// assert!(dict.keys_view() == set);
    /// ```
    fn eq(&self, other: &O) -> bool {
        let token = attach();
        let (mine, others) = self.both(other, &token);
        mine.len() == others.len() && self.find_all(&mine, &others)
    }
}

impl<K, P: SharedPtr, S> HasLock for KeysView<'_, K, P, S> {
    /// The dict's.
    fn object_lock(&self) -> &ObjectLock {
        self.dict.object_lock()
    }
}

/// The values of a [`Dict`]; see [`Dict::values_view`].
pub struct ValuesView<'d, K, P: SharedPtr, S> {
    dict: &'d Dict<K, P, S>,
}

impl<K, P: SharedPtr, S> ValuesView<'_, K, P, S> {
    /// The number of values, as [`Dict::len`].
    #[must_use]
    pub fn len(&self) -> usize {
        self.dict.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dict.is_empty()
    }

    /// The values, as [`Dict::values`] gives them.
    pub fn iter<'a>(&'a self, token: &'a Attached<'_>) -> Values<'a, K, P> {
        self.dict.values(token)
    }

    /// Whether a value equals `value`. O(n); looks at each by itself, without lock.
    pub fn contains<V>(&self, value: &V) -> bool
    where
        P::Target: PartialEq<V>,
        V: ?Sized,
    {
        self.iter(&attach()).any(|found| found == value)
    }
}

/// The entries of a [`Dict`]; see [`Dict::items_view`].
pub struct ItemsView<'d, K, P: SharedPtr, S> {
    dict: &'d Dict<K, P, S>,
}

impl<K, P: SharedPtr, S> ItemsView<'_, K, P, S> {
    /// The number of entries, as [`Dict::len`].
    #[must_use]
    pub fn len(&self) -> usize {
        self.dict.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dict.is_empty()
    }

    /// The entries, as [`Dict::iter`] gives them.
    pub fn iter<'a>(&'a self, token: &'a Attached<'_>) -> Iter<'a, K, P> {
        self.dict.iter(token)
    }

    /// Whether the value of `key` equals `value`. Lock-free.
    pub fn contains<Q, V>(&self, key: &Q, value: &V) -> bool
    where
        Q: Equivalent<K> + Hash + ?Sized,
        V: ?Sized,
        K: Eq + Hash + Send + Sync + 'static,
        P::Target: PartialEq<V>,
        S: BuildHasher,
    {
        self.dict.get_ref(key, &attach()).is_some_and(|found| found == value)
    }
}

macro_rules! copied_freely {
    ($($name:ident)*) => {$(
        impl<K, P: SharedPtr, S> Clone for $name<'_, K, P, S> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<K, P: SharedPtr, S> Copy for $name<'_, K, P, S> {}
    )*};
}
copied_freely!(KeysView ValuesView ItemsView);

impl<K: fmt::Debug, P: SharedPtr, S> fmt::Debug for KeysView<'_, K, P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter(&attach())).finish()
    }
}

impl<K, P: SharedPtr<Target: fmt::Debug>, S> fmt::Debug for ValuesView<'_, K, P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter(&attach())).finish()
    }
}

impl<K: fmt::Debug, P: SharedPtr<Target: fmt::Debug>, S> fmt::Debug for ItemsView<'_, K, P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter(&attach())).finish()
    }
}
