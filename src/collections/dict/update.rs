//! Writes that depend on what is there: get or insert, update, compare and exchange, conditional removal.
//!
//! Closures run inside the dict's critical section, so that nobody else changes the entry between what they see and what comes of it. A closure
//! can undo that by itself, by changing the same dict or by waiting for another lock; so what it has seen is looked at again behind it.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::ptr::{self, NonNull};

use equivalent::Equivalent;

use super::super::table::{Counted, Found, Locked, Node, retire_value};
use super::Dict;
use super::value::{copied, counted, dispose};
use crate::refcount::SharedPtr;
use crate::runtime::operation;

/// What [`Dict::compare_exchange`] found instead of what it was to find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareExchangeError<P> {
    /// The value of the key.
    pub current: Option<P>,
    /// The value that was not stored.
    pub new: Option<P>,
}

impl<P> fmt::Display for CompareExchangeError<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key has another value")
    }
}

impl<P: fmt::Debug> core::error::Error for CompareExchangeError<P> {}

/// What a key has under the lock.
struct Seen<'a, K>(Option<(&'a Node<K>, NonNull<()>)>);

impl<'a, K> Seen<'a, K> {
    fn find<P, Q>(locked: &Locked<'a, K, Counted<P>>, hash: u64, key: &Q) -> Self
    where
        P: SharedPtr,
        Q: Equivalent<K> + ?Sized,
    {
        match locked.find(hash, key) {
            Found::Node(node) => Self(node.value().map(|value| (node, value))),
            Found::Nothing => Self(None),
        }
    }

    fn raw(&self) -> Option<NonNull<()>> {
        self.0.map(|(_, value)| value)
    }

    /// Whether the key has the same value in the same node, or still none. What was seen before is not freed yet, so no address can have come back.
    fn is_same(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (Some((node, value)), Some((other, others))) => ptr::eq(node, other) && value == others,
            (None, None) => true,
            _ => false,
        }
    }
}

impl<K, P, S> Dict<K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher,
{
    /// The value of `key`; if it is absent, `value`, which becomes the value. Python's `setdefault`.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// assert_eq!(*dict.get_or_insert("a", 1), 1);
    /// assert_eq!(*dict.get_or_insert("a", 2), 1);
    /// ```
    pub fn get_or_insert(&self, key: K, value: impl Into<P>) -> P {
        let mut value = Some(value.into());
        let result = self.get_or_insert_with(key, || value.take().expect("called once"));
        // As in `insert`.
        drop(value);
        result
    }

