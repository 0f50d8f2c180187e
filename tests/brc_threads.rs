//! `Brc` between threads: what is queued for whom, who destroys it and when, and what thread exit does to it.

mod common;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use common::{AtExit, Drops, OnDrop, Probe, Remote, isolated, isolated_with_leaks, live_blocks, on_thread};
use freethreaded::runtime::{on_this_thread, stats};
use freethreaded::{Brc, Weak, attach, attach_with, collect};

/// An object of `owner` whose last reference this thread drops, so that it waits in the owner's mailbox.
fn queue_for(owner: &Remote, drops: &Drops) {
    let probe = drops.probe();
    let object = owner.run(|| Brc::new(probe));
    let before = drops.get();
    drop(object);
    assert_eq!((drops.get(), stats().mail), (before, 1), "the owner is there, so it is for the owner");
}

/// Runs `point` on a thread that has a dead object in its mailbox, and says whether that destroyed it.
fn destroyed_by(point: impl FnOnce() + Send + 'static) -> bool {
    let (owner, drops) = (Remote::new(), Drops::new());
    queue_for(&owner, &drops);
    owner.run(point);
    assert_eq!(stats().mail, 0, "merged at least");
    let destroyed = drops.get() == 1;
    owner.end();
    assert_eq!(drops.get(), 1);
    destroyed
}

#[test]
fn the_owner_destroys_at_its_explicit_points() {
    isolated(|| assert!(destroyed_by(|| attach().checkpoint())));
    isolated(|| assert!(destroyed_by(|| attach().detach(|| ()))));
    isolated(|| assert!(destroyed_by(|| drop(attach()))));
    isolated(|| assert!(destroyed_by(|| attach_with(|_| ()))));
    isolated(|| assert!(destroyed_by(collect)));
}

#[test]
fn making_an_object_merges_and_destroys_nothing() {
    isolated(|| assert!(!destroyed_by(|| drop(Brc::new(1)))));
    isolated(|| {
        let kept = Drops::new();
        let seen = kept.clone();
        let destroyed = destroyed_by(move || {
            // On the way in it is merged; the end of the scope destroys.
            let token = attach();
            assert_eq!((stats().pending(), stats().mail), (1, 0));
            drop(Brc::new(kept.probe()));
            assert_eq!(stats().pending(), 1);
            drop(token);
        });
        assert!(destroyed && seen.get() == 1);
    });
}

