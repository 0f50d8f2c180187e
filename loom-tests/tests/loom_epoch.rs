//! Models of delayed reclamation: `src/runtime/{retire,current,registry}.rs`, over barriers that give what `src/sync/barrier.rs`
//! promises and no more.
//!
//! A [`Cell`] is the smallest container: one pointer that readers load and removers swap. A reader that still reads what is being
//! destroyed fails the model twice over: by a race on the value, and by reading what a destroyed value holds.
#![cfg(loom)]

use std::ptr::NonNull;

use freethreaded::internals::{self, operation};
use freethreaded::{Brc, attach, collect};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use loom_tests::{Made, THREE, TWO, Value, model, spawn};

/// One pointer to a value, or none. Its accesses are as weak as the protocol allows: what makes a reader see an unlinking
/// must come from the protocol.
struct Cell(AtomicPtr<Value>);

impl Cell {
    fn new(made: &Made) -> Arc<Self> {
        Arc::new(Self(AtomicPtr::new(internals::allocate(made.value(1)).as_ptr())))
    }

    /// Reads the value, if it is still linked. The caller is inside.
    fn read(&self) {
        // SAFETY: what a thread loads inside is valid until it leaves, which is what the models check.
        if let Some(value) = unsafe { self.0.load(Ordering::Acquire).as_ref() } {
            assert_eq!(value.read(), 1);
        }
    }

    /// Unlinks the value and gives it up, the way a container does.
    fn remove(&self) {
        let operation = operation();
        if let Some(old) = NonNull::new(self.0.swap(std::ptr::null_mut(), Ordering::AcqRel)) {
            if operation.is_alone() {
                drop(operation);
                // SAFETY: unlinked by this thread, and nobody can have loaded it before.
                unsafe { internals::destroy(old) };
            } else {
                // SAFETY: unlinked by this thread.
                unsafe { operation.retire(old) };
            }
        }
    }

    /// As [`remove`](Self::remove), but does not ask whether anybody else is there.
    fn retire(&self) {
        let operation = operation();
        let old = self.0.swap(std::ptr::null_mut(), Ordering::AcqRel);
        // SAFETY: unlinked by this thread.
        unsafe { operation.retire(NonNull::new(old).expect("nobody else removes")) };
    }
}

impl Drop for Cell {
    fn drop(&mut self) {
        if let Some(value) = NonNull::new(self.0.with_mut(|value| *value)) {
            // SAFETY: nobody can reach the cell.
            unsafe { internals::destroy(value) };
        }
    }
}

/// A reader against a remover that makes a pass. Catches a missing barrier on either side, a pin that comes after the
/// load, a tag that is not the remover's own, and a word that is read without acquire or written without release.
#[test]
fn reader_against_remover() {
    model(TWO, |made| {
        drop(attach());
        let cell = Cell::new(made);
        let other = Arc::clone(&cell);
        let remover = spawn(move || {
            other.remove();
            collect();
        });
        let inside = attach();
        cell.read();
        drop(inside);
        remover.join().unwrap();
    });
}

/// The same where barriers are fences, and a thread that enters is asked to make one.
#[test]
fn reader_with_a_fence_against_remover() {
    model(TWO, |made| {
        internals::use_fences();
        drop(attach());
        let cell = Cell::new(made);
        let other = Arc::clone(&cell);
        let remover = spawn(move || {
            other.remove();
            collect();
        });
        let inside = attach();
        cell.read();
        drop(inside);
        remover.join().unwrap();
    });
}

/// As [`reader_against_remover`], for the guard of a single reading operation, which runs no destructors.
#[test]
fn pinned_reader_against_remover() {
    model(TWO, |made| {
        drop(attach());
        let cell = Cell::new(made);
        let other = Arc::clone(&cell);
        let remover = spawn(move || {
            other.remove();
            collect();
        });
        internals::pinned(|| cell.read());
        remover.join().unwrap();
    });
}

/// A reader that leaves and enters again. Catches a scanner that sees the second stay without ever having seen the end of the
/// first, and so the first's reads.
#[test]
fn reader_that_comes_back() {
    model(TWO, |made| {
        drop(attach());
        let cell = Cell::new(made);
        let other = Arc::clone(&cell);
        let remover = spawn(move || {
            other.remove();
            collect();
        });
        internals::pinned(|| cell.read());
        internals::pinned(|| cell.read());
        remover.join().unwrap();
    });
}

