//! How biased reference counts work, for readers who know `Arc`.
//!
//! # The idea
//!
//! `Arc` has one count that all threads change with locked instructions. Most objects are never seen by a second thread, and pay for it all the same; those that are seen by many pay again, since
//! the cache line of the count travels to each thread that changes it.
//!
//! A biased count has two halves. One belongs to the thread that made the object, its *owner*, which counts there with plain loads and stores. All other threads count in the other half, with atomic
//! operations. The price is that no single word says any more how many references there are. What a thread has to do to find out that an object is dead is most of this page.
//!
//! The scheme is that of Jiho Choi, Thomas Shull and Josep Torrellas, *Biased Reference Counting: Minimizing Atomic Operations in Garbage Collection* (PACT 2018), in the form that
//! [PEP 703](https://peps.python.org/pep-0703/#biased-reference-counting) gave it for CPython. Immortal objects are those of [PEP 683](https://peps.python.org/pep-0683/).
//!
//! # The three fields
//!
//! A [`RefCount`] is 12 bytes in the object's header. That of a [`Brc`] has a count of weak references beside it, which makes 16, as for `Arc`.
//!
//! | field | what | changed by |
//! |---|---|---|
//! | `owner` | the id of the thread that owns the object, or nobody; and one bit that sends all threads on a *detour* | the owner, or who acts for it; the bit by anyone |
//! | `local` | the references that the owner has counted; its top bit says that the object is immortal | the owner, or who acts for it, with plain stores |
//! | `shared` | the references that all others have counted, with a sign; two bits of [`State`]; one bit for *wide* | anyone, with atomic operations |
//!
//! The number of references is `local` plus the count in `shared`. A reference that was counted in one half may be dropped in the other, so neither half says anything alone, and the shared count can be
//! negative: of three references that the owner has made, two are moved to other threads and dropped there, the first by way of the [mailbox](#handed-to-another-thread-and-dropped-there), the second by subtracting.
//!
//! ```
//! use freethreaded::refcount::{Decrement, RefCount, State};
//!
//! let count = RefCount::new(); // local 1, shared 0
//! std::thread::scope(|s| {
//!     s.spawn(|| count.increment()); // shared 1
//! });
//! assert_eq!((count.references(), count.state()), (2, State::Default));
//!
//! // SAFETY: a count without an object, which stands for two references.
//! unsafe {
//!     // The owner drops all that it has counted, and merges the halves.
//!     assert_eq!(RefCount::decrement(&count), Decrement::Alive);
//!     assert_eq!((count.references(), count.state(), count.owner()), (1, State::Merged, None));
//!     assert_eq!(RefCount::decrement(&count), Decrement::Dead);
//! }
//! ```
//!
//! # The states
//!
//! | state | means | last reference |
//! |---|---|---|
//! | [`Default`](crate::refcount::State::Default) | there are only counted references | the owner sees `local` go to 0 and `shared` untouched, and frees; no locked instruction |
//! | [`Weak`](crate::refcount::State::Weak) | there are weak references, or were | as before, but decided by one compare-and-swap, against upgrades |
//! | [`Queued`](crate::refcount::State::Queued) | a reference is on its way to the owner's mailbox, to be dropped there | found when the mailbox is opened, or later |
//! | [`Merged`](crate::refcount::State::Merged) | nobody owns the object, and `shared` is the whole count, as `Arc`'s is | the thread that takes it to 0 |
//!
//! ```text
//!                     Brc::new
//!                        │
//!                        ▼
//!                  ┌───────────┐   first weak reference   ┌───────────┐
//!                  │  Default  │ ───────────────────────▶ │   Weak    │ ◀──────┐
//!                  └───────────┘                          └───────────┘        │
//!                    │   │   │                              │       │          │
//!                    │   │   └──────── (a) ──┬───── (a) ────┘       │          │
//!  last reference,   │   │                   ▼                      │          │
//!  and no other      │   │             ┌───────────┐                │          │
//!  thread has ever   │  (b)            │  Queued   │               (b)         │
//!  counted           │   │             └───────────┘                │          │
//!                    │   │                   │ (c)                  │          │
//!                    │   │                   ▼                      │          │
//!                    │   │             ┌───────────┐                │          │
//!                    │   └───────────▶ │  Merged   │ ◀──────────────┘          │
//!                    │                 └───────────┘                           │
//!                    │                   │       │                             │
//!                    │                   │       └── adopt, with the only ─────┘
//!                    │                   │           reference (d)
//!                    ▼                   ▼
//!                  ┌───────────────────────┐
//!                  │         dead          │ ───▶ destroyed, or resurrected by a finalizer
//!                  └───────────────────────┘
//!
//!  (a) a thread that is not the owner drops a reference, and the shared count is 0 or less
//!  (b) the owner drops the last reference that it has counted, others having counted too;
//!      or it disowns the object; or it comes to the detour of a wide object
//!  (c) the mailbox is opened: by the owner, or for it while it is away or when it has finished;
//!      or the owner does (b) first
//!  (d) a Brc without weak references goes to Default instead
//! ```
//!
//! Three marks lie across the states:
//!
//! | mark | where | means | comes | goes |
//! |---|---|---|---|---|
//! | immortal | top bit of `local` | nothing is counted any more | [when asked for](#an-object-that-is-never-destroyed) | never |
//! | wide | a bit of `shared` | threads count in cells of their own; the two halves are only a part of the sum | [when many threads count at once](#an-object-that-many-threads-use-at-once) | when the cells are added up for good |
//! | detour | top bit of `owner` | look whether the object is wide; an owner that finds it merges first | with wide | with wide |
//!
//! # Lives of an object
//!
//! ## Made and dropped on one thread
//!
//! Each clone adds one to `local`, each drop subtracts one. At 0 the owner looks at `shared` once; it was never touched, so the value is destroyed in that drop. This is the life of most objects. There is no locked instruction in it.
//!
//! ```
//! use freethreaded::Brc;
//! use std::sync::Arc;
//!
//! let resource = Arc::new(()); // its count shows whether the object is there
//! let a = Brc::new(resource.clone());
//! let b = a.clone();
//! drop(a);
//! drop(b);
//! assert_eq!(Arc::strong_count(&resource), 1);
//! ```
//!
//! ## Handed to another thread, and dropped there
//!
//! The other thread drops a reference that it has never counted: `shared` is 0. It cannot tell whether that is the last one, for `local` is plain memory that the owner may be changing at this moment. So the drop does not subtract. It sets the state to
//! queued and puts the reference into the owner's *mailbox*, as a parcel. The owner opens the box the next time that it makes an object, enters the runtime, passes a checkpoint, detaches or ends; it then adds `local` into `shared`, subtracts the parcel's reference, and is owner no more.
//!
//! An object is queued at most once in its life as one owner's. Further drops by other threads subtract from `shared`, below 0 if need be; what the merge finds in the sum is right.
//!
//! ```
//! use freethreaded::{Brc, attach};
//! use std::sync::Arc;
//!
//! let resource = Arc::new(());
//! let held = || Arc::strong_count(&resource) - 1;
//!
//! let object = Brc::new(resource.clone());
//! std::thread::spawn(move || drop(object)).join().unwrap();
//! assert_eq!(held(), 1); // in this thread's mailbox
//! drop(attach());
//! assert_eq!(held(), 0); // opened on entering; the end of an attach scope is an explicit point
//! ```
//!
//! ## Shared, and dropped by its owner first
//!
//! A thread that *clones* counts its clone in `shared`, so that its drop only subtracts 1 from something positive. If the owner drops what it has counted before, it finds `shared` touched, merges (one compare-and-swap), and from then on the object is counted as
//! `Arc` counts: whoever drops the last reference destroys it in that call.
//!
//! ```
//! use freethreaded::Brc;
//! use std::sync::Arc;
//!
//! let resource = Arc::new(());
//! let object = Brc::new(resource.clone());
//! let other = &object;
//! let clone = std::thread::scope(|s| s.spawn(|| other.clone()).join().unwrap()); // counted by the other thread
//! drop(object); // local 0, shared 1: merged
//! std::thread::spawn(move || drop(clone)).join().unwrap();
//! assert_eq!(Arc::strong_count(&resource), 1); // destroyed in that drop
//! ```
//!
//! ## Dropped while the owner is away
//!
//! A thread that is going to block says so, with [`detach`](crate::Attached::detach). It empties its mailbox and marks it as *absent*. Whoever then has a parcel for it takes the mailbox's lock, sees the mark and merges in the owner's place: `local` and `owner` are its to write as long
//! as it has the lock, since the owner needs the lock to come back.
//!
//! ```
//! use freethreaded::{Brc, attach};
//! use std::sync::Arc;
//!
//! let resource = Arc::new(());
//! let object = Brc::new(resource.clone());
//! attach().detach(|| {
//!     std::thread::spawn(move || drop(object)).join().unwrap();
//!     assert_eq!(Arc::strong_count(&resource), 1); // destroyed in that drop
//! });
//! ```
//!
//! ## The owner has finished
//!
//! The mailbox of a finished thread is marked as *gone*, which works like absent, for good. Ids of threads are not used twice, so no later thread is taken for the owner.
//!
//! ```
//! use freethreaded::Brc;
//! use std::sync::Arc;
//!
//! let resource = Arc::new(());
//! let value = resource.clone();
//! let object = std::thread::spawn(|| Brc::new(value)).join().unwrap();
//! drop(object); // this thread merges, and destroys the value
//! assert_eq!(Arc::strong_count(&resource), 1);
//! ```
//!
//! ## An object that many threads use at once
//!
//! Where several threads clone and drop the same object at full speed, one shared word is one cache line, and two halves do not help. Such an object can be *wide*: each thread then counts in a cell of its own, by plain stores, and the owner is sent the same way by the detour
//! bit (it merges first). No thread writes what another one reads.
//!
//! - It happens by itself when a thread finds, in drops that it looks at now and then, that others change the count in the same moments; see [`set_adaptive`]. [`Brc::share_widely`] does it at once.
//! - Nobody can see in one word that a wide object is dead. It is looked for: in a drop that takes the thread's cell lower than it was, and at explicit points. The sum of the cells is exact when they have been frozen, with one heavy barrier.
//! - It ends when the object dies, when somebody asks for uniqueness, when a hotter object needs the place, or when only one thread uses it any more.
//!
//! ```
//! use freethreaded::{Brc, refcount::shared_widely};
//!
//! let mut settings = Brc::new("settings".to_string());
//! assert!(Brc::share_widely(&settings));
//! std::thread::scope(|s| {
//!     for _ in 0..2 {
//!         s.spawn(|| for _ in 0..1000 { drop(settings.clone()) });
//!     }
//! });
//! assert!(Brc::get_mut(&mut settings).is_some()); // asks for uniqueness, and ends it
//! assert_eq!(shared_widely(), 0);
//! ```
//!
//! ## An object that is never destroyed
//!
//! [`Brc::immortal`] and [`Immortal`] make objects on which clone and drop look at one bit and do nothing. [`Brc::make_immortal`] makes one of an existing object: at once on the owner's thread, or if nobody owns it or the owner is away;
//! otherwise by a parcel to the owner. An owner that counts to 2^31 has made its object immortal too.
//!
//! ```
//! use freethreaded::{Brc, refcount::Immortal};
//!
//! static NONE: Immortal<&str> = Immortal::new("None");
//! let none: Brc<&str> = NONE.brc();
//! assert_eq!(Brc::strong_count(&none), usize::MAX);
//! ```
//!
//! # Who destroys, and when
//!
//! At once, in the call that drops the last reference, if the object was merged before, or its owner is in [`detach`](crate::Attached::detach) or has finished, or that call is the owner's and no reference is on its way to the owner. One
//! is, if another thread has dropped a reference that the owner had counted: then that is the last one, and the owner finds it. Otherwise:
//!
//! | another thread drops the last reference while the owner | the owner finds it at | it is destroyed |
//! |---|---|---|
//! | has finished, or is in `detach` | – | in that drop |
//! | is attached and computes | its next checkpoint, or `Brc::new`; or where it asks, with `get_mut`, `try_unwrap`, `make_mut` or `strong_count`, about an object that is on its way to it | at the checkpoint; if it was found elsewhere, see below |
//! | computes without a token | its next operation of a container, attach, or `Brc::new` | at the end of the operation or attach scope, if the operation writes past a bound or the scope is explicit; else see below |
//! | computes, or blocks without `detach`, and calls nothing of this crate | its return, or its end | there |
//!
//! Destructors never run in `new`, in a clone, in a read or under a lock of the crate. What the owner finds dead in one of those waits for its next explicit point. When 64 objects or 64 KiB have come together, the thread leaves them to
//! everybody, and whoever next drops a reference to another thread's object, or comes to an explicit point, destroys them. These are [`runtime::Bounds`](crate::runtime::Bounds), which can be [set](crate::runtime::set_bounds); where each is enforced, and
//! what can exceed it, is in [the runtime's table](crate::runtime#bounds).
//!
//! A wide object dies in the call that drops its last reference, if this takes the thread's cell lower than it ever was (and, past 16 below nothing, one time in 64). Otherwise it is found at the next [`collect`](crate::collect), `detach`, thread exit, or checkpoint behind which the
//! epoch has moved on, of any thread. At most 128 objects at a time can be late so.
//!
//! A thread that owns objects, hands them away and then blocks *without* `detach` holds back those whose last reference another thread drops meanwhile: nobody else may touch its counts. These are at most the objects that it owns, so garbage does not grow while it is silent; unless others [transfer](crate::Brc::transfer) objects to it all the while.
//!
//! The value is then destroyed on the owner's thread, on the thread that merged for it, or on one that took over what the owner left. So a [`Brc<T>`](crate::Brc) is `Send` and `Sync` only for `T: Send + Sync + 'static`. Any other stays on its thread, and is destroyed there, at once.
//!
//! # Weak references
//!
//! [`Brc::downgrade`] moves the object out of its default state first. From then on the owner no longer frees by plain stores: its last drop merges, by a compare-and-swap that an upgrade on another thread either precedes (the object lives on) or finds done (the upgrade fails).
//! An upgrade on the owner's thread is a test of `local` and an increment; on others it is a compare-and-swap, as for `Arc`, or for a wide object a step in the thread's cell. So it counts where a clone by that thread would.
//!
//! ```
//! use freethreaded::Brc;
//!
//! let strong = Brc::new(5);
//! let weak = Brc::downgrade(&strong);
//! let elsewhere = std::thread::spawn({ let weak = weak.clone(); move || weak.upgrade().map(|five| *five) });
//! assert_eq!(elsewhere.join().unwrap(), Some(5));
//! drop(strong);
//! assert!(weak.upgrade().is_none());
//! ```
//!
//! # Uniqueness
//!
//! [`get_mut`](crate::Brc::get_mut), [`try_unwrap`](crate::Brc::try_unwrap) and [`make_mut`](crate::Brc::make_mut) need to know that there is one reference. The owner knows: `local` is 1 and nothing is in `shared`. If there is something, it opens its mailbox first, so that `get_mut` after a `join` works as with `Arc`.
//! For an object without owner everybody knows. A thread that is not the owner cannot know, even if it has the only reference and the owner has finished: it would have to look at two words at one moment. It is told no.
//!
//! [`into_inner`](crate::Brc::into_inner) gives its reference up, and so finds out in some cases where the others cannot: when the owner is away or has finished.
//!
//! ```
//! use freethreaded::Brc;
//!
//! let mut mine = Brc::new(1);
//! let theirs = mine.clone();
//! std::thread::spawn(move || drop(theirs)).join().unwrap();
//! *Brc::get_mut(&mut mine).unwrap() = 2; // the owner finds the drop in its mailbox
//!
//! let mut foreign = std::thread::spawn(|| Brc::new(3)).join().unwrap();
//! assert!(Brc::get_mut(&mut foreign).is_none()); // the only reference, but this thread cannot know
//! assert_eq!(Brc::into_inner(foreign), Some(3));
//! ```
//!
//! # Change of owner
//!
//! An object that lives on another thread than its maker's is best owned there, or by nobody.
//!
//! | call | who | needs | then |
//! |---|---|---|---|
//! | [`Brc::transfer`] | the owner, before it sends the object; whoever has it, if nobody owns it | the only reference of any kind | the receiver is the owner |
//! | [`Brc::disown`] | the owner, at any time | – | nobody is; all count as `Arc` does, and the last drop destroys at once |
//! | [`Brc::adopt`] | the receiver of an object without owner | the only strong reference | the receiver is the owner |
//!
//! All is correct, if slower, when a transferred object goes elsewhere or its new owner has finished. [`RefCount`] has the same three, with conditions that are a little narrower; `adopt` of a `RefCount` leads to the weak state, since merged no longer shows whether there were weak references.
//!
//! ```
//! use freethreaded::{Brc, attach};
//! use std::sync::Arc;
//!
//! let resource = Arc::new(());
//! let _cx = attach();
//!
//! let object = Brc::new(resource.clone());
//! Brc::disown(&object); // for whoever comes to have it
//! std::thread::spawn(|| {
//!     let mut object = object;
//!     assert!(Brc::adopt(&mut object)); // and counts in plain memory from here on
//!     drop(object.clone());
//! })
//! .join()
//! .unwrap();
//! assert_eq!(Arc::strong_count(&resource), 1); // not late
//! ```
//!
//! # Resurrection
//!
//! A runtime with finalizers runs user code on an object that is dead, and that code may store it. [`finalize`] gives the dead object one reference, with the calling thread as its owner, runs the code, and gives the reference up again; what comes of that says whether the object is dead
//! after all. Weak references lead to the object from before the finalizer on. `Brc` has no such thing: `Drop` gets a `&mut self`, which cannot be stored.
//!
//! ```
//! use freethreaded::refcount::{Decrement, RefCount};
//!
//! let count = RefCount::new();
//! // SAFETY: a count without an object; each reference is given up once.
//! unsafe {
//!     assert_eq!(RefCount::decrement(&count), Decrement::Dead);
//!     count.resurrect();
//!     count.increment(); // the finalizer stores the object
//!     assert_eq!(RefCount::decrement(&count), Decrement::Alive);
//!     assert_eq!(RefCount::decrement(&count), Decrement::Dead); // and the store is emptied
//! }
//! ```
//!
//! # Overflow
//!
//! A shared count that comes to 2^27 in either direction is *saturated*: it is kept in a band that no step leads out of, and the object leaks. Nothing is ever freed that is in use, and nothing aborts, as `Arc` would.
//!
//! [`Brc`]: crate::Brc
//! [`Brc::adopt`]: crate::Brc::adopt
//! [`Brc::disown`]: crate::Brc::disown
//! [`Brc::downgrade`]: crate::Brc::downgrade
//! [`Brc::immortal`]: crate::Brc::immortal
//! [`Brc::make_immortal`]: crate::Brc::make_immortal
//! [`Brc::share_widely`]: crate::Brc::share_widely
//! [`Brc::transfer`]: crate::Brc::transfer
//! [`Immortal`]: crate::refcount::Immortal
//! [`RefCount`]: crate::refcount::RefCount
//! [`State`]: crate::refcount::State
//! [`finalize`]: crate::refcount::finalize
//! [`set_adaptive`]: crate::refcount::set_adaptive
