//! Helpers shared by the loom models in `tests/`. Empty without `--cfg loom`.
#![cfg(loom)]

mod keys;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use freethreaded::{Brc, attach, internals};
use loom::cell::UnsafeCell;
use loom::thread::JoinHandle;

pub use keys::{Key, Same};

/// The bound for a model of two threads.
pub const TWO: usize = 3;
/// The bound for a model of three threads.
pub const THREE: usize = 2;

/// Explores `f` with at most `bound` preemptions (`LOOM_MAX_PREEMPTIONS` overrides it), then takes the main thread out of the
/// runtime, and checks that every value of [`Made`] was destroyed once.
pub fn model(bound: usize, f: impl Fn(&Made) + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound.get_or_insert(bound);
    // Loom's default is 1000, which the models of two and three wide objects pass.
    builder.max_branches = builder.max_branches.max(5000);
    let executions = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&executions);
    let start = std::time::Instant::now();
    builder.check(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        let made = Made::default();
        f(&made);
        freethreaded::collect();
        internals::exit_thread();
        internals::destroy_orphans();
        made.assert_all_destroyed();
    });
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    println!("{name}: {} executions, {:.2?}", executions.load(Ordering::Relaxed), start.elapsed());
}

/// A thread of a model, which leaves the runtime at its end.
pub fn spawn<R: 'static>(f: impl FnOnce() -> R + 'static) -> JoinHandle<R> {
    loom::thread::spawn(move || {
        let result = f();
        internals::exit_thread();
        result
    })
}

/// An object without owner, so that whoever drops the last reference destroys it at once.
pub fn ownerless<T: 'static>(value: T) -> Brc<T> {
    attach().detach(|| Brc::new(value))
}

/// Makes values and counts how many were destroyed.
///
/// The counters are not loom's: a check must not order what it checks.
#[derive(Clone, Default)]
pub struct Made(Arc<Counters>);

#[derive(Default)]
struct Counters {
    made: AtomicUsize,
    destroyed: AtomicUsize,
}

impl Made {
    /// A new value.
    #[must_use]
    pub fn value(&self, value: u32) -> Value {
        self.0.made.fetch_add(1, Ordering::Relaxed);
        let made = Value { cell: UnsafeCell::new(0), made: self.clone() };
        // A write of its own: loom's clocks do not go on at the making of a cell.
        made.write(value);
        made
    }

    /// Values destroyed so far.
    #[must_use]
    pub fn destroyed(&self) -> usize {
        self.0.destroyed.load(Ordering::Relaxed)
    }

    /// Fails the model unless every value was destroyed.
    pub fn assert_all_destroyed(&self) {
        let made = self.0.made.load(Ordering::Relaxed);
        assert_eq!(self.destroyed(), made, "values destroyed, of all that were made");
    }
}

/// A plain value: every read and write is checked for races, a read after the destruction fails the model, and so does a
/// second destruction.
pub struct Value {
    cell: UnsafeCell<u32>,
    made: Made,
}

/// What a destroyed value reads as.
const DESTROYED: u32 = u32::MAX;

// SAFETY: nothing is: that the accesses to `cell` are ordered is what loom checks.
unsafe impl Send for Value {}
// SAFETY: as above.
unsafe impl Sync for Value {}

impl Value {
    /// Reads it.
    #[must_use]
    pub fn read(&self) -> u32 {
        // SAFETY: loom fails the model if this races with a write.
        let value = self.cell.with(|value| unsafe { *value });
        assert_ne!(value, DESTROYED, "read after its destruction");
        value
    }

    /// A new value of the same [`Made`].
    #[must_use]
    pub fn another(&self, value: u32) -> Value {
        self.made.value(value)
    }

    /// Writes it.
    pub fn write(&self, to: u32) {
        self.cell.with_mut(|value| {
            // SAFETY: loom fails the model if this races with another access.
            unsafe {
                assert_ne!(*value, DESTROYED, "written after its destruction");
                *value = to;
            }
        });
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Value")
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.write(DESTROYED);
        self.made.0.destroyed.fetch_add(1, Ordering::Relaxed);
    }
}
