//! Change of owner: `transfer`, `adopt`, `disown`.
//!
//! Who owns an object counts it in plain memory, so an object that lives on another thread than its maker's is best owned by that.
//!
//! # Transitions
//!
//! | who | operation | finds | does |
//! |---|---|---|---|
//! | owner, with the only reference | transfer to `to` | `local` = 1, `shared` untouched | `owner` = `to` |
//! | holder of the only reference | adopt | no owner, `shared` = (1, merged) | `owner` = the caller; `shared` → (0, weak), or if that fails `owner` = 0 again; `local` = 1 |
//! | owner | disown | | `local` and `owner` = 0, then `shared` → merged with `local` more |
//!
//! # Why only then
//!
//! - *Transfer.* `owner` and `shared` are two words, and the new owner counts in plain memory as soon as it sees itself in the first. A thread
//!   that upgrades a weak reference at that moment may be `to`, between its load of `local` and its comparison of `owner`. So an object that ever
//!   had a weak reference is refused. Of an untouched one with `local` = 1 no other thread has any reference, nor
//!   is a parcel with one on its way to the old owner.
//! - Nor is a merged object transferred: that it had weak references does not show any more. Whoever is to own it adopts it.
//! - *Adopt.* The new owner is the caller, which cannot meet itself; all others take the foreign path as before. An upgrade that comes before
//!   the CAS makes it fail, one that comes behind it acquires it, and sees the owner. That matters for one thing: who finds no owner may
//!   mark `local` as immortal. Whoever does has a reference, so the CAS fails and `local` is not touched; who sees an owner
//!   asks that, be it for nothing. `local` comes last, since only its owner counts by it.
//! - The state falls from merged to weak, where it else only rises. Whoever relies on merged being the last (the plain subtraction of
//!   a decrement) has a reference, which the count of 1 excludes.
//! - *Disown* is the merge that the owner's last drop makes, a little earlier.
//!
//! A new owner that never gets the reference, is absent or has finished needs nothing: the sender is a foreign thread from then on, and what it drops
//! goes to the mailbox of `to`, or is merged for it.
//!
//! Checked by: `loom-tests/tests/loom_embed.rs`.

use super::brc::Brc;
use super::owner::Owner;
use super::shared::{Shared, State};
use super::word::{Decrement, RefCount};
use crate::runtime::{ThreadId, id_for_new_object};
use crate::sync::atomic::Ordering;

impl RefCount {
    /// Makes the thread `to` the owner, if the calling thread is, has the only reference, and the object never had a weak one nor was merged.
    /// Returns whether `to` is the owner; else nothing has changed.
    ///
    /// For an object that is made here and used there: the other thread then counts it in plain memory, and destroys it
    /// at once. It costs a plain store. The reference may go to `to` by any way, to another thread, or be dropped: all is correct, if slower, and
    /// also when `to` has finished. An object that this refuses can be [disowned](Self::disown) here and [adopted](Self::adopt) there.
    ///
    /// # Safety
    /// The caller holds a reference, from which no other thread makes another one meanwhile: it is not in a container, for instance. And the object may be destroyed
    /// by any thread, even if no reference to it ever leaves this one: the thread `to` may merge it.
    ///
    /// ```
    /// use freethreaded::{attach, refcount::RefCount, runtime::on_this_thread};
    /// # let _registered = attach();
    /// let receiver = on_this_thread().id.unwrap();
    /// let count = std::thread::spawn(move || {
    ///     let count = RefCount::new();
    ///     // SAFETY: nobody else knows the count.
    ///     assert!(unsafe { count.transfer(receiver) });
    ///     count
    /// });
    /// assert_eq!(count.join().unwrap().owner(), Some(receiver));
    /// ```
    pub unsafe fn transfer(&self, to: ThreadId) -> bool {
        let owner = self.owner();
        // Acquires, in `is_unique`: what others did with the object comes before what `to` does.
        if owner.is_some_and(|owner| owner != to) && self.is_mine() && self.is_unique() && self.never_weak() {
            // Relaxed: `to` sees it through what hands over the reference, or the lock of its mailbox.
            self.owner.store(to.get(), Ordering::Relaxed);
            return true;
        }
        owner == Some(to)
    }

