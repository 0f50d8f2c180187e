//! `Set` and `set`. Python's has no order, so `pop` cannot be compared.

use freethreaded::{Set, attach};

use super::{Row, Subject, agree, maybe, none, row, sorted, truth};

pub(crate) type Ints = Set<i64>;

impl Subject for Ints {
    fn with(numbers: &[i64]) -> Self {
        numbers.iter().copied().collect()
    }

    fn show(&self) -> String {
        sorted(self.iter(&attach()).copied())
    }
}

const ROWS: &[Row<Ints>] = &[
    row("x.add(a)", |x, _, [a, ..]| none(_ = x.insert(a))),
    row("x.add(b)", |x, _, [_, b, _]| none(_ = x.insert(b))),
    row("x.discard(a)", |x, _, [a, ..]| none(_ = x.remove(&a))),
    row("x.remove(a)", |x, _, [a, ..]| if x.remove(&a) { maybe(None) } else { "KeyError".to_string() }),
    row("a in x", |x, _, [a, ..]| truth(x.contains(&a))),
    row("len(x)", |x, _, _| x.len().to_string()),
    row("x.clear()", |x, _, _| none(x.clear())),
    row("x.copy()", |x, _, _| sorted(x.snapshot())),
];

#[test]
fn sets_agree() {
    agree("set", ROWS);
}
