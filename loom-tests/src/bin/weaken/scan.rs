//! Finds what can be weakened: every ordering but `Relaxed`, every fence, every barrier.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::{fs, io};

use crate::code::{Function, blank, functions, is_word, words};

/// The layers whose sources are scanned, and the files of models, those first that know the layer best.
pub(crate) const LAYERS: &[(&str, &[&str])] = &[
    (
        "src/runtime",
        &[
            "loom_wide",
            "loom_epoch",
            "loom_attach",
            "loom_refcount",
            "loom_embed",
            "loom_lock",
            "loom_list",
            "loom_table",
        ],
    ),
    (
        "src/refcount",
        &[
            "loom_embed",
            "loom_wide",
            "loom_refcount",
            "loom_attach",
            "loom_epoch",
            "loom_lock",
            "loom_list",
            "loom_table",
        ],
    ),
];

/// What names a mutant, as long as its function is not rewritten.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id {
    /// From the root of the repository.
    pub(crate) file: String,
    pub(crate) function: String,
    /// The call, without its arguments; `#2` for the second of its kind in the function.
    pub(crate) operation: String,
    pub(crate) change: String,
}

/// One weaker place.
pub(crate) struct Mutant {
    pub(crate) id: Id,
    range: Range<usize>,
    replacement: &'static str,
}

impl Mutant {
    /// The source with the change made.
    pub(crate) fn apply(&self, source: &str) -> String {
        [&source[..self.range.start], self.replacement, &source[self.range.end..]].concat()
    }
}

/// All mutants of the layers, in the order of the sources.
pub(crate) fn scan(root: &Path) -> io::Result<Result<Vec<Mutant>, String>> {
    let mut mutants = Vec::new();
    for (folder, _) in LAYERS {
        let mut names = Vec::new();
        for entry in fs::read_dir(root.join(folder))? {
            names.push(entry?.file_name().into_string().expect("our file names are text"));
        }
        names.retain(|name| name.ends_with(".rs"));
        names.sort();
        let mut tests = Vec::new();
        let mut sources = Vec::new();
        for name in names {
            let source = fs::read_to_string(root.join(folder).join(&name))?;
            tests.extend(functions(&blank(&source)).1);
            sources.push((name, source));
        }
        for (name, source) in sources {
            if tests.iter().any(|test| name == format!("{test}.rs")) {
                continue;
            }
            match scan_file(&format!("{folder}/{name}"), &source) {
                Ok(found) => mutants.extend(found),
                Err(why) => return Ok(Err(why)),
            }
        }
    }
    Ok(Ok(mutants))
}

/// A place in the source, before it is known how many of its kind are in the function.
struct Place {
    operation: String,
    change: &'static str,
    range: Range<usize>,
    replacement: &'static str,
}

/// The mutants of one file. Fails on an ordering that it could not change.
pub(crate) fn scan_file(file: &str, source: &str) -> Result<Vec<Mutant>, String> {
    let code = blank(source);
    let (functions, _) = functions(&code);
    let mut places = orderings(&code).map_err(|at| {
        let line = source[..at].lines().count();
        format!(
            "{file}:{line}: an ordering that is not spelled `Ordering::…` cannot be weakened; spell it so"
        )
    })?;
    places.extend(dropped(&code));
    places.sort_by_key(|place| (place.range.start, place.change));
    let mut seen: HashMap<Id, u32> = HashMap::new();
    let mut mutants = Vec::new();
    for place in places {
        let around = functions.iter().find(|function| function.range.contains(&place.range.start));
        let Some(Function { path, test: false, .. }) = around else { continue };
        let mut id = Id {
            file: file.to_owned(),
            function: path.clone(),
            operation: place.operation,
            change: place.change.to_owned(),
        };
        let ordinal = seen.entry(id.clone()).or_default();
        *ordinal += 1;
        if *ordinal > 1 {
            id.operation += &format!(" #{ordinal}");
        }
        mutants.push(Mutant { id, range: place.range, replacement: place.replacement });
    }
    Ok(mutants)
}

/// Every ordering that has a weaker one. Fails with the position of one that is spelled otherwise.
fn orderings(code: &str) -> Result<Vec<Place>, usize> {
    const PREFIX: &str = "Ordering::";
    let mut places = Vec::new();
    for ordering in ["Acquire", "Release", "AcqRel", "SeqCst"] {
        for at in words(code, ordering) {
            if !code[..at].ends_with(PREFIX) {
                return Err(at);
            }
            let operation = enclosing_call(code, at).unwrap_or_default();
            let method = operation.rsplit(['.', ':']).next().unwrap_or_default();
            // Dropping it is the next step.
            if method == "fence" && ordering != "SeqCst" {
                continue;
            }
            let weaker: &[(&'static str, &'static str)] = match ordering {
                "Acquire" => &[("Acquire -> Relaxed", "Relaxed")],
                "Release" => &[("Release -> Relaxed", "Relaxed")],
                "AcqRel" => &[("AcqRel -> Acquire", "Acquire"), ("AcqRel -> Release", "Release")],
                _ if method.starts_with("load") => &[("SeqCst -> Acquire", "Acquire")],
                _ if method.starts_with("store") => &[("SeqCst -> Release", "Release")],
                _ => &[("SeqCst -> AcqRel", "AcqRel")],
            };
            places.extend(weaker.iter().map(|&(change, replacement)| Place {
                operation: operation.clone(),
                change,
                range: at..at + ordering.len(),
                replacement,
            }));
        }
    }
    Ok(places)
}

