//! The traits of other crates that `Brc` has, each with its feature.
#![cfg(any(feature = "serde", feature = "stable_deref_trait", feature = "arc-swap", feature = "archery"))]

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
