//! Two sets at once: from two threads crosswise, and with user code that changes them on the way.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use freethreaded::collections::FrozenSet;
use freethreaded::{Set, attach, collect, critical_section2};

use super::common::isolated;

const ROUNDS: u32 = if cfg!(debug_assertions) { 2_000 } else { 20_000 };

type Operation = fn(&Set<u32>, &Set<u32>, u32);

/// Runs the operations on threads of their own, some rounds each, on the same two sets.
fn crossing(a: Set<u32>, b: Set<u32>, operations: &[Operation]) -> (Set<u32>, Set<u32>) {
    let start = Barrier::new(operations.len());
    thread::scope(|s| {
        let threads: Vec<_> = operations
            .iter()
            .map(|operation| {
                let (a, b, start) = (&a, &b, &start);
                s.spawn(move || {
                    start.wait();
                    (0..ROUNDS).for_each(|round| operation(a, b, round));
                })
            })
            .collect();
        // With their thread-locals, as the end of the scope does not.
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    (a, b)
}

fn sorted(set: &Set<u32>) -> Vec<u32> {
    let mut keys = set.snapshot();
    keys.sort_unstable();
    keys
}

#[test]
fn each_into_the_other() {
    isolated(|| {
        let (a, b) = crossing(
            (0..50).collect(),
            (40..90).collect(),
            &[
                |a, b, _| a.union_with(b),
                |a, b, _| b.union_with(a),
                |a, b, n| assert!(a.contains(&(n % 50)) && b.contains(&(40 + n % 50))),
            ],
        );
        assert_eq!(sorted(&a), (0..90).collect::<Vec<_>>());
        assert!(a == b);
    });
}

/// What both have together, and that they have nothing in common, stays at every moment that takes the locks.
#[test]
fn exchanged_crosswise() {
    isolated(|| {
        let (a, b) = crossing(
            (0..20).collect(),
            (20..30).collect(),
            &[
                |a, b, _| a.swap_contents(b),
                |a, b, _| b.swap_contents(a),
                |a, b, _| assert!(a.is_disjoint(b) && b.is_disjoint(a)),
                |a, b, _| assert_eq!((a.union(b).len(), b.union(a).len()), (30, 30)),
                |a, b, n| {
                    critical_section2(a, b, |_| assert!(a.contains(&(n % 30)) != b.contains(&(n % 30))))
                },
            ],
        );
        assert_eq!(sorted(&a.union(&b)), (0..30).collect::<Vec<_>>());
    });
}

/// A key is in exactly one of the sets, and `^=` with a set of both carries it over.
#[test]
fn moved_by_symmetric_difference() {
    isolated(|| {
        let toggle = |a: &Set<u32>, b: &Set<u32>, n: u32| {
            let key = FrozenSet::from([n % 10]);
            critical_section2(a, b, |_| {
                a.symmetric_difference_with(&key);
                b.symmetric_difference_with(&key);
            });
        };
        let (a, b) = crossing(
            (0..10).collect(),
            Set::new(),
            &[
                toggle,
                toggle,
                |a, b, _| assert!(a.is_disjoint(b)),
                |a, b, _| assert_eq!(b.symmetric_difference(a).len(), 10),
                |a, b, _| assert!(a != b),
            ],
        );
        assert_eq!(sorted(&a.union(&b)), (0..10).collect::<Vec<_>>());
    });
}

/// Keys leave one set only if the other has them, or the other way round; whoever holds the locks sees either.
#[test]
fn differences_against_intersections() {
    isolated(|| {
        let (a, b) = crossing(
            (0..60).collect(),
            (0..60).step_by(2).collect(),
            &[
                |a, b, _| a.intersect_with(b),
                |a, b, _| b.intersect_with(a),
                |a, b, _| assert_eq!(a.intersection(b), b.intersection(a)),
                |a, b, _| assert!(b.is_subset(a)),
            ],
        );
        assert!(a == b && a.len() == 30);
        a.difference_with(&b);
        assert!(a.is_empty());
    });
}

type Callback = Box<dyn Fn() + Send>;

/// What the next comparisons of keys do.
static ON_EQ: Mutex<Option<Callback>> = Mutex::new(None);

/// A key that calls [`ON_EQ`] when it is compared. All keys hash alike.
#[derive(Clone, Debug)]
struct Key(u32);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        // Taken while it runs, so that it may compare keys itself.
        let callback = ON_EQ.lock().unwrap().take();
        if let Some(callback) = callback {
            callback();
            let mut next = ON_EQ.lock().unwrap();
            if next.is_none() {
                *next = Some(callback);
            }
        }
        self.0 == other.0
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, _: &mut H) {}
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

type Keys = Set<Key, Alike>;

fn keys(numbers: impl IntoIterator<Item = u32>) -> Arc<Keys> {
    Arc::new(numbers.into_iter().map(Key).collect())
}

fn numbers(set: &Keys) -> Vec<u32> {
    set.iter(&attach()).map(|key| key.0).collect()
}

/// Runs `f` with every comparison of keys calling `on_eq` first.
fn while_comparing<R>(on_eq: impl Fn() + Send + 'static, f: impl FnOnce() -> R) -> R {
    *ON_EQ.lock().unwrap() = Some(Box::new(on_eq));
    let result = f();
    drop(ON_EQ.lock().unwrap().take());
    result
}

/// Runs `f` with the first comparison of keys calling `on_eq`.
fn at_first_comparison<R>(on_eq: impl Fn() + Send + 'static, f: impl FnOnce() -> R) -> R {
    let first = AtomicBool::new(true);
    while_comparing(
        move || {
            if first.swap(false, Ordering::Relaxed) {
                on_eq();
            }
        },
        f,
    )
}

/// The answer is that of one moment: after the change, since the operation begins anew.
#[test]
fn a_change_on_the_way_begins_it_anew() {
    isolated(|| {
        let make = || (keys(0..4), keys(2..7));
        type Change = fn(&Keys, &Keys);
        type New = fn(&Keys, &Keys) -> Keys;
        const CHANGES: [(Change, &[u32], &[u32]); 4] = [
            (|_, b| _ = b.remove(&Key(6)), &[0, 1, 2, 3], &[2, 3, 4, 5]),
            (|a, _| _ = a.remove(&Key(0)), &[1, 2, 3], &[2, 3, 4, 5, 6]),
            (
                |a, b| b.extend([Key(1), Key(9)].into_iter().filter(|_| !a.is_empty())),
                &[0, 1, 2, 3],
                &[2, 3, 4, 5, 6, 1, 9],
            ),
            (
                |a, b| {
                    b.clear();
                    a.extend((10..20).map(Key));
                },
                &[0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
                &[],
            ),
        ];
        for (change, a_then, b_then) in CHANGES {
            let has = |set: &[u32], n: &u32| set.contains(n);
            let of_a = |wanted| a_then.iter().copied().filter(move |n| has(b_then, n) == wanted);
            let of_b = || b_then.iter().copied().filter(|n| !has(a_then, n));
            let sum: Vec<u32> = a_then.iter().copied().chain(of_b()).collect();
            let common: Vec<u32> = of_a(true).collect();
            let rest: Vec<u32> = of_a(false).collect();
            let either: Vec<u32> = of_a(false).chain(of_b()).collect();
            let results: [(New, &Vec<u32>); 4] = [
                (Set::union, &sum),
                (Set::intersection, &common),
                (Set::difference, &rest),
                (Set::symmetric_difference, &either),
            ];
            for (operation, expected) in results {
                let (a, b) = make();
                let (x, y) = (Arc::clone(&a), Arc::clone(&b));
                let result = at_first_comparison(move || change(&x, &y), || operation(&a, &b));
                assert_eq!(numbers(&result), *expected);
                assert_eq!((numbers(&a), numbers(&b)), (a_then.to_vec(), b_then.to_vec()));
            }
            let writes: [(Change, &Vec<u32>); 4] = [
                (Set::union_with, &sum),
                (Set::intersect_with, &common),
                (Set::difference_with, &rest),
                (Set::symmetric_difference_with, &either),
            ];
            for (operation, expected) in writes {
                let (a, b) = make();
                let (x, y) = (Arc::clone(&a), Arc::clone(&b));
                at_first_comparison(move || change(&x, &y), || operation(&a, &b));
                assert_eq!(numbers(&a), *expected);
                assert_eq!(numbers(&b), b_then);
            }
            let subset = a_then.iter().all(|n| has(b_then, n));
            let (a, b) = make();
            let (x, y) = (Arc::clone(&a), Arc::clone(&b));
            assert_eq!(at_first_comparison(move || change(&x, &y), || a.is_subset(&*b)), subset);
        }
        collect();
    });
}

/// Code that changes a set whenever it is asked is given up on, and what is there then is valid.
#[test]
fn a_change_at_every_comparison_ends() {
    isolated(|| {
        let writes: [fn(&Keys, &Keys); 5] = [
            Set::union_with,
            Set::intersect_with,
            Set::difference_with,
            Set::symmetric_difference_with,
            |a, b| drop((a.union(b), a == b, a.is_disjoint(b), b.intersection(a))),
        ];
        for operation in writes {
            let (a, b) = (keys(0..4), keys(2..6));
            let (x, y) = (Arc::downgrade(&a), Arc::downgrade(&b));
            let turn = AtomicUsize::new(100);
            let change = move || {
                let n = turn.fetch_add(1, Ordering::Relaxed) as u32;
                if n < 10_000
                    && let (Some(x), Some(y)) = (x.upgrade(), y.upgrade())
                {
                    let removed = x.pop_first();
                    y.extend(removed);
                }
            };
            while_comparing(change, || operation(&a, &b));
            for set in [&a, &b] {
                let keys = numbers(set);
                assert_eq!(set.len(), keys.len());
                assert!(keys.iter().all(|&n| set.contains(&Key(n)) && set.remove(&Key(n))));
                assert!(set.is_empty());
            }
        }
    });
}

/// References outlast what algebra does to the set, for as long as their token.
#[test]
fn references_outlast_the_operations() {
    isolated(|| {
        let set: Set<String> = (0..10).map(|n| n.to_string()).collect();
        let others = Set::from(["7".to_string(), "x".to_string()]);
        let cx = attach();
        let kept: Vec<&String> = set.iter(&cx).collect();
        assert!(set.replace("3".to_string()).is_some());
        assert!(!std::ptr::eq(set.get_ref("3", &cx).unwrap(), kept[3]));
        set.difference_with(&others);
        set.symmetric_difference_with(&others);
        set.swap_contents(&others);
        assert_eq!(set.snapshot(), ["7", "x"]);
        drop((set.drain(), others.take_all()));
        assert!(kept.iter().enumerate().all(|(n, key)| **key == n.to_string()));
    });
}

/// A set that is filled behind and emptied in front for ever stays small.
#[test]
fn a_queue_of_keys_stays_small() {
    isolated(|| {
        let set: Set<u32> = (0..10).collect();
        for n in 10..100_000 {
            set.insert(n);
            assert_eq!(set.pop_first(), Some(n - 10));
        }
        assert!(set.capacity() <= 100);
        assert_eq!((set.first(), set.last(), set.len()), (Some(99_990), Some(99_999), 10));
    });
}
