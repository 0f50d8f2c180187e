//! Models of what a runtime with a header of its own does: `src/refcount/{ownership,resurrect,bulk}.rs`, and the same of `Brc`.
//!
//! The object is a [`Toy`] with weak references and a finalizer. Every value has to be destroyed once, behind all reads, and the memory
//! freed once, behind every use of the header.
#![cfg(loom)]

use std::ptr::{self, NonNull};
use std::sync::Arc;

use freethreaded::refcount::{
    Counted, Finalized, RefCount, finalize, make_immortal, release, release_many, retain, share_widely,
};
use freethreaded::runtime::{ThreadId, on_this_thread};
use freethreaded::{Brc, Weak, attach, internals};
use loom::sync::Mutex;
use loom::sync::atomic::{AtomicU32, Ordering};
use loom_tests::{Made, TWO, Value, model, ownerless, spawn};

/// An object with its own header.
#[repr(C)]
struct Toy {
    count: RefCount,
    /// Weak references, plus one for all strong ones.
    weak: AtomicU32,
    /// Where the finalizer, which runs once, stores the object.
    store: Option<Shelf>,
    value: Value,
}

/// A place for a reference.
type Shelf = Arc<Mutex<Option<Ref>>>;
/// A place for a thread's id.
type Ids = Arc<Mutex<Option<ThreadId>>>;

// SAFETY: the count is a field; `destroy` ends the value, and the memory with the last weak reference. Everything in it may be used on any thread.
unsafe impl Counted for Toy {
    unsafe fn count(this: *const Self) -> *const RefCount {
        // SAFETY: `this` points to an object.
        unsafe { &raw const (*this).count }
    }

    unsafe fn destroy(this: *mut Self) {
        // SAFETY: dead, so the fields are this thread's; what the finalizer stores has a reference of its own.
        unsafe {
            if let Some(shelf) = (&mut *this).store.take() {
                let fate = finalize(this, || {
                    let mine = Ref::borrowed(this);
                    assert_eq!(mine.read(), 1);
                    *shelf.lock().unwrap() = Some(mine);
                });
                if fate == Finalized::Resurrected {
                    return;
                }
            }
            ptr::drop_in_place(&raw mut (*this).value);
            release_weak(this);
        }
    }
}

/// # Safety
/// The caller gives up a weak reference, or the one of the strong ones.
unsafe fn release_weak(this: *mut Toy) {
    // SAFETY: the weak reference keeps the memory; at 0 nothing refers to it.
    unsafe {
        if (*this).weak.fetch_sub(1, Ordering::AcqRel) == 1 {
            internals::assert_exclusive(&mut (*this).count);
            ptr::drop_in_place(&raw mut (*this).store);
            internals::deallocate(NonNull::new_unchecked(this));
        }
    }
}

/// A strong reference.
struct Ref(*mut Toy);

impl Ref {
    fn with_count(made: &Made, count: RefCount, store: Option<Shelf>) -> Self {
        let toy = Toy { count, weak: AtomicU32::new(1), store, value: made.value(1) };
        Self(internals::allocate(toy).as_ptr())
    }

    fn new(made: &Made) -> Self {
        Self::with_count(made, RefCount::new(), None)
    }

    fn stored_at_its_end(made: &Made, shelf: &Shelf) -> Self {
        Self::with_count(made, RefCount::new(), Some(Arc::clone(shelf)))
    }

    fn ownerless(made: &Made) -> Self {
        Self::with_count(made, attach().detach(RefCount::new), None)
    }

    /// # Safety
    /// There is a reference during the call.
    unsafe fn borrowed(toy: *mut Toy) -> Self {
        // SAFETY: the caller's.
        unsafe { retain(toy) };
        Self(toy)
    }

    fn count(&self) -> &RefCount {
        // SAFETY: our reference.
        unsafe { &(*self.0).count }
    }

    fn read(&self) -> u32 {
        // SAFETY: our reference.
        unsafe { (*self.0).value.read() }
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
        // SAFETY: our reference.
        unsafe { (*self.0).weak.fetch_add(1, Ordering::Relaxed) };
        WeakRef(self.0)
    }

