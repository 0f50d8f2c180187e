//! The Markdown files of the repository link to files that exist, and name tests that do.

use std::path::Path;

/// The targets of `[text](target)` and `![text](target)` outside code blocks.
fn targets(markdown: &str) -> Vec<&str> {
    let mut code = false;
    let mut found = Vec::new();
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            code = !code;
        }
        if !code {
            let rest = line.split("](").skip(1);
            found.extend(rest.filter_map(|rest| rest.split(')').next()));
        }
    }
    found
}

#[test]
fn relative_links_lead_to_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut checked = 0;
    for file in
        ["README.md", "DESIGN.md", "SCENARIOS.md", "BENCHMARKS.md", "CHANGELOG.md", "loom-tests/README.md"]
    {
        let path = root.join(file);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
        for target in targets(&text) {
            if target.starts_with("http") || target.starts_with('#') {
                continue;
            }
            let target = target.split('#').next().unwrap_or(target);
            let linked = path.parent().expect("a file has a folder").join(target);
            assert!(linked.exists(), "{file} links to {target}, which does not exist");
            checked += 1;
        }
    }
    assert!(checked > 0, "no link was found at all");
}

#[test]
fn links_in_code_are_not_links() {
    assert_eq!(targets("[a](b) ![c](d/e.png)\n```\n[no](no)\n```\n[f](g#h)"), ["b", "d/e.png", "g#h"]);
}

/// The file that a name like `containers::races` stands for.
fn file_of(modules: &str) -> Option<String> {
    let path = modules.replace("::", "/");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = [
        format!("tests/{path}.rs"),
        format!("tests/{path}/main.rs"),
        format!("loom-tests/tests/{path}.rs"),
        format!("src/{path}.rs"),
        format!("src/{path}/mod.rs"),
    ];
    places.iter().find_map(|place| std::fs::read_to_string(root.join(place)).ok())
}

/// Whether `name` is a function that runs as a test: marked as one, or a part of the stress test.
fn is_test(file: &str, name: &str) -> bool {
    let Some(at) = file.find(&format!("fn {name}(")) else { return false };
    // What the function is marked with stands behind the end of what comes before it.
    let marks = &file[..at][file[..at].rfind(['}', ';']).unwrap_or(0)..];
    marks.contains("#[test]") || file[at..].starts_with(&format!("fn {name}(until: Instant)"))
}

#[test]
fn scenarios_are_complete_and_name_tests() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("SCENARIOS.md");
    let text = std::fs::read_to_string(&path).expect("is there");
    let mut expected = (1..=80).map(|n| n.to_string()).chain((1..=10).map(|n| format!("B{n}")));
    let mut named = 0;
    for line in text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #")) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let &[number, race, answer] = cells.as_slice() else { panic!("not three cells: {line}") };
        assert_eq!(Some(number), expected.next().as_deref(), "out of order: {line}");
        assert!(!race.is_empty() && !answer.is_empty(), "{line}");
        for name in answer.split('`').skip(1).step_by(2).filter(|name| name.contains("::")) {
            let (modules, function) = name.rsplit_once("::").expect("has one");
            let file = file_of(modules).unwrap_or_else(|| panic!("{number}: no file for {name}"));
            assert!(is_test(&file, function), "{number}: {name} is not a test");
            named += 1;
        }
    }
    assert_eq!(expected.next(), None, "not all are there");
    assert!(named > 80, "{named}");
}

#[test]
fn what_is_no_test_is_found_out() {
    let file = "use a;\n#[test]\nfn yes() {\n}\n\nfn no() {}\nfn part(until: Instant) {}";
    assert!(is_test(file, "yes") && is_test(file, "part") && !is_test(file, "no") && !is_test(file, "other"));
}
