//! What `Dict` promises to threads that meet: winners, atomic changes, two dicts at one moment, moves that nobody sees.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use freethreaded::collections::End;
use freethreaded::{Brc, Dict, attach, critical_section2};

use super::common::isolated;

type Tokens = Dict<u32, Brc<u32>, BuildHasherDefault<DefaultHasher>>;

/// Runs `f` on `threads` threads at once.
fn together(threads: u32, f: impl Fn(u32) + Sync) {
    let start = Barrier::new(threads as usize);
    thread::scope(|s| {
        let (f, start) = (&f, &start);
        let run = |n| {
            s.spawn(move || {
                start.wait();
                f(n);
            })
        };
        let threads: Vec<_> = (0..threads).map(run).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

/// Runs `write` in a loop on another thread while `read` runs.
fn while_writing(write: impl Fn(u32) + Send + Sync, read: impl FnOnce()) {
    let done = AtomicBool::new(false);
    thread::scope(|s| {
        let writer = s.spawn(|| (0..).take_while(|_| !done.load(Ordering::Relaxed)).for_each(&write));
        let stop = super::common::OnDrop::new(|| done.store(true, Ordering::Relaxed));
        read();
        drop(stop);
        writer.join().unwrap();
    });
}

#[test]
fn a_value_is_made_once() {
    isolated(|| {
        let dict: Dict<u32, Brc<u32>> = Dict::new();
        let made: Vec<AtomicU32> = (0..200).map(|_| AtomicU32::new(0)).collect();
        together(4, |me| {
            for (key, made) in (0..).zip(&made) {
                let value = dict.get_or_insert_with(key, || {
                    made.fetch_add(1, Ordering::Relaxed);
                    thread::yield_now();
                    Brc::new(me)
                });
                assert_eq!(dict.get(&key), Some(value), "everybody gets the first");
            }
        });
        assert!(made.iter().all(|made| made.load(Ordering::Relaxed) == 1));
    });
}

/// A closure that waits for another lock lets others in; one value comes of it all the same, and nothing is lost.
#[test]
fn changes_survive_closures_that_wait() {
    isolated(|| {
        const EACH: u32 = 300;
        let (dict, busy): (Dict<u32, Brc<u32>>, Dict<u32, Brc<u32>>) = (Dict::new(), Dict::new());
        let wait = |me: u32| {
            // Others hold this one for a while, and while they do they wait for the first.
            busy.update(0, |n| {
                let _ = dict.contains_key(&me);
                thread::yield_now();
                Some(Brc::new(n.map_or(1, |n| n + 1)))
            });
        };
        together(4, |me| {
            for n in 0..EACH {
                dict.update(0, |n| {
                    wait(me);
                    Some(Brc::new(n.map_or(1, |n| n + 1)))
                });
                let made = dict.get_or_insert_with(n + 1, || {
                    wait(me);
                    Brc::new(me)
                });
                assert_eq!(dict.get(&(n + 1)), Some(made));
            }
        });
        assert_eq!((dict.get(&0).as_deref(), dict.len()), (Some(&(4 * EACH)), EACH as usize + 1));
    });
}

#[test]
fn exchanges_lose_nothing() {
    isolated(|| {
        const EACH: u32 = 500;
        let dict: Dict<u32, Brc<u32>> = [(0, 0)].into();
        together(4, |_| {
            for _ in 0..EACH {
                let mut seen = dict.get(&0);
                loop {
                    let next = Brc::new(seen.as_deref().map_or(0, |n| n + 1));
                    match dict.compare_exchange(0, seen.as_deref(), Some(next)) {
                        Ok(_) => break,
                        Err(error) => seen = error.current,
                    }
                }
            }
        });
        assert_eq!(dict.get(&0).as_deref(), Some(&(4 * EACH)));
    });
}

/// Each entry goes to one of those who take from both ends, by name and by condition.
#[test]
fn an_entry_is_taken_once() {
    isolated(|| {
        const ENTRIES: u32 = 4000;
        let dict: Dict<u32, Brc<u32>> = (0..ENTRIES).map(|n| (n, n)).collect();
        let taken = AtomicU32::new(0);
        together(4, |me| {
            for n in 0.. {
                let entry = match me {
                    0 => dict.pop_first(),
                    1 => dict.pop_last(),
                    2 => dict.remove_entry(&(n % ENTRIES)),
                    _ => dict.remove_if(&(n * 7 % ENTRIES), |n| n % 2 == 1).map(|value| (*value, value)),
                };
                match entry {
                    Some((key, value)) => {
                        assert_eq!(key, *value);
                        taken.fetch_add(1, Ordering::Relaxed);
                    }
                    None if dict.is_empty() => break,
                    None => {}
                }
            }
        });
        assert_eq!(taken.load(Ordering::Relaxed), ENTRIES);
    });
}

/// A key that is only moved is found all the time, and a walk gives what is not moved once, in order.
#[test]
fn moves_are_not_seen() {
    isolated(|| {
        const KEYS: u32 = 40;
        let dict: Dict<u32, Brc<u32>> = (0..KEYS).map(|n| (n, n)).collect();
        let write = |n: u32| {
            // The odd ones only.
            let end = if n.is_multiple_of(3) { End::First } else { End::Last };
            assert!(dict.move_to_end(&(n * 14 % KEYS + 1), end));
        };
        while_writing(write, || {
            for round in 0..3000 {
                let key = round % KEYS;
                assert_eq!(dict.get(&key).as_deref(), Some(&key));
                let cx = attach();
                let still = |key: &&u32| key.is_multiple_of(2);
                assert!(dict.keys(&cx).filter(still).copied().eq((0..KEYS).step_by(2)));
                assert!(dict.keys(&cx).rev().filter(still).copied().eq((0..KEYS).step_by(2).rev()));
                if round % 16 == 0 {
                    let names: HashSet<u32> = dict.snapshot().into_iter().map(|(key, _)| key).collect();
                    assert_eq!((names.len(), dict.len()), (KEYS as usize, KEYS as usize));
                    assert!(dict.first().is_some() && dict.last().is_some());
                }
            }
        });
    });
}

/// A stack whose top goes up and down: places of the order are used again, under walks.
#[test]
fn walks_over_places_that_are_used_again() {
    isolated(|| {
        let stack: Dict<u64, Brc<u64>> = (0..8).map(|n| (n, n)).collect();
        let next = std::sync::atomic::AtomicU64::new(100);
        let write = |n: u32| {
            for _ in 0..n % 5 {
                let n = next.fetch_add(1, Ordering::Relaxed);
                stack.insert(n, n);
            }
            for _ in 0..n % 5 {
                assert!(stack.pop_last().is_some());
            }
        };
        while_writing(write, || {
            for _ in 0..5000 {
                let cx = attach();
                let seen: Vec<u64> = stack
                    .iter(&cx)
                    .map(|(key, value)| {
                        assert_eq!(key, value);
                        *key
                    })
                    .collect();
                assert!(seen.starts_with(&[0, 1, 2, 3, 4, 5, 6, 7]), "{seen:?}");
                assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "{seen:?}");
                let back: Vec<u64> = stack.keys(&cx).rev().copied().collect();
                assert!(back.ends_with(&[7, 6, 5, 4, 3, 2, 1, 0]), "{back:?}");
            }
        });
        assert_eq!(stack.len(), 8);
        assert!(stack.capacity() < 100, "{}", stack.capacity());
    });
}

/// One token goes to and fro between two dicts: whoever looks at both at one moment finds it once.
#[test]
fn two_dicts_are_seen_at_one_moment() {
    isolated(|| {
        let (a, b): (Tokens, Tokens) = Default::default();
        a.insert(7, 7);
        let write = |n: u32| match n % 3 {
            0 => a.swap_contents(&b),
            1 => critical_section2(&a, &b, |section| {
                let (a, b) = (a.locked(section), b.locked(section));
                let (from, to) = if a.is_empty() { (b, a) } else { (a, b) };
                let (key, value) = from.pop_first().expect("in one of them");
                to.insert(key, value);
            }),
            _ => critical_section2(&b, &a, |_| {
                b.update_from(&a);
                a.clear();
            }),
        };
        while_writing(write, || {
            for _ in 0..2000 {
                assert_eq!(a.merge(&b).len(), 1);
                assert!(a != b);
                let (left, right) = (a.keys_view(), b.keys_view());
                assert!(left.is_disjoint(&right) && left != right);
                assert_eq!(left.union(&b).snapshot(), [7]);
                assert_eq!(right.symmetric_difference(&a).len(), 1);
            }
        });
    });
}

/// Dicts that copy from each other, crosswise, with keys whose `Eq` uses the other dict: nobody waits for ever, and what all had stays.
#[test]
fn crossing_threads_get_done() {
    #[derive(Clone)]
    struct Key(u32, Option<Arc<Dict<u32, Brc<u32>>>>);
    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            if let Some(dict) = &self.1 {
                dict.insert(self.0 % 5, other.0);
            }
            self.0 == other.0
        }
    }
    impl Eq for Key {}
    impl Hash for Key {
        fn hash<H: Hasher>(&self, state: &mut H) {
            (self.0 % 4).hash(state);
        }
    }
    isolated(|| {
        let (done, is_done) = mpsc::channel();
        let work = thread::spawn(move || {
            let logs: [Arc<Dict<u32, Brc<u32>>>; 2] = Default::default();
            let dict = |of: usize| -> Dict<Key, Brc<u32>> {
                (0..12).map(|n| (Key(n, Some(Arc::clone(&logs[of]))), n)).collect()
            };
            let (a, b) = (dict(0), dict(1));
            together(2, |me| {
                let (a, b) = if me == 0 { (&a, &b) } else { (&b, &a) };
                for n in 0..60 {
                    a.update_from(b);
                    assert!(a == a && a.merge(b).len() >= 12);
                    a.insert(Key(n % 20, None), n);
                    // Inside its own log, so that the `Eq` above comes to it from within another.
                    logs[me as usize].update(1, |_| {
                        b.replace(&Key(n % 20, Some(Arc::clone(&logs[1 - me as usize]))), n).ok()
                    });
                    if n % 10 == 0 {
                        a.swap_contents(b);
                    }
                }
            });
            assert!((0..12).all(|n| a.contains_key(&Key(n, None)) && b.contains_key(&Key(n, None))));
            done.send(()).unwrap();
        });
        is_done.recv_timeout(Duration::from_secs(100)).expect("nobody waits for ever");
        work.join().unwrap();
    });
}
