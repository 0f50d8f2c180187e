//! Every operation of the count word on every combination of its fields, against plain integers.
//!
//! The oracle is written from the rules, in `i64` and without the helpers of the code. Combinations that no history
//! leads to are told apart by [`why_unreachable`] and run as well: whatever they do, they must not free an object that is referred to.
//! The histories themselves are walked in `every_history_frees_exactly_once`, which also checks that telling-apart.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::owner::Owner;
use super::shared::{Shared, State};
use super::word::{Decrement, RefCount};
use crate::runtime::{self, ThreadId};

use State::{Default, Merged, Queued, Weak};
use Whose::{Me, Nobody, Other};

const ALL_ONES: i64 = u32::MAX as i64;
/// From here on `local` says immortal.
const FULL: i64 = 1 << 31;
const BAND: i64 = 1 << 27;
const MIDDLE: i64 = BAND + BAND / 2;
const MAX: i64 = (1 << 28) - 1;
const MIN: i64 = -(1 << 28);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Me,
    Other,
    Nobody,
}

/// The thread that calls: one with an id, which is then `Me`, or one that is detached and has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Registered,
    NoOne,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Word {
    owner: Whose,
    local: i64,
    count: i64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Increment,
    IncrementBy(u32),
    Decrement,
    Merge,
    TryIncrement,
    MakeWeak,
    IsUnique,
    TakeIfUnique,
    References,
    MakeImmortalHere,
    MakeImmortalForOwner,
    IsImmortal,
    NeverWeak,
}

use Operation as Op;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Nothing,
    Bool(bool),
    Number(usize),
    Less(Decrement),
}

impl Word {
    fn immortal(self) -> bool {
        self.local >= FULL
    }

    fn saturated(self) -> bool {
        self.count < -BAND || self.count >= BAND
    }

    /// References in existence, where the fields say.
    fn total(self) -> i64 {
        if self.state == Merged { self.count } else { self.local + self.count }
    }

    fn with_count(self, count: i64) -> Self {
        Self { count, ..self }
    }

    fn settled(self) -> Self {
        if self.saturated() { self.with_count(MIDDLE * self.count.signum()) } else { self }
    }

    /// What a locked addition makes of it: 29 bits that wrap, and then the middle if it was saturated before.
    fn added(self) -> Self {
        let sum = self.with_count(if self.count == MAX { MIN } else { self.count + 1 });
        if self.saturated() { sum.settled() } else { sum }
    }

    /// What a compare-and-swap makes of it.
    fn plus(self, n: i64) -> Self {
        if self.saturated() { self.settled() } else { self.with_count(self.count + n).settled() }
    }

    fn merged(self, more: i64) -> (Self, Decrement) {
        let total = self.count + more;
        let saturated = self.saturated() || total >= BAND;
        let merged =
            Self { state: Merged, owner: Nobody, local: 0, count: if saturated { MIDDLE } else { total } };
        (merged, if merged.count == 0 { Decrement::Dead } else { Decrement::Alive })
    }

    /// The owner's `n` more.
    fn counted(self, n: i64) -> Self {
        Self { local: (self.local + n).min(ALL_ONES), ..self }
    }

    /// What a locked subtraction makes of it.
    fn subtracted(self) -> (Self, Decrement) {
        let sum = self.with_count(if self.count == MIN { MAX } else { self.count - 1 });
        let dead = self.state == Merged && self.count == 1;
        (
            if self.saturated() { sum.settled() } else { sum },
            if dead { Decrement::Dead } else { Decrement::Alive },
        )
    }

    fn decremented_by_other(self) -> (Self, Decrement) {
        match self.state {
            _ if self.saturated() => (self, Decrement::Alive),
            Merged if self.count == 1 => (self.with_count(0), Decrement::Dead),
            Merged => (self.with_count(self.count - 1), Decrement::Alive),
            Default | Weak if self.count <= 0 => (Self { state: Queued, ..self }, Decrement::Queued),
            Default | Weak | Queued => (self.with_count(self.count - 1).settled(), Decrement::Alive),
        }
    }

    fn immortalised(self) -> Self {
        if self.immortal() { self } else { Self { local: ALL_ONES, owner: Nobody, ..self.added() } }
    }
}