    fn read_and_drop(self) {
        assert_eq!(self.read(), 1);
    }

    fn use_and_drop(self) {
        let more = self.clone();
        assert_eq!(more.read(), 1);
        drop(self);
        assert_eq!(more.read(), 1);
    }
}

impl Clone for Ref {
    fn clone(&self) -> Self {
        // SAFETY: our reference.
        unsafe { Self::borrowed(self.0) }
    }
}

impl Drop for Ref {
    fn drop(&mut self) {
        // SAFETY: our reference, given up once.
        unsafe { release(self.0) }
    }
}

struct WeakRef(*mut Toy);

impl WeakRef {
    fn upgrade(&self) -> Option<Ref> {
        // SAFETY: our weak reference keeps the header.
        unsafe { (*self.0).count.try_increment() }.then(|| Ref(self.0))
    }

    fn upgrade_and_read(&self) -> bool {
        self.upgrade().map(Ref::read_and_drop).is_some()
    }
}

impl Drop for WeakRef {
    fn drop(&mut self) {
        // SAFETY: our weak reference, given up once.
        unsafe { release_weak(self.0) }
    }
}

fn my_id() -> ThreadId {
    drop(attach());
    on_this_thread().id.expect("registered")
}

fn take(shelf: &Shelf) -> Option<Ref> {
    shelf.lock().unwrap().take()
}

/// The new owner gets one reference while the old keeps another: it counts in its own half, the old one in the shared half. Catches a transfer that
/// forgets that the old owner is a foreign thread.
#[test]
fn transfer_and_both_count() {
    model(TWO, |made| {
        let me = my_id();
        let (shelf, made) = (Shelf::default(), made.clone());
        let place = Arc::clone(&shelf);
        let maker = spawn(move || {
            let mut object = Ref::new(&made);
            assert!(object.transfer(me));
            *place.lock().unwrap() = Some(object.clone());
            object.use_and_drop();
        });
        if let Some(object) = take(&shelf) {
            object.use_and_drop();
        }
        maker.join().unwrap();
        drop(take(&shelf));
    });
}

/// The maker drops what it has transferred; its new owner, which never gets it, goes away and comes back meanwhile.
#[test]
fn transfer_to_an_absent_thread() {
    model(TWO, |made| {
        let me = my_id();
        let made = made.clone();
        let maker = spawn(move || {
            let mut object = Ref::new(&made);
            assert!(object.transfer(me));
            object.use_and_drop();
        });
        attach().detach(|| ());
        maker.join().unwrap();
    });
}

/// The same with a new owner that finishes.
#[test]
fn transfer_to_a_finishing_thread() {
    model(TWO, |made| {
        let me = my_id();
        let made = made.clone();
        let maker = spawn(move || {
            let mut object = Ref::new(&made);
            assert!(object.transfer(me));
            object.use_and_drop();
        });
        internals::exit_thread();
        maker.join().unwrap();
    });
}

/// An object of which another thread had a reference is transferred to that thread, which had dropped it before: its uses come first. Catches a transfer of what is
/// not unique, or that does not acquire.
#[test]
fn transfer_to_who_had_a_reference() {
    model(TWO, |made| {
        let (shelf, ids) = (Shelf::default(), Ids::default());
        let mut object = Ref::new(made);
        let more = attach().detach(|| object.clone());
        let (place, id) = (Arc::clone(&shelf), Arc::clone(&ids));
        let other = spawn(move || {
            let me = my_id();
            *id.lock().unwrap() = Some(me);
            assert_eq!(more.read(), 1);
            drop(more);
            if let Some(object) = take(&place) {
                object.use_and_drop();
            }
        });
        if ids.lock().unwrap().is_some_and(|other| object.transfer(other)) {
            // SAFETY: unique, and transferred but not handed over.
            unsafe { (*object.0).value.write(1) };
        }
        *shelf.lock().unwrap() = Some(object);
        other.join().unwrap();
        drop(take(&shelf));
    });
}

