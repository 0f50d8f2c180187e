//! The heap that the crate's objects, nodes, tables and blocks live in.
//!
//! One mimalloc heap serves every thread (feature `mimalloc`, on by default): each thread allocates from its own
//! part of it without locked instructions, any thread frees, and a collector will be able to walk it. Without the
//! feature the global allocator serves; under loom one that fails the model on a leak, a double free or a use after
//! free.
//!
//! No reader may look at freed memory: mimalloc writes its free list into it at once. Whoever frees must have
//! waited for a grace period where readers exist.

use core::alloc::Layout;
use core::ptr::NonNull;

#[cfg(all(feature = "mimalloc", not(loom)))]
mod mimalloc;

#[cfg(all(feature = "mimalloc", not(loom)))]
use mimalloc as backend;

#[cfg(all(not(feature = "mimalloc"), not(loom)))]
mod backend {
    pub(super) use std::alloc::{alloc, dealloc};
}

#[cfg(loom)]
mod modelled;

#[cfg(loom)]
use modelled as backend;

#[cfg(loom)]
pub(crate) use modelled::end_quarantine;

/// Allocates a block, or ends the process as `Box::new` does when there is no memory.
///
/// `layout` must not be of size zero; no caller has one, since every block begins with a header.
#[inline]
pub(crate) fn allocate(layout: Layout) -> NonNull<u8> {
    debug_assert!(layout.size() != 0);
    // SAFETY: the size is not zero.
    let block = unsafe { backend::alloc(layout) };
    let Some(block) = NonNull::new(block) else { std::alloc::handle_alloc_error(layout) };
    live::count(1, layout.size() as isize);
    block
}

/// Gives a block back, from any thread.
///
/// # Safety
/// `block` came from [`allocate`] with this layout, and nobody will touch it again.
#[inline]
pub(crate) unsafe fn deallocate(block: NonNull<u8>, layout: Layout) {
    live::count(-1, -(layout.size() as isize));
    // SAFETY: as for this function.
    unsafe { backend::dealloc(block.as_ptr(), layout) }
}

/// Blocks and bytes allocated and not yet freed; `None` where they are not counted (release builds).
pub(crate) fn live() -> Option<(usize, usize)> {
    live::read()
}

/// The leak counter: in builds with debug assertions, so that it costs nothing where speed matters.
#[cfg(all(debug_assertions, not(loom)))]
mod live {
    use crate::sync::atomic::{AtomicUsize, Ordering};

    static BLOCKS: AtomicUsize = AtomicUsize::new(0);
    static BYTES: AtomicUsize = AtomicUsize::new(0);

    // Relaxed: a statistic; tests read it after joining every thread that wrote it.
    pub(super) fn count(blocks: isize, bytes: isize) {
        BLOCKS.fetch_add(blocks as usize, Ordering::Relaxed);
        BYTES.fetch_add(bytes as usize, Ordering::Relaxed);
    }

    pub(super) fn read() -> Option<(usize, usize)> {
        Some((BLOCKS.load(Ordering::Relaxed), BYTES.load(Ordering::Relaxed)))
    }
}

#[cfg(not(all(debug_assertions, not(loom))))]
mod live {
    #[inline(always)]
    pub(super) fn count(_blocks: isize, _bytes: isize) {}

    pub(super) fn read() -> Option<(usize, usize)> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_their_alignment_and_are_counted() {
        for (size, align) in [(16, 4), (24, 8), (16, 16), (1024, 8), (1025, 16), (4096, 4096), (1 << 21, 64)]
        {
            let layout = Layout::from_size_align(size, align).expect("valid");
            let block = allocate(layout);
            assert_eq!(block.as_ptr().addr() % align, 0, "{size} bytes at {align}");
            // SAFETY: the block is ours and `size` bytes long.
            unsafe { block.as_ptr().write_bytes(0xa5, size) };
            // SAFETY: allocated above with this layout and not used again.
            unsafe { deallocate(block, layout) };
        }
    }

    #[test]
    fn any_thread_frees() {
        let layout = Layout::from_size_align(48, 8).expect("valid");
        let blocks: Vec<usize> = (0..1000).map(|_| allocate(layout).as_ptr().expose_provenance()).collect();
        std::thread::spawn(move || {
            for block in blocks {
                let block = NonNull::new(core::ptr::with_exposed_provenance_mut(block)).expect("not null");
                // SAFETY: allocated by the other thread with this layout, freed once.
                unsafe { deallocate(block, layout) };
            }
        })
        .join()
        .expect("frees");
    }
}
