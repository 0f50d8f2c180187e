//! User code that calls back into the container that called it.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::thread;

use freethreaded::{Brc, Dict, List, Set, attach, collect};

use super::Company;
use super::common::{Drops, OnDrop, isolated};

type Callback = Arc<dyn Fn() + Send + Sync>;

/// A key that calls back. All keys hash alike.
#[derive(Clone)]
struct Key {
    n: u32,
    on_eq: Option<Callback>,
    on_hash: Option<Callback>,
    on_drop: Option<Callback>,
}

fn call(callback: &Option<Callback>) {
    if let Some(callback) = callback {
        callback();
    }
}

fn key(n: u32) -> Key {
    Key { n, on_eq: None, on_hash: None, on_drop: None }
}

impl Key {
    fn on_eq(mut self, f: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_eq = Some(Arc::new(f));
        self
    }

    fn on_hash(mut self, f: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_hash = Some(Arc::new(f));
        self
    }

    fn on_drop(mut self, f: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_drop = Some(Arc::new(f));
        self
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        call(&self.on_eq);
        self.n == other.n
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, _: &mut H) {
        call(&self.on_hash);
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        call(&self.on_drop);
    }
}

#[derive(Clone, Copy, Default)]
struct Alike;

impl BuildHasher for Alike {
    type Hasher = Zero;

    fn build_hasher(&self) -> Zero {
        Zero
    }
}

struct Zero;

impl Hasher for Zero {
    fn write(&mut self, _: &[u8]) {}

    fn finish(&self) -> u64 {
        0
    }
}

/// Runs a callback when it is dropped.
type Value = Option<OnDrop>;
type TestDict = Dict<Key, Brc<Value>, Alike>;

fn on_drop(f: impl FnOnce() + Send + Sync + 'static) -> Value {
    Some(OnDrop::new(Box::new(f)))
}

fn dict_of_three() -> Arc<TestDict> {
    Arc::new((1..4).map(|n| (key(n), None)).collect())
}

fn keys(dict: &TestDict) -> Vec<u32> {
    dict.keys(&attach()).map(|key| key.n).collect()
}

/// Calls `f` with the dict, from a callback that may live in the dict.
fn with<T, F>(container: &Arc<T>, f: F) -> impl Fn() + Send + Sync + use<T, F>
where
    T: Send + Sync + 'static,
    F: Fn(&T) + Send + Sync + 'static,
{
    let container: Weak<T> = Arc::downgrade(container);
    move || {
        if let Some(container) = container.upgrade() {
            f(&container);
        }
    }
}

/// Shows that nobody has kept the lock: another thread writes.
fn assert_unlocked(dict: &TestDict) {
    thread::scope(|s| {
        s.spawn(|| {
            assert!(dict.insert(key(1077), None).is_none());
            assert!(dict.remove(&key(1077)).is_some());
        })
        .join()
        .unwrap();
    });
}

const WRITES: [fn(&TestDict, Key); 5] = [
    |dict, key| drop(dict.insert(key, None)),
    |dict, key| drop(dict.replace(&key, None).map_err(drop)),
    |dict, key| drop(dict.remove(&key)),
    |dict, key| drop(dict.get_or_insert_with(key, || Brc::new(None))),
    |dict, key| drop((dict.get(&key), dict.contains_key(&key))),
];

#[test]
fn eq_may_read_the_same_container() {
    isolated(|| {
        for write in WRITES {
            let dict = dict_of_three();
            let calls = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&calls);
            let reads = with(&dict, move |dict| {
                counted.fetch_add(1, Ordering::Relaxed);
                assert!(dict.get(&key(2)).is_some() && dict.contains_key(&key(1)));
                let cx = attach();
                assert!(dict.get_ref(&key(3), &cx).is_some());
                assert_eq!((dict.len(), dict.iter(&cx).count(), dict.capacity()), (3, 3, 4));
            });
            write(&dict, key(9).on_eq(reads));
            assert!(calls.load(Ordering::Relaxed) >= 3);
            assert_unlocked(&dict);
        }
    });
}

/// The search begins anew, so it is as if the `Eq` had done its write before the operation that called it.
#[test]
fn eq_may_write_to_the_same_container() {
    const INNER: [fn(&TestDict); 6] = [
        |dict| drop(dict.insert(key(50), None)),
        |dict| drop(dict.remove(&key(1))),
        |dict| drop(dict.replace(&key(1), None).map_err(drop)),
        |dict| drop(dict.get_or_insert_with(key(60), || Brc::new(None))),
        TestDict::clear,
        |dict| (100..120).for_each(|n| drop(dict.insert(key(n), None))),
    ];
    for company in [false, true] {
        isolated(move || {
            let _company = company.then(Company::come);
            for write in &WRITES[..3] {
                for inner in INNER {
                    let (dict, model) = (dict_of_three(), dict_of_three());
                    write(&dict, key(2).on_eq(with(&dict, inner)));
                    inner(&model);
                    write(&model, key(2));
                    assert_eq!(keys(&dict), keys(&model));
                    assert_unlocked(&dict);
                }
            }
        });
    }
}

