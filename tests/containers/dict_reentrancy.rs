//! User code that a `Dict` calls and that uses the same dict: every operation, every kind of call.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use freethreaded::collect;
use freethreaded::collections::End;

use super::Company;
use super::common::isolated;
use super::dict_calls::{
    CALLS, Call, OPERATIONS, TestDict, assert_valid, dict, key, living, value, with_calls,
};

/// What user code does to the dict it is called by.
const WRITES: &[fn(&TestDict)] = &[
    |dict| drop(dict.insert(key(50), value(50))),
    |dict| drop(dict.remove(&key(2))),
    |dict| drop(dict.insert(key(2), value(21))),
    // The same key, but another node.
    |dict| drop((dict.remove(&key(2)), dict.insert(key(2), value(22)))),
    // A key that is looked for and not there comes.
    |dict| drop(dict.insert(key(9), value(90))),
    |dict| (60..90).for_each(|n| drop(dict.insert(key(n), value(n)))),
    |dict| dict.clear(),
    // As many as before, but others.
    |dict| drop((dict.pop_last(), dict.insert(key(51), value(51)))),
    |dict| drop((dict.pop_first(), dict.insert_at(End::First, key(52), value(52)))),
    |dict| _ = (dict.move_to_end(&key(1), End::Last), dict.move_to_end(&key(4), End::First)),
    |dict| dict.retain(|key, _| key.n > 2),
    |dict| dict.shrink_to_fit(),
    |dict| dict.drain().for_each(drop),
    |dict| dict.update_from(&self::dict(3, [2, 9])),
    |dict| dict.swap_contents(&self::dict(4, [2, 9])),
    |dict| drop(dict.update(key(2), |_| None)),
    // Keys of the other dict, while it is copied from.
    |dict| (3..7).for_each(|n| drop(dict.insert(key(n), value(n + 10)))),
];

/// The dicts live for ever, so that an action may use them.
struct Pair(&'static TestDict, &'static TestDict);

impl Pair {
    fn new() -> Self {
        Self(Box::leak(Box::new(dict(1, 1..5))), Box::leak(Box::new(dict(2, 3..7))))
    }

    /// Frees both.
    fn end(self) {
        for dict in [self.0, self.1] {
            // SAFETY: leaked by `new`; the action that used it is gone.
            drop(unsafe { Box::from_raw(std::ptr::from_ref(dict).cast_mut()) });
        }
    }
}

#[test]
fn every_operation_survives_writes_by_the_code_it_calls() {
    for company in [false, true] {
        isolated(move || {
            let _company = company.then(Company::come);
            for (name, operation) in OPERATIONS {
                for call in CALLS {
                    for (i, write) in WRITES.iter().enumerate() {
                        let pair = Pair::new();
                        let (a, b) = (pair.0, pair.1);
                        // Not for ever: an update whose closure writes to the entry begins anew each time.
                        let budget = Rc::new(Cell::new(3));
                        let action = move |which| {
                            if which == call && budget.get() > 0 {
                                budget.set(budget.get() - 1);
                                write(a);
                            }
                        };
                        let result =
                            catch_unwind(AssertUnwindSafe(|| with_calls(action, || operation(a, b))));
                        assert!(result.is_ok(), "{name}, write {i} from {call:?}");
                        assert_valid(a);
                        assert_valid(b);
                        pair.end();
                    }
                }
            }
            collect();
            assert_eq!(living(), 0);
        });
    }
}

