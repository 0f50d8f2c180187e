//! The concurrent collections: ours and their peers.

use dashmap::DashMap;
use freethreaded::refcount::SharedPtr;
use freethreaded::{Attached, Dict, List, attach};
use rustc_hash::FxBuildHasher;
use seize::Guard;

use crate::collection::{Collection, Key, Map, Sequence, Value};

/// A value that threads share.
pub(crate) trait SharedValue: Value + Send + Sync {}
impl<V: Value + Send + Sync> SharedValue for V {}

#[inline]
fn read_and_drop<V: Value>(value: Option<V>) -> u64 {
    value.map_or(0, |value| std::hint::black_box(value).get())
}

impl<K: Key, P: SharedPtr<Target = u64> + Value> Collection for Dict<K, P, FxBuildHasher> {
    type Key = K;
    type Hold<'a> = Attached<'a>;
    fn new() -> Self {
        Self::default()
    }
    fn hold(&self) -> Attached<'_> {
        attach()
    }
    fn renew(cx: &mut Attached<'_>) {
        cx.checkpoint();
    }
    #[inline]
    fn get(&self, cx: &Attached<'_>, key: &K) -> u64 {
        self.get_ref(key, cx).map_or(0, |value| *value)
    }
    #[inline]
    fn get_counted(&self, _: &Attached<'_>, key: &K) -> u64 {
        read_and_drop(Dict::get(self, key))
    }
    #[inline]
    fn add(&self, _: &Attached<'_>, key: K, value: u64) {
        drop(self.insert(key, P::new(value)));
    }
    #[inline]
    fn replace(&self, _: &Attached<'_>, key: &K, value: u64) {
        drop(Dict::replace(self, key, P::new(value)));
    }
    fn sum(&self, cx: &Attached<'_>) -> u64 {
        self.values(cx).fold(0, |sum, v| sum.wrapping_add(*v))
    }
}

impl<K: Key, P: SharedPtr<Target = u64> + Value> Map for Dict<K, P, FxBuildHasher> {
    #[inline]
    fn remove(&self, _: &Attached<'_>, key: &K) {
        drop(Dict::remove(self, key));
    }
}

impl<P: SharedPtr<Target = u64> + Value> Collection for List<P> {
    type Key = u64;
    type Hold<'a> = Attached<'a>;
    fn new() -> Self {
        Self::new()
    }
    fn hold(&self) -> Attached<'_> {
        attach()
    }
    fn renew(cx: &mut Attached<'_>) {
        cx.checkpoint();
    }
    #[inline]
    fn get(&self, cx: &Attached<'_>, key: &u64) -> u64 {
        self.get_ref(*key as usize, cx).map_or(0, |value| *value)
    }
    #[inline]
    fn get_counted(&self, _: &Attached<'_>, key: &u64) -> u64 {
        read_and_drop(List::get(self, *key as usize))
    }
    #[inline]
    fn add(&self, _: &Attached<'_>, _key: u64, value: u64) {
        self.push(P::new(value));
    }
    #[inline]
    fn replace(&self, _: &Attached<'_>, key: &u64, value: u64) {
        drop(self.set(*key as usize, P::new(value)));
    }
    fn sum(&self, cx: &Attached<'_>) -> u64 {
        self.iter(cx).fold(0, |sum, v| sum.wrapping_add(*v))
    }
}

impl<P: SharedPtr<Target = u64> + Value> Sequence for List<P> {
    #[inline]
    fn pop(&self, _: &Attached<'_>) {
        drop(List::pop(self));
    }
    #[inline]
    fn insert_at(&self, _: &Attached<'_>, place: usize, value: u64) {
        self.insert(place, P::new(value));
    }
    #[inline]
    fn remove_at(&self, _: &Attached<'_>, place: usize) {
        drop(List::remove(self, place));
    }
    fn sort(&self, _: &Attached<'_>) {
        List::sort(self).expect("nobody else changes the list");
    }
}

