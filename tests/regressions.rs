//! What reviews have found: each test is of something that went wrong once, and is not of one protocol alone.

mod common;

use std::hash::{BuildHasherDefault, DefaultHasher};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use common::{Drops, Probe, Remote, child, isolated, isolated_with_leaks, on_thread};
use freethreaded::runtime::{Bounds, on_this_thread, set_bounds};
use freethreaded::{Brc, Dict, List, Set, attach, collect};

/// A value that stays on its thread, as large as `Filler`.
struct Confined {
    home: thread::ThreadId,
    _pad: [u64; 250],
    _not_send: PhantomData<*mut ()>,
}

impl Drop for Confined {
    fn drop(&mut self) {
        assert_eq!(thread::current().id(), self.home, "destroyed on another thread");
    }
}

/// Contention on one object is remembered by address; the next object there is confined to this thread, and disowned.
#[test]
fn a_value_that_is_not_send_never_becomes_wide() {
    isolated_with_leaks(|| {
        let end = Instant::now() + Duration::from_secs(3);
        let mut attempts = 0;
        let mut reused = 0;
        while Instant::now() < end {
            attempts += 1;
            let shared = Brc::new([0_u64; 251]);
            Brc::disown(&shared);
            let address = Brc::as_ptr(&shared).addr();
            let stop = Arc::new(AtomicBool::new(false));
            let other = thread::spawn({
                let (shared, stop) = (shared.clone(), Arc::clone(&stop));
                move || {
                    while !stop.load(Ordering::Relaxed) {
                        drop(shared.clone());
                    }
                }
            });
            while Brc::strong_count(&shared) < 3 {}
            // Nearly three windows of disturbed drops.
            for _ in 0..640 + attempts % 110 {
                drop(shared.clone());
            }
            stop.store(true, Ordering::Relaxed);
            while Brc::strong_count(&shared) > 1 {}
            drop(shared);
            // The same address, as soon as the heap gives it out again.
            let mut others = Vec::new();
            let mut confined = None;
            for _ in 0..200 {
                let new = Brc::new(Confined {
                    home: thread::current().id(),
                    _pad: [0; 250],
                    _not_send: PhantomData,
                });
                if Brc::as_ptr(&new).addr() == address {
                    reused += 1;
                    confined = Some(new);
                    break;
                }
                others.push(new);
            }
            if let Some(confined) = confined {
                Brc::disown(&confined);
                let many: Vec<_> = (0..20).map(|_| confined.clone()).collect();
                for _ in 0..300 {
                    drop(confined.clone());
                }
                let wide = Brc::is_shared_widely(&confined);
                drop((many, confined));
                if wide {
                    println!("attempt {attempts}");
                    on_thread(collect);
                    panic!("a confined value was counted widely");
                }
            }
            other.join().unwrap();
        }
        println!("{attempts} attempts, {reused} with the address again");
    });
}

/// A wide object of `owner` of which others have dropped more than they made, which no drop has noticed. The references keep it alive.
fn overdrawn(owner: &Remote) -> impl Sized + use<> {
    let [first, second, third] = owner.run(|| {
        let object = Brc::new(1);
        [object.clone(), object.clone(), object]
    });
    assert!(Brc::share_widely(&first));
    let more = first.clone();
    on_thread(move || drop(second));
    drop(more);
    (first, third)
}

/// Leaves `value`, dead, to whoever next drops a reference to an object of another thread.
fn orphan<T: Send + Sync + 'static>(owner: &Remote, value: T) {
    set_bounds(Bounds::new().ready(1, 1)).unwrap();
    let object = owner.run(|| Brc::new(value));
    drop(object);
    owner.run(|| drop(Brc::new(1)));
}

struct Panics;
impl Drop for Panics {
    fn drop(&mut self) {
        if !thread::panicking() {
            panic!("a destructor's");
        }
    }
}

/// A destructor that panics at the beginning of an absence leaves the thread as it was.
#[test]
fn a_panic_at_the_beginning_of_detach() {
    child("a_panic_at_the_beginning_of_detach", &[], || {
        isolated_with_leaks(|| {
            let owner = Remote::new();
            let object = overdrawn(&owner);
            orphan(&owner, Panics);
            let mut cx = attach();
            // Wherever it panics.
            let _ = catch_unwind(AssertUnwindSafe(|| cx.detach(|| ())));
            let _ = catch_unwind(AssertUnwindSafe(|| drop(cx)));
            let _ = catch_unwind(collect);
            // What is borrowed from a token is still protected.
            let drops = Drops::new();
            let dict: Arc<Dict<&str, Brc<Probe>>> = Arc::default();
            dict.insert("key", drops.probe());
            let cx = attach();
            let borrowed = dict.get_ref("key", &cx);
            let theirs = Arc::clone(&dict);
            on_thread(move || {
                theirs.remove("key");
                collect();
            });
            assert_eq!(drops.get(), 0, "destroyed while it was borrowed");
            assert!(borrowed.is_some() && on_this_thread().id.is_some());
            drop(object);
        });
    });
}

