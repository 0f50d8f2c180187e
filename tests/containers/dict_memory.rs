//! What a `Dict` that is filled and emptied for ever holds back.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::thread;

use freethreaded::collections::End;
use freethreaded::runtime::stats;
use freethreaded::{Brc, Dict, attach, collect};

use super::Company;
use super::common::{isolated, wait_until};

static KEYS: AtomicUsize = AtomicUsize::new(0);

/// A key that owns memory, and counts how many of it there are.
struct Key(String, u32);

impl Key {
    fn new(n: u32) -> Self {
        KEYS.fetch_add(1, Ordering::SeqCst);
        Self(format!("a key long enough to be on the heap: {n}"), n)
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        assert!(self.0.starts_with("a key"));
        KEYS.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Clone for Key {
    fn clone(&self) -> Self {
        Self::new(self.1)
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.1.hash(state);
    }
}

type TestDict = Dict<Key, Brc<[u64; 4]>>;

type Way = (&'static str, usize, fn(&TestDict, u32));

/// What is removed by itself: a batch of 512 that waits for its grace period, one that is ready, and what comes in between.
const SINGLE: usize = 1500;
/// What is given up with its table counts by its bytes: twice 64 KiB, at a node and a value an entry.
const WHOLE: usize = 2 * 64 * 1024 / 80;

/// Ways to fill and empty a dict for ever, with how many dead keys there may be.
const WAYS: [Way; 9] = [
    ("one in, one out", SINGLE, |dict, n| {
        dict.insert(Key::new(n), [0; 4]);
        dict.remove(&Key::new(n.wrapping_sub(30)));
    }),
    ("replaced", SINGLE, |dict, n| drop(dict.insert(Key::new(n % 30), [0; 4]))),
    ("cleared", WHOLE, |dict, n| {
        dict.insert(Key::new(n), [0; 4]);
        if n.is_multiple_of(30) {
            dict.clear();
        }
    }),
    ("a queue", SINGLE, |dict, n| {
        dict.insert(Key::new(n), [0; 4]);
        if dict.len() > 30 {
            dict.pop_first();
        }
    }),
    ("a stack", SINGLE, |dict, n| {
        dict.insert(Key::new(n), [0; 4]);
        if n % 60 >= 30 {
            drop((dict.pop_last(), dict.pop_last()));
        }
    }),
    ("a cache", SINGLE, |dict, n| {
        dict.insert_at(End::Last, Key::new(n % 50), [0; 4]);
        dict.move_to_end(&Key::new(n % 7), End::First);
        if dict.len() > 30 {
            dict.pop_first();
        }
    }),
    ("drained", WHOLE, |dict, n| {
        dict.insert(Key::new(n), [0; 4]);
        if n.is_multiple_of(30) {
            dict.drain().for_each(drop);
        }
    }),
    ("retained", SINGLE, |dict, n| {
        dict.insert(Key::new(n), [0; 4]);
        if n.is_multiple_of(30) {
            dict.retain(|_, _| false);
        }
    }),
    ("updated", SINGLE, |dict, n| {
        dict.update(Key::new(n % 30), |old| old.is_none().then(|| Brc::new([0; 4])));
        dict.update_from(&[(Key::new(n % 30), [1; 4])].into());
    }),
];

/// Entries at most, in each way.
const MOST: usize = 61;
fn churn(dict: &TestDict, (name, dead, way): Way, mut between: impl FnMut()) {
    // What the way before this one has left.
    collect();
    let mut peak = 0;
    for n in 0..6000 {
        way(dict, n);
        assert!(dict.len() <= MOST, "{name}");
        let keys = KEYS.load(Ordering::SeqCst);
        assert!(keys <= MOST + dead, "{name}: {keys} keys in round {n}");
        if n % 50 == 0 {
            between();
            assert!(dict.capacity() <= 400, "{name}");
            let bytes = stats().live.map_or(0, |(_, bytes)| bytes);
            assert!(n < 3000 || bytes <= peak + 64 * 1024, "{name}: {bytes} after {peak}");
            peak = peak.max(bytes);
        }
    }
    dict.clear();
}

#[test]
fn alone() {
    isolated(|| {
        for way in WAYS {
            let dict = TestDict::new();
            churn(&dict, way, || assert_eq!(KEYS.load(Ordering::SeqCst), dict.len(), "{}", way.0));
        }
        assert_eq!(KEYS.load(Ordering::SeqCst), 0);
    });
}

#[test]
fn with_a_thread_that_is_outside() {
    isolated(|| {
        let _company = Company::come();
        for way in WAYS {
            churn(&TestDict::new(), way, || ());
        }
        collect();
        assert_eq!(KEYS.load(Ordering::SeqCst), 0);
    });
}

/// A second thread reads, and passes a checkpoint now and then: here once in fifty rounds, whatever the scheduler does.
#[test]
fn with_a_thread_that_passes_checkpoints() {
    isolated(|| {
        for way in WAYS {
            let dict = Arc::new(TestDict::new());
            let (passed, done) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
            let reader = {
                let (dict, passed, done) = (Arc::clone(&dict), Arc::clone(&passed), Arc::clone(&done));
                thread::spawn(move || {
                    let mut cx = attach();
                    while !done.load(Ordering::SeqCst) {
                        // What was read stays readable to the checkpoint.
                        let seen: HashSet<&str> = dict.keys(&cx).map(|key| key.0.as_str()).collect();
                        thread::yield_now();
                        assert!(seen.iter().all(|key| key.starts_with("a key")));
                        cx.checkpoint();
                        passed.fetch_add(1, Ordering::SeqCst);
                    }
                })
            };
            churn(&dict, way, || {
                let before = passed.load(Ordering::SeqCst);
                wait_until("a checkpoint", || passed.load(Ordering::SeqCst) >= before + 2);
            });
            done.store(true, Ordering::SeqCst);
            reader.join().unwrap();
        }
        collect();
        assert_eq!(KEYS.load(Ordering::SeqCst), 0);
    });
}

/// A dict that is exchanged for another, which ends: what was borrowed from the first stays.
#[test]
fn an_exchange_does_not_make_borrows_depend_on_the_other_dict() {
    type Names = Dict<u32, Brc<String>, BuildHasherDefault<DefaultHasher>>;
    isolated(|| {
        for end in [|dict: Names| drop(dict), |dict: Names| drop(dict.into_iter())] {
            let (here, there) = (Names::default(), Names::default());
            here.insert(1, "x".repeat(100));
            let cx = attach();
            let (key, name) = here.get_key_value(&1, &cx).unwrap();
            here.swap_contents(&there);
            assert_eq!(there.get(&1).as_deref(), Some(name));
            end(there);
            let others: Vec<Brc<String>> = (0..10).map(|_| Brc::new("y".repeat(100))).collect();
            assert_eq!((*key, name.as_str(), others.len()), (1, "x".repeat(100).as_str(), 10));
        }
    });
}
