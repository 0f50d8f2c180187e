//! `Brc`: a biased reference-counted pointer with the surface of `Arc`.

use core::alloc::Layout;
use core::borrow::Borrow;
use core::cmp::Ordering as Cmp;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;
use core::mem::{self, ManuallyDrop};
use core::ops::Deref;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::ptr::{self, NonNull};

use super::counted::{Counted, make_immortal, release, settle_queued, share_widely};
use super::weak::Weak;
use super::word::{Decrement, RefCount};
use crate::heap;
use crate::sync::atomic::{AtomicU32, Ordering};

/// An object: 16 bytes of header, then the value.
#[repr(C)]
pub(super) struct Inner<T> {
    pub(super) count: RefCount,
    /// Weak references, plus one for all strong references together; [`LOCKED`] while a uniqueness test looks.
    pub(super) weak: AtomicU32,
    pub(super) value: T,
}

/// `weak` while [`Brc::get_mut`] makes sure that no weak reference is made.
pub(super) const LOCKED: u32 = u32::MAX;
/// From here on the object is leaked rather than freed, and steps no longer count.
pub(super) const WEAK_SATURATED: u32 = 1 << 31;
/// Where a saturated `weak` is set: a step that was on its way cannot carry it out of the band, nor to [`LOCKED`].
pub(super) const WEAK_MIDDLE: u32 = WEAK_SATURATED + (1 << 30);

/// A reference-counted pointer that is cheap on the thread that made the object and correct on all others.
///
/// The thread that calls [`Brc::new`] owns the object and counts its references in plain memory, without locked instructions.
/// Other threads count in a second, atomic word. The API is `Arc`'s; `Brc<T>` is one word, the header 16 bytes.
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
pub struct Brc<T> {
    inner: NonNull<Inner<T>>,
    /// Drops a `T`.
    _value: PhantomData<Inner<T>>,
}

// SAFETY: the counts may be used from any thread; the value may be reached and destroyed by any thread that has a
// reference, or by the owner at any later time, which the three bounds allow.
unsafe impl<T: Send + Sync + 'static> Send for Brc<T> {}
// SAFETY: as above; `&Brc` clones into a `Brc`.
unsafe impl<T: Send + Sync + 'static> Sync for Brc<T> {}

impl<T: RefUnwindSafe> UnwindSafe for Brc<T> {}
impl<T: RefUnwindSafe> RefUnwindSafe for Brc<T> {}
impl<T> Unpin for Brc<T> {}

impl<T> Inner<T> {
    const LAYOUT: Layout = Layout::new::<Self>();

    /// Room for an object, not written yet.
    pub(super) fn allocate() -> NonNull<Self> {
        heap::allocate(Self::LAYOUT).cast()
    }

    /// Frees the memory.
    ///
    /// # Safety
    /// The last reference of any kind is gone, and the value destroyed.
    #[inline(always)]
    unsafe fn free(this: NonNull<Self>) {
        // SAFETY: nobody uses the header any more, which is what this checks.
        #[cfg(loom)]
        unsafe {
            (*this.as_ptr()).count.assert_exclusive();
            (*this.as_ptr()).weak.with_mut(|_| ());
        }
        // SAFETY: allocated with this layout, and nothing refers to it.
        unsafe { heap::deallocate(this.cast(), Self::LAYOUT) };
    }

    /// Gives up the weak reference that all strong ones share, and the memory if no other weak one exists.
    ///
    /// # Safety
    /// No strong reference exists, the value is destroyed, and the caller's is the shared weak reference or one of its own.
    pub(super) unsafe fn release_weak(this: NonNull<Self>) {
        // SAFETY: the caller's weak reference keeps the memory.
        let weak = unsafe { &(*this.as_ptr()).weak };
        // Acquire: partner is the release below on other threads. With no other weak reference none can be made, so 1
        // is the end, and needs no locked instruction.
        let seen = weak.load(Ordering::Acquire);
        if seen >= WEAK_SATURATED {
            return;
        }
        // Release: our use of the header comes before the freeing. Acquire: theirs before ours.
        if seen == 1 || weak.fetch_sub(1, Ordering::AcqRel) == 1 {
            // SAFETY: the last reference of any kind is gone.
            unsafe { Self::free(this) };
        }
    }
}

// SAFETY: the count is a field; `destroy` drops the value and the memory that all strong references share; that it may happen
// on any thread is what `Send` and `Sync` of `Brc` ask of `T`.
unsafe impl<T> Counted for Inner<T> {
    #[inline(always)]
    unsafe fn count(this: *const Self) -> *const RefCount {
        // SAFETY: `this` points to an object.
        unsafe { &raw const (*this).count }
    }

    #[inline]
    unsafe fn destroy(this: *mut Self) {
        /// Frees the memory even if the value's destructor unwinds.
        struct Free<T> {
            this: NonNull<Inner<T>>,
            never_weak: bool,
        }
        impl<T> Drop for Free<T> {
            #[inline]
            fn drop(&mut self) {
                if self.never_weak {
                    // SAFETY: the last strong reference is gone, and no weak one was ever made.
                    unsafe { Inner::free(self.this) };
                } else {
                    // SAFETY: the value is destroyed; this is the weak reference of the strong ones.
                    unsafe { Inner::release_weak(self.this) };
                }
            }
        }
        // SAFETY: the caller's pointer is to an object.
        let this = unsafe { NonNull::new_unchecked(this) };
        // SAFETY: the memory lives until `_free` is dropped.
        let _free = Free { this, never_weak: unsafe { (*this.as_ptr()).count.never_weak() } };
        // SAFETY: no reference is left to reach the value.
        unsafe { ptr::drop_in_place(&raw mut (*this.as_ptr()).value) };
    }

