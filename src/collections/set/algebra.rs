//! Set algebra: new sets from two, and the in-place forms.

use core::hash::{BuildHasher, Hash};
use core::{mem, ptr};

use super::Set;
use super::operand::{Entry, Operand, SetOperand, TRIES, one_moment, pinned};
use crate::collections::table::{Found, Locked, Node, Present, Table};
use crate::runtime::{Operation, operation};

/// Which keys of two sets.
#[derive(Clone, Copy)]
pub(super) enum Algebra {
    Union,
    Intersection,
    Difference,
    SymmetricDifference,
}

/// The keys of the result, at one moment of both operands: in the order of `a`, then that of `b`. Those of `b` have the hash of `a`.
///
/// # Safety
/// If an operand has a lock, the calling thread is inside the runtime during `'p`.
pub(super) unsafe fn choose<'p, K, A, B>(how: Algebra, a: &'p A, b: &'p B) -> Vec<Entry<'p, K>>
where
    A: Operand<K> + ?Sized,
    B: Operand<K> + ?Sized,
{
    // SAFETY: the caller's, and called under both locks only.
    let all_of_a = || unsafe { a.entries() };
    // SAFETY: as above.
    let all_of_b = || unsafe { b.entries() };
    // SAFETY: as above.
    let find_in_a = |hash, key| unsafe { a.find(hash, key) };
    // SAFETY: as above.
    let is_in_b = |entry: &Entry<'p, K>| unsafe { b.has(entry.key) };
    let of_b_alone = || {
        all_of_b().filter_map(|entry| {
            let hash = a.hash_of(entry.key);
            find_in_a(hash, entry.key).is_none().then_some(Entry { hash, ..entry })
        })
    };
    let read = || match how {
        Algebra::Union => {
            let mut keys = Vec::with_capacity(a.count());
            keys.extend(all_of_a());
            keys.extend(of_b_alone());
            keys
        }
        Algebra::Intersection if b.count() < a.count() / 2 => {
            let found = all_of_b().filter_map(|entry| find_in_a(a.hash_of(entry.key), entry.key));
            let mut keys: Vec<_> = found.collect();
            keys.sort_unstable_by_key(|entry| entry.place);
            // For an `Eq` that is none.
            keys.dedup_by_key(|entry| entry.place);
            keys
        }
        Algebra::Intersection => all_of_a().filter(is_in_b).collect(),
        Algebra::Difference => all_of_a().filter(|entry| !is_in_b(entry)).collect(),
        Algebra::SymmetricDifference => {
            all_of_a().filter(|entry| !is_in_b(entry)).chain(of_b_alone()).collect()
        }
    };
    // SAFETY: the caller's.
    unsafe { one_moment(a, b, read) }
}

/// What an operation is about to do to a set.
struct Changes<'p, K> {
    remove: Vec<&'p Node<K>>,
    add: Vec<(u64, K)>,
    /// Keys that were there already when their turn came.
    spare: Vec<K>,
}

impl<K> Default for Changes<'_, K> {
    fn default() -> Self {
        Self { remove: Vec::new(), add: Vec::new(), spare: Vec::new() }
    }
}

impl<K, S> Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
{
    fn combined(&self, how: Algebra, other: &(impl SetOperand<K> + ?Sized)) -> Self
    where
        K: Clone,
        S: Clone,
    {
        let _pin = pinned(self, other);
        // SAFETY: inside the runtime.
        let keys = unsafe { choose(how, self, other) };
        Self::of_distinct(
            self.hasher.clone(),
            keys.len(),
            keys.into_iter().map(|entry| (entry.hash, entry.key.clone())),
        )
    }

    pub(super) fn of_distinct(hasher: S, count: usize, keys: impl Iterator<Item = (u64, K)>) -> Self {
        let mut table = Table::with_capacity(count);
        table.fill(&operation(), keys);
        Self { table, hasher }
    }

    /// The keys of both sets: those of this one in its order, then those that only `other` has.
    ///
    /// Atomic on both, as all set algebra: the result is that of one moment. `Hash` and `Eq` of keys run in a [critical section](crate::critical_section2) of
    /// both sets, `Clone` after it. The result hashes as this set does.
    ///
    /// ```
    /// use freethreaded::Set;
    /// let (a, b) = (Set::from([1, 2]), Set::from([3, 1]));
    /// assert_eq!(a.union(&b).snapshot(), [1, 2, 3]);
    /// ```
    #[must_use]
    pub fn union(&self, other: &(impl SetOperand<K> + ?Sized)) -> Self
    where
        K: Clone,
        S: Clone,
    {
        self.combined(Algebra::Union, other)
    }

