//! What goes out: alerts and notices to the desktop, the digest by mail, each once.
//!
//! Decides nothing: `domain` says what is due, the outbox remembers what was planned and sent.

use jiff::civil::Date;
use tokio::sync::{mpsc, watch};
use tracing::{info, warn};

use super::clock::Clock;
use super::home::Home;
use super::progress::Progress;
use super::seal::Seal;
use crate::book::{AsOf, Book};
use crate::book::{learn, measure_marked};
use crate::config::Config;
use crate::deliver::{self, Action, ActionInvoked, Alert, BusEvent, Desktop, Urgency};
use crate::domain::decide::schedule;
use crate::domain::model::{DAY, Moment, TurnId};
use crate::error::{Error, Kind, Result};
use crate::source::Problems;
use crate::store::{Decision, OutboxItem, Store, Verb};

mod alerts;
mod notices;

use alerts::{alert, plan_batch};
use notices::{plan_notices, waiting};

/// After a failure to deliver, seconds before the next attempt.
const RETRY: i64 = 60;
const SNOOZE: i64 = 2 * DAY;
/// A digest that was begun bears the seal of its week; those of before bore none.
const SEALED: &str = "sealed";
/// So long after it was planned or begun, a digest goes out though an account was not reached.
const UNREACHED: i64 = DAY;

/// Where alerts are shown.
#[derive(Debug, Clone, Default)]
pub struct Outlet {
    pub desktop: bool,
    /// Whoever else wants to see them: the demonstration prints them.
    pub also: Option<mpsc::UnboundedSender<Alert>>,
}

pub struct Errands {
    home: Home,
    config: Config,
    clock: Clock,
    outlet: Outlet,
    problems: watch::Receiver<Problems>,
    progress: watch::Receiver<Progress>,
    store: Option<Store>,
    desktop: Option<(Desktop, mpsc::Receiver<ActionInvoked>)>,
    /// Nothing is due before; a change in the database looks again at once.
    next_look: Moment,
    desktop_retry: Moment,
    post_retry: Moment,
    seen_version: Option<i64>,
}

impl Errands {
    pub fn new(home: Home, config: Config, clock: Clock, outlet: Outlet) -> Errands {
        Errands {
            home,
            config,
            clock,
            outlet,
            problems: watch::channel(Problems::new()).1,
            progress: watch::channel(Progress::default()).1,
            store: None,
            desktop: None,
            next_look: Moment(i64::MIN),
            desktop_retry: Moment(i64::MIN),
            post_retry: Moment(i64::MIN),
            seen_version: None,
        }
    }

    /// Takes what is told of the mailboxes from here on.
    pub fn follow(
        &mut self,
        problems: watch::Receiver<Problems>,
        progress: watch::Receiver<Progress>,
    ) {
        (self.problems, self.progress) = (problems, progress);
        self.next_look = Moment(i64::MIN);
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
        let now = self.clock.now();
        if !self.may_disturb(now) || !self.is_heard(now).await {
            return;
        }
        self.display(alert).await;
    }

    pub fn mail_came(&mut self) {
        self.next_look = Moment(i64::MIN);
    }

    /// Does what is due now. Failures are logged and tried again: mail goes on being read.
    pub async fn run_due(&mut self) {
        if let Err(cause) = self.try_run_due().await {
            warn!("{cause}");
            self.store = None;
            self.next_look = self.clock.now() + RETRY;
        }
    }

