//! The recorded verdicts: `loom-tests/orderings.txt`, one line for each mutant.

use std::collections::BTreeMap;
use std::fmt;

use crate::scan::Id;

/// Where they are, from the root of the repository.
pub(crate) const FILE: &str = "loom-tests/orderings.txt";

const HEAD: &str = "\
# What becomes of each ordering, fence and barrier of src/runtime and src/refcount when it is weakened by one step.
# Checked, and written but for the reasons, by `cargo run --release -p loom-tests --bin weaken`; see README.md.
#
# file | function | operation | change | verdict
#
# killed by FILE::MODEL     that model fails (at a bound of so many preemptions; or it never ends)
# equivalent: REASON        the weaker program is correct
# no model: REASON          the weaker program may be wrong, and no model shows it
# unexplained               to be replaced by one of the above
";

/// The model that notices.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Killer {
    /// The file of models.
    pub(crate) tests: String,
    pub(crate) model: String,
    /// The bound, if the model's own does not show it.
    pub(crate) preemptions: Option<String>,
    /// It does not fail but run for ever.
    pub(crate) hangs: bool,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Killed(Killer),
    Equivalent(String),
    NoModel(String),
    Unexplained,
}

impl fmt::Display for Killer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.tests, self.model)?;
        if let Some(preemptions) = &self.preemptions {
            write!(f, " with {preemptions} preemptions")?;
        }
        if self.hangs { f.write_str(", which never ends") } else { Ok(()) }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Killed(killer) => write!(f, "killed by {killer}"),
            Verdict::Equivalent(reason) => write!(f, "equivalent: {reason}"),
            Verdict::NoModel(reason) => write!(f, "no model: {reason}"),
            Verdict::Unexplained => f.write_str("unexplained"),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {} | {} | {}", self.file, self.function, self.operation, self.change)
    }
}

pub(crate) type Record = BTreeMap<Id, Verdict>;

/// Reads the file's text. The errors are complete messages.
pub(crate) fn parse(text: &str) -> (Record, Vec<String>) {
    let (mut record, mut errors) = (Record::new(), Vec::new());
    for (n, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match parse_line(line) {
            Some((id, verdict)) => {
                if record.insert(id, verdict).is_some() {
                    errors.push(format!("{FILE}:{}: a second line for the same place; delete one", n + 1));
                }
            }
            None => errors.push(format!(
                "{FILE}:{}: not `file | function | operation | change | verdict` with a verdict that has its reason",
                n + 1
            )),
        }
    }
    (record, errors)
}

fn parse_line(line: &str) -> Option<(Id, Verdict)> {
    let mut fields = line.splitn(5, " | ").map(str::to_owned);
    let id = Id {
        file: fields.next()?,
        function: fields.next()?,
        operation: fields.next()?,
        change: fields.next()?,
    };
    let text = fields.next()?;
    let reason = |text: &str| Some(text.trim().to_owned()).filter(|reason| !reason.is_empty());
    let verdict = if let Some(rest) = text.strip_prefix("equivalent:") {
        Verdict::Equivalent(reason(rest)?)
    } else if let Some(rest) = text.strip_prefix("no model:") {
        Verdict::NoModel(reason(rest)?)
    } else if let Some(rest) = text.strip_prefix("killed by ") {
        Verdict::Killed(parse_killer(rest)?)
    } else if text == "unexplained" {
        Verdict::Unexplained
    } else {
        return None;
    };
    Some((id, verdict))
}

fn parse_killer(text: &str) -> Option<Killer> {
    let (text, hangs) = match text.strip_suffix(", which never ends") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (name, preemptions) = match text.strip_suffix(" preemptions") {
        Some(text) => text.split_once(" with ").map(|(name, n)| (name, Some(n.to_owned())))?,
        None => (text, None),
    };
    let (tests, model) = name.split_once("::")?;
    Some(Killer { tests: tests.to_owned(), model: model.to_owned(), preemptions, hangs })
}

/// The file's text, in the order of `ids`.
pub(crate) fn render<'a>(ids: impl Iterator<Item = &'a Id>, record: &Record) -> String {
    let mut text = HEAD.to_owned();
    let mut file = "";
    for id in ids {
        if let Some(verdict) = record.get(id) {
            if id.file != file {
                text.push('\n');
                file = &id.file;
            }
            text += &format!("{id} | {verdict}\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_as_they_were_written() {
        let text = "a.rs | A::f | x.load | Acquire -> Relaxed | killed by loom_a::b with 5 preemptions\n\
            a.rs | A::f | x.load #2 | Acquire -> Relaxed | killed by loom_a::c, which never ends\n\
            a.rs | A::g | acquire!(a) | dropped | equivalent: because | so\n";
        let (record, errors) = parse(text);
        assert!(errors.is_empty() && record.len() == 3);
        let rendered = render(record.keys(), &record);
        assert!(rendered.ends_with(text));
    }

    #[test]
    fn a_verdict_without_its_reason_is_an_error() {
        for verdict in ["equivalent:", "no model: ", "killed by b", "fine", ""] {
            assert_eq!(parse(&format!("a.rs | f | x | dropped | {verdict}")).1.len(), 1, "{verdict}");
        }
    }
}
