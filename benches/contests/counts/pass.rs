//! A producer and a consumer: one thread makes objects, another drops the last references to them.

use std::array;
use std::hint::{self, black_box};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::pointer::{OBJECT, Pointer};
use crate::run::{Control, Entrant};

/// Batches between the two threads, with 512 objects each.
const BATCHES: usize = 4;

/// Looks at a channel between two times that a waiting thread offers its core to others.
const LOOKS: usize = 256;

/// Batches on their way to the consumer, and emptied ones on their way back: the queue is bounded by how many there are, costs two
/// messages in 512 objects, and allocates nothing.
struct Belt<P> {
    full: Lane<P>,
    empty: Lane<P>,
}

struct Lane<P> {
    put: SyncSender<Vec<P>>,
    take: Mutex<Receiver<Vec<P>>>,
}

impl<P> Lane<P> {
    /// One place more than there are batches, for the sign that no more come.
    fn new() -> Self {
        let (put, take) = sync_channel(BATCHES + 1);
        Self { put, take: Mutex::new(take) }
    }

    fn put(&self, batch: Vec<P>) {
        self.put.try_send(batch).expect("there is a place for every batch");
    }
}

/// Waits without sleeping: to wake a thread costs as much as to pass a hundred objects, and would be what is measured.
fn take<P>(lane: &Receiver<Vec<P>>) -> Vec<P> {
    loop {
        for _ in 0..LOOKS {
            match lane.try_recv() {
                Ok(batch) => return batch,
                Err(TryRecvError::Empty) => hint::spin_loop(),
                Err(TryRecvError::Disconnected) => unreachable!("the belt has both ends"),
            }
        }
        thread::yield_now();
    }
}

impl<P: Pointer> Belt<P> {
    fn new() -> Self {
        let belt = Self { full: Lane::new(), empty: Lane::new() };
        for _ in 0..BATCHES {
            belt.empty.put(Vec::new());
        }
        belt
    }

    fn produce(&self, control: &mut Control) {
        let empty = self.empty.take.lock().unwrap_or_else(PoisonError::into_inner);
        control.start();
        while let Some(n) = control.next() {
            let mut batch = take(&empty);
            batch.extend((0..n).map(|_| P::new(black_box(OBJECT))));
            self.full.put(batch);
        }
        control.finish(|| {
            // The sign that no more come.
            self.full.put(Vec::new());
            // When all are back, everything is dropped.
            let back: [Vec<P>; BATCHES] = array::from_fn(|_| take(&empty));
            back.into_iter().for_each(|batch| self.empty.put(batch));
        });
    }

    /// Counts nothing: what one makes the other drops.
    fn consume(&self, control: &mut Control) {
        let full = self.full.take.lock().unwrap_or_else(PoisonError::into_inner);
        control.start();
        loop {
            let mut batch = take(&full);
            if batch.is_empty() {
                return;
            }
            for pointer in batch.drain(..) {
                drop(black_box(pointer));
            }
            self.empty.put(batch);
        }
    }
}

/// Thread 0 produces, thread 1 consumes.
pub(super) fn pass<P: Pointer + Send + Sync>(name: &'static str) -> Entrant {
    Entrant::shared(name, || {
        let belt = Belt::<P>::new();
        move |control: &mut Control, thread| match thread {
            0 => belt.produce(control),
            _ => belt.consume(control),
        }
    })
}
