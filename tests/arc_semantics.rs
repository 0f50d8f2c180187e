//! What `std::sync::Arc` and its `Weak` promise, asked of `Brc` and `Weak`: values without a size first of all.
//!
//! Each test runs alone and ends with a leak check. `tests/brc.rs` has the rest of the surface.

mod common;

use std::any::Any;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::error::Error;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fmt::{Debug, Display};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::ptr;
use std::rc::Rc;
use std::sync::{Mutex, mpsc};

use common::{Drops, OnDrop, Probe, Remote, isolated, isolated_with_leaks, live_blocks, on_thread};
use freethreaded::{Brc, Weak, attach, brc_unsize};

trait Speak: Send + Sync {
    fn speak(&self) -> String;
}

struct Loud(String, #[expect(dead_code, reason = "counts its drop")] Probe);

impl Speak for Loud {
    fn speak(&self) -> String {
        self.0.to_uppercase()
    }
}

fn loud(drops: &Drops) -> Brc<dyn Speak> {
    brc_unsize!(Brc::new(Loud("hey".to_string(), drops.probe())), dyn Speak)
}

/// Clones until its budget is used up, then panics.
struct Budget<'a>(&'a Cell<u32>, Drops);

impl Clone for Budget<'_> {
    fn clone(&self) -> Self {
        let left = self.0.get().checked_sub(1).expect("no budget left");
        self.0.set(left);
        Budget(self.0, self.1.clone())
    }
}

impl Drop for Budget<'_> {
    fn drop(&mut self) {
        self.1.count();
    }
}

#[repr(align(128))]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Aligned(u8);

#[repr(align(64))]
#[derive(Debug)]
struct AlignedNothing;

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
fn slices_from_every_owner_of_elements() {
    isolated(|| {
        let words = ["a".to_string(), "b".to_string()];
        let all: Vec<Brc<[String]>> = vec![
            words.as_slice().into(),
            words.clone().as_mut_slice().into(),
            words.to_vec().into(),
            words.to_vec().into_boxed_slice().into(),
            words.clone().into(),
            Cow::Borrowed(words.as_slice()).into(),
            Cow::<[String]>::Owned(words.to_vec()).into(),
            words.iter().cloned().collect(),
            words.iter().filter(|_| true).cloned().collect(),
            brc_unsize!(Brc::new(words.clone()), [String]),
        ];
        assert!(all.iter().all(|brc| **brc == words && Brc::strong_count(brc) == 1));
    });
}

#[test]
fn text_from_every_owner_of_text() {
    isolated(|| {
        let text = "naïve";
        let all: [Brc<str>; 6] = [
            text.into(),
            text.to_string().as_mut_str().into(),
            text.to_string().into(),
            text.to_string().into_boxed_str().into(),
            Cow::Borrowed(text).into(),
            Cow::<str>::Owned(text.to_string()).into(),
        ];
        assert!(all.iter().all(|brc| &**brc == text));
        let bytes: Brc<[u8]> = all[0].clone().into();
        assert_eq!(*bytes, *text.as_bytes());
        assert_eq!(Brc::strong_count(&bytes), 2);
    });
}

#[test]
fn strings_of_the_system() {
    isolated(|| {
        let c = CString::new("c").unwrap();
        assert_eq!(*Brc::<CStr>::from(c.as_c_str()), *Brc::<CStr>::from(c.clone()));
        assert_eq!(Brc::<CStr>::default().to_bytes(), b"");
        assert_eq!(*Brc::<OsStr>::from(OsStr::new("os")), *Brc::<OsStr>::from(OsString::from("os")));
        assert_eq!(*Brc::<Path>::from(Path::new("a/b")), *Brc::<Path>::from(PathBuf::from("a/b")));
    });
}

#[test]
fn a_counted_file_is_read_and_written() {
    use std::io::{Read, Seek, Write};
    isolated(|| {
        let path = std::env::temp_dir().join(format!("freethreaded-{}", std::process::id()));
        let mut options = std::fs::File::options();
        let file = options.read(true).write(true).create(true).truncate(true).open(&path).unwrap();
        let (mut writer, mut text) = (Brc::new(file), String::new());
        let mut reader = writer.clone();
        writer.write_all(b"counted").unwrap();
        writer.flush().unwrap();
        reader.rewind().unwrap();
        reader.read_to_string(&mut text).unwrap();
        std::fs::remove_file(path).unwrap();
        assert_eq!(text, "counted");
        #[cfg(unix)]
        {
            use std::os::fd::{AsFd, AsRawFd};
            assert_eq!(reader.as_fd().as_raw_fd(), writer.as_raw_fd());
        }
    });
}

