//! How long to wait before the next connection. Pure: the random number comes from outside.

use std::time::Duration;

/// Full jitter: anything between nothing and a ceiling that doubles with each failure in a row,
/// so that many clients of a server that comes back don't all return at once.
///
/// `failures` in a row so far, at least one; `random` lies in 0…1.
pub(super) fn delay(bounds: (Duration, Duration), failures: u32, random: f64) -> Duration {
    let (first, longest) = bounds;
    let doublings = failures.saturating_sub(1).min(31);
    let ceiling = first.saturating_mul(1 << doublings).min(longest);
    ceiling.mul_f64(random.clamp(0.0, 1.0))
}

/// What a throttling server asks for, as Exchange words it: `Suggested Backoff Time: 299961
/// milliseconds`.
pub(super) fn suggested(text: &str) -> Option<Duration> {
    let lower = text.to_ascii_lowercase();
    let (_, rest) = lower.split_once("suggested backoff time:")?;
    let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
    let milliseconds: u64 = digits.parse().ok()?;
    Some(Duration::from_millis(milliseconds).min(Duration::from_secs(3600)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(600));

    #[test]
    fn the_ceiling_doubles_from_two_seconds_to_ten_minutes() {
        for (failures, ceiling) in [(0, 2), (1, 2), (2, 4), (3, 8), (9, 512), (10, 600), (99, 600)]
        {
            assert_eq!(delay(BOUNDS, failures, 1.0).as_secs(), ceiling, "{failures}");
            assert_eq!(delay(BOUNDS, failures, 0.5).as_secs(), ceiling / 2, "{failures}");
            assert_eq!(delay(BOUNDS, failures, 0.0).as_secs(), 0, "{failures}");
        }
    }

    #[test]
    fn a_server_may_name_its_own_time() {
        let exchange = "Request is throttled. Suggested Backoff Time: 90000 milliseconds";
        assert_eq!(suggested(exchange), Some(Duration::from_secs(90)));
        assert_eq!(suggested("Suggested Backoff Time: soon"), None);
        assert_eq!(suggested("try later"), None);
        let absurd = "suggested backoff time: 99999999999";
        assert_eq!(suggested(absurd), Some(Duration::from_secs(3600)));
    }
}