/// A reader that passes checkpoints instead of leaving.
#[test]
fn checkpoint_renews() {
    model(TWO, |made| {
        drop(attach());
        let cell = Cell::new(made);
        let other = Arc::clone(&cell);
        let remover = spawn(move || {
            other.remove();
            collect();
        });
        let mut inside = attach();
        cell.read();
        inside.checkpoint();
        cell.read();
        drop(inside);
        remover.join().unwrap();
    });
}

/// A nested token's checkpoint renews nothing: what the outer one has loaded stays valid.
#[test]
fn nested_checkpoint_does_not_renew() {
    model(TWO, |made| {
        drop(attach());
        let cell = Cell::new(made);
        let other = Arc::clone(&cell);
        let remover = spawn(move || {
            other.remove();
            collect();
        });
        let inside = attach();
        // SAFETY: loaded inside, used before leaving.
        let value = unsafe { cell.0.load(Ordering::Acquire).as_ref() };
        attach().checkpoint();
        attach().detach(|| ());
        if let Some(value) = value {
            assert_eq!(value.read(), 1);
        }
        drop(inside);
        remover.join().unwrap();
    });
}

/// A remover that retires and passes a checkpoint, and then reads what another remover retires: its pass moves its own epoch on,
/// so it must have seen every unlinking of that epoch.
#[test]
fn checkpoint_of_a_remover() {
    model(TWO, |made| {
        drop(attach());
        let (mine, theirs) = (Cell::new(made), Cell::new(made));
        let other = Arc::clone(&theirs);
        let remover = spawn(move || {
            let inside = attach();
            other.retire();
            collect();
            drop(inside);
        });
        let mut inside = attach();
        mine.retire();
        inside.checkpoint();
        theirs.read();
        drop(inside);
        remover.join().unwrap();
    });
}

/// A remover whose passes make no barriers, a thread that makes one, and a reader. Catches a batch that is freed without a barrier, or behind one that was
/// begun before its tag was made; and a barrier that is announced before it is made, or without release or acquire.
#[test]
fn barrier_of_another_thread() {
    model(1, |made| {
        internals::make_barriers_rare();
        let mut inside = attach();
        let (cell, another) = (Cell::new(made), Cell::new(made));
        let read = Arc::clone(&cell);
        // Each yields where the others are to go on, since a model of three threads has few preemptions.
        let reader = spawn(move || {
            // Known before anything is unlinked: to become known is a barrier.
            drop(attach());
            loom::thread::yield_now();
            internals::pinned(|| {
                // SAFETY: loaded inside.
                let value = unsafe { read.0.load(Ordering::Acquire).as_ref() };
                loom::thread::yield_now();
                assert!(value.is_none_or(|value| value.read() == 1));
            });
        });
        let third = spawn(move || {
            drop(attach());
            loom::thread::yield_now();
            another.retire();
            collect();
        });
        loom::thread::yield_now();
        cell.retire();
        inside.checkpoint();
        loom::thread::yield_now();
        inside.checkpoint();
        reader.join().unwrap();
        third.join().unwrap();
        drop(inside);
    });
}

/// A remover that goes on reading behind a checkpoint which has moved its epoch on and made no barrier.
#[test]
fn checkpoint_without_a_barrier() {
    model(TWO, |made| {
        internals::make_barriers_rare();
        drop(attach());
        let (mine, theirs) = (Cell::new(made), Cell::new(made));
        let other = Arc::clone(&theirs);
        let remover = spawn(move || {
            other.retire();
            collect();
        });
        let mut inside = attach();
        mine.retire();
        inside.checkpoint();
        theirs.read();
        drop(inside);
        remover.join().unwrap();
    });
}

/// Two removers, each of which also reads what the other removes.
#[test]
fn two_removers_that_read() {
    model(2, |made| {
        drop(attach());
        let (first, second) = (Cell::new(made), Cell::new(made));
        let (a, b) = (Arc::clone(&first), Arc::clone(&second));
        let remover = spawn(move || {
            let inside = attach();
            a.read();
            drop(inside);
            b.remove();
            collect();
        });
        first.remove();
        collect();
        internals::pinned(|| second.read());
        remover.join().unwrap();
    });
}

