//! Loom's atomics, made to explore what loom would leave out.
//!
//! Loom remembers one last access per atomic, and takes two loads to be independent. So in `load` on one thread, then `load` and
//! compare-and-swap on another, the second load hides the first from the swap, and the order in which the swap comes before
//! the first load is never tried. Here every load first makes a read-modify-write of an atomic of its own, to which nothing else is
//! attached: two loads then depend on each other, and both orders are tried. It is relaxed, so it orders no memory.
//!
//! And loom's clocks go on at accesses only. An atomic that is made behind a release would count as made before it, and reading
//! it without having acquired anything later would pass. So an access comes before each making.

use core::ops::{Deref, DerefMut};

pub(crate) use loom::sync::atomic::{Ordering, fence};

macro_rules! atomics {
    ($($name:ident$(<$param:ident>)?: $value:ty;)*) => {$(
        pub(crate) struct $name$(<$param>)? {
            inner: loom::sync::atomic::$name$(<$param>)?,
            loads: loom::sync::atomic::AtomicU8,
        }

        impl$(<$param>)? $name$(<$param>)? {
            pub(crate) fn new(value: $value) -> Self {
                loom::cell::UnsafeCell::new(()).with_mut(|_| ());
                Self {
                    inner: loom::sync::atomic::$name::new(value),
                    loads: loom::sync::atomic::AtomicU8::new(0),
                }
            }

            #[track_caller]
            pub(crate) fn load(&self, ordering: Ordering) -> $value {
                self.loads.fetch_add(0, Ordering::Relaxed);
                self.inner.load(ordering)
            }
        }

        impl$(<$param>)? Deref for $name$(<$param>)? {
            type Target = loom::sync::atomic::$name$(<$param>)?;
            fn deref(&self) -> &Self::Target {
                &self.inner
            }
        }

        impl$(<$param>)? DerefMut for $name$(<$param>)? {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.inner
            }
        }
    )*};
}

atomics! {
    AtomicBool: bool;
    AtomicU8: u8;
    AtomicU32: u32;
    AtomicU64: u64;
    AtomicUsize: usize;
    AtomicPtr<T>: *mut T;
}
