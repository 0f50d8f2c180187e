//! Where a link leads: the parts of the WHATWG URL standard that a site stored in a folder needs.
//!
//! A local address is a path below the site's root, already percent-decoded, with `/` between the parts and without
//! `.` and `..`; the empty path is the root folder, and a path that names a folder may end with `/`.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// To another scheme or host: counted, not checked.
    External,
    /// To a path below the root, perhaps to an anchor in it.
    Local(Local),
    /// To a path that no portable statement can be made about: parts that decode to a slash, NUL or non-UTF-8.
    Odd,
}

/// A path below the root and a fragment as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Local {
    /// Decoded path.
    pub(crate) path: String,
    /// What follows the `#`, if anything does; not decoded.
    pub(crate) fragment: Option<String>,
}

/// What relative links of a page are relative to.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    /// `None` when `<base href>` points to another host: then every relative link does.
    folder: Option<Vec<String>>,
    page: String,
}

impl Base {
    /// The base of a page that has no `<base>`.
    pub(crate) fn of_page(path: &str) -> Self {
        let mut folder: Vec<String> = path.split('/').map(str::to_owned).collect();
        folder.pop();
        Self { folder: Some(folder), page: path.to_owned() }
    }

    /// The base after a `<base href>` in the same page.
    pub(crate) fn with_href(self, href: &str) -> Self {
        match resolve(&self, href) {
            Address::Local(Local { path, .. }) => Self::of_page(&path),
            Address::External => Self { folder: None, page: self.page },
            Address::Odd => self,
        }
    }
}

/// Finds where `href`, as it stands in the decoded attribute, leads.
pub(crate) fn resolve(base: &Base, href: &str) -> Address {
    let href = strip(href);
    if has_scheme(&href) || href.starts_with("//") || href.starts_with("\\\\") {
        return Address::External;
    }
    let Some(folder) = &base.folder else { return Address::External };
    let (rest, fragment) = match href.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment.to_owned())),
        None => (&*href, None),
    };
    let path = rest.split_once('?').map_or(rest, |(path, _query)| path);
    if path.is_empty() {
        return Address::Local(Local { path: base.page.clone(), fragment });
    }
    let mut parts: Vec<Cow<'_, str>> = Vec::new();
    if !path.starts_with(['/', '\\']) {
        parts.extend(folder.iter().map(|part| Cow::Borrowed(part.as_str())));
    }
    let mut ends_in_folder = false;
    for part in path.split(['/', '\\']) {
        ends_in_folder = true;
        match part {
            "" => {}
            _ if is_dots(part, 1) => {}
            _ if is_dots(part, 2) => {
                parts.pop();
            }
            _ => {
                let Ok(decoded) = percent_decode_str(part).decode_utf8() else { return Address::Odd };
                if decoded.contains(['/', '\0']) {
                    return Address::Odd;
                }
                parts.push(decoded);
                ends_in_folder = false;
            }
        }
    }
    let mut path = parts.join("/");
    if ends_in_folder && !path.is_empty() {
        path.push('/');
    }
    Address::Local(Local { path, fragment })
}

/// Removes what the standard removes: outer white space, and tabs and line ends anywhere.
fn strip(href: &str) -> Cow<'_, str> {
    let href = href.trim_matches(|c: char| c <= ' ');
    if href.contains(['\t', '\n', '\r']) {
        Cow::Owned(href.replace(['\t', '\n', '\r'], ""))
    } else {
        Cow::Borrowed(href)
    }
}

