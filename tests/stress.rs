//! Real threads on everything at once, for the sanitizers: no harness, and nothing of `std` that they cannot see into.
//!
//! `STRESS_MS` is the time for all parts together. Values carry a mark that their destructor spoils, so use after free
//! shows even without a sanitizer; at the end nothing may be left.

use std::cell::RefCell;
use std::mem;
use std::process::ExitCode;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use freethreaded::collections::End;
use freethreaded::runtime::stats;
use freethreaded::{Brc, Dict, List, Set, Weak, attach, collect, critical_section, critical_section2};
use parking_lot::Mutex;

const THREADS: usize = 4;
const MARK: u64 = 0x5EED_CAFE_F00D_D00D;

/// Values in existence, and those of them that were made immortal.
static LIVE: AtomicUsize = AtomicUsize::new(0);
static IMMORTAL: AtomicUsize = AtomicUsize::new(0);
/// Addresses of those, for the leak checker to find.
static KEPT: Mutex<Vec<usize>> = Mutex::new(Vec::new());

struct Value {
    mark: u64,
    id: u64,
    next: Option<Brc<Value>>,
}

impl Value {
    fn new(id: u64) -> Self {
        Self::linked(id, None)
    }

    fn linked(id: u64, next: Option<Brc<Value>>) -> Self {
        LIVE.fetch_add(1, Ordering::Relaxed);
        Self { mark: MARK, id, next }
    }

    fn check(&self) -> u64 {
        assert_eq!(self.mark, MARK, "used after its destruction");
        self.id
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        assert_eq!(self.mark, MARK, "destroyed twice");
        // Volatile, or it would be left out.
        // SAFETY: our own field.
        unsafe { ptr::write_volatile(&raw mut self.mark, !MARK) };
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Marsaglia's xorshift: seeds are not zero.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// What a thread of a part works with.
struct Worker<S: 'static> {
    shared: &'static S,
    index: usize,
    random: Random,
    until: Instant,
    turns: u32,
}

impl<S> Worker<S> {
    fn goes_on(&mut self) -> bool {
        self.turns += 1;
        // The clock is looked at now and then.
        !self.turns.is_multiple_of(16) || Instant::now() < self.until
    }
}

/// Runs `body` on several threads that share `shared`, and drops it when all have ended.
fn run<S: Send + Sync + 'static>(shared: S, until: Instant, body: fn(Worker<S>)) {
    let raw = Box::into_raw(Box::new(shared));
    // SAFETY: freed below, behind the end of every thread that has it.
    let shared: &'static S = unsafe { &*raw };
    let threads: Vec<_> = (0..THREADS)
        .map(|index| {
            let worker = Worker { shared, index, random: Random::new(index as u64 + 1), until, turns: 0 };
            thread::spawn(move || body(worker))
        })
        .collect();
    let results: Vec<_> = threads.into_iter().map(thread::JoinHandle::join).collect();
    // SAFETY: all threads have been joined.
    drop(unsafe { Box::from_raw(raw) });
    for result in results {
        if let Err(panic) = result {
            std::panic::resume_unwind(panic);
        }
    }
}

type Slots<T> = [Mutex<Option<T>>; 8];

fn slots<T>() -> Slots<T> {
    [const { Mutex::new(None) }; 8]
}

/// References to objects of changing owners, cloned and dropped everywhere.
fn clones_and_drops(until: Instant) {
    run(slots::<Brc<Value>>(), until, |mut worker| {
        let mut kept = Vec::new();
        while worker.goes_on() {
            let slot = &worker.shared[worker.random.below(8)];
            match worker.random.below(8) {
                0 => {
                    let old = slot.lock().replace(Brc::new(Value::new(worker.index as u64)));
                    drop(old);
                }
                1 => {
                    let old = slot.lock().take();
                    kept.extend(old);
                }
                2 => {
                    // A link to an object of perhaps another owner.
                    let next = slot.lock().take();
                    *slot.lock() = Some(Brc::new(Value::linked(9, next.filter(|next| next.next.is_none()))));
                }
                3 if !kept.is_empty() => {
                    let at = worker.random.below(kept.len());
                    drop(kept.swap_remove(at));
                }
                4 if !kept.is_empty() => {
                    let mut object = kept.pop().expect("not empty");
                    if let Some(value) = Brc::get_mut(&mut object) {
                        value.id += 1;
                    }
                    match Brc::try_unwrap(object) {
                        Ok(value) => drop(value),
                        Err(object) => kept.push(object),
                    }
                }
                5 => drop(slot.lock().take().and_then(Brc::into_inner)),
                _ => {
                    let copy = slot.lock().clone();
                    if let Some(copy) = copy {
                        copy.check();
                        if worker.random.below(8) == 0 {
                            Brc::share_widely(&copy);
                        }
                        let second = copy.clone();
                        kept.push(copy);
                        second.next.as_ref().map(|next| next.check());
                    }
                }
            }
            kept.truncate(50);
        }
    });
}

