//! One trait for every persistent collection.

use archery::SharedPointerKind;
use rustc_hash::FxBuildHasher;

/// A collection of numbers, of which an old version stays what it was.
pub(super) trait Structure: Clone + 'static {
    /// Whether entries can come in any order. In a sequence a key is a place, and the first to come is 0.
    const ANY_ORDER: bool;

    fn new() -> Self;
    /// In place.
    fn insert(&mut self, key: u64, value: u64);
    /// As a new version.
    fn with(&self, key: u64, value: u64) -> Self;
    fn get(&self, key: u64) -> Option<u64>;
}

/// A collection over any kind of pointer.
pub(super) trait Structures {
    type With<P: SharedPointerKind + 'static>: Structure;
}

macro_rules! structures {
    ($($name:ident = $structure:ty;)*) => {$(
        pub(super) enum $name {}
        impl Structures for $name {
            type With<P: SharedPointerKind + 'static> = $structure;
        }
    )*};
}

structures! {
    HashTrieMap = rpds::HashTrieMap<u64, u64, P, FxBuildHasher>;
    RedBlackTreeMap = rpds::RedBlackTreeMap<u64, u64, P>;
    RpdsVector = rpds::Vector<u64, P>;
    RpdsList = rpds::List<u64, P>;
    ImblVector = imbl::GenericVector<u64, P>;
    ImblOrdMap = imbl::GenericOrdMap<u64, u64, P>;
}

impl<P: SharedPointerKind + 'static> Structure for rpds::HashTrieMap<u64, u64, P, FxBuildHasher> {
    const ANY_ORDER: bool = true;

    fn new() -> Self {
        Self::new_with_hasher_and_ptr_kind(FxBuildHasher)
    }
    fn insert(&mut self, key: u64, value: u64) {
        self.insert_mut(key, value);
    }
    fn with(&self, key: u64, value: u64) -> Self {
        Self::insert(self, key, value)
    }
    fn get(&self, key: u64) -> Option<u64> {
        self.get(&key).copied()
    }
}

impl<P: SharedPointerKind + 'static> Structure for rpds::RedBlackTreeMap<u64, u64, P> {
    const ANY_ORDER: bool = true;

    fn new() -> Self {
        Self::new_with_ptr_kind()
    }
    fn insert(&mut self, key: u64, value: u64) {
        self.insert_mut(key, value);
    }
    fn with(&self, key: u64, value: u64) -> Self {
        Self::insert(self, key, value)
    }
    fn get(&self, key: u64) -> Option<u64> {
        self.get(&key).copied()
    }
}

impl<P: SharedPointerKind + 'static> Structure for rpds::Vector<u64, P> {
    const ANY_ORDER: bool = false;

    fn new() -> Self {
        Self::new_with_ptr_kind()
    }
    fn insert(&mut self, key: u64, value: u64) {
        if !self.set_mut(key as usize, value) {
            self.push_back_mut(value);
        }
    }
    fn with(&self, key: u64, value: u64) -> Self {
        self.set(key as usize, value).unwrap_or_else(|| self.push_back(value))
    }
    fn get(&self, key: u64) -> Option<u64> {
        self.get(key as usize).copied()
    }
}

/// A stack: keys are no more than the order in which entries come, and what is found is the last.
impl<P: SharedPointerKind + 'static> Structure for rpds::List<u64, P> {
    const ANY_ORDER: bool = false;

    fn new() -> Self {
        Self::new_with_ptr_kind()
    }
    fn insert(&mut self, _key: u64, value: u64) {
        self.push_front_mut(value);
    }
    fn with(&self, _key: u64, value: u64) -> Self {
        self.push_front(value)
    }
    fn get(&self, _key: u64) -> Option<u64> {
        self.first().copied()
    }
}

impl<P: SharedPointerKind + 'static> Structure for imbl::GenericVector<u64, P> {
    const ANY_ORDER: bool = false;

    fn new() -> Self {
        Self::new()
    }
    fn insert(&mut self, key: u64, value: u64) {
        match self.get_mut(key as usize) {
            Some(place) => *place = value,
            None => self.push_back(value),
        }
    }
    fn with(&self, key: u64, value: u64) -> Self {
        let mut next = self.clone();
        Structure::insert(&mut next, key, value);
        next
    }
    fn get(&self, key: u64) -> Option<u64> {
        self.get(key as usize).copied()
    }
}

impl<P: SharedPointerKind + 'static> Structure for imbl::GenericOrdMap<u64, u64, P> {
    const ANY_ORDER: bool = true;

    fn new() -> Self {
        Self::new()
    }
    fn insert(&mut self, key: u64, value: u64) {
        self.insert(key, value);
    }
    fn with(&self, key: u64, value: u64) -> Self {
        self.update(key, value)
    }
    fn get(&self, key: u64) -> Option<u64> {
        self.get(&key).copied()
    }
}