/// What has weak references is not transferred: its new owner might be upgrading one.
#[test]
fn transfer_is_refused_against_an_upgrade() {
    model(2, |made| {
        let ids = Ids::default();
        let mut object = Ref::new(made);
        let (weak, id) = (object.downgrade(), Arc::clone(&ids));
        let other = spawn(move || {
            *id.lock().unwrap() = Some(my_id());
            weak.upgrade_and_read();
        });
        let other_id = *ids.lock().unwrap();
        assert!(!other_id.is_some_and(|other| object.transfer(other)));
        object.use_and_drop();
        other.join().unwrap();
    });
}

/// The object is adopted while a weak reference is upgraded and used. Catches an adoption that overwrites the upgrade, or is not undone.
#[test]
fn adopt_against_upgrade() {
    model(2, |made| {
        drop(attach());
        let mut object = Ref::ownerless(made);
        let weak = object.downgrade();
        let other = spawn(move || weak.upgrade_and_read());
        object.adopt();
        object.read_and_drop();
        other.join().unwrap();
    });
}

/// The same while the adopted object stays alive: the upgrade succeeds, and a failed adoption can be tried again. Catches an adoption that leaves
/// the object in its default state, and one that is undone by half.
#[test]
fn upgrade_of_what_is_adopted() {
    model(2, |made| {
        drop(attach());
        let mut object = Ref::ownerless(made);
        let weak = object.downgrade();
        let other = spawn(move || assert!(weak.upgrade_and_read(), "it is alive"));
        object.adopt();
        other.join().unwrap();
        assert!(object.adopt());
        assert_eq!(object.count().references(), 1);
    });
}

/// The upgraded reference makes the object immortal. Catches an adoption that overwrites the mark, or that shows no owner to
/// who has upgraded behind it: then both write the owner's half.
#[test]
fn adopt_against_immortality() {
    model(2, |made| {
        drop(attach());
        let mut object = Ref::ownerless(made);
        let weak = object.downgrade();
        let other = spawn(move || {
            if let Some(strong) = weak.upgrade() {
                // SAFETY: our reference.
                unsafe { make_immortal(strong.0) };
                return true;
            }
            false
        });
        object.adopt();
        drop(object.clone());
        let toy = object.0;
        let upgraded = other.join().unwrap();
        drop(attach());
        assert_eq!(object.count().is_immortal(), upgraded, "whoever is asked, it is done by now");
        if upgraded {
            std::mem::forget(object);
            // SAFETY: immortal, and no reference is used any more.
            unsafe { Toy::destroy(toy) };
        }
    });
}

/// Adopted behind the last use of another thread, and then written. Catches a uniqueness test that does not acquire.
#[test]
fn adopt_behind_the_last_other_reference() {
    model(TWO, |made| {
        drop(attach());
        let mut object = Ref::ownerless(made);
        let more = object.clone();
        let other = spawn(move || more.read_and_drop());
        if object.adopt() {
            // SAFETY: unique.
            unsafe { (*object.0).value.write(1) };
        }
        object.use_and_drop();
        other.join().unwrap();
    });
}

/// Two threads adopt one behind the other; the first has to give its ownership up.
#[test]
fn adopt_disown_adopt() {
    model(2, |made| {
        drop(attach());
        let shelf = Shelf::default();
        let place = Arc::clone(&shelf);
        let mut object = Ref::ownerless(made);
        let weak = object.downgrade();
        let other = spawn(move || {
            if let Some(mut object) = take(&place) {
                assert!(object.adopt() || object.count().owner().is_none());
                object.use_and_drop();
            }
        });
        assert!(object.adopt());
        drop(object.clone());
        assert!(object.count().disown());
        assert_eq!(object.count().references(), 1);
        *shelf.lock().unwrap() = Some(object);
        weak.upgrade_and_read();
        other.join().unwrap();
        drop(take(&shelf));
    });
}

/// The owner merges while another thread drops what the owner counted, and a third one upgrades.
#[test]
fn disown_against_foreign_counts() {
    model(1, |made| {
        let object = Ref::new(made);
        let (theirs, weak) = (object.clone(), object.downgrade());
        let drops = spawn(move || theirs.read_and_drop());
        let upgrades = spawn(move || weak.upgrade_and_read());
        assert!(object.count().disown());
        object.use_and_drop();
        drops.join().unwrap();
        upgrades.join().unwrap();
    });
}

