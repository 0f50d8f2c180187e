//! Critical sections for users of the crate: several operations on one or two objects as one.

use core::fmt;

use super::ObjectLock;
use super::section::{section, section2};
use crate::runtime::{Attached, Outside, attach};

/// What a [`critical_section`] can be about: anything with an [`ObjectLock`]. The containers of the crate are; a type of your own is one by a field.
///
/// ```
/// use freethreaded::lock::{HasLock, ObjectLock};
/// use freethreaded::{Dict, Brc, critical_section};
///
/// struct Class {
///     lock: ObjectLock,
///     attributes: Dict<String, Brc<u32>>,
///     methods: Dict<String, Brc<u32>>,
/// }
///
/// impl HasLock for Class {
///     fn object_lock(&self) -> &ObjectLock {
///         &self.lock
///     }
/// }
///
/// let class = Class { lock: ObjectLock::new(), attributes: Dict::new(), methods: Dict::new() };
/// critical_section(&class, |_| {
///     // Nobody else who takes the class's lock is here.
///     assert!(class.attributes.is_empty() && class.methods.is_empty());
/// });
/// ```
pub trait HasLock {
    /// The lock: the same for the whole life of the object.
    fn object_lock(&self) -> &ObjectLock;
}

impl HasLock for ObjectLock {
    fn object_lock(&self) -> &ObjectLock {
        self
    }
}

/// Being in a [`critical_section`]: for reading what the containers hold by reference, and for giving way in between.
///
/// References read under its [`token`](Self::token) stay valid up to the end of the section or to its next [`checkpoint`](Self::checkpoint) or
/// [`detach`](Self::detach), which the borrow checker knows; what is *atomic* is told in [`critical_section`].
pub struct Section<'rt> {
    token: Attached<'rt>,
}

impl<'rt> Section<'rt> {
    /// The token of being inside the runtime.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, critical_section};
    /// let dict: Dict<&str, Brc<u32>> = [("a", 1)].into();
    /// critical_section(&dict, |section| {
    ///     let value: &u32 = dict.get_ref("a", section.token()).unwrap();
    ///     dict.remove("a");
    ///     assert_eq!(*value, 1);
    /// });
    /// ```
    #[inline]
    #[must_use]
    pub fn token(&self) -> &Attached<'rt> {
        &self.token
    }

    /// A moment at which others may come in: gives up the locks of all critical sections of the thread, passes a
    /// [checkpoint](Attached::checkpoint), and takes the innermost section's locks again. What was true of the objects before need not be true after.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, critical_section};
    /// let dict: Dict<u32, Brc<u32>> = (0..1000).map(|n| (n, n)).collect();
    /// critical_section(&dict, |section| {
    ///     for n in 0..1000 {
    ///         dict.remove(&n);
    ///         section.checkpoint();
    ///     }
    /// });
    /// ```
    pub fn checkpoint(&mut self) {
        let _outside = Outside::begin();
        self.token.checkpoint();
    }

    /// Runs `f`, which may block, outside all critical sections of the thread, and [detached](Attached::detach).
    ///
    /// ```
    /// use freethreaded::{lock::ObjectLock, critical_section};
    /// let lock = ObjectLock::new();
    /// critical_section(&lock, |section| {
    ///     assert!(lock.is_locked());
    ///     section.detach(|| assert!(!lock.is_locked()));
    ///     assert!(lock.is_locked());
    /// });
    /// ```
    pub fn detach<R>(&mut self, f: impl FnOnce() -> R) -> R {
        self.token.detach(f)
    }
}

impl fmt::Debug for Section<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Section").finish_non_exhaustive()
    }
}

/// Runs `f` with the lock of `object` held, so that no other thread changes a container meanwhile, and no other critical section of
/// the object runs.
///
/// As in CPython, critical sections cannot deadlock, whatever objects threads nest them for. One that has to wait first gives up the
/// locks of all sections that its thread is in, and each takes its lock again when it becomes the innermost. So `f` is one atomic step up to a call that may wait: a
/// section of *another* object, a write to another container, [`checkpoint`](Section::checkpoint) and [`detach`](Section::detach), or code of the user's
/// types that does such a thing, as an `Eq` may. To change two objects as one use [`critical_section2`], not two sections inside each other.
///
/// All methods of the object can be called from `f`; on the object of the innermost section they cost no locking. Reads by other threads take no lock, and go on
/// meanwhile: they see each step of `f` as it happens.
///
/// If `f` panics, the lock is released; there is no poisoning.
///
/// ```
/// use freethreaded::{Brc, Dict, critical_section};
/// let stock: Dict<&str, Brc<u32>> = [("apples", 3)].into();
/// let sold = critical_section(&stock, |section| {
///     let have = *stock.get_ref("apples", section.token())?;
///     stock.insert("apples", have.checked_sub(2)?);
///     Some(2)
/// });
/// assert_eq!(sold, Some(2));
/// assert_eq!(stock.get("apples").as_deref(), Some(&1));
/// ```
#[inline]
pub fn critical_section<T, R>(object: &T, f: impl FnOnce(&mut Section<'_>) -> R) -> R
where
    T: HasLock + ?Sized,
{
    // Dropped behind the lock: destructors of garbage may run then.
    let mut inside = Section { token: attach() };
    section(object.object_lock(), || f(&mut inside))
}

/// [`critical_section`] of two objects: what `f` does to both is one step. The locks are taken in the order of their addresses. The same object twice is
/// one lock.
///
/// ```
/// use freethreaded::{Brc, Dict, critical_section2};
/// let here: Dict<&str, Brc<u32>> = [("token", 1)].into();
/// let there: Dict<&str, Brc<u32>> = Dict::new();
/// critical_section2(&here, &there, |_| {
///     if let Some(token) = here.remove("token") {
///         there.insert("token", token); // it is never in both, and other writers never find it in neither
///     }
/// });
/// assert!(here.is_empty() && there.contains_key("token"));
/// ```
#[inline]
pub fn critical_section2<A, B, R>(a: &A, b: &B, f: impl FnOnce(&mut Section<'_>) -> R) -> R
where
    A: HasLock + ?Sized,
    B: HasLock + ?Sized,
{
    let mut inside = Section { token: attach() };
    section2(a.object_lock(), b.object_lock(), || f(&mut inside))
}
