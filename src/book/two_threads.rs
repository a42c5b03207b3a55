//! Work that two threads share: what is read of everybody is read by one, and a pure function of it is
//! by far most of the work.

use std::mem;
use std::panic::resume_unwind;
use std::thread;

/// So much is worked at a time: all turns of all contacts at once would be far more than the daemon
/// has room for.
const TOGETHER: usize = 256;
/// For fewer, starting a thread isn't worth it.
const FEW: usize = 8;

/// What comes of each piece of work is taken in the order in which they were added.
pub(super) struct SharedWork<S, W, K> {
    waiting: Vec<S>,
    work: W,
    take: K,
}

impl<S: Send, T: Send, W: Fn(S) -> T + Sync, K: FnMut(T)> SharedWork<S, W, K> {
    pub(super) fn new(work: W, take: K) -> Self {
        SharedWork { waiting: Vec::with_capacity(TOGETHER), work, take }
    }

    pub(super) fn add(&mut self, piece: S) {
        self.waiting.push(piece);
        if self.waiting.len() == TOGETHER {
            self.work_off();
        }
    }

    /// Works whatever is left.
    pub(super) fn done(mut self) {
        self.work_off();
    }

    fn work_off(&mut self) {
        let all = mem::replace(&mut self.waiting, Vec::with_capacity(TOGETHER));
        by_two(all, &self.work).into_iter().for_each(&mut self.take);
    }
}

fn by_two<S: Send, T: Send>(all: Vec<S>, work: impl Fn(S) -> T + Sync) -> Vec<T> {
    if all.len() < FEW {
        return all.into_iter().map(work).collect();
    }
    let mut first = all;
    let second = first.split_off(first.len() / 2);
    thread::scope(|scope| {
        let second = scope.spawn(|| second.into_iter().map(&work).collect::<Vec<T>>());
        let mut done: Vec<T> = first.into_iter().map(&work).collect();
        done.extend(second.join().unwrap_or_else(|panic| resume_unwind(panic)));
        done
    })
}
