//! Taking everything out of a dict.

use core::fmt;
use core::iter::FusedIterator;

use super::super::table::{Counted, Locked, Owned, Taken};
use super::Dict;
use super::value::copied;
use crate::refcount::SharedPtr;
use crate::runtime::operation;

impl<K, P, S> Dict<K, P, S>
where
    K: Clone + Send + Sync + 'static,
    P: SharedPtr,
{
    /// Removes all entries at one moment and gives them in order.
    ///
    /// Keys are cloned, after the lock is released, if other threads may still be reading them; else they are the dict's own. Should a clone panic, the entries
    /// are gone all the same.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<u32, Brc<u32>> = (0..3).map(|n| (n, n * n)).collect();
    /// assert_eq!(dict.drain().map(|(key, value)| (key, *value)).collect::<Vec<_>>(), [(0, 0), (1, 1), (2, 4)]);
    /// assert!(dict.is_empty());
    /// ```
    pub fn drain(&self) -> Drain<K, P> {
        let operation = operation();
        let entries = match self.table.locked(Locked::unlink_all).take(&operation) {
            Taken::Owned(owned) => IntoIter { owned }.collect(),
            Taken::Shared(entries) => {
                // SAFETY: the dict's references are dropped no earlier than this operation ends.
                let copy = |value| unsafe { copied(value) };
                entries
                    .into_iter()
                    .map(|entry| (entry.node.key.clone(), copy(entry.value)))
                    .collect::<Vec<_>>()
            }
        };
        // As in `insert`.
        drop(operation);
        Drain { entries: entries.into_iter() }
    }
}

/// What was in a dict; see [`Dict::drain`].
pub struct Drain<K, P> {
    entries: std::vec::IntoIter<(K, P)>,
}

impl<K, P> Iterator for Drain<K, P> {
    type Item = (K, P);

    fn next(&mut self) -> Option<(K, P)> {
        self.entries.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl<K, P> DoubleEndedIterator for Drain<K, P> {
    fn next_back(&mut self) -> Option<(K, P)> {
        self.entries.next_back()
    }
}

impl<K, P> ExactSizeIterator for Drain<K, P> {}
impl<K, P> FusedIterator for Drain<K, P> {}

impl<K: fmt::Debug, P: fmt::Debug> fmt::Debug for Drain<K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries.as_slice()).finish()
    }
}

/// The entries of a dict that is no more, in order: its own keys and references.
pub struct IntoIter<K, P: SharedPtr> {
    owned: Owned<K, Counted<P>>,
}

/// The keys of a dict that is no more; see [`Dict::into_keys`].
pub struct IntoKeys<K, P: SharedPtr>(IntoIter<K, P>);

/// The values of a dict that is no more; see [`Dict::into_values`].
pub struct IntoValues<K, P: SharedPtr>(IntoIter<K, P>);

impl<K, P: SharedPtr> Iterator for IntoIter<K, P> {
    type Item = (K, P);

    fn next(&mut self) -> Option<(K, P)> {
        // SAFETY: the dict's reference, taken out of it.
        self.owned.next().map(|(key, value)| (key, unsafe { P::from_raw(value) }))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.owned.size_hint()
    }
}

impl<K, P: SharedPtr> Iterator for IntoKeys<K, P> {
    type Item = K;

    fn next(&mut self) -> Option<K> {
        self.0.next().map(|(key, value)| {
            // Here, since a destructor that unwinds at the end of a scope leaks what is being returned.
            drop(value);
            key
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, P: SharedPtr> Iterator for IntoValues<K, P> {
    type Item = P;

    fn next(&mut self) -> Option<P> {
        self.0.next().map(|(key, value)| {
            // As in `IntoKeys`.
            drop(key);
            value
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, P: SharedPtr> ExactSizeIterator for IntoIter<K, P> {}
impl<K, P: SharedPtr> ExactSizeIterator for IntoKeys<K, P> {}
impl<K, P: SharedPtr> ExactSizeIterator for IntoValues<K, P> {}
impl<K, P: SharedPtr> FusedIterator for IntoIter<K, P> {}
impl<K, P: SharedPtr> FusedIterator for IntoKeys<K, P> {}
impl<K, P: SharedPtr> FusedIterator for IntoValues<K, P> {}

macro_rules! debug_by_len {
    ($($name:ident)*) => {$(
        impl<K, P: SharedPtr> fmt::Debug for $name<K, P> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("len", &self.len()).finish_non_exhaustive()
            }
        }
    )*};
}
debug_by_len!(IntoIter IntoKeys IntoValues);

impl<K, P: SharedPtr, S> IntoIterator for Dict<K, P, S> {
    type Item = (K, P);
    type IntoIter = IntoIter<K, P>;

    /// The entries in order. No key is cloned and nothing waits: nobody else has the dict.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<String, Brc<u32>> = [("a".to_string(), 1)].into();
    /// let entries: Vec<(String, Brc<u32>)> = dict.into_iter().collect();
    /// assert_eq!(entries, [("a".to_string(), Brc::new(1))]);
    /// ```
    fn into_iter(self) -> IntoIter<K, P> {
        IntoIter { owned: Owned::new(self.table) }
    }
}

impl<K, P: SharedPtr, S> Dict<K, P, S> {
    /// The keys, in order, of a dict that nobody else has.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<u32, Brc<u32>> = (0..3).map(|n| (n, n * n)).collect();
    /// assert!(dict.into_keys().eq([0, 1, 2]));
    /// ```
    pub fn into_keys(self) -> IntoKeys<K, P> {
        IntoKeys(self.into_iter())
    }

    /// The values, in order, of a dict that nobody else has.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<u32, Brc<u32>> = (0..3).map(|n| (n, n * n)).collect();
    /// assert!(dict.into_values().map(|value| *value).eq([0, 1, 4]));
    /// ```
    pub fn into_values(self) -> IntoValues<K, P> {
        IntoValues(self.into_iter())
    }
}
