//! What the loom models need of the inside. Exists under `--cfg loom` only.

use core::alloc::Layout;
use core::ptr::NonNull;

use crate::heap;
use crate::lock::ObjectLock;
use crate::refcount::RefCount;
use crate::runtime::{self, Garbage, Pile};

pub use crate::refcount::{ask_to_merge, free_immortal};

/// Takes the calling thread out of the runtime, as the end of a thread does.
pub fn exit_thread() {
    runtime::exit_thread();
}

/// Destroys what finished threads have left. Every other thread of the model has ended.
pub fn destroy_orphans() {
    let mut pile = Pile::new();
    runtime::registry().orphan(|orphans| {
        orphans.skip_grace();
        pile.append(&mut orphans.ready);
    });
    while let Some(garbage) = pile.pop() {
        // SAFETY: no reader is left.
        unsafe { garbage.run() };
    }
}

/// From here on passes put their barriers off, unless somebody asks for what can be reclaimed. Nobody is registered yet.
pub fn make_barriers_rare() {
    runtime::registry().fences.be_rare();
}

/// Being inside for one writing operation.
pub struct Operation(runtime::Operation);

/// Enters for a writing operation.
#[must_use]
pub fn operation() -> Operation {
    Operation(runtime::operation())
}

impl Operation {
    /// Destroys a block of [`allocate`] when no reader can hold it any more.
    ///
    /// # Safety
    /// The block is unlinked, and destroyed once.
    pub unsafe fn retire<T: Send + 'static>(&self, block: NonNull<T>) {
        // SAFETY: `T` may be destroyed by any thread; the rest is the caller's.
        self.0.retire(unsafe { Garbage::new(block.as_ptr().cast(), destroy_erased::<T>, size_of::<T>()) });
    }

    /// Whether nobody else is there to read what this operation has just unlinked.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.0.is_alone()
    }
}

/// Runs `f` as one reading operation.
pub fn pinned<R>(f: impl FnOnce() -> R) -> R {
    let _pin = runtime::pin();
    f()
}

/// Puts a value into the crate's heap.
pub fn allocate<T>(value: T) -> NonNull<T> {
    let block = heap::allocate(Layout::new::<T>()).cast();
    // SAFETY: freshly allocated for this type.
    unsafe { block.write(value) };
    block
}

/// Destroys a value in the crate's heap.
///
/// # Safety
/// The block came from [`allocate`], nobody uses it any more, and it is destroyed once.
pub unsafe fn destroy<T>(block: NonNull<T>) {
    // SAFETY: the caller's.
    unsafe {
        block.drop_in_place();
        heap::deallocate(block.cast(), Layout::new::<T>());
    }
}

/// Frees a block whose value was destroyed.
///
/// # Safety
/// As for [`destroy`], but that the value is there.
pub unsafe fn deallocate<T>(block: NonNull<T>) {
    // SAFETY: the caller's.
    unsafe { heap::deallocate(block.cast(), Layout::new::<T>()) }
}

/// Fails the model unless every access to the count happens before this.
pub fn assert_exclusive(count: &mut RefCount) {
    count.assert_exclusive();
}

/// # Safety
/// As for [`destroy`].
unsafe fn destroy_erased<T>(block: *mut ()) {
    // SAFETY: the caller's.
    unsafe { destroy::<T>(NonNull::new_unchecked(block.cast())) }
}

/// Runs `f` with the lock of an object held.
pub fn section<R>(lock: &ObjectLock, f: impl FnOnce() -> R) -> R {
    crate::lock::section(lock, f)
}

/// Runs `f` with the locks of two objects held.
pub fn section2<R>(a: &ObjectLock, b: &ObjectLock, f: impl FnOnce() -> R) -> R {
    crate::lock::section2(a, b, f)
}

/// Has values of the object replaced without its lock, as it happens when replacements have waited for it often enough. The calling thread is not known to the runtime.
pub fn make_free(object: &impl crate::lock::HasLock) {
    object.object_lock().make_free();
}

/// [`make_free`] of an object whose lock is plain already, by any thread.
pub fn free_again(object: &impl crate::lock::HasLock) {
    object.object_lock().free_again();
}

/// Has tables of up to so many entries without slots, until this value is dropped.
pub struct SmallTables(());

impl SmallTables {
    /// In every table that the model makes from here on.
    #[must_use]
    pub fn of(places: usize) -> Self {
        crate::collections::small::set(places);
        Self(())
    }
}

impl Drop for SmallTables {
    fn drop(&mut self) {
        crate::collections::small::set(0);
    }
}

/// Has threads enter as where light barriers are fences. Nobody is registered yet.
pub fn use_fences() {
    crate::sync::barrier::use_fences();
}

/// The light side of the asymmetric barrier.
pub fn light_barrier() {
    crate::sync::barrier::light();
}

/// The heavy side of the asymmetric barrier.
pub fn heavy_barrier() {
    crate::sync::barrier::heavy();
}
