//! A block of memory: a header and an array of atomic pointers behind it.
//!
//! Tables and lists publish whole blocks with one store; a reader that has loaded a block keeps to it. Blocks are retired, never
//! freed at once while others may read.

use core::alloc::Layout;
use core::marker::PhantomData;
use core::ops::Range;
use core::ptr::{self, NonNull};

use crate::heap;
use crate::runtime::Garbage;
use crate::sync::atomic::{AtomicPtr, Ordering};

#[repr(C)]
struct Memory<H> {
    count: usize,
    header: H,
    slots: [AtomicPtr<()>; 0],
}

/// Slots that are copied by one call. Large blocks begin at the same place of their pages, so a shift by one slot copies between addresses that are nearly equal modulo a
/// page. Longer calls turn into `rep movsb` in glibc, which is several times slower then; shorter ones choose the direction that suits.
const PIECE: usize = 128;

/// A block that is being filled, from the front. Nobody else has it.
///
/// What is given up before it is [finished](Self::finish) leaks its memory; nothing that can unwind runs in between.
pub(super) struct Filling<H> {
    memory: NonNull<Memory<H>>,
    count: usize,
    filled: usize,
}

impl<H> Filling<H> {
    pub(super) fn new(count: usize) -> Self {
        Self { memory: heap::allocate(Block::<H>::layout(count)).cast(), count, filled: 0 }
    }

    /// How many slots are filled.
    pub(super) fn filled(&self) -> usize {
        self.filled
    }

    /// Fills the next slot.
    #[inline]
    pub(super) fn push(&mut self, value: *mut ()) {
        assert!(self.filled < self.count);
        // SAFETY: in bounds of the allocation.
        unsafe { Block::slots_of(self.memory).add(self.filled).write(AtomicPtr::new(value)) };
        self.filled += 1;
    }

    /// Fills the next slots with those of another block.
    ///
    /// # Safety
    /// Nobody writes to these slots of `from` meanwhile.
    pub(super) unsafe fn copy(&mut self, from: Block<'_, H>, slots: Range<usize>) {
        assert!(slots.start <= slots.end && slots.end <= from.count());
        let n = slots.len();
        assert!(n <= self.count - self.filled);
        if cfg!(any(loom, count_traffic)) {
            for slot in slots {
                // SAFETY: below the count. Relaxed: nobody writes, so what is there happened before.
                self.push(unsafe { from.slot(slot) }.load(Ordering::Relaxed));
            }
            return;
        }
        // SAFETY: both ranges are in bounds, of different blocks, and a plain read is no race while nobody writes.
        unsafe {
            let old = Block::slots_of(from.memory).add(slots.start);
            let new = Block::slots_of(self.memory).add(self.filled);
            for done in (0..n).step_by(PIECE) {
                ptr::copy_nonoverlapping(old.add(done), new.add(done), PIECE.min(n - done));
            }
        }
        self.filled += n;
    }

    /// The block, the slots behind the filled ones null.
    pub(super) fn finish<'a>(self, header: H) -> Block<'a, H> {
        // SAFETY: freshly allocated with room for the header and `count` slots, of which the first are written. Field by field, since a
        // write of the whole would cover padding, in which slots may lie.
        unsafe {
            (&raw mut (*self.memory.as_ptr()).count).write(self.count);
            (&raw mut (*self.memory.as_ptr()).header).write(header);
            let slots = Block::slots_of(self.memory);
            for i in self.filled..self.count {
                slots.add(i).write(AtomicPtr::new(ptr::null_mut()));
            }
        }
        Block { memory: self.memory, _alive: PhantomData }
    }
}

/// A block that lives at least for `'a`: owned, or read inside the runtime.
pub(super) struct Block<'a, H> {
    memory: NonNull<Memory<H>>,
    _alive: PhantomData<&'a Memory<H>>,
}

impl<H> Clone for Block<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for Block<'_, H> {}