/// Every fence and barrier, to be left out; and every heavy barrier, to be made light.
fn dropped(code: &str) -> Vec<Place> {
    let mut places = Vec::new();
    for call in ["fence", "acquire!", "barrier::light", "barrier::light_unless_fence", "barrier::heavy"] {
        for (at, _) in code.match_indices(call) {
            let open = at + call.len();
            let whole = at == 0 || !is_word(code.as_bytes()[at - 1]);
            if !whole || code.as_bytes().get(open) != Some(&b'(') {
                continue;
            }
            // With the path before it.
            let path = code[..at].bytes().rev().take_while(|&b| is_word(b) || b == b':').count();
            let range = at - path..closing(code, open);
            let operation: String = code[range.clone()].split_whitespace().collect();
            places.push(Place {
                operation: operation.clone(),
                change: "dropped",
                range: range.clone(),
                replacement: "()",
            });
            if call == "barrier::heavy" {
                places.push(Place {
                    operation,
                    change: "heavy -> light",
                    range,
                    replacement: "barrier::light()",
                });
            }
        }
    }
    places
}

/// Behind the bracket that closes the one at `open`.
fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_u32;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

/// The call in whose arguments `at` is: receiver and method, without space.
fn enclosing_call(code: &str, at: usize) -> Option<String> {
    let bytes = code.as_bytes();
    let opening = |from: usize| {
        let mut depth = 0_u32;
        (0..from).rev().find(|&at| match bytes[at] {
            b')' | b']' | b'}' => {
                depth += 1;
                false
            }
            b'(' | b'[' | b'{' if depth > 0 => {
                depth -= 1;
                false
            }
            b'(' | b'[' | b'{' => true,
            _ => false,
        })
    };
    let open = opening(at)?;
    let mut begin = open;
    loop {
        let before = code[..begin].trim_end().len();
        let last = bytes.get(before.checked_sub(1)?).copied()?;
        // A space ends the expression, unless it stands before the dot of a method.
        let space = before < begin && !code[begin..].starts_with('.');
        begin = match last {
            b')' | b']' if !space => opening(before - 1)?,
            _ if (is_word(last) || last == b'.' || last == b':') && !space => before - 1,
            _ => break,
        };
    }
    Some(code[begin..open].split_whitespace().collect())
}

/// The code of each function of a file, comments and layout aside, so that revisions can be compared.
pub(crate) fn bodies(source: &str) -> HashMap<String, String> {
    let code = blank(source);
    let mut bodies: HashMap<String, String> = HashMap::new();
    for function in functions(&code).0 {
        let words = code[function.range].split_whitespace().collect::<Vec<_>>().join(" ");
        bodies.entry(function.path).or_default().push_str(&words);
    }
    bodies
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "
        impl A {
            // x.load(Ordering::Acquire)
            fn f(&self) {
                let a = self.words[i(1)]
                    .load(Ordering::Acquire);
                let b = registry().epoch.fetch_add(1, Ordering::AcqRel) + 1;
                return self.words[i(1)].load(Ordering::Acquire);
            }
            fn g() {
                barrier::heavy();
                acquire!(count.shared);
                compiler_fence(Ordering::Relaxed);
                fence(Ordering::SeqCst);
                x.store(1, Ordering::Relaxed);
            }
        }
        #[cfg(test)] mod tests { fn t() { x.load(Ordering::Acquire); } }";

    #[test]
    fn places_are_found_and_named() {
        let mutants = scan_file("a.rs", SOURCE).unwrap();
        let found: Vec<_> = mutants
            .iter()
            .map(|m| [m.id.function.as_str(), m.id.operation.as_str(), m.id.change.as_str()])
            .collect();
        assert_eq!(
            found,
            [
                ["A::f", "self.words[i(1)].load", "Acquire -> Relaxed"],
                ["A::f", "registry().epoch.fetch_add", "AcqRel -> Acquire"],
                ["A::f", "registry().epoch.fetch_add", "AcqRel -> Release"],
                ["A::f", "self.words[i(1)].load #2", "Acquire -> Relaxed"],
                ["A::g", "barrier::heavy()", "dropped"],
                ["A::g", "barrier::heavy()", "heavy -> light"],
                ["A::g", "acquire!(count.shared)", "dropped"],
                ["A::g", "fence(Ordering::SeqCst)", "dropped"],
                ["A::g", "fence", "SeqCst -> AcqRel"],
            ]
        );
        assert!(mutants[4].apply(SOURCE).contains("fn g() {\n                ();"));
        assert!(mutants[2].apply(SOURCE).contains("fetch_add(1, Ordering::Release) + 1"));
    }

    #[test]
    fn an_ordering_under_another_name_is_an_error() {
        assert!(scan_file("a.rs", "fn f() { use Ordering::*; x.load(Acquire); }").is_err());
    }
}
