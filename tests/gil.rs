//! The global-lock mode: the same program, one attached thread at a time. Each test is a process of its own.

mod common;

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use common::{OnDrop, Remote, child, child_output, isolated, on_thread, wait_until};
use freethreaded::runtime::{on_this_thread, stats};
use freethreaded::{Brc, Dict, List, attach, attach_with, collect, gil};

const ON: &[(&str, &str)] = &[("FREETHREADED_GIL", "1")];

/// Loses updates unless whoever calls [`add`](Self::add) excludes all others.
#[derive(Default)]
struct Counter(AtomicU64);

impl Counter {
    fn add(&self) {
        let seen = self.0.load(Ordering::Relaxed);
        (0..20).for_each(|_| std::hint::spin_loop());
        self.0.store(seen + 1, Ordering::Relaxed);
    }
}

#[test]
fn one_attached_thread_at_a_time() {
    child("one_attached_thread_at_a_time", ON, || {
        isolated(|| {
            assert!(gil::is_enabled());
            gil::set_switch_interval(Duration::from_micros(50));
            let counter = Counter::default();
            let list: List<Brc<u32>> = List::new();
            thread::scope(|s| {
                let handles: Vec<_> = (0..4)
                    .map(|_| {
                        s.spawn(|| {
                            for n in 0..500 {
                                let mut cx = attach();
                                counter.add();
                                list.push(n);
                                // Nested, away and back, and after a switch: still alone.
                                attach_with(|_| counter.add());
                                cx.detach(thread::yield_now);
                                counter.add();
                                list.pop();
                                cx.checkpoint();
                                counter.add();
                            }
                        })
                    })
                    .collect();
                handles.into_iter().for_each(|h| h.join().unwrap());
            });
            assert_eq!(counter.0.into_inner(), 4 * 500 * 4);
        });
    });
}

#[test]
fn a_thread_that_only_checkpoints_gives_way() {
    child("a_thread_that_only_checkpoints_gives_way", ON, || {
        isolated(|| {
            static STOP: AtomicBool = AtomicBool::new(false);
            let (holder, got) = (Remote::new(), mpsc::channel());
            let holding = holder.start(move || {
                let mut cx = attach();
                got.0.send(()).unwrap();
                while !STOP.load(Ordering::Relaxed) {
                    cx.checkpoint();
                }
            });
            got.1.recv().unwrap();
            // The default interval: this asks after 5 ms.
            drop(attach());
            STOP.store(true, Ordering::Relaxed);
            holding.recv().unwrap();
        });
    });
}

#[test]
fn detach_lets_go() {
    child("detach_lets_go", ON, || {
        isolated(|| {
            let mut cx = attach();
            let other = Remote::new();
            cx.detach(|| other.run(|| drop(attach())));
            // From a token inside another, too.
            attach().detach(|| other.run(|| drop(attach())));
            let unwound = catch_unwind(std::panic::AssertUnwindSafe(|| {
                cx.detach(|| panic!("away"));
            }));
            assert!(unwound.is_err());
            let trying = other.start(|| drop(attach()));
            thread::sleep(Duration::from_millis(1));
            assert!(trying.try_recv().is_err(), "taken again behind the panic");
            drop(cx);
            trying.recv().unwrap();
        });
    });
}

/// A destructor that comes inside and leaves, while its thread goes away, gives the lock up: the thread does not give up what is another's by then.
#[test]
fn going_away_gives_up_once() {
    static HAS_IT: AtomicBool = AtomicBool::new(false);
    static DONE: AtomicBool = AtomicBool::new(false);
    child("going_away_gives_up_once", ON, || {
        isolated(|| {
            let [second, third] = [Arc::new(Remote::new()), Arc::new(Remote::new())];
            let holder = Arc::clone(&second);
            let list: List<Brc<OnDrop>> = List::new();
            let mut cx = attach();
            let comes_inside: Box<dyn FnOnce() + Send + Sync> = Box::new(move || {
                drop(attach());
                holder.start(|| {
                    let _cx = attach();
                    HAS_IT.store(true, Ordering::Relaxed);
                    wait_until("the end of the test", || DONE.load(Ordering::Relaxed));
                });
                wait_until("the lock's new holder", || HAS_IT.load(Ordering::Relaxed));
            });
            list.push(OnDrop::new(comes_inside));
            list.clear();
            cx.detach(|| {
                assert!(HAS_IT.load(Ordering::Relaxed), "destroyed on the way");
                let trying = third.start(|| drop(attach()));
                thread::sleep(Duration::from_millis(20));
                assert!(trying.try_recv().is_err(), "two threads inside");
                DONE.store(true, Ordering::Relaxed);
                trying.recv().unwrap();
            });
        });
    });
}

