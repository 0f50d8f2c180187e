//! Finding equal keys in a snapshot, without a table.

use core::iter;

use equivalent::Equivalent;

/// What was read of a container, by the hashes of its keys.
pub(super) struct Lookup<'a, K, T> {
    /// Sorted by hash; keys of one hash in their order.
    entries: Vec<(u64, &'a K, T)>,
}

impl<'a, K, T: Copy> Lookup<'a, K, T> {
    pub(super) fn new(entries: impl Iterator<Item = (u64, &'a K, T)>) -> Self {
        let mut entries: Vec<_> = entries.collect();
        entries.sort_by_key(|entry| entry.0);
        Self { entries }
    }

    /// What belongs to the first key that equals `key`. Calls `Eq`.
    pub(super) fn find<Q>(&self, hash: u64, key: &Q) -> Option<T>
    where
        Q: Equivalent<K> + ?Sized,
    {
        let mut at = self.entries.partition_point(|entry| entry.0 < hash);
        let mut same_hash = iter::from_fn(|| {
            let entry = self.entries.get(at).filter(|entry| entry.0 == hash);
            at += 1;
            entry
        });
        same_hash.find(|entry| key.equivalent(entry.1)).map(|entry| entry.2)
    }

    pub(super) fn contains<Q>(&self, hash: u64, key: &Q) -> bool
    where
        Q: Equivalent<K> + ?Sized,
    {
        self.find(hash, key).is_some()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn keys_of_one_hash_are_told_apart() {
        let keys = ["a", "b", "c", "d", "b"];
        let lookup = Lookup::new(keys.iter().enumerate().map(|(i, key)| (i as u64 % 2, key, i)));
        assert_eq!(lookup.find(1, "b"), Some(1));
        assert_eq!(lookup.find(0, "b"), Some(4));
        assert_eq!(lookup.find(0, "d"), None);
        assert_eq!(lookup.find(2, "a"), None);
        assert!(lookup.contains(0, "c") && !lookup.contains(1, "c"));
    }
}
