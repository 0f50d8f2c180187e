//! The table of mutants: one change each, and the model that fails because of it.

/// One way to break the library.
pub(crate) struct Mutant {
    /// The file, from the root of the repository.
    pub(crate) file: &'static str,
    /// What is broken.
    pub(crate) name: &'static str,
    /// Text that is there once.
    pub(crate) find: &'static str,
    /// What takes its place.
    pub(crate) replace: &'static str,
    /// The file of models that is run.
    pub(crate) tests: &'static str,
    /// The model that catches it.
    pub(crate) model: &'static str,
}

/// All mutants. What cannot be caught, and why, is in `loom-tests/README.md`.
pub(crate) const MUTANTS: &[Mutant] = &[
    Mutant {
        file: "src/refcount/word.rs",
        name: "owner frees without acquire",
        find: "self.load_shared(Ordering::Acquire) == Shared::UNTOUCHED",
        replace: "self.load_shared(Ordering::Relaxed) == Shared::UNTOUCHED",
        tests: "loom_refcount",
        model: "merge_on_behalf",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "owner frees whatever the shared half says",
        find: "self.load_shared(Ordering::Acquire) == Shared::UNTOUCHED",
        replace: "self.load_shared(Ordering::Acquire).count() == 0",
        tests: "loom_refcount",
        model: "foreign_downgrade_against_owner",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "last local drop leaves the owner",
        find: r"        count.end_ownership();
        // SAFETY: as above.
        unsafe { Self::merge_into_shared(this, 0) }",
        replace: r"        // SAFETY: as above.
        unsafe { Self::merge_into_shared(this, 0) }",
        tests: "loom_refcount",
        model: "try_unwrap_against_upgrade",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "last local drop clears the owner behind the CAS",
        find: r"        count.end_ownership();
        // SAFETY: as above.
        unsafe { Self::merge_into_shared(this, 0) }",
        replace: r"        // SAFETY: as above.
        let outcome = unsafe { Self::merge_into_shared(this, 0) };
        count.end_ownership();
        outcome",
        tests: "loom_refcount",
        model: "foreign_downgrade_against_owner",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "merge without release",
        find: "match count.shared.compare_exchange(seen.0, new.0, Ordering::AcqRel, Ordering::Relaxed) {",
        replace: "match count.shared.compare_exchange(seen.0, new.0, Ordering::Acquire, Ordering::Relaxed) {",
        tests: "loom_refcount",
        model: "foreign_downgrade_against_owner",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "merge without acquire",
        find: "match count.shared.compare_exchange(seen.0, new.0, Ordering::AcqRel, Ordering::Relaxed) {",
        replace: "match count.shared.compare_exchange(seen.0, new.0, Ordering::Release, Ordering::Relaxed) {",
        tests: "loom_refcount",
        model: "foreign_downgrade_against_owner",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "merge stores instead of comparing",
        find: "match count.shared.compare_exchange(seen.0, new.0, Ordering::AcqRel, Ordering::Relaxed) {",
        replace: "match Ok::<u32, u32>(count.shared.swap(new.0, Ordering::AcqRel)) {",
        tests: "loom_refcount",
        model: "foreign_downgrade_against_owner",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "merge does not try again",
        find: r"                Ok(_) => return tenancy.map_or(Decrement::Alive, wide::look),
                Err(now) => seen = Shared(now),",
        replace: r"                Ok(_) => return tenancy.map_or(Decrement::Alive, wide::look),
                Err(now) => {
                    seen = Shared(now);
                    return Decrement::Alive;
                }",
        tests: "loom_refcount",
        model: "foreign_downgrade_against_owner",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "merged decrement without release",
        find: "fetch_sub(Shared::ONE, Ordering::Release)",
        replace: "fetch_sub(Shared::ONE, Ordering::Relaxed)",
        tests: "loom_refcount",
        model: "drain_against_foreign_counts",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "last merged decrement without acquire",
        find: r"            acquire!(count.shared);
            return Decrement::Dead;
        }
        core::hint",
        replace: r"            return Decrement::Dead;
        }
        core::hint",
        tests: "loom_refcount",
        model: "merged_drops",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "a spare reference is subtracted without release",
        find: "count.shared.compare_exchange(seen.0, less, Ordering::Release, Ordering::Relaxed).is_ok()",
        replace: "count.shared.compare_exchange(seen.0, less, Ordering::Relaxed, Ordering::Relaxed).is_ok()",
        tests: "loom_refcount",
        model: "foreign_downgrade_against_owner",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "shared decrement without release",
        find: r"            // Release: our uses come before the freeing by whoever merges or folds.
            match count.shared.compare_exchange(seen.0, new.0, Ordering::Release, Ordering::Relaxed)",
        replace: r"            match count.shared.compare_exchange(seen.0, new.0, Ordering::Relaxed, Ordering::Relaxed)",
        tests: "loom_embed",
        model: "adopt_disown_adopt",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "shared decrement never queues",
        find: "let queue = seen.state() < State::Queued && seen.count() <= 0;",
        replace: "let queue = false;",
        tests: "loom_refcount",
        model: "drain_against_foreign_counts",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "queued decrement subtracts too",
        find: "if queue { seen.with_state(State::Queued) } else",
        replace: "if queue { seen.minus_one().with_state(State::Queued) } else",
        tests: "loom_refcount",
        model: "enqueue_against_exit",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "decrement queues twice",
        find: "let queue = seen.state() < State::Queued && seen.count() <= 0;",
        replace: "let queue = seen.count() <= 0;",
        tests: "loom_refcount",
        model: "merge_on_behalf_of_an_owner_that_drops",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "shared decrement does not try again",
        find: r"                Ok(_) => return Decrement::Alive,
                Err(now) => seen = Shared(now),",
        replace: r"                Ok(_) => return Decrement::Alive,
                Err(now) => {
                    seen = Shared(now);
                    return Decrement::Alive;
                }",
        tests: "loom_refcount",
        model: "drain_against_foreign_counts",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "increment stores",
        find: r"            let before = Shared(self.shared.fetch_add(Shared::ONE, Ordering::Relaxed));",
        replace: r"            let before = self.load_shared(Ordering::Relaxed);
            self.shared.store(before.plus_one().0, Ordering::Relaxed);",
        tests: "loom_refcount",
        model: "drain_against_foreign_counts",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "opening a parcel of a merged object merges again",
        find: r"        if count.owner().is_none() {
            // SAFETY: as for this function. Merged: the owner itself, or who acted for it, did so before.
            return unsafe { Self::decrement_shared(this) };
        }",
        replace: "",
        tests: "loom_refcount",
        model: "immortality_against_a_late_parcel",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "merge keeps the local count",
        find: r"        self.local.store(0, Ordering::Relaxed);
        // Release: partner is the acquire in `owner`.
        self.owner.fetch_and(Owner::DETOUR, Ordering::Release);",
        replace: r"        self.owner.fetch_and(Owner::DETOUR, Ordering::Release);",
        tests: "loom_refcount",
        model: "get_mut_of_merged",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "merge keeps the owner",
        find: r"        self.local.store(0, Ordering::Relaxed);
        // Release: partner is the acquire in `owner`.
        self.owner.fetch_and(Owner::DETOUR, Ordering::Release);",
        replace: r"        self.local.store(0, Ordering::Relaxed);",
        tests: "loom_refcount",
        model: "get_mut_of_merged",
    },
    Mutant {
        file: "src/refcount/aside.rs",
        name: "a request to merge that is made twice",
        find: r"if seen.state() >= State::Queued || seen.is_wide() || seen.is_saturated() {
                return false;",
        replace: r"if seen.is_wide() || seen.is_saturated() {
                return false;",
        tests: "loom_refcount",
        model: "merge_request_against_owner",
    },
    Mutant {
        file: "src/refcount/aside.rs",
        name: "a request to merge without its own reference",
        find: r"let new = seen.plus(1).with_state(State::Queued);",
        replace: r"let new = seen.with_state(State::Queued);",
        tests: "loom_refcount",
        model: "merge_request_against_owner",
    },
    Mutant {
        file: "src/refcount/aside.rs",
        name: "the owner on a detour forgets its local count",
        find: r"let new = seen.merged_with(i64::from(local));",
        replace: r"let new = seen.merged_with(0);",
        tests: "loom_wide",
        model: "owner_comes_aside_against_steps",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "merge writes local and owner behind the CAS",
        find: r"        count.end_ownership();
        // SAFETY: as above.
        unsafe { Self::merge_into_shared(this, i64::from(local) - 1) }",
        replace: r"        // SAFETY: as above.
        let outcome = unsafe { Self::merge_into_shared(this, i64::from(local) - 1) };
        count.end_ownership();
        outcome",
        tests: "loom_refcount",
        model: "merge_on_behalf_of_an_owner_that_drops",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "merge forgets the queued reference",
        find: "i64::from(local) - 1) }",
        replace: "i64::from(local)) }",
        tests: "loom_refcount",
        model: "drain_against_foreign_counts",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "try-increment revives an untouched object",
        find: "if seen == Shared::UNTOUCHED || seen == Shared::DEAD {",
        replace: "if seen == Shared::DEAD {",
        tests: "loom_refcount",
        model: "owner_frees_untouched_against_try_increment",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "try-increment revives a dead object",
        find: "if seen == Shared::UNTOUCHED || seen == Shared::DEAD {",
        replace: "if seen == Shared::UNTOUCHED {",
        tests: "loom_refcount",
        model: "foreign_downgrade_against_owner",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "try-increment without acquire",
        find: r"            // Acquire: partner is the release in `publish`, and of whoever gave us the weak reference.
            match self.shared.compare_exchange(seen.0, new.0, Ordering::Acquire, Ordering::Relaxed)",
        replace: r"            // Acquire: partner is the release in `publish`, and of whoever gave us the weak reference.
            match self.shared.compare_exchange(seen.0, new.0, Ordering::Relaxed, Ordering::Relaxed)",
        tests: "loom_refcount",
        model: "new_cyclic_against_upgrade",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "try-increment adds without comparing",
        find: r"            match self.shared.compare_exchange(seen.0, new.0, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,",
        replace: r"            let _ = new;
            match Ok::<u32, u32>(self.shared.fetch_add(Shared::ONE, Ordering::Acquire)) {
                Ok(_) => return true,",
        tests: "loom_refcount",
        model: "foreign_downgrade_against_owner",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "weak references leave the default state",
        find: r"        while seen.state() == State::Default {
            let new",
        replace: r"        while false && seen.state() == State::Default {
            let new",
        tests: "loom_refcount",
        model: "foreign_downgrade_against_owner",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "making weak stores",
        find: r"            match self.shared.compare_exchange(seen.0, new.0, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => seen = Shared(now),
            }
        }
    }

    /// Whether the object is never destroyed.",
        replace: r"            match Ok::<u32, u32>(self.shared.swap(new.0, Ordering::Relaxed)) {
                Ok(_) => return,
                Err(now) => seen = Shared(now),
            }
        }
    }

    /// Whether the object is never destroyed.",
        tests: "loom_refcount",
        model: "foreign_downgrade_against_owner",
    },
    Mutant {
        file: "src/refcount/unique.rs",
        name: "uniqueness without acquire",
        find: r"        let mut shared = self.load_shared(Ordering::Acquire);
        if shared.is_wide() {",
        replace: r"        let mut shared = self.load_shared(Ordering::Relaxed);
        if shared.is_wide() {",
        tests: "loom_refcount",
        model: "get_mut_after_foreign_reader",
    },
    Mutant {
        file: "src/refcount/unique.rs",
        name: "uniqueness ignores the shared half",
        find: r"if shared.count() == 0 && shared.state() < State::Queued {
                return",
        replace: r"if shared.state() < State::Queued {
                return",
        tests: "loom_refcount",
        model: "get_mut_after_foreign_reader",
    },
    Mutant {
        file: "src/refcount/unique.rs",
        name: "uniqueness on a thread that does not own",
        find: r"        shared == Shared::DEAD.plus_one()
    }

    /// Gives up",
        replace: r"        shared == Shared::DEAD.plus_one() || self.local.load(Ordering::Relaxed) + shared.count() as u32 == 1
    }

    /// Gives up",
        tests: "loom_refcount",
        model: "get_mut_on_a_foreign_thread",
    },
    Mutant {
        file: "src/refcount/unique.rs",
        name: "uniqueness does not look again behind the mail",
        find: r"            shared = self.load_shared(Ordering::Acquire);
        }
        // Where a merge",
        replace: r"        }
        // Where a merge",
        tests: "loom_refcount",
        model: "merge_request_on_behalf",
    },
    Mutant {
        file: "src/refcount/unique.rs",
        name: "unwrap of a merged object without acquire",
        find: "return self.shared.compare_exchange(one.0, dead.0, Ordering::Acquire, Ordering::Relaxed).is_ok();",
        replace: "return self.shared.compare_exchange(one.0, dead.0, Ordering::Relaxed, Ordering::Relaxed).is_ok();",
        tests: "loom_refcount",
        model: "try_unwrap_of_merged_against_upgrade",
    },
    Mutant {
        file: "src/refcount/unique.rs",
        name: "unwrap of a merged object stores",
        find: "return self.shared.compare_exchange(one.0, dead.0, Ordering::Acquire, Ordering::Relaxed).is_ok();",
        replace: "return self.shared.swap(dead.0, Ordering::Acquire) != dead.0 || one.0 == 0;",
        tests: "loom_refcount",
        model: "try_unwrap_of_merged_against_upgrade",
    },
    Mutant {
        file: "src/refcount/unique.rs",
        name: "unwrap by the owner without acquire",
        find: "compare_exchange(weak.0, Shared::DEAD.0, Ordering::AcqRel, Ordering::Relaxed)",
        replace: "compare_exchange(weak.0, Shared::DEAD.0, Ordering::Release, Ordering::Relaxed)",
        tests: "loom_refcount",
        model: "make_mut_against_upgrade",
    },
    Mutant {
        file: "src/refcount/unique.rs",
        name: "unwrap by the owner stores",
        find: "if self.shared.compare_exchange(weak.0, Shared::DEAD.0, Ordering::AcqRel, Ordering::Relaxed).is_ok() {",
        replace: "if self.shared.swap(Shared::DEAD.0, Ordering::AcqRel) != Shared::DEAD.0 || weak.0 == 0 {",
        tests: "loom_refcount",
        model: "try_unwrap_against_upgrade",
    },
    Mutant {
        file: "src/refcount/unique.rs",
        name: "failed unwrap forgets the caller",
        find: "unsafe { Self::merge_into_shared(self, 1) }",
        replace: "unsafe { Self::merge_into_shared(self, 0) }",
        tests: "loom_refcount",
        model: "try_unwrap_against_upgrade",
    },
    Mutant {
        file: "src/refcount/unique.rs",
        name: "failed unwrap keeps the owner",
        find: r"        self.end_ownership();
        // An upgrade",
        replace: r"        // An upgrade",
        tests: "loom_refcount",
        model: "try_unwrap_against_upgrade",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "publication without release",
        find: "self.shared.store(Shared::new(0, State::Weak).0, Ordering::Release);",
        replace: "self.shared.store(Shared::new(0, State::Weak).0, Ordering::Relaxed);",
        tests: "loom_refcount",
        model: "new_cyclic_against_upgrade",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "publication without owner, without release",
        find: "self.shared.store(Shared::new(1, State::Merged).0, Ordering::Release)",
        replace: "self.shared.store(Shared::new(1, State::Merged).0, Ordering::Relaxed)",
        tests: "loom_refcount",
        model: "new_cyclic_without_owner_against_upgrade",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "publication in the default state",
        find: "self.shared.store(Shared::new(0, State::Weak).0, Ordering::Release);",
        replace: "self.shared.store(Shared::new(0, State::Default).0, Ordering::Release);",
        tests: "loom_refcount",
        model: "new_cyclic_against_upgrade",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "publication before the owner is written",
        find: r"                self.local.store(1, Ordering::Relaxed);
                self.owner.store(id, Ordering::Relaxed);
                // Release: as above; and after `owner`, which nobody uses while the shared word is dead.
                self.shared.store(Shared::new(0, State::Weak).0, Ordering::Release);",
        replace: r"                self.shared.store(Shared::new(0, State::Weak).0, Ordering::Release);
                self.local.store(1, Ordering::Relaxed);
                self.owner.store(id, Ordering::Relaxed);",
        tests: "loom_refcount",
        model: "immortality_against_publication",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "anybody makes immortal",
        find: r"if self.is_mine_here() || self.owner().is_none() {",
        replace: r"if self.is_mine_here() || self.owner().is_none() || true {",
        tests: "loom_refcount",
        model: "immortality_against_owner_counts",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "immortality does not ask the owner",
        find: r"if self.is_mine_here() || self.owner().is_none() {",
        replace: r"if self.is_mine_here() || None::<ThreadId>.is_none() {",
        tests: "loom_refcount",
        model: "immortality_against_owner_counts",
    },
    Mutant {
        file: "src/refcount/counted.rs",
        name: "a request for immortality carries no reference",
        find: r"    count.increment();
    // SAFETY: `immortal_parcel`",
        replace: "    // SAFETY: `immortal_parcel`",
        tests: "loom_refcount",
        model: "immortality_request_outlives_the_references",
    },
    Mutant {
        file: "src/refcount/counted.rs",
        name: "a queued reference is not handed over",
        find: "        // SAFETY: the reference was queued, so it is still ours.
        Decrement::Queued => unsafe { hand_over(object) },",
        replace: "        Decrement::Queued => {}",
        tests: "loom_refcount",
        model: "enqueue_against_exit",
    },
    Mutant {
        file: "src/refcount/counted.rs",
        name: "what a sender finds dead keeps its word",
        find: "            unsafe { discard::<T>(garbage.object) };\n",
        replace: "            let _ = garbage;\n",
        tests: "loom_refcount",
        model: "last_reference_in_a_fat_parcel",
    },
    Mutant {
        file: "src/refcount/counted.rs",
        name: "an opened parcel keeps its word",
        find: "            unsafe { discard::<T>(erased) };\n            None",
        replace: "            None",
        tests: "loom_refcount",
        model: "fat_parcel_against_absence",
    },
    Mutant {
        file: "src/refcount/erased.rs",
        name: "a restored word is not given back",
        find: "        discard::<T>(erased);\n        pointer",
        replace: "        pointer",
        tests: "loom_refcount",
        model: "last_reference_in_a_fat_parcel",
    },
    Mutant {
        file: "src/refcount/erased.rs",
        name: "a word is given back before it is read",
        find: "        let pointer = peek(erased);\n        discard::<T>(erased);\n",
        replace: "        discard::<T>(erased);\n        let pointer = peek(erased);\n",
        tests: "loom_refcount",
        model: "fat_immortality_request",
    },
    Mutant {
        file: "src/refcount/inner.rs",
        name: "memory is freed without seeing the weak references go",
        find: "let seen = weak.load(Ordering::Acquire);",
        replace: "let seen = weak.load(Ordering::Relaxed);",
        tests: "loom_refcount",
        model: "last_weak_against_last_strong",
    },
    Mutant {
        file: "src/refcount/inner.rs",
        name: "weak references go without release",
        find: "weak.fetch_sub(1, Ordering::AcqRel) == 1",
        replace: "weak.fetch_sub(1, Ordering::Acquire) == 1",
        tests: "loom_refcount",
        model: "last_weak_against_last_strong",
    },
    Mutant {
        file: "src/refcount/inner.rs",
        name: "the last weak reference goes without acquire",
        find: "weak.fetch_sub(1, Ordering::AcqRel) == 1",
        replace: "weak.fetch_sub(1, Ordering::Release) == 1",
        tests: "loom_refcount",
        model: "last_weak_against_last_strong",
    },
    Mutant {
        file: "src/refcount/inner.rs",
        name: "the last weak reference is not counted down",
        find: "if seen == 1 || weak.fetch_sub(1, Ordering::AcqRel) == 1 {",
        replace: "if seen == 1 || { weak.store(seen - 1, Ordering::Release); seen == 1 } {",
        tests: "loom_refcount",
        model: "last_weak_against_last_strong",
    },
    Mutant {
        file: "src/refcount/inner.rs",
        name: "a destroyed value takes its memory along",
        find: "if self.never_weak {",
        replace: "if self.never_weak || true {",
        tests: "loom_refcount",
        model: "last_weak_against_last_strong",
    },
    Mutant {
        file: "src/refcount/brc.rs",
        name: "a downgrade does not leave the default state",
        find: "this.header().make_weak();",
        replace: "",
        tests: "loom_refcount",
        model: "last_drop_against_upgrade",
    },
    Mutant {
        file: "src/refcount/brc.rs",
        name: "a downgrade ignores the lock",
        find: "if seen == LOCKED {",
        replace: "if seen == LOCKED && false {",
        tests: "loom_refcount",
        model: "get_mut_of_merged_against_upgrade_and_downgrade",
    },
    Mutant {
        file: "src/refcount/brc.rs",
        name: "uniqueness locks without acquire",
        find: "if weak.compare_exchange(1, LOCKED, Ordering::Acquire, Ordering::Relaxed).is_err() {",
        replace: "if weak.compare_exchange(1, LOCKED, Ordering::Relaxed, Ordering::Relaxed).is_err() {",
        tests: "loom_refcount",
        model: "get_mut_against_upgrade",
    },
    Mutant {
        file: "src/refcount/brc.rs",
        name: "uniqueness ignores weak references",
        find: "if weak.compare_exchange(1, LOCKED, Ordering::Acquire, Ordering::Relaxed).is_err() {",
        replace: "if weak.swap(LOCKED, Ordering::Acquire) == LOCKED {",
        tests: "loom_refcount",
        model: "get_mut_against_upgrade",
    },
    Mutant {
        file: "src/refcount/brc.rs",
        name: "uniqueness does not look again behind the lock",
        find: r"        let unique = this.header().is_unique();
",
        replace: r"        let unique = true;
",
        tests: "loom_refcount",
        model: "get_mut_against_upgrade",
    },
    Mutant {
        file: "src/refcount/brc.rs",
        name: "uniqueness does not lock",
        find: r"        let unique = this.header().is_unique();
",
        replace: r"        weak.store(1, Ordering::Release);
        let unique = this.header().is_unique();
",
        tests: "loom_refcount",
        model: "get_mut_of_merged_against_upgrade_and_downgrade",
    },
    Mutant {
        file: "src/refcount/weak.rs",
        name: "a cloned weak reference is not counted",
        find: "if weak.fetch_add(1, Ordering::Relaxed) >= WEAK_SATURATED {",
        replace: "if weak.load(Ordering::Relaxed) >= WEAK_SATURATED {",
        tests: "loom_refcount",
        model: "two_weak_against_last_strong",
    },
    Mutant {
        file: "src/refcount/weak.rs",
        name: "a cloned weak reference is counted by load and store",
        find: "if weak.fetch_add(1, Ordering::Relaxed) >= WEAK_SATURATED {",
        replace: r"let seen = weak.load(Ordering::Relaxed);
            weak.store(seen + 1, Ordering::Relaxed);
            if seen >= WEAK_SATURATED {",
        tests: "loom_refcount",
        model: "two_weak_against_last_strong",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "a parcel is always left",
        find: "if mailbox.presence == Presence::Present(owner) {",
        replace: "if mailbox.presence == Presence::Present(owner) || true {",
        tests: "loom_refcount",
        model: "enqueue_against_exit",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "a parcel is left for an absent thread",
        find: "if mailbox.presence == Presence::Present(owner) {",
        replace: "if matches!(mailbox.presence, Presence::Present(id) | Presence::Absent(id) if id == owner) {",
        tests: "loom_attach",
        model: "absence_begins_and_ends",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "a parcel is always opened by its sender",
        find: "if mailbox.presence == Presence::Present(owner) {",
        replace: "if mailbox.presence == Presence::Present(owner) && false {",
        tests: "loom_refcount",
        model: "owner_and_foreign_count",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "a parcel is opened outside the lock",
        find: "    Delivery::Opened(unsafe { parcel.open() })",
        replace: r"    drop(mailbox);
    Delivery::Opened(unsafe { parcel.open() })",
        tests: "loom_refcount",
        model: "merge_on_behalf",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "a parcel comes without a request",
        find: "record.requests.fetch_or(Request::MAIL, Ordering::Relaxed);",
        replace: "",
        tests: "loom_attach",
        model: "parcel_is_found_by_attach",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "the owner keeps its id while it is away",
        find: r"        let id = self.id();
        self.me.id.set(ThreadId::NO_ONE);",
        replace: "        let id = self.id();",
        tests: "loom_refcount",
        model: "merge_on_behalf",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "the box is not emptied before an absence",
        find: r"            let parcels = mailbox.take();
            record.requests.fetch_and(!Request::MAIL, Ordering::Relaxed);
            record.tally.merged.add(parcels.len() as u64);
            for parcel in parcels {
                // SAFETY: as in",
        replace: r"            let parcels = Vec::<super::mailbox::Parcel>::new();
            for parcel in parcels {
                // SAFETY: as in",
        tests: "loom_refcount",
        model: "enqueue_against_exit",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "an absence begins in a second critical section",
        find: "            mailbox.presence = Presence::Absent(id);",
        replace: r"            drop(mailbox);
            record.mailbox.lock().presence = Presence::Absent(id);",
        tests: "loom_refcount",
        model: "enqueue_against_exit",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "parcels are opened behind the beginning of the absence",
        find: r"            let mut mailbox = record.mailbox.lock();
            let parcels = mailbox.take();
            record.requests.fetch_and(!Request::MAIL, Ordering::Relaxed);
            record.tally",
        replace: r"            let mut mailbox = record.mailbox.lock();
            let parcels = mailbox.take();
            record.requests.fetch_and(!Request::MAIL, Ordering::Relaxed);
            mailbox.presence = Presence::Absent(id);
            drop(mailbox);
            let mut mailbox = super::mailbox::Mailbox::new();
            record.tally",
        tests: "loom_refcount",
        model: "immortality_on_behalf_against_merge",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "an absence is not announced",
        find: "mailbox.presence = Presence::Absent(id);",
        replace: "let _ = &mut mailbox;",
        tests: "loom_attach",
        model: "absence_begins_and_ends",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "a return is not announced",
        find: r"                record.mailbox.lock().presence = Presence::Present(id);
                c.me.id",
        replace: "                c.me.id",
        tests: "loom_refcount",
        model: "merge_on_behalf",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "a return is announced behind the first use of the id",
        find: r"                record.mailbox.lock().presence = Presence::Present(id);
                c.me.id.set(id.get());",
        replace: r"                c.me.id.set(id.get());
                if cfg!(loom) {
                    drop(super::registry::registry().live());
                }",
        tests: "loom_refcount",
        model: "merge_on_behalf",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "the request is cleared behind the emptying",
        find: r"            let mut mailbox = record.mailbox.lock();
            // Relaxed: set and cleared under the mailbox lock.
            record.requests.fetch_and(!Request::MAIL, Ordering::Relaxed);
            mailbox.take()
        };",
        replace: r"            let parcels = record.mailbox.lock().take();
            record.requests.fetch_and(!Request::MAIL, Ordering::Relaxed);
            parcels
        };",
        tests: "loom_attach",
        model: "second_parcel_while_the_first_is_opened",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "the end does not empty the box",
        find: r"        self.go_away(record);
        record.mailbox.lock().presence = Presence::Gone;",
        replace: "        record.mailbox.lock().presence = Presence::Gone;",
        tests: "loom_refcount",
        model: "enqueue_against_exit",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "the end leaves the thread present",
        find: r"        self.go_away(record);
        record.mailbox.lock().presence = Presence::Gone;",
        replace: "        self.collect_mail(record);",
        tests: "loom_refcount",
        model: "enqueue_against_exit",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "the end drops its garbage",
        find: r"unsafe { record.owned.with(|list| registry.orphan(|orphans| orphans.adopt(list))) };
        if self.depth",
        replace: r"unsafe { record.owned.with(|list| drop(core::mem::replace(list, super::retire::RetireList::new()))) };
        if self.depth",
        tests: "loom_epoch",
        model: "hand_over_at_exit",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "entering reads the epoch without acquire",
        find: "let epoch = registry().epoch.load(Ordering::Acquire);",
        replace: "let epoch = registry().epoch.load(Ordering::Relaxed);",
        tests: "loom_epoch",
        model: "reader_against_remover",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "entering stores the epoch without release",
        find: "record.epoch.store(epoch, Ordering::Release);",
        replace: "record.epoch.store(epoch, Ordering::Relaxed);",
        tests: "loom_epoch",
        model: "reader_that_comes_back",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "leaving without release",
        find: "record.epoch.store(Record::IDLE, Ordering::Release);",
        replace: "record.epoch.store(Record::IDLE, Ordering::Relaxed);",
        tests: "loom_epoch",
        model: "reader_against_remover",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "entering does not announce",
        find: r"        Self::announce(record);
        // The light barrier, but",
        replace: "        // The light barrier, but",
        tests: "loom_epoch",
        model: "reader_against_remover",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "entering without barrier",
        find: "        barrier::light_unless_fence();",
        replace: "",
        tests: "loom_epoch",
        model: "reader_against_remover",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "entering does not make the fence that is asked for",
        find: r"        if requests & Request::FENCE != 0 {
            barrier::light();
        }",
        replace: "",
        tests: "loom_epoch",
        model: "reader_with_a_fence_against_remover",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "entering announces behind the barrier",
        find: r"        Self::announce(record);
        // The light barrier, but for the fence that `answer_requests` makes where fences are needed.
        barrier::light_unless_fence();
        // Relaxed: the occupant's own bits, and hints; whoever must be heard at once stops the threads by other means.
        if record.requests.load(Ordering::Relaxed) != 0 {
            self.answer_requests(record);
        }",
        replace: r"        barrier::light_unless_fence();
        if record.requests.load(Ordering::Relaxed) != 0 {
            self.answer_requests(record);
        }
        Self::announce(record);",
        tests: "loom_epoch",
        model: "reader_against_remover",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "renewing without barrier",
        find: r"        Self::announce(record);
        barrier::light();",
        replace: "        Self::announce(record);",
        tests: "loom_epoch",
        model: "detach_against_scanner",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "a nested checkpoint renews",
        find: r"pub(crate) fn is_outermost(&self) -> bool {
        self.depth.get() == 1",
        replace: r"pub(crate) fn is_outermost(&self) -> bool {
        self.depth.get() >= 1",
        tests: "loom_epoch",
        model: "nested_checkpoint_does_not_renew",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "a checkpoint does not come to the mailbox",
        find: r"        if requests & Request::MAIL != 0 {
            self.collect_mail(record);
        }
        if self.after",
        replace: "        if self.after",
        tests: "loom_attach",
        model: "parcel_is_found_by_checkpoint",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "entering does not come to the mailbox",
        find: r"        if requests & Request::MAIL != 0 {
            self.collect_mail(record);
        }
    }

    /// Takes the global lock",
        replace: r"    }

    /// Takes the global lock",
        tests: "loom_attach",
        model: "parcel_is_found_by_attach",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "a return from an absence does not announce",
        find: "Current::pin(record);",
        replace: "let _ = record;",
        tests: "loom_epoch",
        model: "detach_against_scanner",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "entering does not take the global lock",
        find: "self.take_gil(record);",
        replace: "let _ = record;",
        tests: "loom_attach",
        model: "global_lock_excludes",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "an absence keeps the global lock away",
        find: r"                registry().gil.take();
                c.set_after(After::GIL);
            }
            if self.unpinned {",
        replace: r"                c.set_after(After::GIL);
            }
            if self.unpinned {",
        tests: "loom_attach",
        model: "global_lock_is_lent",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "a lone thread destroys while it is inside",
        find: "if holds_nothing && !list.is_empty() && registry.alone() {",
        replace: "if !list.is_empty() && registry.alone() {",
        tests: "loom_epoch",
        model: "own_token_is_a_reader",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "a lone thread destroys with an outer token alive",
        find: "self.depth.get() == 1 && registry().alone()",
        replace: "registry().alone()",
        tests: "loom_epoch",
        model: "own_token_is_a_reader",
    },
    Mutant {
        file: "src/runtime/current.rs",
        name: "nobody adopts",
        find: "                    registry.adopt_orphans(list);",
        replace: "                    let _ = &registry;",
        tests: "loom_epoch",
        model: "hand_over_at_exit",
    },
    Mutant {
        file: "src/runtime/registry.rs",
        name: "orphans do not move the epoch",
        find: "if before == 0 && hints != 0 {",
        replace: "if false {",
        tests: "loom_epoch",
        model: "checkpoint_finds_the_garbage_of_a_finished_thread",
    },
    Mutant {
        file: "src/runtime/registry.rs",
        name: "orphans move the epoch without release",
        find: "self.epoch.fetch_add(1, Ordering::Release);",
        replace: "self.epoch.fetch_add(1, Ordering::Relaxed);",
        tests: "loom_epoch",
        model: "checkpoint_finds_the_garbage_of_a_finished_thread",
    },
    Mutant {
        file: "src/runtime/registry.rs",
        name: "orphans move the epoch before the hint",
        find: "        if hints != before {
            // Relaxed: a hint; the list itself is behind the lock.
            self.orphan_hints.store(hints, Ordering::Relaxed);
        }
        if before == 0 && hints != 0 {
            // So that every checkpoint looks once: it compares epochs, and nothing else that is not its thread's own.
            // Release: partner is the acquire in `announce`; who sees this epoch sees the hint. No acquire: this thread takes it neither for its epoch nor for a tag,
            // and the release sequences of earlier increments go on through it.
            self.epoch.fetch_add(1, Ordering::Release);
        }",
        replace: "        if before == 0 && hints != 0 {
            self.epoch.fetch_add(1, Ordering::Release);
        }
        if hints != before {
            self.orphan_hints.store(hints, Ordering::Relaxed);
        }",
        tests: "loom_epoch",
        model: "checkpoint_finds_the_garbage_of_a_finished_thread",
    },
    Mutant {
        file: "src/runtime/retire.rs",
        name: "the tag is the epoch before",
        find: "fetch_add(1, Ordering::AcqRel) + 1;",
        replace: "fetch_add(1, Ordering::AcqRel);",
        tests: "loom_epoch",
        model: "reader_against_remover",
    },
    Mutant {
        file: "src/runtime/retire.rs",
        name: "the tag may be another remover's",
        find: "registry.epoch.fetch_add(1, Ordering::AcqRel) + 1;",
        replace: r"{
                let now = registry.epoch.load(Ordering::Acquire);
                let _ = registry.epoch.compare_exchange(now, now + 1, Ordering::AcqRel, Ordering::Relaxed);
                now + 1
            };",
        tests: "loom_epoch",
        model: "checkpoint_of_a_remover",
    },
    Mutant {
        file: "src/runtime/retire.rs",
        name: "the tag is made without release",
        find: "fetch_add(1, Ordering::AcqRel) + 1;",
        replace: "fetch_add(1, Ordering::Acquire) + 1;",
        tests: "loom_epoch",
        model: "reader_against_remover",
    },
    Mutant {
        file: "src/runtime/retire.rs",
        name: "the tag is made without acquire",
        find: "fetch_add(1, Ordering::AcqRel) + 1;",
        replace: "fetch_add(1, Ordering::Release) + 1;",
        tests: "loom_epoch",
        model: "checkpoint_without_a_barrier",
    },
    Mutant {
        file: "src/runtime/retire.rs",
        name: "a pass without barrier",
        find: "registry.fences.make(*newest);",
        replace: "let _ = newest;",
        tests: "loom_epoch",
        model: "reader_against_remover",
    },
    Mutant {
        file: "src/runtime/retire.rs",
        name: "a pass renews without release",
        find: "record.epoch.store(tag, Ordering::Release);",
        replace: "record.epoch.store(tag, Ordering::Relaxed);",
        tests: "loom_epoch",
        model: "checkpoint_of_a_reader_that_removes",
    },
    Mutant {
        file: "src/runtime/retire.rs",
        name: "a pass waits for nobody",
        find: "if *tag > oldest {",
        replace: "if *tag > oldest && false {",
        tests: "loom_epoch",
        model: "reader_against_remover",
    },
    Mutant {
        file: "src/runtime/retire.rs",
        name: "a pass is one epoch early",
        find: "if *tag > oldest {",
        replace: "if *tag > oldest + 1 {",
        tests: "loom_epoch",
        model: "reader_against_remover",
    },
    Mutant {
        file: "src/runtime/retire.rs",
        name: "adopted garbage counts as waited for",
        find: "self.fresh.append(&mut other.fresh);",
        replace: "self.ready.append(&mut other.fresh);",
        tests: "loom_epoch",
        model: "remover_with_a_borrowed_record",
    },
    Mutant {
        file: "src/runtime/registry.rs",
        name: "registration without barrier",
        find: r"        barrier::heavy();
        (record, id)",
        replace: "        (record, id)",
        tests: "loom_epoch",
        model: "registration_against_a_lone_remover",
    },
    Mutant {
        file: "src/runtime/registry.rs",
        name: "alone without barrier",
        find: r"        barrier::light();
        // Acquire: partner",
        replace: "        // Acquire: partner",
        tests: "loom_epoch",
        model: "registration_against_a_lone_remover",
    },
    Mutant {
        file: "src/runtime/registry.rs",
        name: "alone without acquire",
        find: "self.live.load(Ordering::Acquire) == 1",
        replace: "self.live.load(Ordering::Relaxed) == 1",
        tests: "loom_epoch",
        model: "end_of_a_reader_against_a_lone_remover",
    },
    Mutant {
        file: "src/runtime/registry.rs",
        name: "always alone",
        find: r"if self.live.load(Ordering::Relaxed) != 1 {
            return false;
        }",
        replace: r"if self.live.load(Ordering::Relaxed) >= 1 {
            return true;
        }",
        tests: "loom_epoch",
        model: "reader_against_remover",
    },
    Mutant {
        file: "src/runtime/registry.rs",
        name: "unregistering without release",
        find: "self.live.fetch_sub(1, Ordering::Release);",
        replace: "self.live.fetch_sub(1, Ordering::Relaxed);",
        tests: "loom_epoch",
        model: "end_of_a_reader_against_a_lone_remover",
    },
    Mutant {
        file: "src/runtime/registry.rs",
        name: "the scan without acquire",
        find: ".map(|record| record.epoch.load(Ordering::Acquire))",
        replace: ".map(|record| record.epoch.load(Ordering::Relaxed))",
        tests: "loom_epoch",
        model: "reader_against_remover",
    },
    Mutant {
        file: "src/runtime/registry.rs",
        name: "a slot is published without release",
        find: "self.slots.store(slot, Ordering::Release);",
        replace: "self.slots.store(slot, Ordering::Relaxed);",
        tests: "loom_attach",
        model: "statistics_against_first_registration",
    },
    Mutant {
        file: "src/runtime/registry.rs",
        name: "slots are read without acquire",
        find: r"        let slots = self.slots.load(Ordering::Acquire);
        (1..=slots)",
        replace: r"        let slots = self.slots.load(Ordering::Relaxed);
        (1..=slots)",
        tests: "loom_attach",
        model: "statistics_against_first_registration",
    },
    Mutant {
        file: "src/runtime/registry.rs",
        name: "a slot is published before its records",
        find: r"        if place == 0 {
            let first",
        replace: r"        self.slots.store(slot, Ordering::Release);
        if place == 0 {
            let first",
        tests: "loom_attach",
        model: "statistics_against_first_registration",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "taking a free lock without acquire",
        find: "self.word.compare_exchange(word, Word::TAKEN, Ordering::Acquire, Ordering::Relaxed).is_ok();",
        replace: "self.word.compare_exchange(word, Word::TAKEN, Ordering::Relaxed, Ordering::Relaxed).is_ok();",
        tests: "loom_lock",
        model: "sections_exclude",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "unlocking without release",
        find: "self.word.compare_exchange(Word::TAKEN, Word::PLAIN, Ordering::Release, Ordering::Relaxed);",
        replace: "self.word.compare_exchange(Word::TAKEN, Word::PLAIN, Ordering::Relaxed, Ordering::Relaxed);",
        tests: "loom_lock",
        model: "sections_exclude",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "unlocking a contended lock without release",
        find: "self.word.store(word, Ordering::Release);",
        replace: "self.word.store(word, Ordering::Relaxed);",
        tests: "loom_lock",
        model: "three_sections",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "unlocking wakes nobody",
        find: r"        if let Err(seen) = freed {
            self.unlock_slowly(seen);
        }",
        replace: r"        if freed.is_err() {
            self.word.store(Word::PLAIN, Ordering::Release);
        }",
        tests: "loom_lock",
        model: "sections_exclude",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "unlocking forgets further waiters",
        find: "let parked = if waiters.more { Word::PARKED } else { 0 };",
        replace: "let parked = 0;",
        tests: "loom_lock",
        model: "further_waiters",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "parking does not look again",
        find: "self.word.load(Ordering::Relaxed) & !Word::FREE == Word::TAKEN | Word::PARKED",
        replace: "self.word.load(Ordering::Relaxed) != 0",
        tests: "loom_lock",
        model: "sections_exclude",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "hand-over leaves the lock free",
        find: "(Word::TAKEN | rest, Wake::HandedOver)",
        replace: "(Word::PLAIN | rest, Wake::HandedOver)",
        tests: "loom_lock",
        model: "handed_over",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "the owner does not look again",
        find: r"if self.word.load(Ordering::Relaxed) == Word::biased(bias.present()) {
            return Some(Hold::ByBias);
        }",
        replace: r"if bias.present() != u32::MAX {
            return Some(Hold::ByBias);
        }",
        tests: "loom_bias",
        model: "owner_against_revoker",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "the owner enters without a barrier",
        find: r"        self.held.store(1, Ordering::Relaxed);
        barrier::light();",
        replace: "        self.held.store(1, Ordering::Relaxed);",
        tests: "loom_bias",
        model: "owner_against_revoker",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "the owner is let in twice",
        find: "if word != Word::biased(bias.present()) || self.held.load(Ordering::Relaxed) != 0 {",
        replace: "if word != Word::biased(bias.present()) {",
        tests: "loom_bias",
        model: "a_pair_inside_a_section_of_one",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "a lock is taken over without a revocation",
        find: r"        runtime::revoke(bias);
