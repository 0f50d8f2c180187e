//! What entering and reading cost in lines.

use std::hint::black_box;

use freethreaded::refcount::Immortal;
use freethreaded::{Brc, Dict, List, Set, attach};

use crate::counts::{merged, share_widely};
use crate::window::{Window, window};
use crate::{Claim, Scene};

/// What a thread enters and what it asks for first is its number; this one belongs to nobody.
const SHARED: u64 = 1000;

pub(crate) const SCENES: &[Scene] = &[
    Scene {
        name: "`attach` + leave",
        claim: Claim::Nothing,
        run: |threads| window(threads, |_| (), |()| drop(black_box(attach()))),
    },
    Scene {
        name: "`attach` + leave, nested",
        claim: Claim::NoAccess,
        run: |threads| window(threads, |_| attach(), |_| drop(black_box(attach()))),
    },
    Scene {
        name: "`checkpoint`",
        claim: Claim::Nothing,
        run: |threads| window(threads, |_| attach(), |inside| inside.checkpoint()),
    },
    Scene { name: "`Dict::get_ref`", claim: Claim::Nothing, run: dict_get_ref },
    Scene {
        name: "`Dict::get` + drop, an object of the thread itself",
        claim: Claim::Nothing,
        run: dict_get_own,
    },
    Scene {
        name: "`Dict::get` + drop, an immortal object",
        claim: Claim::Nothing,
        run: |threads| {
            static NONE: Immortal<u64> = Immortal::new(0);
            dict_get(threads, NONE.brc())
        },
    },
    Scene {
        name: "`Dict::get` + drop, a wide object",
        claim: Claim::Nothing,
        run: |threads| {
            let object = merged();
            share_widely(&object);
            dict_get(threads, object)
        },
    },
    Scene {
        name: "`Dict::get` + drop, a merged object",
        claim: Claim::Each { writes: 2, lines: 1 },
        run: |threads| dict_get(threads, merged()),
    },
    Scene { name: "`Set::contains`", claim: Claim::Nothing, run: set_contains },
    Scene { name: "`List::get_ref`", claim: Claim::Nothing, run: list_get_ref },
    Scene { name: "`List::get` + drop, a wide object", claim: Claim::Nothing, run: list_get_wide },
];

fn dict_of(values: impl IntoIterator<Item = Brc<u64>>) -> Dict<u64, Brc<u64>> {
    let dict = Dict::with_capacity(64);
    (SHARED..).zip(values).for_each(|(key, value)| _ = dict.insert(key, value));
    dict
}

fn dict_get_ref(threads: usize) -> Window {
    let dict = dict_of([merged()]);
    window(
        threads,
        |_| attach(),
        |inside| {
            black_box(dict.get_ref(&SHARED, inside).expect("present"));
        },
    )
}

fn dict_get_own(threads: usize) -> Window {
    let dict = dict_of([merged()]);
    let enter = |n: usize| {
        dict.insert(n as u64, Brc::new(1));
        n as u64
    };
    window(threads, enter, |key| drop(black_box(dict.get(key).expect("present"))))
}

fn dict_get(threads: usize, value: Brc<u64>) -> Window {
    let dict = dict_of([value]);
    // Each has a reference, so that the dict's is not the last of any thread's half.
    let enter = |_| dict.get(&SHARED).expect("present");
    window(threads, enter, |_| drop(black_box(dict.get(&SHARED).expect("present"))))
}

fn set_contains(threads: usize) -> Window {
    let set = Set::with_capacity(64);
    set.insert(SHARED);
    window(threads, |_| (), |()| assert!(set.contains(&SHARED)))
}

fn list_of(value: Brc<u64>) -> List<Brc<u64>> {
    let list = List::with_capacity(4);
    list.push(value);
    list
}

fn list_get_ref(threads: usize) -> Window {
    let list = list_of(merged());
    window(
        threads,
        |_| attach(),
        |inside| {
            black_box(list.get_ref(0, inside).expect("present"));
        },
    )
}

fn list_get_wide(threads: usize) -> Window {
    let object = merged();
    share_widely(&object);
    let list = list_of(object);
    window(threads, |_| list.get(0), |_| drop(black_box(list.get(0).expect("present"))))
}
