//! The instrument itself: it finds what is there, and only that.

use std::panic::catch_unwind;
use std::sync::atomic::Ordering;

use freethreaded::traffic::{AtomicUsize, Event, record};

use crate::lines::{Figures, LINE, PAIR};
use crate::window::{OPERATIONS, window};

const THREADS: usize = 4;
const ALL: u64 = (THREADS * OPERATIONS) as u64;

/// A word that each thread has for itself.
trait Word: Sync {
    fn word(&self) -> &AtomicUsize;
}

impl Word for AtomicUsize {
    fn word(&self) -> &AtomicUsize {
        self
    }
}

#[repr(align(64))]
struct OwnLine(AtomicUsize);

impl Word for OwnLine {
    fn word(&self) -> &AtomicUsize {
        &self.0
    }
}

#[repr(align(128))]
struct OwnPair(AtomicUsize);

impl Word for OwnPair {
    fn word(&self) -> &AtomicUsize {
        &self.0
    }
}

/// The first word of all is at the beginning of a pair.
#[repr(align(128))]
struct Aligned<W>([W; THREADS]);

/// Every thread stores to its own word. Returns the stores to shared lines, and to shared pairs of lines.
fn false_sharing<W: Word>(words: Aligned<W>) -> [u64; 2] {
    let window = window(THREADS, |n| n, |n| words.0[*n].word().store(1, Ordering::Relaxed));
    [LINE, PAIR].map(|size| {
        let figures = Figures::of(&window, size);
        assert_eq!(figures.fetched, figures.shared_writes, "{figures:?}");
        figures.shared_writes
    })
}

#[test]
fn false_sharing_is_found() {
    let word = || AtomicUsize::new(0);
    assert_eq!(false_sharing(Aligned(std::array::from_fn(|_| word()))), [ALL, ALL]);
    assert_eq!(false_sharing(Aligned(std::array::from_fn(|_| OwnLine(word())))), [0, ALL]);
    assert_eq!(false_sharing(Aligned(std::array::from_fn(|_| OwnPair(word())))), [0, 0]);
}

/// One thread writes a line that three read twice; all read another one.
#[test]
fn readers_of_what_another_writes() {
    let [written, read] = [0, 1].map(|n| OwnPair(AtomicUsize::new(n)));
    let operation = |n: &mut usize| {
        read.0.load(Ordering::Relaxed);
        match n {
            0 => written.0.store(1, Ordering::Relaxed),
            _ => (0..2).for_each(|_| _ = written.0.load(Ordering::Relaxed)),
        }
    };
    let figures = Figures::of(&window(THREADS, |n| n, operation), LINE);
    let (one, three) = (OPERATIONS as u64, 3 * OPERATIONS as u64);
    assert_eq!((figures.operations, figures.shared_writes, figures.fetched), (ALL, one, three));
    assert_eq!((figures.failed, figures.contended_lines, figures.heavy_barriers), (0, 1, 0));
}

/// A compare-and-swap that fails takes the line as well.
#[test]
fn a_failed_exchange_takes_the_line() {
    let word = AtomicUsize::new(0);
    let operation = |n: &mut usize| match n {
        0 => assert!(word.compare_exchange(1, 2, Ordering::Relaxed, Ordering::Relaxed).is_err()),
        _ => assert_eq!(word.load(Ordering::Relaxed), 0),
    };
    let figures = Figures::of(&window(THREADS, |n| n, operation), LINE);
    assert_eq!((figures.shared_writes, figures.failed), (0, OPERATIONS as u64));
    assert_eq!(figures.fetched, 3 * OPERATIONS as u64);
}

/// Nothing is logged outside a window, nor of other threads.
#[test]
fn only_what_is_recorded() {
    let word = AtomicUsize::new(0);
    word.store(1, Ordering::Relaxed);
    let log = record(|| {
        std::thread::scope(|s| _ = s.spawn(|| word.store(2, Ordering::Relaxed)));
    });
    assert_eq!(log, []);
    let log = record(|| word.store(3, Ordering::Relaxed));
    assert_eq!(log, [Event::Store((&raw const word).addr())]);
}

/// A panic closes the log, and a log cannot be opened twice.
#[test]
fn panics_close_the_log() {
    static WORD: AtomicUsize = AtomicUsize::new(0);
    assert!(catch_unwind(|| record(|| panic!("on purpose"))).is_err());
    assert!(catch_unwind(|| record(|| _ = record(|| ()))).is_err());
    WORD.store(1, Ordering::Relaxed);
    assert_eq!(
        record(|| _ = WORD.swap(2, Ordering::Relaxed)),
        [Event::ReadModifyWrite((&raw const WORD).addr())]
    );
}
