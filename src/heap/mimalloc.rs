//! mimalloc as the backend: one heap of our own, and the calling thread's part of it cached by us.
//!
//! `mi_heap_malloc_small` looks the thread's part up on every call; asking for it once and keeping it is the
//! fastest way mimalloc has (6.1 against 7.6 ns a pair). The cached pointer dies with the thread, so
//! a guard forgets it when thread-locals are destroyed; allocations after that take the look-up.

use core::alloc::Layout;
use core::cell::Cell;
use core::ffi::c_void;
use core::ptr;

use crate::sync::atomic::{AtomicPtr, Ordering};
use crate::sync::{Mutex, thread_cells};
use libmimalloc_sys as mi;

/// A thread's part of a heap.
#[repr(C)]
struct Theap {
    _opaque: [u8; 0],
}

// In the library that libmimalloc-sys builds, but not declared by it.
unsafe extern "C" {
    fn mi_heap_theap(heap: *mut mi::mi_heap_t) -> *mut Theap;
    fn mi_theap_malloc_small(theap: *mut Theap, size: usize) -> *mut c_void;
    fn mi_theap_malloc(theap: *mut Theap, size: usize) -> *mut c_void;
    fn mi_theap_malloc_aligned(theap: *mut Theap, size: usize, align: usize) -> *mut c_void;
}

/// Up to here `mi_theap_malloc_small` may be called: `MI_SMALL_SIZE_MAX`, 128 words.
const SMALL: usize = 128 * size_of::<usize>();

/// What every block of mimalloc is aligned to when its size is a multiple of it.
const NATURAL_ALIGN: usize = 16;

static HEAP: AtomicPtr<mi::mi_heap_t> = AtomicPtr::new(ptr::null_mut());

thread_cells! {
    static THEAP: Cell<*mut Theap> = Cell::new(ptr::null_mut());
}

std::thread_local! {
    static FORGET_THEAP: ForgetTheap = const { ForgetTheap };
}

/// Whether Rust's thread-locals are destroyed before pthread keys are, as glibc has it. Elsewhere (musl) Rust's
/// destructors hang on a pthread key themselves, in no order with mimalloc's.
const GUARDED: bool = cfg!(all(target_os = "linux", target_env = "gnu"));

/// Forgets the cached part when the thread's locals are destroyed: mimalloc takes it down later, in a
/// destructor of a pthread key.
struct ForgetTheap;

impl Drop for ForgetTheap {
    fn drop(&mut self) {
        THEAP.set(ptr::null_mut());
    }
}

/// # Safety
/// As [`std::alloc::alloc`].
#[inline(always)]
pub(super) unsafe fn alloc(layout: Layout) -> *mut u8 {
    let theap = THEAP.with(Cell::get);
    if layout.size() <= SMALL && layout.align() <= NATURAL_ALIGN && !theap.is_null() {
        // A size that is a multiple of the alignment is what gives mimalloc's blocks that alignment.
        let size = layout.pad_to_align().size();
        // SAFETY: `theap` is this thread's (only this thread sets the cell, and its guard clears it before
        // mimalloc takes the thread down), and the size is small.
        return unsafe { mi_theap_malloc_small(theap, size) }.cast();
    }
    alloc_slow(layout)
}

#[cold]
#[inline(never)]
fn alloc_slow(layout: Layout) -> *mut u8 {
    let mut theap = THEAP.get();
    if theap.is_null() {
        // SAFETY: `heap` returns a heap that lives for ever.
        theap = unsafe { mi_heap_theap(heap()) };
        if theap.is_null() {
            return ptr::null_mut();
        }
        // Kept only while a guard will clear it: not in a thread whose locals are gone already.
        if GUARDED && FORGET_THEAP.try_with(|_| ()).is_ok() {
            THEAP.set(theap);
        }
    }
    let size = layout.pad_to_align().size();
    // SAFETY: `theap` is the calling thread's part, just asked for or cached under a guard.
    unsafe {
        if layout.align() > NATURAL_ALIGN {
            mi_theap_malloc_aligned(theap, size, layout.align()).cast()
        } else {
            mi_theap_malloc(theap, size).cast()
        }
    }
}

/// # Safety
/// As [`std::alloc::dealloc`].
#[inline]
pub(super) unsafe fn dealloc(block: *mut u8, _layout: Layout) {
    // SAFETY: the caller got the block from `alloc`, so from mimalloc.
    unsafe { mi::mi_free(block.cast()) }
}

fn heap() -> *mut mi::mi_heap_t {
    static MAKING: Mutex<()> = Mutex::new(());
    // Acquire: partner is the release below; the heap's contents are mimalloc's.
    let heap = HEAP.load(Ordering::Acquire);
    if !heap.is_null() {
        return heap;
    }
    let _making = MAKING.lock();
    let heap = HEAP.load(Ordering::Acquire);
    if !heap.is_null() {
        return heap;
    }
    // SAFETY: no precondition; a null result is handled.
    let heap = unsafe { mi::mi_heap_new() };
    assert!(!heap.is_null(), "mimalloc has no memory for a heap");
    HEAP.store(heap, Ordering::Release);
    heap
}
