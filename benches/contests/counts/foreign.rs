//! Objects of another thread, which lives on.

use std::hint::black_box;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::pointer::{OBJECT, Pointer};

/// An object that was made by a thread which lives on, and keeps a reference.
pub(super) struct Foreign<P> {
    pointer: P,
    /// The owner finishes when this is dropped, which comes after `pointer`.
    _keeper: Keeper,
}

struct Keeper {
    done: Option<mpsc::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// What an owner does while others use its object.
#[derive(Clone, Copy)]
enum Owner {
    /// It waits, and nothing else.
    Waits,
    /// It calls [`Pointer::look_after_own`] from time to time.
    LooksIn,
}

/// How often an owner looks in: rarely enough to take no time that shows, since it shares a core with those who measure.
const PERIOD: Duration = Duration::from_millis(1);

/// For how long an object is in use before it counts as in sustained use.
const SUSTAINED: Duration = Duration::from_millis(25);

impl Drop for Keeper {
    fn drop(&mut self) {
        self.done.take();
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the owner of a foreign object ends");
        }
    }
}

impl Owner {
    /// Until the other side of the channel is gone.
    fn live<P: Pointer>(self, wait: &mpsc::Receiver<()>) {
        match self {
            Self::Waits => {
                // Ends with an error, when the sender is dropped.
                let _ = wait.recv();
            }
            Self::LooksIn => {
                while wait.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                    P::look_after_own();
                }
            }
        }
    }
}

impl<P: Pointer + Send + Sync> Foreign<P> {
    /// Of an owner that waits.
    pub(super) fn new() -> Self {
        Self::of(Owner::Waits)
    }

    /// The pointer. By a method, since a closure that names a field takes that alone along, and the keeper would end with the rest.
    pub(super) fn pointer(&self) -> &P {
        &self.pointer
    }

    /// Cloned and dropped by this thread for a good while already, under the eyes of its owner.
    pub(super) fn in_sustained_use() -> Self {
        let foreign = Self::of(Owner::LooksIn);
        let began = Instant::now();
        while began.elapsed() < SUSTAINED {
            for _ in 0..512 {
                drop(black_box(black_box(&foreign.pointer).clone()));
            }
        }
        foreign
    }

    fn of(owner: Owner) -> Self {
        let (done, wait) = mpsc::channel::<()>();
        let (send, receive) = mpsc::channel();
        let thread = thread::spawn(move || {
            let mine = P::new(OBJECT);
            send.send(mine.clone()).expect("the other side waits for it");
            owner.live::<P>(&wait);
            drop(mine);
        });
        let pointer = receive.recv().expect("the owner sends one");
        Self { pointer, _keeper: Keeper { done: Some(done), thread: Some(thread) } }
    }
}
