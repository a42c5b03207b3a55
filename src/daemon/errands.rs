//! What goes out: alerts and notices to the desktop, the digest by mail, each once.
//!
//! Decides nothing: the agenda says what is due, the outbox remembers what was planned and sent.

use std::sync::Arc;

use tokio::sync::watch;
use tracing::warn;

use super::clock::Clock;
use super::home::Home;
use super::progress::Progress;
use crate::book::{AsOf, Book, learn};
use crate::config::Config;
use crate::deliver::{Alert, Choices};
use crate::domain::decide::agenda::{Known, Task, agenda, may_disturb};
use crate::domain::decide::alerts::{self, AlertBatch, AlertBudget, AlertCandidate, BUDGET};
use crate::domain::decide::debts::NamedDebt;
use crate::domain::decide::outbox::{Delivery, DeliveryKind, DeliveryMark};
use crate::domain::decide::schedule;
use crate::domain::model::Moment;
use crate::domain::policy::{AlertUrgency, Policy};
use crate::error::{Error, Result};
use crate::source::Problems;
use crate::store::Store;

mod chosen;
mod desk;
mod notices;
mod post;
mod showing;
mod standing;
mod words;

pub use desk::Outlet;

use desk::AlertDesk;
use standing::StandingAlerts;

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
    standing: StandingAlerts,
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
            standing: StandingAlerts::default(),
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
            about: title.to_owned(),
            title: title.to_owned(),
            body: format!("{cause}{advice}"),
            urgency: AlertUrgency::Normal,
            choices: Choices::None,
        };
        warn!("{title}: {cause}");
        let (now, config) = (self.clock.now(), self.config());
        let wanted = self.desk.is_wanted(&config) && may_disturb(now, &config.policy);
        if wanted && self.desk.is_heard(&config, now).await {
            self.desk.display(alert, None).await;
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
        self.take_up_events(self.clock.now()).await?;
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
                let batch = batch(now, next, covered_since, &config.policy);
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
        let nobody_is_there = self.desk.nobody_is_there();
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
            nobody_is_there,
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
}

/// Marks what a batch is to tell of, as far as the week's budget reaches.
fn plan_alerts(store: &Store, policy: &Policy, batch: &AlertBatch) -> Result<()> {
    let now = batch.now;
    let book = Book::open(store, policy, AsOf::Now(now))?;
    let budget = AlertBudget {
        per_week: policy.alerts.per_week,
        spent: store.planned_since(DeliveryKind::Alert, now - BUDGET)?,
        is_first: store.planned_since(DeliveryKind::Batch, Moment::MIN)? <= 1,
    };
    let debts = book.debts()?;
    for (alert, mark) in alerts::alerts(&candidates(&book, store, &debts)?, batch, budget) {
        store.plan(&alert, mark, now)?;
    }
    Ok(())
}

fn batch(now: Moment, next: Moment, covered_since: Moment, policy: &Policy) -> AlertBatch {
    let (reads_text, they_owe) = (policy.reads_text, policy.alerts.they_owe);
    AlertBatch { now, next, covered_since, reads_text, they_owe }
}

/// What may be told of, with how often it was told.
fn candidates<'a>(
    book: &'a Book<'_>,
    store: &Store,
    debts: &'a [NamedDebt],
) -> Result<Vec<AlertCandidate<'a>>> {
    let told = store.alerted()?;
    let mut candidates = Vec::with_capacity(debts.len());
    for named in debts.iter().filter(|named| !named.muted) {
        let turn = &named.debt.turn;
        let times = |touch| told.get(&(turn.id.contact, touch)).copied();
        let told = turn.touches.iter().filter_map(|touch| times(*touch)).max().unwrap_or(0);
        let habit = named.starred.then(|| book.habit(turn.id.contact, turn.side)).transpose()?;
        candidates.push(AlertCandidate { debt: &named.debt, told, starred: habit });
    }
    Ok(candidates)
}

#[cfg(test)]
mod tests;
