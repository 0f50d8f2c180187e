//! mimalloc as a global allocator, entered the shortest way: peers that allocate from it have no handicap beside our heap, which
//! is mimalloc too. (The `mimalloc` crate takes the entry for aligned blocks, which costs a nanosecond more.)

use std::alloc::{GlobalAlloc, Layout};

use libmimalloc_sys as mi;

/// The allocator, for `#[global_allocator]`.
pub struct Mimalloc;

/// What every block of mimalloc is aligned to, if its size is a multiple of it.
const NATURAL_ALIGN: usize = 16;

// SAFETY: blocks of mimalloc, of the size and alignment asked for; none of these functions unwinds.
unsafe impl GlobalAlloc for Mimalloc {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let size = layout.pad_to_align().size();
        // SAFETY: any size and any power of two are allowed.
        unsafe {
            if layout.align() <= NATURAL_ALIGN {
                mi::mi_malloc(size).cast()
            } else {
                mi::mi_malloc_aligned(size, layout.align()).cast()
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        // SAFETY: the caller got the block from here.
        unsafe { mi::mi_free(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let size = size.next_multiple_of(layout.align());
        // SAFETY: the caller got the block from here.
        unsafe {
            if layout.align() <= NATURAL_ALIGN {
                mi::mi_realloc(block.cast(), size).cast()
            } else {
                mi::mi_realloc_aligned(block.cast(), size, layout.align()).cast()
            }
        }
    }
}
