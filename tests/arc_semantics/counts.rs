//! Counts, cycles, the order of drops, identity.

use std::cell::RefCell;
use std::collections::HashSet;
use std::error::Error;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

use freethreaded::{Brc, Weak, brc_unsize};

use crate::Speak;
use crate::common::{Drops, OnDrop, Probe, isolated, live_blocks};

#[test]
fn counts_of_strong_and_weak_references() {
    isolated(|| {
        let a: Brc<str> = "text".into();
        assert_eq!((Brc::strong_count(&a), Brc::weak_count(&a)), (1, 0));
        let w = Brc::downgrade(&a);
        let b = a.clone();
        let v = w.clone();
        assert_eq!((Brc::strong_count(&a), Brc::weak_count(&a)), (2, 2));
        assert_eq!((w.strong_count(), w.weak_count()), (2, 2));
        drop((b, v));
        assert_eq!((Brc::strong_count(&a), Brc::weak_count(&a)), (1, 1));
        drop(a);
        assert_eq!((w.strong_count(), w.weak_count()), (0, 0));
        assert!(w.upgrade().is_none());
    });
}

#[test]
fn a_weak_reference_to_nothing() {
    let nothing: Weak<u64> = Weak::new();
    assert_eq!((nothing.strong_count(), nothing.weak_count()), (0, 0));
    assert!(nothing.upgrade().is_none() && nothing.clone().upgrade().is_none());
    assert!(nothing.ptr_eq(&Weak::default()));
    // SAFETY: from `into_raw`, taken back once.
    let nothing = unsafe { Weak::from_raw(nothing.into_raw()) };
    assert!(nothing.upgrade().is_none());
    let nothing: Weak<dyn Display> = brc_unsize!(nothing, dyn Display);
    assert!(nothing.upgrade().is_none() && nothing.ptr_eq(&nothing.clone()));
    // SAFETY: from `into_raw`, taken back once.
    let nothing = unsafe { Weak::from_raw(nothing.into_raw()) };
    assert_eq!(format!("{nothing:?}"), "(Weak)");
    static NOTHING: Weak<u8> = Weak::new();
    assert!(NOTHING.upgrade().is_none());
}

#[test]
fn counts_through_raw_pointers() {
    isolated(|| {
        let raw = Brc::into_raw(Brc::<[u16]>::from([1, 2, 3]));
        // SAFETY: one reference from `into_raw`, one more here; both are given up.
        unsafe {
            Brc::increment_strong_count(raw);
            let a = Brc::from_raw(raw);
            assert_eq!(Brc::strong_count(&a), 2);
            Brc::decrement_strong_count(raw);
            assert_eq!(Brc::strong_count(&a), 1);
            assert_eq!(*a, [1, 2, 3]);
        }
    });
}

