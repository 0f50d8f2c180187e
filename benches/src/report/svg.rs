//! The little SVG that the plots need. Colours are classes, so that the page's light and dark themes apply.

use std::fmt::Write as _;

use crate::strategies::StrategyId;

/// Text that may stand in an element or in an attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if c.is_control() && c != '\n' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The class that gives a strategy its colour.
pub(crate) fn class(strategy: StrategyId) -> String {
    format!("s-{}", strategy.name())
}

/// A drawing under construction.
pub(crate) struct Svg {
    body: String,
    width: f64,
    height: f64,
    label: String,
}

/// Where a text stands relative to its point.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Anchor {
    /// The text begins at the point.
    Start,
    /// The text is centred.
    Middle,
    /// The text ends at the point.
    End,
}

impl Svg {
    /// An empty drawing; the label is for those who cannot see it.
    pub(crate) fn new(width: f64, height: f64, label: &str) -> Self {
        Self { body: String::new(), width, height, label: label.to_owned() }
    }

    /// A straight line.
    pub(crate) fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let _ = write!(
            self.body,
            r#"<line class="{class}" x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}"/>"#
        );
    }

    /// A line through several points.
    pub(crate) fn path(&mut self, class: &str, points: &[(f64, f64)]) {
        let mut data = String::new();
        for (index, (x, y)) in points.iter().enumerate() {
            let _ = write!(data, "{}{x:.1} {y:.1}", if index == 0 { "M" } else { "L" });
        }
        let _ = write!(self.body, r#"<path class="{class}" d="{data}"/>"#);
    }

    /// Text.
    pub(crate) fn text(&mut self, class: &str, (x, y): (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escape(text);
        let _ = write!(
            self.body,
            r#"<text class="{class}" x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#
        );
    }

    /// Text that reads upwards, for the axis on the left.
    pub(crate) fn upwards(&mut self, class: &str, (x, y): (f64, f64), text: &str) {
        let text = escape(text);
        let _ = write!(
            self.body,
            r#"<text class="{class}" transform="translate({x:.1} {y:.1}) rotate(-90)" text-anchor="middle">{text}</text>"#
        );
    }

    /// A mark for a measured value, in the shape of its strategy, with what it stands for when pointed at.
    pub(crate) fn mark(&mut self, strategy: StrategyId, (x, y): (f64, f64), size: f64, title: &str) {
        let class = format!("mark {}", class(strategy));
        self.shape(shape(strategy), &class, (x, y), size, title);
    }

    /// A shape of a given class.
    pub(crate) fn shape(&mut self, shape: Shape, class: &str, (x, y): (f64, f64), size: f64, title: &str) {
        let title =
            if title.is_empty() { String::new() } else { format!("<title>{}</title>", escape(title)) };
        let polygon = |points: &[(f64, f64)]| {
            let mut list = String::new();
            for (dx, dy) in points {
                let _ = write!(list, "{:.1},{:.1} ", x + dx * size, y + dy * size);
            }
            format!(r#"<polygon class="{class}" points="{}">{title}</polygon>"#, list.trim_end())
        };
        let drawn = match shape {
            Shape::Circle => {
                format!(r#"<circle class="{class}" cx="{x:.1}" cy="{y:.1}" r="{size:.1}">{title}</circle>"#)
            }
            Shape::Square => polygon(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
            Shape::Up => polygon(&[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)]),
            Shape::Down => polygon(&[(0.0, 1.2), (1.1, -0.8), (-1.1, -0.8)]),
            Shape::Diamond => polygon(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]),
            Shape::Bar => polygon(&[(-0.35, -1.3), (0.35, -1.3), (0.35, 1.3), (-0.35, 1.3)]),
        };
        self.body.push_str(&drawn);
    }

    /// The finished element.
    pub(crate) fn finish(self) -> String {
        let Self { body, width, height, label } = self;
        let label = escape(&label);
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-label="{label}">{body}</svg>"#
        )
    }
}

/// The outline of a mark.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Round.
    Circle,
    /// Square.
    Square,
    /// Triangle that points up.
    Up,
    /// Triangle that points down.
    Down,
    /// Square on its corner.
    Diamond,
    /// Upright bar.
    Bar,
}

/// The shape of a strategy's marks, so that plots can be read without colour.
pub(crate) fn shape(strategy: StrategyId) -> Shape {
    match strategy {
        StrategyId::Ours | StrategyId::OursGil => Shape::Circle,
        StrategyId::Gil => Shape::Square,
        StrategyId::Mutex => Shape::Up,
        StrategyId::Rwlock => Shape::Down,
        StrategyId::Dashmap => Shape::Diamond,
        StrategyId::Papaya => Shape::Bar,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Panics unless every element of an SVG or of well-formed HTML is closed in order and no raw `<` or `&` is left.
    pub(crate) fn assert_well_formed(text: &str) {
        let mut open: Vec<String> = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find('<') {
            assert!(!rest[..at].contains('>'), "stray '>' in {:?}", &rest[..at]);
            let end = at + rest[at..].find('>').expect("tag is closed");
            let tag = &rest[at + 1..end];
            assert!(!tag.contains('<'), "'<' inside of <{tag}>");
            assert_eq!(tag.matches('"').count() % 2, 0, "quotes in <{tag}>");
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(name), "closing tag");
            } else if !tag.ends_with('/') && !tag.starts_with('!') {
                open.push(tag.split_whitespace().next().unwrap_or_default().to_owned());
            }
            rest = &rest[end + 1..];
        }
        assert!(open.is_empty(), "left open: {open:?}");
    }

    #[test]
    fn drawings_are_well_formed() {
        let mut svg = Svg::new(10.0, 10.0, "a \"b\" <c> & d");
        svg.text("t", (1.0, 2.0), Anchor::Middle, "1 < 2 & 3 > 2");
        svg.path("p", &[(0.0, 0.0), (1.0, 1.0)]);
        for strategy in StrategyId::ALL {
            svg.mark(strategy, (5.0, 5.0), 3.0, "<title>");
        }
        svg.upwards("t", (1.0, 1.0), "<up>");
        svg.line("l", (0.0, 0.0), (1.0, 1.0));
        assert_well_formed(&svg.finish());
    }

    #[test]
    fn escaping_leaves_no_markup_and_no_control_characters() {
        assert_eq!(escape("<a href='x\u{1b}\">&"), "&lt;a href=&#39;x\u{fffd}&quot;&gt;&amp;");
    }
}