/// Each of two threads has one container locked when its `Eq` wants the other.
#[test]
fn eq_may_write_crosswise() {
    isolated(|| {
        let dicts = [dict_of_three(), dict_of_three()];
        thread::scope(|s| {
            for n in 0..2 {
                let (mine, other) = (&dicts[n], &dicts[1 - n]);
                s.spawn(move || {
                    for round in 0..500 {
                        let writes = with(other, move |other| {
                            drop(other.insert(key(10 + round % 3), None));
                            drop(other.remove(&key(10 + (round + 1) % 3)));
                        });
                        drop(mine.insert(key(20 + round).on_eq(writes), None));
                        drop(mine.remove(&key(20 + round)));
                    }
                });
            }
        });
        for dict in &dicts {
            assert!(keys(dict).starts_with(&[1, 2, 3]) && keys(dict).iter().all(|&n| n < 20));
            assert_unlocked(dict);
        }
    });
}

#[test]
fn eq_in_a_read_may_write() {
    isolated(|| {
        let dict = dict_of_three();
        // Removes the very entry that is compared, and makes a new table.
        let writes = with(&dict, |dict| {
            drop(dict.remove(&key(2)));
            (10..40).for_each(|n| drop(dict.insert(key(n), None)));
            dict.clear();
        });
        assert!(dict.get(&key(2).on_eq(writes)).is_none());
        assert!(dict.is_empty());
    });
}

#[test]
fn eq_may_write_to_another_container() {
    isolated(|| {
        let (dict, other) = (dict_of_three(), dict_of_three());
        let list: Arc<List<Brc<u32>>> = Arc::default();
        let listed = Arc::clone(&list);
        let writes = with(&other, move |other| {
            drop(other.insert(key(listed.len() as u32 + 4), None));
            drop(other.remove(&key(1)));
            listed.insert(0, 7);
            listed.clear();
            listed.push(8);
        });
        assert!(dict.insert(key(4).on_eq(writes), None).is_none());
        assert_eq!((keys(&dict), keys(&other)), (vec![1, 2, 3, 4], vec![2, 3, 4, 5]));
        assert_unlocked(&dict);
        assert_unlocked(&other);
    });
}

#[test]
fn hash_may_read_and_write() {
    isolated(|| {
        for write in WRITES {
            let dict = dict_of_three();
            let writes = with(&dict, |dict| {
                assert!(dict.len() >= 3);
                drop(dict.insert(key(5), None));
                drop(dict.remove(&key(1)));
            });
            write(&dict, key(1).on_hash(writes));
            assert!(dict.contains_key(&key(5)));
            // The callback lives in the dict if its key does.
            dict.clear();
        }
    });
}

#[test]
fn drop_of_keys_and_values_may_write() {
    for company in [false, true] {
        isolated(move || {
            let _company = company.then(Company::come);
            let removals: [fn(&TestDict); 5] = [
                |dict| drop(dict.remove(&key(9))),
                |dict| drop(dict.insert(key(9), None)),
                |dict| drop(dict.replace(&key(9), None).map_err(drop)),
                TestDict::clear,
                |dict| (20..200).for_each(|n| drop((dict.insert(key(n), None), dict.remove(&key(9))))),
            ];
            for remove in removals {
                let dict = dict_of_three();
                let calls = Drops::new();
                let writes = || {
                    let calls = calls.clone();
                    with(&dict, move |dict| {
                        calls.count();
                        drop(dict.insert(key(100), None));
                        drop(dict.remove(&key(2)));
                        drop(dict.insert(key(1), None));
                    })
                };
                drop(dict.insert(key(9).on_drop(writes()), on_drop(writes())));
                remove(&dict);
                collect();
                assert!(calls.get() >= 1 && dict.contains_key(&key(100)));
                assert_unlocked(&dict);
                dict.clear();
                collect();
            }
        });
    }
}