#[test]
fn a_cycle_of_weak_references_is_destroyed() {
    struct Node {
        me: Weak<Node>,
        other: RefCell<Option<Brc<Node>>>,
        _probe: Probe,
    }
    isolated(|| {
        let drops = Drops::new();
        let node = Brc::new_cyclic(|me| {
            assert!(me.upgrade().is_none());
            assert_eq!(me.strong_count(), 0);
            Node { me: me.clone(), other: RefCell::default(), _probe: drops.probe() }
        });
        assert!(Brc::ptr_eq(&node, &node.me.upgrade().unwrap()));
        assert_eq!((Brc::strong_count(&node), Brc::weak_count(&node)), (1, 1));
        // A cycle of strong references stays until it is broken.
        node.other.replace(node.me.upgrade());
        let me = node.me.clone();
        drop(node);
        assert_eq!(drops.get(), 0);
        me.upgrade().unwrap().other.take();
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn a_panic_in_new_cyclic_frees_the_memory_when_the_weak_references_go() {
    isolated(|| {
        let kept = RefCell::new(None);
        let panic = catch_unwind(AssertUnwindSafe(|| {
            Brc::new_cyclic(|me: &Weak<String>| {
                kept.replace(Some(me.clone()));
                panic!("no value")
            })
        }));
        assert!(panic.is_err());
        let weak = kept.take().unwrap();
        assert!(weak.upgrade().is_none());
        assert_eq!((weak.strong_count(), weak.weak_count()), (0, 0));
    });
}

#[test]
fn elements_are_dropped_in_order_and_the_memory_after_the_weak_references() {
    isolated(|| {
        let order = Rc::new(RefCell::new(Vec::new()));
        let elements: Brc<[OnDrop<_>]> = (0..4)
            .map(|n| {
                let order = order.clone();
                OnDrop::new(move || order.borrow_mut().push(n))
            })
            .collect();
        let weak = Brc::downgrade(&elements);
        let before = live_blocks();
        drop(elements);
        assert_eq!(*order.borrow(), [0, 1, 2, 3]);
        assert_eq!(live_blocks(), before, "the weak reference keeps the memory");
        drop(weak);
        assert_eq!(live_blocks(), before.map(|blocks| blocks - 1));
    });
}

#[test]
fn a_destructor_that_panics_still_frees_the_memory_of_a_slice() {
    isolated(|| {
        let drops = Drops::new();
        struct Bomb(Drops, bool);
        impl Drop for Bomb {
            fn drop(&mut self) {
                self.0.count();
                assert!(!self.1, "bomb");
            }
        }
        let bombs: Brc<[Bomb]> = (0..3).map(|n| Bomb(drops.clone(), n == 1)).collect();
        assert!(catch_unwind(AssertUnwindSafe(|| drop(bombs))).is_err());
        assert_eq!(drops.get(), 3);
    });
}

#[test]
fn a_weak_reference_in_a_destructor_does_not_upgrade() {
    struct Own(RefCell<Weak<Own>>, Drops);
    impl Drop for Own {
        fn drop(&mut self) {
            assert!(self.0.borrow().upgrade().is_none());
            self.1.count();
        }
    }
    isolated(|| {
        let drops = Drops::new();
        let own = Brc::new(Own(RefCell::default(), drops.clone()));
        own.0.replace(Brc::downgrade(&own));
        drop(own);
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn identity_is_of_the_object_not_of_the_view() {
    isolated(|| {
        let number = Brc::new(5);
        let a = brc_unsize!(number.clone(), dyn Display);
        let b = brc_unsize!(number.clone(), dyn Display);
        assert!(Brc::ptr_eq(&a, &b));
        assert!(!Brc::ptr_eq(&a, &brc_unsize!(Brc::new(5), dyn Display)));
        assert!(Brc::downgrade(&a).ptr_eq(&Brc::downgrade(&b)));
        assert!(ptr::addr_eq(Brc::as_ptr(&a), Brc::as_ptr(&number)));
        // Objects without size differ.
        let (x, y) = (Brc::new(()), Brc::new(()));
        assert!(!Brc::ptr_eq(&x, &y));
        assert_ne!(Brc::as_ptr(&x), Brc::as_ptr(&y));
        assert_eq!(x, y);
    });
}

#[test]
fn traits_of_the_value_pass_through() {
    isolated(|| {
        let a: Brc<str> = "a".into();
        let b: Brc<str> = "b".into();
        assert!(a < b && a == a.clone() && a.cmp(&b).is_lt());
        assert_eq!(format!("{a} {a:?} {:p}", a), format!("a \"a\" {:p}", Brc::as_ptr(&a)));
        let names: HashSet<Brc<str>> = [a.clone(), b, "a".into()].into_iter().collect();
        assert_eq!(names.len(), 2);
        assert!(names.contains("a"), "found by what it borrows as");
        let (as_ref, borrowed): (&str, &str) = (a.as_ref(), std::borrow::Borrow::borrow(&a));
        assert_eq!(as_ref, borrowed);
        let error: Brc<dyn Error + Send + Sync> = Box::<dyn Error + Send + Sync>::from("bad").into();
        assert_eq!(error.to_string(), "bad");
    });
}

#[test]
fn a_fat_reference_is_two_words_and_has_a_niche() {
    let word = size_of::<usize>();
    assert_eq!(
        [size_of::<Brc<u8>>(), size_of::<Option<Brc<u8>>>(), size_of::<Option<Weak<u8>>>()],
        [word; 3]
    );
    assert_eq!(
        [size_of::<Brc<str>>(), size_of::<Option<Brc<dyn Speak>>>(), size_of::<Weak<str>>()],
        [2 * word; 3]
    );
}

#[test]
fn a_pinned_value_stays_in_its_place() {
    isolated(|| {
        let pinned = Brc::pin(std::marker::PhantomPinned);
        let place: *const _ = &raw const *pinned;
        let other = pinned.clone();
        drop(pinned);
        assert!(ptr::eq(place, &raw const *other));
    });
}