#[test]
fn thread_exit_destroys() {
    isolated(|| {
        let (owner, drops) = (Remote::new(), Drops::new());
        queue_for(&owner, &drops);
        owner.end();
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn while_the_owner_is_away_the_dropper_destroys() {
    isolated(|| {
        let (owner, drops) = (Remote::new(), Drops::new());
        let probe = drops.probe();
        let object = owner.run(move || Brc::new(probe));
        let (back, wait) = mpsc::channel::<()>();
        let (gone, away) = mpsc::channel::<()>();
        let detached = owner.start(move || {
            attach().detach(|| {
                gone.send(()).unwrap();
                wait.recv().unwrap();
            });
        });
        away.recv().unwrap();
        drop(object);
        assert_eq!((drops.get(), stats().mail), (1, 0));
        back.send(()).unwrap();
        detached.recv().unwrap();
    });
}

#[test]
fn after_the_owner_has_ended_the_dropper_destroys() {
    isolated(|| {
        let drops = Drops::new();
        let probe = drops.probe();
        let object = on_thread(move || Brc::new(probe));
        let copy = object.clone();
        drop(object);
        assert_eq!(drops.get(), 0);
        assert_eq!(Brc::strong_count(&copy), 1);
        drop(copy);
        assert_eq!((drops.get(), stats().mail), (1, 0));
    });
}

#[test]
fn counts_cross_over_and_still_meet() {
    isolated(|| {
        let (owner, drops) = (Remote::new(), Drops::new());
        // References that the owner counted are dropped here, and the other way round.
        let probe = drops.probe();
        let mine: Vec<Brc<Probe>> = owner.run(move || {
            let object = Brc::new(probe);
            (0..8).map(|_| object.clone()).collect()
        });
        let theirs: Vec<Brc<Probe>> = (0..5).map(|_| mine[0].clone()).collect();
        assert_eq!(Brc::strong_count(&mine[0]), 13);
        drop(mine);
        let object = theirs[0].clone();
        owner.run(move || drop(theirs));
        assert_eq!(drops.get(), 0);
        let weak = Brc::downgrade(&object);
        assert!(weak.upgrade().is_some());
        owner.run(|| attach().checkpoint());
        assert_eq!(Brc::strong_count(&object), 1, "merged");
        drop(object);
        assert_eq!(drops.get(), 1);
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn into_inner_gives_the_value_once() {
    isolated(|| {
        let owner = Remote::new();
        let drops = Drops::new();
        let probe = drops.probe();
        let object = owner.run(move || Brc::new(probe));
        assert!(Brc::into_inner(object).is_none(), "the owner will destroy it");
        owner.run(|| attach().checkpoint());
        assert_eq!(drops.get(), 1);

        let probe = drops.probe();
        let object = owner.run(move || Brc::new(probe));
        let object = Brc::try_unwrap(object).unwrap_err();
        owner.end();
        let value = Brc::into_inner(object).expect("nobody owns it");
        assert_eq!(drops.get(), 1);
        drop(value);

        for _ in 0..50 {
            let object = on_thread(|| Brc::new(1));
            let others: Vec<_> = (0..3)
                .map(|_| object.clone())
                .map(|object| thread::spawn(move || Brc::into_inner(object).is_some()))
                .collect();
            let got: usize = others.into_iter().map(|t| usize::from(t.join().unwrap())).sum();
            assert_eq!(got + usize::from(Brc::into_inner(object).is_some()), 1);
        }
    });
}

#[test]
fn immortality_by_the_owner_by_others_and_after_the_end() {
    isolated_with_leaks(|| {
        let owner = Remote::new();
        let object = owner.run(|| Brc::new(1));
        Brc::make_immortal(&object);
        assert!(!Brc::is_immortal(&object), "the owner has not come by");
        drop(object.clone());
        owner.run(|| drop(attach()));
        assert!(Brc::is_immortal(&object));

        let object = owner.run(|| Brc::new(2));
        owner.end();
        Brc::make_immortal(&object);
        assert!(Brc::is_immortal(&object));
        Brc::make_immortal(&object);

        // Asked for, then everybody lets go: leaked all the same, and by nobody freed.
        let owner = Remote::new();
        let drops = Drops::new();
        let probe = drops.probe();
        let object = owner.run(move || Brc::new(probe));
        Brc::make_immortal(&object);
        drop(object);
        owner.end();
        assert_eq!((drops.get(), stats().mail), (0, 0));
    });
}

#[test]
fn a_producer_that_only_makes_and_sends_stays_bounded() {
    const SENT: usize = 20_000;
    isolated(|| {
        let (before, max) = (live_blocks(), AtomicUsize::new(0));
        let drops = Drops::new();
        let (tx, rx) = mpsc::sync_channel::<Brc<Probe>>(16);
        thread::scope(|s| {
            let made = drops.clone();
            let producer = s.spawn(move || {
                for _ in 0..SENT {
                    tx.send(Brc::new(made.probe())).unwrap();
                }
            });
            for (n, object) in rx.into_iter().enumerate() {
                drop(object);
                if let (Some(now), Some(before)) = (live_blocks(), before) {
                    max.fetch_max(now - before, Ordering::Relaxed);
                }
                assert!(n < drops.get() + 2000, "{n} dropped, {} destroyed", drops.get());
            }
            producer.join().unwrap();
        });
        assert!(max.into_inner() < 2000);
        collect();
        assert_eq!(drops.get(), SENT);
    });
}

#[test]
fn big_objects_are_bounded_by_bytes() {
    isolated(|| {
        let drops = Drops::new();
        let owner = Remote::new();
        let made = |drops: Probe| move || Brc::new((drops, [0_u8; 70_000]));
        for n in 0..10 {
            let object = owner.run(made(drops.probe()));
            // The owner has come by and left what was past the bound to whoever drops.
            drop(object);
            assert!(drops.get() + 3 > n, "{} of {n} destroyed", drops.get());
        }
    });
}

#[test]
fn short_threads_come_and_go() {
    isolated(|| {
        let shared = Brc::new(Drops::new());
        let drops = Drops::new();
        for _ in 0..3000 {
            let (shared, probe) = (shared.clone(), drops.probe());
            let made = on_thread(move || {
                let mine = Brc::new(probe);
                assert!(Brc::strong_count(&shared) >= 2);
                assert!(on_this_thread().id.is_some(), "slots with ids left are taken first");
                (mine.clone(), Brc::downgrade(&mine))
            });
            assert!(made.1.upgrade().is_some());
        }
        assert_eq!(drops.get(), 3000);
        collect();
        assert_eq!(Brc::strong_count(&shared), 1);
        assert!(stats().threads < 10);
    });
}

#[test]
fn an_object_of_a_finished_thread_is_never_another_ones() {
    isolated(|| {
        let (objects, ids): (Vec<_>, Vec<_>) = (0..100)
            .map(|n| on_thread(move || (Brc::new(n), attach_with(|_| on_this_thread().id.unwrap()))))
            .unzip();
        let mut unique = ids.clone();
        unique.sort_by_key(|id| format!("{id:?}"));
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "slots are used again, ids are not");
        // In threads that have those slots now.
        on_thread(move || {
            for object in objects {
                let copy = object.clone();
                drop(object);
                assert_eq!(Brc::strong_count(&copy), 1);
            }
        });
    });
}

thread_local! {
    static EARLY: AtExit = const { RefCell::new(None) };
    static LATEST: AtExit = const { RefCell::new(None) };
}

/// Runs `f` on a thread, in destructors of its thread-locals: `before` and after the runtime's own.
fn at_exit(before: impl FnOnce() + Send + 'static, after: impl FnOnce() + Send + 'static) {
    on_thread(|| {
        assert!(on_this_thread().id.is_none());
        LATEST.set(Some(OnDrop::new(Box::new(after))));
        drop(attach());
        EARLY.set(Some(OnDrop::new(Box::new(before))));
    });
}

#[test]
fn reference_counts_work_in_destructors_of_thread_locals() {
    struct Cyclic(Weak<Cyclic>, #[expect(dead_code, reason = "dropped")] Probe);
    fn use_everything(drops: &Drops) {
        let object = Brc::new(drops.probe());
        let weak = Brc::downgrade(&object);
        let copy = weak.upgrade().unwrap();
        drop(object);
        let cyclic = Brc::new_cyclic(|me| Cyclic(Weak::clone(me), drops.probe()));
        assert!(cyclic.0.upgrade().is_some());
        on_thread(move || drop(copy));
        collect();
        attach_with(|cx| {
            cx.checkpoint();
            cx.detach(|| drop(cyclic));
        });
        collect();
    }
    isolated(|| {
        let drops = Drops::new();
        let [a, b] = [drops.clone(), drops.clone()];
        at_exit(
            move || {
                assert!(on_this_thread().id.is_some());
                use_everything(&a);
            },
            move || {
                use_everything(&b);
                assert_eq!((on_this_thread().id, on_this_thread().depth), (None, 0));
            },
        );
        assert_eq!(drops.get(), 4);
    });
}

#[test]
fn thread_bound_values_are_dropped_on_their_thread_whatever_the_order_of_exit() {
    struct Bound(Rc<()>, thread::ThreadId, #[expect(dead_code, reason = "dropped")] Probe);
    impl Drop for Bound {
        fn drop(&mut self) {
            assert_eq!(thread::current().id(), self.1);
            assert_eq!(Rc::strong_count(&self.0), 1);
        }
    }
    thread_local! {
        static BEFORE: RefCell<Vec<Brc<Bound>>> = const { RefCell::new(Vec::new()) };
        static AFTER: RefCell<Vec<Brc<Bound>>> = const { RefCell::new(Vec::new()) };
    }
    isolated(|| {
        let drops = Drops::new();
        let seen = drops.clone();
        on_thread(move || {
            BEFORE.with(|_| ());
            AFTER.with(|_| ());
            BEFORE.set(Vec::new());
            let made = || Brc::new(Bound(Rc::new(()), thread::current().id(), drops.probe()));
            let (one, two) = (made(), made());
            BEFORE.with_borrow_mut(|v| v.extend([one.clone(), two.clone(), made()]));
            AFTER.with_borrow_mut(|v| v.extend([one, two, attach().detach(made)]));
        });
        assert_eq!(seen.get(), 4);
        let seen = Drops::new();
        let drops = seen.clone();
        on_thread(move || {
            // Initialised before the runtime's, so destroyed after it.
            AFTER.with(|_| ());
            let made = || Brc::new(Bound(Rc::new(()), thread::current().id(), drops.probe()));
            AFTER.with_borrow_mut(|v| v.extend([made(), made()]));
            let shared = made();
            AFTER.with_borrow_mut(|v| v.push(shared.clone()));
            BEFORE.with_borrow_mut(|v| v.push(shared));
        });
        assert_eq!(seen.get(), 3);
    });
}

#[test]
fn weak_references_race_with_the_last_drop() {
    isolated(|| {
        let drops = Drops::new();
        for _ in 0..300 {
            let object = Brc::new(drops.probe());
            let weak = Brc::downgrade(&object);
            let upgrading = thread::spawn(move || {
                let mut n = 0;
                while let Some(up) = weak.upgrade() {
                    assert!(Brc::strong_count(&up) > 0);
                    n += 1;
                    if n == 100 {
                        break;
                    }
                }
            });
            drop(object);
            upgrading.join().unwrap();
        }
        collect();
        assert_eq!(drops.get(), 300);
    });
}

#[test]
fn a_destructor_may_do_anything() {
    fn nest(drops: &Drops, levels: u32) -> Brc<impl Send + Sync + 'static> {
        let probe = drops.probe();
        let drops = drops.clone();
        Brc::new(OnDrop::new(Box::new(move || {
            drop(probe);
            attach_with(|cx| {
                cx.checkpoint();
                cx.detach(collect);
                collect();
            });
            drop(Brc::new(1));
            if levels > 0 {
                let child: Brc<_> = boxed(&drops, levels - 1);
                on_thread(move || drop(child));
                drop(boxed(&drops, levels - 1));
            }
        }) as Box<dyn FnOnce() + Send + Sync>))
    }
    fn boxed(drops: &Drops, levels: u32) -> Brc<Box<dyn Send + Sync>> {
        Brc::new(Box::new(nest(drops, levels)))
    }
    isolated(|| {
        let drops = Drops::new();
        drop(nest(&drops, 2));
        let object = nest(&drops, 2);
        on_thread(move || drop(object));
        collect();
        let object = nest(&drops, 2);
        at_exit(
            {
                let object = object.clone();
                move || drop(object)
            },
            move || drop(object),
        );
        collect();
        collect();
        // 1 + 2 + 4 each.
        assert_eq!(drops.get(), 21);
    });
}