    /// Makes the calling thread the owner, if nobody is and the caller has the only reference. Returns whether the calling thread owns the
    /// object; else nothing has changed. Registers the thread on its first use.
    ///
    /// Worth it for an object without owner that this thread keeps and counts often: one compare-and-swap now and one at its end, for two
    /// locked instructions less at each further clone and drop. Objects have no owner when they were made inside
    /// [`detach`](crate::Attached::detach), were [disowned](Self::disown), or were merged because another thread dropped what their owner had counted.
    /// Weak references may exist and may be upgraded meanwhile, with [`try_increment`](Self::try_increment).
    ///
    /// # Safety
    /// The caller holds a reference, from which no other thread makes another one meanwhile, but by `try_increment`.
    ///
    /// ```
    /// use freethreaded::{attach, refcount::RefCount};
    /// let count = attach().detach(RefCount::new);
    /// assert_eq!(count.owner(), None);
    /// // SAFETY: nobody else knows the count.
    /// assert!(unsafe { count.adopt() });
    /// assert!(count.owner().is_some());
    /// ```
    pub unsafe fn adopt(&self) -> bool {
        if self.is_immortal() {
            return false;
        }
        if self.owner().is_some() {
            return self.is_mine();
        }
        let me = id_for_new_object();
        if me == ThreadId::NO_ONE || !self.is_unique() {
            return false;
        }
        // Relaxed: behind the CAS for all who come behind that; the others may as well see no owner. Beside a detour, for which an upgrade is enough.
        self.owner.fetch_or(me, Ordering::Relaxed);
        let (one, mine) = (Shared::DEAD.plus_one(), Shared::new(0, State::Weak));
        // Release: partner is the acquire in `try_increment`, whose thread then sees that there is an owner. No acquire: `is_unique` has.
        if self.shared.compare_exchange(one.0, mine.0, Ordering::Release, Ordering::Relaxed).is_err() {
            // Relaxed: this thread has written nothing that a mark of immortality must come behind.
            self.owner.fetch_and(Owner::DETOUR, Ordering::Relaxed);
            return false;
        }
        // Relaxed: the others read `local` for immortality only.
        self.local.store(1, Ordering::Relaxed);
        true
    }

    /// Gives up the ownership of the calling thread: from then on all threads count the object as `Arc` would, and a drop on another thread is
    /// never handed over. Returns whether nobody owns the object, be it that nobody did before; not if another thread does.
    ///
    /// For an object that its maker hands out and forgets. The caller holds a reference, or something that keeps one alive.
    ///
    /// ```
    /// use freethreaded::refcount::{RefCount, State};
    /// let count = RefCount::new();
    /// count.increment();
    /// assert!(count.disown());
    /// assert_eq!((count.owner(), count.references(), count.state()), (None, 2, State::Merged));
    /// ```
    pub fn disown(&self) -> bool {
        // An object that has become immortal by counting keeps its owner.
        if self.is_immortal() || !self.is_mine_here() {
            return self.owner().is_none();
        }
        let local = self.local.load(Ordering::Relaxed);
        self.end_ownership();
        // SAFETY: this thread owns the object, has set `owner` and `local` to 0, and gives up no reference.
        let merged = unsafe { Self::merge_into_shared(self, i64::from(local)) };
        debug_assert_eq!(merged, Decrement::Alive, "the caller keeps a reference alive");
        true
    }