    /// The value of `key`; if it is absent, that of `make()`, which becomes the value.
    ///
    /// `make` runs at most once, inside the dict's critical section: of threads that come at the same time one makes the value, and the others
    /// wait and get it. If `make` adds the key itself, or waits for another lock, which lets other threads in, the first value to be stored is everybody's and
    /// the other is dropped. What takes long is better made outside, with [`get_or_insert`](Self::get_or_insert): meanwhile nobody else writes to the dict.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// assert_eq!(*dict.get_or_insert_with("a", || Brc::new(1)), 1);
    /// assert_eq!(*dict.get_or_insert_with("a", || unreachable!()), 1);
    /// ```
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> P) -> P {
        match self.get_or_try_insert_with(key, || Ok::<P, core::convert::Infallible>(make())) {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }

    /// [`get_or_insert_with`](Self::get_or_insert_with) for a closure that may fail.
    ///
    /// # Errors
    /// The error of `make`; nothing is stored then.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// let parse = |text: &'static str| dict.get_or_try_insert_with(text, || text.parse().map(Brc::new));
    /// assert!(parse("one").is_err());
    /// assert_eq!(parse("1").as_deref(), Ok(&1));
    /// assert_eq!(dict.len(), 1);
    /// ```
    pub fn get_or_try_insert_with<E>(&self, key: K, make: impl FnOnce() -> Result<P, E>) -> Result<P, E> {
        let hash = self.hash(&key);
        // All outlive the lock: what is not used is dropped after it.
        let (mut make, mut made, mut key) = (Some(make), None, Some(key));
        if let Some(value) = key.as_ref().and_then(|key| self.get_hashed(hash, key)) {
            // As in `insert`.
            drop((key, make));
            return Ok(value);
        }
        let operation = operation();
        let result = self.table.locked(|locked| {
            let wanted = key.as_ref().expect("stored once");
            if let Found::Node(node) = locked.find(hash, wanted) {
                return Ok(counted(node).expect("in the table"));
            }
            let before = locked.shape();
            made = Some((make.take().expect("called once"))()?);
            if locked.shape() != before
                && let Found::Node(node) = locked.find(hash, wanted)
            {
                return Ok(counted(node).expect("in the table"));
            }
            let value = P::into_raw(made.take().expect("just made"));
            locked.insert(&operation, hash, key.take().expect("stored once"), value);
            // SAFETY: the dict's reference, just stored.
            Ok(unsafe { copied(value) })
        });
        drop((operation, made, key, make));
        result
    }

    /// Sets `key` to what `f` makes of its value, or removes it if `f` gives `None`; returns the new value. `f` gets `None` if the key is absent.
    ///
    /// Read, change and write are one step: what `f` has seen is what is replaced. `f` runs inside the dict's critical section. Should the entry change all the
    /// same, because `f` changes it or waits for another lock, `f` is called again, as by
    /// [`AtomicUsize::fetch_update`](std::sync::atomic::AtomicUsize::fetch_update); so an `f` that itself changes the entry each time never gets done.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let count: Dict<&str, Brc<u32>> = Dict::new();
    /// for word in ["a", "b", "a"] {
    ///     count.update(word, |n| Some(Brc::new(n.map_or(1, |n| n + 1))));
    /// }
    /// assert_eq!(count.get("a").as_deref(), Some(&2));
    /// // The last one out removes the key.
    /// assert!(count.update("b", |n| n.and_then(|n| n.checked_sub(1)).filter(|n| *n > 0).map(Brc::new)).is_none());
    /// assert!(!count.contains_key("b"));
    /// ```
    pub fn update(&self, key: K, mut f: impl FnMut(Option<&P::Target>) -> Option<P>) -> Option<P> {
        let hash = self.hash(&key);
        // What `f` made is here, since `Eq` may panic behind it: it would be dropped under the lock.
        let (mut key, mut made, mut in_vain) = (Some(key), None, Vec::new());
        let operation = operation();
        let result = self.table.locked(|locked| {
            loop {
                let wanted = key.as_ref()?;
                let seen = Seen::find(locked, hash, wanted);
                // SAFETY: the dict's reference is dropped no earlier than this operation ends.
                made = f(seen.raw().map(|value| unsafe { P::borrow(value) }));
                if !seen.is_same(&Seen::find(locked, hash, wanted)) {
                    in_vain.extend(made.take());
                    continue;
                }
                let Some(new) = made.take().map(P::into_raw) else {
                    if let Some((node, _)) = seen.0 {
                        locked.remove(node).retire::<Counted<P>>(&operation);
                    }
                    return None;
                };
                match seen.0 {
                    Some((node, _)) => retire_value::<Counted<P>>(&operation, locked.replace(node, new)),
                    None => _ = locked.insert(&operation, hash, key.take()?, new),
                }
                // SAFETY: the dict's reference, just stored.
                return Some(unsafe { copied(new) });
            }
        });
        drop((operation, in_vain, made, key, f));
        result
    }

    /// Sets `key` to `new`, or removes it if that is `None`, provided that its value is `current`; returns the value that it had. Values are compared by
    /// address, not by `Eq`; `None` stands for no value.
    ///
    /// # Errors
    /// The value that the key has instead, and `new`.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, attach};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// assert!(dict.compare_exchange("a", None, Some(Brc::new(1))).is_ok());
    /// let cx = attach();
    /// let seen = dict.get_ref("a", &cx);
    /// assert!(dict.compare_exchange("a", seen, Some(Brc::new(2))).is_ok());
    /// let error = dict.compare_exchange("a", seen, None).unwrap_err();
    /// assert_eq!(error.current.as_deref(), Some(&2));
    /// ```
    pub fn compare_exchange(
        &self,
        key: K,
        current: Option<&P::Target>,
        new: Option<P>,
    ) -> Result<Option<P>, CompareExchangeError<P>> {
        let hash = self.hash(&key);
        let (mut key, mut new) = (Some(key), new);
        let operation = operation();
        let result = self.table.locked(|locked| {
            let seen = Seen::find(locked, hash, key.as_ref().expect("stored once"));
            // SAFETY: under the lock, and nothing that could change the entry has run since.
            let found = seen.raw().map(|value| unsafe { P::borrow(value) });
            // SAFETY: as above.
            let old = seen.raw().map(|value| unsafe { copied::<P>(value) });
            if found.map(ptr::from_ref) != current.map(ptr::from_ref) {
                return Err(old);
            }
            match (seen.0, new.take().map(P::into_raw)) {
                (Some((node, _)), Some(new)) => {
                    retire_value::<Counted<P>>(&operation, locked.replace(node, new));
                }
                (Some((node, _)), None) => locked.remove(node).retire::<Counted<P>>(&operation),
                (None, Some(new)) => {
                    locked.insert(&operation, hash, key.take().expect("stored once"), new);
                }
                (None, None) => {}
            }
            Ok(old)
        });
        drop((operation, key));
        result.map_err(|current| CompareExchangeError { current, new })
    }

    /// Removes `key` if `f` says so of its value, and returns the value.
    ///
    /// What `f` has seen is what is removed. Where and how often `f` runs is as for [`update`](Self::update).
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let stock: Dict<&str, Brc<u32>> = [("apples", 0), ("pears", 2)].into();
    /// assert!(stock.remove_if("apples", |n| *n == 0).is_some());
    /// assert!(stock.remove_if("pears", |n| *n == 0).is_none());
    /// ```
    pub fn remove_if<Q>(&self, key: &Q, mut f: impl FnMut(&P::Target) -> bool) -> Option<P>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let hash = self.hash(key);
        let operation = operation();
        let removed = self.table.locked(|locked| {
            loop {
                let seen = Seen::find(locked, hash, key);
                let (node, value) = seen.0?;
                // SAFETY: as in `update`.
                let remove = f(unsafe { P::borrow(value) });
                if seen.is_same(&Seen::find(locked, hash, key)) {
                    return remove.then(|| locked.remove(node));
                }
            }
        });
        let value = removed.map(|removed| dispose(&operation, removed));
        drop((operation, f));
        value
    }
}

impl<K, P, S> Dict<K, P, S>
where
    K: Send + Sync + 'static,
    P: SharedPtr,
{
    /// Keeps the entries of which `keep` says so and removes the others, in order, all in one critical section.
    ///
    /// `keep` is asked once about each entry that is there at the beginning, and not about those that it has removed itself by the time. An entry to which it gives
    /// another value while it is asked about it is kept.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<u32, Brc<u32>> = (0..6).map(|n| (n, n * n)).collect();
    /// dict.retain(|key, square| key % 2 == 1 && *square < 20);
    /// assert_eq!(format!("{dict:?}"), "{1: 1, 3: 9}");
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(&K, &P::Target) -> bool) {
        let operation = operation();
        self.table.locked(|locked| {
            for entry in locked.entries() {
                let node = entry.node;
                let is_there = locked.holds(node);
                let Some(value) = node.value().filter(|_| is_there) else { continue };
                // SAFETY: the dict's reference is dropped no earlier than this operation ends.
                if !keep(&node.key, unsafe { P::borrow(value) })
                    && node.value() == Some(value)
                    && locked.holds(node)
                {
                    locked.remove(node).retire::<Counted<P>>(&operation);
                }
            }
        });
        drop((operation, keep));
    }
}
