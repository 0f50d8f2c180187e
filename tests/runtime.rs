//! Attach, checkpoint, detach, collect and thread exit, as a program sees them.

mod common;

use std::cell::RefCell;
use std::thread;

use common::{Drops, OnDrop, Probe, child, isolated, on_thread};
use freethreaded::{Attached, Brc, attach, runtime::on_this_thread};

thread_local! {
    static LATE: RefCell<Option<OnDrop>> = const { RefCell::new(None) };
    static TOKEN: RefCell<Option<Attached<'static>>> = const { RefCell::new(None) };
}

/// Has `f` run in a destructor of a thread-local that comes after the runtime's own.
fn after_the_runtime(f: impl FnOnce() + Send + Sync + 'static) {
    assert!(on_this_thread().id.is_none(), "the runtime's destructor must be registered later");
    LATE.with(|late| *late.borrow_mut() = Some(OnDrop::new(f)));
    drop(attach());
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
fn a_borrowed_record_is_not_given_back_under_a_running_destructor() {
    isolated(|| {
        let drops = Drops::new();
        let seen = drops.clone();
        on_thread(move || {
            let (tx, rx) = std::sync::mpsc::channel::<Brc<(OnDrop, Probe)>>();
            let owner = thread::spawn(move || {
                // Queued garbage past the bound becomes orphans.
                for _ in 0..64 {
                    let drops = drops.clone();
                    tx.send(Brc::new((OnDrop::new(|| drop(attach())), drops.probe()))).unwrap();
                }
                drop(tx);
                // ...
                common::wait_until("mail", || freethreaded::runtime::stats().mail >= 64);
                let _ = Brc::new(());
                thread::park();
            });
            let t = owner.thread().clone();
            after_the_runtime(move || {
                for b in rx {
                    drop(b);
                }
                common::wait_until("orphans", || freethreaded::runtime::stats().mail == 0);
                let mut cx = attach();
                cx.detach(|| ());
                cx.checkpoint();
                cx.detach(|| ());
                t.unpark();
            });
            drop(owner);
        });
        common::wait_until("all", || seen.get() == 64);
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
