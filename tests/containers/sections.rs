//! Critical sections: what is atomic in them, what suspends them, and that threads that nest them do not wait for each other for ever.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use freethreaded::lock::{HasLock, Locked, ObjectLock};
use freethreaded::{Brc, Dict, List, Set, attach, critical_section, critical_section2};

use super::common::{Drops, Probe, Remote, isolated, wait_until};

#[test]
fn check_then_act_is_one_step() {
    isolated(|| {
        let stock: Dict<u32, Brc<u64>> = [(0, 1000)].into();
        let sold: List<Brc<u64>> = List::new();
        thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    while critical_section(&stock, |section| {
                        let left = *stock.get_ref(&0, section.token()).unwrap();
                        left > 0 && stock.insert(0, left - 1).is_some()
                    }) {
                        sold.push(1);
                    }
                });
            }
        });
        assert_eq!((*stock.get(&0).unwrap(), sold.len()), (0, 1000));
    });
}

#[test]
fn two_objects_are_changed_as_one() {
    isolated(|| {
        let purses: [Dict<u32, Brc<i64>>; 2] = [[(0, 500)].into(), [(0, 500)].into()];
        let done = AtomicBool::new(false);
        let read = |n: usize| *purses[n].get(&0).unwrap();
        thread::scope(|s| {
            let movers: Vec<_> = (0..3)
                .map(|n| {
                    let (from, to) = (&purses[n % 2], &purses[(n + 1) % 2]);
                    s.spawn(move || {
                        for _ in 0..2000 {
                            critical_section2(from, to, |section| {
                                let amounts = [from, to].map(|p| *p.get_ref(&0, section.token()).unwrap());
                                from.insert(0, amounts[0] - 1);
                                to.insert(0, amounts[1] + 1);
                            });
                        }
                    })
                })
                .collect();
            s.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let sum = critical_section2(&purses[1], &purses[0], |_| read(0) + read(1));
                    assert_eq!(sum, 1000);
                }
            });
            movers.into_iter().for_each(|mover| mover.join().unwrap());
            done.store(true, Ordering::Relaxed);
        });
        // Two movers go from the first to the second, one goes back.
        assert_eq!((read(0), read(1)), (-1500, 2500));
    });
}

#[test]
fn the_same_object_twice_is_one_lock() {
    isolated(|| {
        let list: List<Brc<u8>> = [1].into();
        let len = critical_section2(&list, &list, |_| {
            list.push(2);
            critical_section(&list, |_| list.push(3));
            critical_section2(&list, &list, |_| list.len())
        });
        assert_eq!(len, 3);
        assert!(!list.object_lock().is_locked());
    });
}

/// Every nesting of sections of three locks, in every order, on several threads.
#[test]
fn nesting_never_deadlocks() {
    isolated(|| {
        let locks: [Locked<u64>; 3] = Default::default();
        let orders: [[usize; 4]; 6] =
            [[0, 1, 2, 0], [2, 1, 0, 1], [1, 0, 1, 2], [2, 0, 2, 1], [0, 2, 1, 0], [1, 2, 0, 0]];
        const ROUNDS: u64 = 2000;
        let add = |n: usize| critical_section(&locks[n], |_| locks[n].set(locks[n].get() + 1));
        thread::scope(|s| {
            for order in orders {
                let (locks, add) = (&locks, &add);
                s.spawn(move || {
                    for round in 0..ROUNDS {
                        let [a, b, c, d] = order;
                        critical_section(&locks[a], |_| {
                            add(a);
                            if round % 2 == 0 {
                                critical_section(&locks[b], |_| {
                                    critical_section2(&locks[c], &locks[d], |_| add(d));
                                });
                            } else {
                                critical_section2(&locks[b], &locks[c], |_| {
                                    critical_section(&locks[d], |_| add(d));
                                });
                            }
                            add(b);
                        });
                    }
                });
            }
        });
        let total: u64 = locks.iter().map(Locked::get).sum();
        assert_eq!(total, 6 * 3 * ROUNDS);
        assert!(locks.iter().all(|lock| !lock.object_lock().is_locked()));
    });
}

#[test]
fn a_section_that_waits_lets_the_outer_ones_go() {
    isolated(|| {
        let (outer, inner) = (ObjectLock::new(), ObjectLock::new());
        let (locked, waits) = (AtomicBool::new(false), AtomicBool::new(false));
        thread::scope(|s| {
            s.spawn(|| {
                critical_section(&inner, |_| {
                    locked.store(true, Ordering::Relaxed);
                    wait_until("the other waits", || waits.load(Ordering::Relaxed));
                    // The other holds this, until it has to wait for `inner`. It gets that at the end.
                    critical_section(&outer, |_| ());
                });
            });
            wait_until("the lock", || locked.load(Ordering::Relaxed));
            critical_section(&outer, |_| {
                waits.store(true, Ordering::Relaxed);
                critical_section(&inner, |_| assert!(inner.is_locked()));
                // Resumed.
                assert!(outer.is_locked());
            });
        });
        assert!(!outer.is_locked() && !inner.is_locked());
    });
}

#[test]
fn panics_unlock_and_resume() {
    isolated(|| {
        let (outer, inner) = (ObjectLock::new(), ObjectLock::new());
        critical_section(&outer, |_| {
            let panics = || critical_section2(&inner, &outer, |_| -> () { panic!("expected") });
            catch_unwind(AssertUnwindSafe(panics)).unwrap_err();
            assert!(outer.is_locked() && !inner.is_locked());
        });
        assert!(!outer.is_locked());
        catch_unwind(AssertUnwindSafe(|| critical_section(&outer, |_| panic!("expected")))).unwrap_err();
        assert!(!outer.is_locked());
        // From another thread, which would hang on a lock that is still held.
        thread::spawn(move || critical_section2(&outer, &inner, |_| ())).join().unwrap();
    });
}

