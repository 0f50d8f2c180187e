//! Traits of other crates for `Brc`, each behind the feature that has the crate's name.

#[cfg(feature = "arc-swap")]
mod arc_swap;
#[cfg(feature = "archery")]
mod archery;
#[cfg(feature = "serde")]
mod serde;
#[cfg(feature = "stable_deref_trait")]
mod stable_deref;

#[cfg(feature = "archery")]
pub use self::archery::BrcK;
