//! What goes out: alerts and notices to the desktop, the digest by mail, each once.
//!
//! Decides nothing: the agenda says what is due, the outbox remembers what was planned and sent.

use std::sync::Arc;

use jiff::civil::Date;
use tokio::sync::watch;
use tracing::warn;

use super::clock::Clock;
use super::home::Home;
use super::progress::Progress;
use crate::book::{AsOf, Book, learn};
use crate::config::Config;
use crate::deliver::{Alert, Urgency};
use crate::domain::decide::agenda::{Known, Task, agenda, may_disturb};
use crate::domain::decide::alerts::{self, AlertBatch, AlertBudget, AlertCandidate, BUDGET};
use crate::domain::decide::outbox::{Delivery, DeliveryKind, DeliveryMark, DeliveryState};
use crate::domain::decide::schedule;
use crate::domain::model::Moment;
use crate::domain::policy::Policy;
use crate::error::{Error, Result};
use crate::source::Problems;
use crate::store::Store;

mod chosen;
mod desk;
mod notices;
mod post;
mod words;

pub use desk::Outlet;

use chosen::carry_out;
use desk::AlertDesk;
use words::alert;

/// After a failure, seconds before the next attempt.
const RETRY: i64 = 60;
/// What is done makes more due, twice at most.
const ROUNDS: usize = 3;

pub struct Errands {
    home: Home,
    config: watch::Receiver<Arc<Config>>,
    clock: Clock,
    problems: watch::Receiver<Problems>,
    progress: watch::Receiver<Progress>,
    store: Option<Store>,
    desk: AlertDesk,
    /// No digest is sent before then: it failed.
    post_retry: Option<Moment>,
}

impl Errands {
    pub fn new(
        home: Home,
        config: watch::Receiver<Arc<Config>>,
        clock: Clock,
        outlet: Outlet,
    ) -> Errands {
        Errands {
            home,
            config,
            clock,
            problems: watch::channel(Problems::new()).1,
            progress: watch::channel(Progress::default()).1,
            store: None,
            desk: AlertDesk::new(outlet),
            post_retry: None,
        }
    }

    /// Takes what is told of the mailboxes from here on.
    pub fn follow(
        &mut self,
        problems: watch::Receiver<Problems>,
        progress: watch::Receiver<Progress>,
    ) {
        (self.problems, self.progress) = (problems, progress);
    }

    /// Waits until something happens on the desktop, or an account has a problem or has it no
    /// more. May be given up at any time.
    pub async fn happens(&mut self) {
        tokio::select! {
            () = self.desk.happens() => {}
            Ok(()) = self.problems.changed() => {}
        }
    }

    /// Tells at once what can't even be noted.
    pub async fn tell(&mut self, title: &str, cause: &Error) {
        let advice = cause.advice().map(|advice| format!("\n{advice}")).unwrap_or_default();
        let alert = Alert {
            id: None,
            title: title.to_owned(),
            body: format!("{cause}{advice}"),
            urgency: Urgency::Normal,
        };
        warn!("{title}: {cause}");
        let (now, config) = (self.clock.now(), self.config());
        let wanted = self.desk.is_wanted(&config) && may_disturb(now, &config.policy);
        if wanted && self.desk.is_heard(&config, now).await {
            self.desk.display(alert).await;
        }
    }

    /// Does what is due now; when to look again, if nothing happens before. Failures are logged and
    /// tried again: mail goes on being read.
    pub async fn run_due(&mut self) -> Option<Moment> {
        match self.try_run_due().await {
            Ok(next) => next,
            Err(cause) => {
                warn!("{cause}");
                self.store = None;
                Some(self.clock.now() + RETRY)
            }
        }
    }

    async fn try_run_due(&mut self) -> Result<Option<Moment>> {
        for action in self.desk.take_chosen() {
            let (now, policy) = (self.clock.now(), &self.config().policy);
            carry_out(self.store()?, &action, policy, now)?;
        }
        let mut next = None;
        for _ in 0..ROUNDS {
            let now = self.clock.now();
            let known = self.known(now)?;
            let found = agenda(now, &known, &self.config().policy);
            next = found.next;
            if found.due.is_empty() {
                return Ok(next);
            }
            for task in found.due {
                self.perform(task, now).await?;
            }
        }
        Ok(next.map(|next| next.min(self.clock.now() + RETRY)))
    }

    async fn perform(&mut self, task: Task, now: Moment) -> Result<()> {
        match task {
            Task::Survey => self.survey(now).await,
            Task::PlanAlerts { day, covered_since, next } => {
                let config = self.config();
                let reads_text = config.policy.reads_text;
                let batch = AlertBatch { now, next, covered_since, reads_text };
                self.store()?.transaction(|store| {
                    store.plan(&Delivery::Batch { day }, DeliveryMark::Plain, now)?;
                    plan_alerts(store, &config.policy, &batch)
                })
            }
            Task::PlanDigest { week } => {
                let digest = Delivery::Digest { week };
                let plan = |store: &Store| store.plan(&digest, DeliveryMark::Plain, now);
                self.store()?.transaction(plan).map(drop)
            }
            Task::ShowAlerts => self.show_alerts(now).await,
            Task::ShowNotices { day } => self.show_notices(day, now).await,
            Task::SendDigest => self.send_digest(now).await,
        }
    }

    fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.borrow())
    }

    fn store(&mut self) -> Result<&Store> {
        match &mut self.store {
            Some(store) => Ok(store),
            none => Ok(none.insert(Store::open(&self.home.data)?.durable()?)),
        }
    }

    fn known(&mut self, now: Moment) -> Result<Known> {
        let config = self.config();
        let problems = self.problems.borrow_and_update().clone();
        let (desktop_retry, post_retry) = (self.desk.retry(), self.post_retry);
        let wants_alerts = self.desk.is_wanted(&config);
        let has_read = self.has_read(&config);
        let mails_digest = config.digest.to.is_some() && config.mailer.is_some();
        let today = schedule::local_date(now, &config.policy.zone);
        let store = self.store()?;
        let last_batch = match store.last_planned(DeliveryKind::Batch)? {
            Some(Delivery::Batch { day }) => Some(day),
            _ => None,
        };
        let last_digest = match store.last_planned(DeliveryKind::Digest)? {
            Some(Delivery::Digest { week }) => Some(week),
            _ => None,
        };
        Ok(Known {
            covered_since: store.recent_covered_since()?,
            is_measured: store.is_measured()?,
            population: store.population()?,
            messages: store.highest_message()?,
            last_batch,
            last_digest,
            has_alerts: !store.unsent(DeliveryKind::Alert)?.is_empty(),
            has_problems: !problems.is_empty(),
            has_notices: notices::has_untold(store, &problems, today)?,
            digest_since: store.unsent(DeliveryKind::Digest)?.last().map(|item| item.at),
            has_read,
            wants_alerts,
            digest: mails_digest.then_some((config.digest.day, config.digest.time)),
            desktop_retry,
            post_retry,
        })
    }

    /// Whether what may have come back into the mailbox before this run is stored by now.
    fn has_read(&self, config: &Config) -> bool {
        let progress = self.progress.borrow();
        config.accounts.iter().all(|account| progress.read.contains(&account.name))
    }

    /// Beside everything else: with a large mailbox it takes seconds.
    async fn survey(&mut self, now: Moment) -> Result<()> {
        let (folder, config) = (self.home.data.clone(), self.config());
        let learning =
            tokio::task::spawn_blocking(move || learn(&Store::open(&folder)?, &config.policy, now));
        learning.await.map_err(|cause| Error::failed("learning failed").because(cause))?
    }

    async fn show_alerts(&mut self, now: Moment) -> Result<()> {
        let config = self.config();
        if !self.desk.is_heard(&config, now).await {
            return Ok(());
        }
        for (id, alert) in self.planned_alerts(&config.policy, now)? {
            if !self.show(id, alert, now).await? {
                break;
            }
        }
        Ok(())
    }

    /// What was planned and not shown yet, as the outbox numbers it. `None`: it was answered
    /// meanwhile, and there is nothing to tell.
    fn planned_alerts(
        &mut self,
        policy: &Policy,
        now: Moment,
    ) -> Result<Vec<(i64, Option<Alert>)>> {
        let store = self.store()?;
        let planned = store.unsent(DeliveryKind::Alert)?;
        let debts = Book::open(store, policy, AsOf::Now(now))?.debts()?;
        let told = planned.into_iter().map(|item| {
            let owed = match item.what {
                Delivery::Alert { turn, .. } => debts.iter().find(|named| named.is_of(turn)),
                _ => None,
            };
            (item.id, owed.map(|named| alert(named, &policy.zone, now)))
        });
        Ok(told.collect())
    }

    /// What only the user can mend, once a day while it lasts.
    async fn show_notices(&mut self, day: Date, now: Moment) -> Result<()> {
        let config = self.config();
        let problems = self.problems.borrow().clone();
        let plan = |store: &Store| notices::plan(store, &problems, day, now);
        self.store()?.transaction(plan)?;
        if !self.desk.is_heard(&config, now).await {
            return Ok(());
        }
        let waiting = notices::waiting(self.store()?, &problems, day)?;
        for (id, notice) in waiting {
            if !self.show(id, notice, now).await? {
                break;
            }
        }
        Ok(())
    }

    /// Mark, then show: a crash in between loses an alert, and never shows one twice. `false`: it
    /// wasn't shown, and others wouldn't be.
    async fn show(&mut self, id: i64, alert: Option<Alert>, now: Moment) -> Result<bool> {
        self.store()?.set_delivery_state(id, DeliveryState::Sent, now)?;
        let Some(alert) = alert else { return Ok(true) };
        if !self.desk.display(alert).await {
            self.store()?.set_delivery_state(id, DeliveryState::Planned, now)?;
            self.desk.wait_until(now + RETRY);
            return Ok(false);
        }
        Ok(true)
    }
}

/// Marks what a batch is to tell of, as far as the week's budget reaches.
fn plan_alerts(store: &Store, policy: &Policy, batch: &AlertBatch) -> Result<()> {
    let now = batch.now;
    let book = Book::open(store, policy, AsOf::Now(now))?;
    let budget = AlertBudget {
        per_week: policy.alerts.per_week,
        spent: store.planned_since(DeliveryKind::Alert, now - BUDGET)?,
        is_first: store.planned_since(DeliveryKind::Batch, Moment(i64::MIN))? <= 1,
    };
    let told = store.alerted()?;
    let debts = book.debts()?;
    let mut candidates = Vec::with_capacity(debts.len());
    for named in debts.iter().filter(|named| !named.muted) {
        let turn = &named.debt.turn;
        let times = |touch| told.get(&(turn.id.contact, touch)).copied();
        let told = turn.touches.iter().filter_map(|touch| times(*touch)).max().unwrap_or(0);
        let habit = named.starred.then(|| book.habit(turn.id.contact, turn.side)).transpose()?;
        candidates.push(AlertCandidate { debt: &named.debt, told, starred: habit });
    }
    for (alert, mark) in alerts::alerts(&candidates, batch, budget) {
        store.plan(&alert, mark, now)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
