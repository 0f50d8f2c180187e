//! Biased reference counts: an intrusive word for runtimes, [`Brc`] for everybody else.
//!
//! An object is owned by the thread that made it. The owner counts its references in plain memory; other threads count in an
//! atomic word; a reference that a foreign thread cannot subtract goes to the owner's merge queue, and once the two
//! halves are merged the object is counted as `Arc` counts. This is the scheme of PEP 703, after Choi, Shull and Torrellas,
//! *Biased Reference Counting* (PACT 2018).
//!
//! | piece | for |
//! |---|---|
//! | [`Brc`], [`Weak`] | programs: the surface of `Arc`, [method by method](#parity-with-arc) |
//! | [`brc_unsize!`](crate::brc_unsize) | a `Brc<dyn Trait>` of a `Brc<T>` |
//! | [`Immortal`] | objects in `static`s |
//! | [`RefCount`], [`Counted`], [`retain`], [`release`] | runtimes with their own object header: [what is for what](Counted) |
//! | [`RefCount::transfer`], [`adopt`](RefCount::adopt), [`disown`](RefCount::disown) | objects that live on another thread than their maker's; also on [`Brc`] |
//! | [`finalize`] | objects that are stored again while they are destroyed |
//! | [`SharedPtr`] | pointers that the crate's containers can hold |
//! | [`Brc::share_widely`], [`set_adaptive`] | objects that many threads clone and drop at once |
//!
//! # When an object is destroyed
//!
//! At once, in the call that drops the last reference, if that call is the owner's, or the object was merged before, or its owner is in
//! [`detach`](crate::Attached::detach) or has finished. Else the owner merges at its next allocation, attach, checkpoint, detach or
//! exit, and the object is destroyed where the [runtime](crate::runtime#where-destructors-run) allows destructors.
//!
//! | another thread drops the last reference while the owner | the owner finds it at | it is destroyed |
//! |---|---|---|
//! | has finished, or is in `detach` | – | in that drop |
//! | is attached and computes | its next checkpoint, or `Brc::new` | there; if it was found in `new`, see below |
//! | computes without a token | its next operation of a container, attach, or `Brc::new` | at the end of the operation or attach scope, if the operation writes past a bound or the scope is explicit; else see below |
//! | computes, or blocks without `detach`, and calls nothing of this crate | its return, or its end | there |
//!
//! What the owner finds where no destructor may run, in `new` or in a read, waits for its next explicit point; when 64 objects or 64 KiB have come together, the next
//! thread that drops a reference to another's object destroys them, or that comes to an explicit point. All [bounds](crate::runtime#bounds) can be
//! [set](crate::runtime::set_bounds).
//!
//! An object that is [shared widely](share_widely) has no word that shows its last reference. It dies in the call that drops that, if this takes the
//! thread's share lower than it ever was (and, past 16 below nothing, one time in 64); else at the next [`collect`](crate::collect), `detach`, thread exit, or checkpoint
//! behind which the epoch has moved on, of any thread. At most 128 objects at a time can be late so.
//!
//! A thread that owns objects, hands them away and then blocks *without* `detach` holds back those whose last reference another thread
//! drops meanwhile: nobody else may touch its counts. These are at most the objects that it owns, so garbage does not grow while it is silent.
//!
//! ```
//! use freethreaded::{Brc, attach};
//! use std::sync::Arc;
//!
//! let resource = Arc::new(());
//! let held = || Arc::strong_count(&resource) - 1;
//!
//! // This thread owns the object, and another drops the last reference.
//! let object = Brc::new(Arc::clone(&resource));
//! std::thread::spawn(move || drop(object)).join().unwrap();
//! assert_eq!(held(), 1); // this thread has not called in since
//! drop(attach());
//! assert_eq!(held(), 0); // the end of an attach scope is an explicit point
//!
//! // The same while the owner is away: destroyed in the drop.
//! let object = Brc::new(Arc::clone(&resource));
//! attach().detach(|| std::thread::spawn(move || drop(object)).join().unwrap());
//! assert_eq!(held(), 0);
//! ```
#![doc = ""]
#![doc = include_str!("parity.md")]

mod brc;
mod bulk;
mod clone_to_brc;
mod counted;
mod erased;
mod from;
mod hot;
mod immortal;
mod impls;
mod inner;
#[cfg(not(loom))]
mod interop;
mod owner;
mod ownership;
mod resurrect;
mod shared;
mod shared_ptr;
mod slice;
#[cfg(all(test, not(loom)))]
mod table_test;
mod unsize;
mod weak;
mod wide;
mod word;

pub use brc::Brc;
#[cfg(loom)]
pub use brc::{ask_to_merge, free_immortal};
pub use bulk::release_many;
pub use clone_to_brc::CloneToBrc;
pub use counted::{
    Counted, hand_over, is_adaptive, make_immortal, release, retain, set_adaptive, share_widely,
    shared_widely,
};
pub use immortal::Immortal;
#[cfg(all(feature = "archery", not(loom)))]
pub use interop::BrcK;
pub use resurrect::{Finalized, finalize};
pub use shared::State;
pub use shared_ptr::SharedPtr;
#[doc(hidden)]
pub use unsize::Unsize;
pub use weak::Weak;
pub use word::{Decrement, RefCount};