/// What `operation` leaves and answers.
fn oracle(caller: Caller, operation: Operation, word: Word) -> (Word, Answer) {
    let mine = caller == Caller::Registered && word.owner == Me;
    let immortal = word.immortal();
    let untouched = word.count == 0 && word.state == Default;
    let dead = word.count == 0 && word.state == Merged;
    let unique = !immortal
        && if mine {
            word.local == 1 && word.count == 0 && matches!(word.state, Default | Weak)
        } else {
            word.count == 1 && word.state == Merged
        };
    let less = |(word, decrement)| (word, Answer::Less(decrement));
    match operation {
        Op::Increment | Op::IncrementBy(_) if immortal => (word, Answer::Nothing),
        Op::Increment if mine => (word.counted(1), Answer::Nothing),
        Op::Increment => (word.added(), Answer::Nothing),
        Op::IncrementBy(n) if mine => (word.counted(i64::from(n)), Answer::Nothing),
        Op::IncrementBy(n) => (word.plus(i64::from(n)), Answer::Nothing),
        Op::Decrement | Op::Merge if immortal => (word, Answer::Less(Decrement::Alive)),
        Op::Decrement if mine && word.local != 1 => {
            (Word { local: word.local - 1, ..word }, Answer::Less(Decrement::Alive))
        }
        Op::Decrement if mine && untouched => (Word { local: 0, ..word }, Answer::Less(Decrement::Dead)),
        Op::Decrement if mine => less(word.merged(0)),
        Op::Merge if word.owner != Nobody => less(word.merged(word.local - 1)),
        Op::Decrement if word.owner == Nobody => less(word.subtracted()),
        Op::Decrement | Op::Merge => less(word.decremented_by_other()),
        Op::TryIncrement if immortal => (word, Answer::Bool(true)),
        Op::TryIncrement if mine && word.local == 0 => (word, Answer::Bool(false)),
        Op::TryIncrement if mine => (word.counted(1), Answer::Bool(true)),
        Op::TryIncrement if untouched || dead => (word, Answer::Bool(false)),
        Op::TryIncrement => (word.plus(1), Answer::Bool(true)),
        Op::MakeWeak if word.state == Default => (Word { state: Weak, ..word }, Answer::Nothing),
        Op::MakeWeak => (word, Answer::Nothing),
        Op::IsUnique => (word, Answer::Bool(unique)),
        Op::TakeIfUnique if !unique => (word, Answer::Bool(false)),
        Op::TakeIfUnique if mine && untouched => (Word { local: 0, ..word }, Answer::Bool(true)),
        Op::TakeIfUnique => (Word { owner: Nobody, local: 0, count: 0, state: Merged }, Answer::Bool(true)),
        Op::References if immortal => (word, Answer::Number(usize::MAX)),
        Op::References => (word, Answer::Number((word.local + word.count).max(0) as usize)),
        Op::MakeImmortalHere if !immortal && !mine && word.owner != Nobody => (word, Answer::Bool(false)),
        Op::MakeImmortalHere => (word.immortalised(), Answer::Bool(true)),
        Op::MakeImmortalForOwner => (word.immortalised(), Answer::Nothing),
        Op::IsImmortal => (word, Answer::Bool(immortal)),
        Op::NeverWeak => (word, Answer::Bool(untouched)),
    }
}

