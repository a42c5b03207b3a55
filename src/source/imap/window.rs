//! How a folder is cut into searches and fetches. Pure arithmetic on UIDs.

use super::fetch::Chunk;
use super::folders::View;

/// UIDs per SEARCH: the parser takes quadratic time for the answer.
const WINDOW: u32 = 10_000;
/// So few hits in a window mean that the folder is thinly numbered.
const SPARSE: usize = 600;

/// Towards newer or older messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

/// UIDs for the first search. No wider than the server's limit: how many it would find is not
/// known.
pub(super) fn first_width(exists: u32, limit: Option<u32>) -> u32 {
    let most = limit.unwrap_or(WINDOW).min(WINDOW);
    if exists < most { u32::MAX } else { most }
}

/// UIDs for the next search, after one of this width found so many messages. Wider by steps, so
/// that a denser stretch beyond still fits in a line.
pub(super) fn next_width(exists: u32, limit: Option<u32>, width: u32, found: usize) -> u32 {
    match found {
        _ if exists <= WINDOW || limit.is_some() => first_width(exists, limit),
        few if few < SPARSE => width.saturating_mul(8),
        _ => WINDOW,
    }
}

/// The windows of one way through a folder, one after the other.
#[derive(Debug)]
pub(super) struct Windows {
    way: Way,
    next: u32,
    top: u32,
    width: u32,
    exists: u32,
    limit: Option<u32>,
}

impl Windows {
    /// From the end of what is covered of a folder that looks like this. `limit`: how many messages
    /// the server names at once, where it says so.
    pub(super) fn of(
        way: Way,
        covered: Option<(u32, u32)>,
        view: View,
        limit: Option<u32>,
    ) -> Windows {
        let top = view.uidnext.saturating_sub(1);
        let next = match (way, covered) {
            (Way::Up, Some((_, high))) => high.saturating_add(1),
            (_, None) => top,
            (Way::Down, Some((low, _))) => low.saturating_sub(1),
        };
        let width = first_width(view.exists, limit);
        Windows { way, next, top, width, exists: view.exists, limit }
    }

    /// The next one; `None` at the folder's end.
    pub(super) fn current(&self) -> Option<(u32, u32)> {
        let Windows { way, next, top, width, .. } = *self;
        (1..=top).contains(&next).then(|| match way {
            Way::Up => (next, next.saturating_add(width - 1).min(top)),
            Way::Down => (next.saturating_sub(width - 1).max(1), next),
        })
    }

    /// So many messages were found in the current one.
    pub(super) fn advance(&mut self, found: usize) {
        let Some((first, last)) = self.current() else { return };
        self.next = match self.way {
            Way::Up => last.saturating_add(1),
            Way::Down => first - 1,
        };
        self.width = next_width(self.exists, self.limit, self.width, found);
    }
}

/// Chunks in the order of reading. The last one reaches to the window's end, so that the
/// interval covers it even where no message is.
pub(super) fn cut(there: Vec<u32>, size: usize, window: (u32, u32), way: Way) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = match way {
        Way::Up => there.chunks(size).map(|uids| Chunk::of(uids.to_vec(), 0)).collect(),
        Way::Down => there.rchunks(size).map(|uids| Chunk::of(uids.to_vec(), 0)).collect(),
    };
    for chunk in &mut chunks {
        let end = if way == Way::Up { chunk.expected.last() } else { chunk.expected.first() };
        chunk.bound = end.copied().unwrap_or_default();
    }
    if way == Way::Down {
        match chunks.last_mut() {
            Some(last) => last.bound = window.0,
            None => chunks.push(Chunk::of(Vec::new(), window.0)),
        }
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_asks_for_no_more_than_the_server_allows() {
        for (exists, limit, found, width) in [
            (20_000, None, 9_000, WINDOW),
            (20_000, None, 3, 8_000),
            (20_000, Some(1_000), 3, 1_000),
            (20_000, Some(50_000), 3, WINDOW),
            (2_500, Some(1_000), 3, 1_000),
        ] {
            assert_eq!(next_width(exists, limit, 1_000, found), width, "{exists} {limit:?}");
        }
    }

    #[test]
    fn windows_cover_all_that_is_not_covered_and_nothing_twice() {
        let view = View { uidvalidity: 1, uidnext: 25_001, exists: 25_000 };
        let walk = |way, covered| {
            let mut windows = Windows::of(way, covered, view, None);
            let mut seen = Vec::new();
            while let Some(window) = windows.current() {
                seen.push(window);
                windows.advance(SPARSE);
            }
            seen
        };
        assert_eq!(walk(Way::Up, Some((1, 12_000))), [(12_001, 22_000), (22_001, 25_000)]);
        assert_eq!(walk(Way::Up, Some((1, 25_000))), []);
        assert_eq!(walk(Way::Down, None), [(15_001, 25_000), (5_001, 15_000), (1, 5_000)]);
        assert_eq!(walk(Way::Down, Some((4_001, 25_000))), [(1, 4_000)]);
    }
}
