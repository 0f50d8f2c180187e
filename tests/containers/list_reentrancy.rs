//! User code that a `List` calls, and that comes back to the same list.

use std::cell::Cell;
use std::cmp::Ordering;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Barrier, Weak};
use std::thread;

use freethreaded::collections::Changed;
use freethreaded::{Brc, List, attach, critical_section};

use super::common::{Drops, OnDrop, isolated};
use super::{Company, side_by_side};

type Numbers = List<Brc<u32>>;

fn numbers(of: &Numbers) -> Vec<u32> {
    of.iter(&attach()).copied().collect()
}

/// Shows that nobody has kept the lock: another thread writes.
fn assert_unlocked(list: &Numbers) {
    thread::scope(|s| {
        s.spawn(|| {
            list.push(4711);
            assert!(list.remove_item(&4711).is_some());
        })
        .join()
        .unwrap();
    });
}

#[test]
fn a_comparison_that_writes_is_reported_by_the_sort_and_keeps_its_effect() {
    const WRITES: [fn(&Numbers); 8] = [
        |list| list.push(9),
        |list| drop(list.pop()),
        |list| drop(list.set(0, 9)),
        |list| list.insert(0, 9),
        |list| drop(list.remove(0)),
        |list| list.reverse(),
        List::clear,
        |list| list.swap(0, 1),
    ];
    type Sort = fn(&Numbers, &dyn Fn()) -> Result<(), Changed>;
    const SORTS: [Sort; 3] = [
        |list, write| list.sort_by(|a, b| (write(), a.cmp(b)).1),
        |list, write| list.sort_by_key(|n| (write(), *n).1),
        |list, write| list.sort_by_cached_key(|n| (write(), *n).1),
    ];
    for company in [false, true] {
        isolated(move || {
            let _company = company.then(Company::come);
            for write in WRITES {
                for sort in SORTS {
                    let (list, expected): (Numbers, Numbers) = ([3, 1, 2].into(), [3, 1, 2].into());
                    let calls = Cell::new(0);
                    let once = || {
                        if calls.replace(calls.get() + 1) == 1 {
                            write(&list);
                        }
                    };
                    assert_eq!(sort(&list, &once), Err(Changed));
                    write(&expected);
                    assert!(list == expected, "{list:?} {expected:?}");
                    assert_unlocked(&list);
                    assert_eq!(list.sort(), Ok(()));
                    let mut sorted = numbers(&expected);
                    sorted.sort_unstable();
                    assert_eq!(list, sorted);
                }
            }
        });
    }
}

#[test]
fn a_change_that_is_taken_back_does_not_disturb_the_sort() {
    isolated(|| {
        let list: Numbers = [3, 1, 2].into();
        let there_and_back = |a: &u32, b: &u32| {
            list.push(9);
            list.pop();
            list.reverse();
            list.reverse();
            a.cmp(b)
        };
        assert_eq!(list.sort_by(there_and_back), Ok(()));
        assert_eq!(list, [1, 2, 3]);
    });
}

#[test]
fn the_sort_reads_what_was_there_when_it_began() {
    isolated(|| {
        let _company = Company::come();
        let drops = Drops::new();
        let list: List<Brc<(u32, super::common::Probe)>> =
            (0..20).rev().map(|n| (n, drops.probe())).collect();
        let compare = |a: &(u32, _), b: &(u32, _)| {
            list.clear();
            freethreaded::collect();
            assert_eq!(drops.get(), 0, "destroyed while it is compared");
            a.0.cmp(&b.0)
        };
        assert_eq!(list.sort_by(compare), Err(Changed));
        assert!(list.is_empty());
        freethreaded::collect();
        assert_eq!(drops.get(), 20);
    });
}

/// A comparison in which the section gives way, so that others write although the sort holds the lock.
#[test]
fn others_that_write_while_a_comparison_waits_are_reported() {
    isolated(|| {
        let list: Numbers = [3, 1, 2].into();
        let (met, done) = (Barrier::new(2), Barrier::new(2));
        thread::scope(|s| {
            let other = s.spawn(|| {
                met.wait();
                list.push(9);
                done.wait();
            });
            let first = Cell::new(true);
            let result = list.sort_by(|a, b| {
                if first.replace(false) {
                    met.wait();
                    attach().detach(|| done.wait());
                }
                a.cmp(b)
            });
            assert_eq!(result, Err(Changed));
            other.join().unwrap();
        });
        assert_eq!(list, [3, 1, 2, 9]);
    });
}

#[test]
fn others_wait_for_a_sort() {
    isolated(|| {
        let list: Numbers = (0..2000).rev().collect();
        thread::scope(|s| {
            let other = s.spawn(|| (0..300).for_each(|_| list.push(5000)));
            for _ in 0..20 {
                assert_eq!(list.sort_by(|a, b| (thread::yield_now(), a.cmp(b)).1), Ok(()));
                assert_eq!(list.sort_by(|a, b| b.cmp(a)), Ok(()));
            }
            other.join().unwrap();
        });
        list.sort().unwrap();
        assert_eq!(list, (0..2000).chain([5000; 300]).collect::<Vec<_>>());
    });
}

