//! The n-th call of the user's code panics, for every n, in the operations of a `List`: afterwards it is valid, unlocked, as it was
//! before or after, and nothing has leaked.

use std::cell::Cell;
use std::cmp::Ordering;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::thread;

use freethreaded::{Brc, List, attach, collect};

use super::Company;
use super::common::{Drops, Probe, isolated};

thread_local! {
    /// The how many-th call from now on panics; 0: none.
    static ARMED: Cell<u32> = const { Cell::new(0) };
}

struct Injected;

fn called() {
    let left = ARMED.get();
    if left != 0 && !thread::panicking() {
        ARMED.set(left - 1);
        if left == 1 {
            resume_unwind(Box::new(Injected));
        }
    }
}

struct Item {
    n: u32,
    _probe: Probe,
}

impl Drop for Item {
    fn drop(&mut self) {
        called();
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        called();
        self.n == other.n
    }
}

impl Eq for Item {}

impl PartialEq<u32> for Item {
    fn eq(&self, other: &u32) -> bool {
        called();
        self.n == *other
    }
}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Item {
    fn cmp(&self, other: &Self) -> Ordering {
        called();
        self.n.cmp(&other.n)
    }
}

/// Turns into a pointer by the user's code.
struct Made(Item);

impl From<Made> for Brc<Item> {
    fn from(made: Made) -> Self {
        called();
        Brc::new(made.0)
    }
}

type Items = List<Brc<Item>>;

fn numbers(list: &Items) -> Vec<u32> {
    list.iter(&attach()).map(|item| item.n).collect()
}

/// Runs `operate` on a list of `before` with every panic; it ends as `after`, or behind a panic as either.
#[track_caller]
fn on(before: &'static [u32], after: &'static [u32], operate: fn(&Items, &dyn Fn(u32) -> Made)) {
    for company in [false, true] {
        isolated(move || {
            let _company = company.then(Company::come);
            for n in 1.. {
                let (drops, made) = (Drops::new(), Rc::new(Cell::new(0)));
                let item = |n| {
                    made.set(made.get() + 1);
                    Item { n, _probe: drops.probe() }
                };
                let list: Items = before.iter().map(|&n| Brc::new(item(n))).collect();
                ARMED.set(n);
                let result = catch_unwind(AssertUnwindSafe(|| {
                    operate(&list, &|n| {
                        called();
                        Made(item(n))
                    });
                    collect();
                }));
                let reached = ARMED.replace(0) == 0;
                if let Err(panic) = result {
                    assert!(panic.is::<Injected>(), "another panic than the injected one");
                }
                let state = numbers(&list);
                assert!(state == after || reached && state == before, "{n}: {state:?}");
                // Another thread finds it unlocked.
                thread::scope(|s| s.spawn(|| list.reverse()).join().unwrap());
                list.reverse();
                assert_eq!(numbers(&list), state);
                drop(list);
                collect();
                assert_eq!(drops.get(), made.get(), "{n}: leaked, or dropped twice");
                if !reached {
                    return;
                }
                assert!(n < 1000);
            }
        });
    }
}

const FOUR: &[u32] = &[3, 1, 4, 2];

