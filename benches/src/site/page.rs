//! One page as the link checker keeps it, and the verdict on one link. Both the snapshot that is made before the
//! clock starts and every measured crawl use these, so that they can only differ in how they share the work.

use percent_encoding::percent_decode_str;
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::html::{Found, scan};
use super::url::{Address, Base, Local, resolve};

/// The names in a page that fragments can point to.
pub(crate) type Anchors = FxHashSet<String>;

/// A link to somewhere below the root.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// As it stands in the page.
    pub(crate) href: String,
    /// Where it leads.
    pub(crate) to: Local,
    /// Whether it leads a reader to another page, rather than naming a part of this one.
    pub(crate) follow: bool,
}

/// What was read in one page.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// Links below the root.
    pub(crate) links: Vec<Link>,
    /// Names to point to.
    pub(crate) anchors: Anchors,
    /// Links to other hosts and schemes.
    pub(crate) external: u64,
    /// Links that no statement can be made about.
    pub(crate) odd: u64,
    /// Whether readers are sent on to another page.
    pub(crate) redirects: bool,
}

/// How many findings lie between two calls of `pause`.
const PAUSE_EVERY: usize = 64;

impl Contents {
    /// Reads the page at `path`, calling `pause` regularly, as an interpreter would check for requests.
    pub(crate) fn read(path: &str, text: &str, mut pause: impl FnMut()) -> Self {
        let mut contents = Self::default();
        let mut base = Base::of_page(path);
        let mut hrefs = Vec::new();
        for (index, found) in scan(text).enumerate() {
            match found {
                Found::Base(href) => base = base.with_href(&href),
                Found::Page(href) => hrefs.push((href, true)),
                Found::Part(href) => hrefs.push((href, false)),
                Found::Redirect(href) => {
                    contents.redirects = true;
                    hrefs.push((href, true));
                }
                Found::Anchor(name) => {
                    contents.anchors.insert(name);
                }
                Found::Evidence => {}
            }
            if index % PAUSE_EVERY == 0 {
                pause();
            }
        }
        // A `<base>` holds for links before it too, so addresses are worked out when the page has been read.
        for (index, (href, follow)) in hrefs.into_iter().enumerate() {
            match resolve(&base, &href) {
                Address::Local(to) => contents.links.push(Link { href, to, follow }),
                Address::External => contents.external += 1,
                Address::Odd => contents.odd += 1,
            }
            if index % PAUSE_EVERY == 0 {
                pause();
            }
        }
        contents
    }

    /// What links to this page find. Redirecting pages of rustdoc and mdBook take the fragment along with a script,
    /// so an anchor that is missing in them may well be alive where they lead.
    pub(crate) fn place(&self) -> Place<'_> {
        if self.redirects { Place::Thing } else { Place::Page(&self.anchors) }
    }
}

/// What is known about the place a link leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    /// Nothing is there.
    Nothing,
    /// A page whose anchors are known.
    Page(&'a Anchors),
    /// Something that exists and whose anchors are not known: another kind of file, an unreadable or redirecting page.
    Thing,
    /// A folder without an index page: a server may list it or refuse it.
    Folder,
}

/// What is said about a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    /// It leads where it says.
    Alive,
    /// No true statement can be made without running scripts or a server.
    Unchecked,
    /// The file does not exist.
    MissingFile,
    /// The page exists and has no such anchor.
    MissingAnchor,
}

/// Judges a link by what is at its target.
pub(crate) fn judge(to: &Local, place: Place<'_>) -> Verdict {
    match place {
        Place::Nothing => Verdict::MissingFile,
        Place::Folder => Verdict::Unchecked,
        Place::Page(anchors) => match to.fragment.as_deref() {
            Some(fragment) => judge_fragment(&to.path, fragment, anchors),
            None => Verdict::Alive,
        },
        Place::Thing if needs_anchor(to.fragment.as_deref()) => Verdict::Unchecked,
        Place::Thing => Verdict::Alive,
    }
}

/// Whether a fragment points to a name in the page; the empty one, `top` and text directives do not.
pub(crate) fn needs_anchor(fragment: Option<&str>) -> bool {
    fragment.map(without_directive).is_some_and(|name| !name.is_empty() && !name.eq_ignore_ascii_case("top"))
}

