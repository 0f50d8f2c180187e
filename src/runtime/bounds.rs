//! How much may be dead and not yet destroyed before something is done about it.

use core::fmt;
use core::time::Duration;

use super::garbage::Amount;
use crate::sync::atomic::Ordering;
// Not modelled: settings carry no ordering, and would only multiply what a model explores.
use crate::sync::unmodelled::{AtomicU32, AtomicU64, AtomicUsize};

/// The bounds of delayed destruction, for the whole process. See [where each of them is enforced](super#bounds).
///
/// An amount is past a bound as soon as it reaches it in objects or in bytes, so of each pair the one counts that is reached first.
/// `usize::MAX` stands for no bound of its kind. Bytes are what the types tell: header and value of an object, not what the value points to;
/// where values own much memory elsewhere, the bounds in objects are the ones to lower.
///
/// ```
/// use freethreaded::runtime::{Bounds, bounds, set_bounds};
///
/// // Frames of video: few, and big.
/// let few = Bounds::new().retired(8, 64 << 20).ready(8, 64 << 20);
/// set_bounds(few)?;
/// assert_eq!(bounds().ready_objects, 8);
/// # set_bounds(Bounds::new())?;
/// # Ok::<(), freethreaded::runtime::BoundsError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bounds {
    /// Things that a thread has retired since its last pass: when there are so many, the next writing operation of a container by that thread
    /// makes a pass, unless it runs under a token, which would hold them back. 512 at first; at least 1.
    pub retired_objects: usize,
    /// The same in bytes. 64 KiB at first; at least 1.
    pub retired_bytes: usize,
    /// Dead objects on one thread that need no more waiting: when there are so many, they are destroyed at the end of the next writing
    /// operation of a container, or by whoever drops a reference to an object of another thread, either outside critical sections, and not only at explicit points. 64 at first; at least 1.
    pub ready_objects: usize,
    /// The same in bytes. 64 KiB at first; at least 1.
    pub ready_bytes: usize,
    /// How many checkpoints in a row a thread may pass without a pass, and the barrier of it, while what it has retired is below the
    /// bound. 0 at first: what a thread has retired before a checkpoint starts its grace period there.
    pub late_checkpoints: u32,
    /// How long after the barrier of a pass no thread of the process makes another, unless [`collect`](super::collect), `detach` or the end of the thread
    /// asks for it, or the thread has retired 16 times [`retired_objects`](Self::retired_objects) or [`retired_bytes`](Self::retired_bytes) meanwhile.
    /// 250 microseconds at first: a barrier takes some, and interrupts the other cores.
    pub barrier_pause: Duration,
}

impl Bounds {
    /// The bounds that a process starts with.
    ///
    /// ```
    /// use freethreaded::runtime::Bounds;
    /// assert_eq!(Bounds::new().retired_objects, 512);
    /// assert_eq!(Bounds::new().ready_bytes, 64 * 1024);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        // Small in models, which would else never reach them.
        const OBJECTS: usize = if cfg!(loom) { 2 } else { 64 };
        const BYTES: usize = 64 * 1024;
        // More, since a pass costs a barrier, which interrupts the other cores.
        const RETIRED: usize = if cfg!(loom) { 2 } else { 512 };
        Self {
            retired_objects: RETIRED,
            retired_bytes: BYTES,
            ready_objects: OBJECTS,
            ready_bytes: BYTES,
            late_checkpoints: 0,
            barrier_pause: Duration::from_micros(250),
        }
    }

    /// These bounds with others for what waits for a pass: lower ones free memory earlier, higher ones make fewer barriers.
    ///
    /// ```
    /// use freethreaded::runtime::Bounds;
    /// let rare = Bounds::new().retired(1024, 1 << 20);
    /// assert_eq!((rare.retired_objects, rare.retired_bytes), (1024, 1 << 20));
    /// ```
    #[must_use]
    pub const fn retired(self, objects: usize, bytes: usize) -> Self {
        Self { retired_objects: objects, retired_bytes: bytes, ..self }
    }

    /// These bounds with others for what waits for a place where destructors may run. 1 object: at the next chance.
    /// `usize::MAX` of both: at explicit points only.
    ///
    /// ```
    /// use freethreaded::runtime::Bounds;
    /// let explicit = Bounds::new().ready(usize::MAX, usize::MAX);
    /// assert_eq!(explicit.ready_objects, usize::MAX);
    /// ```
    #[must_use]
    pub const fn ready(self, objects: usize, bytes: usize) -> Self {
        Self { ready_objects: objects, ready_bytes: bytes, ..self }
    }

    /// These bounds with so many checkpoints that may be late. For programs that pass checkpoints more often than about every ten
    /// microseconds and replace something between most of them: a pass costs a barrier of some microseconds when other threads run.
    ///
    /// ```
    /// use freethreaded::runtime::Bounds;
    /// assert_eq!(Bounds::new().late_checkpoints(100).late_checkpoints, 100);
    /// ```
    #[must_use]
    pub const fn late_checkpoints(self, checkpoints: u32) -> Self {
        Self { late_checkpoints: checkpoints, ..self }
    }

    /// These bounds with so much time between barriers. [`Duration::ZERO`]: every pass makes its own at once, so memory is free and destructors run
    /// as early as can be, and threads that write make a barrier for each [`retired_objects`](Self::retired_objects).
    ///
    /// ```
    /// use freethreaded::runtime::Bounds;
    /// use std::time::Duration;
    /// let prompt = Bounds::new().barrier_pause(Duration::ZERO);
    /// assert!(prompt.barrier_pause < Bounds::new().barrier_pause);
    /// ```
    #[must_use]
    pub const fn barrier_pause(self, pause: Duration) -> Self {
        Self { barrier_pause: pause, ..self }
    }

    fn check(self) -> Result<(), BoundsError> {
        let fields = [
            ("retired_objects", self.retired_objects),
            ("retired_bytes", self.retired_bytes),
            ("ready_objects", self.ready_objects),
            ("ready_bytes", self.ready_bytes),
        ];
        fields.into_iter().try_for_each(|(field, n)| if n == 0 { Err(BoundsError { field }) } else { Ok(()) })
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self::new()
    }
}

