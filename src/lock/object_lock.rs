//! The lock of an object: biased to its first user, until another thread wants it.
//!
//! # The words
//!
//! | `word` | meaning |
//! |---|---|
//! | 0 | never locked |
//! | [`BIASED`](Word::BIASED) + a bias | the thread that has this [bias](crate::runtime::Bias), the *owner*, enters by plain stores |
//! | [`PLAIN`](Word::PLAIN) | a plain lock, free. Once plain, always plain |
//! | `PLAIN` + `LOCKED` | a thread holds it |
//! | … + `PARKED` | threads may be parked on the address of `word` |
//! | … + `FREE` | values are replaced without the lock, see [`free`](super::free) |
//!
//! `held` is 1 while the owner is inside by its bias, else 0. Only the owner writes it.
//!
//! # Biased
//!
//! | who | does |
//! |---|---|
//! | the owner enters | sees its bias in `word`, and 0 in `held`; `held` := 1; **light barrier**; looks again; if the bias is gone, leaves, and goes on as everybody |
//! | the owner leaves | `held` := 0 (release); **light barrier**; if `word` is plain, wakes whoever is parked on `held` |
//! | another thread enters | `word`: biased → `PLAIN` + `LOCKED`, by CAS; has the bias [revoked](crate::runtime::revoke) (**heavy barrier**); waits until `held` is 0 (acquire); is inside |
//!
//! The CAS takes the plain lock, so a second thread that comes waits for it as for any other. Two cases, by the order of the barriers of the owner's entering and the
//! other's revoking: the owner's comes first, then the other sees `held`, and waits; or the heavy one comes first, then the owner sees the plain word, and does not enter.
//! The same of the owner's leaving: it sees the plain word and wakes, or the other sees `held` gone. If the bias had ended before, its end has made
//! that barrier for the entering, and a thread that has to wait makes another for the leaving.
//!
//! A lock never becomes biased again.
//!
//! # Plain
//!
//! | transition | by |
//! |---|---|
//! | free → `LOCKED` | lock, acquire |
//! | `LOCKED` → `LOCKED` + `PARKED` | a thread about to park; it parks only while both bits stand, under the queue lock |
//! | `LOCKED` → free | unlock, release |
//! | `LOCKED` + `PARKED` → free or `PARKED` | unlock under the queue lock; the woken thread tries again |
//! | `LOCKED` + `PARKED` → the same, or `LOCKED` | unlock hands over to a thread that waits for more than a millisecond |
//!
//! The last row is eventual fairness, as in WebKit's lock and CPython's `PyMutex`: threads barge for speed, but a waiter gets the lock after about a
//! millisecond even from a thread that releases and takes it in a loop.
//!
//! Checked by: `loom-tests/tests/loom_lock.rs` and `loom_bias.rs`.

use core::fmt;

use crate::runtime::{self, Me};
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::parking::{self, Waiters, Wake};
use crate::sync::{barrier, const_unless_loom};

/// The bits of [`ObjectLock::word`].
struct Word;

impl Word {
    const FRESH: u32 = 0;
    const BIASED: u32 = 1 << 31;
    const PLAIN: u32 = 1;
    const LOCKED: u32 = 2;
    const PARKED: u32 = 4;
    const FREE: u32 = 8;

    const TAKEN: u32 = Self::PLAIN | Self::LOCKED;

    /// The word of a lock that is biased under `bias`.
    #[inline(always)]
    const fn biased(bias: u32) -> u32 {
        Self::BIASED | bias
    }

    /// The bias in a word.
    fn bias(word: u32) -> Option<u32> {
        (word & Self::BIASED != 0).then_some(word & !Self::BIASED)
    }
}

/// Looks before a thread parks, each after twice the pause of the one before: a look takes the line from the holder. More would only burn the holder's core when there are
/// more threads than cores.
const LOOKS: u32 = if cfg!(loom) { 0 } else { 6 };

/// Waits a little before the next look.
fn pause(looks: u32) {
    for _ in 0..1_u32 << looks {
        crate::sync::hint::spin_loop();
    }
}

/// How a thread holds a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    ByBias,
    Plainly,
}

/// The lock in an object's header: eight bytes, no allocation, no locked instruction for a thread that has the object to itself, fair after
/// a millisecond.
///
/// Containers of the crate have one each; a type of your own gets critical sections by having one as a field, see [`HasLock`](super::HasLock).
pub struct ObjectLock {
    word: AtomicU32,
    held: AtomicU32,
}

