//! What is each thread's own keeps to lines of its own; and objects that become wide by themselves.

use std::hint::black_box;
use std::sync::mpsc;
use std::thread;

use freethreaded::Brc;
use freethreaded::refcount::set_adaptive;

use crate::common::{child, isolated};
use crate::counts::{clone_and_drop, merged, pairs_on};
use crate::lines::{Figures, LINE, PAIR};
use crate::window::window_of;
use crate::{Claim, per};

/// Every cell of every thread at once, of threads whose cells were allocated side by side.
///
/// Fails if `Cells` is not aligned to a pair of lines: the last cells of one thread are then on the line of the next thread's mark.
#[test]
fn no_cell_is_on_a_line_of_another_threads() {
    // In a process of its own: cells stay with their records, and here all are made anew.
    child("layout::no_cell_is_on_a_line_of_another_threads", &[], || isolated(every_cell_of_every_thread));
}

fn every_cell_of_every_thread() {
    set_adaptive(false);
    let objects: Vec<Brc<u64>> = (0..1000).map(|_| merged()).collect();
    objects.iter().for_each(|object| _ = Brc::share_widely(object));
    let wide: Vec<_> = objects.into_iter().filter(Brc::is_shared_widely).collect();
    assert_eq!(wide.len(), 128, "every place of the table is taken");
    // A thread's first step makes its cells: in its first operation, and so behind those of the thread before.
    let pairs = |(): &mut ()| wide.iter().for_each(|object| drop(black_box(object.clone())));
    let window = window_of(3, 16, |_| (), pairs);
    for size in [LINE, PAIR] {
        let figures = Figures::of(&window, size);
        let all = (figures.shared_writes, figures.failed, figures.fetched, figures.heavy_barriers);
        assert_eq!(all, (0, 0, 0, 0), "{figures:?}");
    }
    set_adaptive(true);
}

/// Whether contention is met at all is up to the machine; only what follows is not.
#[test]
fn an_object_that_becomes_wide_by_itself() {
    const BURSTS: usize = 10;
    let (give, take) = mpsc::channel();
    isolated(move || {
        let object = merged();
        let before = Figures::of(&pairs_on(4, &object), LINE);
        // Not recorded: logs keep threads from meeting.
        let burst = || {
            thread::scope(|s| {
                for mut mine in [object.clone(), object.clone()] {
                    s.spawn(move || (0..50_000).for_each(|_| clone_and_drop(&mut mine)));
                }
            });
        };
        let bursts = (0..BURSTS).take_while(|_| !Brc::is_shared_widely(&object)).map(|_| burst()).count();
        let after = Brc::is_shared_widely(&object).then(|| pairs_on(4, &object));
        give.send((before, bursts, after)).unwrap();
    });
    let (before, bursts, after) = take.recv().unwrap();
    println!("merged: {} writes to shared lines per operation", per(before.shared_writes, &before));
    match after {
        Some(window) => {
            Claim::Watched.check("wide by itself", 4, &window);
            let after = Figures::of(&window, LINE);
            println!("wide by itself, after {bursts} bursts: {}", per(after.shared_writes, &after));
        }
        None => println!("no contention in {bursts} bursts on this machine"),
    }
}
