//! What collections take of memory. Ours live in a heap of their own and the peers in the global allocator, both mimalloc's: a walk over
//! all heaps of the process counts the blocks in use, whoever asked for them, at the size that they have.

use std::ffi::c_void;
use std::sync::Arc;

use dashmap::DashMap;
use freethreaded::{Brc, List, Set};
use indexmap::IndexSet;
use libmimalloc_sys as mi;
use parking_lot::Mutex;
use rustc_hash::FxBuildHasher;

use crate::collection::{Collection, Key, with_entries};
use crate::dicts::{Hash, Index, Ours};
use crate::run::{Cost, Goal, Issue};

/// Entries of the collections that are measured.
pub const SIZES: [u64; 4] = [4, 8, 1000, 1_000_000];

/// What one kind of collection takes.
pub struct Footprint {
    /// What it is compared with others of: `map`, `set` or `list`.
    pub group: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Bytes of one collection, itself and its objects included, for each of [`SIZES`].
    pub bytes: [f64; SIZES.len()],
}

/// What ours must reach at so many entries: [`Cost::Peer`] of one thread.
pub fn goals() -> [(&'static str, u64, Goal); 1] {
    [("map", 4, Issue::Containers.goal(Cost::Peer("Mutex<IndexMap> of Arc", 1), 1.0))]
}

/// `mi_subproc_id_t`: a pointer that is passed by value.
#[repr(C)]
#[derive(Clone, Copy)]
struct Subprocess(*mut c_void);

// In the library that libmimalloc-sys builds, but not declared by it.
unsafe extern "C" {
    fn mi_subproc_main() -> Subprocess;
    fn mi_subproc_visit_heaps(
        subprocess: Subprocess,
        visitor: unsafe extern "C" fn(*mut mi::mi_heap_t, *mut c_void) -> bool,
        sum: *mut c_void,
    ) -> bool;
}

unsafe extern "C" fn add_heap(heap: *mut mi::mi_heap_t, sum: *mut c_void) -> bool {
    // SAFETY: the heap is the one that the walk has come to.
    unsafe { mi::mi_heap_visit_blocks(heap, false, Some(add_area), sum) }
}

unsafe extern "C" fn add_area(
    _heap: *const mi::mi_heap_t,
    area: *const mi::mi_heap_area_t,
    _block: *mut c_void,
    _block_size: usize,
    sum: *mut c_void,
) -> bool {
    // SAFETY: mimalloc passes an area that lives for the call, and `sum` is what `in_use` gave to the walk.
    unsafe {
        // Despite its description, `used` is a number of blocks.
        *sum.cast::<usize>() += (*area).used * (*area).full_block_size;
    }
    true
}

/// Bytes of all blocks in use, with what size classes round up. Exact while no other thread allocates.
fn in_use() -> usize {
    let mut sum = 0usize;
    // SAFETY: the visitors write to `sum` only, which outlives the walk.
    unsafe { mi_subproc_visit_heaps(mi_subproc_main(), add_heap, (&raw mut sum).cast()) };
    sum
}

/// Lets everybody free what they have delayed.
fn settle() {
    for _ in 0..4 {
        freethreaded::collect();
        for _ in 0..1000 {
            drop(sdd::Guard::new());
        }
    }
}

fn bytes_of<T>(entries: u64, make: impl Fn() -> T) -> f64 {
    let copies = (100_000 / entries).clamp(1, 10_000) as usize;
    // What is made once for all collections, by the first of them, belongs to none.
    drop(make());
    let mut all = Vec::with_capacity(copies);
    settle();
    let before = in_use();
    all.extend((0..copies).map(|_| make()));
    settle();
    let after = in_use();
    drop(all);
    settle();
    size_of::<T>() as f64 + (after as f64 - before as f64) / copies as f64
}

fn collection<C: Collection>(group: &'static str, name: &'static str, key: fn(u64) -> C::Key) -> Footprint {
    Footprint {
        group,
        name,
        bytes: SIZES.map(|entries| bytes_of(entries, || with_entries::<C>(0..entries, key))),
    }
}

fn set<T>(name: &'static str, make: fn() -> T, add: fn(&T, u64)) -> Footprint {
    let full = |entries| {
        let set = make();
        (0..entries).for_each(|n| add(&set, u64::nth(n)));
        set
    };
    Footprint { group: "set", name, bytes: SIZES.map(|entries| bytes_of(entries, || full(entries))) }
}

/// Whether blocks can be counted: only where the global allocator is [`Mimalloc`](crate::mimalloc::Mimalloc).
fn is_counted() -> bool {
    let before = in_use();
    let block = std::hint::black_box(Box::new([0_u8; 4096]));
    let after = in_use();
    drop(block);
    after >= before + 4096
}

/// Measures all. No other thread may run; empty if the program's global allocator is not [`Mimalloc`](crate::mimalloc::Mimalloc).
pub fn measure() -> Vec<Footprint> {
    if !is_counted() {
        return Vec::new();
    }
    let key = <u64 as Key>::nth;
    vec![
        collection::<Ours<u64>>("map", "Dict of Brc", key),
        collection::<Mutex<Index<u64, Arc<u64>>>>("map", "Mutex<IndexMap> of Arc", key),
        collection::<Mutex<Hash<u64, Arc<u64>>>>("map", "Mutex<HashMap> of Arc", key),
        collection::<DashMap<u64, Arc<u64>, FxBuildHasher>>("map", "DashMap of Arc", key),
        collection::<papaya::HashMap<u64, Arc<u64>, FxBuildHasher>>("map", "papaya of Arc", key),
        collection::<flurry::HashMap<u64, Arc<u64>, FxBuildHasher>>("map", "flurry of Arc", key),
        collection::<scc::HashMap<u64, Arc<u64>, FxBuildHasher>>("map", "scc::HashMap of Arc", key),
        collection::<scc::HashIndex<u64, Arc<u64>, FxBuildHasher>>("map", "scc::HashIndex of Arc", key),
        set("Set", Set::<u64, FxBuildHasher>::default, |set, n| _ = set.insert(n)),
        set("Mutex<IndexSet>", Mutex::<IndexSet<u64, FxBuildHasher>>::default, |set, n| {
            _ = set.lock().insert(n)
        }),
        set("Mutex<HashSet>", Mutex::<hashbrown::HashSet<u64, FxBuildHasher>>::default, |set, n| {
            set.lock().insert(n);
        }),
        collection::<List<Brc<u64>>>("list", "List of Brc", |n| n),
        collection::<Mutex<Vec<Arc<u64>>>>("list", "Mutex<Vec> of Arc", |n| n),
        collection::<boxcar::Vec<Arc<u64>>>("list", "boxcar of Arc", |n| n),
    ]
}