/// The finalizer stores the object while another thread upgrades a weak reference: it fails, or gives what is alive.
#[test]
fn resurrection_against_upgrade() {
    model(1, |made| {
        let shelf = Shelf::default();
        let object = Ref::stored_at_its_end(made, &shelf);
        let weak = object.downgrade();
        let other = spawn(move || weak.upgrade_and_read());
        drop(object);
        if let Some(object) = take(&shelf) {
            object.read_and_drop();
        }
        other.join().unwrap();
        drop(take(&shelf));
    });
}

/// Weak references to what was resurrected work again. Catches a resurrection to the default state.
#[test]
fn upgrade_of_what_was_resurrected() {
    model(TWO, |made| {
        let shelf = Shelf::default();
        let object = Ref::stored_at_its_end(made, &shelf);
        let weak = object.downgrade();
        drop(object);
        let object = take(&shelf).expect("stored");
        let other = spawn(move || assert!(weak.upgrade_and_read(), "it is alive"));
        drop(object.clone());
        other.join().unwrap();
    });
}

/// As [`resurrection_against_upgrade`], but the object is destroyed by a thread without id, so it has no owner then.
#[test]
fn ownerless_resurrection_against_upgrade() {
    model(2, |made| {
        let shelf = Shelf::default();
        let object = Ref::stored_at_its_end(made, &shelf);
        let weak = object.downgrade();
        let other = spawn(move || weak.upgrade_and_read());
        attach().detach(|| {
            assert!(object.count().disown() || object.count().owner().is_some());
            drop(object);
        });
        if let Some(object) = take(&shelf) {
            object.read_and_drop();
        }
        other.join().unwrap();
        drop(take(&shelf));
    });
}

/// Another thread takes and drops what the finalizer stored, perhaps while the finalizer's own reference goes: exactly one of them destroys it.
#[test]
fn resurrected_and_dropped_elsewhere() {
    model(TWO, |made| {
        let shelf = Shelf::default();
        let place = Arc::clone(&shelf);
        let object = Ref::stored_at_its_end(made, &shelf);
        let other = spawn(move || {
            if let Some(object) = take(&place) {
                object.use_and_drop();
            }
        });
        object.use_and_drop();
        other.join().unwrap();
        drop(take(&shelf));
    });
}

/// The same where the object dies in a merge that another thread makes for its absent owner.
#[test]
fn resurrected_on_behalf_of_an_absent_owner() {
    model(TWO, |made| {
        let shelf = Shelf::default();
        let object = Ref::stored_at_its_end(made, &shelf);
        let other = spawn(move || object.use_and_drop());
        attach().detach(|| ());
        if let Some(object) = take(&shelf) {
            object.read_and_drop();
        }
        other.join().unwrap();
        drop(take(&shelf));
    });
}

/// What the owner does, which merges, while another thread makes the object immortal: that must find an owner, or mark behind the merge's store.
fn immortality_against(merge: fn(Ref)) {
    model(TWO, move |made| {
        drop(attach());
        let object = Ref::new(made);
        let theirs = attach().detach(|| object.clone());
        let other = spawn(move || {
            // SAFETY: our reference.
            unsafe { make_immortal(theirs.0) };
            theirs
        });
        merge(object);
        let theirs = other.join().unwrap();
        drop(attach());
        assert!(theirs.count().is_immortal());
        let toy = theirs.0;
        std::mem::forget(theirs);
        // SAFETY: immortal, and no reference is used any more.
        unsafe { Toy::destroy(toy) };
    });
}

/// See [`immortality_against`].
#[test]
fn immortality_against_disowning() {
    immortality_against(|object| assert!(object.count().disown()));
}

/// See [`immortality_against`].
#[test]
fn immortality_against_a_bulk_merge() {
    immortality_against(|object| {
        object.count().increment_by(1);
        let toy = object.0;
        std::mem::forget(object);
        // SAFETY: the two references.
        unsafe { release_many(toy, 2) };
    });
}

