//! References of two words on their way between threads.

use std::sync::{Mutex, mpsc};

use freethreaded::{Brc, attach, brc_unsize};

use crate::common::{Drops, Probe, Remote, isolated, isolated_with_leaks, on_thread};
use crate::{Loud, Speak, loud};

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
