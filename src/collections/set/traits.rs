//! The traits of the standard library for `Set`, and the operators of both kinds of sets.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign, Sub, SubAssign};

use super::operand::SetOperand;
use super::{FrozenSet, Set};
use crate::lock::{HasLock, ObjectLock};
use crate::runtime::pin;

impl<K, S> HasLock for Set<K, S> {
    fn object_lock(&self) -> &ObjectLock {
        self.table.lock()
    }
}

impl<K, S: Default> Default for Set<K, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K: fmt::Debug, S> fmt::Debug for Set<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter(&crate::attach())).finish()
    }
}

/// All keys at one moment. Keys are cloned after the lock is released; `Hash` and `Eq` are not called.
impl<K, S> Clone for Set<K, S>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    S: BuildHasher + Clone,
{
    fn clone(&self) -> Self {
        let _pin = pin();
        let nodes = self.nodes();
        let keys = nodes.iter().map(|node| (node.hash(), node.key.clone()));
        Self::of_distinct(self.hasher.clone(), nodes.len(), keys)
    }
}

impl<K, S> Extend<K> for Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        Set::extend(self, keys);
    }
}

impl<'a, K, S> Extend<&'a K> for Set<K, S>
where
    K: Eq + Hash + Copy + Send + Sync + 'static,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = &'a K>>(&mut self, keys: I) {
        Set::extend(self, keys.into_iter().copied());
    }
}

impl<K, S> FromIterator<K> for Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher + Default,
{
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let keys = keys.into_iter();
        let set = Self::with_capacity_and_hasher(keys.size_hint().0, S::default());
        set.extend(keys);
        set
    }
}

impl<K, const N: usize> From<[K; N]> for Set<K>
where
    K: Eq + Hash + Send + Sync + 'static,
{
    fn from(keys: [K; N]) -> Self {
        keys.into_iter().collect()
    }
}

macro_rules! operators {
    ($($set:ident, ($($bounds:tt)*), $op:ident, $method:ident => $named:ident;)*) => {$(
        #[doc = concat!("[`", stringify!($named), "`](", stringify!($set), "::", stringify!($named), ")")]
        impl<K, S, B> $op<&B> for &$set<K, S>
        where
            K: Eq + Hash + Clone $($bounds)*,
            S: BuildHasher + Clone,
            B: SetOperand<K>,
        {
            type Output = $set<K, S>;

            fn $method(self, other: &B) -> $set<K, S> {
                self.$named(other)
            }
        }
    )*};
}

operators! {
    Set, (+ Send + Sync + 'static), BitOr, bitor => union;
    Set, (+ Send + Sync + 'static), BitAnd, bitand => intersection;
    Set, (+ Send + Sync + 'static), Sub, sub => difference;
    Set, (+ Send + Sync + 'static), BitXor, bitxor => symmetric_difference;
    FrozenSet, (), BitOr, bitor => union;
    FrozenSet, (), BitAnd, bitand => intersection;
    FrozenSet, (), Sub, sub => difference;
    FrozenSet, (), BitXor, bitxor => symmetric_difference;
}

macro_rules! assigning {
    ($($op:ident, $method:ident => $named:ident $(, $clone:ident)?;)*) => {$(
        #[doc = concat!("[`", stringify!($named), "`](Set::", stringify!($named), ")")]
        impl<K, S, B> $op<&B> for Set<K, S>
        where
            K: Eq + Hash + Send + Sync + 'static $(+ $clone)?,
            S: BuildHasher,
            B: SetOperand<K>,
        {
            fn $method(&mut self, other: &B) {
                self.$named(other);
            }
        }
    )*};
}

assigning! {
    BitOrAssign, bitor_assign => union_with, Clone;
    BitAndAssign, bitand_assign => intersect_with;
    SubAssign, sub_assign => difference_with;
    BitXorAssign, bitxor_assign => symmetric_difference_with, Clone;
}
