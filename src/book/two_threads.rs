//! Work that two threads share: whoever reads everybody hands most of it to another, and works itself
//! while that one is busy.

use std::collections::VecDeque;
use std::mem;
use std::sync::mpsc::{TrySendError, channel, sync_channel};
use std::thread;

use crate::error::Result;

/// So much is handed over at a time. All turns of all contacts at once would be far more than the
/// daemon has room for.
const TOGETHER: usize = 64;

/// Works whatever `feed` adds; what comes of it is taken in the order in which it was added.
///
/// # Errors
/// Those of `feed`.
pub(super) fn by_two<S: Send, T: Send>(
    work: impl Fn(S) -> T + Sync,
    mut take: impl FnMut(T),
    feed: impl FnOnce(&mut dyn FnMut(S)) -> Result<()>,
) -> Result<()> {
    let all = |batch: Vec<S>| batch.into_iter().map(&work).collect::<Vec<T>>();
    thread::scope(|scope| {
        let (hand_over, batches) = sync_channel(1);
        let (give_back, done) = channel();
        scope.spawn(move || batches.into_iter().try_for_each(|batch| give_back.send(all(batch))));
        let mut waiting = Vec::with_capacity(TOGETHER);
        // `None`: it is with the other thread.
        let mut order: VecDeque<Option<Vec<T>>> = VecDeque::new();
        feed(&mut |piece| {
            waiting.push(piece);
            if waiting.len() < TOGETHER {
                return;
            }
            let batch = mem::replace(&mut waiting, Vec::with_capacity(TOGETHER));
            order.push_back(hand_over.try_send(batch).err().map(|busy| match busy {
                TrySendError::Full(batch) | TrySendError::Disconnected(batch) => all(batch),
            }));
            while let Some(first) = order.front_mut() {
                let Some(worked) = first.take().or_else(|| done.try_recv().ok()) else { break };
                worked.into_iter().for_each(&mut take);
                order.pop_front();
            }
        })?;
        order.push_back(Some(all(waiting)));
        drop(hand_over);
        for mine in order {
            // The other thread has panicked where nothing comes: so does this one at the end.
            let worked = mine.or_else(|| done.recv().ok()).unwrap_or_default();
            worked.into_iter().for_each(&mut take);
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_of_it_is_taken_in_order() {
        for pieces in [0, 1, TOGETHER, 10 * TOGETHER + 3] {
            let mut taken = Vec::new();
            let feed = |add: &mut dyn FnMut(usize)| {
                (0..pieces).for_each(add);
                Ok(())
            };
            by_two(|piece| piece * 2, |worked| taken.push(worked), feed).unwrap();
            assert_eq!(taken, (0..pieces).map(|piece| piece * 2).collect::<Vec<_>>());
        }
    }
}