/// What depends on a closure takes what it says of what it saw.
#[test]
fn closures_are_asked_again_about_what_changed() {
    isolated(|| {
        let dict = dict(1, 1..4);
        let mut seen = Vec::new();
        let new = dict.update(key(1), |old| {
            seen.push(old.map(|old| old.n));
            match seen.len() {
                1 => drop(dict.insert(key(1), value(10))),
                2 => drop(dict.remove(&key(1))),
                3 => drop(dict.insert(key(1), value(11))),
                // Another key is no reason to ask again.
                _ => drop(dict.insert(key(7), value(7))),
            }
            Some(value(old.map_or(0, |old| old.n) + 100))
        });
        assert_eq!(new.map(|new| new.n), Some(111));
        assert_eq!(seen, [Some(1), Some(10), None, Some(11)]);
        let mut asked = 0;
        let removed = dict.remove_if(&key(2), |old| {
            asked += 1;
            if asked == 1 {
                dict.insert(key(2), value(20));
            }
            old.n == 20
        });
        assert_eq!((removed.map(|removed| removed.n), asked), (Some(20), 2));
        // A value that is there again is the same, whatever happened in between.
        let same = dict.get(&key(3)).unwrap();
        let mut asked = 0;
        dict.update(key(3), |_| {
            asked += 1;
            dict.insert(key(3), value(30));
            dict.insert(key(3), same.clone());
            None
        });
        assert_eq!((asked, dict.contains_key(&key(3))), (1, false));
        assert_valid(&dict);
    });
}

#[test]
fn retain_keeps_what_its_closure_changes() {
    isolated(|| {
        let dict = dict(1, 1..7);
        let mut asked = Vec::new();
        dict.retain(|k, _| {
            asked.push(k.n);
            match k.n {
                1 => drop(dict.insert(key(1), value(10))),
                2 => drop((dict.remove(&key(3)), dict.insert(key(3), value(30)))),
                4 => drop(dict.remove(&key(4))),
                5 => (20..60).for_each(|n| drop(dict.insert(key(n), value(n)))),
                _ => {}
            }
            k.n > 5
        });
        assert_eq!(asked, [1, 2, 4, 5, 6]);
        assert!(dict.contains_key(&key(1)) && dict.contains_key(&key(3)) && dict.contains_key(&key(6)));
        assert_eq!(dict.len(), 3 + 40);
        assert_valid(&dict);
    });
}

#[test]
fn retain_does_not_ask_about_what_is_gone() {
    isolated(|| {
        for write in [|dict: &TestDict| dict.clear(), |dict: &TestDict| dict.drain().for_each(drop)] {
            let dict = dict(1, 1..7);
            let mut asked = Vec::new();
            dict.retain(|k, _| {
                asked.push(k.n);
                if k.n == 3 {
                    write(&dict);
                    dict.insert(key(5), value(50));
                }
                true
            });
            // The 5 that is there is another entry.
            assert_eq!((asked, dict.len()), (vec![1, 2, 3], 1));
            assert_valid(&dict);
        }
    });
}

#[test]
fn an_exchange_loses_no_write_of_the_code_it_calls() {
    isolated(|| {
        for call in [Call::Clone, Call::Hash] {
            let pair = Pair::new();
            let (a, b) = (pair.0, pair.1);
            let budget = Rc::new(Cell::new(2));
            let action = move |which| {
                if which == call && budget.get() > 0 {
                    budget.set(budget.get() - 1);
                    a.insert(key(50 + budget.get()), value(0));
                    b.replace(&key(4), value(40 + budget.get())).unwrap();
                }
            };
            with_calls(action, || a.swap_contents(b));
            let names = |dict: &TestDict| dict.snapshot().iter().map(|(key, _)| key.n).collect::<Vec<_>>();
            assert_eq!((names(a), names(b)), (vec![3, 4, 5, 6], vec![1, 2, 3, 4, 51, 50]), "{call:?}");
            assert_eq!(a.get(&key(4)).map(|value| value.n), Some(40));
            assert_valid(a);
            assert_valid(b);
            pair.end();
        }
    });
}

#[test]
fn get_or_insert_with_gives_what_its_closure_stored() {
    isolated(|| {
        let dict = dict(1, []);
        let made = dict.get_or_insert_with(key(1), || {
            dict.get_or_insert_with(key(1), || value(5));
            value(6)
        });
        assert_eq!((made.n, dict.len()), (5, 1));
        // Stored and gone again: its own.
        let made = dict.get_or_insert_with(key(2), || {
            dict.insert(key(2), value(7));
            dict.remove(&key(2));
            value(8)
        });
        assert_eq!((made.n, dict.len()), (8, 2));
        assert_valid(&dict);
    });
}
