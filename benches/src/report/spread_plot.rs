//! Distributions of times: one row each, with its shortest, middle and longest values on a logarithmic scale.

use super::format::time;
use super::svg::{Anchor, Shape, Svg};

const WIDTH: f64 = 1140.0;
const LEFT: f64 = 290.0;
const RIGHT: f64 = 40.0;
const TOP: f64 = 34.0;
const ROW: f64 = 30.0;
const BOTTOM: f64 = 46.0;

/// A value of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Least,
    Median,
    Ninety,
    NinetyNine,
    Longest,
}

impl Mark {
    /// The class of its shape.
    fn kind(self) -> &'static str {
        match self {
            Self::Least => "least",
            Self::Median => "p50",
            Self::Ninety => "p999",
            Self::NinetyNine => "p99",
            Self::Longest => "stall",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Least => "shortest",
            Self::Median => "median",
            Self::Ninety => "90 %",
            Self::NinetyNine => "99 %",
            Self::Longest => "longest",
        }
    }

    fn shape(self) -> Shape {
        match self {
            Self::Least => Shape::Bar,
            Self::Median => Shape::Circle,
            Self::Ninety => Shape::Square,
            Self::NinetyNine => Shape::Up,
            Self::Longest => Shape::Diamond,
        }
    }
}

/// A row.
pub(crate) struct Spread<'a> {
    /// What it is of.
    pub(crate) title: String,
    /// The class that gives the marks their colour.
    pub(crate) class: &'a str,
    /// In nanoseconds, ascending; of every row the same marks.
    pub(crate) values: Vec<(Mark, f64)>,
}

/// Draws the rows in the order they are given.
pub(crate) fn spread_plot(title: &str, axis: &str, rows: &[Spread<'_>]) -> String {
    let height = TOP + ROW * rows.len() as f64 + BOTTOM;
    let mut svg = Svg::new(WIDTH, height, title);
    let all = || rows.iter().flat_map(|row| row.values.iter().map(|(_, nanos)| *nanos));
    let most = all().fold(10.0, f64::max);
    let least = all().fold(most, f64::min).max(1.0);
    let (low, high) = (least.log10().floor(), most.log10().ceil().max(least.log10().floor() + 1.0));
    let x = |nanos: f64| LEFT + (WIDTH - LEFT - RIGHT) * (nanos.max(1.0).log10() - low) / (high - low);
    for decade in low as i32..=high as i32 {
        let nanos = 10f64.powi(decade);
        svg.line("grid", (x(nanos), TOP - 8.0), (x(nanos), height - BOTTOM));
        svg.text("tick", (x(nanos), height - BOTTOM + 18.0), Anchor::Middle, &time(nanos).replace(".0", ""));
    }
    let axis = format!("{axis}, logarithmic scale");
    svg.text("name", ((LEFT + WIDTH - RIGHT) / 2.0, height - 8.0), Anchor::Middle, &axis);
    let mut at = LEFT;
    for (mark, _) in rows.first().map_or(&[][..], |row| &row.values) {
        svg.shape(mark.shape(), &format!("mark {} legend", mark.kind()), (at, 10.0), 5.0, "");
        svg.text("tick", (at + 11.0, 14.0), Anchor::Start, mark.meaning());
        at += 100.0;
    }
    for (index, row) in rows.iter().enumerate() {
        let y = TOP + ROW * (index as f64 + 0.5);
        svg.text(&format!("end {}", row.class), (LEFT - 14.0, y + 4.0), Anchor::End, &row.title);
        if let (Some((_, first)), Some((_, last))) = (row.values.first(), row.values.last()) {
            svg.line(&format!("span {}", row.class), (x(*first), y), (x(*last), y));
        }
        for (mark, nanos) in &row.values {
            let title = format!("{}: {} {}", row.title, mark.meaning(), time(*nanos));
            let class = format!("mark {} {}", mark.kind(), row.class);
            svg.shape(mark.shape(), &class, (x(*nanos), y), 5.5, &title);
        }
    }
    svg.finish()
}

#[cfg(test)]
mod tests {
    use super::super::svg::tests::assert_well_formed;
    use super::*;

    #[test]
    fn rows_are_drawn_whatever_the_values() {
        let row = |least, longest| Spread {
            title: "a < b".to_owned(),
            class: "s-ours",
            values: vec![(Mark::Least, least), (Mark::Ninety, longest), (Mark::Longest, longest)],
        };
        for rows in [vec![], vec![row(0.0, 0.0)], vec![row(1.0, 6e9), row(0.0, 40.0)]] {
            let svg = spread_plot("a & b", "time", &rows);
            assert_well_formed(&svg);
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }
}
