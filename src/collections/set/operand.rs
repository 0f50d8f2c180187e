//! What is common to the two operands of set algebra.
//!
//! Both are held by [`one_moment`], a critical section of both. The keys of the one are looked up in the other, so `Hash` and `Eq` run inside. They may do anything:
//! come back to write to either set, or wait for another thread, which suspends the section. So a walk goes over the block that it began with, which the epoch keeps, and
//! an answer counts only if both sets have the [`Shape`] that they had before; else it is computed again. After [`TRIES`], since code that changes a set
//! whenever it is asked could keep a thread for ever, the answer is taken as it is.

use core::hash::{BuildHasher, Hash};
use core::iter::Enumerate;
use core::slice;

use super::{FrozenSet, Set};
use crate::collections::table::{Node, Nodes, Shape};
use crate::lock::{ObjectLock, section, section2};
use crate::runtime::{Pin, pin};

/// How often an operation on two sets begins anew, because user code that it called has changed one of them.
pub(super) const TRIES: u32 = if cfg!(loom) { 1 } else { 8 };

/// What set algebra takes as the other operand: a [`Set`] or a [`FrozenSet`], of the same keys and with any hasher.
///
/// It cannot be implemented elsewhere.
///
/// ```
/// use freethreaded::collections::{FrozenSet, Set, SetOperand};
/// fn is_known(keys: &Set<u32>, known: &impl SetOperand<u32>) -> bool {
///     keys.is_subset(known)
/// }
/// assert!(is_known(&Set::from([1]), &FrozenSet::from([1, 2])));
/// ```
pub trait SetOperand<K>: Operand<K> {}

/// A key of an operand.
pub struct Entry<'p, K> {
    pub(super) key: &'p K,
    /// Of a [`Set`]: as the set hashes. A [`FrozenSet`] does not keep it.
    pub(super) hash: u64,
    /// Its place in the order.
    pub(super) place: usize,
}

impl<K> Clone for Entry<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Entry<'_, K> {}

/// The inside of [`SetOperand`].
pub trait Operand<K> {
    /// The lock, if it can change.
    fn lock(&self) -> Option<&ObjectLock>;

    /// How many keys. Exact under the lock.
    fn count(&self) -> usize;

    /// What changes when the keys do.
    ///
    /// # Safety
    /// If there is a lock, the calling thread holds it and is inside the runtime. (Who has a [`SetOperand`] can call this without naming the trait.)
    unsafe fn state(&self) -> State;

    /// The hash of a key. Calls `Hash`.
    fn hash_of(&self, key: &K) -> u64;

    /// The keys in order, for a walk under the lock.
    ///
    /// # Safety
    /// If there is a lock, the calling thread is inside the runtime during `'p`.
    unsafe fn entries<'p>(&'p self) -> Entries<'p, K>;

    /// The key that equals `key`, which has the hash. Called under the lock; calls `Eq`.
    ///
    /// # Safety
    /// As for [`entries`](Self::entries).
    unsafe fn find<'p>(&'p self, hash: u64, key: &K) -> Option<Entry<'p, K>>;

    /// Whether a key equals `key`. Called under the lock; calls `Hash` and `Eq`.
    ///
    /// # Safety
    /// As for [`entries`](Self::entries).
    unsafe fn has(&self, key: &K) -> bool {
        // SAFETY: the caller's.
        unsafe { self.find(self.hash_of(key), key) }.is_some()
    }
}

/// See [`Operand::state`].
#[derive(PartialEq, Eq)]
pub struct State(Option<Shape>);

/// See [`Operand::entries`].
pub struct Entries<'p, K>(Walk<'p, K>);

