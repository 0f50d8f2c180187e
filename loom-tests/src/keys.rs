//! Keys and hashes for the models of tables.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash, Hasher};

use super::{Made, Value};

/// A key that is read when it is compared or cloned.
pub struct Key {
    /// What it is compared and hashed by.
    pub id: u8,
    plain: Value,
}

impl Key {
    /// A key of its own plain data.
    #[must_use]
    pub fn new(made: &Made, id: u8) -> Self {
        Self { id, plain: made.value(0) }
    }

    /// The plain data: 0.
    #[must_use]
    pub fn read(&self) -> u32 {
        self.plain.read()
    }
}

impl Borrow<u8> for Key {
    fn borrow(&self) -> &u8 {
        assert_eq!(self.plain.read(), 0);
        &self.id
    }
}

impl Clone for Key {
    fn clone(&self) -> Self {
        Self { id: *Borrow::<u8>::borrow(self), plain: self.plain.another(0) }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        Borrow::<u8>::borrow(self) == Borrow::<u8>::borrow(other)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

/// Every key has the same hash, so that every search meets every node on its way.
#[derive(Clone, Copy, Default)]
pub struct Same;

impl BuildHasher for Same {
    type Hasher = Self;
    fn build_hasher(&self) -> Self {
        Self
    }
}

impl Hasher for Same {
    fn write(&mut self, _bytes: &[u8]) {}
    fn finish(&self) -> u64 {
        0
    }
}
