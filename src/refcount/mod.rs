//! Biased reference counts: an intrusive word for runtimes, [`Brc`] for everybody else.
//!
//! An object is owned by the thread that made it. The owner counts its references in plain memory; other threads count in an
//! atomic word; a reference that a foreign thread cannot subtract goes to the owner's merge queue, and once the two
//! halves are merged the object is counted as `Arc` counts. This is the scheme of PEP 703, after Choi, Shull and Torrellas,
//! *Biased Reference Counting* (PACT 2018). The guide explains it, [with a diagram of its states](crate::guide::refcounts).
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
//! In the call that drops the last reference, if nobody owns the object, or its owner is in [`detach`](crate::Attached::detach) or has finished, or that call is the owner's and no
//! reference that another thread has dropped is on its way to it. Else the owner merges at its next allocation, attach, checkpoint, detach or exit, and the object is destroyed where the [runtime](crate::runtime#where-destructors-run)
//! allows destructors, within [bounds](crate::runtime#bounds) that can be [set](crate::runtime::set_bounds). An object that is [shared widely](share_widely) may be found dead a little later still, at an explicit point of any thread.
//!
//! The guide has [the whole table](crate::guide::refcounts#who-destroys-and-when), and [how it all works](crate::guide::refcounts).
#![doc = ""]
#![doc = include_str!("parity.md")]

mod aside;
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
mod unique;
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
