//! What all measuring rests on: whose mail is mine, which accounts there are, by which clock, and
//! whether texts are read.

use super::measure::measure_history;
use crate::config::{Account, AccountKind, Config};
use crate::domain::message::mailbox::MailboxKind;
use crate::error::Result;
use crate::store::Store;

/// Tells the store what the configuration says of me, and measures again what that changes.
///
/// # Errors
/// Where the database can't be written.
pub fn prepare(store: &Store, config: &Config) -> Result<()> {
    if is_told(store, config)? {
        return Ok(());
    }
    store.transaction(|store| {
        store.set_accounts(&accounts(config))?;
        store.set_mine(&config.me.addresses)?;
        store.set_time_basis(config.policy.time)?;
        store.set_reads_text(config.policy.reads_text)?;
        store.want_bounces()
    })?;
    measure_history(store, &config.policy).map(drop)
}

/// Whether two configurations measure the same mail alike.
pub fn rests_on_the_same(one: &Config, other: &Config) -> bool {
    let basis = |config: &Config| (config.policy.time, config.policy.reads_text);
    basis(one) == basis(other) && one.me.addresses == other.me.addresses
}

/// Whether the store knows what the configuration says.
///
/// # Errors
/// Where the database can't be read.
pub fn is_told(store: &Store, config: &Config) -> Result<bool> {
    Ok(store.knows_accounts(&accounts(config))?
        && store.knows_mine(&config.me.addresses)?
        && store.measures_by(config.policy.time, config.policy.reads_text)?)
}

/// Their names and kinds.
fn accounts(config: &Config) -> Vec<(String, MailboxKind)> {
    let kind = |account: &Account| match account.kind {
        AccountKind::Imap(_) | AccountKind::Goa { .. } => MailboxKind::Imap,
        AccountKind::Maildir { .. } => MailboxKind::Maildir,
    };
    config.accounts.iter().map(|account| (account.name.clone(), kind(account))).collect()
}