/// A reader that also removes, and passes a checkpoint: its pass moves its own epoch on, which ends its reading.
#[test]
fn checkpoint_of_a_reader_that_removes() {
    model(TWO, |made| {
        drop(attach());
        let (mine, theirs) = (Cell::new(made), Cell::new(made));
        let other = Arc::clone(&theirs);
        let remover = spawn(move || {
            other.retire();
            collect();
        });
        let mut inside = attach();
        theirs.read();
        mine.retire();
        inside.checkpoint();
        drop(inside);
        remover.join().unwrap();
    });
}

/// Two removers whose epochs interleave, and a reader of both. Catches a remover that takes an epoch for its own that another
/// made before the unlinking.
#[test]
fn two_removers_and_a_reader() {
    model(1, |made| {
        drop(attach());
        let (first, second) = (Cell::new(made), Cell::new(made));
        let removers = [&first, &second].map(|cell| {
            let cell = Arc::clone(cell);
            spawn(move || {
                cell.remove();
                collect();
            })
        });
        internals::pinned(|| {
            first.read();
            second.read();
        });
        for remover in removers {
            remover.join().unwrap();
        }
    });
}

/// A thread that retires and ends while another still reads: its garbage goes to whoever collects next.
#[test]
fn hand_over_at_exit() {
    model(TWO, |made| {
        drop(attach());
        let cell = Cell::new(made);
        let other = Arc::clone(&cell);
        let remover = spawn(move || other.remove());
        let inside = attach();
        cell.read();
        drop(inside);
        collect();
        remover.join().unwrap();
        collect();
        assert_eq!(made.destroyed(), 1, "the garbage of the finished thread was adopted");
    });
}

/// The same with a third thread that collects while the first reads.
#[test]
fn hand_over_to_a_third() {
    model(THREE, |made| {
        drop(attach());
        let cell = Cell::new(made);
        let other = Arc::clone(&cell);
        let remover = spawn(move || other.remove());
        let heir = spawn(|| {
            drop(attach());
            collect();
        });
        internals::pinned(|| cell.read());
        remover.join().unwrap();
        heir.join().unwrap();
    });
}

/// A thread that has found itself alone destroys at once, while another registers and reads. Catches a missing barrier
/// in the registration or in the test.
#[test]
fn registration_against_a_lone_remover() {
    model(TWO, |made| {
        drop(attach());
        let cell = Cell::new(made);
        let other = Arc::clone(&cell);
        let reader = spawn(move || {
            let inside = attach();
            other.read();
            drop(inside);
        });
        cell.remove();
        reader.join().unwrap();
    });
}

/// The other way round: a reader ends, and the remover finds itself alone.
#[test]
fn end_of_a_reader_against_a_lone_remover() {
    model(TWO, |made| {
        drop(attach());
        let cell = Cell::new(made);
        let other = Arc::clone(&cell);
        let reader = spawn(move || internals::pinned(|| other.read()));
        cell.remove();
        collect();
        reader.join().unwrap();
    });
}

/// A thread that becomes alone skips the grace period of what it has retired before.
#[test]
fn grace_is_skipped_by_a_lone_thread() {
    model(TWO, |made| {
        drop(attach());
        let cell = Cell::new(made);
        let other = Arc::clone(&cell);
        let reader = spawn(move || internals::pinned(|| other.read()));
        let inside = attach();
        cell.remove();
        drop(inside);
        reader.join().unwrap();
    });
}

/// A lone thread's own token is a reader: what it has loaded stays valid while the same thread removes it, and more than it takes
/// to make garbage due.
#[test]
fn own_token_is_a_reader() {
    model(TWO, |made| {
        let cells = [(); 4].map(|()| Cell::new(made));
        let mut inside = attach();
        let values = cells.each_ref().map(|cell| {
            // SAFETY: loaded inside, used before the checkpoint.
            unsafe { cell.0.load(Ordering::Acquire).as_ref() }.expect("still linked")
        });
        cells.iter().for_each(|cell| cell.remove());
        attach().checkpoint();
        attach().detach(|| ());
        assert!(values.iter().all(|value| value.read() == 1));
        assert_eq!(made.destroyed(), 0);
        inside.checkpoint();
        assert_eq!(made.destroyed(), 4);
    });
}

