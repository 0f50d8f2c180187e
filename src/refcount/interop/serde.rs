//! Feature `serde`: a `Brc` is serialized as its value, and every one that is deserialized is an object of its own.
//!
//! So sharing is lost on the way, as with the feature `rc` of serde itself for `Arc`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Brc;

impl<T: ?Sized + Serialize> Serialize for Brc<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: ?Sized> Deserialize<'de> for Brc<T>
where
    Box<T>: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<T>::deserialize(deserializer).map(Self::from)
    }
}
