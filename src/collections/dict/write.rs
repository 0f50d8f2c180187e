//! Writes to one key, and `clear`.

use core::hash::{BuildHasher, Hash};
use core::ptr::NonNull;

use equivalent::Equivalent;

use super::super::table::{Found, Removed, Seen};
use super::Dict;
use super::value::{Unstored, dispose, give_up, take};
use crate::refcount::SharedPtr;
use crate::runtime::{Operation, operation};

impl<K, P, S> Dict<K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher,
{
    /// Sets the value of `key` and returns the one it had. A present key keeps its place and its first key object; a new one goes last.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<String, Brc<u32>> = Dict::new();
    /// assert!(dict.insert("a".to_string(), 1).is_none());
    /// assert_eq!(dict.insert("a".to_string(), 2).as_deref(), Some(&1));
    /// ```
    pub fn insert(&self, key: K, value: impl Into<P>) -> Option<P> {
        // Both outlive the lock: what is not stored is dropped after it.
        let mut entry = (Some(key), Unstored::new(value.into()));
        let hash = self.hash(entry.0.as_ref()?);
        let operation = operation();
        // SAFETY: inside the runtime, by the operation.
        let seen = unsafe { self.table.look(hash, entry.0.as_ref()?) };
        let at_once = self.table.at_once(&seen, |locked| {
            let (key, value) = &mut entry;
            let old = match seen.found() {
                Found::Node(node) => Some(locked.replace(node, value.raw())),
                Found::Nothing if !locked.has_room() => return None,
                Found::Nothing => {
                    locked.insert(&operation, hash, key.take()?, value.raw());
                    None
                }
            };
            value.is_stored();
            Some(old)
        });
        let old = at_once.unwrap_or_else(|| self.insert_in_section(&operation, hash, &seen, &mut entry));
        let old = old.map(|old| give_up(&operation, old));
        // Here, since a destructor that unwinds at the end of a scope leaks what is being returned.
        drop((operation, entry));
        old
    }

    /// [`insert`](Self::insert), if it cannot be done [at once](super::super::table::Table::at_once). Returns the value that was replaced.
    #[inline(never)]
    fn insert_in_section(
        &self,
        operation: &Operation,
        hash: u64,
        seen: &Seen<'_, K>,
        entry: &mut (Option<K>, Unstored<P>),
    ) -> Option<NonNull<()>> {
        self.table.locked_for_key(
            entry,
            |(_, value)| {
                let old = self.table.replace_freely(seen, value.raw())?;
                value.is_stored();
                Some(Some(old))
            },
            |(key, value), locked| {
                let found = locked.find(hash, key.as_ref()?);
                let old = match found {
                    Found::Node(node) => Some(locked.replace(node, value.raw())),
                    Found::Nothing => {
                        locked.insert(operation, hash, key.take()?, value.raw());
                        None
                    }
                };
                value.is_stored();
                old
            },
        )
    }

    /// Sets the value of a key that is present, and returns the one it had.
    ///
    /// # Errors
    /// Returns `value` if the key is absent.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// assert!(dict.replace("a", 1).is_err());
    /// dict.insert("a", 1);
    /// assert_eq!(*dict.replace("a", 2).unwrap(), 1);
    /// ```
    pub fn replace<Q>(&self, key: &Q, value: impl Into<P>) -> Result<P, P>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let mut value = Unstored::new(value.into());
        let hash = self.hash(key);
        let operation = operation();
        // SAFETY: inside the runtime, by the operation.
        let seen = unsafe { self.table.look(hash, key) };
        let at_once = self.table.at_once(&seen, |locked| {
            Some(match seen.found() {
                Found::Node(node) => Some(locked.replace(node, value.raw())),
                Found::Nothing => None,
            })
        });
        let old = at_once.unwrap_or_else(|| {
            self.table.locked_for_key(
                &mut value,
                |value| Some(Some(self.table.replace_freely(&seen, value.raw())?)),
                |value, locked| match locked.find(hash, key) {
                    Found::Node(node) => Some(locked.replace(node, value.raw())),
                    Found::Nothing => None,
                },
            )
        });
        let result = match old {
            None => Err(value.into_inner()),
            Some(old) => {
                value.is_stored();
                Ok(give_up(&operation, old))
            }
        };
        // As in `insert`.
        drop(operation);
        result
    }

    /// Removes `key` and returns its value.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// dict.insert("a", 1);
    /// assert_eq!(dict.remove("a").as_deref(), Some(&1));
    /// assert!(dict.remove("a").is_none());
    /// ```
    pub fn remove<Q>(&self, key: &Q) -> Option<P>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let hash = self.hash(key);
        let operation = operation();
        let value = dispose(&operation, self.unlink(&operation, hash, key)?);
        // As in `insert`.
        drop(operation);
        Some(value)
    }

    /// Removes `key` and returns the key that the dict had for it, and the value.
    ///
    /// The key is cloned, after the lock is released, if other threads may still be reading it; else it is the dict's own.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<String, Brc<u32>> = [("a".to_string(), 1)].into();
    /// let (key, value) = dict.remove_entry("a").unwrap();
    /// assert_eq!((key.as_str(), *value), ("a", 1));
    /// ```
    pub fn remove_entry<Q>(&self, key: &Q) -> Option<(K, P)>
    where
        Q: Equivalent<K> + Hash + ?Sized,
        K: Clone,
    {
        let hash = self.hash(key);
        let operation = operation();
        let entry = take(&operation, self.unlink(&operation, hash, key)?);
        // As in `insert`.
        drop(operation);
        Some(entry)
    }

    fn unlink<Q>(&self, _inside: &Operation, hash: u64, key: &Q) -> Option<Removed<K>>
    where
        Q: Equivalent<K> + ?Sized,
    {
        // SAFETY: inside the runtime, by the operation.
        let seen = unsafe { self.table.look(hash, key) };
        let at_once = self.table.at_once(&seen, |locked| {
            Some(match seen.found() {
                Found::Node(node) => Some(locked.remove(node)),
                Found::Nothing => None,
            })
        });
        at_once.unwrap_or_else(|| {
            self.table.locked_for_key(
                &mut (),
                |()| None,
                |(), locked| match locked.find(hash, key) {
                    Found::Node(node) => Some(locked.remove(node)),
                    Found::Nothing => None,
                },
            )
        })
    }
}

impl<K, P, S> Dict<K, P, S>
where
    K: Send + Sync + 'static,
    P: SharedPtr,
{
    /// Removes all entries. The old table is given up whole: destroyed in this call, or after a grace period.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<u32, Brc<u32>> = (0..3).map(|n| (n, n)).collect();
    /// dict.clear();
    /// assert!(dict.is_empty());
    /// ```
    pub fn clear(&self) {
        self.table.clear(&operation());
    }
}
