//! Keys, values and hashers all of whose code may panic or call back, and is told at which call to do so.

use std::cell::{Cell, RefCell};
use std::cmp;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use equivalent::Equivalent;
use freethreaded::Brc;

/// What of the user's is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Hash,
    Eq,
    Ord,
    Drop,
    Clone,
    Debug,
    Into,
    Closure,
}

pub(crate) const CALLS: [Call; 8] =
    [Call::Hash, Call::Eq, Call::Ord, Call::Drop, Call::Clone, Call::Debug, Call::Into, Call::Closure];

thread_local! {
    /// Which call panics, and at the how many-th time.
    static ARMED: Cell<Option<(Call, u32)>> = const { Cell::new(None) };

    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };

    static GUEST: RefCell<Option<Guest>> = const { RefCell::new(None) };
}

/// Tells whether the container is locked, and which calls came while it was.
struct Watch {
    is_locked: Box<dyn Fn() -> bool>,
    seen: Vec<Call>,
}

/// What the user's code does besides.
struct Guest {
    /// In this call only, or in all.
    call: Option<Call>,
    /// So many calls are let pass, and then so many are taken. What is done forever never ends: a drop that makes garbage makes drops.
    pass: u32,
    take: u32,
    act: Box<dyn Fn()>,
}

/// What is thrown.
struct Injected;

/// The user's code is called: panics if it is its turn.
pub(crate) fn called(call: Call) {
    let watched = WATCH.try_with(|watch| {
        if let Some(watch) = &mut *watch.borrow_mut()
            && (watch.is_locked)()
            && !watch.seen.contains(&call)
        {
            watch.seen.push(call);
        }
    });
    // At the end of a thread the runtime drops what is left, and these may be gone.
    if watched.is_err() {
        return;
    }
    // Taken out, so that the user's code that it calls is not disturbed in turn.
    if let Ok(Some(mut guest)) = GUEST.try_with(RefCell::take) {
        if guest.call.is_none_or(|awaited| awaited == call) {
            if guest.pass > 0 {
                guest.pass -= 1;
            } else {
                (guest.act)();
                guest.take -= 1;
            }
        }
        if guest.take > 0 {
            GUEST.set(Some(guest));
        }
    }
    if let Some((armed, left)) = ARMED.get()
        && armed == call
        && !thread::panicking()
    {
        ARMED.set((left > 1).then_some((armed, left - 1)));
        if left == 1 {
            resume_unwind(Box::new(Injected));
        }
    }
}

/// Runs `f`. What of the user's is called while `is_locked`, also if it panics.
pub(crate) fn called_while(
    is_locked: impl Fn() -> bool + 'static,
    f: impl FnOnce(),
) -> (Vec<Call>, thread::Result<()>) {
    WATCH.set(Some(Watch { is_locked: Box::new(is_locked), seen: Vec::new() }));
    let result = catch_unwind(AssertUnwindSafe(f));
    let seen = WATCH.take().map_or_else(Vec::new, |watch| watch.seen);
    (seen, result)
}

/// Runs `f` with the n-th `call` doing `act`. Whether it did.
pub(crate) fn acts_at(call: Call, n: u32, act: impl Fn() + 'static, f: impl FnOnce()) -> bool {
    GUEST.set(Some(Guest { call: Some(call), pass: n - 1, take: 1, act: Box::new(act) }));
    f();
    GUEST.take().is_none()
}

/// Runs `f` with the first calls doing `act`.
pub(crate) fn acts_often(act: impl Fn() + 'static, f: impl FnOnce()) {
    GUEST.set(Some(Guest { call: None, pass: 0, take: 20, act: Box::new(act) }));
    f();
    drop(GUEST.take());
}

/// Runs `f` with the n-th `call` panicking. Whether it did.
pub(crate) fn panics_at(call: Call, n: u32, f: impl FnOnce()) -> bool {
    ARMED.set(Some((call, n)));
    let result = catch_unwind(AssertUnwindSafe(f));
    let reached = ARMED.take().is_none();
    if let Err(panic) = result {
        if !panic.is::<Injected>() {
            resume_unwind(panic);
        }
        assert!(reached);
    }
    reached
}

/// How many keys and values of a case are alive.
#[derive(Clone, Default)]
pub(crate) struct Tally(Arc<AtomicUsize>);

impl Tally {
    pub(crate) fn living(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn item(&self, n: u32) -> Item {
        self.0.fetch_add(1, Ordering::SeqCst);
        Item { n, tally: self.clone() }
    }

    /// A value whose conversion to a pointer may panic.
    pub(crate) fn made(&self, n: u32) -> Made {
        Made(self.item(n))
    }

    pub(crate) fn object(&self, n: u32) -> Brc<Item> {
        Brc::new(self.item(n))
    }

    /// A key, and the value that goes with it.
    pub(crate) fn entry(&self, n: u32) -> (Item, Made) {
        (self.item(n), self.made(n * 10))
    }
}

/// A key or value.
pub(crate) struct Item {
    pub(crate) n: u32,
    tally: Tally,
}

impl Drop for Item {
    fn drop(&mut self) {
        self.tally.0.fetch_sub(1, Ordering::SeqCst);
        called(Call::Drop);
    }
}

impl Clone for Item {
    fn clone(&self) -> Self {
        called(Call::Clone);
        self.tally.item(self.n)
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        called(Call::Eq);
        self.n == other.n
    }
}

impl Eq for Item {}

impl PartialEq<u32> for Item {
    fn eq(&self, other: &u32) -> bool {
        called(Call::Eq);
        self.n == *other
    }
}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Item {
    fn cmp(&self, other: &Self) -> cmp::Ordering {
        called(Call::Ord);
        self.n.cmp(&other.n)
    }
}

impl Hash for Item {
    fn hash<H: Hasher>(&self, _: &mut H) {
        called(Call::Hash);
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        called(Call::Debug);
        self.n.fmt(f)
    }
}

/// Looks an [`Item`] up.
pub(crate) struct Look(pub(crate) u32);

impl Hash for Look {
    fn hash<H: Hasher>(&self, _: &mut H) {
        called(Call::Hash);
    }
}

impl Equivalent<Item> for Look {
    fn equivalent(&self, key: &Item) -> bool {
        called(Call::Eq);
        self.0 == key.n
    }
}

/// Becomes a pointer by code that may panic.
pub(crate) struct Made(Item);

impl From<Made> for Brc<Item> {
    fn from(made: Made) -> Self {
        called(Call::Into);
        Brc::new(made.0)
    }
}

/// Lets all keys collide, so that every search compares.
#[derive(Clone, Copy, Default)]
pub(crate) struct Collide;

impl BuildHasher for Collide {
    type Hasher = Zero;

    fn build_hasher(&self) -> Zero {
        Zero
    }
}

pub(crate) struct Zero;

impl Hasher for Zero {
    fn write(&mut self, _: &[u8]) {}

    fn finish(&self) -> u64 {
        0
    }
}