",
        replace: r"        _ = bias;
",
        tests: "loom_bias",
        model: "owner_against_revoker",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "a lock is taken over from an owner inside",
        find: r"if self.held.load(Ordering::Acquire) == 0 {
            return;
        }",
        replace: r"if self.held.load(Ordering::Acquire) < 2 {
            return;
        }",
        tests: "loom_bias",
        model: "owner_against_revoker",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "a lock is taken over without acquire",
        find: "if self.held.load(Ordering::Acquire) == 0 {",
        replace: "if self.held.load(Ordering::Relaxed) == 0 {",
        tests: "loom_bias",
        model: "owner_against_revoker",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "waiting for the owner without acquire",
        find: "while self.held.load(Ordering::Acquire) != 0 {",
        replace: "while self.held.load(Ordering::Relaxed) != 0 {",
        tests: "loom_bias",
        model: "owner_against_revoker",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "waiting for the owner does not look again",
        find: "let validate = || self.held.load(Ordering::Relaxed) != 0;",
        replace: "let validate = || true;",
        tests: "loom_bias",
        model: "owner_against_revoker",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "waiting for the owner without a barrier of its own",
        find: r"        barrier::heavy();
        let mut since = None;",
        replace: "        let mut since = None;",
        tests: "loom_bias",
        model: "revoked_in_bulk",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "the owner leaves without release",
        find: "self.held.store(0, Ordering::Release);",
        replace: "self.held.store(0, Ordering::Relaxed);",
        tests: "loom_bias",
        model: "owner_against_revoker",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "the owner leaves without a barrier",
        find: r"        self.held.store(0, Ordering::Release);
        barrier::light();",
        replace: "        self.held.store(0, Ordering::Release);",
        tests: "loom_bias",
        model: "owner_against_revoker",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "the owner leaves and wakes nobody",
        find: r"            self.wake_revoker();
