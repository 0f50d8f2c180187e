//! Random sequences of operations on `Dict`, `Set` and `List`, against `IndexMap`, `IndexSet` and `Vec`.
#![cfg(not(loom))]

#[path = "../common/mod.rs"]
mod common;
mod dict;
mod list;
mod set;

use std::fmt::{self, Debug};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use equivalent::Equivalent;
use freethreaded::refcount::SharedPtr;
use freethreaded::{Attached, Brc, attach, collect};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use common::isolated;

/// How many values of a case are alive.
#[derive(Clone, Default)]
struct Tally(Arc<AtomicUsize>);

impl Tally {
    fn living(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn value(&self, n: u32) -> Val {
        self.0.fetch_add(1, Ordering::SeqCst);
        Val { n, alive: Arc::new(AtomicBool::new(true)), tally: self.clone() }
    }
}

/// A value whose end can be seen without reading it.
struct Val {
    n: u32,
    alive: Arc<AtomicBool>,
    tally: Tally,
}

impl Drop for Val {
    fn drop(&mut self) {
        assert!(self.alive.swap(false, Ordering::SeqCst), "dropped once");
        self.tally.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Clone for Val {
    fn clone(&self) -> Self {
        self.tally.value(self.n)
    }
}

impl Debug for Val {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.n.fmt(f)
    }
}

impl PartialEq for Val {
    fn eq(&self, other: &Self) -> bool {
        self.n == other.n
    }
}

impl Eq for Val {}

impl PartialEq<u32> for Val {
    fn eq(&self, other: &u32) -> bool {
        self.n == *other
    }
}

impl Hash for Val {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.n.hash(state);
    }
}

/// Looks a [`Val`] up.
#[derive(Hash)]
struct Look(u32);

impl Equivalent<Val> for Look {
    fn equivalent(&self, key: &Val) -> bool {
        self.0 == key.n
    }
}

/// References borrowed from a token, with what they must read as until its checkpoint.
#[derive(Default)]
struct Kept<'a>(Vec<(&'a Val, u32, Arc<AtomicBool>)>);

impl<'a> Kept<'a> {
    fn keep(&mut self, value: Option<&'a Val>, expected: Option<u32>) {
        assert_eq!(value.map(|value| value.n), expected);
        self.0.extend(value.map(|value| (value, value.n, Arc::clone(&value.alive))));
    }

    fn check(&self) {
        for (value, n, alive) in &self.0 {
            assert!(alive.load(Ordering::SeqCst), "destroyed while borrowed");
            assert_eq!(value.n, *n);
        }
    }
}

/// How keys hash: every way in which a user's hasher is bad.
#[derive(Clone, Copy, Debug, Default)]
enum Shape {
    #[default]
    Spread,
    Collide,
    Identity,
    HighBitsOnly,
}

impl BuildHasher for Shape {
    type Hasher = Shaped;

    fn build_hasher(&self) -> Shaped {
        Shaped(*self, 0)
    }
}

struct Shaped(Shape, u64);

impl Hasher for Shaped {
    fn write(&mut self, bytes: &[u8]) {
        self.1 = bytes.iter().fold(self.1, |sum, &byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    }

    fn finish(&self) -> u64 {
        match self.0 {
            Shape::Spread => self.1.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            Shape::Collide => 7,
            Shape::Identity => self.1,
            Shape::HighBitsOnly => self.1 << 57,
        }
    }
}

trait Key: Clone + Eq + Hash + Debug + Send + Sync + 'static {
    fn of(n: u8) -> Self;

    /// What tells keys apart even where `Eq` does not.
    fn name(&self) -> String {
        format!("{self:?}")
    }
}

/// Some of these are like a NaN: not equal to themselves.
#[derive(Clone, Debug)]
struct Float(u8);

impl Hash for Float {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 && !self.0.is_multiple_of(4)
    }
}

impl Eq for Float {}

impl Key for Float {
    fn of(n: u8) -> Self {
        Self(n)
    }
}

impl Key for u8 {
    fn of(n: u8) -> Self {
        n
    }
}

impl Key for String {
    fn of(n: u8) -> Self {
        format!("key {n}")
    }
}

trait Pointer: SharedPtr<Target = Val> + From<Val> + AsRef<Val> + Debug {}

impl<P: SharedPtr<Target = Val> + From<Val> + AsRef<Val> + Debug> Pointer for P {}

