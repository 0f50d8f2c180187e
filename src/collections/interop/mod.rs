//! Traits of other crates for the containers, each behind the feature that has the crate's name.

#[cfg(feature = "rayon")]
mod rayon;
#[cfg(feature = "serde")]
mod serde;