/// Batches that every thread reads and drops with no lock in between, so that nothing but the count orders the reads
/// of one before the destruction by another.
fn last_drops(until: Instant) {
    type Inboxes = [Mutex<Vec<Brc<Value>>>; THREADS];
    let inboxes: Inboxes = [const { Mutex::new(Vec::new()) }; THREADS];
    run(inboxes, until, |mut worker| {
        while Instant::now() < worker.until {
            let made: Vec<_> = (0..64).map(|n| Brc::new(Value::new(n))).collect();
            // Merged at once, if they have no owner.
            let merged = attach().detach(|| (0..64).map(|n| Brc::new(Value::new(n))).collect::<Vec<_>>());
            made.iter().chain(&merged).step_by(9).for_each(|object| _ = Brc::share_widely(object));
            for inbox in worker.shared {
                let mut inbox = inbox.lock();
                if inbox.len() < 1000 {
                    inbox.extend(made.iter().chain(&merged).cloned());
                }
            }
            drop((made, merged));
            let mut mine = mem::take(&mut *worker.shared[worker.index].lock());
            while !mine.is_empty() {
                let object = mine.swap_remove(worker.random.below(mine.len()));
                object.check();
            }
        }
    });
}

/// A few objects that all threads count in their own cells, in bursts without a lock; they come and go, and are folded now and then.
fn wide_objects(until: Instant) {
    run(slots::<Brc<Value>>(), until, |mut worker| {
        while worker.goes_on() {
            let slot = &worker.shared[worker.random.below(4)];
            if worker.random.below(16) == 0 {
                let object = Brc::new(Value::new(1));
                Brc::share_widely(&object);
                drop(slot.lock().replace(object));
            }
            let Some(mut object) = slot.lock().clone() else { continue };
            let mut more: Vec<Brc<Value>> = (0..worker.random.below(8)).map(|_| object.clone()).collect();
            more.iter().for_each(|object| _ = object.check());
            more.truncate(worker.random.below(8));
            match worker.random.below(16) {
                0 => _ = Brc::get_mut(&mut object).map(|value| value.id += 1),
                1 => _ = Brc::share_widely(&object),
                2 => drop(Brc::downgrade(&object).upgrade()),
                3 => collect(),
                _ => {}
            }
            object.check();
        }
    });
}

/// Upgrades against last drops, by owners and by others.
fn weak_upgrades(until: Instant) {
    type Pair = (Slots<Brc<Value>>, Slots<Weak<Value>>);
    run::<Pair>((slots(), slots()), until, |mut worker| {
        let (strong, weak) = worker.shared;
        while worker.goes_on() {
            let at = worker.random.below(8);
            match worker.random.below(6) {
                0 => {
                    let object = Brc::new(Value::new(1));
                    let old = weak[at].lock().replace(Brc::downgrade(&object));
                    drop((old, strong[at].lock().replace(object)));
                }
                1 => {
                    let object = Brc::new_cyclic(|me| {
                        *weak[at].lock() = Some(me.clone());
                        thread::yield_now();
                        Value::new(2)
                    });
                    drop(strong[at].lock().replace(object));
                }
                2 => drop(strong[at].lock().take()),
                3 => {
                    let mut object = strong[at].lock().take();
                    if let Some(value) = object.as_mut().and_then(Brc::get_mut) {
                        value.id += 1;
                    }
                    *strong[at].lock() = object;
                }
                _ => {
                    let found = weak[at].lock().clone();
                    if let Some(object) = found.as_ref().and_then(Weak::upgrade) {
                        object.check();
                        drop(found);
                        object.check();
                    }
                }
            }
        }
    });
}