impl ObjectLock {
    const_unless_loom! {
        /// An unlocked lock. It will be biased to the first thread that takes it.
        ///
        /// ```
        /// use freethreaded::lock::ObjectLock;
        /// static LOCK: ObjectLock = ObjectLock::new();
        /// assert!(!LOCK.is_locked());
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            Self { word: AtomicU32::new(Word::FRESH), held: AtomicU32::new(0) }
        }
    }

    /// Whether some thread holds it at this moment.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.word.load(Ordering::Relaxed) & (Word::BIASED | Word::LOCKED) == Word::LOCKED
            || self.held.load(Ordering::Relaxed) != 0
    }

    /// Whether one thread still has it to itself, and takes it without locked instructions.
    ///
    /// ```
    /// use freethreaded::{critical_section, lock::ObjectLock};
    /// let lock = ObjectLock::new();
    /// critical_section(&lock, |_| ());
    /// assert!(lock.is_biased());
    /// std::thread::scope(|s| s.spawn(|| critical_section(&lock, |_| ())).join().unwrap());
    /// assert!(!lock.is_biased());
    /// ```
    #[must_use]
    pub fn is_biased(&self) -> bool {
        Word::bias(self.word.load(Ordering::Relaxed)).is_some()
    }

    /// Whether values are replaced without the lock, at this moment.
    #[inline(always)]
    pub(crate) fn is_free(&self) -> bool {
        // Acquire: partner is the release in `set_free`, and those of the holders before; the container is looked at next.
        self.word.load(Ordering::Acquire) & (Word::BIASED | Word::FREE) == Word::FREE
    }

    /// Has values replaced without the lock from now on. The calling thread holds the lock, plainly.
    pub(super) fn set_free(&self) {
        // Release: partner is the acquire in `is_free`.
        self.word.fetch_or(Word::FREE, Ordering::Release);
    }

    /// Forbids to replace values without the lock. The calling thread holds the lock; replacements may be under way.
    pub(super) fn clear_free(&self) {
        // Relaxed: the barrier that follows orders it.
        self.word.fetch_and(!Word::FREE, Ordering::Relaxed);
    }

    /// Takes the lock if it is free, nobody waits, and the calling thread does not hold it.
    #[inline(always)]
    pub(super) fn try_enter(&self, me: &Me) -> Option<Hold> {
        // Relaxed, here and in `held`: what is stored there by others is looked for behind the barrier.
        let word = self.word.load(Ordering::Relaxed);
        if word == Word::PLAIN {
            // Acquire: partner is the release in `unlock`.
            let taken =
                self.word.compare_exchange(word, Word::TAKEN, Ordering::Acquire, Ordering::Relaxed).is_ok();
            return taken.then_some(Hold::Plainly);
        }
        let bias = me.bias()?;
        if word != Word::biased(bias.present()) || self.held.load(Ordering::Relaxed) != 0 {
            return None;
        }
        self.held.store(1, Ordering::Relaxed);
        barrier::light();
        // Relaxed, both: behind the barrier. No acquire: nobody else has been inside, or the word would not be this.
        if self.word.load(Ordering::Relaxed) == Word::biased(bias.present()) {
            return Some(Hold::ByBias);
        }
        self.leave_bias();
        None
    }

    /// Tries to take a lock that others use, a few times. Makes a new lock the calling thread's. Values may be replaced without the lock.
    pub(super) fn spin(&self, me: &Me) -> Option<Hold> {
        let mut seen = self.word.load(Ordering::Relaxed);
        if seen == Word::FRESH {
            self.claim(me);
            return self.try_enter(me);
        }
        let mut looks = 0;
        loop {
            // Only if nobody waits. Acquire: partner is the release in `unlock`.
            let new = seen | Word::LOCKED;
            if seen & !Word::FREE == Word::PLAIN
                && self.word.compare_exchange(seen, new, Ordering::Acquire, Ordering::Relaxed).is_ok()
            {
                return Some(Hold::Plainly);
            }
            // Nobody gives a bias up: it has to be revoked.
            if looks == LOOKS || Word::bias(seen).is_some() {
                return None;
            }
            pause(looks);
            looks += 1;
            seen = self.word.load(Ordering::Relaxed);
        }
    }

    /// Makes a lock that was never locked the calling thread's, or plain.
    fn claim(&self, me: &Me) {
        let word = match me.bias().map_or(0, |bias| bias.for_new_lock()) {
            0 => Word::PLAIN,
            bias => Word::biased(bias),
        };
        // Relaxed: nobody has been inside. If another thread is first, the lock is that one's.
        _ = self.word.compare_exchange(Word::FRESH, word, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Waits for the lock and takes it. The calling thread does not hold it. Values may be replaced without it.
    #[cold]
    #[inline(never)]
    pub(super) fn wait(&self, me: &Me) -> Hold {
        let mut since = None;
        let mut looks = 0;
        loop {
            let seen = self.word.load(Ordering::Relaxed);
            if seen == Word::FRESH {
                self.claim(me);
                continue;
            }
            if let Some(bias) = Word::bias(seen) {
                if let Some(hold) = self.try_enter(me) {
                    return hold;
                }
                // Relaxed: what the owner did is acquired from `held`.
                let marked =
                    self.word.compare_exchange(seen, Word::TAKEN, Ordering::Relaxed, Ordering::Relaxed);
                if marked.is_ok() {
                    self.take_over(bias);
                    return Hold::Plainly;
                }
                continue;
            }
            if seen & Word::LOCKED == 0 {
                // Acquire: partner is the release in `unlock`.
                let new = seen | Word::LOCKED;
                if self.word.compare_exchange_weak(seen, new, Ordering::Acquire, Ordering::Relaxed).is_ok() {
                    return Hold::Plainly;
                }
                continue;
            }
            if seen & Word::PARKED == 0 {
                if looks != LOOKS {
                    pause(looks);
                    looks += 1;
                    continue;
                }
                let new = seen | Word::PARKED;
                if self.word.compare_exchange_weak(seen, new, Ordering::Relaxed, Ordering::Relaxed).is_err() {
                    continue;
                }
            }
            let validate = || self.word.load(Ordering::Relaxed) & !Word::FREE == Word::TAKEN | Word::PARKED;
            // SAFETY: `validate` is one load.
            if unsafe { parking::park(address(&self.word), &mut since, validate) } == Wake::HandedOver {
                // Acquire: partner is the release in `unlock_contended`, which left the lock taken for us.
                let word = self.word.load(Ordering::Acquire);
                debug_assert!(word & Word::LOCKED != 0);
                return Hold::Plainly;
            }
        }
    }

    /// Waits until the owner is out. The calling thread has just made the word plain and taken.
    fn take_over(&self, bias: u32) {
        runtime::revoke(bias);
        // Acquire: partner is the release in `leave_bias`.
        if self.held.load(Ordering::Acquire) == 0 {
            return;
        }
        // If the bias had ended, nothing has yet shown the plain word to an owner that is inside.
        barrier::heavy();
        let mut since = None;
        // Acquire: as above.
        while self.held.load(Ordering::Acquire) != 0 {
            let validate = || self.held.load(Ordering::Relaxed) != 0;
            // SAFETY: `validate` is one load.
            unsafe { parking::park(address(&self.held), &mut since, validate) };
        }
    }

    /// The owner goes out, or has not come in.
    #[inline(always)]
    fn leave_bias(&self) {
        // Release: partner is the acquire in `take_over`.
        self.held.store(0, Ordering::Release);
        barrier::light();
        // Relaxed: behind the barrier.
        if self.word.load(Ordering::Relaxed) & Word::BIASED == 0 {
            self.wake_revoker();
        }
    }

    #[cold]
    #[inline(never)]
    fn wake_revoker(&self) {
        // SAFETY: the closure does nothing, and only `take_over` parks on this address.
        unsafe { parking::unpark_one(address(&self.held), |_| Wake::Retry) }
    }

    /// Gives the lock up.
    ///
    /// # Safety
    /// The calling thread holds the lock so.
    #[inline(always)]
    pub(super) unsafe fn leave(&self, hold: Hold) {
        match hold {
            Hold::ByBias => self.leave_bias(),
            Hold::Plainly => self.unlock(),
        }
    }

    #[inline(always)]
    fn unlock(&self) {
        // Release: partner is the acquire of the next holder.
        let freed =
            self.word.compare_exchange(Word::TAKEN, Word::PLAIN, Ordering::Release, Ordering::Relaxed);
        if let Err(seen) = freed {
            self.unlock_slowly(seen);
        }
    }

    #[cold]
    #[inline(never)]
    fn unlock_slowly(&self, seen: u32) {
        // Release: as in `unlock`.
        let new = seen & !Word::LOCKED;
        if seen & Word::PARKED != 0
            || self.word.compare_exchange(seen, new, Ordering::Release, Ordering::Relaxed).is_err()
        {
            self.unlock_contended();
        }
    }

    #[cold]
    #[inline(never)]
    fn unlock_contended(&self) {
        let decide = |waiters: Waiters| {
            let parked = if waiters.more { Word::PARKED } else { 0 };
            // Relaxed: the holder's to change.
            let rest = parked | self.word.load(Ordering::Relaxed) & Word::FREE;
            let (word, wake) = if waiters.woken && waiters.overdue {
                (Word::TAKEN | rest, Wake::HandedOver)
            } else {
                (Word::PLAIN | rest, Wake::Retry)
            };
            // Under the queue lock, so no thread parks between the look and this. Release: partner is the acquire of
            // the next holder.
            self.word.store(word, Ordering::Release);
            wake
        };
        // SAFETY: `decide` is one store, and only `wait` parks on this address.
        unsafe { parking::unpark_one(address(&self.word), decide) }
    }
}

/// What threads park on.
fn address(word: &AtomicU32) -> usize {
    core::ptr::from_ref(word).addr()
}

impl Default for ObjectLock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ObjectLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectLock")
            .field("locked", &self.is_locked())
            .field("biased", &self.is_biased())
            .finish()
    }
}

const _: () = assert!(cfg!(loom) || size_of::<ObjectLock>() == 8);
const _: () = assert!(runtime::Bias::MAX & Word::BIASED == 0);
