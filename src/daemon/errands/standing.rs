//! Alerts that stand on the screen: what is chosen on them, what goes by unseen, and what is over.

use super::chosen::{carry_out, to_open};
use super::{Errands, RETRY, notices};
use crate::book::{AsOf, Book};
use crate::deliver::{Action, DesktopEvent, Shown};
use crate::domain::decide::alerts::may_be_unseen;
use crate::domain::model::{Moment, TurnId};
use crate::error::Result;
use crate::store::OnScreen;

/// What is known of alerts that stand, or stood until a moment ago.
#[derive(Default)]
pub struct StandingAlerts {
    /// Turns whose alerts' time was over, and when.
    expired: Vec<(Vec<TurnId>, Moment)>,
    /// The database as it was when what is over was looked for.
    looked_at: Option<i64>,
}

impl Errands {
    /// Takes up what has happened on the desktop.
    pub(super) async fn take_up_events(&mut self, now: Moment) -> Result<()> {
        self.listen_for_earlier(now).await?;
        while let Some(event) = self.desk.first_event() {
            match event {
                DesktopEvent::Chosen { number, action, token } => {
                    self.chosen(number, action, token, now).await?;
                }
                DesktopEvent::Closed { number, expired } => {
                    self.closed(number, expired, now).await?;
                }
                DesktopEvent::NotifierAppeared | DesktopEvent::Disconnected => {}
            }
            self.desk.event_is_done();
        }
        for failure in self.desk.take_failures() {
            self.tell("Can't open the message", &failure).await;
        }
        self.show_the_unseen_again(now)?;
        self.withdraw_what_is_over(now).await
    }

    /// Alerts of an earlier run may still stand.
    async fn listen_for_earlier(&mut self, now: Moment) -> Result<()> {
        let config = self.config();
        let waits = self.desk.retry().is_some_and(|retry| now < retry);
        if self.desk.listens() || waits || self.store()?.on_screen()?.is_empty() {
            return Ok(());
        }
        if self.desk.listen(&config).await.is_err() {
            self.desk.wait_until(now + RETRY);
        }
        Ok(())
    }

    async fn standing(&mut self, number: u32) -> Result<Option<OnScreen>> {
        let Some(notifier) = self.desk.notifier().await else { return Ok(None) };
        let standing = self.store()?.on_screen()?;
        let is_it = |it: &OnScreen| it.number == number && it.notifier == notifier;
        Ok(standing.into_iter().find(is_it))
    }

    async fn chosen(
        &mut self,
        number: u32,
        action: Action,
        token: Option<String>,
        now: Moment,
    ) -> Result<()> {
        let Some(standing) = self.standing(number).await? else { return Ok(()) };
        let config = self.config();
        self.standing.looked_at = None;
        let store = self.store()?;
        // Only an alert of one turn offers anything.
        let [turn] = standing.turns.as_slice() else { return Ok(()) };
        let what = match action {
            Action::Open => to_open(store, *turn, &config)?,
            _ => None,
        };
        store.transaction(|store| {
            store.take_off_screen(&standing.about)?;
            carry_out(store, *turn, action, &config.policy, now)
        })?;
        if let Some(what) = what {
            self.desk.open(what, token);
        }
        Ok(())
    }

    async fn closed(&mut self, number: u32, expired: bool, now: Moment) -> Result<()> {
        let Some(standing) = self.standing(number).await? else { return Ok(()) };
        self.store()?.transaction(|store| store.take_off_screen(&standing.about))?;
        if expired && !standing.turns.is_empty() {
            self.standing.expired.push((standing.turns, now));
        }
        Ok(())
    }

    /// Once, when somebody is there again.
    fn show_the_unseen_again(&mut self, now: Moment) -> Result<()> {
        if self.desk.nobody_is_there() {
            let unseen: Vec<TurnId> = std::mem::take(&mut self.standing.expired)
                .into_iter()
                .filter(|(_, at)| may_be_unseen(*at, now))
                .flat_map(|(turns, _)| turns)
                .collect();
            self.store()?.transaction(|store| {
                unseen.iter().try_for_each(|turn| store.plan_again(*turn, now).map(drop))
            })?;
        } else {
            self.standing.expired.retain(|(_, at)| may_be_unseen(*at, now));
        }
        Ok(())
    }

    /// Takes down what was answered, put off or mended meanwhile.
    async fn withdraw_what_is_over(&mut self, now: Moment) -> Result<()> {
        let config = self.config();
        let mended = self.mended();
        let looked_at = self.standing.looked_at;
        let store = self.store()?;
        let standing = store.on_screen()?;
        let version = store.data_version()?;
        if standing.is_empty() {
            return Ok(());
        }
        let is_mended = |it: &OnScreen| it.turns.is_empty() && mended.contains(&it.about);
        let mut settled: Vec<String> = Vec::new();
        if looked_at != Some(version) {
            let debts = Book::open(store, &config.policy, AsOf::Now(now))?.debts()?;
            let is_open = |turn: &TurnId| {
                debts
                    .iter()
                    .any(|it| it.is_of(*turn) && it.debt.snoozed_until.is_none() && !it.muted)
            };
            let told = standing.iter().filter(|it| !it.turns.is_empty());
            let gone = told.filter(|it| !it.turns.iter().any(is_open));
            settled.extend(gone.map(|it| it.about.clone()));
        }
        self.standing.looked_at = Some(version);
        let notifier = self.desk.notifier().await;
        // What another notifier showed is gone with it.
        let lost =
            |it: &OnScreen| notifier.as_ref().is_some_and(|notifier| it.notifier != *notifier);
        let over: Vec<OnScreen> = standing
            .into_iter()
            .filter(|it| lost(it) || is_mended(it) || settled.contains(&it.about))
            .collect();
        if over.is_empty() {
            return Ok(());
        }
        self.store()?.transaction(|store| {
            over.iter().try_for_each(|gone| store.take_off_screen(&gone.about))
        })?;
        for gone in over.iter().filter(|it| !lost(it)) {
            if !self.desk.withdraw(gone.number).await {
                break;
            }
        }
        Ok(())
    }

    /// What notices are about of accounts that were read in this run and have no problem.
    fn mended(&self) -> Vec<String> {
        let (progress, problems) = (self.progress.borrow(), self.problems.borrow());
        let sound = progress.read.iter().filter(|account| !problems.contains_key(*account));
        sound.map(|account| notices::about(account)).collect()
    }

    /// Notes where an alert stands.
    pub(super) fn note_standing(
        &mut self,
        about: String,
        turns: Vec<TurnId>,
        shown: Shown,
        now: Moment,
    ) -> Result<()> {
        let Shown { notifier, number } = shown;
        let shown = OnScreen { about, turns, notifier, number, at: now };
        self.store()?.transaction(|store| store.put_on_screen(&shown))
    }

    /// The number of the alert about the same that still stands.
    pub(super) async fn replaced(&mut self, about: &str) -> Result<Option<u32>> {
        let Some(standing) = self.store()?.on_screen_about(about)? else { return Ok(None) };
        let notifier = self.desk.notifier().await;
        Ok((notifier.as_ref() == Some(&standing.notifier)).then_some(standing.number))
    }
}