/// Producers that only make and hand over, consumers that only drop.
fn producers_and_consumers(until: Instant) {
    run(Mutex::new(Vec::new()), until, |mut worker| {
        let queue: &Mutex<Vec<Brc<Value>>> = worker.shared;
        while worker.goes_on() {
            if worker.index % 2 == 0 {
                let object = Brc::new(Value::new(3));
                let mut queue = queue.lock();
                if queue.len() < 64 {
                    queue.push(object);
                } else {
                    drop(queue);
                    thread::yield_now();
                }
            } else {
                let object = queue.lock().pop();
                match object {
                    Some(object) => assert_eq!(object.check(), 3),
                    None => thread::yield_now(),
                }
            }
        }
    });
    // Nobody has come to a checkpoint: what was queued is bounded all the same, and gone with the threads.
}

/// Owners that go away and come back, while others drop what they own.
fn absences(until: Instant) {
    run(slots::<Brc<Value>>(), until, |mut worker| {
        let mut cx = attach();
        while worker.goes_on() {
            let object = Brc::new(Value::new(4));
            let old = worker.shared[worker.random.below(8)].lock().replace(object.clone());
            let (random, shared) = (&mut worker.random, worker.shared);
            match random.below(4) {
                0 => cx.checkpoint(),
                1 => cx.detach(|| {
                    drop(old);
                    let other = shared[random.below(8)].lock().take();
                    let made = Brc::new(Value::linked(5, other));
                    thread::yield_now();
                    made.check();
                    drop(shared[random.below(8)].lock().replace(made));
                    drop(object);
                }),
                2 => {
                    let mut inner = attach();
                    inner.detach(|| drop((object, attach())));
                }
                _ => {}
            }
        }
    });
}

/// Immortality asked for by owners and others, in the middle of everything. The objects leak, so not many.
fn immortality(until: Instant) {
    run(slots::<Brc<Value>>(), until, |mut worker| {
        while worker.goes_on() {
            let slot = &worker.shared[worker.random.below(8)];
            match worker.random.below(4) {
                0 if IMMORTAL.load(Ordering::Relaxed) < 200 => {
                    IMMORTAL.fetch_add(1, Ordering::Relaxed);
                    let object = Brc::new(Value::new(6));
                    let copy = object.clone();
                    let old = slot.lock().replace(object);
                    old.iter().for_each(Brc::make_immortal);
                    KEPT.lock().push(Brc::as_ptr(&copy).expose_provenance());
                    if worker.random.below(2) == 0 {
                        // By the owner, or by whoever finds it.
                        Brc::make_immortal(&copy);
                    }
                }
                1 => {
                    let object = slot.lock().take();
                    if let Some(object) = object {
                        Brc::make_immortal(&object);
                        Brc::make_immortal(&object.clone());
                        drop(attach());
                    }
                }
                _ => {
                    let copy = slot.lock().clone();
                    assert_eq!(copy.map_or(6, |copy| copy.check()), 6);
                }
            }
        }
        // What was counted as immortal has to become so.
        for slot in worker.shared {
            if let Some(object) = slot.lock().as_ref() {
                Brc::make_immortal(object);
            }
        }
    });
}

struct Containers {
    dict: Dict<u64, Brc<Value>>,
    set: Set<u64>,
    list: List<Brc<Value>>,
    nested: Dict<u64, Brc<List<Brc<Value>>>>,
}

