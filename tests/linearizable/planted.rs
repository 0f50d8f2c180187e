//! Wrappers that are careless in the ways in which one is, with the window widened. Their histories must be rejected.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use freethreaded::{Set, attach};

use super::checker::Value;
use super::common::isolated;
use super::dict::{Entries, Map, gone, got, one, out, place, put};
use super::list::{Elements, Values};
use super::rows::{Out, Row, Subject, row};
use super::set::{self, Keys};

fn window() {
    for _ in 0..20 {
        thread::yield_now();
    }
}

/// A dict, what else a wrapper keeps beside it, and a lock that some of its operations forget.
#[derive(Default)]
struct Wrapped {
    dict: Map,
    len: AtomicU32,
    copy: Mutex<Option<Value>>,
}

fn insert(w: &Wrapped, k: usize, v: Value) -> Out {
    let old = w.dict.insert(k as u32, v);
    // Late, so that an entry is there and not counted; and so is the copy.
    window();
    if old.is_none() {
        w.len.fetch_add(1, Ordering::SeqCst);
    }
    if k == 0 {
        *w.copy.lock().unwrap_or_else(PoisonError::into_inner) = Some(v);
    }
    one(old)
}

const DICT: &[Row<Wrapped, Entries>] = &[
    row("get", |w, k, _| one(w.dict.get(&(k as u32))), |m, k, _| out(got(m, k))),
    row("insert", insert, |m, k, v| out(put(m, k, v))),
    row("remove", |w, k, _| one(w.dict.remove(&(k as u32))), |m, k, _| out(gone(m, k))),
    // From here on they are broken.
    row(
        "replace as get and insert",
        |w, k, v| {
            let Some(old) = w.dict.get(&(k as u32)) else { return Out::new() };
            window();
            drop(w.dict.insert(k as u32, v));
            vec![*old]
        },
        |m, k, v| out(got(m, k).and_then(|_| put(m, k, v))),
    ),
    row(
        "get_or_insert as get and insert",
        |w, k, v| {
            if let Some(found) = w.dict.get(&(k as u32)) {
                return vec![*found];
            }
            window();
            drop(w.dict.insert(k as u32, v));
            vec![v]
        },
        |m, k, v| out(got(m, k).or_else(|| put(m, k, v).or(Some(v)))),
    ),
    row(
        "remove as get and remove",
        |w, k, _| {
            let old = w.dict.get(&(k as u32));
            window();
            drop(w.dict.remove(&(k as u32)));
            one(old)
        },
        |m, k, _| out(gone(m, k)),
    ),
    row(
        "update as get and insert",
        |w, k, _| {
            let old = w.dict.get(&(k as u32)).map_or(0, |old| *old);
            window();
            drop(w.dict.insert(k as u32, old + 1));
            vec![old + 1]
        },
        |m, k, _| {
            let new = got(m, k).unwrap_or(0) + 1;
            put(m, k, new);
            vec![new]
        },
    ),
    row(
        "pop_last by iteration",
        |w, _, _| {
            let last = w.dict.snapshot().pop();
            window();
            let Some((key, value)) = last else { return Out::new() };
            drop(w.dict.remove(&key));
            vec![key, *value]
        },
        |m, _, _| m.pop().map_or_else(Out::new, |(key, value)| vec![key, value]),
    ),
    row(
        "clear key by key",
        |w, _, _| {
            for (key, _) in w.dict.snapshot() {
                drop(w.dict.remove(&key));
                window();
            }
            Out::new()
        },
        |m, _, _| {
            m.clear();
            Out::new()
        },
    ),
    row(
        "snapshot by iteration",
        |w, _, _| {
            let cx = attach();
            let mut found = Out::new();
            for (key, value) in w.dict.iter(&cx) {
                found.extend([*key, *value]);
                window();
            }
            found
        },
        |m, _, _| m.iter().flat_map(|&(key, value)| [key, value]).collect(),
    ),
    row(
        "a stale copy",
        |w, _, _| out(*w.copy.lock().unwrap_or_else(PoisonError::into_inner)),
        |m, _, _| out(got(m, 0)),
    ),
    row("a late length", |w, _, _| vec![w.len.load(Ordering::SeqCst)], |m, _, _| vec![m.len() as Value]),
    row(
        "move_to_end as remove and insert",
        |w, k, _| {
            let Some(value) = w.dict.remove(&(k as u32)) else { return vec![0] };
            window();
            drop(w.dict.insert(k as u32, value));
            vec![1]
        },
        |m, k, _| match place(m, k) {
            Some(at) => {
                let entry = m.remove(at);
                m.push(entry);
                vec![1]
            }
            None => vec![0],
        },
    ),
];

#[test]
fn broken_wrappers_of_a_dict_are_caught() {
    isolated(|| {
        Subject {
            make: Wrapped::default,
            start: vec![],
            tables: &[DICT],
            core: 3,
            between: |_, _| (),
            places: 2,
        }
        .catch(41);
    });
}

