//! A value against the number of threads, a line per strategy, named at its end where there is room and in the
//! legend always.

use super::format::count;
use super::svg::{Anchor, Svg, class};
use crate::strategies::StrategyId;

/// A value with the range of its repetitions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    /// Which thread count, as an index into the plot's.
    pub(crate) column: usize,
    /// The median.
    pub(crate) middle: f64,
    /// The smallest and the largest.
    pub(crate) range: (f64, f64),
}

/// A strategy's values.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The strategy.
    pub(crate) strategy: StrategyId,
    /// Its values.
    pub(crate) points: Vec<Point>,
}

/// What is drawn.
pub(crate) struct LinePlot<'a> {
    /// What the plot shows, in words.
    pub(crate) title: &'a str,
    /// What the upright axis measures.
    pub(crate) axis: &'a str,
    /// The thread counts.
    pub(crate) threads: &'a [usize],
    /// How many cores the machine has: beyond them nothing can get faster.
    pub(crate) cores: usize,
    /// The lines, the most important first.
    pub(crate) lines: &'a [Line],
    /// A line of what would be perfect, if that is known.
    pub(crate) ideal: Option<Vec<f64>>,
    /// How values are written.
    pub(crate) format: fn(f64) -> String,
}

const WIDTH: f64 = 590.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 176.0;
const TOP: f64 = 18.0;
const BOTTOM: f64 = 48.0;
/// Between two names at the ends of lines.
const NAME_HEIGHT: f64 = 15.0;

impl LinePlot<'_> {
    /// Draws it.
    pub(crate) fn draw(&self) -> String {
        let mut svg = Svg::new(WIDTH, HEIGHT, self.title);
        let lines = self.lines.iter().flat_map(|line| line.points.iter().map(|point| point.range.1));
        let highest = lines.chain(self.ideal.iter().flatten().copied()).fold(0.0, f64::max);
        let step = nice_step(highest / 5.0);
        let top = step * (highest / step).ceil().max(1.0);
        let x = |column: usize| {
            let room = WIDTH - LEFT - RIGHT;
            LEFT + room * (column as f64 + 0.5) / self.threads.len() as f64
        };
        let y = |value: f64| HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top;

        let mut tick = 0.0;
        while tick <= top * 1.0001 {
            let class = if tick == 0.0 { "axis" } else { "grid" };
            svg.line(class, (LEFT, y(tick)), (WIDTH - RIGHT, y(tick)));
            let text = if tick == 0.0 { "0".to_owned() } else { (self.format)(tick) };
            svg.text("tick", (LEFT - 8.0, y(tick) + 4.0), Anchor::End, &text);
            tick += step;
        }
        for (column, &n) in self.threads.iter().enumerate() {
            svg.text("tick", (x(column), HEIGHT - BOTTOM + 18.0), Anchor::Middle, &n.to_string());
        }
        self.mark_cores(&mut svg, &x);
        svg.text("name", ((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 10.0), Anchor::Middle, "worker threads");
        svg.upwards("name", (14.0, (TOP + HEIGHT - BOTTOM) / 2.0), self.axis);

        if let Some(ideal) = &self.ideal {
            let points: Vec<_> =
                ideal.iter().enumerate().map(|(column, &value)| (x(column), y(value))).collect();
            svg.path("ideal", &points);
        }
        // The most important line is drawn last, over the others.
        for line in self.lines.iter().rev() {
            self.draw_line(&mut svg, line, &x, &y);
        }
        self.name_lines(&mut svg, &x, &y);
        svg.finish()
    }

    /// A thin rule where the machine has no more cores to give.
    fn mark_cores(&self, svg: &mut Svg, x: &impl Fn(usize) -> f64) {
        let within = self.threads.iter().filter(|&&n| n <= self.cores).count();
        if within > 0 && within < self.threads.len() {
            let at = f64::midpoint(x(within - 1), x(within));
            svg.line("cores", (at, TOP), (at, HEIGHT - BOTTOM));
            svg.text("note", (at + 5.0, HEIGHT - BOTTOM - 6.0), Anchor::Start, "more threads than cores");
        }
    }

    fn draw_line(&self, svg: &mut Svg, line: &Line, x: &impl Fn(usize) -> f64, y: &impl Fn(f64) -> f64) {
        let class = class(line.strategy);
        let points: Vec<_> = line.points.iter().map(|point| (x(point.column), y(point.middle))).collect();
        svg.path(&format!("line {class}"), &points);
        for point in &line.points {
            let at = x(point.column);
            svg.line(&format!("range {class}"), (at, y(point.range.0)), (at, y(point.range.1)));
        }
        for point in &line.points {
            let threads = count(self.threads[point.column], "thread");
            let title = format!("{}, {threads}: {}", line.strategy.title(), (self.format)(point.middle));
            svg.mark(line.strategy, (x(point.column), y(point.middle)), 4.0, &title);
        }
    }

    /// Names at the ends of the lines, moved apart where lines end together.
    fn name_lines(&self, svg: &mut Svg, x: &impl Fn(usize) -> f64, y: &impl Fn(f64) -> f64) {
        let mut names: Vec<(f64, f64, StrategyId)> = self
            .lines
            .iter()
            .filter_map(|line| line.points.last().map(|end| (x(end.column), y(end.middle), line.strategy)))
            .collect();
        names.sort_by(|a, b| a.1.total_cmp(&b.1));
        let wanted: Vec<f64> = names.iter().map(|name| name.1).collect();
        let places = spread(&wanted, NAME_HEIGHT, TOP, HEIGHT - BOTTOM);
        for ((from_x, from_y, strategy), place) in names.into_iter().zip(places) {
            let at = WIDTH - RIGHT + 14.0;
            svg.path(&format!("leader {}", class(strategy)), &[(from_x + 7.0, from_y), (at - 4.0, place)]);
            svg.text(&format!("end {}", class(strategy)), (at, place + 4.0), Anchor::Start, strategy.title());
        }
    }
}

