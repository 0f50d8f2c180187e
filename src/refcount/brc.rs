//! `Brc`: a biased reference-counted pointer with the surface of `Arc`.

use core::marker::PhantomData;
use core::mem::{self, ManuallyDrop};
use core::ops::Deref;
use core::pin::Pin;
use core::ptr::{self, NonNull};

use super::clone_to_brc::CloneToBrc;
use super::counted::{Counted, make_immortal, release, retain, settle_queued, share_widely};
use super::inner::{Inner, LOCKED, WEAK_MIDDLE, WEAK_SATURATED};
use super::weak::Weak;
use super::word::{Decrement, RefCount};
use crate::sync::atomic::{AtomicU32, Ordering};

/// A reference-counted pointer that is cheap on the thread that made the object and correct on all others.
///
/// The thread that calls [`Brc::new`] owns the object and counts its references in plain memory, without locked instructions.
/// Other threads count in a second, atomic word. The API is `Arc`'s ([method by method](crate::refcount#parity-with-arc)); `Brc<T>` is one word for a sized `T`, and the header 16 bytes.
///
/// # Differences from `Arc`
///
/// - The last drop on a thread that does not own the object may hand the reference to the owner, which merges the counts at its
///   next allocation, [`checkpoint`](crate::Attached::checkpoint) or attach. The value is then destroyed later, and perhaps on
///   another thread. So `Brc<T>` is `Send` and `Sync` only for `T: Send + Sync + 'static`. A `Brc` of anything else
///   stays on its thread, where nothing is ever late. A thread that blocks should do so inside
///   [`detach`](crate::Attached::detach); then others merge for it.
/// - [`get_mut`](Self::get_mut), [`try_unwrap`](Self::try_unwrap) and [`make_mut`](Self::make_mut) know uniqueness on the owner's
///   thread, and for objects without owner. On another thread a unique object may not be recognised.
/// - Overflow of a count leaks the object; it never aborts.
/// - [Immortal](Self::immortal) objects cost nothing to clone and drop, on any thread.
///
/// ```
/// use freethreaded::Brc;
/// let a = Brc::new(vec![1, 2, 3]);
/// let b = a.clone(); // two plain instructions on this thread
/// let sum = std::thread::spawn(move || b.iter().sum::<i32>()).join().unwrap();
/// assert_eq!(sum, 6);
/// assert_eq!(*a, [1, 2, 3]);
/// ```
///
/// Values that are not thread-safe stay on their thread:
///
/// ```compile_fail,E0277
/// let cell = freethreaded::Brc::new(std::cell::Cell::new(1));
/// std::thread::spawn(move || cell.set(2));
/// ```
pub struct Brc<T: ?Sized> {
    inner: NonNull<Inner<T>>,
    /// Drops a `T`.
    _value: PhantomData<Inner<T>>,
}

// SAFETY: the counts may be used from any thread; the value may be reached and destroyed by any thread that has a
// reference, or by the owner at any later time, which the three bounds allow.
unsafe impl<T: ?Sized + Send + Sync + 'static> Send for Brc<T> {}
// SAFETY: as above; `&Brc` clones into a `Brc`.
unsafe impl<T: ?Sized + Send + Sync + 'static> Sync for Brc<T> {}

impl<T> Brc<T> {
    /// Makes an object owned by the calling thread. One allocation from the crate's [heap](crate#layers). Runs no destructor.
    ///
    /// ```
    /// let five = freethreaded::Brc::new(5);
    /// assert_eq!(*five, 5);
    /// ```
    #[inline]
    #[must_use]
    pub fn new(value: T) -> Self {
        /// Frees the memory if the thread cannot be registered.
        struct Unused<T>(NonNull<Inner<T>>);
        impl<T> Drop for Unused<T> {
            #[cold]
            fn drop(&mut self) {
                // SAFETY: freshly allocated, and nothing refers to it.
                unsafe { Inner::free_unwritten(self.0) };
            }
        }
        let inner = Inner::<T>::allocate();
        let unused = Unused(inner);
        // SAFETY: freshly allocated for this type.
        unsafe {
            RefCount::write_new(&raw mut (*inner.as_ptr()).count);
            (&raw mut (*inner.as_ptr()).weak).write(AtomicU32::new(1));
            (&raw mut (*inner.as_ptr()).value).write(value);
        }
        mem::forget(unused);
        // SAFETY: the count's first reference is this one.
        unsafe { Self::from_inner(inner) }
    }