    /// The keys of this set that `other` has too. Looks the keys of the much smaller set up in the other. Atomic as [`union`](Self::union).
    ///
    /// ```
    /// use freethreaded::Set;
    /// let (a, b) = (Set::from([1, 2, 3]), Set::from([3, 1]));
    /// assert_eq!(a.intersection(&b).snapshot(), [1, 3]);
    /// ```
    #[must_use]
    pub fn intersection(&self, other: &(impl SetOperand<K> + ?Sized)) -> Self
    where
        K: Clone,
        S: Clone,
    {
        self.combined(Algebra::Intersection, other)
    }

    /// The keys of this set that `other` has not. Atomic as [`union`](Self::union).
    ///
    /// ```
    /// use freethreaded::Set;
    /// let (a, b) = (Set::from([1, 2, 3]), Set::from([3, 1]));
    /// assert_eq!(a.difference(&b).snapshot(), [2]);
    /// ```
    #[must_use]
    pub fn difference(&self, other: &(impl SetOperand<K> + ?Sized)) -> Self
    where
        K: Clone,
        S: Clone,
    {
        self.combined(Algebra::Difference, other)
    }

    /// The keys that are in one of the sets only: those of this one in its order, then those of `other`. Atomic as [`union`](Self::union).
    ///
    /// ```
    /// use freethreaded::Set;
    /// let (a, b) = (Set::from([1, 2, 3]), Set::from([4, 3, 1]));
    /// assert_eq!(a.symmetric_difference(&b).snapshot(), [2, 4]);
    /// ```
    #[must_use]
    pub fn symmetric_difference(&self, other: &(impl SetOperand<K> + ?Sized)) -> Self
    where
        K: Clone,
        S: Clone,
    {
        self.combined(Algebra::SymmetricDifference, other)
    }