#[test]
fn empty_slices_and_elements_without_size() {
    isolated(|| {
        assert!(Brc::<[String]>::default().is_empty() && Brc::<str>::default().is_empty());
        let none: Brc<[Aligned]> = Vec::new().into();
        assert_eq!(Brc::as_ptr(&none).cast::<Aligned>().align_offset(128), 0);
        // SAFETY: from `into_raw`, taken back once.
        let none = unsafe { Brc::from_raw(Brc::into_raw(none)) };
        assert_eq!(*none, []);
        let drops = Drops::new();
        struct Nothing;
        thread_local!(static DROPS: RefCell<Option<Drops>> = const { RefCell::new(None) });
        impl Drop for Nothing {
            fn drop(&mut self) {
                DROPS.with_borrow(|drops| drops.as_ref().unwrap().count());
            }
        }
        DROPS.set(Some(drops.clone()));
        let many: Brc<[Nothing]> = (0..1000).map(|_| Nothing).collect();
        assert_eq!((many.len(), drops.get()), (1000, 0));
        drop(many.clone());
        drop(many);
        assert_eq!(drops.get(), 1000);
    });
}

#[test]
fn arrays_and_slices_are_one_object() {
    isolated(|| {
        let drops = Drops::new();
        let array = Brc::new([drops.probe(), drops.probe()]);
        let slice: Brc<[Probe]> = brc_unsize!(array.clone(), [Probe]);
        assert!(ptr::addr_eq(Brc::as_ptr(&array), Brc::as_ptr(&slice)));
        drop(array);
        let slice = <Brc<[Probe; 3]>>::try_from(slice).unwrap_err();
        let array = <Brc<[Probe; 2]>>::try_from(slice).unwrap();
        assert_eq!((drops.get(), Brc::strong_count(&array)), (0, 1));
        drop(array);
        assert_eq!(drops.get(), 2);
    });
}

#[test]
fn a_clone_that_panics_destroys_the_elements_before_it() {
    isolated(|| {
        for budget in 0..4 {
            let (drops, left) = (Drops::new(), Cell::new(budget));
            let originals: Vec<_> = (0..4).map(|_| Budget(&left, drops.clone())).collect();
            let before = live_blocks();
            let result = catch_unwind(AssertUnwindSafe(|| Brc::<[Budget]>::from(originals.as_slice())));
            assert!(result.is_err());
            assert_eq!((drops.get(), live_blocks()), (budget as usize, before));
        }
    });
}

#[test]
fn an_iterator_that_panics_leaks_nothing() {
    isolated(|| {
        let drops = Drops::new();
        let before = live_blocks();
        let result = catch_unwind(AssertUnwindSafe(|| {
            (0..9).map(|n| if n < 5 { drops.probe() } else { panic!("enough") }).collect::<Brc<[Probe]>>()
        }));
        assert!(result.is_err());
        assert_eq!((drops.get(), live_blocks()), (5, before));
    });
}

#[test]
fn an_iterator_that_lies_about_its_length_is_not_believed() {
    struct Liar(u8, (usize, Option<usize>));
    impl Iterator for Liar {
        type Item = u8;
        fn next(&mut self) -> Option<u8> {
            self.0 = self.0.checked_sub(1)?;
            Some(self.0)
        }
        fn size_hint(&self) -> (usize, Option<usize>) {
            self.1
        }
    }
    isolated(|| {
        assert_eq!(*Liar(3, (0, Some(0))).collect::<Brc<[u8]>>(), [2, 1, 0]);
        assert_eq!(*Liar(3, (10, Some(20))).collect::<Brc<[u8]>>(), [2, 1, 0]);
    });
}

