//! `Locked`: a plain value with an object lock.

use core::cell::UnsafeCell;
use core::fmt;

use super::section::section;
use super::{HasLock, ObjectLock};

/// A value behind an [`ObjectLock`], for the fields of objects that are changed together in a [`critical_section`](crate::critical_section).
///
/// Values go in and out whole, as with a [`Cell`](core::cell::Cell): each method is one step under the lock. There is no guard and no reference to the value, since a critical
/// section can be suspended wherever it calls something that waits, and another thread may then change the value.
///
/// ```
/// use freethreaded::{critical_section, lock::Locked};
/// static NEXT: Locked<u64> = Locked::new(1);
/// let ticket = critical_section(&NEXT, |_| {
///     let ticket = NEXT.get();
///     NEXT.set(ticket + 1);
///     ticket
/// });
/// assert_eq!((ticket, NEXT.get()), (1, 2));
/// ```
#[derive(Default)]
pub struct Locked<T> {
    lock: ObjectLock,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached under the lock only, by one thread at a time, and moved between threads, but never shared.
unsafe impl<T: Send> Sync for Locked<T> {}

impl<T> Locked<T> {
    crate::sync::const_unless_loom! {
        /// A value with a lock of its own.
        #[must_use]
        pub const fn new(value: T) -> Self {
            Self { lock: ObjectLock::new(), value: UnsafeCell::new(value) }
        }
    }

    /// Puts `value` in and returns what was there.
    ///
    /// ```
    /// let state = freethreaded::lock::Locked::new("idle");
    /// assert_eq!(state.replace("busy"), "idle");
    /// ```
    #[inline]
    pub fn replace(&self, value: T) -> T {
        // SAFETY: under the lock, and no user code runs while the reference lives.
        section(&self.lock, || core::mem::replace(unsafe { &mut *self.value.get() }, value))
    }

    /// Puts `value` in. What was there is dropped after the lock is released.
    #[inline]
    pub fn set(&self, value: T) {
        drop(self.replace(value));
    }

    /// A copy of the value.
    #[inline]
    #[must_use]
    pub fn get(&self) -> T
    where
        T: Copy,
    {
        // SAFETY: as in `replace`; copying runs no user code.
        section(&self.lock, || unsafe { *self.value.get() })
    }

    /// Takes the value out and leaves the default.
    ///
    /// ```
    /// let list = freethreaded::lock::Locked::new(vec![1, 2]);
    /// assert_eq!(list.take(), [1, 2]);
    /// assert!(list.take().is_empty());
    /// ```
    #[must_use]
    pub fn take(&self) -> T
    where
        T: Default,
    {
        self.replace(T::default())
    }

    /// The value, of a `Locked` that nobody else has.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    /// The value.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T> HasLock for Locked<T> {
    fn object_lock(&self) -> &ObjectLock {
        &self.lock
    }
}

impl<T> From<T> for Locked<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T> fmt::Debug for Locked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Locked").field("lock", &self.lock).finish_non_exhaustive()
    }
}
