//! Comparisons of two sets, each at one moment of both.

use core::hash::{BuildHasher, Hash};

use super::operand::{Operand, SetOperand, one_moment, pinned};
use super::{FrozenSet, Set};

/// Whether all keys of `a` are in `b`, where their numbers are as `counts` wants it.
fn all_in<K, A, B>(a: &A, b: &B, counts: impl Fn(&usize, &usize) -> bool) -> bool
where
    A: Operand<K> + ?Sized,
    B: Operand<K> + ?Sized,
{
    let _pin = pinned(a, b);
    // SAFETY: inside the runtime, and under both locks.
    let read = || counts(&a.count(), &b.count()) && unsafe { keys_in(a, b, true) };
    // SAFETY: inside the runtime.
    unsafe { one_moment(a, b, read) }
}

fn disjoint<K, A, B>(a: &A, b: &B) -> bool
where
    A: Operand<K> + ?Sized,
    B: Operand<K> + ?Sized,
{
    let _pin = pinned(a, b);
    let read = || {
        // SAFETY: inside the runtime, and under both locks.
        if a.count() <= b.count() { unsafe { keys_in(a, b, false) } } else { unsafe { keys_in(b, a, false) } }
    };
    // SAFETY: inside the runtime.
    unsafe { one_moment(a, b, read) }
}

/// Whether every key of `a` is in `b`, or none is.
///
/// # Safety
/// As for [`Operand::entries`] of both.
unsafe fn keys_in<K, A, B>(a: &A, b: &B, wanted: bool) -> bool
where
    A: Operand<K> + ?Sized,
    B: Operand<K> + ?Sized,
{
    // SAFETY: the caller's.
    let mut entries = unsafe { a.entries() };
    entries.all(|entry| {
        // SAFETY: the caller's.
        let has = unsafe { b.has(entry.key) };
        has == wanted
    })
}

impl<K, S> Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
{
    /// Whether `other` has all keys of this set. Atomic on both, with `Hash` and `Eq` of keys in a [critical section](crate::critical_section2) of both.
    ///
    /// ```
    /// use freethreaded::Set;
    /// assert!(Set::from([1, 2]).is_subset(&Set::from([2, 3, 1])));
    /// ```
    #[must_use]
    pub fn is_subset(&self, other: &(impl SetOperand<K> + ?Sized)) -> bool {
        all_in(self, other, usize::le)
    }

    /// Whether this set has all keys of `other`. As [`is_subset`](Self::is_subset).
    ///
    /// ```
    /// use freethreaded::Set;
    /// assert!(Set::from([2, 3, 1]).is_superset(&Set::from([1, 2])));
    /// ```
    #[must_use]
    pub fn is_superset(&self, other: &(impl SetOperand<K> + ?Sized)) -> bool {
        all_in(other, self, usize::le)
    }

    /// Whether the sets have no key in common. Looks the keys of the smaller one up in the other; else as [`is_subset`](Self::is_subset).
    ///
    /// ```
    /// use freethreaded::Set;
    /// assert!(Set::from([1, 2]).is_disjoint(&Set::from([3])));
    /// ```
    #[must_use]
    pub fn is_disjoint(&self, other: &(impl SetOperand<K> + ?Sized)) -> bool {
        disjoint(self, other)
    }
}

impl<K, S> FrozenSet<K, S>
where
    K: Eq + Hash,
    S: BuildHasher,
{
    /// Whether `other` has all keys of this set. If that is a [`Set`], at one moment of it, with `Hash` and `Eq` of keys in a
    /// [critical section](crate::critical_section) of it.
    ///
    /// ```
    /// use freethreaded::collections::FrozenSet;
    /// assert!(FrozenSet::from([1, 2]).is_subset(&FrozenSet::from([2, 3, 1])));
    /// ```
    #[must_use]
    pub fn is_subset(&self, other: &(impl SetOperand<K> + ?Sized)) -> bool {
        all_in(self, other, usize::le)
    }

    /// Whether this set has all keys of `other`. As [`is_subset`](Self::is_subset).
    ///
    /// ```
    /// use freethreaded::collections::FrozenSet;
    /// assert!(FrozenSet::from([2, 3, 1]).is_superset(&FrozenSet::from([1, 2])));
    /// ```
    #[must_use]
    pub fn is_superset(&self, other: &(impl SetOperand<K> + ?Sized)) -> bool {
        all_in(other, self, usize::le)
    }

    /// Whether the sets have no key in common. Looks the keys of the smaller one up in the other; else as [`is_subset`](Self::is_subset).
    ///
    /// ```
    /// use freethreaded::collections::FrozenSet;
    /// assert!(FrozenSet::from([1, 2]).is_disjoint(&FrozenSet::from([3])));
    /// ```
    #[must_use]
    pub fn is_disjoint(&self, other: &(impl SetOperand<K> + ?Sized)) -> bool {
        disjoint(self, other)
    }
}

/// The same keys, in whatever order, at one moment of both.
impl<K, S, T> PartialEq<Set<K, T>> for Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
    T: BuildHasher,
{
    fn eq(&self, other: &Set<K, T>) -> bool {
        all_in(self, other, usize::eq)
    }
}

impl<K, S> Eq for Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
{
}

impl<K, S, T> PartialEq<FrozenSet<K, T>> for Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
    T: BuildHasher,
{
    fn eq(&self, other: &FrozenSet<K, T>) -> bool {
        all_in(self, other, usize::eq)
    }
}

impl<K, S, T> PartialEq<Set<K, T>> for FrozenSet<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
    T: BuildHasher,
{
    fn eq(&self, other: &Set<K, T>) -> bool {
        all_in(self, other, usize::eq)
    }
}

/// The same keys, in whatever order.
impl<K, S, T> PartialEq<FrozenSet<K, T>> for FrozenSet<K, S>
where
    K: Eq + Hash,
    S: BuildHasher,
    T: BuildHasher,
{
    fn eq(&self, other: &FrozenSet<K, T>) -> bool {
        !self.hashes_otherwise(other) && all_in(self, other, usize::eq)
    }
}

impl<K, S> Eq for FrozenSet<K, S>
where
    K: Eq + Hash,
    S: BuildHasher,
{
}