/// Why no history leads to `operation` on `word`; `None` if one does.
fn why_unreachable(operation: Operation, word: Word) -> Option<&'static str> {
    if word.immortal() {
        return None;
    }
    let Word { owner, local, count, state } = word;
    if state == Merged && (owner != Nobody || local != 0) {
        return Some("a merge leaves no owner and no local count");
    }
    if state == Merged && count < 0 {
        return Some("a merged count is the number of references");
    }
    if state != Merged && owner == Nobody && local != 0 {
        return Some("whoever takes the owner out has taken the local count out before");
    }
    if owner != Nobody && local == 0 && (count, state) != (0, Default) {
        return Some("an owner that counts none has merged, or has freed an untouched object");
    }
    if count < -BAND && -count != MIDDLE {
        return Some("a step into the band goes to its middle");
    }
    if matches!(state, Default | Weak) && count < 0 {
        return Some("at zero a reference is queued");
    }
    let being_merged = state != Merged && owner == Nobody;
    if being_merged && matches!(operation, Op::Merge | Op::MakeImmortalForOwner) {
        return Some("the merging thread is not interrupted by itself");
    }
    if matches!(operation, Op::Merge | Op::MakeImmortalForOwner) && matches!(state, Default | Weak) {
        return (operation == Op::Merge).then_some("only a queued reference is merged");
    }
    let dead = word.total() == 0 && (state == Merged || (local, state) == (0, Default));
    match operation {
        Op::TryIncrement | Op::NeverWeak if dead => None,
        // While the owner merges, what it had is in its registers.
        _ if being_merged || word.saturated() => None,
        Op::TryIncrement => (word.total() < 1).then_some("owned or merged, it is alive or dead"),
        Op::Merge => (word.total() < 1).then_some("the parcel is a reference"),
        _ if state == Queued && owner != Nobody && word.total() < 2 => {
            Some("the caller's reference and the parcel's are two")
        }
        _ => (word.total() < 1).then_some("the caller has a reference"),
    }
}

fn number(owner: Whose, me: u32, other: u32) -> u32 {
    match owner {
        Me => me,
        Other => other,
        Nobody => ThreadId::NOBODY,
    }
}

/// The ids of this thread and of another.
fn ids() -> (u32, u32) {
    let me = runtime::id_for_new_object();
    let other = std::thread::spawn(runtime::id_for_new_object).join().expect("registers");
    assert!(me != other && me != ThreadId::NO_ONE);
    (me, other)
}

fn run(operation: Operation, count: &RefCount) -> Answer {
    match operation {
        Op::Increment => count.increment(),
        Op::IncrementBy(n) => count.increment_by(n),
        Op::MakeWeak => count.make_weak(),
        Op::MakeImmortalForOwner => count.make_immortal_for_owner(),
        // SAFETY: the count belongs to no object, so there is nothing to be destroyed too early.
        Op::Decrement => return Answer::Less(unsafe { RefCount::decrement(count) }),
        // SAFETY: as above.
        Op::Merge => return Answer::Less(unsafe { RefCount::merge(count) }),
        Op::TryIncrement => return Answer::Bool(count.try_increment()),
        Op::IsUnique => return Answer::Bool(count.is_unique()),
        Op::TakeIfUnique => return Answer::Bool(count.take_if_unique()),
        Op::References => return Answer::Number(count.references()),
        Op::MakeImmortalHere => return Answer::Bool(count.make_immortal_here()),
        Op::IsImmortal => return Answer::Bool(count.is_immortal()),
        Op::NeverWeak => return Answer::Bool(count.never_weak()),
    }
    Answer::Nothing
}

/// Runs `f` without this thread's panics being printed: the assertions of the code are expected to fire.
fn quietly<R>(f: impl FnOnce() -> R) -> R {
    let me = std::thread::current().id();
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() != me {
            print(info);
        }
    }));
    let result = catch_unwind(AssertUnwindSafe(f));
    // The harness's own hook is the default one.
    drop(std::panic::take_hook());
    result.unwrap_or_else(|panic| panic!("{}", panic.downcast_ref::<String>().map_or("?", String::as_str)))
}

const OPERATIONS: [Operation; 16] = [
    Op::Increment,
    Op::IncrementBy(0),
    Op::IncrementBy(1),
    Op::IncrementBy(7),
    Op::IncrementBy(u32::MAX),
    Op::Decrement,
    Op::Merge,
    Op::TryIncrement,
    Op::MakeWeak,
    Op::IsUnique,
    Op::TakeIfUnique,
    Op::References,
    Op::MakeImmortalHere,
    Op::MakeImmortalForOwner,
    Op::IsImmortal,
    Op::NeverWeak,
];

const COUNTS: [i64; 15] =
    [-2, -1, 0, 1, 2, BAND - 1, BAND, BAND + 1, MIDDLE, MAX, 1 - BAND, -BAND, -BAND - 1, -MIDDLE, MIN];

