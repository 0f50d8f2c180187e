//! All operations of `Dict`, over keys, values and closures whose code a test decides on.

use std::cell::{Cell, RefCell};
use std::hash::{BuildHasher, Hash, Hasher};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use freethreaded::collections::End;
use freethreaded::{Brc, Dict, attach, critical_section};

/// User code of which kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Hash,
    Eq,
    Clone,
    Drop,
    Closure,
    /// `PartialEq` of values.
    Compare,
}

pub(crate) const CALLS: [Call; 6] =
    [Call::Hash, Call::Eq, Call::Clone, Call::Drop, Call::Closure, Call::Compare];

type Action = Rc<dyn Fn(Call)>;

thread_local! {
    static ARMED: RefCell<Option<Action>> = const { RefCell::new(None) };
    static FIRING: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f`, with `action` called from all user code of this thread that `f` runs, though not from within itself.
pub(crate) fn with_calls<R>(action: impl Fn(Call) + 'static, f: impl FnOnce() -> R) -> R {
    struct Disarm;
    impl Drop for Disarm {
        fn drop(&mut self) {
            ARMED.take();
            FIRING.set(false);
        }
    }
    ARMED.replace(Some(Rc::new(action)));
    let _disarm = Disarm;
    f()
}

fn fire(call: Call) {
    struct Done;
    impl Drop for Done {
        fn drop(&mut self) {
            FIRING.set(false);
        }
    }
    let action = ARMED.try_with(|armed| armed.borrow().clone()).ok().flatten();
    if let Some(action) = action
        && !FIRING.replace(true)
    {
        let _done = Done;
        action(call);
    }
}

static LIVING: AtomicUsize = AtomicUsize::new(0);

/// How many keys and values there are.
pub(crate) fn living() -> usize {
    LIVING.load(Ordering::SeqCst)
}

/// Counts itself.
#[derive(Debug)]
struct Alive;

impl Alive {
    fn new() -> Self {
        LIVING.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        LIVING.fetch_sub(1, Ordering::SeqCst);
        fire(Call::Drop);
    }
}

#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) n: u32,
    _alive: Alive,
}

pub(crate) fn key(n: u32) -> Key {
    Key { n, _alive: Alive::new() }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        fire(Call::Eq);
        self.n == other.n
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        fire(Call::Hash);
        (self.n % 2).hash(state);
    }
}

impl Clone for Key {
    fn clone(&self) -> Self {
        fire(Call::Clone);
        key(self.n)
    }
}

#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) n: u32,
    _alive: Alive,
}

pub(crate) fn value(n: u32) -> Brc<Value> {
    Brc::new(Value { n, _alive: Alive::new() })
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        fire(Call::Compare);
        self.n == other.n
    }
}

/// Two hashes for all keys, so that `Eq` has work. It has state, so that two dicts do not agree on hashes.
#[derive(Clone, Debug)]
pub(crate) struct Few(u64);

impl BuildHasher for Few {
    type Hasher = FewHasher;

    fn build_hasher(&self) -> FewHasher {
        FewHasher(self.0)
    }
}

pub(crate) struct FewHasher(u64);

impl Hasher for FewHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, &byte| sum.wrapping_add(byte.into()));
    }

    fn finish(&self) -> u64 {
        self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

pub(crate) type TestDict = Dict<Key, Brc<Value>, Few>;

pub(crate) fn dict(state: u64, keys: impl IntoIterator<Item = u32>) -> TestDict {
    let dict = TestDict::with_hasher(Few(state));
    keys.into_iter().for_each(|n| drop(dict.insert(key(n), value(n))));
    dict
}

type Operation = fn(&TestDict, &TestDict);

/// Every operation on a dict, which has the keys 1 to 4, some with another dict, which has 3 to 6.
pub(crate) const OPERATIONS: &[(&str, Operation)] = &[
    ("get", |dict, _| drop(dict.get(&key(2)))),
    ("contains_key", |dict, _| _ = dict.contains_key(&key(9))),
    ("insert present", |dict, _| drop(dict.insert(key(2), value(20)))),
    ("insert absent", |dict, _| drop(dict.insert(key(9), value(9)))),
    ("replace", |dict, _| drop(dict.replace(&key(2), value(20)).map_err(drop))),
    ("remove", |dict, _| drop(dict.remove(&key(2)))),
    ("remove_entry", |dict, _| drop(dict.remove_entry(&key(2)))),
    ("remove absent", |dict, _| drop(dict.remove(&key(9)))),
    ("get_or_insert", |dict, _| drop(dict.get_or_insert(key(9), value(9)))),
    ("get_or_insert_with", |dict, _| {
        drop(dict.get_or_insert_with(key(9), || {
            fire(Call::Closure);
            value(9)
        }));
    }),
    ("get_or_try_insert_with", |dict, _| {
        let make = || {
            fire(Call::Closure);
            Err(())
        };
        drop(dict.get_or_try_insert_with(key(9), make));
    }),
    ("update", |dict, _| {
        drop(dict.update(key(2), |old| {
            fire(Call::Closure);
            old.map(|old| value(old.n + 20))
        }));
    }),
    ("update absent", |dict, _| {
        drop(dict.update(key(9), |old| {
            fire(Call::Closure);
            Some(value(old.map_or(9, |old| old.n)))
        }));
    }),
    ("update away", |dict, _| {
        drop(dict.update(key(3), |_| {
            fire(Call::Closure);
            None
        }));
    }),
    ("compare_exchange", |dict, _| {
        let current = dict.get(&key(2));
        drop(dict.compare_exchange(key(2), current.as_deref(), Some(value(20))));
    }),
    ("compare_exchange in vain", |dict, _| drop(dict.compare_exchange(key(2), None, Some(value(20))))),
    ("remove_if", |dict, _| {
        drop(dict.remove_if(&key(2), |_| {
            fire(Call::Closure);
            true
        }));
    }),
    ("retain", |dict, _| {
        dict.retain(|key, _| {
            fire(Call::Closure);
            key.n.is_multiple_of(2)
        });
    }),
    ("first", |dict, _| drop((dict.first(), dict.last()))),
    ("pop_first", |dict, _| drop(dict.pop_first())),
    ("pop_last", |dict, _| drop(dict.pop_last())),
    ("move_to_end", |dict, _| _ = dict.move_to_end(&key(2), End::Last)),
    ("move to the front", |dict, _| _ = dict.move_to_end(&key(3), End::First)),
    ("insert_at", |dict, _| drop(dict.insert_at(End::First, key(9), value(9)))),
    ("clear", |dict, _| dict.clear()),
    ("snapshot", |dict, _| drop(dict.snapshot())),
    ("drain", |dict, _| dict.drain().for_each(drop)),
    ("clone", |dict, _| drop(dict.clone())),
    ("extend", |mut dict, _| dict.extend([(key(1), value(10)), (key(9), value(9))])),
    ("update_from", |dict, other| dict.update_from(other)),
    ("update_from itself", |dict, _| dict.update_from(dict)),
    ("merge", |dict, other| drop(dict.merge(other))),
    ("==", |dict, other| _ = dict == other || *dict == dict.clone()),
    ("swap_contents", |dict, other| dict.swap_contents(other)),
    ("keys", |dict, other| {
        let keys = dict.keys_view();
        drop((keys.union(other), keys.symmetric_difference(other)));
        let _ = keys.is_subset(other) || keys.is_disjoint(other) || keys == *other;
    }),
    ("reserve", |dict, _| dict.reserve(100)),
    ("shrink_to_fit", |dict, _| dict.shrink_to_fit()),
    ("locked", |dict, _| {
        critical_section(dict, |section| {
            let dict = dict.locked(section);
            for (key, value) in dict.iter() {
                fire(Call::Closure);
                if dict.get(key).is_some_and(|found| found.n == value.n) {
                    dict.remove(key);
                }
            }
        });
    }),
];

/// Fails unless what can be read of the dict in different ways agrees, and nobody holds its lock.
pub(crate) fn assert_valid(dict: &TestDict) {
    let entries = dict.snapshot();
    let names: Vec<u32> = entries.iter().map(|(key, _)| key.n).collect();
    assert_eq!(dict.len(), names.len());
    for (i, (key, value)) in entries.iter().enumerate() {
        assert!(dict.get(key).is_some_and(|found| Brc::ptr_eq(&found, value)), "{names:?}");
        assert!(!names[..i].contains(&key.n), "twice: {names:?}");
    }
    let cx = attach();
    assert!(dict.keys(&cx).map(|key| key.n).eq(names.iter().copied()));
    assert!(dict.keys(&cx).rev().map(|key| key.n).eq(names.iter().rev().copied()));
    assert_eq!(dict.first().map(|(key, _)| key.n), names.first().copied());
    assert_eq!(dict.last().map(|(key, _)| key.n), names.last().copied());
    thread::scope(|s| {
        // Joined, so that its thread-locals are gone, too.
        let writes = || {
            assert!(dict.insert(key(1077), value(0)).is_none());
            assert!(dict.remove(&key(1077)).is_some());
        };
        s.spawn(writes).join().unwrap();
    });
}
