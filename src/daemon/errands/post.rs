//! The digest on its way to the post, each week's once.

use tracing::{info, warn};

use super::{Errands, RETRY};
use crate::book::{AsOf, Book};
use crate::config::Mailer;
use crate::daemon::seal::Seal;
use crate::deliver;
use crate::domain::decide::outbox::{Delivery, DeliveryKind, DeliveryMark, DeliveryState};
use crate::domain::model::Moment;
use crate::error::{Kind, Result};
use crate::store::OutboxItem;

/// From whom, to whom and how it goes.
struct Envelope<'a> {
    from: &'a str,
    to: &'a str,
    mailer: &'a Mailer,
}

impl Errands {
    /// Sends under a stable Message-ID, then marks; after a crash in between the id tells whether
    /// it went out, once the mailbox was read.
    pub(super) async fn send_digest(&mut self, now: Moment) -> Result<()> {
        let config = self.config();
        let (Some(to), Some(mailer)) = (&config.digest.to, &config.mailer) else { return Ok(()) };
        let envelope = Envelope { from: config.digest.from.as_ref().unwrap_or(to), to, mailer };
        let mut waiting = self.store()?.unsent(DeliveryKind::Digest)?;
        let newest = waiting.pop();
        for older in waiting {
            // After a long pause one digest is enough.
            self.store()?.set_delivery_state(older.id, DeliveryState::Sent, now)?;
        }
        match newest {
            Some(item) => self.send_once(&item, &envelope, now).await,
            None => Ok(()),
        }
    }

    async fn send_once(
        &mut self,
        item: &OutboxItem,
        envelope: &Envelope<'_>,
        now: Moment,
    ) -> Result<()> {
        let Delivery::Digest { week } = &item.what else { return Ok(()) };
        let &Envelope { from, to, mailer } = envelope;
        let (message_id, config) = (message_id(week, to), self.config());
        let seal = Seal::of(&self.home.data)?;
        let token = seal.of_digest(week);
        let store = self.store()?;
        let was_sealed = item.state != DeliveryState::Sending || item.mark == DeliveryMark::Sealed;
        let (sender, recipient) = deliver::bare_addresses(from, to)?;
        let borne = was_sealed.then_some(token.as_str());
        if store.has_come_back(&message_id, &sender, &recipient, borne)? {
            return store.set_delivery_state(item.id, DeliveryState::Sent, now);
        }
        store.begin_to_send(item.id, DeliveryMark::Sealed, now)?;
        let digest = Book::open(store, &config.policy, AsOf::Now(now))?.digest()?;
        let rendered = deliver::render(&digest, &config, Some(&|words| seal.token(words)));
        let header = deliver::MailHeader { from, to, message_id: &message_id, token: &token };
        let bytes = deliver::compose(&rendered, &header, now)?;
        let stem = format!("requite-{week}");
        let mut told = Vec::new();
        let state = match deliver::send(mailer, &bytes, from, to, &stem).await {
            Ok(()) => {
                info!("digest of {week} sent");
                told = digest.network.told();
                DeliveryState::Sent
            }
            Err(cause) => {
                warn!("digest not sent: {cause}");
                let passes = matches!(cause.kind(), Kind::Temporary | Kind::Untrusted);
                let patience = if passes { RETRY } else { 60 * RETRY };
                self.post_retry = Some(now + patience);
                DeliveryState::Planned
            }
        };
        self.store()?.transaction(|store| {
            store.note_told(&told, now)?;
            store.set_delivery_state(item.id, state, now)
        })
    }
}

/// The same for the same week and address, so that a second copy is recognised.
fn message_id(week: &str, to: &str) -> String {
    let domain = to.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    format!("<requite-digest-{}@{domain}>", week.to_lowercase())
}
