//! Rust source as far as the scanner needs it: what is code, and which function it is in.

use std::ops::Range;

/// The source with comments, strings and characters blanked out, byte for byte.
pub(crate) fn blank(source: &str) -> String {
    let bytes = source.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let word_before = at > 0 && is_word(bytes[at - 1]);
        let len = if rest.starts_with(b"//") {
            rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len())
        } else if rest.starts_with(b"/*") {
            block_comment(rest)
        } else if rest[0] == b'"' {
            quoted(rest, b'"')
        } else if !word_before && let Some(len) = raw_string(rest) {
            len
        } else if rest[0] == b'\'' && (rest.get(1) == Some(&b'\\') || is_char(&source[at..])) {
            quoted(rest, b'\'')
        } else {
            at += 1;
            continue;
        };
        for byte in &mut code[at..at + len] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at += len;
    }
    String::from_utf8(code).expect("only whole characters are blanked")
}

/// Whether the text begins with a character in quotes, not with a lifetime.
fn is_char(text: &str) -> bool {
    text.chars().nth(2) == Some('\'')
}

fn block_comment(text: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        match &text[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => {
                (depth, at) = (depth - 1, at + 2);
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}

fn quoted(text: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < text.len() && text[at] != quote {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    text.len().min(at + 1)
}

/// The length of the raw string that the text begins with.
fn raw_string(text: &[u8]) -> Option<usize> {
    let text_after_b = text.strip_prefix(b"b").unwrap_or(text);
    let hashed = text_after_b.strip_prefix(b"r")?;
    let hashes = hashed.iter().take_while(|&&b| b == b'#').count();
    if hashed.get(hashes) != Some(&b'"') {
        return None;
    }
    let begin = text.len() - hashed.len() + hashes + 1;
    let end = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
    let len = text[begin..].windows(end.len()).position(|window| window == end);
    Some(len.map_or(text.len(), |len| begin + len + end.len()))
}

pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Where `word` stands by itself.
pub(crate) fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = code.as_bytes();
    code.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        (at == 0 || !is_word(bytes[at - 1])) && bytes.get(at + word.len()).is_none_or(|&b| !is_word(b))
    })
}

/// A function with a body.
pub(crate) struct Function {
    /// Its name behind those of the types, modules and functions around it.
    pub(crate) path: String,
    /// From its first word to its last brace.
    pub(crate) range: Range<usize>,
    /// Part of the tests.
    pub(crate) test: bool,
}

/// All functions of blanked code, inner ones before those around them; and the modules that only tests have.
pub(crate) fn functions(code: &str) -> (Vec<Function>, Vec<String>) {
    struct Scope {
        name: Option<String>,
        function: Option<usize>,
        test: bool,
    }
    let mut scopes: Vec<Scope> = Vec::new();
    let (mut functions, mut test_modules) = (Vec::new(), Vec::new());
    let (mut item, mut parens) = (0, Vec::new());
    let mut nesting = 0_u32;
    for (at, byte) in code.bytes().enumerate() {
        match byte {
            b'(' | b'[' => nesting += 1,
            b')' | b']' => nesting = nesting.saturating_sub(1),
            b';' if nesting == 0 => {
                let header = &code[item..at];
                if is_test(header)
                    && let Some(name) = named(header, "mod")
                {
                    test_modules.push(name.to_owned());
                }
                item = at + 1;
            }
            b'{' => {
                let header = &code[item..at];
                let function = if nesting == 0 { named(header, "fn") } else { None };
                let name = function.map(str::to_owned).or_else(|| block_name(header));
                let test = is_test(header) || scopes.last().is_some_and(|scope| scope.test);
                let begin = item + (header.len() - header.trim_start().len());
                scopes.push(Scope { name, function: function.map(|_| begin), test });
                parens.push(std::mem::take(&mut nesting));
                item = at + 1;
            }
            b'}' => {
                let Some(scope) = scopes.pop() else { continue };
                if let Some(begin) = scope.function {
                    let around = scopes.iter().filter_map(|scope| scope.name.as_deref());
                    let path: Vec<&str> = around.chain(scope.name.as_deref()).collect();
                    functions.push(Function {
                        path: path.join("::"),
                        range: begin..at + 1,
                        test: scope.test,
                    });
                }
                nesting = parens.pop().unwrap_or(0);
                item = at + 1;
            }
            _ => {}
        }
    }
    (functions, test_modules)
}

/// The name that follows a keyword.
fn named<'a>(header: &'a str, keyword: &'a str) -> Option<&'a str> {
    words(header, keyword).find_map(|at| first_word(header[at + keyword.len()..].strip_prefix(' ')?))
}

fn first_word(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let end = text.bytes().position(|b| !is_word(b)).unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

/// The name of a module, a trait, or the type of an `impl`.
fn block_name(header: &str) -> Option<String> {
    if let Some(name) = named(header, "mod").or_else(|| named(header, "trait")) {
        return Some(name.to_owned());
    }
    let impl_at = words(header, "impl").next()?;
    let mut rest = header[impl_at + 4..].trim_start();
    if rest.starts_with('<') {
        let mut depth = 0;
        let end = rest.bytes().position(|b| {
            depth += i32::from(b == b'<') - i32::from(b == b'>');
            depth == 0
        })?;
        rest = &rest[end + 1..];
    }
    let target = words(rest, "for").last().map_or(rest, |at| &rest[at + 3..]);
    first_word(target).map(str::to_owned)
}

/// Whether an item is there for tests only.
fn is_test(header: &str) -> bool {
    let compact: String = header.split_whitespace().collect();
    compact.contains("#[test]")
        || compact.match_indices("#[cfg(").any(|(at, _)| {
            let condition = compact[at..].split(']').next().unwrap_or_default();
            words(condition, "test").any(|at| !condition[..at].ends_with("not("))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_strings_and_characters_are_blanked_and_lifetimes_are_not() {
        let source = r##"a /* b /* c */ d */ "e\"f" 'g' '\'' &'h r#"i"j"# b"k" // l
m"##;
        let blanked = blank(source);
        assert_eq!(blanked.len(), source.len());
        assert_eq!(blanked.split_whitespace().collect::<Vec<_>>(), ["a", "&'h", "b", "m"]);
    }

    #[test]
    fn functions_are_named_by_what_is_around_them() {
        let code = "
            wrapped! { impl<T: Fn(u8) -> [u8; 4]> Drop for Outer<T> where T: X {
                pub(crate) unsafe fn f(a: [u8; 2]) -> impl Fn() { struct S; impl S { fn g() {} } if x { y() } }
            } }
            #[cfg(all(test, not(loom)))] mod tests { fn t() {} }
            #[cfg(all(not(test), loom))] mod real { fn r() {} }
            #[cfg(test)] mod elsewhere;
            mod other;";
        let (functions, modules) = functions(code);
        let found: Vec<_> = functions.iter().map(|f| (f.path.as_str(), f.test)).collect();
        let expected =
            [("Outer::f::S::g", false), ("Outer::f", false), ("tests::t", true), ("real::r", false)];
        assert_eq!(found, expected);
        assert_eq!(modules, ["elsewhere"]);
    }
}