/// Reads with and without tokens against every kind of write.
fn containers(until: Instant) {
    let shared = Containers { dict: Dict::new(), set: Set::new(), list: List::new(), nested: Dict::new() };
    run(shared, until, |mut worker| {
        let Containers { dict, set, list, nested } = worker.shared;
        let mut cx = attach();
        while worker.goes_on() {
            let key = worker.random.below(40) as u64;
            match worker.random.below(20) {
                0..3 => drop(dict.insert(key, Value::new(key))),
                3 => drop(dict.remove(&key)),
                4 => {
                    let value = dict.get_or_insert_with(key, || Brc::new(Value::new(key)));
                    assert_eq!(value.check(), key);
                }
                5 => dict.iter(&cx).for_each(|(key, value)| assert_eq!(*key, value.check())),
                6 => _ = dict.get(&key).map(|value| assert_eq!(value.check(), key)),
                7 => {
                    if let Some(value) = dict.get_ref(&key, &cx) {
                        drop(dict.remove(&key));
                        collect();
                        assert_eq!(value.check(), key);
                    }
                }
                8 => _ = set.insert(key) || set.remove(&key),
                9 => assert!(set.iter(&cx).all(|key| *key < 40)),
                10..12 => list.push(Value::new(key)),
                12 => _ = list.pop().map(|value| value.check()),
                13 => list.iter(&cx).for_each(|value| _ = value.check()),
                14 => {
                    let value = list.get_ref(worker.random.below(20), &cx);
                    drop(list.remove(worker.random.below(20)));
                    value.map(Value::check);
                }
                15 => _ = list.set(worker.random.below(20), Value::new(key)),
                16 => {
                    let inner = nested.get_or_insert_with(key % 4, || Brc::new(List::new()));
                    inner.push(Value::new(key));
                    if inner.len() > 30 {
                        nested.remove(&(key % 4));
                    }
                }
                17 => {
                    // Through two containers, both of which may be taken apart meanwhile.
                    if let Some(inner) = nested.get_ref(&(key % 4), &cx) {
                        inner.iter(&cx).for_each(|value| _ = value.check());
                    }
                }
                18 if key == 0 => match worker.random.below(4) {
                    0 => dict.clear(),
                    1 => list.truncate(5),
                    2 => set.clear(),
                    _ => nested.clear(),
                },
                18 => cx.detach(|| drop(list.first())),
                _ => cx.checkpoint(),
            }
        }
    });
}

thread_local! {
    static LATE: RefCell<Vec<Brc<Value>>> = const { RefCell::new(Vec::new()) };
}

/// Threads that come, make, take, and leave things behind, in thread-locals too.
fn short_threads(until: Instant) {
    run((slots::<Brc<Value>>(), List::<Brc<Value>>::new()), until, |mut worker| {
        while Instant::now() < worker.until {
            let (shared, seed) = (worker.shared, worker.random.next());
            let short = thread::spawn(move || {
                let (slots, list) = shared;
                let mut random = Random::new(seed);
                if random.below(2) == 0 {
                    // Then it is destroyed behind the runtime's own.
                    LATE.with(|_| ());
                }
                for _ in 0..20 {
                    let object = Brc::new(Value::new(7));
                    let old = slots[random.below(8)].lock().replace(object.clone());
                    match random.below(4) {
                        0 => LATE.with_borrow_mut(|late| late.push(object)),
                        1 => LATE.with_borrow_mut(|late| late.extend(old)),
                        2 => list.push(object),
                        _ => _ = list.pop().map(|value| value.check()),
                    }
                }
            });
            short.join().expect("did not panic");
        }
    });
}

/// One step on containers that anybody may have made.
fn step_on(containers: &Containers, random: &mut Random) {
    let Containers { dict, set, list, nested } = containers;
    let key = random.below(12) as u64;
    match random.below(12) {
        0..3 => drop(dict.insert(key, Value::new(key))),
        3 => _ = dict.remove(&key).map(|value| assert_eq!(value.check(), key)),
        4 => _ = dict.get(&key).map(|value| assert_eq!(value.check(), key)),
        5 => _ = set.insert(key) || set.remove(&key),
        6 => list.push(Value::new(key)),
        7 => _ = list.pop().map(|value| value.check()),
        8 => drop(nested.get_or_insert_with(key % 2, || Brc::new(List::new()))),
        9 => critical_section(dict, |section| {
            let Some(value) = dict.get_ref(&key, section.token()) else { return };
            // Nothing that the thread does between them waits, so nobody comes between.
            assert!(dict.remove(&key).is_some_and(|removed| removed.check() == value.check()));
        }),
        10 => critical_section2(dict, list, |_| {
            if let Some(value) = dict.remove(&key) {
                list.push(value);
            }
        }),
        _ => critical_section(list, |section| {
            section.detach(|| _ = dict.get(&key).map(|value| value.check()));
            list.truncate(20);
        }),
    }
}

