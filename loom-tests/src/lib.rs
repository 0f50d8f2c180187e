//! Helpers shared by the loom models in `tests/`.
