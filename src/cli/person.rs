//! Which contact a word of the command line means.

use crate::error::{Error, Result};
use crate::store::{ContactRow, Store};

pub fn find(store: &Store, query: &str) -> Result<ContactRow> {
    let found = store.contacts()?.into_iter().find(|row| {
        row.id.to_string() == query
            || row.name == query
            || row.identities.iter().any(|identity| identity.value == query)
    });
    found.ok_or_else(|| Error::usage(format!("no contact is called {query}")))
}