#[test]
fn get_mut_and_make_mut_of_slices() {
    isolated(|| {
        let mut a: Brc<[u8]> = [1, 2].into();
        Brc::get_mut(&mut a).unwrap()[0] = 3;
        let b = a.clone();
        assert!(Brc::get_mut(&mut a).is_none());
        Brc::make_mut(&mut a)[1] = 4;
        assert_eq!((&*a, &*b), ([3, 4].as_slice(), [3, 2].as_slice()));
        // Only weak references are in the way: the elements move, and the weak references lead nowhere.
        let weak = Brc::downgrade(&a);
        let place = Brc::as_ptr(&a);
        Brc::make_mut(&mut a)[0] = 5;
        assert!(weak.upgrade().is_none() && !ptr::eq(place, Brc::as_ptr(&a)));
        assert_eq!(*a, [5, 4]);
        let mut text: Brc<str> = "abc".into();
        let other = text.clone();
        Brc::make_mut(&mut text).make_ascii_uppercase();
        assert_eq!((&*text, &*other), ("ABC", "abc"));
    });
}

#[test]
fn make_mut_moves_elements_without_dropping_or_cloning_them() {
    isolated(|| {
        let (drops, left) = (Drops::new(), Cell::new(0));
        let mut a: Brc<[Budget]> = vec![Budget(&left, drops.clone()), Budget(&left, drops.clone())].into();
        let weak = Brc::downgrade(&a);
        assert_eq!(Brc::make_mut(&mut a).len(), 2);
        assert_eq!((drops.get(), weak.strong_count()), (0, 0));
        let b = a.clone();
        assert!(catch_unwind(AssertUnwindSafe(|| _ = Brc::make_mut(&mut a))).is_err());
        assert!(Brc::ptr_eq(&a, &b), "a clone that panics leaves the reference");
        drop((a, b));
        assert_eq!(drops.get(), 2);
    });
}

#[test]
fn get_mut_of_a_trait_object() {
    trait Count {
        fn add(&mut self) -> u32;
    }
    impl Count for u32 {
        fn add(&mut self) -> u32 {
            *self += 1;
            *self
        }
    }
    isolated(|| {
        let mut count: Brc<dyn Count> = brc_unsize!(Brc::new(1_u32), dyn Count);
        assert_eq!(Brc::get_mut(&mut count).unwrap().add(), 2);
        let _other = count.clone();
        assert!(Brc::get_mut(&mut count).is_none());
    });
}

#[test]
fn unwrap_or_clone_moves_where_it_can() {
    isolated(|| {
        let (drops, left) = (Drops::new(), Cell::new(1));
        let a = Brc::new(Budget(&left, drops.clone()));
        let b = a.clone();
        drop(Brc::unwrap_or_clone(a));
        assert_eq!((drops.get(), left.get()), (1, 0));
        drop(Brc::unwrap_or_clone(b));
        assert_eq!(drops.get(), 2);
    });
}