fn has_scheme(href: &str) -> bool {
    href.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// Whether a part is `count` dots, any of which may be written `%2e`.
fn is_dots(part: &str, count: usize) -> bool {
    part.len() <= 3 * count && {
        let plain = part.to_ascii_lowercase().replace("%2e", ".");
        plain.len() == count && plain.bytes().all(|b| b == b'.')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(page: &str, href: &str) -> (String, Option<String>) {
        match resolve(&Base::of_page(page), href) {
            Address::Local(Local { path, fragment }) => (path, fragment),
            other => panic!("{href} in {page}: {other:?}"),
        }
    }

    fn path(page: &str, href: &str) -> String {
        local(page, href).0
    }

    #[test]
    fn relative_paths() {
        assert_eq!(path("book/ch1.html", "ch2.html"), "book/ch2.html");
        assert_eq!(path("book/ch1.html", "./ch2.html"), "book/ch2.html");
        assert_eq!(path("book/ch1.html", "../std/index.html"), "std/index.html");
        assert_eq!(path("book/ch1.html", "../../../../x.html"), "x.html");
        assert_eq!(path("book/ch1.html", "a/./b/../c.html"), "book/a/c.html");
        assert_eq!(path("book/ch1.html", "/nomicon/"), "nomicon/");
        assert_eq!(path("book/ch1.html", ".."), "");
        assert_eq!(path("a/b/c.html", ".."), "a/");
        assert_eq!(path("a/b/c.html", "."), "a/b/");
        assert_eq!(path("a/b/c.html", "../d/"), "a/d/");
        assert_eq!(path("index.html", "a//b.html"), "a/b.html");
        assert_eq!(path("a/b.html", "..\\c.html"), "c.html");
        assert_eq!(path("a/b.html", "%2e%2E/c.html"), "c.html");
    }

    #[test]
    fn queries_and_fragments() {
        assert_eq!(local("a/b.html", "c.html?x=1&y=2#z"), ("a/c.html".into(), Some("z".into())));
        assert_eq!(local("a/b.html", "#here"), ("a/b.html".into(), Some("here".into())));
        assert_eq!(local("a/b.html", "?q#here"), ("a/b.html".into(), Some("here".into())));
        assert_eq!(local("a/b.html", "c.html#"), ("a/c.html".into(), Some(String::new())));
        assert_eq!(local("a/b.html", "c.html#a?b"), ("a/c.html".into(), Some("a?b".into())));
        assert_eq!(local("a/b.html", ""), ("a/b.html".into(), None));
    }

    #[test]
    fn percent_encoding_and_white_space() {
        assert_eq!(path("a.html", "caf%C3%A9%20notes.html"), "café notes.html");
        assert_eq!(path("a.html", "caf\u{e9} notes.html"), "café notes.html");
        assert_eq!(path("a.html", "100%.html"), "100%.html");
        assert_eq!(path("a.html", "  b\n.html\t "), "b.html");
        assert_eq!(resolve(&Base::of_page("a.html"), "b%2Fc.html"), Address::Odd);
        assert_eq!(resolve(&Base::of_page("a.html"), "b%00.html"), Address::Odd);
        assert_eq!(resolve(&Base::of_page("a.html"), "%ff.html"), Address::Odd);
    }

    #[test]
    fn other_schemes_and_hosts_are_external() {
        for href in [
            "https://x.y/z",
            "mailto:a@b",
            "javascript:void(0)",
            "//host/x",
            "data:text/plain,x",
            "FILE:///x",
            "a+b-c.d:x",
        ] {
            assert_eq!(resolve(&Base::of_page("a.html"), href), Address::External, "{href}");
        }
        assert_eq!(path("a.html", "./b:c.html"), "b:c.html");
        assert_eq!(path("a.html", "1:2.html"), "1:2.html");
    }

    #[test]
    fn base_href() {
        let base = |href: &str| Base::of_page("a/b/page.html").with_href(href);
        let to = |base: &Base, href: &str| resolve(base, href);
        let at = |path: &str| Address::Local(Local { path: path.into(), fragment: None });
        assert_eq!(to(&base("../c/"), "x.html"), at("a/c/x.html"));
        assert_eq!(to(&base("../c"), "x.html"), at("a/x.html"));
        assert_eq!(to(&base("/"), "x.html"), at("x.html"));
        assert_eq!(to(&base("https://elsewhere/"), "x.html"), Address::External);
        assert_eq!(to(&base("https://elsewhere/"), "#x"), Address::External);
    }
}
