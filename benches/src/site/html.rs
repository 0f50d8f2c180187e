//! What a link checker wants from a page: where it leads and what can be linked to in it.
//!
//! The parser is html5gum: a tokenizer that follows the WHATWG standard (quoting, entities in attributes, comments,
//! script and style contents) and passes its test suite, is maintained, is what the link checker lychee uses, and
//! builds no tree, which a link checker would not look at.

use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

/// One thing found in a page, in document order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The first `<base href>` decides what relative links mean, also of links before it.
    Base(String),
    /// A link to another page (`a`, `area`, frames): followed inside the scope.
    Page(String),
    /// A refresh that leads to another page: followed too, and a sign that this page is not where readers end.
    Redirect(String),
    /// A link to something a page is made of (image, script, style sheet): checked only.
    Part(String),
    /// A name that fragments can point to.
    Anchor(String),
    /// A start tag that only HTML has: tells a page from other text.
    Evidence,
}

/// Reads `text` piece by piece, so that the caller can pause between two of them.
pub(crate) fn scan(text: &str) -> impl Iterator<Item = Found> + '_ {
    let mut emitter = CallbackEmitter::new(Scanner::default());
    // Otherwise markup inside of scripts and style sheets would count.
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(text, emitter).map(|found| match found {
        Ok(found) => found,
        Err(never) => match never {},
    })
}

