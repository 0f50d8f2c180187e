//! What changes a `Set`, one key at a time or all of them.

use core::hash::{BuildHasher, Hash};

use equivalent::Equivalent;

use super::{Set, SetIntoIter};
use crate::collections::table::{End, Found, Locked, Present, Removed, Taken};
use crate::runtime::{Attached, Operation, operation};

impl<K, S> Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
{
    /// Adds `key` and returns `true`; if an equal key is there, drops `key` and returns `false`.
    ///
    /// ```
    /// let set = freethreaded::Set::new();
    /// assert!(set.insert(1));
    /// assert!(!set.insert(1));
    /// ```
    pub fn insert(&self, key: K) -> bool {
        let hash = self.hash(&key);
        // Outlives the lock: a key that is not stored is dropped after it.
        let mut key = Some(key);
        let operation = operation();
        let Some(wanted) = &key else { return false };
        // SAFETY: inside the runtime, by the operation.
        let seen = unsafe { self.table.look(hash, wanted) };
        let at_once = self.table.at_once(&seen, |locked| match seen.found() {
            Found::Node(_) => Some(false),
            Found::Nothing if !locked.has_room() => None,
            Found::Nothing => {
                locked.insert(&operation, hash, key.take()?, Present::RAW);
                Some(true)
            }
        });
        at_once.unwrap_or_else(|| {
            self.table.locked(|locked| {
                if let Some(Found::Nothing) = key.as_ref().map(|key| locked.find(hash, key))
                    && let Some(key) = key.take()
                {
                    locked.insert(&operation, hash, key, Present::RAW);
                    true
                } else {
                    false
                }
            })
        })
    }