    /// Begins the count anew with one reference, for `owner`.
    ///
    /// # Safety
    /// The caller has the only reference of any kind.
    unsafe fn begin_anew(&self, owner: ThreadId) {
        // Relaxed: nobody else can look, and whoever gets a reference later sees it through what hands that over.
        self.local.store(1, Ordering::Relaxed);
        self.owner.store(owner.get(), Ordering::Relaxed);
        self.shared.store(Shared::UNTOUCHED.0, Ordering::Relaxed);
    }
}

impl<T: ?Sized> Brc<T> {
    /// Makes the calling thread the owner of the object, if nobody is and this is the only strong reference. Returns whether the calling
    /// thread owns it; else nothing has changed.
    ///
    /// Worth it for objects that a thread receives and then clones and drops often, if they have no owner: their maker has
    /// [disowned](Self::disown) them, or made them inside [`detach`](crate::Attached::detach). Where the maker knows the receiver,
    /// [`transfer`](Self::transfer) costs less.
    ///
    /// ```
    /// use freethreaded::{Brc, attach};
    /// let made = std::thread::spawn(|| {
    ///     let text = Brc::new("a line of text".to_string());
    ///     Brc::disown(&text);
    ///     text
    /// });
    /// let mut text = made.join().unwrap();
    /// assert!(Brc::adopt(&mut text));
    /// let again = text.clone(); // in plain memory
    /// assert_eq!(*again, "a line of text");
    /// ```
    pub fn adopt(this: &mut Self) -> bool {
        let me = id_for_new_object();
        if this.header().owner().is_none()
            && let Some(me) = ThreadId::from_current(me)
            && Self::is_unique(this)
        {
            // Without weak references: the last drop will need no locked instruction.
            // SAFETY: the only reference of any kind, and borrowed exclusively.
            unsafe { this.header().begin_anew(me) };
            return true;
        }
        // SAFETY: `this` is borrowed exclusively.
        unsafe { this.header().adopt() }
    }

    /// Makes the thread `to` the owner of the object, if this is the only reference of any kind and the calling thread owns the object, or nobody
    /// does. Returns whether `to` is the owner; else nothing has changed.
    ///
    /// For objects that one thread makes and another uses: the latter counts them in plain memory, and nothing is handed back. All is correct, if slower,
    /// when the reference goes elsewhere, or `to` has finished.
    ///
    /// ```
    /// use freethreaded::{Brc, attach, runtime::on_this_thread};
    /// use std::sync::mpsc::channel;
    ///
    /// let (jobs, todo) = channel::<Brc<String>>();
    /// let (hello, id) = channel();
    /// let worker = std::thread::spawn(move || {
    ///     let _registered = attach();
    ///     hello.send(on_this_thread().id.unwrap()).unwrap();
    ///     todo.into_iter().map(|job| job.clone().len()).sum::<usize>()
    /// });
    /// let worker_id = id.recv().unwrap();
    /// for text in ["one", "three"] {
    ///     let mut job = Brc::new(text.to_string());
    ///     assert!(Brc::transfer(&mut job, worker_id));
    ///     jobs.send(job).unwrap();
    /// }
    /// drop(jobs);
    /// assert_eq!(worker.join().unwrap(), 8);
    /// ```
    pub fn transfer(this: &mut Self, to: ThreadId) -> bool
    where
        T: Send + Sync + 'static,
    {
        if this.header().owner() == Some(to) {
            return true;
        }
        let unique = Self::is_unique(this);
        if unique {
            // SAFETY: the only reference of any kind, and borrowed exclusively.
            unsafe { this.header().begin_anew(to) };
        }
        unique
    }

    /// Gives up the ownership of the calling thread: from then on all threads count the object as `Arc` does, and its value is
    /// destroyed in the call that drops the last reference, whichever thread that is. Returns whether nobody owns the object; not if another thread does.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let shared = Brc::new(1);
    /// assert!(Brc::disown(&shared));
    /// ```
    pub fn disown(this: &Self) -> bool {
        this.header().disown()
    }
}
