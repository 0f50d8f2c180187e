//! The traits of other crates that `Brc` and the containers have, each with its feature.
#![cfg(any(
    feature = "serde",
    feature = "rayon",
    feature = "stable_deref_trait",
    feature = "arc-swap",
    feature = "archery"
))]

mod common;

#[cfg(feature = "serde")]
mod serde {
    use freethreaded::Brc;

    use crate::common::isolated;

    #[test]
    fn values_text_and_slices_go_there_and_back() {
        isolated(|| {
            let text: Brc<str> = "naïve".into();
            let all = (Brc::new(7_u8), text.clone(), Brc::<[u32]>::from([1, 2]), text);
            let json = serde_json::to_string(&all).unwrap();
            assert_eq!(json, r#"[7,"naïve",[1,2],"naïve"]"#);
            let back: (Brc<u8>, Brc<str>, Brc<[u32]>, Brc<str>) = serde_json::from_str(&json).unwrap();
            assert_eq!(back, all);
            assert!(!Brc::ptr_eq(&back.1, &back.3), "sharing is lost");
            assert_eq!(Brc::strong_count(&back.1), 1);
        });
    }

    #[test]
    fn an_error_half_way_leaks_nothing() {
        isolated(|| {
            assert!(serde_json::from_str::<Brc<[Brc<str>]>>(r#"["a", "b", 3]"#).is_err());
        });
    }
}

#[cfg(feature = "serde")]
mod serde_containers {
    use std::fmt::Debug;
    use std::iter;
    use std::sync::Arc;
    use std::thread;

    use freethreaded::collections::FrozenSet;
    use freethreaded::{Brc, Dict, List, Set};
    use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
    use serde::{Deserialize, Serialize};

    use crate::common::isolated;

    type Numbers = Dict<String, Brc<u32>>;
    type Lists = Dict<u32, Arc<List<Brc<String>>>>;

    fn round_trip<T: Serialize + for<'de> Deserialize<'de> + Debug>(json: &str) -> T {
        let value: T = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), json);
        value
    }

    #[test]
    fn there_and_back_in_order() {
        isolated(|| {
            let dict: Numbers = round_trip(r#"{"b":2,"a":1,"":0}"#);
            assert_eq!(dict.get("a").as_deref(), Some(&1));
            let set: Set<String> = round_trip(r#"["b","a"]"#);
            assert!(set.contains("a"));
            let frozen: FrozenSet<(u8, bool)> = round_trip("[[3,true],[1,false]]");
            assert!(frozen.contains(&(1, false)));
            let list: List<Brc<Option<u32>>> = round_trip("[1,null,1]");
            assert_eq!(list.len(), 3);
            let lists: Lists = round_trip(r#"{"7":["x","y"],"1":[]}"#);
            assert_eq!(lists.get(&7).and_then(|list| list.get(1)).as_deref().map(String::as_str), Some("y"));
            let empty: (Numbers, Set<u8>, FrozenSet<u8>, List<Brc<u8>>) = round_trip("[{},[],[],[]]");
            assert_eq!(empty.0.capacity() + empty.1.capacity() + empty.3.capacity(), 0);
        });
    }

    /// As in `HashMap`; the place is that of the first, as in Python.
    #[test]
    fn of_a_key_that_comes_twice_the_last_value_stays() {
        isolated(|| {
            let dict: Numbers = serde_json::from_str(r#"{"a":1,"b":2,"a":3}"#).unwrap();
            assert_eq!(format!("{dict:?}"), r#"{"a": 3, "b": 2}"#);
            let set: Set<u8> = serde_json::from_str("[1,2,1]").unwrap();
            assert_eq!(set.snapshot(), [1, 2]);
            let frozen: FrozenSet<u8> = serde_json::from_str("[1,2,1]").unwrap();
            assert_eq!(frozen.as_slice(), [1, 2]);
        });
    }

    #[test]
    fn an_error_half_way_leaks_nothing() {
        isolated(|| {
            assert!(serde_json::from_str::<Lists>(r#"{"1":["a","b"],"2":["c",3]}"#).is_err());
            assert!(serde_json::from_str::<Set<String>>(r#"["a","b",3]"#).is_err());
            assert!(serde_json::from_str::<FrozenSet<String>>(r#"["a","b",3]"#).is_err());
            assert!(serde_json::from_str::<List<Brc<String>>>(r#"["a","b",3]"#).is_err());
            let wrong = serde_json::from_str::<Set<u8>>("{}").unwrap_err().to_string();
            assert!(wrong.contains("a sequence of keys"), "{wrong}");
            let wrong = serde_json::from_str::<Numbers>("[]").unwrap_err().to_string();
            assert!(wrong.contains("a map"), "{wrong}");
        });
    }

    /// An input that announces more than there can be.
    struct Boasting<I>(I);

    impl<I: Iterator> Iterator for Boasting<I> {
        type Item = I::Item;

        fn next(&mut self) -> Option<I::Item> {
            self.0.next()
        }

        fn size_hint(&self) -> (usize, Option<usize>) {
            (usize::MAX, Some(usize::MAX))
        }
    }

    #[test]
    fn announced_lengths_are_not_believed() {
        isolated(|| {
            let seq = || SeqDeserializer::<_, Error>::new(Boasting(iter::once(7_u64)));
            let set = Set::<u64>::deserialize(seq()).unwrap();
            assert!(set.contains(&7) && set.capacity() < 100_000);
            let large =
                Set::<[u64; 32]>::deserialize(SeqDeserializer::<_, Error>::new(Boasting(iter::empty::<
                    Vec<u64>,
                >(
                ))));
            assert!(large.unwrap().capacity() < 10_000);
            assert_eq!(FrozenSet::<u64>::deserialize(seq()).unwrap().as_slice(), [7]);
            let list = List::<Brc<u64>>::deserialize(seq()).unwrap();
            assert!(list.len() == 1 && list.capacity() < 100_000);
            let map = MapDeserializer::<_, Error>::new(Boasting(iter::once((7_u64, 8_u64))));
            let dict = Dict::<u64, Brc<u64>>::deserialize(map).unwrap();
            assert!(dict.contains_key(&7) && dict.capacity() < 100_000);
        });
    }

    /// What is written is a state that the container had.
    #[test]
    fn one_moment() {
        isolated(|| {
            let (dict, set): (Dict<u32, Brc<u32>>, Set<u32>) =
                ((0..5).map(|n| (n, n)).collect(), (0..5).collect());
            thread::scope(|s| {
                let writer = s.spawn(|| {
                    for n in 5..3_000 {
                        dict.insert(n, n);
                        set.insert(n);
                        dict.remove(&(n - 5));
                        set.remove(&(n - 5));
                    }
                });
                while !writer.is_finished() {
                    let keys: Vec<u32> = serde_json::from_str(&serde_json::to_string(&set).unwrap()).unwrap();
                    assert!(
                        matches!(keys.len(), 5 | 6)
                            && keys.iter().copied().eq(keys[0]..keys[0] + keys.len() as u32)
                    );
                    let pairs: indexmap::IndexMap<u32, u32> = {
                        let copy: Dict<u32, Brc<u32>> =
                            serde_json::from_str(&serde_json::to_string(&dict).unwrap()).unwrap();
                        copy.into_iter().map(|(key, value)| (key, *value)).collect()
                    };
                    assert!(matches!(pairs.len(), 5 | 6) && pairs.iter().all(|(key, value)| key == value));
                }
                writer.join().unwrap();
            });
        });
    }
}

#[cfg(feature = "rayon")]
mod rayon {
    use std::collections::HashSet;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Mutex;
    use std::thread;

    use freethreaded::collections::FrozenSet;
    use freethreaded::{Brc, Dict, List, Set, attach, collect};
    use rayon::ThreadPoolBuilder;
    use rayon::prelude::*;

    use crate::common::{Drops, Probe, isolated};

    const MANY: u32 = 20_000;

    /// Runs `f` in a pool of its own, and waits for the ends of the threads.
    fn in_pool(f: impl FnOnce() + Send + 'static) {
        isolated(|| {
            let mut threads = Vec::new();
            let spawn = |worker: rayon::ThreadBuilder| {
                threads.push(thread::spawn(|| worker.run()));
                Ok(())
            };
            let pool = ThreadPoolBuilder::new().num_threads(4).spawn_handler(spawn).build().unwrap();
            pool.install(f);
            drop(pool);
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            collect();
        });
    }

    #[test]
    fn borrowed_items_in_order() {
        in_pool(|| {
            let dict: Dict<u32, Brc<u32>> = (0..MANY).map(|n| (n, 2 * n)).collect();
            let set: Set<u32> = (0..MANY).collect();
            let list: List<Brc<u32>> = (0..MANY).collect();
            let cx = attach();
            let doubled: Vec<u32> = set.par_iter(&cx).map(|n| 2 * n).collect();
            assert!(doubled.iter().copied().eq((0..MANY).map(|n| 2 * n)));
            assert!(dict.par_iter(&cx).map(|(_, value)| value).eq(&doubled));
            assert!(list.par_iter(&cx).copied().eq(0..MANY));
            assert!(set.freeze().par_iter().eq(set.par_iter(&cx)));
        });
    }

    /// Borrowed items stay readable in all threads, whoever removes what they are in.
    #[test]
    fn borrowed_items_outlast_their_removal() {
        in_pool(|| {
            let drops = Drops::new();
            let list: List<Brc<(u32, Probe)>> = (0..1000).map(|n| (n, drops.probe())).collect();
            let cx = attach();
            let items = list.par_iter(&cx);
            let sum: u32 = items
                .map(|item| {
                    list.clear();
                    collect();
                    assert_eq!(drops.get(), 0);
                    item.0
                })
                .sum();
            assert_eq!((sum, list.len()), (499_500, 0));
            drop(cx);
            collect();
            assert_eq!(drops.get(), 1000);
        });
    }

    #[test]
    fn items_of_ones_own() {
        in_pool(|| {
            let dict: Dict<u32, Brc<u32>> = (0..MANY).map(|n| (n, 2 * n)).collect();
            let set: Set<u32> = (0..MANY).collect();
            let list: List<Brc<u32>> = (0..MANY).collect();
            // Closures may change what they came from.
            (&dict).into_par_iter().for_each(|(key, value)| {
                assert_eq!(*value, 2 * key);
                dict.insert(key, Brc::new(key));
            });
            assert!(set.par_iter_owned().all(|n| set.remove(&n)) && set.is_empty());
            let total: u64 = (&list).into_par_iter().map(|n| u64::from(*n)).sum();
            assert_eq!(total, u64::from(MANY) * u64::from(MANY - 1) / 2);
            assert!(
                dict.into_par_iter()
                    .map(|(key, value)| (key, *value))
                    .eq((0..MANY).map(|n| (n, n)).collect::<Vec<_>>())
            );
            assert!(list.into_par_iter().map(|n| *n).eq(0..MANY));
            let set: Set<u32> = (0..MANY).collect();
            assert!(set.into_par_iter().eq(0..MANY));
            let frozen: FrozenSet<u32> = (0..MANY).collect();
            assert!(frozen.into_par_iter().eq(0..MANY));
        });
    }

    trait Owned {
        fn par_iter_owned(&self) -> rayon::vec::IntoIter<u32>;
    }

    impl Owned for Set<u32> {
        fn par_iter_owned(&self) -> rayon::vec::IntoIter<u32> {
            self.into_par_iter()
        }
    }

    #[test]
    fn collected_in_order() {
        in_pool(|| {
            let set: Set<u32> = (0..MANY).into_par_iter().map(|n| n / 2).collect();
            assert!(set.iter(&attach()).copied().eq(0..MANY / 2));
            let frozen: FrozenSet<u32> = (0..MANY).into_par_iter().filter(|n| n % 3 == 0).collect();
            assert!(frozen.iter().copied().eq((0..MANY).step_by(3)));
            let mut dict: Dict<u32, Brc<u32>> = (0..MANY).into_par_iter().map(|n| (n % 100, n)).collect();
            assert!(dict.keys(&attach()).copied().eq(0..100));
            assert!(dict.values(&attach()).copied().eq(MANY - 100..MANY));
            dict.par_extend((0..MANY).into_par_iter().map(|n| (n, 0)));
            assert_eq!((dict.len() as u32, dict.values(&attach()).sum::<u32>()), (MANY, 0));
            let mut list: List<Brc<String>> = (0..MANY).into_par_iter().map(|n| n.to_string()).collect();
            list.par_extend(vec!["end".to_string()]);
            assert!(list.iter(&attach()).take(MANY as usize).cloned().eq((0..MANY).map(|n| n.to_string())));
            assert_eq!(list.last().as_deref().map(String::as_str), Some("end"));
            let mut set = set;
            set.par_extend(vec![1, 1_000_000]);
            assert_eq!((set.len() as u32, set.last()), (MANY / 2 + 1, Some(1_000_000)));
        });
    }

    #[test]
    fn closures_that_panic() {
        in_pool(|| {
            let drops = Drops::new();
            let list: List<Brc<(u32, Probe)>> = (0..1000).map(|n| (n, drops.probe())).collect();
            let seen = Mutex::new(HashSet::new());
            let visit = |n: u32| {
                seen.lock().unwrap_or_else(|e| e.into_inner()).insert(n);
                assert_ne!(n, 500, "as it is meant to");
            };
            let mut panics = 0;
            panics +=
                catch_unwind(AssertUnwindSafe(|| list.par_iter(&attach()).for_each(|item| visit(item.0))))
                    .is_err() as u32;
            panics +=
                catch_unwind(AssertUnwindSafe(|| (&list).into_par_iter().for_each(|item| visit(item.0))))
                    .is_err() as u32;
            let collected = catch_unwind(AssertUnwindSafe(|| {
                let visited = (&list).into_par_iter().map(|item| {
                    visit(item.0);
                    item
                });
                visited.collect::<List<Brc<(u32, Probe)>>>()
            }));
            panics += collected.is_err() as u32;
            assert_eq!((panics, list.len(), drops.get()), (3, 1000, 0));
            assert!(seen.into_inner().unwrap_or_else(|e| e.into_inner()).contains(&500));
            assert!(
                catch_unwind(AssertUnwindSafe(|| list
                    .into_par_iter()
                    .for_each(|item| assert_ne!(item.0, 500))))
                .is_err()
            );
            collect();
        });
    }
}

#[cfg(feature = "stable_deref_trait")]
mod stable_deref {
    use freethreaded::Brc;
    use stable_deref_trait::CloneStableDeref;

    use crate::common::isolated;

    fn lead_to_one_place<P: CloneStableDeref>(a: P) {
        let place: *const P::Target = &raw const *a;
        let b = a.clone();
        let moved = Box::new(a);
        assert!(std::ptr::addr_eq(place, &raw const **moved));
        drop(moved);
        assert!(std::ptr::addr_eq(place, &raw const *b));
    }

    #[test]
    fn values_stay_where_they_are() {
        isolated(|| {
            lead_to_one_place(Brc::new(5));
            lead_to_one_place(Brc::<str>::from("text"));
            lead_to_one_place::<Brc<dyn Fn() + Send>>(freethreaded::brc_unsize!(
                Brc::new(|| ()),
                dyn Fn() + Send
            ));
        });
    }
}

#[cfg(feature = "arc-swap")]
mod arc_swap {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use arc_swap::{ArcSwapAny, Guard};
    use freethreaded::{Brc, attach, collect};

    use crate::common::{Drops, Probe, isolated};

    type BrcSwap<T> = ArcSwapAny<Brc<T>>;

    #[test]
    fn loads_stores_and_swaps() {
        isolated(|| {
            let drops = Drops::new();
            let swap = BrcSwap::new(Brc::new((1, drops.probe())));
            let guard = swap.load();
            assert_eq!((guard.0, Brc::strong_count(&guard)), (1, 1), "borrowed, not counted");
            let counted = Guard::into_inner(swap.load());
            assert_eq!(Brc::strong_count(&counted), 2);
            swap.store(Brc::new((2, drops.probe())));
            assert_eq!((guard.0, swap.load().0, drops.get()), (1, 2, 0));
            drop((guard, counted));
            assert_eq!(drops.get(), 1);
            let old = swap.swap(Brc::new((3, drops.probe())));
            assert_eq!((old.0, Brc::strong_count(&old)), (2, 1));
            let new = Brc::new((4, drops.probe()));
            let seen = swap.compare_and_swap(&old, new);
            assert_eq!((seen.0, swap.load().0), (3, 3));
            drop((old, seen));
            swap.rcu(|now| (now.0 + 10, drops.probe()));
            assert_eq!(swap.load().0, 13);
            assert_eq!(swap.into_inner().0, 13);
            assert_eq!(drops.get(), 5);
        });
    }

    #[test]
    fn an_empty_place_and_values_without_size() {
        isolated(|| {
            let swap = ArcSwapAny::<Option<Brc<()>>>::new(None);
            assert!(swap.load().is_none());
            let (a, b) = (Brc::new(()), Brc::new(()));
            swap.store(Some(a.clone()));
            let guard = swap.load();
            swap.store(Some(b.clone()));
            assert!(Brc::ptr_eq(guard.as_ref().unwrap(), &a) && !Brc::ptr_eq(&a, &b));
        });
    }

    /// More guards than a thread has slots, so that some are counted.
    #[test]
    fn guards_outlive_the_container() {
        isolated(|| {
            let drops = Drops::new();
            let swap = BrcSwap::new(Brc::new(drops.probe()));
            let guards: Vec<_> = (0..20).map(|_| swap.load()).collect();
            drop(swap);
            assert_eq!(drops.get(), 0);
            drop(guards);
            assert_eq!(drops.get(), 1);
        });
    }

    struct Checked(u64, u64, #[expect(dead_code, reason = "counts its drop")] Probe);

    /// Every thread owns some of the objects, pays debts of the others, and has its own paid by them.
    #[test]
    fn readers_and_writers_on_many_threads() {
        let rounds = if cfg!(debug_assertions) { 20_000 } else { 200_000 };
        isolated(move || {
            let drops = Drops::new();
            let swap = Arc::new(BrcSwap::new(Brc::new(Checked(0, !0, drops.probe()))));
            let stop = Arc::new(AtomicBool::new(false));
            let readers: Vec<_> = (0..2)
                .map(|reader| {
                    let (swap, stop) = (swap.clone(), stop.clone());
                    thread::spawn(move || {
                        let mut kept = Vec::new();
                        while !stop.load(Ordering::Relaxed) {
                            let guard = swap.load();
                            assert_eq!(guard.0, !guard.1);
                            if reader == 0 {
                                kept.push(Guard::into_inner(guard));
                                if kept.len() > 50 {
                                    kept.clear();
                                    attach().checkpoint();
                                }
                            }
                        }
                    })
                })
                .collect();
            let writers: Vec<_> = (1..3)
                .map(|writer| {
                    let (swap, drops) = (swap.clone(), drops.clone());
                    thread::spawn(move || {
                        for n in 0..rounds {
                            let value = n * writer;
                            let old = swap.swap(Brc::new(Checked(value, !value, drops.probe())));
                            assert_eq!(old.0, !old.1);
                        }
                        collect();
                    })
                })
                .collect();
            for writer in writers {
                writer.join().unwrap();
            }
            stop.store(true, Ordering::Relaxed);
            for reader in readers {
                reader.join().unwrap();
            }
            drop(swap);
            collect();
            assert_eq!(drops.get() as u64, 1 + 2 * rounds);
        });
    }

    static_assertions::assert_impl_all!(BrcSwap<u8>: Send, Sync);
    static_assertions::assert_not_impl_any!(BrcSwap<std::cell::Cell<u8>>: Send, Sync);
    static_assertions::assert_not_impl_any!(BrcSwap<std::rc::Rc<u8>>: Send, Sync);
}

#[cfg(feature = "archery")]
mod archery {
    use std::cell::Cell;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::thread;

    use archery::{ArcK, SharedPointer};
    use freethreaded::collect;
    use freethreaded::refcount::BrcK;
    use rpds::{HashTrieMap, List, RedBlackTreeMap, Vector};

    use crate::common::{Drops, isolated};

    // A kind knows nothing of `'static`, so it may not travel by itself.
    static_assertions::assert_not_impl_any!(BrcK: Send, Sync);
    static_assertions::assert_not_impl_any!(SharedPointer<u8, BrcK>: Send, Sync);
    static_assertions::assert_not_impl_any!(Vector<u8, BrcK>: Send, Sync);
    static_assertions::assert_impl_all!(SharedPointer<u8, ArcK>: Send, Sync);

    #[test]
    fn what_a_shared_pointer_does() {
        isolated(|| {
            let drops = Drops::new();
            let mut a = SharedPointer::<_, BrcK>::new((1, drops.clone()));
            SharedPointer::get_mut(&mut a).unwrap().0 = 2;
            let b = SharedPointer::clone(&a);
            assert_eq!(SharedPointer::strong_count(&a), 2);
            assert!(SharedPointer::get_mut(&mut a).is_none() && SharedPointer::ptr_eq(&a, &b));
            SharedPointer::make_mut(&mut a).0 = 3;
            assert_eq!((a.0, b.0), (3, 2));
            assert_eq!(SharedPointer::try_unwrap(b).unwrap().0, 2);
            let c = SharedPointer::clone(&a);
            let c = SharedPointer::try_unwrap(c).unwrap_err();
            assert_eq!(SharedPointer::as_ptr(&a), SharedPointer::as_ptr(&c));
            assert_eq!(*SharedPointer::<i32, BrcK>::from(Box::new(1)), 1);
            drop((a, c));
            drop(SharedPointer::<_, BrcK>::new(drops.probe()));
            assert_eq!(drops.get(), 1);
        });
    }

    #[test]
    fn a_clone_that_panics_in_make_mut_leaves_the_pointer() {
        struct Bomb<'a>(&'a Cell<u32>);
        impl Clone for Bomb<'_> {
            fn clone(&self) -> Self {
                panic!("bomb")
            }
        }
        impl Drop for Bomb<'_> {
            fn drop(&mut self) {
                self.0.set(self.0.get() + 1);
            }
        }
        isolated(|| {
            let dropped = Cell::new(0);
            let mut a = SharedPointer::<_, BrcK>::new(Bomb(&dropped));
            let b = SharedPointer::clone(&a);
            assert!(catch_unwind(AssertUnwindSafe(|| _ = SharedPointer::make_mut(&mut a))).is_err());
            assert!(SharedPointer::ptr_eq(&a, &b) && SharedPointer::strong_count(&a) == 2);
            drop((a, b));
            assert_eq!(dropped.get(), 1);
        });
    }

    #[test]
    fn rpds_collections() {
        isolated(|| {
            let mut vector = Vector::<String, BrcK>::new_with_ptr_kind();
            let mut map = HashTrieMap::<u32, String, BrcK>::new_with_hasher_and_ptr_kind(Default::default());
            let mut tree = RedBlackTreeMap::<u32, u32, BrcK>::new_with_ptr_kind();
            for n in 0..1000 {
                vector.push_back_mut(n.to_string());
                map.insert_mut(n, n.to_string());
                tree.insert_mut(n, n * n);
            }
            let (old_vector, old_map, old_tree) = (vector.clone(), map.clone(), tree.clone());
            for n in 0..1000 {
                vector.set_mut(n, String::new());
                map.remove_mut(&(n as u32));
                tree.remove_mut(&(n as u32));
            }
            assert!(map.is_empty() && tree.is_empty() && vector.iter().all(String::is_empty));
            for n in 0..1000 {
                assert_eq!(old_vector[n], n.to_string());
                assert_eq!(old_map[&(n as u32)], n.to_string());
                assert_eq!(old_tree[&(n as u32)] as usize, n * n);
            }
            let list = (0..10_000).fold(List::<u32, BrcK>::new_with_ptr_kind(), |list, n| list.push_front(n));
            assert_eq!((list.len(), list.first()), (10_000, Some(&9_999)));
        });
    }

    /// What the documentation of `BrcK` advises.
    #[test]
    fn a_wrapped_collection_of_static_values_travels() {
        #[derive(Clone)]
        struct Shared(HashTrieMap<u32, String, BrcK>);
        // SAFETY: all that is inside is Send, Sync and 'static.
        unsafe impl Send for Shared {}
        // SAFETY: as above.
        unsafe impl Sync for Shared {}

        isolated(|| {
            let mut map = Shared(HashTrieMap::new_with_hasher_and_ptr_kind(Default::default()));
            for n in 0..500 {
                map.0.insert_mut(n, n.to_string());
            }
            let threads: Vec<_> = (0..4)
                .map(|thread| {
                    let mine = map.clone();
                    thread::spawn(move || {
                        let mut mine = mine;
                        for n in 0..500 {
                            if n % 4 == thread {
                                mine.0.remove_mut(&n);
                            }
                        }
                        mine
                    })
                })
                .collect();
            for thread in threads {
                assert_eq!(thread.join().unwrap().0.size(), 375);
            }
            assert_eq!(map.0.size(), 500);
            drop(map);
            collect();
        });
    }
}
