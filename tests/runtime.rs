//! Attach, checkpoint, detach, collect and the statistics, as a program sees them.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;

use common::{Drops, Probe, Remote, child, isolated, on_thread};
use freethreaded::runtime::{bounds, on_this_thread, stats};
use freethreaded::{Attached, Brc, Dict, List, attach, attach_with, collect};

fn depth() -> u64 {
    on_this_thread().depth
}

/// A list that another thread knows too, so that what it gives up waits for a grace period.
fn shared_list(drops: &Drops, len: usize) -> Brc<List<Brc<Probe>>> {
    let list: List<Brc<Probe>> = List::new();
    (0..len).for_each(|_| list.push(drops.probe()));
    Brc::new(list)
}

#[test]
fn tokens_nest_and_drop_in_any_order() {
    isolated(|| {
        assert!(!on_this_thread().attached && on_this_thread().id.is_none());
        let a = attach();
        let b = attach();
        assert_eq!(depth(), 2);
        drop(a);
        assert!(on_this_thread().attached);
        let c = attach();
        drop(b);
        assert_eq!(depth(), 1);
        assert!(format!("{c:?}").contains("depth: 1"));
        attach_with(|cx| {
            assert_eq!(depth(), 2);
            *cx = attach();
            assert_eq!(depth(), 2);
        });
        drop(c);
        assert_eq!(depth(), 0);
        assert!(catch_unwind(|| attach_with(|_| panic!("out"))).is_err());
        assert_eq!(depth(), 0);
        assert!(on_this_thread().id.is_some());
    });
}

#[test]
fn only_the_outermost_token_renews() {
    isolated(|| {
        let drops = Drops::new();
        let list = shared_list(&drops, 3);
        let mut outer = attach();
        list.pop();
        let mut inner = attach();
        inner.checkpoint();
        assert_eq!(drops.get(), 0, "the outer token may have borrowed it");
        drop(outer);
        inner.checkpoint();
        assert_eq!(drops.get(), 1, "now it is the outermost");
        outer = attach();
        list.pop();
        outer.checkpoint();
        assert_eq!(drops.get(), 1);
        drop(inner);
        outer.checkpoint();
        assert_eq!(drops.get(), 2);
        drop(outer);
    });
}

#[test]
fn what_was_borrowed_stays_until_the_checkpoint() {
    isolated(|| {
        let dict: Dict<u32, Brc<String>> = Dict::new();
        dict.insert(1, "one".to_string());
        let mut cx = attach();
        let one = dict.get_ref(&1, &cx).unwrap();
        dict.remove(&1);
        dict.clear();
        collect();
        assert_eq!(one, "one");
        assert!(stats().pending() > 0);
        cx.checkpoint();
        assert_eq!(on_this_thread().pending, 0);
    });
}

#[test]
fn alone_and_without_a_token_nothing_waits() {
    isolated(|| {
        let drops = Drops::new();
        let list = shared_list(&drops, 2);
        drop(list.pop());
        assert_eq!(drops.get(), 1, "in the call that removed it");
        let other = Remote::new();
        other.run(|| drop(attach()));
        drop(list.pop());
        assert_eq!((drops.get(), on_this_thread().pending), (1, 1), "another thread is known");
        other.end();
        collect();
        assert_eq!(drops.get(), 2);
    });
}

#[test]
fn a_reader_elsewhere_holds_garbage_back() {
    isolated(|| {
        let drops = Drops::new();
        let list = shared_list(&drops, 1);
        let reader = Remote::new();
        let (read, copy) = (mpsc::channel::<()>(), list.clone());
        let reading = reader.start(move || {
            let mut cx = attach();
            let _borrowed = copy.get_ref(0, &cx).unwrap();
            read.1.recv().unwrap();
            let renewed = stats().epoch;
            cx.checkpoint();
            read.1.recv().unwrap();
            renewed
        });
        common::wait_until("the reader", || stats().oldest_epoch.is_some());
        drop(list.pop());
        collect();
        assert_eq!(drops.get(), 0);
        read.0.send(()).unwrap();
        common::wait_until("its checkpoint", || {
            collect();
            drops.get() == 1
        });
        read.0.send(()).unwrap();
        assert!(reading.recv().unwrap() > 0);
    });
}

#[test]
fn a_thread_that_is_away_holds_nothing_back() {
    isolated(|| {
        let drops = Drops::new();
        let list = shared_list(&drops, 1);
        let away = Remote::new();
        let (gone, back) = (mpsc::channel::<()>(), mpsc::channel::<()>());
        let (gone_tx, back_rx) = (gone.0, back.1);
        let done = away.start(move || {
            attach().detach(|| {
                assert!(!on_this_thread().attached && on_this_thread().id.is_none());
                gone_tx.send(()).unwrap();
                back_rx.recv().unwrap();
            });
        });
        gone.1.recv().unwrap();
        drop(list.pop());
        collect();
        assert_eq!(drops.get(), 1);
        back.0.send(()).unwrap();
        done.recv().unwrap();
    });
}

#[test]
fn a_detach_inside_another_token_protects_that_token() {
    isolated(|| {
        let drops = Drops::new();
        let list = shared_list(&drops, 2);
        let outer = attach();
        let mut inner = attach();
        let borrowed = list.get_ref(1, &outer).unwrap();
        inner.detach(|| {
            assert!(on_this_thread().attached, "the outer token is");
            assert_eq!(on_this_thread().id, None);
            list.pop();
            collect();
            let mut third = attach();
            third.checkpoint();
            third.detach(|| assert_eq!(depth(), 3));
            assert_eq!(on_this_thread().id, None, "still away");
        });
        assert_eq!(drops.get(), 0);
        assert!(on_this_thread().id.is_some());
        let _: &Probe = borrowed;
    });
}

