//! Races that other runtimes have had; `SCENARIOS.md` says which.

use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::thread;

use freethreaded::{Brc, Dict, List, Set, attach, collect, critical_section};

use super::common::isolated;

/// Runs `write` on threads of their own until `read` has returned.
fn while_others(write: impl Fn() + Sync, read: impl FnOnce()) {
    let stop = AtomicBool::new(false);
    thread::scope(|s| {
        let writers: Vec<_> = (0..2)
            .map(|_| {
                s.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        write();
                    }
                })
            })
            .collect();
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
        stop.store(true, Ordering::Relaxed);
        // One by one, since the end of a scope does not wait for the end of thread-locals.
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        read.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}

#[test]
fn printing_while_others_clear() {
    isolated(|| {
        let (dict, set): (Dict<String, Brc<String>>, Set<String>) = Default::default();
        let list: List<Brc<String>> = List::new();
        let write = || {
            for n in 0..20 {
                dict.insert(n.to_string(), n.to_string());
                set.insert(n.to_string());
                list.push(n.to_string());
            }
            dict.clear();
            set.clear();
            list.clear();
        };
        while_others(write, || {
            let mut printed = 0;
            while printed < 2000 {
                let (dict, set, list) = (format!("{dict:?}"), format!("{set:?}"), format!("{list:?}"));
                assert!(dict.starts_with('{') && set.starts_with('{') && list.starts_with('['));
                for entry in dict.trim_matches(['{', '}']).split(", ").filter(|entry| !entry.is_empty()) {
                    let (key, value) = entry.split_once(": ").expect("a key and a value");
                    assert_eq!(key, value);
                    printed += 1;
                }
            }
        });
    });
}

/// All of them collide; its `Eq` does something the first time.
#[derive(Clone)]
struct Key {
    n: u32,
    on_eq: Option<Arc<dyn Fn() + Send + Sync>>,
    done: Arc<AtomicBool>,
}

fn key(n: u32) -> Key {
    Key { n, on_eq: None, done: Arc::default() }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        if let Some(on_eq) = &self.on_eq
            && !self.done.swap(true, Ordering::Relaxed)
        {
            on_eq();
        }
        self.n == other.n
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

#[test]
fn an_eq_that_refills_the_set_makes_no_double() {
    isolated(|| {
        // What the `Eq` does to a set of 0 to 3 without 1, whose place is a tombstone: insert what is being inserted, take everything
        // away, make a new table.
        let refills: [fn(&Set<Key>); 4] = [
            |set| _ = set.insert(key(9)),
            |set| {
                set.remove(&key(0));
                set.insert(key(1));
                set.insert(key(9));
            },
            |set| {
                set.clear();
                set.insert(key(9));
            },
            |set| (5..40).for_each(|n| _ = set.insert(key(n))),
        ];
        for (at, refill) in refills.into_iter().enumerate() {
            let set: Arc<Set<Key>> = Arc::new((0..4).map(key).collect());
            set.remove(&key(1));
            let inner: Weak<_> = Arc::downgrade(&set);
            let on_eq = move || refill(&inner.upgrade().expect("is there"));
            let inserted = set.insert(Key { on_eq: Some(Arc::new(on_eq)), ..key(9) });
            // In all of them the `Eq` was first.
            assert!(!inserted, "{at}");
            let keys: Vec<_> = set.snapshot().iter().map(|key| key.n).collect();
            assert_eq!(keys.iter().filter(|n| **n == 9).count(), 1, "{at}: {keys:?}");
            let mut unique = keys.clone();
            unique.sort_unstable();
            unique.dedup();
            assert_eq!((unique.len(), set.len()), (keys.len(), keys.len()), "{at}");
        }
    });
}

/// The `Eq` of a search without lock comes to explicit points, while others remove what the search has found and take the table down.
#[test]
fn an_eq_that_detaches_in_a_search() {
    isolated(|| {
        let dict: Dict<Key, Brc<u32>> = (0..4).map(|n| (key(n), n)).collect();
        let churn = || {
            (4..20).for_each(|n| drop(dict.insert(key(n), n)));
            (4..20).for_each(|n| drop(dict.remove(&key(n))));
            drop(dict.insert(key(3), 3));
            collect();
        };
        while_others(churn, || {
            for _ in 0..300 {
                let on_eq = || {
                    let mut cx = attach();
                    cx.checkpoint();
                    cx.detach(thread::yield_now);
                    drop(cx);
                    collect();
                };
                let searched = Key { on_eq: Some(Arc::new(on_eq)), ..key(3) };
                assert_eq!(dict.get(&searched).as_deref(), Some(&3));
                let searched = Key { on_eq: searched.on_eq, ..key(99) };
                assert!(!dict.contains_key(&searched));
                // In a write, where it suspends the section.
                let searched = Key { on_eq: searched.on_eq, ..key(2) };
                assert_eq!(dict.insert(searched, 2).as_deref(), Some(&2));
            }
        });
    });
}

/// The least recently used goes when there are too many; making a value asks the cache for others.
#[test]
fn a_bounded_cache_whose_values_use_it() {
    const ROOM: usize = 8;
    struct Cache {
        entries: Dict<u32, Brc<u64>>,
        made: AtomicU32,
    }
    impl Cache {
        /// Fibonacci's, by way of the cache.
        fn get(&self, n: u32) -> u64 {
            let found = critical_section(&self.entries, |_| {
                // To the end, as used last.
                let value = self.entries.remove(&n)?;
                self.entries.insert(n, value.clone());
                Some(value)
            });
            if let Some(value) = found {
                return *value;
            }
            let value = if n < 2 { n.into() } else { self.get(n - 1) + self.get(n - 2) };
            self.made.fetch_add(1, Ordering::Relaxed);
            critical_section(&self.entries, |section| {
                self.entries.insert(n, value);
                while self.entries.len() > ROOM {
                    let oldest = self.entries.keys(section.token()).next().copied().expect("not empty");
                    drop(self.entries.remove(&oldest));
                }
            });
            value
        }
    }
    isolated(|| {
        let cache = Cache { entries: Dict::new(), made: AtomicU32::new(0) };
        thread::scope(|s| {
            let threads: Vec<_> = (0..4)
                .map(|thread| {
                    let cache = &cache;
                    s.spawn(move || {
                        for round in 0..200 {
                            let n = (round * 7 + thread * 3) % 20;
                            let (mut a, mut b) = (0_u64, 1);
                            (0..n).for_each(|_| (a, b) = (b, a + b));
                            assert_eq!(cache.get(n), a);
                        }
                    })
                })
                .collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        });
        let entries = cache.entries.snapshot();
        assert!(entries.len() <= ROOM && entries.len() == cache.entries.len());
        assert!(cache.made.load(Ordering::Relaxed) >= 20);
    });
}
