//! The lock of the global-lock mode: one holder, a switch interval, a request that the holder answers.
//!
//! As CPython's: a waiter waits for one interval; if the holder has not changed in that time it sets the request;
//! the holder sees it at its next checkpoint, lets go, and waits until another thread has taken the lock, so that it
//! cannot simply take it again. The mode is decided once, when the first thread registers.

use std::time::Duration;

use crate::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use crate::sync::{Condvar, Mutex};

/// How long a waiter waits before it asks, unless the user says otherwise: CPython's default.
const DEFAULT_INTERVAL: Duration = Duration::from_millis(5);

/// The variable that turns the mode on without a change to the program.
pub(crate) const VARIABLE: &str = "FREETHREADED_GIL";

#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Mode {
    Undecided,
    Off,
    On,
}

pub(crate) struct Gil {
    mode: AtomicU8,
    asked: AtomicBool,
    interval_nanos: AtomicU64,
    state: Mutex<State>,
    /// Signalled when the lock is free.
    freed: Condvar,
    /// Signalled when somebody has taken it.
    taken: Condvar,
}

struct State {
    held: bool,
    /// Grows with every taking, so that a waiter sees whether the holder has changed.
    switches: u64,
    waiters: u32,
}

impl Gil {
    crate::sync::const_unless_loom! {
        pub(crate) const fn new() -> Self {
            Self {
                mode: AtomicU8::new(Mode::Undecided as u8),
                asked: AtomicBool::new(false),
                interval_nanos: AtomicU64::new(DEFAULT_INTERVAL.as_nanos() as u64),
                state: Mutex::new(State { held: false, switches: 0, waiters: 0 }),
                freed: Condvar::new(),
                taken: Condvar::new(),
            }
        }
    }

    /// Turns the mode on. The caller holds the registry lock, and no thread has registered.
    pub(crate) fn turn_on(&self) {
        self.mode.store(Mode::On as u8, Ordering::Relaxed);
    }

    /// Settles the mode when the first thread registers: the program's word, else the environment's.
    pub(crate) fn decide(&self) {
        if self.mode.load(Ordering::Relaxed) != Mode::Undecided as u8 {
            return;
        }
        let value = if cfg!(loom) { None } else { std::env::var_os(VARIABLE) };
        let mode = match value.as_deref().map(|v| v.to_string_lossy()).as_deref() {
            None | Some("" | "0") => Mode::Off,
            Some("1") => Mode::On,
            Some(other) => panic!("freethreaded: {VARIABLE} must be 0 or 1, not {other:?}"),
        };
        // Relaxed: the registry lock, which the caller holds, publishes it to every thread that registers.
        self.mode.store(mode as u8, Ordering::Relaxed);
    }

    pub(crate) fn is_on(&self) -> bool {
        self.mode.load(Ordering::Relaxed) == Mode::On as u8
    }

    pub(crate) fn set_interval(&self, interval: Duration) {
        let nanos = u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX).max(1);
        self.interval_nanos.store(nanos, Ordering::Relaxed);
    }

    pub(crate) fn interval(&self) -> Duration {
        Duration::from_nanos(self.interval_nanos.load(Ordering::Relaxed))
    }

    /// Whether a waiter has asked the holder to give way.
    #[inline]
    pub(crate) fn is_asked(&self) -> bool {
        // Relaxed: a hint that the holder will see some checkpoint later.
        self.asked.load(Ordering::Relaxed)
    }

    pub(crate) fn take(&self) {
        let mut state = self.state.lock();
        state.waiters += 1;
        while state.held {
            let seen = state.switches;
            let timed_out = self.freed.wait_for(&mut state, self.interval());
            if timed_out && state.held && state.switches == seen {
                self.asked.store(true, Ordering::Relaxed);
            }
        }
        state.waiters -= 1;
        state.held = true;
        state.switches += 1;
        self.asked.store(false, Ordering::Relaxed);
        drop(state);
        self.taken.notify_all();
    }

    /// Lets go. If a waiter has asked, returns only after another thread has taken the lock.
    pub(crate) fn release(&self) {
        let mut state = self.state.lock();
        state.held = false;
        let seen = state.switches;
        self.freed.notify_one();
        if self.asked.load(Ordering::Relaxed) {
            // While nobody has taken it, the waiter that asked is still there and has been woken.
            while state.switches == seen && state.waiters > 0 {
                self.taken.wait(&mut state);
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_waiter_gets_the_lock_from_a_holder_that_only_checkpoints() {
        let gil = std::sync::Arc::new(Gil::new());
        gil.set_interval(Duration::from_micros(200));
        gil.take();
        let theirs = std::sync::Arc::clone(&gil);
        let other = std::thread::spawn(move || {
            theirs.take();
            theirs.release();
        });
        let mut spins = 0_u64;
        while !other.is_finished() {
            spins += 1;
            if gil.is_asked() {
                gil.release();
                gil.take();
            }
            std::hint::spin_loop();
        }
        assert!(spins > 0);
        other.join().expect("took and released");
        gil.release();
    }

    #[test]
    fn it_excludes() {
        static GIL: std::sync::OnceLock<Gil> = std::sync::OnceLock::new();
        let gil = GIL.get_or_init(Gil::new);
        gil.set_interval(Duration::from_micros(50));
        let count = core::sync::atomic::AtomicU64::new(0);
        std::thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..2000 {
                        gil.take();
                        // A lost update would show two holders.
                        let n = count.load(Ordering::Relaxed);
                        std::hint::spin_loop();
                        count.store(n + 1, Ordering::Relaxed);
                        gil.release();
                    }
                });
            }
        });
        assert_eq!(count.load(Ordering::Relaxed), 8000);
    }
}
