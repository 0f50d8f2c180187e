//! User code that panics, at its first call, its second, and so on, in every operation of `Dict`.

use std::cell::Cell;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, set_hook, take_hook};
use std::rc::Rc;
use std::thread;

use freethreaded::{attach, collect};

use super::Company;
use super::common::isolated;
use super::dict_calls::{CALLS, OPERATIONS, TestDict, assert_valid, dict, living, with_calls};

struct Injected;

fn addresses_of_values(dict: &TestDict) -> Vec<usize> {
    dict.values(&attach()).map(|value| std::ptr::from_ref(value).addr()).collect()
}

#[test]
fn every_call_may_panic() {
    for company in [false, true] {
        isolated(move || {
            let hook = take_hook();
            // Thousands of messages otherwise.
            set_hook(Box::new(move |info| {
                if !info.payload().is::<Injected>() {
                    hook(info);
                }
            }));
            let _company = company.then(Company::come);
            let mut injected = 0;
            for (name, operation) in OPERATIONS {
                for call in CALLS {
                    for n in 0_usize.. {
                        let (a, b) = (dict(1, 1..5), dict(2, 3..7));
                        let left = Rc::new(Cell::new(n));
                        let action = move |which| {
                            if which != call || thread::panicking() {
                                return;
                            }
                            let now = left.get();
                            left.set(now.wrapping_sub(1));
                            if now == 0 {
                                panic_any(Injected);
                            }
                        };
                        let result =
                            catch_unwind(AssertUnwindSafe(|| with_calls(action, || operation(&a, &b))));
                        // What was garbage when a destructor unwound is destroyed in peace.
                        collect();
                        assert_valid(&a);
                        assert_valid(&b);
                        // Some are in both.
                        let values: HashSet<usize> =
                            [&a, &b].iter().flat_map(|dict| addresses_of_values(dict)).collect();
                        collect();
                        assert_eq!(
                            living(),
                            a.len() + b.len() + values.len(),
                            "{name}: leaked by {call:?} {n}"
                        );
                        match result {
                            Ok(()) => break,
                            Err(panic) => assert!(panic.is::<Injected>(), "{name}: {call:?} {n}"),
                        }
                        injected += 1;
                    }
                }
            }
            drop(take_hook());
            assert!(injected > 200, "{injected}");
        });
    }
}