    #[inline]
    fn with_count(count: RefCount, value: T) -> Self {
        let inner = Inner::<T>::allocate();
        // SAFETY: freshly allocated for this type.
        unsafe { inner.write(Inner { count, weak: AtomicU32::new(1), value }) };
        // SAFETY: the count's first reference is this one.
        unsafe { Self::from_inner(inner) }
    }

    /// Makes an object that is never destroyed: cloning and dropping its references changes nothing, so they scale on any number of
    /// threads. The memory is leaked. For objects in `static`s see [`Immortal`](super::Immortal).
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let none = Brc::immortal("None");
    /// let other = none.clone();
    /// assert!(Brc::is_immortal(&other));
    /// ```
    #[must_use]
    pub fn immortal(value: T) -> Self {
        Self::with_count(RefCount::new_immortal(), value)
    }

    /// Makes an object that can hold weak references to itself. `f` gets one, on which
    /// [`upgrade`](Weak::upgrade) fails until `new_cyclic` returns.
    ///
    /// ```
    /// use freethreaded::{Brc, Weak};
    /// struct Node { me: Weak<Node> }
    /// let node = Brc::new_cyclic(|me| Node { me: me.clone() });
    /// assert!(Brc::ptr_eq(&node, &node.me.upgrade().unwrap()));
    /// ```
    pub fn new_cyclic(f: impl FnOnce(&Weak<T>) -> T) -> Self {
        let inner = Inner::<T>::allocate();
        // SAFETY: freshly allocated; the value is not looked at while the count is dead.
        unsafe { Inner::write_header(inner, RefCount::new_unpublished()) };
        // The weak reference that the strong ones will share. If `f` unwinds it frees the memory.
        // SAFETY: the header is written, and `weak` is 1 for this reference.
        let weak = unsafe { Weak::from_inner(inner) };
        let value = f(&weak);
        // SAFETY: upgrades fail, so nobody looks at the value before `publish`.
        unsafe { (&raw mut (*inner.as_ptr()).value).write(value) };
        // SAFETY: the memory is kept by `weak`.
        unsafe { (*inner.as_ptr()).count.publish() };
        mem::forget(weak);
        // SAFETY: `publish` made the one reference.
        unsafe { Self::from_inner(inner) }
    }

    /// Makes an object that never moves, since no [`Brc::try_unwrap`] leads out of a `Pin`.
    ///
    /// ```
    /// let pinned = freethreaded::Brc::pin(std::marker::PhantomPinned);
    /// let _same = pinned.clone();
    /// ```
    #[must_use]
    pub fn pin(value: T) -> Pin<Self> {
        // SAFETY: `Pin` gives no `Brc` and no `&mut` to the value away, and a `Brc` destroys its value in place.
        unsafe { Pin::new_unchecked(Self::new(value)) }
    }

    /// The value, if this is the only strong reference and the calling thread can know that; else `this` again.
    ///
    /// # Errors
    /// Returns `this` if other references exist, if it is immortal, or if another thread owns the object.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// assert_eq!(Brc::try_unwrap(Brc::new(3)), Ok(3));
    /// let a = Brc::new(4);
    /// let _b = a.clone();
    /// assert_eq!(*Brc::try_unwrap(a).unwrap_err(), 4);
    /// ```
    pub fn try_unwrap(this: Self) -> Result<T, Self> {
        if !this.header().take_if_unique() {
            return Err(this);
        }
        let inner = Self::into_inner_ptr(this);
        // SAFETY: the count is dead by our doing.
        Ok(unsafe { Self::take_value(inner) })
    }

    /// # Safety
    /// The last strong reference is gone and the value has not been destroyed.
    unsafe fn take_value(inner: NonNull<Inner<T>>) -> T {
        // SAFETY: moved out once; then the memory is released.
        unsafe {
            let value = (&raw const (*inner.as_ptr()).value).read();
            Inner::release_weak(inner);
            value
        }
    }

    /// The value, if this was the last strong reference and the calling thread can know that; else the reference is dropped.
    ///
    /// Of several threads that call this on the last references of an object, at most one gets the value; exactly one if the object
    /// has no owner. The last reference to an object of another thread that is not away goes to that thread,
    /// which destroys the value.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let a = Brc::new(3);
    /// let b = a.clone();
    /// assert_eq!(Brc::into_inner(a), None);
    /// assert_eq!(Brc::into_inner(b), Some(3));
    /// ```
    #[must_use = "the value is destroyed if it is not used"]
    pub fn into_inner(this: Self) -> Option<T> {
        let inner = Self::into_inner_ptr(this);
        // SAFETY: the reference that we have just taken out of `this`; a queued one is settled.
        let outcome = unsafe {
            match RefCount::decrement_narrow(Inner::count(inner.as_ptr())) {
                Decrement::Queued => settle_queued(inner.as_ptr()),
                outcome => outcome,
            }
        };
        // SAFETY: the last strong reference is gone.
        (outcome == Decrement::Dead).then(|| unsafe { Self::take_value(inner) })
    }