/// Under which circumstances a case runs.
#[derive(Clone, Copy, Debug)]
struct Setting {
    /// A token lives through the steps between two checkpoints.
    token: bool,
    /// The runtime knows another thread.
    company: bool,
    shape: Shape,
}

impl Setting {
    /// Whether a removed value is destroyed in the call that removes it.
    fn is_prompt(self) -> bool {
        !self.token && !self.company
    }

    /// Reaches the point where nothing that was removed is alive.
    fn settle(self, token: &mut Option<Attached<'_>>) {
        match token {
            Some(token) => token.checkpoint(),
            None if self.company => collect(),
            None => {}
        }
    }
}

/// Runs `body` in the setting, and checks that nothing is left of it.
fn run(setting: Setting, body: impl FnOnce(&Tally) + Send + 'static) {
    let tally = Tally::default();
    let inner = tally.clone();
    isolated(move || {
        let (leave, stay) = mpsc::channel::<()>();
        let company = setting.company.then(|| {
            let (known, is_known) = mpsc::channel();
            let thread = thread::spawn(move || {
                drop(attach());
                known.send(()).unwrap();
                stay.recv().unwrap_err();
            });
            is_known.recv().unwrap();
            thread
        });
        body(&inner);
        drop(leave);
        if let Some(company) = company {
            company.join().unwrap();
        }
    });
    assert_eq!(tally.living(), 0, "values leaked");
}

type Segments<Op> = Vec<(Vec<Op>, Vec<(u8, u32)>)>;

fn settings() -> impl Strategy<Value = Setting> {
    let shapes = vec![Shape::Spread, Shape::Collide, Shape::Identity, Shape::HighBitsOnly];
    (any::<bool>(), any::<bool>(), prop::sample::select(shapes)).prop_map(|(token, company, shape)| Setting {
        token,
        company,
        shape,
    })
}

fn segments<Op: Debug, S: Strategy<Value = Op>>(op: impl Fn() -> S) -> impl Strategy<Value = Segments<Op>> {
    let more = prop::collection::vec((0..12_u8, 0..12_u32), 0..5);
    prop::collection::vec((prop::collection::vec(op(), 0..60), more), 1..5)
}

/// A fixed seed unless `PROPTEST_RNG_SEED` gives one; `PROPTEST_CASES` cases if set.
fn config() -> ProptestConfig {
    let given = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { given.cases } else { 60 };
    let rng_seed = if given.rng_seed == RngSeed::Random { RngSeed::Fixed(0x5eed) } else { given.rng_seed };
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..given }
}

/// Few keys make tombstones and rebuilds, many make growth.
const FEW: u8 = 6;
const MANY: u8 = 60;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn dict_of_strings_and_brc(s in settings(), room in 0..20_usize, ops in segments(|| dict::op(FEW))) {
        dict::case::<String, Brc<Val>>(s, room, ops);
    }

    #[test]
    fn dict_of_bytes_and_brc(s in settings(), room in 0..20_usize, ops in segments(|| dict::op(MANY))) {
        dict::case::<u8, Brc<Val>>(s, room, ops);
    }

    #[test]
    fn dict_of_strings_and_arc(s in settings(), room in 0..20_usize, ops in segments(|| dict::op(MANY))) {
        dict::case::<String, Arc<Val>>(s, room, ops);
    }

    #[test]
    fn dict_of_bytes_and_arc(s in settings(), room in 0..20_usize, ops in segments(|| dict::op(FEW))) {
        dict::case::<u8, Arc<Val>>(s, room, ops);
    }

    #[test]
    fn dict_of_floats(s in settings(), room in 0..20_usize, ops in segments(|| dict::op(MANY))) {
        dict::case::<Float, Brc<Val>>(s, room, ops);
    }

    #[test]
    fn set_of_few(s in settings(), room in 0..20_usize, ops in segments(|| set::op(FEW.into()))) {
        set::case(s, room, ops);
    }

    #[test]
    fn set_of_many(s in settings(), room in 0..20_usize, ops in segments(|| set::op(MANY.into()))) {
        set::case(s, room, ops);
    }

    #[test]
    fn list_of_brc(s in settings(), room in 0..20_usize, ops in segments(list::op)) {
        list::case::<Brc<Val>>(s, room, ops);
    }

    #[test]
    fn list_of_arc(s in settings(), room in 0..20_usize, ops in segments(list::op)) {
        list::case::<Arc<Val>>(s, room, ops);
    }
}
