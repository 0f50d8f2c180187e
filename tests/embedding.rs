//! The counts as a runtime with its own object header uses them: no `Brc` in sight.

mod common;

use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex};
use std::thread;

use common::{Drops, Probe, Remote, isolated, on_thread};
use freethreaded::refcount::{
    Counted, Finalized, RefCount, SharedPtr, State, finalize, make_immortal, release, release_many, retain,
    share_widely, shared_widely,
};
use freethreaded::runtime::{ThreadId, on_this_thread, stats};
use freethreaded::{Brc, Dict, List, attach, collect};

/// An object with its own header, weak references and a finalizer.
#[repr(C)]
struct Toy {
    count: RefCount,
    /// Weak references, plus one for all strong ones.
    weak: AtomicU32,
    /// How often the finalizer stores the object.
    lives: AtomicUsize,
    shelf: Shelf,
    value: u64,
    probe: Option<Probe>,
}

const _: () = assert!(size_of::<RefCount>() == 12);

/// Where finalizers put objects.
type Shelf = Arc<Mutex<Vec<Ref>>>;

// SAFETY: the count is a field; `destroy` ends the value, and the memory with the last weak reference; all of it is Send and Sync.
unsafe impl Counted for Toy {
    unsafe fn count(this: *const Self) -> *const RefCount {
        // SAFETY: `this` points to an object.
        unsafe { &raw const (*this).count }
    }

    unsafe fn destroy(this: *mut Self) {
        // SAFETY: dead, so the fields are this thread's; what the finalizer stores has a reference of its own.
        unsafe {
            let lives = (*this).lives.load(Ordering::Relaxed);
            if lives > 0 {
                (*this).lives.store(lives - 1, Ordering::Relaxed);
                let shelf = Arc::clone(&(*this).shelf);
                let fate = finalize(this, || shelf.lock().unwrap().push(Ref::borrowed(this)));
                if fate == Finalized::Resurrected {
                    return;
                }
            }
            drop((*this).probe.take());
            release_weak(this);
        }
    }
}

/// # Safety
/// The caller gives up a weak reference, or that of the strong ones.
unsafe fn release_weak(this: *mut Toy) {
    // SAFETY: the weak reference keeps the memory; at 0 nothing refers to it.
    unsafe {
        if (*this).weak.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            drop(Box::from_raw(this));
        }
    }
}

struct Ref(NonNull<Toy>);
// SAFETY: every field is Send and Sync.
unsafe impl Send for Ref {}
// SAFETY: as above.
unsafe impl Sync for Ref {}

impl Ref {
    fn with(count: RefCount, drops: &Drops, lives: usize, shelf: &Shelf) -> Self {
        let toy = Toy {
            count,
            weak: AtomicU32::new(1),
            lives: AtomicUsize::new(lives),
            shelf: Arc::clone(shelf),
            value: 7,
            probe: Some(drops.probe()),
        };
        Self(NonNull::from(Box::leak(Box::new(toy))))
    }

    fn new(drops: &Drops) -> Self {
        Self::with(RefCount::new(), drops, 0, &Shelf::default())
    }

    fn ownerless(drops: &Drops) -> Self {
        Self::with(RefCount::new_merged(), drops, 0, &Shelf::default())
    }

    /// # Safety
    /// There is a reference during the call.
    unsafe fn borrowed(toy: *mut Toy) -> Self {
        // SAFETY: the caller's, and not null.
        unsafe {
            retain(toy);
            Self(NonNull::new_unchecked(toy))
        }
    }

    fn toy(&self) -> &Toy {
        // SAFETY: our reference.
        unsafe { self.0.as_ref() }
    }

    fn count(&self) -> &RefCount {
        &self.toy().count
    }

    fn transfer(&mut self, to: ThreadId) -> bool {
        // SAFETY: borrowed exclusively.
        unsafe { self.count().transfer(to) }
    }

    fn adopt(&mut self) -> bool {
        // SAFETY: borrowed exclusively.
        unsafe { self.count().adopt() }
    }