fn words() -> impl Iterator<Item = Word> {
    [Me, Other, Nobody].into_iter().flat_map(|owner| {
        [0, 1, 2, 3, FULL - 1, FULL, ALL_ONES].into_iter().flat_map(move |local| {
            COUNTS.into_iter().flat_map(move |count| {
                [Default, Weak, Queued, Merged].map(move |state| Word { owner, local, count, state })
            })
        })
    })
}

fn check(caller: Caller, operation: Operation, word: Word, (me, other): (u32, u32)) -> bool {
    let at = || format!("{operation:?} by {caller:?} on {word:?}");
    let before = Shared::new(word.count as i32, word.state);
    let count = RefCount::from_parts(number(word.owner, me, other), word.local as u32, before);
    let answer = catch_unwind(AssertUnwindSafe(|| run(operation, &count)));
    let (owner, local, shared) = count.parts();
    if let Some(_why) = why_unreachable(operation, word) {
        let died = matches!(answer, Ok(Answer::Less(Decrement::Dead)))
            || operation == Op::TakeIfUnique && matches!(answer, Ok(Answer::Bool(true)));
        assert!(!died || word.total() == 1 && !word.saturated() && !word.immortal(), "{}", at());
        return false;
    }
    let (expected, said) = oracle(caller, operation, word);
    let answer = answer.unwrap_or_else(|_| panic!("{} panicked", at()));
    assert_eq!(answer, said, "{}", at());
    let expected_shared = Shared::new(expected.count as i32, expected.state);
    let expected = (number(expected.owner, me, other), expected.local as u32, expected_shared);
    assert_eq!((owner, local, shared), expected, "{}", at());
    true
}

#[test]
fn the_table() {
    let ids = ids();
    let mut token = crate::attach();
    let (mut reached, mut unreached) = (0, 0);
    let mut all = |caller| {
        for word in words() {
            for operation in OPERATIONS {
                if check(caller, operation, word, ids) { reached += 1 } else { unreached += 1 }
            }
        }
    };
    quietly(|| {
        all(Caller::Registered);
        token.detach(|| all(Caller::NoOne));
    });
    assert!(reached > 4000 && unreached > 4000, "{reached} and {unreached}");
}

/// No operation on the word concludes anything while the object is wide, and none ends that.
#[test]
fn wide_words_conclude_nothing() {
    let (me, other) = ids();
    for word in words().filter(|word| !word.immortal() && !word.saturated() && word.owner != Me) {
        let shared = Shared::new(word.count as i32, word.state);
        let local = u32::try_from(word.local).expect("not all ones");
        let owner = number(word.owner, me, other);
        for (operation, by) in [
            (Op::Increment, 1),
            (Op::IncrementBy(2), 2),
            (Op::TryIncrement, 1),
            (Op::Decrement, -1),
            (Op::IsUnique, 0),
        ] {
            let count = RefCount::from_parts(owner, local, shared.wide());
            let answer = run(operation, &count);
            let (_, _, after) = count.parts();
            let expected = Word { count: word.count + by, ..word };
            if !expected.saturated() {
                assert_eq!(
                    after,
                    Shared::new(expected.count as i32, word.state).wide(),
                    "{operation:?} on {word:?}"
                );
            }
            match answer {
                Answer::Less(decrement) => assert_eq!(decrement, Decrement::Alive, "on {word:?}"),
                Answer::Bool(yes) => {
                    assert_eq!(yes, operation == Op::TryIncrement, "{operation:?} on {word:?}")
                }
                Answer::Nothing | Answer::Number(_) => {}
            }
        }
        if word.state != Merged && word.owner != Nobody {
            let count = RefCount::from_parts(owner, local, shared.wide());
            // SAFETY: the count belongs to no object.
            assert_eq!(unsafe { RefCount::merge(&raw const count) }, Decrement::Alive, "{word:?}");
            let (owner, local, after) = count.parts();
            assert_eq!((owner, local, after.state(), after.is_wide()), (ThreadId::NOBODY, 0, Merged, true));
            let total = word.count + word.local - 1;
            assert!(after.is_saturated() || i64::from(after.count()) == total, "{word:?}");
        }
    }
}

