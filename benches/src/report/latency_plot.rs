//! How long an operation takes, and how long a worker may be kept from working: one row per strategy on a
//! logarithmic scale.

use super::format::time;
use super::svg::{Anchor, Shape, Svg, class};
use crate::measure::Latency;
use crate::strategies::StrategyId;

const WIDTH: f64 = 1140.0;
const LEFT: f64 = 170.0;
const RIGHT: f64 = 40.0;
const TOP: f64 = 34.0;
const ROW: f64 = 30.0;
const BOTTOM: f64 = 46.0;

/// The values of a row by name, each with how full its mark is drawn.
fn values(latency: &Latency) -> [(&'static str, &'static str, f64); 4] {
    [
        ("half of the operations take at most", "p50", latency.p50),
        ("99 % of the operations take at most", "p99", latency.p99),
        ("99.9 % of the operations take at most", "p999", latency.p999),
        ("longest time a worker was kept from finishing 128 operations", "stall", latency.longest_stall),
    ]
}

/// Draws the rows in the order they are given.
pub(crate) fn latency_plot(title: &str, rows: &[(StrategyId, Latency)]) -> String {
    let height = TOP + ROW * rows.len() as f64 + BOTTOM;
    let mut svg = Svg::new(WIDTH, height, title);
    let all: Vec<f64> =
        rows.iter().flat_map(|(_, latency)| values(latency).map(|(_, _, nanos)| nanos.max(1.0))).collect();
    let low = all.iter().copied().fold(f64::INFINITY, f64::min).min(1e9).log10().floor();
    let high = all.iter().copied().fold(10.0, f64::max).log10().ceil().max(low + 1.0);
    let x = |nanos: f64| LEFT + (WIDTH - LEFT - RIGHT) * (nanos.max(1.0).log10() - low) / (high - low);

    for decade in low as i32..=high as i32 {
        let nanos = 10f64.powi(decade);
        svg.line("grid", (x(nanos), TOP - 8.0), (x(nanos), height - BOTTOM));
        let text = if nanos < 1e9 { time(nanos) } else { format!("{:.0} s", nanos / 1e9) };
        svg.text("tick", (x(nanos), height - BOTTOM + 18.0), Anchor::Middle, &text.replace(".0", ""));
    }
    svg.text("name", ((LEFT + WIDTH - RIGHT) / 2.0, height - 8.0), Anchor::Middle, "time, logarithmic scale");
    legend(&mut svg);
    for (index, (strategy, latency)) in rows.iter().enumerate() {
        let y = TOP + ROW * (index as f64 + 0.5);
        let class = class(*strategy);
        svg.text(&format!("end {class}"), (LEFT - 14.0, y + 4.0), Anchor::End, strategy.title());
        let values = values(latency);
        let (first, last) = (values[0].2, values[3].2);
        svg.line(&format!("span {class}"), (x(first), y), (x(last), y));
        for (meaning, kind, nanos) in values {
            let title = format!("{}: {meaning} {}", strategy.title(), time(nanos));
            svg.shape(mark(kind), &format!("mark {kind} {class}"), (x(nanos), y), 5.5, &title);
        }
    }
    svg.finish()
}

fn mark(kind: &str) -> Shape {
    match kind {
        "p50" => Shape::Circle,
        "p99" => Shape::Up,
        "p999" => Shape::Square,
        _ => Shape::Diamond,
    }
}

/// What the marks mean, above the rows.
fn legend(svg: &mut Svg) {
    let mut at = LEFT;
    for (kind, text, width) in [
        ("p50", "median", 84.0),
        ("p99", "99 %", 70.0),
        ("p999", "99.9 %", 84.0),
        ("stall", "longest stall of a worker", 200.0),
    ] {
        svg.shape(mark(kind), &format!("mark {kind} legend"), (at, 10.0), 5.0, "");
        svg.text("tick", (at + 11.0, 14.0), Anchor::Start, text);
        at += width;
    }
}

#[cfg(test)]
mod tests {
    use super::super::svg::tests::assert_well_formed;
    use super::*;

    #[test]
    fn rows_are_drawn_whatever_the_values() {
        let latency = |p50, longest_stall| Latency { p50, p99: p50 * 10.0, p999: p50 * 100.0, longest_stall };
        for rows in
            [vec![], vec![(StrategyId::Ours, latency(0.0, 0.0)), (StrategyId::Gil, latency(50.0, 6e9))]]
        {
            let svg = latency_plot("a < b", &rows);
            assert_well_formed(&svg);
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }
}
