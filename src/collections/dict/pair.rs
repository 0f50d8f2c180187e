//! Operations on two dicts, and on a whole dict against another.

use core::hash::{BuildHasher, Hash};
use core::ptr::{self, NonNull};

use super::super::table::{Counted, Entry, Found, Locked, Node, retire_value};
use super::super::unordered::Lookup;
use super::Dict;
use crate::refcount::SharedPtr;
use crate::runtime::{Operation, operation, pin};

impl<K, P, S> Dict<K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher,
{
    /// The hash here of a key in a dict of the same type. Hashers without state agree; else calls `Hash`.
    fn hash_of(&self, node: &Node<K>) -> u64 {
        if size_of::<S>() == 0 { node.hash() } else { self.hash(&node.key) }
    }

    /// Inserts all entries of `other`, in its order, as [`insert`](Self::insert) does: Python's `update`. What `other` holds is what it held at
    /// one moment.
    ///
    /// Both dicts are locked throughout, so no other writer comes in between. `Eq`, `Clone` and, unless the hasher is of size 0, `Hash` of keys run
    /// under both locks; if one of them waits for a third, other writers may come between two entries.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = [("a", 1), ("b", 2)].into();
    /// dict.update_from(&[("c", 3), ("a", 4)].into());
    /// assert_eq!(format!("{dict:?}"), r#"{"a": 4, "b": 2, "c": 3}"#);
    /// ```
    pub fn update_from(&self, other: &Self)
    where
        K: Clone,
    {
        if ptr::eq(self, other) {
            return;
        }
        // Keys that were cloned in vain outlive the locks.
        let mut in_vain = Vec::new();
        let operation = operation();
        self.table.locked2(&other.table, |mine, theirs| {
            for entry in theirs.entries() {
                self.put(mine, &operation, &entry, &mut in_vain);
            }
        });
        drop((operation, in_vain));
    }

    /// Sets the key of an entry of another dict to the value that it had there.
    fn put(
        &self,
        locked: &Locked<'_, K, Counted<P>>,
        operation: &Operation,
        entry: &Entry<'_, K>,
        in_vain: &mut Vec<K>,
    ) where
        K: Clone,
    {
        let key = &entry.node.key;
        let hash = self.hash_of(entry.node);
        let replace =
            |node| retire_value::<Counted<P>>(operation, locked.replace(node, another::<P>(entry.value)));
        if let Found::Node(node) = locked.find(hash, key) {
            return replace(node);
        }
        let before = locked.shape();
        let clone = key.clone();
        if locked.shape() != before
            && let Found::Node(node) = locked.find(hash, key)
        {
            in_vain.push(clone);
            return replace(node);
        }
        locked.insert(operation, hash, clone, another::<P>(entry.value));
    }

    /// A new dict with the entries of both, at one moment of both; where both have a key, the value is that of `other`. Python's `a | b`.
    ///
    /// Keys are cloned, hashed and compared after the locks are released.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let defaults: Dict<&str, Brc<u32>> = [("width", 80), ("height", 25)].into();
    /// let given: Dict<&str, Brc<u32>> = [("width", 120), ("depth", 3)].into();
    /// let settings = defaults.merge(&given);
    /// assert_eq!(format!("{settings:?}"), r#"{"width": 120, "height": 25, "depth": 3}"#);
    /// ```
    #[must_use]
    pub fn merge(&self, other: &Self) -> Self
    where
        K: Clone,
        S: Clone,
    {
        let mut in_vain = Vec::new();
        let operation = operation();
        let (mine, theirs) =
            self.table.locked2(&other.table, |mine, theirs| (mine.entries(), theirs.entries()));
        let mut merged = self.of(&operation, &mine, Node::hash);
        let table = merged.table.exclusive();
        for entry in &theirs {
            self.put(&table, &operation, entry, &mut in_vain);
        }
        // As in `insert`.
        drop((operation, in_vain));
        merged
    }