/// On a detour the owner merges first, and then does what others do; but for a try-increment, which comes without a reference.
#[test]
fn the_owner_on_a_detour_merges() {
    let (me, _) = ids();
    let operations = [Op::Increment, Op::IncrementBy(2), Op::Decrement, Op::IsUnique, Op::TryIncrement];
    for word in words().filter(|w| w.owner == Me && w.state != Merged && !w.immortal() && !w.saturated()) {
        for operation in operations.into_iter().filter(|&o| why_unreachable(o, word).is_none()) {
            let shared = Shared::new(word.count as i32, word.state);
            let aside = Owner::DETOUR | me;
            let local = u32::try_from(word.local).expect("not immortal");
            let count = RefCount::from_parts(aside, local, shared);
            let answer = run(operation, &count);
            let (owner, local, after) = count.parts();
            let at = || format!("{operation:?} on {word:?}: {after:?}");
            if operation == Op::TryIncrement {
                let dead = shared == Shared::UNTOUCHED;
                assert_eq!((owner, answer), (aside, Answer::Bool(!dead)), "{}", at());
                continue;
            }
            assert_eq!((owner, local, after.state()), (Owner::DETOUR, 0, Merged), "{}", at());
            let by = match operation {
                Op::Increment => 1,
                Op::IncrementBy(n) => i64::from(n),
                Op::Decrement => -1,
                _ => 0,
            };
            let total = word.total() + by;
            assert!(after.is_saturated() || i64::from(after.count()) == total, "{}", at());
            match answer {
                Answer::Less(less) => assert_eq!(less == Decrement::Dead, total == 0, "{}", at()),
                Answer::Bool(unique) => assert_eq!(unique, total == 1, "{}", at()),
                Answer::Nothing | Answer::Number(_) => {}
            }
        }
    }
}

/// What the oracle says is itself right: references in existence change by what the operation is for.
#[test]
fn the_oracle_keeps_the_sum() {
    for word in words() {
        for operation in OPERATIONS {
            for caller in [Caller::Registered, Caller::NoOne] {
                if word.immortal() || word.saturated() || why_unreachable(operation, word).is_some() {
                    continue;
                }
                let (after, answer) = oracle(caller, operation, word);
                if after.immortal() || after.saturated() {
                    continue;
                }
                // While the owner merges, only what is in the shared half can be summed.
                let gained = after.total() - word.total();
                let expected = match (operation, answer) {
                    (Op::Increment, _) | (Op::TryIncrement, Answer::Bool(true)) => 1,
                    (Op::IncrementBy(n), _) => i64::from(n),
                    (Op::Decrement | Op::Merge, Answer::Less(Decrement::Queued)) => 0,
                    (Op::Decrement | Op::Merge, _) | (Op::TakeIfUnique, Answer::Bool(true)) => -1,
                    _ => 0,
                };
                assert_eq!(gained, expected, "{operation:?} by {caller:?} on {word:?}");
                if matches!(answer, Answer::Less(Decrement::Dead)) {
                    assert_eq!(after.total(), 0, "{operation:?} by {caller:?} on {word:?}");
                }
            }
        }
    }
}

/// A history so far: the word, and who could still act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Ledger {
    word: (u32, u32, u32),
    references: i64,
    parcel: bool,
    weak: bool,
}