#[test]
fn whoever_waits_for_a_container_lets_go() {
    child("whoever_waits_for_a_container_lets_go", ON, || {
        isolated(|| {
            gil::set_switch_interval(Duration::from_nanos(0));
            assert_eq!(gil::switch_interval(), Duration::from_nanos(1));
            struct Slow(u32);
            impl PartialEq for Slow {
                fn eq(&self, other: &Self) -> bool {
                    // Gives the lock away while the dict's own is held.
                    attach().detach(thread::yield_now);
                    self.0 == other.0
                }
            }
            impl Eq for Slow {}
            impl std::hash::Hash for Slow {
                fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
            }
            let dict: Dict<Slow, Brc<u32>> = Dict::new();
            thread::scope(|s| {
                let handles: Vec<_> = (0..3)
                    .map(|_| {
                        s.spawn(|| {
                            for n in 0..30 {
                                dict.insert(Slow(n % 3), n);
                                dict.remove(&Slow(n % 2));
                            }
                        })
                    })
                    .collect();
                handles.into_iter().for_each(|h| h.join().unwrap());
            });
        });
    });
}

#[test]
fn leaked_and_late_tokens_do_not_keep_it() {
    thread_local! {
        static TOKEN: std::cell::RefCell<Option<freethreaded::Attached<'static>>> =
            const { std::cell::RefCell::new(None) };
    }
    child("leaked_and_late_tokens_do_not_keep_it", ON, || {
        on_thread(|| {
            TOKEN.with(|_| ());
            TOKEN.set(Some(attach()));
        });
        drop(attach());
        on_thread(|| std::mem::forget(attach()));
        drop(attach());
        on_thread(|| drop(attach()));
        assert_eq!(stats().threads, 2, "this one, and the one that leaked");
    });
}

#[test]
fn a_panic_on_the_way_out_lets_go() {
    child("a_panic_on_the_way_out_lets_go", ON, || {
        isolated(|| {
            let other = Remote::new();
            for point in [|| drop(attach()), || attach().detach(|| ()), || attach().checkpoint(), collect] {
                drop(other.run(|| Brc::new(common::OnDrop::new(|| panic!("as it should")))));
                other.run(move || {
                    assert!(catch_unwind(point).is_err());
                    assert!(!on_this_thread().attached);
                });
                drop(attach());
            }
        });
    });
}

#[test]
fn enable_comes_first_or_not_at_all() {
    child("enable_comes_first_or_not_at_all", &[], || {
        assert!(!gil::is_enabled());
        assert_eq!(gil::enable(), Ok(()));
        assert_eq!(gil::enable(), Ok(()));
        assert!(gil::is_enabled());
        let token = attach();
        assert_eq!(gil::enable(), Ok(()), "it is on");
        let other = Remote::new();
        let trying = other.start(|| drop(attach()));
        thread::sleep(Duration::from_millis(1));
        assert!(trying.try_recv().is_err());
        drop(token);
        trying.recv().unwrap();
    });
}

#[test]
fn enable_is_too_late_after_the_first_use() {
    child("enable_is_too_late_after_the_first_use", &[("FREETHREADED_GIL", "0")], || {
        drop(Brc::new(1));
        let error = gil::enable().unwrap_err();
        assert!(error.to_string().contains("before any thread"), "{error}");
        assert!(!gil::is_enabled());
        let _here = attach();
        on_thread(|| drop(attach()));
    });
}

#[test]
fn a_program_can_overrule_the_environment() {
    child("a_program_can_overrule_the_environment", &[("FREETHREADED_GIL", "")], || {
        gil::enable().unwrap();
        drop(attach());
        assert!(gil::is_enabled());
    });
}

#[test]
fn a_wrong_value_is_refused_on_every_thread() {
    let name = "a_wrong_value_is_refused_on_every_thread";
    let output = child_output(name, &[("FREETHREADED_GIL", "yes")], || {
        for _ in 0..2 {
            assert!(catch_unwind(|| drop(attach())).is_err());
            assert!(thread::spawn(|| drop(Brc::new(1))).join().is_err());
        }
    });
    if let Some(output) = output {
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{error}");
        assert_eq!(error.matches("FREETHREADED_GIL must be 0 or 1, not \"yes\"").count(), 4, "{error}");
    }
}
