//! What clone and drop of one object cost in lines, by kind of object.

use std::hint::black_box;
use std::sync::{Mutex, OnceLock};

use freethreaded::refcount::{Immortal, set_adaptive};
use freethreaded::traffic::AtomicUsize;
use freethreaded::{Brc, attach};

use crate::common::Remote;
use crate::window::{BEFORE, OPERATIONS, Window, window};
use crate::{Claim, Scene};

pub(crate) const SCENES: &[Scene] = &[
    Scene {
        name: "clone + drop, an object of the thread itself",
        claim: Claim::Nothing,
        run: |threads| window(threads, |_| Brc::new(1), clone_and_drop),
    },
    Scene { name: "clone + drop, an immortal object", claim: Claim::Nothing, run: immortal },
    Scene {
        name: "clone + drop, `Arc`'s two steps on one word",
        claim: Claim::Each { writes: 2, lines: 1 },
        run: arc,
    },
    Scene {
        name: "clone + drop, a merged object",
        claim: Claim::Each { writes: 2, lines: 1 },
        run: |threads| pairs_on(threads, &merged()),
    },
    Scene {
        name: "clone + drop, an object of another living thread",
        claim: Claim::Each { writes: 2, lines: 1 },
        run: |threads| pairs_on_foreign(threads, |_| ()),
    },
    Scene {
        name: "clone + drop, an object of one of the threads",
        claim: Claim::Each { writes: 2, lines: 1 },
        run: |threads| pairs_with_owner(threads, |_| ()),
    },
    Scene { name: "clone + drop, a wide object without owner", claim: Claim::Nothing, run: wide },
    Scene {
        name: "clone + drop, a wide object of another living thread",
        claim: Claim::Nothing,
        run: |threads| pairs_on_foreign(threads, share_widely),
    },
    Scene {
        name: "clone + drop, a wide object of one of the threads",
        claim: Claim::Nothing,
        run: |threads| pairs_with_owner(threads, share_widely),
    },
    Scene {
        name: "upgrade + drop, a weak reference to a wide object",
        claim: Claim::Nothing,
        run: upgrade_and_drop,
    },
    Scene {
        name: "drop of a wide object, cloned by another thread",
        claim: Claim::Looks,
        run: drop_what_others_cloned,
    },
];

/// Not in the table, since they come out differently each time.
pub(crate) const VARYING: &[Scene] = &[Scene {
    name: "clone + drop, a wide object, while objects are watched",
    claim: Claim::Watched,
    run: |threads| {
        set_adaptive(true);
        wide(threads)
    },
}];

/// An object without owner.
pub(crate) fn merged() -> Brc<u64> {
    attach().detach(|| Brc::new(1))
}

pub(crate) fn share_widely(object: &Brc<u64>) {
    assert!(Brc::share_widely(object));
}

#[allow(clippy::redundant_clone, reason = "it is what is counted")]
pub(crate) fn clone_and_drop(object: &mut Brc<u64>) {
    drop(black_box(object.clone()));
}

pub(crate) fn pairs_on(threads: usize, object: &Brc<u64>) -> Window {
    window(threads, |_| object.clone(), clone_and_drop)
}

fn pairs_on_foreign(threads: usize, prepare: fn(&Brc<u64>)) -> Window {
    let owner = Remote::new();
    let object = owner.run(|| Brc::new(1));
    prepare(&object);
    let window = pairs_on(threads, &object);
    assert_eq!(Brc::strong_count(&object), 1, "it was the owner's all the time");
    drop(object);
    owner.end();
    window
}

/// The first thread makes the object.
fn pairs_with_owner(threads: usize, prepare: fn(&Brc<u64>)) -> Window {
    let object = OnceLock::new();
    let enter = |_| {
        let made = || {
            let object = Brc::new(1);
            prepare(&object);
            object
        };
        object.get_or_init(made).clone()
    };
    window(threads, enter, clone_and_drop)
}

fn immortal(threads: usize) -> Window {
    static NONE: Immortal<u64> = Immortal::new(0);
    pairs_on(threads, &NONE.brc())
}

/// What the instrument has to find: a locked addition and a locked subtraction.
fn arc(threads: usize) -> Window {
    use std::sync::atomic::Ordering::{Relaxed, Release};
    let count = AtomicUsize::new(1);
    let pair = |_: &mut ()| {
        count.fetch_add(1, Relaxed);
        count.fetch_sub(1, Release);
    };
    window(threads, |_| (), pair)
}

fn wide(threads: usize) -> Window {
    let object = merged();
    share_widely(&object);
    let window = pairs_on(threads, &object);
    assert!(Brc::is_shared_widely(&object), "it was wide all the time");
    window
}

fn drop_what_others_cloned(threads: usize) -> Window {
    let object = merged();
    share_widely(&object);
    let vectors: Vec<_> =
        (0..threads).map(|_| Mutex::new(vec![object.clone(); BEFORE + OPERATIONS])).collect();
    let enter = |n: usize| std::mem::take(&mut *vectors[n].lock().unwrap());
    window(threads, enter, |mine| drop(mine.pop()))
}

fn upgrade_and_drop(threads: usize) -> Window {
    let object = merged();
    let weak = Brc::downgrade(&object);
    share_widely(&object);
    window(threads, |_| weak.clone(), |weak| drop(black_box(weak.upgrade())))
}