",
        replace: r"            let _ = Self::wake_revoker;
",
        tests: "loom_bias",
        model: "owner_against_revoker",
    },
    Mutant {
        file: "src/lock/object_lock.rs",
        name: "a lock is claimed though it is not new",
        find: "self.word.compare_exchange(Word::FRESH, word, Ordering::Relaxed, Ordering::Relaxed);",
        replace: "Ok::<u32, u32>(self.word.swap(word, Ordering::Relaxed));",
        tests: "loom_bias",
        model: "two_claim",
    },
    Mutant {
        file: "src/runtime/bias.rs",
        name: "a revocation without a barrier",
        find: r"    barrier::heavy();
}",
        replace: "}",
        tests: "loom_bias",
        model: "owner_against_revoker",
    },
    Mutant {
        file: "src/runtime/bias.rs",
        name: "a bulk end behind its barrier",
        find: r"        record.bias.present.store(0, Ordering::Relaxed);
    }
    barrier::heavy();",
        replace: r"        barrier::heavy();
        record.bias.present.store(0, Ordering::Relaxed);
        return;
    }
    barrier::heavy();",
        tests: "loom_bias",
        model: "revoked_in_bulk",
    },
    Mutant {
        file: "src/runtime/bias.rs",
        name: "a bulk end whose barrier is outside the lock",
        find: r"    barrier::heavy();
}",
        replace: r"    drop(biases);
    barrier::heavy();
}",
        tests: "loom_bias",
        model: "three_want_what_is_revoked_in_bulk",
    },
    Mutant {
        file: "src/runtime/bias.rs",
        name: "a thread ends its bias outside the lock",
        find: r"            let _biases = registry().biases.lock();
            self.present.store(0",
        replace: "            self.present.store(0",
        tests: "loom_bias",
        model: "the_owner_finishes",
    },
    Mutant {
        file: "src/lock/section.rs",
        name: "a suspended section keeps its locks",
        find: r"        frame.leave();
        head = frame.outer;",
        replace: "        head = frame.outer;",
        tests: "loom_bias",
        model: "a_suspended_section_of_the_owner",
    },
    Mutant {
        file: "src/lock/section.rs",
        name: "a section goes on as it was suspended",
        find: r"        frame.first.enter_again(me);
",
        replace: "",
        tests: "loom_bias",
        model: "a_suspended_section_of_the_owner",
    },
    Mutant {
        file: "src/lock/section.rs",
        name: "the second lock of a pair is not taken again",
        find: r"            second.enter_again(me);
",
        replace: r"            _ = second;
",
        tests: "loom_lock",
        model: "a_suspended_pair",
    },
    Mutant {
        file: "src/lock/section.rs",
        name: "a section waits with the outer ones held",
        find: r"    Entry::Taken(lock.spin(me).unwrap_or_else(|| {
        // SAFETY: as above.
        unsafe { suspend(innermost) };",
        replace: "    Entry::Taken(lock.spin(me).unwrap_or_else(|| {",
        tests: "loom_lock",
        model: "sections_cross",
    },
    Mutant {
        file: "src/lock/section.rs",
        name: "a pair is taken in the order of the arguments",
        find: "let (first, second) = if ptr::from_ref(a) < ptr::from_ref(b) { (a, b) } else { (b, a) };",
        replace: "let (first, second) = (a, b);",
        tests: "loom_lock",
        model: "pairs_cross",
    },
    Mutant {
        file: "src/lock/section.rs",
        name: "a pair waits with the outer sections held",
        find: r"            unsafe { suspend(innermost) };
            wait_for(lock, me)",
        replace: "            wait_for(lock, me)",
        tests: "loom_lock",
        model: "a_pair_inside_a_section",
    },
    Mutant {
        file: "src/runtime/sections.rs",
        name: "an absence keeps the locks",
        find: "            unsafe { ((*innermost).suspend)(innermost) };",
        replace: "",
        tests: "loom_bias",
        model: "the_owner_is_away",
    },
    Mutant {
        file: "src/lock/free.rs",
        name: "a replacement does not look whether it is allowed",
        find: "if self.is_free() { f() } else { None }",
        replace: "f()",
        tests: "loom_free",
        model: "a_section_stands_still",
    },
    Mutant {
        file: "src/lock/free.rs",
        name: "the end of freedom does not wait",
        find: r"        self.clear_free();
        wait_for_unmarked(self.address());",
        replace: r"        self.clear_free();
        let _ = wait_for_unmarked;",
        tests: "loom_free",
        model: "a_section_stands_still",
    },
    Mutant {
        file: "src/lock/free.rs",
        name: "the end of freedom waits before it forbids",
        find: r"        self.clear_free();
        wait_for_unmarked(self.address());",
        replace: r"        wait_for_unmarked(self.address());
        self.clear_free();",
        tests: "loom_free",
        model: "a_section_stands_still",
    },
    Mutant {
        file: "src/runtime/marks.rs",
        name: "a replacement makes no mark",
        find: r"    mark.store(address, Ordering::Release);
",
        replace: r"    let _ = address;
",
        tests: "loom_free",
        model: "a_section_stands_still",
    },
    Mutant {
        file: "src/runtime/marks.rs",
        name: "a mark without a barrier",
        find: r"    barrier::light();
    let result",
        replace: "    let result",
        tests: "loom_free",
        model: "a_section_stands_still",
    },
    Mutant {
        file: "src/runtime/marks.rs",
        name: "forbidding without a barrier",
        find: r"    barrier::heavy();
    for record",
        replace: "    for record",
        tests: "loom_free",
        model: "a_section_stands_still",
    },
    Mutant {
        file: "src/runtime/marks.rs",
        name: "a mark is taken back without release",
        find: "    mark.store(Mark::NOTHING, Ordering::Release);",
        replace: "    mark.store(Mark::NOTHING, Ordering::Relaxed);",
        tests: "loom_free",
        model: "a_section_stands_still",
    },
    Mutant {
        file: "src/runtime/marks.rs",
        name: "waiting for marks without acquire",
        find: "record.mark.0.load(Ordering::Acquire) == address",
        replace: "record.mark.0.load(Ordering::Relaxed) == address",
        tests: "loom_free",
        model: "a_section_stands_still",
    },
    Mutant {
        file: "src/lock/section.rs",
        name: "a section begins without ending the freedom",
        find: r"    let entry = enter_slowly_for_key(lock, me);
    lock.end_freedom();",
        replace: "    let entry = enter_slowly_for_key(lock, me);",
        tests: "loom_free",
        model: "a_section_stands_still",
    },
    Mutant {
        file: "src/collections/table/node.rs",
        name: "a removal in a free table by load and store",
        find: r"        if free {
            // Acquire",
        replace: r"        if free && !value.is_null() {
            // Acquire",
        tests: "loom_free",
        model: "a_removal_against_a_replacement",
    },
    Mutant {
        file: "src/collections/table/node.rs",
        name: "a free replacement that does not acquire",
        find: "self.value.compare_exchange_weak(seen, value.as_ptr(), Ordering::AcqRel, Ordering::Relaxed)",
        replace: "self.value.compare_exchange_weak(seen, value.as_ptr(), Ordering::Release, Ordering::Relaxed)",
        tests: "loom_free",
        model: "two_replace_freely",
    },
    Mutant {
        file: "src/collections/table/node.rs",
        name: "a free replacement that does not release",
        find: "self.value.compare_exchange_weak(seen, value.as_ptr(), Ordering::AcqRel, Ordering::Relaxed)",
        replace: "self.value.compare_exchange_weak(seen, value.as_ptr(), Ordering::Acquire, Ordering::Relaxed)",
        tests: "loom_free",
        model: "two_replace_freely",
    },
    Mutant {
        file: "src/collections/table/mod.rs",
        name: "a free replacement in a table that was emptied",
        find: "if self.block.load(Ordering::Relaxed) == seen.block { node.replace_freely(value) } else { None }",
        replace: "node.replace_freely(value)",
        tests: "loom_free",
        model: "taking_all_against_a_replacement",
    },
    Mutant {
        file: "src/collections/table/order.rs",
        name: "a node moves within a small table",
        find: r"        if index.is_small() {
            return self.move_in_small(operation, index, node, end);
        }
",
        replace: r"        if index.is_small() && index.first() == 0 {
            return self.move_in_small(operation, index, node, end);
        }
