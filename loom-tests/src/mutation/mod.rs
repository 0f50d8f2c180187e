//! What `mutants` and `weaken` share: a copy of the repository to change, and runs of its models.

mod trial;
mod workshop;

pub(crate) use trial::{Outcome, Trial};
pub(crate) use workshop::Workshop;
