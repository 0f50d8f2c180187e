//! Feature `serde`: a `Dict` is a map, the others are sequences, in their order.
//!
//! What is written is the container at one moment: references are collected under the lock, and `Serialize` runs after it, while the token keeps what they lead
//! to. Values are written as their targets, so sharing is lost on the way, and every value that is read is an object of its own.
//!
//! Reading believes no announced length beyond [`AT_ONCE`], so that a short input cannot ask for much memory.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::iter;
use core::marker::PhantomData;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::collections::{Dict, FrozenSet, List, Set};
use crate::lock::critical_section;
use crate::refcount::SharedPtr;
use crate::runtime::attach;

/// Bytes that are allocated for entries which have been announced, but not read.
const AT_ONCE: usize = 1 << 20;

/// Entries to make room for. A node or object is taken to have a header of four words.
fn cautious<T>(announced: Option<usize>) -> usize {
    announced.unwrap_or(0).min(AT_ONCE / (size_of::<T>() + 4 * size_of::<usize>()))
}

impl<K: Serialize, P, S> Serialize for Dict<K, P, S>
where
    P: SharedPtr<Target: Serialize>,
{
    fn serialize<R: Serializer>(&self, serializer: R) -> Result<R::Ok, R::Error> {
        let cx = attach();
        let entries: Vec<_> = critical_section(self, |_| self.iter(&cx).collect());
        serializer.collect_map(entries)
    }
}

impl<K: Serialize, S> Serialize for Set<K, S> {
    fn serialize<R: Serializer>(&self, serializer: R) -> Result<R::Ok, R::Error> {
        let cx = attach();
        let keys: Vec<_> = critical_section(self, |_| self.iter(&cx).collect());
        serializer.collect_seq(keys)
    }
}

impl<K: Serialize, S> Serialize for FrozenSet<K, S> {
    fn serialize<R: Serializer>(&self, serializer: R) -> Result<R::Ok, R::Error> {
        serializer.collect_seq(self.as_slice())
    }
}

impl<P> Serialize for List<P>
where
    P: SharedPtr<Target: Serialize>,
{
    fn serialize<R: Serializer>(&self, serializer: R) -> Result<R::Ok, R::Error> {
        let cx = attach();
        let elements: Vec<_> = critical_section(self, |_| self.iter(&cx).collect());
        serializer.collect_seq(elements)
    }
}

/// Reads a container.
struct Reader<C>(PhantomData<C>);

impl<C> Reader<C> {
    const fn new() -> Self {
        Self(PhantomData)
    }
}

/// Of a key that comes twice the last value stays, at the place of the first.
impl<'de, K, P, S> Deserialize<'de> for Dict<K, P, S>
where
    K: Deserialize<'de> + Eq + Hash + Send + Sync + 'static,
    P: SharedPtr<Target: Deserialize<'de>> + From<P::Target>,
    S: BuildHasher + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader::<Self>::new())
    }
}

impl<'de, K, P, S> Visitor<'de> for Reader<Dict<K, P, S>>
where
    K: Deserialize<'de> + Eq + Hash + Send + Sync + 'static,
    P: SharedPtr<Target: Deserialize<'de>> + From<P::Target>,
    S: BuildHasher + Default,
{
    type Value = Dict<K, P, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let room = cautious::<(K, P::Target)>(map.size_hint());
        let dict = Dict::with_capacity_and_hasher(room, S::default());
        while let Some((key, value)) = map.next_entry::<K, P::Target>()? {
            dict.insert(key, P::from(value));
        }
        Ok(dict)
    }
}

/// Of keys that are equal the first stays.
impl<'de, K, S> Deserialize<'de> for Set<K, S>
where
    K: Deserialize<'de> + Eq + Hash + Send + Sync + 'static,
    S: BuildHasher + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Reader::<Self>::new())
    }
}

impl<'de, K, S> Visitor<'de> for Reader<Set<K, S>>
where
    K: Deserialize<'de> + Eq + Hash + Send + Sync + 'static,
    S: BuildHasher + Default,
{
    type Value = Set<K, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence of keys")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut keys: A) -> Result<Self::Value, A::Error> {
        let set = Set::with_capacity_and_hasher(cautious::<K>(keys.size_hint()), S::default());
        while let Some(key) = keys.next_element()? {
            set.insert(key);
        }
        Ok(set)
    }
}

/// Of keys that are equal the first stays.
impl<'de, K, S> Deserialize<'de> for FrozenSet<K, S>
where
    K: Deserialize<'de> + Eq + Hash,
    S: BuildHasher + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Reader::<Self>::new())
    }
}

impl<'de, K, S> Visitor<'de> for Reader<FrozenSet<K, S>>
where
    K: Deserialize<'de> + Eq + Hash,
    S: BuildHasher + Default,
{
    type Value = FrozenSet<K, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence of keys")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut keys: A) -> Result<Self::Value, A::Error> {
        iter::from_fn(|| keys.next_element().transpose()).collect()
    }
}

impl<'de, P> Deserialize<'de> for List<P>
where
    P: SharedPtr<Target: Deserialize<'de>> + From<P::Target>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Reader::<Self>::new())
    }
}

impl<'de, P> Visitor<'de> for Reader<List<P>>
where
    P: SharedPtr<Target: Deserialize<'de>> + From<P::Target>,
{
    type Value = List<P>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let list = List::with_capacity(cautious::<P::Target>(elements.size_hint()));
        while let Some(element) = elements.next_element::<P::Target>()? {
            list.push(P::from(element));
        }
        Ok(list)
    }
}