#[test]
fn retain_keeps_what_came_and_removes_what_it_rejected() {
    for company in [false, true] {
        isolated(move || {
            let _company = company.then(Company::come);
            let list: Numbers = (0..6).collect();
            list.retain(|&n| {
                if n == 3 {
                    list.insert(0, 100);
                    list.insert(3, 101);
                    list.push(102);
                    drop(list.remove_item(&4));
                }
                n % 2 == 1
            });
            assert_eq!(list, [100, 1, 101, 3, 5, 102]);
            // The same object more than once: as many go as were rejected.
            let one = Brc::new(1);
            let list: Numbers = vec![one.clone(), one.clone(), one].into();
            let mut calls = 0;
            list.retain(|_| {
                calls += 1;
                if calls == 3 {
                    list.push(2);
                }
                calls == 2
            });
            assert_eq!(list, [1, 2]);
            // Everything is gone.
            let list: Numbers = (0..6).collect();
            list.retain(|_| (list.clear(), false).1);
            assert!(list.is_empty());
            assert_unlocked(&list);
            let list: Numbers = (0..6).collect();
            let odd = list.extract_if(|n| (drop(list.pop()), n % 2 == 1).1);
            assert_eq!(odd.len(), 0, "all were popped before");
            assert!(list.is_empty());
        });
    }
}

/// Compares by number, and calls back at each comparison.
struct Nosy {
    n: u32,
    list: Weak<List<Brc<Nosy>>>,
    at: fn(&List<Brc<Nosy>>, u32),
}

impl PartialEq<u32> for Nosy {
    fn eq(&self, other: &u32) -> bool {
        if let Some(list) = self.list.upgrade() {
            (self.at)(&list, self.n);
        }
        self.n == *other
    }
}

fn nosy(at: fn(&List<Brc<Nosy>>, u32)) -> Arc<List<Brc<Nosy>>> {
    Arc::new_cyclic(|list| (0..5).map(|n| Nosy { n, list: Weak::clone(list), at }).collect())
}

fn of_nosy(list: &List<Brc<Nosy>>) -> Vec<u32> {
    list.iter(&attach()).map(|element| element.n).collect()
}

fn quiet(n: u32) -> Nosy {
    Nosy { n, list: Weak::new(), at: |_, _| {} }
}

#[test]
fn remove_item_removes_what_was_found_equal_wherever_it_is() {
    for company in [false, true] {
        isolated(move || {
            let _company = company.then(Company::come);
            let moves = nosy(|list, n| {
                if n == 2 {
                    list.insert(0, quiet(50))
                }
            });
            assert_eq!(moves.remove_item(&2).map(|found| found.n), Some(2));
            assert_eq!(of_nosy(&moves), [50, 0, 1, 3, 4]);
            let removes = nosy(|list, n| {
                if n == 2 {
                    drop(list.remove(2))
                }
            });
            assert!(removes.remove_item(&2).is_none(), "it is gone");
            assert_eq!(of_nosy(&removes), [0, 1, 3, 4]);
            let clears = nosy(|list, _| list.clear());
            assert!(clears.remove_item(&4).is_none());
            let grows = nosy(|list, _| list.push(quiet(7)));
            assert!(grows.remove_item(&99).is_none(), "comes to an end");
            assert_eq!(grows.len(), 10);
            assert_eq!(grows.remove_item(&7).map(|found| found.n), Some(7));
        });
    }
}

#[test]
fn searches_without_lock_go_on_through_what_they_began_with() {
    isolated(|| {
        let grows = nosy(|list, n| {
            if n < 5 {
                (0..9).for_each(|_| list.push(quiet(7)))
            }
        });
        assert_eq!(grows.index_of(&4), Some(4));
        assert_eq!(grows.count(&3), 1);
        let clears = nosy(|list, _| list.clear());
        assert!(clears.contains(&4) && clears.is_empty());
    });
}

#[test]
fn update_stores_at_the_index_whatever_the_closure_has_done() {
    for company in [false, true] {
        isolated(move || {
            let _company = company.then(Company::come);
            let list: Numbers = [1, 2, 3].into();
            assert_eq!(list.update(1, |n| (drop(list.set(1, 50)), n * 10).1).as_deref(), Some(&50));
            assert_eq!(list, [1, 20, 3]);
            assert_eq!(list.update(0, |n| (list.insert(0, 9), n * 10).1).as_deref(), Some(&9));
            assert_eq!(list, [10, 1, 20, 3]);
            assert!(list.update(3, |n| (list.truncate(2), n * 10).1).is_none());
            assert_eq!(list, [10, 1]);
            assert!(list.update(2, |_| -> u32 { unreachable!() }).is_none());
            // An update in an update of the same place: both happen.
            list.update(0, |n| (drop(list.update(0, |n| n + 1)), n + 2).1);
            assert_eq!(list, [12, 1]);
        });
    }
}

