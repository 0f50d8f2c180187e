//! What threads see of each other's writes.

use std::collections::HashSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use freethreaded::{Brc, Dict, List, Set, attach, attach_with};

use super::common::isolated;

/// Runs `write` over and over on a thread of its own until `read` has returned.
///
/// Threads are joined one by one here, since the end of a scope does not wait for the end of thread-locals.
fn while_writing(write: impl Fn(u32) + Sync, read: impl FnOnce()) {
    struct Stop<'a>(&'a AtomicBool);
    impl Drop for Stop<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let stop = AtomicBool::new(false);
    let started = Barrier::new(2);
    thread::scope(|s| {
        let writer = s.spawn(|| {
            started.wait();
            for n in 0.. {
                write(n);
                if stop.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        started.wait();
        let stop = Stop(&stop);
        read();
        drop(stop);
        writer.join().unwrap();
    });
}

#[test]
fn exactly_one_wins() {
    isolated(|| {
        const THREADS: u32 = 4;
        const KEYS: u32 = 200;
        let (dict, set, made) = (Dict::<u32, Brc<u32>>::new(), Set::<u32>::new(), AtomicU32::new(0));
        let start = Barrier::new(THREADS as usize);
        let race = |me: u32| {
            let mut won = (Vec::new(), Vec::new());
            start.wait();
            for n in 0..KEYS {
                let value = dict.get_or_insert_with(n, || {
                    made.fetch_add(1, Ordering::Relaxed);
                    thread::yield_now();
                    Brc::new(me)
                });
                won.0.push(*value);
                won.1.push(set.insert(n));
            }
            won
        };
        let results: Vec<_> = thread::scope(|s| {
            let threads: Vec<_> = (0..THREADS).map(|me| s.spawn(move || (race)(me))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        for n in 0..KEYS as usize {
            assert!(results.iter().all(|won| won.0[n] == results[0].0[n]), "all got one value");
            assert_eq!(results.iter().filter(|won| won.1[n]).count(), 1, "one inserted");
        }
        assert_eq!((dict.len(), set.len()), (KEYS as usize, KEYS as usize));
        assert!(made.load(Ordering::Relaxed) >= KEYS);
    });
}

/// Interning: one object per key, whoever comes first.
#[test]
fn all_threads_get_one_key_object() {
    isolated(|| {
        let set: Set<String> = Set::new();
        let intern = || {
            let cx = attach();
            let place = |n: u32| {
                let name = n.to_string();
                std::ptr::from_ref(set.get_or_insert_with(name.as_str(), |name: &str| name.to_owned(), &cx))
                    .addr()
            };
            (0..300).map(place).collect::<Vec<_>>()
        };
        let places: Vec<_> = thread::scope(|s| {
            let threads: Vec<_> = (0..3).map(|_| s.spawn(intern)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(places.iter().all(|other| *other == places[0]) && set.len() == 300);
    });
}

#[test]
fn iteration_gives_what_stays_once_and_in_order() {
    isolated(|| {
        // Even keys stay; odd ones come and go, each time with another value, and make new tables.
        let dict: Dict<u32, Brc<u32>> = (0..40).map(|n| (n * 2, 0)).collect();
        let set: Set<u32> = (0..40).map(|n| n * 2).collect();
        let write = |n: u32| {
            let key = n % 64 * 2 + 1;
            drop((dict.insert(key, n + 1), set.insert(key)));
            if !n.is_multiple_of(3) {
                drop((dict.remove(&key), set.remove(&key)));
            }
            if n % 512 == 511 {
                (0..64).for_each(|n| drop((dict.remove(&(n * 2 + 1)), set.remove(&(n * 2 + 1)))));
            }
        };
        let stay: Vec<u32> = (0..40).map(|n| n * 2).collect();
        while_writing(write, || {
            for _ in 0..300 {
                attach_with(|cx| {
                    let entries: Vec<(u32, u32)> = dict.iter(cx).map(|(key, value)| (*key, *value)).collect();
                    let stayed = entries.iter().map(|entry| entry.0).filter(|key| key % 2 == 0);
                    assert!(stayed.eq(stay.iter().copied()));
                    let moving: Vec<_> = entries.iter().filter(|entry| entry.1 != 0).collect();
                    assert_eq!(
                        moving.iter().collect::<HashSet<_>>().len(),
                        moving.len(),
                        "twice: {moving:?}"
                    );
                    assert!(set.iter(cx).copied().filter(|key| key % 2 == 0).eq(stay.iter().copied()));
                    cx.checkpoint();
                });
            }
        });
    });
}

/// A writer adds numbers in order at the end and takes them away in order at the front: what stands there is always a range.
#[test]
fn snapshots_are_of_one_moment() {
    isolated(|| {
        let (dict, set, list) = (Dict::<u32, Brc<u32>>::new(), Set::<u32>::new(), List::<Brc<u32>>::new());
        let write = |n: u32| {
            drop((dict.insert(n, n), set.insert(n), list.push(n)));
            if n >= 50 {
                assert_eq!(dict.remove(&(n - 50)).as_deref(), Some(&(n - 50)));
                assert!(set.remove(&(n - 50)));
                assert_eq!(list.remove(0).as_deref(), Some(&(n - 50)));
            }
        };
        let is_range =
            |numbers: &[u32]| numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]) && numbers.len() <= 51;
        while_writing(write, || {
            for _ in 0..500 {
                let entries = dict.snapshot();
                assert!(entries.iter().all(|(key, value)| *key == **value));
                assert!(is_range(&entries.iter().map(|entry| entry.0).collect::<Vec<_>>()));
                assert!(is_range(&set.snapshot()));
                assert!(is_range(&list.snapshot().iter().map(|element| **element).collect::<Vec<_>>()));
            }
        });
    });
}

/// A list of n−1, …, 1, 0 that grows and shrinks at the front: an element and its place tell the length at that moment.
#[test]
fn readers_see_no_half_done_shift() {
    isolated(|| {
        const MOST: u32 = 24;
        const LEAST: u32 = 8;
        let list: List<Brc<u32>> = (0..LEAST).rev().collect();
        let write = |n: u32| {
            let at = n % (2 * (MOST - LEAST));
            if at < MOST - LEAST {
                list.insert(0, LEAST + at);
            } else {
                assert_eq!(list.remove(0).as_deref(), Some(&(LEAST + 2 * (MOST - LEAST) - 1 - at)));
            }
        };
        let lengths = LEAST as usize..=MOST as usize;
        while_writing(write, || {
            for round in 0..3000 {
                let place = round % LEAST as usize;
                let element = list.get(place).expect("shorter than it ever was");
                assert!(lengths.contains(&(*element as usize + place + 1)));
                assert!(lengths.contains(&list.len()) && !list.is_empty());
                assert_eq!(list.last().as_deref(), Some(&0));
                assert!(lengths.contains(&(*list.first().unwrap() as usize + 1)));
                let cx = attach();
                let all: Vec<u32> = list.iter(&cx).copied().collect();
                assert!(all.iter().rev().copied().eq(0..all.len() as u32), "{all:?}");
                assert!(lengths.contains(&all.len()) && list.contains(&0));
            }
        });
    });
}

#[test]
fn the_end_of_a_list_may_move_under_a_reader() {
    isolated(|| {
        let list: List<Brc<u32>> = List::new();
        let write = |n: u32| match n % 5 {
            0 | 1 => list.push(n),
            2 => drop(list.pop()),
            3 => list.truncate(1),
            _ => list.clear(),
        };
        while_writing(write, || {
            for _ in 0..5000 {
                for element in [list.first(), list.last(), list.get(1)].into_iter().flatten() {
                    assert!(*element % 5 < 2);
                }
                let cx = attach();
                assert!(list.iter(&cx).all(|element| element % 5 < 2) && list.len() < 10);
            }
        });
    });
}

/// The value that a reader finds for a key is one that was stored for that key, though entries come and go.
#[test]
fn values_belong_to_their_keys() {
    isolated(|| {
        let dict: Dict<u32, Brc<(u32, u32)>> = Dict::new();
        let write = |n: u32| {
            let key = n % 16;
            match n % 7 {
                0..=2 => drop(dict.insert(key, (key, n))),
                3 => drop(dict.replace(&key, (key, n)).ok()),
                4..=5 => drop(dict.remove(&key)),
                _ if n.is_multiple_of(11) => dict.clear(),
                _ => drop(dict.get_or_insert_with(key, || Brc::new((key, n)))),
            }
        };
        while_writing(write, || {
            for round in 0..5000_u32 {
                let key = round % 16;
                assert!(dict.get(&key).is_none_or(|value| value.0 == key));
                let cx = attach();
                assert!(dict.get_ref(&key, &cx).is_none_or(|value| value.0 == key));
                assert!(round % 50 != 0 || dict.iter(&cx).all(|(key, value)| value.0 == *key));
            }
        });
    });
}

/// A thread that writes in a loop, and so takes the lock again as soon as it has given it up, does not keep another out.
#[test]
fn a_hog_does_not_starve_a_waiter() {
    isolated(|| {
        let dict: Dict<u32, Brc<u32>> = (0..2000).map(|n| (n, n)).collect();
        let (done, is_done) = mpsc::channel();
        // A snapshot holds the lock for long.
        while_writing(
            |_| drop(dict.snapshot()),
            || {
                thread::scope(|s| {
                    let waiter = s.spawn(|| {
                        (0..10).for_each(|n| drop(dict.insert(n, n)));
                        done.send(()).unwrap();
                    });
                    is_done.recv_timeout(Duration::from_secs(60)).expect("the waiter gets the lock");
                    waiter.join().unwrap();
                });
            },
        );
    });
}

#[test]
fn more_threads_than_cores() {
    isolated(|| {
        const THREADS: u32 = 16;
        const EACH: u32 = 60;
        let (dict, set, list) = (Dict::<u32, Brc<u32>>::new(), Set::<u32>::new(), List::<Brc<u32>>::new());
        thread::scope(|s| {
            let (dict, set, list) = (&dict, &set, &list);
            let work = |me: u32| {
                move || {
                    for n in 0..EACH {
                        let own = me * EACH + n;
                        assert!(dict.insert(own, own).is_none() && set.insert(own));
                        assert_eq!(dict.get(&own).as_deref(), Some(&own));
                        list.push(own);
                        if n % 2 == 1 {
                            assert_eq!(dict.remove(&own).as_deref(), Some(&own));
                            assert!(set.remove(&own));
                        }
                        if n % 16 == 0 {
                            thread::yield_now();
                            assert!(list.contains(&own));
                        }
                    }
                }
            };
            let threads: Vec<_> = (0..THREADS).map(|me| s.spawn(work(me))).collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        });
        let half = (THREADS * EACH / 2) as usize;
        let cx = attach();
        assert_eq!((dict.len(), set.len(), list.len()), (half, half, 2 * half));
        assert!(dict.iter(&cx).all(|(key, value)| key == value && key % 2 == 0));
        let mut all: Vec<u32> = list.iter(&cx).copied().collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..THREADS * EACH), "nothing lost, nothing twice");
    });
}
