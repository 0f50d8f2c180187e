//! A `List` under readers and writers at once: what readers see at every moment.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use freethreaded::collections::Slice;
use freethreaded::{Brc, List, attach, attach_with, critical_section2};

use super::common::isolated;
use super::side_by_side;

type Numbers = List<Brc<u64>>;

/// Runs `write` over and over until `readers` threads have read `rounds` times each.
fn against(rounds: usize, readers: usize, write: impl Fn(u64) + Sync, read: impl Fn() + Sync) {
    let (running, start) = (AtomicUsize::new(readers), Barrier::new(readers + 1));
    struct Ended<'a>(&'a AtomicUsize);
    impl Drop for Ended<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
    let reader = || {
        let _ended = Ended(&running);
        start.wait();
        (0..rounds).for_each(|_| read());
    };
    let writer = || {
        start.wait();
        let mut n = 0;
        while running.load(Ordering::Relaxed) != 0 {
            write(n);
            n += 1;
        }
    };
    let mut tasks: Vec<&(dyn Fn() + Sync)> = vec![&writer];
    tasks.resize(readers + 1, &reader);
    side_by_side(&tasks);
}

/// 0 to 99 in some order; every way to permute them.
#[test]
fn permutations_are_seen_whole() {
    isolated(|| {
        let list: Numbers = (0..100).collect();
        let write = |n: u64| match n % 7 {
            0 => list.reverse(),
            1 => list.rotate_left(n as usize % 13),
            2 => list.swap(n as usize % 100, 7),
            3 => list.sort().unwrap(),
            4 => list.sort_by(|a, b| b.cmp(a)).unwrap(),
            5 => list.sort_by_cached_key(|n| n % 10).unwrap(),
            _ => list.rotate_right(n as usize % 17),
        };
        let read = || {
            let cx = attach();
            // Nothing is changed in place, so a walk is one moment.
            let mut seen: Vec<u64> = list.iter(&cx).copied().collect();
            assert_eq!(list.len(), 100);
            seen.sort_unstable();
            assert!(seen.into_iter().eq(0..100));
            let mut backwards: Vec<u64> = list.iter(&cx).rev().copied().collect();
            backwards.sort_unstable();
            assert!(backwards.into_iter().eq(0..100));
        };
        against(2000, 2, write, read);
    });
}

/// Ascending runs come and go in one step each.
#[test]
fn slices_are_seen_whole() {
    isolated(|| {
        let list: Numbers = (0..20).collect();
        let odd = Slice::new(Some(1), None, Some(2)).unwrap();
        let write = |n: u64| match n % 5 {
            0 => drop(list.splice(5..5, 1000..1010)),
            1 => drop(list.remove_slice(5..15)),
            2 => drop(list.remove_slice(odd)),
            3 => {
                let even = list.snapshot();
                list.replace_all(
                    (0..20).map(|n| if n % 2 == 0 { even[n / 2].clone() } else { Brc::new(n as u64) }),
                );
            }
            _ => drop(list.assign_slice(odd, (0..10).map(|n| 2 * n + 1)).unwrap()),
        };
        let read = || {
            let cx = attach();
            let seen: Vec<u64> = list.iter(&cx).copied().collect();
            let whole: Vec<u64> = (0..20).collect();
            let even: Vec<u64> = (0..10).map(|n| 2 * n).collect();
            let spliced: Vec<u64> = (0..5).chain(1000..1010).chain(5..20).collect();
            assert!(seen == whole || seen == even || seen == spliced, "{seen:?}");
            assert!(matches!(list.snapshot().len(), 10 | 20 | 30));
        };
        against(3000, 2, write, read);
    });
}

/// Appends in place and cuts: what is found below the end is always what belongs there.
#[test]
fn ends_that_come_and_go() {
    isolated(|| {
        let list: Numbers = (0..8).collect();
        list.reserve(100);
        let write = |n: u64| {
            let len = list.len() as u64;
            list.extend(len..len + n % 30);
            match n % 3 {
                0 => list.truncate(8),
                1 => drop(list.remove_slice(8..)),
                _ => {
                    while list.len() > 8 {
                        drop(list.pop());
                    }
                }
            }
        };
        let read = || {
            let cx = attach();
            for (index, &n) in list.iter(&cx).enumerate() {
                assert_eq!(index as u64, n);
            }
            let backwards: Vec<u64> = list.iter(&cx).rev().copied().collect();
            // What was cut off meanwhile is passed over.
            assert!(backwards.is_sorted_by(|a, b| a > b) && backwards.last() == Some(&0));
            assert!(list.last().is_some_and(|last| (7..40).contains(&*last)));
            assert!(list.iter_owned().enumerate().all(|(index, n)| index as u64 == *n));
            assert_eq!(list.index_of(&6), Some(6));
            assert_eq!(list.binary_search(&3), Ok(3));
        };
        against(3000, 2, write, read);
    });
}