/// A bound of 0, which nothing could keep to: see [`set_bounds`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoundsError {
    field: &'static str,
}

impl fmt::Display for BoundsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the bound `{}` is 0: the least is 1, and usize::MAX stands for none", self.field)
    }
}

impl core::error::Error for BoundsError {}

/// An amount that may be reached, in two words that threads read one after the other.
struct Limit {
    objects: AtomicUsize,
    bytes: AtomicUsize,
}

impl Limit {
    const fn new(objects: usize, bytes: usize) -> Self {
        Self { objects: AtomicUsize::new(objects), bytes: AtomicUsize::new(bytes) }
    }

    fn set(&self, objects: usize, bytes: usize) {
        self.objects.store(objects, Ordering::Relaxed);
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    #[inline]
    fn get(&self) -> (usize, usize) {
        (self.objects.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }

    #[inline]
    fn is_reached_by(&self, amount: Amount, times: usize) -> bool {
        let (objects, bytes) = self.get();
        amount.objects >= objects.saturating_mul(times) || amount.bytes >= bytes.saturating_mul(times)
    }
}

const FIRST: Bounds = Bounds::new();
static RETIRED: Limit = Limit::new(FIRST.retired_objects, FIRST.retired_bytes);
static READY: Limit = Limit::new(FIRST.ready_objects, FIRST.ready_bytes);
static LATE_CHECKPOINTS: AtomicU32 = AtomicU32::new(FIRST.late_checkpoints);
static BARRIER_PAUSE: AtomicU64 = AtomicU64::new(FIRST.barrier_pause.as_nanos() as u64);

/// Batches of a thread that are worth a barrier, however soon after another.
const MANY_BATCHES: usize = 16;

/// Whether what a thread has retired is worth a pass.
#[inline]
pub(super) fn is_retired_due(amount: Amount) -> bool {
    RETIRED.is_reached_by(amount, 1)
}

/// Whether what a thread has retired is worth a barrier, however soon after another.
pub(super) fn is_retired_overdue(amount: Amount) -> bool {
    RETIRED.is_reached_by(amount, MANY_BATCHES)
}

/// Whether dead objects have become too many to wait for an explicit point.
pub(super) fn is_ready_due(amount: Amount) -> bool {
    READY.is_reached_by(amount, 1)
}

pub(super) fn late_checkpoints() -> u32 {
    LATE_CHECKPOINTS.load(Ordering::Relaxed)
}

pub(super) fn barrier_pause() -> Duration {
    Duration::from_nanos(BARRIER_PAUSE.load(Ordering::Relaxed))
}

/// The bounds that are in force.
///
/// ```
/// use freethreaded::runtime::{Bounds, bounds};
/// assert_eq!(bounds(), Bounds::new());
/// ```
#[must_use]
pub fn bounds() -> Bounds {
    let ((retired_objects, retired_bytes), (ready_objects, ready_bytes)) = (RETIRED.get(), READY.get());
    Bounds {
        retired_objects,
        retired_bytes,
        ready_objects,
        ready_bytes,
        late_checkpoints: late_checkpoints(),
        barrier_pause: barrier_pause(),
    }
}

/// Sets the bounds of the whole process. Threads go by the new ones from their next look, one bound after the other. They look when they retire something or find something dead; what
/// is past the bounds already is dealt with then, or at an explicit point.
///
/// # Errors
/// If one of the first four is 0. Nothing is changed then.
///
/// ```
/// use freethreaded::runtime::{Bounds, set_bounds};
/// assert!(set_bounds(Bounds::new().ready(0, 1024)).is_err());
/// ```
pub fn set_bounds(bounds: Bounds) -> Result<(), BoundsError> {
    bounds.check()?;
    RETIRED.set(bounds.retired_objects, bounds.retired_bytes);
    READY.set(bounds.ready_objects, bounds.ready_bytes);
    LATE_CHECKPOINTS.store(bounds.late_checkpoints, Ordering::Relaxed);
    let pause = u64::try_from(bounds.barrier_pause.as_nanos()).unwrap_or(u64::MAX);
    BARRIER_PAUSE.store(pause, Ordering::Relaxed);
    Ok(())
}
