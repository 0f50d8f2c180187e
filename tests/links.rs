//! The Markdown files of the repository link to files that exist.

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
    for file in ["README.md", "DESIGN.md", "BENCHMARKS.md", "CHANGELOG.md", "loom-tests/README.md"] {
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
