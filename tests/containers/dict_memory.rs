//! What a `Dict` that is filled and emptied for ever holds back.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::thread;

use freethreaded::collections::End;
use freethreaded::runtime::{Bounds, stats};
use freethreaded::{Brc, Dict, attach, collect};

use super::Company;
use super::common::{Drops, Probe, isolated, wait_until};

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

const BOUNDS: Bounds = Bounds::new();
/// What is removed by itself: what waits for a pass, what is ready and waits for a place to be destroyed at, and what one operation adds.
const SINGLE: usize = BOUNDS.retired_objects + BOUNDS.ready_objects + 64;
/// What is given up with its table counts by its bytes, at 80 of node and value at least for an entry.
const WHOLE: usize = (BOUNDS.retired_bytes + BOUNDS.ready_bytes) / 80 + 64;

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
            assert!(n < 3000 || bytes <= peak + BOUNDS.retired_bytes, "{name}: {bytes} after {peak}");
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

/// A dict that ends takes nothing along that is borrowed from another one, whatever the two have exchanged.
#[test]
fn what_is_borrowed_outlives_the_other_dict() {
    type Fixed = BuildHasherDefault<DefaultHasher>;
    type Probes = Dict<Key, Brc<Probe>, Fixed>;
    const WAYS: [fn(&Probes, &Probes); 4] = [
        |a, b| a.swap_contents(b),
        |a, b| b.swap_contents(a),
        |a, b| {
            b.update_from(a);
            a.clear();
        },
        |a, b| a.drain().for_each(|(key, value)| drop(b.insert(key, value))),
    ];
    isolated(|| {
        for way in WAYS {
            let drops = Drops::new();
            let (a, b) = (Probes::default(), Probes::default());
            (0..3).for_each(|n| drop(a.insert(Key::new(n), drops.probe())));
            let mut cx = attach();
            let key = a.keys(&cx).next_back().unwrap();
            let value = a.get_ref(&Key::new(1), &cx).unwrap();
            way(&a, &b);
            assert_eq!((a.len(), b.len()), (0, 3));
            drop(b);
            assert_eq!((key.0.as_str(), drops.get()), (Key::new(2).0.as_str(), 0));
            let _ = format!("{value:?}");
            cx.checkpoint();
            assert_eq!((drops.get(), KEYS.load(Ordering::SeqCst)), (3, 0));
        }
    });
}