/// Containers that are handed from thread to thread, and whose makers end while others wait for them, use them or hand them on.
fn makers_that_end(until: Instant) {
    fn make_and_end(slots: &Slots<Brc<Containers>>, seed: u64) {
        let mut random = Random::new(seed);
        let made = Brc::new(Containers {
            dict: Dict::new(),
            set: Set::new(),
            list: List::new(),
            nested: Dict::new(),
        });
        (0..random.below(30)).for_each(|_| step_on(&made, &mut random));
        let old = slots[random.below(4)].lock().replace(made.clone());
        for turn in 0..random.below(60) {
            step_on(&made, &mut random);
            if turn % 8 == 0 {
                thread::yield_now();
            }
        }
        // Of somebody who may have ended, too.
        if let Some(old) = old {
            (0..random.below(20)).for_each(|_| step_on(&old, &mut random));
            if random.below(2) == 0 {
                drop(slots[random.below(4)].lock().replace(old));
            }
        }
    }
    run(slots::<Brc<Containers>>(), until, |mut worker| {
        while Instant::now() < worker.until {
            let slots = worker.shared;
            let makers: Vec<_> = (0..2)
                .map(|_| {
                    let seed = worker.random.next();
                    thread::spawn(move || make_and_end(slots, seed))
                })
                .collect();
            // Meanwhile, and when they have ended.
            let mut goes_on = true;
            while goes_on {
                goes_on = !makers.iter().all(thread::JoinHandle::is_finished);
                let containers = slots[worker.random.below(4)].lock().clone();
                if let Some(containers) = containers {
                    (0..10).for_each(|_| step_on(&containers, &mut worker.random));
                }
            }
            makers.into_iter().for_each(|maker| maker.join().expect("did not panic"));
        }
    });
}

struct Pairs {
    dicts: [Dict<u64, Brc<Value>>; 2],
    sets: [Set<u64>; 2],
    lists: [List<Brc<Value>>; 2],
}

/// What is done to whole containers and to two at once, against reads of every kind.
fn wholes(until: Instant) {
    let shared = Pairs { dicts: Default::default(), sets: Default::default(), lists: Default::default() };
    run(shared, until, |mut worker| {
        let Pairs { dicts, sets, lists } = worker.shared;
        while worker.goes_on() {
            let random = &mut worker.random;
            let (one, key) = (random.below(2), random.below(24) as u64);
            let (dict, dict2) = (&dicts[one], &dicts[1 - one]);
            let (set, set2) = (&sets[one], &sets[1 - one]);
            let (list, list2) = (&lists[one], &lists[1 - one]);
            match random.below(30) {
                0 => dict.update_from(dict2),
                1 => dict.swap_contents(dict2),
                2 => dict.retain(|key, value| *key == value.check() && key % 5 != 0),
                3 => dict.drain().for_each(|(key, value)| assert_eq!(key, value.check())),
                4 => _ = dict.pop_first().map(|(key, value)| assert_eq!(key, value.check())),
                5 => _ = dict.move_to_end(&key, End::Last),
                6 => drop(dict.update(key, |old| old.is_none().then(|| Brc::new(Value::new(key))))),
                7 => {
                    dict.merge(dict2).iter(&attach()).for_each(|(key, value)| assert_eq!(*key, value.check()))
                }
                8..=10 => drop(dict.insert(key, Value::new(key))),
                11 => set.union_with(set2),
                12 => set.symmetric_difference_with(set2),
                13 => set.difference_with(&set2.freeze()),
                14 => assert!(set.union(set2).snapshot().iter().all(|key| *key < 24)),
                15 => set.swap_contents(set2),
                16..=17 => _ = set.insert(key) || set.remove(&key),
                18 => _ = list.sort_by_key(|value| value.check()),
                19 => list.reverse(),
                20 => list.swap_contents(list2),
                21 => drop(list.splice(2..4, [Value::new(key)])),
                22 => drop(list.assign_slice_from_list(..3, list2)),
                23 => list.retain(|value| value.check() != key),
                24 => list.truncate(30),
                25..=26 => list.push(Value::new(key)),
                27 => {
                    let cx = attach();
                    dict.iter(&cx).rev().for_each(|(key, value)| assert_eq!(*key, value.check()));
                    list.iter(&cx).rev().for_each(|value| _ = value.check());
                    set.iter(&cx).for_each(|key| assert!(*key < 24));
                }
                _ => {
                    _ = dict.get(&key).map(|value| assert_eq!(value.check(), key));
                    _ = list.get(key as usize).map(|value| value.check());
                    _ = set.contains(&key);
                }
            }
        }
    });
}