    fn downgrade(&self) -> WeakRef {
        self.count().make_weak();
        self.toy().weak.fetch_add(1, Ordering::Relaxed);
        WeakRef(self.0)
    }

    fn is_mine(&self) -> bool {
        let me = on_this_thread().id;
        me.is_some() && self.count().owner() == me
    }
}

impl Clone for Ref {
    fn clone(&self) -> Self {
        // SAFETY: our reference.
        unsafe { Self::borrowed(self.0.as_ptr()) }
    }
}

impl Drop for Ref {
    fn drop(&mut self) {
        // SAFETY: our reference, given up once.
        unsafe { release(self.0.as_ptr()) }
    }
}

struct WeakRef(NonNull<Toy>);
// SAFETY: as for `Ref`.
unsafe impl Send for WeakRef {}

impl WeakRef {
    fn upgrade(&self) -> Option<Ref> {
        // SAFETY: our weak reference keeps the header.
        unsafe { self.0.as_ref() }.count.try_increment().then(|| Ref(self.0))
    }
}

impl Drop for WeakRef {
    fn drop(&mut self) {
        // SAFETY: our weak reference, given up once.
        unsafe { release_weak(self.0.as_ptr()) }
    }
}

// SAFETY: the pointer is the object's; references may be made, dropped and used on any thread.
unsafe impl SharedPtr for Ref {
    type Target = Toy;
    fn into_raw(this: Self) -> NonNull<()> {
        let raw = this.0.cast();
        std::mem::forget(this);
        raw
    }
    unsafe fn from_raw(raw: NonNull<()>) -> Self {
        Self(raw.cast())
    }
    unsafe fn borrow<'a>(raw: NonNull<()>) -> &'a Toy {
        // SAFETY: the reference that became `raw` keeps the object alive.
        unsafe { raw.cast().as_ref() }
    }
    unsafe fn increment(raw: NonNull<()>) {
        // SAFETY: as above.
        unsafe { retain(raw.cast::<Toy>().as_ptr()) }
    }
}

fn my_id() -> ThreadId {
    drop(attach());
    on_this_thread().id.expect("registered")
}

/// The id of a thread that has finished.
fn finished_thread() -> ThreadId {
    on_thread(my_id)
}

#[test]
fn merges_by_the_owner_and_on_its_behalf() {
    isolated(|| {
        let (owner, drops) = (Remote::new(), Drops::new());
        let make = || {
            let drops = drops.clone();
            owner.run(move || Ref::new(&drops))
        };
        let before = stats();
        drop(make());
        assert_eq!((drops.get(), stats().mail), (0, 1), "the owner is there, so it is for the owner");
        owner.run(|| drop(attach()));
        assert_eq!((drops.get(), stats().mail, stats().merged - before.merged), (1, 0, 1));

        let object = make();
        let (wake, sleep) = std::sync::mpsc::channel::<()>();
        let (away, is_away) = std::sync::mpsc::channel();
        let back = owner.start(move || {
            attach().detach(|| {
                away.send(()).unwrap();
                sleep.recv().unwrap();
            });
        });
        is_away.recv().unwrap();
        drop(object);
        assert_eq!((drops.get(), stats().merged_on_behalf - before.merged_on_behalf), (2, 1));
        wake.send(()).unwrap();
        back.recv().unwrap();

        let object = make();
        owner.end();
        drop(object);
        assert_eq!((drops.get(), stats().merged_on_behalf - before.merged_on_behalf), (3, 2));
    });
}

