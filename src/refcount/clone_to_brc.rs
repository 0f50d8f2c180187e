//! What `Brc::make_mut` asks of a value: a clone in an object of its own.

use super::brc::Brc;

/// Values that [`Brc::make_mut`] can clone: every `T: Clone`, slices of them, and `str`. Sealed.
///
/// ```
/// use freethreaded::{Brc, refcount::CloneToBrc};
/// fn clear<T: ?Sized + CloneToBrc + AsMut<[u8]>>(bytes: &mut Brc<T>) {
///     Brc::make_mut(bytes).as_mut().fill(0);
/// }
/// let mut bytes: Brc<[u8]> = [1, 2].into();
/// clear(&mut bytes);
/// assert_eq!(*bytes, [0, 0]);
/// ```
pub trait CloneToBrc: sealed::Sealed {
    /// A clone of `self` that nobody else has a reference to.
    #[doc(hidden)]
    fn clone_to_brc(&self) -> Brc<Self>;
}

mod sealed {
    pub trait Sealed {}
    impl<T: Clone> Sealed for T {}
    impl<T: Clone> Sealed for [T] {}
    impl Sealed for str {}
}

impl<T: Clone> CloneToBrc for T {
    fn clone_to_brc(&self) -> Brc<Self> {
        Brc::new(self.clone())
    }
}

impl<T: Clone> CloneToBrc for [T] {
    fn clone_to_brc(&self) -> Brc<Self> {
        self.into()
    }
}

impl CloneToBrc for str {
    fn clone_to_brc(&self) -> Brc<Self> {
        self.into()
    }
}
