//! Bounds on what is dead and not yet destroyed, in objects and bytes, while a producer and a consumer go on for ever.
//!
//! In lock-step no two threads run at once, so the most that was alive at a time is a property of the bounds and not of the scheduler. At full
//! speed it depends on who runs when, but it stays below a bound that does not grow with the number of objects.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use common::{Drops, OnDrop, Probe, Remote, isolated, isolated_with_pauses};
use freethreaded::runtime::{Bounds, bounds, set_bounds, stats};
use freethreaded::{Attached, Brc, Dict, List, attach, collect};

/// How many objects are alive, and how many were at most.
#[derive(Clone, Default)]
struct Living(Arc<[AtomicUsize; 2]>);

impl Living {
    fn object<const SIZE: usize>(&self) -> Object<SIZE> {
        let now = self.0[0].fetch_add(1, Ordering::SeqCst) + 1;
        self.0[1].fetch_max(now, Ordering::SeqCst);
        Object { living: self.clone(), _body: [0; SIZE] }
    }

    fn now(&self) -> usize {
        self.0[0].load(Ordering::SeqCst)
    }

    fn most(&self) -> usize {
        self.0[1].load(Ordering::SeqCst)
    }
}

struct Object<const SIZE: usize = 16> {
    living: Living,
    _body: [u8; SIZE],
}

impl<const SIZE: usize> Drop for Object<SIZE> {
    fn drop(&mut self) {
        self.living.0[0].fetch_sub(1, Ordering::SeqCst);
    }
}

/// Sets bounds, and the ones before at its end.
struct With(Bounds);

impl With {
    fn bounds(new: Bounds) -> Self {
        let before = bounds();
        set_bounds(new).expect("valid bounds");
        Self(before)
    }
}

impl Drop for With {
    fn drop(&mut self) {
        set_bounds(self.0).expect("were valid before");
    }
}

const STEPS: usize = 10_000;
const MANY: usize = if cfg!(debug_assertions) { 200_000 } else { 1_000_000 };
/// Places in the channel, or in the container.
const PLACES: usize = 256;

/// The most that may be alive at full speed: what fills the channel; as much in the mailbox, and on its way through a pile; and on each of
/// the few piles what stays below the bound, with the batch that took it past that.
fn limit() -> usize {
    let bounds = bounds();
    4 * PLACES + 4 * (bounds.retired_objects + bounds.ready_objects)
}

/// A producer makes and sends objects, in lock-step with a consumer that drops them; `between` runs on the producer when the consumer has
/// dropped the one before. Gives the most objects that were alive.
fn in_step<const SIZE: usize>(between: impl Fn() + Send + 'static) -> usize {
    let living = Living::default();
    let (tx, rx) = sync_channel(0);
    let (done, dropped) = sync_channel(0);
    let consumer = thread::spawn(move || {
        for object in rx {
            drop::<Brc<Object<SIZE>>>(object);
            done.send(()).unwrap();
        }
    });
    for _ in 0..STEPS {
        tx.send(Brc::new(living.object())).unwrap();
        dropped.recv().unwrap();
        between();
    }
    drop(tx);
    consumer.join().unwrap();
    collect();
    assert_eq!(living.now(), 0);
    living.most()
}

#[test]
fn a_producer_that_only_makes_objects_keeps_to_the_bound() {
    isolated(|| {
        // What is found dead in `new` is left to the next drop when it reaches the bound; then one object is in hand, and one more in the mailbox.
        let most = in_step::<16>(|| {});
        assert!((bounds().ready_objects..=bounds().ready_objects + 2).contains(&most), "{most}");
    });
}

#[test]
fn the_bound_in_objects_can_be_set() {
    isolated(|| {
        for objects in [1, 10, 1000] {
            let _with = With::bounds(Bounds::new().ready(objects, usize::MAX));
            let most = in_step::<16>(|| {});
            assert!((objects..=objects + 2).contains(&most), "{objects}: {most}");
        }
    });
}

#[test]
fn the_bound_in_bytes_can_be_set() {
    isolated(|| {
        // The default: 64 KiB.
        let most = in_step::<16_384>(|| {});
        assert!((4..=6).contains(&most), "{most}");
        let _with = With::bounds(Bounds::new().ready(usize::MAX, 20 * 16_384));
        let most = in_step::<16_384>(|| {});
        assert!((20..=22).contains(&most), "{most}");
    });
}