    unsafe fn bytes(_this: *const Self) -> usize {
        size_of::<Self>()
    }
}

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
                // SAFETY: freshly allocated with this layout, and nothing is in it.
                unsafe { heap::deallocate(self.0.cast(), Inner::<T>::LAYOUT) };
            }
        }
        let inner = Inner::<T>::allocate();
        let unused = Unused(inner);
        // Behind the call of the allocator, so that nothing of it has to be kept over that call.
        let count = RefCount::new();
        core::mem::forget(unused);
        // SAFETY: freshly allocated for this type.
        unsafe { inner.write(Inner { count, weak: AtomicU32::new(1), value }) };
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
        // SAFETY: freshly allocated; all of the header is written, and the value is not looked at while the count is dead.
        unsafe {
            (&raw mut (*inner.as_ptr()).count).write(RefCount::new_unpublished());
            (&raw mut (*inner.as_ptr()).weak).write(AtomicU32::new(1));
        }
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
    fn header(&self) -> &RefCount {
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

    /// Whether two references point to the same object.
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
        this.inner == other.inner
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
    fn is_unique(this: &mut Self) -> bool {
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
    /// ```
    #[must_use]
    pub fn make_mut(this: &mut Self) -> &mut T
    where
        T: Clone,
    {
        if !Self::is_unique(this) {
            // First, since it may panic: `this` has no reference while its value moves.
            let count = RefCount::new();
            if this.header().take_if_unique() {
                // SAFETY: the count is dead by our doing; the value is moved out once, and then the memory released. `this`
                // is overwritten without a drop, since its reference is gone.
                unsafe {
                    let value = (&raw const (*this.inner.as_ptr()).value).read();
                    let old = this.inner;
                    ptr::write(this, Self::with_count(count, value));
                    Inner::release_weak(old);
                }
            } else {
                *this = Self::with_count(count, (**this).clone());
            }
        }
        // SAFETY: unique, just found or just made.
        unsafe { &mut (*this.inner.as_ptr()).value }
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
            match RefCount::decrement(Inner::count(inner.as_ptr())) {
                Decrement::Queued => settle_queued(inner.as_ptr()),
                outcome => outcome,
            }
        };
        // SAFETY: the last strong reference is gone.
        (outcome == Decrement::Dead).then(|| unsafe { Self::take_value(inner) })
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
    /// at once do not meet in one cache line. Returns whether that is so: not if the object is immortal, or if 128 others (or one
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
    /// `pointer` came from `into_raw` of a `Brc<T>`, and that reference is taken back once.
    #[must_use]
    pub unsafe fn from_raw(pointer: *const T) -> Self {
        // SAFETY: `pointer` has the provenance of the whole object and points at its value.
        let inner = unsafe { pointer.byte_sub(mem::offset_of!(Inner<T>, value)) } as *mut Inner<T>;
        // SAFETY: not null, and the reference is the caller's.
        unsafe { Self::from_inner(NonNull::new_unchecked(inner)) }
    }
}

/// Destroys an immortal object after all, so that a model can check that nothing else is left.
#[cfg(loom)]
#[doc(hidden)]
pub fn free_immortal<T>(last: Brc<T>) {
    assert!(Brc::is_immortal(&last));
    let inner = Brc::into_inner_ptr(last);
    // SAFETY: the model holds no other reference of any kind.
    unsafe {
        ptr::drop_in_place(&raw mut (*inner.as_ptr()).value);
        Inner::free(inner);
    }
}

impl<T> Clone for Brc<T> {
    /// One reference more: two plain instructions on the owner's thread, an atomic addition elsewhere, nothing on an immortal object.
    #[inline]
    fn clone(&self) -> Self {
        self.header().increment();
        // SAFETY: counted just now.
        unsafe { Self::from_inner(self.inner) }
    }
}

impl<T> Drop for Brc<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: our reference, given up once.
        unsafe { release(self.inner.as_ptr()) }
    }
}

impl<T> Deref for Brc<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: our reference keeps the value alive, and nobody has it exclusively.
        unsafe { &(*self.inner.as_ptr()).value }
    }
}

impl<T> AsRef<T> for Brc<T> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T> Borrow<T> for Brc<T> {
    fn borrow(&self) -> &T {
        self
    }
}

impl<T> From<T> for Brc<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T> From<Box<T>> for Brc<T> {
    fn from(value: Box<T>) -> Self {
        Self::new(*value)
    }
}

impl<T: Default> Default for Brc<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: fmt::Debug> fmt::Debug for Brc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for Brc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T> fmt::Pointer for Brc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Self::as_ptr(self).fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Brc<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Brc<T> {}

impl<T: PartialOrd> PartialOrd for Brc<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Cmp> {
        (**self).partial_cmp(&**other)
    }
}

impl<T: Ord> Ord for Brc<T> {
    fn cmp(&self, other: &Self) -> Cmp {
        (**self).cmp(&**other)
    }
}

impl<T: Hash> Hash for Brc<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: std::error::Error> std::error::Error for Brc<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        (**self).source()
    }
}
