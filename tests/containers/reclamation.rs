//! When what a container gives up is destroyed, and how long it may still be borrowed.

use std::sync::Arc;

use freethreaded::runtime::{bounds, on_this_thread, stats};
use freethreaded::{Brc, Dict, List, Set, attach, collect};

use super::Company;
use super::common::{Drops, Probe, isolated};

/// Every way in which a container gives a value up, for a value in a dict at 1, in a set, and at 0 of a list of three.
type Containers = (Dict<u32, Brc<Probe>>, Dict<u32, Arc<Probe>>, List<Brc<Probe>>);

const WAYS: [fn(&Containers, &Drops); 8] = [
    |c, _| drop((c.0.remove(&1), c.1.remove(&1), c.2.remove(0))),
    |c, _| {
        c.0.clear();
        c.1.clear();
        c.2.truncate(0);
    },
    |c, d| drop((c.0.insert(1, d.probe()), c.1.insert(1, d.probe()), c.2.set(0, d.probe()).ok())),
    |c, d| {
        drop((c.0.replace(&1, d.probe()).ok(), c.1.replace(&1, d.probe()).ok(), c.2.set(0, d.probe()).ok()))
    },
    |c, _| drop((c.0.remove(&1), c.1.remove(&1), c.2.pop(), c.2.pop(), c.2.pop())),
    |c, _| {
        c.0.clear();
        c.1.clear();
        c.2.clear();
    },
    |c, d| {
        // Past rebuilds.
        (2..30).for_each(|n| drop((c.0.insert(n, d.probe()), c.1.insert(n, d.probe()))));
        (2..30).for_each(|_| c.2.insert(1, d.probe()));
        drop((c.0.remove(&1), c.1.remove(&1), c.2.remove(0)));
    },
    |c, _| (0..2).for_each(|_| drop((c.0.remove(&1), c.1.remove(&1), c.2.remove(0), c.2.remove(0)))),
];

#[test]
fn borrowed_values_live_until_the_checkpoint() {
    for company in [false, true] {
        isolated(move || {
            let _company = company.then(Company::come);
            for way in WAYS {
                let (drops, others) = (Drops::new(), Drops::new());
                let containers: Containers = (
                    [(1, drops.probe())].into(),
                    [(1, drops.probe())].into(),
                    [drops.probe(), others.probe(), others.probe()].into(),
                );
                let mut cx = attach();
                let borrowed = (
                    containers.0.get_ref(&1, &cx).unwrap(),
                    containers.1.get_ref(&1, &cx).unwrap(),
                    containers.2.get_ref(0, &cx).unwrap(),
                );
                let nested = attach();
                way(&containers, &others);
                drop(nested);
                collect();
                assert_eq!(drops.get(), 0, "destroyed while borrowed");
                let _ = format!("{borrowed:?}");
                cx.checkpoint();
                assert_eq!(drops.get(), 3, "kept after the checkpoint");
            }
        });
    }
}

#[test]
fn a_borrowed_key_lives_until_the_checkpoint() {
    isolated(|| {
        let set: Set<String> = ["a".to_string(), "b".to_string()].into();
        let mut cx = attach();
        let a = set.get_ref("a", &cx).unwrap();
        let b = set.get_or_insert_with("b", |_: &str| unreachable!(), &cx);
        let pending = on_this_thread().pending;
        assert!(set.remove("a"));
        set.clear();
        set.insert("a".to_string());
        assert_eq!((a.as_str(), b.as_str()), ("a", "b"));
        assert!(on_this_thread().pending > pending);
        cx.checkpoint();
        assert_eq!(on_this_thread().pending, 0);
    });
}

/// References that an iterator has given are as good as others, and it goes on over a table that was given up meanwhile.
#[test]
fn iterators_outlive_what_they_walk() {
    isolated(|| {
        let _company = Company::come();
        let dict: Dict<u32, Brc<u32>> = (0..100).map(|n| (n, n)).collect();
        let list: List<Brc<u32>> = (0..100).collect();
        let cx = attach();
        let (mut entries, mut elements) = (dict.iter(&cx), list.iter(&cx));
        assert_eq!((entries.next(), elements.next()), (Some((&0, &0)), Some(&0)));
        dict.clear();
        list.clear();
        (200..500).for_each(|n| drop((dict.insert(n, n), list.push(n))));
        assert!(entries.all(|(key, value)| key == value && *key < 100));
        assert!(elements.eq(&(1..100).collect::<Vec<_>>()));
        assert!(dict.keys(&cx).eq(&(200..500).collect::<Vec<_>>()));
    });
}

