//! The heap of a model: a block that is given back is filled with a pattern and kept until the execution ends.
//!
//! An atomic of loom's in such a block names an object that does not exist, so a use after free fails the model at once, rather
//! than meeting whatever the allocator has put there. Leaks and double frees are found by a token of loom's allocator that each
//! block carries.

use core::alloc::Layout;
use core::cell::RefCell;
use core::ptr;

/// In front of each block: the token, null once the block is given back. As large as the largest alignment of a modelled type.
const PREFIX: usize = 128;
const TOKEN: Layout = Layout::new::<u64>();
const PATTERN: u8 = 0xa5;

std::thread_local! {
    // All threads of a model run on one thread of the system, so this is per test.
    static QUARANTINE: RefCell<Vec<(*mut u8, Layout)>> = const { RefCell::new(Vec::new()) };
}

fn with_prefix(layout: Layout) -> Layout {
    assert!(layout.align() <= PREFIX);
    Layout::from_size_align(PREFIX + layout.size(), PREFIX).expect("objects are small")
}

pub(super) unsafe fn alloc(layout: Layout) -> *mut u8 {
    // SAFETY: neither size is zero; the token fits into the prefix, which is aligned.
    unsafe {
        let whole = std::alloc::alloc(with_prefix(layout));
        assert!(!whole.is_null());
        whole.cast::<*mut u8>().write(loom::alloc::alloc(TOKEN));
        whole.add(PREFIX)
    }
}

pub(super) unsafe fn dealloc(block: *mut u8, layout: Layout) {
    // SAFETY: the block came from `alloc` and is in quarantine at most, so the prefix is still there.
    unsafe {
        let whole = block.sub(PREFIX);
        let token = whole.cast::<*mut u8>().replace(ptr::null_mut());
        assert!(!token.is_null(), "a block was freed twice");
        loom::alloc::dealloc(token, TOKEN);
        block.write_bytes(PATTERN, layout.size());
        QUARANTINE.with_borrow_mut(|quarantine| quarantine.push((whole, with_prefix(layout))));
    }
}

/// Gives the quarantined blocks back for good. To be called when no thread of the execution runs any more.
pub(crate) fn end_quarantine() {
    for (whole, layout) in QUARANTINE.take() {
        // SAFETY: allocated in `alloc` with this layout, in quarantine once.
        unsafe { std::alloc::dealloc(whole, layout) };
    }
}