#[test]
fn drop_of_elements_may_write() {
    for company in [false, true] {
        isolated(move || {
            let _company = company.then(Company::come);
            let removals: [fn(&List<Brc<Value>>); 5] = [
                |list| drop(list.pop()),
                |list| drop(list.remove(0)),
                |list| drop(list.set(0, None).map_err(drop)),
                |list| list.truncate(0),
                List::clear,
            ];
            for remove in removals {
                let list = Arc::new(List::<Brc<Value>>::new());
                let calls = Drops::new();
                let counted = calls.clone();
                let writes = with(&list, move |list| {
                    counted.count();
                    list.push(None);
                    list.insert(0, None);
                    drop(list.remove(1));
                });
                list.push(on_drop(writes));
                remove(&list);
                collect();
                assert_eq!(calls.get(), 1);
                assert!(!list.is_empty());
            }
        });
    }
}

#[test]
fn closures_may_insert_the_key_that_they_are_asked_for() {
    isolated(|| {
        let dict: Dict<u32, Brc<String>> = Dict::new();
        let drops = Drops::new();
        let value = dict.get_or_insert_with(1, || {
            let inner = dict.get_or_insert_with(1, || Brc::new("inner".to_string()));
            assert_eq!(*inner, "inner");
            Brc::new("outer".to_string())
        });
        assert_eq!((value.as_str(), dict.len()), ("inner", 1));
        // And may remove it again.
        let value = dict.get_or_insert_with(2, || {
            drop(dict.insert(2, "inner".to_string()));
            drop(dict.remove(&2));
            Brc::new("outer".to_string())
        });
        assert_eq!(value.as_str(), "outer");
        let set: Set<String> = Set::new();
        let cx = attach();
        let probe = drops.probe();
        let make = |key: &str| {
            let _probe = probe;
            assert!(set.insert(key.to_string()));
            key.to_string()
        };
        let key = set.get_or_insert_with("k", make, &cx);
        assert!(std::ptr::eq(key, set.get_ref("k", &cx).unwrap()));
        assert_eq!((set.len(), drops.get()), (1, 1));
    });
}

/// The value of whoever comes second is dropped outside the lock.
#[test]
fn the_losers_value_may_write_when_it_is_dropped() {
    isolated(|| {
        let dict = dict_of_three();
        let writes = with(&dict, |dict| drop(dict.insert(key(8), None)));
        let value =
            dict.get_or_insert_with(key(7).on_drop(with(&dict, |dict| drop(dict.remove(&key(1))))), || {
                drop(dict.insert(key(7), None));
                Brc::new(on_drop(writes))
            });
        assert!(value.is_none());
        assert_eq!(keys(&dict), [2, 3, 7, 8]);
        // The same for a value that finds no key, and a key that finds itself.
        let writes = with(&dict, |dict| drop(dict.remove(&key(8))));
        drop(dict.replace(&key(50), on_drop(writes)).map_err(drop));
        let writes = with(&dict, |dict| drop(dict.remove(&key(3))));
        drop(dict.insert(key(7).on_drop(writes), None));
        assert_eq!(keys(&dict), [2, 7]);
    });
}

#[test]
fn clone_in_a_snapshot_may_write() {
    struct Cloned(Weak<Set<Cloned, Alike>>, u32);
    impl Clone for Cloned {
        fn clone(&self) -> Self {
            if let Some(set) = self.0.upgrade() {
                set.remove(self);
                set.insert(Cloned(Weak::new(), self.1 + 10));
            }
            Cloned(Weak::new(), self.1)
        }
    }
    impl PartialEq for Cloned {
        fn eq(&self, other: &Self) -> bool {
            self.1 == other.1
        }
    }
    impl Eq for Cloned {}
    impl Hash for Cloned {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.1.hash(state);
        }
    }
    isolated(|| {
        let set = Arc::new(Set::with_hasher(Alike));
        (0..5).for_each(|n| assert!(set.insert(Cloned(Arc::downgrade(&set), n))));
        assert_eq!(set.snapshot().iter().map(|key| key.1).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert_eq!(set.get(&Cloned(Weak::new(), 12)).map(|key| key.1), Some(12));
        assert_eq!(set.len(), 5);
    });
}

/// Destructors of garbage do not run under the lock, even if an `Eq` asks for them.
#[test]
fn eq_that_collects_runs_no_destructors_under_the_lock() {
    isolated(|| {
        let _company = Company::come();
        let dict = dict_of_three();
        let calls = Drops::new();
        let counted = calls.clone();
        let writes = with(&dict, move |dict| {
            counted.count();
            drop(dict.insert(key(6), None));
        });
        // Dead, but still in this thread's mailbox.
        let value = Brc::new(on_drop(writes));
        thread::spawn(move || drop(value)).join().unwrap();
        assert_eq!(calls.get(), 0);
        drop(dict.insert(key(4).on_eq(collect), None));
        collect();
        assert_eq!((calls.get(), keys(&dict)), (1, vec![1, 2, 3, 4, 6]));
    });
}