",
        tests: "loom_small",
        model: "get_against_a_move_that_makes_it_small",
    },
    Mutant {
        file: "src/collections/table/mod.rs",
        name: "a small table is read without acquire",
        find: "unsafe { places.get_unchecked(place) }.load(Ordering::Acquire)",
        replace: "unsafe { places.get_unchecked(place) }.load(Ordering::Relaxed)",
        tests: "loom_small",
        model: "get_against_insert",
    },
    Mutant {
        file: "src/collections/table/mod.rs",
        name: "the block is read without acquire",
        find: "unsafe { Index::from_raw(self.block.load(Ordering::Acquire)) }",
        replace: "unsafe { Index::from_raw(self.block.load(Ordering::Relaxed)) }",
        tests: "loom_table",
        model: "get_against_first_insert",
    },
    Mutant {
        file: "src/collections/table/bulk.rs",
        name: "the block is published without release",
        find: "table.block.store(new.into_raw(), Ordering::Release);",
        replace: "table.block.store(new.into_raw(), Ordering::Relaxed);",
        tests: "loom_table",
        model: "get_against_first_insert",
    },
    Mutant {
        file: "src/collections/table/mod.rs",
        name: "a node is found without acquire",
        find: "let word = index.slot(at).load(Ordering::Acquire);",
        replace: "let word = index.slot(at).load(Ordering::Relaxed);",
        tests: "loom_table",
        model: "get_against_rebuild",
    },
    Mutant {
        file: "src/collections/table/block.rs",
        name: "a node is published without release",
        find: "self.free_slot(node.hash).store(Tag::of(node.hash).word(NonNull::from(node)), Ordering::Release);",
        replace: "self.free_slot(node.hash).store(Tag::of(node.hash).word(NonNull::from(node)), Ordering::Relaxed);",
        tests: "loom_table",
        model: "get_against_rebuild",
    },
    Mutant {
        file: "src/collections/table/bulk.rs",
        name: "a rebuilt block is published before it is filled",
        find: r"        let new = Index::for_entries(entries);
",
        replace: r"        let new = Index::for_entries(entries);
        table.block.store(new.into_raw(), Ordering::Release);
",
        tests: "loom_table",
        model: "get_against_rebuild",
    },
    Mutant {
        file: "src/collections/table/bulk.rs",
        name: "a block that is replaced is freed at once",
        find: r"        if let Some(old) = old {
            // SAFETY: unlinked just now. Its nodes live on in the new block.
            operation.retire(unsafe { old.into_garbage() });
        }",
        replace: r"        if let Some(old) = old {
            let _ = operation;
            unsafe { old.into_garbage().run() };
        }",
        tests: "loom_table",
        model: "get_against_rebuild",
    },
    Mutant {
        file: "src/collections/table/bulk.rs",
        name: "a cleared table is freed at once",
        find: r"            if operation.is_alone() {
                // SAFETY: unlinked, and nobody can be reading.
                unsafe { free_with_contents",
        replace: r"            if operation.is_alone() || true {
                // SAFETY: unlinked, and nobody can be reading.
                unsafe { free_with_contents",
        tests: "loom_table",
        model: "get_against_clear",
    },
    Mutant {
        file: "src/collections/table/mod.rs",
        name: "a removed node keeps its slot",
        find: r"        index.change_slot(node, TOMBSTONE);
",
        replace: "",
        tests: "loom_table",
        model: "drop_after_use_on_two_threads",
    },
    Mutant {
        file: "src/collections/table/mod.rs",
        name: "a removed slot becomes empty",
        find: "index.change_slot(node, TOMBSTONE);",
        replace: "index.change_slot(node, ptr::null_mut());",
        tests: "loom_table",
        model: "get_past_a_removed_neighbour",
    },
    Mutant {
        file: "src/collections/table/mod.rs",
        name: "writes take no lock",
        find: "section(&self.lock, || f(&Locked::new(self)))",
        replace: "f(&Locked::new(self))",
        tests: "loom_table",
        model: "get_or_insert_makes_one",
    },
    Mutant {
        file: "src/collections/table/algebra.rs",
        name: "a key that is replaced says that it is gone",
        find: "Removed { node: NonNull::from(node), value: Present::RAW }",
        replace: "Removed { node: NonNull::from(node), value: node.take_value(false) }",
        tests: "loom_set",
        model: "get_against_replace",
    },
    Mutant {
        file: "src/collections/table/algebra.rs",
        name: "changing a set does not lock the other one",
        find: "section2(&self.lock, other, ",
        replace: "section2(&self.lock, &self.lock, ",
        tests: "loom_set",
        model: "union_with_a_section_of_the_other",
    },
    Mutant {
        file: "src/collections/set/operand.rs",
        name: "set algebra locks one of its operands",
        find: "(Some(a), Some(b)) => section2(a, b, f),",
        replace: "(Some(a), Some(_)) => section2(a, a, f),",
        tests: "loom_set",
        model: "union_against_a_section_of_the_other",
    },
    Mutant {
        file: "src/collections/list/elements.rs",
        name: "changes of the length are not counted",
        find: "changes.store(changes.load(Ordering::Relaxed).wrapping_add(1), Ordering::Release);",
        replace: "let _ = changes;",
        tests: "loom_list",
        model: "last_against_push_set_and_pop",
    },
    Mutant {
        file: "src/collections/list/elements.rs",
        name: "the count of changes is stored without release",
        find: "changes.store(changes.load(Ordering::Relaxed).wrapping_add(1), Ordering::Release);",
        replace: "changes.store(changes.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);",
        tests: "loom_list",
        model: "last_against_push_set_and_pop",
    },
    Mutant {
        file: "src/collections/list/elements.rs",
        name: "the count of changes is read without acquire",
        find: "header.changes.load(Ordering::Acquire)",
        replace: "header.changes.load(Ordering::Relaxed)",
        tests: "loom_list",
        model: "last_against_push_set_and_pop",
    },
    Mutant {
        file: "src/collections/list/elements.rs",
        name: "last does not look at the count again",
        find: "header.changes.load(Ordering::Relaxed) == changes",
        replace: "{ let _ = changes; true }",
        tests: "loom_list",
        model: "last_against_push_set_and_pop",
    },
    Mutant {
        file: "src/collections/list/mod.rs",
        name: "an extension in place stores the length first",
        find: "for (place, raw) in (len..).zip(with) {",
        replace: "elements::set_length(block, needed);\n                for (place, raw) in (len..).zip(with) {",
        tests: "loom_list",
        model: "get_against_extend_in_place",
    },
    Mutant {
        file: "src/collections/list/write.rs",
        name: "a cut empties the places first",
        find: r"        if len < old {
            set_length(block, len);
        }
        (len..old).filter_map(move |place| vacate(block, place))",
        replace: r"        let gone: Vec<_> = (len..old).filter_map(move |place| vacate(block, place)).collect();
        if len < old {
            set_length(block, len);
        }
        gone.into_iter()",
        tests: "loom_list",
        model: "get_against_a_removal_at_the_end",
    },
    Mutant {
        file: "src/collections/list/write.rs",
        name: "an exchange does not compare",
        find: "found.is_some_and(|found| ptr::eq(unsafe { P::borrow(found) }, current))",
        replace: "{ let _ = current; found.is_some() }",
        tests: "loom_list",
        model: "two_exchanges",
    },
    Mutant {
        file: "src/collections/list/iter.rs",
        name: "an iterator does not look at the length behind the element",
        find: "element_below(block, self.front)",
        replace: "super::elements::element(block, self.front)",
        tests: "loom_list",
        model: "iteration_against_pop_and_push",
    },
    Mutant {
        file: "src/collections/list/sort.rs",
        name: "a sort publishes whatever has happened to the list",
        find: "let block = self.unchanged_since(&before)?;",
        replace: "let block = unsafe { self.elements() };",
        tests: "loom_list",
        model: "sort_that_gives_way_against_push",
    },
    Mutant {
        file: "src/collections/list/bulk.rs",
        name: "an extension by another list takes its own lock only",
        find: r"section2(&self.lock, &other.lock, || {
            // SAFETY: under both locks.
            let (block, source)",
        replace: r"crate::lock::section(&self.lock, || {
            // SAFETY: under both locks.
            let (block, source)",
        tests: "loom_list",
        model: "lists_that_extend_each_other",
    },
    Mutant {
        file: "src/collections/list/bulk.rs",
        name: "an exchange of lists exchanges their blocks",
        find: r"            self.publish(for_me);
            other.publish(for_them);
            [mine, theirs].map(",
        replace: r"            if let (Some(mine), Some(theirs)) = (mine, theirs) {
                self.publish(theirs);
                other.publish(mine);
            }
            [Some(for_me), Some(for_them)].map(",
        tests: "loom_list",
        model: "walk_against_an_exchange_of_lists",
    },
    Mutant {
        file: "src/collections/table/node.rs",
        name: "a value is read without acquire",
        find: "NonNull::new(self.value.load(Ordering::Acquire))",
        replace: "NonNull::new(self.value.load(Ordering::Relaxed))",
        tests: "loom_table",
        model: "get_against_rebuild_and_replace",
    },
    Mutant {
        file: "src/collections/table/node.rs",
        name: "a value is replaced without release",
        find: "self.value.store(value, Ordering::Release);",
        replace: "self.value.store(value, Ordering::Relaxed);",
        tests: "loom_table",
        model: "get_against_rebuild_and_replace",
    },
    Mutant {
        file: "src/collections/table/node.rs",
        name: "a removed value is not nulled",
        find: "let old = self.exchange(ptr::null_mut(), free);",
        replace: "let old = { let _ = free; NonNull::new(self.value.load(Ordering::Relaxed)) };",
        tests: "loom_table",
        model: "old_iteration_against_remove",
    },
    Mutant {
        file: "src/collections/table/node.rs",
        name: "a removed node is freed at once",
        find: r"        if operation.is_alone() {
            let value = own(self.value);
            // SAFETY: unlinked, and nobody can be reading.
            unsafe { Node::free",
        replace: r"        if operation.is_alone() || true {
            let value = own(self.value);
            // SAFETY: unlinked, and nobody can be reading.
            unsafe { Node::free",
        tests: "loom_table",
        model: "get_against_remove",
    },
    Mutant {
        file: "src/collections/table/mod.rs",
        name: "a table's slot is read without acquire",
        find: "let word = index.slot(at).load(Ordering::Acquire);",
        replace: "let word = index.slot(at).load(Ordering::Relaxed);",
        tests: "loom_table",
        model: "get_against_insert_in_place",
    },
    Mutant {
        file: "src/collections/table/mod.rs",
        name: "a removed entry is nulled without release",
        find: "index.order(node.place.get()).store(ptr::null_mut(), Ordering::Release);",
        replace: "index.order(node.place.get()).store(ptr::null_mut(), Ordering::Relaxed);",
        tests: "loom_table",
        model: "get_after_an_iteration_that_missed",
    },
    Mutant {
        file: "src/collections/table/iter.rs",
        name: "an entry of the order is read without acquire",
        find: "unsafe { self.places.get_unchecked(place) }.load(Ordering::Acquire)",
        replace: "unsafe { self.places.get_unchecked(place) }.load(Ordering::Relaxed)",
        tests: "loom_table",
        model: "get_after_an_iteration_that_missed",
    },
    Mutant {
        file: "src/collections/table/block.rs",
        name: "the tombstone is stored without release",
        find: "self.slot_of(node).store(word, Ordering::Release);",
        replace: "self.slot_of(node).store(word, Ordering::Relaxed);",
        tests: "loom_table",
        model: "get_after_a_removal_that_was_seen",
    },
    Mutant {
        file: "src/collections/table/bulk.rs",
        name: "a table is cleared without release",
        find: "table.block.swap(block, Ordering::Release)",
        replace: "table.block.swap(block, Ordering::Relaxed)",
        tests: "loom_table",
        model: "get_after_a_clear_that_was_seen",
    },
    Mutant {
        file: "src/collections/list/mod.rs",
        name: "a list is cleared without release",
        find: "self.block.store(ptr::null_mut(), Ordering::Release);",
        replace: "self.block.store(ptr::null_mut(), Ordering::Relaxed);",
        tests: "loom_list",
        model: "get_after_a_clear_that_was_seen",
    },
    Mutant {
        file: "src/collections/list/mod.rs",
        name: "the block is read without acquire",
        find: "Block::from_raw(self.block.load(Ordering::Acquire))",
        replace: "Block::from_raw(self.block.load(Ordering::Relaxed))",
        tests: "loom_list",
        model: "get_against_first_push",
    },
    Mutant {
        file: "src/collections/list/mod.rs",
        name: "the block is published without release",
        find: "self.block.store(block.into_raw(), Ordering::Release);",
        replace: "self.block.store(block.into_raw(), Ordering::Relaxed);",
        tests: "loom_list",
        model: "get_against_first_push",
    },
    Mutant {
        file: "src/collections/list/elements.rs",
        name: "an element is read without acquire",
        find: "NonNull::new(unsafe { block.slot(place) }.load(Ordering::Acquire))",
        replace: "NonNull::new(unsafe { block.slot(place) }.load(Ordering::Relaxed))",
        tests: "loom_list",
        model: "get_against_set",
    },
    Mutant {
        file: "src/collections/list/write.rs",
        name: "an element is pushed without release",
        find: "unsafe { block.slot(len) }.store(raw.as_ptr(), Ordering::Release);",
        replace: "unsafe { block.slot(len) }.store(raw.as_ptr(), Ordering::Relaxed);",
        tests: "loom_list",
        model: "get_against_pop_and_push",
    },
    Mutant {
        file: "src/collections/list/elements.rs",
        name: "an element is set without release",
        find: "slot.store(raw, Ordering::Release);",
        replace: "slot.store(raw, if raw.is_null() { Ordering::Release } else { Ordering::Relaxed });",
        tests: "loom_list",
        model: "get_against_set",
    },
    Mutant {
        file: "src/collections/list/elements.rs",
        name: "the length is read without acquire",
        find: "block.header().len.load(Ordering::Acquire)",
        replace: "block.header().len.load(Ordering::Relaxed)",
        tests: "loom_list",
        model: "get_against_push_in_place",
    },
    Mutant {
        file: "src/collections/list/elements.rs",
        name: "the length is stored without release",
        find: "at.store(len, Ordering::Release);",
        replace: "at.store(len, Ordering::Relaxed);",
        tests: "loom_list",
        model: "get_against_push_in_place",
    },
    Mutant {
        file: "src/collections/list/elements.rs",
        name: "the length is not looked at again",
        find: "if place < length(block) { Some(raw) } else { None }",
        replace: "Some(raw)",
        tests: "loom_list",
        model: "get_against_pop_and_push",
    },
    Mutant {
        file: "src/collections/list/write.rs",
        name: "a push stores the length first",
        find: r"            unsafe { block.slot(len) }.store(raw.as_ptr(), Ordering::Release);
            set_length(block, len + 1);",
        replace: r"            set_length(block, len + 1);
            unsafe { block.slot(len) }.store(raw.as_ptr(), Ordering::Release);",
        tests: "loom_list",
        model: "get_against_push_in_place",
    },
    Mutant {
        file: "src/collections/list/mod.rs",
        name: "a popped element is dropped at once",
        find: r"        let copy = unsafe { copied(raw) };
        retire_value::<Counted<P>>(operation, raw);
        copy",
        replace: r"        let _ = operation;
        unsafe { P::from_raw(raw) }",
        tests: "loom_list",
        model: "get_against_pop",
    },
    Mutant {
        file: "src/collections/list/mod.rs",
        name: "a block that is replaced is freed at once",
        find: "operation.retire(unsafe { old.into_garbage() });",
        replace: "{ let _ = operation; unsafe { old.into_garbage().run() } }",
        tests: "loom_list",
        model: "get_against_growth",
    },
    Mutant {
        file: "src/collections/list/elements.rs",
        name: "a popped place is nulled without release",
        find: "slot.store(raw, Ordering::Release);",
        replace: "slot.store(raw, if raw.is_null() { Ordering::Relaxed } else { Ordering::Release });",
        tests: "loom_list",
        model: "length_after_a_pop_that_was_seen",
    },
    Mutant {
        file: "src/collections/list/mod.rs",
        name: "writes take no lock",
        find: "section(&self.lock, || f(unsafe { self.elements() }))",
        replace: "f(unsafe { self.elements() })",
        tests: "loom_list",
        model: "two_pops",
    },
    Mutant {
        file: "src/refcount/wide.rs",
        name: "a fold without barrier",
        find: r"        barrier::heavy();
",
        replace: r"",
        tests: "loom_wide",
        model: "two_last_drops",
    },
    Mutant {
        file: "src/refcount/wide.rs",
        name: "a fold that does not wait for steps",
        find: r"if !cells::is_frozen(n) {",
        replace: r"if false {",
        tests: "loom_wide",
        model: "eviction_against_last_drop",
    },
    Mutant {
        file: "src/refcount/wide.rs",
        name: "a fold that does not close the slot",
        find: r"slot.key.store(address | 1, Ordering::Relaxed);",
        replace: r"",
        tests: "loom_wide",
        model: "eviction_against_last_drop",
    },
    Mutant {
        file: "src/refcount/wide.rs",
        name: "a fold that forgets the cells",
        find: r"let sum = cells::sum(n);
        // Relaxed: the CAS",
        replace: r"let sum = 0;
        // Relaxed: the CAS",
        tests: "loom_wide",
        model: "two_last_drops",
    },
    Mutant {
        file: "src/refcount/wide.rs",
        name: "cells that are not cleared",
        find: r"        cells::clear(n);
",
        replace: r"",
        tests: "loom_wide",
        model: "eviction_against_last_drop",
    },
    Mutant {
        file: "src/refcount/wide.rs",
        name: "dead while the owner counts",
        find: r"let dead = settled == Shared::DEAD;",
        replace: r"let dead = foreign == 0 && settled.narrow().with_state(State::Merged) == Shared::DEAD;",
        tests: "loom_wide",
        model: "eviction_against_the_owner",
    },
    Mutant {
        file: "src/refcount/wide.rs",
        name: "a step that does not look at the key",
        find: r"cells.change(n, by, || slot.key.load(Ordering::Acquire) == address)",
        replace: r"cells.change(n, by, || slot.key.load(Ordering::Acquire) | 1 == address | 1)",
        tests: "loom_wide",
        model: "eviction_against_last_drop",
    },
    Mutant {
        file: "src/refcount/wide.rs",
        name: "the place is asked for behind the step",
        find: r"    let tenancy = tenancy_of(slot);
    match step(cells, slot, address, -1) {",
        replace: r"    let step = step(cells, slot, address, -1);
    let tenancy = tenancy_of(slot);
    match step {",
        tests: "loom_wide",
        model: "look_against_the_next_tenant",
    },
    Mutant {
        file: "src/refcount/wide.rs",
        name: "a fold that ends the detour behind its CAS",
        find: r"        cells::clear(n);
        // Relaxed: a thread",
        replace: r"        cells::clear(n);
        count.set_detour(false);
        // Relaxed: a thread",
        tests: "loom_wide",
        model: "eviction_against_last_drop",
    },
    Mutant {
        file: "src/runtime/cells.rs",
        name: "a step without barrier",
        find: r"        barrier::light();
",
        replace: r"",
        tests: "loom_wide",
        model: "two_last_drops",
    },
    Mutant {
        file: "src/runtime/cells.rs",
        name: "a mark taken back without release",
        find: r"self.mark.store(NONE, Ordering::Release);",
        replace: r"self.mark.store(NONE, Ordering::Relaxed);",
        tests: "loom_wide",
        model: "eviction_against_last_drop",
    },
    Mutant {
        file: "src/runtime/cells.rs",
        name: "marks read without acquire",
        find: r"cells.mark.load(Ordering::Acquire) != n as u32",
        replace: r"cells.mark.load(Ordering::Relaxed) != n as u32",
        tests: "loom_wide",
        model: "eviction_against_last_drop",
    },
    Mutant {
        file: "src/runtime/cells.rs",
        name: "cells published without release",
        find: r"record.cells.store(cells, Ordering::Release);",
        replace: r"record.cells.store(cells, Ordering::Relaxed);",
        tests: "loom_wide",
        model: "eviction_against_the_owner",
    },
    Mutant {
        file: "src/runtime/cells.rs",
        name: "cells read without acquire",
        find: r"record.cells.load(Ordering::Acquire).as_ref()",
        replace: r"record.cells.load(Ordering::Relaxed).as_ref()",
        tests: "loom_wide",
        model: "eviction_against_the_owner",
    },
    Mutant {
        file: "src/refcount/aside.rs",
        name: "a fold without release or acquire",
        find: r"self.shared.compare_exchange(seen.0, new.0, Ordering::AcqRel, Ordering::Relaxed) {
            Ok(_) => Ok(()),",
        replace: r"self.shared.compare_exchange(seen.0, new.0, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => Ok(()),",
        tests: "loom_wide",
        model: "eviction_against_last_drop",
    },
    Mutant {
        file: "src/refcount/aside.rs",
        name: "a wide decrement of the shared word without release",
        find: r"match count.shared.compare_exchange(seen.0, new.0, Ordering::Release, Ordering::Relaxed) {
            Ok(_) if",
        replace: r"match count.shared.compare_exchange(seen.0, new.0, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) if",
        tests: "loom_wide",
        model: "eviction_against_last_drop",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "a merge that concludes from a wide word",
        find: r"debug_assert!(!seen.is_merged());
            let new = seen.merged_with(more);",
        replace: r"let new = seen.narrow().merged_with(more);",
        tests: "loom_wide",
        model: "owners_last_drop_against_a_fold",
    },
    Mutant {
        file: "src/refcount/ownership.rs",
        name: "transfer does not ask for uniqueness",
        find: r"self.is_mine() && self.is_unique() && self.never_weak()",
        replace: r"self.is_mine()",
        tests: "loom_embed",
        model: "transfer_to_who_had_a_reference",
    },
    Mutant {
        file: "src/refcount/ownership.rs",
        name: "transfer does not ask about weak references",
        find: r"self.is_unique() && self.never_weak()",
        replace: r"self.is_unique()",
        tests: "loom_embed",
        model: "transfer_is_refused_against_an_upgrade",
    },
    Mutant {
        file: "src/refcount/ownership.rs",
        name: "adopt stores the shared word",
        find: r"self.shared.compare_exchange(one.0, mine.0, Ordering::Release, Ordering::Relaxed).is_err()",
        replace: r"{ self.shared.store(mine.0, Ordering::Release); one.0 == 0 }",
        tests: "loom_embed",
        model: "adopt_against_upgrade",
    },
    Mutant {
        file: "src/refcount/ownership.rs",
        name: "a failed adoption keeps the owner",
        find: r"            self.owner.fetch_and(Owner::DETOUR, Ordering::Relaxed);
            return false;",
        replace: r"            return false;",
        tests: "loom_embed",
        model: "adopt_against_upgrade",
    },
    Mutant {
        file: "src/refcount/ownership.rs",
        name: "adopt writes the owner behind the CAS",
        find: r"        self.owner.fetch_or(me, Ordering::Relaxed);
        let (one, mine) = (Shared::DEAD.plus_one(), Shared::new(0, State::Weak));
        // Release: partner is the acquire in `try_increment`, whose thread then sees that there is an owner. No acquire: `is_unique` has.
        if self.shared.compare_exchange(one.0, mine.0, Ordering::Release, Ordering::Relaxed).is_err() {",
        replace: r"        let (one, mine) = (Shared::DEAD.plus_one(), Shared::new(0, State::Weak));
        let failed = self.shared.compare_exchange(one.0, mine.0, Ordering::Release, Ordering::Relaxed).is_err();
        self.owner.fetch_or(me, Ordering::Relaxed);
        if failed {",
        tests: "loom_embed",
        model: "adopt_against_immortality",
    },
    Mutant {
        file: "src/refcount/ownership.rs",
        name: "adopt counts in front of the CAS",
        find: r"        self.owner.fetch_or(me, Ordering::Relaxed);
        let (one",
        replace: r"        self.owner.fetch_or(me, Ordering::Relaxed);
        self.local.store(1, Ordering::Relaxed);
        let (one",
        tests: "loom_embed",
        model: "adopt_against_immortality",
    },
    Mutant {
        file: "src/refcount/ownership.rs",
        name: "adopt without release",
        find: r"compare_exchange(one.0, mine.0, Ordering::Release, Ordering::Relaxed)",
        replace: r"compare_exchange(one.0, mine.0, Ordering::Relaxed, Ordering::Relaxed)",
        tests: "loom_embed",
        model: "adopt_against_immortality",
    },
    Mutant {
        file: "src/refcount/ownership.rs",
        name: "adopt goes to the default state",
        find: r"Shared::new(0, State::Weak));
",
        replace: r"Shared::UNTOUCHED);
",
        tests: "loom_embed",
        model: "upgrade_of_what_is_adopted",
    },
    Mutant {
        file: "src/refcount/ownership.rs",
        name: "disown forgets what was counted",
        find: r"Self::merge_into_shared(self, i64::from(local))",
        replace: r"Self::merge_into_shared(self, 1)",
        tests: "loom_embed",
        model: "disown_against_foreign_counts",
    },
    Mutant {
        file: "src/refcount/ownership.rs",
        name: "disown keeps the local count",
        find: r"        self.end_ownership();
        // SAFETY: this thread owns the object, has set `owner` and `local` to 0, and gives up no reference.",
        replace: r"        self.owner.fetch_and(Owner::DETOUR, Ordering::Release);
        // SAFETY: this thread owns the object, has set `owner` and `local` to 0, and gives up no reference.",
        tests: "loom_embed",
        model: "adopt_disown_adopt",
    },
    Mutant {
        file: "src/refcount/ownership.rs",
        name: "a Brc begins anew though it is not unique",
        find: r"            && Self::is_unique(this)
",
        replace: r"",
        tests: "loom_embed",
        model: "brc_adopt_against_upgrade",
    },
    Mutant {
        file: "src/refcount/resurrect.rs",
        name: "resurrection to the default state",
        find: r"            return self.publish();",
        replace: r"            self.owner.store(id_for_new_object(), Ordering::Relaxed);
            self.local.store(1, Ordering::Relaxed);
            return self.shared.store(Shared::UNTOUCHED.0, Ordering::Release);",
        tests: "loom_embed",
        model: "upgrade_of_what_was_resurrected",
    },
    Mutant {
        file: "src/refcount/resurrect.rs",
        name: "a resurrected object is destroyed all the same",
        find: r"Decrement::Alive | Decrement::Queued => Finalized::Resurrected",
        replace: r"Decrement::Alive | Decrement::Queued => Finalized::Dead",
        tests: "loom_embed",
        model: "resurrected_and_dropped_elsewhere",
    },
    Mutant {
        file: "src/refcount/bulk.rs",
        name: "the queued one of several is subtracted too",
        find: r"seen.minus(n - 1).with_state(State::Queued)",
        replace: r"seen.minus(n).with_state(State::Queued)",
        tests: "loom_embed",
        model: "two_at_once_against_the_owner",
    },
    Mutant {
        file: "src/refcount/bulk.rs",
        name: "several are never queued",
        find: r"let queue = seen.state() < State::Queued && i64::from(seen.count()) < i64::from(n);",
        replace: r"let queue = n == 0;",
        tests: "loom_embed",
        model: "two_at_once_against_the_owner",
    },
    Mutant {
        file: "src/refcount/bulk.rs",
        name: "several are given up without acquire",
        find: r"compare_exchange(seen.0, new.0, Ordering::AcqRel, Ordering::Relaxed)",
        replace: r"compare_exchange(seen.0, new.0, Ordering::Release, Ordering::Relaxed)",
        tests: "loom_embed",
        model: "two_at_once_of_a_merged_object",
    },
    Mutant {
        file: "src/refcount/bulk.rs",
        name: "several are given up without release",
        find: r"compare_exchange(seen.0, new.0, Ordering::AcqRel, Ordering::Relaxed)",
        replace: r"compare_exchange(seen.0, new.0, Ordering::Acquire, Ordering::Relaxed)",
        tests: "loom_embed",
        model: "two_at_once_of_a_merged_object",
    },
    Mutant {
        file: "src/refcount/bulk.rs",
        name: "the owner forgets what it counts",
        find: r"i64::from(local) - i64::from(n)",
        replace: r"-i64::from(n)",
        tests: "loom_embed",
        model: "the_owner_gives_up_more_than_it_counts",
    },
    Mutant {
        file: "src/refcount/aside.rs",
        name: "the owner merges on a detour and does not try again",
        find: r"            // Relaxed: the caller keeps a reference, and it is giving that up which releases.
            match self.shared.compare_exchange(seen.0, new.0, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => seen = Shared(now),",
        replace: r"            // Relaxed: the caller keeps a reference, and it is giving that up which releases.
            match self.shared.compare_exchange(seen.0, new.0, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(_) => return,",
        tests: "loom_wide",
        model: "eviction_against_the_owner",
    },
    Mutant {
        file: "src/refcount/aside.rs",
        name: "the owner stores when it merges on a detour",
        find: r"            // Relaxed: the caller keeps a reference, and it is giving that up which releases.
            match self.shared.compare_exchange(seen.0, new.0, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => seen = Shared(now),",
        replace: r"            match { self.shared.store(new.0, Ordering::Relaxed); Ok::<u32, u32>(seen.0) } {
                Ok(_) => return,
                Err(now) => seen = Shared(now),",
        tests: "loom_wide",
        model: "eviction_against_the_owner",
    },
    Mutant {
        file: "src/refcount/aside.rs",
        name: "making wide does not try again",
        find: r"            match self.shared.compare_exchange(seen.0, seen.wide().0, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => seen = Shared(now),",
        replace: r"            match self.shared.compare_exchange(seen.0, seen.wide().0, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(_) => return true,",
        tests: "loom_wide",
        model: "widening_against_counts",
    },
    Mutant {
        file: "src/refcount/aside.rs",
        name: "making wide stores",
        find: r"            match self.shared.compare_exchange(seen.0, seen.wide().0, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => seen = Shared(now),",
        replace: r"            match { self.shared.store(seen.wide().0, Ordering::Relaxed); Ok::<u32, u32>(seen.0) } {
                Ok(_) => return true,
                Err(now) => seen = Shared(now),",
        tests: "loom_wide",
        model: "widening_against_counts",
    },
    Mutant {
        file: "src/refcount/aside.rs",
        name: "a fold stores",
        find: r"        match self.shared.compare_exchange(seen.0, new.0, Ordering::AcqRel, Ordering::Relaxed) {
            Ok(_) => Ok(()),
            Err(now) => Err(Shared(now)),",
        replace: r"        match { self.shared.store(new.0, Ordering::Release); Ok::<u32, u32>(seen.0) } {
            Ok(_) => Ok(()),
            Err(now) => Err(Shared(now)),",
        tests: "loom_wide",
        model: "eviction_against_last_drop",
    },
    Mutant {
        file: "src/refcount/wide.rs",
        name: "a fold does not try again",
        find: r"                Err(now) => seen = now,
",
        replace: r"                Err(_) => break (dead, overdrawn),
",
        tests: "loom_wide",
        model: "eviction_against_last_drop",
    },
    Mutant {
        file: "src/refcount/wide.rs",
        name: "a fold queues without a reference of its own",
        find: r"settled.plus_one().with_state(State::Queued)",
        replace: r"settled.with_state(State::Queued)",
        tests: "loom_wide",
        model: "owner_is_asked_to_merge",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "an end of ownership clears the local count behind the owner",
        find: r"        self.local.store(0, Ordering::Relaxed);
        // Release: partner is the acquire in `owner`.
        self.owner.fetch_and(Owner::DETOUR, Ordering::Release);
",
        replace: r"        self.owner.fetch_and(Owner::DETOUR, Ordering::Release);
        self.local.store(0, Ordering::Relaxed);
",
        tests: "loom_refcount",
        model: "immortality_against_merge",
    },
    Mutant {
        file: "src/refcount/aside.rs",
        name: "a decrement of a wide word does not try again",
        find: r"            Ok(_) => Ok(Decrement::Alive),
            Err(now) => Err(Shared(now)),",
        replace: r"            Ok(_) => Ok(Decrement::Alive),
            Err(_) => Ok(Decrement::Alive),",
        tests: "loom_wide",
        model: "eviction_against_last_drop",
    },
    Mutant {
        file: "src/refcount/word.rs",
        name: "a subtraction concludes from a count of one",
        find: r"if before == Shared::DEAD.plus_one() {",
        replace: r"if before.count() == 1 {",
        tests: "loom_refcount",
        model: "counting_after_exit",
    },
    Mutant {
        file: "src/runtime/cells.rs",
        name: "a step marks itself behind its look",
        find: r"        self.mark.store(n as u32, Ordering::Release);
        barrier::light();
        let new = allowed().then(|| {",
        replace: r"        let allowed = allowed();
        self.mark.store(n as u32, Ordering::Release);
        barrier::light();
        let new = allowed.then(|| {",
        tests: "loom_wide",
        model: "eviction_against_last_drop",
    },
    Mutant {
        file: "src/runtime/cells.rs",
        name: "a mark without release",
        find: "self.mark.store(n as u32, Ordering::Release);",
        replace: "self.mark.store(n as u32, Ordering::Relaxed);",
        tests: "loom_wide",
        model: "steps_on_two_objects_against_a_fold",
    },
    Mutant {
        file: "src/refcount/wide.rs",
        name: "the number of a place is read behind its key",
        find: r"        let number = table().slots[slot].tenancy.load(Ordering::Acquire);
        is_at(slot, address).then_some(Tenancy { slot, number })",
        replace: r"        is_at(slot, address)
            .then(|| Tenancy { slot, number: table().slots[slot].tenancy.load(Ordering::Acquire) })",
        tests: "loom_wide",
        model: "a_place_that_changes_hands",
    },
    Mutant {
        file: "src/runtime/cells.rs",
        name: "a step counts behind its mark",
        find: r"            self.numbers[n].store(new as u64, Ordering::Relaxed);
            new
",
        replace: r"            self.mark.store(NONE, Ordering::Release);
            self.numbers[n].store(new as u64, Ordering::Relaxed);
            new
",
        tests: "loom_wide",
        model: "eviction_against_last_drop",
    },
    Mutant {
        file: "src/refcount/bulk.rs",
        name: "several are given up and not tried again",
        find: r"                Ok(_) => return Some(Decrement::Alive),
                Err(now) => seen = Shared(now),",
        replace: r"                Ok(_) => return Some(Decrement::Alive),
                Err(_) => return Some(Decrement::Alive),",
        tests: "loom_embed",
        model: "two_at_once_of_a_merged_object",
    },
    Mutant {
        file: "src/collections/dict/update.rs",
        name: "a key is not looked for again behind the closure",
        find: r"            if locked.shape() != before
",
        replace: r"            if locked.shape() != before && false
",
        tests: "loom_dict",
        model: "one_value_stays_of_closures_that_wait",
    },
    Mutant {
        file: "src/collections/dict/update.rs",
        name: "an update does not look again behind its closure",
        find: r"                if !seen.is_same(",
        replace: r"                if false && !seen.is_same(",
        tests: "loom_dict",
        model: "updates_that_wait_add_up",
    },
    Mutant {
        file: "src/collections/dict/update.rs",
        name: "values that are absent count as exchanged",
        find: r"if found.map(ptr::from_ref) != current.map(ptr::from_ref) {",
        replace: r"if current.is_some() && found.map(ptr::from_ref) != current.map(ptr::from_ref) {",
        tests: "loom_dict",
        model: "one_exchange_succeeds",
    },
    Mutant {
        file: "src/collections/table/block.rs",
        name: "a node is put at the front without release",
        find: "self.order(place).store(Tag::of(node.hash).word(NonNull::from(node)), Ordering::Release);",
        replace: "self.order(place).store(Tag::of(node.hash).word(NonNull::from(node)), Ordering::Relaxed);",
        tests: "loom_dict",
        model: "walk_against_insert_at_the_front",
    },
    Mutant {
        file: "src/collections/table/order.rs",
        name: "a move leaves the old place",
        find: r"index.order(old).store(ptr::null_mut(), Ordering::Release);",
        replace: r"",
        tests: "loom_dict",
        model: "reads_against_move_to_the_back",
    },
    Mutant {
        file: "src/collections/table/node.rs",
        name: "a key is taken out of a node that others read",
        find: r"        if operation.is_alone() {
            let value = own(self.value);
            // SAFETY: unlinked, and nobody can be reading.
            return",
        replace: r"        if operation.is_alone() || true {
            let value = own(self.value);
            // SAFETY: unlinked, and nobody can be reading.
            return",
        tests: "loom_dict",
        model: "get_against_remove_entry",
    },
    Mutant {
        file: "src/collections/table/bulk.rs",
        name: "contents are taken over while others read them",
        find: r"        if operation.is_alone() {
            return Taken::Owned",
        replace: r"        if operation.is_alone() || true {
            return Taken::Owned",
        tests: "loom_dict",
        model: "get_against_drain",
    },
    Mutant {
        file: "src/collections/dict/pair.rs",
        name: "an exchange leaves a dict empty for a moment",
        find: r"return Some((a.replace_all(for_self.table), ",
        replace: r"let old = a.unlink_all();
                    let _ = a.replace_all(for_self.table);
                    return Some((old, ",
        tests: "loom_dict",
        model: "get_against_swap",
    },
    Mutant {
        file: "src/collections/dict/pair.rs",
        name: "two dicts are read one after the other",
        find: r"self.table.locked2(&other.table, |mine, theirs| (mine.entries(), theirs.entries()));",
        replace: r"(self.table.locked(|mine| mine.entries()), other.table.locked(|theirs| theirs.entries()));",
        tests: "loom_dict",
        model: "two_dicts_at_one_moment",
    },
    Mutant {
        file: "src/runtime/retire.rs",
        name: "a pass frees what no barrier was made for",
        find: "self.look_up_to(registry.fences.reached(), registry);",
        replace: "self.look_up_to(u64::MAX, registry);",
        tests: "loom_epoch",
        model: "barrier_of_another_thread",
    },
    Mutant {
        file: "src/runtime/fences.rs",
        name: "a barrier is announced before it is made",
        find: r"        barrier::heavy();
        // Release: partner is the acquire in `reached`.
        self.reached.fetch_max(tag, Ordering::Release);",
        replace: r"        self.reached.fetch_max(tag, Ordering::Release);
        barrier::heavy();",
        tests: "loom_epoch",
        model: "barrier_of_another_thread",
    },
    Mutant {
        file: "src/runtime/fences.rs",
        name: "a barrier covers the tag that comes next",
        find: "self.reached.fetch_max(tag, Ordering::Release);",
        replace: "self.reached.fetch_max(tag + 1, Ordering::Release);",
        tests: "loom_epoch",
        model: "barrier_of_another_thread",
    },
    Mutant {
        file: "src/runtime/fences.rs",
        name: "a barrier is announced without release",
        find: "self.reached.fetch_max(tag, Ordering::Release);",
        replace: "self.reached.fetch_max(tag, Ordering::Relaxed);",
        tests: "loom_epoch",
        model: "barrier_of_another_thread",
    },
    Mutant {
        file: "src/runtime/fences.rs",
        name: "a barrier of another thread is relied upon without acquire",
        find: "self.reached.load(Ordering::Acquire)",
        replace: "self.reached.load(Ordering::Relaxed)",
        tests: "loom_epoch",
        model: "barrier_of_another_thread",
    },
    Mutant {
        file: "src/collections/table/mod.rs",
        name: "a write at once does not look for the block",
        find: "if self.block.load(Ordering::Relaxed) != seen.block {",
        replace: "if false {",
        tests: "loom_table",
        model: "remove_against_clear_and_insert",
    },
    Mutant {
        file: "src/collections/table/mod.rs",
        name: "a write at once does not look for the value",
        find: "node.value().is_some() && (V::IS_SOMETHING || is_as_full())",
        replace: "(V::IS_SOMETHING || is_as_full())",
        tests: "loom_table",
        model: "two_removals_of_one_key",
    },
    Mutant {
        file: "src/collections/table/mod.rs",
        name: "a write at once does not look for another key in the place",
        find: "node.value().is_some() && (V::IS_SOMETHING || is_as_full())",
        replace: "node.value().is_some()",
        tests: "loom_set",
        model: "remove_against_replace",
    },
    Mutant {
        file: "src/collections/table/mod.rs",
        name: "an insertion at once does not look for others",
        find: "None => is_as_full(),",
        replace: "None => true,",
        tests: "loom_table",
        model: "two_inserts_of_one_key_in_place",
    },
    Mutant {
        file: "src/collections/table/block.rs",
        name: "filled slots are counted without release",
        find: "self.block.header().filled.store(filled, Ordering::Release);",
        replace: "self.block.header().filled.store(filled, Ordering::Relaxed);",
        tests: "loom_table",
        model: "two_inserts_of_one_key_in_place",
    },
    Mutant {
        file: "src/collections/table/block.rs",
        name: "filled slots are counted without acquire",
        find: "self.block.header().filled.load(Ordering::Acquire)",
        replace: "self.block.header().filled.load(Ordering::Relaxed)",
        tests: "loom_table",
        model: "two_inserts_of_one_key_in_place",
    },
];
