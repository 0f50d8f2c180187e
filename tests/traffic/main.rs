//! Counts the cache lines that travel: which accesses of an operation touch a line that another thread touches too.
//!
//! A time on two cores says little about sixteen. The addresses do: an operation that writes no line of another thread's, and reads none that
//! another thread writes, costs each core what it costs one alone, however many there are. So the shim logs every access (`--cfg count_traffic`), many
//! threads do the same operation on the same object, and their logs are laid side by side. Threads may take turns on few cores: only addresses count.
//!
//! ```text
//! cargo traffic -- --nocapture
//! ```
//!
//! Broken on purpose, each of these fails: `Cells` aligned to 64 bytes or to nothing; steps that are refused, so that wide objects are counted in
//! their word; a look-up that writes to the table; entering with a heavy barrier; an increment that takes the owner's word by a locked instruction;
//! watching at every look. Not seen: `Record` without its alignment, since what two neighbours touch here lies far enough apart.
//!
//! The command is `RUSTFLAGS="--cfg count_traffic" CARGO_TARGET_DIR=target/traffic cargo test -p freethreaded --test traffic`. Without that flag
//! there is nothing here; nor without the crate's own heap, since the global allocator may put objects of two threads on one line.
#![cfg(all(count_traffic, feature = "mimalloc"))]

#[path = "../common/mod.rs"]
mod common;
mod containers;
mod counts;
mod instrument;
mod layout;
mod lines;
mod packed;
mod window;

use std::fmt::Write;

use common::isolated;
use freethreaded::refcount::set_adaptive;
use lines::{Figures, LINE, PAIR};
use window::Window;

/// How many threads do the operation at once.
const THREADS: [usize; 4] = [2, 4, 8, 16];

/// An operation, and what is claimed of it.
struct Scene {
    name: &'static str,
    claim: Claim,
    /// Has so many threads do it.
    run: fn(usize) -> Window,
}

enum Claim {
    /// No access to an atomic or a lock at all.
    NoAccess,
    /// No line travels, and no thread is interrupted.
    Nothing,
    /// Each operation of each thread, exactly; compare-and-swaps that have to be tried again come on top.
    Each { writes: u64, lines: u64 },
    /// Now and then a thread looks whether the object is dead.
    Looks,
    /// Now and then a thread looks whether others count the object too.
    Watched,
}

impl Claim {
    /// Looks of a thread whose cell goes down by one in each of 1000 operations: at 15 low numbers, then at every 64th.
    const LOOKS: u64 = 15 + 1000_u64.div_ceil(64);
    /// Looks of a thread at the cells of the others in 1000 operations: one in 256 times 14 drops at most.
    const WATCHES: u64 = 1000_u64.div_ceil(256 * 14);

    fn check(&self, scene: &str, threads: usize, window: &Window) {
        let others = threads as u64 - 1;
        let context = |figures: &Figures| format!("{scene}, {threads} threads: {figures:?}");
        let mut operations = window.0.iter().flatten();
        let expected = matches!(self, Self::NoAccess);
        assert!(operations.all(|events| events.is_empty() == expected), "{scene}, {threads} threads");
        // Where nothing travels, pairs of lines do not either: the prefetcher takes the neighbour along.
        for size in [LINE, PAIR] {
            let it = Figures::of(window, size);
            match *self {
                Self::NoAccess | Self::Nothing => {
                    let all = (it.shared_writes, it.failed, it.fetched, it.heavy_barriers);
                    assert_eq!(all, (0, 0, 0, 0), "{}", context(&it));
                }
                Self::Each { writes, lines } => {
                    let all = (it.shared_writes, it.fetched, it.heavy_barriers);
                    assert_eq!(all, (writes * it.operations, lines * it.operations, 0), "{}", context(&it));
                }
                Self::Looks => {
                    // The table's lock is taken and given back; and the cell of each other thread is read, which then has to get it back.
                    let most = Self::LOOKS * (2 + others) * threads as u64;
                    assert!(it.shared_writes <= most, "{}", context(&it));
                    assert_eq!(it.heavy_barriers, 0, "{}", context(&it));
                }
                Self::Watched => {
                    let most = Self::WATCHES * others * threads as u64;
                    assert!(it.shared_writes.max(it.fetched) <= most, "{}", context(&it));
                    assert_eq!((it.failed, it.heavy_barriers), (0, 0), "{}", context(&it));
                }
            }
        }
    }
}

/// Runs a scene with so many threads, and checks what is claimed of it.
fn run(scene: &'static Scene, threads: usize) -> Figures {
    let (give, take) = std::sync::mpsc::channel();
    isolated(move || {
        set_adaptive(false);
        let window = (scene.run)(threads);
        set_adaptive(true);
        give.send(window).unwrap();
    });
    let window = take.recv().unwrap();
    scene.claim.check(scene.name, threads, &window);
    Figures::of(&window, LINE)
}

/// The table of BENCHMARKS.md, of which DESIGN.md has a part.
#[test]
fn what_travels() {
    let mut table = String::from("| operation |");
    THREADS.iter().for_each(|n| write!(table, " {n} threads |").unwrap());
    table += "\n|---|--:|--:|--:|--:|\n";
    for scene in counts::SCENES.iter().chain(containers::SCENES) {
        write!(table, "| {} |", scene.name).unwrap();
        for threads in THREADS {
            let figures = run(scene, threads);
            let [writes, fetched] = [figures.shared_writes, figures.fetched].map(|n| per(n, &figures));
            write!(table, " {writes} / {fetched} |").unwrap();
        }
        table += "\n";
    }
    println!("\nwrites to shared lines / lines fetched, per operation\n\n{table}");
}

/// What is not the same in every run.
#[test]
fn what_travels_now_and_then() {
    for scene in counts::VARYING {
        for threads in THREADS {
            let figures = run(scene, threads);
            let all = [figures.shared_writes, figures.fetched, figures.heavy_barriers];
            let [writes, fetched, barriers] = all.map(|n| per(n, &figures));
            println!("{}, {threads} threads: {writes} / {fetched}, {barriers} barriers", scene.name);
        }
    }
}

/// For one operation, with as many decimals as it takes, three at most.
fn per(n: u64, figures: &Figures) -> String {
    let text = format!("{:.3}", n as f64 / figures.operations as f64);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}