const SET: &[Row<Set<Value>, Keys>] = &[
    row("contains", |s, k, _| vec![s.contains(&(k as Value)).into()], |m, k, _| vec![set::has(m, k).into()]),
    row("insert", |s, k, _| vec![s.insert(k as Value).into()], |m, k, _| vec![set::add(m, k).into()]),
    row("remove", |s, k, _| vec![s.remove(&(k as Value)).into()], |m, k, _| vec![set::gone(m, k).into()]),
    // From here on they are broken.
    row(
        "insert as contains and insert",
        |s, k, _| {
            let new = !s.contains(&(k as Value));
            window();
            s.insert(k as Value);
            vec![new.into()]
        },
        |m, k, _| vec![set::add(m, k).into()],
    ),
    row(
        "remove as contains and remove",
        |s, k, _| {
            let had = s.contains(&(k as Value));
            window();
            s.remove(&(k as Value));
            vec![had.into()]
        },
        |m, k, _| vec![set::gone(m, k).into()],
    ),
    row(
        "pop as look and remove",
        |s, _, _| {
            let first = s.iter(&attach()).next().copied();
            window();
            first.iter().for_each(|key| _ = s.remove(key));
            first.into_iter().collect()
        },
        |m, _, _| if m.is_empty() { Out::new() } else { vec![m.remove(0)] },
    ),
    row(
        "union one by one",
        |s, _, _| {
            for key in 0..2 {
                s.insert(key);
                window();
            }
            Out::new()
        },
        |m, _, _| {
            (0..2).for_each(|key| _ = set::add(m, key));
            Out::new()
        },
    ),
];

#[test]
fn broken_wrappers_of_a_set_are_caught() {
    isolated(|| {
        Subject { make: Set::new, start: vec![], tables: &[SET], core: 3, between: |_, _| (), places: 2 }
            .catch(42);
    });
}

const LIST: &[Row<Values, Elements>] = &[
    row("get", |l, i, _| one(l.get(i)), |m, i, _| out(m.get(i).copied())),
    row("len", |l, _, _| vec![l.len() as Value], |m, _, _| vec![m.len() as Value]),
    row("pop", |l, _, _| one(l.pop()), |m, _, _| out(m.pop())),
    row(
        "push",
        |l, _, v| {
            l.push(v);
            Out::new()
        },
        |m, _, v| {
            m.push(v);
            Out::new()
        },
    ),
    // From here on they are broken.
    row(
        "insert by a shift by hand",
        |l, _, v| {
            let shifted = l.snapshot();
            let Some(last) = shifted.last() else {
                l.push(v);
                return Out::new();
            };
            l.push(**last);
            window();
            for (at, element) in shifted.into_iter().enumerate() {
                drop(l.set(at + 1, element));
            }
            drop(l.set(0, v));
            Out::new()
        },
        |m, _, v| {
            m.insert(0, v);
            Out::new()
        },
    ),
    row(
        "pop as last and truncate",
        |l, _, _| {
            let last = l.last();
            window();
            l.truncate(l.len().saturating_sub(1));
            one(last)
        },
        |m, _, _| out(m.pop()),
    ),
    row(
        "sort place by place",
        |l, _, _| {
            let mut sorted = l.snapshot();
            sorted.sort();
            for (at, element) in sorted.into_iter().enumerate() {
                drop(l.set(at, element));
                window();
            }
            Out::new()
        },
        |m, _, _| {
            m.sort();
            Out::new()
        },
    ),
    row(
        "reverse by swaps by hand",
        |l, _, _| {
            let elements = l.snapshot();
            for (at, element) in elements.iter().rev().enumerate() {
                drop(l.set(at, element.clone()));
                window();
            }
            Out::new()
        },
        |m, _, _| {
            m.reverse();
            Out::new()
        },
    ),
    row(
        "sort with the elements taken away",
        |l, _, _| {
            let mut elements = l.snapshot();
            l.clear();
            window();
            elements.sort();
            elements.into_iter().for_each(|element| l.push(element));
            Out::new()
        },
        |m, _, _| {
            m.sort();
            Out::new()
        },
    ),
    row(
        "extend one by one",
        |l, _, v| {
            l.push(v);
            window();
            l.push(v);
            Out::new()
        },
        |m, _, v| {
            m.extend([v, v]);
            Out::new()
        },
    ),
    row(
        "set as look and set",
        |l, i, v| {
            let old = l.get(i);
            window();
            drop(l.set(i, v));
            one(old)
        },
        |m, i, v| out(m.get_mut(i).map(|old| std::mem::replace(old, v))),
    ),
    row(
        "snapshot by iteration",
        |l, _, _| {
            let mut found = Out::new();
            for element in l.iter(&attach()) {
                found.push(*element);
                window();
            }
            found
        },
        |m, _, _| m.clone(),
    ),
];

#[test]
fn broken_wrappers_of_a_list_are_caught() {
    isolated(|| {
        let make = || Values::from([3, 2, 1]);
        Subject { make, start: vec![3, 2, 1], tables: &[LIST], core: 4, between: |_, _| (), places: 4 }
            .catch(43);
    });
}
