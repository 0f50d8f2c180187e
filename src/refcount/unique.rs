//! Uniqueness: whether the caller's reference is the only one, as far as the calling thread can know.
//!
//! | the calling thread | knows it is the only one, if |
//! |---|---|
//! | owns the object | `local` = 1, and `shared` counts none and is neither queued nor merged |
//! | else | `shared` is (1, merged) |
//!
//! A wide object is counted in one word first, and the mail is opened where that may change the answer.
//!
//! Checked by: `loom-tests/tests/loom_refcount.rs` and `loom_wide.rs`.

use super::shared::{Shared, State};
use super::wide;
use super::word::{Decrement, RefCount};
use crate::runtime;
use crate::sync::atomic::Ordering;

impl RefCount {
    /// Whether the caller's reference is the only one. `false` is also the answer where the calling thread cannot
    /// know: on an object that another thread owns. Acquires: with `true` the caller may write.
    #[must_use]
    pub fn is_unique(&self) -> bool {
        if self.is_immortal() {
            return false;
        }
        if self.load_owner().is_detour() {
            // Before the merge, which forgets that the object was queued.
            self.open_mail_if_queued();
        }
        let mine = self.is_mine_here();
        // Acquire: partner is the release of the decrements that made it unique.
        let mut shared = self.load_shared(Ordering::Acquire);
        if shared.is_wide() {
            wide::narrow(self);
            shared = self.load_shared(Ordering::Acquire);
            if shared.is_wide() {
                return false;
            }
        }
        if mine {
            if shared.count() == 0 && shared.state() < State::Queued {
                return self.local.load(Ordering::Relaxed) == 1;
            }
            // A reference that was dropped elsewhere may lie in the mailbox.
            if !runtime::open_mail() {
                return false;
            }
            shared = self.load_shared(Ordering::Acquire);
        }
        // Where a merge was in the mail, the word is merged.
        shared == Shared::DEAD.plus_one()
    }

    /// Gives up the caller's reference if it is the only strong one and the calling thread can know that. Then the object is
    /// dead, as after a decrement; else the caller keeps its reference. Weak references may exist.
    pub(super) fn take_if_unique(&self) -> bool {
        if !self.is_unique() {
            return false;
        }
        if !self.is_mine() {
            let (one, dead) = (Shared::DEAD.plus_one(), Shared::DEAD);
            // Acquire: partner is the release of the decrements that left one. Release: nobody decrements after us.
            return self.shared.compare_exchange(one.0, dead.0, Ordering::Acquire, Ordering::Relaxed).is_ok();
        }
        self.local.store(0, Ordering::Relaxed);
        let seen = self.load_shared(Ordering::Acquire);
        if seen == Shared::UNTOUCHED {
            return true;
        }
        self.end_ownership();
        // An upgrade may come first; then the caller's reference goes on in the shared half.
        let weak = Shared::new(0, State::Weak);
        // Acquire: as above. Release: a try-increment that sees it dead needs nothing from us.
        if self.shared.compare_exchange(weak.0, Shared::DEAD.0, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
            return true;
        }
        // SAFETY: this thread owns the object, has set `owner` and `local` to 0, and the caller's reference, which is counted
        // by the 1, keeps it alive.
        let merged = unsafe { Self::merge_into_shared(self, 1) };
        debug_assert_eq!(merged, Decrement::Alive);
        false
    }
}