    /// Has `plan` say, from both sets at one moment, what is to be done to this one, and does it in that moment.
    ///
    /// No user code runs between the last look at the sets and the first change, unless it has changed them each time. If it panics, nothing has changed.
    fn change<'s, B>(&'s self, other: &B, plan: impl Fn(&Locked<'s, K, Present>, &mut Changes<'s, K>))
    where
        B: SetOperand<K> + ?Sized,
    {
        let operation = operation();
        let mut tries = 0;
        loop {
            // Outlives the locks: keys that are not needed are dropped after them.
            let mut changes = Changes::default();
            let run = |locked: &Locked<'s, K, Present>| {
                // SAFETY: under both locks, and inside the runtime.
                let states = || unsafe { (self.table.shape(), other.state()) };
                let before = states();
                plan(locked, &mut changes);
                let exact = states() == before;
                if !exact && tries < TRIES {
                    return false;
                }
                for node in changes.remove.drain(..) {
                    // Also for an `Eq` that is none, and finds a node twice.
                    if locked.holds(node) {
                        locked.remove(node).retire::<Present>(&operation);
                    }
                }
                locked.reserve(&operation, changes.add.len());
                changes.add.reverse();
                while let Some((hash, key)) = changes.add.pop() {
                    if !exact && let Found::Node(_) = locked.find(hash, &key) {
                        changes.spare.push(key);
                    } else {
                        locked.insert(&operation, hash, key, Present::RAW);
                    }
                }
                true
            };
            let done = match other.lock() {
                Some(lock) => self.table.locked_with(lock, run),
                None => self.table.locked(run),
            };
            drop(changes);
            if done {
                break;
            }
            tries += 1;
        }
        drop(operation);
    }

    /// Adds all keys of `other`, in its order, behind those that are there: Python's `|=`.
    ///
    /// Atomic on both, as all set algebra: other writers of either set come before or after. Readers see the changes one by one. `Hash`, `Eq` and `Clone` of keys
    /// run in a [critical section](crate::critical_section2) of both sets, `Drop` after it. If one of the first three panics, the set is unchanged; if one changes the sets, it is
    /// all done again.
    ///
    /// ```
    /// use freethreaded::Set;
    /// let (a, b) = (Set::from([1, 2]), Set::from([3, 1]));
    /// a.union_with(&b);
    /// assert_eq!(a.snapshot(), [1, 2, 3]);
    /// ```
    pub fn union_with(&self, other: &(impl SetOperand<K> + ?Sized))
    where
        K: Clone,
    {
        self.change(other, |locked, changes| {
            // SAFETY: `change` is inside the runtime, and in both sections.
            for entry in unsafe { other.entries() } {
                let hash = self.hash(entry.key);
                if let Found::Nothing = locked.find(hash, entry.key) {
                    changes.add.push((hash, entry.key.clone()));
                }
            }
        });
    }

    /// Removes the keys that `other` has not: Python's `&=`. Atomic as [`union_with`](Self::union_with).
    ///
    /// ```
    /// use freethreaded::Set;
    /// let (a, b) = (Set::from([1, 2]), Set::from([3, 1]));
    /// a.intersect_with(&b);
    /// assert_eq!(a.snapshot(), [1]);
    /// ```
    pub fn intersect_with(&self, other: &(impl SetOperand<K> + ?Sized)) {
        self.change(other, |locked, changes| {
            // SAFETY: as in `union_with`.
            changes.remove.extend(locked.nodes().filter(|node| !unsafe { other.has(&node.key) }));
        });
    }

    /// Removes the keys that `other` has: Python's `-=`. Walks the smaller set. Atomic as [`union_with`](Self::union_with).
    ///
    /// ```
    /// use freethreaded::Set;
    /// let (a, b) = (Set::from([1, 2]), Set::from([3, 1]));
    /// a.difference_with(&b);
    /// assert_eq!(a.snapshot(), [2]);
    /// ```
    pub fn difference_with(&self, other: &(impl SetOperand<K> + ?Sized)) {
        self.change(other, |locked, changes| {
            if locked.len() <= other.count() {
                // SAFETY: as in `union_with`.
                changes.remove.extend(locked.nodes().filter(|node| unsafe { other.has(&node.key) }));
            } else {
                // SAFETY: as in `union_with`.
                changes
                    .remove
                    .extend(unsafe { other.entries() }.filter_map(|entry| self.node_of(locked, entry.key)));
            }
        });
    }

    /// Removes the keys that `other` has, and adds those that only `other` has: Python's `^=`. Atomic as [`union_with`](Self::union_with).
    ///
    /// ```
    /// use freethreaded::Set;
    /// let (a, b) = (Set::from([1, 2]), Set::from([3, 1]));
    /// a.symmetric_difference_with(&b);
    /// assert_eq!(a.snapshot(), [2, 3]);
    /// ```
    pub fn symmetric_difference_with(&self, other: &(impl SetOperand<K> + ?Sized))
    where
        K: Clone,
    {
        self.change(other, |locked, changes| {
            // SAFETY: as in `union_with`.
            for entry in unsafe { other.entries() } {
                let hash = self.hash(entry.key);
                match locked.find(hash, entry.key) {
                    Found::Node(node) => changes.remove.push(node),
                    Found::Nothing => changes.add.push((hash, entry.key.clone())),
                }
            }
        });
    }

    fn node_of<'p>(&self, locked: &Locked<'p, K, Present>, key: &K) -> Option<&'p Node<K>> {
        match locked.find(self.hash(key), key) {
            Found::Node(node) => Some(node),
            Found::Nothing => None,
        }
    }

    /// Exchanges the keys of two sets: for whoever takes the locks at one moment, and for readers of either set too.
    ///
    /// Keys are cloned, since readers may be looking at those that are there. `Hash` and `Clone` of keys run in a [critical section](crate::critical_section2) of both sets.
    /// Where both are `&mut`, [`core::mem::swap`] costs nothing.
    ///
    /// ```
    /// use freethreaded::Set;
    /// let (a, b) = (Set::from([1, 2]), Set::from([3]));
    /// a.swap_contents(&b);
    /// assert_eq!((a.snapshot(), b.snapshot()), (vec![3], vec![1, 2]));
    /// ```
    pub fn swap_contents<T: BuildHasher>(&self, other: &Set<K, T>)
    where
        K: Clone,
    {
        if ptr::eq(&self.table, &other.table) {
            return;
        }
        let operation = operation();
        let mut tries = 0;
        loop {
            // All outlive the locks.
            let (mut mine, mut theirs, mut old) = (Table::new(), Table::new(), None);
            self.table.locked_with(other.table.lock(), |a| {
                let before = (self.table.shape(), other.table.shape());
                fill(&mut mine, &operation, other, self);
                fill(&mut theirs, &operation, self, other);
                if (self.table.shape(), other.table.shape()) == before || tries == TRIES {
                    other.table.locked(|b| {
                        let mine = mem::replace(&mut mine, Table::new());
                        let theirs = mem::replace(&mut theirs, Table::new());
                        old = Some((a.replace_all(mine), b.replace_all(theirs)));
                    });
                }
            });
            drop((mine, theirs));
            if let Some((mine, theirs)) = old {
                mine.retire(&operation);
                theirs.retire(&operation);
                break;
            }
            tries += 1;
        }
        drop(operation);
    }
}

/// Copies the keys of `from` into a table for a set that hashes as `to`. Under the lock of `from`.
fn fill<K, S, T>(table: &mut Table<K, Present>, operation: &Operation, from: &Set<K, S>, to: &Set<K, T>)
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    S: BuildHasher,
    T: BuildHasher,
{
    // SAFETY: inside the runtime, as long as there is an operation.
    let keys = unsafe { from.entries() };
    table.exclusive().reserve(operation, from.len());
    table.fill(operation, keys.map(|entry| (to.hash(entry.key), entry.key.clone())));
}