/// A read merges what others have dropped, but may not destroy it.
#[test]
fn a_producer_that_reads_in_between_keeps_to_the_bound() {
    isolated(|| {
        let settings: Dict<u32, Brc<u32>> = Dict::new();
        settings.insert(1, 1);
        let most = in_step::<16>(move || assert!(settings.contains_key(&1)));
        assert!((bounds().ready_objects..=bounds().ready_objects + 2).contains(&most), "{most}");
    });
}

#[test]
fn a_producer_that_attaches_destroys_at_once() {
    isolated(|| assert_eq!(in_step::<16>(|| drop(attach())), 1));
}

/// The consumer's references are dropped by the destructors of a container's garbage, where no other garbage is destroyed, and never by itself.
#[test]
fn objects_through_a_list_in_step_keep_to_the_bounds() {
    isolated(|| {
        let living = Living::default();
        let list: Arc<List<Brc<Object>>> = Arc::default();
        let (tx, rx) = sync_channel(0);
        let (done, dropped) = sync_channel(0);
        let popped = Arc::clone(&list);
        let consumer = thread::spawn(move || {
            for () in rx {
                popped.truncate(0);
                done.send(()).unwrap();
            }
        });
        for _ in 0..STEPS {
            // Outside the operation, so that it is `new` that finds the mail.
            let object = Brc::new(living.object());
            list.push(object);
            tx.send(()).unwrap();
            dropped.recv().unwrap();
        }
        let most = living.most();
        drop(tx);
        consumer.join().unwrap();
        assert!(most <= 2 * bounds().retired_objects + 2 * bounds().ready_objects, "{most}");
        drop(list);
        collect();
        assert_eq!(living.now(), 0);
    });
}

/// A producer and a consumer at full speed with a channel in between.
fn through_a_channel<const SIZE: usize>(
    produce: impl FnOnce(&Living, SyncSender<Brc<Object<SIZE>>>) + Send + 'static,
    consume: impl FnOnce(Receiver<Brc<Object<SIZE>>>) + Send + 'static,
    places: usize,
) -> usize {
    let living = Living::default();
    let (tx, rx) = sync_channel(places);
    let consumer = thread::spawn(move || consume(rx));
    produce(&living, tx);
    consumer.join().unwrap();
    let most = living.most();
    collect();
    assert_eq!(living.now(), 0);
    most
}

fn drop_all<const SIZE: usize>(objects: Receiver<Brc<Object<SIZE>>>) {
    objects.into_iter().for_each(drop);
}

#[test]
fn a_producer_that_never_attaches_stays_in_bounded_memory() {
    isolated(|| {
        let produce = |living: &Living, tx: SyncSender<_>| {
            (0..MANY).for_each(|_| tx.send(Brc::new(living.object())).unwrap());
        };
        let most = through_a_channel::<16>(produce, drop_all, PLACES);
        assert!(most <= limit(), "{most}");
    });
}

#[test]
fn a_producer_under_a_token_stays_in_bounded_memory() {
    for checkpoints in [false, true] {
        isolated(move || {
            let produce = move |living: &Living, tx: SyncSender<_>| {
                let mut cx = attach();
                for n in 0..MANY {
                    tx.send(Brc::new(living.object())).unwrap();
                    if checkpoints && n % 100 == 0 {
                        cx.checkpoint();
                    }
                }
            };
            let most = through_a_channel::<16>(produce, drop_all, PLACES);
            assert!(most <= limit(), "checkpoints {checkpoints}: {most}");
        });
    }
}

#[test]
fn a_producer_that_detaches_to_send_stays_in_bounded_memory() {
    for nested in [false, true] {
        isolated(move || {
            let produce = move |living: &Living, tx: SyncSender<_>| {
                let _outer = nested.then(attach);
                let mut cx: Attached<'_> = attach();
                for _ in 0..MANY / 4 {
                    let object = Brc::new(living.object());
                    cx.detach(|| tx.send(object).unwrap());
                }
            };
            let most = through_a_channel::<16>(produce, drop_all, PLACES);
            assert!(most <= limit(), "nested {nested}: {most}");
        });
    }
}

