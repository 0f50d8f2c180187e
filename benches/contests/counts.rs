//! Counted pointers: clone and drop of objects near and far, make and drop, weak references, objects that are passed on.

mod foreign;
mod loops;
mod pass;
mod pointer;
mod weak;

use std::rc::Rc;
use std::sync::Arc;

use freethreaded::Brc;

use self::foreign::Foreign;
use self::loops::{
    anywhere, destroy, foreign, in_turn, make, of_others, own, own_through_calls, sustained, vector,
};
use self::pass::pass;
use self::pointer::{Object, Pointer};
use crate::Threads::{OneAndTwo, Two};
use crate::run::{Contest, Cost, Entrant, Issue, Work};

/// Objects in the contests of a vector.
const MANY: usize = 1_000_000;

type Triomphe = triomphe::Arc<Object>;
type Biased = biasedrc::Brc<Object>;

fn contest(id: &'static str, what: &'static str, entrants: Vec<Entrant>) -> Contest {
    Contest::new(id, what, entrants)
}

/// Of an entrant for each pointer, those that threads share.
macro_rules! shared {
    ($of:ident) => {
        vec![
            $of::<Brc<Object>>("Brc"),
            $of::<Arc<Object>>("Arc"),
            $of::<Triomphe>("triomphe"),
            $of::<Biased>("biasedrc"),
        ]
    };
}

macro_rules! all {
    ($of:ident) => {
        vec![
            $of::<Brc<Object>>("Brc"),
            $of::<Rc<Object>>("Rc"),
            $of::<Arc<Object>>("Arc"),
            $of::<Triomphe>("triomphe"),
            $of::<Biased>("biasedrc"),
        ]
    };
}

/// One thread, its own objects.
fn own_objects() -> Vec<Contest> {
    vec![
        Contest {
            goals: vec![
                Issue::First.goal(Cost::Peer("Rc", 1), 1.5),
                Issue::First.goal(Cost::Peer("Arc", 1), 1.0 / 3.0),
                Issue::Refcounts.goal(Cost::Peer("Rc", 1), 1.3),
            ],
            ..contest("refcount/own", "clone + drop, one object of this thread", all!(own))
        },
        Contest {
            goals: vec![Issue::Refcounts.goal(Cost::Peer("Rc", 1), 1.2)],
            ..contest(
                "refcount/own-calls",
                "clone + drop through calls, one object of this thread",
                all!(own_through_calls),
            )
        },
        contest("refcount/own-64", "clone + drop, 64 objects of this thread in turn", all!(in_turn)),
        Contest {
            per: MANY as u64,
            work: Work::Single,
            goals: vec![Issue::Refcounts.goal(Cost::Peer("Rc", 1), 1.1)],
            ..contest("refcount/vector", "clone + drop, each of 10⁶ objects in random order", all!(vector))
        },
    ]
}