    async fn try_run_due(&mut self) -> Result<()> {
        let now = self.clock.now();
        self.take_actions(now)?;
        match self.desktop.as_mut().and_then(|(desktop, _)| desktop.bus_event()) {
            Some(BusEvent::NotifierAppeared) => (self.desktop_retry, self.next_look) = (now, now),
            Some(BusEvent::Disconnected) => self.desktop = None,
            None => {}
        }
        self.look_for_changes()?;
        if now < self.next_look {
            return Ok(());
        }
        self.learn_daily(now).await?;
        self.plan_alerts(now)?;
        self.plan_digest(now)?;
        self.show_alerts(now).await?;
        self.show_notices(now).await?;
        self.send_digests(now).await?;
        let (plan, zone) = (&self.config.digest, &self.config.policy.zone);
        let batch = schedule::batch_time(&self.config.policy.alerts);
        self.next_look = schedule::next_daily(now, batch, zone)
            .min(schedule::next_digest(now, plan.day, plan.time, zone))
            .min(now + RETRY);
        Ok(())
    }

    fn store(&mut self) -> Result<&Store> {
        match &mut self.store {
            Some(store) => Ok(store),
            none => Ok(none.insert(Store::open(&self.home.data)?.durable()?)),
        }
    }

    /// Somebody else has written: look again. Whoever writes measures what follows from it.
    fn look_for_changes(&mut self) -> Result<()> {
        let version = self.store()?.data_version()?;
        if self.seen_version == Some(version) {
            return Ok(());
        }
        self.seen_version = Some(version);
        self.next_look = Moment(i64::MIN);
        if self.home.config.exists()
            && let Ok(fresh) = self.home.settings()
        {
            self.config.policy = fresh.policy;
        }
        Ok(())
    }

    /// Beside everything else: with a large mailbox it takes seconds.
    async fn learn_daily(&mut self, now: Moment) -> Result<()> {
        let store = self.store()?;
        // Who reads history learns from it, once it is measured.
        let is_measured = store.dirty_contacts()?.is_empty();
        if !is_measured || !store.population()?.is_due(now, store.messages_ever()?) {
            return Ok(());
        }
        let (folder, policy) = (self.home.data.clone(), self.config.policy.clone());
        let learning =
            tokio::task::spawn_blocking(move || learn(&Store::open(&folder)?, &policy, now));
        learning.await.map_err(|cause| Error::failed("learning failed").because(cause))?
    }

    fn may_disturb(&self, now: Moment) -> bool {
        let policy = &self.config.policy;
        let wanted = self.config.desktop || self.outlet.also.is_some();
        let quiet = schedule::is_quiet(now, &policy.alerts, &policy.zone);
        wanted && !quiet && !policy.is_away(now)
    }

    /// One batch a day, each turn at most twice, never what was late before everything was known.
    fn plan_alerts(&mut self, now: Moment) -> Result<()> {
        if !self.may_disturb(now) {
            return Ok(());
        }
        let policy = &self.config.policy.clone();
        let time = schedule::batch_time(&policy.alerts);
        let batch = schedule::last_daily(now, time, &policy.zone);
        let day: Date = schedule::local_date(batch, &policy.zone);
        let store = self.store()?;
        let Some(covered_since) = store.recent_covered_since()? else { return Ok(()) };
        // While history is stored that nobody has measured yet, much looks unanswered.
        let known = covered_since <= now && store.dirty_contacts()?.is_empty();
        if !known || store.is_planned("batch", "", &day.to_string())? {
            return Ok(());
        }
        let next = schedule::next_daily(now, time, &policy.zone);
        store.transaction(|store| {
            store.plan("batch", "", &day.to_string(), "", now)?;
            plan_batch(store, policy, covered_since, (now, next))
        })
    }

    async fn show_alerts(&mut self, now: Moment) -> Result<()> {
        let planned = self.store()?.unsent("alert")?;
        if planned.is_empty() || !self.is_heard(now).await {
            return Ok(());
        }
        let policy = self.config.policy.clone();
        let debts = Book::open(self.store()?, &policy, AsOf::Now(now))?.debts()?;
        for item in planned {
            let owed = item.subject.parse::<TurnId>().ok().and_then(|id| {
                debts.iter().find(|named| {
                    let turn = &named.debt.turn;
                    turn.id.contact == id.contact && turn.touches.contains(&id.touch)
                })
            });
            // Answered meanwhile: nothing to tell.
            let alert = owed.map(|named| alert(named, &policy.zone, now));
            if !self.show(&item, alert, now).await? {
                break;
            }
        }
        Ok(())
    }

