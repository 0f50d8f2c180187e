//! `FrozenSet`: a key itself, equal whatever its order and hasher.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, RandomState};
use std::sync::Arc;
use std::thread;

use freethreaded::collections::{FrozenSet, LockedSet, SetIntoIter, SetIter};
use freethreaded::{Brc, Dict, Set, collect};

use super::common::{Drops, Probe, isolated};

type Fixed = BuildHasherDefault<DefaultHasher>;

fn hash_of(value: &impl Hash) -> u64 {
    Fixed::default().hash_one(value)
}

#[test]
fn equal_sets_hash_alike() {
    isolated(|| {
        let orders = [[1, 2, 3], [3, 1, 2], [2, 3, 1]];
        let random = orders.map(FrozenSet::from);
        let fixed = orders.map(FrozenSet::<u32, Fixed>::from_iter);
        for a in &random {
            for b in &random {
                assert!(a == b && hash_of(a) == hash_of(b));
            }
            for b in &fixed {
                assert_eq!(hash_of(a), hash_of(b));
                assert_eq!(a, b);
                assert_eq!(b, a);
            }
            assert_eq!(hash_of(a), hash_of(&Set::from([2, 1, 3]).freeze()));
            assert_eq!(hash_of(a), hash_of(&a.clone()));
        }
    });
}

/// Sums are easily alike where hashes of small things are.
#[test]
fn different_sets_hash_differently() {
    let mut seen = HashMap::new();
    for bits in 0..1024_u32 {
        let set: FrozenSet<u32> = (0..10).filter(|bit| bits >> bit & 1 == 1).collect();
        assert_eq!(seen.insert(hash_of(&set), bits), None);
        let nested = FrozenSet::from([set]);
        assert_eq!(seen.insert(hash_of(&nested), bits), None, "a set is not what is in it");
    }
}

#[test]
fn the_known_hash_tells_sets_apart_and_no_others() {
    let (a, b, c) = (FrozenSet::from([1, 2]), FrozenSet::from([2, 3]), FrozenSet::from([2, 1]));
    for _ in 0..2 {
        assert!(a != b && a == c);
        // Known in the second round.
        _ = (hash_of(&a), hash_of(&b), hash_of(&c));
    }
}

#[test]
fn a_key_of_maps_and_sets() {
    isolated(|| {
        let groups: Dict<FrozenSet<&str>, Brc<u32>> = Dict::new();
        groups.insert(FrozenSet::from(["ada", "grace"]), 1);
        assert_eq!(groups.get(&FrozenSet::from(["grace", "ada"])).as_deref(), Some(&1));
        assert!(groups.get(&FrozenSet::from(["grace"])).is_none());
        let family: FrozenSet<FrozenSet<u32>> =
            [vec![], vec![1], vec![2, 1], vec![1, 2]].into_iter().map(FrozenSet::from_iter).collect();
        assert_eq!(family.len(), 3);
        #[allow(clippy::mutable_key_type, reason = "what changes is the known hash, which says the same")]
        let std: HashSet<FrozenSet<u32>> = family.iter().cloned().collect();
        assert!(std.contains(&FrozenSet::from([2, 1])));
        assert_eq!(std.into_iter().collect::<FrozenSet<_>>(), family);
    });
}

/// Nothing of the crate's lifetimes: keys may borrow, and references live as long as the set.
#[test]
fn keys_that_borrow() {
    let text = "a b a c".to_string();
    let first;
    let words: FrozenSet<&str> = text.split(' ').collect();
    {
        first = words.get("a").unwrap();
    }
    assert_eq!((*first, words.as_slice()), ("a", ["a", "b", "c"].as_slice()));
    assert!((&words - &FrozenSet::from(["b"])).iter().eq(&["a", "c"]));
}

#[test]
fn keys_are_moved_cloned_and_dropped_once() {
    isolated(|| {
        #[derive(Clone)]
        struct Key(u32, #[expect(dead_code, reason = "counts")] Arc<Probe>);
        impl PartialEq for Key {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }
        impl Eq for Key {}
        impl Hash for Key {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.0.hash(state);
            }
        }
        let drops = Drops::new();
        let key = |n| Key(n, Arc::new(drops.probe()));
        let frozen: FrozenSet<Key> = [1, 2, 1, 3].map(key).into_iter().collect();
        assert_eq!(drops.get(), 1);
        let set = Set::from(frozen);
        let again = set.freeze();
        drop(set);
        collect();
        assert_eq!(drops.get(), 1);
        let mut keys = again.into_iter();
        assert_eq!(keys.next_back().map(|key| key.0), Some(3));
        assert_eq!(drops.get(), 2);
        drop(keys);
        assert_eq!(drops.get(), 4);
    });
}

/// Frozen at one moment, however many write.
#[test]
fn frozen_while_others_write() {
    isolated(|| {
        let set: Set<u32> = (0..10).collect();
        thread::scope(|s| {
            let writer = s.spawn(|| {
                for n in 0..5_000 {
                    // At every moment the keys are ten that follow each other.
                    set.insert(n + 10);
                    set.remove(&n);
                }
            });
            for _ in 0..2_000 {
                let frozen = set.freeze();
                let first = frozen.as_slice()[0];
                assert!(matches!(frozen.len(), 10 | 11));
                assert!(frozen.iter().copied().eq(first..first + frozen.len() as u32));
                assert!(frozen.contains(&first) && !frozen.contains(&(first + 11)));
            }
            // With its thread-locals, as the end of the scope does not.
            writer.join().unwrap();
        });
    });
}

/// Python's: the result is of the kind of the left operand.
#[test]
fn mixed_operands() {
    isolated(|| {
        let (set, frozen) = (Set::from([1, 2, 3]), FrozenSet::from([5, 3, 1]));
        let results: [Set<u32>; 4] = [&set | &frozen, &set & &frozen, &set - &frozen, &set ^ &frozen];
        assert_eq!(results.map(|set| set.snapshot()), [vec![1, 2, 3, 5], vec![1, 3], vec![2], vec![2, 5]]);
        let results: [FrozenSet<u32>; 4] = [&frozen | &set, &frozen & &set, &frozen - &set, &frozen ^ &set];
        assert_eq!(
            results.map(|set| set.as_slice().to_vec()),
            [vec![5, 3, 1, 2], vec![3, 1], vec![5], vec![5, 2]]
        );
        let mut set = set;
        set |= &frozen;
        set -= &FrozenSet::from([2]);
        set ^= &Set::from([7, 1]);
        set &= &FrozenSet::from([7, 5]);
        assert_eq!(set.snapshot(), [5, 7]);
    });
}

static_assertions::assert_impl_all!(FrozenSet<u8>: Send, Sync, Unpin, std::panic::UnwindSafe, std::panic::RefUnwindSafe);
static_assertions::assert_impl_all!(FrozenSet<std::cell::Cell<u8>, RandomState>: Send);
static_assertions::assert_not_impl_any!(FrozenSet<std::cell::Cell<u8>, RandomState>: Sync);
static_assertions::assert_not_impl_any!(FrozenSet<std::rc::Rc<u8>>: Send, Sync);
static_assertions::assert_impl_all!(Set<u8>: Send, Sync);
static_assertions::assert_impl_all!(SetIntoIter<u8>: Send, Sync);
static_assertions::assert_not_impl_any!(SetIter<'static, u8>: Send, Sync);
static_assertions::assert_not_impl_any!(LockedSet<'static, u8, RandomState>: Send, Sync);