#[test]
fn a_consumer_that_clones_and_attaches_stays_in_bounded_memory() {
    isolated(|| {
        let produce = |living: &Living, tx: SyncSender<_>| {
            (0..MANY).for_each(|_| tx.send(Brc::new(living.object())).unwrap());
        };
        let consume = |objects: Receiver<Brc<Object>>| {
            let mut cx = attach();
            for object in objects {
                let second = Brc::clone(&object);
                drop(object);
                cx.checkpoint();
                drop(second);
            }
        };
        let most = through_a_channel::<16>(produce, consume, PLACES);
        assert!(most <= limit(), "{most}");
    });
}

/// The bound in bytes: sixteen bodies of four KiB are due, not 64.
#[test]
fn big_bodies_at_full_speed_stay_in_bounded_memory() {
    isolated(|| {
        let produce = |living: &Living, tx: SyncSender<_>| {
            (0..MANY / 10).for_each(|_| tx.send(Brc::new(living.object())).unwrap());
        };
        let most = through_a_channel::<4096>(produce, drop_all, 4);
        assert!(most <= 4 * 4 + 2 * 16, "{most}");
    });
}

/// The consumer owns the objects: they are lent to the other thread, and come back to be dropped.
#[test]
fn objects_that_come_home_are_destroyed_at_once() {
    isolated(|| {
        let living = Living::default();
        let (lend, lent) = sync_channel::<Brc<Object>>(PLACES);
        let (give_back, back) = sync_channel::<Brc<Object>>(PLACES);
        let other = thread::spawn(move || {
            for object in lent {
                drop(Brc::clone(&object));
                give_back.send(object).unwrap();
            }
        });
        for n in 0..MANY {
            lend.send(Brc::new(living.object())).unwrap();
            if n >= PLACES {
                drop(back.recv().unwrap());
            }
        }
        drop(lend);
        back.into_iter().for_each(drop);
        other.join().unwrap();
        assert_eq!(living.now(), 0, "no reference had to wait");
        assert!(living.most() <= PLACES + 1, "{}", living.most());
    });
}

/// A producer and a consumer at full speed with a container in between.
fn through_a_container(
    tokens: bool,
    put: impl Fn(usize, Object) + Send + 'static,
    take: impl Fn(usize) -> bool + Send + 'static,
    len: impl Fn() -> usize,
) {
    let living = Living::default();
    let consumer = thread::spawn(move || {
        let mut cx = tokens.then(attach);
        for n in 0..MANY / 4 {
            while !take(n) {
                // A checkpoint, so that this token does not hold back what the other thread gives up.
                cx.iter_mut().for_each(Attached::checkpoint);
                thread::yield_now();
            }
            if n % 16 == 0 {
                cx.iter_mut().for_each(Attached::checkpoint);
            }
        }
    });
    let mut cx = tokens.then(attach);
    for n in 0..MANY / 4 {
        while len() >= PLACES {
            cx.iter_mut().for_each(Attached::checkpoint);
            thread::yield_now();
        }
        put(n, living.object());
        if n % 16 == 0 {
            cx.iter_mut().for_each(Attached::checkpoint);
        }
    }
    let joined = match &mut cx {
        Some(cx) => cx.detach(|| consumer.join()),
        None => consumer.join(),
    };
    joined.unwrap();
    assert!(living.most() <= 2 * limit(), "tokens {tokens}: {}", living.most());
}

#[test]
fn containers_at_full_speed_stay_in_bounded_memory() {
    for tokens in [false, true] {
        isolated(move || {
            let list: Arc<List<Brc<Object>>> = Arc::default();
            let (put, take) = (Arc::clone(&list), Arc::clone(&list));
            through_a_container(
                tokens,
                move |_, object| put.push(object),
                move |_| take.pop().is_some(),
                || list.len(),
            );
        });
        isolated(move || {
            let dict: Arc<Dict<usize, Brc<Object>>> = Arc::default();
            let (put, take) = (Arc::clone(&dict), Arc::clone(&dict));
            through_a_container(
                tokens,
                move |n, object| drop(put.insert(n, object)),
                move |n| take.remove(&n).is_some(),
                || dict.len(),
            );
        });
    }
}

