//! From logs to cache lines.

use std::collections::HashMap;

use freethreaded::traffic::Event;

use crate::window::Window;

/// What travels from core to core.
pub(crate) const LINE: usize = 64;
/// What travels with it, where the prefetcher takes the neighbour along.
pub(crate) const PAIR: usize = 128;

/// Sums over all threads of a window.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) operations: u64,
    /// Writes to lines that other threads touched in the window; of each thread to each line not more than there were touches by others,
    /// since between two of those the line does not travel.
    pub(crate) shared_writes: u64,
    /// Compare-and-swaps that failed, in the same way.
    pub(crate) failed: u64,
    /// Lines that an operation touched and another thread wrote in the window, each once for each operation.
    pub(crate) fetched: u64,
    /// Different lines that were written and also touched by another thread.
    pub(crate) contended_lines: usize,
    pub(crate) heavy_barriers: u64,
}

/// What a thread did to a line.
#[derive(Clone, Copy, Default)]
struct Visits {
    touches: u64,
    writes: u64,
    failed: u64,
}

impl Visits {
    fn count(&mut self, event: Event) {
        self.touches += 1;
        match event {
            Event::Store(_) | Event::ReadModifyWrite(_) => self.writes += 1,
            Event::FailedExchange(_) => self.failed += 1,
            Event::Load(_) | Event::HeavyBarrier => {}
        }
    }

    fn takes_it(&self) -> bool {
        self.writes + self.failed > 0
    }
}

impl Figures {
    pub(crate) fn of(window: &Window, line_size: usize) -> Self {
        let threads = window.0.len();
        let mut lines: HashMap<usize, Vec<Visits>> = HashMap::new();
        for (thread, log) in window.0.iter().enumerate() {
            for &event in log.iter().flatten() {
                if let Some(address) = address(event) {
                    let line = lines.entry(address / line_size);
                    line.or_insert_with(|| vec![Visits::default(); threads])[thread].count(event);
                }
            }
        }
        let mut figures = Self::default();
        for visits in lines.values() {
            let all: u64 = visits.iter().map(|mine| mine.touches).sum();
            let (writes, failed) = (figures.shared_writes, figures.failed);
            for mine in visits {
                figures.shared_writes += mine.writes.min(all - mine.touches);
                figures.failed += mine.failed.min(all - mine.touches);
            }
            figures.contended_lines +=
                usize::from((writes, failed) != (figures.shared_writes, figures.failed));
        }
        let takers = |visits: &[Visits]| {
            visits.iter().enumerate().fold(0_u64, |bits, (n, mine)| bits | u64::from(mine.takes_it()) << n)
        };
        let takers: HashMap<usize, u64> =
            lines.iter().map(|(&line, visits)| (line, takers(visits))).collect();
        let mut touched = Vec::new();
        for (thread, log) in window.0.iter().enumerate() {
            for operation in log {
                figures.operations += 1;
                touched.clear();
                for &event in operation {
                    match address(event).map(|address| address / line_size) {
                        Some(line) if !touched.contains(&line) => touched.push(line),
                        Some(_) => {}
                        None => figures.heavy_barriers += 1,
                    }
                }
                let another_takes = |line: &&usize| takers[*line] & !(1 << thread) != 0;
                figures.fetched += touched.iter().filter(another_takes).count() as u64;
            }
        }
        figures
    }
}

/// What it does it to; a barrier has no address.
fn address(event: Event) -> Option<usize> {
    match event {
        Event::Load(address)
        | Event::Store(address)
        | Event::ReadModifyWrite(address)
        | Event::FailedExchange(address) => Some(address),
        Event::HeavyBarrier => None,
    }
}