    /// What only the user can mend, once a day while it lasts.
    async fn show_notices(&mut self, now: Moment) -> Result<()> {
        let problems = self.problems.borrow().clone();
        if problems.is_empty() || !self.may_disturb(now) {
            return Ok(());
        }
        let day = schedule::local_date(now, &self.config.policy.zone).to_string();
        let store = self.store()?;
        store.transaction(|store| plan_notices(store, &problems, &day, now))?;
        let waiting = waiting(store, &problems, &day)?;
        if waiting.is_empty() || !self.is_heard(now).await {
            return Ok(());
        }
        for (item, notice) in waiting {
            if !self.show(&item, notice, now).await? {
                break;
            }
        }
        Ok(())
    }

    /// Whether anybody is there to be told.
    async fn is_heard(&mut self, now: Moment) -> bool {
        if now < self.desktop_retry {
            return false;
        }
        if self.outlet.desktop && self.config.desktop && self.desktop.is_none() {
            match Desktop::connect().await {
                Ok(desktop) => self.desktop = Some(desktop),
                Err(cause) if self.outlet.also.is_none() => {
                    info!("alerts wait: {cause}");
                    self.desktop_retry = now + RETRY;
                    return false;
                }
                Err(_) => {}
            }
        }
        true
    }

    /// Mark, then show: a crash in between loses an alert, and never shows one twice. `false`: it
    /// wasn't shown, and others wouldn't be.
    async fn show(&mut self, item: &OutboxItem, alert: Option<Alert>, now: Moment) -> Result<bool> {
        self.store()?.set_outbox_state(item.id, "sent", now)?;
        let Some(alert) = alert else { return Ok(true) };
        if !self.display(alert).await {
            self.store()?.set_outbox_state(item.id, "planned", now)?;
            self.desktop_retry = now + RETRY;
            return Ok(false);
        }
        Ok(true)
    }

    /// Whether it was shown anywhere, or there is nowhere to show it.
    async fn display(&mut self, alert: Alert) -> bool {
        if let Some((desktop, _)) = &mut self.desktop
            && let Err(cause) = desktop.show(&alert).await
        {
            warn!("alert not shown: {cause}");
            if self.outlet.also.is_none() {
                return false;
            }
            self.desktop = None;
        }
        if let Some(also) = &self.outlet.also {
            let _ = also.send(alert);
        }
        true
    }

    fn plan_digest(&mut self, now: Moment) -> Result<()> {
        let plan = self.config.digest.clone();
        if plan.to.is_none() || self.config.mailer.is_none() {
            return Ok(());
        }
        let zone = self.config.policy.zone.clone();
        let (week, due) = schedule::last_digest(now, plan.day, plan.time, &zone);
        let store = self.store()?;
        // A week that was over before everything was known has nothing to say.
        if store.recent_covered_since()?.is_some_and(|since| since <= due) {
            store.transaction(|store| store.plan("digest", "", &week, "", now))?;
        }
        Ok(())
    }

    /// Whether what may have come back into the mailbox before this run is stored by now.
    fn has_read(&self) -> bool {
        let progress = self.progress.borrow();
        self.config.accounts.iter().all(|account| progress.read.contains(&account.name))
    }

