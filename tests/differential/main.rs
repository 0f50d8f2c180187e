//! The same random operations on our containers and on CPython's, which must give the same results, errors and contents.
//!
//! Skipped, with a message, where there is no `python3`. Each container has a table; a row is Python's source and what it is with us.
#![cfg(not(loom))]
#![allow(clippy::unit_arg, reason = "what gives nothing is shown as Python shows it")]

#[path = "../common/mod.rs"]
mod common;
mod dict;
mod list;
mod set;

use std::cell::RefCell;
use std::fmt::Display;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseError, TestRunner};

use common::isolated;

/// Three numbers that an operation makes of what it likes.
type Args = [i64; 3];

/// An operation in Python, on `x` and `y` and the numbers `a`, `b` and `c`, and with us, showing the result as Python's is shown.
struct Row<T> {
    python: &'static str,
    ours: fn(&T, &T, Args) -> String,
}

const fn row<T>(python: &'static str, ours: fn(&T, &T, Args) -> String) -> Row<T> {
    Row { python, ours }
}

/// A Python that runs `oracle.py` with one table.
struct Python {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Python {
    /// `None` if there is none.
    fn start<T>(start: &str, rows: &[Row<T>]) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/oracle.py");
        let mut process = Command::new("python3")
            .arg("-S")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let (to, from) = (process.stdin.take()?, BufReader::new(process.stdout.take()?));
        let mut python = Self { process, to, from };
        let sources: Vec<_> = rows.iter().map(|row| row.python).collect();
        let answer = python.ask(&format!("T\t{start}\t{}", sources.join("\t")));
        assert_eq!(answer, "ok", "the oracle does not take the table");
        Some(python)
    }

    fn ask(&mut self, line: &str) -> String {
        writeln!(self.to, "{line}").and_then(|()| self.to.flush()).expect("the oracle listens");
        let mut answer = String::new();
        self.from.read_line(&mut answer).expect("the oracle answers");
        assert!(answer.ends_with('\n'), "the oracle failed; what it says is above");
        answer.pop();
        answer
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// A step of a sequence: which row, on whom, with which numbers.
#[derive(Clone, Copy, Debug)]
struct Step {
    row: usize,
    who: usize,
    args: Args,
}

fn steps(rows: usize) -> impl Strategy<Value = Vec<Step>> {
    let arg = || -9..10_i64;
    let who = prop_oneof![4 => Just(0_usize), 3 => Just(1_usize), 1 => Just(2_usize)];
    let step = (0..rows, who, arg(), arg(), arg()).prop_map(|(row, who, a, b, c)| Step {
        row,
        who,
        args: [a, b, c],
    });
    prop::collection::vec(step, 0..60)
}

fn numbers() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(-9..10_i64, 0..12)
}

/// What both sides have in common: a container of numbers, and how Python shows it.
trait Subject: Sized + 'static {
    fn with(numbers: &[i64]) -> Self;
    fn show(&self) -> String;
}

fn joined<T: Display>(numbers: &[T]) -> String {
    numbers.iter().map(T::to_string).collect::<Vec<_>>().join(" ")
}

/// Runs one sequence on both sides.
fn compare<T: Subject>(
    python: &mut Python,
    rows: &[Row<T>],
    first: &[i64],
    second: &[i64],
    steps: &[Step],
) -> Result<(), TestCaseError> {
    let mut question = format!("S\t{}\t{}", joined(first), joined(second));
    for step in steps {
        question += &format!("\t{} {} {}", step.row, step.who, joined(&step.args));
    }
    let answer = python.ask(&question);
    let mut answers = answer.split('\t');
    let (first, second) = (T::with(first), T::with(second));
    let mut past = format!("x = {}, y = {}", first.show(), second.show());
    for step in steps {
        let (x, y) = [(&first, &second), (&second, &first), (&first, &first)][step.who];
        let row = &rows[step.row];
        let result = (row.ours)(x, y, step.args);
        past += &format!("\n{} with {:?} on {}", row.python, step.args, ["x, y", "y, x", "x, x"][step.who]);
        for (what, ours) in [("gives", result), ("leaves x as", first.show()), ("leaves y as", second.show())]
        {
            let theirs = answers.next().unwrap_or("nothing");
            prop_assert!(ours == theirs, "{past}\n{what} {theirs} in Python, {ours} with us");
        }
    }
    Ok(())
}

/// Compares random sequences, and shrinks one that differs. `start` makes Python's container of a list of numbers.
fn agree<T: Subject>(start: &'static str, rows: &'static [Row<T>]) {
    let Some(python) = Python::start(start, rows) else {
        // Not by a macro, whose output the harness would keep.
        _ = writeln!(std::io::stderr(), "skipped the comparison with CPython: there is no python3 that runs");
        return;
    };
    isolated(move || {
        let python = RefCell::new(python);
        let given = ProptestConfig::default();
        let cases = if std::env::var_os("PROPTEST_CASES").is_some() { given.cases } else { 400 };
        let rng_seed =
            if given.rng_seed == RngSeed::Random { RngSeed::Fixed(0x5eed) } else { given.rng_seed };
        let config = ProptestConfig { cases, rng_seed, failure_persistence: None, ..given };
        let result = TestRunner::new(config)
            .run(&(numbers(), numbers(), steps(rows.len())), |(first, second, steps)| {
                compare(&mut python.borrow_mut(), rows, &first, &second, &steps)
            });
        if let Err(error) = result {
            panic!("{error}");
        }
    });
}

/// `None`, or the number.
fn maybe(value: Option<i64>) -> String {
    value.map_or_else(|| "None".to_string(), |value| value.to_string())
}

/// The number, or the exception that stands for there being none.
fn or(value: Option<i64>, error: &str) -> String {
    value.map_or_else(|| error.to_string(), |value| value.to_string())
}

fn truth(truth: bool) -> String {
    if truth { "True" } else { "False" }.to_string()
}

/// What Python gives nothing for.
fn none<T>(_: T) -> String {
    "None".to_string()
}

/// Numbers between brackets.
fn list(numbers: impl IntoIterator<Item = i64>) -> String {
    format!("{:?}", numbers.into_iter().collect::<Vec<_>>())
}

/// Numbers as a set is shown: sorted, since Python's has no order.
fn sorted(numbers: impl IntoIterator<Item = i64>) -> String {
    let mut numbers: Vec<_> = numbers.into_iter().collect();
    numbers.sort_unstable();
    let numbers: Vec<_> = numbers.iter().map(i64::to_string).collect();
    format!("{{{}}}", numbers.join(", "))
}

/// A table with a row that is wrong is found out, and the sequence that shows it is as short as can be.
#[test]
fn what_differs_is_found_and_shrunk() {
    const WRONG: &[Row<list::Ints>] = &[
        row("x.append(a)", |x, _, [a, ..]| none(x.push(a))),
        // From the other end.
        row("x.pop() if len(x) > 2 else None", |x, _, _| {
            if x.len() > 2 { maybe(x.remove(0).map(|n| *n)) } else { maybe(None) }
        }),
    ];
    if Python::start("list", WRONG).is_none() {
        return;
    }
    let found = std::panic::catch_unwind(|| agree("list", WRONG)).expect_err("differs");
    let found = found.downcast::<String>().expect("a message");
    assert!(found.contains("x.pop()"), "{found}");
    assert!(found.matches("\nx.").count() < 5, "not shrunk: {found}");
}