/// Whoever drops the last reference destroys the object at once where the owner is away or has finished; else it is the owner that decides.
#[test]
fn when_the_owner_does_not_come_its_own_objects_are_all_that_waits() {
    isolated(|| {
        const N: usize = 1000;
        let drops = Drops::new();
        let owner = Remote::new();
        let probes = drops.clone();
        let objects = owner.run(move || (0..3 * N).map(|_| Brc::new(probes.probe())).collect::<Vec<_>>());
        let mut objects = objects.into_iter();
        let mut drop_some = || objects.by_ref().take(N).for_each(drop);
        // It blocks, or computes, without calling in.
        drop_some();
        assert_eq!((drops.get(), stats().mail), (0, N as u64));
        let (inside, is_inside) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let away = owner.start(move || {
            attach().detach(|| {
                inside.send(()).unwrap();
                ended.recv().unwrap_err();
            });
        });
        is_inside.recv().unwrap();
        assert_eq!((drops.get(), stats().mail), (N, 0), "merged and destroyed on the way into detach");
        drop_some();
        assert_eq!(drops.get(), 2 * N, "each in its drop");
        drop(end);
        away.recv().unwrap();
        owner.end();
        drop_some();
        assert_eq!(drops.get(), 3 * N, "each in its drop");
    });
}

/// A list of three elements, and a thread that knows the runtime, so that nobody is alone.
fn shared_list(drops: &Drops) -> (Arc<List<Brc<Probe>>>, Remote) {
    let list: Arc<List<Brc<Probe>>> = Arc::default();
    (0..3).for_each(|_| list.push(drops.probe()));
    let other = Remote::new();
    other.run(|| drop(attach()));
    (list, other)
}

#[test]
fn a_checkpoint_destroys_what_a_finished_thread_has_left() {
    isolated(|| {
        let drops = Drops::new();
        let (list, other) = shared_list(&drops);
        let mut cx = attach();
        let popped = Arc::clone(&list);
        other.run(move || drop(popped.pop()));
        other.end();
        assert_eq!(drops.get(), 0, "this thread may have borrowed it");
        cx.checkpoint();
        assert_eq!(drops.get(), 1, "nobody else would come for it");
    });
}

/// As above, but a third thread still holds it when the first checkpoint finds it.
#[test]
fn who_takes_garbage_over_comes_back_to_it() {
    isolated(|| {
        let drops = Drops::new();
        let (list, other) = shared_list(&drops);
        let third = Remote::new();
        let (inside, is_inside) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let left = third.start(move || {
            let _token = attach();
            inside.send(()).unwrap();
            ended.recv().unwrap_err();
        });
        is_inside.recv().unwrap();
        let mut cx = attach();
        let popped = Arc::clone(&list);
        other.run(move || drop(popped.pop()));
        other.end();
        cx.checkpoint();
        assert_eq!(drops.get(), 0, "the third thread may have borrowed it");
        drop(end);
        left.recv().unwrap();
        cx.checkpoint();
        assert_eq!(drops.get(), 1, "nobody else knows of it any more");
    });
}

#[test]
fn a_checkpoint_destroys_what_a_detached_thread_had_to_leave() {
    isolated(|| {
        let drops = Drops::new();
        let (list, other) = shared_list(&drops);
        let mut cx = attach();
        let (inside, is_inside) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let kept = Arc::clone(&list);
        let away = other.start(move || {
            drop(list.pop());
            attach().detach(|| {
                inside.send(()).unwrap();
                ended.recv().unwrap_err();
            });
        });
        is_inside.recv().unwrap();
        assert_eq!(drops.get(), 0, "this thread may have borrowed it");
        cx.checkpoint();
        assert_eq!(drops.get(), 1, "the other may stay away for ever");
        drop((end, cx));
        away.recv().unwrap();
        other.end();
        drop(kept);
    });
}

#[test]
fn a_nested_detach_destroys_what_needs_no_grace_period() {
    isolated(|| {
        let drops = Drops::new();
        let object = Brc::new(drops.probe());
        let _outer = attach();
        let mut cx = attach();
        thread::spawn(move || drop(object)).join().unwrap();
        assert_eq!(drops.get(), 0);
        cx.detach(|| assert_eq!(drops.get(), 1));
    });
}

/// A destructor that makes an object, while there is mail, does not put off the rest of the pile.
#[test]
fn destructors_that_make_objects_do_not_end_a_run() {
    isolated(|| {
        let drops = Drops::new();
        let (other, helper) = (Remote::new(), Arc::new(Remote::new()));
        let (probes, sender) = (drops.clone(), Arc::clone(&helper));
        let objects: Vec<_> = (0..200)
            .map(|_| {
                let (probe, sender) = (probes.probe(), Arc::clone(&sender));
                Brc::new(OnDrop::new(move || {
                    let second = Brc::new(0);
                    sender.run(move || drop(second));
                    drop(Brc::new(1));
                    drop(probe);
                }))
            })
            .collect();
        other.run(move || drop(objects));
        collect();
        assert_eq!(drops.get(), 200);
        drop((sender, helper, other));
    });
}

