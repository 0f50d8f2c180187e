//! The pointers that are compared.

use std::rc::{self, Rc};
use std::sync::{self, Arc};

use freethreaded::{Brc, attach};

/// What the pointers point to: 32 bytes.
pub(super) type Object = [u64; 4];

pub(super) const OBJECT: Object = [1, 2, 3, 4];

/// A counted pointer.
pub(super) trait Pointer: Clone + 'static {
    fn new(object: Object) -> Self;

    /// A pointer to an object that belongs to no thread, where that makes a difference.
    fn without_owner(object: Object) -> Self {
        Self::new(object)
    }

    /// What a thread calls from time to time for the sake of objects that it owns, where there is such a call.
    fn look_after_own() {}
}

/// One that has weak references. triomphe's has none.
pub(super) trait WithWeak: Pointer {
    type Weak: 'static;

    fn downgrade(&self) -> Self::Weak;
    fn upgrade(weak: &Self::Weak) -> Option<Self>;
}

impl Pointer for Rc<Object> {
    #[inline]
    fn new(object: Object) -> Self {
        Rc::new(object)
    }
}

impl Pointer for Arc<Object> {
    #[inline]
    fn new(object: Object) -> Self {
        Arc::new(object)
    }
}

impl Pointer for triomphe::Arc<Object> {
    #[inline]
    fn new(object: Object) -> Self {
        triomphe::Arc::new(object)
    }
}

impl Pointer for biasedrc::Brc<Object> {
    #[inline]
    fn new(object: Object) -> Self {
        biasedrc::Brc::new(object)
    }

    fn look_after_own() {
        biasedrc::collect();
    }
}

impl Pointer for Brc<Object> {
    #[inline]
    fn new(object: Object) -> Self {
        Brc::new(object)
    }

    fn without_owner(object: Object) -> Self {
        attach().detach(|| Brc::new(object))
    }

    fn look_after_own() {
        attach().checkpoint();
    }
}

macro_rules! with_weak {
    ($($pointer:ty, $weak:ty;)*) => {$(
        impl WithWeak for $pointer {
            type Weak = $weak;

            #[inline]
            fn downgrade(&self) -> Self::Weak {
                <$pointer>::downgrade(self)
            }

            #[inline]
            fn upgrade(weak: &Self::Weak) -> Option<Self> {
                weak.upgrade()
            }
        }
    )*};
}

with_weak! {
    Rc<Object>, rc::Weak<Object>;
    Arc<Object>, sync::Weak<Object>;
    biasedrc::Brc<Object>, biasedrc::Weak<Object>;
    Brc<Object>, freethreaded::Weak<Object>;
}
