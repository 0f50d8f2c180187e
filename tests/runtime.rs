//! Attach, checkpoint, detach, collect and thread exit, as a program sees them.

mod common;

use std::cell::RefCell;
use std::sync::mpsc;
use std::thread;

use common::{Drops, OnDrop, child, isolated, on_thread};
use freethreaded::runtime::{on_this_thread, stats};
use freethreaded::{Attached, Brc, attach, collect};

thread_local! {
    static LATE: RefCell<Option<OnDrop<Box<dyn FnOnce()>>>> = const { RefCell::new(None) };
    static TOKEN: RefCell<Option<Attached<'static>>> = const { RefCell::new(None) };
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
