//! `Weak`: a reference that keeps the memory of an object but not its value.

use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::num::NonZero;
use core::ptr::{self, NonNull};

use super::brc::Brc;
use super::inner::{Inner, LOCKED, WEAK_MIDDLE, WEAK_SATURATED};
use crate::sync::atomic::Ordering;

/// The address of a reference from [`Weak::new`]: no object is there, since it is not aligned as one.
const NOWHERE: NonZero<usize> = NonZero::<usize>::MAX;

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
pub struct Weak<T: ?Sized> {
    /// At [`NOWHERE`] from [`Weak::new`].
    inner: NonNull<Inner<T>>,
    _value: PhantomData<Inner<T>>,
}

// SAFETY: a weak reference upgrades to a `Brc`, so the same bounds are needed, and they suffice.
unsafe impl<T: ?Sized + Send + Sync + 'static> Send for Weak<T> {}
// SAFETY: as above; `&Weak` clones into a `Weak`.
unsafe impl<T: ?Sized + Send + Sync + 'static> Sync for Weak<T> {}

impl<T> Weak<T> {
    /// A weak reference to nothing: no allocation, and [`upgrade`](Self::upgrade) always fails.
    ///
    /// ```
    /// assert!(freethreaded::Weak::<u8>::new().upgrade().is_none());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { inner: NonNull::without_provenance(NOWHERE), _value: PhantomData }
    }
}

impl<T: ?Sized> Weak<T> {
    /// # Safety
    /// The caller gives the new `Weak` a weak reference to the object.
    pub(super) unsafe fn from_inner(inner: NonNull<Inner<T>>) -> Self {
        Self { inner, _value: PhantomData }
    }

    /// The object, unless this is a reference to nothing.
    #[inline]
    fn object(&self) -> Option<NonNull<Inner<T>>> {
        (self.inner.addr() != NOWHERE).then_some(self.inner)
    }

    /// A strong reference, if the value is still there.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let strong = Brc::new(1);
    /// let weak = Brc::downgrade(&strong);
    /// assert!(weak.upgrade().is_some());
    /// ```
    #[inline]
    #[must_use]
    pub fn upgrade(&self) -> Option<Brc<T>> {
        let inner = self.object()?;
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
        ptr::addr_eq(self.inner.as_ptr(), other.inner.as_ptr())
    }

    /// The number of strong references, with the reservations of [`Brc::strong_count`]; 0 if the value is gone.
    #[must_use]
    pub fn strong_count(&self) -> usize {
        // SAFETY: our weak reference keeps the header.
        self.object().map_or(0, |inner| unsafe { &(*inner.as_ptr()).count }.references())
    }

    /// The number of weak references, a snapshot; 0 if the value is gone, as for `std::sync::Weak`.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let strong = Brc::new(1);
    /// let weak = Brc::downgrade(&strong);
    /// assert_eq!(weak.clone().weak_count(), 2);
    /// drop(strong);
    /// assert_eq!(weak.weak_count(), 0);
    /// ```
    #[must_use]
    pub fn weak_count(&self) -> usize {
        let Some(inner) = self.object() else { return 0 };
        // SAFETY: our weak reference keeps the header.
        let weak = unsafe { &(*inner.as_ptr()).weak }.load(Ordering::Relaxed);
        if weak == LOCKED || self.strong_count() == 0 { 0 } else { weak as usize - 1 }
    }

    /// The address that the value has or had; no good for anything if the reference is to nothing.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let strong = Brc::new(1);
    /// assert_eq!(Brc::downgrade(&strong).as_ptr(), Brc::as_ptr(&strong));
    /// ```
    #[must_use]
    pub fn as_ptr(&self) -> *const T {
        match self.object() {
            // SAFETY: our weak reference keeps the memory; the value is not looked at.
            Some(inner) => unsafe { &raw const (*inner.as_ptr()).value },
            None => self.inner.as_ptr() as *const T,
        }
    }

    /// Gives the weak reference away as a pointer, to be taken back with [`from_raw`](Self::from_raw).
    ///
    /// ```
    /// use freethreaded::{Brc, Weak};
    /// let strong = Brc::new(1);
    /// let raw = Brc::downgrade(&strong).into_raw();
    /// // SAFETY: from `into_raw`, taken back once.
    /// let weak = unsafe { Weak::from_raw(raw) };
    /// assert!(weak.upgrade().is_some());
    /// ```
    #[must_use = "the reference leaks if the pointer is lost"]
    pub fn into_raw(self) -> *const T {
        ManuallyDrop::new(self).as_ptr()
    }

    /// Takes a weak reference back that [`into_raw`](Self::into_raw) gave away.
    ///
    /// # Safety
    /// `pointer` came from `into_raw` of a `Weak` to the same value, or by a cast as [`Brc::from_raw`] allows it; that reference is
    /// taken back once.
    #[must_use]
    pub unsafe fn from_raw(pointer: *const T) -> Self {
        let inner = if pointer.addr() == NOWHERE.get() {
            // SAFETY: not null.
            unsafe { NonNull::new_unchecked(pointer as *mut Inner<T>) }
        } else {
            // SAFETY: the caller's weak reference keeps the memory.
            unsafe { Inner::of_value(pointer) }
        };
        Self { inner, _value: PhantomData }
    }
}

impl<T: ?Sized> Clone for Weak<T> {
    fn clone(&self) -> Self {
        if let Some(inner) = self.object() {
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

impl<T: ?Sized> Drop for Weak<T> {
    fn drop(&mut self) {
        if let Some(inner) = self.object() {
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

impl<T: ?Sized> fmt::Debug for Weak<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(Weak)")
    }
}