impl<K: Key, V: SharedValue> Collection for DashMap<K, V, FxBuildHasher> {
    type Key = K;
    type Hold<'a> = ();
    fn new() -> Self {
        Self::default()
    }
    fn hold(&self) {}
    #[inline]
    fn get(&self, (): &(), key: &K) -> u64 {
        DashMap::get(self, key).map_or(0, |value| value.get())
    }
    #[inline]
    fn get_counted(&self, (): &(), key: &K) -> u64 {
        let value = DashMap::get(self, key).map(|value| value.clone());
        read_and_drop(value)
    }
    #[inline]
    fn add(&self, (): &(), key: K, value: u64) {
        self.insert(key, V::new(value));
    }
    #[inline]
    fn replace(&self, (): &(), key: &K, value: u64) {
        let value = V::new(value);
        let old = DashMap::get_mut(self, key).map(|mut place| std::mem::replace(&mut *place, value));
        drop(old);
    }
    fn sum(&self, (): &()) -> u64 {
        self.iter().fold(0, |sum, v| sum.wrapping_add(v.get()))
    }
}

impl<K: Key, V: SharedValue> Map for DashMap<K, V, FxBuildHasher> {
    #[inline]
    fn remove(&self, (): &(), key: &K) {
        drop(DashMap::remove(self, key));
    }
}

impl<K: Key, V: SharedValue> Collection for papaya::HashMap<K, V, FxBuildHasher> {
    type Key = K;
    type Hold<'a> = papaya::LocalGuard<'a>;
    fn new() -> Self {
        Self::default()
    }
    fn hold(&self) -> papaya::LocalGuard<'_> {
        self.guard()
    }
    fn renew(guard: &mut papaya::LocalGuard<'_>) {
        guard.refresh();
    }
    #[inline]
    fn get(&self, guard: &papaya::LocalGuard<'_>, key: &K) -> u64 {
        papaya::HashMap::get(self, key, guard).map_or(0, Value::get)
    }
    #[inline]
    fn get_counted(&self, guard: &papaya::LocalGuard<'_>, key: &K) -> u64 {
        read_and_drop(papaya::HashMap::get(self, key, guard).cloned())
    }
    #[inline]
    fn add(&self, guard: &papaya::LocalGuard<'_>, key: K, value: u64) {
        self.insert(key, V::new(value), guard);
    }
    #[inline]
    fn replace(&self, guard: &papaya::LocalGuard<'_>, key: &K, value: u64) {
        self.insert(key.clone(), V::new(value), guard);
    }
    fn sum(&self, guard: &papaya::LocalGuard<'_>) -> u64 {
        self.values(guard).fold(0, |sum, v| sum.wrapping_add(v.get()))
    }
}

impl<K: Key, V: SharedValue> Map for papaya::HashMap<K, V, FxBuildHasher> {
    #[inline]
    fn remove(&self, guard: &papaya::LocalGuard<'_>, key: &K) {
        papaya::HashMap::remove(self, key, guard);
    }
    #[inline]
    fn update(&self, guard: &papaya::LocalGuard<'_>, key: &K, value: u64) {
        papaya::HashMap::update(self, key.clone(), |_| V::new(value), guard);
    }
}

impl<K: Key, V: SharedValue> Collection for scc::HashMap<K, V, FxBuildHasher> {
    type Key = K;
    type Hold<'a> = ();
    fn new() -> Self {
        Self::default()
    }
    fn hold(&self) {}
    #[inline]
    fn get(&self, (): &(), key: &K) -> u64 {
        self.read_sync(key, |_, value| value.get()).unwrap_or(0)
    }
    #[inline]
    fn get_counted(&self, (): &(), key: &K) -> u64 {
        read_and_drop(self.read_sync(key, |_, value| value.clone()))
    }
    #[inline]
    fn add(&self, (): &(), key: K, value: u64) {
        self.upsert_sync(key, V::new(value));
    }
    #[inline]
    fn replace(&self, (): &(), key: &K, value: u64) {
        let value = V::new(value);
        drop(self.update_sync(key, |_, place| std::mem::replace(place, value)));
    }
    fn sum(&self, (): &()) -> u64 {
        let mut sum = 0u64;
        self.iter_sync(|_, value| {
            sum = sum.wrapping_add(value.get());
            true
        });
        sum
    }
}

impl<K: Key, V: SharedValue> Map for scc::HashMap<K, V, FxBuildHasher> {
    #[inline]
    fn remove(&self, (): &(), key: &K) {
        drop(self.remove_sync(key));
    }
}

