//! Objects whose references are counted in cells of the threads: when that begins and ends, and that they die once, in time, and where they may.

mod common;

use std::cell::Cell;
use std::rc::Rc;
use std::thread;

use common::{Drops, Remote, isolated, isolated_with_leaks, on_thread, wait_until};
use freethreaded::refcount::{
    Counted, RefCount, State, is_adaptive, release, retain, set_adaptive, share_widely,
};
use freethreaded::{Brc, List, attach, collect};

/// A burst of clones and drops.
const MANY: usize = 20_000;

fn hammer<T: Send + Sync + 'static>(object: &Brc<T>) {
    for _ in 0..MANY {
        drop(Brc::clone(object));
    }
}

/// Whether contention is noticed depends on the machine; nothing else may.
#[test]
fn many_threads_on_one_object() {
    isolated(|| {
        let drops = Drops::new();
        let (mine, merged) = (Brc::new(drops.probe()), attach().detach(|| Brc::new(drops.probe())));
        thread::scope(|s| {
            let threads: Vec<_> = (0..4)
                .map(|n| {
                    let (mine, merged) = (&mine, &merged);
                    s.spawn(move || {
                        if n == 0 {
                            Brc::share_widely(mine);
                        }
                        hammer(mine);
                        hammer(merged);
                    })
                })
                .collect();
            threads.into_iter().for_each(|t| t.join().unwrap());
        });
        assert!(Brc::is_shared_widely(&mine));
        assert_eq!((Brc::strong_count(&mine), Brc::strong_count(&merged)), (1, 1));
        drop(mine);
        drop(merged);
        collect();
        assert_eq!(drops.get(), 2);
    });
}

/// A reference that is on its way to the owner when the object becomes wide.
#[test]
fn what_lies_in_the_mailbox_is_not_counted() {
    isolated(|| {
        let drops = Drops::new();
        for unique in [false, true] {
            let mut object = Brc::new(drops.probe());
            let other = Brc::clone(&object);
            on_thread(move || drop(other));
            assert!(Brc::share_widely(&object));
            if unique {
                assert!(Brc::get_mut(&mut object).is_some());
            } else {
                assert_eq!(Brc::strong_count(&object), 1);
            }
        }
        assert_eq!(drops.get(), 2);
    });
}

#[test]
fn one_thread_alone_is_no_contention() {
    isolated(|| {
        let object = attach().detach(|| Brc::new(1));
        hammer(&object);
        assert!(!Brc::is_shared_widely(&object));
        set_adaptive(false);
        assert!(!is_adaptive());
        set_adaptive(true);
    });
}

#[test]
fn the_last_drop_destroys_in_the_call() {
    isolated(|| {
        let drops = Drops::new();
        let object = attach().detach(|| Brc::new(drops.probe()));
        assert!(Brc::share_widely(&object));
        let probe = drops.clone();
        on_thread(move || {
            drop(object);
            assert_eq!(probe.get(), 1);
        });
    });
}

