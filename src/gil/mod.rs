//! The global lock, as a mode: the same program with and without.
//!
//! With the mode on, attaching takes one process-wide lock, as CPython's does: a waiter waits for the switch interval (5 ms), then asks; the holder
//! gives way at its next [`checkpoint`](crate::Attached::checkpoint), or when it leaves or [detaches](crate::Attached::detach).
//! Everything else stays as it is, so a program can be measured both ways without a change.
//!
//! Turn it on with `FREETHREADED_GIL=1` in the environment, or with [`enable`] before anything else of the crate is used.
//!
//! ```
//! use std::time::Duration;
//! // In `main`, before the first use of the crate:
//! freethreaded::gil::enable()?;
//! freethreaded::gil::set_switch_interval(Duration::from_millis(1));
//! assert!(freethreaded::gil::is_enabled());
//!
//! let mut cx = freethreaded::attach(); // takes the lock
//! cx.checkpoint(); // gives way if somebody waits for longer than the interval
//! # Ok::<(), freethreaded::gil::AlreadyRunning>(())
//! ```

use core::fmt;
use std::time::Duration;

use crate::runtime::{GIL_VARIABLE, registry};

/// Turns the global lock on, for the whole process and for good.
///
/// # Errors
/// If a thread has already used the runtime: what it does could not be brought under the lock any more.
pub fn enable() -> Result<(), AlreadyRunning> {
    if is_enabled() {
        return Ok(());
    }
    registry().enable_gil().then_some(()).ok_or(AlreadyRunning)
}

/// Whether the global lock is on, or will be when the first thread uses the runtime.
///
/// ```
/// assert!(!freethreaded::gil::is_enabled());
/// ```
#[must_use]
pub fn is_enabled() -> bool {
    registry().gil.is_on()
        || !registry().has_started() && std::env::var_os(GIL_VARIABLE).is_some_and(|value| value == "1")
}

/// Sets how long a thread waits for the global lock before it asks the holder to give way: 5 ms at first, as in CPython. At least a nanosecond.
///
/// ```
/// freethreaded::gil::set_switch_interval(std::time::Duration::from_millis(1));
/// ```
pub fn set_switch_interval(interval: Duration) {
    registry().gil.set_interval(interval);
}

/// The interval set by [`set_switch_interval`].
///
/// ```
/// assert_eq!(freethreaded::gil::switch_interval(), std::time::Duration::from_millis(5));
/// ```
#[must_use]
pub fn switch_interval() -> Duration {
    registry().gil.interval()
}

/// The error of [`enable`]: threads already run without the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadyRunning;

impl fmt::Display for AlreadyRunning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the global lock can only be enabled before any thread uses the runtime")
    }
}

impl std::error::Error for AlreadyRunning {}