/// Two references are given up at once by a thread that does not own the object, while the owner counts. Catches one that is subtracted too often or not at all,
/// and a parcel without a reference.
#[test]
fn two_at_once_against_the_owner() {
    model(TWO, |made| {
        let object = Ref::new(made);
        let theirs = object.0;
        object.count().increment_by(2);
        let other = spawn({
            let toy = SendPtr(theirs);
            move || {
                let toy = toy;
                // SAFETY: the two references.
                unsafe {
                    assert_eq!((*toy.0).value.read(), 1);
                    release_many(toy.0, 2);
                }
            }
        });
        object.use_and_drop();
        other.join().unwrap();
    });
}

/// Two threads give up the last references of a merged object, one of them two at once.
#[test]
fn two_at_once_of_a_merged_object() {
    model(TWO, |made| {
        drop(attach());
        let object = Ref::ownerless(made);
        object.count().increment_by(2);
        let other = spawn({
            let toy = SendPtr(object.0);
            move || {
                let toy = toy;
                // SAFETY: the two references.
                unsafe {
                    assert_eq!((*toy.0).value.read(), 1);
                    release_many(toy.0, 2);
                }
            }
        });
        object.use_and_drop();
        other.join().unwrap();
    });
}

/// The owner gives up more than it has counted, while another thread drops what the owner did count.
#[test]
fn the_owner_gives_up_more_than_it_counts() {
    model(TWO, |made| {
        let object = Ref::new(made);
        attach().detach(|| object.count().increment_by(2));
        let theirs = object.clone();
        let other = spawn(move || theirs.read_and_drop());
        assert_eq!(object.read(), 1);
        let toy = object.0;
        std::mem::forget(object);
        // SAFETY: one reference counted by the owner, two in the shared half.
        unsafe { release_many(toy, 3) };
        other.join().unwrap();
    });
}

struct SendPtr(*mut Toy);

/// `Brc::adopt` with nothing but a weak reference around, against its upgrade. Catches a new beginning of what is not unique.
#[test]
fn brc_adopt_against_upgrade() {
    model(1, |made| {
        drop(attach());
        let mut object = ownerless(made.value(1));
        let weak: Weak<Value> = Brc::downgrade(&object);
        let other = spawn(move || weak.upgrade().is_some_and(|strong| strong.read() == 1));
        Brc::adopt(&mut object);
        let more = object.clone();
        drop(object);
        assert_eq!(more.read(), 1);
        drop(more);
        other.join().unwrap();
    });
}

/// `Brc::transfer` while the last other reference goes.
#[test]
fn brc_transfer_against_the_last_other_drop() {
    model(TWO, |made| {
        let me = my_id();
        let mut object = ownerless(made.value(1));
        let theirs = object.clone();
        let other = spawn(move || {
            assert_eq!(theirs.read(), 1);
            let weak = Brc::downgrade(&theirs);
            drop(theirs);
            drop(weak);
        });
        if Brc::transfer(&mut object, me) {
            object.write(1);
        }
        let more = object.clone();
        drop(object);
        drop(more);
        other.join().unwrap();
    });
}

/// A thread folds, and asks whether its reference is the only one, while the other drops its own in the word. Catches an
/// answer without acquire.
#[test]
fn uniqueness_behind_a_fold() {
    model(1, |made| {
        drop(attach());
        let mine = Ref::ownerless(made);
        let theirs = mine.clone();
        // SAFETY: our reference.
        assert!(unsafe { share_widely(mine.0) });
        let other = spawn(move || theirs.read_and_drop());
        if mine.count().is_unique() {
            // SAFETY: our reference.
            unsafe { (*mine.0).value.write(1) };
        }
        other.join().unwrap();
        drop(mine);
    });
}

/// The owner asks whether its reference is the only one, and finds a parcel, while the other thread drops its own in the word. Catches an
/// answer without acquire.
#[test]
fn uniqueness_behind_the_mail() {
    model(TWO, |made| {
        drop(attach());
        let mine = Ref::new(made);
        let (queued, theirs) = (mine.clone(), mine.clone());
        spawn(move || queued.read_and_drop()).join().unwrap();
        let other = spawn(move || theirs.read_and_drop());
        if mine.count().is_unique() {
            // SAFETY: our reference.
            unsafe { (*mine.0).value.write(1) };
        }
        other.join().unwrap();
        drop(mine);
    });
}
