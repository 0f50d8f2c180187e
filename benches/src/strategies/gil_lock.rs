//! The global lock itself, with CPython's rules: a waiter that has waited one switch interval asks for the lock,
//! the holder gives it up at its next checkpoint and does not take it back before somebody else has had it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// `sys.getswitchinterval()` of CPython.
const SWITCH_INTERVAL: Duration = Duration::from_millis(5);

struct State {
    held: bool,
    /// How often the lock was taken: tells a waiter whether the lock changed hands while it slept.
    taken: u64,
}

/// A lock that its holder keeps until it is asked.
pub(crate) struct GlobalLock {
    state: Mutex<State>,
    released: Condvar,
    switched: Condvar,
    /// Set by a waiter, read by the holder at each checkpoint with one plain load.
    requested: AtomicBool,
}

impl GlobalLock {
    /// A lock that nobody holds.
    pub(crate) const fn new() -> Self {
        Self {
            state: Mutex::new(State { held: false, taken: 0 }),
            released: Condvar::new(),
            switched: Condvar::new(),
            requested: AtomicBool::new(false),
        }
    }

    /// Waits until the lock is free, asking for it after each switch interval without a change of hands.
    pub(crate) fn acquire(&self) {
        let mut state = self.state.lock();
        while state.held {
            let seen = state.taken;
            let timed_out = self.released.wait_for(&mut state, SWITCH_INTERVAL).timed_out();
            if timed_out && state.held && state.taken == seen {
                self.requested.store(true, Ordering::Relaxed);
            }
        }
        state.held = true;
        state.taken += 1;
        // Relaxed is enough: the flag is advice, the mutex orders everything else.
        self.requested.store(false, Ordering::Relaxed);
        self.switched.notify_one();
    }

    /// Lets go of the lock.
    pub(crate) fn release(&self) {
        self.state.lock().held = false;
        self.released.notify_one();
    }

    /// Gives way if somebody has asked.
    #[inline]
    pub(crate) fn checkpoint(&self) {
        if self.requested.load(Ordering::Relaxed) {
            self.hand_over();
        }
    }

    #[cold]
    fn hand_over(&self) {
        let mut state = self.state.lock();
        // Somebody asked and only the holder, which is us, could have served them: a waiter exists, so this ends.
        let seen = state.taken;
        state.held = false;
        self.released.notify_one();
        while state.taken == seen {
            self.switched.wait(&mut state);
        }
        drop(state);
        self.acquire();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicU64;
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_busy_holder_gives_way_and_exclusion_holds() {
        let lock = Arc::new(GlobalLock::new());
        let turns = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
        let inside = Arc::new(AtomicBool::new(false));
        let until = Instant::now() + Duration::from_millis(100);
        let workers: Vec<_> = (0..2)
            .map(|id| {
                let (lock, turns, inside) = (lock.clone(), turns.clone(), inside.clone());
                std::thread::spawn(move || {
                    lock.acquire();
                    while Instant::now() < until {
                        assert!(!inside.swap(true, Ordering::SeqCst), "two holders");
                        turns[id].fetch_add(1, Ordering::Relaxed);
                        inside.store(false, Ordering::SeqCst);
                        lock.checkpoint();
                    }
                    lock.release();
                })
            })
            .collect();
        for worker in workers {
            worker.join().expect("worker");
        }
        assert!(turns.iter().all(|t| t.load(Ordering::Relaxed) > 0), "both workers had the lock");
    }
}