    /// The value: moved out where [`try_unwrap`](Self::try_unwrap) would give it, else a clone.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let a = Brc::new("text".to_string());
    /// let b = a.clone();
    /// assert_eq!(Brc::unwrap_or_clone(a), "text"); // a clone
    /// assert_eq!(Brc::unwrap_or_clone(b), "text"); // the string itself
    /// ```
    #[must_use = "the value is destroyed if it is not used"]
    pub fn unwrap_or_clone(this: Self) -> T
    where
        T: Clone,
    {
        Self::try_unwrap(this).unwrap_or_else(|this| (*this).clone())
    }
}

impl<T: ?Sized> Brc<T> {
    /// # Safety
    /// The caller gives the new `Brc` a reference to the object.
    #[inline(always)]
    pub(super) unsafe fn from_inner(inner: NonNull<Inner<T>>) -> Self {
        Self { inner, _value: PhantomData }
    }

    /// Gives the reference away as a pointer to the object.
    #[inline(always)]
    pub(super) fn into_inner_ptr(this: Self) -> NonNull<Inner<T>> {
        ManuallyDrop::new(this).inner
    }

    #[inline(always)]
    pub(super) fn header(&self) -> &RefCount {
        // SAFETY: our reference keeps the object alive.
        unsafe { &(*self.inner.as_ptr()).count }
    }

    /// Makes a weak reference, which does not keep the value alive.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let strong = Brc::new(5);
    /// let weak = Brc::downgrade(&strong);
    /// assert_eq!(weak.upgrade().as_deref(), Some(&5));
    /// drop(strong);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use = "this returns a new weak reference and leaves the strong one as it is"]
    pub fn downgrade(this: &Self) -> Weak<T> {
        // First: from here on the owner goes through a merge to free the object, which upgrades rely on.
        this.header().make_weak();
        // SAFETY: our reference keeps the object alive.
        let weak = unsafe { &(*this.inner.as_ptr()).weak };
        let mut seen = weak.load(Ordering::Relaxed);
        loop {
            if seen == LOCKED {
                crate::sync::hint::spin_loop();
                seen = weak.load(Ordering::Relaxed);
                continue;
            }
            let new = if seen >= WEAK_SATURATED { WEAK_MIDDLE } else { seen + 1 };
            // Acquire: partner is the release that unlocks in `get_mut`: its test of `strong` comes before our reference.
            match weak.compare_exchange_weak(seen, new, Ordering::Acquire, Ordering::Relaxed) {
                // SAFETY: counted just now.
                Ok(_) => return unsafe { Weak::from_inner(this.inner) },
                Err(now) => seen = now,
            }
        }
    }

    /// Whether two references point to the same object, whatever traits or lengths they know it by.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let a = Brc::new(5);
    /// assert!(Brc::ptr_eq(&a, &a.clone()));
    /// assert!(!Brc::ptr_eq(&a, &Brc::new(5)));
    /// ```
    #[inline]
    #[must_use]
    pub fn ptr_eq(this: &Self, other: &Self) -> bool {
        ptr::addr_eq(this.inner.as_ptr(), other.inner.as_ptr())
    }

    /// The number of strong references; `usize::MAX` if immortal.
    ///
    /// Exact when the calling thread owns the object, or nobody does, and no other thread counts meanwhile. Otherwise the two halves
    /// of the count are read one after the other and the sum may never have been. References on their way to the owner count.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let a = Brc::new(5);
    /// let _b = a.clone();
    /// assert_eq!(Brc::strong_count(&a), 2);
    /// ```
    #[must_use]
    pub fn strong_count(this: &Self) -> usize {
        this.header().references()
    }

    /// The number of weak references, a snapshot.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let a = Brc::new(5);
    /// let _w = Brc::downgrade(&a);
    /// assert_eq!(Brc::weak_count(&a), 1);
    /// ```
    #[must_use]
    pub fn weak_count(this: &Self) -> usize {
        // SAFETY: our reference keeps the object alive.
        match unsafe { &(*this.inner.as_ptr()).weak }.load(Ordering::Relaxed) {
            LOCKED => 0,
            weak => weak as usize - 1,
        }
    }