/// A round number near `rough`: 1, 2 or 5 times a power of ten.
fn nice_step(rough: f64) -> f64 {
    if rough <= 0.0 || !rough.is_finite() {
        return 1.0;
    }
    let power = 10f64.powf(rough.log10().floor());
    match rough / power {
        r if r <= 1.0 => power,
        r if r <= 2.0 => 2.0 * power,
        r if r <= 5.0 => 5.0 * power,
        _ => 10.0 * power,
    }
}

/// Moves sorted places apart until each has its room, as little as a pass down and a pass up can.
fn spread(wanted: &[f64], room: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut places = wanted.to_vec();
    for _ in 0..places.len() {
        for index in 1..places.len() {
            let overlap = places[index - 1] + room - places[index];
            if overlap > 0.0 {
                places[index - 1] -= overlap / 2.0;
                places[index] += overlap / 2.0;
            }
        }
    }
    let mut least = top;
    for place in &mut places {
        *place = place.max(least);
        least = *place + room;
    }
    let mut most = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - room;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::super::format::short;
    use super::super::svg::tests::assert_well_formed;
    use super::*;

    #[test]
    fn plots_are_well_formed_whatever_is_missing() {
        let point = |column, middle| Point { column, middle, range: (middle * 0.9, middle * 1.1) };
        let full = Line { strategy: StrategyId::Ours, points: vec![point(0, 1e6), point(1, 2e6)] };
        let part = Line { strategy: StrategyId::Gil, points: vec![point(1, 0.0)] };
        let none = Line { strategy: StrategyId::Mutex, points: vec![] };
        for lines in [vec![], vec![full, part, none]] {
            let plot = LinePlot {
                title: "a & b",
                axis: "pages/s",
                threads: &[1, 4],
                cores: 2,
                lines: &lines,
                ideal: Some(vec![1.0, 2.0]),
                format: short,
            };
            let svg = plot.draw();
            assert_well_formed(&svg);
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }

    #[test]
    fn names_do_not_overlap() {
        let places = spread(&[50.0, 50.0, 51.0, 290.0, 292.0], 15.0, 18.0, 292.0);
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] > 14.9), "{places:?}");
        assert!(places.iter().all(|&place| (18.0..=292.0).contains(&place)), "{places:?}");
    }

    #[test]
    fn steps_are_round() {
        for (rough, step) in [(0.9, 1.0), (1.1, 2.0), (3.0, 5.0), (7.0, 10.0), (1234.0, 2000.0), (0.0, 1.0)] {
            assert!((nice_step(rough) - step).abs() < 1e-9, "{rough}");
        }
    }
}