/// Sums stay the same in both lists together, for whoever holds both locks, however threads cross.
#[test]
fn two_lists_are_changed_in_one_moment() {
    isolated(|| {
        let (a, b): (Numbers, Numbers) = ((0..30).collect(), (30..60).collect());
        let total = || critical_section2(&a, &b, |_| a.len() + b.len());
        let movers = AtomicUsize::new(3);
        let move_some = |a: &Numbers, b: &Numbers| {
            for _ in 0..600 {
                a.swap_contents(b);
                critical_section2(a, b, |_| {
                    let moved = a.drain(..5.min(a.len()));
                    b.extend(moved);
                });
            }
            movers.fetch_sub(1, Ordering::Relaxed);
        };
        let reader = || {
            while movers.load(Ordering::Relaxed) != 0 {
                assert_eq!(total(), 60);
                assert_eq!(a.concat(&b).len(), 60);
                let both = b.concat(&a);
                both.sort().unwrap();
                assert_eq!(both, (0..60).collect::<Vec<_>>());
            }
        };
        side_by_side(&[&|| move_some(&a, &b), &|| move_some(&b, &a), &|| move_some(&a, &b), &reader]);
        assert_eq!(total(), 60);
    });
}

/// Lists that extend each other and themselves: each step multiplies whole prefixes, so both consist of whole runs.
#[test]
fn extending_crosswise() {
    isolated(|| {
        for _ in 0..100 {
            let (a, b): (Numbers, Numbers) = ([1, 2, 3].into(), [1, 2, 3].into());
            side_by_side(&[
                &|| (0..4).for_each(|_| a.extend_from_list(&b)),
                &|| (0..4).for_each(|_| b.extend_from_list(&a)),
                &|| {
                    a.extend_from_list(&a);
                    a.assign_slice_from_list(3..3, &b).unwrap();
                },
            ]);
            for list in [&a, &b] {
                assert!(list.len() % 3 == 0);
                assert!(list.snapshot().chunks(3).all(|run| (*run[0], *run[1], *run[2]) == (1, 2, 3)));
            }
        }
    });
}

/// Equal lists that are changed together under both locks are never found to differ.
#[test]
fn comparisons_are_of_one_moment() {
    isolated(|| {
        let (a, b): (Numbers, Numbers) = ([1, 2].into(), [1, 2].into());
        let write = |n: u64| {
            critical_section2(&a, &b, |_| {
                for list in [&a, &b] {
                    if n % 5 == 4 {
                        list.truncate(2);
                    } else {
                        list.push(n);
                    }
                }
            });
        };
        against(3000, 2, write, || {
            assert!(a == b);
            assert!(a.cmp(&b).is_eq() && b.partial_cmp(&a).is_some_and(std::cmp::Ordering::is_eq));
        });
    });
}

/// Each increment arrives, whichever way it is made.
#[test]
fn no_update_is_lost() {
    isolated(|| {
        const EACH: u64 = 2000;
        let list: Numbers = [0, 0].into();
        let increment = || {
            for _ in 0..EACH {
                drop(list.update(0, |n| n + 1));
                attach_with(|_| {
                    while let Some(seen) = list.get(1) {
                        if list.compare_exchange(1, &seen, *seen + 1).is_ok() {
                            break;
                        }
                    }
                });
            }
        };
        // Moves both, so that some exchanges meet another block.
        let move_them = || (0..500).for_each(|_| (list.reserve(10), list.shrink_to_fit()).1);
        side_by_side(&[&increment, &increment, &increment, &move_them]);
        assert_eq!(list, [3 * EACH; 2]);
    });
}

/// Each element is taken once, by whatever removes.
#[test]
fn each_element_goes_to_one() {
    isolated(|| {
        const ALL: u64 = 3000;
        let list: Numbers = (0..ALL).collect();
        let taken = List::<Brc<u64>>::new();
        let removals: [&(dyn Fn() -> Vec<Brc<u64>> + Sync); 5] = [
            &|| list.pop().into_iter().collect(),
            &|| list.pop_at(-2).into_iter().collect(),
            &|| list.drain(1..4).collect(),
            &|| list.extract_if(|n| n % 50 == 7),
            &|| list.swap_remove(3).into_iter().collect(),
        ];
        let tasks = removals.map(|remove| {
            || {
                while list.len() > 10 {
                    taken.extend(remove());
                }
            }
        });
        side_by_side(&tasks.each_ref().map(|task| task as &(dyn Fn() + Sync)));
        taken.extend(list.take_all());
        taken.sort().unwrap();
        assert_eq!(taken, (0..ALL).collect::<Vec<_>>());
    });
}
