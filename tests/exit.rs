//! The end of a thread: tokens that outlive it, garbage it leaves, destructors that come after the runtime's own.

mod common;

use std::cell::RefCell;
use std::sync::mpsc;
use std::{mem, panic, thread};

use common::{AtExit, Drops, OnDrop, Probe, Remote, child, isolated, on_thread};
use freethreaded::runtime::{on_this_thread, stats};
use freethreaded::{Attached, Brc, List, attach, attach_with, collect};

thread_local! {
    static LATE: AtExit = const { RefCell::new(None) };
    static TOKEN: RefCell<Option<Attached<'static>>> = const { RefCell::new(None) };
    static LIST: RefCell<Option<List<Brc<Probe>>>> = const { RefCell::new(None) };
}

/// Has `f` run in a destructor of a thread-local that comes after the runtime's own.
fn after_the_runtime(f: impl FnOnce() + 'static) {
    assert!(on_this_thread().id.is_none(), "the runtime's destructor must be registered later");
    LATE.with(|late| *late.borrow_mut() = Some(OnDrop::new(Box::new(f))));
    drop(attach());
}

/// A thread that owned dead objects and has left them to nobody in particular. Ends, and is joined, on drop.
struct Orphaning {
    end: Option<mpsc::Sender<()>>,
    owner: Option<thread::JoinHandle<()>>,
}

impl Orphaning {
    /// Makes `n` dead objects, each with a value from `value`.
    fn new<T: Send + Sync + 'static>(n: usize, value: impl Fn() -> T + Send + 'static) -> Self {
        assert!(n >= 64, "fewer would stay on the owner's pile");
        let (tx, rx) = mpsc::channel();
        let (end, go) = mpsc::channel::<()>();
        let owner = thread::spawn(move || {
            for _ in 0..n {
                tx.send(Brc::new(value())).unwrap();
            }
            drop(tx);
            go.recv().unwrap();
            drop(Brc::new(0));
            go.recv().unwrap_err();
        });
        // All at once: a merge in between would have the later drops destroy what it found.
        let objects: Vec<Brc<T>> = rx.into_iter().collect();
        drop(objects);
        assert_eq!(stats().mail, n as u64);
        end.send(()).unwrap();
        common::wait_until("the owner to merge", || stats().mail == 0 && stats().pending() == n as u64);
        Self { end: Some(end), owner: Some(owner) }
    }
}

impl Drop for Orphaning {
    fn drop(&mut self) {
        drop(self.end.take());
        self.owner.take().unwrap().join().unwrap();
    }
}

#[test]
fn a_late_destructor_detaches_and_attaches_inside() {
    isolated(|| {
        on_thread(|| {
            after_the_runtime(|| {
                let mut cx = attach();
                cx.detach(|| drop(attach()));
                drop(cx);
                assert!(!on_this_thread().attached);
            });
        });
    });
}

#[test]
fn a_token_in_a_thread_local_outlives_the_runtime() {
    isolated(|| {
        on_thread(|| {
            TOKEN.with(|token| *token.borrow_mut() = Some(attach()));
        });
    });
}

#[test]
fn a_borrowed_record_stays_while_destructors_run() {
    isolated(|| {
        let drops = Drops::new();
        let seen = drops.clone();
        let _orphaning = Orphaning::new(64, move || {
            let probe = drops.probe();
            OnDrop::new(move || {
                drop(attach());
                // A thread that takes the slot, if it is free.
                thread::spawn(|| drop(attach())).join().unwrap();
                drop(probe);
            })
        });
        on_thread(|| {
            after_the_runtime(|| {
                let mut cx = attach();
                // At depth 0, with a borrowed record.
                cx.detach(collect);
            });
        });
        assert_eq!(seen.get(), 64);
    });
}

#[test]
fn a_borrowed_record_stays_while_its_own_garbage_is_destroyed() {
    isolated(|| {
        let drops = Drops::new();
        let seen = drops.clone();
        on_thread(move || {
            after_the_runtime(move || {
                let (list, home) = (List::<Brc<OnDrop>>::new(), thread::current().id());
                for _ in 0..10 {
                    let probe = drops.probe();
                    let destructor: Box<dyn FnOnce() + Send + Sync> = Box::new(move || {
                        drop(attach());
                        // A thread that takes the slot, if it is free.
                        on_thread(|| drop(attach()));
                        // Given back, the record's list would have been handed to that thread.
                        if thread::current().id() == home { drop(probe) } else { mem::forget(probe) }
                    });
                    list.push(OnDrop::new(destructor));
                }
                let token = attach();
                while list.pop().is_some() {}
                assert_eq!(drops.get(), 0);
                drop(token);
                assert_eq!(drops.get(), 10);
                assert_eq!((on_this_thread().depth, on_this_thread().pending), (0, 0));
            });
        });
        assert_eq!(seen.get(), 10);
    });
}

#[test]
fn a_token_that_outlives_the_runtime_still_protects() {
    isolated(|| {
        let drops = Drops::new();
        let seen = drops.clone();
        on_thread(move || {
            let list: List<Brc<Probe>> = List::new();
            list.push(drops.probe());
            // Destroyed in the reverse order: the list, the runtime's, the token.
            TOKEN.with(|_| ());
            TOKEN.set(Some(attach()));
            LIST.set(Some(list));
            LIST.with_borrow(|list| drop(list.as_ref().unwrap().pop()));
            assert_eq!(drops.get(), 0, "held back by the token");
        });
        collect();
        assert_eq!(seen.get(), 1);
    });
}

