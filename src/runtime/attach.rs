//! The token of being inside the runtime, and the guards of single operations.

use core::fmt;
use core::marker::PhantomData;

use super::current::{self, Away};
use super::garbage::Garbage;

/// Proof that the calling thread is inside the runtime. Made by [`attach`].
///
/// While a token is alive, everything that was read from a container stays valid: references borrowed from the token
/// (`&'a T` with the token's lifetime) cost no count and no write to shared memory. In exchange, whatever
/// any thread retires meanwhile, this one included, waits for this thread's next [`checkpoint`](Self::checkpoint), with no
/// bound but that: a thread that writes for long under one token calls it now and then.
///
/// Tokens nest; the outermost is the one that renews. A token cannot leave its thread: it is neither `Send` nor `Sync`.
/// A token that is leaked keeps its thread inside for ever, and so all memory retired from then on.
///
/// ```
/// use freethreaded::{Brc, Dict, attach};
/// let ages: Dict<&str, Brc<u32>> = Dict::new();
/// ages.insert("Ada", 36);
///
/// let mut cx = attach();
/// let age: &u32 = ages.get_ref("Ada", &cx).unwrap();
/// ages.remove("Ada");
/// assert_eq!(*age, 36); // still valid: this thread has not passed a checkpoint
/// cx.checkpoint();
/// assert!(ages.get_ref("Ada", &cx).is_none());
/// ```
///
/// A borrowed reference cannot outlive a checkpoint:
///
/// ```compile_fail,E0502
/// use freethreaded::{Brc, Dict, attach};
/// let ages: Dict<&str, Brc<u32>> = Dict::new();
/// let mut cx = attach();
/// let age = ages.get_ref("Ada", &cx);
/// cx.checkpoint();
/// println!("{age:?}");
/// ```
pub struct Attached<'rt> {
    /// Bound to the thread whose record it pins.
    _thread: PhantomData<(*mut (), &'rt ())>,
}

/// Enters the runtime and returns the token of it. A few plain instructions; nested, an increment.
///
/// Nothing needs a token to be used: every operation attaches for its own length. A token amortises that, and unlocks
/// borrowed reads. With the global lock [enabled](crate::gil), this takes it.
///
/// # Panics
/// If more than two million threads (2 097 120) are known to the runtime at once, or `FREETHREADED_GIL` is neither 0 nor 1.
///
/// ```
/// let cx = freethreaded::attach();
/// # drop(cx);
/// ```
#[inline]
#[must_use = "dropping the token leaves the runtime"]
pub fn attach<'rt>() -> Attached<'rt> {
    current::with(|c| c.enter());
    Attached { _thread: PhantomData }
}

/// [`attach`] as a scope: calls `f` with the token and leaves when it returns or unwinds.
///
/// ```
/// let sum = freethreaded::attach_with(|cx| {
///     let mut sum = 0;
///     for n in 0..1000 {
///         sum += n;
///         cx.checkpoint();
///     }
///     sum
/// });
/// assert_eq!(sum, 499_500);
/// ```
#[inline]
pub fn attach_with<R>(f: impl FnOnce(&mut Attached<'_>) -> R) -> R {
    f(&mut attach())
}

impl Attached<'_> {
    /// A moment at which this thread holds no reference borrowed from the runtime: lets retired memory go,
    /// merges objects that others have handed back, gives way to a waiter for the global lock. Destructors of garbage
    /// may run here.
    ///
    /// Call it about as often as an interpreter would, at function calls and backward jumps. With nothing to do it is
    /// a handful of loads. On a token that is not the outermost it does nothing.
    #[inline]
    pub fn checkpoint(&mut self) {
        current::with(|c| {
            if c.is_outermost() {
                c.checkpoint();
            }
        });
    }

    /// Runs `f`, which may block, outside the runtime: nobody waits for this thread meanwhile, and others
    /// merge the objects that it owns for it.
    ///
    /// Inside `f` reference counting takes the shared path. `f` may attach again. On a token that is not the
    /// outermost, references borrowed from the outer ones stay protected, so the thread still holds
    /// back retired memory. Destructors of garbage may run here; what other threads still hold back is left to them.
    ///
    /// ```
    /// # let (tx, rx) = std::sync::mpsc::channel();
    /// # tx.send(7).unwrap();
    /// let mut cx = freethreaded::attach();
    /// let n = cx.detach(|| rx.recv().unwrap());
    /// assert_eq!(n, 7);
    /// ```
    pub fn detach<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let _away = Away::begin();
        f()
    }
}

impl Drop for Attached<'_> {
    #[inline]
    fn drop(&mut self) {
        current::with(|c| c.leave(true));
    }
}

impl fmt::Debug for Attached<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attached").field("depth", &current::with(|c| c.depth())).finish()
    }
}

/// Being inside for the length of one reading operation. Runs no destructors when it ends.
pub(crate) struct Pin {
    _thread: PhantomData<*mut ()>,
}

/// Enters for a reading operation.
#[inline]
pub(crate) fn pin() -> Pin {
    current::with(|c| c.enter());
    Pin { _thread: PhantomData }
}

impl Drop for Pin {
    #[inline]
    fn drop(&mut self) {
        current::with(|c| c.leave(false));
    }
}

/// Being inside for the length of one writing operation, which may retire things.
pub(crate) struct Operation {
    _thread: PhantomData<*mut ()>,
}

/// Enters for a writing operation. Destructors may run when the outermost one ends, so it must end after
/// every lock is released.
#[inline]
pub(crate) fn operation() -> Operation {
    current::with(|c| c.begin_operation());
    Operation { _thread: PhantomData }
}

impl Operation {
    /// Has `garbage` destroyed when no reader can hold it any more.
    #[inline]
    pub(crate) fn retire(&self, garbage: Garbage) {
        current::with(|c| c.retire(garbage));
    }

    /// Whether what this operation has just unlinked can be taken apart at once: nobody else is there to read it.
    #[inline]
    pub(crate) fn is_alone(&self) -> bool {
        current::with(|c| c.alone_in_operation())
    }
}

impl Drop for Operation {
    #[inline]
    fn drop(&mut self) {
        current::with(|c| c.end_operation());
    }
}

/// Reclaims now what can be reclaimed: merges what others have handed to this thread, adopts the garbage of finished threads,
/// makes a pass, and runs the destructors of what no thread can read any more.
///
/// What a thread inside the runtime may still hold stays, the calling thread's own token included. In a [critical section](crate::critical_section), or where a
/// container has called an `Eq`, no destructor runs: it is left to the end of that. O(threads + garbage).
///
/// ```
/// use freethreaded::{Brc, List};
/// let list: List<Brc<String>> = List::new();
/// list.push("x".to_string());
/// list.clear();
/// freethreaded::collect();
/// ```
pub fn collect() {
    current::with(|c| c.collect());
}
