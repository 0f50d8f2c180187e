//! The shim: every atomic, fence, lock, thread-local and park of the crate, from `std` or from `loom`.
//!
//! Nothing else in the crate names `std::sync`, `parking_lot` or `loom`, so that a model run replaces all of
//! them at once. No lock of `std` is used: sanitizers cannot see into it. Under `--cfg count_traffic` the atomics and locks are the
//! real ones and keep a log.

pub(crate) mod barrier;
pub(crate) mod parking;

#[cfg(count_traffic)]
pub(crate) mod traffic;

mod mutex;

pub(crate) use mutex::{Condvar, Mutex};

#[cfg(not(any(loom, count_traffic)))]
pub(crate) mod atomic {
    pub(crate) use core::sync::atomic::{
        AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
}

#[cfg(loom)]
#[path = "modelled.rs"]
pub(crate) mod atomic;

#[cfg(count_traffic)]
#[path = "logged.rs"]
pub(crate) mod atomic;

/// Atomics that carry no ordering, as statistics and hints do. Not loom's: they would only multiply what a model explores.
pub(crate) mod unmodelled {
    #[cfg(count_traffic)]
    pub(crate) use super::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize};
    #[cfg(not(count_traffic))]
    pub(crate) use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize};
}

pub(crate) mod hint {
    #[cfg(not(loom))]
    pub(crate) use core::hint::spin_loop;
    #[cfg(loom)]
    pub(crate) use loom::hint::spin_loop;
    #[cfg(loom)]
    pub(crate) use loom::thread::yield_now;
    #[cfg(not(loom))]
    pub(crate) use std::thread::yield_now;
}

/// A thread-local of plain cells. `const` on the real machine, so that reading it is one `fs:`-relative load.
macro_rules! thread_cells {
    ($(#[$attr:meta])* $vis:vis static $name:ident: $ty:ty = $init:expr;) => {
        #[cfg(not(loom))]
        std::thread_local! { $(#[$attr])* $vis static $name: $ty = const { $init }; }
        #[cfg(loom)]
        loom::thread_local! { $(#[$attr])* $vis static $name: $ty = $init; }
    };
}

/// A process-wide value: a plain `static`, or under loom one that is made anew for each execution.
macro_rules! process_wide {
    ($(#[$attr:meta])* $vis:vis fn $name:ident() -> &'static $ty:ty { $init:expr }) => {
        #[cfg(not(loom))]
        $(#[$attr])* #[inline(always)]
        $vis fn $name() -> &'static $ty {
            static VALUE: $ty = $init;
            &VALUE
        }
        #[cfg(loom)]
        $(#[$attr])*
        $vis fn $name() -> &'static $ty {
            loom::lazy_static! { static ref VALUE: $ty = $init; }
            &VALUE
        }
    };
}

/// `const fn` on the real machine; loom's atomics have no `const` constructors.
macro_rules! const_unless_loom {
    ($(#[$attr:meta])* $vis:vis const fn $name:ident($($arg:ident: $ty:ty),*) -> $ret:ty $body:block) => {
        #[cfg(not(loom))]
        $(#[$attr])* $vis const fn $name($($arg: $ty),*) -> $ret $body
        #[cfg(loom)]
        $(#[$attr])* $vis fn $name($($arg: $ty),*) -> $ret $body
    };
}

/// Orders everything after it behind the releases that `$atomic` has received, for the thread that is about to
/// free an object. A fence on the real machine; ThreadSanitizer does not model fences, so there it is a load.
macro_rules! acquire {
    ($atomic:expr) => {
        if cfg!(tsan) {
            let _ = $atomic.load($crate::sync::atomic::Ordering::Acquire);
        } else {
            $crate::sync::atomic::fence($crate::sync::atomic::Ordering::Acquire);
        }
    };
}

pub(crate) use {acquire, const_unless_loom, process_wide, thread_cells};
