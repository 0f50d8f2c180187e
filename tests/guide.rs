//! The guide says what the repository measured.

use std::collections::HashMap;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What `benches/instructions.txt` says of a row, by entrant, rounded.
fn counted(figures: &str) -> HashMap<(&str, &str), String> {
    let rows = figures.lines().filter_map(|line| {
        let mut columns = line.split('\t');
        let (row, entrant, n) = (columns.next()?, columns.next()?, columns.next()?);
        let n: f64 = n.parse().expect("a number");
        Some(((row, entrant), format!("{n:.0}")))
    });
    rows.collect()
}

#[test]
fn instructions_are_those_of_the_benchmark() {
    let (page, figures) = (read("src/guide/performance.rs"), read("benches/instructions.txt"));
    let counted = counted(&figures);
    let mut compared = 0;
    for line in page.lines() {
        let Some(cells) = line.strip_prefix("//! | `").map(|row| row.split(" | ").collect::<Vec<_>>()) else {
            continue;
        };
        let row = cells[0].trim_end_matches('`');
        let entrants: &[&str] = match row.split_once('/') {
            Some(("refcount", _)) => &["Brc", "Rc", "Arc"],
            Some(("attach", "checkpoint")) => &["checkpoint"],
            Some(("attach", _)) => &["attach"],
            _ => continue,
        };
        for (n, entrant) in entrants.iter().enumerate() {
            let expected = counted.get(&(row, entrant)).map_or("–", String::as_str);
            let said = cells[2 + n].trim_end_matches(" |");
            assert_eq!(
                said, expected,
                "{row} of {entrant}, in src/guide/performance.rs and benches/instructions.txt"
            );
            compared += 1;
        }
    }
    assert!(compared > 20, "{compared}");
    let compiler = figures.lines().find(|line| line.starts_with("rustc")).expect("the line of the compiler");
    let version: Vec<_> = compiler.split(' ').take(2).collect();
    assert!(page.contains(&version.join(" ")), "the page does not say that the figures are of {compiler}");
}