    /// Exchanges the contents of two dicts. Writers, and whoever else locks, see both change at one moment; a reader without lock sees each of
    /// them change at one moment.
    ///
    /// All keys are cloned, and hashed anew unless the hasher is of size 0, under both locks: a key that others may be reading stays in the dict that they read.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let (full, empty): (Dict<u32, Brc<u32>>, Dict<u32, Brc<u32>>) = ((0..3).map(|n| (n, n)).collect(), Dict::new());
    /// full.swap_contents(&empty);
    /// assert_eq!((full.len(), empty.len()), (0, 3));
    /// assert!(empty.contains_key(&2));
    /// ```
    pub fn swap_contents(&self, other: &Self)
    where
        K: Clone,
        S: Clone,
    {
        if ptr::eq(self, other) {
            return;
        }
        // What does not come to be used outlives the locks, half-filled copies too.
        let mut in_vain = Vec::new();
        let operation = operation();
        let old = self.table.locked2(&other.table, |a, b| {
            loop {
                let shapes = (a.shape(), b.shape());
                let (mine, theirs) = (a.entries(), b.entries());
                in_vain.push(Self::with_capacity_and_hasher(mine.len(), other.hasher.clone()));
                in_vain.last_mut()?.fill(&operation, &mine, |node| other.hash_of(node));
                in_vain.push(Self::with_capacity_and_hasher(theirs.len(), self.hasher.clone()));
                in_vain.last_mut()?.fill(&operation, &theirs, |node| self.hash_of(node));
                let is_current = |entry: &Entry<'_, K>| entry.node.value() == Some(entry.value);
                if (a.shape(), b.shape()) == shapes && mine.iter().chain(&theirs).all(is_current) {
                    let (for_self, for_other) = (in_vain.pop()?, in_vain.pop()?);
                    return Some((a.replace_all(for_self.table), b.replace_all(for_other.table)));
                }
            }
        });
        if let Some((mine, theirs)) = old {
            // The second goes even if a destructor in the first unwinds: nothing is destroyed before the operation ends.
            mine.retire(&operation);
            theirs.retire(&operation);
        }
        drop((operation, in_vain));
    }
}

impl<K, P, S> Dict<K, P, S>
where
    K: Send + Sync + 'static,
    P: SharedPtr,
{
    /// A new dict with copies of entries whose keys differ, which it does not compare.
    fn of(&self, operation: &Operation, entries: &[Entry<'_, K>], hash: impl Fn(&Node<K>) -> u64) -> Self
    where
        K: Clone,
        S: Clone,
    {
        let mut copy = Self::with_capacity_and_hasher(entries.len(), self.hasher.clone());
        copy.fill(operation, entries, hash);
        copy
    }

    /// Adds copies of entries whose keys differ, from each other and from what is here.
    fn fill(&mut self, operation: &Operation, entries: &[Entry<'_, K>], hash: impl Fn(&Node<K>) -> u64)
    where
        K: Clone,
    {
        let table = self.table.exclusive();
        for entry in entries {
            let hash = hash(entry.node);
            let key = entry.node.key.clone();
            table.insert(operation, hash, key, another::<P>(entry.value));
        }
    }
}

/// Another reference to the value of an entry, as a pointer. The thread is inside the runtime, and has been since the entry was read.
fn another<P: SharedPtr>(value: NonNull<()>) -> NonNull<()> {
    // SAFETY: the dict's reference is dropped no earlier than this thread has left the runtime.
    unsafe { P::increment(value) };
    value
}

impl<K, P, S> Clone for Dict<K, P, S>
where
    K: Clone + Send + Sync + 'static,
    P: SharedPtr,
    S: Clone,
{
    /// A new dict with the entries of one moment. Keys are cloned after the lock is released; values are references to the same objects.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = [("a", 1)].into();
    /// let copy = dict.clone();
    /// dict.insert("a", 2);
    /// assert_eq!(copy.get("a").as_deref(), Some(&1));
    /// ```
    fn clone(&self) -> Self {
        let operation = operation();
        let entries = self.table.locked(|locked| locked.entries());
        let copy = self.of(&operation, &entries, Node::hash);
        // As in `insert`.
        drop(operation);
        copy
    }
}

impl<K, P, S> PartialEq for Dict<K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr<Target: PartialEq>,
    S: BuildHasher,
{
    /// Whether both had the same keys with equal values, in whatever order, at one moment of both. Keys and values are compared after the locks are
    /// released.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let a: Dict<&str, Brc<u32>> = [("x", 1), ("y", 2)].into();
    /// let b: Dict<&str, Brc<u32>> = [("y", 2), ("x", 1)].into();
    /// assert_eq!(a, b);
    /// b.insert("x", 3);
    /// assert_ne!(a, b);
    /// ```
    fn eq(&self, other: &Self) -> bool {
        let _pin = pin();
        let entries = self.table.locked2(&other.table, |mine, theirs| {
            (mine.len() == theirs.len()).then(|| (mine.entries(), theirs.entries()))
        });
        let Some((mine, theirs)) = entries else { return false };
        // SAFETY: the dicts' references are dropped no earlier than this thread has left the runtime.
        let target = |value| unsafe { P::borrow(value) };
        let theirs = Lookup::new(theirs.iter().map(|entry| {
            let hash = if ptr::eq(self, other) { entry.node.hash() } else { self.hash_of(entry.node) };
            (hash, &entry.node.key, entry.value)
        }));
        mine.iter().all(|entry| {
            let found = theirs.find(entry.node.hash(), &entry.node.key);
            found.is_some_and(|value| target(entry.value) == target(value))
        })
    }
}

impl<K, P, S> Eq for Dict<K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr<Target: Eq>,
    S: BuildHasher,
{
}
