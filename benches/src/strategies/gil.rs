//! The honest competitor: one global lock around plain, non-atomic counts and plain containers. It has no per-object
//! cost at all, which is what makes a global lock hard to beat on one thread.
//!
//! Soundness rests on one argument, used by every `unsafe` below: there is one lock, a [`Held`] exists only on the
//! thread that holds it, every access takes a `&Held` or `&mut Held`, and no `Rc` leaves a closure that runs under it.

use std::borrow::Borrow;
use std::cell::{Cell, UnsafeCell};
use std::hash::Hash;
use std::marker::PhantomData;
use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};

use super::gil_lock::GlobalLock;
use super::{Counter, Hasher, Key, Object, SharedList, SharedMap, SharedSet, Strategy, Token};

static LOCK: GlobalLock = GlobalLock::new();

/// The global-lock strategy.
pub(crate) struct Gil;

/// Proof that this thread holds the global lock.
pub(crate) struct Held<'t> {
    /// Neither `Send` nor `Sync`: the proof is about one thread.
    _this_thread: PhantomData<(&'t (), *const ())>,
}

impl Held<'_> {
    fn acquire() -> Self {
        LOCK.acquire();
        Self { _this_thread: PhantomData }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        LOCK.release();
    }
}

impl Token for Held<'_> {
    #[inline]
    fn checkpoint(&mut self) {
        LOCK.checkpoint();
    }

    fn detach<R>(&mut self, wait: impl FnOnce() -> R) -> R {
        /// Takes the lock back even when `wait` panics, because the `Held` outside still stands for it.
        struct Retake;
        impl Drop for Retake {
            fn drop(&mut self) {
                LOCK.acquire();
            }
        }
        LOCK.release();
        let _retake = Retake;
        wait()
    }
}

impl Strategy for Gil {
    type Token<'t> = Held<'t>;
    type Counter = PlainCounter;
    type Map<K: Key, V: Object> = PlainMap<K, V>;
    type Set<K: Key> = PlainSet<K>;
    type List<V: Object> = PlainList<V>;

    fn enter<R>(work: impl FnOnce(&mut Held<'_>) -> R) -> R {
        work(&mut Held::acquire())
    }
}

/// A plain number.
#[derive(Default)]
pub(crate) struct PlainCounter(Cell<u64>);

// SAFETY: the cell is touched only with a `&Held`, which exists on one thread at a time, and the lock orders those.
unsafe impl Sync for PlainCounter {}

impl Counter<Gil> for PlainCounter {
    #[inline]
    fn add(&self, _: &Held<'_>, n: u64) {
        self.0.set(self.0.get() + n);
    }
    #[inline]
    fn get(&self, _: &Held<'_>) -> u64 {
        self.0.get()
    }
}

/// `IndexMap` of `Rc`.
pub(crate) struct PlainMap<K, V>(UnsafeCell<IndexMap<K, Rc<V>, Hasher>>);

// SAFETY: the table and the counts of its `Rc`s are touched only with a `&mut Held` or by the map's only owner; all
// clones of an `Rc` die inside the call that made them. `V: Sync` because several threads see one `V`, in turn.
unsafe impl<K: Send, V: Send + Sync> Send for PlainMap<K, V> {}
// SAFETY: as above.
unsafe impl<K: Send, V: Send + Sync> Sync for PlainMap<K, V> {}

impl<K: Key, V: Object> SharedMap<Gil, K, V> for PlainMap<K, V> {
    fn with_capacity(capacity: usize) -> Self {
        Self(UnsafeCell::new(IndexMap::with_capacity_and_hasher(capacity, Hasher::default())))
    }

    fn insert(&self, _cx: &mut Held<'_>, key: K, value: V) -> bool {
        // SAFETY: `&mut Held` says that this thread holds the lock and that no closure of this file that borrows
        // from the table is running, since each of them keeps the only token borrowed.
        let table = unsafe { &mut *self.0.get() };
        table.insert(key, Rc::new(value)).is_some()
    }

    #[inline]
    fn with<Q, R>(&self, cx: &mut Held<'_>, key: &Q, look: impl FnOnce(&Held<'_>, &V) -> R) -> Option<R>
    where
        Q: Hash + Eq + ?Sized,
        K: Borrow<Q>,
    {
        // SAFETY: the lock is held; `look` gets a shared token, with which nothing can write to a table.
        let table = unsafe { &*self.0.get() };
        table.get(key).map(|value| look(cx, value))
    }

    #[inline]
    fn with_counted<Q, R>(
        &self,
        cx: &mut Held<'_>,
        key: &Q,
        use_it: impl FnOnce(&mut Held<'_>, &V) -> R,
    ) -> Option<R>
    where
        Q: Hash + Eq + ?Sized,
        K: Borrow<Q>,
    {
        // SAFETY: the lock is held; the borrow of the table ends with the clone, before `use_it` may write or let
        // another thread in. The clone is dropped in this call, when the lock is held again.
        let value = unsafe { Rc::clone((*self.0.get()).get(key)?) };
        Some(use_it(cx, &value))
    }

    fn for_each(&self, cx: &mut Held<'_>, mut look: impl FnMut(&Held<'_>, &K, &V)) {
        // SAFETY: as in `with`.
        let table = unsafe { &*self.0.get() };
        for (key, value) in table {
            look(cx, key, value);
        }
    }
}

/// `IndexSet`.
pub(crate) struct PlainSet<K>(UnsafeCell<IndexSet<K, Hasher>>);

// SAFETY: touched only with a `&mut Held` or by its only owner.
unsafe impl<K: Send> Sync for PlainSet<K> {}

impl<K: Key> SharedSet<Gil, K> for PlainSet<K> {
    fn new() -> Self {
        Self(UnsafeCell::new(IndexSet::default()))
    }

    fn claim<Q>(&self, _cx: &mut Held<'_>, key: &Q) -> bool
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        // SAFETY: as in `PlainMap::insert`.
        let set = unsafe { &mut *self.0.get() };
        !set.contains(key) && set.insert(key.to_owned())
    }
}

/// `Vec` of `Rc`.
pub(crate) struct PlainList<V>(UnsafeCell<Vec<Rc<V>>>);

// SAFETY: as for `PlainMap`.
unsafe impl<V: Send + Sync> Send for PlainList<V> {}
// SAFETY: as for `PlainMap`.
unsafe impl<V: Send + Sync> Sync for PlainList<V> {}

impl<V: Object> SharedList<Gil, V> for PlainList<V> {
    fn new() -> Self {
        Self(UnsafeCell::new(Vec::new()))
    }

    fn push(&self, _cx: &mut Held<'_>, value: V) {
        // SAFETY: as in `PlainMap::insert`.
        unsafe { &mut *self.0.get() }.push(Rc::new(value));
    }

    fn pop_with<R>(&self, cx: &mut Held<'_>, use_it: impl FnOnce(&mut Held<'_>, &V) -> R) -> Option<R> {
        // SAFETY: as in `PlainMap::insert`; the popped `Rc` is dropped in this call, when the lock is held again.
        let value = unsafe { &mut *self.0.get() }.pop()?;
        Some(use_it(cx, &value))
    }
}