#[test]
fn a_trait_object_destroys_its_value_once() {
    isolated(|| {
        let drops = Drops::new();
        let speaker = loud(&drops);
        let weak = Brc::downgrade(&speaker);
        assert_eq!(weak.upgrade().unwrap().speak(), "HEY");
        drop(speaker.clone());
        assert_eq!(drops.get(), 0);
        drop(speaker);
        assert_eq!(drops.get(), 1);
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn a_boxed_value_of_any_kind_moves_over() {
    isolated(|| {
        let drops = Drops::new();
        let boxed: Box<dyn Speak> = Box::new(Loud("moved".to_string(), drops.probe()));
        let speaker: Brc<dyn Speak> = boxed.into();
        assert_eq!((speaker.speak().as_str(), drops.get()), ("MOVED", 0));
        drop(speaker);
        assert_eq!(drops.get(), 1);
        let aligned: Brc<dyn Any> = Brc::from(Box::new(Aligned(7)) as Box<dyn Any>);
        assert_eq!(aligned.downcast_ref(), Some(&Aligned(7)));
        assert_eq!(Brc::as_ptr(&aligned).cast::<u8>().align_offset(128), 0);
        let nothing: Brc<dyn Debug> = Brc::from(Box::new(AlignedNothing) as Box<dyn Debug>);
        assert_eq!(format!("{nothing:?}"), "AlignedNothing");
        assert_eq!(*Brc::<i32>::from(Box::new(5)), 5);
    });
}

#[test]
fn traits_upcast_and_lose_their_markers() {
    trait Sub: Display + Send + Sync {}
    impl Sub for u8 {}
    isolated(|| {
        let sub: Brc<dyn Sub> = brc_unsize!(Brc::new(8_u8), dyn Sub);
        let sup: Brc<dyn Display> = brc_unsize!(sub.clone(), dyn Display);
        assert_eq!((sup.to_string().as_str(), Brc::strong_count(&sub)), ("8", 2));
        let marked = brc_unsize!(Brc::new(8), dyn Display + Send + Sync);
        assert_eq!(brc_unsize!(marked, dyn Display).to_string(), "8");
    });
}

#[test]
fn a_trait_object_may_borrow() {
    let text = "borrowed".to_string();
    let shown: Brc<dyn Display + '_> = brc_unsize!(Brc::new(text.as_str()), dyn Display + '_);
    assert_eq!(shown.to_string(), "borrowed");
}

#[test]
fn a_macro_argument_is_evaluated_once_and_may_be_an_expression() {
    isolated(|| {
        let mut calls = 0;
        let shown = brc_unsize!(
            {
                calls += 1;
                Brc::new(calls)
            },
            dyn Display,
        );
        assert_eq!((shown.to_string().as_str(), calls), ("1", 1));
    });
}

#[test]
fn downcast_gives_the_object_or_the_reference_back() {
    isolated(|| {
        let drops = Drops::new();
        let any: Brc<dyn Any + Send + Sync> = brc_unsize!(Brc::new(drops.probe()), dyn Any + Send + Sync);
        let same = any.clone();
        let any = any.downcast::<u8>().unwrap_err();
        let probe: Brc<Probe> = any.downcast().unwrap();
        assert_eq!(Brc::strong_count(&probe), 2);
        drop((same, probe));
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn raw_pointers_of_over_aligned_values_lead_back() {
    isolated(|| {
        let sized = Brc::new(Aligned(1));
        let raw = Brc::into_raw(sized);
        assert_eq!(raw.align_offset(128), 0);
        // SAFETY: from `into_raw`; as a trait object, which `from_raw` allows; taken back once.
        let traited: Brc<dyn Debug> = unsafe { Brc::from_raw(raw as *const dyn Debug) };
        assert_eq!(format!("{traited:?}"), "Aligned(1)");
        let raw = Brc::into_raw(traited);
        // SAFETY: as above, and back to its type.
        let sized: Brc<Aligned> = unsafe { Brc::from_raw(raw.cast()) };
        assert_eq!(*sized, Aligned(1));

        let slice: Brc<[Aligned]> = [Aligned(1), Aligned(2)].into();
        let raw = Brc::into_raw(slice);
        assert_eq!(raw.cast::<Aligned>().align_offset(128), 0);
        // SAFETY: from `into_raw`, taken back once.
        assert_eq!(unsafe { Brc::from_raw(raw) }[1], Aligned(2));

        let nothing: Brc<dyn Debug> = brc_unsize!(Brc::new(AlignedNothing), dyn Debug);
        // SAFETY: from `into_raw`, taken back once.
        let nothing = unsafe { Brc::from_raw(Brc::into_raw(nothing)) };
        assert_eq!(format!("{nothing:?}"), "AlignedNothing");
    });
}

#[test]
fn raw_weak_pointers_lead_back_when_the_value_is_gone() {
    isolated(|| {
        let drops = Drops::new();
        let strong = loud(&drops);
        let raw = Brc::downgrade(&strong).into_raw();
        assert!(ptr::addr_eq(raw, Brc::as_ptr(&strong)));
        drop(strong);
        // SAFETY: from `into_raw`, taken back once.
        let weak = unsafe { Weak::from_raw(raw) };
        assert!(weak.upgrade().is_none());
        assert_eq!(drops.get(), 1);
        let aligned: Brc<dyn Debug> = brc_unsize!(Brc::new(Aligned(3)), dyn Debug);
        let raw = Brc::downgrade(&aligned).into_raw();
        drop(aligned);
        // SAFETY: as above.
        drop(unsafe { Weak::from_raw(raw) });
    });
}

#[test]
fn elements_of_every_alignment_are_where_they_should_be() {
    fn check<T: Copy + PartialEq + Debug + Send + Sync + 'static>(value: T) {
        for len in [0, 1, 2, 3, 17, 1000] {
            let elements = vec![value; len];
            let brc: Brc<[T]> = elements.as_slice().into();
            assert_eq!(Brc::as_ptr(&brc).cast::<T>().align_offset(align_of::<T>()), 0);
            assert_eq!(*brc, *elements);
            let weak = Brc::downgrade(&brc);
            assert!(ptr::eq(weak.as_ptr(), Brc::as_ptr(&brc)));
        }
    }
    isolated(|| {
        check(1_u8);
        check(1_u16);
        check(1_u64);
        check(1_u128);
        check([1_u8; 3]);
        check(Aligned(1));
        check(());
    });
}

#[test]
fn fat_references_reach_the_owner_by_mail() {
    isolated(|| {
        let drops = Drops::new();
        for _ in 0..100 {
            let speaker = loud(&drops);
            let text: Brc<str> = "mail".into();
            let probes: Brc<[Probe]> = [drops.probe(), drops.probe()].into();
            on_thread(move || {
                assert_eq!((speaker.speak().as_str(), &*text, probes.len()), ("HEY", "mail", 2));
            });
        }
        freethreaded::collect();
        assert_eq!(drops.get(), 300);
    });
}

#[test]
fn an_owner_that_keeps_references_merges_fat_parcels() {
    isolated(|| {
        let drops = Drops::new();
        let speaker = loud(&drops);
        let other = speaker.clone();
        on_thread(move || drop(other));
        attach().checkpoint();
        assert_eq!((drops.get(), Brc::strong_count(&speaker)), (0, 1));
        // Merged now: the last reference goes where it is dropped.
        on_thread(move || drop(speaker));
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn a_fat_reference_to_an_owner_that_is_away_is_settled_by_who_drops_it() {
    isolated(|| {
        let drops = Drops::new();
        let (speaker, probes) = (loud(&drops), Brc::<[Probe]>::from([drops.probe()]));
        let count = drops.clone();
        attach().detach(move || {
            on_thread(move || {
                drop((speaker, probes));
                assert_eq!(count.get(), 2, "destroyed at once");
            });
        });
    });
}

#[test]
fn a_fat_reference_to_an_owner_that_is_gone() {
    isolated(|| {
        let drops = Drops::new();
        let count = drops.clone();
        let (speaker, text) = on_thread(move || (loud(&count), Brc::<str>::from("left behind")));
        assert_eq!((speaker.clone().speak().as_str(), &*text.clone()), ("HEY", "left behind"));
        drop((speaker, text));
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn one_object_by_its_type_and_by_a_trait_on_two_threads() {
    isolated(|| {
        let drops = Drops::new();
        let owner = Remote::new();
        for round in 0..50 {
            let count = drops.clone();
            let (sized, traited) = owner.run(move || {
                let sized = Brc::new(Loud("two".to_string(), count.probe()));
                (sized.clone(), brc_unsize!(sized, dyn Speak))
            });
            // The parcel is of one kind or of the other.
            if round % 2 == 0 {
                drop((sized, traited))
            } else {
                drop((traited, sized))
            };
        }
        owner.run(freethreaded::collect);
        assert_eq!(drops.get(), 50);
    });
}

#[test]
fn immortal_values_without_size() {
    // Reachable to the end, so that a leak checker has nothing to say.
    type Kept = (Brc<str>, Brc<dyn Speak>);
    static KEPT: Mutex<Option<Kept>> = Mutex::new(None);
    isolated_with_leaks(|| {
        let name: Brc<str> = "for ever".into();
        Brc::make_immortal(&name);
        assert!(Brc::is_immortal(&name));
        // By request, through the owner's mailbox.
        let owner = Remote::new();
        let drops = Drops::new();
        let count = drops.clone();
        let (speaker, kept) = owner.run(move || {
            let speaker = loud(&count);
            (speaker.clone(), speaker)
        });
        Brc::make_immortal(&speaker);
        owner.run(|| attach().checkpoint());
        assert!(Brc::is_immortal(&speaker));
        drop(speaker);
        assert_eq!((drops.get(), kept.speak().as_str()), (0, "HEY"));
        KEPT.lock().unwrap().replace((name, kept));
    });
}

#[test]
fn upgrades_of_fat_weak_references_on_another_thread() {
    isolated(|| {
        let drops = Drops::new();
        let speaker = loud(&drops);
        let weak = Brc::downgrade(&speaker);
        let (done, wait) = mpsc::channel();
        on_thread(move || {
            let strong = weak.upgrade().unwrap();
            assert_eq!(strong.speak(), "HEY");
            drop(strong);
            done.send(weak).unwrap();
        });
        drop(speaker);
        freethreaded::collect();
        assert_eq!(drops.get(), 1);
        assert!(wait.recv().unwrap().upgrade().is_none());
    });
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
