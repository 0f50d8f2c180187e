//! Counted pointers: clone and drop of objects near and far, make and drop.

use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use freethreaded::{Brc, attach};

use crate::Threads::{One, OneAndTwo};
use crate::run::{Contest, Control, Cost, Entrant, Issue};

/// What the pointers point to: 32 bytes.
type Object = [u64; 4];

const OBJECT: Object = [1, 2, 3, 4];

/// Objects in the contest of a vector.
const MANY: usize = 1_000_000;

/// A counted pointer.
trait Pointer: Clone + 'static {
    fn new(object: Object) -> Self;

    /// A pointer to an object that belongs to no thread, where that makes a difference.
    fn without_owner(object: Object) -> Self {
        Self::new(object)
    }
}

impl Pointer for Rc<Object> {
    #[inline]
    fn new(object: Object) -> Self {
        Rc::new(object)
    }
}

impl Pointer for Arc<Object> {
    #[inline]
    fn new(object: Object) -> Self {
        Arc::new(object)
    }
}

impl Pointer for triomphe::Arc<Object> {
    #[inline]
    fn new(object: Object) -> Self {
        triomphe::Arc::new(object)
    }
}

impl Pointer for biasedrc::Brc<Object> {
    #[inline]
    fn new(object: Object) -> Self {
        biasedrc::Brc::new(object)
    }
}

impl Pointer for Brc<Object> {
    #[inline]
    fn new(object: Object) -> Self {
        Brc::new(object)
    }

    fn without_owner(object: Object) -> Self {
        attach().detach(|| Brc::new(object))
    }
}

/// An object that was made by a thread which lives on, and keeps a reference.
struct Foreign<P> {
    pointer: P,
    /// The owner finishes when this is dropped, which comes after `pointer`.
    _keeper: Keeper,
}

struct Keeper {
    done: Option<mpsc::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.done.take();
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the owner of a foreign object ends");
        }
    }
}

impl<P: Pointer + Send + Sync> Foreign<P> {
    fn new() -> Self {
        let (done, wait) = mpsc::channel::<()>();
        let (send, receive) = mpsc::channel();
        let thread = thread::spawn(move || {
            let mine = P::new(OBJECT);
            send.send(mine.clone()).expect("the other side waits for it");
            // Ends with an error, when the sender is dropped.
            let _ = wait.recv();
            drop(mine);
        });
        let pointer = receive.recv().expect("the owner sends one");
        Self { pointer, _keeper: Keeper { done: Some(done), thread: Some(thread) } }
    }
}

#[inline(always)]
fn clone_and_drop<P: Clone>(control: &mut Control, pointer: &P) {
    control.start();
    while let Some(n) = control.next() {
        for _ in 0..n {
            drop(black_box(black_box(pointer).clone()));
        }
    }
}

fn own<P: Pointer>(name: &'static str) -> Entrant {
    Entrant::own(name, || {
        let pointer = P::new(OBJECT);
        move |control: &mut Control| clone_and_drop(control, &pointer)
    })
}

/// Cloned and dropped by any thread; made by the thread that enters it.
fn anywhere<P: Pointer + Send + Sync>(name: &'static str, make: fn() -> P) -> Entrant {
    Entrant::shared(name, move || {
        let pointer = make();
        move |control: &mut Control, _| clone_and_drop(control, &pointer)
    })
}

fn foreign<P: Pointer + Send + Sync>(name: &'static str) -> Entrant {
    Entrant::shared(name, || {
        let foreign = Foreign::<P>::new();
        move |control: &mut Control, _| clone_and_drop(control, &foreign.pointer)
    })
}

fn in_turn<P: Pointer>(name: &'static str) -> Entrant {
    Entrant::own(name, || {
        let pointers: Vec<P> = (0..64).map(|_| P::new(OBJECT)).collect();
        move |control: &mut Control| {
            control.start();
            let mut at = 0;
            while let Some(n) = control.next() {
                for _ in 0..n {
                    drop(black_box(black_box(&pointers[at]).clone()));
                    at = (at + 1) & 63;
                }
            }
        }
    })
}

fn make<P: Pointer>(name: &'static str) -> Entrant {
    Entrant::own(name, || {
        |control: &mut Control| {
            control.start();
            while let Some(n) = control.next() {
                for _ in 0..n {
                    drop(black_box(P::new(black_box(OBJECT))));
                }
            }
        }
    })
}

fn vector<P: Pointer>(name: &'static str) -> Entrant {
    Entrant::own(name, || {
        let mut pointers: Vec<P> = (0..MANY).map(|_| P::new(OBJECT)).collect();
        crate::collection::shuffle(&mut pointers);
        move |control: &mut Control| {
            control.one_at_a_time();
            control.start();
            while control.next().is_some() {
                drop(black_box(pointers.clone()));
            }
        }
    })
}

