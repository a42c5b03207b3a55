//! What was planned for the desktop, on its way there: each once, whatever crashes.

use jiff::civil::Date;

use super::desk::Displayed;
use super::words::{alert, more_are_due, summary};
use super::{Errands, RETRY, batch, candidates, notices};
use crate::book::{AsOf, Book};
use crate::deliver::Alert;
use crate::domain::decide::alerts;
use crate::domain::decide::debts::NamedDebt;
use crate::domain::decide::outbox::{Delivery, DeliveryKind, DeliveryState};
use crate::domain::decide::schedule;
use crate::domain::model::{Moment, TurnId};
use crate::domain::policy::Policy;
use crate::error::Result;
use crate::store::Store;

/// So many alerts at once are shown each by itself; the others share one.
const EACH_BY_ITSELF: usize = 3;

/// One alert, and what it tells of.
struct ToShow {
    /// As the outbox numbers them.
    items: Vec<i64>,
    turns: Vec<TurnId>,
    alert: Alert,
}

impl Errands {
    pub(super) async fn show_alerts(&mut self, now: Moment) -> Result<()> {
        let config = self.config();
        if !self.desk.is_heard(&config, now).await {
            return Ok(());
        }
        for to_show in self.planned_alerts(now)? {
            if !self.show(to_show, now).await? {
                break;
            }
        }
        Ok(())
    }

    /// What was planned and not shown yet. What was answered meanwhile is passed over.
    fn planned_alerts(&mut self, now: Moment) -> Result<Vec<ToShow>> {
        let config = self.config();
        let policy = &config.policy;
        let store = self.store()?;
        let book = Book::open(store, policy, AsOf::Now(now))?;
        let debts = book.debts()?;
        let mut owed: Vec<(Vec<i64>, NamedDebt)> = Vec::new();
        for item in store.unsent(DeliveryKind::Alert)? {
            let Delivery::Alert { turn, .. } = item.what else { continue };
            let is_told = |it: &&NamedDebt| it.debt.snoozed_until.is_none() && !it.muted;
            let named = debts.iter().filter(is_told).find(|it| it.is_of(turn));
            let Some(named) = named else {
                store.set_delivery_state(item.id, DeliveryState::Sent, now)?;
                continue;
            };
            // While nobody was there, a turn may have been planned for twice.
            match owed.iter_mut().find(|(_, it)| it.debt.turn.id == named.debt.turn.id) {
                Some((items, _)) => items.push(item.id),
                None => owed.push((vec![item.id], named.clone())),
            }
        }
        let shared = owed.split_off(owed.len().min(EACH_BY_ITSELF));
        let mut shown: Vec<ToShow> = owed.iter().map(|it| one(it, policy, now)).collect();
        match shared.as_slice() {
            [] => {}
            [last] => shown.push(one(last, policy, now)),
            _ => {
                let (items, debts): (Vec<Vec<i64>>, Vec<NamedDebt>) = shared.into_iter().unzip();
                let turns = debts.iter().map(|named| named.debt.turn.id).collect();
                let alert = summary(&debts, policy);
                shown.push(ToShow { items: items.concat(), turns, alert });
            }
        }
        let Some(last) = shown.last_mut() else { return Ok(shown) };
        let covered_since = store.recent_covered_since()?;
        let candidates = candidates(&book, store, &debts)?;
        let untold = covered_since.map_or(0, |covered_since| {
            let next =
                schedule::next_daily(now, schedule::batch_time(&policy.alerts), &policy.zone);
            alerts::untold(&candidates, &batch(now, next, covered_since, policy))
        });
        if untold > 0 {
            last.alert.body.push('\n');
            last.alert.body.push_str(&more_are_due(untold));
        }
        Ok(shown)
    }

    /// What only the user can mend, once a day while it lasts.
    pub(super) async fn show_notices(&mut self, day: Date, now: Moment) -> Result<()> {
        let config = self.config();
        let problems = self.problems.borrow().clone();
        let plan = |store: &Store| notices::plan(store, &problems, day, now);
        self.store()?.transaction(plan)?;
        if !self.desk.is_heard(&config, now).await {
            return Ok(());
        }
        let waiting = notices::waiting(self.store()?, &problems, day)?;
        for (id, notice) in waiting {
            let Some(alert) = notice else {
                self.store()?.set_delivery_state(id, DeliveryState::Sent, now)?;
                continue;
            };
            if !self.show(ToShow { items: vec![id], turns: Vec::new(), alert }, now).await? {
                break;
            }
        }
        Ok(())
    }

    /// Mark, then show: a crash in between loses an alert, and never shows one twice. `false`: it
    /// wasn't shown, and others wouldn't be.
    async fn show(&mut self, to_show: ToShow, now: Moment) -> Result<bool> {
        let ToShow { items, turns, alert } = to_show;
        let about = alert.about.clone();
        let replaced = self.replaced(&about).await?;
        self.mark(&items, DeliveryState::Sent, now)?;
        match self.desk.display(alert, replaced).await {
            Displayed::OnScreen(shown) => self.note_standing(about, turns, shown, now)?,
            Displayed::Elsewhere => {}
            Displayed::Failed => {
                self.mark(&items, DeliveryState::Planned, now)?;
                self.desk.wait_until(now + RETRY);
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn mark(&mut self, items: &[i64], state: DeliveryState, now: Moment) -> Result<()> {
        self.store()?.transaction(|store| {
            items.iter().try_for_each(|id| store.set_delivery_state(*id, state, now))
        })
    }
}

fn one((items, named): &(Vec<i64>, NamedDebt), policy: &Policy, now: Moment) -> ToShow {
    ToShow {
        items: items.clone(),
        turns: vec![named.debt.turn.id],
        alert: alert(named, policy, now),
    }
}
