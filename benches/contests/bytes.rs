//! What collections take of memory. Ours live in a heap of their own and the peers in the global allocator, both mimalloc's: a walk over
//! all heaps of the process counts the blocks in use, whoever asked for them, at the size that they have.

use std::ffi::c_void;
use std::sync::Arc;

use dashmap::DashMap;
use freethreaded::{Brc, List, Set};
use hashbrown::HashSet;
use indexmap::IndexSet;
use libmimalloc_sys as mi;
use parking_lot::Mutex;
use rustc_hash::FxBuildHasher;

use crate::collection::{Collection, Key, with_entries};
use crate::dicts::{Hash, Index, Ours};
use crate::run::{Cost, Goal, Issue};

/// Entries of the collections that are measured.
pub const SIZES: &[u64] = &[4, 8, 1000, 1_000_000];

/// What one kind of collection takes.
pub struct Footprint {
    /// What it is compared with others of: `map`, `set` or `list`.
    pub group: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Bytes of one collection, itself and its objects included, by its entries.
    pub bytes: Vec<(u64, f64)>,
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

/// Makes footprints of collections of these sizes.
struct Ruler<'a>(&'a [u64]);

impl Ruler<'_> {
    fn measure<T>(&self, group: &'static str, name: &'static str, make: impl Fn(u64) -> T) -> Footprint {
        let bytes = self.0.iter().map(|entries| (*entries, bytes_of(*entries, || make(*entries))));
        Footprint { group, name, bytes: bytes.collect() }
    }

    fn map<C: Collection<Key = u64>>(&self, name: &'static str) -> Footprint {
        self.measure("map", name, |entries| with_entries::<C>(0..entries, u64::nth))
    }

    fn list<C: Collection<Key = u64>>(&self, name: &'static str) -> Footprint {
        self.measure("list", name, |entries| with_entries::<C>(0..entries, |n| n))
    }

    fn set<T: Default>(&self, name: &'static str, add: fn(&T, u64)) -> Footprint {
        self.measure("set", name, |entries| {
            let set = T::default();
            (0..entries).for_each(|n| add(&set, u64::nth(n)));
            set
        })
    }
}

/// Whether blocks can be counted: only where the global allocator is [`Mimalloc`](crate::mimalloc::Mimalloc).
fn is_counted() -> bool {
    let before = in_use();
    let block = std::hint::black_box(Box::new([0_u8; 4096]));
    let after = in_use();
    drop(block);
    after >= before + 4096
}

/// Measures collections of these sizes. No other thread may run; empty if the program's global allocator is not
/// [`Mimalloc`](crate::mimalloc::Mimalloc).
pub fn measure(sizes: &[u64]) -> Vec<Footprint> {
    if !is_counted() {
        return Vec::new();
    }
    let ruler = Ruler(sizes);
    vec![
        ruler.map::<Ours<u64>>("Dict of Brc"),
        ruler.map::<Mutex<Index<u64, Arc<u64>>>>("Mutex<IndexMap> of Arc"),
        ruler.map::<Mutex<Hash<u64, Arc<u64>>>>("Mutex<HashMap> of Arc"),
        ruler.map::<DashMap<u64, Arc<u64>, FxBuildHasher>>("DashMap of Arc"),
        ruler.map::<papaya::HashMap<u64, Arc<u64>, FxBuildHasher>>("papaya of Arc"),
        ruler.map::<flurry::HashMap<u64, Arc<u64>, FxBuildHasher>>("flurry of Arc"),
        ruler.map::<scc::HashMap<u64, Arc<u64>, FxBuildHasher>>("scc::HashMap of Arc"),
        ruler.map::<scc::HashIndex<u64, Arc<u64>, FxBuildHasher>>("scc::HashIndex of Arc"),
        ruler.set::<Set<u64, FxBuildHasher>>("Set", |set, n| _ = set.insert(n)),
        ruler
            .set::<Mutex<IndexSet<u64, FxBuildHasher>>>("Mutex<IndexSet>", |set, n| _ = set.lock().insert(n)),
        ruler.set::<Mutex<HashSet<u64, FxBuildHasher>>>("Mutex<HashSet>", |set, n| _ = set.lock().insert(n)),
        ruler.list::<List<Brc<u64>>>("List of Brc"),
        ruler.list::<Mutex<Vec<Arc<u64>>>>("Mutex<Vec> of Arc"),
        ruler.list::<boxcar::Vec<Arc<u64>>>("boxcar of Arc"),
    ]
}
