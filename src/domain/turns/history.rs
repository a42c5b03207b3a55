//! How often the turns of one side were answered, as far as it was known at each instant.

use crate::domain::model::Moment;
use crate::domain::need::learn::HORIZON;

#[derive(Default)]
pub struct History {
    answered: u32,
    asked: u32,
    pending: Vec<Pending>,
}

struct Pending {
    turn: usize,
    start: Moment,
    answered_at: Option<Moment>,
}

impl History {
    pub fn asked(&mut self, turn: usize, start: Moment) {
        self.pending.push(Pending { turn, start, answered_at: None });
    }

    pub fn answered(&mut self, turn: usize, at: Moment) {
        if let Some(pending) = self.pending.iter_mut().find(|pending| pending.turn == turn) {
            pending.answered_at = Some(at);
        }
    }

    /// Counts every turn whose outcome was known before `now`.
    pub fn settle(&mut self, now: Moment) {
        let (answered, asked) = (&mut self.answered, &mut self.asked);
        self.pending.retain(|pending| {
            let in_time = pending.answered_at.filter(|at| *at <= pending.start + HORIZON);
            let known_at = in_time.unwrap_or(pending.start + HORIZON);
            if known_at >= now {
                return true;
            }
            *asked += 1;
            *answered += u32::from(in_time.is_some());
            false
        });
    }

    /// Log-odds of an answer, with one answered and one unanswered turn added; 0 without any.
    pub fn logit(&self) -> f64 {
        (f64::from(self.answered + 1) / f64::from(self.asked - self.answered + 1)).ln()
    }
}
