//! How a folder is cut into searches and fetches. Pure arithmetic on UIDs.

use super::fetch::Chunk;

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
}
