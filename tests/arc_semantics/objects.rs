//! Trait objects, raw pointers, alignment.

use std::any::Any;
use std::fmt::{Debug, Display};
use std::ptr;

use freethreaded::{Brc, Weak, brc_unsize};

use crate::common::{Drops, Probe, isolated};
use crate::{Aligned, AlignedNothing, Loud, Speak, loud};

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