#[test]
fn immortality_is_asked_of_the_owner() {
    isolated(|| {
        let (owner, drops) = (Remote::new(), Drops::new());
        let object = owner.run({
            let drops = drops.clone();
            move || Ref::new(&drops)
        });
        // SAFETY: `object` is a reference.
        unsafe { make_immortal(object.0.as_ptr()) };
        assert!(!object.count().is_immortal());
        owner.run(|| drop(attach()));
        assert!(object.count().is_immortal() && object.count().owner().is_none());
        let toy = object.0.as_ptr();
        drop((object.clone(), object));
        assert_eq!(drops.get(), 0);
        // SAFETY: immortal, and no reference is used any more.
        unsafe { Toy::destroy(toy) };
        owner.end();
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn uniqueness_and_bulk() {
    isolated(|| {
        let drops = Drops::new();
        let object = Ref::new(&drops);
        assert!(object.count().is_unique());
        object.count().increment_by(1000);
        assert_eq!((object.count().references(), object.count().is_unique()), (1001, false));
        let toy = object.0.as_ptr();
        // SAFETY: 900 of the thousand.
        unsafe { release_many(toy, 900) };
        let theirs = Ref(object.0);
        on_thread(move || {
            let toy = theirs.0.as_ptr();
            std::mem::forget(theirs);
            // SAFETY: the other hundred.
            unsafe { release_many(toy, 100) };
        });
        assert_eq!((stats().mail, object.count().state()), (1, State::Queued), "one of them is handed over");
        collect();
        assert_eq!((object.count().references(), object.count().is_unique(), drops.get()), (1, true, 0));
        // SAFETY: no reference is given up.
        unsafe { release_many(toy, 0) };
        drop(object);
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn bulk_release_of_what_is_shared_widely() {
    isolated(|| {
        let drops = Drops::new();
        let object = Ref::ownerless(&drops);
        // SAFETY: `object` is a reference, and `Toy` is Send and Sync.
        assert!(unsafe { share_widely(object.0.as_ptr()) });
        assert_eq!(shared_widely(), 1);
        let mine = on_thread({
            let object = object.clone();
            move || (0..9).map(|_| object.clone()).chain([object.clone()]).collect::<Vec<_>>()
        });
        assert_eq!(object.count().references(), 11);
        let toy = object.0.as_ptr();
        mine.into_iter().for_each(std::mem::forget);
        std::mem::forget(object);
        // SAFETY: the eleven references.
        unsafe { release_many(toy, 11) };
        collect();
        assert_eq!((drops.get(), shared_widely()), (1, 0));
    });
}

#[test]
fn a_transferred_object_belongs_to_the_receiver() {
    isolated(|| {
        let (receiver, drops) = (Remote::new(), Drops::new());
        let id = receiver.run(my_id);
        let mut object = Ref::new(&drops);
        assert!(object.transfer(id) && object.transfer(id));
        assert!(!object.is_mine());
        receiver.run(move || {
            assert!(object.is_mine() && object.count().is_unique());
            drop((object.clone(), object));
        });
        assert_eq!((drops.get(), stats().mail), (1, 0), "destroyed at once, by its owner");
        receiver.end();
    });
}

#[test]
fn a_transferred_object_that_never_arrives() {
    isolated(|| {
        let (receiver, drops) = (Remote::new(), Drops::new());
        let mut object = Ref::new(&drops);
        assert!(object.transfer(receiver.run(my_id)));
        drop((object.clone(), object));
        assert_eq!((drops.get(), stats().mail), (0, 1), "it belongs to the receiver, who is there");
        receiver.end();
        assert_eq!(drops.get(), 1);

        let mut object = Ref::new(&drops);
        assert!(object.transfer(finished_thread()));
        drop((object.clone(), object));
        assert_eq!(drops.get(), 2, "merged on behalf of a thread that has finished");
    });
}

#[test]
fn what_is_not_transferred() {
    isolated(|| {
        let drops = Drops::new();
        let to = finished_thread();
        let mut object = Ref::new(&drops);
        let more = object.clone();
        assert!(!object.transfer(to), "two references");
        drop(more);
        let more = attach().detach(|| object.clone());
        assert!(!object.transfer(to), "two references, one of them in the shared half");
        drop(more);
        assert!(object.count().disown() && !object.transfer(to), "merged");
        let mut object = Ref::new(&drops);
        drop(object.downgrade());
        assert!(!object.transfer(to), "it had a weak reference");
        let mut object = on_thread({
            let drops = drops.clone();
            move || Ref::new(&drops)
        });
        let owner = object.count().owner();
        assert!(!object.transfer(to) && object.count().owner() == owner, "another thread's");
        // SAFETY: `object` is a reference.
        unsafe { make_immortal(object.0.as_ptr()) };
        assert!(!object.transfer(to) && !object.adopt() && object.count().disown(), "immortal");
        let toy = object.0.as_ptr();
        drop(object);
        // SAFETY: immortal, and no reference is used any more.
        unsafe { Toy::destroy(toy) };
    });
}

#[test]
fn disowned_here_and_adopted_there() {
    isolated(|| {
        let (receiver, drops) = (Remote::new(), Drops::new());
        let mut object = Ref::new(&drops);
        let weak = object.downgrade();
        assert!(object.adopt(), "it is ours");
        assert!(object.count().disown() && object.count().disown());
        assert_eq!((object.count().state(), object.count().references()), (State::Merged, 1));
        let more = object.clone();
        assert!(!object.adopt(), "two references");
        drop(more);
        let object = receiver.run(move || {
            assert!(object.adopt() && object.is_mine());
            drop(object.clone());
            assert_eq!(object.count().state(), State::Weak);
            object
        });
        assert!(!object.count().disown(), "another thread's");
        assert!(weak.upgrade().is_some());
        collect();
        receiver.run(move || drop(object));
        assert!(weak.upgrade().is_none());
        assert_eq!(drops.get(), 1);
        receiver.end();
    });
}

#[test]
fn nobody_adopts_inside_detach() {
    isolated(|| {
        let drops = Drops::new();
        let mut object = Ref::ownerless(&drops);
        attach().detach(|| assert!(!object.adopt()));
        assert_eq!(object.count().owner(), None);
        assert!(object.adopt() && object.is_mine());
    });
}

#[test]
fn brc_changes_its_owner() {
    isolated(|| {
        let receiver = Remote::new();
        let id = receiver.run(my_id);
        let mut object = Brc::new(5);
        let weak = Brc::downgrade(&object);
        assert!(!Brc::transfer(&mut object, id), "a weak reference");
        drop(weak);
        assert!(Brc::transfer(&mut object, id), "none any more");
        let mut object = receiver.run(move || {
            assert_eq!(Brc::get_mut(&mut object), Some(&mut 5), "its owner knows that it is unique");
            assert!(Brc::disown(&object));
            object
        });
        let weak = Brc::downgrade(&object);
        assert!(Brc::adopt(&mut object), "weak references do no harm");
        assert_eq!(weak.upgrade().as_deref(), Some(&5));
        let copy = object.clone();
        assert!(!Brc::transfer(&mut object, id), "two references");
        drop((weak, copy, object));
        receiver.end();
    });
}

#[test]
fn resurrected_once_twice_and_elsewhere() {
    isolated(|| {
        let (drops, shelf) = (Drops::new(), Shelf::default());
        let take = || shelf.lock().unwrap().pop();
        drop(Ref::with(RefCount::new(), &drops, 2, &shelf));
        let object = take().expect("stored");
        assert!(object.is_mine() && object.count().is_unique(), "a new life");
        drop(object);
        let object = take().expect("stored again");
        assert_eq!(drops.get(), 0);
        // The last time, the thread that destroys it is another one, on behalf of nobody.
        assert!(object.count().disown());
        on_thread(move || drop(object));
        assert_eq!((drops.get(), take().is_none()), (1, true));

        // Dies without owner, in a thread that becomes its owner and ends.
        let object = Ref::with(RefCount::new_merged(), &drops, 1, &shelf);
        let owner = on_thread(move || {
            drop(object);
            my_id()
        });
        let object = take().expect("stored");
        assert_eq!((object.count().owner(), object.toy().value), (Some(owner), 7));
        drop(object);
        assert_eq!(drops.get(), 2);

        // Inside `detach` it begins its new life without owner.
        let object = Ref::with(RefCount::new(), &drops, 1, &shelf);
        attach().detach(|| drop(object));
        let object = take().expect("stored");
        assert_eq!((object.count().owner(), object.count().references()), (None, 1));
        drop(object);
        assert_eq!(drops.get(), 3);
    });
}

#[test]
fn the_finalizer_may_give_the_object_away() {
    isolated(|| {
        /// Gives itself to a thread while it dies.
        struct Gift(RefCount, ThreadId, Drops);
        // SAFETY: the count is where `count` says, and `destroy` frees what `Box::into_raw` gave; all of it is Send and Sync.
        unsafe impl Counted for Gift {
            unsafe fn count(this: *const Self) -> *const RefCount {
                // SAFETY: `this` points to an object.
                unsafe { &raw const (*this).0 }
            }
            unsafe fn destroy(this: *mut Self) {
                // SAFETY: dead; the finalizer has the only reference, and transfers that.
                unsafe {
                    let first = (*this).2.get() == 0;
                    (*this).2.count();
                    if first {
                        let fate = finalize(this, || assert!((*this).0.transfer((*this).1)));
                        if fate == Finalized::Resurrected {
                            return;
                        }
                    }
                    drop(Box::from_raw(this));
                }
            }
        }
        let (receiver, drops) = (Remote::new(), Drops::new());
        let give = |to| {
            let object = Box::into_raw(Box::new(Gift(RefCount::new(), to, drops.clone())));
            // SAFETY: the reference from the start.
            unsafe { release(object) };
        };
        give(receiver.run(my_id));
        assert_eq!((drops.get(), stats().mail), (1, 1), "handed to its new owner");
        receiver.end();
        assert_eq!(drops.get(), 2, "and destroyed there");
    });
    isolated(|| {
        let (drops, shelf) = (Drops::new(), Shelf::default());
        let object = Ref::with(RefCount::new(), &drops, 1, &shelf);
        // The last drop is another thread's, on behalf of an owner that has finished.
        let object = on_thread(move || object.clone());
        drop(object);
        collect();
        shelf.lock().unwrap().clear();
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn resurrected_while_others_upgrade() {
    const ROUNDS: usize = 100;
    isolated(|| {
        let drops = Drops::new();
        for round in 1..=ROUNDS {
            let shelf = Shelf::default();
            let object = Ref::with(RefCount::new(), &drops, 3, &shelf);
            let weak = [object.downgrade(), object.downgrade()];
            thread::scope(|s| {
                let upgraders = weak.map(|weak| {
                    s.spawn(move || {
                        for _ in 0..200 {
                            if let Some(object) = weak.upgrade() {
                                assert_eq!(object.toy().value, 7);
                            }
                        }
                    })
                });
                drop(object);
                for _ in 0..20 {
                    let stored = shelf.lock().unwrap().pop();
                    drop(stored);
                }
                upgraders.into_iter().for_each(|upgrader| upgrader.join().unwrap());
            });
            collect();
            for _ in 0..3 {
                let stored = shelf.lock().unwrap().pop();
                drop(stored);
            }
            assert_eq!(drops.get(), round);
        }
    });
}

#[test]
fn containers_hold_them() {
    isolated(|| {
        let drops = Drops::new();
        let (dict, list): (Dict<&str, Ref>, List<Ref>) = Default::default();
        let object = Ref::new(&drops);
        dict.insert("a", object.clone());
        list.push(object);
        thread::scope(|s| {
            let workers = [(); 3].map(|()| {
                s.spawn(|| {
                    for _ in 0..200 {
                        let cx = attach();
                        assert_eq!(dict.get_ref("a", &cx).map(|toy| toy.value), Some(7));
                        assert!(ptr::eq(dict.get("a").unwrap().toy(), list.get(0).unwrap().toy()));
                        list.push(Ref::new(&drops));
                        drop(list.pop());
                    }
                })
            });
            workers.into_iter().for_each(|worker| worker.join().unwrap());
        });
        drop((dict, list));
        collect();
        assert_eq!(drops.get(), 601);
    });
}
