//! Notices that the machine woke up or that its network came back: whatever was connected then is
//! worth nothing, and waiting for it to fail takes minutes.
//!
//! The clocks tell of sleep wherever this runs; the system bus, where there is one, tells sooner,
//! and of the network too. Never needs the bus, and asks nobody for anything.

use std::time::Duration;

use futures_util::{FutureExt, Stream, StreamExt, stream};
use rustix::time::{ClockId, clock_gettime};
use tokio::sync::watch;
use tokio::time::sleep_until;
use tracing::{debug, info};
use zbus::message::Type;
use zbus::{Connection, MatchRule, Message, MessageStream};

use super::alarm::Alarm;
use super::clock::{Clock, after};

/// The clocks are compared by whole seconds; so much can't be chance.
const SLEPT: i64 = 3;
/// Networks come up in several steps; what follows the first so soon counts as one more.
const CALM: Duration = Duration::from_secs(5);
/// NM_STATE_CONNECTED_GLOBAL of NetworkManager's D-Bus interface.
const CONNECTED: u32 = 70;

/// Changes the number each time; never ends.
pub async fn look_out(wakes: watch::Sender<u32>) {
    let tell = |why: &str| {
        info!("{why}: all connections are opened anew");
        wakes.send_modify(|count| *count = count.wrapping_add(1));
    };
    let by_bus = async {
        if let Err(error) = follow_bus(&tell).await {
            debug!(%error, "the system bus tells nothing of sleep and network");
        }
    };
    tokio::join!(watch_clocks(&tell), by_bus);
}

/// A machine that wakes sets its clock. Only one of the two others goes on while it sleeps.
async fn watch_clocks(tell: &impl Fn(&str)) {
    let alarm = Alarm::new(Clock::System);
    let seconds = |clock| clock_gettime(clock).tv_sec;
    let mut asleep = Asleep::default();
    loop {
        if asleep.has_grown(seconds(ClockId::Boottime), seconds(ClockId::Monotonic)) {
            tell("the machine was asleep");
        }
        alarm.rings(None).await;
    }
}

/// How long the machine has slept since it was started, in seconds.
#[derive(Default)]
struct Asleep(Option<i64>);

impl Asleep {
    fn has_grown(&mut self, boottime: i64, monotonic: i64) -> bool {
        let asleep = boottime - monotonic;
        let before = self.0.replace(asleep);
        before.is_some_and(|before| asleep - before >= SLEPT)
    }
}

/// Ends with the bus.
async fn follow_bus(tell: &impl Fn(&str)) -> zbus::Result<()> {
    let bus = Connection::system().await?;
    let sleep_over = signals(
        &bus,
        "org.freedesktop.login1",
        "org.freedesktop.login1.Manager",
        "PrepareForSleep",
    )
    .await?
    .filter_map(async |message| is_resume(&message).then_some("the machine woke up"));
    let network = "org.freedesktop.NetworkManager";
    let network_up = signals(&bus, network, network, "StateChanged")
        .await?
        .filter_map(async |message| is_network_up(&message).then_some("the network is up"));
    let mut news = stream::select(Box::pin(sleep_over), Box::pin(network_up));
    let mut waiting = None;
    loop {
        let why = match waiting.take() {
            Some(why) => why,
            None => match news.next().await {
                Some(why) => why,
                None => return Ok(()),
            },
        };
        tell(why);
        sleep_until(after(CALM)).await;
        while let Some(Some(why)) = news.next().now_or_never() {
            waiting = Some(why);
        }
    }
}

async fn signals(
    bus: &Connection,
    sender: &'static str,
    interface: &'static str,
    member: &'static str,
) -> zbus::Result<impl Stream<Item = Message> + use<>> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender(sender)?
        .interface(interface)?
        .member(member)?
        .build();
    let messages = MessageStream::for_match_rule(rule, bus, None).await?;
    Ok(messages.filter_map(async |message| message.ok()))
}

/// logind says `true` before the sleep and `false` after it.
fn is_resume(message: &Message) -> bool {
    message.body().deserialize::<bool>().is_ok_and(|begins| !begins)
}

fn is_network_up(message: &Message) -> bool {
    message.body().deserialize::<u32>().is_ok_and(|state| state == CONNECTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_is_what_one_clock_has_more_than_before() {
        let mut asleep = Asleep::default();
        // Slept before we were started; then awake, nearly awake, asleep for an hour, awake.
        let looks = [
            (5_000, 1_000, false),
            (5_015, 1_015, false),
            (5_031, 1_030, false),
            (8_646, 1_045, true),
            (8_661, 1_060, false),
        ];
        for (boottime, monotonic, expect) in looks {
            assert_eq!(asleep.has_grown(boottime, monotonic), expect, "{boottime}");
        }
    }
}
