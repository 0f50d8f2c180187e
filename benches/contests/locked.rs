//! Plain collections, alone and behind a lock: the global one with its switch interval, a mutex, a reader-writer lock.

use std::cell::UnsafeCell;
use std::marker::PhantomData;

use hashbrown::HashMap;
use indexmap::IndexMap;
use parking_lot::{Mutex, RwLock};
use rustc_hash::FxBuildHasher;

use crate::collection::{Collection, Key, Map, Sequence, Value};
use crate::gil_lock::GlobalLock;

/// A collection for one thread at a time.
pub(crate) trait Plain: Default + 'static {
    type Key: Key;
    type Value: Value;
    fn get(&self, key: &Self::Key) -> Option<&Self::Value>;
    fn add(&mut self, key: Self::Key, value: Self::Value);
    /// Returns what was there, if anything was.
    fn replace(&mut self, key: &Self::Key, value: Self::Value) -> Option<Self::Value>;
    fn sum(&self) -> u64;
}

/// A map for one thread at a time.
pub(crate) trait PlainMap: Plain {
    /// Returns what was there.
    fn remove(&mut self, key: &Self::Key) -> Option<(Self::Key, Self::Value)>;
}

impl<K: Key, V: Value> Plain for HashMap<K, V, FxBuildHasher> {
    type Key = K;
    type Value = V;
    #[inline]
    fn get(&self, key: &K) -> Option<&V> {
        HashMap::get(self, key)
    }
    #[inline]
    fn add(&mut self, key: K, value: V) {
        self.insert(key, value);
    }
    #[inline]
    fn replace(&mut self, key: &K, value: V) -> Option<V> {
        self.get_mut(key).map(|place| std::mem::replace(place, value))
    }
    fn sum(&self) -> u64 {
        self.values().fold(0, |sum, v| sum.wrapping_add(v.get()))
    }
}

impl<K: Key, V: Value> PlainMap for HashMap<K, V, FxBuildHasher> {
    #[inline]
    fn remove(&mut self, key: &K) -> Option<(K, V)> {
        self.remove_entry(key)
    }
}

impl<K: Key, V: Value> Plain for IndexMap<K, V, FxBuildHasher> {
    type Key = K;
    type Value = V;
    #[inline]
    fn get(&self, key: &K) -> Option<&V> {
        IndexMap::get(self, key)
    }
    #[inline]
    fn add(&mut self, key: K, value: V) {
        self.insert(key, value);
    }
    #[inline]
    fn replace(&mut self, key: &K, value: V) -> Option<V> {
        self.get_mut(key).map(|place| std::mem::replace(place, value))
    }
    fn sum(&self) -> u64 {
        self.values().fold(0, |sum, v| sum.wrapping_add(v.get()))
    }
}

impl<K: Key, V: Value> PlainMap for IndexMap<K, V, FxBuildHasher> {
    /// The cheap way, which gives the order up; ours keeps it.
    #[inline]
    fn remove(&mut self, key: &K) -> Option<(K, V)> {
        self.swap_remove_entry(key)
    }
}

impl<V: Value> Plain for Vec<V> {
    type Key = u64;
    type Value = V;
    #[inline]
    fn get(&self, key: &u64) -> Option<&V> {
        <[V]>::get(self, *key as usize)
    }
    #[inline]
    fn add(&mut self, _key: u64, value: V) {
        self.push(value);
    }
    #[inline]
    fn replace(&mut self, key: &u64, value: V) -> Option<V> {
        self.get_mut(*key as usize).map(|place| std::mem::replace(place, value))
    }
    fn sum(&self) -> u64 {
        self.iter().fold(0, |sum, v| sum.wrapping_add(v.get()))
    }
}

#[inline]
fn read<V: Value>(value: Option<&V>) -> u64 {
    value.map_or(0, Value::get)
}

/// Drops the reference before it returns, as every caller under a lock must, whose counts the lock protects.
#[inline]
fn read_and_drop<V: Value>(value: Option<V>) -> u64 {
    value.map_or(0, |value| std::hint::black_box(value).get())
}

/// No lock: the floor.
pub(crate) struct Alone<M>(UnsafeCell<M>);

