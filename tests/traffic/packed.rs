//! An allocator that puts what it is asked for side by side, whichever thread asks, while it is told to.
//!
//! What keeps to lines of its own only because allocators are kind does not do so here.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, UnsafeCell};
use std::sync::atomic::{AtomicUsize, Ordering};

const BYTES: usize = 1 << 20;

#[repr(align(4096))]
struct Arena(UnsafeCell<[u8; BYTES]>);

// SAFETY: each byte is handed out once, to who asked for it.
unsafe impl Sync for Arena {}

static ARENA: Arena = Arena(UnsafeCell::new([0; BYTES]));
/// Bytes handed out.
static USED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static CLOSELY: Cell<bool> = const { Cell::new(false) };
}

struct Packed;

#[global_allocator]
static PACKED: Packed = Packed;

/// Runs `f`; what it allocates on this thread lies side by side with what others allocate so. Nothing of it is used again when it is freed.
pub(crate) fn closely<R>(f: impl FnOnce() -> R) -> R {
    CLOSELY.set(true);
    let result = f();
    CLOSELY.set(false);
    result
}

/// A block behind the last one, if there is room.
fn behind_the_last(layout: Layout) -> Option<*mut u8> {
    let place = |used: usize| used.next_multiple_of(layout.align());
    let fits = |used: usize| place(used).checked_add(layout.size()).filter(|&end| end <= BYTES);
    // Relaxed: a number that nobody has twice.
    let used = USED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).ok()?;
    // SAFETY: within the arena, whose own alignment is larger than any that is asked for.
    Some(unsafe { ARENA.0.get().cast::<u8>().add(place(used)) })
}

// SAFETY: blocks of the arena are disjoint and never used again; all others are the system's.
unsafe impl GlobalAlloc for Packed {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if CLOSELY.get()
            && layout.align() <= 4096
            && let Some(block) = behind_the_last(layout)
        {
            return block;
        }
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let arena = ARENA.0.get().addr();
        if !(arena..arena + BYTES).contains(&block.addr()) {
            // SAFETY: not of the arena, so the system's.
            unsafe { System.dealloc(block, layout) };
        }
    }
}
