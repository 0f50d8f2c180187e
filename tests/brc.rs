//! `Brc` and `Weak` on one thread: what `Arc` promises, and where the two differ on purpose.

mod common;

use std::borrow::Borrow;
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Mutex;

use common::{Drops, OnDrop, Probe, isolated, live_blocks};
use freethreaded::refcount::{Immortal, RefCount, State};
use freethreaded::{Brc, Weak, attach};

#[test]
fn the_value_goes_with_the_last_reference() {
    isolated(|| {
        let drops = Drops::new();
        let a = Brc::new(drops.probe());
        let b = a.clone();
        assert_eq!(Brc::strong_count(&a), 2);
        drop(a);
        assert_eq!((drops.get(), Brc::strong_count(&b)), (0, 1));
        drop(b);
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn clone_from_drops_the_old_value() {
    isolated(|| {
        let drops = Drops::new();
        let mut a = Brc::new(drops.probe());
        let b = Brc::new(drops.probe());
        a.clone_from(&b);
        assert_eq!((drops.get(), Brc::strong_count(&b)), (1, 2));
        assert!(Brc::ptr_eq(&a, &b));
        let same = a.clone();
        a.clone_from(&same);
        assert_eq!(Brc::strong_count(&a), 3);
    });
}

#[test]
fn get_mut_wants_the_only_reference_of_any_kind() {
    isolated(|| {
        let mut a = Brc::new(1);
        *Brc::get_mut(&mut a).unwrap() += 1;
        let b = a.clone();
        assert!(Brc::get_mut(&mut a).is_none());
        drop(b);
        *Brc::get_mut(&mut a).unwrap() += 1;
        let weak = Brc::downgrade(&a);
        assert!(Brc::get_mut(&mut a).is_none());
        drop(weak);
        *Brc::get_mut(&mut a).unwrap() += 1;
        assert_eq!(*a, 4);
    });
}

#[test]
fn make_mut_writes_in_place_moves_or_clones() {
    #[derive(Debug)]
    struct Counting(u32, Rc<Cell<u32>>);
    impl Clone for Counting {
        fn clone(&self) -> Self {
            self.1.set(self.1.get() + 1);
            Self(self.0, self.1.clone())
        }
    }
    isolated(|| {
        let clones = Rc::new(Cell::new(0));
        let mut a = Brc::new(Counting(0, clones.clone()));
        let place = Brc::as_ptr(&a);
        Brc::make_mut(&mut a).0 = 1;
        assert_eq!((Brc::as_ptr(&a), clones.get()), (place, 0), "in place");

        let b = a.clone();
        Brc::make_mut(&mut a).0 = 2;
        assert_eq!((a.0, b.0, clones.get()), (2, 1, 1), "cloned");
        assert_eq!((Brc::strong_count(&a), Brc::strong_count(&b)), (1, 1));

        let weak = Brc::downgrade(&a);
        Brc::make_mut(&mut a).0 = 3;
        assert_eq!((a.0, clones.get()), (3, 1), "moved");
        assert!(weak.upgrade().is_none(), "weak references lead nowhere");
        assert_eq!(Brc::weak_count(&a), 0);

        let mut forever = Brc::new(5);
        let weak = Brc::downgrade(&forever);
        let other = weak.upgrade().unwrap();
        *Brc::make_mut(&mut forever) = 6;
        assert_eq!((*other, *weak.upgrade().unwrap()), (5, 5), "the others keep the old object");
    });
}

#[test]
fn a_clone_that_panics_leaves_make_mut_as_it_was() {
    struct Bomb;
    impl Clone for Bomb {
        fn clone(&self) -> Self {
            panic!("clone")
        }
    }
    isolated(|| {
        let mut a = Brc::new(Bomb);
        let b = a.clone();
        assert!(catch_unwind(AssertUnwindSafe(|| _ = Brc::make_mut(&mut a))).is_err());
        assert!(Brc::ptr_eq(&a, &b));
        assert_eq!(Brc::strong_count(&a), 2);
    });
}

#[test]
fn try_unwrap_and_into_inner() {
    isolated(|| {
        let drops = Drops::new();
        let a = Brc::new(drops.probe());
        let weak = Brc::downgrade(&a);
        let probe = Brc::try_unwrap(a).unwrap();
        assert_eq!(drops.get(), 0);
        assert!(weak.upgrade().is_none());
        assert_eq!(weak.strong_count(), 0);
        drop((probe, weak));
        assert_eq!(drops.get(), 1);

        let a = Brc::new(drops.probe());
        let b = a.clone();
        let a = Brc::try_unwrap(a).unwrap_err();
        assert!(Brc::into_inner(a).is_none());
        assert_eq!(drops.get(), 1);
        drop(Brc::into_inner(b).unwrap());
        assert_eq!(drops.get(), 2);

        let merged = attach().detach(|| Brc::new(3));
        let weak = Brc::downgrade(&merged);
        let merged = Brc::try_unwrap(merged).unwrap();
        assert_eq!((merged, weak.upgrade().is_none()), (3, true));
    });
}

#[test]
fn weak_references_outlive_the_value_and_then_free_the_memory() {
    isolated(|| {
        let before = live_blocks();
        let drops = Drops::new();
        let strong = Brc::new(drops.probe());
        let weak = Brc::downgrade(&strong);
        let other = weak.clone();
        assert_eq!(Brc::weak_count(&strong), 2);
        assert!(weak.ptr_eq(&other) && !weak.ptr_eq(&Weak::new()));
        assert!(Weak::<u8>::new().ptr_eq(&Weak::default()));
        let up = weak.upgrade().unwrap();
        drop(strong);
        assert_eq!((drops.get(), weak.strong_count()), (0, 1));
        drop(up);
        assert_eq!((drops.get(), weak.strong_count()), (1, 0));
        assert!(weak.upgrade().is_none() && other.upgrade().is_none());
        assert!(format!("{weak:?}").contains("Weak"));
        drop(weak);
        assert_eq!(live_blocks(), before.map(|b| b + 1), "the last weak reference keeps the memory");
        drop(other);
        assert_eq!(live_blocks(), before);
    });
}

#[test]
fn new_cyclic() {
    struct Node {
        me: Weak<Node>,
        _probe: Probe,
    }
    isolated(|| {
        let drops = Drops::new();
        let node = Brc::new_cyclic(|me| {
            assert!(me.upgrade().is_none() && me.clone().upgrade().is_none());
            assert_eq!(me.strong_count(), 0);
            Node { me: me.clone(), _probe: drops.probe() }
        });
        assert_eq!((Brc::strong_count(&node), Brc::weak_count(&node)), (1, 1));
        let same = node.me.upgrade().unwrap();
        assert!(Brc::ptr_eq(&node, &same));
        drop(node);
        assert_eq!(drops.get(), 0);
        drop(same);
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn new_cyclic_that_panics_frees_its_memory() {
    isolated(|| {
        let kept = RefCell::new(None);
        let result = catch_unwind(AssertUnwindSafe(|| {
            Brc::<u32>::new_cyclic(|me| {
                *kept.borrow_mut() = Some(me.clone());
                panic!("no value")
            })
        }));
        assert!(result.is_err());
        let kept = kept.take().unwrap();
        assert!(kept.upgrade().is_none());
    });
}

#[test]
fn raw_pointers_go_round_whatever_the_layout() {
    #[repr(align(4096))]
    #[derive(Debug, PartialEq)]
    struct Page(u8);
    #[repr(align(64))]
    struct EmptyLine;
    fn round<T: 'static>(value: T) -> Brc<T> {
        let made = Brc::new(value);
        let weak = Brc::downgrade(&made);
        let place = Brc::as_ptr(&made);
        assert_eq!(place.addr() % align_of::<T>(), 0);
        let raw = Brc::into_raw(made);
        assert_eq!(raw, place);
        // SAFETY: from `into_raw`, taken back once.
        let back = unsafe { Brc::from_raw(raw) };
        assert!(Brc::ptr_eq(&back, &weak.upgrade().unwrap()));
        back
    }
    isolated(|| {
        assert_eq!(*round(Page(7)), Page(7));
        round(());
        round(EmptyLine);
        round([0_u8; 3]);
        round([0_u8; 1 << 16]);
        assert_eq!(*round("text".to_string()), "text");
    });
    assert_eq!(size_of::<Option<Brc<u8>>>(), size_of::<usize>(), "a niche, as Arc has");
}

#[test]
fn traits_go_through_to_the_value() {
    fn hash(value: &impl Hash) -> u64 {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        hasher.finish()
    }
    isolated(|| {
        let (one, two) = (Brc::new(1), Brc::new(2));
        assert!(one < two && one == Brc::new(1) && one != two);
        assert_eq!(one.partial_cmp(&two), Some(Ordering::Less));
        assert_eq!(one.cmp(&one.clone()), Ordering::Equal);
        assert!(Brc::new(f64::NAN) != Brc::new(f64::NAN));
        assert_eq!(hash(&one), hash(&1));
        assert_eq!(format!("{one} {one:?} {two:>4}"), "1 1    2");
        assert_eq!(format!("{one:p}"), format!("{:p}", Brc::as_ptr(&one)));
        assert_eq!(*Brc::<u8>::default(), 0);
        assert_eq!(*Brc::<i32>::from(Box::new(4)), 4);
        assert_eq!(AsRef::<i32>::as_ref(&one), &1);

        let mut map = HashMap::new();
        map.insert(Brc::new("key".to_string()), 1);
        let key: &String = &"key".to_string();
        assert_eq!(map.get(key), Some(&1), "borrowed as the value");
        assert_eq!(Borrow::<i32>::borrow(&two), &2);
        assert_eq!([two, one].into_iter().collect::<BTreeSet<_>>().first().map(|b| **b), Some(1));
    });
}

#[test]
fn an_error_keeps_its_source() {
    #[derive(Debug)]
    struct Outer(fmt::Error);
    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("outer")
        }
    }
    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }
    isolated(|| {
        let error: Box<dyn Error> = Box::new(Brc::new(Outer(fmt::Error)));
        assert_eq!(error.to_string(), "outer");
        assert!(error.source().unwrap().is::<fmt::Error>());
    });
}

#[test]
fn a_drop_that_panics_still_frees_the_memory() {
    struct Bomb(#[expect(dead_code, reason = "dropped")] Probe);
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("drop");
        }
    }
    isolated(|| {
        let drops = Drops::new();
        for kind in 0..3 {
            let bomb = Brc::new(Bomb(drops.probe()));
            let weak = (kind > 0).then(|| Brc::downgrade(&bomb));
            let merged = (kind > 1).then(|| attach().detach(|| bomb.clone()));
            drop(merged);
            assert!(catch_unwind(AssertUnwindSafe(|| drop(bomb))).is_err());
            assert_eq!(drops.get(), kind + 1, "the fields are dropped");
            assert!(weak.is_none_or(|w| w.upgrade().is_none()));
        }
    });
}

#[test]
fn borrowed_and_thread_bound_values_are_dropped_at_once() {
    struct Log<'a>(
        &'a RefCell<Vec<&'static str>>,
        &'static str,
        #[expect(dead_code, reason = "not Send")] Rc<()>,
    );
    impl Drop for Log<'_> {
        fn drop(&mut self) {
            self.0.borrow_mut().push(self.1);
        }
    }
    isolated(|| {
        let log = RefCell::new(Vec::new());
        let rc = Rc::new(());
        let made = |name| Brc::new(Log(&log, name, rc.clone()));
        drop(made("own"));
        let object = made("own, dropped away");
        attach().detach(|| drop(object));
        let object = made("own, half away");
        let half = object.clone();
        let mut cx = attach();
        cx.detach(|| {
            drop(object.clone());
            drop(half);
        });
        drop(object);
        cx.detach(|| drop(made("made away")));
        let object = cx.detach(|| made("made away, dropped here"));
        drop(object);
        let (a, b) = (made("weak"), made("weak, away"));
        let (wa, wb) = (Brc::downgrade(&a), Brc::downgrade(&b));
        drop((wa.upgrade(), a));
        cx.detach(|| drop((wb.upgrade(), b)));
        assert_eq!(
            *log.borrow(),
            [
                "own",
                "own, dropped away",
                "own, half away",
                "made away",
                "made away, dropped here",
                "weak",
                "weak, away"
            ]
        );
        assert!(wa.upgrade().is_none() && wb.upgrade().is_none());
        assert_eq!(Rc::strong_count(&rc), 1);
    });
}