impl<M> Alone<M> {
    #[inline]
    fn with<R>(&self, f: impl FnOnce(&mut M) -> R) -> R {
        // SAFETY: the cell is not `Sync`, and no `f` of this file comes back here.
        f(unsafe { &mut *self.0.get() })
    }
}

impl<M: Plain> Collection for Alone<M> {
    type Key = M::Key;
    type Hold<'a> = ();
    fn new() -> Self {
        Self(UnsafeCell::default())
    }
    fn hold(&self) {}
    #[inline]
    fn get(&self, (): &(), key: &M::Key) -> u64 {
        self.with(|m| read(m.get(key)))
    }
    #[inline]
    fn get_counted(&self, (): &(), key: &M::Key) -> u64 {
        self.with(|m| read_and_drop(m.get(key).cloned()))
    }
    #[inline]
    fn add(&self, (): &(), key: M::Key, value: u64) {
        self.with(|m| m.add(key, Value::new(value)));
    }
    #[inline]
    fn replace(&self, (): &(), key: &M::Key, value: u64) {
        drop(self.with(|m| m.replace(key, Value::new(value))));
    }
    fn sum(&self, (): &()) -> u64 {
        self.with(|m| m.sum())
    }
}

static GLOBAL_LOCK: GlobalLock = GlobalLock::new();

/// Proof that this thread holds the global lock.
pub(crate) struct Held(PhantomData<*const ()>);

impl Drop for Held {
    fn drop(&mut self) {
        GLOBAL_LOCK.release();
    }
}

/// Under the one global lock of the program, which a thread keeps until another has waited for a switch interval.
pub(crate) struct Global<M>(UnsafeCell<M>);

// SAFETY: the collection, and the counts of what it holds, are touched only with a `&Held`, which exists on one thread at a time,
// or by the only owner; references taken out of it end in the call that takes them.
unsafe impl<M> Send for Global<M> {}
// SAFETY: as above.
unsafe impl<M> Sync for Global<M> {}

impl<M> Global<M> {
    #[inline]
    fn with<R>(&self, _held: &Held, f: impl FnOnce(&mut M) -> R) -> R {
        // SAFETY: the lock is held, and no `f` of this file comes back here.
        f(unsafe { &mut *self.0.get() })
    }
}

impl<M: Plain> Collection for Global<M> {
    type Key = M::Key;
    type Hold<'a> = Held;
    fn new() -> Self {
        Self(UnsafeCell::default())
    }
    fn hold(&self) -> Held {
        GLOBAL_LOCK.acquire();
        Held(PhantomData)
    }
    fn renew(_: &mut Held) {
        GLOBAL_LOCK.checkpoint();
    }
    #[inline]
    fn get(&self, held: &Held, key: &M::Key) -> u64 {
        self.with(held, |m| read(m.get(key)))
    }
    #[inline]
    fn get_counted(&self, held: &Held, key: &M::Key) -> u64 {
        self.with(held, |m| read_and_drop(m.get(key).cloned()))
    }
    #[inline]
    fn add(&self, held: &Held, key: M::Key, value: u64) {
        self.with(held, |m| m.add(key, Value::new(value)));
    }
    #[inline]
    fn replace(&self, held: &Held, key: &M::Key, value: u64) {
        drop(self.with(held, |m| m.replace(key, Value::new(value))));
    }
    fn sum(&self, held: &Held) -> u64 {
        self.with(held, |m| m.sum())
    }
}

impl<M: Plain> Collection for Mutex<M> {
    type Key = M::Key;
    type Hold<'a> = ();
    fn new() -> Self {
        Self::default()
    }
    fn hold(&self) {}
    #[inline]
    fn get(&self, (): &(), key: &M::Key) -> u64 {
        read(self.lock().get(key))
    }
    #[inline]
    fn get_counted(&self, (): &(), key: &M::Key) -> u64 {
        let value = self.lock().get(key).cloned();
        read_and_drop(value)
    }
    #[inline]
    fn add(&self, (): &(), key: M::Key, value: u64) {
        let value = Value::new(value);
        self.lock().add(key, value);
    }
    #[inline]
    fn replace(&self, (): &(), key: &M::Key, value: u64) {
        let value = Value::new(value);
        let old = self.lock().replace(key, value);
        drop(old);
    }
    fn sum(&self, (): &()) -> u64 {
        self.lock().sum()
    }
}

