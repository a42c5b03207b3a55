//! How often things are looked at, and how long is waited for what.

use std::time::Duration;

use super::exec::PATIENCE;

/// How often things are looked at, and how long is waited.
#[derive(Debug, Clone)]
pub struct Pace {
    /// The watched folder, where the server knows no IDLE.
    pub inbox: Duration,
    /// Sent, which shows that an answer went out.
    pub sent: Duration,
    /// All other folders.
    pub others: Duration,
    /// Texts are read for so long before the folders are looked at again.
    pub texts: Duration,
    /// A reply that takes longer doesn't come any more.
    pub patience: Duration,
    /// IDLE is begun anew after this time, before a router forgets the connection.
    pub renewal: Duration,
    /// Without a byte for so long, the server is asked whether it is still there.
    pub silence: Duration,
    /// So long it has to answer.
    pub farewell: Duration,
    /// First and longest wait between connections that fail.
    pub backoff: (Duration, Duration),
    /// A server that refuses a second connection is asked again after this time.
    pub second: Duration,
    /// A login that was refused is tried again after this time, and so is a server that can't be
    /// the one that was named.
    pub refused: Duration,
    /// An account that is out of reach for so long is a problem of its user's.
    pub outage: Duration,
    /// While a login is refused, a new sign-in is looked for this often.
    pub sign_in: Duration,
    /// A connection older than this is closed before a folder is compared as a whole.
    pub fresh: Duration,
    /// Counters that don't add up have a folder compared as a whole, at most this often.
    pub doubt: Duration,
    /// Messages that are counted and not shown yet are looked for at each look, for so long.
    pub hidden: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Pace {
            inbox: Duration::from_secs(60),
            sent: Duration::from_secs(45),
            others: Duration::from_secs(300),
            texts: Duration::from_secs(5),
            patience: PATIENCE,
            renewal: Duration::from_secs(9 * 60),
            silence: Duration::from_secs(5 * 60),
            farewell: Duration::from_secs(15),
            backoff: (Duration::from_secs(2), Duration::from_secs(600)),
            second: Duration::from_secs(3600),
            refused: Duration::from_secs(3600),
            outage: Duration::from_secs(3600),
            sign_in: Duration::from_secs(5),
            fresh: Duration::from_secs(600),
            doubt: Duration::from_secs(3600),
            hidden: Duration::from_secs(3600),
        }
    }
}