impl<'a, H> Block<'a, H> {
    fn layout(count: usize) -> Layout {
        let layout = Layout::array::<AtomicPtr<()>>(count)
            .and_then(|slots| Layout::new::<Memory<H>>().extend(slots))
            .expect("freethreaded: a collection outgrew the address space");
        layout.0.pad_to_align()
    }

    /// Bytes of a block with `count` slots.
    pub(super) fn bytes(count: usize) -> usize {
        Self::layout(count).size()
    }

    /// A new block, all slots null.
    pub(super) fn allocate(header: H, count: usize) -> Self {
        Filling::new(count).finish(header)
    }

    /// The block that [`into_raw`](Self::into_raw) gave.
    ///
    /// # Safety
    /// It is not freed during `'a`.
    #[inline(always)]
    pub(super) unsafe fn from_raw(raw: *mut ()) -> Option<Self> {
        NonNull::new(raw.cast()).map(|memory| Self { memory, _alive: PhantomData })
    }

    #[inline(always)]
    pub(super) fn into_raw(self) -> *mut () {
        self.memory.as_ptr().cast()
    }

    #[inline(always)]
    fn slots_of(memory: NonNull<Memory<H>>) -> *mut AtomicPtr<()> {
        // SAFETY: in bounds of the allocation. Through the raw pointer, since a reference to `slots` would cover none of them.
        unsafe { (&raw mut (*memory.as_ptr()).slots).cast() }
    }

    #[inline(always)]
    pub(super) fn header(self) -> &'a H {
        // SAFETY: alive during `'a`, and the header is only reached by shared reference.
        unsafe { &(*self.memory.as_ptr()).header }
    }

    /// How many slots it has.
    #[inline(always)]
    pub(super) fn count(self) -> usize {
        // SAFETY: alive; written once.
        unsafe { (*self.memory.as_ptr()).count }
    }

    /// # Safety
    /// `index` is below the block's count.
    #[inline(always)]
    pub(super) unsafe fn slot(self, index: usize) -> &'a AtomicPtr<()> {
        debug_assert!(index < self.count());
        // SAFETY: in bounds, and initialised by `Filling`.
        unsafe { &*Self::slots_of(self.memory).add(index) }
    }

    /// Where the slots from `index` on stand, for a slice of them.
    ///
    /// # Safety
    /// `index` is not above the block's count.
    #[inline(always)]
    pub(super) unsafe fn slots_from(self, index: usize) -> *const AtomicPtr<()> {
        debug_assert!(index <= self.count());
        // SAFETY: in bounds, or at their end.
        unsafe { Self::slots_of(self.memory).add(index) }
    }

    /// Frees the memory; what the slots point to is left as it is.
    ///
    /// # Safety
    /// The block came from [`Filling`], and nobody uses it any more.
    pub(super) unsafe fn free(self) {
        let layout = Self::layout(self.count());
        // SAFETY: ours alone.
        unsafe {
            // Under loom an atomic has to be dropped.
            if core::mem::needs_drop::<AtomicPtr<()>>() {
                for i in 0..self.count() {
                    ptr::drop_in_place(Self::slots_of(self.memory).add(i));
                }
            }
            ptr::drop_in_place(&raw mut (*self.memory.as_ptr()).header);
            heap::deallocate(self.memory.cast(), layout);
        }
    }

    /// The block's memory as garbage, without what the slots point to.
    ///
    /// # Safety
    /// As for [`free`](Self::free), after a grace period.
    pub(super) unsafe fn into_garbage(self) -> Garbage
    where
        H: 'static,
    {
        unsafe fn free<H>(raw: *mut ()) {
            // SAFETY: the contract of `into_garbage`.
            if let Some(block) = unsafe { Block::<H>::from_raw(raw) } {
                // SAFETY: as above.
                unsafe { block.free() }
            }
        }
        // SAFETY: plain memory, which any thread may free.
        unsafe { Garbage::new(self.into_raw(), free::<H>, Self::bytes(self.count())) }
    }
}