    /// Whether this is the only reference of any kind, and stays so while the caller holds it exclusively.
    pub(super) fn is_unique(this: &mut Self) -> bool {
        if !this.header().is_unique() {
            return false;
        }
        if this.header().never_weak() {
            return true;
        }
        // SAFETY: our reference keeps the object alive.
        let weak = unsafe { &(*this.inner.as_ptr()).weak };
        // Locked, no weak reference can be made; with none there, no upgrade can come between.
        // Acquire: partner is the release with which weak references go: their upgrades come before our second look.
        if weak.compare_exchange(1, LOCKED, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return false;
        }
        let unique = this.header().is_unique();
        // Release: partner is the acquire in `downgrade`.
        weak.store(1, Ordering::Release);
        unique
    }

    /// The value, if this is the only reference of any kind and the calling thread can know that: it owns the object, or
    /// nobody does. Immortal objects are never unique.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let mut a = Brc::new(3);
    /// *Brc::get_mut(&mut a).unwrap() = 4;
    /// let _b = a.clone();
    /// assert!(Brc::get_mut(&mut a).is_none());
    /// ```
    #[must_use]
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        // SAFETY: unique, and `this` is borrowed exclusively for as long as the result lives.
        Self::is_unique(this).then(|| unsafe { &mut (*this.inner.as_ptr()).value })
    }

    /// The value to write to: in place if [`get_mut`](Self::get_mut) would give it, moved to a new object if only weak references
    /// are in the way (they then lead nowhere), else a clone that replaces this reference.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let mut a = Brc::new(5);
    /// let b = a.clone();
    /// *Brc::make_mut(&mut a) += 1;
    /// assert_eq!((*a, *b), (6, 5));
    ///
    /// let mut text: Brc<str> = "shout".into();
    /// Brc::make_mut(&mut text).make_ascii_uppercase();
    /// assert_eq!(&*text, "SHOUT");
    /// ```
    #[must_use]
    pub fn make_mut(this: &mut Self) -> &mut T
    where
        T: CloneToBrc,
    {
        if !Self::is_unique(this) {
            // First, since it may panic: `this` has no reference while its value moves.
            let count = RefCount::new();
            if this.header().take_if_unique() {
                let old = this.inner;
                // SAFETY: the count is dead by our doing; the value is moved once, and then the memory released. `this` is
                // overwritten without a drop, since its reference is gone.
                unsafe {
                    let new = Inner::with_bytes_of(&raw const (*old.as_ptr()).value, count);
                    ptr::write(this, Self::from_inner(new));
                    Inner::release_weak(old);
                }
            } else {
                *this = T::clone_to_brc(this);
            }
        }
        // SAFETY: unique, just found or just made.
        unsafe { &mut (*this.inner.as_ptr()).value }
    }

    /// Whether the object is never destroyed.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// assert!(!Brc::is_immortal(&Brc::new(1)));
    /// ```
    #[inline]
    #[must_use]
    pub fn is_immortal(this: &Self) -> bool {
        this.header().is_immortal()
    }

    /// Makes the object immortal: at once if the calling thread owns it, nobody does, or its owner is away; otherwise
    /// when the owner next comes to its mailbox. References are never counted again, and the object is leaked.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let config = Brc::new("settings");
    /// Brc::make_immortal(&config);
    /// assert!(Brc::is_immortal(&config));
    /// ```
    pub fn make_immortal(this: &Self)
    where
        T: 'static,
    {
        // SAFETY: `this` is a reference.
        unsafe { make_immortal(this.inner.as_ptr()) }
    }

    /// Has each thread that does not own the object count its references in a place of its own, so that clones and drops on many threads
    /// at once do not meet in one cache line. Returns whether that is so: not if the object is immortal or has no fixed size, or if 128 others (or one
    /// with the same hash) have taken the places.
    ///
    /// Objects that are hot come to this by themselves, see [`set_adaptive`](super::set_adaptive); this saves the first few thousand
    /// operations. It ends when the object dies, when [`get_mut`](Self::get_mut) or the like asks for uniqueness, or when a hotter object
    /// needs the place. The death of such an object may be noticed late: see [when](super#when-an-object-is-destroyed).
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let config = Brc::new("settings");
    /// assert!(Brc::share_widely(&config));
    /// std::thread::scope(|s| {
    ///     for _ in 0..2 {
    ///         s.spawn(|| for _ in 0..1000 { drop(config.clone()) });
    ///     }
    /// });
    /// ```
    pub fn share_widely(this: &Self) -> bool
    where
        T: Send + Sync + 'static,
    {
        // SAFETY: `this` is a reference, and references may go to other threads by the bounds.
        unsafe { share_widely(this.inner.as_ptr()) }
    }

    /// Whether the object is [shared widely](Self::share_widely) at the moment.
    #[must_use]
    pub fn is_shared_widely(this: &Self) -> bool {
        this.header().is_wide()
    }

    /// The value's address, which stays the same for the life of the object.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let a = Brc::new(5);
    /// assert_eq!(Brc::as_ptr(&a), Brc::as_ptr(&a.clone()));
    /// ```
    #[inline]
    #[must_use]
    pub fn as_ptr(this: &Self) -> *const T {
        // SAFETY: our reference keeps the object alive.
        unsafe { &raw const (*this.inner.as_ptr()).value }
    }

    /// Gives the reference away as a pointer to the value, to be taken back with [`from_raw`](Self::from_raw).
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let raw = Brc::into_raw(Brc::new(5));
    /// // SAFETY: from `into_raw`, taken back once.
    /// let back = unsafe { Brc::from_raw(raw) };
    /// assert_eq!(*back, 5);
    /// ```
    #[must_use = "the reference leaks if the pointer is lost"]
    pub fn into_raw(this: Self) -> *const T {
        let pointer = Self::as_ptr(&this);
        mem::forget(this);
        pointer
    }

    /// Takes a reference back that [`into_raw`](Self::into_raw) gave away.
    ///
    /// # Safety
    /// `pointer` came from `into_raw` of a `Brc` of the same value, perhaps by a cast to another pointer to that value: of an
    /// array to a slice, of a type to a trait that it implements, to another type of the same layout whose destructor does the same: where several references
    /// are given up, any of their types may be the one that is destroyed. That reference is taken back once.
    #[must_use]
    pub unsafe fn from_raw(pointer: *const T) -> Self {
        // SAFETY: the pointer is to the value of an object, and the reference is the caller's.
        unsafe { Self::from_inner(Inner::of_value(pointer)) }
    }

    /// One reference more, through a pointer of [`into_raw`](Self::into_raw).
    ///
    /// # Safety
    /// As for [`from_raw`](Self::from_raw), but the reference stays away; it exists during the call.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let raw = Brc::into_raw(Brc::new(5));
    /// // SAFETY: one reference from `into_raw`, one more here; both are given up.
    /// unsafe {
    ///     Brc::increment_strong_count(raw);
    ///     assert_eq!(Brc::strong_count(&Brc::from_raw(raw)), 2);
    ///     Brc::decrement_strong_count(raw);
    /// }
    /// ```
    pub unsafe fn increment_strong_count(pointer: *const T) {
        // SAFETY: the reference that the caller speaks of.
        unsafe { retain(Inner::of_value(pointer).as_ptr()) }
    }

    /// One reference less, through a pointer of [`into_raw`](Self::into_raw).
    ///
    /// # Safety
    /// As for [`from_raw`](Self::from_raw); the reference is given up.
    pub unsafe fn decrement_strong_count(pointer: *const T) {
        // SAFETY: the caller's reference.
        drop(unsafe { Self::from_raw(pointer) });
    }
}

