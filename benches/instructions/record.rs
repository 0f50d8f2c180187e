//! The committed figures: which compiler they are of, and a line for each.

use freethreaded::runtime::stats;

/// Instructions of one operation of one entrant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) instructions: f64,
}

/// A file of figures.
#[derive(Debug, PartialEq)]
pub(crate) struct Record {
    /// Compiler, target, and how the runtime orders an attach.
    pub(crate) build: String,
    figures: Vec<Figure>,
}

const HEAD: &str = "# Instructions of one operation, by callgrind. Written by\n\
                    #     cargo run --release -p freethreaded-benches --bin instructions -- --update\n\
                    # and compared by --check. Path, entrant, instructions.\n";

/// Both must be passed: figures are small, and many have a fraction of what comes now and then.
const TOLERANCE: f64 = 1.0;
const RELATIVE_TOLERANCE: f64 = 0.02;

impl Record {
    /// What this program was built with, and whether the system has a membarrier: where it has none, an attach issues a fence.
    pub(crate) fn this_build() -> String {
        drop(freethreaded::attach());
        let barriers = if stats().asymmetric_barriers { "membarrier" } else { "fences" };
        format!("{} for {}, {barriers}", env!("BUILD_RUSTC"), env!("BUILD_TARGET"))
    }

    pub(crate) fn is_of_this_build(&self) -> bool {
        self.build == Self::this_build()
    }

    /// The figures in the order of `names`; those that are not new come from `old`.
    pub(crate) fn updated(old: Option<Self>, new: Vec<Figure>, names: &[(&str, &str)]) -> Self {
        let old = old.map_or(Vec::new(), |old| old.figures);
        let find = |figures: &[Figure], id, name| {
            figures.iter().find(|figure| figure.id == id && figure.name == name).cloned()
        };
        let figures =
            names.iter().filter_map(|&(id, name)| find(&new, id, name).or_else(|| find(&old, id, name)));
        Self { build: Self::this_build(), figures: figures.collect() }
    }

    pub(crate) fn text(&self) -> String {
        let mut text = format!("{HEAD}{}\n", self.build);
        for Figure { id, name, instructions } in &self.figures {
            text += &format!("{id}\t{name}\t{instructions:.2}\n");
        }
        text
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut lines =
            text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.is_empty());
        let (_, build) = lines.next().ok_or("no line that names the compiler")?;
        let figures = lines.map(|(number, line)| {
            let mut fields = line.split('\t');
            let figure = (|| {
                let [id, name] = [fields.next()?, fields.next()?].map(str::to_owned);
                let instructions = fields.next()?.parse().ok()?;
                fields.next().is_none().then_some(Figure { id, name, instructions })
            })();
            figure.ok_or_else(|| format!("line {} is no path, entrant and number: {line:?}", number + 1))
        });
        Ok(Self { build: build.to_owned(), figures: figures.collect::<Result<_, _>>()? })
    }

    /// In words, what is no longer so.
    pub(crate) fn changes(&self, now: &[Figure]) -> Vec<String> {
        let change = |figure: &Figure| {
            let Figure { id, name, instructions: new } = figure;
            let Some(old) = self.figures.iter().find(|old| old.id == *id && old.name == *name) else {
                return Some(format!("{id} of {name}: {new:.2}, and no figure to compare it with"));
            };
            let old = old.instructions;
            let off = (new - old).abs();
            let changed = off > TOLERANCE && off > RELATIVE_TOLERANCE * old;
            let word = if *new > old { "more" } else { "fewer" };
            changed.then(|| format!("{id} of {name}: {new:.2}, which is {off:.2} {word} than {old:.2}"))
        };
        now.iter().filter_map(change).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(id: &str, name: &str, instructions: f64) -> Figure {
        Figure { id: id.to_owned(), name: name.to_owned(), instructions }
    }

    #[test]
    fn what_is_written_can_be_read() {
        let names = [("a/own", "Brc"), ("a/own", "Rc"), ("a/new", "std::rc::Rc of x")];
        let figures = vec![
            figure("a/own", "Rc", 5.0),
            figure("a/own", "Brc", 8.25),
            figure("a/new", "std::rc::Rc of x", 1.0),
        ];
        let record = Record::updated(None, figures, &names);
        assert!(record.is_of_this_build());
        assert_eq!(Record::parse(&record.text()), Ok(record));
    }

    #[test]
    fn an_update_keeps_what_was_not_counted_and_still_exists() {
        let names = [("a", "Brc"), ("a", "Rc")];
        let old = vec![figure("a", "Brc", 1.0), figure("a", "Rc", 2.0), figure("gone", "Rc", 3.0)];
        let old = Record { build: Record::this_build(), figures: old };
        let new = Record::updated(Some(old), vec![figure("a", "Brc", 9.0)], &names);
        assert_eq!(new.figures, [figure("a", "Brc", 9.0), figure("a", "Rc", 2.0)]);
    }

    #[test]
    fn damage_is_named() {
        assert!(Record::parse("# only a comment\n").is_err());
        for line in ["a\tb", "a\tb\tc", "a\tb\t1\t2", "words"] {
            let error = Record::parse(&format!("rustc\na\tb\t1\n{line}\n")).expect_err("damaged");
            assert!(error.starts_with("line 3 "), "{error}");
        }
    }

    #[test]
    fn changes_beyond_both_tolerances() {
        let committed = Record {
            build: String::new(),
            figures: vec![figure("small", "Brc", 8.0), figure("big", "Brc", 200.0)],
        };
        let changes = |id, instructions| committed.changes(&[figure(id, "Brc", instructions)]);
        assert!(changes("small", 9.0).is_empty());
        assert!(changes("big", 204.0).is_empty());
        assert_eq!(changes("small", 9.5), ["small of Brc: 9.50, which is 1.50 more than 8.00"]);
        assert_eq!(changes("big", 195.0), ["big of Brc: 195.00, which is 5.00 fewer than 200.00"]);
        assert_eq!(changes("other", 1.0), ["other of Brc: 1.00, and no figure to compare it with"]);
    }
}