#[test]
fn deep_structures_can_be_taken_apart_in_a_loop() {
    struct Link(Option<Brc<Link>>, #[expect(dead_code, reason = "dropped")] Probe);
    isolated(|| {
        let drops = Drops::new();
        let mut head = None;
        for _ in 0..200_000 {
            head = Some(Brc::new(Link(head, drops.probe())));
        }
        while let Some(link) = head {
            head = Brc::into_inner(link).expect("the only reference").0;
        }
        assert_eq!(drops.get(), 200_000);

        // And a modest one by itself, as any recursive drop.
        let mut head = None;
        for _ in 0..1000 {
            head = Some(Brc::new(Link(head, drops.probe())));
        }
        drop(head);
        assert_eq!(drops.get(), 201_000);
    });
}

#[test]
fn immortal_objects_are_not_counted() {
    static NUMBER: Immortal<u32> = Immortal::new(7);
    // Reachable to the end, so that a leak checker has nothing to say.
    static KEPT: Mutex<Vec<Brc<Probe>>> = Mutex::new(Vec::new());
    common::isolated_with_leaks(|| {
        let drops = Drops::new();
        let made = Brc::immortal(drops.probe());
        let owned = Brc::new(drops.probe());
        Brc::make_immortal(&owned);
        let merged = attach().detach(|| Brc::new(drops.probe()));
        Brc::make_immortal(&merged);
        for immortal in [made, owned, merged] {
            assert!(Brc::is_immortal(&immortal));
            let copies: Vec<_> = (0..10).map(|_| immortal.clone()).collect();
            assert_eq!(Brc::strong_count(&immortal), usize::MAX);
            drop(copies);
            let weak = Brc::downgrade(&immortal);
            assert!(weak.upgrade().is_some_and(|up| Brc::ptr_eq(&up, &immortal)));
            let immortal = Brc::try_unwrap(immortal).unwrap_err();
            let other = immortal.clone();
            assert!(Brc::into_inner(immortal).is_none());
            Brc::make_immortal(&other);
            assert!(Brc::get_mut(&mut other.clone()).is_none());
            drop(weak);
            KEPT.lock().unwrap().push(other);
        }
        assert_eq!(drops.get(), 0);

        let mut number = NUMBER.brc();
        assert!(std::ptr::eq(&raw const *NUMBER, Brc::as_ptr(&number)));
        drop(Brc::downgrade(&number));
        *Brc::make_mut(&mut number) += 1;
        assert_eq!((*number, *NUMBER), (8, 7), "a write goes to a copy");
        assert_eq!(format!("{NUMBER:?}"), "7");
    });
}

#[test]
fn a_count_in_a_runtimes_own_header() {
    isolated(|| {
        let count = RefCount::default();
        assert!(count.is_unique() && count.state() == State::Default);
        count.increment_by(2);
        assert_eq!(count.references(), 3);
        count.make_weak();
        assert!(count.try_increment() && count.state() == State::Weak);
        assert!(format!("{count:?}").contains("local: 4"));
        assert!(!RefCount::new_merged().is_immortal() && RefCount::new_merged().is_unique());
    });
}

#[test]
fn a_value_may_use_its_own_references_while_it_is_dropped() {
    struct Selfish {
        me: RefCell<Weak<Selfish>>,
        seen: Rc<Cell<u32>>,
    }
    impl Drop for Selfish {
        fn drop(&mut self) {
            let me = self.me.borrow();
            assert!(me.upgrade().is_none() && me.strong_count() == 0);
            drop(me.clone());
            attach().detach(|| assert!(me.upgrade().is_none()));
            self.seen.set(self.seen.get() + 1);
        }
    }
    isolated(|| {
        let seen = Rc::new(Cell::new(0));
        let made = || Brc::new_cyclic(|me| Selfish { me: me.clone().into(), seen: seen.clone() });
        drop(made());
        let object = made();
        attach().detach(|| drop(object));
        drop(attach().detach(made));
        let object = made();
        *object.me.borrow_mut() = Weak::new();
        drop(object);
        assert_eq!(seen.get(), 4);
        drop(Brc::new(OnDrop::new(|| drop(Brc::new(1)))));
    });
}