/// Has the owner merge, as sustained use by another thread does.
#[cfg(loom)]
#[doc(hidden)]
pub fn ask_to_merge<T: ?Sized + Send + Sync + 'static>(object: &Brc<T>) {
    // SAFETY: `object` is a reference.
    unsafe { super::counted::ask_to_merge(object.inner.as_ptr()) };
}

/// Destroys an immortal object after all, so that a model can check that nothing else is left.
#[cfg(loom)]
#[doc(hidden)]
pub fn free_immortal<T: ?Sized>(last: Brc<T>) {
    assert!(Brc::is_immortal(&last));
    let inner = Brc::into_inner_ptr(last);
    // SAFETY: the model holds no other reference of any kind.
    unsafe {
        ptr::drop_in_place(&raw mut (*inner.as_ptr()).value);
        Inner::free(inner);
    }
}

impl<T: ?Sized> Clone for Brc<T> {
    /// One reference more: two plain instructions on the owner's thread, an atomic addition elsewhere, nothing on an immortal object.
    #[inline]
    fn clone(&self) -> Self {
        self.header().increment();
        // SAFETY: counted just now.
        unsafe { Self::from_inner(self.inner) }
    }
}

impl<T: ?Sized> Drop for Brc<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: our reference, given up once.
        unsafe { release(self.inner.as_ptr()) }
    }
}

impl<T: ?Sized> Deref for Brc<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: our reference keeps the value alive, and nobody has it exclusively.
        unsafe { &(*self.inner.as_ptr()).value }
    }
}
