//! Objects that live in a `static`: no allocation, no counting.

use core::fmt;
use core::ops::Deref;
use core::ptr::NonNull;

use super::brc::Brc;
use super::inner::Inner;
use super::word::RefCount;
use crate::sync::atomic::AtomicU32;
use crate::sync::const_unless_loom;

/// An object for a `static`, to which any number of [`Brc`]s may point. Clone and drop of those cost nothing on any thread.
///
/// What an interpreter's `None`, `True` and small integers are made of.
///
/// ```
/// use freethreaded::{Brc, refcount::Immortal};
///
/// static NONE: Immortal<&str> = Immortal::new("None");
///
/// let a: Brc<&str> = NONE.brc();
/// let b = std::thread::spawn(|| NONE.brc()).join().unwrap();
/// assert!(Brc::ptr_eq(&a, &b));
/// assert!(Brc::is_immortal(&a));
/// ```
#[repr(transparent)]
pub struct Immortal<T>(Inner<T>);

// SAFETY: the header may be used from any thread; `Brc`s made from `&'static Immortal` need the same bounds to travel, and
// `Deref` gives `&T`.
unsafe impl<T: Sync> Sync for Immortal<T> {}
// SAFETY: an owned value of it has no `Brc` that points to it, since those need it for `'static`.
unsafe impl<T: Send> Send for Immortal<T> {}

impl<T> Immortal<T> {
    const_unless_loom! {
        /// The object. Usable in `const` and `static` items.
        pub const fn new(value: T) -> Self {
            Self(Inner { count: RefCount::new_immortal(), weak: AtomicU32::new(1), value })
        }
    }

    /// A reference to it.
    #[inline]
    pub fn brc(&'static self) -> Brc<T> {
        // SAFETY: immortal, so references are not counted and never end in a destruction; and it is there for ever.
        // Nothing writes through the pointer but to the header's atomics: a uniqueness test on an immortal object fails.
        unsafe { Brc::from_inner(NonNull::from(&self.0)) }
    }
}

impl<T> Deref for Immortal<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Immortal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