#[test]
fn alone_and_without_token_destructors_run_in_the_call() {
    isolated(|| {
        for way in WAYS {
            let (drops, others) = (Drops::new(), Drops::new());
            let containers: Containers = (
                [(1, drops.probe())].into(),
                [(1, drops.probe())].into(),
                [drops.probe(), others.probe(), others.probe()].into(),
            );
            way(&containers, &others);
            assert_eq!((drops.get(), on_this_thread().pending), (3, 0));
        }
    });
}

#[test]
fn a_returned_value_is_the_callers() {
    isolated(|| {
        for company in [false, true] {
            let _company = company.then(Company::come);
            let drops = Drops::new();
            let dict: Dict<u32, Brc<Probe>> = [(1, drops.probe())].into();
            let value = dict.remove(&1);
            collect();
            assert_eq!(drops.get(), 0);
            drop(value);
            assert_eq!(drops.get(), 1, "the last reference");
        }
    });
}

/// What is retired and may be destroyed does not pile up past the bound, though nobody calls `collect`.
#[test]
fn garbage_is_bounded_in_company() {
    isolated(|| {
        let _company = Company::come();
        let (drops, dict, list) = (Drops::new(), Dict::<u32, Brc<Probe>>::new(), List::<Arc<Probe>>::new());
        for n in 0..2000 {
            dict.insert(n % 7, drops.probe());
            list.push(drops.probe());
            dict.remove(&(n % 5));
            list.remove(0);
            assert!(on_this_thread().pending <= bounds().retired_objects + 8, "{:?}", on_this_thread());
        }
        assert!(drops.get() > 4000 - bounds().retired_objects);
        let blobs: Dict<u32, Brc<[u8; 9000]>> = Dict::new();
        for n in 0..100 {
            blobs.insert(n % 3, [0; 9000]);
            assert!(on_this_thread().pending_bytes <= 64 * 1024 + 10_000, "{:?}", on_this_thread());
        }
    });
}

#[test]
fn memory_of_containers_that_fill_and_empty_stays_bounded() {
    for company in [false, true] {
        isolated(move || {
            let _company = company.then(Company::come);
            let (dict, set, list) =
                (Dict::<u64, Brc<u64>>::new(), Set::<u64>::new(), List::<Brc<u64>>::new());
            let mut peak = 0;
            for round in 0..60 {
                for n in 0..100 {
                    let key = round * 100 + n;
                    dict.insert(key, key);
                    set.insert(key);
                    list.push(key);
                }
                let bytes = stats().live.map_or(0, |(_, bytes)| bytes);
                assert!(dict.capacity() <= 1000 && set.capacity() <= 1000 && list.capacity() <= 400);
                assert!(round < 20 || bytes <= peak + 80 * 1024, "{bytes} after {peak}");
                peak = peak.max(bytes);
                for n in 0..100 {
                    let key = round * 100 + n;
                    assert!(dict.remove(&key).is_some() && set.remove(&key) && list.pop().is_some());
                }
            }
            // A queue: one in, one out.
            dict.insert(0, 0);
            for n in 1..5000 {
                dict.insert(n, n);
                dict.remove(&(n - 1));
            }
            assert!(dict.capacity() <= 1000 && dict.len() == 1, "{}", dict.capacity());
        });
    }
}

/// A container that dies takes its contents along at once, whoever else is there.
#[test]
fn dropping_a_container_drops_its_contents() {
    isolated(|| {
        let _company = Company::come();
        let drops = Drops::new();
        let dict: Brc<Dict<u32, Brc<Probe>>> = Brc::new((0..100).map(|n| (n, drops.probe())).collect());
        let list: Brc<List<Arc<Probe>>> = Brc::new((0..100).map(|_| drops.probe()).collect());
        let kept = (dict.get(&1), list.get(1));
        drop((dict, list));
        assert_eq!(drops.get(), 198);
        drop(kept);
        assert_eq!(drops.get(), 200);
    });
}