fn without_directive(fragment: &str) -> &str {
    fragment.split_once(":~:").map_or(fragment, |(name, _directive)| name)
}

fn judge_fragment(path: &str, fragment: &str, anchors: &Anchors) -> Verdict {
    let name = without_directive(fragment);
    // In the order of the HTML standard: as written, then decoded.
    if !needs_anchor(Some(fragment))
        || anchors.contains(name)
        || anchors.contains(&*percent_decode_str(name).decode_utf8_lossy())
    {
        return Verdict::Alive;
    }
    // rustdoc's source pages make ranges of line numbers work with a script, mdBook's search and print pages make
    // theirs too; a number in a page of a `src` folder is therefore not called dead.
    let in_sources = path.starts_with("src/") || path.contains("/src/");
    let lines = name.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b',' | b'L'));
    if in_sources && lines { Verdict::Unchecked } else { Verdict::MissingAnchor }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(path: &str, fragment: Option<&str>, anchors: &[&str]) -> Verdict {
        let anchors = anchors.iter().map(|&name| name.to_owned()).collect();
        let to = Local { path: path.to_owned(), fragment: fragment.map(str::to_owned) };
        judge(&to, Place::Page(&anchors))
    }

    #[test]
    fn fragments() {
        assert_eq!(verdict("a.html", None, &[]), Verdict::Alive);
        for alive in ["", "top", "TOP", ":~:text=hello", "here", "here:~:text=x", "caf%C3%A9", "a%20b"] {
            assert_eq!(verdict("a.html", Some(alive), &["here", "café", "a%20b"]), Verdict::Alive, "{alive}");
        }
        assert_eq!(verdict("a.html", Some("gone"), &["here"]), Verdict::MissingAnchor);
        assert_eq!(verdict("a.html", Some("Here"), &["here"]), Verdict::MissingAnchor);
        assert_eq!(verdict("src/core/lib.rs.html", Some("12-34"), &[]), Verdict::Unchecked);
        assert_eq!(verdict("src/core/lib.rs.html", Some("12"), &["12"]), Verdict::Alive);
        assert_eq!(verdict("src/core/lib.rs.html", Some("name"), &[]), Verdict::MissingAnchor);
        assert_eq!(verdict("a.html", Some("12-34"), &[]), Verdict::MissingAnchor);
    }

    #[test]
    fn places_without_known_anchors() {
        let to = |fragment: Option<&str>| Local { path: "x".into(), fragment: fragment.map(str::to_owned) };
        assert_eq!(judge(&to(None), Place::Nothing), Verdict::MissingFile);
        assert_eq!(judge(&to(Some("x")), Place::Thing), Verdict::Unchecked);
        assert_eq!(judge(&to(Some("top")), Place::Thing), Verdict::Alive);
        assert_eq!(judge(&to(None), Place::Folder), Verdict::Unchecked);
    }

    #[test]
    fn anchors_of_a_redirecting_page_are_not_judged() {
        let page =
            Contents::read("a.html", "<meta http-equiv=refresh content='0;URL=b.html'><p id=x>", || {});
        let to =
            |fragment: Option<&str>| Local { path: "a.html".into(), fragment: fragment.map(str::to_owned) };
        assert_eq!(judge(&to(Some("y")), page.place()), Verdict::Unchecked);
        assert_eq!(judge(&to(None), page.place()), Verdict::Alive);
        assert!(page.links.iter().any(|link| link.to.path == "b.html" && link.follow));
    }

    #[test]
    fn a_base_holds_for_the_links_before_it() {
        let text = "<a href=x.html></a><base href='../b/'><a href=y.html></a><a href='mailto:x'></a><p id=z>";
        let mut pauses = 0;
        let contents = Contents::read("a/page.html", text, || pauses += 1);
        let paths: Vec<_> = contents.links.iter().map(|link| link.to.path.as_str()).collect();
        assert_eq!(paths, ["b/x.html", "b/y.html"]);
        assert!(contents.anchors.contains("z") && contents.external == 1 && pauses > 0);
    }
}