    /// The key in the set that equals `key`; if there is none, that of `make(key)`, which is added. Borrowed from the token.
    ///
    /// `make` runs without the lock, at most once. For interning: one object per key, whoever comes first.
    ///
    /// # Panics
    /// If what `make` gives does not equal `key`, or has another hash.
    ///
    /// ```
    /// let names: freethreaded::Set<String> = freethreaded::Set::new();
    /// let cx = freethreaded::attach();
    /// let a: &String = names.get_or_insert_with("x", |name: &str| name.to_string(), &cx);
    /// let b: &String = names.get_or_insert_with("x", |_: &str| unreachable!(), &cx);
    /// assert!(std::ptr::eq(a, b));
    /// ```
    pub fn get_or_insert_with<'a, Q>(
        &'a self,
        key: &Q,
        make: impl FnOnce(&Q) -> K,
        token: &'a Attached<'_>,
    ) -> &'a K
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        if let Some(key) = self.get_ref(key, token) {
            return key;
        }
        let made = make(key);
        assert!(key.equivalent(&made), "the key that was made does not equal the one that was looked up");
        let hash = self.hash(&made);
        assert!(
            hash == self.hash(key),
            "the key that was made hashes otherwise than the one that was looked up"
        );
        let mut made = Some(made);
        let operation = operation();
        let stored = self.table.locked(|locked| match locked.find(hash, key) {
            Found::Node(node) => Some(core::ptr::from_ref(&node.key)),
            Found::Nothing => {
                made.take().map(|made| &raw const locked.insert(&operation, hash, made, Present::RAW).key)
            }
        });
        // SAFETY: a key in the table under the lock, and the token has kept this thread inside since.
        unsafe { &*stored.expect("made once, stored once") }
    }

    /// Removes `key`. Returns whether it was there.
    ///
    /// ```
    /// let set: freethreaded::Set<u8> = [1].into();
    /// assert!(set.remove(&1));
    /// assert!(!set.remove(&1));
    /// ```
    pub fn remove<Q>(&self, key: &Q) -> bool
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let hash = self.hash(key);
        let operation = operation();
        // SAFETY: inside the runtime, by the operation.
        let seen = unsafe { self.table.look(hash, key) };
        let at_once = self.table.at_once(&seen, |locked| {
            Some(match seen.found() {
                Found::Node(node) => Some(locked.remove(node)),
                Found::Nothing => None,
            })
        });
        let removed = at_once.unwrap_or_else(|| {
            self.table.locked(|locked| match locked.find(hash, key) {
                Found::Node(node) => Some(locked.remove(node)),
                Found::Nothing => None,
            })
        });
        removed.map(|removed| removed.dispose::<Present, ()>(&operation, |_| (), |_| ())).is_some()
    }

    /// Puts `key` in the place of the key in the set that equals it, and returns that one; if there is none, adds `key`.
    ///
    /// The new key stands where the old one stood. The old one is cloned if others may be reading it.
    ///
    /// ```
    /// let set: freethreaded::Set<String> = ["a".to_string()].into();
    /// let b = "b".to_string();
    /// assert_eq!(set.replace(b), None);
    /// assert_eq!(set.replace("a".to_string()).as_deref(), Some("a"));
    /// assert_eq!(set.snapshot(), ["a", "b"]);
    /// ```
    pub fn replace(&self, key: K) -> Option<K>
    where
        K: Clone,
    {
        let hash = self.hash(&key);
        let mut key = Some(key);
        let operation = operation();
        let old = self.table.locked(|locked| {
            let found = locked.find(hash, key.as_ref()?);
            let key = key.take()?;
            match found {
                Found::Node(node) => Some(locked.exchange(&operation, node, key)),
                Found::Nothing => {
                    locked.insert(&operation, hash, key, Present::RAW);
                    None
                }
            }
        });
        let old = old.map(|old| key_of(old, &operation));
        // Here, since a destructor that unwinds at the end of a scope leaks what is being returned.
        drop((operation, key));
        old
    }

    /// Adds all that `keys` gives, each by itself. As [`Extend::extend`], without `&mut`.
    ///
    /// For the keys of another set at one moment: [`union_with`](Self::union_with).
    ///
    /// ```
    /// let set = freethreaded::Set::from([1]);
    /// set.extend([2, 1, 3]);
    /// assert_eq!(set.snapshot(), [1, 2, 3]);
    /// ```
    pub fn extend(&self, keys: impl IntoIterator<Item = K>) {
        for key in keys {
            self.insert(key);
        }
    }

    /// Removes `key` and returns the key of the set that equalled it, which is cloned if others may be reading it.
    ///
    /// ```
    /// let set: freethreaded::Set<String> = ["a".to_string()].into();
    /// assert_eq!(set.take("a"), Some("a".to_string()));
    /// assert_eq!(set.take("a"), None);
    /// ```
    pub fn take<Q>(&self, key: &Q) -> Option<K>
    where
        Q: Equivalent<K> + Hash + ?Sized,
        K: Clone,
    {
        let hash = self.hash(key);
        let operation = operation();
        let removed = self.table.locked(|locked| match locked.find(hash, key) {
            Found::Node(node) => Some(locked.remove(node)),
            Found::Nothing => None,
        });
        let key = removed.map(|removed| key_of(removed, &operation));
        // As in `replace`.
        drop(operation);
        key
    }

    /// Removes the first key and returns it, cloned if others may be reading it. O(1) amortised.
    ///
    /// ```
    /// let set = freethreaded::Set::from([3, 1, 2]);
    /// assert_eq!((set.pop_first(), set.pop_first()), (Some(3), Some(1)));
    /// ```
    pub fn pop_first(&self) -> Option<K>
    where
        K: Clone,
    {
        let operation = operation();
        let removed = self.table.locked(|locked| locked.at(End::First).map(|node| locked.remove(node)));
        let key = removed.map(|removed| key_of(removed, &operation));
        // As in `replace`.
        drop(operation);
        key
    }

    /// Removes the last key and returns it, cloned if others may be reading it. O(1) amortised.
    ///
    /// ```
    /// let set = freethreaded::Set::from([3, 1, 2]);
    /// assert_eq!((set.pop_last(), set.pop_last()), (Some(2), Some(1)));
    /// ```
    pub fn pop_last(&self) -> Option<K>
    where
        K: Clone,
    {
        let operation = operation();
        let removed = self.table.locked(|locked| locked.at(End::Last).map(|node| locked.remove(node)));
        let key = removed.map(|removed| key_of(removed, &operation));
        // As in `replace`.
        drop(operation);
        key
    }

    /// Removes `key` if `condition` says so of the key of the set. Returns whether it did.
    ///
    /// `condition` runs in a [critical section](crate::critical_section) of the set, so nobody else changes the set between it and the removal. If it removes the
    /// key itself, the answer is `false`.
    ///
    /// ```
    /// let set: freethreaded::Set<u32> = [1, 2].into();
    /// assert!(!set.remove_if(&1, |n| n % 2 == 0));
    /// assert!(set.remove_if(&2, |n| n % 2 == 0));
    /// assert_eq!(set.snapshot(), [1]);
    /// ```
    pub fn remove_if<Q>(&self, key: &Q, condition: impl FnOnce(&K) -> bool) -> bool
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let hash = self.hash(key);
        let operation = operation();
        let removed = self.table.locked(|locked| match locked.find(hash, key) {
            Found::Node(node) if condition(&node.key) && locked.holds(node) => Some(locked.remove(node)),
            _ => None,
        });
        removed.map(|removed| removed.dispose::<Present, ()>(&operation, |_| (), |_| ())).is_some()
    }

    /// Keeps the keys of which `keep` says so, and removes the others.
    ///
    /// `keep` is asked in order, in a [critical section](crate::critical_section) of the set: all of it is one step for other writers. A key that `keep` itself
    /// adds may be asked about or not. If `keep` panics, what it has said so far is done.
    ///
    /// ```
    /// let set: freethreaded::Set<u32> = (0..6).collect();
    /// set.retain(|n| n % 2 == 0);
    /// assert_eq!(set.snapshot(), [0, 2, 4]);
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(&K) -> bool) {
        let operation = operation();
        self.table.locked(|locked| {
            for node in locked.nodes() {
                if locked.holds(node) && !keep(&node.key) && locked.holds(node) {
                    locked.remove(node).retire::<Present>(&operation);
                }
            }
        });
    }

    /// Removes all keys. They are destroyed in this call, or after a grace period.
    ///
    /// ```
    /// let set: freethreaded::Set<u8> = [1, 2].into();
    /// set.clear();
    /// assert!(set.is_empty());
    /// ```
    pub fn clear(&self) {
        self.table.clear(&operation());
    }

    /// Removes all keys at one moment and returns them, in order. They are cloned if others may be reading them.
    ///
    /// ```
    /// let set = freethreaded::Set::from([2, 1]);
    /// assert!(set.drain().eq([2, 1]));
    /// assert!(set.is_empty());
    /// ```
    pub fn drain(&self) -> SetIntoIter<K>
    where
        K: Clone,
    {
        let operation = operation();
        let keys = match self.table.locked(Locked::unlink_all).take(&operation) {
            Taken::Owned(owned) => owned.map(|(key, _)| key).collect(),
            Taken::Shared(entries) => entries.iter().map(|entry| entry.node.key.clone()).collect(),
        };
        // As in `replace`.
        drop(operation);
        SetIntoIter::over(keys)
    }

    /// [`drain`](Self::drain) into a set of its own, which hashes as this one does.
    ///
    /// ```
    /// let set = freethreaded::Set::from([2, 1]);
    /// let all = set.take_all();
    /// assert!(set.is_empty() && all == freethreaded::Set::from([1, 2]));
    /// ```
    #[must_use = "`clear` only removes the keys"]
    pub fn take_all(&self) -> Self
    where
        K: Clone,
        S: Clone,
    {
        let keys = self.drain();
        let hasher = self.hasher.clone();
        Self::of_distinct(hasher, keys.len(), keys.map(|key| (self.hash(&key), key)))
    }

    /// Makes room for at least `additional` more keys: so many can be added without a rebuild.
    ///
    /// # Panics
    /// If so many keys do not fit into the address space.
    ///
    /// ```
    /// let set = freethreaded::Set::from([1]);
    /// set.reserve(100);
    /// assert!(set.capacity() >= 101);
    /// ```
    pub fn reserve(&self, additional: usize) {
        let operation = operation();
        self.table.locked(|locked| locked.reserve(&operation, additional));
    }

    /// Gives up the room that is not needed.
    ///
    /// ```
    /// let set = freethreaded::Set::with_capacity(1000);
    /// set.insert(1);
    /// set.shrink_to_fit();
    /// assert!(set.capacity() < 1000);
    /// ```
    pub fn shrink_to_fit(&self) {
        self.shrink_to(0);
    }

    /// Gives up room beyond `capacity` keys, or beyond those that there are.
    ///
    /// ```
    /// let set: freethreaded::Set<u8> = freethreaded::Set::with_capacity(1000);
    /// set.shrink_to(100);
    /// assert!((100..1000).contains(&set.capacity()));
    /// ```
    pub fn shrink_to(&self, capacity: usize) {
        let operation = operation();
        self.table.locked(|locked| locked.shrink_to(&operation, capacity));
    }
}

/// The key of a node that the set has given up: its own, or a clone if others may be reading it.
fn key_of<K>(removed: Removed<K>, operation: &Operation) -> K
where
    K: Clone + Send + Sync + 'static,
{
    removed.take::<Present, ()>(operation, |_| (), |_| ()).0
}