#[test]
fn iterators_and_conversions_that_write_run_before_the_lock() {
    isolated(|| {
        let list: Numbers = [1, 2].into();
        list.extend((0..3).map(|n| (list.push(10 + n), n).1));
        assert_eq!(list, [1, 2, 10, 11, 12, 0, 1, 2]);
        let old = list.splice(..6, (0..2).map(|n| (list.clear(), list.push(7), n + 20).2));
        assert_eq!((old.len(), numbers(&list)), (1, vec![20, 21]));
        list.assign_slice(1.., list.iter_owned()).unwrap();
        assert_eq!(list, [20, 20, 21]);
        list.replace_all(list.iter_owned().rev());
        assert_eq!(list, [21, 20, 20]);
    });
}

/// Destructors of all that an operation gives up run behind the lock, and may write.
#[test]
fn drop_of_elements_may_write() {
    type Values = List<Brc<Option<OnDrop>>>;
    const REMOVALS: [fn(&Values); 17] = [
        |list| drop(list.remove_slice(0..1)),
        |list| drop(list.assign_slice(0..1, [None, None])),
        |list| drop(list.splice(.., [None])),
        |list| drop(list.drain(..)),
        |list| drop(list.replace_all([None])),
        |list| drop(list.take_all()),
        |list| list.fill(None),
        |list| list.retain(Option::is_none),
        |list| drop(list.extract_if(Option::is_some)),
        |list| list.dedup_by_key(|_| 0),
        |list| drop(list.swap_remove(0)),
        |list| drop(list.pop_first()),
        |list| drop(list.pop_at(-2)),
        |list| drop(list.update(0, |_| None)),
        |list| drop(list.compare_exchange(0, &list.get(0).unwrap(), None)),
        |list| list.swap_contents(&Values::new()),
        |list| drop(list.assign_slice_from_list(0..1, &Values::from([None]))),
    ];
    for company in [false, true] {
        isolated(move || {
            let _company = company.then(Company::come);
            for (case, remove) in REMOVALS.iter().enumerate() {
                let list = Arc::new(Values::new());
                let calls = Drops::new();
                let (counted, weak) = (calls.clone(), Arc::downgrade(&list));
                let writes = move || {
                    counted.count();
                    if let Some(list) = weak.upgrade() {
                        list.push(None);
                        list.insert(0, None);
                        drop(list.remove(1));
                        list.reverse();
                    }
                };
                let on_drop =
                    || Some(OnDrop::new(Box::new(writes.clone()) as Box<dyn FnOnce() + Send + Sync>));
                list.push(on_drop());
                list.push(on_drop());
                remove(&list);
                freethreaded::collect();
                assert!(calls.get() >= 1, "{case}");
                list.clear();
                freethreaded::collect();
            }
        });
    }
}

/// Two threads, each of which sorts one list by a comparison that writes to the other.
#[test]
fn sorts_that_cross_do_not_wait_for_each_other() {
    isolated(|| {
        let (a, b): (Numbers, Numbers) = ((0..50).rev().collect(), (0..50).rev().collect());
        let cross = |sorted: &Numbers, other: &Numbers| {
            for _ in 0..20 {
                // Others may come in between whenever this waits for the other list.
                let _ = sorted.sort_by(|x, y| {
                    drop(other.update(0, |n| *n));
                    x.cmp(y)
                });
                sorted.reverse();
            }
        };
        side_by_side(&[&|| cross(&a, &b), &|| cross(&b, &a)]);
        for list in [&a, &b] {
            list.sort().unwrap();
            assert_eq!(*list, (0..50).collect::<Vec<_>>());
        }
    });
}

#[test]
fn a_section_makes_several_steps_one() {
    isolated(|| {
        let list: Numbers = (0..4).collect();
        let steps = || {
            for _ in 0..200 {
                critical_section(&list, |section| {
                    let list = list.locked(section);
                    let sum: u32 = list.iter().sum();
                    let first = list.pop_first().unwrap();
                    list.push(*first);
                    assert_eq!(list.iter().sum::<u32>(), sum);
                    assert_eq!(list.sort_by(Ord::cmp), Ok(()));
                    assert!(list.iter().is_sorted_by(|a, b| a.cmp(b) != Ordering::Greater));
                    assert_eq!(list.len(), 4);
                });
            }
        };
        side_by_side(&[&steps, &steps, &steps]);
    });
}

/// A comparison that unwinds behind a change of its own: the change stands.
#[test]
fn a_comparison_that_writes_and_unwinds() {
    isolated(|| {
        let list: List<Brc<u32>> = [2, 1].into();
        let result = catch_unwind(AssertUnwindSafe(|| {
            list.sort_by(|_, _| {
                list.push(3);
                resume_unwind(Box::new("injected"))
            })
        }));
        assert!(result.is_err_and(|panic| panic.is::<&str>()));
        assert_eq!(list, [2, 1, 3]);
        thread::scope(|s| s.spawn(|| list.sort().unwrap()).join().unwrap());
        assert_eq!(list, [1, 2, 3]);
    });
}