enum Walk<'p, K> {
    Nodes(Nodes<'p, K>),
    Slice(Enumerate<slice::Iter<'p, K>>),
}

impl<'p, K> Iterator for Entries<'p, K> {
    type Item = Entry<'p, K>;

    fn next(&mut self) -> Option<Entry<'p, K>> {
        match &mut self.0 {
            Walk::Nodes(nodes) => nodes.find(|node| node.value().is_some()).map(entry),
            Walk::Slice(keys) => keys.next().map(|(place, key)| Entry { key, hash: 0, place }),
        }
    }
}

/// The caller holds the lock of the set that has the node.
fn entry<K>(node: &Node<K>) -> Entry<'_, K> {
    Entry { key: &node.key, hash: node.hash(), place: node.place() }
}

impl<K, S> Operand<K> for Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
{
    fn lock(&self) -> Option<&ObjectLock> {
        Some(self.table.lock())
    }

    fn count(&self) -> usize {
        self.table.len()
    }

    unsafe fn state(&self) -> State {
        State(Some(self.table.shape()))
    }

    fn hash_of(&self, key: &K) -> u64 {
        self.hasher.hash_one(key)
    }

    unsafe fn entries<'p>(&'p self) -> Entries<'p, K> {
        // SAFETY: the caller's.
        Entries(Walk::Nodes(Nodes::new(unsafe { self.table.index() })))
    }

    unsafe fn find<'p>(&'p self, hash: u64, key: &K) -> Option<Entry<'p, K>> {
        // SAFETY: the caller's.
        unsafe { self.table.find(hash, key) }.filter(|node| node.value().is_some()).map(entry)
    }
}

impl<K, S> SetOperand<K> for Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
{
}

impl<K, S> Operand<K> for FrozenSet<K, S>
where
    K: Eq + Hash,
    S: BuildHasher,
{
    fn lock(&self) -> Option<&ObjectLock> {
        None
    }

    fn count(&self) -> usize {
        self.len()
    }

    unsafe fn state(&self) -> State {
        State(None)
    }

    fn hash_of(&self, key: &K) -> u64 {
        self.hasher().hash_one(key)
    }

    unsafe fn entries<'p>(&'p self) -> Entries<'p, K> {
        Entries(Walk::Slice(self.as_slice().iter().enumerate()))
    }

    unsafe fn find<'p>(&'p self, hash: u64, key: &K) -> Option<Entry<'p, K>> {
        self.find(hash, key).map(|place| Entry { key: &self.as_slice()[place], hash: 0, place })
    }
}

impl<K, S> SetOperand<K> for FrozenSet<K, S>
where
    K: Eq + Hash,
    S: BuildHasher,
{
}

/// Runs `read`, which calls user code, with both operands as they are at one moment.
///
/// # Safety
/// If an operand has a lock, the calling thread is inside the runtime.
pub(super) unsafe fn one_moment<K, A, B, R>(a: &A, b: &B, mut read: impl FnMut() -> R) -> R
where
    A: Operand<K> + ?Sized,
    B: Operand<K> + ?Sized,
{
    let mut tries = 0;
    loop {
        let result = locked(a.lock(), b.lock(), || {
            // SAFETY: under both locks; the rest is the caller's.
            let states = || unsafe { (a.state(), b.state()) };
            let before = states();
            let result = read();
            (states() == before || tries == TRIES).then_some(result)
        });
        if let Some(result) = result {
            return result;
        }
        tries += 1;
    }
}

fn locked<R>(a: Option<&ObjectLock>, b: Option<&ObjectLock>, f: impl FnOnce() -> R) -> R {
    match (a, b) {
        (Some(a), Some(b)) => section2(a, b, f),
        (Some(lock), None) | (None, Some(lock)) => section(lock, f),
        (None, None) => f(),
    }
}

/// Enters the runtime if an operand needs it. What is read of the operands may be used for as long as the result lives.
pub(super) fn pinned<K>(a: &(impl Operand<K> + ?Sized), b: &(impl Operand<K> + ?Sized)) -> Option<Pin> {
    (a.lock().is_some() || b.lock().is_some()).then(pin)
}