/// A thread whose own record is gone reads with a borrowed one, which it gives back at once.
#[test]
fn reader_with_a_borrowed_record() {
    model(2, |made| {
        drop(attach());
        let cell = Cell::new(made);
        let other = Arc::clone(&cell);
        let remover = spawn(move || {
            other.remove();
            collect();
        });
        internals::exit_thread();
        internals::pinned(|| cell.read());
        internals::pinned(|| cell.read());
        remover.join().unwrap();
    });
}

/// A thread whose own record is gone removes with a borrowed one: what it retires has no grace period behind it when the record
/// goes back, and a third thread collects.
#[test]
fn remover_with_a_borrowed_record() {
    model(THREE, |made| {
        drop(attach());
        let cell = Cell::new(made);
        let other = Arc::clone(&cell);
        let remover = spawn(move || {
            internals::exit_thread();
            other.remove();
        });
        let heir = spawn(|| {
            drop(attach());
            collect();
        });
        internals::pinned(|| cell.read());
        remover.join().unwrap();
        heir.join().unwrap();
    });
}

/// A reader goes into `detach` and comes back while a remover scans.
#[test]
fn detach_against_scanner() {
    model(TWO, |made| {
        drop(attach());
        let cell = Cell::new(made);
        let other = Arc::clone(&cell);
        let remover = spawn(move || {
            other.remove();
            collect();
        });
        let mut inside = attach();
        cell.read();
        inside.detach(|| ());
        cell.read();
        drop(inside);
        remover.join().unwrap();
    });
}

/// A reader takes a counted reference from a cell inside, and keeps it after it has left. The cell's own is dropped a grace period later.
#[test]
fn counted_reference_out_of_a_cell() {
    model(TWO, |made| {
        let brc = Brc::new(made.value(1));
        let cell = Arc::new(AtomicPtr::new(internals::allocate(brc).as_ptr()));
        let other = Arc::clone(&cell);
        let reader = spawn(move || {
            let inside = attach();
            // SAFETY: loaded inside.
            let counted = unsafe { other.load(Ordering::Acquire).as_ref() }.cloned();
            drop(inside);
            if let Some(counted) = counted {
                assert_eq!(counted.read(), 1);
            }
        });
        let operation = operation();
        let old = cell.swap(std::ptr::null_mut(), Ordering::AcqRel);
        // SAFETY: unlinked here.
        unsafe { operation.retire(NonNull::new(old).expect("nobody else removes")) };
        drop(operation);
        collect();
        reader.join().unwrap();
    });
}

/// The barriers themselves: of a store on each side and a load of the other's, one load sees the store.
#[test]
fn barriers_forbid_store_buffering() {
    model(TWO, |_| {
        let (x, y) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (a, b) = (Arc::clone(&x), Arc::clone(&y));
        let light = spawn(move || {
            a.store(1, Ordering::Relaxed);
            internals::light_barrier();
            b.load(Ordering::Relaxed)
        });
        y.store(1, Ordering::Relaxed);
        internals::heavy_barrier();
        let seen = x.load(Ordering::Relaxed);
        assert!(seen + light.join().unwrap() > 0);
    });
}

/// A thread that passes checkpoints while another leaves garbage behind, which waits for it, and ends: a checkpoint behind that end finds it, also if
/// one before was in the middle of the other's steps. Catches a hand-over to the orphans that does not move the epoch, or moves it without release or before the
/// hint is set.
#[test]
fn checkpoint_finds_the_garbage_of_a_finished_thread() {
    model(TWO, |made| {
        let mut inside = attach();
        let cell = Cell::new(made);
        let other = Arc::clone(&cell);
        let remover = spawn(move || other.retire());
        cell.read();
        inside.checkpoint();
        remover.join().unwrap();
        inside.checkpoint();
        assert_eq!(made.destroyed(), 1);
        drop(inside);
    });
}
