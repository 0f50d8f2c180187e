//! A `Brc` from other owners of a value: `Box`, `Cow`, owned paths and strings of the system.

use core::ffi::CStr;
use core::mem::ManuallyDrop;
use std::borrow::Cow;
use std::ffi::{CString, OsStr, OsString};
use std::path::{Path, PathBuf};

use super::brc::Brc;
use super::inner::Inner;
use super::word::RefCount;

impl<T> From<T> for Brc<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized> From<Box<T>> for Brc<T> {
    /// Moves the value behind a header and frees the box. A boxed trait object becomes a counted one:
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let boxed: Box<dyn Fn(u32) -> u32> = Box::new(|n| n + 1);
    /// let counted: Brc<dyn Fn(u32) -> u32> = boxed.into();
    /// assert_eq!(counted.clone()(1), 2);
    /// ```
    fn from(value: Box<T>) -> Self {
        // First, since it may panic.
        let count = RefCount::new();
        let value = Box::into_raw(value);
        // SAFETY: the value is moved out of the box once, whose memory is then freed without it. The new object's one
        // reference is ours.
        unsafe {
            let object = Inner::with_bytes_of(value, count);
            drop(Box::from_raw(value as *mut ManuallyDrop<T>));
            Self::from_inner(object)
        }
    }
}

impl<'a, B: ?Sized + ToOwned> From<Cow<'a, B>> for Brc<B>
where
    Self: From<&'a B> + From<B::Owned>,
{
    fn from(value: Cow<'a, B>) -> Self {
        match value {
            Cow::Borrowed(value) => value.into(),
            Cow::Owned(value) => value.into(),
        }
    }
}

impl<T: Default> Default for Brc<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl Default for Brc<CStr> {
    fn default() -> Self {
        CString::default().into()
    }
}

/// By way of a box, which is what these types have conversions for.
macro_rules! from_boxable {
    ($($borrowed:ty, $owned:ty;)*) => {$(
        impl From<&$borrowed> for Brc<$borrowed> {
            fn from(value: &$borrowed) -> Self {
                Box::<$borrowed>::from(value).into()
            }
        }

        impl From<&mut $borrowed> for Brc<$borrowed> {
            fn from(value: &mut $borrowed) -> Self {
                (&*value).into()
            }
        }

        impl From<$owned> for Brc<$borrowed> {
            fn from(value: $owned) -> Self {
                Box::<$borrowed>::from(value).into()
            }
        }
    )*};
}

from_boxable! {
    CStr, CString;
    OsStr, OsString;
    Path, PathBuf;
}