impl<K: Key, V: SharedValue> Collection for scc::HashIndex<K, V, FxBuildHasher> {
    type Key = K;
    type Hold<'a> = sdd::Guard;
    fn new() -> Self {
        Self::default()
    }
    fn hold(&self) -> sdd::Guard {
        sdd::Guard::new()
    }
    fn renew(guard: &mut sdd::Guard) {
        *guard = sdd::Guard::new();
    }
    #[inline]
    fn get(&self, guard: &sdd::Guard, key: &K) -> u64 {
        self.peek(key, guard).map_or(0, Value::get)
    }
    #[inline]
    fn get_counted(&self, guard: &sdd::Guard, key: &K) -> u64 {
        read_and_drop(self.peek(key, guard).cloned())
    }
    #[inline]
    fn add(&self, _: &sdd::Guard, key: K, value: u64) {
        let _ = self.insert_sync(key, V::new(value));
    }
    #[inline]
    fn replace(&self, _: &sdd::Guard, key: &K, value: u64) {
        if let Some(mut entry) = self.get_sync(key) {
            entry.update(V::new(value));
        }
    }
    fn sum(&self, guard: &sdd::Guard) -> u64 {
        self.iter(guard).fold(0, |sum, (_, v)| sum.wrapping_add(v.get()))
    }
}

impl<K: Key, V: SharedValue> Map for scc::HashIndex<K, V, FxBuildHasher> {
    #[inline]
    fn remove(&self, _: &sdd::Guard, key: &K) {
        self.remove_sync(key);
    }
}

impl<K: Key, V: SharedValue> Collection for flurry::HashMap<K, V, FxBuildHasher> {
    type Key = K;
    type Hold<'a> = flurry::Guard<'a>;
    fn new() -> Self {
        Self::default()
    }
    fn hold(&self) -> flurry::Guard<'_> {
        self.guard()
    }
    fn renew(guard: &mut flurry::Guard<'_>) {
        guard.refresh();
    }
    #[inline]
    fn get(&self, guard: &flurry::Guard<'_>, key: &K) -> u64 {
        flurry::HashMap::get(self, key, guard).map_or(0, Value::get)
    }
    #[inline]
    fn get_counted(&self, guard: &flurry::Guard<'_>, key: &K) -> u64 {
        read_and_drop(flurry::HashMap::get(self, key, guard).cloned())
    }
    #[inline]
    fn add(&self, guard: &flurry::Guard<'_>, key: K, value: u64) {
        self.insert(key, V::new(value), guard);
    }
    #[inline]
    fn replace(&self, guard: &flurry::Guard<'_>, key: &K, value: u64) {
        self.compute_if_present(key, |_, _| Some(V::new(value)), guard);
    }
    fn sum(&self, guard: &flurry::Guard<'_>) -> u64 {
        self.values(guard).fold(0, |sum, v| sum.wrapping_add(v.get()))
    }
}

impl<K: Key, V: SharedValue> Map for flurry::HashMap<K, V, FxBuildHasher> {
    #[inline]
    fn remove(&self, guard: &flurry::Guard<'_>, key: &K) {
        flurry::HashMap::remove(self, key, guard);
    }
}

/// Append-only: nothing in it is ever replaced.
impl<V: SharedValue> Collection for boxcar::Vec<V> {
    type Key = u64;
    type Hold<'a> = ();
    fn new() -> Self {
        Self::new()
    }
    fn hold(&self) {}
    #[inline]
    fn get(&self, (): &(), key: &u64) -> u64 {
        boxcar::Vec::get(self, *key as usize).map_or(0, Value::get)
    }
    #[inline]
    fn get_counted(&self, (): &(), key: &u64) -> u64 {
        read_and_drop(boxcar::Vec::get(self, *key as usize).cloned())
    }
    #[inline]
    fn add(&self, (): &(), _key: u64, value: u64) {
        self.push(V::new(value));
    }
    fn replace(&self, (): &(), _key: &u64, _value: u64) {
        unreachable!("boxcar is in no contest that replaces");
    }
    fn sum(&self, (): &()) -> u64 {
        self.iter().fold(0, |sum, (_, v)| sum.wrapping_add(v.get()))
    }
}