/// The contests that depend on no allocator.
fn counting() -> Vec<Contest> {
    vec![
        Contest {
            id: "refcount/own",
            what: "clone + drop, one object of this thread",
            per: 1,
            threads: One,
            entrants: vec![
                own::<Brc<Object>>("Brc"),
                own::<Rc<Object>>("Rc"),
                own::<Arc<Object>>("Arc"),
                own::<triomphe::Arc<Object>>("triomphe"),
                own::<biasedrc::Brc<Object>>("biasedrc"),
            ],
            goals: vec![
                Issue::First.goal(Cost::Peer("Rc", 1), 1.5),
                Issue::First.goal(Cost::Peer("Arc", 1), 1.0 / 3.0),
                Issue::Refcounts.goal(Cost::Peer("Rc", 1), 1.3),
            ],
        },
        Contest {
            id: "refcount/own-64",
            what: "clone + drop, 64 objects of this thread in turn",
            per: 1,
            threads: One,
            entrants: vec![
                in_turn::<Brc<Object>>("Brc"),
                in_turn::<Rc<Object>>("Rc"),
                in_turn::<Arc<Object>>("Arc"),
                in_turn::<triomphe::Arc<Object>>("triomphe"),
                in_turn::<biasedrc::Brc<Object>>("biasedrc"),
            ],
            goals: vec![],
        },
        Contest {
            id: "refcount/immortal",
            what: "clone + drop, an immortal object",
            per: 1,
            threads: OneAndTwo,
            entrants: vec![
                anywhere::<Brc<Object>>("Brc", || Brc::immortal(OBJECT)),
                own::<Rc<Object>>("Rc"),
                anywhere::<Arc<Object>>("Arc", || Arc::new(OBJECT)),
            ],
            goals: vec![Issue::First.goal(Cost::Peer("Rc", 1), 1.0), Issue::First.goal(Cost::Scaling, 1.9)],
        },
        Contest {
            id: "refcount/foreign",
            what: "clone + drop, an object of another living thread",
            per: 1,
            threads: OneAndTwo,
            entrants: vec![
                foreign::<Brc<Object>>("Brc"),
                foreign::<Arc<Object>>("Arc"),
                foreign::<triomphe::Arc<Object>>("triomphe"),
                foreign::<biasedrc::Brc<Object>>("biasedrc"),
            ],
            goals: vec![
                Issue::Refcounts.goal(Cost::Peer("Arc", 1), 1.5),
                Issue::Refcounts.goal(Cost::Peer("Arc", 2), 1.0 / 3.0),
                Issue::Refcounts.goal(Cost::Scaling, 1.8),
            ],
        },
        Contest {
            id: "refcount/merged",
            what: "clone + drop, a merged object",
            per: 1,
            threads: OneAndTwo,
            entrants: vec![
                anywhere::<Brc<Object>>("Brc", || Brc::without_owner(OBJECT)),
                anywhere::<Arc<Object>>("Arc", || Arc::new(OBJECT)),
            ],
            goals: vec![Issue::Refcounts.goal(Cost::Peer("Arc", 1), 1.05)],
        },
        Contest {
            id: "refcount/shared",
            what: "clone + drop, one object of one of the threads",
            per: 1,
            threads: OneAndTwo,
            entrants: vec![
                anywhere::<Brc<Object>>("Brc", || Brc::new(OBJECT)),
                anywhere::<Arc<Object>>("Arc", || Arc::new(OBJECT)),
                anywhere::<triomphe::Arc<Object>>("triomphe", || triomphe::Arc::new(OBJECT)),
                anywhere::<biasedrc::Brc<Object>>("biasedrc", || biasedrc::Brc::new(OBJECT)),
            ],
            goals: vec![Issue::Refcounts.goal(Cost::Peer("Arc", 2), 1.0 / 3.0)],
        },
        Contest {
            id: "refcount/vector",
            what: "clone + drop, each of 10⁶ objects in random order",
            per: MANY as u64,
            threads: One,
            entrants: vec![
                vector::<Brc<Object>>("Brc"),
                vector::<Rc<Object>>("Rc"),
                vector::<Arc<Object>>("Arc"),
                vector::<biasedrc::Brc<Object>>("biasedrc"),
            ],
            goals: vec![Issue::Refcounts.goal(Cost::Peer("Rc", 1), 1.1)],
        },
    ]
}

/// The contest of allocators. The peers allocate from the global allocator, ours from its own heap of mimalloc; the goals
/// are meant for a program whose global allocator is [`Mimalloc`](crate::mimalloc::Mimalloc).
pub fn allocating() -> Contest {
    Contest {
        id: "refcount/make",
        what: "make + drop, 32 bytes",
        per: 1,
        threads: One,
        entrants: vec![
            make::<Brc<Object>>("Brc"),
            make::<Rc<Object>>("Rc"),
            make::<Arc<Object>>("Arc"),
            make::<triomphe::Arc<Object>>("triomphe"),
            make::<biasedrc::Brc<Object>>("biasedrc"),
        ],
        goals: vec![
            Issue::First.goal(Cost::Peer("Arc", 1), 1.0),
            Issue::Refcounts.goal(Cost::Peer("Rc", 1), 1.0),
        ],
    }
}

/// All contests of counted pointers.
pub fn contests() -> Vec<Contest> {
    let mut contests = counting();
    contests.push(allocating());
    contests
}
