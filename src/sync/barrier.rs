//! Asymmetric barriers: a *light* side that runs on every attach, a *heavy* side that runs once per grace period.
//!
//! # Semantics
//!
//! All light and heavy barriers of a process fall into one order, in which for a light barrier `L` of thread `T`
//! and a heavy barrier `H` of another thread one of two things holds:
//! - `L` comes before `H`: what `T` did before `L` is visible to the thread of `H` after `H`;
//! - `H` comes before `L`: what the thread of `H` did before `H` is visible to `T` after `L`.
//!
//! So of a store on each side and a load of the other's store behind the barriers, at least one load sees the
//! store (store buffering is forbidden). Two light barriers promise nothing to each other; two heavy ones are as
//! two `fence(SeqCst)`.
//!
//! # Implementation
//!
//! On Linux light is a compiler fence and heavy is `membarrier(PRIVATE_EXPEDITED)`, which makes every running
//! thread of the process execute a full barrier. Where that is missing (old kernels, seccomp, other systems), and
//! under ThreadSanitizer, both are `fence(SeqCst)`. The choice is made once, by [`choose`], before any
//! thread is registered and so before any light barrier that matters: the registry lock orders it before every
//! later registration. `FREETHREADED_BARRIER=fence` forces the fences, for tests and for comparison.
//!
//! Under loom they are the semantics above and no more. That is less than fences give, which also order the light barriers among each
//! other and stand in for a forgotten acquire or release. A model chooses who makes a light barrier on entering: the thread that knows
//! of no fence, or the one that is told to make one.
//!
//! Checked by: `loom-tests/tests/loom_epoch.rs`.

#[cfg(all(target_os = "linux", not(loom), not(tsan)))]
mod imp {
    use crate::sync::atomic::{AtomicU8, Ordering, fence};
    use core::sync::atomic::compiler_fence;

    const FENCE: u8 = 0;
    const MEMBARRIER: u8 = 1;

    static MODE: AtomicU8 = AtomicU8::new(FENCE);

    // linux/membarrier.h
    const CMD_QUERY: libc::c_int = 0;
    const CMD_PRIVATE_EXPEDITED: libc::c_int = 1 << 3;
    const CMD_REGISTER_PRIVATE_EXPEDITED: libc::c_int = 1 << 4;

    fn membarrier(command: libc::c_int) -> libc::c_long {
        // SAFETY: membarrier takes three integers and touches no memory of ours.
        unsafe { libc::syscall(libc::SYS_membarrier, command, 0 as libc::c_int, 0 as libc::c_int) }
    }

    pub(crate) fn choose() {
        if std::env::var_os("FREETHREADED_BARRIER").is_some_and(|v| v == "fence") {
            return;
        }
        let commands = membarrier(CMD_QUERY);
        let has = |c: libc::c_int| commands > 0 && commands & libc::c_long::from(c) != 0;
        if has(CMD_PRIVATE_EXPEDITED)
            && has(CMD_REGISTER_PRIVATE_EXPEDITED)
            && membarrier(CMD_REGISTER_PRIVATE_EXPEDITED) == 0
        {
            // Relaxed: published by the registry lock, which every thread takes before its first barrier.
            MODE.store(MEMBARRIER, Ordering::Relaxed);
        }
    }

    #[inline(always)]
    pub(crate) fn light() {
        if MODE.load(Ordering::Relaxed) == MEMBARRIER {
            compiler_fence(Ordering::SeqCst);
        } else {
            // SeqCst: partner is the fence in `heavy`.
            fence(Ordering::SeqCst);
        }
    }

    /// The light barrier of a thread that knows whether fences are needed, and makes one itself if so.
    #[inline(always)]
    pub(crate) fn light_unless_fence() {
        compiler_fence(Ordering::SeqCst);
    }

    #[cold]
    pub(crate) fn heavy() {
        #[cfg(count_traffic)]
        crate::sync::traffic::note(crate::sync::traffic::Event::HeavyBarrier);
        if MODE.load(Ordering::Relaxed) == MEMBARRIER {
            if membarrier(CMD_PRIVATE_EXPEDITED) == 0 {
                return;
            }
            // A forked child has to register again. Anything else would leave readers unprotected.
            membarrier(CMD_REGISTER_PRIVATE_EXPEDITED);
            if membarrier(CMD_PRIVATE_EXPEDITED) != 0 {
                eprintln!("freethreaded: membarrier stopped working ({})", std::io::Error::last_os_error());
                std::process::abort();
            }
        } else {
            // SeqCst: partner is the fence in `light`.
            fence(Ordering::SeqCst);
        }
    }

    pub(crate) fn is_asymmetric() -> bool {
        MODE.load(Ordering::Relaxed) == MEMBARRIER
    }
}

#[cfg(not(any(loom, all(target_os = "linux", not(tsan)))))]
mod imp {
    use crate::sync::atomic::{Ordering, fence};

    pub(crate) fn choose() {}

    #[inline(always)]
    pub(crate) fn light() {
        // SeqCst: partner is the fence in `heavy`.
        fence(Ordering::SeqCst);
    }

    #[inline(always)]
    pub(crate) fn light_unless_fence() {}

    pub(crate) fn heavy() {
        #[cfg(count_traffic)]
        crate::sync::traffic::note(crate::sync::traffic::Event::HeavyBarrier);
        // SeqCst: partner is the fence in `light`.
        fence(Ordering::SeqCst);
    }

    pub(crate) fn is_asymmetric() -> bool {
        false
    }
}

/// The semantics and nothing more.
#[cfg(loom)]
mod imp {
    use crate::sync::atomic::{AtomicUsize, Ordering};
    use crate::sync::process_wide;
    use core::sync::atomic::AtomicBool;

    /// The one order of all barriers. A read-modify-write reads the latest value, so of a light and a heavy barrier
    /// one comes later on the word that the other writes first.
    struct Order {
        lights: AtomicUsize,
        heavies: AtomicUsize,
        /// As if light barriers were fences. Not loom's: set before the model has a second thread.
        fences: AtomicBool,
    }

    process_wide! {
        fn order() -> &'static Order {
            Order {
                lights: AtomicUsize::new(0),
                heavies: AtomicUsize::new(0),
                fences: AtomicBool::new(false),
            }
        }
    }

    /// From here on threads make their light barriers as where those are fences. Nobody is registered yet.
    pub(crate) fn use_fences() {
        order().fences.store(true, Ordering::Relaxed);
    }

    pub(crate) fn choose() {}

    pub(crate) fn light() {
        // Release: to later heavy barriers.
        order().lights.fetch_add(1, Ordering::Release);
        // Acquire: from earlier heavy barriers.
        order().heavies.fetch_add(0, Ordering::Acquire);
    }

    pub(crate) fn light_unless_fence() {
        if is_asymmetric() {
            light();
        }
    }

    pub(crate) fn heavy() {
        // Release: to later barriers of either kind. Acquire: from earlier heavy ones.
        order().heavies.fetch_add(1, Ordering::AcqRel);
        // Acquire: from earlier light barriers.
        order().lights.fetch_add(0, Ordering::Acquire);
    }

    pub(crate) fn is_asymmetric() -> bool {
        !order().fences.load(Ordering::Relaxed)
    }
}

#[cfg(loom)]
pub(crate) use imp::use_fences;
pub(crate) use imp::{choose, heavy, is_asymmetric, light, light_unless_fence};