/// Values that wander between dicts in sections of two, nested in every order: at no moment is one in both of a pair, and none gets lost.
fn sections(until: Instant) {
    const VALUES: u64 = 16;
    struct Dicts([Dict<u64, Brc<Value>>; 3]);
    impl Drop for Dicts {
        fn drop(&mut self) {
            let left: usize = self.0.iter().map(|dict| dict.snapshot().len()).sum();
            assert_eq!(left, VALUES as usize, "lost or doubled");
        }
    }
    let dicts = Dicts(Default::default());
    (0..VALUES).for_each(|n| drop(dicts.0[n as usize % 3].insert(n, Value::new(n))));
    run(dicts, until, |mut worker| {
        let dicts = &worker.shared.0;
        while worker.goes_on() {
            let random = &mut worker.random;
            let (from, to, outer) =
                (&dicts[random.below(3)], &dicts[random.below(3)], &dicts[random.below(3)]);
            let key = random.next() % VALUES;
            let move_it = || {
                critical_section2(from, to, |section| {
                    let places = [from, to].map(|dict| dict.get_ref(&key, section.token()).map(Value::check));
                    assert!(ptr::eq(from, to) || places != [Some(key), Some(key)], "in both");
                    if let Some(value) = from.remove(&key) {
                        to.insert(key, value);
                    }
                });
            };
            match random.below(4) {
                0 => critical_section(outer, |_| move_it()),
                1 => critical_section(outer, |section| {
                    section.detach(thread::yield_now);
                    assert!(outer.get(&key).is_none_or(|value| value.check() == key));
                    move_it();
                }),
                _ => move_it(),
            }
        }
    });
}

type Part = (&'static str, fn(Instant));

fn main() -> ExitCode {
    // Listing tests, as `cargo test -- --list` does, runs none.
    if std::env::args().any(|arg| arg == "--list") {
        return ExitCode::SUCCESS;
    }
    let parts: [Part; 12] = [
        ("clones_and_drops", clones_and_drops),
        ("last_drops", last_drops),
        ("wide_objects", wide_objects),
        ("weak_upgrades", weak_upgrades),
        ("producers_and_consumers", producers_and_consumers),
        ("absences", absences),
        ("immortality", immortality),
        ("containers", containers),
        ("short_threads", short_threads),
        ("makers_that_end", makers_that_end),
        ("wholes", wholes),
        ("sections", sections),
    ];
    let millis = std::env::var("STRESS_MS").map_or(1500, |ms| ms.parse().expect("STRESS_MS is a number"));
    let each = Duration::from_millis(millis) / parts.len() as u32;
    let mut failed = 0;
    for (name, part) in parts {
        // On a thread of its own, so that what it leaves in thread-locals is destroyed with it.
        let ran = thread::spawn(move || part(Instant::now() + each)).join().is_ok();
        let left = left_over();
        if !ran || left.is_some() {
            failed += 1;
            eprintln!("{name}: {}", left.unwrap_or_else(|| "panicked".to_string()));
        }
    }
    println!("{} passed, {failed} failed", parts.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What should be gone and is not.
fn left_over() -> Option<String> {
    thread::spawn(collect).join().expect("collects");
    let (stats, immortal) = (stats(), IMMORTAL.load(Ordering::Relaxed));
    let values = LIVE.load(Ordering::Relaxed);
    let blocks = stats.live.map_or(immortal, |(blocks, _)| blocks);
    let left = (values, blocks, stats.pending(), stats.mail, stats.threads);
    (left != (immortal, immortal, 0, 0, 0))
        .then(|| format!("{left:?} values, blocks, pending, mail, threads; {immortal} are immortal"))
}