/// Behind `detach` the thread has the global lock again, whatever was destroyed on the way.
#[test]
fn detach_takes_the_global_lock_again() {
    child("detach_takes_the_global_lock_again", &[("FREETHREADED_GIL", "1")], || {
        isolated_with_leaks(|| {
            let (owner, drops) = (Remote::new(), Drops::new());
            let object = overdrawn(&owner);
            orphan(&owner, drops.probe());
            let mut cx = attach();
            cx.detach(|| ());
            let entered = Arc::new(AtomicBool::new(false));
            let other = thread::spawn({
                let entered = Arc::clone(&entered);
                move || {
                    let _cx = attach();
                    entered.store(true, Ordering::Relaxed);
                }
            });
            thread::sleep(Duration::from_millis(200));
            assert!(!entered.load(Ordering::Relaxed), "two threads inside");
            drop(cx);
            other.join().unwrap();
            drop(object);
        });
    });
}

/// A destructor that panics at the end of a thread does not end the process.
#[test]
fn a_panic_at_the_end_of_a_thread() {
    child("a_panic_at_the_end_of_a_thread", &[], || {
        isolated_with_leaks(|| {
            let owner = Remote::new();
            let (ready, end) = (std::sync::mpsc::channel(), std::sync::mpsc::channel::<()>());
            let thread = thread::spawn(move || {
                drop(attach());
                ready.0.send(()).unwrap();
                let _ = end.1.recv();
            });
            ready.1.recv().unwrap();
            let object = overdrawn(&owner);
            orphan(&owner, Panics);
            end.0.send(()).unwrap();
            thread.join().unwrap();
            drop(object);
        });
    });
}

/// What a thread finds dead while it asks for uniqueness is destroyed past the bound, as what it finds while it makes objects.
#[test]
fn mail_that_uniqueness_opens_is_bounded() {
    isolated(|| {
        let (other, drops) = (Remote::new(), Drops::new());
        let mut shared = Brc::new(0);
        let raw = std::panic::AssertUnwindSafe(&shared).0.clone();
        let theirs = other.run(move || (raw.clone(), raw));
        let mut most = 0;
        for made in 1..=2000 {
            let object = Brc::new(drops.probe());
            other.run(move || drop(object));
            assert!(Brc::get_mut(&mut shared).is_none());
            most = most.max(made - drops.get());
        }
        drop(theirs);
        assert!(most < 300, "{most} dead at once");
    });
}

/// Of the threads that give up the last references to an object without owner, one gets the value.
#[test]
fn into_inner_of_an_object_without_owner() {
    isolated(|| {
        let object = attach().detach(|| Brc::new(7));
        Brc::share_widely(&object);
        let [a, b, c] = [object.clone(), object.clone(), object.clone()];
        let theirs = on_thread(move || [Brc::into_inner(a), Brc::into_inner(b)]);
        let mine = [Brc::into_inner(object), Brc::into_inner(c)];
        assert_eq!(theirs.into_iter().chain(mine).flatten().count(), 1);
    });
}

/// What is borrowed from one container is protected by that container alone, so two that exchange their contents exchange no memory.
#[test]
fn a_reference_outlives_the_container_that_its_object_went_to() {
    isolated(|| {
        let drops = Drops::new();
        let cx = attach();
        // Of size 0, so that both sides hash alike.
        type Hasher = BuildHasherDefault<DefaultHasher>;
        let (dict, set, list) = (
            Dict::<String, Brc<Probe>, Hasher>::default(),
            Set::<String, Hasher>::default(),
            List::<Brc<Probe>>::new(),
        );
        dict.insert("key".into(), drops.probe());
        set.insert("key".into());
        list.push(Brc::new(drops.probe()));
        let (key, value) = dict.iter(&cx).next().unwrap();
        let (of_set, of_list) = (set.get_ref("key", &cx).unwrap(), list.get_ref(0, &cx).unwrap());
        {
            let (other_dict, other_set, other_list) = (
                Dict::with_hasher(dict.hasher().clone()),
                Set::with_hasher(set.hasher().clone()),
                List::new(),
            );
            dict.swap_contents(&other_dict);
            set.swap_contents(&other_set);
            list.swap_contents(&other_list);
            assert_eq!((other_dict.len(), other_set.len(), other_list.len()), (1, 1, 1));
        }
        assert_eq!((key.as_str(), of_set.as_str(), drops.get()), ("key", "key", 0));
        let _: (&Probe, &Probe) = (value, of_list);
        drop(cx);
        collect();
        assert_eq!(drops.get(), 2);
    });
}
