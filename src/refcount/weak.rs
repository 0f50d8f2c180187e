//! `Weak`: a reference that keeps the memory of an object but not its value.

use core::fmt;
use core::marker::PhantomData;
use core::ptr::NonNull;

use super::brc::{Brc, Inner, WEAK_MIDDLE, WEAK_SATURATED};
use crate::sync::atomic::Ordering;

/// A weak reference to an object of a [`Brc`], as `std::sync::Weak` is to `Arc`.
///
/// An upgrade on the owner's thread costs no locked instruction; elsewhere it is a compare-and-swap.
///
/// ```
/// use freethreaded::{Brc, Weak};
/// let cache: Weak<String>;
/// {
///     let value = Brc::new("short-lived".to_string());
///     cache = Brc::downgrade(&value);
///     assert!(cache.upgrade().is_some());
/// }
/// assert!(cache.upgrade().is_none());
/// ```
pub struct Weak<T> {
    /// `None` from [`Weak::new`].
    inner: Option<NonNull<Inner<T>>>,
    _value: PhantomData<Inner<T>>,
}

// SAFETY: a weak reference upgrades to a `Brc`, so the same bounds are needed, and they suffice.
unsafe impl<T: Send + Sync + 'static> Send for Weak<T> {}
// SAFETY: as above; `&Weak` clones into a `Weak`.
unsafe impl<T: Send + Sync + 'static> Sync for Weak<T> {}

impl<T> Weak<T> {
    /// A weak reference to nothing: no allocation, and [`upgrade`](Self::upgrade) always fails.
    ///
    /// ```
    /// assert!(freethreaded::Weak::<u8>::new().upgrade().is_none());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { inner: None, _value: PhantomData }
    }

    /// # Safety
    /// The caller gives the new `Weak` a weak reference to the object.
    pub(super) unsafe fn from_inner(inner: NonNull<Inner<T>>) -> Self {
        Self { inner: Some(inner), _value: PhantomData }
    }

    /// A strong reference, if the value is still there.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let strong = Brc::new(1);
    /// let weak = Brc::downgrade(&strong);
    /// assert!(weak.upgrade().is_some());
    /// ```
    #[must_use]
    pub fn upgrade(&self) -> Option<Brc<T>> {
        let inner = self.inner?;
        // SAFETY: our weak reference keeps the header; the count was out of its default state before we came to be.
        if unsafe { &(*inner.as_ptr()).count }.try_increment() {
            // SAFETY: counted just now.
            Some(unsafe { Brc::from_inner(inner) })
        } else {
            None
        }
    }

    /// Whether two weak references point to the same object, or both to nothing.
    ///
    /// ```
    /// use freethreaded::{Brc, Weak};
    /// let a = Brc::new(1);
    /// assert!(Weak::ptr_eq(&Brc::downgrade(&a), &Brc::downgrade(&a)));
    /// ```
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }

    /// The number of strong references, with the reservations of [`Brc::strong_count`]; 0 if the value is gone.
    #[must_use]
    pub fn strong_count(&self) -> usize {
        // SAFETY: our weak reference keeps the header.
        self.inner.map_or(0, |inner| unsafe { &(*inner.as_ptr()).count }.references())
    }
}

impl<T> Clone for Weak<T> {
    fn clone(&self) -> Self {
        if let Some(inner) = self.inner {
            // SAFETY: our weak reference keeps the header. It also means that no uniqueness test has the word locked.
            let weak = unsafe { &(*inner.as_ptr()).weak };
            // Relaxed: our own reference keeps the memory.
            if weak.fetch_add(1, Ordering::Relaxed) >= WEAK_SATURATED {
                weak.store(WEAK_MIDDLE, Ordering::Relaxed);
            }
        }
        Self { inner: self.inner, _value: PhantomData }
    }
}

impl<T> Drop for Weak<T> {
    fn drop(&mut self) {
        if let Some(inner) = self.inner {
            // SAFETY: our own weak reference, given up once. While strong references exist their shared one keeps the memory.
            unsafe { Inner::release_weak(inner) };
        }
    }
}

impl<T> Default for Weak<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Weak<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(Weak)")
    }
}