/// Walks every history of an owner and a thread without id with up to five references, one step at a time.
#[test]
fn every_history_frees_exactly_once() {
    let (me, other) = ids();
    let mut token = crate::attach();
    let word = |ledger: Ledger| {
        let (owner, local, shared) = ledger.word;
        RefCount::from_parts(owner, local, Shared(shared))
    };
    let plain = |(owner, local, shared): (u32, u32, u32)| Word {
        owner: if owner == me { Me } else { Nobody },
        local: local.into(),
        count: Shared(shared).count().into(),
        state: Shared(shared).state(),
    };
    let start = Ledger { word: (me, 1, Shared::UNTOUCHED.0), references: 1, parcel: false, weak: false };
    let (mut seen, mut next) = (HashSet::from([start]), vec![start]);
    let mut deaths = 0;
    while let Some(ledger) = next.pop() {
        for operation in OPERATIONS {
            for caller in [Caller::Registered, Caller::NoOne] {
                let in_existence = ledger.references + i64::from(ledger.parcel);
                let allowed = match operation {
                    Op::Merge => ledger.parcel && caller == Caller::Registered,
                    Op::TryIncrement => ledger.weak && ledger.references < 5,
                    Op::Increment => (1..5).contains(&ledger.references),
                    Op::IncrementBy(n) => ledger.references > 0 && ledger.references + i64::from(n) <= 5,
                    Op::MakeImmortalHere | Op::MakeImmortalForOwner => false,
                    Op::NeverWeak => in_existence == 0,
                    _ => ledger.references > 0,
                };
                if !allowed {
                    continue;
                }
                assert_eq!(
                    why_unreachable(operation, plain(ledger.word)),
                    None,
                    "{operation:?} of {ledger:?}"
                );
                let count = word(ledger);
                let answer = match caller {
                    Caller::Registered => run(operation, &count),
                    Caller::NoOne => token.detach(|| run(operation, &count)),
                };
                let mut after = ledger;
                let mut died = false;
                match (operation, answer) {
                    (Op::Increment, _) => after.references += 1,
                    (Op::IncrementBy(n), _) => after.references += i64::from(n),
                    (Op::TryIncrement, Answer::Bool(true)) => {
                        assert!(in_existence > 0, "{ledger:?} rose from the dead");
                        after.references += 1;
                    }
                    (Op::TryIncrement, _) => assert_eq!(in_existence, 0, "upgrade of {ledger:?} failed"),
                    (Op::MakeWeak, _) => after.weak = true,
                    (Op::Decrement, Answer::Less(Decrement::Queued)) => {
                        assert!(!ledger.parcel, "{ledger:?} was queued twice");
                        (after.references, after.parcel) = (ledger.references - 1, true);
                    }
                    (Op::Decrement, Answer::Less(less)) => {
                        (after.references, died) = (ledger.references - 1, less == Decrement::Dead);
                    }
                    (Op::Merge, Answer::Less(less)) => {
                        (after.parcel, died) = (false, less == Decrement::Dead)
                    }
                    (Op::TakeIfUnique, Answer::Bool(true)) => {
                        (after.references, died) = (ledger.references - 1, true);
                    }
                    (Op::IsUnique, Answer::Bool(true)) => assert_eq!(in_existence, 1, "{ledger:?}"),
                    (Op::References, Answer::Number(n)) => assert_eq!(n as i64, in_existence, "{ledger:?}"),
                    (Op::NeverWeak, Answer::Bool(never)) => assert!(!never || !ledger.weak, "{ledger:?}"),
                    _ => {}
                }
                let left = after.references + i64::from(after.parcel);
                if in_existence > 0 {
                    assert_eq!(died, left == 0, "{operation:?} by {caller:?} of {ledger:?}");
                }
                deaths += u32::from(died);
                let (owner, local, shared) = count.parts();
                assert!(owner != other);
                after.word = (owner, local, shared.0);
                // While a parcel waits, the halves can drift apart for ever.
                if local <= 8 && seen.insert(after) {
                    next.push(after);
                }
            }
        }
    }
    assert!(seen.len() > 100 && deaths > 10, "{} states, {deaths} deaths", seen.len());
}

#[test]
fn constructors() {
    let (me, _) = ids();
    let mut token = crate::attach();
    assert_eq!(RefCount::new().parts(), (me, 1, Shared::UNTOUCHED));
    let merged = (ThreadId::NOBODY, 0, Shared::new(1, Merged));
    assert_eq!(RefCount::new_merged().parts(), merged);
    assert_eq!(token.detach(|| RefCount::new().parts()), merged);
    assert_eq!(RefCount::new_immortal().parts().1, u32::MAX);

    let count = RefCount::new_unpublished();
    assert!(!count.try_increment() && count.references() == 0);
    count.publish();
    assert_eq!(count.parts(), (me, 1, Shared::new(0, Weak)));
    let count = RefCount::new_unpublished();
    token.detach(|| count.publish());
    assert_eq!(count.parts(), merged);
}