    /// Sends under a stable Message-ID, then marks; after a crash in between the id tells whether
    /// it went out, once the mailbox was read.
    async fn send_digests(&mut self, now: Moment) -> Result<()> {
        let (Some(to), Some(mailer)) = (self.config.digest.to.clone(), self.config.mailer.clone())
        else {
            return Ok(());
        };
        if now < self.post_retry {
            return Ok(());
        }
        let policy = self.config.policy.clone();
        let mut waiting = self.store()?.unsent("digest")?;
        let newest = waiting.pop();
        for older in waiting {
            // After a long pause one digest is enough.
            self.store()?.set_outbox_state(older.id, "sent", now)?;
        }
        let Some(item) = newest else { return Ok(()) };
        let from = self.config.digest.from.clone().unwrap_or_else(|| to.clone());
        let message_id = message_id(&item.period, &to);
        if !self.has_read() && now < item.at + UNREACHED {
            return Ok(());
        }
        let token = Seal::of(&self.home.data)?.of_digest(&item.period);
        let store = self.store()?;
        let was_sealed = item.state != "sending" || item.payload == SEALED;
        let (sender, recipient) = deliver::bare_addresses(&from, &to)?;
        let borne = was_sealed.then_some(token.as_str());
        if store.has_come_back(&message_id, &sender, &recipient, borne)? {
            return store.set_outbox_state(item.id, "sent", now);
        }
        store.begin_to_send(item.id, SEALED, now)?;
        let digest = Book::open(store, &policy, AsOf::Now(now))?.digest()?;
        let rendered = deliver::render(&digest, &policy.zone);
        let header =
            deliver::MailHeader { from: &from, to: &to, message_id: &message_id, token: &token };
        let bytes = deliver::compose(&rendered, &header, now)?;
        let stem = format!("requite-{}", item.period);
        match deliver::send(&mailer, &bytes, &from, &to, &stem).await {
            Ok(()) => {
                info!("digest of {} sent", item.period);
                self.store()?.set_outbox_state(item.id, "sent", now)
            }
            Err(cause) => {
                warn!("digest not sent: {cause}");
                let patience = if cause.kind() == Kind::Temporary { RETRY } else { 60 * RETRY };
                self.post_retry = now + patience;
                self.store()?.set_outbox_state(item.id, "planned", now)
            }
        }
    }

    fn take_actions(&mut self, now: Moment) -> Result<()> {
        let mut chosen = Vec::new();
        if let Some((_, actions)) = &mut self.desktop {
            while let Ok(invoked) = actions.try_recv() {
                chosen.push(invoked);
            }
        }
        let policy = self.config.policy.clone();
        for invoked in chosen {
            let Ok(id) = invoked.id.parse::<TurnId>() else { continue };
            let (verb, value) = match invoked.action {
                Action::Open => continue,
                Action::Done => (Verb::Done, String::new()),
                Action::Snooze => (Verb::Snooze, (now + SNOOZE).0.to_string()),
                Action::Mute => (Verb::Mute, String::new()),
            };
            let touch = (verb != Verb::Mute).then_some(id.touch);
            let decision = Decision { at: now, verb, contact: id.contact, touch, value };
            self.store()?.transaction(|store| {
                let before = store.dirty_contacts()?;
                store.decide(&decision)?;
                measure_marked(store, &before, &[id.contact], &policy).map(drop)
            })?;
        }
        Ok(())
    }
}

/// The same for the same week and address, so that a second copy is recognised.
fn message_id(week: &str, to: &str) -> String {
    let domain = to.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    format!("<requite-digest-{}@{domain}>", week.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::measure_history;
    use crate::config;
    use crate::domain::policy::Policy;
    use crate::store::{ImportRun, NewCard};

    #[tokio::test]
    async fn nothing_is_learned_from_mail_that_is_not_measured_yet() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::below(folder.path());
        let store = Store::open(&home.data).unwrap();
        let card = NewCard { name: "Ann Lee".to_owned(), ..NewCard::default() };
        store.import_card(&card, Moment(0), &mut ImportRun::default()).unwrap();
        let config = config::defaults();
        let mut errands = Errands::new(home, config, Clock::System, Outlet::default());

        let now = Moment(1_700_000_000);
        errands.learn_daily(now).await.unwrap();
        assert_eq!(store.population().unwrap().at, None);
        measure_history(&store, &Policy::default()).unwrap();
        errands.learn_daily(now).await.unwrap();
        assert_eq!(store.population().unwrap().at, Some(now));
    }
}
