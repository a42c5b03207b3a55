//! Where a fuzzer gets at the reading of replies. Part of no other build.

use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::exec::Connection;
use super::fetch::{Chunk, Flight};

/// Reads these bytes as a server's replies to a FETCH of a thousand messages, up to their end or
/// to the first that ends the connection.
pub fn read_replies(bytes: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let Ok(runtime) = runtime else { return };
    runtime.block_on(async {
        let (here, mut there) = tokio::io::duplex(bytes.len().max(1));
        if there.write_all(bytes).await.is_err() {
            return;
        }
        drop(there);
        let mut connection = Connection::over(Box::new(here));
        let mut flight = Flight::default();
        flight.push(None, Chunk::of((1..=1000).collect(), 1));
        let mut read =
            async || connection.read(Duration::MAX, |response| flight.route(response)).await;
        while read().await.is_ok() {}
    });
}
