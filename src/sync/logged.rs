//! The atomics of `core`, with every access written to the log of [`traffic`](super::traffic).

#![allow(dead_code, reason = "every type has the same methods")]
#![allow(unreachable_pub, reason = "one of the types is for `tests/traffic` too")]

use core::sync::atomic;

use super::traffic::{Event, note};

pub(crate) use core::sync::atomic::{Ordering, fence};

macro_rules! atomics {
    ($($name:ident$(<$param:ident>)?: $value:ty;)*) => {$(
        /// As `core`'s.
        #[repr(transparent)]
        pub struct $name$(<$param>)?(atomic::$name$(<$param>)?);

        impl$(<$param>)? $name$(<$param>)? {
            /// As `core`'s.
            pub const fn new(value: $value) -> Self {
                Self(atomic::$name::new(value))
            }

            fn address(&self) -> usize {
                (&raw const *self).addr()
            }

            /// As `core`'s.
            pub fn load(&self, ordering: Ordering) -> $value {
                note(Event::Load(self.address()));
                self.0.load(ordering)
            }

            /// As `core`'s.
            pub fn store(&self, value: $value, ordering: Ordering) {
                note(Event::Store(self.address()));
                self.0.store(value, ordering);
            }

            /// As `core`'s.
            pub fn swap(&self, value: $value, ordering: Ordering) -> $value {
                note(Event::ReadModifyWrite(self.address()));
                self.0.swap(value, ordering)
            }

            /// As `core`'s.
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                // Before the exchange: behind it the memory may be another's.
                let address = self.address();
                let result = self.0.compare_exchange(current, new, success, failure);
                note(if result.is_ok() { Event::ReadModifyWrite(address) } else { Event::FailedExchange(address) });
                result
            }

            /// As [`compare_exchange`](Self::compare_exchange), which may not fail spuriously.
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.compare_exchange(current, new, success, failure)
            }
        }
    )*};
}

macro_rules! numbers {
    ($($name:ident: $value:ty: $($method:ident)*;)*) => {$(
        impl $name {
            $(
                /// As `core`'s.
                pub fn $method(&self, value: $value, ordering: Ordering) -> $value {
                    note(Event::ReadModifyWrite(self.address()));
                    self.0.$method(value, ordering)
                }
            )*
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

numbers! {
    AtomicU32: u32: fetch_add fetch_sub fetch_and fetch_or;
    AtomicU64: u64: fetch_add fetch_sub fetch_max;
    AtomicUsize: usize: fetch_add fetch_sub;
}
