//! From a type to a trait that it implements, and back.

use core::any::Any;
use core::mem::ManuallyDrop;

use super::brc::Brc;
use super::inner::Inner;
use super::weak::Weak;

/// Makes a `Brc<dyn Trait>` of a `Brc<T>`, or a `Brc<[T]>` of a `Brc<[T; N]>`; also of [`Weak`](crate::Weak) references.
///
/// `Arc` needs no macro for this, by traits that are not stable yet (`CoerceUnsized`). The object and the count stay the same: any number of references may
/// know it by its type while others know it by a trait.
///
/// ```
/// use std::fmt::Display;
/// use freethreaded::{Brc, brc_unsize};
///
/// let number = Brc::new(5);
/// let shown: Brc<dyn Display + Send + Sync> = brc_unsize!(number.clone(), dyn Display + Send + Sync);
/// assert_eq!(shown.to_string(), "5");
/// assert_eq!(Brc::strong_count(&number), 2);
///
/// let observers = vec![Brc::downgrade(&number)];
/// let shown = observers.into_iter().map(|weak| brc_unsize!(weak, dyn Display));
/// assert!(shown.into_iter().all(|weak| weak.upgrade().is_some()));
/// ```
///
/// It does what the compiler would, and no more:
///
/// ```compile_fail,E0277
/// use freethreaded::{Brc, brc_unsize};
/// struct Mute;
/// let _ = brc_unsize!(Brc::new(Mute), dyn std::fmt::Display);
/// ```
#[macro_export]
macro_rules! brc_unsize {
    ($pointer:expr, $target:ty $(,)?) => {
        match $pointer {
            pointer => {
                // Raw pointers are unsized as references are, but not dereferenced on the way.
                let raw: *const $target = $crate::refcount::Unsize::pointer(&pointer);
                // SAFETY: `raw` is `pointer`'s own, by no more than an unsizing coercion.
                unsafe { $crate::refcount::Unsize::with_pointer(pointer, raw) }
            }
        }
    };
}

/// What [`brc_unsize!`](crate::brc_unsize) takes.
///
/// # Safety
/// `pointer` is to the value, and `with_pointer` takes it back whatever kind it was coerced to.
#[doc(hidden)]
pub unsafe trait Unsize {
    /// What it points to.
    type Target: ?Sized;
    /// The same reference to another view of the value.
    type To<U: ?Sized>;

    /// The pointer to coerce.
    fn pointer(this: &Self) -> *const Self::Target;

    /// # Safety
    /// `raw` is the result of `pointer(&self)`, or came from it by unsizing coercions.
    unsafe fn with_pointer<U: ?Sized>(self, raw: *const U) -> Self::To<U>;
}

// SAFETY: the pointer is that of `into_raw`.
unsafe impl<T: ?Sized> Unsize for Brc<T> {
    type Target = T;
    type To<U: ?Sized> = Brc<U>;

    #[inline]
    fn pointer(this: &Self) -> *const T {
        Self::as_ptr(this)
    }

    #[inline]
    unsafe fn with_pointer<U: ?Sized>(self, raw: *const U) -> Brc<U> {
        let _ours = ManuallyDrop::new(self);
        // SAFETY: `raw` is to the value of the same object, and the reference goes over.
        unsafe { Brc::from_raw(raw) }
    }
}

// SAFETY: the pointer is that of `into_raw`.
unsafe impl<T: ?Sized> Unsize for Weak<T> {
    type Target = T;
    type To<U: ?Sized> = Weak<U>;

    #[inline]
    fn pointer(this: &Self) -> *const T {
        this.as_ptr()
    }

    #[inline]
    unsafe fn with_pointer<U: ?Sized>(self, raw: *const U) -> Weak<U> {
        let _ours = ManuallyDrop::new(self);
        // SAFETY: as for `Brc`.
        unsafe { Weak::from_raw(raw) }
    }
}

impl Brc<dyn Any + Send + Sync> {
    /// The same object by its type, if that is `T`; else the reference as it was.
    ///
    /// # Errors
    /// Returns `self` if the value is not a `T`.
    ///
    /// ```
    /// use std::any::Any;
    /// use freethreaded::{Brc, brc_unsize};
    /// let any: Brc<dyn Any + Send + Sync> = brc_unsize!(Brc::new(5), dyn Any + Send + Sync);
    /// let any = any.downcast::<String>().unwrap_err();
    /// assert_eq!(*any.downcast::<i32>().unwrap(), 5);
    /// ```
    pub fn downcast<T: Any + Send + Sync>(self) -> Result<Brc<T>, Self> {
        if !(*self).is::<T>() {
            return Err(self);
        }
        // SAFETY: the value is a `T`; the reference goes over.
        Ok(unsafe { Brc::from_inner(Brc::into_inner_ptr(self).cast::<Inner<T>>()) })
    }
}