impl<M: Plain> Collection for RwLock<M> {
    type Key = M::Key;
    type Hold<'a> = ();
    fn new() -> Self {
        Self::default()
    }
    fn hold(&self) {}
    #[inline]
    fn get(&self, (): &(), key: &M::Key) -> u64 {
        read(self.read().get(key))
    }
    #[inline]
    fn get_counted(&self, (): &(), key: &M::Key) -> u64 {
        let value = self.read().get(key).cloned();
        read_and_drop(value)
    }
    #[inline]
    fn add(&self, (): &(), key: M::Key, value: u64) {
        let value = Value::new(value);
        self.write().add(key, value);
    }
    #[inline]
    fn replace(&self, (): &(), key: &M::Key, value: u64) {
        let value = Value::new(value);
        let old = self.write().replace(key, value);
        drop(old);
    }
    fn sum(&self, (): &()) -> u64 {
        self.read().sum()
    }
}

impl<M: PlainMap> Map for Alone<M> {
    #[inline]
    fn remove(&self, (): &(), key: &M::Key) {
        drop(self.with(|m| m.remove(key)));
    }
}

impl<V: Value> Sequence for Alone<Vec<V>> {
    #[inline]
    fn pop(&self, (): &()) {
        drop(self.with(|m| m.pop()));
    }
    #[inline]
    fn insert_at(&self, (): &(), place: usize, value: u64) {
        self.with(|m| m.insert(place, Value::new(value)));
    }
    #[inline]
    fn remove_at(&self, (): &(), place: usize) {
        drop(self.with(|m| m.remove(place)));
    }
    fn sort(&self, (): &()) {
        self.with(|m| m.sort());
    }
}

impl<M: PlainMap> Map for Global<M> {
    #[inline]
    fn remove(&self, held: &Held, key: &M::Key) {
        drop(self.with(held, |m| m.remove(key)));
    }
}

impl<V: Value> Sequence for Global<Vec<V>> {
    #[inline]
    fn pop(&self, held: &Held) {
        drop(self.with(held, |m| m.pop()));
    }
    #[inline]
    fn insert_at(&self, held: &Held, place: usize, value: u64) {
        self.with(held, |m| m.insert(place, Value::new(value)));
    }
    #[inline]
    fn remove_at(&self, held: &Held, place: usize) {
        drop(self.with(held, |m| m.remove(place)));
    }
    fn sort(&self, held: &Held) {
        self.with(held, |m| m.sort());
    }
}

impl<M: PlainMap> Map for Mutex<M> {
    #[inline]
    fn remove(&self, (): &(), key: &M::Key) {
        let old = self.lock().remove(key);
        drop(old);
    }
}

impl<V: Value> Sequence for Mutex<Vec<V>> {
    #[inline]
    fn pop(&self, (): &()) {
        let old = self.lock().pop();
        drop(old);
    }
    #[inline]
    fn insert_at(&self, (): &(), place: usize, value: u64) {
        let value = Value::new(value);
        self.lock().insert(place, value);
    }
    #[inline]
    fn remove_at(&self, (): &(), place: usize) {
        let old = self.lock().remove(place);
        drop(old);
    }
    fn sort(&self, (): &()) {
        self.lock().sort();
    }
}

impl<M: PlainMap> Map for RwLock<M> {
    #[inline]
    fn remove(&self, (): &(), key: &M::Key) {
        let old = self.write().remove(key);
        drop(old);
    }
}

impl<V: Value> Sequence for RwLock<Vec<V>> {
    #[inline]
    fn pop(&self, (): &()) {
        let old = self.write().pop();
        drop(old);
    }
    #[inline]
    fn insert_at(&self, (): &(), place: usize, value: u64) {
        let value = Value::new(value);
        self.write().insert(place, value);
    }
    #[inline]
    fn remove_at(&self, (): &(), place: usize) {
        let old = self.write().remove(place);
        drop(old);
    }
    fn sort(&self, (): &()) {
        self.write().sort();
    }
}
