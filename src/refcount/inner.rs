//! The object behind a `Brc`: header, value, layout, and the end of both.

use core::alloc::Layout;
use core::cell::UnsafeCell;
use core::mem::{self, ManuallyDrop};
use core::ptr::{self, NonNull};

use super::counted::Counted;
use super::word::RefCount;
use crate::heap;
use crate::sync::atomic::{AtomicU32, Ordering};

/// An object: 16 bytes of header, then the value.
#[repr(C)]
pub(super) struct Inner<T: ?Sized> {
    pub(super) count: RefCount,
    /// Weak references, plus one for all strong references together; [`LOCKED`] while a uniqueness test looks.
    pub(super) weak: AtomicU32,
    pub(super) value: T,
}

/// `weak` while [`Brc::get_mut`](super::Brc::get_mut) makes sure that no weak reference is made.
pub(super) const LOCKED: u32 = u32::MAX;
/// From here on the object is leaked rather than freed, and steps no longer count.
pub(super) const WEAK_SATURATED: u32 = 1 << 31;
/// Where a saturated `weak` is set: a step that was on its way cannot carry it out of the band, nor to [`LOCKED`].
pub(super) const WEAK_MIDDLE: u32 = WEAK_SATURATED + (1 << 30);

/// The end of the header, where a value of alignment 1 is.
const HEADER: usize = mem::offset_of!(Inner<u8>, value);

/// A place whose size and alignment may be asked for, whatever it holds and whoever writes to it.
#[repr(transparent)]
struct Opaque<T: ?Sized>(UnsafeCell<ManuallyDrop<T>>);

impl<T> Inner<T> {
    /// Room for an object, not written yet.
    pub(super) fn allocate() -> NonNull<Self> {
        heap::allocate(Layout::new::<Self>()).cast()
    }
}

impl<T> Inner<[T]> {
    /// Room for an object of `len` elements, not written yet.
    ///
    /// # Panics
    /// If the object would be larger than any can be.
    pub(super) fn allocate_slice(len: usize) -> NonNull<Self> {
        let elements = Layout::array::<T>(len).expect("capacity overflow");
        let block = heap::allocate(Self::layout_around(elements));
        let object = ptr::slice_from_raw_parts_mut(block.as_ptr().cast::<T>(), len) as *mut Self;
        // SAFETY: a block is not null.
        unsafe { NonNull::new_unchecked(object) }
    }
}

impl<T: ?Sized> Inner<T> {
    fn layout_around(value: Layout) -> Layout {
        let header = Layout::from_size_align(HEADER, align_of::<Inner<()>>()).expect("a valid layout");
        let (layout, _) = header.extend(value).expect("capacity overflow");
        layout.pad_to_align()
    }

    /// Room for an object whose value has the size, alignment and kind of `value`, not written yet.
    ///
    /// # Safety
    /// `value` points to a value.
    pub(super) unsafe fn allocate_like(value: *const T) -> NonNull<Self> {
        // SAFETY: the caller's.
        let layout = Self::layout_around(Layout::for_value(unsafe { &*value }));
        let block = heap::allocate(layout);
        // The length or vtable is the value's, the address the block's. That the address is the first word of a fat
        // pointer is written nowhere, so it is tested.
        let mut object = value as *mut Self;
        let address = (&raw mut object).cast::<*mut u8>();
        // SAFETY: a pointer of any kind is at least a word.
        assert!(ptr::addr_eq(unsafe { address.read() }, value), "fat pointers begin with the address");
        // SAFETY: as above.
        unsafe { address.write(block.as_ptr()) };
        assert!(ptr::addr_eq(object, block.as_ptr()));
        // SAFETY: a block is not null.
        unsafe { NonNull::new_unchecked(object) }
    }

    /// A new object with `count` and the bytes of `value`.
    ///
    /// # Safety
    /// `value` may be read, and is treated as moved out.
    pub(super) unsafe fn with_bytes_of(value: *const T, count: RefCount) -> NonNull<Self> {
        // SAFETY: `value` points to a value. The new object has the same room for one, and its header is written in full.
        unsafe {
            let new = Self::allocate_like(value);
            Self::write_header(new, count);
            let to = (&raw mut (*new.as_ptr()).value).cast::<u8>();
            ptr::copy_nonoverlapping(value.cast::<u8>(), to, size_of_val(&*value));
            new
        }
    }

