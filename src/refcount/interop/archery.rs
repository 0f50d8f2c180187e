//! Feature `archery`: `BrcK`, a kind of shared pointer for the persistent collections of `rpds` and its like.

use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;

use archery::SharedPointerKind;

use crate::Brc;

/// [`Brc`] as a [`SharedPointerKind`] of archery, where it stands beside `RcK` and `ArcK`.
///
/// **It is neither `Send` nor `Sync`.** archery lets a pointer travel as soon as its kind does and `T: Send + Sync`; a `Brc` also
/// needs `T: 'static`, since its last reference may be handed back to the owner and die there later, and a kind knows nothing
/// of its `T`. Where everything inside is `'static`, a wrapper of your own can say what archery cannot:
///
/// ```
/// use freethreaded::refcount::BrcK;
/// use rpds::HashTrieMap;
///
/// #[derive(Clone)]
/// struct Ages(HashTrieMap<String, u32, BrcK>);
///
/// // SAFETY: keys and values are Send, Sync and 'static, so every `Brc` inside may travel.
/// unsafe impl Send for Ages {}
/// // SAFETY: as above.
/// unsafe impl Sync for Ages {}
///
/// let ages = Ages(HashTrieMap::new_with_hasher_and_ptr_kind(Default::default()));
/// let older = Ages(ages.0.insert("Ada".to_string(), 36));
/// let thread = std::thread::spawn({ let older = older.clone(); move || { let older = older; older.0.get("Ada").copied() } });
/// assert_eq!(thread.join().unwrap(), Some(36));
/// assert_eq!(ages.0.size(), 0);
/// ```
///
/// Without the wrapper it does not compile:
///
/// ```compile_fail,E0277
/// let list = rpds::List::<u32, freethreaded::refcount::BrcK>::new_with_ptr_kind();
/// std::thread::spawn(move || drop(list));
/// ```
pub struct BrcK {
    /// From `Brc::into_raw` of the value's type, with the reference.
    value: *const (),
    /// Says again what the pointer says: neither `Send` nor `Sync`.
    _stays: PhantomData<*const ()>,
}

impl BrcK {
    fn of<T>(brc: Brc<T>) -> Self {
        Self { value: Brc::into_raw(brc).cast(), _stays: PhantomData }
    }

    /// # Safety
    /// The value is a `T`; the reference goes over, or the result is forgotten.
    unsafe fn brc<T>(&self) -> Brc<T> {
        // SAFETY: from `into_raw` of a `Brc<T>`.
        unsafe { Brc::from_raw(self.value.cast()) }
    }

    /// # Safety
    /// The value is a `T`.
    unsafe fn borrowed<T>(&self) -> ManuallyDrop<Brc<T>> {
        // SAFETY: the caller's; forgotten.
        ManuallyDrop::new(unsafe { self.brc() })
    }
}

// SAFETY: every function is `Brc`'s. The value does not move while it is counted, is destroyed in place, and `&mut` to it comes
// only from `get_mut` and `make_mut`. `make_mut` moves a value only where weak references are in the way, which a kind never makes.
unsafe impl SharedPointerKind for BrcK {
    #[inline]
    fn new<T>(value: T) -> Self {
        Self::of(Brc::new(value))
    }

    #[inline]
    fn from_box<T>(value: Box<T>) -> Self {
        Self::of::<T>(Brc::from(value))
    }

    #[inline]
    unsafe fn as_ptr<T>(&self) -> *const T {
        self.value.cast()
    }

    #[inline]
    unsafe fn deref<T>(&self) -> &T {
        // SAFETY: the value is a `T`, which our reference keeps alive.
        unsafe { &*self.value.cast() }
    }

    #[inline]
    unsafe fn try_unwrap<T>(self) -> Result<T, Self> {
        // SAFETY: the value is a `T`; the reference goes over.
        Brc::try_unwrap(unsafe { self.brc() }).map_err(Self::of)
    }

    #[inline]
    unsafe fn get_mut<T>(&mut self) -> Option<&mut T> {
        // SAFETY: the value is a `T`.
        let value: *mut T = Brc::get_mut(&mut *unsafe { self.borrowed() })?;
        // SAFETY: unique, and `self` is borrowed exclusively for as long as the result lives.
        Some(unsafe { &mut *value })
    }

    #[inline]
    unsafe fn make_mut<T: Clone>(&mut self) -> &mut T {
        /// Notes where the reference is then, also if the clone panics.
        struct Note<'a, T>(&'a mut BrcK, ManuallyDrop<Brc<T>>);
        impl<T> Drop for Note<'_, T> {
            fn drop(&mut self) {
                self.0.value = Brc::as_ptr(&self.1).cast();
            }
        }
        // SAFETY: the value is a `T`.
        let brc = unsafe { self.borrowed::<T>() };
        let mut note = Note(self, brc);
        let value: *mut T = Brc::make_mut(&mut note.1);
        drop(note);
        // SAFETY: unique, and `self` is borrowed exclusively for as long as the result lives.
        unsafe { &mut *value }
    }

    #[inline]
    unsafe fn strong_count<T>(&self) -> usize {
        // SAFETY: the value is a `T`.
        Brc::strong_count(&*unsafe { self.borrowed::<T>() })
    }

    #[inline]
    unsafe fn clone<T>(&self) -> Self {
        // SAFETY: the value is a `T`.
        Self::of(Brc::clone(&*unsafe { self.borrowed::<T>() }))
    }

    #[inline]
    unsafe fn drop<T>(&mut self) {
        // SAFETY: the value is a `T`; the caller does not use `self` again.
        drop(unsafe { self.brc::<T>() });
    }
}

impl fmt::Debug for BrcK {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrcK")
    }
}