#[test]
fn a_late_token_can_be_used_like_any_other() {
    isolated(|| {
        on_thread(|| {
            // Destroyed in the reverse order: the runtime's, this destructor, the token.
            TOKEN.with(|_| ());
            LATE.set(Some(OnDrop::new(Box::new(|| {
                let inside = on_this_thread();
                assert!(inside.id.is_none() && inside.depth == 1);
                let mut token = attach();
                token.checkpoint();
                token.detach(|| drop(attach()));
                assert_eq!(on_this_thread().depth, 2);
                drop(Brc::new(1));
                collect();
            }))));
            TOKEN.set(Some(attach()));
        });
    });
}

#[test]
fn a_leaked_token_pins_its_epoch_and_its_record() {
    child("a_leaked_token_pins_its_epoch_and_its_record", &[], || {
        let list: List<Brc<Probe>> = List::new();
        let drops = Drops::new();
        list.push(drops.probe());
        let id = on_thread(|| {
            mem::forget(attach());
            on_this_thread().id
        });
        let threads = stats().threads;
        drop(list.pop());
        collect();
        collect();
        assert_eq!((drops.get(), stats().pending()), (0, 1), "who knows what the thread has borrowed");
        assert!(stats().oldest_epoch.is_some());
        for _ in 0..5 {
            let other = on_thread(|| attach_with(|_| on_this_thread().id));
            assert!(other != id);
        }
        assert_eq!(stats().threads, threads, "the thread that leaked it never goes");
    });
}

#[test]
fn garbage_is_handed_over() {
    isolated(|| {
        let list: List<Brc<Probe>> = List::new();
        let drops = Drops::new();
        (0..10).for_each(|_| list.push(drops.probe()));
        let list = Brc::new(list);
        let (shared, token) = (list.clone(), attach());
        on_thread(move || {
            while shared.pop().is_some() {}
            assert_eq!(on_this_thread().pending, 10);
        });
        assert_eq!((drops.get(), stats().pending()), (0, 10), "this thread may be reading");
        collect();
        assert_eq!(drops.get(), 0);
        drop(token);
        collect();
        assert_eq!((drops.get(), stats().pending()), (10, 0));
    });
}

#[test]
fn a_panic_in_a_destructor_at_exit_ends_neither_process_nor_thread() {
    isolated(|| {
        let drops = Drops::new();
        let owner = Remote::new();
        for n in 0..6 {
            let probe = drops.probe();
            let object = owner.run(move || {
                Brc::new(OnDrop::new(move || {
                    let _probe = probe;
                    assert!(n % 2 == 0, "a destructor of garbage that panics, as it should");
                }))
            });
            drop(object);
        }
        owner.end();
        for _ in 0..6 {
            _ = panic::catch_unwind(collect);
        }
        assert_eq!(drops.get(), 6);
    });
}

#[test]
fn a_panic_in_a_destructor_leaves_the_rest_for_later() {
    fn bomb(drops: &Drops) -> Brc<impl Send + Sync + use<>> {
        let probe = drops.probe();
        Brc::new(OnDrop::new(move || {
            let _probe = probe;
            panic!("a destructor of garbage that panics, as it should");
        }))
    }
    /// Has each of three bombs go off at a point of its own.
    fn at_each(drops: &Drops, owner: &Remote, point: fn()) {
        let (before, probes) = (drops.get(), drops.clone());
        let bombs = owner.run(move || [bomb(&probes), bomb(&probes), bomb(&probes)]);
        drop(bombs);
        owner.run(move || {
            for _ in 0..3 {
                assert!(panic::catch_unwind(point).is_err());
                assert!(!on_this_thread().attached, "unwound to the outside");
            }
            assert!(panic::catch_unwind(point).is_ok());
        });
        assert_eq!(drops.get(), before + 3);
    }
    isolated(|| {
        let (drops, owner) = (Drops::new(), Remote::new());
        at_each(&drops, &owner, collect);
        at_each(&drops, &owner, || drop(attach()));
        at_each(&drops, &owner, || attach().checkpoint());
        at_each(&drops, &owner, || attach().detach(|| ()));
        let (probes, inner) = (drops.clone(), Remote::new());
        owner.run(move || {
            let object = inner.run(move || bomb(&probes));
            inner.end();
            assert!(panic::catch_unwind(panic::AssertUnwindSafe(|| drop(object))).is_err());
        });
        assert_eq!(drops.get(), 13);
    });
}

#[test]
fn destructors_do_not_run_while_unwinding() {
    isolated(|| {
        let (drops, owner) = (Drops::new(), Remote::new());
        let probe = drops.probe();
        drop(owner.run(move || {
            Brc::new(OnDrop::new(move || {
                let _probe = probe;
                panic!("a second panic would abort");
            }))
        }));
        let seen = drops.clone();
        owner.run(move || {
            let unwound = panic::catch_unwind(|| {
                let _token = attach();
                panic!("the first");
            });
            assert!(unwound.is_err() && seen.get() == 0);
            assert!(panic::catch_unwind(collect).is_err());
        });
        assert_eq!(drops.get(), 1);
    });
}