#[test]
fn a_death_that_no_drop_sees_is_found_at_an_explicit_point() {
    isolated(|| {
        let drops = Drops::new();
        let object = attach().detach(|| Brc::new(drops.probe()));
        Brc::share_widely(&object);
        // This thread makes three and drops two, the other one drops two: the last drop leaves this thread's cell at 1.
        let [a, b, c] = [object.clone(), object.clone(), object.clone()];
        on_thread(move || drop((a, b)));
        drop(object);
        assert_eq!(drops.get(), 0);
        drop(c);
        collect();
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn an_owner_that_blocks_holds_it_back_as_ever() {
    isolated(|| {
        let (owner, drops) = (Remote::new(), Drops::new());
        let probe = drops.probe();
        let object = owner.run(|| Brc::new(probe));
        Brc::share_widely(&object);
        hammer(&object);
        drop(object);
        collect();
        assert_eq!(drops.get(), 0);
        owner.run(collect);
        assert_eq!(drops.get(), 1);
        owner.end();
    });
}

#[test]
fn the_end_of_the_owner_merges() {
    isolated(|| {
        let (owner, drops) = (Remote::new(), Drops::new());
        let probe = drops.probe();
        let object = owner.run(|| Brc::new(probe));
        Brc::share_widely(&object);
        let more = object.clone();
        owner.end();
        drop(object);
        drop(more);
        collect();
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn uniqueness_ends_it() {
    isolated(|| {
        let mut object = attach().detach(|| Brc::new(1));
        Brc::share_widely(&object);
        let other = object.clone();
        assert_eq!(Brc::get_mut(&mut object), None);
        drop(other);
        Brc::share_widely(&object);
        *Brc::get_mut(&mut object).expect("the only one") += 1;
        assert!(!Brc::is_shared_widely(&object));
        assert_eq!(Brc::try_unwrap(object), Ok(2));
        let mut mine = Brc::new(1);
        Brc::share_widely(&mine);
        *Brc::get_mut(&mut mine).expect("the only one") += 1;
        assert_eq!(Brc::into_inner(mine), Some(2));
    });
}

#[test]
fn weak_references_and_upgrades() {
    isolated(|| {
        let drops = Drops::new();
        let object = Brc::new(drops.probe());
        let weak = Brc::downgrade(&object);
        Brc::share_widely(&object);
        on_thread({
            let weak = weak.clone();
            move || {
                for _ in 0..100 {
                    drop(weak.upgrade().expect("alive"));
                }
            }
        });
        assert_eq!(Brc::strong_count(&object), 1);
        drop(object);
        collect();
        assert_eq!((drops.get(), weak.upgrade().is_none()), (1, true));
    });
}

#[test]
fn immortal_while_wide() {
    isolated_with_leaks(|| {
        let drops = Drops::new();
        let object = attach().detach(|| Brc::new(drops.probe()));
        Brc::share_widely(&object);
        let other = object.clone();
        Brc::make_immortal(&object);
        thread::spawn(move || drop(other)).join().unwrap();
        for _ in 0..3 {
            // SAFETY: immortal references are not counted.
            drop(unsafe { Brc::from_raw(Brc::as_ptr(&object)) });
        }
        collect();
        assert!(!Brc::is_shared_widely(&object) && Brc::is_immortal(&object));
        drop(object);
        collect();
        assert_eq!(drops.get(), 0);
    });
}

#[test]
fn more_hot_objects_than_places() {
    isolated(|| {
        let drops = Drops::new();
        let objects: Vec<Brc<_>> = (0..1000).map(|_| Brc::new(drops.probe())).collect();
        let wide = objects.iter().filter(|object| Brc::share_widely(object)).count();
        assert!(wide > 128, "whoever comes later has the place");
        assert!(objects.iter().filter(|object| Brc::is_shared_widely(object)).count() <= 128);
        let objects = std::sync::Arc::new(objects);
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let objects = objects.clone();
                thread::spawn(move || {
                    for object in objects.iter() {
                        drop([object.clone(), object.clone()]);
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|t| t.join().unwrap());
        drop(objects);
        collect();
        assert_eq!(drops.get(), 1000);
    });
}

#[test]
fn threads_come_and_go() {
    isolated(|| {
        let drops = Drops::new();
        let object = Brc::new(drops.probe());
        Brc::share_widely(&object);
        for _ in 0..50 {
            let mut handles = Vec::new();
            for _ in 0..4 {
                let mine = object.clone();
                handles.push(thread::spawn(move || {
                    let more = [mine.clone(), mine.clone()];
                    drop(mine);
                    more
                }));
            }
            for handle in handles {
                let [a, b] = handle.join().unwrap();
                drop(a);
                thread::spawn(move || drop(b));
            }
        }
        wait_until("the last threads", || Brc::strong_count(&object) == 1);
        drop(object);
        collect();
        wait_until("the destruction", || {
            collect();
            drops.get() == 1
        });
    });
}

#[test]
fn what_is_not_send_dies_on_its_thread() {
    struct Here(Rc<Cell<u32>>, thread::ThreadId);
    impl Drop for Here {
        fn drop(&mut self) {
            assert_eq!(thread::current().id(), self.1);
            self.0.set(self.0.get() + 1);
        }
    }
    isolated(|| {
        let sweeper = Remote::new();
        let died = Rc::new(Cell::new(0));
        let mut inside = attach();
        // Without an id, as in a detached part of a program, every count takes the shared path.
        inside.detach(|| {
            let object = Brc::new(Here(died.clone(), thread::current().id()));
            for _ in 0..MANY {
                drop(object.clone());
            }
            assert!(Brc::strong_count(&object) == 1);
            // The last drop is not looked into, since it does not take the cell below zero.
            let more = object.clone();
            drop(object);
            sweeper.run(collect);
            drop(more);
            sweeper.run(collect);
        });
        drop(inside);
        collect();
        assert_eq!(died.get(), 1);
        sweeper.end();
    });
}

#[test]
fn in_containers() {
    isolated(|| {
        let drops = Drops::new();
        let list: List<Brc<common::Probe>> = List::new();
        list.push(Brc::new(drops.probe()));
        Brc::share_widely(&list.get(0).unwrap());
        thread::scope(|s| {
            let readers: Vec<_> = (0..2)
                .map(|_| {
                    s.spawn(|| {
                        for _ in 0..MANY {
                            drop(list.get(0));
                        }
                    })
                })
                .collect();
            readers.into_iter().for_each(|r| r.join().unwrap());
        });
        list.clear();
        collect();
        assert_eq!(drops.get(), 1);
    });
}

/// An object whose state a test can see.
#[repr(C)]
struct Plain {
    count: RefCount,
    _probe: common::Probe,
}

// SAFETY: the count is where `count` says, `destroy` frees what `Box` gave, and `Plain` is Send and Sync.
unsafe impl Counted for Plain {
    unsafe fn count(this: *const Self) -> *const RefCount {
        // SAFETY: `this` points to an object.
        unsafe { &raw const (*this).count }
    }
    unsafe fn destroy(this: *mut Self) {
        // SAFETY: the last reference is gone.
        drop(unsafe { Box::from_raw(this) });
    }
}

/// A reference to a [`Plain`].
struct Counting(*mut Plain);

// SAFETY: `Plain` is Send and Sync, and its count may be used by any thread.
unsafe impl Send for Counting {}
// SAFETY: as above.
unsafe impl Sync for Counting {}

impl Counting {
    fn new(drops: &Drops) -> Self {
        Self(Box::into_raw(Box::new(Plain { count: RefCount::new(), _probe: drops.probe() })))
    }

    fn count(&self) -> &RefCount {
        // SAFETY: our reference keeps it alive.
        unsafe { &(*self.0).count }
    }
}

impl Clone for Counting {
    fn clone(&self) -> Self {
        // SAFETY: our reference keeps it alive.
        unsafe { retain(self.0) };
        Self(self.0)
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        // SAFETY: our reference is given up.
        unsafe { release(self.0) };
    }
}

/// Uses `object` until `done`: whether use is heavy depends on the machine.
fn hammer_until(what: &str, object: &Counting, done: impl Fn(&RefCount) -> bool) {
    wait_until(what, || {
        for _ in 0..MANY {
            drop(object.clone());
        }
        done(object.count())
    });
}

#[test]
fn an_owner_is_asked_to_merge_what_another_thread_uses() {
    isolated(|| {
        let (owner, drops) = (Remote::new(), Drops::new());
        let probe = drops.clone();
        let object = owner.run(move || Counting::new(&probe));
        assert_eq!(object.count().state(), State::Default);
        wait_until("the merge", || {
            for _ in 0..MANY {
                drop(object.clone());
            }
            owner.run(collect);
            object.count().state() == State::Merged
        });
        assert_eq!(object.count().references(), 1);
        assert_eq!(drops.get(), 0);
        drop(object);
        assert_eq!(drops.get(), 1, "a merged object dies in the drop");
        owner.end();
    });
}

#[test]
fn an_absent_owner_is_merged_for() {
    isolated(|| {
        let drops = Drops::new();
        let object = Counting::new(&drops);
        attach().detach(|| hammer_until("the merge", &object, |count| count.state() == State::Merged));
        drop(object);
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn no_owner_is_asked_if_adaptive_is_off() {
    isolated(|| {
        set_adaptive(false);
        let (owner, drops) = (Remote::new(), Drops::new());
        let probe = drops.clone();
        let object = owner.run(move || Counting::new(&probe));
        for _ in 0..10 * MANY {
            drop(object.clone());
        }
        owner.run(collect);
        set_adaptive(true);
        assert_eq!(object.count().state(), State::Default);
        drop(object);
        owner.run(collect);
        assert_eq!(drops.get(), 1);
        owner.end();
    });
}

#[test]
fn one_thread_alone_makes_it_narrow() {
    isolated(|| {
        let drops = Drops::new();
        let object = attach().detach(|| Counting::new(&drops));
        // SAFETY: `object` is a reference, and `Plain` is Send and Sync.
        assert!(unsafe { share_widely(object.0) });
        hammer_until("the narrowing", &object, |count| !count.is_wide());
        assert_eq!(object.count().references(), 1);
        drop(object);
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn the_owner_counts_aside_too() {
    isolated(|| {
        let drops = Drops::new();
        let object = Counting::new(&drops);
        // SAFETY: `object` is a reference, and `Plain` is Send and Sync.
        assert!(unsafe { share_widely(object.0) });
        assert_eq!(object.count().state(), State::Default);
        let more = object.clone();
        assert_eq!((object.count().state(), object.count().references()), (State::Merged, 2));
        assert!(object.count().is_wide());
        object.count().increment_by(3);
        assert_eq!(object.count().references(), 5);
        for _ in 0..3 {
            drop(Counting(object.0));
        }
        drop(more);
        assert!(object.count().is_unique() && !object.count().is_wide());
        drop(object);
        assert_eq!(drops.get(), 1);
    });
}

/// What others dropped and left in the owner's mailbox does not stand in the way of uniqueness.
#[test]
fn an_owner_that_asks_opens_its_mail() {
    isolated(|| {
        let mut object = Brc::new(vec![1]);
        let other = object.clone();
        on_thread(move || assert_eq!(*other, [1]));
        Brc::get_mut(&mut object).expect("the other thread has dropped it").push(2);
        let other = object.clone();
        on_thread(move || drop(other));
        assert_eq!(Brc::try_unwrap(object), Ok(vec![1, 2]));
    });
}
