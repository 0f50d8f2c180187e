//! The edges of the interface: constructors, statics, look-up types, other pointers.

use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use freethreaded::refcount::SharedPtr;
use freethreaded::{Brc, Dict, List, Set, attach};

use super::common::{Drops, Probe, isolated, isolated_with_leaks};

type Fixed = BuildHasherDefault<DefaultHasher>;

static NUMBERS: List<Brc<u32>> = List::new();
static NAMES: Dict<&str, Arc<u32>, Fixed> = Dict::with_hasher(Fixed::new());
static SEEN: Set<u32, Fixed> = Set::with_hasher(Fixed::new());

#[test]
fn containers_in_statics() {
    isolated_with_leaks(|| {
        NUMBERS.push(1);
        NAMES.insert("one", 1);
        assert!(SEEN.insert(1));
        std::thread::spawn(|| {
            NUMBERS.push(2);
            NAMES.insert("two", 2);
            assert!(!SEEN.insert(1));
        })
        .join()
        .unwrap();
        assert_eq!((format!("{NUMBERS:?}"), NUMBERS.len()), ("[1, 2]".to_string(), 2));
        assert_eq!(format!("{NAMES:?}"), r#"{"one": 1, "two": 2}"#);
        NUMBERS.clear();
        NAMES.clear();
        SEEN.clear();
    });
}

#[test]
fn capacity_is_kept() {
    isolated(|| {
        for n in [0, 1, 5, 6, 7, 100, 1000] {
            let dict: Dict<usize, Brc<usize>> = Dict::with_capacity(n);
            let set: Set<usize> = Set::with_capacity(n);
            let list: List<Brc<usize>> = List::with_capacity(n);
            let capacities = (dict.capacity(), set.capacity(), list.capacity());
            assert!(capacities.0 >= n && capacities.1 >= n && capacities.2 >= n);
            for i in 0..n {
                dict.insert(i, i);
                set.insert(i);
                list.push(i);
            }
            assert_eq!((dict.capacity(), set.capacity(), list.capacity()), capacities, "no rebuild");
        }
    });
}

#[test]
fn too_large_a_capacity_panics() {
    isolated(|| {
        assert!(catch_unwind(|| Dict::<u8, Brc<u8>>::with_capacity(usize::MAX)).is_err());
        assert!(catch_unwind(|| Set::<u8>::with_capacity(usize::MAX)).is_err());
        assert!(catch_unwind(|| List::<Brc<u8>>::with_capacity(usize::MAX)).is_err());
    });
}

#[test]
fn inserting_past_the_end_panics_and_drops_the_value() {
    isolated(|| {
        let drops = Drops::new();
        let probe = drops.probe();
        let list: List<Brc<Option<Probe>>> = List::from([None, None]);
        let panic = catch_unwind(AssertUnwindSafe(|| list.insert(3, Some(probe)))).unwrap_err();
        let message = panic.downcast_ref::<String>().unwrap();
        assert_eq!(message, "insertion index (is 3) should be <= len (is 2)");
        assert_eq!((drops.get(), list.len()), (1, 2));
        list.insert(2, None);
        assert_eq!(list.len(), 3);
    });
}

#[test]
fn arrays_and_iterators() {
    isolated(|| {
        let dict: Dict<String, Arc<u32>> =
            [("b".to_string(), 1), ("a".to_string(), 2), ("b".to_string(), 3)].into();
        assert_eq!(format!("{dict:?}"), r#"{"b": 3, "a": 2}"#);
        assert_eq!(dict.get("a").as_deref(), Some(&2));
        let set: Set<&str> = ["y", "x", "y"].into();
        assert_eq!(set.snapshot(), ["y", "x"]);
        let list: List<Arc<&str>> = ["p", "q"].into();
        assert_eq!(list.last().as_deref(), Some(&"q"));
        assert_eq!(format!("{:?} {:?}", Dict::<u8, Brc<u8>>::default(), Set::<u8>::default()), "{} {}");
    });
}

/// A key that equals another may still be told from it.
#[derive(Clone, Debug)]
struct Named(u32, &'static str);

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Named {}

impl Hash for Named {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

#[test]
fn the_first_key_object_stays() {
    isolated(|| {
        let dict: Dict<Named, Brc<u32>> = [(Named(1, "first"), 1), (Named(2, "other"), 2)].into();
        dict.insert(Named(1, "second"), 3);
        dict.get_or_insert_with(Named(1, "third"), || Brc::new(4));
        dict.replace(&Named(1, "fourth"), 5).unwrap();
        let cx = attach();
        assert_eq!(dict.keys(&cx).map(|key| key.1).collect::<Vec<_>>(), ["first", "other"]);
        dict.remove(&Named(1, ""));
        dict.insert(Named(1, "new"), 6);
        assert_eq!(dict.keys(&cx).map(|key| key.1).collect::<Vec<_>>(), ["other", "new"]);
        let set: Set<Named> = [Named(1, "first"), Named(1, "second")].into();
        assert_eq!(set.get(&Named(1, "")).map(|key| key.1), Some("first"));
        let given = set.get_or_insert_with(&Named(1, "third"), |_| unreachable!(), &cx);
        assert_eq!(given.1, "first");
    });
}

#[test]
fn a_made_key_must_be_the_one_looked_up() {
    isolated(|| {
        let set: Set<String> = Set::new();
        let wrong = catch_unwind(AssertUnwindSafe(|| {
            set.get_or_insert_with("a", |_: &str| "b".to_string(), &attach()).len()
        }));
        assert!(wrong.is_err() && set.is_empty());
    });
}

#[test]
fn keys_of_any_size_and_alignment() {
    #[repr(align(64))]
    #[derive(PartialEq, Eq, Hash, Debug)]
    struct Wide(u8);
    isolated(|| {
        let dict: Dict<Wide, Brc<()>> = (0..50).map(|n| (Wide(n), ())).collect();
        let cx = attach();
        assert!(dict.keys(&cx).all(|key| std::ptr::from_ref(key).addr() % 64 == 0));
        let unit: Dict<(), Arc<()>> = [((), ())].into();
        assert!(unit.contains_key(&()) && unit.remove(&()).is_some() && unit.is_empty());
        let set: Set<()> = [(), ()].into();
        assert_eq!(set.len(), 1);
    });
}

/// A pointer of a program's own: a boxed count and value.
struct Own(NonNull<OwnInner>);

struct OwnInner {
    count: AtomicUsize,
    value: (u32, Probe),
}

// SAFETY: the count is atomic and the value is `Send` and `Sync`.
unsafe impl Send for Own {}
// SAFETY: as above.
unsafe impl Sync for Own {}

impl Clone for Own {
    fn clone(&self) -> Self {
        // SAFETY: alive while `self` counts.
        unsafe { Self::increment(self.0.cast()) };
        Self(self.0)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        // SAFETY: alive while `self` counts; made by `Box::into_raw`, and freed by the last.
        unsafe {
            if self.0.as_ref().count.fetch_sub(1, Ordering::AcqRel) == 1 {
                drop(Box::from_raw(self.0.as_ptr()));
            }
        }
    }
}

impl From<(u32, Probe)> for Own {
    fn from(value: (u32, Probe)) -> Self {
        let inner = Box::new(OwnInner { count: 1.into(), value });
        Self(NonNull::from(Box::leak(inner)))
    }
}

// SAFETY: a pointer to a boxed count and value, which any thread may use and free.
unsafe impl SharedPtr for Own {
    type Target = (u32, Probe);

    fn into_raw(this: Self) -> NonNull<()> {
        std::mem::ManuallyDrop::new(this).0.cast()
    }

    unsafe fn from_raw(raw: NonNull<()>) -> Self {
        Self(raw.cast())
    }

    unsafe fn borrow<'a>(raw: NonNull<()>) -> &'a (u32, Probe) {
        // SAFETY: the caller's reference keeps it alive.
        unsafe { &raw.cast::<OwnInner>().as_ref().value }
    }

    unsafe fn increment(raw: NonNull<()>) {
        // SAFETY: the caller's reference keeps it alive.
        unsafe { raw.cast::<OwnInner>().as_ref() }.count.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_pointer_of_ones_own() {
    isolated(|| {
        let drops = Drops::new();
        let dict: Dict<u32, Own> = (0..10).map(|n| (n, (n, drops.probe()))).collect();
        let list: List<Own> = (0..10).map(|n| (n, drops.probe())).collect();
        std::thread::scope(|s| {
            let reader = s.spawn(|| {
                let cx = attach();
                let listed: u32 = list.iter(&cx).map(|target| target.0).sum();
                listed + dict.values(&cx).map(|target| target.0).sum::<u32>()
            });
            assert_eq!(reader.join().unwrap(), 90);
        });
        let kept = dict.get(&3).unwrap();
        assert!(dict.remove(&3).is_some() && list.pop().is_some());
        drop((dict, list));
        assert_eq!(drops.get(), 19);
        // SAFETY: `kept` is alive.
        assert_eq!(unsafe { kept.0.as_ref() }.value.0, 3);
        drop(kept);
        assert_eq!(drops.get(), 20);
    });
}