#[test]
fn detach_and_checkpoint_suspend() {
    isolated(|| {
        let (outer, inner) = (ObjectLock::new(), ObjectLock::new());
        let others = |wanted: &ObjectLock| {
            thread::scope(|s| s.spawn(|| critical_section(wanted, |_| ())).join().unwrap());
        };
        critical_section(&outer, |_| {
            critical_section(&inner, |section| {
                section.detach(|| {
                    others(&inner);
                    others(&outer);
                    // A section of its own ends without taking what was given up.
                    critical_section(&inner, |_| assert!(inner.is_locked()));
                    assert!(!inner.is_locked() && !outer.is_locked());
                });
                assert!(inner.is_locked());
                section.checkpoint();
                assert!(inner.is_locked());
            });
            assert!(outer.is_locked());
        });
        // A token of the user's does the same.
        let mut cx = attach();
        critical_section(&outer, |_| cx.detach(|| others(&outer)));
        drop(cx);
        assert!(!outer.is_locked() && !inner.is_locked());
    });
}

/// A thread that takes the lock in a loop does not keep others out.
#[test]
fn nobody_starves() {
    isolated(|| {
        let (lock, stop) = (ObjectLock::new(), AtomicBool::new(false));
        thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        critical_section(&lock, |_| (0..1000).for_each(|n| _ = std::hint::black_box(n)));
                    }
                });
            }
            for _ in 0..50 {
                critical_section(&lock, |_| ());
            }
            stop.store(true, Ordering::Relaxed);
        });
    });
}

#[test]
fn values_go_in_and_out_whole() {
    isolated(|| {
        let mut value = Locked::new(vec![1]);
        assert_eq!(value.replace(vec![2]), [1]);
        value.set(vec![3]);
        assert_eq!(value.take(), [3]);
        value.get_mut().push(4);
        assert_eq!(value.into_inner(), [4]);
        assert_eq!(Locked::from(7).get(), 7);
        assert!(format!("{:?}", Locked::new(())).contains("locked: false"));
    });
}

/// What others have let die is not destroyed in a section: a destructor could wait for a lock, and let others in.
#[test]
fn no_garbage_is_destroyed_in_a_section() {
    isolated(|| {
        let (other, drops) = (Remote::new(), Drops::new());
        let dict: Dict<u32, Brc<u32>> = [(1, 1)].into();
        let many: Vec<Brc<Probe>> = (0..1000).map(|_| Brc::new(drops.probe())).collect();
        let (first, second) = (many.clone(), many);
        other.run(|| drop(first));
        other.run(|| drop(second));
        critical_section(&dict, |section| {
            for n in 0..10 {
                dict.insert(n, n);
            }
            assert_eq!(drops.get(), 0);
            section.checkpoint();
            assert_eq!(drops.get(), 1000);
        });
    });
}

/// Nor what is left to whoever drops a reference to another thread's object.
#[test]
fn no_orphans_are_destroyed_in_a_section() {
    isolated(|| {
        let (owner, drops) = (Remote::new(), Drops::new());
        let (lock, probes) = (ObjectLock::new(), drops.clone());
        let objects: Vec<Brc<Probe>> =
            owner.run(move || (0..1000).map(|_| Brc::new(probes.probe())).collect());
        let [first, second] = owner.run(|| [Brc::new(1), Brc::new(2)]);
        drop(objects);
        // Finds them dead, where it may destroy nothing.
        owner.run(|| drop(Brc::new(3)));
        critical_section(&lock, |_| {
            drop(first);
            assert_eq!(drops.get(), 0);
        });
        drop(second);
        assert_eq!(drops.get(), 1000);
    });
}

/// A write that finds nothing to do is a write: it waits for a section of another thread, and does not answer from the middle of it.
#[test]
fn writes_that_find_nothing_to_do_wait_for_a_section() {
    /// Runs `write` while another thread is between the halves of a section of `object`.
    fn between<T: HasLock + Sync>(object: &T, first: fn(&T), second: fn(&T), write: fn(&T) -> bool) {
        let (begun, is_begun) = mpsc::channel();
        thread::scope(|s| {
            s.spawn(move || {
                critical_section(object, |_| {
                    first(object);
                    begun.send(()).unwrap();
                    thread::sleep(Duration::from_millis(20));
                    second(object);
                });
            });
            is_begun.recv().unwrap();
            assert!(write(object));
        });
    }
    isolated(|| {
        let dict: Dict<u32, Brc<u32>> = [(1, 1), (2, 2)].into();
        let away = |dict: &Dict<u32, Brc<u32>>| drop(dict.remove(&1));
        let back = |dict: &Dict<u32, Brc<u32>>| drop(dict.insert(1, 1));
        between(&dict, away, back, |dict| dict.remove(&1).is_some());
        back(&dict);
        between(&dict, away, back, |dict| dict.replace(&1, 5).is_ok());
        between(&dict, away, back, |dict| dict.remove_entry(&1).is_some());
        let set: Set<u32> = [1, 2].into();
        between(&set, |set| _ = set.remove(&1), |set| _ = set.insert(1), |set| set.remove(&1));
        between(&set, |set| _ = set.insert(3), |set| _ = set.remove(&3), |set| set.insert(3));
        assert_eq!(set.snapshot(), [2, 3]);
    });
}
