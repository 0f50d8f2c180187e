//! Slices and text: where they come from, what a panic leaves, how they are written to.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::ffi::{CStr, CString, OsStr, OsString};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::ptr;

use freethreaded::{Brc, brc_unsize};

use crate::common::{Drops, Probe, isolated, live_blocks};
use crate::{Aligned, Budget};

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
