//! Numbers as people read them.

/// Three significant digits with k, M or G: `12.3 M`.
pub(crate) fn short(value: f64) -> String {
    let (scaled, suffix) = match value.abs() {
        v if v >= 1e9 => (value / 1e9, " G"),
        v if v >= 1e6 => (value / 1e6, " M"),
        v if v >= 1e4 => (value / 1e3, " k"),
        _ => (value, ""),
    };
    format!("{}{suffix}", digits(scaled))
}

/// About three significant digits.
pub(crate) fn digits(value: f64) -> String {
    match value.abs() {
        v if v >= 99.95 => format!("{value:.0}"),
        v if v >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A ratio: `1.87×`.
pub(crate) fn times(ratio: f64) -> String {
    format!("{}×", digits(ratio))
}

/// A time given in nanoseconds: `42 ns`, `1.5 µs`, `5.0 ms`.
pub(crate) fn time(nanos: f64) -> String {
    let two = |value: f64| if value >= 9.95 { format!("{value:.0}") } else { format!("{value:.1}") };
    match nanos {
        n if n < 999.5 => format!("{n:.0} ns"),
        n if n < 999_500.0 => format!("{} µs", two(n / 1e3)),
        n if n < 999_500_000.0 => format!("{} ms", two(n / 1e6)),
        n => format!("{} s", two(n / 1e9)),
    }
}

/// `1 thread`, `2 threads`.
pub(crate) fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{} {what}s", grouped(n as u64)) }
}

/// `1 234 567`, with narrow spaces that do not break.
pub(crate) fn grouped(n: u64) -> String {
    let text = n.to_string();
    let mut grouped = String::new();
    for (index, digit) in text.chars().enumerate() {
        if index > 0 && (text.len() - index).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

/// Bytes: `21.3 MB`.
pub(crate) fn bytes(n: u64) -> String {
    if n >= 1_000_000 {
        format!("{} MB", digits(n as f64 / 1e6))
    } else {
        format!("{} kB", digits(n as f64 / 1e3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(short(0.0), "0.00");
        assert_eq!(short(1234.0), "1234");
        assert_eq!(short(12_345.0), "12.3 k");
        assert_eq!(short(123_456_789.0), "123 M");
        assert_eq!(times(1.866), "1.87×");
        assert_eq!(time(42.4), "42 ns");
        assert_eq!(time(1500.0), "1.5 µs");
        assert_eq!(time(5_100_000.0), "5.1 ms");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(count(1, "page"), "1 page");
        assert_eq!(bytes(21_300_000), "21.3 MB");
    }
}