/// Any thread, or two.
fn shared_objects() -> Vec<Contest> {
    vec![
        Contest {
            threads: OneAndTwo,
            goals: vec![Issue::First.goal(Cost::Peer("Rc", 1), 1.0), Issue::First.goal(Cost::Scaling, 1.9)],
            ..contest(
                "refcount/immortal",
                "clone + drop, an immortal object",
                vec![
                    anywhere("Brc", Brc::<Object>::immortal),
                    own::<Rc<Object>>("Rc"),
                    anywhere("Arc", Arc::<Object>::new),
                    anywhere("triomphe", Triomphe::new),
                    anywhere("biasedrc", <Biased as Pointer>::new),
                ],
            )
        },
        Contest {
            threads: OneAndTwo,
            goals: vec![
                Issue::Refcounts.goal(Cost::Peer("Arc", 1), 1.5),
                Issue::Refcounts.goal(Cost::Peer("Arc", 2), 1.0 / 3.0),
                Issue::Refcounts.goal(Cost::Scaling, 1.8),
            ],
            ..contest(
                "refcount/foreign",
                "clone + drop, an object of another living thread",
                shared!(foreign),
            )
        },
        Contest {
            threads: OneAndTwo,
            goals: vec![Issue::Refcounts.goal(Cost::Peer("Arc", 1), 1.1)],
            ..contest(
                "refcount/sustained",
                "clone + drop, an object of another living thread, long after it began",
                shared!(sustained),
            )
        },
        Contest {
            threads: OneAndTwo,
            goals: vec![Issue::Refcounts.goal(Cost::Peer("Arc", 1), 1.05)],
            ..contest(
                "refcount/merged",
                "clone + drop, a merged object",
                vec![
                    anywhere("Brc", <Brc<Object> as Pointer>::without_owner),
                    anywhere("Arc", Arc::<Object>::new),
                    anywhere("triomphe", Triomphe::new),
                ],
            )
        },
        Contest {
            threads: OneAndTwo,
            ..contest(
                "refcount/wide",
                "clone + drop, an object of another living thread, shared widely",
                vec![
                    of_others("Brc", || {
                        let foreign = Foreign::<Brc<Object>>::new();
                        assert!(Brc::share_widely(foreign.pointer()), "there is a place in the table");
                        foreign
                    }),
                    foreign::<Arc<Object>>("Arc"),
                    foreign::<Triomphe>("triomphe"),
                    foreign::<Biased>("biasedrc"),
                ],
            )
        },
        Contest {
            threads: OneAndTwo,
            goals: vec![
                Issue::Refcounts.goal(Cost::Peer("Arc", 2), 1.0 / 3.0),
                Issue::Refcounts.goal(Cost::Scaling, 1.8),
            ],
            ..contest(
                "refcount/shared",
                "clone + drop, one object of one of the threads",
                vec![
                    anywhere("Brc", Brc::<Object>::new),
                    anywhere("Arc", Arc::<Object>::new),
                    anywhere("triomphe", Triomphe::new),
                    anywhere("biasedrc", <Biased as Pointer>::new),
                ],
            )
        },
    ]
}

/// Weak references. triomphe has none.
fn weak_references() -> Vec<Contest> {
    vec![
        contest(
            "refcount/weak-own",
            "upgrade + drop, an object of this thread",
            vec![
                weak::own::<Brc<Object>>("Brc"),
                weak::own::<Rc<Object>>("Rc"),
                weak::own::<Arc<Object>>("Arc"),
                weak::own::<Biased>("biasedrc"),
            ],
        ),
        Contest {
            threads: OneAndTwo,
            ..contest(
                "refcount/weak-foreign",
                "upgrade + drop, an object of another living thread",
                vec![
                    weak::foreign::<Brc<Object>>("Brc"),
                    weak::foreign::<Arc<Object>>("Arc"),
                    weak::foreign::<Biased>("biasedrc"),
                ],
            )
        },
        contest(
            "refcount/downgrade",
            "downgrade + drop of the weak reference",
            vec![
                weak::downgrade::<Brc<Object>>("Brc"),
                weak::downgrade::<Rc<Object>>("Rc"),
                weak::downgrade::<Arc<Object>>("Arc"),
                weak::downgrade::<Biased>("biasedrc"),
            ],
        ),
    ]
}

/// The contests of allocators. The peers allocate from the global allocator, ours from its own heap of mimalloc; the goals
/// are meant for a program whose global allocator is [`Mimalloc`](crate::mimalloc::Mimalloc).
pub fn allocating() -> Vec<Contest> {
    vec![
        Contest {
            goals: vec![
                Issue::First.goal(Cost::Peer("Arc", 1), 1.0),
                Issue::Refcounts.goal(Cost::Peer("Rc", 1), 1.0),
            ],
            ..contest("refcount/make", "make + drop, 32 bytes", all!(make))
        },
        Contest {
            per: MANY as u64,
            work: Work::Single,
            ..contest(
                "refcount/destroy",
                "drop of the last references to 10⁶ objects in random order",
                all!(destroy),
            )
        },
        Contest {
            threads: Two,
            ..contest("refcount/pass", "made by one thread, dropped by another", shared!(pass))
        },
    ]
}

/// All contests of counted pointers.
pub fn contests() -> Vec<Contest> {
    [own_objects(), shared_objects(), weak_references(), allocating()].into_iter().flatten().collect()
}