    /// Writes a header for `count` and no weak reference but that of the strong ones.
    ///
    /// # Safety
    /// `this` is room for an object that nobody refers to yet.
    pub(super) unsafe fn write_header(this: NonNull<Self>, count: RefCount) {
        // SAFETY: the caller's.
        unsafe {
            (&raw mut (*this.as_ptr()).count).write(count);
            (&raw mut (*this.as_ptr()).weak).write(AtomicU32::new(1));
        }
    }

    /// The object that `value` is in.
    ///
    /// # Safety
    /// `value` points to the value of an object whose memory is not freed, with the provenance of the whole object. The
    /// value may be destroyed.
    #[inline]
    pub(super) unsafe fn of_value(value: *const T) -> NonNull<Self> {
        // SAFETY: the memory is there; nothing but the pointer's metadata is read.
        let align = align_of_val(unsafe { &*(value as *const Opaque<T>) });
        // SAFETY: the value is that far into its object.
        unsafe { NonNull::new_unchecked(value.byte_sub(HEADER.next_multiple_of(align)) as *mut Self) }
    }

    /// Frees the memory of an object whose header may never have been written.
    ///
    /// # Safety
    /// Nothing refers to the memory.
    #[inline(always)]
    pub(super) unsafe fn free_unwritten(this: NonNull<Self>) {
        // SAFETY: the memory is there; nothing but the pointer's metadata is read.
        let layout = Layout::for_value(unsafe { &*(this.as_ptr() as *const Opaque<Self>) });
        // SAFETY: allocated with this layout, and nothing refers to it.
        unsafe { heap::deallocate(this.cast(), layout) };
    }

    /// Frees the memory.
    ///
    /// # Safety
    /// The last reference of any kind is gone, and the value destroyed.
    #[inline(always)]
    pub(super) unsafe fn free(this: NonNull<Self>) {
        // SAFETY: nobody uses the header any more, which is what this checks.
        #[cfg(loom)]
        unsafe {
            (*this.as_ptr()).count.assert_exclusive();
            (*this.as_ptr()).weak.with_mut(|_| ());
        }
        // SAFETY: nothing refers to the memory any more.
        unsafe { Self::free_unwritten(this) };
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
unsafe impl<T: ?Sized> Counted for Inner<T> {
    #[inline(always)]
    unsafe fn count(this: *const Self) -> *const RefCount {
        // SAFETY: `this` points to an object.
        unsafe { &raw const (*this).count }
    }

    #[inline]
    unsafe fn destroy(this: *mut Self) {
        // SAFETY: the caller's; the memory is there.
        unsafe { Self::destroy_value(this, (*this).count.never_weak()) }
    }

    #[inline]
    unsafe fn destroy_unshared(this: *mut Self) {
        // SAFETY: the caller's.
        unsafe { Self::destroy_value(this, true) }
    }

    unsafe fn bytes(this: *const Self) -> usize {
        // SAFETY: the memory is there; nothing but the pointer's metadata is read.
        size_of_val(unsafe { &*(this as *const Opaque<Self>) })
    }
}

impl<T: ?Sized> Inner<T> {
    /// Destroys the value, and frees the memory if no weak reference is left.
    ///
    /// # Safety
    /// As for [`Counted::destroy`]. With `never_weak`, no weak reference was ever made.
    #[inline(always)]
    unsafe fn destroy_value(this: *mut Self, never_weak: bool) {
        /// Frees the memory even if the value's destructor unwinds.
        struct Free<T: ?Sized> {
            this: NonNull<Inner<T>>,
            never_weak: bool,
        }
        impl<T: ?Sized> Drop for Free<T> {
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
        let _free = Free { this, never_weak };
        // SAFETY: no reference is left to reach the value.
        unsafe { ptr::drop_in_place(&raw mut (*this.as_ptr()).value) };
    }
}
