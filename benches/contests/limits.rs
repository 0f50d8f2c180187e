//! What the machine itself costs, measured in the same run: no operation can be cheaper than what it is made of.

use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::Instant;

/// A limit of the machine.
pub struct Limit {
    /// What was measured.
    pub what: &'static str,
    /// Nanoseconds of one.
    pub ns: f64,
}

const OPERATIONS: u64 = 20_000;
const ROUNDS: usize = 31;

thread_local! {
    static LOCAL: Cell<u64> = const { Cell::new(1) };
}

/// The median of short runs of `f`, which does `OPERATIONS` of something.
fn median(f: &dyn Fn()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            f();
            began.elapsed().as_nanos() as f64 / OPERATIONS as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}

/// Measures the limits, on the calling thread.
pub fn measure() -> Vec<Limit> {
    let word = AtomicU64::new(0);
    let limit = |what, f: &dyn Fn()| Limit { what, ns: median(f) };
    vec![
        limit("dependent or and multiply (four cycles)", &|| {
            // Each depends on the one before in a way that has no shorter form.
            black_box((0..OPERATIONS).fold(1u64, |product, _| product.wrapping_mul(product | 3)));
        }),
        limit("increment of one word in memory", &|| {
            for _ in 0..OPERATIONS {
                let word = black_box(&word);
                word.store(word.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
            }
        }),
        limit("read of a thread-local", &|| {
            for _ in 0..OPERATIONS {
                black_box(LOCAL.with(|cell| black_box(cell).get()));
            }
        }),
        limit("locked addition", &|| {
            for _ in 0..OPERATIONS {
                black_box(&word).fetch_add(1, Ordering::Relaxed);
            }
        }),
        limit("load and locked compare-and-swap", &|| {
            for _ in 0..OPERATIONS {
                let word = black_box(&word);
                let seen = word.load(Ordering::Relaxed);
                let _ = word.compare_exchange(seen, seen + 1, Ordering::Relaxed, Ordering::Relaxed);
            }
        }),
        limit("full fence", &|| {
            for _ in 0..OPERATIONS {
                // Two fences with nothing between them are one.
                black_box(&word).store(1, Ordering::Relaxed);
                fence(Ordering::SeqCst);
            }
        }),
        limit("reading the clock", &|| {
            for _ in 0..OPERATIONS {
                black_box(Instant::now());
            }
        }),
    ]
}