#[test]
fn detach_nests_returns_tokens_and_unwinds() {
    isolated(|| {
        let mut cx = attach();
        let id = on_this_thread().id;
        let token: Attached<'_> = cx.detach(|| {
            attach_with(|cx| {
                assert_eq!((depth(), on_this_thread().id), (1, None));
                cx.detach(|| assert_eq!(depth(), 0));
                cx.checkpoint();
            });
            attach()
        });
        assert_eq!((depth(), on_this_thread().id), (2, id));
        drop(token);
        let result = catch_unwind(AssertUnwindSafe(|| {
            cx.detach(|| {
                let _inside = attach();
                panic!("inside and out");
            })
        }));
        assert!(result.is_err());
        assert_eq!((depth(), on_this_thread().id), (1, id));
        assert_eq!(cx.detach(|| 7), 7);
        let kept = attach();
        let mut cx = cx;
        cx.detach(move || drop(kept));
        assert_eq!(depth(), 1);
    });
}

#[test]
fn bounds_make_a_pass_without_being_asked() {
    isolated(|| {
        let drops = Drops::new();
        let bound = bounds().retired_objects;
        let list = shared_list(&drops, 12 * bound);
        let other = Remote::new();
        other.run(|| drop(attach()));
        while list.pop().is_some() {
            assert!(on_this_thread().pending <= bound);
        }
        assert!(drops.get() >= 11 * bound);
        let passes = stats().passes;
        assert!(passes >= 10);

        // One big block is as good as many small things.
        let big: List<Brc<[u8; 70_000]>> = List::new();
        big.push(Brc::new([0; 70_000]));
        drop(big.pop());
        assert_eq!(on_this_thread().pending_bytes, 0);
    });
}

#[test]
fn statistics_add_up() {
    isolated(|| {
        let drops = Drops::new();
        let list = shared_list(&drops, 10);
        let before = stats();
        let token = attach();
        while list.pop().is_some() {}
        let now = stats();
        assert_eq!((now.retired - before.retired, now.pending()), (10, 10));
        assert!(now.pending_bytes() >= 10 * size_of::<Probe>() as u64);
        assert_eq!(on_this_thread().pending as u64, now.pending());
        assert_eq!(now.oldest_epoch, Some(now.epoch));
        collect();
        assert_eq!(stats().pending(), 10, "the pass went round in vain");
        drop(token);
        collect();
        let after = stats();
        assert_eq!((after.pending(), after.pending_bytes(), after.oldest_epoch), (0, 0, None));
        assert_eq!(after.reclaimed - before.reclaimed, 10);
        assert!(after.epoch > before.epoch && after.passes > before.passes);
        assert_eq!(after.live.is_some(), cfg!(debug_assertions));
    });
}

#[test]
fn a_destructor_that_leaks_a_token_keeps_the_thread_inside() {
    child("a_destructor_that_leaks_a_token_keeps_the_thread_inside", &[], || {
        let owner = Remote::new();
        for point in [|| drop(attach()), || attach().detach(|| ()), collect, || attach().checkpoint()] {
            let object = owner.run(|| Brc::new(common::OnDrop::new(|| std::mem::forget(attach()))));
            drop(object);
            owner.run(move || {
                let before = depth();
                point();
                if before == 0 {
                    assert_eq!(depth(), 1, "the leaked one");
                }
                drop(attach());
                assert!(on_this_thread().attached && on_this_thread().id.is_some());
            });
        }
        owner.end();
        on_thread(collect);
    });
}

#[test]
fn fences_in_place_of_membarrier() {
    child("fences_in_place_of_membarrier", &[("FREETHREADED_BARRIER", "fence")], || {
        isolated(|| {
            assert!(!stats().asymmetric_barriers || cfg!(not(target_os = "linux")));
            let drops = Drops::new();
            let list = shared_list(&drops, 500);
            let readers: Vec<_> = (0..2)
                .map(|_| {
                    let list = list.clone();
                    thread::spawn(move || {
                        let mut cx = attach();
                        while !list.is_empty() {
                            for probe in list.iter(&cx) {
                                std::hint::black_box(probe);
                            }
                            cx.checkpoint();
                        }
                    })
                })
                .collect();
            while list.pop().is_some() {}
            readers.into_iter().for_each(|t| t.join().unwrap());
            collect();
            assert_eq!(drops.get(), 500);
        });
    });
}

#[test]
fn many_threads_at_once() {
    isolated(|| {
        let barrier = std::sync::Arc::new(std::sync::Barrier::new(100));
        let threads: Vec<_> = (0..100)
            .map(|n| {
                let barrier = barrier.clone();
                thread::spawn(move || {
                    let _cx = attach();
                    let object = Brc::new(n);
                    barrier.wait();
                    assert!(stats().threads >= 100 && *object == n);
                    barrier.wait();
                    on_this_thread().id.unwrap()
                })
            })
            .collect();
        let mut ids: Vec<_> = threads.into_iter().map(|t| format!("{:?}", t.join().unwrap())).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 100);
    });
}