#[test]
fn passes_can_be_put_off() {
    isolated(|| {
        let _with = With::bounds(
            Bounds::new().retired(10, usize::MAX).late_checkpoints(3).barrier_pause(Duration::ZERO),
        );
        let drops = Drops::new();
        let list: List<Brc<Probe>> = List::new();
        (0..20).for_each(|_| list.push(drops.probe()));
        let list = Brc::new(list);
        let other = Remote::new();
        other.run(|| drop(attach()));
        let mut cx = attach();
        let before = stats().passes;
        list.pop();
        (0..3).for_each(|_| cx.checkpoint());
        assert_eq!((drops.get(), stats().passes), (0, before));
        cx.checkpoint();
        assert_eq!((drops.get(), stats().passes), (1, before + 1), "late enough");
        (0..10).for_each(|_| _ = list.pop());
        cx.checkpoint();
        assert_eq!(drops.get(), 11, "more than may be late");
        list.pop();
        cx.detach(|| assert_eq!(drops.get(), 12, "a thread that goes away leaves nothing"));
        list.pop();
        drop(cx);
        collect();
        assert_eq!(drops.get(), 13);
    });
}

/// With a pause that does not end, a thread makes a barrier for sixteen bounds of what it has retired, or when it is asked to, and no other.
#[test]
fn barriers_are_rare() {
    isolated_with_pauses(|| {
        let pause = Duration::from_secs(3600);
        let _with = With::bounds(Bounds::new().retired(10, usize::MAX).barrier_pause(pause));
        let drops = Drops::new();
        let list: List<Brc<Probe>> = List::new();
        (0..500).for_each(|_| list.push(drops.probe()));
        let other = Remote::new();
        other.run(|| drop(attach()));
        let mut cx = attach();
        // The first after the start, or after whatever another test has done.
        list.pop();
        cx.checkpoint();
        let made = stats().passes;
        (0..20).for_each(|_| {
            list.pop();
            cx.checkpoint();
        });
        assert_eq!(stats().passes, made, "a checkpoint waits for the pause");
        drop(cx);
        (0..400).for_each(|_| drop(list.pop()));
        let made = stats().passes - made;
        assert!((2..=4).contains(&made), "{made} barriers");
        assert!(drops.get() > 300, "{}", drops.get());
        collect();
        assert_eq!(drops.get(), 421, "who asks does not wait");
        other.run(|| ());
    });
}

/// One thread's barrier serves another's garbage.
#[test]
fn barriers_are_shared() {
    isolated_with_pauses(|| {
        let pause = Duration::from_secs(3600);
        let _with = With::bounds(Bounds::new().barrier_pause(pause));
        let (mine, theirs) = (Drops::new(), Drops::new());
        let fill = |drops: &Drops| {
            let list: List<Brc<Probe>> = List::new();
            (0..20).for_each(|_| list.push(drops.probe()));
            Brc::new(list)
        };
        let (list, other_list) = (fill(&mine), fill(&theirs));
        let other = Remote::new();
        other.run(|| drop(attach()));
        let mut cx = attach();
        list.pop();
        cx.checkpoint();
        let (before, made) = (mine.get(), stats().passes);
        list.pop();
        (0..10).for_each(|_| cx.checkpoint());
        assert_eq!((mine.get(), stats().passes), (before, made));
        other.run(move || {
            other_list.pop();
            collect();
        });
        cx.checkpoint();
        assert_eq!((mine.get(), stats().passes), (before + 1, made + 1), "no barrier of its own");
    });
}

#[test]
fn a_bound_of_nothing_is_refused() {
    // No other test sets bounds meanwhile.
    isolated_with_pauses(|| {
        let before = bounds();
        for (wrong, name) in [
            (Bounds::new().retired(0, 1), "retired_objects"),
            (Bounds::new().retired(1, 0), "retired_bytes"),
            (Bounds::new().ready(0, 1), "ready_objects"),
            (Bounds::new().ready(1, 0), "ready_bytes"),
        ] {
            let error = set_bounds(wrong).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
            assert_eq!(bounds(), before);
        }
    });
}