#[test]
fn what_asks_the_users_code() {
    on(FOUR, &[1, 2, 3, 4], |l, _| assert!(l.sort().is_ok()));
    on(FOUR, &[4, 3, 2, 1], |l, _| assert!(l.sort_by(|a, b| b.cmp(a)).is_ok()));
    on(FOUR, &[4, 2, 3, 1], |l, _| assert!(l.sort_by_key(|item| (called(), item.n % 2).1).is_ok()));
    on(FOUR, &[4, 2, 3, 1], |l, _| assert!(l.sort_by_cached_key(|item| (called(), item.n % 2).1).is_ok()));
    on(FOUR, &[3, 1], |l, _| l.retain(|item| (called(), item.n % 2 == 1).1));
    on(FOUR, &[3, 1], |l, _| drop(l.extract_if(|item| (called(), item.n % 2 == 0).1)));
    on(&[1, 1, 2, 2, 1], &[1, 2, 1], |l, _| l.dedup());
    on(&[1, 1, 2, 2, 1], &[1], |l, _| l.dedup_by_key(|_| called()));
    on(FOUR, &[3, 1, 2], |l, _| drop(l.remove_item(&4)));
    on(FOUR, FOUR, |l, _| assert_eq!((l.index_of(&2), l.count(&2), l.contains(&9)), (Some(3), 1, false)));
    on(&[1, 2, 3], &[1, 2, 3], |l, make| assert_eq!(l.binary_search(&make(2).0), Ok(1)));
    on(FOUR, FOUR, |l, _| assert!(*l == l.clone() && l.cmp(l).is_eq() && *l == [3, 1, 4, 2]));
    on(FOUR, &[3, 9, 4, 2], |l, make| drop(l.update(1, |_| make(9))));
}

#[test]
fn what_takes_and_drops_values() {
    on(FOUR, &[3, 1, 4, 2, 5, 6], |l, make| l.extend([5, 6].map(make)));
    on(FOUR, &[3, 1, 4, 2, 5, 6], |l, make| l.extend([5, 6].iter().map(|&n| make(n))));
    on(FOUR, &[3, 5, 6, 2], |l, make| drop(l.splice(1..3, [5, 6].iter().map(|&n| make(n)))));
    on(FOUR, &[7, 1, 8, 2], |l, make| {
        let even = freethreaded::collections::Slice::new(None, None, Some(2)).unwrap();
        drop(l.assign_slice(even, [7, 8].iter().map(|&n| make(n))));
    });
    on(FOUR, FOUR, |l, make| {
        let even = freethreaded::collections::Slice::new(None, None, Some(2)).unwrap();
        assert!(l.assign_slice(even, [7].iter().map(|&n| make(n))).is_err());
    });
    on(FOUR, &[5, 6], |l, make| drop(l.replace_all([5, 6].iter().map(|&n| make(n)))));
    on(FOUR, &[3, 2], |l, _| drop(l.drain(1..3)));
    on(FOUR, &[3, 1], |l, _| drop(l.remove_slice(2..)));
    on(FOUR, &[], |l, _| drop(l.take_all()));
    on(FOUR, &[9, 9, 9, 9], |l, make| l.fill(make(9)));
    on(FOUR, &[2, 1, 4], |l, _| drop(l.swap_remove(0)));
    on(FOUR, &[1, 4, 2], |l, _| drop(l.pop_first()));
    on(FOUR, &[3, 1, 2], |l, _| drop(l.pop_at(-2)));
    on(FOUR, &[8, 1, 4, 2], |l, make| drop(l.compare_exchange(0, &l.get(0).unwrap(), make(8))));
    on(FOUR, FOUR, |l, make| drop(l.compare_exchange(1, &l.get(0).unwrap(), make(8))));
    on(FOUR, &[3, 1, 4, 2, 3, 1, 4, 2], |l, _| l.extend_from_list(l));
    on(FOUR, &[3, 3, 1, 4, 2, 2], |l, _| drop(l.assign_slice_from_list(1..3, l)));
    on(FOUR, FOUR, |l, _| drop((l.concat(l), l.repeat(3), l.slice(1..), l.clone().into_iter())));
}

/// A comparison that unwinds behind a change of its own: the change stands.
#[test]
fn a_comparison_that_writes_and_unwinds() {
    isolated(|| {
        let list: List<Brc<u32>> = [2, 1].into();
        let result = catch_unwind(AssertUnwindSafe(|| {
            list.sort_by(|_, _| {
                list.push(3);
                resume_unwind(Box::new(Injected))
            })
        }));
        assert!(result.is_err_and(|panic| panic.is::<Injected>()));
        assert_eq!(list, [2, 1, 3]);
        thread::scope(|s| s.spawn(|| list.sort().unwrap()).join().unwrap());
        assert_eq!(list, [1, 2, 3]);
    });
}