/// Whether `text` has at least one tag or doctype that only HTML has.
pub(crate) fn looks_like_html(text: &str) -> bool {
    scan(text).any(|found| found == Found::Evidence)
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tag {
    #[default]
    Other,
    A,
    Area,
    Base,
    Frame,
    Link,
    Meta,
    /// Elements with `src`.
    Source,
    Object,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Attribute {
    #[default]
    Other,
    Href,
    Src,
    Data,
    Id,
    Name,
    HttpEquiv,
    Content,
}

/// Turns tokenizer events into findings. A start tag's attributes come one event at a time.
#[derive(Debug, Default)]
struct Scanner {
    tag: Tag,
    in_tag: bool,
    attribute: Attribute,
    /// Of several attributes with one name only the first counts.
    seen: [bool; 8],
    /// Whether the present attribute still waits for a value: `<a href>` has the empty one.
    waiting: bool,
    refreshes: bool,
    content: Option<String>,
    has_base: bool,
}

impl Callback<Found, ()> for Scanner {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _: Span<()>) -> Option<Found> {
        match event {
            CallbackEvent::OpenStartTag { name } => self.open(name),
            CallbackEvent::AttributeName { name } if self.in_tag => {
                let found = self.end_attribute();
                self.start_attribute(name);
                found
            }
            CallbackEvent::AttributeValue { value } if self.in_tag && self.waiting => {
                self.waiting = false;
                self.value(&String::from_utf8_lossy(value))
            }
            CallbackEvent::CloseStartTag { .. } => self.close(),
            CallbackEvent::Doctype { name, .. } if name.eq_ignore_ascii_case(b"html") => {
                Some(Found::Evidence)
            }
            _ => None,
        }
    }
}

impl Scanner {
    fn open(&mut self, name: &[u8]) -> Option<Found> {
        *self = Self { in_tag: true, has_base: self.has_base, ..Self::default() };
        self.tag = match name {
            b"a" => Tag::A,
            b"area" => Tag::Area,
            b"base" => Tag::Base,
            b"iframe" | b"frame" => Tag::Frame,
            b"link" => Tag::Link,
            b"meta" => Tag::Meta,
            b"img" | b"script" | b"source" | b"audio" | b"video" | b"embed" | b"track" => Tag::Source,
            b"object" => Tag::Object,
            _ => Tag::Other,
        };
        let evidence = [&b"html"[..], b"head", b"body", b"title", b"a", b"p", b"div", b"ul", b"table", b"h1"]
            .contains(&name);
        evidence.then_some(Found::Evidence)
    }

    fn start_attribute(&mut self, name: &[u8]) {
        self.attribute = match name {
            b"href" => Attribute::Href,
            b"src" => Attribute::Src,
            b"data" => Attribute::Data,
            b"id" => Attribute::Id,
            b"name" => Attribute::Name,
            b"http-equiv" => Attribute::HttpEquiv,
            b"content" => Attribute::Content,
            _ => Attribute::Other,
        };
        let seen = &mut self.seen[self.attribute as usize];
        self.waiting = !*seen;
        *seen = true;
    }

    fn end_attribute(&mut self) -> Option<Found> {
        let empty = self.waiting;
        self.waiting = false;
        if empty { self.value("") } else { None }
    }

    fn value(&mut self, value: &str) -> Option<Found> {
        match (self.tag, self.attribute) {
            (Tag::A | Tag::Area, Attribute::Href) | (Tag::Frame, Attribute::Src) => {
                Some(Found::Page(value.to_owned()))
            }
            (Tag::Link, Attribute::Href) | (Tag::Source, Attribute::Src) | (Tag::Object, Attribute::Data) => {
                Some(Found::Part(value.to_owned()))
            }
            (Tag::Base, Attribute::Href) if !self.has_base => {
                self.has_base = true;
                Some(Found::Base(value.to_owned()))
            }
            (_, Attribute::Id) | (Tag::A, Attribute::Name) => {
                (!value.is_empty()).then(|| Found::Anchor(value.to_owned()))
            }
            (Tag::Meta, Attribute::HttpEquiv) => {
                self.refreshes = value.eq_ignore_ascii_case("refresh");
                None
            }
            (Tag::Meta, Attribute::Content) => {
                self.content = Some(value.to_owned());
                None
            }
            _ => None,
        }
    }

    /// Ends a start tag. A `meta` has no attribute that is found by itself when empty, so nothing is lost here.
    fn close(&mut self) -> Option<Found> {
        let found = self.end_attribute();
        self.in_tag = false;
        if self.refreshes {
            return self
                .content
                .take()
                .as_deref()
                .and_then(refresh_url)
                .map(|url| Found::Redirect(url.to_owned()));
        }
        found
    }
}

/// The URL in the content of `<meta http-equiv="refresh">`, as in `0; url='x.html'`.
fn refresh_url(content: &str) -> Option<&str> {
    let (_seconds, rest) = content.split_once([';', ','])?;
    let rest = rest.trim_start();
    let rest = match rest.get(..3) {
        Some(key) if key.eq_ignore_ascii_case("url") => {
            rest[3..].trim_start().strip_prefix('=')?.trim_start()
        }
        _ => rest,
    };
    Some(match rest.chars().next()? {
        quote @ ('"' | '\'') => rest[1..].split(quote).next()?,
        _ => rest.trim_end(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<Found> {
        scan(text).filter(|found| *found != Found::Evidence).collect()
    }

    fn page(href: &str) -> Found {
        Found::Page(href.to_owned())
    }

    fn anchor(name: &str) -> Found {
        Found::Anchor(name.to_owned())
    }

    #[test]
    fn links_and_anchors_in_order() {
        let text = r##"<!doctype html><h1 id=top-of>x</h1><a name="old" href='a.html?x=1&amp;y=2#z'>a</a>
            <A HREF="#q"></A><img src=i.png><iframe src=f.html></iframe><link rel=stylesheet href=s.css>"##;
        assert_eq!(
            found(text),
            [
                anchor("top-of"),
                anchor("old"),
                page("a.html?x=1&y=2#z"),
                page("#q"),
                Found::Part("i.png".into()),
                page("f.html"),
                Found::Part("s.css".into()),
            ]
        );
    }

    #[test]
    fn scripts_comments_and_end_tags_are_not_links() {
        let text = r#"<script>var s = '<a href="no.html">';</script><!-- <a href=no.html> --><style><a href=no></style>
            <textarea><a href=no></textarea></a href=no><a href=yes.html>"#;
        assert_eq!(found(text), [page("yes.html")]);
    }

    #[test]
    fn first_attribute_wins_and_empty_values_count() {
        assert_eq!(found("<a href=one href=two>"), [page("one")]);
        assert_eq!(found("<a href>"), [page("")]);
        assert_eq!(found("<a href='' id=x>"), [page(""), anchor("x")]);
        assert_eq!(found("<p id=''>"), []);
    }

    #[test]
    fn base_and_refresh() {
        assert_eq!(
            found("<base href=x/><base href=y/><meta http-equiv=Refresh content=\"0; URL='new.html'\">"),
            [Found::Base("x/".into()), Found::Redirect("new.html".into())]
        );
        assert_eq!(refresh_url("5"), None);
        assert_eq!(refresh_url("0;next.html"), Some("next.html"));
    }

    #[test]
    fn html_is_told_from_other_text() {
        assert!(looks_like_html("<!DOCTYPE html>hello"));
        assert!(looks_like_html("<p>hello"));
        assert!(!looks_like_html("fn main() { let v: Vec<u8> = vec![]; }"));
        assert!(!looks_like_html("{\"a\": 1}"));
        assert!(!looks_like_html(""));
    }
}
